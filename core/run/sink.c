/* sink.c - see sink.h. */
#include "run/sink.h"
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* Level 1 compresses Arabic JSON at some 430 MB/s on one core, faster than
 * the pipeline makes it. */
enum { ZSTD_LEVEL = 1, GZIP_LEVEL = 6 };

/* ---- temporary files, known to the signal handler ---- */
enum { MAX_TEMPORARY = 8 };
static _Atomic(char *) temporaries[MAX_TEMPORARY];

static void remember(char *path)
{
    for (size_t i = 0; i < MAX_TEMPORARY; i++) {
        char *none = NULL;
        if (atomic_compare_exchange_strong(&temporaries[i], &none, path)) return;
    }
}

static void forget(char *path)
{
    for (size_t i = 0; path && i < MAX_TEMPORARY; i++) {
        char *was = path;
        if (atomic_compare_exchange_strong(&temporaries[i], &was, NULL)) return;
    }
}

void sink_unlink_all(void)
{
    for (size_t i = 0; i < MAX_TEMPORARY; i++) {
        char *path = atomic_load(&temporaries[i]);
        if (path) unlink(path);
    }
}

/* ---- opening ---- */

static int cannot(const char *path, struct err *e)
{
    return err_set(e, err_code(errno, EX_CANT_CREATE),
                   "cannot write %s: %s", path, strerror(errno));
}

/* mode: of the file that will be replaced; 0: there is none. */
static int open_temporary(struct sink *s, mode_t mode, const char *tag,
                          struct err *e)
{
    char pid[24];
    text_format(pid, sizeof pid, "%ld", (long)getpid());
    if (asprintf(&s->temporary, "%s.tmp-%s", s->path, tag ? tag : pid) < 0) {
        s->temporary = NULL;
        return err_no_memory(e);
    }
    file_make_folders(s->path, false);
    /* Never through a link or into a file that is there: what a killed run of
     * the same number left behind goes first. */
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    s->fd = open(s->temporary, flags, 0666);
    if (s->fd < 0 && errno == EEXIST && unlink(s->temporary) == 0)
        s->fd = open(s->temporary, flags, 0666);
    if (s->fd >= 0 && mode && fchmod(s->fd, mode & 07777) < 0) {
        close(s->fd);
        unlink(s->temporary);
        s->fd = -1;
    }
    if (s->fd < 0) {
        cannot(s->path, e);
        free(s->temporary);
        s->temporary = NULL;
        return -1;
    }
    remember(s->temporary);
    return 0;
}

int sink_open(struct sink *s, const char *path, const char *tag, struct err *e)
{
    *s = (struct sink){ .fd = -1 };
    if (str_ends(str(path), ".zst")) s->packing = PACK_ZSTD;
    if (str_ends(str(path), ".gz")) s->packing = PACK_GZIP;
    if (strcmp(path, "-") == 0) {
        s->path = strdup(path);
        s->fd = STDOUT_FILENO;
        s->in_place = true;
        return s->path ? 0 : err_no_memory(e);
    }
    struct stat st;
    bool exists = stat(path, &st) == 0;
    if (exists && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return cannot(path, e);
    }
    /* A link is followed, so that the rename replaces what it points to. */
    s->path = exists ? realpath(path, NULL) : strdup(path);
    if (!s->path) return err_no_memory(e);
    int rc;
    if (exists && !S_ISREG(st.st_mode)) {
        s->in_place = true;
        s->fd = open(s->path, O_WRONLY | O_CLOEXEC);
        rc = s->fd < 0 ? cannot(path, e) : 0;
    } else {
        rc = open_temporary(s, exists ? st.st_mode : 0, tag, e);
    }
    if (rc < 0) {
        free(s->path);
        s->path = NULL;
    }
    return rc;
}

void sink_memory(struct sink *s, struct buf *to)
{
    *s = (struct sink){ .fd = -1, .memory = to };
}

/* ---- writing ---- */

static int pack_zstd(struct buf *b, struct buf *to, struct err *e)
{
    size_t bound = ZSTD_compressBound(b->n);
    if (buf_reserve(to, bound) < 0) return err_no_memory(e);
    size_t n = ZSTD_compress(to->p, bound, b->p, b->n, ZSTD_LEVEL);
    if (ZSTD_isError(n))
        return err_set(e, EX_INTERNAL, "zstd: %s", ZSTD_getErrorName(n));
    to->n = n;
    return 0;
}

static int pack_gzip(struct buf *b, struct buf *to, struct err *e)
{
    z_stream z = { 0 };
    /* 16 + 15: gzip wrapper, largest window; 8: zlib's default memory. */
    if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY)
        != Z_OK)
        return err_no_memory(e);
    int rc = Z_STREAM_ERROR;
    size_t bound = deflateBound(&z, b->n) + 64;
    if (b->n < UINT_MAX / 2 && buf_reserve(to, bound) == 0) {
        z.next_in = (Bytef *)b->p;
        z.avail_in = (uInt)b->n;
        z.next_out = (Bytef *)to->p;
        z.avail_out = (uInt)bound;
        rc = deflate(&z, Z_FINISH);
        to->n = z.total_out;
    }
    deflateEnd(&z);
    return rc == Z_STREAM_END ? 0 : err_no_memory(e);
}

int sink_pack(const struct sink *s, struct buf *b, struct err *e)
{
    if (s->packing == PACK_NONE || b->n == 0) return 0;
    struct buf packed = { 0 };
    int rc = s->packing == PACK_ZSTD ? pack_zstd(b, &packed, e)
                                     : pack_gzip(b, &packed, e);
    if (rc == 0) {
        struct buf plain = *b;
        *b = packed;
        packed = plain;
    }
    buf_free(&packed);
    return rc;
}

int sink_write(struct sink *s, const struct buf *b, struct err *e)
{
    if (s->memory)
        return buf_add(s->memory, b->p, b->n) < 0 ? err_no_memory(e) : 0;
    for (size_t done = 0; done < b->n;) {
        ssize_t n = write(s->fd, b->p + done, b->n - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            /* Somebody made our standard output non-blocking. */
            struct pollfd wait = { .fd = s->fd, .events = POLLOUT };
            poll(&wait, 1, -1);
            continue;
        }
        if (n < 0)
            return err_set(e, EX_IO, "cannot write %s: %s",
                           strcmp(s->path, "-") ? s->path : "standard output",
                           strerror(errno));
        done += (size_t)n;
    }
    s->bytes += b->n;
    return 0;
}

bool sink_is(const struct sink *s, const char *path)
{
    struct stat a, b;
    if (!s->path || s->in_place) return false;
    if (stat(s->path, &a) == 0 && stat(path, &b) == 0)
        return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    char *x = file_real(s->path), *y = file_real(path);
    bool same = x && y && strcmp(x, y) == 0;
    free(x);
    free(y);
    return same;
}

/* Can the temporary file be renamed to path + suffix? */
static int check_target(const struct sink *s, const char *suffix, struct err *e)
{
    char *to;
    struct stat st;
    if (asprintf(&to, "%s%s", s->path, suffix) < 0) return err_no_memory(e);
    int rc = 0;
    if (lstat(to, &st) == 0 && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        rc = cannot(to, e);
    }
    free(to);
    return rc;
}

int sink_sync(struct sink *s, const char *suffix, struct err *e)
{
    if (!s->temporary || s->fd < 0) return 0;
    if (check_target(s, suffix, e) < 0) return -1;
    /* An empty .zst or .gz is a file too: one empty frame. */
    if (s->bytes == 0 && s->packing != PACK_NONE) {
        struct buf nothing = { 0 }, frame = { 0 };
        int rc = s->packing == PACK_ZSTD ? pack_zstd(&nothing, &frame, e)
                                         : pack_gzip(&nothing, &frame, e);
        if (rc == 0) rc = sink_write(s, &frame, e);
        buf_free(&frame);
        if (rc < 0) return -1;
    }
    int rc = fsync(s->fd);
    if (close(s->fd) < 0) rc = -1;
    s->fd = -1;
    return rc < 0 ? err_set(e, EX_IO, "cannot write %s: %s", s->path,
                            strerror(errno))
                  : 0;
}

int sink_commit(struct sink *s, const char *suffix, struct err *e)
{
    if (!s->temporary) return 0;
    char *to;
    if (asprintf(&to, "%s%s", s->path, suffix) < 0) return err_no_memory(e);
    int rc = rename(s->temporary, to);
    if (rc < 0) {
        err_set(e, EX_IO, "cannot rename %s to %s: %s", s->temporary, to,
                strerror(errno));
    } else {
        (void)file_sync_folder(to); /* it is there now; more cannot be done */
        forget(s->temporary);
        free(s->temporary);
        s->temporary = NULL;
    }
    free(to);
    return rc;
}

char *sink_hand_over(struct sink *s)
{
    char *path = s->temporary;
    forget(path);
    s->temporary = NULL;
    return path;
}

void sink_close(struct sink *s)
{
    if (s->fd > STDOUT_FILENO) close(s->fd);
    if (s->temporary) {
        unlink(s->temporary);
        forget(s->temporary);
    }
    free(s->temporary);
    free(s->path);
    *s = (struct sink){ .fd = -1 };
}
