/* report.h - runs, and tells all who want to know how it ended: the log, the
 * collector, the hooks, standard output. */
#ifndef WQ_CLI_REPORT_H
#define WQ_CLI_REPORT_H
#include "cli/cli.h"
#include "run/run.h"

/* Chooses the form of the log by --log.  0, or -1 with e. */
int report_log(const struct options *o, struct err *e);
/* Runs what was loaded; or, if it could not be loaded (code: why), tells that.  Of
 * the options --json, --summary and --verbose count.  Returns the exit code. */
int report_run(const struct options *o, struct loaded *l, int code,
               struct run_options *options);
#endif
