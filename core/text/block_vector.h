/* block_vector.h - the words of a block with vectors of VEC bytes, written once
 * for all machines: the including file sets
 *
 *   VEC         16 or 32
 *   TARGET      attribute of every function here
 *   VEC_MASK    (vec) -> uint32_t, the top bit of every byte; may be left out
 *               where VEC is 16
 *   KERNEL      name of the function it gets
 *
 * ASCII letters, digits and white space are found by comparison.  Whatever else
 * begins a code point (nearly all of an Arabic text, a few places of an English
 * one) takes one step of a loop that looks it up. */
#include "text/block.h"
#include "text/short_hash.h"
#include "text/text.h"

typedef uint8_t vec __attribute__((vector_size(VEC)));
typedef int8_t signed_vec __attribute__((vector_size(VEC)));
typedef uint16_t wide_vec __attribute__((vector_size(VEC)));

/* Folded bytes of a block, each where its code point stands; 0: deleted. */
struct folded {
    uint8_t before[VEC]; /* read by short_hash */
    uint8_t bytes[BLOCK];
    uint8_t after[VEC];
};

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
    return (uint32_t)((x >> 7 & 0x0101010101010101u) * 0x0102040810204080u >> 56);
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
    unsigned up = (unsigned)__builtin_clz(bit) - 24; /* to the top of its byte */
#pragma GCC unroll 4
    for (unsigned j = 0; j < BLOCK; j += VEC) {
        wide_vec v = (wide_vec)load(kinds + j) << up;
        mask |= (uint64_t)VEC_MASK((vec)v) << j;
    }
    return mask;
}

/* Classifies p[0..64]. */
TARGET static inline void classify(bool news, const uint8_t *p, struct block *b,
                                   struct folded *folded)
{
    _Alignas(VEC) uint8_t kinds[BLOCK] = { 0 };
    uint64_t letter = 0, digit = 0, gap = 0, space = 0, lead = 0;
    uint64_t high = 0, follow = 0, arabic = 0;
#pragma GCC unroll 4
    for (unsigned j = 0; j < BLOCK; j += VEC) {
        vec v = load(p + j);
        vec is_letter = in_range(v | 0x20, 'a', 26);
        vec is_gap = (vec)(v == ' ') | in_range(v, '\t', 5);
        vec fold = v | (is_letter & 0x20);
        memcpy(folded->bytes + j, &fold, sizeof fold);
        letter |= (uint64_t)VEC_MASK(is_letter) << j;
        digit |= (uint64_t)VEC_MASK(in_range(v, '0', 10)) << j;
        gap |= (uint64_t)VEC_MASK(is_gap) << j;
        space |= (uint64_t)VEC_MASK((vec)(v <= ' ')) << j;
        lead |= (uint64_t)VEC_MASK(in_range(v, 0xC2, 0xE0 - 0xC2)) << j;
        high |= (uint64_t)VEC_MASK(v) << j;
        follow |= (uint64_t)VEC_MASK((vec)((signed_vec)v < -64)) << j;
        arabic |= (uint64_t)VEC_MASK((vec)(v >= 0xD8)) << j;
    }
    const uint8_t *kind = block_class[news];
    for (uint64_t left = ~(letter | digit | gap | high); left; left &= left - 1)
        kinds[lowest(left)] = kind[p[lowest(left)]];
    uint64_t pairs = lead & follow >> 1;
    for (uint64_t left = pairs; left; left &= left - 1) {
        unsigned j = lowest(left);
        unsigned c = ((unsigned)p[j] << 6) + p[j + 1] - (0xC0 << 6 | 0x80);
        kinds[j] = kind[c];
        memcpy(folded->bytes + j, text_low[c].out, 2);
    }
#define BOTH(mask) (mask | (mask & pairs) << 1)
    gap |= plane(kinds, B_GAP);
    digit |= plane(kinds, B_DIGIT);
    letter |= plane(kinds, B_LETTER);
    uint64_t mark = plane(kinds, B_MARK), lone = plane(kinds, B_LONE);
    uint64_t mid_letter = plane(kinds, B_MID_LETTER);
    uint64_t mid_num = plane(kinds, B_MID_NUM), hard = plane(kinds, B_HARD);
    *b = (struct block){
        .letter = BOTH(letter), .digit = BOTH(digit), .mark = BOTH(mark),
        .gap = BOTH(gap), .lone = BOTH(lone), .mid_letter = BOTH(mid_letter),
        .mid_num = BOTH(mid_num), .space = space, .high = high,
        .follow = follow, .arabic = arabic,
        .hard = hard | (high & ~(pairs | pairs << 1)),
    };
#undef BOTH
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

/* Writes the tokens to the rows of out from k on; returns the next row. */
TARGET static inline size_t emit(const struct tokens *t, const struct block *b,
                                 const struct folded *folded, const uint8_t *p,
                                 size_t at, const wq_words *out, size_t k)
{
    const wq_words to = *out;
    /* WORD, NUMBER, PUNCT, SYMBOL are 1 .. 4. */
    uint64_t plus_1 = t->number | (t->lone & b->mark & ~b->gap);
    /* A deleted byte makes a carry that runs out of the word it is in.  A lone
     * mark may have its last byte deleted (U+037E is a semicolon). */
    uint64_t word = t->inside & ~t->lone;
    uint64_t gone = to.hash ? deleted(folded) : 0;
    uint64_t shrunk = ((word + (gone & word)) & ~word) >> 1 | (gone & t->lone);
    for (uint64_t begin = t->begin, end = t->end; end;
         begin &= begin - 1, end &= end - 1, k++) {
        unsigned from = lowest(begin), last = lowest(end);
        size_t n = last + 1 - from;
        to.begin[k] = (uint32_t)(at + from);
        to.end[k] = (uint32_t)(at + last + 1);
        if (to.cls)
            to.cls[k] = (uint8_t)(WQ_W_WORD + (plus_1 >> last & 1)
                                  + 2 * (t->lone >> last & 1));
        if (!to.hash) continue;
        if (__builtin_expect(shrunk >> last & 1, 0))
            to.hash[k] = text_fold_hash((const char *)p + from, n);
        else if (__builtin_expect(n > SHORT_HASH_MAX, 0))
            to.hash[k] = long_hash(folded->bytes + from, n);
        else
            to.hash[k] = short_hash(folded->bytes + from, n);
    }
    return k;
}

TARGET size_t KERNEL(bool news, const uint8_t *p, size_t n, size_t *at,
                     const wq_words *out, size_t cap, size_t *need)
{
    size_t i = *at, k = 0;
    struct folded folded = { .before = { 0 } };
    while (i < n && k < cap) {
        uint8_t padded[BLOCK + 1];
        const uint8_t *q = p + i;
        if (n - i <= BLOCK) {
            memset(padded, ' ', sizeof padded);
            memcpy(padded, q, n - i);
            q = padded;
        }
        struct block b;
        classify(news, q, &b, &folded);
        struct tokens t = resolve(&b, news, p, n, i, cap - k);
        k = emit(&t, &b, &folded, q, i, out, k);
        i += t.cut;
        if (t.stop < BLOCK || t.cut == 0) {
            *need = i - t.cut + t.stop + 1;
            break;
        }
    }
    *at = i < n ? i : n;
    return k;
}
