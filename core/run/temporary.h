/* temporary.h - files that go if the process ends before its time: what a signal
 * handler must know of them. */
#ifndef WQ_RUN_TEMPORARY_H
#define WQ_RUN_TEMPORARY_H
#include <stdatomic.h>
#include <stddef.h>

/* Notes a path: a file, or, with n_files, a folder that holds files called 0, 1 ..
 * *n_files - 1.  Both live until the run is over and no handler is set: one may be
 * at the path while it is forgotten.  [main, serial] */
void temporary_note(char *path, const _Atomic size_t *n_files);
/* Takes it off; NULL: nothing. */
void temporary_forget(char *path);
/* Unlinks them all.  Safe in a signal handler. */
void temporary_unlink_all(void);
#endif
