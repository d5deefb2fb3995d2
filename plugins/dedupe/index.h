/* index.h - the articles that `dedupe` remembers, found by what they share.
 *
 *     entries   0 ..                 n - 1 | n ..
 *               segments, oldest first     | the tail
 *               read where they lie        | this run's, below
 *               (segment.h)                |
 *
 *   entries   [e0][e1][e2] ...              one an article, in input order
 *   samples   [e0's ...][e1's ...] ...      32 bits each, all entries' in a row
 *   owners    [e0]   [e1]   ...             the entry of every 16th sample
 *   names     "id0" "id1" "id2story2" ...
 *   postings  slot -> place in samples      open addressing, by the sample;
 *             tag[slot]                     8 bits of it, to spare most misses
 *   wholes    slot -> entry                 by the hash of the whole text
 *
 * Nothing is built when a run begins, and nothing in a segment ever changes:
 * what comes to an old entry later (an exact copy, say) is noted beside it.
 *
 * Nothing is taken out one by one.  Entries that have left the window are swept
 * out each time that all have grown by a quarter (sweeps.h).  So the work for
 * each article is constant on average, and what is remembered is little more
 * than a quarter more than what lies in the window.  An article of news takes
 * about 440 bytes (18,984 Arabic ones, 290 words on average), in a segment 300.
 *
 * A posting list is capped: between two sweeps only the earliest POSTINGS_MAX
 * articles with a shingle are posted by it, and they are the ones a repeat
 * should be linked to.
 *
 * Not locked; the answers depend on the order of the calls alone, and not on
 * how the entries are spread over segments and the tail. */
#ifndef WARRAQ_DEDUPE_INDEX_H
#define WARRAQ_DEDUPE_INDEX_H
#include "segment.h"

enum {
    POSTINGS_MAX = 32,  /* articles posted by one shingle between two sweeps */
    CANDIDATES_MAX = 64, /* articles compared with one article              */
    SHARING_MAX = 8      /* articles that the passages of one are looked for */
};

/* Earlier articles that share most with one, ascending. */
struct sharing {
    uint32_t n;
    struct { uint32_t entry, shared; } list[SHARING_MAX];
};

struct index;

/* window: seconds of the clock, either way, after which an article is
 * forgotten; 0: never.  `now` below is the clock, or CLOCK_NONE: unknown, and
 * nothing is forgotten.
 *   utf8_valid  as in wq_text, for ids out of segments; NULL if there are none
 * Returns NULL if memory runs out. */
struct index *index_new(int64_t window,
                        size_t (*utf8_valid)(const char *p, size_t n));
void index_free(struct index *x);

/* The earliest remembered article with exactly this text, or NO_ENTRY. */
uint32_t index_find_exact(struct index *x, const struct signature *s,
                          int64_t now);
/* The earliest remembered articles that share enough sampled shingles with s to
 * be worth comparing, ascending.  Returns how many; at most CANDIDATES_MAX.
 *   sharing  those that share most, if only a passage; NULL: not wanted */
size_t index_candidates(struct index *x, const struct signature *s,
                        int64_t now, double contains, uint32_t *out,
                        struct sharing *sharing);
/* Remembers an article.
 *   id      1 .. ID_MAX bytes, copied
 *   joined  the live entry whose story it joins and which becomes its anchor;
 *           NO_ENTRY: it begins a story of its own
 * Returns its entry, or NO_ENTRY if memory runs out; nothing has changed then.
 * Entry numbers from before the call are void after it: sweeping renumbers. */
uint32_t index_add(struct index *x, const struct signature *s, int64_t now,
                   const char *id, size_t id_bytes, uint32_t joined);

/* These return 0, or -1 if memory runs out; nothing has changed then. */
/* An exact copy came. */
int index_refresh(struct index *x, uint32_t entry, int64_t now);
int index_set_anchor(struct index *x, uint32_t entry, uint32_t anchor);
/* No entry with this id is found any more (without memory: some are). */
int index_forget(struct index *x, const char *id, size_t id_bytes);

/* An entry whose text the story of this one shares, or NO_ENTRY. */
uint32_t index_anchor(const struct index *x, uint32_t entry);
/* Its signature; the samples lie in the index, or in room[SAMPLES_MAX]. */
struct signature index_signature(struct index *x, uint32_t entry,
                                 uint32_t *room);
/* Views live until the next index_add. */
const char *index_id(struct index *x, uint32_t entry, size_t *bytes);
const char *index_story(struct index *x, uint32_t entry, size_t *bytes);

/* What makes no sense in a segment that was read, or NULL.  Such an entry is
 * empty, or not found. */
const char *index_why(const struct index *x);

/* Begins with what segments hold: all of them, oldest first, then restore;
 * before anything else.  They must outlive the index.  0, or -1: *why says what
 * is wrong, or is NULL if memory ran out; the index can only be freed then. */
int index_take(struct index *x, const struct segment *segment,
               const char **why);
int index_restore(struct index *x, const char **why);

uint32_t index_size(const struct index *x);   /* entries there are, some of
                                                 them gone */
uint64_t index_forgotten(const struct index *x); /* by sweeps of this run */
size_t index_bytes(const struct index *x);    /* of the tail, arrays' spare room
                                                 left out */
#endif
