/* str.h - counted strings (wq_str) and a growing buffer. */
#ifndef WQ_BASE_STR_H
#define WQ_BASE_STR_H
#include "base/err.h"
#include <stdbool.h>
#include <string.h>
#include <warraq/plugin.h>

/* For printf's %.*s */
#define STR_ARG(s) (int)((s).n > 4096 ? 4096 : (s).n), (s).p ? (s).p : ""

static inline wq_str str(const char *s)
{
    return (wq_str){ s, s ? strlen(s) : 0 };
}
static inline bool str_eq(wq_str a, wq_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_is(wq_str a, const char *b)
{
    return str_eq(a, str(b));
}
bool str_ends(wq_str s, const char *suffix);

/* A buffer that grows.  { 0 } is an empty one; buf_free takes any. */
struct buf {
    char *p;
    size_t n, cap;
};
void buf_free(struct buf *b);
/* Makes room for `more` bytes behind n.  0, or -1: no memory, b unchanged. */
int buf_reserve(struct buf *b, size_t more);
int buf_add(struct buf *b, const void *p, size_t n);
int buf_format(struct buf *b, const char *fmt, ...) ERR_PRINTF(2, 3);
/* NUL behind the end (not counted), so that b->p is a C string. */
int buf_close(struct buf *b);
/* A wq_format writer: `to` is a struct buf. */
int buf_write(void *to, const char *p, size_t n);

/* The candidate closest to `word` by Damerau-Levenshtein distance, if it is
 * close enough to be meant (at most a third of the letters, and 3); else NULL.
 * Equal distance: the first.  [any] */
const char *str_suggest(const char *word, const char *const *candidates,
                        size_t n);
#endif
