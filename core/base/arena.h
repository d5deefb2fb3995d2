/* arena.h - memory that is freed all at once.
 *
 *   arena -> chunk -> chunk -> ...        each chunk: header | bytes used | free
 *
 * A batch owns one; what its records hold lies in it.  Chunks double up to
 * ARENA_CHUNK_MAX; a large piece gets a chunk of its own.  Not locked: one
 * thread at a time. */
#ifndef WQ_BASE_ARENA_H
#define WQ_BASE_ARENA_H
#include <stddef.h>

struct arena_chunk;
struct arena {
    struct arena_chunk *head; /* the one being filled */
    size_t bytes;             /* got from malloc in all */
};

/* n bytes aligned to 16, not cleared; NULL if memory runs out.  n may be 0. */
void *arena_alloc(struct arena *a, size_t n);
/* The same for count things of size bytes. */
void *arena_array(struct arena *a, size_t count, size_t size);
void *arena_zero(struct arena *a, size_t count, size_t size);
void *arena_copy(struct arena *a, const void *p, size_t n);
/* Gives bytes back if p[0..was) is the newest piece; otherwise does nothing. */
void arena_shrink(struct arena *a, void *p, size_t was, size_t now);
/* Empties it for reuse, keeping the newest chunk. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);
#endif
