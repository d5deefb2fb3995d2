/* passages.h - which sentences of a text stand in an earlier one.
 *
 * Only samples of the earlier text are known, so a sentence is taken for a
 * repeat if its own samples are found there, and enough of them in a row:
 *
 *     sentences   [ s0    ][ s1 ][ s2      ][ s3  ]
 *     samples      +  +   +  +        +  +   -  +      + there, - not
 *                 [       reused         ]
 *
 * A sentence without a sample of its own (s1: the ones it has lie across its
 * ends) goes with its neighbours. */
#ifndef WARRAQ_DEDUPE_PASSAGES_H
#define WARRAQ_DEDUPE_PASSAGES_H
#include "signature.h"

#define NOT_REUSED UINT32_MAX

struct sentence {
    uint32_t begin, end;    /* bytes */
    uint32_t first, behind; /* words */
    uint32_t of;            /* the entry it is from, or NOT_REUSED */
};
/* A text as its sentences and, in its order, its samples. */
struct passages {
    struct sentence *sentences;
    const struct place *places;
    uint32_t n, n_places;
};

/* Takes for a repeat of `entry` the sentences that nothing before was taken to
 * have; so entries come from the earliest to the latest.
 *   s      the text's own signature, which the places are those of
 *   found  room for a byte for each of its samples */
void passages_claim(struct passages *p, const struct signature *s,
                    const struct signature *earlier, uint32_t entry,
                    unsigned char *found);
/* The first passage from sentence *at on, of one entry all; *at is moved behind
 * it.  0: there is none. */
int passages_next(const struct passages *p, uint32_t *at,
                  struct sentence *out);
#endif
