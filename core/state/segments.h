/* segments.h - state/segments: immutable files with the memory of stages.
 *
 * Written aside, synced, renamed by the commit, never changed; the ledger has
 * length and XXH3-128 of each, and they are checked whenever one is opened. */
#ifndef WQ_STATE_SEGMENTS_H
#define WQ_STATE_SEGMENTS_H
#include "state/state.h"

/* Writes p[0..n) aside as the run's segment number k.  Fills name, bytes and
 * hash of *segment and all of *file, whose strings the caller frees (and does
 * on failure).  0, or -1 with e: EX_IO, EX_CANT_CREATE, EX_NO_MEMORY.  [main] */
int segment_write(struct state *s, unsigned k, wq_str bytes,
                  struct ledger_segment *segment, struct ledger_file *file,
                  struct err *e);
/* Maps a segment into memory and checks it; segment_unmap ends the view.  0, or
 * -1 with e: EX_DATA if it is damaged or gone. [main] */
int segment_map(const struct state *s, const struct ledger_segment *segment,
                wq_str *view, struct err *e);
void segment_unmap(wq_str view);
/* Its path; the caller frees it.  NULL: no memory. */
char *segment_path(const struct state *s, const char *name);
/* Removes what killed runs left aside.  Under the lock, after commit_finish. */
int segments_sweep(const struct state *s, struct err *e);
#endif
