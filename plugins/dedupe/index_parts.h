/* index_parts.h - the inside of the index, for index.c and post.c alone. */
#ifndef WARRAQ_DEDUPE_INDEX_PARTS_H
#define WARRAQ_DEDUPE_INDEX_PARTS_H
#include "index.h"

enum {
    FIRST_ROOM = 1024,
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
static inline uint64_t spread(uint64_t h)
{
    h *= UINT64_C(0x9E3779B97F4A7C15); /* see BASE in signature.c */
    return h ^ h >> 32;
}

static inline uint32_t slot_of(const struct table *t, uint64_t spread_)
{
    return (uint32_t)(((spread_ >> 32) * t->size) >> 32);
}

static inline uint8_t tag_of(uint64_t spread_)
{
    return (uint8_t)(spread_ & 0xFF);
}

static inline uint32_t next_slot(const struct table *t, uint32_t slot)
{
    return slot + 1 == t->size ? 0 : slot + 1;
}

static inline int table_is_full(const struct table *t, uint32_t more)
{
    return (uint64_t)(t->used + (uint64_t)more) * 5 >= (uint64_t)t->size * 4;
}

/* An empty table with room for `used` and a half more.  0, or -1: no memory. */
int table_new(struct table *t, uint64_t used, int has_tags);
void table_clear(struct table *t);
void table_free(struct table *t);

/* ---- posting (post.c) ---------------------------------------------------- */

/* The entry that a place in samples belongs to. */
uint32_t post_owner(const struct index *x, uint32_t place);
/* An article is found by every other of its samples: those that a sample taken
 * one level higher would hold; if there are few, by all.  It is then judged by
 * all of them, so what this costs is a few candidates of few samples, and what
 * it saves is a third of the memory. */
uint32_t posted_level(const struct entry *e);
static inline uint32_t posted_mask(const struct entry *e)
{
    return ((uint32_t)1 << posted_level(e)) - 1;
}

/* Posts an entry that was put: by its text and its samples. */
void post_entry(struct index *x, uint32_t entry);
/* Posts all entries into empty tables.  Cannot fail: without memory to lay
 * samples in order it takes longer. */
void post_all(struct index *x);
/* Asks for the slot of a sample. */
void prefetch_slot(const struct table *t, uint32_t sample);
#endif
