/* log.h - lines on standard error, one at a time, for people.
 *
 * `warraq: warning: ...`; whole lines in one write, so that threads and other
 * programs do not mix into them. */
#ifndef WQ_BASE_LOG_H
#define WQ_BASE_LOG_H
#include "base/err.h"

/* level: WQ_LOG_*; lines above the set level (default: warning) are not
 * printed.  [any] */
void log_line(int level, const char *fmt, ...) ERR_PRINTF(2, 3);
void log_set_level(int level); /* [main] */
/* "warraq: error: [file:line:col: ]text" */
void log_err(const struct err *e);
#endif
