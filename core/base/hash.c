/* hash.c - see hash.h. */
#include "base/hash.h"
#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash64(const void *p, size_t n)
{
    return XXH3_64bits(n ? p : "", n);
}

uint64_t hash64_seeded(const void *p, size_t n, uint64_t seed)
{
    return XXH3_64bits_withSeed(n ? p : "", n, seed);
}

void hash128_hex(const void *p, size_t n, char out[33])
{
    static const char digits[] = "0123456789abcdef";
    XXH128_hash_t h = XXH3_128bits(n ? p : "", n);
    uint64_t parts[2] = { h.high64, h.low64 };
    for (int i = 0; i < 32; i++)
        out[i] = digits[parts[i / 16] >> (60 - 4 * (i % 16)) & 15];
    out[32] = '\0';
}
