/* fold.c - matching keys and their hashes; the rules stand in fold.h.
 *
 * Text below U+0800 goes through one table load a code point; anything else
 * through the two-stage table of its fold. */
#define XXH_INLINE_ALL
#include "text/fold.h"
#include "text/props.h"
#include <stdbool.h>
#include <string.h>
#include <xxhash.h>

struct fold_table {
    const uint8_t *stage1;
    const uint16_t *stage2;
    size_t blocks;
};
static const struct fold_table tables[] = {
    [WQ_FOLD_LIGHT] = { text_fold_light_stage1, text_fold_light_stage2,
                        TEXT_FOLD_LIGHT_BLOCKS },
    [WQ_FOLD_STANDARD] = { text_fold_standard_stage1, text_fold_standard_stage2,
                           TEXT_FOLD_STANDARD_BLOCKS },
    [WQ_FOLD_SEARCH] = { text_fold_search_stage1, text_fold_search_stage2,
                         TEXT_FOLD_SEARCH_BLOCKS },
};

/* What c folds to: length and bytes in the pool, or NULL if it stays. */
static const uint8_t *fold_one(const struct fold_table *t, uint32_t c)
{
    size_t block = c >> 6;
    if (block >= t->blocks) block = t->blocks - 1; /* the rest are all alike */
    size_t at = t->stage2[(size_t)t->stage1[block] << 6 | (c & 63)];
    return at ? text_fold_pool + at : NULL;
}

/* The same byte eight times. */
#define EIGHT(b) ((uint64_t)(b) * 0x0101010101010101u)

/* Eight ASCII bytes in small letters, by LIGHT or STANDARD; false if one of
 * them is not ASCII, or a control that may be deleted. */
static inline bool fold_ascii(uint64_t x, uint64_t *out)
{
    const uint64_t top = EIGHT(0x80);
    if (x & top || (x + EIGHT(1)) & top) return false; /* not ASCII; DEL */
    uint64_t printable = (x | top) - EIGHT(0x20); /* top bit: 20 or more */
    if ((printable & top) != top) return false;
    uint64_t upper = (x + EIGHT(0x80 - 'A')) & ~(x + EIGHT(0x80 - 'Z' - 1));
    upper &= top;
    *out = x | upper >> 2;
    return true;
}

/* Are the eight bytes four pairs of a lead C2 .. DF and a continuation?  (C0
 * and C1 have none of the bits 1 .. 4.) */
static inline bool is_four_pairs(const uint8_t *p)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t x;
    memcpy(&x, p, sizeof x);
    uint64_t lead = x & 0x001E001E001E001Eu;
    return (x & 0xC0E0C0E0C0E0C0E0u) == 0x80C080C080C080C0u
           && ((lead + 0x00FF00FF00FF00FFu) & 0x0100010001000100u)
                  == 0x0100010001000100u;
#else
    (void)p;
    return false;
#endif
}

/* Folds eight bytes that are all ASCII or four pairs, as far as that goes
 * without a closer look.  Returns how many were taken; *k moves behind the
 * result. */
static inline size_t fold_eight(uint32_t profile, const uint8_t *p,
                                uint8_t *out, size_t *k)
{
    if (profile == WQ_FOLD_STANDARD && is_four_pairs(p)) {
        size_t i = 0;
        for (; i < 8; i += 2) {
            const struct text_low *low =
                &text_low[(p[i] & 0x1Fu) << 6 | (p[i + 1] & 0x3Fu)];
            if (low->n > 2) break;
            memcpy(out + *k, low->out, 2);
            *k += low->n;
        }
        return i;
    }
    uint64_t x;
    memcpy(&x, p, sizeof x);
    if (profile == WQ_FOLD_SEARCH || !fold_ascii(x, &x)) return 0;
    memcpy(out + *k, &x, sizeof x);
    *k += sizeof x;
    return sizeof x;
}

/* Folds p[*at..n) until the end or until fewer than FOLD_ROOM bytes are left of
 * cap; moves *at behind what it folded.  Returns the bytes written. */
#define FOLD_ROOM 16 /* more than any code point folds to: at most 12 */
static size_t fold_some(uint32_t profile, const uint8_t *p, size_t n,
                        size_t *at, uint8_t *out, size_t cap)
{
    const struct fold_table *t = &tables[profile];
    size_t i = *at, k = 0;
    while (i < n && cap - k >= FOLD_ROOM) {
        size_t taken = n - i >= 8 ? fold_eight(profile, p + i, out, &k) : 0;
        if (taken) {
            i += taken;
            continue;
        }
        if (profile == WQ_FOLD_STANDARD && p[i] < 0xE0 && i + 1 < n) {
            size_t wide = p[i] >= 0xC2;
            const struct text_low *low =
                &text_low[wide ? (p[i] & 0x1Fu) << 6 | (p[i + 1] & 0x3Fu)
                               : p[i] & 0x7Fu];
            if (low->n < 3 && (wide || p[i] < 0x80)) {
                memcpy(out + k, low->out, 2);
                k += low->n;
                i += 1 + wide;
                continue;
            }
        }
        uint32_t c;
        size_t step = text_decode(p + i, n - i, &c);
        const uint8_t *to = fold_one(t, c);
        if (to) {
            memcpy(out + k, to + 1, to[0]);
            k += to[0];
        } else {
            memcpy(out + k, p + i, step);
            k += step;
        }
        i += step;
    }
    *at = i;
    return k;
}

size_t text_fold(uint32_t profile, const char *p, size_t n, char *out,
                 size_t cap)
{
    const uint8_t *in = (const uint8_t *)p;
    size_t i = 0, done = 0;
    if (profile > WQ_FOLD_SEARCH) profile = WQ_FOLD_STANDARD;
    if (cap >= FOLD_ROOM)
        done = fold_some(profile, in, n, &i, (uint8_t *)out, cap);
    while (i < n) { /* the last bytes of room, then what is only counted */
        uint8_t piece[256];
        size_t got = fold_some(profile, in, n, &i, piece, sizeof piece);
        if (got && done <= cap && got <= cap - done)
            memcpy(out + done, piece, got);
        done += got;
    }
    return done;
}

size_t text_fold_map(uint32_t profile, const char *p, size_t n, char *out,
                     uint32_t *from, size_t cap)
{
    const uint8_t *in = (const uint8_t *)p;
    if (profile > WQ_FOLD_SEARCH) profile = WQ_FOLD_STANDARD;
    size_t k = 0;
    for (size_t i = 0; i < n;) {
        uint32_t c;
        size_t step = text_decode(in + i, n - i, &c);
        const uint8_t *to = fold_one(&tables[profile], c);
        size_t bytes = to ? to[0] : step;
        if (bytes && k <= cap && bytes <= cap - k) {
            memcpy(out + k, to ? to + 1 : in + i, bytes);
            for (size_t j = 0; j < bytes; j++) from[k + j] = (uint32_t)i;
        }
        k += bytes;
        i += step;
    }
    if (k <= cap) from[k] = (uint32_t)n;
    return k;
}

uint64_t text_hash(const char *p, size_t n)
{
    return XXH3_64bits(p, n);
}

/* A text that folds to more than one piece is hashed piece by piece. */
static uint64_t fold_hash_long(const uint8_t *p, size_t n)
{
    XXH3_state_t state;
    uint8_t piece[4096];
    size_t i = 0;
    XXH3_INITSTATE(&state);
    XXH3_64bits_reset(&state);
    while (i < n) {
        size_t got = fold_some(WQ_FOLD_STANDARD, p, n, &i, piece, sizeof piece);
        XXH3_64bits_update(&state, piece, got);
    }
    return XXH3_64bits_digest(&state);
}

uint64_t text_fold_hash(const char *p, size_t n)
{
    const uint8_t *in = (const uint8_t *)p;
    uint8_t piece[256];
    size_t i = 0;
    size_t got = fold_some(WQ_FOLD_STANDARD, in, n, &i, piece, sizeof piece);
    if (i < n) return fold_hash_long(in, n);
    return XXH3_64bits(piece, got);
}
