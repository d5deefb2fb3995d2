/* source.c - see source.h.
 *
 *   fd -> in[] -> decoder (none, zstd, gzip) -> caller
 *
 * Errors are kept back until what was decoded before them has been handed out,
 * so that a truncated file loses only what is really gone. */
#include "run/source.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define IN_BYTES   ((size_t)256 << 10)
#define PEEK_BYTES ((size_t)4096)
enum { MAGIC_BYTES = 4 }; /* the longest mark of a compressed file */

enum codec { CODEC_UNKNOWN, CODEC_NONE, CODEC_ZSTD, CODEC_GZIP };

struct source {
    int fd;              /* -1: memory */
    int stop_fd;
    enum codec codec;
    bool in_ended, was_stopped;
    bool in_frame;       /* a frame or member has begun */
    char *in;
    size_t at, n;        /* unread bytes are in[at .. n) */
    wq_str memory;       /* fd -1: what is left of it */
    ZSTD_DStream *zstd;
    z_stream gzip;
    bool gzip_open;
    char peeked[PEEK_BYTES];
    size_t peek_at, peek_n;
    bool is_late;        /* an error waits in `err` */
    struct err err;
};

/* ---- the bytes as they lie in the file ---- */

/* Waits until fd can be read.  false: the run should stop. */
static bool wait_readable(const struct source *s)
{
    struct pollfd fds[2] = { { .fd = s->fd, .events = POLLIN },
                             { .fd = s->stop_fd, .events = POLLIN } };
    for (;;) {
        int rc = poll(fds, s->stop_fd >= 0 ? 2 : 1, -1);
        if (rc < 0 && errno != EINTR) return true; /* let read() say why */
        if (rc > 0) return !(fds[1].revents & POLLIN);
    }
}

/* Makes in[] hold something, unless the file has ended.  0 / -1. */
static int refill(struct source *s, struct err *e)
{
    if (s->at < s->n || s->in_ended) return 0;
    s->at = s->n = 0;
    if (s->fd < 0) {
        s->n = s->memory.n < IN_BYTES ? s->memory.n : IN_BYTES;
        if (s->n) memcpy(s->in, s->memory.p, s->n);
        s->memory.p += s->n;
        s->memory.n -= s->n;
        s->in_ended = s->n == 0;
        return 0;
    }
    for (;;) {
        if (s->stop_fd >= 0 && !wait_readable(s)) {
            s->in_ended = s->was_stopped = true;
            s->in_frame = false; /* not truncated */
            return 0;
        }
        ssize_t got = read(s->fd, s->in, IN_BYTES);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0)
            return err_set(e, EX_IO, "cannot read: %s", strerror(errno));
        s->n = (size_t)got;
        s->in_ended = got == 0;
        return 0;
    }
}

/* The first bytes may come one by one through a pipe: goes on until they are
 * enough to tell by. */
static int read_magic(struct source *s, struct err *e)
{
    char first[MAGIC_BYTES];
    size_t have = 0;
    while (have < sizeof first && !s->in_ended) {
        if (refill(s, e) < 0) return -1;
        size_t n = s->n - s->at;
        if (n >= sizeof first && have == 0) return 0;
        if (n > sizeof first - have) n = sizeof first - have;
        memcpy(first + have, s->in + s->at, n);
        s->at += n;
        have += n;
    }
    /* Back in front of what came behind them; in[] has room for that. */
    size_t rest = s->n - s->at;
    memmove(s->in + have, s->in + s->at, rest);
    memcpy(s->in, first, have);
    s->at = 0;
    s->n = have + rest;
    return 0;
}

static int find_codec(struct source *s, struct err *e)
{
    if (read_magic(s, e) < 0) return -1;
    const unsigned char *p = (const unsigned char *)s->in + s->at;
    size_t n = s->n - s->at;
    static const unsigned char zstd_magic[] = { 0x28, 0xB5, 0x2F, 0xFD };
    static const unsigned char gzip_magic[] = { 0x1F, 0x8B, 0x08 };
    s->codec = CODEC_NONE;
    if (n >= sizeof zstd_magic && !memcmp(p, zstd_magic, sizeof zstd_magic)) {
        s->codec = CODEC_ZSTD;
        s->zstd = ZSTD_createDStream();
        if (!s->zstd) return err_no_memory(e);
    } else if (n >= sizeof gzip_magic
               && !memcmp(p, gzip_magic, sizeof gzip_magic)) {
        s->codec = CODEC_GZIP;
        /* 16 + 15: gzip wrapper, largest window (zlib.h, inflateInit2). */
        if (inflateInit2(&s->gzip, 16 + 15) != Z_OK) return err_no_memory(e);
        s->gzip_open = true;
    }
    return 0;
}

/* ---- decoding: each fills p[0..n) with at least a byte, or 0 at the end ---- */

static ptrdiff_t truncated(const struct source *s, struct err *e)
{
    return s->in_frame
               ? err_set(e, EX_DATA, "the compressed file is truncated")
               : 0;
}

static ptrdiff_t decode_none(struct source *s, char *p, size_t n, struct err *e)
{
    if (refill(s, e) < 0) return -1;
    size_t have = s->n - s->at;
    if (n > have) n = have;
    if (n) memcpy(p, s->in + s->at, n);
    s->at += n;
    return (ptrdiff_t)n;
}

static ptrdiff_t decode_zstd(struct source *s, char *p, size_t n, struct err *e)
{
    ZSTD_outBuffer out = { p, n, 0 };
    while (out.pos == 0) {
        if (refill(s, e) < 0) return -1;
        if (s->at == s->n && !s->in_frame) return 0;
        ZSTD_inBuffer in = { s->in, s->n, s->at };
        size_t rc = ZSTD_decompressStream(s->zstd, &out, &in);
        bool stuck = in.pos == s->at && out.pos == 0;
        s->at = in.pos;
        if (ZSTD_getErrorCode(rc) == ZSTD_error_memory_allocation)
            return err_no_memory(e);
        if (ZSTD_isError(rc))
            return err_set(e, EX_DATA, "the zstd data is damaged: %s",
                           ZSTD_getErrorName(rc));
        s->in_frame = rc != 0;
        if (stuck && s->in_ended) return truncated(s, e);
    }
    return (ptrdiff_t)out.pos;
}

static ptrdiff_t decode_gzip(struct source *s, char *p, size_t n, struct err *e)
{
    uInt want = n > (1u << 30) ? 1u << 30 : (uInt)n;
    s->gzip.next_out = (Bytef *)p;
    s->gzip.avail_out = want;
    while (s->gzip.avail_out == want) {
        if (refill(s, e) < 0) return -1;
        if (s->at == s->n) return truncated(s, e);
        s->in_frame = true;
        s->gzip.next_in = (Bytef *)(s->in + s->at);
        s->gzip.avail_in = (uInt)(s->n - s->at);
        int rc = inflate(&s->gzip, Z_NO_FLUSH);
        s->at = s->n - s->gzip.avail_in;
        if (rc == Z_STREAM_END) { /* another member may follow */
            s->in_frame = false;
            inflateReset(&s->gzip);
        } else if (rc == Z_MEM_ERROR) {
            return err_no_memory(e);
        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            return err_set(e, EX_DATA, "the gzip data is damaged: %s",
                           s->gzip.msg ? s->gzip.msg : "no reason given");
        }
    }
    return (ptrdiff_t)(want - s->gzip.avail_out);
}

static ptrdiff_t decode(struct source *s, char *p, size_t n, struct err *e)
{
    if (s->codec == CODEC_UNKNOWN && find_codec(s, e) < 0) return -1;
    switch (s->codec) {
    case CODEC_ZSTD: return decode_zstd(s, p, n, e);
    case CODEC_GZIP: return decode_gzip(s, p, n, e);
    case CODEC_UNKNOWN:
    case CODEC_NONE: break;
    }
    return decode_none(s, p, n, e);
}

/* ---- public ---- */

static struct source *source_new(struct err *e)
{
    struct source *s = calloc(1, sizeof *s);
    if (s) s->in = malloc(IN_BYTES + MAGIC_BYTES);
    if (!s || !s->in) {
        free(s);
        err_no_memory(e);
        return NULL;
    }
    s->fd = s->stop_fd = -1;
    return s;
}

struct source *source_open(const char *path, int stop_fd, struct err *e)
{
    struct source *s = source_new(e);
    if (!s) return NULL;
    if (strcmp(path, "-") == 0) {
        s->fd = STDIN_FILENO;
        s->stop_fd = stop_fd;
        return s;
    }
    s->fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (s->fd >= 0 && fstat(s->fd, &st) == 0) {
        if (!S_ISREG(st.st_mode)) s->stop_fd = stop_fd; /* may block */
        if (!S_ISDIR(st.st_mode)) return s;
        errno = EISDIR;
    }
    err_set(e, errno == ENOENT ? EX_NO_INPUT : err_code(errno, EX_IO),
            "cannot read %s: %s", path, strerror(errno));
    source_close(s);
    return NULL;
}

struct source *source_memory(wq_str text, struct err *e)
{
    struct source *s = source_new(e);
    if (s) s->memory = text;
    return s;
}

ptrdiff_t source_read(struct source *s, char *p, size_t n, struct err *e)
{
    size_t done = 0;
    if (s->peek_at < s->peek_n) {
        done = s->peek_n - s->peek_at < n ? s->peek_n - s->peek_at : n;
        memcpy(p, s->peeked + s->peek_at, done);
        s->peek_at += done;
    }
    while (done < n && !s->is_late) {
        ptrdiff_t got = decode(s, p + done, n - done, &s->err);
        if (got == 0) return (ptrdiff_t)done;
        if (got > 0) done += (size_t)got;
        else s->is_late = true;
    }
    if (done || !s->is_late) return (ptrdiff_t)done;
    *e = s->err;
    return -1;
}

ptrdiff_t source_peek(struct source *s, char *p, size_t n, struct err *e)
{
    if (s->peek_at == s->peek_n) {
        s->peek_at = s->peek_n = 0;
        ptrdiff_t got = source_read(s, s->peeked, sizeof s->peeked, e);
        if (got < 0) return -1;
        s->peek_n = (size_t)got;
    }
    size_t have = s->peek_n - s->peek_at;
    if (n > have) n = have;
    memcpy(p, s->peeked + s->peek_at, n);
    return (ptrdiff_t)n;
}

/* A plain file is just set there; of a packed one all has to be unpacked. */
int source_skip(struct source *s, uint64_t n, struct err *e)
{
    if (s->codec == CODEC_UNKNOWN && find_codec(s, e) < 0) return -1;
    if (s->codec == CODEC_NONE && s->fd >= 0 && n <= INT64_MAX
        && lseek(s->fd, (off_t)n, SEEK_SET) >= 0) {
        s->at = s->n = s->peek_at = s->peek_n = 0;
        s->in_ended = false;
        return 0;
    }
    char *gone = malloc(IN_BYTES);
    if (!gone) return err_no_memory(e);
    ptrdiff_t got = 1;
    while (n && got > 0) {
        got = source_read(s, gone, n < IN_BYTES ? (size_t)n : IN_BYTES, e);
        if (got > 0) n -= (uint64_t)got;
    }
    free(gone);
    return got < 0 ? -1 : 0;
}

int source_fd(const struct source *s)
{
    return s->fd;
}

bool source_was_stopped(const struct source *s)
{
    return s->was_stopped;
}

void source_close(struct source *s)
{
    if (!s) return;
    if (s->fd > STDIN_FILENO) close(s->fd);
    if (s->gzip_open) inflateEnd(&s->gzip);
    ZSTD_freeDStream(s->zstd);
    free(s->in);
    free(s);
}
