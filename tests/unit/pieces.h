/* pieces.h - where tests of dedupe's memory keep its pieces. */
#ifndef WARRAQ_TESTS_PIECES_H
#define WARRAQ_TESTS_PIECES_H
#include "plugins/dedupe/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES = 64 };
struct pieces {
    struct {
        char key[16], *p;
        size_t n;
    } list[PIECES];
    size_t n;
};

static int pieces_retire(void *to, const char *key)
{
    struct pieces *s = to;
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->list[i].key, key) != 0) continue;
        free(s->list[i].p);
        memmove(s->list + i, s->list + i + 1, (--s->n - i) * sizeof *s->list);
        return 0;
    }
    return -1;
}

static int pieces_add(void *to, const char *key, const char *p, size_t n)
{
    struct pieces *s = to;
    if (s->n == PIECES || !(s->list[s->n].p = malloc(n))) return -1;
    memcpy(s->list[s->n].p, p, n);
    s->list[s->n].n = n;
    snprintf(s->list[s->n++].key, sizeof s->list[0].key, "%s", key);
    return 0;
}

static void pieces_clear(struct pieces *s)
{
    while (s->n) free(s->list[--s->n].p);
}

static size_t ascii_valid(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && (unsigned char)p[i] < 0x80) i++;
    return i;
}

/* Returns 0, or -1 with *why. */
static int pieces_load(const struct pieces *s, struct memory *m, int64_t window,
                       const char **why)
{
    *m = (struct memory){ .index = index_new(window) };
    for (size_t i = 0; i < s->n; i++)
        if (memory_load(m, s->list[i].key, s->list[i].p, s->list[i].n,
                        ascii_valid, why)
            < 0)
            return -1;
    return memory_restore(m, why);
}

static int pieces_save(struct pieces *s, const struct memory *m)
{
    struct memory_sink sink = { pieces_add, pieces_retire, s };
    return memory_save(m, &sink);
}
#endif
