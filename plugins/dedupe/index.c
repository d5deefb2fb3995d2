/* index.c - see index.h for the drawing. */
#include "index_parts.h"
#include "judge.h"
#include <stdlib.h>
#include <string.h>

enum { SHARED_MIN = 2 /* posted samples */ };

static int is_live(const struct index *x, const struct entry *e, int64_t now)
{
    if (e->is_forgotten) return 0;
    if (!x->window || now == CLOCK_NONE || e->seen == CLOCK_NONE) return 1;
    int64_t age = now > e->seen ? now - e->seen : e->seen - now;
    return age <= x->window;
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
 * were left the last time; *joined is renumbered.  When, depends on the
 * articles alone: an entry that is gone stays gone if the clock goes back, so
 * that must not depend on how full an array is, or on where one run ended and
 * the next began.  Returns 0, or -1: no memory, unchanged. */
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
            uint32_t e = post_owner(x, place);
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
