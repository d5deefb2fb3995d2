/* names.c - the process-wide table of interned names; see names.h.
 *
 * Readers walk a hash table whose slots only ever go from 0 to a key, and whose
 * entries lie in blocks that never move; a writer holds the lock, fills the
 * entry first and publishes the key last (release), so a reader that sees the
 * key (acquire) sees the entry.  When the table grows, the old one stays where
 * it is: a reader that still walks it misses at most new names, and then takes
 * the lock and looks again. */
#include "base/names.h"
#include "base/hash.h"
#include "base/nomem.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { BLOCK = 1024, BLOCKS = NAMES_MAX / BLOCK + 1, FIRST_BITS = 10 };

struct entry {
    uint64_t hash;
    wq_str name;
};
struct table {
    size_t mask;
    struct table *older; /* kept for readers still in it */
    _Atomic uint32_t slots[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *_Atomic blocks[BLOCKS];
static struct table *_Atomic current;
static uint32_t count; /* under the lock */

static pthread_once_t seed_is_set = PTHREAD_ONCE_INIT;
static uint64_t seed;

/* Names come from the data: whoever knew the hashes could choose names that all
 * fall into one slot.  Without randomness from the kernel, the clock and where
 * the loader put us must do. */
static void set_seed(void)
{
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == sizeof seed) return;
    struct timespec now = { 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t parts[] = { (uint64_t)now.tv_sec, (uint64_t)now.tv_nsec,
                         (uintptr_t)&seed };
    seed = hash64(parts, sizeof parts);
}

static uint64_t hash_name(wq_str s)
{
    pthread_once(&seed_is_set, set_seed);
    return hash64_seeded(s.p, s.n, seed);
}

static struct entry *entry_of(wq_key key)
{
    struct entry *block = atomic_load_explicit(&blocks[key / BLOCK],
                                               memory_order_acquire);
    return block + key % BLOCK;
}

static wq_key find(struct table *t, wq_str name, uint64_t hash)
{
    if (!t) return 0;
    for (size_t i = (size_t)hash & t->mask;; i = (i + 1) & t->mask) {
        wq_key key = atomic_load_explicit(&t->slots[i], memory_order_acquire);
        if (!key) return 0;
        struct entry *e = entry_of(key);
        if (e->hash == hash && e->name.n == name.n
            && memcmp(e->name.p, name.p, name.n) == 0)
            return key;
    }
}

static void place(struct table *t, wq_key key, uint64_t hash)
{
    size_t i = (size_t)hash & t->mask;
    while (atomic_load_explicit(&t->slots[i], memory_order_relaxed))
        i = (i + 1) & t->mask;
    atomic_store_explicit(&t->slots[i], key, memory_order_release);
}

/* A table with room for one more name, half full at most.  NULL: no memory. */
static struct table *table_with_room(void)
{
    struct table *t = atomic_load(&current);
    if (t && count + 1 <= t->mask / 2) return t;
    size_t size = t ? (t->mask + 1) * 2 : (size_t)1 << FIRST_BITS;
    struct table *fresh = calloc(1, sizeof *fresh + size * sizeof fresh->slots[0]);
    if (!fresh) return NULL;
    fresh->mask = size - 1;
    fresh->older = t;
    for (wq_key key = 1; key <= count; key++)
        place(fresh, key, entry_of(key)->hash);
    atomic_store_explicit(&current, fresh, memory_order_release);
    return fresh;
}

/* Under the lock: adds a name that is not there, as long as there are fewer
 * than `max`.  Returns 0 if it cannot. */
static wq_key add(wq_str name, uint64_t hash, uint32_t max)
{
    if (count >= max) {
        errno = ENOSPC;
        return 0;
    }
    struct table *t = table_with_room();
    char *copy = malloc(name.n + 1);
    wq_key key = count + 1;
    struct entry *block = atomic_load(&blocks[key / BLOCK]);
    if (!block) {
        block = calloc(BLOCK, sizeof *block);
        if (block) atomic_store(&blocks[key / BLOCK], block);
    }
    if (!t || !copy || !block) {
        free(copy);
        errno = ENOMEM;
        return 0;
    }
    if (name.n) memcpy(copy, name.p, name.n);
    copy[name.n] = '\0';
    block[key % BLOCK] = (struct entry){ hash, { copy, name.n } };
    place(t, key, hash);
    count = key;
    return key;
}

static wq_key intern(wq_str name, uint32_t max)
{
    uint64_t hash = hash_name(name);
    wq_key key = find(atomic_load_explicit(&current, memory_order_acquire),
                      name, hash);
    if (key) return key;
    pthread_mutex_lock(&lock);
    key = find(atomic_load(&current), name, hash);
    if (!key) key = add(name, hash, max);
    pthread_mutex_unlock(&lock);
    return key;
}

wq_key names_intern(wq_str name)
{
    if (name.n <= WQ_MAX_NAME) return intern(name, NAMES_MAX - NAMES_OWN);
    errno = ENAMETOOLONG;
    return 0;
}

wq_key names_intern_own(wq_str name)
{
    wq_key key = intern(name, NAMES_MAX);
    if (!key && errno == ENOMEM) nomem_leave();
    return key;
}

wq_key names_find(wq_str name)
{
    return find(atomic_load_explicit(&current, memory_order_acquire), name,
                hash_name(name));
}

wq_key names_newest(void)
{
    pthread_mutex_lock(&lock);
    wq_key newest = count;
    pthread_mutex_unlock(&lock);
    return newest;
}

wq_str names_get(wq_key key)
{
    if (key == 0 || key > NAMES_MAX) return (wq_str){ "", 0 };
    struct entry *block = atomic_load_explicit(&blocks[key / BLOCK],
                                               memory_order_acquire);
    return block && block[key % BLOCK].name.p ? block[key % BLOCK].name
                                              : (wq_str){ "", 0 };
}
