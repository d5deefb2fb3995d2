/* block_vector.h - the words of a block with vectors of VEC bytes, written once
 * for all machines: the including file sets
 *
 *   VEC         16 or 32
 *   TARGET      attribute of every function here
 *   VEC_MASK    (vec) -> uint32_t, the top bit of every byte; may be left out
 *               where VEC is 16
 *   KERNEL      name of the function it gets
 *
 * ASCII letters, digits and white space are found by comparison, and so are the
 * letters that Arabic is written with.  Whatever else begins a code point takes
 * one step of a loop that looks it up. */
#include "text/block.h"
#include "text/short_hash.h"
#include "text/text.h"

typedef uint8_t vec __attribute__((vector_size(VEC)));
typedef int8_t signed_vec __attribute__((vector_size(VEC)));
typedef uint16_t wide_vec __attribute__((vector_size(VEC)));

TARGET static inline vec load(const uint8_t *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

#ifndef VEC_MASK
/* The top bits of 8 bytes, brought together by a multiplication. */
static inline uint32_t top_bits(uint64_t x)
{
    return (uint32_t)((x >> 7 & 0x0101010101010101u) * 0x0102040810204080u
                      >> 56);
}

static inline uint32_t VEC_MASK(vec v)
{
    uint8_t bytes[VEC];
    memcpy(bytes, &v, sizeof bytes);
    return top_bits(load_64(bytes)) | top_bits(load_64(bytes + 8)) << 8;
}
#endif

/* v in [first, first + count) */
TARGET static inline vec in_range(vec v, uint8_t first, uint8_t count)
{
    return (vec)(v - first < count);
}

/* The mask of the bit `bit` of 64 bytes. */
TARGET static inline uint64_t plane(const uint8_t *kinds, unsigned bit)
{
    uint64_t mask = 0;
    unsigned up = (unsigned)__builtin_clz(bit)
                  - 24; /* to the top of its byte */
#pragma GCC unroll 4
    for (unsigned j = 0; j < BLOCK; j += VEC) {
        wide_vec v = (wide_vec)load(kinds + j) << up;
        mask |= (uint64_t)VEC_MASK((vec)v) << j;
    }
    return mask;
}

/* Code points of two bytes, in both. */
static inline uint64_t both(uint64_t mask, uint64_t pairs)
{
    return mask | (mask & pairs) << 1;
}

/* Finds the letters U+0621-063F (D8 A1 .. D8 BF) and U+0641-064A (D9 81 ..
 * D9 8A) in p[-1..64] and folds them as fold.h says; the rest of folded stays.
 * Returns the mask of their second bytes. */
TARGET static inline uint64_t arabic_letters(const uint8_t *p,
                                             struct folded *folded)
{
    uint64_t letters = 0;
#pragma GCC unroll 4
    for (unsigned j = 0; j < BLOCK; j += VEC) {
        vec before = load(p + j - 1), v = load(p + j), behind = load(p + j + 1);
        vec d8 = (vec)(before == 0xD8) & (vec)((signed_vec)v > (int8_t)0xA0);
        vec d9 = (vec)(before == 0xD9) & in_range(v, 0x81, 0x8A - 0x81 + 1);
        letters |= (uint64_t)VEC_MASK(d8 | d9) << j;
        vec alef = (vec)(v == 0xA2) | (vec)(v == 0xA3) | (vec)(v == 0xA5);
        /* What waw, yeh and teh marbuta become begins with D9. */
        vec moves = (vec)(behind == 0xA4) | (vec)(behind == 0xA6)
                    | (vec)(behind == 0xA9);
        vec change = (alef & (v ^ 0xA7)) | ((vec)(v == 0xA4) & (0xA4 ^ 0x88))
                     | ((vec)(v == 0xA6) & (0xA6 ^ 0x8A))
                     | ((vec)(v == 0xA9) & (0xA9 ^ 0x87));
        vec fold = load(folded->bytes + j) ^ (d8 & change)
                   ^ (d9 & (vec)(v == 0x89) & (0x89 ^ 0x8A))
                   ^ ((vec)(v == 0xD8) & moves & (0xD8 ^ 0xD9));
        memcpy(folded->bytes + j, &fold, sizeof fold);
    }
    return letters;
}

/* Classifies p[-1..64]. */
TARGET static inline void classify(bool news, const uint8_t *p, unsigned *pair,
                                   struct block *b, struct folded *folded)
{
    _Alignas(VEC) uint8_t kinds[BLOCK] = { 0 };
    uint64_t letter = 0, digit = 0, space = 0, lead = 0;
    uint64_t high = 0, follow = 0, arabic = 0;
    (void)pair;
#pragma GCC unroll 4
    for (unsigned j = 0; j < BLOCK; j += VEC) {
        vec v = load(p + j);
        vec is_letter = in_range(v | 0x20, 'a', 26);
        vec fold = v | (is_letter & 0x20);
        memcpy(folded->bytes + j, &fold, sizeof fold);
        letter |= (uint64_t)VEC_MASK(is_letter) << j;
        digit |= (uint64_t)VEC_MASK(in_range(v, '0', 10)) << j;
        space |= (uint64_t)VEC_MASK((vec)(v == ' ') | (vec)(v == '\n')) << j;
        lead |= (uint64_t)VEC_MASK(in_range(v, 0xC2, 0xE0 - 0xC2)) << j;
        high |= (uint64_t)VEC_MASK(v) << j;
        follow |= (uint64_t)VEC_MASK((vec)((signed_vec)v < -64)) << j;
        if (news) arabic |= (uint64_t)VEC_MASK((vec)(v >= 0xD8)) << j;
    }
    /* Looked up by fours, the last one over again to make them full: how many
     * there are is hard to foresee, how many fours hardly.  Byte 63,
     * of which nothing matters unless it is white space, stands in for no mark.
     */
    const uint8_t *kind = block_class[news];
    uint64_t marks = ~(letter | digit | space | high);
    do {
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++) {
            unsigned j = lowest(marks | (uint64_t)1 << 63);
            kinds[j] = kind[p[j] & 0x7F];
            marks &= marks - 1;
        }
    } while (marks);
    uint64_t pairs = lead & follow >> 1;
    if (pairs) {
        uint64_t found = arabic_letters(p, folded) >> 1 & pairs;
        uint64_t left = pairs & ~found, last = (uint64_t)1 << highest(pairs);
        letter |= both(found, pairs);
        do {
#pragma GCC unroll 4
            for (int k = 0; k < 4; k++) {
                size_t j = lowest(left | last);
                size_t c = ((size_t)p[j] << 6) + p[j + 1] - (0xC0 << 6 | 0x80);
                kinds[j] = kind[c];
                memcpy(folded->bytes + j, text_low[c].out, 2);
                left &= left - 1;
            }
        } while (left);
    }
#define PLANE(bit) both(plane(kinds, bit), pairs)
    *b = (struct block){
        .letter = letter | PLANE(B_LETTER),
        .digit = digit | PLANE(B_DIGIT),
        .mark = PLANE(B_MARK),
        .gap = PLANE(B_GAP),
        .lone = PLANE(B_LONE),
        .mid_letter = PLANE(B_MID_LETTER),
        .mid_num = PLANE(B_MID_NUM),
        .hard = plane(kinds, B_HARD) | (high & ~(pairs | pairs << 1)),
        .space = space,
        .high = high,
        .follow = follow,
        .arabic = arabic,
    };
#undef PLANE
}

/* Bytes that the fold deletes. */
TARGET static inline uint64_t deleted(const struct folded *folded)
{
    uint64_t mask = 0;
#pragma GCC unroll 4
    for (unsigned j = 0; j < BLOCK; j += VEC)
        mask |= (uint64_t)VEC_MASK((vec)(load(folded->bytes + j) == 0)) << j;
    return mask;
}

/* Writes the tokens of a block to the rows of out from k on; returns the next
 * row. */
TARGET static inline size_t emit_one(const struct resolved *r, const uint8_t *p,
                                     const wq_words *out, size_t k, bool hashed)
{
    const struct tokens *t = &r->t;
    const wq_words to = *out;
    /* A deleted byte makes a carry that runs out of the word it is in.  A lone
     * mark may have its last byte deleted (U+037E is a semicolon). */
    uint64_t gone = hashed ? deleted(&r->folded) : 0;
    uint64_t word = t->inside & ~t->lone;
    uint64_t shrunk = ((word + (gone & word)) & ~word) >> 1 | (gone & t->lone);
    /* WORD, NUMBER, PUNCT, SYMBOL are 1 .. 4. */
    uint64_t plus_1 = t->number | t->symbol;
    for (uint64_t begin = t->begin, end = t->end; end;
         begin &= begin - 1, end &= end - 1, k++) {
        unsigned from = lowest(begin), last = lowest(end);
        to.begin[k] = (uint32_t)(r->at + from);
        to.end[k] = (uint32_t)(r->at + last + 1);
        if (to.cls)
            to.cls[k] = (uint8_t)(WQ_W_WORD + (plus_1 >> last & 1)
                                  + 2 * (t->lone >> last & 1));
        if (!hashed) continue;
        size_t n = last + 1 - from;
        if (__builtin_expect(shrunk >> last & 1, 0))
            to.hash[k] = text_fold_hash((const char *)p + r->at + from, n);
        else if (__builtin_expect(n > SHORT_HASH_MAX, 0))
            to.hash[k] = long_hash(r->folded.bytes + from, n);
        else
            to.hash[k] = short_hash(r->folded.bytes + from, n);
    }
    return k;
}

TARGET static inline size_t emit(const struct resolved *r, size_t count,
                                 const uint8_t *p, const wq_words *out,
                                 size_t k)
{
    for (size_t i = 0; i < count; i++)
        k = out->hash ? emit_one(&r[i], p, out, k, true)
                      : emit_one(&r[i], p, out, k, false);
    return k;
}

#include "text/block_kernel.h"
