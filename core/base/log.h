/* log.h - lines on standard error, one at a time: for people, or for machines.
 *
 *   text     warraq: warning: dedupe: ...
 *   json     {"time":"2023-09-20T04:05:06.789Z","level":"warning",
 *             "message":"...","pipeline":"news","run":17,"stage":"dedupe"}
 *   journal  the same as fields of an entry of systemd's journal
 *
 * Each is one write, so that threads and other programs do not mix into it, and
 * one line: controls, and what else is invisible, are spaces (text) or escaped.
 * Text that goes to the journal by way of standard error has its level in front,
 * as "<4>" (sd-daemon(3)). */
#ifndef WQ_BASE_LOG_H
#define WQ_BASE_LOG_H
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

enum log_form { LOG_TEXT, LOG_JSON, LOG_JOURNAL };

/* What a line is about; all may be NULL or 0. */
struct log_about {
    const char *stage;
    struct place at;
    bool says_stage; /* the text names it already */
};

/* Chooses the form; LOG_TEXT until then.  Returns 0, or -1 with e
 * (EX_NO_PLUGIN): this machine has no journal.  Should it go away later, lines go
 * to standard error as text.  [main] */
int log_open(enum log_form form, struct err *e);
enum log_form log_form(void);
/* What all lines from here on say: the pipeline's name (copied), the number of its
 * run (0: none).  [main] */
void log_pipeline(const char *name);
void log_run(uint64_t run);
/* Lines above it (default: warning) are not printed.  [main] */
void log_set_level(int level);

/* level: WQ_LOG_*.  [any] */
void log_line(int level, const char *fmt, ...) ERR_PRINTF(2, 3);
void log_about(int level, const struct log_about *about, const char *fmt, ...)
    ERR_PRINTF(3, 4);
/* The same with a text that is ready; safe in a signal handler. */
void log_text(int level, const struct log_about *about, const char *text,
              size_t n);
void log_err(const struct err *e);
#endif
