/* child.c - see child.h.  posix_spawn, not fork: other threads are running. */
#include "child.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { READ_SIZE = 64 << 10 };

static void close_fd(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

/* Nothing of ours, nor of who started us, is left open in the program. */
static int close_others(posix_spawn_file_actions_t *files)
{
#if __GLIBC_PREREQ(2, 34)
    return posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
#else
    (void)files; /* what the host opens is closed on exec */
    return 0;
#endif
}

/* Standard streams, folder, group and signals of the program to be. */
static int prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *attr,
                   int in, int out, const char *dir)
{
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE); /* ignored by us: not to be inherited */
    sigaddset(&defaults, SIGCHLD);
    int rc = posix_spawn_file_actions_adddup2(files, in, STDIN_FILENO);
    if (!rc) rc = posix_spawn_file_actions_adddup2(files, out, STDOUT_FILENO);
    if (!rc) rc = close_others(files);
    if (!rc && dir) rc = posix_spawn_file_actions_addchdir_np(files, dir);
    if (!rc) rc = posix_spawnattr_setpgroup(attr, 0);
    if (!rc) rc = posix_spawnattr_setsigmask(attr, &none);
    if (!rc) rc = posix_spawnattr_setsigdefault(attr, &defaults);
    if (!rc)
        rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP
                                                | POSIX_SPAWN_SETSIGMASK
                                                | POSIX_SPAWN_SETSIGDEF);
    return rc;
}

static int spawn(struct child *c, int in, int out, char *const *argv,
                 const char *dir)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    int rc = posix_spawn_file_actions_init(&files);
    if (rc) return rc;
    rc = posix_spawnattr_init(&attr);
    if (rc == 0) {
        rc = prepare(&files, &attr, in, out, dir);
        if (rc == 0) rc = posix_spawnp(&c->pid, argv[0], &files, &attr, argv,
                                       environ);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* Ours of the ends must not block; each end has flags of its own. */
static int set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int child_start(struct child *c, char *const *argv, const char *dir)
{
    int to[2] = { -1, -1 }, from[2] = { -1, -1 }, rc = 0;
    *c = (struct child)CHILD_NONE;
    if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0
        || set_nonblocking(to[1]) < 0 || set_nonblocking(from[0]) < 0)
        rc = errno;
    if (rc == 0) rc = spawn(c, to[0], from[1], argv, dir);
    close_fd(&to[0]);
    close_fd(&from[1]);
    if (rc == 0) {
        c->in = to[1];
        c->out = from[0];
        return 0;
    }
    close_fd(&to[1]);
    close_fd(&from[0]);
    c->pid = 0;
    return rc;
}

static enum talk send_some(struct child *c, const char *p, size_t n,
                           size_t *sent)
{
    ssize_t k = write(c->in, p + *sent, n - *sent);
    if (k < 0 && (errno == EAGAIN || errno == EINTR)) return TALK_MOVED;
    if (k < 0 && errno != EPIPE) return TALK_FAILED;
    if (k < 0) child_close_input(c); /* it reads no more */
    else *sent += (size_t)k;
    return TALK_MOVED;
}

static enum talk receive_some(struct child *c, struct answers *in,
                              size_t padding)
{
    if (in->cap - in->n < READ_SIZE + padding) {
        size_t cap = (in->n + READ_SIZE + padding) * 2;
        char *p = realloc(in->p, cap);
        if (!p) return TALK_FAILED;
        in->p = p;
        in->cap = cap;
    }
    ssize_t k = read(c->out, in->p + in->n, READ_SIZE);
    if (k < 0 && (errno == EAGAIN || errno == EINTR)) return TALK_MOVED;
    if (k < 0) return TALK_FAILED;
    if (k == 0) return TALK_ENDED;
    in->n += (size_t)k;
    return TALK_MOVED;
}

enum talk child_talk(struct child *c, const char *p, size_t n, size_t *sent,
                     struct answers *in, size_t padding, int limit_ms)
{
    int sends = c->in >= 0 && *sent < n;
    struct pollfd fds[2] = { { .fd = c->out, .events = POLLIN },
                             { .fd = sends ? c->in : -1, .events = POLLOUT } };
    int ready = poll(fds, 2, limit_ms);
    if (ready == 0) return TALK_SILENT;
    if (ready < 0) return errno == EINTR ? TALK_MOVED : TALK_FAILED;
    enum talk rc = TALK_MOVED;
    if (fds[0].revents) rc = receive_some(c, in, padding);
    if (rc == TALK_MOVED && fds[1].revents) rc = send_some(c, p, n, sent);
    return rc;
}

void child_close_input(struct child *c)
{
    close_fd(&c->in);
}

void child_close(struct child *c)
{
    close_fd(&c->in);
    close_fd(&c->out);
}

int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Has it ended?  It is not reaped: until then its number, which is that of its
 * group, goes to no other.  1, 0, or -1 if it cannot be told (waitid(2): with
 * SIGCHLD ignored the system reaps). */
static int has_ended(pid_t pid)
{
    siginfo_t info = { .si_pid = 0 };
    int rc;
    do rc = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG);
    while (rc < 0 && errno == EINTR);
    return rc < 0 ? -1 : info.si_pid == pid;
}

static int reap(pid_t pid)
{
    int status;
    pid_t got;
    do got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    return got == pid ? status : CHILD_UNKNOWN;
}

int child_end(struct child *c, int grace_ms)
{
    const struct timespec pause = { 0, 5 * 1000 * 1000 };
    int64_t until = clock_ms() + grace_ms;
    pid_t pid = c->pid;
    if (pid <= 0) return 0;
    child_close(c);
    *c = (struct child)CHILD_NONE;
    int ended = has_ended(pid);
    for (; ended == 0 && clock_ms() < until; ended = has_ended(pid))
        nanosleep(&pause, NULL);
    if (ended < 0) return CHILD_UNKNOWN;
    kill(-pid, SIGKILL); /* its children, too, even if it left them behind */
    return reap(pid);
}
