/* child.h - a program that runs beside us, with a pipe each way. */
#ifndef EXEC_CHILD_H
#define EXEC_CHILD_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* 0: none runs */
    int in;    /* its standard input; -1: closed */
    int out;   /* its standard output */
};
#define CHILD_NONE { 0, -1, -1 }

/* Bytes read from it. */
struct answers {
    char *p;
    size_t n, cap;
};

enum talk {
    TALK_MOVED,  /* bytes went one way or the other */
    TALK_SILENT, /* nothing within the time limit */
    TALK_ENDED,  /* it closed its output */
    TALK_FAILED  /* no memory, or the system refused (errno) */
};

/* Starts argv[0] (looked for in PATH, without a shell) in folder `dir` (NULL:
 * ours), in a process group of its own.  Standard error stays ours.  0, or an
 * errno. */
int child_start(struct child *c, char *const *argv, const char *dir);
/* Moves bytes as they can be moved: from p[*sent .. n) to it, and from it to
 * the end of `in`, with `padding` bytes of room behind.  Waits for at most
 * limit_ms (-1: for ever).  Never blocks on one side while the other could go
 * on.  A program that no longer reads is no error: its answers are read on.
 * The host ignores SIGPIPE. */
enum talk child_talk(struct child *c, const char *p, size_t n, size_t *sent,
                     struct answers *in, size_t padding, int limit_ms);
/* Tells it that nothing more comes. */
void child_close_input(struct child *c);
/* Closes both pipes: it is to leave. */
void child_close(struct child *c);
/* Ends it: closes the pipes, gives it grace_ms to leave by itself, then kills
 * its process group.  Returns its wait status, 0 if none ran, or
 * CHILD_UNKNOWN if the system kept no status: SIGCHLD is ignored. */
#define CHILD_UNKNOWN (-1)
int child_end(struct child *c, int grace_ms);
/* Now, by a clock that is never set. */
int64_t clock_ms(void);
#endif
