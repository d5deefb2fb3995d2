/* supervise.h - a run in a process of its own.
 *
 *   parent   forks, before there is a thread; waits, passes signals on
 *   child    the whole run, state and commit and all
 *
 * So a crash in an ordered stage, whose memory dies with it, costs one record:
 * nothing was committed, the parent forks again, and the run begins anew with
 * that record set aside at that stage.  And what shuts the run in, shuts in
 * nothing else. */
#ifndef WQ_RUN_SUPERVISE_H
#define WQ_RUN_SUPERVISE_H
#include "run/run.h"

/* Does the run need a process of its own: an ordered stage is isolated, there is
 * a `sandbox`, or somebody to be told how it ended?  Never one to memory. */
bool supervise_wants(const struct plan *plan, const struct run_options *options);
/* As run_plan. [main] */
int supervise(struct plan *plan, const struct run_options *options,
              struct run_result *result, struct err *e);
#endif
