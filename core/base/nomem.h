/* nomem.h - memory that ran out where nobody can be told.
 *
 * Code of ours says so, and its callers clean up.  A library that does not (ICU
 * goes on with half of what it needs, and then crashes, hangs, or answers
 * otherwise) is given its memory by nomem_realloc and never sees a failure. */
#ifndef WQ_BASE_NOMEM_H
#define WQ_BASE_NOMEM_H
#include <stddef.h>

/* As realloc(3), n of 0 taken for 1; if memory runs out, nomem_leave.  [any] */
void *nomem_realloc(void *p, size_t n);
/* Ends the process with EX_NO_MEMORY.  [any] */
_Noreturn void nomem_leave(void);
/* What nomem_leave does first; it may end the process itself.  As in a handler
 * of signals: no memory, no locks.  Returns what it was before; NULL: nothing. */
typedef void nomem_last(void);
nomem_last *nomem_on_leave(nomem_last *last);
#endif
