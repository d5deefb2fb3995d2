/* ids.h - ids seen so far, as 64-bit hashes, to count equal ones.
 *
 * Open addressing, 16 bytes an id at most; from IDS_MAX ids on it stops
 * remembering new ones, so that a stream without end needs no memory without
 * end. */
#ifndef WQ_RUN_IDS_H
#define WQ_RUN_IDS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDS_MAX ((size_t)4 << 20)

struct ids {
    uint64_t *slots;
    size_t mask, n;
};
/* Adds an id.  true: it was there.  Out of memory: forgets, false. */
bool ids_seen(struct ids *ids, uint64_t hash);
void ids_free(struct ids *ids);
#endif
