/* memory.h - what `dedupe` remembers, as the pieces that stay between runs.
 *
 * A piece is a segment (segment.h) under a key, written once, looked into where
 * it lies.  In the order of their keys they hold the entries of the index, from
 * the first to the last; what came to an entry later stands in a later piece:
 *
 *     key  0000000007      0000000008      0000000012
 *          entries 0..99   entries 100..   (none)
 *                          a change of 3   changes of 3, 104
 *
 * Each run writes one for what is new.  The pieces before it of up to twice its
 * size go into it, up to PIECE_MOST in all, so there are few, and each entry is
 * written a few times: one that goes into another makes it larger by a half at
 * least, so from the size that a run adds to PIECE_MOST it is written
 * log(PIECE_MOST / size) / log(1.5) times at most.
 *
 * When entries were swept out, pieces of which more than a quarter is gone are
 * written anew, and nothing is left of those that are gone whole. */
#ifndef WARRAQ_DEDUPE_MEMORY_H
#define WARRAQ_DEDUPE_MEMORY_H
#include "index.h"

#define MEMORY_FORMAT "dedupe/2"

struct piece {
    char key[16];
    uint64_t bytes;
};
struct memory {
    struct index *index;
    struct clock clock;
    uint64_t seen; /* articles, in all runs */
    int is_touched; /* something was forgotten by its id */
    /* Of the pieces: */
    uint64_t kept_seen;
    uint32_t next_key;
    struct piece *pieces;
    uint32_t n_pieces, cap_pieces;
};

/* Where pieces go to; one takes the place of that with its key.  Each call
 * returns 0, or -1. */
struct memory_sink {
    int (*add)(void *to, const char *key, const char *p, size_t n);
    int (*retire)(void *to, const char *key);
    void *to;
};

/* Takes a piece in, p[0..n), into an index that nothing was added to; by order
 * of their keys.  The bytes, at a multiple of 8, must outlive the index.
 * Returns 0; or -1: *why says what is wrong with it, or is NULL if memory ran
 * out; the index is of no use then. */
int memory_load(struct memory *m, const char *key, const char *p, size_t n,
                const char **why);
/* After the last one.  Returns as memory_load. */
int memory_restore(struct memory *m, const char **why);
/* Hands over what is to be added and retired; nothing if no article came.
 * Returns 0, or -1: the sink said so, or memory ran out. */
int memory_save(const struct memory *m, const struct memory_sink *sink);
void memory_free(struct memory *m);
#endif
