/* nomem.c - see nomem.h. */
#include "base/nomem.h"
#include "base/log.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include <warraq/plugin.h>

static _Atomic(nomem_last *) on_leave;

nomem_last *nomem_on_leave(nomem_last *last)
{
    return atomic_exchange(&on_leave, last);
}

void nomem_leave(void)
{
    nomem_last *last = atomic_load(&on_leave);
    if (last) last();
    log_line(WQ_LOG_ERROR, "out of memory");
    _exit(EX_NO_MEMORY);
}

void *nomem_realloc(void *p, size_t n)
{
    void *fresh = realloc(p, n ? n : 1);
    if (!fresh) nomem_leave();
    return fresh;
}
