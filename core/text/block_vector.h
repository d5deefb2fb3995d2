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

/* Folded bytes of a block, each where its code point stands; 0: deleted. */
struct folded {
    uint8_t before[VEC]; /* read by short_hash */
    uint8_t bytes[BLOCK];
    uint8_t after[VEC]; /* and written for a code point that is cut off */
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

/* Adds the 64 kinds to the masks, the top bit first. */
TARGET static inline void planes(const uint8_t *kinds, struct block *b)
{
    uint64_t *const mask[8] = { &b->hard, &b->mid_num, &b->mid_letter, &b->lone,
                                &b->gap, &b->mark, &b->digit, &b->letter };
    for (unsigned j = 0; j < BLOCK; j += VEC) {
        vec v = load(kinds + j);
        for (unsigned k = 0; k < 8; k++) {
            *mask[k] |= (uint64_t)VEC_MASK(v) << j;
            v += v;
        }
    }
}

/* Classifies p[0..64]. */
TARGET static inline void classify(bool news, const uint8_t *p, struct block *b,
                                   struct folded *folded)
{
    _Alignas(VEC) uint8_t kinds[BLOCK + VEC] = { 0 };
    uint64_t lead = 0;
    *b = (struct block){ 0 };
    for (unsigned j = 0; j < BLOCK; j += VEC) {
        vec v = load(p + j);
        vec letter = in_range(v | 0x20, 'a', 26);
        vec fold = v | (letter & 0x20);
        vec gap = (vec)(v == ' ') | in_range(v, '\t', 5);
        memcpy(folded->bytes + j, &fold, sizeof fold);
        b->letter |= (uint64_t)VEC_MASK(letter) << j;
        b->digit |= (uint64_t)VEC_MASK(in_range(v, '0', 10)) << j;
        b->gap |= (uint64_t)VEC_MASK(gap) << j;
        b->high |= (uint64_t)VEC_MASK(v) << j;
        b->follow |= (uint64_t)VEC_MASK((vec)((signed_vec)v < -64)) << j;
        b->arabic |= (uint64_t)VEC_MASK((vec)(v >= 0xD8)) << j;
        lead |= (uint64_t)VEC_MASK(in_range(v, 0xC2, 0xE0 - 0xC2)) << j;
    }
    uint64_t other = ~(b->letter | b->digit | b->gap | b->follow);
    const uint8_t *kind = block_class[news];
    for (; other; other &= other - 1) {
        unsigned j = lowest(other), c = p[j], wide = c >> 7;
        unsigned two = (c & 0x1F) << 6 | (p[j + 1] & 0x3Fu);
        c = wide ? two : c;
        kinds[j + wide] = kinds[j] = kind[c];
        folded->bytes[j + wide] = block_fold[1][c];
        folded->bytes[j] = block_fold[0][c];
    }
    planes(kinds, b);
    b->hard |= (b->high & ~lead & ~(b->follow & lead << 1))
               | (lead & ~(b->follow >> 1));
}

/* Bytes that the fold deletes. */
TARGET static inline uint64_t deleted(const struct folded *folded)
{
    uint64_t mask = 0;
    for (unsigned j = 0; j < BLOCK; j += VEC)
        mask |= (uint64_t)VEC_MASK((vec)(load(folded->bytes + j) == 0)) << j;
    return mask;
}

TARGET static inline size_t emit(const struct tokens *t, const struct block *b,
                                 const struct folded *folded, const uint8_t *p,
                                 size_t at, const wq_words *out, size_t k)
{
    uint64_t begins = t->begin, ends = t->end;
    uint64_t gone = out->hash ? deleted(folded) : 0;
    /* WORD, NUMBER, PUNCT, SYMBOL are 1 .. 4. */
    uint64_t plus_1 = t->number | (t->lone & b->mark & ~b->gap);
    for (; ends; begins &= begins - 1, ends &= ends - 1, k++) {
        unsigned from = lowest(begins), last = lowest(ends);
        size_t n = last + 1 - from;
        out->begin[k] = (uint32_t)(at + from);
        out->end[k] = (uint32_t)(at + last + 1);
        if (out->cls)
            out->cls[k] = (uint8_t)(WQ_W_WORD + (plus_1 >> last & 1)
                                    + 2 * (t->lone >> last & 1));
        if (!out->hash) continue;
        if (__builtin_expect((gone >> from & below((unsigned)n)) != 0, 0))
            out->hash[k] = text_fold_hash((const char *)p + from, n);
        else if (__builtin_expect(n > SHORT_HASH_MAX, 0))
            out->hash[k] = text_hash((const char *)folded->bytes + from, n);
        else
            out->hash[k] = short_hash(folded->bytes + from, n);
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
        if (needs_walk(&t)) {
            *need = i + t.stop + 1;
            i += t.cut;
            break;
        }
        i += t.cut;
    }
    *at = i < n ? i : n;
    return k;
}
