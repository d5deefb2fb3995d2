/* index.h - the articles that `dedupe` remembers, found by what they share.
 *
 *   entries   [e0][e1][e2] ...              one an article, in input order
 *   samples   [e0's ...][e1's ...] ...      32 bits each, all entries' in a row
 *   owners    [e0]   [e1]   ...             the entry of every 16th sample
 *   names     "id0" "id1" "id2story2" ...
 *   postings  slot -> place in samples      open addressing, by the sample;
 *             tag[slot]                     8 bits of it, to spare most misses
 *   wholes    slot -> entry                 by the hash of the whole text
 *
 * Nothing is taken out one by one.  Entries that have left the window are swept
 * out each time that all have grown by a quarter.  So the work for each article
 * is constant on average, and what is remembered is little more than a quarter
 * more than what lies in the window.  An article of news takes about 440 bytes
 * (18,984 Arabic ones, 290 words on average).
 *
 * A posting list is capped: only the earliest POSTINGS_MAX articles with a
 * shingle are found by it, and they are the ones a repeat should be linked to.
 *
 * Not locked; the answers depend on the order of the calls alone, also if the
 * index is taken apart (memory.h) and put together again in between. */
#ifndef WARRAQ_DEDUPE_INDEX_H
#define WARRAQ_DEDUPE_INDEX_H
#include "clock.h"
#include "signature.h"

#define NO_ENTRY UINT32_MAX
enum {
    ID_MAX = 1024,      /* bytes                                            */
    CHANGED_NOW = UINT16_MAX,
    POSTINGS_MAX = 32,  /* articles found by one shingle                    */
    CANDIDATES_MAX = 64 /* articles compared with one article               */
};

struct entry {
    uint64_t exact, numbers;
    int64_t seen;      /* the clock when it, or an exact copy, last came    */
    uint64_t name;     /* in names: its id, then its story's if another */
    uint32_t samples;  /* where they begin */
    uint32_t n_samples;
    uint32_t words;
    uint32_t anchor;   /* an entry whose text the story shares; NO_ENTRY     */
    uint16_t id_bytes;
    uint16_t story_bytes; /* 0: it is its story's first                      */
    uint8_t level;
    uint8_t is_forgotten; /* it counts as out of the window                  */
    uint16_t changed;     /* seen, anchor, is_forgotten: since it was added.
                             CHANGED_NOW: here; else as memory.c says        */
};

struct index;

/* window: seconds of the clock, either way, after which an article is
 * forgotten; 0: never.  `now` below is the clock, or CLOCK_NONE: unknown, and
 * nothing is forgotten.  Returns NULL if memory runs out. */
struct index *index_new(int64_t window);
void index_free(struct index *x);

/* The earliest remembered article with exactly this text, or NO_ENTRY. */
uint32_t index_find_exact(const struct index *x, const struct signature *s,
                          int64_t now);
/* The earliest remembered articles that share enough sampled shingles with s to
 * be worth comparing, ascending.  Returns how many; at most CANDIDATES_MAX. */
size_t index_candidates(struct index *x, const struct signature *s,
                        int64_t now, double contains, uint32_t *out);
/* Remembers an article.
 *   id      up to ID_MAX bytes, copied
 *   joined  the live entry whose story it joins and which becomes its anchor;
 *           NO_ENTRY: it begins a story of its own
 * Returns its entry, or NO_ENTRY if memory runs out; nothing has changed then.
 * Entry numbers from before the call are void after it: sweeping renumbers. */
uint32_t index_add(struct index *x, const struct signature *s, int64_t now,
                   const char *id, size_t id_bytes, uint32_t joined);

/* An exact copy came. */
void index_refresh(struct index *x, uint32_t entry, int64_t now);
void index_set_anchor(struct index *x, uint32_t entry, uint32_t anchor);
/* No entry with this id is found any more.  Returns 0, or -1 if memory runs
 * out; nothing has changed then. */
int index_forget(struct index *x, const char *id, size_t id_bytes);

/* Views live until the next index_add. */
const struct entry *index_entry(const struct index *x, uint32_t entry);
struct signature index_signature(const struct index *x, uint32_t entry);
const char *index_id(const struct index *x, uint32_t entry, size_t *bytes);
const char *index_story(const struct index *x, uint32_t entry, size_t *bytes);

/* Putting a new index together: reserve, put, change in any order, then
 * restore; until then nothing is found, and nothing may be added.  Returns 0, or -1 if
 * memory runs out.  sweep_at: as index_sweep_at gave it. */
int index_reserve(struct index *x, uint64_t entries, uint64_t samples,
                  uint64_t name_bytes);
void index_put(struct index *x, const struct entry *entry,
               const uint32_t *samples, const char *name);
void index_change(struct index *x, uint32_t entry, const struct entry *like);
int index_restore(struct index *x, uint32_t sweep_at);
uint32_t index_sweep_at(const struct index *x);
/* Was any entry swept out, so that all are numbered anew? */
int index_is_swept(const struct index *x);

uint32_t index_size(const struct index *x);   /* entries remembered */
uint64_t index_forgotten(const struct index *x);
size_t index_bytes(const struct index *x);    /* in use, arrays' spare room
                                                 left out */
#endif
