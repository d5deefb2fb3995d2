/* log.c - see log.h. */
#include "base/log.h"
#include "base/str.h"
#include <stdio.h>
#include <unistd.h>

static int max_level = WQ_LOG_WARNING; /* set before threads start */

void log_set_level(int level)
{
    max_level = level;
}

void log_line(int level, const char *fmt, ...)
{
    static const char *const names[] = { "error", "warning", "info", "debug" };
    if (level > max_level) return;
    if (level < 0 || level > WQ_LOG_DEBUG) level = WQ_LOG_DEBUG;
    char text[2048];
    size_t n = text_format(text, sizeof text - 1, "warraq: %s: ", names[level]);
    va_list args;
    va_start(args, fmt);
    n += text_vformat(text + n, sizeof text - 1 - n, fmt, args);
    va_end(args);
    text[n++] = '\n';
    /* Nowhere is left to complain to if this fails. */
    ssize_t done = write(STDERR_FILENO, text, n);
    (void)done;
}

void log_err(const struct err *e)
{
    if (e->at.file && e->at.line)
        log_line(WQ_LOG_ERROR, "%s:%zu:%zu: %s", e->at.file, e->at.line,
                 e->at.column, e->text);
    else if (e->at.file)
        log_line(WQ_LOG_ERROR, "%s: %s", e->at.file, e->text);
    else
        log_line(WQ_LOG_ERROR, "%s", e->text);
}
