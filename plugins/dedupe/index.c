/* index.c - see index.h for the drawing. */
#include "index_parts.h"
#include <stdlib.h>
#include <string.h>

/* ---- entries of segments ------------------------------------------------- */

void index_fault(struct index *x, const char *why)
{
    if (!x->why) x->why = why;
}

struct segment *segment_with(const struct index *x, uint32_t entry)
{
    uint32_t low = 0, high = x->n_segments - 1;
    while (low < high) { /* empty ones end where they begin */
        uint32_t middle = low + (high - low) / 2;
        if (x->segments[middle].base + x->segments[middle].head.rows > entry)
            high = middle;
        else
            low = middle + 1;
    }
    return &x->segments[low];
}

struct change index_now(const struct index *x, const struct segment *g,
                        uint32_t row)
{
    uint32_t noted = x->noted_of[g->base + row];
    if (noted) return x->noted[noted - 1].is;
    return (struct change){ .seen = g->rows[row].seen,
                            .ordinal = segment_ordinal(g, row),
                            .anchor = g->rows[row].anchor,
                            .swept = g->head.swept };
}

int is_gone(const struct index *x, const struct change *is)
{
    return is->is_forgotten || !is_time(is->seen)
           || sweeps_took(&x->sweeps, is->seen, is->swept);
}

int is_within(const struct index *x, int64_t seen, int64_t now)
{
    if (!x->window || now == CLOCK_NONE || seen == CLOCK_NONE) return 1;
    int64_t age = now > seen ? now - seen : seen - now;
    return age <= x->window;
}

int is_live_row(const struct index *x, const struct segment *g,
                       uint32_t row, int64_t now)
{
    struct change is = index_now(x, g, row);
    return !is_gone(x, &is)
           && is_within(x, sweeps_seen(&x->sweeps, is.seen, is.swept), now);
}

/* An entry's note, made if there is none.  NULL: no memory. */
static struct change *note(struct index *x, uint32_t entry)
{
    if (!x->noted_of[entry]) {
        if (x->n_noted == x->cap_noted) {
            uint32_t cap = x->cap_noted ? x->cap_noted * 2 : 256;
            struct noted *noted = realloc(x->noted, cap * sizeof *noted);
            if (!noted) return NULL;
            x->noted = noted;
            x->cap_noted = cap;
        }
        const struct segment *g = segment_with(x, entry);
        x->noted[x->n_noted++] = (struct noted){
            .is = index_now(x, g, entry - g->base), .entry = entry };
        x->noted_of[entry] = x->n_noted;
    }
    struct noted *noted = &x->noted[x->noted_of[entry] - 1];
    noted->piece = THIS_RUN;
    return &noted->is;
}

/* ---- sweeping ------------------------------------------------------------ */

static uint32_t count_live(const struct index *x, int64_t now)
{
    uint32_t live = 0;
    for (uint32_t i = 0; i < x->n_segments; i++)
        for (uint32_t row = 0; row < x->segments[i].head.rows; row++)
            live += (uint32_t)is_live_row(x, &x->segments[i], row, now);
    for (uint32_t i = 0; i < x->n; i++)
        live += !x->entries[i].is_forgotten
                && is_within(x, x->entries[i].seen, now);
    return live;
}

/* Takes out what has left the window, once the entries are a quarter more than
 * were left the last time; *joined is renumbered.  When, depends on the
 * articles alone: an entry that is gone stays gone if the clock goes back, so
 * that must not depend on how full an array is, or on where one run ended and
 * the next began.  Returns 0, or -1: no memory, unchanged. */
static int sweep(struct index *x, int64_t now, uint32_t *joined)
{
    struct stream *s = &x->stream;
    if (s->alive < s->sweep_at) return 0;
    uint32_t live = count_live(x, now);
    if (live < s->alive && x->window && now != CLOCK_NONE) {
        if (sweeps_room(&x->sweeps) < 0 || tail_sweep(x, now, joined) < 0)
            return -1;
        sweeps_add(&x->sweeps, (struct sweep){ now, x->window });
        x->forgotten += s->alive - live;
        x->is_swept = 1;
        s->swept++;
        s->alive = live;
        s->epoch = s->entries;
    }
    s->sweep_at = s->alive + s->alive / 4 + FIRST_ROOM;
    return 0;
}

/* ---- making and adding --------------------------------------------------- */

struct index *index_new(int64_t window,
                        size_t (*utf8_valid)(const char *p, size_t n))
{
    struct index *x = calloc(1, sizeof *x);
    if (!x) return NULL;
    x->window = window;
    x->utf8_valid = utf8_valid;
    x->stream.sweep_at = FIRST_ROOM;
    if (table_new(&x->postings, 0, 1) < 0 || table_new(&x->wholes, 0, 0) < 0
        || tail_begin(x) < 0) {
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
    sweeps_free(&x->sweeps);
    free(x->segments);
    free(x->noted_of);
    free(x->noted);
    free(x->entries);
    free(x->samples);
    free(x->owners);
    free(x->is_posted);
    free(x->names);
    free(x->tally);
    free(x->touched);
    free(x);
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
    size_t n;
    if (t->slots && table_is_full(t, 1)) table_free(t);
    if (!t->slots) return;
    const char *id = index_id(x, entry, &n);
    uint32_t slot = slot_of(t, id_hash(id, n));
    while (t->slots[slot] != EMPTY) slot = next_slot(t, slot);
    t->slots[slot] = entry + 1;
    t->used++;
}

/* The ordinal of an entry, of NO_ENTRY itself. */
static uint32_t ordinal_of(const struct index *x, uint32_t entry)
{
    if (entry == NO_ENTRY) return NO_ENTRY;
    if (entry >= x->n_mapped) return x->entries[entry - x->n_mapped].ordinal;
    const struct segment *g = segment_with(x, entry);
    return segment_ordinal(g, entry - g->base);
}

uint32_t index_add(struct index *x, const struct signature *s, int64_t now,
                   const char *id, size_t id_bytes, uint32_t joined)
{
    size_t story_bytes = 0;
    if (sweep(x, now, &joined) < 0) return NO_ENTRY;
    if (joined != NO_ENTRY) index_story(x, joined, &story_bytes);
    if (tail_room(x, s, id_bytes + story_bytes) < 0) return NO_ENTRY;
    char *name = x->names + x->n_names;
    memcpy(name, id, id_bytes);
    if (story_bytes)
        memcpy(name + id_bytes, index_story(x, joined, &story_bytes),
               story_bytes);
    struct entry e = {
        .exact = s->exact, .numbers = s->numbers, .seen = now,
        .n_samples = s->n, .words = s->words,
        .ordinal = x->stream.entries++, .anchor = ordinal_of(x, joined),
        .id_bytes = (uint16_t)id_bytes, .story_bytes = (uint16_t)story_bytes,
        .level = (uint8_t)s->level,
    };
    x->stream.alive++;
    tail_put(x, &e, s->samples);
    post_last(x);
    uint32_t added = x->n_mapped + x->n - 1;
    post_id(x, added);
    return added;
}

/* ---- what changes -------------------------------------------------------- */

int index_refresh(struct index *x, uint32_t entry, int64_t now)
{
    if (entry >= x->n_mapped) {
        x->entries[entry - x->n_mapped].seen = now;
        return 0;
    }
    const struct segment *g = segment_with(x, entry);
    if (index_now(x, g, entry - g->base).seen == now) return 0;
    struct change *change = note(x, entry);
    if (!change) return -1;
    change->seen = now;
    change->swept = x->stream.swept;
    return 0;
}

int index_set_anchor(struct index *x, uint32_t entry, uint32_t anchor)
{
    uint32_t ordinal = ordinal_of(x, anchor);
    if (entry >= x->n_mapped) {
        x->entries[entry - x->n_mapped].anchor = ordinal;
        return 0;
    }
    struct change *change = note(x, entry);
    if (!change) return -1;
    change->anchor = ordinal;
    return 0;
}

static int forget(struct index *x, uint32_t entry)
{
    if (entry >= x->n_mapped) {
        struct entry *e = &x->entries[entry - x->n_mapped];
        x->stream.alive -= !e->is_forgotten;
        e->is_forgotten = 1;
        return 0;
    }
    const struct segment *g = segment_with(x, entry);
    struct change is = index_now(x, g, entry - g->base);
    if (is_gone(x, &is)) return 0;
    struct change *change = note(x, entry);
    if (!change) return -1;
    change->is_forgotten = 1;
    if (x->stream.alive) x->stream.alive--;
    return 0;
}

int index_forget(struct index *x, const char *id, size_t id_bytes)
{
    struct table *t = &x->ids;
    uint32_t all = index_size(x);
    if (!t->slots) {
        if (table_new(t, all, 0) < 0) return -1;
        for (uint32_t i = 0; i < all; i++) post_id(x, i);
    }
    for (uint32_t slot = slot_of(t, id_hash(id, id_bytes));
         t->slots[slot] != EMPTY; slot = next_slot(t, slot)) {
        size_t n;
        uint32_t entry = t->slots[slot] - 1;
        const char *other = index_id(x, entry, &n);
        if (n == id_bytes && memcmp(other, id, n) == 0 && forget(x, entry) < 0)
            return -1;
    }
    return 0;
}

/* ---- what an entry says -------------------------------------------------- */

/* The entry with an ordinal, or NO_ENTRY: it is gone. */
static uint32_t entry_with(const struct index *x, uint32_t ordinal)
{
    uint32_t low = 0, high = x->n;
    for (uint32_t i = 0; i < x->n_segments; i++) {
        const struct segment *g = &x->segments[i];
        if (ordinal >= g->head.to) continue;
        uint32_t row = segment_row(g, ordinal);
        if (row == NO_ENTRY) return NO_ENTRY;
        struct change is = index_now(x, g, row);
        return is_gone(x, &is) ? NO_ENTRY : g->base + row;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (x->entries[middle].ordinal < ordinal) low = middle + 1;
        else high = middle;
    }
    return low < x->n && x->entries[low].ordinal == ordinal
                   && !x->entries[low].is_forgotten
               ? x->n_mapped + low : NO_ENTRY;
}

uint32_t index_anchor(const struct index *x, uint32_t entry)
{
    if (entry >= x->n_mapped)
        return entry_with(x, x->entries[entry - x->n_mapped].anchor);
    const struct segment *g = segment_with(x, entry);
    return entry_with(x, index_now(x, g, entry - g->base).anchor);
}

/* An empty one if the entry makes no sense. */
static struct blob blob_of(struct index *x, uint32_t entry)
{
    const struct segment *g = segment_with(x, entry);
    struct blob blob;
    if (segment_blob(g, entry - g->base, &blob) == 0) return blob;
    index_fault(x, "an entry is none");
    return (struct blob){ .id = "", .story = "" };
}

struct signature index_signature(struct index *x, uint32_t entry,
                                 uint32_t *room)
{
    if (entry >= x->n_mapped) {
        const struct entry *e = &x->entries[entry - x->n_mapped];
        return (struct signature){ e->exact, e->numbers, e->words, e->level,
                                   e->n_samples, x->samples + e->samples };
    }
    const struct segment *g = segment_with(x, entry);
    const struct row *row = &g->rows[entry - g->base];
    struct blob blob = blob_of(x, entry);
    if (blob.n_samples && samples_read(&blob, room) < 0) {
        index_fault(x, "an entry has too few samples");
        blob.n_samples = 0;
    }
    return (struct signature){ row->exact, row->numbers, blob.words,
                               blob.level, blob.n_samples, room };
}

static const char *name_in_segment(struct index *x, const char *p, size_t *n)
{
    if (!x->utf8_valid || x->utf8_valid(p, *n) == *n) return p;
    index_fault(x, "an id is no UTF-8");
    *n = 0;
    return "";
}

const char *index_id(struct index *x, uint32_t entry, size_t *bytes)
{
    if (entry < x->n_mapped) {
        struct blob blob = blob_of(x, entry);
        *bytes = blob.id_bytes;
        return name_in_segment(x, blob.id, bytes);
    }
    const struct entry *e = &x->entries[entry - x->n_mapped];
    *bytes = e->id_bytes;
    return x->names + e->name;
}

const char *index_story(struct index *x, uint32_t entry, size_t *bytes)
{
    if (entry < x->n_mapped) {
        struct blob blob = blob_of(x, entry);
        if (!blob.story_bytes) return index_id(x, entry, bytes);
        *bytes = blob.story_bytes;
        return name_in_segment(x, blob.story, bytes);
    }
    const struct entry *e = &x->entries[entry - x->n_mapped];
    if (!e->story_bytes) return index_id(x, entry, bytes);
    *bytes = e->story_bytes;
    return x->names + e->name + e->id_bytes;
}

/* ---- between runs -------------------------------------------------------- */

int index_take(struct index *x, const struct segment *segment,
               const char **why)
{
    const struct segment_head *h = &segment->head;
    *why = "what was before it makes no sense";
    if (h->rows > INT32_MAX - x->n_mapped
        || (x->n_segments && h->from < x->segments[x->n_segments - 1].head.to))
        return -1;
    *why = NULL;
    if (x->n_segments == x->cap_segments) {
        uint32_t cap = x->cap_segments ? x->cap_segments * 2 : 32;
        struct segment *segments = realloc(x->segments, cap * sizeof *segments);
        if (!segments) return -1;
        x->segments = segments;
        x->cap_segments = cap;
    }
    x->segments[x->n_segments] = *segment;
    x->segments[x->n_segments++].base = x->n_mapped;
    x->n_mapped += h->rows;
    return 0;
}

/* What a segment says of entries before it; of those that are there. */
static int take_changes(struct index *x, uint32_t piece)
{
    const struct segment *g = &x->segments[piece];
    for (uint32_t i = 0; i < g->head.changes; i++) {
        uint32_t k = piece, row;
        while (k && x->segments[k - 1].head.to > g->changes[i].ordinal) k--;
        row = k < piece ? segment_row(&x->segments[k], g->changes[i].ordinal)
                        : NO_ENTRY;
        if (row == NO_ENTRY) continue;
        struct change *change = note(x, x->segments[k].base + row);
        if (!change) return -1;
        *change = g->changes[i];
        x->noted[x->noted_of[x->segments[k].base + row] - 1].piece = piece;
    }
    return 0;
}

int index_restore(struct index *x, const char **why)
{
    *why = NULL;
    if (!x->n_segments) return 0;
    const struct segment *last = &x->segments[x->n_segments - 1];
    x->stream = last->head.stream;
    if (x->stream.pieces != x->n_segments)
        *why = "a segment is missing, or one too many";
    for (uint32_t i = 0; i < x->n_segments && !*why; i++)
        if (x->segments[i].head.swept > x->stream.swept
            || x->segments[i].head.to > x->stream.entries)
            *why = "a segment does not fit the last one";
    if (*why || tail_begin(x) < 0) return -1;
    uint32_t most = x->stream.alive + x->stream.alive / 4 + FIRST_ROOM;
    if (x->stream.sweep_at > most) x->stream.sweep_at = most;
    x->sweeps.first = x->stream.swept - last->head.sweeps;
    for (uint32_t i = 0; i < last->head.sweeps; i++) {
        if (sweeps_room(&x->sweeps) < 0) return -1;
        sweeps_add(&x->sweeps, last->sweeps[i]);
    }
    for (uint32_t i = 0; i < x->n_segments; i++)
        if (take_changes(x, i) < 0) return -1;
    return 0;
}

/* ---- the rest ------------------------------------------------------------ */

const char *index_why(const struct index *x)
{
    return x->why;
}

uint32_t index_size(const struct index *x)
{
    return x->n_mapped + x->n;
}

uint64_t index_forgotten(const struct index *x)
{
    return x->forgotten;
}

size_t index_bytes(const struct index *x)
{
    size_t each = sizeof *x->entries + sizeof *x->tally + sizeof *x->touched;
    return x->n * each + x->n_names
           + x->n_samples * sizeof *x->samples + x->n_samples / 8
           + x->n_samples / OWNER_STEP * sizeof *x->owners
           + x->postings.size * (sizeof *x->postings.slots + 1)
           + x->wholes.size * sizeof *x->wholes.slots;
}
