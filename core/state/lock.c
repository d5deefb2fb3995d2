/* lock.c - see lock.h. */
#include "state/lock.h"
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TRY_MS = 50, ID_BYTES = 32 };

static int cannot(const char *what, const char *path, struct err *e)
{
    int code = errno == EROFS ? EX_NO_PERM : err_code(errno, EX_IO);
    return err_set(e, code, "cannot %s %s: %s", what, path, strerror(errno));
}

static int64_t now_ms(void)
{
    struct timespec t; /* a clock that nobody sets */
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Is the file that was locked still the one of that name? */
static bool is_current(const struct lock *lock)
{
    struct stat mine, there;
    return fstat(lock->fd, &mine) == 0 && stat(lock->path, &there) == 0
           && mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

/* 1: held now; 0: by somebody else; -1. */
static int try(struct lock *lock, struct err *e)
{
    if (lock->fd < 0)
        lock->fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                        0666);
    if (lock->fd < 0) return cannot("open", lock->path, e);
    while (flock(lock->fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EINTR) continue;
        if (errno == EWOULDBLOCK) return 0;
        return cannot("lock", lock->path, e);
    }
    if (is_current(lock)) return 1;
    close(lock->fd); /* it was taken away meanwhile: try the new one */
    lock->fd = -1;
    return 0;
}

int lock_take(struct lock *lock, const char *dir, enum lock_mode mode,
              int64_t wait_ms, int stop_fd, struct err *e)
{
    int64_t start = now_ms();
    *lock = (struct lock){ .fd = -1 };
    if (asprintf(&lock->path, "%s/lock", dir) < 0) {
        lock->path = NULL;
        return err_no_memory(e);
    }
    for (;;) {
        int rc = try(lock, e);
        if (rc != 0) return rc < 0 ? -1 : 0;
        if (lock->fd < 0) continue;
        if (mode == LOCK_SKIP) return 1;
        if (mode == LOCK_FAIL || (wait_ms && now_ms() - start >= wait_ms))
            return err_set(e, EX_LATER, "another run uses the state %s", dir);
        struct pollfd stop = { .fd = stop_fd, .events = POLLIN };
        if (poll(&stop, stop_fd >= 0, TRY_MS) > 0)
            return err_set(e, EX_LATER, "stopped while another run used the "
                           "state %s", dir);
    }
}

int lock_read_id(const struct lock *lock, char id[33], struct err *e)
{
    id[0] = '\0';
    ptrdiff_t n = file_read_at(lock->fd, id, ID_BYTES, 0);
    if (n < 0) return cannot("read", lock->path, e);
    id[n] = '\0';
    if (strspn(id, "0123456789abcdef") != ID_BYTES) id[0] = '\0';
    return 0;
}

int lock_write_id(struct lock *lock, const char id[33], struct err *e)
{
    char line[ID_BYTES + 1];
    memcpy(line, id, ID_BYTES);
    line[ID_BYTES] = '\n';
    if (ftruncate(lock->fd, 0) < 0 || lseek(lock->fd, 0, SEEK_SET) < 0
        || file_write(lock->fd, line, sizeof line) < 0 || fsync(lock->fd) < 0
        || file_sync_folder(lock->path) < 0)
        return cannot("write", lock->path, e);
    return 0;
}

void lock_free(struct lock *lock)
{
    if (lock->path && lock->fd >= 0) close(lock->fd);
    free(lock->path);
    *lock = (struct lock){ .fd = -1 };
}
