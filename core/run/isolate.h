/* isolate.h - pure stages in processes of their own: one that crashes, hangs or
 * eats all memory costs the record it was at, and the run goes on.
 *
 *   run --- keeper --+-- worker process 0     one for each worker thread; it runs
 *    |               +-- worker process 1     the isolated pure stages, and dies
 *    |                        |               in the thread's place
 *    +--- shared memory ------+               records travel as bytes (wire.h)
 *
 * The keeper is forked before the run has a second thread, holds no file of the
 * run's and does nothing but fork a worker process for whoever has none: so no
 * process with threads is ever forked, and a new worker process is the one that
 * began, not a copy of a run in progress.
 *
 * When a worker process dies, what it was given is cut in parts, down to single
 * records at single stages; one that kills a process which has seen nothing else
 * is set aside (stage_set_aside).  All others go through as if it had never been
 * there, whatever the parts were: a PURE stage gives each record the same result.
 *
 * ORDERED stages that are isolated are the matter of supervise.h. */
#ifndef WQ_RUN_ISOLATE_H
#define WQ_RUN_ISOLATE_H
#include "run/stage.h"

struct isolate;

/* Does this stage run in the worker processes? */
bool isolate_has(const struct plan_stage *s);
/* Forks the keeper of n_workers processes; the process has one thread.  output: the
 * format that format/1 speaks beside jsonl.  files: a descriptor that is not for
 * them; 0.  *out is NULL if no stage is isolated.
 * -1 with e filled.  [main] */
int isolate_open(struct isolate **out, const struct plan *plan,
                 const struct plan_format *output, size_t n_workers, int files,
                 struct err *e);
/* Has all worker processes start their stages' instances.  -1 with e filled: what
 * a stage says, or died of.  [main] */
int isolate_start(struct isolate *iso, struct err *e);
/* stage_run for the stages from .. to, all of them isolated. [worker] */
int isolate_run(struct isolate *iso, struct stage *stages, size_t worker,
                uint32_t from, uint32_t to, struct batch *b, struct err *e);
/* Limits this process to so many bytes beyond what it has by now; 0: the default
 * of `memory_limit`.  -1 with e: it cannot be told, or set. */
int isolate_limit_memory(int64_t limit, struct err *e);
/* Ends all processes: each has two seconds to stop its instances.  NULL: nothing.
 * [main] */
void isolate_close(struct isolate *iso);
#endif
