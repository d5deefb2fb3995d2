/* log.c - see log.h.
 *
 * A line is put together by hand in a buffer on the stack, because a handler of
 * SIGSEGV writes lines, too: no malloc, no stdio, no locale. */
#include "base/log.h"
#include "base/utf8.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_MESSAGE = 2048,
    MAX_PATH = 1024,
    MAX_NAME = 256,
    /* All of them, each byte as \u0000, and the names of the members. */
    MAX_LINE = 6 * (MAX_MESSAGE + MAX_PATH + 2 * MAX_NAME) + 512
};

static const char journal_path[] = "/run/systemd/journal/socket";

/* Set before threads start. */
static int max_level = WQ_LOG_WARNING;
static enum log_form the_form;
static int journal = -1;
static bool has_prefix; /* standard error is the journal */
static char the_pipeline[MAX_NAME];
static uint64_t the_run;

static const struct {
    const char *name, *prefix;
    unsigned priority; /* syslog(3) */
} levels[] = {
    [WQ_LOG_ERROR] = { "error", "<3>", 3 },
    [WQ_LOG_WARNING] = { "warning", "<4>", 4 },
    [WQ_LOG_INFO] = { "info", "<6>", 6 },
    [WQ_LOG_DEBUG] = { "debug", "<7>", 7 },
};

/* ---- putting a line together ---- */

struct line {
    char text[MAX_LINE];
    size_t n;
};

static void put(struct line *l, const char *s, size_t n)
{
    if (n > sizeof l->text - l->n) n = sizeof l->text - l->n;
    memcpy(l->text + l->n, s, n);
    l->n += n;
}

static void put_text(struct line *l, const char *s)
{
    put(l, s, strlen(s));
}

/* width: with zeros in front. */
static void put_number(struct line *l, uint64_t v, unsigned width)
{
    char digits[20];
    size_t i = sizeof digits;
    do digits[--i] = (char)('0' + v % 10);
    while (v /= 10);
    while (sizeof digits - i < width) digits[--i] = '0';
    put(l, digits + i, sizeof digits - i);
}

/* Days since 1970 as a date of the Gregorian calendar: years are counted from
 * March, so that the day that comes and goes is the last. */
static void put_date(struct line *l, int64_t days)
{
    days += 719468; /* since 0000-03-01 */
    int64_t era = days / 146097, day = days % 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int64_t month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    month += month < 10 ? 3 : -9;
    put_number(l, (uint64_t)(year + era * 400 + (month <= 2)), 4);
    put_text(l, "-");
    put_number(l, (uint64_t)month, 2);
    put_text(l, "-");
    put_number(l, (uint64_t)day + 1, 2);
}

/* 2023-09-20T04:05:06.789Z */
static void put_time(struct line *l)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    uint64_t now = t.tv_sec > 0 ? (uint64_t)t.tv_sec : 0;
    put_date(l, (int64_t)(now / 86400));
    put_text(l, "T");
    put_number(l, now / 3600 % 24, 2);
    put_text(l, ":");
    put_number(l, now / 60 % 60, 2);
    put_text(l, ":");
    put_number(l, now % 60, 2);
    put_text(l, ".");
    put_number(l, (uint64_t)t.tv_nsec / 1000000, 3);
    put_text(l, "Z");
}

/* Bytes of p[0..n), at most max, that end between code points. */
static size_t head(const char *p, size_t n, size_t max)
{
    if (n <= max) return n;
    while (max > 0 && ((unsigned char)p[max] & 0xC0) == 0x80) max--;
    return max;
}

/* ---- text ---- */

/* Whatever the message holds, it is one line and no terminal's command: what is
 * not UTF-8 is, to terminals that know no UTF-8, a control, too. */
static void put_plain(struct line *l, const char *p, size_t n)
{
    for (size_t step; n > 0; p += step, n -= step) {
        step = utf8_first(p, n);
        if (step == 0) {
            step = utf8_ill_formed(p, n);
            put_text(l, "\xEF\xBF\xBD"); /* U+FFFD */
        } else if (utf8_is_invisible(p, step)) {
            put_text(l, " ");
        } else {
            put(l, p, step);
        }
    }
}

static void put_place(struct line *l, const struct place *at)
{
    put_plain(l, at->file, head(at->file, strlen(at->file), MAX_PATH));
    if (at->line) {
        put_text(l, ":");
        put_number(l, at->line, 0);
        put_text(l, ":");
        put_number(l, at->column, 0);
    }
    put_text(l, ": ");
}

static void write_text(struct line *l, int level, const struct log_about *about,
                       const char *text, size_t n)
{
    if (has_prefix) put_text(l, levels[level].prefix);
    put_text(l, "warraq: ");
    put_text(l, levels[level].name);
    put_text(l, ": ");
    if (about->at.file) put_place(l, &about->at);
    if (about->stage && !about->says_stage) {
        put_plain(l, about->stage, head(about->stage, strlen(about->stage),
                                        MAX_NAME));
        put_text(l, ": ");
    }
    put_plain(l, text, n);
    put_text(l, "\n");
}

/* ---- JSON ---- */

static void put_escaped(struct line *l, char c)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char u = (unsigned char)c;
    if (c == '"' || c == '\\') {
        put(l, "\\", 1);
        put(l, &c, 1);
    } else if (u < 0x20 || u == 0x7F) {
        put_text(l, "\\u00");
        put(l, &hex[u >> 4], 1);
        put(l, &hex[u & 15], 1);
    } else {
        put(l, &c, 1);
    }
}

static void put_string(struct line *l, const char *p, size_t n)
{
    put_text(l, "\"");
    while (n > 0) {
        size_t valid = utf8_valid_prefix_plain(p, n), skip = valid;
        for (size_t i = 0; i < valid; i++) put_escaped(l, p[i]);
        if (valid < n) {
            skip += utf8_ill_formed(p + valid, n - valid);
            put_text(l, "\xEF\xBF\xBD"); /* U+FFFD */
        }
        p += skip;
        n -= skip;
    }
    put_text(l, "\"");
}

static void put_member(struct line *l, const char *name, const char *s,
                       size_t max)
{
    if (!s || !*s) return;
    put_text(l, name);
    put_string(l, s, head(s, strlen(s), max));
}

static void put_count(struct line *l, const char *name, uint64_t v)
{
    if (v == 0) return;
    put_text(l, name);
    put_number(l, v, 0);
}

static void write_json(struct line *l, int level, const struct log_about *about,
                       const char *text, size_t n)
{
    put_text(l, "{\"time\":\"");
    put_time(l);
    put_text(l, "\",\"level\":\"");
    put_text(l, levels[level].name);
    put_text(l, "\",\"message\":");
    put_string(l, text, n);
    put_member(l, ",\"pipeline\":", the_pipeline, MAX_NAME);
    put_count(l, ",\"run\":", the_run);
    put_member(l, ",\"stage\":", about->stage, MAX_NAME);
    put_member(l, ",\"file\":", about->at.file, MAX_PATH);
    put_count(l, ",\"line\":", about->at.line);
    put_count(l, ",\"column\":", about->at.column);
    put_text(l, "}\n");
}

/* ---- the journal ----
 * https://systemd.io/JOURNAL_NATIVE_PROTOCOL: NAME=value LF, or, if the value
 * holds line ends, NAME LF, its length in 64 bits (little-endian), value, LF. */

static void put_field(struct line *l, const char *name, const char *s, size_t n)
{
    put_text(l, name);
    if (memchr(s, '\n', n)) {
        put_text(l, "\n");
        for (unsigned i = 0; i < 8; i++) {
            char byte = (char)((uint64_t)n >> 8 * i & 0xFF);
            put(l, &byte, 1);
        }
    } else {
        put_text(l, "=");
    }
    put(l, s, n);
    put_text(l, "\n");
}

static void put_field_text(struct line *l, const char *name, const char *s,
                           size_t max)
{
    if (s && *s) put_field(l, name, s, head(s, strlen(s), max));
}

static void write_entry(struct line *l, int level, const struct log_about *about,
                        const char *text, size_t n)
{
    put_text(l, "SYSLOG_IDENTIFIER=warraq\nPRIORITY=");
    put_number(l, levels[level].priority, 0);
    put_text(l, "\n");
    put_field(l, "MESSAGE", text, n);
    put_field_text(l, "WARRAQ_PIPELINE", the_pipeline, MAX_NAME);
    put_count(l, "WARRAQ_RUN=", the_run);
    if (the_run) put_text(l, "\n");
    put_field_text(l, "WARRAQ_STAGE", about->stage, MAX_NAME);
    put_field_text(l, "WARRAQ_FILE", about->at.file, MAX_PATH);
    put_count(l, "WARRAQ_LINE=", about->at.line);
    if (about->at.line) put_text(l, "\n");
}

/* ---- public ---- */

static int connect_journal(struct err *e)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    memcpy(to.sun_path, journal_path, sizeof journal_path);
    journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (journal >= 0
        && connect(journal, (const struct sockaddr *)&to, sizeof to) == 0)
        return 0;
    err_set(e, EX_NO_PLUGIN, "--log=journal: %s: %s", journal_path,
            strerror(errno));
    if (journal >= 0) close(journal);
    journal = -1;
    return -1;
}

/* $JOURNAL_STREAM is "device:inode" of the stream that systemd gave us; standard
 * error may have been turned elsewhere since. */
static bool is_journal(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char ours[48];
    struct stat st;
    if (!stream || fstat(fd, &st) < 0) return false;
    text_format(ours, sizeof ours, "%llu:%llu", (unsigned long long)st.st_dev,
                (unsigned long long)st.st_ino);
    return strcmp(stream, ours) == 0;
}

int log_open(enum log_form form, struct err *e)
{
    if (form == LOG_JOURNAL && connect_journal(e) < 0) return -1;
    has_prefix = is_journal(STDERR_FILENO);
    the_form = form;
    return 0;
}

enum log_form log_form(void)
{
    return the_form;
}

void log_pipeline(const char *name)
{
    text_format(the_pipeline, sizeof the_pipeline, "%s", name);
}

void log_run(uint64_t run)
{
    the_run = run;
}

void log_set_level(int level)
{
    max_level = level;
}

void log_text(int level, const struct log_about *about, const char *text,
              size_t n)
{
    struct line l;
    int saved = errno;
    if (level < 0 || level > WQ_LOG_DEBUG) level = WQ_LOG_DEBUG;
    if (level > max_level) return;
    n = head(text, n, MAX_MESSAGE);
    l.n = 0;
    if (the_form == LOG_JOURNAL) {
        write_entry(&l, level, about, text, n);
        if (write(journal, l.text, l.n) == (ssize_t)l.n) {
            errno = saved;
            return;
        }
        l.n = 0; /* it has gone away */
    }
    if (the_form == LOG_JSON) write_json(&l, level, about, text, n);
    else write_text(&l, level, about, text, n);
    /* Nowhere is left to complain to if this fails. */
    ssize_t done = write(STDERR_FILENO, l.text, l.n);
    (void)done;
    errno = saved;
}

static void log_vabout(int level, const struct log_about *about,
                       const char *fmt, va_list args)
{
    char text[MAX_MESSAGE];
    log_text(level, about, text, text_vformat(text, sizeof text, fmt, args));
}

void log_line(int level, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    log_vabout(level, &(struct log_about){ 0 }, fmt, args);
    va_end(args);
}

void log_about(int level, const struct log_about *about, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    log_vabout(level, about, fmt, args);
    va_end(args);
}

void log_err(const struct err *e)
{
    const struct log_about about = { .at = e->at };
    log_text(WQ_LOG_ERROR, &about, e->text, strlen(e->text));
}
