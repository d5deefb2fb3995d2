/* edits.c - lists of edits, and one of two.  See edits.h. */
#include "edits.h"
#include <stdlib.h>

void edits_free(struct edits *edits)
{
    free(edits->list);
    *edits = (struct edits){ 0 };
}

int edits_add(struct edits *edits, size_t begin, size_t end, size_t size)
{
    struct edit *last = edits->n ? &edits->list[edits->n - 1] : NULL;
    if (last && last->end == begin) {
        last->end = (uint32_t)end;
        last->size += (uint32_t)size;
        return 0;
    }
    if (edits->n == edits->cap) {
        size_t cap = edits->cap ? 2 * edits->cap : 256;
        struct edit *list = realloc(edits->list, cap * sizeof *list);
        if (!list) return -1;
        edits->list = list;
        edits->cap = cap;
    }
    edits->list[edits->n++] =
        (struct edit){ (uint32_t)begin, (uint32_t)end, (uint32_t)size };
    return 0;
}

/* One of two lists on the way through the text between: how far it is, and how
 * much longer its other text has become (modulo 2^64, as sums of sizes are). */
struct walk {
    const struct edits *edits;
    size_t i, shift;
};

int edits_compose(const struct edits *first, const struct edits *second,
                  struct edits *out)
{
    struct walk a = { first, 0, 0 }, b = { second, 0, 0 };
    out->n = 0;
    while (a.i < first->n || b.i < second->n) {
        /* The next edit of each, in bytes of the text between. */
        size_t at_a = SIZE_MAX, at_b = SIZE_MAX;
        if (a.i < first->n) at_a = first->list[a.i].begin + a.shift;
        if (b.i < second->n) at_b = second->list[b.i].begin;
        size_t begin = at_a < at_b ? at_a : at_b, end = begin;
        size_t from = begin - a.shift, to = begin + b.shift;
        /* All that overlap or touch become one. */
        for (;;) {
            if (a.i < first->n && first->list[a.i].begin + a.shift <= end) {
                const struct edit *e = &first->list[a.i++];
                size_t e_end = e->begin + a.shift + e->size;
                a.shift += (size_t)e->size - (e->end - e->begin);
                if (e_end > end) end = e_end;
            } else if (b.i < second->n && second->list[b.i].begin <= end) {
                const struct edit *e = &second->list[b.i++];
                b.shift += (size_t)e->size - (e->end - e->begin);
                if (e->end > end) end = e->end;
            } else {
                break;
            }
        }
        if (edits_add(out, from, end - a.shift, end + b.shift - to) < 0)
            return -1;
    }
    return 0;
}
