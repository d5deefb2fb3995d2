/* commit.h - the end of a run, and the begin of the next one.
 *
 *   1. all files of the run lie aside, synced, and so do their folders
 *   2. one transaction: run N is committed, with these renames     <- the point
 *   3. the renames; their folders synced
 *   4. one transaction: they are done
 *
 * Killed before 2: nothing has happened, and what lies aside is cleared away at
 * the next start (ledger_begin has noted it).  Killed after: the next start does
 * 3 and 4, which may be done any number of times. */
#ifndef WQ_STATE_COMMIT_H
#define WQ_STATE_COMMIT_H
#include "state/state.h"

/* Does all four.  -1 with e: nothing is committed, unless *is_committed.  Never
 * EX_LATER: the work of a run is lost, and somebody is to know. */
int commit_run(struct state *s, const struct commit *c, bool *is_committed,
               struct err *e);
/* Ends a held run, by accepting or discarding it.  0; 1: none is held; -1: nothing
 * has changed if it is EX_NO_INPUT, a file of the accepted run is gone. */
int commit_end_held(struct state *s, bool is_accepted, struct err *e);
/* Finishes what the last run left: steps 3 and 4, or clearing away. */
int commit_finish(struct state *s, struct err *e);
#endif
