/* sandbox.h - shuts this process in: from then on the kernel refuses what no run
 * needs, whatever a plugin, or what an article made of it, asks for.
 *
 *   Landlock   which files: those named, and the system's own libraries to read
 *   seccomp    which system calls: an allow-list, for all threads
 *
 * Refused are sockets, programs, processes, other processes' memory and signals,
 * owners and set-user-ID, mounts, new code in memory, libraries with it: each call
 * fails with EPERM or EACCES, and the run goes on, since libraries ask for things
 * that they can do without.
 *
 * The filter allows what is listed, because a list of what is forbidden is out of
 * date with every kernel; a call that a library of tomorrow needs fails where it
 * is seen and tested.
 *
 * There is no way out, and what the process forks is shut in like it. */
#ifndef WQ_RUN_SANDBOX_H
#define WQ_RUN_SANDBOX_H
#include "base/err.h"
#include <stdbool.h>

enum sandbox_strength {
    SANDBOX_RUN,   /* the files below; threads                                 */
    SANDBOX_WORKER /* no files: what is open stays open, nothing else is opened */
};

struct sandbox_path {
    const char *path; /* a file, or a folder and all below it */
    bool is_written;  /* files in the folder are made, renamed, removed, too */
};

struct sandbox {
    enum sandbox_strength strength;
    const struct sandbox_path *paths; /* SANDBOX_RUN; one that is read and not
                                         there is left out                     */
    size_t n_paths;
    bool moves;                       /* files between folders that are written */
};

/* Shuts the process in; it must have one thread, since Landlock goes by thread.
 * Returns 0, or -1 with e: EX_NO_PLUGIN if the machine cannot do it (a sandbox
 * that was asked for is never left out), EX_CANT_CREATE for a path; it may be
 * half shut in then, and should end.  [main] */
int sandbox_enter(const struct sandbox *what, struct err *e);
#endif
