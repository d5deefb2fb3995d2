/* confine.h - what a run with `sandbox: true` may still reach: its inputs, its
 * plugins and their files to read; the folders of its outputs and its state to
 * write. */
#ifndef WQ_RUN_CONFINE_H
#define WQ_RUN_CONFINE_H
#include "base/err.h"

struct run;

/* Shuts the process in.  Formats, state, inputs, stages and outputs are open,
 * and there is one thread.  0, or -1 with e (sandbox_enter).  [main] */
int confine_run(const struct run *run, struct err *e);
#endif
