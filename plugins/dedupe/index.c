/* index.c - see index.h for the drawing. */
#include "index.h"
#include "judge.h"
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_ROOM = 1024,
    /* For posting everything anew: */
    AHEAD = 16,    /* entries whose slots are asked for before they are posted */
    PARTS = 1024,  /* of the table; each fits the cache next to the core */
    ROUND = 1 << 24, /* samples laid in order of their parts at once: 128 MiB */
    SHARED_MIN = 2,  /* posted samples */
    OWNER_STEP = 16, /* samples for one entry in owners */
    EMPTY = 0        /* a slot; places and entries are stored plus one */
};

struct table {
    uint32_t *slots; /* place or entry, plus one */
    uint8_t *tags;   /* NULL: none */
    uint32_t size, used;
};

struct index {
    int64_t window;
    struct entry *entries;
    uint32_t n, cap;
    uint32_t *samples, *owners;
    uint32_t n_samples, cap_samples;
    char *names;
    size_t n_names, cap_names;
    struct table postings, wholes;
    struct table ids;  /* from the first forgotten id on, until it is full */
    uint32_t sweep_at; /* entries at which to look for what has left */
    int is_swept;
    /* For the article in hand, cap of each: */
    uint16_t *tally;   /* samples it shares with an entry, else 0 */
    uint32_t *touched; /* the entries with a tally */
    uint64_t forgotten;
};

/* ---- tables ---------------------------------------------------------------
 * Load is kept under 4/5; a table grows by a half, so it stays above 8/15. */

/* Spreads a sample, whose low bits are zero, over all 64 bits. */
static uint64_t spread(uint64_t h)
{
    h *= UINT64_C(0x9E3779B97F4A7C15); /* see BASE in signature.c */
    return h ^ h >> 32;
}

static uint32_t slot_of(const struct table *t, uint64_t spread_)
{
    return (uint32_t)(((spread_ >> 32) * t->size) >> 32);
}

static uint8_t tag_of(uint64_t spread_)
{
    return (uint8_t)(spread_ & 0xFF);
}

static uint32_t next_slot(const struct table *t, uint32_t slot)
{
    return slot + 1 == t->size ? 0 : slot + 1;
}

static int table_is_full(const struct table *t, uint32_t more)
{
    return (uint64_t)(t->used + (uint64_t)more) * 5 >= (uint64_t)t->size * 4;
}

/* An empty table with room for `used` and a half more.  0, or -1: no memory. */
static int table_new(struct table *t, uint64_t used, int has_tags)
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

static void table_clear(struct table *t)
{
    memset(t->slots, 0, t->size * sizeof *t->slots);
    if (t->tags) memset(t->tags, 0, t->size);
    t->used = 0;
}

static void table_free(struct table *t)
{
    free(t->slots);
    free(t->tags);
    *t = (struct table){ 0 };
}

/* ---- entries ------------------------------------------------------------- */

static int is_live(const struct index *x, const struct entry *e, int64_t now)
{
    if (e->is_forgotten) return 0;
    if (!x->window || now == CLOCK_NONE || e->seen == CLOCK_NONE) return 1;
    int64_t age = now > e->seen ? now - e->seen : e->seen - now;
    return age <= x->window;
}

static uint32_t owner(const struct index *x, uint32_t place)
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

/* An article is found by every other of its samples: those that a sample taken
 * one level higher would hold; if there are few, by all.  It is then judged by
 * all of them, so what this costs is a few candidates of few samples, and what
 * it saves is a third of the memory. */
static uint32_t posted_level(const struct entry *e)
{
    return e->n_samples < SAMPLES_MIN ? e->level : e->level + 1u;
}

static uint32_t posted_mask(const struct entry *e)
{
    return ((uint32_t)1 << posted_level(e)) - 1;
}

static void note_owner(struct index *x, uint32_t entry)
{
    const struct entry *e = &x->entries[entry];
    uint32_t end = e->samples + e->n_samples;
    uint32_t place = (e->samples + OWNER_STEP - 1) / OWNER_STEP * OWNER_STEP;
    for (; place < end; place += OWNER_STEP)
        x->owners[place / OWNER_STEP] = entry;
}

static void post_entry(struct index *x, uint32_t entry)
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
 * In order of the entries each slot would be a cache miss: 2.3 s for 1.4 million
 * articles.  So the samples are first laid down part of the table by part, in
 * order of the entries within each: .5 s, and the same table. */

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
 * moves behind them.  The rest is written where at[PARTS] says, again and again:
 * whether a sample is posted cannot be foretold, and a branch would wait for it. */
static void lay_down(const struct index *x, uint32_t first, uint32_t end,
                     uint32_t at[PARTS + 1], struct post *posts)
{
    for (uint32_t i = 0; i < x->n; i++) {
        const struct entry *e = &x->entries[i];
        const uint32_t *samples = x->samples + e->samples;
        uint32_t mask = posted_mask(e);
        for (uint32_t k = 0; k < e->n_samples; k++) {
            uint32_t part = part_of(samples[k]);
            uint32_t is_it = !(samples[k] & mask) & (part - first < end - first);
            part = is_it ? part : PARTS;
            posts[at[part]] = (struct post){ samples[k], e->samples + k };
            at[part] += is_it;
        }
    }
}

/* Asks for the slot of a sample; for what a slot asked for before points to. */
static void prefetch_slot(const struct table *t, uint32_t sample)
{
    uint32_t slot = slot_of(t, spread(sample));
    __builtin_prefetch(&t->tags[slot]);
    __builtin_prefetch(&t->slots[slot]);
}

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

/* Posts all entries into empty tables.  Cannot fail: without memory to lay
 * samples in order it takes longer. */
static void post_all(struct index *x)
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

/* Larger tables, with room for `more` samples.  0, or -1: no memory, nothing
 * has changed. */
static int grow_tables(struct index *x, uint64_t more)
{
    struct table postings, wholes;
    if (table_new(&postings, x->postings.used + more, 1) < 0) return -1;
    if (table_new(&wholes, x->n, 0) < 0) {
        table_free(&postings);
        return -1;
    }
    table_free(&x->postings);
    table_free(&x->wholes);
    x->postings = postings;
    x->wholes = wholes;
    post_all(x);
    return 0;
}

/* ---- forgetting ---------------------------------------------------------- */

/* Moves what is live to the front of every array.  moved: n entries. */
static void close_ranks(struct index *x, int64_t now, uint32_t *moved)
{
    uint32_t kept = 0, n_samples = 0;
    size_t n_names = 0;
    for (uint32_t i = 0; i < x->n; i++) {
        struct entry e = x->entries[i];
        moved[i] = NO_ENTRY;
        if (!is_live(x, &e, now)) continue;
        if (e.seen == CLOCK_NONE) e.seen = now; /* from before the first date */
        size_t name_bytes = (size_t)e.id_bytes + e.story_bytes;
        memmove(x->samples + n_samples, x->samples + e.samples,
                e.n_samples * sizeof *x->samples);
        memmove(x->names + n_names, x->names + e.name, name_bytes);
        e.samples = n_samples;
        e.name = n_names;
        n_samples += e.n_samples;
        n_names += name_bytes;
        moved[i] = kept;
        x->entries[kept++] = e;
    }
    for (uint32_t i = 0; i < kept; i++)
        if (x->entries[i].anchor != NO_ENTRY)
            x->entries[i].anchor = moved[x->entries[i].anchor];
    x->forgotten += x->n - kept;
    x->n = kept;
    x->n_samples = n_samples;
    x->n_names = n_names;
}

static uint32_t next_sweep(const struct index *x)
{
    return x->n + x->n / 4 + FIRST_ROOM;
}

/* Takes out what has left the window, once the entries are a quarter more than
 * were left the last time; *joined is renumbered.  When, depends on the articles
 * alone: an entry that is gone stays gone if the clock goes back, so that must
 * not depend on how full an array is, or on where one run ended and the next
 * began.  Returns 0, or -1: no memory, unchanged. */
static int sweep(struct index *x, int64_t now, uint32_t *joined)
{
    uint32_t live = 0;
    if (x->n < x->sweep_at) return 0;
    for (uint32_t i = 0; i < x->n; i++)
        live += (uint32_t)is_live(x, &x->entries[i], now);
    if (live < x->n) {
        uint32_t *moved = malloc(x->n * sizeof *moved);
        if (!moved) return -1;
        close_ranks(x, now, moved);
        if (*joined != NO_ENTRY) *joined = moved[*joined];
        free(moved);
        table_clear(&x->postings);
        table_clear(&x->wholes);
        table_free(&x->ids);
        post_all(x);
        x->is_swept = 1;
    }
    x->sweep_at = next_sweep(x);
    return 0;
}

/* ---- growing ------------------------------------------------------------- */

/* The array with room for at least `need` things, by a half more if it must
 * move.  NULL: no memory, and the array is where it was. */
static void *grow(void *array, size_t thing, uint64_t need, uint64_t *cap)
{
    if (array && need <= *cap) return array;
    uint64_t more = *cap + *cap / 2 + FIRST_ROOM;
    if (more < need) more = need;
    void *moved = realloc(array, more * thing);
    if (moved) *cap = more;
    return moved;
}

static int grow_entries(struct index *x, uint64_t need)
{
    uint64_t cap = x->cap, was = x->cap;
    if (need >= NO_ENTRY) return -1;
    struct entry *entries = grow(x->entries, sizeof *entries, need, &cap);
    if (!entries) return -1;
    x->entries = entries;
    if (cap == was) return 0;
    /* If one of these fails the others have room to spare: harmless. */
    uint16_t *tally = realloc(x->tally, cap * sizeof *tally);
    if (!tally) return -1;
    x->tally = tally;
    uint32_t *touched = realloc(x->touched, cap * sizeof *touched);
    if (!touched) return -1;
    x->touched = touched;
    memset(tally + was, 0, (cap - was) * sizeof *tally);
    x->cap = (uint32_t)cap;
    return 0;
}

static int grow_samples(struct index *x, uint64_t need)
{
    uint64_t cap = x->cap_samples, was = x->cap_samples;
    if (need >= UINT32_MAX / 2) return -1;
    uint32_t *samples = grow(x->samples, sizeof *samples, need, &cap);
    if (!samples) return -1;
    x->samples = samples;
    if (cap == was) return 0;
    uint32_t *owners =
        realloc(x->owners, (cap / OWNER_STEP + 1) * sizeof *owners);
    if (!owners) return -1;
    x->owners = owners;
    x->cap_samples = (uint32_t)cap;
    return 0;
}

static int grow_names(struct index *x, uint64_t need)
{
    uint64_t cap = x->cap_names;
    char *names = grow(x->names, 1, need, &cap);
    if (!names) return -1;
    x->names = names;
    x->cap_names = cap;
    return 0;
}

int index_reserve(struct index *x, uint64_t entries, uint64_t samples,
                  uint64_t name_bytes)
{
    if (grow_entries(x, x->n + entries) < 0
        || grow_samples(x, x->n_samples + samples) < 0)
        return -1;
    return grow_names(x, x->n_names + name_bytes);
}

/* Room for one more entry in the arrays and the tables.  Returns 0, or -1: no
 * memory. */
static int make_room(struct index *x, const struct signature *s,
                     size_t name_bytes)
{
    if (index_reserve(x, 1, s->n, name_bytes) < 0) return -1;
    if (table_is_full(&x->postings, s->n) || table_is_full(&x->wholes, 1))
        return grow_tables(x, s->n);
    return 0;
}

/* ---- looking up ---------------------------------------------------------- */

uint32_t index_find_exact(const struct index *x, const struct signature *s,
                          int64_t now)
{
    const struct table *t = &x->wholes;
    uint32_t found = NO_ENTRY;
    for (uint32_t slot = slot_of(t, spread(s->exact)); t->slots[slot] != EMPTY;
         slot = next_slot(t, slot)) {
        uint32_t i = t->slots[slot] - 1;
        const struct entry *e = &x->entries[i];
        if (i < found && e->exact == s->exact && e->words == s->words
            && is_live(x, e, now))
            found = i;
    }
    return found;
}

/* Asks for the slots of all samples at once: each would be a cache miss, and
 * waiting for them one by one takes a third longer (450,000 articles). */
static void prefetch(const struct table *t, const struct signature *s)
{
    for (uint32_t i = 0; i < s->n; i++) prefetch_slot(t, s->samples[i]);
}

/* Counts, for every entry that shares a sample with s, how many, in tally;
 * lists those entries in touched.  Returns how many. */
static size_t tally_shared(struct index *x, const struct signature *s,
                           uint32_t *touched)
{
    const struct table *t = &x->postings;
    size_t n = 0;
    prefetch(t, s);
    for (uint32_t i = 0; i < s->n; i++) {
        uint64_t h = spread(s->samples[i]);
        uint32_t slot = slot_of(t, h);
        for (; t->slots[slot] != EMPTY; slot = next_slot(t, slot)) {
            if (t->tags[slot] != tag_of(h)) continue;
            uint32_t place = t->slots[slot] - 1;
            if (x->samples[place] != s->samples[i]) continue;
            uint32_t e = owner(x, place);
            if (x->tally[e]++ == 0) touched[n++] = e;
        }
    }
    return n;
}

/* Could an entry that shares so many samples match?  Shared ones may be missing
 * from capped postings, so a quarter of what a match needs will do. */
static int is_promising(const struct entry *e, uint32_t shared,
                        const struct signature *s, double contains)
{
    uint32_t level = posted_level(e);
    if (level < s->level) level = s->level;
    uint32_t later = s->n >> (level - s->level);
    uint32_t earlier = e->n_samples >> (level - e->level);
    uint32_t need = overlap_needed(later, earlier, contains);
    return shared >= SHARED_MIN && shared * 4 >= need;
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

size_t index_candidates(struct index *x, const struct signature *s,
                        int64_t now, double contains, uint32_t *out)
{
    size_t found = 0, n = tally_shared(x, s, x->touched);
    for (size_t i = 0; i < n; i++) {
        uint32_t e = x->touched[i], shared = x->tally[e];
        x->tally[e] = 0;
        if (is_live(x, &x->entries[e], now)
            && is_promising(&x->entries[e], shared, s, contains))
            found = keep_earliest(out, found, e);
    }
    return found;
}

/* ---- making and adding --------------------------------------------------- */

struct index *index_new(int64_t window)
{
    struct index *x = calloc(1, sizeof *x);
    if (!x) return NULL;
    x->window = window;
    x->sweep_at = FIRST_ROOM;
    if (table_new(&x->postings, 0, 1) < 0 || table_new(&x->wholes, 0, 0) < 0) {
        index_free(x);
        return NULL;
    }
    return x;
}

void index_free(struct index *x)
{
    if (!x) return;
    table_free(&x->postings);
    table_free(&x->wholes);
    table_free(&x->ids);
    free(x->entries);
    free(x->samples);
    free(x->owners);
    free(x->names);
    free(x->tally);
    free(x->touched);
    free(x);
}

/* Puts an entry behind the others; its name stands at the end of names already,
 * and there is room.  Returns its number. */
static uint32_t put(struct index *x, const struct entry *entry,
                    const uint32_t *samples)
{
    struct entry *e = &x->entries[x->n];
    *e = *entry;
    e->samples = x->n_samples;
    e->name = x->n_names;
    if (e->n_samples)
        memcpy(x->samples + x->n_samples, samples,
               e->n_samples * sizeof *samples);
    x->n_samples += e->n_samples;
    x->n_names += (size_t)e->id_bytes + e->story_bytes;
    return x->n++;
}

/* FNV-1a, 64 bits <http://www.isthe.com/chongo/tech/comp/fnv/>, spread. */
static uint64_t id_hash(const char *id, size_t n)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)id[i]) * UINT64_C(1099511628211);
    return spread(h);
}

/* Posts an entry by its id, if anybody asks for ids: every one, since all of
 * one id are forgotten together. */
static void post_id(struct index *x, uint32_t entry)
{
    struct table *t = &x->ids;
    const struct entry *e = &x->entries[entry];
    if (t->slots && table_is_full(t, 1)) table_free(t);
    if (!t->slots) return;
    uint32_t slot = slot_of(t, id_hash(x->names + e->name, e->id_bytes));
    while (t->slots[slot] != EMPTY) slot = next_slot(t, slot);
    t->slots[slot] = entry + 1;
    t->used++;
}

uint32_t index_add(struct index *x, const struct signature *s, int64_t now,
                   const char *id, size_t id_bytes, uint32_t joined)
{
    size_t story_bytes = 0;
    if (sweep(x, now, &joined) < 0) return NO_ENTRY;
    if (joined != NO_ENTRY) index_story(x, joined, &story_bytes);
    if (make_room(x, s, id_bytes + story_bytes) < 0) return NO_ENTRY;
    char *name = x->names + x->n_names;
    memcpy(name, id, id_bytes);
    if (joined != NO_ENTRY)
        memcpy(name + id_bytes, index_story(x, joined, &story_bytes),
               story_bytes);
    struct entry e = {
        .exact = s->exact, .numbers = s->numbers, .seen = now,
        .n_samples = s->n, .words = s->words, .anchor = joined,
        .id_bytes = (uint16_t)id_bytes, .story_bytes = (uint16_t)story_bytes,
        .level = (uint8_t)s->level,
    };
    uint32_t added = put(x, &e, s->samples);
    post_entry(x, added);
    post_id(x, added);
    return added;
}

/* ---- what changes -------------------------------------------------------- */

void index_refresh(struct index *x, uint32_t entry, int64_t now)
{
    struct entry *e = &x->entries[entry];
    if (e->seen == now) return;
    e->seen = now;
    e->changed = CHANGED_NOW;
}

void index_set_anchor(struct index *x, uint32_t entry, uint32_t anchor)
{
    x->entries[entry].anchor = anchor;
    x->entries[entry].changed = CHANGED_NOW;
}

int index_forget(struct index *x, const char *id, size_t id_bytes)
{
    struct table *t = &x->ids;
    if (!t->slots) {
        if (table_new(t, x->n, 0) < 0) return -1;
        for (uint32_t i = 0; i < x->n; i++) post_id(x, i);
    }
    for (uint32_t slot = slot_of(t, id_hash(id, id_bytes));
         t->slots[slot] != EMPTY; slot = next_slot(t, slot)) {
        struct entry *e = &x->entries[t->slots[slot] - 1];
        if (e->is_forgotten || e->id_bytes != id_bytes
            || memcmp(x->names + e->name, id, id_bytes) != 0)
            continue;
        e->is_forgotten = 1;
        e->changed = CHANGED_NOW;
    }
    return 0;
}

/* ---- between runs -------------------------------------------------------- */

void index_put(struct index *x, const struct entry *entry,
               const uint32_t *samples, const char *name)
{
    memcpy(x->names + x->n_names, name,
           (size_t)entry->id_bytes + entry->story_bytes);
    put(x, entry, samples);
}

void index_change(struct index *x, uint32_t entry, const struct entry *like)
{
    struct entry *e = &x->entries[entry];
    e->seen = like->seen;
    e->anchor = like->anchor;
    e->is_forgotten = like->is_forgotten;
    e->changed = like->changed;
}

int index_restore(struct index *x, uint32_t sweep_at)
{
    uint64_t posted = 0;
    for (uint32_t i = 0; i < x->n; i++) {
        const struct entry *e = &x->entries[i];
        uint32_t mask = posted_mask(e);
        for (uint32_t k = 0; k < e->n_samples; k++)
            posted += !(x->samples[e->samples + k] & mask);
    }
    x->sweep_at = sweep_at < next_sweep(x) ? sweep_at : next_sweep(x);
    return grow_tables(x, posted);
}

uint32_t index_sweep_at(const struct index *x)
{
    return x->sweep_at;
}

int index_is_swept(const struct index *x)
{
    return x->is_swept;
}

/* ---- the rest ------------------------------------------------------------ */

const struct entry *index_entry(const struct index *x, uint32_t entry)
{
    return &x->entries[entry];
}

struct signature index_signature(const struct index *x, uint32_t entry)
{
    const struct entry *e = &x->entries[entry];
    return (struct signature){ e->exact, e->numbers, e->words, e->level,
                               e->n_samples, x->samples + e->samples };
}

const char *index_id(const struct index *x, uint32_t entry, size_t *bytes)
{
    *bytes = x->entries[entry].id_bytes;
    return x->names + x->entries[entry].name;
}

const char *index_story(const struct index *x, uint32_t entry, size_t *bytes)
{
    const struct entry *e = &x->entries[entry];
    if (!e->story_bytes) return index_id(x, entry, bytes);
    *bytes = e->story_bytes;
    return x->names + e->name + e->id_bytes;
}

uint32_t index_size(const struct index *x)
{
    return x->n;
}

uint64_t index_forgotten(const struct index *x)
{
    return x->forgotten;
}

size_t index_bytes(const struct index *x)
{
    size_t each = sizeof *x->entries + sizeof *x->tally + sizeof *x->touched;
    return x->n * each + x->n_names
           + x->n_samples * sizeof *x->samples
           + x->n_samples / OWNER_STEP * sizeof *x->owners
           + x->postings.size * (sizeof *x->postings.slots + 1)
           + x->wholes.size * sizeof *x->wholes.slots;
}
