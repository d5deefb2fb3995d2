/* settle.h - all rules over a text, again and again until nothing is left to
 * do. */
#ifndef NORMALIZE_SETTLE_H
#define NORMALIZE_SETTLE_H
#include "edits.h"
#include "rules.h"

/* Memory kept from text to text; {0} but for `rules`.  One thread at a time. */
struct settle {
    const struct rules *rules;
    char *text[2]; /* what is rewritten, and what it is rewritten to */
    size_t room[2];
    struct edits edits, step, both;
    uint16_t *hidden; /* characters of misread passages that are left alone */
    size_t n_hidden, hidden_room;
};

/* What came of a text. */
struct settled {
    wq_str text; /* as given, or a view that the next call ends               */
    const struct edits *edits; /* what changed; none: n 0                     */
    int is_unsettled; /* sixteen rounds were not enough, or it became longer
                         than a field may be: text as given                   */
};

void settle_free(struct settle *settle);

/* Settles a text of at most WQ_MAX_FIELD bytes of valid UTF-8.  Settling what
 * comes of it changes nothing.  counts, by rule, are added to, those of
 * RULE_MOJIBAKE with passages found.  is_foreign(to) as in persian.h; NULL:
 * Persian letters stay.  Returns 0, or -1: no memory.  [any] */
int settle_text(struct settle *settle, wq_str text, int (*is_foreign)(void *to),
                void *to, uint64_t *counts, struct settled *out);
#endif
