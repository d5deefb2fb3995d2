/* index_parts.h - the inside of the index, for index.c, find.c, tail.c, post.c
 * and pack.c alone. */
#ifndef WARRAQ_DEDUPE_INDEX_PARTS_H
#define WARRAQ_DEDUPE_INDEX_PARTS_H
#include "index.h"
#include "sweeps.h"

enum {
    FIRST_ROOM = 1024,
    OWNER_STEP = 16, /* samples for one entry in owners */
    EMPTY = 0,       /* a slot; places and entries are stored plus one */
    THIS_RUN = INT32_MAX
};

struct table {
    uint32_t *slots; /* place or entry, plus one */
    uint8_t *tags;   /* NULL: none */
    uint32_t size, used;
};

/* Of the tail. */
struct entry {
    uint64_t exact, numbers;
    int64_t seen;      /* the clock when it, or an exact copy, last came    */
    uint64_t name;     /* in names: its id, then its story's if another */
    uint32_t samples;  /* where they begin */
    uint32_t n_samples;
    uint32_t words;
    uint32_t ordinal;
    uint32_t anchor;   /* an ordinal; NO_ENTRY                               */
    uint16_t id_bytes;
    uint16_t story_bytes; /* 0: it is its story's first                      */
    uint8_t level;
    uint8_t is_forgotten;
    uint8_t is_posted; /* by its text */
};

/* What came to an entry of a segment; `piece` is the place of the segment that
 * says so, or THIS_RUN. */
struct noted {
    struct change is;
    uint32_t entry, piece;
};

struct index {
    int64_t window;
    size_t (*utf8_valid)(const char *p, size_t n);
    const char *why;
    struct stream stream;
    struct sweeps sweeps;
    uint64_t forgotten;
    int is_swept; /* in this run */

    struct segment *segments;
    uint32_t n_segments, cap_segments;
    uint32_t n_mapped; /* entries in them */
    uint32_t *noted_of; /* entry -> noted, plus one; 0: none */
    struct noted *noted;
    uint32_t n_noted, cap_noted;

    /* The tail: */
    struct entry *entries;
    uint32_t n, cap;
    uint32_t *samples, *owners;
    uint64_t *is_posted; /* a bit a sample */
    uint32_t n_samples, cap_samples;
    char *names;
    size_t n_names, cap_names;
    struct table postings, wholes;
    uint32_t epoch_entry, epoch_sample; /* the first since the last sweep */

    struct table ids;  /* of all entries; from the first forgotten id on, until
                          it is full */
    /* For the article in hand: */
    uint16_t *tally;   /* samples it shares with an entry, else 0 */
    uint32_t *touched; /* the entries with a tally */
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

static inline int is_posted(const struct index *x, uint32_t place)
{
    return x->is_posted[place / 64] >> place % 64 & 1;
}

/* The entry of the tail that a place in samples belongs to. */
uint32_t post_owner(const struct index *x, uint32_t place);
/* An article is found by every other of its samples: those that a sample taken
 * one level higher would hold; if there are few, by all.  It is then judged by
 * all of them, so what this costs is a few candidates of few samples, and what
 * it saves is a third of the memory. */
static inline uint32_t posted_level(uint32_t n_samples, uint32_t level)
{
    return n_samples < SAMPLES_MIN ? level : level + 1;
}

/* Posts the last entry of the tail by its text and its samples, each unless
 * POSTINGS_MAX have it since the last sweep. */
void post_last(struct index *x);
/* Posts all entries of the tail into empty tables, by what they were posted by.
 * Cannot fail: without memory to lay samples in order it takes longer. */
void post_all(struct index *x);
/* Asks for the slot of a sample. */
void prefetch_slot(const struct table *t, uint32_t sample);

/* ---- the tail (tail.c) --------------------------------------------------- */

/* Room for one more entry.  0, or -1: no memory, nothing has changed. */
int tail_room(struct index *x, const struct signature *s, size_t name_bytes);
/* Arrays for entries of segments and of the tail. */
int tail_begin(struct index *x);
/* Puts an entry behind the others; its name stands at the end of names already,
 * and there is room. */
void tail_put(struct index *x, const struct entry *entry,
              const uint32_t *samples);
/* Takes out what is forgotten or out of the window; *joined is renumbered.  0,
 * or -1: no memory, unchanged. */
int tail_sweep(struct index *x, int64_t now, uint32_t *joined);

/* ---- index.c ------------------------------------------------------------- */

/* Says what makes no sense; the first fault counts. */
void index_fault(struct index *x, const char *why);
/* The segment that an entry, below n_mapped, lies in. */
struct segment *segment_with(const struct index *x, uint32_t entry);
/* What is known of an entry of a segment now. */
struct change index_now(const struct index *x, const struct segment *g,
                        uint32_t row);
/* Is it swept out, or forgotten? */
int is_gone(const struct index *x, const struct change *is);
int is_within(const struct index *x, int64_t seen, int64_t now);
int is_live_row(const struct index *x, const struct segment *g, uint32_t row,
                int64_t now);
#endif
