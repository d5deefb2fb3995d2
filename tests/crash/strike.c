/* strike.c - runs a command and strikes at one of its system calls.
 *
 *   strike count COMMAND...      how many there are that change a file
 *   strike kill N COMMAND...     SIGKILL to the process that does the N-th of
 *                                them, before it is done
 *   strike parent N COMMAND...   to the command itself, whichever process of it
 *                                does the N-th
 *   strike full N COMMAND...     the disk is full from the N-th on: ENOSPC
 *   strike fail N COMMAND...     the N-th fails with EIO
 *   strike after US COMMAND...   SIGKILL after so many microseconds
 *
 * "N done" goes to descriptor 3, N being how many calls there were.  Exit code:
 * the command's; 137 if it was killed. */
#include "trace.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

enum mode { COUNT, KILL, PARENT, FULL, FAIL, AFTER };

struct strike {
    enum mode mode;
    unsigned long at, n;
};

/* May a full disk say so here?  Syncing and removing go on. */
static bool takes_room(const struct call *c)
{
    switch (c->nr) {
    case SYS_fsync: case SYS_fdatasync: case SYS_unlinkat: case SYS_ftruncate:
#ifdef SYS_unlink
    case SYS_unlink:
#endif
        return false;
    case SYS_write:
        return c->args[0] > 2;
    default: return true;
    }
}

static int enter(void *to, struct call *c)
{
    struct strike *s = to;
    s->n++;
    switch (s->mode) {
    case KILL: return s->n == s->at ? CALL_KILLS_ITS_PROCESS : CALL_PASSES;
    case PARENT: return s->n == s->at ? CALL_KILLS_ALL : CALL_PASSES;
    case FULL: return s->n >= s->at && takes_room(c) ? -ENOSPC : CALL_PASSES;
    case FAIL: return s->n == s->at ? -EIO : CALL_PASSES;
    case COUNT: case AFTER: break;
    }
    return CALL_PASSES;
}

int main(int argc, char **argv)
{
    static const char *const modes[] = { "count", "kill", "parent", "full",
                                         "fail", "after" };
    struct strike s = { .mode = COUNT };
    while (argc > 1 && s.mode <= AFTER && strcmp(argv[1], modes[s.mode]) != 0)
        s.mode++;
    int first = s.mode == COUNT ? 2 : 3;
    if (s.mode > AFTER || argc <= first) {
        fprintf(stderr, "usage: strike count|kill N|parent N|full N|fail N|"
                        "after US COMMAND...\n");
        return 64;
    }
    if (s.mode != COUNT) s.at = strtoul(argv[2], NULL, 10);
    const struct tracer tracer = { .to = &s, .enter = enter };
    int code = s.mode == AFTER ? trace_kill_after(s.at, argv + first)
                               : trace_run(&tracer, argv + first);
    dprintf(3, "%lu done\n", s.n);
    return code;
}
