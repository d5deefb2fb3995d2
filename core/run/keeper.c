/* keeper.c - the process that keeps the worker processes; see isolate.h.
 *
 *   a bell rings in a lane that has no process     fork one
 *   a process ends                                 tell the thread
 *   the thread wants it dead                       kill it
 *   the run is gone, however it ended              kill all, leave
 *
 * What a plugin has started and left behind comes to the keeper when the worker
 * process dies (PR_SET_CHILD_SUBREAPER), and is killed. */
#include "run/lane.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct keeper {
    const struct isolate *iso;
    int control, ends; /* ends: a signalfd of SIGCHLD */
    pid_t *pids;       /* of each lane; 0: none */
    struct pollfd *fds;
    sigset_t mask;     /* as it was */
};

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static void do_nothing(int number)
{
    (void)number;
}

/* Whether to stop is for the run to say.  A handler, not SIG_IGN, which the
 * programs that a plugin starts would inherit. */
static void take_signals(void)
{
    static const int stop[] = { SIGTERM, SIGINT, SIGHUP };
    static const int crash[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    for (size_t i = 0; i < WQ_LEN(stop); i++) handle(stop[i], do_nothing);
    for (size_t i = 0; i < WQ_LEN(crash); i++) handle(crash[i], SIG_DFL);
    handle(SIGPIPE, SIG_IGN);
}

/* A worker process, in a session of its own: ^C is not meant for it, and what it
 * starts is known by it. */
static _Noreturn void become_worker(struct keeper *k, size_t lane, pid_t keeper)
{
    const struct rlimit none = { 0, 0 };
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper) _exit(EX_INTERNAL);
    setsid();
    setrlimit(RLIMIT_CORE, &none);
    close(k->control);
    close(k->ends);
    sigprocmask(SIG_SETMASK, &k->mask, NULL);
    isolated_live(k->iso, lane);
}

static void fork_worker(struct keeper *k, size_t lane)
{
    pid_t me = getpid(), pid = fork();
    if (pid == 0) become_worker(k, lane, me);
    if (pid > 0) {
        k->pids[lane] = pid;
        return;
    }
    const struct timespec pause = { 0, 100 * 1000 * 1000 };
    nanosleep(&pause, NULL);
    lane_ring(k->iso->lanes[lane].theirs, LANE_DIED, -1);
}

/* Kills our children that are no worker processes, of one session; 0: of any. */
static void kill_orphans(const struct keeper *k, pid_t session)
{
    char path[64];
    long pid;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *f = fopen(path, "re");
    if (!f) return; /* a kernel without it: they see the end of their input */
    while (fscanf(f, "%ld", &pid) == 1) {
        size_t i = 0;
        pid_t p = (pid_t)pid;
        while (i < k->iso->n_lanes && k->pids[i] != p) i++;
        if (i < k->iso->n_lanes || (session && getsid(p) != session)) continue;
        if (getpgid(p) == p) kill(-p, SIGKILL);
        kill(p, SIGKILL);
    }
    fclose(f);
}

static void reap(struct keeper *k)
{
    struct signalfd_siginfo info;
    int status;
    while (read(k->ends, &info, sizeof info) > 0) continue;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (size_t i = 0; i < k->iso->n_lanes; i++) {
            if (k->pids[i] != pid) continue;
            k->pids[i] = 0;
            kill_orphans(k, pid);
            lane_ring(k->iso->lanes[i].theirs, LANE_DIED, status);
        }
}

static _Noreturn void leave(struct keeper *k)
{
    for (size_t i = 0; i < k->iso->n_lanes; i++)
        if (k->pids[i]) kill(k->pids[i], SIGKILL);
    for (size_t i = 0; i < k->iso->n_lanes; i++) {
        while (k->pids[i] && waitpid(k->pids[i], NULL, 0) < 0 && errno == EINTR)
            continue;
        k->pids[i] = 0;
    }
    kill_orphans(k, 0);
    _exit(0);
}

/* The run wants a process dead, or is gone. */
static void obey(struct keeper *k)
{
    uint32_t lane;
    ssize_t n = read(k->control, &lane, sizeof lane);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) leave(k);
    if (n == sizeof lane && lane < k->iso->n_lanes && k->pids[lane])
        kill(k->pids[lane], SIGKILL);
}

static int prepare(struct keeper *k)
{
    sigset_t ended;
    size_t n = k->iso->n_lanes;
    k->pids = calloc(n, sizeof *k->pids);
    k->fds = calloc(n + 2, sizeof *k->fds);
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ended, &k->mask);
    sigdelset(&k->mask, SIGCHLD);
    handle(SIGCHLD, SIG_DFL); /* ignored, it would reap by itself */
    k->ends = signalfd(-1, &ended, SFD_CLOEXEC | SFD_NONBLOCK);
    if (!k->pids || !k->fds || k->ends < 0) return -1;
    return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

_Noreturn void keeper_live(const struct isolate *iso, int control, pid_t parent)
{
    struct keeper k = { .iso = iso, .control = control };
    take_signals();
    /* The end of `control` tells the rest; it cannot tell of a parent that was
     * gone before the fork. */
    if (getppid() != parent || prepare(&k) < 0) _exit(EX_NO_MEMORY);
    for (;;) {
        struct pollfd *fds = k.fds;
        fds[0] = (struct pollfd){ .fd = control, .events = POLLIN };
        fds[1] = (struct pollfd){ .fd = k.ends, .events = POLLIN };
        for (size_t i = 0; i < iso->n_lanes; i++)
            fds[i + 2] = (struct pollfd){
                .fd = k.pids[i] ? -1 : iso->lanes[i].theirs, .events = POLLIN };
        if (poll(fds, iso->n_lanes + 2, -1) < 0) continue;
        if (fds[1].revents) reap(&k);
        if (fds[0].revents) obey(&k);
        for (size_t i = 0; i < iso->n_lanes; i++)
            if (fds[i + 2].revents && !k.pids[i]) fork_worker(&k, i);
    }
}
