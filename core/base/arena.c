/* arena.c - see arena.h. */
#include "base/arena.h"
#include "base/size.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK_MIN ((size_t)16 << 10)
#define ARENA_CHUNK_MAX ((size_t)1 << 20)

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, cap;
    size_t pad; /* the bytes behind the header are aligned to 16 */
};
_Static_assert(sizeof(struct arena_chunk) % 16 == 0, "chunks stay aligned");

static char *chunk_bytes(struct arena_chunk *c)
{
    return (char *)(c + 1);
}

static struct arena_chunk *chunk_new(struct arena *a, size_t n)
{
    size_t cap = a->head ? a->head->cap * 2 : ARENA_CHUNK_MIN, all;
    if (cap > ARENA_CHUNK_MAX) cap = ARENA_CHUNK_MAX;
    if (cap < n) cap = n;
    if (!size_add(cap, sizeof(struct arena_chunk), &all)) return NULL;
    struct arena_chunk *c = malloc(all);
    if (!c) return NULL;
    c->used = 0;
    c->cap = cap;
    a->bytes += all;
    return c;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX - 64) return NULL;
    n = (n + 15) & ~(size_t)15;
    struct arena_chunk *c = a->head;
    if (!c || n > c->cap - c->used) {
        struct arena_chunk *fresh = chunk_new(a, n);
        if (!fresh) return NULL;
        /* A large piece goes behind the head, which still has room. */
        if (c && n > ARENA_CHUNK_MAX / 4 && c->cap - c->used > 4096) {
            fresh->next = c->next;
            c->next = fresh;
        } else {
            fresh->next = c;
            a->head = fresh;
        }
        c = fresh;
    }
    void *p = chunk_bytes(c) + c->used;
    c->used += n;
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t n;
    return size_mul(count, size, &n) ? arena_alloc(a, n) : NULL;
}

void *arena_zero(struct arena *a, size_t count, size_t size)
{
    void *p = arena_array(a, count, size);
    if (p) memset(p, 0, count * size);
    return p;
}

void *arena_copy(struct arena *a, const void *p, size_t n)
{
    void *copy = arena_alloc(a, n);
    if (copy && n) memcpy(copy, p, n);
    return copy;
}

void arena_shrink(struct arena *a, void *p, size_t was, size_t now)
{
    was = (was + 15) & ~(size_t)15;
    now = (now + 15) & ~(size_t)15;
    struct arena_chunk *c = a->head;
    if (c && was <= c->used && chunk_bytes(c) + c->used - was == (char *)p)
        c->used -= was - now;
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *c = a->head;
    if (!c) return;
    while (c->next) {
        struct arena_chunk *next = c->next->next;
        a->bytes -= c->next->cap + sizeof *c;
        free(c->next);
        c->next = next;
    }
    c->used = 0;
}

void arena_free(struct arena *a)
{
    while (a->head) {
        struct arena_chunk *next = a->head->next;
        free(a->head);
        a->head = next;
    }
    *a = (struct arena){ 0 };
}
