/* sweeps.h - what has left the stream for ever.
 *
 * An entry that is out of the window is not found; but if the clock goes back
 * it would be.  So that it can be taken out, the stream is swept now and then,
 * when its entries have grown by a quarter: what is out of the window at a
 * sweep is gone for good.  When that is depends on the articles alone, so many
 * runs and one over everything sweep alike.
 *
 * Entries in segments are not touched by a sweep.  It is noted, and whether one
 * of those it could have taken is gone follows from when the entry was seen:
 *
 *     sweeps       0     1           2      each: now, window
 *     entry    x            x                seen before 0; before 2
 *              gone if 0, 1 or 2 takes it; if 2 does                       */
#ifndef WARRAQ_DEDUPE_SWEEPS_H
#define WARRAQ_DEDUPE_SWEEPS_H
#include "segment.h"

struct sweeps {
    struct sweep *list; /* the last n ones */
    /* What the i-th and all behind it leave was seen from .. to. */
    struct { int64_t from, to; } *leave;
    uint32_t n, cap, first; /* first: sweeps before list[0] */
};

/* Room for one more: 0, or -1: no memory, unchanged. */
int sweeps_room(struct sweeps *s);
/* There is room. */
void sweeps_add(struct sweeps *s, struct sweep sweep);
void sweeps_free(struct sweeps *s);
/* When an entry was seen, of which `seen` is known, and that there had been
 * `swept` sweeps then.  One without a date counts as seen at the next sweep. */
int64_t sweeps_seen(const struct sweeps *s, int64_t seen, uint32_t swept);
/* Has a sweep taken it? */
int sweeps_took(const struct sweeps *s, int64_t seen, uint32_t swept);
#endif
