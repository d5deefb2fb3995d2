/* memory_fuzz.c - a libFuzzer entry over the memory of dedupe: whatever the
 * bytes of two pieces, they are refused, or make an index that can be asked,
 * added to, and written down: what is read back is then written the same.
 *
 * The first two bytes say how long the first piece is. */
#include "plugins/dedupe/story.h"
#include "tests/unit/pieces.h"

#define WINDOW 1000000

static void take(struct memory *m, const struct signature *s, const char *id)
{
    int64_t now = clock_tick(&m->clock, (int64_t)m->seen++ % WINDOW);
    struct link link = story_find(m->index, s, now, .5, 12, NULL);
    if (story_add(m->index, s, now, id, strlen(id), &link) < 0) abort();
}

/* An article like the first that is remembered, and one like no other. */
static void use(struct memory *m)
{
    uint32_t samples[SAMPLES_MAX];
    struct signature s = { .exact = 1, .words = 100, .n = 1,
                           .samples = samples };
    samples[0] = 8;
    if (index_size(m->index)) s = index_signature(m->index, 0, samples);
    if (!s.n) s = (struct signature){ 1, 0, 100, 0, 1, samples };
    take(m, &s, "a copy");
    s.exact++;
    take(m, &s, "like it");
    s.exact++;
    take(m, &s, "again");
    if (index_forget(m->index, "again", 5) < 0) abort();
}

/* What makes sense is written, and what is read back is the same. */
static void check_written(struct pieces *pieces, const struct memory *m)
{
    struct memory again;
    const char *why;
    uint32_t a = 0;
    if (pieces_save(pieces, m) < 0) abort();
    if (pieces_load(pieces, &again, 0, &why) < 0) abort();
    if (again.seen != m->seen || index_size(again.index) > index_size(m->index))
        abort();
    for (uint32_t i = 0; i < index_size(again.index); i++) {
        size_t n, other;
        const char *id = index_id(again.index, i, &n);
        for (;; a++) { /* those that were gone are left out */
            if (a == index_size(m->index)) abort();
            const char *was = index_id(m->index, a, &other);
            if (n == other && memcmp(id, was, n) == 0) break;
        }
    }
    memory_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct pieces pieces = { 0 };
    struct memory m;
    const char *why;
    if (n < 2) return 0;
    size_t first = data[0] | (size_t)data[1] << 8;
    if (first > n - 2) first = n - 2;
    const char *p = (const char *)data + 2;
    if (pieces_add(&pieces, "0000000000", p, first) < 0
        || (n - 2 - first
            && pieces_add(&pieces, "0000000001", p + first, n - 2 - first) < 0))
        abort();
    if (pieces_load(&pieces, &m, 0, &why) == 0) {
        use(&m);
        check_written(&pieces, &m);
    }
    memory_free(&m);
    pieces_clear(&pieces);
    return 0;
}
