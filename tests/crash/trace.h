/* trace.h - stops a command at its system calls that change files.
 *
 * By ptrace(2), so that no library's call is missed: a seccomp filter stops them
 * in every thread, and in every process that the command forks of itself; those
 * of other programs that it starts pass.  Linux; exits with 77 where the kernel
 * does not let us. */
#ifndef WQ_TESTS_CRASH_TRACE_H
#define WQ_TESTS_CRASH_TRACE_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct call {
    pid_t tid, pid;   /* the thread, and its process */
    unsigned long nr; /* SYS_... */
    uint64_t args[6];
    bool was_there;   /* for enter, to tell leave */
    int64_t result;   /* in leave */
};

/* What enter wants.  Below 0: the call fails with that errno. */
enum { CALL_PASSES, CALL_IS_WATCHED, CALL_KILLS_ITS_PROCESS, CALL_KILLS_ALL };

struct tracer {
    void *to;
    /* Before a call that may change a file. */
    int (*enter)(void *to, struct call *call);
    /* After one that was to be watched. */
    void (*leave)(void *to, const struct call *call);
};

/* Runs the command and waits for it and all that it has forked.  Returns its exit
 * code, or 128 and the signal that ended it. */
int trace_run(const struct tracer *t, char **command);
/* The same, untraced; the command is killed after so many microseconds. */
int trace_kill_after(unsigned long us, char **command);
/* Reads n bytes of the caller's memory.  0 or -1. */
int trace_read(const struct call *call, uint64_t from, void *to, size_t n);

#endif
