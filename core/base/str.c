/* str.c - counted strings, growing buffers, "did you mean". */
#include "base/str.h"
#include "base/size.h"
#include <stdio.h>
#include <stdlib.h>

bool str_ends(wq_str s, const char *suffix)
{
    size_t n = strlen(suffix);
    return s.n >= n && memcmp(s.p + s.n - n, suffix, n) == 0;
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){ 0 };
}

int buf_reserve(struct buf *b, size_t more)
{
    if (b->p && more <= b->cap - b->n) return 0;
    size_t want, cap = b->cap ? b->cap : 256;
    if (!size_add(b->n, more, &want)) return -1;
    while (cap < want)
        if (!size_mul(cap, 2, &cap)) return -1;
    char *p = realloc(b->p, cap);
    if (!p) return -1;
    b->p = p;
    b->cap = cap;
    return 0;
}

int buf_add(struct buf *b, const void *p, size_t n)
{
    if (buf_reserve(b, n) < 0) return -1;
    if (n) memcpy(b->p + b->n, p, n);
    b->n += n;
    return 0;
}

int buf_format(struct buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    int rc = n < 0 ? -1 : buf_reserve(b, (size_t)n + 1);
    if (rc == 0) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
    return rc;
}

int buf_close(struct buf *b)
{
    if (buf_reserve(b, 1) < 0) return -1;
    b->p[b->n] = '\0';
    return 0;
}

int buf_write(void *to, const char *p, size_t n)
{
    return buf_add(to, p, n);
}

enum { SUGGEST_MAX = 64 }; /* longer names are not compared */

/* Optimal string alignment distance (Damerau 1964, each pair swapped at most
 * once), in bytes; both at most SUGGEST_MAX long. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][SUGGEST_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= m; j++) last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best) best = last[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
                && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
        size_t *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[m];
}

const char *str_suggest(const char *word, const char *const *candidates,
                        size_t n)
{
    size_t len = strlen(word), best = 0;
    const char *found = NULL;
    if (len > SUGGEST_MAX) return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t m = strlen(candidates[i]), longer = len > m ? len : m;
        if (m > SUGGEST_MAX) continue;
        size_t limit = longer < 3 ? 1 : longer / 3 < 3 ? longer / 3 : 3;
        size_t d = distance(word, len, candidates[i], m);
        if (d > limit || (found && d >= best)) continue;
        found = candidates[i];
        best = d;
    }
    return found;
}
