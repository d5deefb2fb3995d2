/* signature.c - from folded words to a sampled set of shingles (signature.h).
 *
 * A shingle's hash is a polynomial over its five word hashes, rolled along the
 * text, then mixed, because the sample is chosen by its low bits:
 *
 *     words   w0 w1 w2 w3 w4 w5 ...
 *     roll    r0 = w0 B^4 + w1 B^3 + w2 B^2 + w3 B + w4     (mod 2^64)
 *             r1 = r0 B + w5 - w0 B^5
 *     sample  low 32 bits of mix(r), kept if the lowest `level` of them are 0
 */
#include "signature.h"
#include <string.h>

/* B: any large odd number; 2^64 divided by the golden ratio (Knuth, TAOCP 3,
 * s. 6.4), as good as another. */
#define BASE  UINT64_C(0x9E3779B97F4A7C15)
#define BASE5 (BASE * BASE * BASE * BASE * BASE)

/* The finalizer of MurmurHash3 (Appleby): every input bit moves every output
 * bit with chance one half. */
static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 33;
    h *= UINT64_C(0xc4ceb9fe1a85ec53);
    return h ^ h >> 33;
}

static uint32_t level_mask(uint32_t level)
{
    return ((uint32_t)1 << level) - 1;
}

/* Shell's sort: short, in place, no recursion; at most 2 * SAMPLES_MAX. */
static void sort(uint32_t *a, size_t n)
{
    /* Gaps: Ciura 2001, continued by 2.25. */
    static const size_t gaps[] = { 3548, 1577, 701, 301, 132, 57,
                                   23,   10,   4,   1 };
    for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++) {
        size_t gap = gaps[g];
        for (size_t i = gap; i < n; i++) {
            uint32_t v = a[i];
            size_t j = i;
            for (; j >= gap && a[j - gap] > v; j -= gap) a[j] = a[j - gap];
            a[j] = v;
        }
    }
}

/* Sorts and leaves one of each; returns how many are left. */
static size_t sort_unique(uint32_t *a, size_t n)
{
    size_t kept = 0;
    sort(a, n);
    for (size_t i = 0; i < n; i++)
        if (!kept || a[kept - 1] != a[i]) a[kept++] = a[i];
    return kept;
}

/* Thins a sorted sample to a higher level; returns how many are left. */
static size_t thin(uint32_t *a, size_t n, uint32_t level)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!(a[i] & level_mask(level))) a[kept++] = a[i];
    return kept;
}

/* Makes room in a full sample: repeats go first (one sentence said a million
 * times is a few shingles), then every other shingle, by the level. */
static size_t make_room(uint32_t *room, size_t n, uint32_t *level)
{
    n = sort_unique(room, n);
    while (n > SAMPLES_MAX && *level < LEVEL_MAX)
        n = thin(room, n, ++*level);
    return n > SAMPLES_MAX ? SAMPLES_MAX : n;
}

/* Samples at *level, which it raises if the text is very long. */
static size_t sample(const uint64_t *words, size_t n, uint32_t *level,
                     uint32_t *room, size_t cap)
{
    size_t kept = 0;
    uint64_t roll = 0;
    uint32_t mask = level_mask(*level);
    for (size_t i = 0; i < n; i++) {
        roll = roll * BASE + words[i];
        if (i >= SHINGLE) roll -= words[i - SHINGLE] * BASE5;
        if (i + 1 < SHINGLE && i + 1 < n) continue; /* n < 5: one, the whole */
        uint32_t h = (uint32_t)mix(roll);
        if (h & mask) continue;
        if (kept == cap) {
            kept = make_room(room, kept, level);
            mask = level_mask(*level);
            if (h & mask) continue;
        }
        room[kept++] = h;
    }
    return make_room(room, kept, level);
}

static uint64_t hash_all(const uint64_t *words, size_t n)
{
    uint64_t h = n;
    for (size_t i = 0; i < n; i++) h = (h ^ words[i]) * BASE + (h >> 47);
    return mix(h);
}

uint64_t number_bit(const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text;
    uint64_t h = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = p[i] - '0';
        if (i + 1 < n && p[i] == 0xD9) digit = p[i + 1] - 0xA0u; /* U+0660 */
        if (i + 1 < n && p[i] == 0xDB) digit = p[i + 1] - 0xB0u; /* U+06F0 */
        if (digit < 10) h = (h + digit + 1) * BASE;
    }
    return h ? UINT64_C(1) << (mix(h) >> 58) : 0;
}

size_t signature_room(size_t n_words)
{
    size_t most = (size_t)2 * SAMPLES_MAX;
    return n_words < most ? n_words + 1 : most;
}

void signature_make(const uint64_t *words, size_t n, uint64_t numbers,
                    uint32_t level, uint32_t *room, struct signature *out)
{
    memset(out, 0, sizeof *out);
    out->samples = room;
    out->words = (uint32_t)n;
    out->numbers = numbers;
    if (!n) return;
    out->exact = hash_all(words, n);
    size_t shingles = n < SHINGLE ? 1 : n - SHINGLE + 1;
    while (level && shingles >> level < SAMPLES_MIN) level--;
    for (;; level--) {
        out->level = level;
        out->n = (uint32_t)sample(words, n, &out->level, room,
                                  signature_room(n));
        /* Too few, by chance or because much is said twice. */
        if (!level || out->n >= SAMPLES_MIN) return;
    }
}

/* Its rank among the samples, or s->n. */
static uint32_t rank_of(const struct signature *s, uint32_t sample)
{
    uint32_t low = 0, high = s->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->samples[middle] < sample) low = middle + 1;
        else high = middle;
    }
    return low < s->n && s->samples[low] == sample ? low : s->n;
}

uint32_t signature_places(const uint64_t *words, size_t n,
                          const struct signature *s, struct place *out,
                          uint32_t cap)
{
    uint32_t kept = 0, mask = level_mask(s->level);
    uint64_t roll = 0;
    for (size_t i = 0; i < n && kept < cap; i++) {
        roll = roll * BASE + words[i];
        if (i >= SHINGLE) roll -= words[i - SHINGLE] * BASE5;
        if (i + 1 < SHINGLE) continue;
        uint32_t h = (uint32_t)mix(roll);
        uint32_t rank = h & mask ? s->n : rank_of(s, h);
        if (rank < s->n) out[kept++] = (struct place){ rank, (uint32_t)i };
    }
    return kept;
}
