/* find.c - which entries an article in hand has something in common with. */
#include "index_parts.h"
#include "judge.h"

enum {
    SHARED_MIN = 2, /* posted samples */
    AHEAD = 64      /* samples that are asked for in a segment at once */
};

/* ---- texts --------------------------------------------------------------- */

/* The earliest in a segment, or NO_ENTRY. */
static uint32_t find_in_segment(struct index *x, const struct segment *g,
                                const struct signature *s, int64_t now)
{
    const struct postings *t = &g->by_text;
    uint32_t key = text_key(s->exact), tag = tag_in(t, key), n;
    uint32_t found = NO_ENTRY;
    const uint32_t *posted = bucket(t, bucket_of(t, key), &n);
    for (uint32_t i = 0; (i = next_posting(t, posted, i, n, tag)) < n; i++) {
        struct blob blob;
        uint32_t row = posting_row(t, posted[i]);
        if (row >= g->head.rows || row >= found
            || g->rows[row].exact != s->exact || !is_live_row(x, g, row, now))
            continue;
        if (segment_blob(g, row, &blob) < 0) index_fault(x, "an entry is none");
        else if (blob.words == s->words) found = row;
    }
    return found == NO_ENTRY ? found : g->base + found;
}

uint32_t index_find_exact(struct index *x, const struct signature *s,
                          int64_t now)
{
    const struct table *t = &x->wholes;
    uint32_t found = NO_ENTRY;
    for (uint32_t i = 0; i < x->n_segments; i++) {
        found = find_in_segment(x, &x->segments[i], s, now);
        if (found != NO_ENTRY) return found;
    }
    for (uint32_t slot = slot_of(t, spread(s->exact)); t->slots[slot] != EMPTY;
         slot = next_slot(t, slot)) {
        uint32_t i = t->slots[slot] - 1;
        const struct entry *e = &x->entries[i];
        if (i < found && e->exact == s->exact && e->words == s->words
            && !e->is_forgotten && is_within(x, e->seen, now))
            found = i;
    }
    return found == NO_ENTRY ? found : x->n_mapped + found;
}

/* ---- shared samples ------------------------------------------------------ */

/* One more sample that entry e shares.  A segment may claim one posting any
 * number of times: at its most the tally stays. */
static size_t touch(struct index *x, uint32_t e, size_t touched)
{
    if (x->tally[e] == UINT16_MAX) return touched;
    if (x->tally[e]++ == 0) x->touched[touched++] = e;
    return touched;
}

/* Counts, for every entry of a segment that shares a sample with s, how many,
 * in tally; lists those entries in touched.  Each bucket is two cache misses,
 * so they are asked for many at a time. */
static size_t tally_segment(struct index *x, const struct segment *g,
                            const uint32_t *samples, uint32_t n,
                            size_t touched)
{
    const struct postings *t = &g->by_shingle;
    const uint32_t *posted[AHEAD];
    uint32_t counts[AHEAD];
    for (uint32_t k = 0; k < n; k++)
        __builtin_prefetch(
            &t->bucket_at[bucket_of(t, shingle_key(samples[k]))]);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t b = bucket_of(t, shingle_key(samples[k]));
        posted[k] = bucket(t, b, &counts[k]);
        __builtin_prefetch(posted[k]);
        __builtin_prefetch(posted[k] + 16);
    }
    for (uint32_t k = 0; k < n; k++) {
        uint32_t tag = tag_in(t, shingle_key(samples[k])), p = 0;
        for (; (p = next_posting(t, posted[k], p, counts[k], tag)) < counts[k];
             p++) {
            uint32_t row = posting_row(t, posted[k][p]);
            if (row < g->head.rows) touched = touch(x, g->base + row, touched);
        }
    }
    return touched;
}

static size_t tally_segments(struct index *x, const struct signature *s)
{
    size_t touched = 0;
    for (uint32_t from = 0; from < s->n; from += AHEAD)
        for (uint32_t i = 0; i < x->n_segments; i++)
            touched = tally_segment(x, &x->segments[i], s->samples + from,
                                    s->n - from < AHEAD ? s->n - from : AHEAD,
                                    touched);
    return touched;
}

/* Asks for the slots of all samples at once: each would be a cache miss, and
 * waiting for them one by one takes a third longer (450,000 articles). */
static void prefetch(const struct table *t, const struct signature *s)
{
    for (uint32_t i = 0; i < s->n; i++) prefetch_slot(t, s->samples[i]);
}

/* The same of the tail. */
static size_t tally_tail(struct index *x, const struct signature *s,
                         size_t touched)
{
    const struct table *t = &x->postings;
    prefetch(t, s);
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t key = shingle_key(s->samples[i]);
        uint64_t h = spread(key);
        uint32_t slot = slot_of(t, h);
        for (; t->slots[slot] != EMPTY; slot = next_slot(t, slot)) {
            if (t->tags[slot] != tag_of(h)) continue;
            uint32_t place = t->slots[slot] - 1;
            if (shingle_key(x->samples[place]) != key) continue;
            uint32_t e = x->n_mapped + post_owner(x, place);
            touched = touch(x, e, touched);
        }
    }
    return touched;
}

/* Could an entry that shares so many samples match?  Shared ones may be missing
 * from capped postings, so a quarter of what a match needs will do. */
static int is_promising(uint32_t n_samples, uint32_t level_of, uint32_t shared,
                        const struct signature *s, double contains)
{
    uint32_t level = posted_level(n_samples, level_of);
    if (level < s->level) level = s->level;
    uint32_t later = s->n >> (level - s->level);
    uint32_t earlier = n_samples >> (level - level_of);
    return shared * 4 >= overlap_needed(later, earlier, contains);
}

/* Is an entry found, and how much was sampled of it? */
static int is_found(struct index *x, uint32_t entry, int64_t now,
                    uint32_t *n_samples, uint32_t *level)
{
    if (entry >= x->n_mapped) {
        const struct entry *e = &x->entries[entry - x->n_mapped];
        *n_samples = e->n_samples;
        *level = e->level;
        return !e->is_forgotten && is_within(x, e->seen, now);
    }
    const struct segment *g = segment_with(x, entry);
    struct blob blob;
    if (!is_live_row(x, g, entry - g->base, now)) return 0;
    if (segment_blob(g, entry - g->base, &blob) < 0) {
        index_fault(x, "an entry is none");
        return 0;
    }
    *n_samples = blob.n_samples;
    *level = blob.level;
    return 1;
}

/* Puts e into the ascending list, which keeps its CANDIDATES_MAX least. */
static size_t keep_earliest(uint32_t *list, size_t n, uint32_t e)
{
    if (n == CANDIDATES_MAX && list[n - 1] < e) return n;
    size_t i = n < CANDIDATES_MAX ? n++ : n - 1;
    for (; i && list[i - 1] > e; i--) list[i] = list[i - 1];
    list[i] = e;
    return n;
}

/* The place of the one that shares least, of those the latest. */
static uint32_t least_of(const struct sharing *s)
{
    uint32_t least = 0;
    for (uint32_t i = 1; i < s->n; i++)
        if (s->list[i].shared <= s->list[least].shared) least = i;
    return least;
}

/* Puts an entry into the ascending list, which keeps those that share most, of
 * two that share alike the earlier. */
static void keep_sharing(struct sharing *s, uint32_t entry, uint32_t shared)
{
    uint32_t i = s->n;
    if (i == SHARING_MAX) {
        i = least_of(s);
        if (s->list[i].shared > shared
            || (s->list[i].shared == shared && s->list[i].entry < entry))
            return;
        for (; i + 1 < SHARING_MAX; i++) s->list[i] = s->list[i + 1];
    } else {
        s->n++;
    }
    for (; i && s->list[i - 1].entry > entry; i--) s->list[i] = s->list[i - 1];
    s->list[i].entry = entry;
    s->list[i].shared = shared;
}

size_t index_candidates(struct index *x, const struct signature *s,
                        int64_t now, double contains, uint32_t *out,
                        struct sharing *sharing)
{
    size_t found = 0, touched = tally_tail(x, s, tally_segments(x, s));
    for (size_t i = 0; i < touched; i++) {
        uint32_t e = x->touched[i], shared = x->tally[e], n_samples, level;
        x->tally[e] = 0;
        if (shared < SHARED_MIN || !is_found(x, e, now, &n_samples, &level))
            continue;
        if (sharing) keep_sharing(sharing, e, shared);
        if (is_promising(n_samples, level, shared, s, contains))
            found = keep_earliest(out, found, e);
    }
    return found;
}
