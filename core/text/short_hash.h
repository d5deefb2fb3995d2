/* short_hash.h - XXH3-64 (seed 0) of words: 1 to 16 bytes without a branch.
 *
 * The hash is the public one (XXH3 specification, in xxHash's
 * doc/xxhash_spec.md); only the way to it is ours.  The standard has one
 * formula for 1..3 bytes, one for 4..8 and one for 9..16; the length of a word
 * is hard to foresee, so a choice between them costs more than all three.  So
 * the key is made in each way, constants by length leave one of them, and what
 * the formulas share is done once:
 *
 *   h  = key_3 | key_8 | key_16     two of them 0
 *   h *= m1                         1 for 9..16
 *   h ^= (h >> s2) + add
 *   h *= m2
 *   h ^= h >> s3
 *
 * Of 1..3 bytes the key has 32 bits, so that the first step of the standard's
 * avalanche, h ^= h >> 33, does nothing. */
#ifndef WQ_TEXT_SHORT_HASH_H
#define WQ_TEXT_SHORT_HASH_H
#include "text/text.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SHORT_HASH_MAX 16

/* Words of the default secret, each the exclusive or of two: bytes 0..7 as two
 * halves, 8 and 16, 24 and 32, 40 and 48. */
#define FLIP_3    0x87275A9Bu
#define FLIP_8    0xC73AB174C5ECD5A2u
#define FLIP_LOW  0x6782737BEA4239B9u
#define FLIP_HIGH 0xAF56BC3B0996523Au

/* Its words at bytes 0, 8, 16, 24. */
#define SECRET_0  0xBE4BA423396CFEB8u
#define SECRET_8  0x1CAD21F72C81017Cu
#define SECRET_16 0xDB979083E96DD4DEu
#define SECRET_24 0x1F67B3B7A4A44072u

#define PRIME64_1 0x9E3779B185EBCA87u
#define PRIME64_2 0xC2B2AE3D27D4EB4Fu
#define PRIME64_3 0x165667B19E3779F9u
#define PRIME_MX1 0x165667919E3779F9u
#define PRIME_MX2 0x9FB21C651E98DF25u

static inline uint64_t load_64(const uint8_t *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

static inline uint64_t rotate_left(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

/* Both halves of the product, folded into one. */
static inline uint64_t multiply_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* What the length decides. */
struct short_step {
    uint64_t front, last, flip; /* of key_3: of its bytes 2 and 3, of byte 0 */
    uint64_t is_8, is_16;
    uint64_t m1, m2, add;
    unsigned s2, s3;
};

/* The bytes of key_3 are the last one, the length, the first one, and the one
 * at n / 2: the second, but of one byte the first, which is the last. */
/* clang-format off */
#define UP_TO_3(n, front, last)                                             \
    { front, last, FLIP_3 ^ (n) << 8, 0, 0, PRIME64_2, PRIME64_3, 0, 29, 32 }
#define UP_TO_8(n) { 0, 0, 0, ~(uint64_t)0, 0, PRIME_MX2, PRIME_MX2, n, 35, 28 }
#define UP_TO_16   { 0, 0, 0, 0, ~(uint64_t)0, 1, PRIME_MX1, 0, 37, 32 }
static const struct short_step short_steps[SHORT_HASH_MAX + 1] = {
    { 0 },
    UP_TO_3(1, 0xFF0000, 0x1000001), UP_TO_3(2, 0xFFFF0000, 1),
    UP_TO_3(3, 0xFFFF0000, 1),
    UP_TO_8(4), UP_TO_8(5), UP_TO_8(6), UP_TO_8(7), UP_TO_8(8),
    UP_TO_16, UP_TO_16, UP_TO_16, UP_TO_16,
    UP_TO_16, UP_TO_16, UP_TO_16, UP_TO_16,
};
/* clang-format on */
#undef UP_TO_3
#undef UP_TO_8
#undef UP_TO_16

/* XXH3-64 of p[0..n), 1 <= n <= 16.  p[-8..16) can be read. */
static inline uint64_t short_hash(const uint8_t *p, size_t n)
{
    const struct short_step *step = &short_steps[n];
    uint64_t low = load_64(p), high = load_64(p + n - 8);
    uint64_t key_3 = ((low << 16 & step->front) | (high >> 56) * step->last)
                     ^ step->flip;
    uint64_t key_8 = (low << 32 | high >> 32) ^ FLIP_8;
    key_8 ^= rotate_left(key_8, 49) ^ rotate_left(key_8, 24);
    low ^= FLIP_LOW;
    high ^= FLIP_HIGH;
    uint64_t key_16 = n + __builtin_bswap64(low) + high
                      + multiply_fold(low, high);
    uint64_t h = key_3 | (key_8 & step->is_8) | (key_16 & step->is_16);
    h *= step->m1;
    h ^= (h >> step->s2) + step->add;
    h *= step->m2;
    return h ^ h >> step->s3;
}

/* XXH3-64 of p[0..n), n > 16: that of 17 to 32 bytes here, which is a long word
 * of Arabic. */
static inline uint64_t long_hash(const uint8_t *p, size_t n)
{
    if (n > 32) return text_hash((const char *)p, n);
    uint64_t h =
        n * PRIME64_1
        + multiply_fold(load_64(p) ^ SECRET_0, load_64(p + 8) ^ SECRET_8)
        + multiply_fold(load_64(p + n - 16) ^ SECRET_16,
                        load_64(p + n - 8) ^ SECRET_24);
    h = (h ^ h >> 37) * PRIME_MX1;
    return h ^ h >> 32;
}
#endif
