/* trace.c - see trace.h. */
#include "trace.h"
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
    SYS_linkat, SYS_symlinkat, SYS_fallocate, SYS_sync_file_range, SYS_sync,
    SYS_syncfs, SYS_copy_file_range, SYS_truncate, SYS_pwritev2, SYS_sendfile,
#ifdef SYS_rename
    SYS_rename, SYS_unlink, SYS_mkdir, SYS_open, SYS_creat, SYS_link,
    SYS_renameat, SYS_rmdir, SYS_symlink,
#endif
};
enum { CALLS = sizeof calls / sizeof *calls, MOST_THREADS = 256, UNABLE = 77 };

static pid_t root;
static char program[4096]; /* what root runs */
static struct call watched[MOST_THREADS];

static void die(const char *what)
{
    perror(what);
    exit(UNABLE);
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
    struct sock_fprog filter = { .len = n, .filter = f };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
        || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
        die("seccomp");
}

/* Forks it; traced, it waits to be let go. */
static void start(char **command, bool is_traced)
{
    root = fork();
    if (root < 0) die("fork");
    if (root > 0) return;
    if (is_traced) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0) die("ptrace");
        raise(SIGSTOP);
        filter_calls();
    }
    execv(command[0], command);
    die(command[0]);
}

/* ---- whose call ---- */

static pid_t process_of(pid_t tid)
{
    char path[64], line[256];
    long pid = 0;
    snprintf(path, sizeof path, "/proc/%d/status", tid);
    FILE *f = fopen(path, "re");
    while (f && !pid && fgets(line, sizeof line, f))
        if (strncmp(line, "Tgid:", 5) == 0) pid = strtol(line + 5, NULL, 10);
    if (f) fclose(f);
    return (pid_t)pid;
}

static void program_of(pid_t tid, char *out, size_t cap)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/exe", tid);
    ssize_t n = readlink(path, out, cap - 1);
    out[n < 0 ? 0 : n] = '\0';
}

static bool is_ours(pid_t tid)
{
    char its[sizeof program];
    if (tid == root && program[0]) return true;
    if (!program[0]) {
        program_of(root, program, sizeof program);
        if (tid == root) return true;
    }
    program_of(tid, its, sizeof its);
    return strcmp(its, program) == 0;
}

/* Does this call only look?  An open that makes nothing is no point. */
static bool only_looks(const struct call *c)
{
    enum { CREATES = 0100 | 01000 }; /* O_CREAT, O_TRUNC */
    if (c->nr == SYS_openat) return !(c->args[2] & CREATES);
#ifdef SYS_open
    if (c->nr == SYS_open) return !(c->args[1] & CREATES);
#endif
    return false;
}

int trace_read(const struct call *call, uint64_t from, void *to, size_t n)
{
    struct iovec here = { to, n }, there = { (void *)(uintptr_t)from, n };
    ssize_t got = process_vm_readv(call->tid, &here, 1, &there, 1, 0);
    return got >= 0 && (size_t)got == n ? 0 : -1;
}

/* ---- at a call ---- */

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
    fprintf(stderr, "no call is made to fail on this processor\n");
    exit(UNABLE);
#endif
}

static struct call *find_watched(pid_t tid)
{
    for (size_t i = 0; i < MOST_THREADS; i++)
        if (watched[i].tid == tid) return &watched[i];
    return NULL;
}

/* Returns the request that lets it go on. */
static enum __ptrace_request at_entry(const struct tracer *t, pid_t tid)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info) < 0)
        return PTRACE_CONT; /* it was killed */
    struct call c = { .tid = tid, .nr = info.seccomp.nr };
    memcpy(c.args, info.seccomp.args, sizeof c.args);
    if (only_looks(&c) || !is_ours(tid)) return PTRACE_CONT;
    c.pid = process_of(tid);
    int wish = t->enter(t->to, &c);
    if (wish < 0) fail_with(tid, -wish);
    if (wish == CALL_KILLS_ITS_PROCESS) kill(c.pid, SIGKILL);
    if (wish == CALL_KILLS_ALL) kill(root, SIGKILL);
    if (wish != CALL_IS_WATCHED) return PTRACE_CONT;
    struct call *slot = find_watched(0);
    if (!slot) die("too many threads");
    *slot = c;
    return PTRACE_SYSCALL;
}

static void at_exit(const struct tracer *t, pid_t tid)
{
    struct __ptrace_syscall_info info;
    struct call *c = find_watched(tid);
    if (!c || ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info) < 0)
        return;
    c->result = info.exit.rval;
    t->leave(t->to, c);
    c->tid = 0;
}

static int code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int trace_run(const struct tracer *t, char **command)
{
    const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE
                         | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK
                         | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD
                         | PTRACE_O_EXITKILL;
    int status, code = 70;
    start(command, true);
    if (waitpid(root, &status, 0) < 0 || !WIFSTOPPED(status)
        || ptrace(PTRACE_SETOPTIONS, root, 0, options) < 0)
        die("ptrace");
    ptrace(PTRACE_CONT, root, 0, 0);
    for (;;) {
        pid_t tid = waitpid(-1, &status, __WALL);
        if (tid < 0 && errno == EINTR) continue;
        if (tid < 0) return code; /* nobody is left */
        if (!WIFSTOPPED(status)) {
            struct call *c = find_watched(tid);
            if (c) c->tid = 0;
            if (tid == root) code = code_of(status);
            continue;
        }
        int signal = WSTOPSIG(status), event = status >> 16;
        enum __ptrace_request go_on = PTRACE_CONT;
        if (event == PTRACE_EVENT_SECCOMP) go_on = at_entry(t, tid);
        if (signal == (SIGTRAP | 0x80)) at_exit(t, tid);
        /* Stops of ours, and the first one of a new thread, are no signals. */
        if (event || signal == SIGSTOP || (signal & ~0x80) == SIGTRAP) signal = 0;
        ptrace(go_on, tid, 0, signal);
    }
}

/* ---- after a while ---- */

static void on_alarm(int number)
{
    (void)number;
    kill(root, SIGKILL);
}

int trace_kill_after(unsigned long us, char **command)
{
    int status, code = 70;
    struct itimerval when = {
        .it_value = { .tv_sec = (time_t)(us / 1000000),
                      .tv_usec = (suseconds_t)(us % 1000000) }
    };
    struct sigaction action = { .sa_handler = on_alarm };
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* its children become ours */
    start(command, false);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &when, NULL);
    for (;;) {
        pid_t pid = waitpid(-1, &status, 0);
        if (pid < 0 && errno != EINTR) return code;
        if (pid == root) {
            setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
            code = code_of(status);
        }
    }
}
