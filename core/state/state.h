/* state.h - the folder of a `state:`, held by one run.
 *
 *   state/lock        held while a run is on; keeps the state's id
 *   state/warraq.db   the ledger
 *   state/segments/   memory of ordered stages
 *
 * doc/state.md is the whole of it: layout, commit, recovery, promises. */
#ifndef WQ_STATE_STATE_H
#define WQ_STATE_STATE_H
#include "state/ledger.h"
#include "state/lock.h"

struct state {
    char *dir;          /* absolute; NULL: not open                     */
    struct lock lock;
    struct ledger *ledger;
    char id[33];
    uint64_t run;       /* the number that the run in progress will have */
};

/* Takes the lock of the state in `dir` (made if it is not there), opens the
 * ledger and recovers what a killed run left.  0; 1: another run holds it and
 * mode is SKIP; -1 with e.  state_close either way.  [main] */
int state_open(struct state *s, const char *dir, enum lock_mode mode,
               int64_t wait_ms, int stop_fd, struct err *e);
/* Is there a state in `dir`?  0; -1 with e: EX_NO_INPUT, or nobody may look. */
int state_exists(const char *dir, struct err *e);
/* Opens the ledger to look at it; no lock, no recovery. [main] */
int state_view(struct state *s, const char *dir, struct err *e);
void state_close(struct state *s);

/* Where a file of this run is written until the commit: "TARGET.tmp-ID-RUN".
 * The caller frees it; NULL: no memory. */
char *state_aside(const struct state *s, const char *target);
/* The tag in it: "ID-RUN". */
void state_tag(const struct state *s, char *out, size_t cap);
/* A file of the state folder; the caller frees it; NULL: no memory. */
char *state_path(const struct state *s, const char *name);
#endif
