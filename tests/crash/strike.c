/* strike.c - runs a command and strikes at one of its system calls.
 *
 *   strike count COMMAND...      how many there are that change a file
 *   strike kill N COMMAND...     SIGKILL before the N-th of them is done
 *   strike full N COMMAND...     the disk is full from the N-th on: ENOSPC
 *   strike fail N COMMAND...     the N-th fails with EIO
 *   strike after US COMMAND...   SIGKILL after so many microseconds
 *
 * "N done" goes to descriptor 3, N being how many calls there were.  Exit code:
 * the command's; 137 if it was killed.
 *
 * By ptrace(2), so that no library's call is missed: a seccomp filter stops the
 * calls below in every thread; those of processes that it forks pass. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* What can change a file, or make a change last.  open is one: O_CREAT. */
static const unsigned calls[] = {
    SYS_write, SYS_pwrite64, SYS_writev, SYS_pwritev, SYS_fsync, SYS_fdatasync,
    SYS_ftruncate, SYS_openat, SYS_renameat2, SYS_unlinkat, SYS_mkdirat,
    SYS_linkat, SYS_fallocate, SYS_sync_file_range, SYS_copy_file_range,
#ifdef SYS_rename
    SYS_rename, SYS_unlink, SYS_mkdir, SYS_open, SYS_creat, SYS_link,
    SYS_renameat,
#endif
};
enum { CALLS = sizeof calls / sizeof *calls };

enum mode { COUNT, KILL, FULL, FAIL, AFTER };

static pid_t root;

static void die(const char *what)
{
    perror(what);
    exit(77); /* this machine cannot do it */
}

/* ---- the command ---- */

static void filter_calls(void)
{
    struct sock_filter f[CALLS * 2 + 2];
    unsigned short n = 0;
    f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                          offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < CALLS; i++) {
        f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                              calls[i], 0, 1);
        f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
                                              SECCOMP_RET_TRACE);
    }
    f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = { .len = n, .filter = f };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
        || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        die("seccomp");
}

static void run(char **command, int is_traced)
{
    if (is_traced) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0) die("ptrace");
        raise(SIGSTOP);
        filter_calls();
    }
    execv(command[0], command);
    die(command[0]);
}

/* ---- at its calls ---- */

static int is_ours(pid_t tid)
{
    char path[64];
    if (tid == root) return 1;
    snprintf(path, sizeof path, "/proc/%d/task/%d", root, tid);
    return access(path, F_OK) == 0;
}

/* Does this call only look?  An open that makes nothing is no point. */
static int only_looks(const struct __ptrace_syscall_info *info)
{
    enum { CREATES = 0100 | 01000 }; /* O_CREAT, O_TRUNC */
    if (info->seccomp.nr == SYS_openat) return !(info->seccomp.args[2] & CREATES);
#ifdef SYS_open
    if (info->seccomp.nr == SYS_open) return !(info->seccomp.args[1] & CREATES);
#endif
    return 0;
}

/* Makes the call at hand fail. */
static void fail_with(pid_t tid, int number)
{
#if defined(__x86_64__)
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GETREGS, tid, 0, &regs) < 0) die("ptrace");
    regs.orig_rax = (unsigned long long)-1;
    regs.rax = (unsigned long long)-number;
    if (ptrace(PTRACE_SETREGS, tid, 0, &regs) < 0) die("ptrace");
#else
    (void)tid;
    (void)number;
    fprintf(stderr, "strike: only kill and count on this processor\n");
    exit(77);
#endif
}

/* May a full disk say so here?  Syncing and removing go on. */
static int takes_room(const struct __ptrace_syscall_info *info)
{
    switch (info->seccomp.nr) {
    case SYS_fsync: case SYS_fdatasync: case SYS_unlinkat: case SYS_ftruncate:
#ifdef SYS_unlink
    case SYS_unlink:
#endif
        return 0;
    case SYS_write:
        return info->seccomp.args[0] > 2;
    default: return 1;
    }
}

static int strike(enum mode mode, unsigned long at, char **command,
                  unsigned long *n)
{
    const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE
                         | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK
                         | PTRACE_O_EXITKILL;
    int status;
    if (waitpid(root, &status, 0) < 0 || !WIFSTOPPED(status)
        || ptrace(PTRACE_SETOPTIONS, root, 0, options) < 0)
        die("ptrace");
    (void)command;
    ptrace(PTRACE_CONT, root, 0, 0);
    for (;;) {
        pid_t tid = waitpid(-1, &status, __WALL);
        if (tid < 0 && errno == EINTR) continue;
        if (tid < 0) return 70;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (tid != root) continue;
            return WIFEXITED(status) ? WEXITSTATUS(status)
                                     : 128 + WTERMSIG(status);
        }
        int signal = WSTOPSIG(status), event = status >> 16;
        if (event == PTRACE_EVENT_SECCOMP && is_ours(tid)) {
            struct __ptrace_syscall_info info;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info) < 0)
                die("ptrace");
            if (!only_looks(&info)) {
                ++*n;
                if (mode == KILL && *n == at) kill(root, SIGKILL);
                if (mode == FULL && *n >= at && takes_room(&info))
                    fail_with(tid, ENOSPC);
                if (mode == FAIL && *n == at) fail_with(tid, EIO);
            }
        }
        /* Stops of ours, and the first one of a new thread, are no signals. */
        if (event || signal == SIGSTOP || signal == SIGTRAP) signal = 0;
        ptrace(PTRACE_CONT, tid, 0, signal);
    }
}

/* ---- after a while ---- */

static void on_alarm(int number)
{
    (void)number;
    kill(root, SIGKILL);
}

static int wait_and_kill(unsigned long us)
{
    int status;
    struct itimerval when = { .it_value = { .tv_sec = (time_t)(us / 1000000),
                                            .tv_usec = (suseconds_t)(us % 1000000) } };
    struct sigaction action = { .sa_handler = on_alarm };
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &when, NULL);
    while (waitpid(root, &status, 0) < 0)
        if (errno != EINTR) return 70;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    static const char *const modes[] = { "count", "kill", "full", "fail",
                                         "after" };
    enum mode mode = COUNT;
    while (argc > 1 && mode <= AFTER && strcmp(argv[1], modes[mode]) != 0) mode++;
    int first = mode == COUNT ? 2 : 3;
    if (mode > AFTER || argc <= first) {
        fprintf(stderr, "usage: strike count|kill N|full N|fail N|after US "
                        "COMMAND...\n");
        return 64;
    }
    unsigned long at = mode == COUNT ? 0 : strtoul(argv[2], NULL, 10), n = 0;
    root = fork();
    if (root == 0) run(argv + first, mode != AFTER);
    int code = mode == AFTER ? wait_and_kill(at)
                             : strike(mode, at, argv + first, &n);
    dprintf(3, "%lu done\n", n);
    return code;
}
