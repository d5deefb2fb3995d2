/* match.h - what came out of a test's run, held against what was expected. */
#ifndef WQ_CLI_MATCH_H
#define WQ_CLI_MATCH_H
#include "config/diag.h"
#include "config/node.h"
#include "run/codec.h"

enum fate { FATE_OUT, FATE_DROPPED, FATE_REJECTED };

struct article {
    enum fate fate;
    wq_value value; /* an object: the article, or the line of the rejects */
    bool is_matched;
};

/* A YAML node as a value, in the arena: plain scalars by their look (true,
 * 12, 0.5, null), quoted ones strings.  0 / -1: no memory or too deep. */
int match_value(const struct cfg_node *node, struct arena *arena,
                wq_value *out);
/* The format jsonl, reading `removed` and layers as plain fields. */
int match_codec(struct codec *c, const struct plan *plan, struct err *e);
/* Holds articles against the list `expect`; differences become diags at the
 * expectation.  0, or -1: no memory. */
int match_articles(const struct cfg_node *expect, struct article *articles,
                   size_t n, struct arena *arena, struct diags *diags,
                   struct err *e);
#endif
