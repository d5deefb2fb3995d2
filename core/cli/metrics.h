/* metrics.h - the figures of a run for a collector. */
#ifndef WQ_CLI_METRICS_H
#define WQ_CLI_METRICS_H
#include "run/run.h"

/* Writes the figures of a run that succeeded to `path`, in the text format of
 * Prometheus (exposition format 0.0.4), mode 0644, by rename: a collector sees
 * the old file or the new one.  0, or -1 with e. */
int metrics_write(const char *path, const struct plan *plan,
                  const struct run_result *r, struct err *e);
#endif
