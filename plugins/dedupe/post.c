/* post.c - how entries come to be found by their samples and their texts: one
 * by one, or all of them into empty tables. */
#include "index_parts.h"
#include <stdlib.h>
#include <string.h>

enum {
    AHEAD = 16,     /* samples or entries that are asked for before */
    PARTS = 1024,   /* of the table; each fits the cache next to the core */
    ROUND = 1 << 24 /* samples laid in order of their parts at once: 128 MiB */
};

/* ---- tables -------------------------------------------------------------- */

int table_new(struct table *t, uint64_t used, int has_tags)
{
    uint64_t size = used * 15 / 8 + FIRST_ROOM;
    if (size >= UINT32_MAX) return -1;
    uint32_t *slots = calloc(size, sizeof *slots);
    uint8_t *tags = has_tags ? calloc(size, 1) : NULL;
    if (!slots || (has_tags && !tags)) {
        free(slots);
        free(tags);
        return -1;
    }
    t->slots = slots;
    t->tags = tags;
    t->size = (uint32_t)size;
    t->used = 0;
    return 0;
}

void table_clear(struct table *t)
{
    memset(t->slots, 0, t->size * sizeof *t->slots);
    if (t->tags) memset(t->tags, 0, t->size);
    t->used = 0;
}

void table_free(struct table *t)
{
    free(t->slots);
    free(t->tags);
    *t = (struct table){ 0 };
}

/* ---- one by one ---------------------------------------------------------- */

uint32_t post_owner(const struct index *x, uint32_t place)
{
    uint32_t e = x->owners[place / OWNER_STEP];
    while (e + 1 < x->n && x->entries[e + 1].samples <= place) e++;
    return e;
}

/* Posts an entry by its text, one sample by itself: unless POSTINGS_MAX earlier
 * ones have it.  Whether those are in the window is not asked: what a table
 * holds follows from the entries alone, and not from when it was built. */
static void post_whole(struct index *x, uint32_t entry)
{
    struct table *t = &x->wholes;
    uint64_t exact = x->entries[entry].exact;
    uint32_t slot = slot_of(t, spread(exact)), same = 0;
    for (; t->slots[slot] != EMPTY; slot = next_slot(t, slot))
        if (x->entries[t->slots[slot] - 1].exact == exact
            && ++same == POSTINGS_MAX)
            return;
    t->slots[slot] = entry + 1;
    t->used++;
}

static void post_sample(struct index *x, uint32_t sample, uint32_t place)
{
    struct table *t = &x->postings;
    uint32_t same = 0;
    uint64_t h = spread(sample);
    uint32_t slot = slot_of(t, h);
    for (; t->slots[slot] != EMPTY; slot = next_slot(t, slot))
        if (t->tags[slot] == tag_of(h)
            && x->samples[t->slots[slot] - 1] == sample
            && ++same == POSTINGS_MAX)
            return;
    t->slots[slot] = place + 1;
    t->tags[slot] = tag_of(h);
    t->used++;
}

uint32_t posted_level(const struct entry *e)
{
    return e->n_samples < SAMPLES_MIN ? e->level : e->level + 1u;
}

static void note_owner(struct index *x, uint32_t entry)
{
    const struct entry *e = &x->entries[entry];
    uint32_t end = e->samples + e->n_samples;
    uint32_t place = (e->samples + OWNER_STEP - 1) / OWNER_STEP * OWNER_STEP;
    for (; place < end; place += OWNER_STEP)
        x->owners[place / OWNER_STEP] = entry;
}

void post_entry(struct index *x, uint32_t entry)
{
    const struct entry *e = &x->entries[entry];
    uint32_t mask = posted_mask(e);
    note_owner(x, entry);
    post_whole(x, entry);
    for (uint32_t i = 0; i < e->n_samples; i++)
        if (!(x->samples[e->samples + i] & mask))
            post_sample(x, x->samples[e->samples + i], e->samples + i);
}

/* ---- posting everything ---------------------------------------------------
 * In order of the entries each slot would be a cache miss: 2.3 s for 1.4
 * million articles.  So the samples are first laid down part of the table by
 * part, in order of the entries within each: .8 s, and the same table. */

struct post {
    uint32_t sample, place;
};

static uint32_t part_of(uint32_t sample)
{
    return (uint32_t)(spread(sample) >> 32) / (UINT32_MAX / PARTS + 1);
}

/* Samples to be posted, by part. */
static void count_posts(const struct index *x, uint32_t counts[PARTS])
{
    memset(counts, 0, PARTS * sizeof *counts);
    for (uint32_t i = 0; i < x->n; i++) {
        const struct entry *e = &x->entries[i];
        const uint32_t *samples = x->samples + e->samples;
        uint32_t mask = posted_mask(e);
        for (uint32_t k = 0; k < e->n_samples; k++)
            counts[part_of(samples[k])] += !(samples[k] & mask);
    }
}

/* Lays down the samples of the parts [first..end), each from at[part] on, which
 * moves behind them.  The rest is written where at[PARTS] says, again and
 * again: whether a sample is posted cannot be foretold, and a branch would wait
 * for it. */
static void lay_down(const struct index *x, uint32_t first, uint32_t end,
                     uint32_t at[PARTS + 1], struct post *posts)
{
    for (uint32_t i = 0; i < x->n; i++) {
        const struct entry *e = &x->entries[i];
        const uint32_t *samples = x->samples + e->samples;
        uint32_t mask = posted_mask(e);
        for (uint32_t k = 0; k < e->n_samples; k++) {
            uint32_t part = part_of(samples[k]);
            uint32_t is_it = !(samples[k] & mask)
                             & (part - first < end - first);
            part = is_it ? part : PARTS;
            posts[at[part]] = (struct post){ samples[k], e->samples + k };
            at[part] += is_it;
        }
    }
}

void prefetch_slot(const struct table *t, uint32_t sample)
{
    uint32_t slot = slot_of(t, spread(sample));
    __builtin_prefetch(&t->tags[slot]);
    __builtin_prefetch(&t->slots[slot]);
}

/* Asks for what a slot asked for before points to. */
static void prefetch_same(const struct index *x, uint32_t sample)
{
    const struct table *t = &x->postings;
    uint64_t h = spread(sample);
    uint32_t slot = slot_of(t, h);
    if (t->slots[slot] != EMPTY && t->tags[slot] == tag_of(h))
        __builtin_prefetch(&x->samples[t->slots[slot] - 1]);
}

/* Posts the samples of parts from `first` on, `room` of them or the first part;
 * returns the first part that is left. */
static uint32_t post_parts(struct index *x, uint32_t first,
                           const uint32_t counts[PARTS], struct post *posts,
                           uint32_t room)
{
    uint32_t at[PARTS + 1], end = first, n = 0;
    for (; end < PARTS && counts[end] <= room - n; end++) {
        at[end] = n;
        n += counts[end];
    }
    at[PARTS] = room;
    lay_down(x, first, end, at, posts);
    for (uint32_t i = 0; i < n; i++) {
        if (i + 2 * AHEAD < n)
            prefetch_slot(&x->postings, posts[i + 2 * AHEAD].sample);
        if (i + AHEAD < n) prefetch_same(x, posts[i + AHEAD].sample);
        post_sample(x, posts[i].sample, posts[i].place);
    }
    return end;
}

void post_all(struct index *x)
{
    uint32_t counts[PARTS], room = ROUND, total = 0;
    count_posts(x, counts);
    for (uint32_t i = 0; i < PARTS; i++) {
        if (room < counts[i]) room = counts[i];
        total += counts[i];
    }
    if (room > total) room = total;
    struct post *posts = malloc((room + 1u) * sizeof *posts);
    for (uint32_t i = 0; i < x->n && !posts; i++) post_entry(x, i);
    if (!posts) return;
    for (uint32_t part = 0; part < PARTS;)
        part = post_parts(x, part, counts, posts, room);
    free(posts);
    for (uint32_t i = 0; i < x->n; i++) {
        if (i + AHEAD < x->n)
            __builtin_prefetch(&x->wholes.slots[slot_of(
                &x->wholes, spread(x->entries[i + AHEAD].exact))]);
        note_owner(x, i);
        post_whole(x, i);
    }
}
