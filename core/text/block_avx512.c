/* block_avx512.c - the words of a block in one register, with AVX-512 VBMI and
 * VBMI2 (byte permutations and compression).
 *
 * A code point of two bytes is looked up where it begins, its low bits brought
 * there from the byte behind, in 128-byte pieces of the tables: those of two
 * neighbouring first bytes, as D8 and D9, which is nearly all of Arabic.  The
 * columns are written from compressed registers, and hashes are computed for
 * eight words at a time. */
#if defined __x86_64__
#include "text/block.h"
#include "text/short_hash.h"
#include "text/text.h"
#include <immintrin.h>

#define TARGET                                                                 \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,"     \
                          "avx512vbmi2,avx2,bmi,bmi2,popcnt")))

/* clang-format off */
static const uint8_t iota[BLOCK] = {
     0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15,
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
    48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
};
/* clang-format on */

/* 128 entries of a table, by the low seven bits of each byte. */
TARGET static inline __m512i look_up(const uint8_t *table, __m512i bits)
{
    return _mm512_permutex2var_epi8(_mm512_loadu_si512(table), bits,
                                    _mm512_loadu_si512(table + BLOCK));
}

/* Every byte one place up; the lowest is 0. */
TARGET static inline __m512i one_up(__m512i v, __m512i places)
{
    __m512i before = _mm512_sub_epi8(places, _mm512_set1_epi8(1));
    return _mm512_maskz_permutexvar_epi8(~(__mmask64)1, before, v);
}

TARGET static inline __m512i one_down(__m512i v, __m512i places)
{
    __m512i behind = _mm512_add_epi8(places, _mm512_set1_epi8(1));
    return _mm512_maskz_permutexvar_epi8(~(__mmask64)0 >> 1, behind, v);
}

/* Classifies p[-1..64].  *pair is the first byte, or its neighbour, that was
 * looked up last: a text stays in its script, and what is known need not be
 * waited for. */
TARGET static inline void classify(bool news, const uint8_t *p, unsigned *pair,
                                   struct block *b, struct folded *folded)
{
    const uint8_t *kind = block_class[news];
    __m512i v = _mm512_loadu_si512(p), places = _mm512_loadu_si512(iota);
    uint64_t high = _mm512_movepi8_mask(v);
    uint64_t lead =
        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8((char)0xC2)),
                               _mm512_set1_epi8(0xE0 - 0xC2));
    uint64_t follow =
        _mm512_mask_cmplt_epu8_mask(high, v, _mm512_set1_epi8((char)0xC0));
    uint64_t pairs = lead & follow >> 1;
    __m512i kinds = look_up(kind, v), fold = look_up(block_fold[0], v);
    if (high) {
        __m512i behind = one_down(v, places);
        /* Six bits of the second byte, the low one of the first. */
        __m512i bits = _mm512_ternarylogic_epi64(
            behind, _mm512_slli_epi16(v, 6), _mm512_set1_epi8(0x40), 0xF8);
        __m512i second = _mm512_setzero_si512();
        __m512i even = _mm512_and_si512(v, _mm512_set1_epi8((char)0xFE));
        kinds = _mm512_maskz_mov_epi8(~high, kinds);
        fold =
            _mm512_mask_mov_epi8(fold, high, v); /* of three bytes and more */
        for (uint64_t left = pairs; left;) {
            size_t row = (size_t)(*pair & 0x1E) << 6;
            uint64_t here = _mm512_mask_cmpeq_epi8_mask(
                pairs, even, _mm512_set1_epi8((char)*pair));
            kinds =
                _mm512_mask_mov_epi8(kinds, here, look_up(kind + row, bits));
            fold = _mm512_mask_mov_epi8(fold, here,
                                        look_up(block_fold[0] + row, bits));
            second = _mm512_mask_mov_epi8(second, here,
                                          look_up(block_fold[1] + row, bits));
            left &= ~here;
            if (left) *pair = p[lowest(left)] & 0xFEu;
        }
        kinds = _mm512_mask_mov_epi8(kinds, pairs << 1, one_up(kinds, places));
        fold = _mm512_mask_mov_epi8(fold, pairs << 1, one_up(second, places));
    }
    _mm512_storeu_si512(folded->bytes, fold);
#define PLANE(bit) _mm512_test_epi8_mask(kinds, _mm512_set1_epi8((char)(bit)))
    *b = (struct block){
        .letter = PLANE(B_LETTER),
        .digit = PLANE(B_DIGIT),
        .mark = PLANE(B_MARK),
        .gap = PLANE(B_GAP),
        .lone = PLANE(B_LONE),
        .mid_letter = PLANE(B_MID_LETTER),
        .mid_num = PLANE(B_MID_NUM),
        .hard = PLANE(B_HARD) | (high & ~(pairs | pairs << 1)),
        .space = _mm512_cmple_epu8_mask(v, _mm512_set1_epi8(' ')),
        .high = high,
        .follow = follow,
        .arabic = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)0xD8)),
    };
#undef PLANE
}

/* Bytes 0 .. count - 1 of v + base to count entries of `to`. */
TARGET static inline void write_places(uint32_t *to, __m512i v, size_t base,
                                       unsigned count)
{
    for (unsigned j = 0; j < count; j += 16) {
        __m512i place =
            _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(v)),
                             _mm512_set1_epi32((int)base));
        _mm512_mask_storeu_epi32(
            to + j, (__mmask16)below(count - j < 16 ? count - j : 16), place);
        v = _mm512_shuffle_i64x2(v, v,
                                 0x39); /* the next 16 bytes to the front */
    }
}

TARGET static inline void write_classes(uint8_t *to, const struct tokens *t,
                                        unsigned count)
{
    __m512i cls = _mm512_set1_epi8(WQ_W_WORD);
    cls = _mm512_mask_mov_epi8(cls, t->number, _mm512_set1_epi8(WQ_W_NUMBER));
    cls = _mm512_mask_mov_epi8(cls, t->lone, _mm512_set1_epi8(WQ_W_PUNCT));
    cls = _mm512_mask_mov_epi8(cls, t->symbol, _mm512_set1_epi8(WQ_W_SYMBOL));
    _mm512_mask_storeu_epi8(to, below(count),
                            _mm512_maskz_compress_epi8(t->end, cls));
}

/* short_hash of eight words: their first and last eight bytes, and lengths. */
TARGET static inline __m512i short_hash_8(__m512i low, __m512i high, __m512i n)
{
#define ALL(x) _mm512_set1_epi64((long long)(x))
    __mmask8 is_1 = _mm512_cmpeq_epu64_mask(n, ALL(1));
    __mmask8 over_3 = _mm512_cmpgt_epu64_mask(n, ALL(3));
    __mmask8 over_8 = _mm512_cmpgt_epu64_mask(n, ALL(8));

    /* Bytes 2 and 3 are the first two, but of one byte it twice. */
    __m512i last = _mm512_srli_epi64(high, 56);
    __m512i key = _mm512_slli_epi64(low, 16);
    key = _mm512_mask_mul_epu32(key, is_1, last, ALL(0x1010000));
    key = _mm512_ternarylogic_epi64(key, ALL(0xFFFF0000), last, 0xEA);
    __m512i h = _mm512_ternarylogic_epi64(key, _mm512_slli_epi64(n, 8),
                                          ALL(FLIP_3), 0x96);

    __m512i key_8 =
        _mm512_xor_si512(_mm512_or_si512(_mm512_slli_epi64(low, 32),
                                         _mm512_srli_epi64(high, 32)),
                         ALL(FLIP_8));
    key_8 = _mm512_ternarylogic_epi64(key_8, _mm512_rol_epi64(key_8, 49),
                                      _mm512_rol_epi64(key_8, 24), 0x96);
    h = _mm512_mask_mov_epi64(h, over_3, key_8);

    /* 64 x 64 -> 128 bits, by halves. */
    __m512i x = _mm512_xor_si512(low, ALL(FLIP_LOW));
    __m512i y = _mm512_xor_si512(high, ALL(FLIP_HIGH));
    __m512i x1 = _mm512_srli_epi64(x, 32), y1 = _mm512_srli_epi64(y, 32);
    __m512i p00 = _mm512_mul_epu32(x, y), p01 = _mm512_mul_epu32(x, y1);
    __m512i p10 = _mm512_mul_epu32(x1, y), p11 = _mm512_mul_epu32(x1, y1);
    const __m512i half = ALL(0xFFFFFFFF);
    __m512i mid =
        _mm512_add_epi64(_mm512_add_epi64(_mm512_srli_epi64(p00, 32), p10),
                         _mm512_and_si512(p01, half));
    __m512i upper =
        _mm512_add_epi64(_mm512_add_epi64(p11, _mm512_srli_epi64(p01, 32)),
                         _mm512_srli_epi64(mid, 32));
    __m512i lower = _mm512_or_si512(_mm512_slli_epi64(mid, 32),
                                    _mm512_and_si512(p00, half));
    __m512i swapped = _mm512_shuffle_epi8(
        x, _mm512_set4_epi32(0x08090A0B, 0x0C0D0E0F, 0x00010203, 0x04050607));
    __m512i key_16 = _mm512_add_epi64(
        _mm512_add_epi64(n, y),
        _mm512_add_epi64(swapped, _mm512_xor_si512(lower, upper)));
    h = _mm512_mask_mov_epi64(h, over_8, key_16);

    __m512i m1 = _mm512_mask_mov_epi64(ALL(PRIME64_2), over_3, ALL(PRIME_MX2));
    m1 = _mm512_mask_mov_epi64(m1, over_8, ALL(1));
    __m512i m2 = _mm512_mask_mov_epi64(ALL(PRIME64_3), over_3, ALL(PRIME_MX2));
    m2 = _mm512_mask_mov_epi64(m2, over_8, ALL(PRIME_MX1));
    __m512i s2 = _mm512_mask_mov_epi64(ALL(29), over_3, ALL(35));
    s2 = _mm512_mask_mov_epi64(s2, over_8, ALL(37));
    __m512i s3 =
        _mm512_mask_mov_epi64(ALL(32), over_3 & (__mmask8)~over_8, ALL(28));
    __m512i add = _mm512_maskz_mov_epi64(over_3 & (__mmask8)~over_8, n);

    h = _mm512_mullo_epi64(h, m1);
    h = _mm512_xor_si512(h, _mm512_add_epi64(_mm512_srlv_epi64(h, s2), add));
    h = _mm512_mullo_epi64(h, m2);
    return _mm512_xor_si512(h, _mm512_srlv_epi64(h, s3));
#undef ALL
}

/* ---- hashes wait until eight at a time are full ---- */

/* Words whose hashes are not yet written: their first and last eight folded
 * bytes, and how many there are.  Long ones are hashed already. */
#define WAITING 256
struct waiting {
    uint64_t low[WAITING], high[WAITING];
    uint8_t n[WAITING];
    unsigned rows, longs;
    uint64_t long_hashes[WAITING];
    uint8_t long_rows[WAITING];
};

/* Adds the `count` tokens, 1 .. 63, whose folded bytes are in fold. */
TARGET static inline void hold(struct waiting *w, const struct tokens *t,
                               __m512i fold, unsigned count)
{
    __m512i places = _mm512_loadu_si512(iota);
    /* The folded words end to end, and where in there each begins. */
    uint64_t keep = t->inside & _mm512_test_epi8_mask(fold, fold);
    __m512i text = _mm512_maskz_compress_epi8(keep, fold);
    __m512i from = _mm512_maskz_compress_epi8(
        t->begin, _mm512_maskz_expand_epi8(keep, places));
    from = _mm512_mask_mov_epi8(
        from, (__mmask64)1 << count,
        _mm512_set1_epi8((char)__builtin_popcountll(keep)));
    __m512i length = _mm512_sub_epi8(one_down(from, places), from);
    _mm512_storeu_si512(w->n + w->rows, length);

    /* Byte j of word w is at from[w] + j, and at from[w + 1] - 8 + j. */
    __m512i in_word = _mm512_and_si512(places, _mm512_set1_epi8(7));
    __m512i row =
        _mm512_and_si512(_mm512_srli_epi16(places, 3), _mm512_set1_epi8(7));
    for (unsigned j = 0; j < count; j += 8) {
        __m512i low =
            _mm512_add_epi8(_mm512_permutexvar_epi8(row, from), in_word);
        __m512i n = _mm512_permutexvar_epi8(row, length);
        __m512i high =
            _mm512_sub_epi8(_mm512_add_epi8(low, n), _mm512_set1_epi8(8));
        _mm512_storeu_si512(w->low + w->rows + j,
                            _mm512_permutexvar_epi8(low, text));
        _mm512_storeu_si512(w->high + w->rows + j,
                            _mm512_permutexvar_epi8(high, text));
        row = _mm512_add_epi8(row, _mm512_set1_epi8(8));
    }

    uint64_t too_long =
        _mm512_cmpgt_epu8_mask(length, _mm512_set1_epi8(SHORT_HASH_MAX))
        & below(count);
    if (too_long) {
        uint8_t bytes[BLOCK], begins[BLOCK];
        _mm512_storeu_si512(bytes, text);
        _mm512_storeu_si512(begins, from);
        for (; too_long; too_long &= too_long - 1) {
            unsigned j = lowest(too_long);
            w->long_rows[w->longs] = (uint8_t)(w->rows + j);
            w->long_hashes[w->longs++] =
                long_hash(bytes + begins[j], w->n[w->rows + j]);
        }
    }
    w->rows += count;
}

/* Writes all that wait to the rows of `to`. */
TARGET static inline void write_hashes(struct waiting *w, uint64_t *to)
{
    for (unsigned j = 0; j < w->rows; j += 8) {
        unsigned left = w->rows - j < 8 ? w->rows - j : 8;
        __m512i n =
            _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(w->n + j)));
        __m512i hash = short_hash_8(_mm512_loadu_si512(w->low + j),
                                    _mm512_loadu_si512(w->high + j), n);
        _mm512_mask_storeu_epi64(to + j, (__mmask8)below(left), hash);
    }
    for (unsigned j = 0; j < w->longs; j++)
        to[w->long_rows[j]] = w->long_hashes[j];
    w->rows = w->longs = 0;
}

TARGET static inline size_t emit(const struct resolved *r, size_t count,
                                 const uint8_t *p, const wq_words *out,
                                 size_t k)
{
    const __m512i places = _mm512_loadu_si512(iota);
    struct waiting waiting;
    waiting.rows = waiting.longs = 0;
    (void)p;
    for (; count > 0; count--, r++) {
        const struct tokens *t = &r->t;
        unsigned tokens = (unsigned)__builtin_popcountll(t->end);
        __m512i begin = _mm512_maskz_compress_epi8(t->begin, places);
        __m512i last = _mm512_maskz_compress_epi8(t->end, places);
        write_places(out->begin + k, begin, r->at, tokens);
        write_places(out->end + k, last, r->at + 1, tokens);
        if (out->cls) write_classes(out->cls + k, t, tokens);
        k += tokens;
        if (!out->hash || !tokens) continue;
        hold(&waiting, t, _mm512_loadu_si512(r->folded.bytes), tokens);
        if (waiting.rows > WAITING - 2 * BLOCK)
            write_hashes(&waiting, out->hash + k - waiting.rows);
    }
    if (waiting.rows) write_hashes(&waiting, out->hash + k - waiting.rows);
    return k;
}

#define KERNEL block_words_avx512
#include "text/block_kernel.h"
#endif
