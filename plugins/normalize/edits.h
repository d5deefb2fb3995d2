/* edits.h - what was rewritten in a text, as an offset map.
 *
 * A rewriting is a list of edits: bytes begin .. end of the text before have
 * become `size` bytes.  All between two edits is as it was, so that the list
 * says where any byte of one text stands in the other.  Two rewritings, one
 * after the other, compose to one:
 *
 *     before     a b b b c d d e         two edits: bbb -> x, dd -> yy
 *     between    a x c y y e             one edit:  xcy -> z
 *     after      a z y e                 composed:  bbbcdd -> zy
 */
#ifndef NORMALIZE_EDITS_H
#define NORMALIZE_EDITS_H
#include <stddef.h>
#include <stdint.h>

struct edit {
    uint32_t begin, end; /* bytes of the text before                          */
    uint32_t size;       /* bytes that stand there after                      */
};
struct edits { /* disjoint, in order; {0} is an empty one */
    struct edit *list;
    size_t n, cap;
};

/* Frees what it holds; any edits will do. */
void edits_free(struct edits *edits);
/* Adds one behind the others; one that touches the last one joins it.  Returns
 * 0, or -1: no memory. */
int edits_add(struct edits *edits, size_t begin, size_t end, size_t size);
/* Makes of `first`, then `second`, one rewriting, in `out` (not one of the
 * two).  Returns 0, or -1: no memory. */
int edits_compose(const struct edits *first, const struct edits *second,
                  struct edits *out);
#endif
