/* pieces.h - where tests of dedupe's memory keep its pieces. */
#ifndef WARRAQ_TESTS_PIECES_H
#define WARRAQ_TESTS_PIECES_H
#include "plugins/dedupe/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES = 64, RETIRED = 256 };
struct pieces {
    struct {
        char key[16], *p;
        size_t n;
    } list[PIECES];
    size_t n;
    char *retired[RETIRED]; /* the index that saved looks into them still */
    size_t n_retired;
};

static int pieces_retire(void *to, const char *key)
{
    struct pieces *s = to;
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->list[i].key, key) != 0) continue;
        if (s->n_retired == RETIRED) { /* of many runs ago */
            free(s->retired[0]);
            memmove(s->retired, s->retired + 1,
                    --s->n_retired * sizeof *s->retired);
        }
        s->retired[s->n_retired++] = s->list[i].p;
        memmove(s->list + i, s->list + i + 1, (--s->n - i) * sizeof *s->list);
        return 0;
    }
    return -1;
}

/* In place of the one that has its key. */
static int pieces_add(void *to, const char *key, const char *p, size_t n)
{
    struct pieces *s = to;
    size_t i = 0;
    pieces_retire(s, key);
    char *copy = malloc(n);
    if (s->n == PIECES || !copy) return -1;
    memcpy(copy, p, n);
    while (i < s->n && strcmp(s->list[i].key, key) < 0) i++;
    memmove(s->list + i + 1, s->list + i, (s->n++ - i) * sizeof *s->list);
    s->list[i].p = copy;
    s->list[i].n = n;
    snprintf(s->list[i].key, sizeof s->list[i].key, "%s", key);
    return 0;
}

static void pieces_clear(struct pieces *s)
{
    while (s->n) free(s->list[--s->n].p);
    while (s->n_retired) free(s->retired[--s->n_retired]);
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
    *m = (struct memory){ .index = index_new(window, ascii_valid) };
    for (size_t i = 0; i < s->n; i++)
        if (memory_load(m, s->list[i].key, s->list[i].p, s->list[i].n, why) < 0)
            return -1;
    return memory_restore(m, why);
}

static int pieces_save(struct pieces *s, const struct memory *m)
{
    struct memory_sink sink = { pieces_add, pieces_retire, s };
    return memory_save(m, &sink);
}
#endif
