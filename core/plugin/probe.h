/* probe.h - is this file a plugin that can be loaded?  Internal to core/plugin.
 *
 * Two questions, the cheap one first: what the file says of itself and who may
 * write it (read from outside), then what happens when it is loaded (tried in a
 * child process, so that it is the child that crashes). */
#ifndef WQ_PLUGIN_PROBE_H
#define WQ_PLUGIN_PROBE_H
#include "plugin/plugin.h"

/* Looks at a file from outside: ELF, this machine's architecture, and, for
 * root, that nobody can change it, or a folder on the way there, who could not
 * change this program as well.  Returns 0, or -1 with e. */
int probe_file(const char *file, struct err *e);

/* Loads a file and copies its descriptor into `out` (plugin_describe).
 * Runs in a child first, then in us.  Returns 0, or -1 with e. */
int probe_load(const char *file, struct arena *arena, struct plugin *out,
               struct err *e);

/* Tries to load every file that is not refused yet, in a child, and marks those
 * that crash, hang or will not do.  Returns 0, or -1: no child could be made
 * (e filled). */
int probe_all(struct plugin *list, size_t n, struct err *e);
#endif
