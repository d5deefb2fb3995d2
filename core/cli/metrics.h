/* metrics.h - the figures of a run for a collector. */
#ifndef WQ_CLI_METRICS_H
#define WQ_CLI_METRICS_H
#include "cli/summary.h"

/* Writes the figures of a run to `path`, in the text format of Prometheus
 * (exposition format 0.0.4), mode 0644, by rename: a collector sees the old file
 * or the new one.  A run that fails says when and how it ended, and leaves the
 * figures, and when a run last succeeded, as they are; one that has done nothing
 * since another is on, or it was stopped, leaves all of it.  0, or -1 with e. */
int metrics_write(const char *path, const struct report *r, struct err *e);
#endif
