/* flow.h - proof that every stage, and the format of the output, finds what it
 * needs.  Internal to plan.c.
 *
 *   before a stage:  which layers are there, over which field, by whom;
 *                    which fields were cut, by whom
 *   a stage:         1. reads fields and layers   2. sets or rewrites fields,
 *                    which loses the layers over them   3. writes layers
 *                    4. cuts fields
 *
 * A layer lies over the first field its stage names as a parameter; over
 * "text" if it names none.  A stage that needs the field it names first looks
 * for all its layers there. */
#ifndef WQ_RUN_FLOW_H
#define WQ_RUN_FLOW_H
#include "run/plan.h"

/* The field that layers written by this stage lie over. */
wq_key flow_over(const struct plan_stage *s);
/* Walks the stages in order and reports all that cannot work. */
void flow_check(const struct plan *plan, struct diags *diags);
/* Reports outputs that are an input, or one another. */
void clash_check(const struct plan *plan, struct diags *diags);
#endif
