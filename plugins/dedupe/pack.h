/* pack.h - entries written down as a segment (segment.h). */
#ifndef WARRAQ_DEDUPE_PACK_H
#define WARRAQ_DEDUPE_PACK_H
#include "index.h"

/* Which: those of the segments [first..end), and of the tail [from..to). */
struct pack {
    uint32_t first, end;
    uint32_t from, to;
    const struct clock *clock; /* of the last segment; NULL: it is another */
    uint64_t articles;         /* in all runs; and segments, this one too */
    uint32_t pieces;
};

/* Writes those that are not gone, and what those segments (the last one: and
 * this run) say of entries before them.  Returns bytes, which the caller frees,
 * or NULL if memory runs out. */
char *segment_pack(const struct index *x, const struct pack *what,
                   size_t *bytes);
/* About how many bytes an entry of the tail takes, with what finds it. */
size_t pack_estimate(const struct index *x, uint32_t in_tail);
/* How many rows of a segment are gone. */
uint32_t pack_count_gone(const struct index *x, uint32_t segment);
#endif
