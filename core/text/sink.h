/* sink.h - output into a buffer that may be too small: what does not fit is
 * only counted, and n is then what the whole needs.  Internal to core/text. */
#ifndef WQ_TEXT_SINK_H
#define WQ_TEXT_SINK_H
#include <stdint.h>
#include <string.h>
#include <warraq/plugin.h>

struct sink {
    char *out;
    size_t cap, n;
};

static inline void sink_put(struct sink *to, const void *p, size_t n)
{
    if (to->n <= to->cap && n <= to->cap - to->n && n)
        memcpy(to->out + to->n, p, n);
    to->n += n;
}

/* Notes that `bytes` bytes of the input at `at` became what is put next.
 * flaws may be NULL. */
static inline void sink_flaw(const struct sink *to, wq_flaws *flaws, size_t at,
                             size_t bytes)
{
    if (!flaws) return;
    if (flaws->n < flaws->cap)
        flaws->list[flaws->n] = (wq_flaw){ at, bytes, to->n };
    flaws->n++;
}
#endif
