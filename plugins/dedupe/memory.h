/* memory.h - what `dedupe` remembers, as the pieces that stay between runs.
 *
 * A piece is bytes under a key, written once.  The entries of the index, from
 * the first to the last, lie in the pieces one behind the other, in the order
 * of their keys; what changed of an entry later stands in a later piece:
 *
 *     key  0000000007      0000000008      0000000012
 *          entries 0..99   entries 100..   (none)
 *                          a change of 3   changes of 3, 104
 *
 * Each run writes one for what is new.  The pieces before it of up to twice its
 * size go into it, so there are few, and each entry is written a few times.
 * When entries were swept out, all are written anew.
 *
 * Format 1, little-endian, every number unsigned but times and dates (seconds
 * since 1970, two's complement; CLOCK_NONE: none), nothing aligned:
 *
 *     head     magic 4 | entries before it 4 | entries 4 | samples 4
 *              changes 4 | dates 4 | look for what left at (entries) 4 | 0 4
 *              bytes of names 8 | articles seen 8                     48 bytes
 *     dates    8 each, in order of arrival: the stream's clock
 *     entries  exact 8 | numbers 8 | seen 8 | words 4 | anchor 4 | samples 4
 *              level 1 | forgotten 1 | id bytes 2 | story bytes 2     42 bytes
 *     samples  4 each, the entries' in a row
 *     names    the entries' in a row: id, then story
 *     changes  entry 4 | anchor 4 | seen 8 | forgotten 1              17 bytes
 *
 * Bytes of any kind may come in: what is no piece is told, and harms nobody. */
#ifndef WARRAQ_DEDUPE_MEMORY_H
#define WARRAQ_DEDUPE_MEMORY_H
#include "index.h"

#define MEMORY_FORMAT "dedupe/1"

struct piece {
    char key[16];
    uint32_t from; /* entries before it */
    size_t bytes;
};
struct memory {
    struct index *index;
    struct clock clock;
    uint64_t seen; /* articles, in all runs */
    int is_touched; /* something was forgotten by its id */
    /* Of the pieces: */
    uint64_t kept_seen;
    uint32_t kept; /* entries */
    uint32_t sweep_at, next_key;
    struct piece *pieces;
    size_t n_pieces, cap_pieces;
};

/* Where pieces go to.  Each call returns 0, or -1. */
struct memory_sink {
    int (*add)(void *to, const char *key, const char *p, size_t n);
    int (*retire)(void *to, const char *key);
    void *to;
};

/* Takes a piece in, p[0..n), into an index that nothing was added to; by order
 * of their keys.
 *   utf8_valid  as in wq_text
 * Returns 0; or -1: *why says what is wrong with it, or is NULL if memory ran
 * out; the index is of no use then. */
int memory_load(struct memory *m, const char *key, const char *p, size_t n,
                size_t (*utf8_valid)(const char *p, size_t n),
                const char **why);
/* After the last one.  Returns as memory_load. */
int memory_restore(struct memory *m, const char **why);
/* Hands over what is to be added and retired; nothing if no article came.
 * Returns 0, or -1: the sink said so, or memory ran out. */
int memory_save(const struct memory *m, const struct memory_sink *sink);
void memory_free(struct memory *m);
#endif
