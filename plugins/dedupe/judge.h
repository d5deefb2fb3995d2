/* judge.h - what two signatures say about two texts.  Pure: no memory, no
 * order of arrival beyond "later" and "earlier". */
#ifndef WARRAQ_DEDUPE_JUDGE_H
#define WARRAQ_DEDUPE_JUDGE_H
#include "signature.h"

enum relation {
    REL_NONE,
    REL_EXACT,     /* the same words in the same order                       */
    REL_NEAR,      /* nearly the same text, both ways                        */
    REL_CONTAINS,  /* the later text holds the earlier one, and more         */
    REL_CONTAINED, /* the later text lies in the earlier one                 */
    REL_OVERLAP,   /* a good part is shared, each has much of its own        */
    RELATIONS
};

/* Two samples laid over each other, at the higher of their levels. */
struct overlap {
    uint32_t later, earlier; /* samples of each */
    uint32_t common;
};

struct verdict {
    enum relation relation;
    double score;       /* containment: the larger direction, 0 .. 1 */
    double resemblance; /* Jaccard's, 0 .. 1 */
};

struct overlap overlap_count(const struct signature *later,
                             const struct signature *earlier);
/* Fewest common samples that a match needs, given both sizes at one level. */
uint32_t overlap_needed(uint32_t later, uint32_t earlier, double contains);
/* Judges a later text against an earlier one.
 *   contains  containment from which a text counts as repeated, 0 .. 1 */
struct verdict judge(const struct signature *later,
                     const struct signature *earlier, double contains);
/* 0 if the two texts have nothing in common for certain, else 1: too little
 * to tell counts as common. */
int is_related(const struct signature *a, const struct signature *b);
#endif
