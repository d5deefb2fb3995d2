/* ids.c - see ids.h. */
#include "run/ids.h"
#include <stdlib.h>

/* The slot of a hash, or the free one where it belongs.  0 means free. */
static uint64_t *slot_of(const struct ids *ids, uint64_t hash)
{
    size_t i = (size_t)hash & ids->mask;
    while (ids->slots[i] && ids->slots[i] != hash) i = (i + 1) & ids->mask;
    return &ids->slots[i];
}

static bool grow(struct ids *ids)
{
    size_t size = ids->slots ? (ids->mask + 1) * 2 : 1024;
    struct ids larger = { calloc(size, sizeof *ids->slots), size - 1, ids->n };
    if (!larger.slots) return false;
    for (size_t i = 0; ids->slots && i <= ids->mask; i++)
        if (ids->slots[i]) *slot_of(&larger, ids->slots[i]) = ids->slots[i];
    free(ids->slots);
    *ids = larger;
    return true;
}

bool ids_seen(struct ids *ids, uint64_t hash)
{
    if (hash == 0) hash = 1;
    if ((!ids->slots || ids->n * 2 > ids->mask) && !grow(ids)) return false;
    uint64_t *slot = slot_of(ids, hash);
    if (*slot) return true;
    if (ids->n < IDS_MAX) {
        *slot = hash;
        ids->n++;
    }
    return false;
}

void ids_free(struct ids *ids)
{
    free(ids->slots);
    *ids = (struct ids){ 0 };
}
