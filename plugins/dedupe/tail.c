/* tail.c - the arrays of the index's tail: how they grow, and what is swept out
 * of them. */
#include "index_parts.h"
#include <stdlib.h>
#include <string.h>

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
    if (x->n_mapped + need >= NO_ENTRY) return -1;
    struct entry *entries = grow(x->entries, sizeof *entries, need, &cap);
    if (!entries) return -1;
    x->entries = entries;
    if (cap == was) return 0;
    /* If one of these fails the others have room to spare: harmless. */
    uint16_t *tally = realloc(x->tally, (x->n_mapped + cap) * sizeof *tally);
    if (!tally) return -1;
    x->tally = tally;
    uint32_t *touched =
        realloc(x->touched, (x->n_mapped + cap) * sizeof *touched);
    if (!touched) return -1;
    x->touched = touched;
    memset(tally + x->n_mapped + was, 0, (cap - was) * sizeof *tally);
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
    uint64_t *bits = realloc(x->is_posted, (cap / 64 + 1) * sizeof *bits);
    if (!bits) return -1;
    x->is_posted = bits;
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

int tail_room(struct index *x, const struct signature *s, size_t name_bytes)
{
    if (x->stream.entries >= NO_ENTRY - 1 || grow_entries(x, x->n + 1ull) < 0
        || grow_samples(x, x->n_samples + (uint64_t)s->n) < 0
        || grow_names(x, x->n_names + name_bytes) < 0)
        return -1;
    if (table_is_full(&x->postings, s->n) || table_is_full(&x->wholes, 1))
        return grow_tables(x, s->n);
    return 0;
}

int tail_begin(struct index *x)
{
    /* Most of the tally is never touched, nor the noted: zeros cost nothing. */
    free(x->noted_of);
    free(x->tally);
    free(x->touched);
    x->noted_of = calloc(x->n_mapped + 1u, sizeof *x->noted_of);
    x->tally = calloc(x->n_mapped + 1u, sizeof *x->tally);
    x->touched = calloc(x->n_mapped + 1u, sizeof *x->touched);
    return x->noted_of && x->tally && x->touched ? 0 : -1;
}

void tail_put(struct index *x, const struct entry *entry,
              const uint32_t *samples)
{
    struct entry *e = &x->entries[x->n++];
    *e = *entry;
    e->samples = x->n_samples;
    e->name = x->n_names;
    if (e->n_samples)
        memcpy(x->samples + x->n_samples, samples,
               e->n_samples * sizeof *samples);
    x->n_samples += e->n_samples;
    x->n_names += (size_t)e->id_bytes + e->story_bytes;
}

/* ---- sweeping ------------------------------------------------------------ */

static void move_samples(struct index *x, uint32_t to, uint32_t from,
                         uint32_t n)
{
    if (to == from) return;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t bit = (uint64_t)1 << (to + i) % 64;
        x->samples[to + i] = x->samples[from + i];
        if (is_posted(x, from + i)) x->is_posted[(to + i) / 64] |= bit;
        else x->is_posted[(to + i) / 64] &= ~bit;
    }
}

/* Moves what is live to the front of every array.  moved: n entries. */
static void close_ranks(struct index *x, int64_t now, uint32_t *moved)
{
    uint32_t kept = 0, n_samples = 0;
    size_t n_names = 0;
    for (uint32_t i = 0; i < x->n; i++) {
        struct entry e = x->entries[i];
        moved[i] = NO_ENTRY;
        if (e.is_forgotten || !is_within(x, e.seen, now)) continue;
        if (e.seen == CLOCK_NONE) e.seen = now; /* from before the first date */
        size_t name_bytes = (size_t)e.id_bytes + e.story_bytes;
        move_samples(x, n_samples, e.samples, e.n_samples);
        memmove(x->names + n_names, x->names + e.name, name_bytes);
        e.samples = n_samples;
        e.name = n_names;
        n_samples += e.n_samples;
        n_names += name_bytes;
        moved[i] = kept;
        x->entries[kept++] = e;
    }
    x->n = kept;
    x->n_samples = n_samples;
    x->n_names = n_names;
}

int tail_sweep(struct index *x, int64_t now, uint32_t *joined)
{
    uint32_t *moved = malloc((x->n + 1u) * sizeof *moved);
    if (!moved) return -1;
    close_ranks(x, now, moved);
    if (*joined != NO_ENTRY && *joined >= x->n_mapped)
        *joined = moved[*joined - x->n_mapped] + x->n_mapped;
    free(moved);
    table_clear(&x->postings);
    table_clear(&x->wholes);
    table_free(&x->ids);
    post_all(x);
    x->epoch_entry = x->n;
    x->epoch_sample = x->n_samples;
    return 0;
}
