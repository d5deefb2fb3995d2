/* compact.h - makes a state smaller, and changes nothing that a run will do.
 *
 *   rows of inputs that no run can look at any more   (ledger_compact)
 *   pages of the ledger that are free
 *   segment files that the ledger does not know: of a ledger that was put back
 *
 * Every step may be the last one: killed in between, it is the same state. */
#ifndef WQ_STATE_COMPACT_H
#define WQ_STATE_COMPACT_H
#include "state/state.h"

struct compaction {
    uint64_t before, after; /* bytes of the ledger and of all segments */
    uint64_t rows, files;   /* that went */
};
/* Of an open state, under its lock.  0, or -1 with e: EX_LATER: a run is held,
 * and not all that is there is known to count; EX_DATA, EX_IO, EX_NO_PERM,
 * EX_NO_MEMORY.  [main] */
int state_compact(struct state *s, struct compaction *out, struct err *e);
#endif
