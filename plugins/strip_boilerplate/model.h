/* model.h - decides where the body of a text begins, ends and is interrupted.
 *
 * A linear-chain model over units with four states:
 *
 *     before* ( body | inserted )* after*
 *
 * Each feature of a unit speaks for or against each state with a weight, each
 * step from state to state has one, and the best path wins (Viterbi, linear in
 * the number of units).  The weights are data: model/weights.tsv. */
#ifndef STRIP_BOILERPLATE_MODEL_H
#define STRIP_BOILERPLATE_MODEL_H
#include "evidence.h"

enum state {
    STATE_BEFORE,   /* menus, bylines, the title                              */
    STATE_BODY,
    STATE_INSERTED, /* between body units: links to other articles, adverts   */
    STATE_AFTER,    /* whatever follows the last unit of the body             */
    STATES
};

struct model;

/* The model in a weights file's content; the caller frees it (free).  NULL
 * with *line the bad line's number and *why what is wrong with it, or with
 * *line 0: no memory. */
struct model *model_new(wq_str content, long *line, const char **why);

/* Finds the best path.  bias: added to the score of a paragraph or
 * sentence as body, half of it to that of a long line, so that what is in doubt
 * stays.  states has room for c->n, steps for STATES * c->n. */
void model_decide(const struct model *model, const struct context *c,
                  double bias, uint8_t *states, uint8_t *steps);
#endif
