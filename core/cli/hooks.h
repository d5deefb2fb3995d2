/* hooks.h - on_success and on_failure: programs that are told how a run ended. */
#ifndef WQ_CLI_HOOKS_H
#define WQ_CLI_HOOKS_H
#include "cli/summary.h"

/* Runs the hook that the run's outcome calls for, if the pipeline has it, and waits
 * for it.  What goes wrong is logged as a warning: it changes nothing of the run.
 * [main] */
void hooks_run(const struct report *r);
#endif
