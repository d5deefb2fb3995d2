/* mark.c - see mark.h. */
#include "state/mark.h"
#include "base/file.h"
#include "base/hash.h"
#include <errno.h>

static const uint32_t heads[MARK_HEADS] = { 16, 256, 4096, MARK_BLOCK };
enum { END_BYTES = 256 }; /* in place of a line */

uint32_t mark_head_size(size_t i)
{
    return heads[i];
}

void marking_add(struct marking *m, const char *p, size_t n)
{
    if (n == 0) return;
    size_t more = MARK_BLOCK - m->head_n < n ? MARK_BLOCK - m->head_n : n;
    memcpy(m->head + m->head_n, p, more);
    m->head_n += more;
    m->n += n;
    if (n >= MARK_BLOCK) {
        memcpy(m->tail, p + n - MARK_BLOCK, MARK_BLOCK);
        m->tail_n = MARK_BLOCK;
        return;
    }
    if (m->tail_n + n > MARK_BLOCK) {
        size_t gone = m->tail_n + n - MARK_BLOCK;
        memmove(m->tail, m->tail + gone, m->tail_n - gone);
        m->tail_n -= gone;
    }
    memcpy(m->tail + m->tail_n, p, n);
    m->tail_n += n;
}

int marking_read(struct marking *m, int fd, uint64_t n)
{
    m->n = n;
    m->head_n = m->tail_n = n < MARK_BLOCK ? (size_t)n : MARK_BLOCK;
    errno = 0;
    if (file_read_at(fd, m->head, m->head_n, 0) < (ptrdiff_t)m->head_n)
        return -1;
    return file_read_at(fd, m->tail, m->tail_n, n - m->tail_n)
                   < (ptrdiff_t)m->tail_n
               ? -1
               : 0;
}

/* The first line with its end; of what has none, and of what is in no lines,
 * the first bytes. */
static size_t first_bytes(const struct marking *m, enum mark_kind kind)
{
    const char *end = kind == MARK_PREFIX && m->head_n
                          ? memchr(m->head, '\n', m->head_n) : NULL;
    if (end) return (size_t)(end + 1 - m->head);
    return m->head_n < END_BYTES ? m->head_n : END_BYTES;
}

static size_t last_bytes(const struct marking *m, enum mark_kind kind)
{
    const char *end = kind == MARK_PREFIX && m->tail_n > 1
                          ? memrchr(m->tail, '\n', m->tail_n - 1) : NULL;
    if (end) return m->tail_n - (size_t)(end + 1 - m->tail);
    if (kind == MARK_PREFIX && m->tail_n < MARK_BLOCK) return m->tail_n;
    return m->tail_n < END_BYTES ? m->tail_n : END_BYTES;
}

void mark_make(const struct marking *m, enum mark_kind kind, struct mark *out)
{
    *out = (struct mark){ .kind = kind, .n = m->n };
    for (size_t i = 0; i < MARK_HEADS && heads[i] <= m->head_n; i++)
        out->head_n = heads[i];
    hash128_hex(m->head, out->head_n, out->head);
    hash128_hex(m->tail, m->tail_n, out->tail);
    hash128_hex(m->head, first_bytes(m, kind), out->first);
    size_t n = last_bytes(m, kind);
    hash128_hex(m->tail + m->tail_n - n, n, out->last);
}

bool mark_eq(const struct mark *a, const struct mark *b)
{
    return a->kind == b->kind && a->n == b->n
           && memcmp(a->head, b->head, sizeof a->head) == 0
           && memcmp(a->tail, b->tail, sizeof a->tail) == 0;
}
