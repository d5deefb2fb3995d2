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

/* How many of a segment are posted by a key since the last sweep; of texts, the
 * key says a part and `exact` all. */
static uint32_t count_posted(const struct index *x, const struct segment *g,
                             const struct postings *t, uint32_t key,
                             const uint64_t *exact)
{
    uint32_t n, same = 0, tag = tag_in(t, key);
    const uint32_t *posted = bucket(t, bucket_of(t, key), &n);
    for (uint32_t i = 0; (i = next_posting(t, posted, i, n, tag)) < n; i++) {
        uint32_t row = posting_row(t, posted[i]);
        same += row < g->head.rows
                && segment_ordinal(g, row) >= x->stream.epoch
                && (!exact || g->rows[row].exact == *exact);
    }
    return same;
}

/* The newest ones hold what came since the last sweep. */
static uint32_t count_in_segments(const struct index *x, uint32_t key,
                                  const uint64_t *exact)
{
    uint32_t same = 0;
    for (uint32_t i = x->n_segments; i-- > 0;) {
        const struct segment *g = &x->segments[i];
        if (g->head.to <= x->stream.epoch) break;
        same += count_posted(x, g, exact ? &g->by_text : &g->by_shingle, key,
                             exact);
    }
    return same;
}

/* Whether those that are posted are in the window is not asked: what a table
 * holds follows from the entries alone, and not from when it was built. */
static int post_whole(struct index *x, uint32_t entry, uint32_t same)
{
    struct table *t = &x->wholes;
    uint64_t exact = x->entries[entry].exact;
    uint32_t slot = slot_of(t, spread(exact));
    for (; t->slots[slot] != EMPTY; slot = next_slot(t, slot)) {
        uint32_t i = t->slots[slot] - 1;
        same += i >= x->epoch_entry && x->entries[i].exact == exact;
    }
    if (same >= POSTINGS_MAX) return 0;
    t->slots[slot] = entry + 1;
    t->used++;
    return 1;
}

static int post_sample(struct index *x, uint32_t sample, uint32_t place,
                       uint32_t same)
{
    struct table *t = &x->postings;
    uint32_t key = shingle_key(sample);
    uint64_t h = spread(key);
    uint32_t slot = slot_of(t, h);
    for (; t->slots[slot] != EMPTY && same < POSTINGS_MAX;
         slot = next_slot(t, slot)) {
        if (t->tags[slot] != tag_of(h)) continue;
        uint32_t other = t->slots[slot] - 1;
        same += other >= x->epoch_sample
                && shingle_key(x->samples[other]) == key;
    }
    if (same >= POSTINGS_MAX) return 0;
    t->slots[slot] = place + 1;
    t->tags[slot] = tag_of(h);
    t->used++;
    return 1;
}

static void note_owner(struct index *x, uint32_t entry)
{
    const struct entry *e = &x->entries[entry];
    uint32_t end = e->samples + e->n_samples;
    uint32_t place = (e->samples + OWNER_STEP - 1) / OWNER_STEP * OWNER_STEP;
    for (; place < end; place += OWNER_STEP)
        x->owners[place / OWNER_STEP] = entry;
}

void post_last(struct index *x)
{
    uint32_t entry = x->n - 1;
    struct entry *e = &x->entries[entry];
    uint32_t mask = ((uint32_t)1 << posted_level(e->n_samples, e->level)) - 1;
    note_owner(x, entry);
    e->is_posted = (uint8_t)post_whole(
        x, entry, count_in_segments(x, text_key(e->exact), &e->exact));
    for (uint32_t i = 0; i < e->n_samples; i++) {
        uint32_t place = e->samples + i, sample = x->samples[place];
        uint64_t bit = (uint64_t)1 << place % 64;
        x->is_posted[place / 64] &= ~bit;
        if (sample & mask) continue;
        uint32_t same = count_in_segments(x, shingle_key(sample), NULL);
        if (post_sample(x, sample, place, same))
            x->is_posted[place / 64] |= bit;
    }
}

/* ---- posting everything ---------------------------------------------------
 * In order of the entries each slot would be a cache miss: 2.3 s for 1.4
 * million articles.  So the samples are first laid down part of the table by
 * part: .8 s. */

struct post {
    uint32_t sample, place;
};

static uint32_t part_of(uint32_t sample)
{
    return (uint32_t)(spread(shingle_key(sample)) >> 32)
           / (UINT32_MAX / PARTS + 1);
}

/* Samples that are posted, by part. */
static void count_posts(const struct index *x, uint32_t counts[PARTS])
{
    memset(counts, 0, PARTS * sizeof *counts);
    for (uint32_t i = 0; i < x->n_samples; i++)
        counts[part_of(x->samples[i])] += (uint32_t)is_posted(x, i);
}

/* Lays down the samples of the parts [first..end), each from at[part] on, which
 * moves behind them.  The rest is written where at[PARTS] says, again and
 * again: whether a sample is posted cannot be foretold, and a branch would wait
 * for it. */
static void lay_down(const struct index *x, uint32_t first, uint32_t end,
                     uint32_t at[PARTS + 1], struct post *posts)
{
    for (uint32_t i = 0; i < x->n_samples; i++) {
        uint32_t part = part_of(x->samples[i]);
        uint32_t is_it = (uint32_t)is_posted(x, i)
                         & (part - first < end - first);
        part = is_it ? part : PARTS;
        posts[at[part]] = (struct post){ x->samples[i], i };
        at[part] += is_it;
    }
}

void prefetch_slot(const struct table *t, uint32_t sample)
{
    uint32_t slot = slot_of(t, spread(shingle_key(sample)));
    __builtin_prefetch(&t->tags[slot]);
    __builtin_prefetch(&t->slots[slot]);
}

/* Puts what is posted already into a table that has room. */
static void repost_sample(struct index *x, uint32_t sample, uint32_t place)
{
    struct table *t = &x->postings;
    uint64_t h = spread(shingle_key(sample));
    uint32_t slot = slot_of(t, h);
    while (t->slots[slot] != EMPTY) slot = next_slot(t, slot);
    t->slots[slot] = place + 1;
    t->tags[slot] = tag_of(h);
    t->used++;
}

static void repost_whole(struct index *x, uint32_t entry)
{
    struct table *t = &x->wholes;
    uint32_t slot = slot_of(t, spread(x->entries[entry].exact));
    while (t->slots[slot] != EMPTY) slot = next_slot(t, slot);
    t->slots[slot] = entry + 1;
    t->used++;
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
        if (i + AHEAD < n) prefetch_slot(&x->postings, posts[i + AHEAD].sample);
        repost_sample(x, posts[i].sample, posts[i].place);
    }
    return end;
}

static void post_samples(struct index *x)
{
    uint32_t counts[PARTS], room = ROUND, total = 0;
    count_posts(x, counts);
    for (uint32_t i = 0; i < PARTS; i++) {
        if (room < counts[i]) room = counts[i];
        total += counts[i];
    }
    if (room > total) room = total;
    struct post *posts = malloc((room + 1u) * sizeof *posts);
    for (uint32_t part = 0; part < PARTS && posts;)
        part = post_parts(x, part, counts, posts, room);
    for (uint32_t i = 0; i < x->n_samples && !posts; i++)
        if (is_posted(x, i)) repost_sample(x, x->samples[i], i);
    free(posts);
}

void post_all(struct index *x)
{
    post_samples(x);
    for (uint32_t i = 0; i < x->n; i++) {
        if (i + AHEAD < x->n)
            __builtin_prefetch(&x->wholes.slots[slot_of(
                &x->wholes, spread(x->entries[i + AHEAD].exact))]);
        note_owner(x, i);
        if (x->entries[i].is_posted) repost_whole(x, i);
    }
}
