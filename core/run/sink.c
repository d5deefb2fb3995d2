/* sink.c - see sink.h. */
#include "run/sink.h"
#include "base/file.h"
#include "run/temporary.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- opening ---- */

static int cannot(const char *path, struct err *e)
{
    return err_set(e, err_code(errno, EX_CANT_CREATE),
                   "cannot write %s: %s", path, strerror(errno));
}

/* mode: of the file that will be replaced; 0: there is none.  What it adds to
 * reading and writing (set-user-ID) is not taken over. */
static int open_temporary(struct sink *s, mode_t mode, const char *tag,
                          struct err *e)
{
    char pid[24];
    text_format(pid, sizeof pid, "%ld", (long)getpid());
    if (asprintf(&s->temporary, "%s.tmp-%s", s->path, tag ? tag : pid) < 0) {
        s->temporary = NULL;
        return err_no_memory(e);
    }
    int rc = file_make_folders(s->path, false);
    /* Never through a link or into a file that is there: what a killed run of
     * the same number left behind goes first. */
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    s->fd = rc < 0 ? -1 : open(s->temporary, flags, 0666);
    if (s->fd < 0 && errno == EEXIST && unlink(s->temporary) == 0)
        s->fd = open(s->temporary, flags, 0666);
    if (s->fd >= 0 && mode && fchmod(s->fd, mode & 0777) < 0) {
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
    s->is_aside = true;
    temporary_note(s->temporary, NULL);
    return 0;
}

int sink_open(struct sink *s, const char *path, const char *tag, struct err *e)
{
    *s = (struct sink){ .fd = -1 };
    s->packing = packing_of(path);
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
    struct stat link;
    bool is_link = exists && lstat(path, &link) == 0 && S_ISLNK(link.st_mode);
    s->path = is_link ? realpath(path, NULL) : strdup(path);
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

int sink_open_fan(struct sink *s, struct fan *f, struct err *e)
{
    *s = (struct sink){ .fd = -1, .fan = f };
    s->path = strdup(f->options.shown);
    return s->path ? fan_open(f, e) : err_no_memory(e);
}

void sink_memory(struct sink *s, struct buf *to)
{
    *s = (struct sink){ .fd = -1, .memory = to };
}

/* ---- writing ---- */

int sink_pack(const struct sink *s, struct buf *b, struct err *e)
{
    return b->n ? pack_bytes(s->packing, b, e) : 0;
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
    if (!s->path || s->in_place || s->fan) return false;
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
    if (s->fan) {
        s->bytes = fan_bytes(s->fan);
        return fan_sync(s->fan, suffix, e);
    }
    if (!s->is_aside || s->fd < 0) return 0;
    if (check_target(s, suffix, e) < 0) return -1;
    /* An empty .zst or .gz is a file too: one empty frame. */
    if (s->bytes == 0 && s->packing != PACK_NONE) {
        struct buf frame = { 0 };
        int rc = pack_bytes(s->packing, &frame, e);
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

int sink_check(struct sink *s, const char *suffix, struct err *e)
{
    if (s->fan) return fan_check(s->fan, suffix, e);
    return s->is_aside ? check_target(s, suffix, e) : 0;
}

int sink_commit(struct sink *s, const char *suffix, struct err *e)
{
    if (s->fan) return fan_commit(s->fan, suffix, e);
    if (!s->is_aside) return 0;
    char *to;
    if (asprintf(&to, "%s%s", s->path, suffix) < 0) return err_no_memory(e);
    int rc = rename(s->temporary, to);
    if (rc < 0) {
        err_set(e, EX_IO, "cannot rename %s to %s: %s", s->temporary, to,
                strerror(errno));
    } else {
        (void)file_sync_folder(to); /* it is there now; more cannot be done */
        temporary_forget(s->temporary);
        s->is_aside = false;
    }
    free(to);
    return rc;
}

bool sink_hand_over(struct sink *s)
{
    bool was_aside = s->is_aside;
    temporary_forget(s->temporary);
    s->is_aside = false;
    return was_aside;
}

void sink_close(struct sink *s)
{
    if (s->fd > STDOUT_FILENO) close(s->fd);
    if (s->is_aside) {
        unlink(s->temporary);
        temporary_forget(s->temporary);
    }
    fan_close(s->fan);
    free(s->temporary);
    free(s->path);
    *s = (struct sink){ .fd = -1 };
}

void sink_unlink_all(void)
{
    temporary_unlink_all();
}
