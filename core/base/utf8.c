/* utf8.c - validation of UTF-8.
 *
 * One plain step decides what is valid; everything else only finds stretches
 * that need no closer look: eight ASCII bytes or four two-byte letters at a
 * time, and, where the processor has AVX2, 32 bytes of anything by the method
 * of Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per
 * Byte", Software: Practice and Experience 51(5), 2021. */
#include "base/utf8.h"
#include "base/cpu.h"
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAVE_AVX2_PATH 1
#endif

/* Length of the valid sequence at p (1..4), 0 if there is none; *seen is then
 * how many bytes some valid sequence begins with (0..3).  left >= 1. */
static size_t sequence(const unsigned char *p, size_t left, size_t *seen)
{
    unsigned c = p[0], low = 0x80, high = 0xBF;
    size_t n;
    *seen = 0;
    if (c < 0x80) return 1;
    if (c < 0xC2) return 0; /* continuation, or overlong C0 C1 */
    if (c < 0xE0) {
        n = 2;
    } else if (c < 0xF0) {
        n = 3;
        if (c == 0xE0) low = 0xA0;  /* overlong */
        if (c == 0xED) high = 0x9F; /* surrogates */
    } else if (c < 0xF5) {
        n = 4;
        if (c == 0xF0) low = 0x90;  /* overlong */
        if (c == 0xF4) high = 0x8F; /* beyond U+10FFFF */
    } else {
        return 0;
    }
    *seen = 1;
    if (left < 2 || p[1] < low || p[1] > high) return 0;
    for (*seen = 2; *seen < n; ++*seen)
        if (*seen >= left || (p[*seen] & 0xC0) != 0x80) return 0;
    return n;
}

static uint64_t load64(const unsigned char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Are the eight bytes four two-byte sequences?  Each pair must be 110xxxxx
 * 10xxxxxx with a lead of C2 or more: one of the bits 1..4 of the lead set. */
static int four_pairs(const unsigned char *p)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t v = load64(p);
    uint64_t lead = v & 0x001E001E001E001Eu;
    return (v & 0xC0E0C0E0C0E0C0E0u) == 0x80C080C080C080C0u
           && ((lead + 0x00FF00FF00FF00FFu) & 0x0100010001000100u)
                  == 0x0100010001000100u;
#else
    (void)p;
    return 0;
#endif
}

/* The same from a place in the text where a sequence begins. */
static size_t valid_from(const unsigned char *p, size_t i, size_t n)
{
    while (i < n) {
        if (n - i >= 8) {
            if (!(load64(p + i) & 0x8080808080808080u) || four_pairs(p + i)) {
                i += 8;
                continue;
            }
        }
        size_t seen, step = sequence(p + i, n - i, &seen);
        if (!step) return i;
        i += step;
    }
    return n;
}

size_t utf8_valid_prefix_plain(const char *text, size_t n)
{
    return valid_from((const unsigned char *)text, 0, n);
}

#ifdef HAVE_AVX2_PATH
/* What can be wrong with two bytes in a row, a bit each (table 4 of the paper).
 * A pair is wrong in way X if the high and low half of its first byte and the
 * high half of its second all have bit X in their tables. */
enum {
    TOO_SHORT = 1 << 0,  /* a lead, then no continuation */
    TOO_LONG = 1 << 1,   /* ASCII, then a continuation */
    OVERLONG_3 = 1 << 2, /* E0 80..9F */
    TOO_LARGE = 1 << 3,  /* F4 90..BF, F5.. 90..BF */
    SURROGATE = 1 << 4,  /* ED A0..BF */
    OVERLONG_2 = 1 << 5, /* C0 C1 */
    TOO_LARGE_1000 = 1 << 6, /* F5.. 80..8F */
    OVERLONG_4 = 1 << 6,     /* F0 80..8F */
    TWO_CONTS = 1 << 7,  /* fine only as third or fourth byte */
    CARRY = TOO_SHORT | TOO_LONG | TWO_CONTS, /* any low half */
    BEYOND = CARRY | TOO_LARGE | TOO_LARGE_1000
};
#define TABLE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/* Bytes from the front of p[0..n), a multiple of 32, in which nothing is wrong
 * but perhaps a sequence cut off at the end. */
__attribute__((target("avx2"))) static size_t
skim(const unsigned char *p, size_t n)
{
    const __m256i first_high = TABLE(
        TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
        TOO_LONG, (char)TWO_CONTS, (char)TWO_CONTS, (char)TWO_CONTS,
        (char)TWO_CONTS, TOO_SHORT | OVERLONG_2, TOO_SHORT,
        TOO_SHORT | OVERLONG_3 | SURROGATE,
        TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4);
    const __m256i first_low = TABLE(
        (char)(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4),
        (char)(CARRY | OVERLONG_2), (char)CARRY, (char)CARRY,
        (char)(CARRY | TOO_LARGE), (char)BEYOND, (char)BEYOND, (char)BEYOND,
        (char)BEYOND, (char)BEYOND, (char)BEYOND, (char)BEYOND, (char)BEYOND,
        (char)(BEYOND | SURROGATE), (char)BEYOND, (char)BEYOND);
    const __m256i second_high = TABLE(
        TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
        TOO_SHORT, TOO_SHORT,
        (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE_1000
               | OVERLONG_4),
        (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE),
        (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE),
        (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE),
        TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT);
    const __m256i low_half = _mm256_set1_epi8(0x0F);
    __m256i before = _mm256_setzero_si256();
    size_t i = 0;
    for (; n - i >= 32; i += 32) {
        __m256i now = _mm256_loadu_si256((const __m256i *)(const void *)(p + i));
        __m256i joint = _mm256_permute2x128_si256(before, now, 0x21);
        __m256i back1 = _mm256_alignr_epi8(now, joint, 15);
        __m256i back2 = _mm256_alignr_epi8(now, joint, 14);
        __m256i back3 = _mm256_alignr_epi8(now, joint, 13);
        __m256i high1 = _mm256_and_si256(_mm256_srli_epi16(back1, 4), low_half);
        __m256i high2 = _mm256_and_si256(_mm256_srli_epi16(now, 4), low_half);
        __m256i low1 = _mm256_and_si256(back1, low_half);
        __m256i wrong = _mm256_and_si256(
            _mm256_and_si256(_mm256_shuffle_epi8(first_high, high1),
                             _mm256_shuffle_epi8(first_low, low1)),
            _mm256_shuffle_epi8(second_high, high2));
        /* Two continuations in a row must be there, and only there, where a
         * three- or four-byte lead stands two or three bytes before. */
        __m256i third = _mm256_subs_epu8(back2, _mm256_set1_epi8(0xE0 - 0x80));
        __m256i fourth = _mm256_subs_epu8(back3, _mm256_set1_epi8(0xF0 - 0x80));
        __m256i due = _mm256_and_si256(_mm256_or_si256(third, fourth),
                                       _mm256_set1_epi8((char)0x80));
        wrong = _mm256_xor_si256(wrong, due);
        if (!_mm256_testz_si256(wrong, wrong)) break;
        before = now;
    }
    return i;
}
#endif

size_t utf8_valid_prefix(const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t i = 0;
#ifdef HAVE_AVX2_PATH
    if (n >= 64 && cpu_level() >= CPU_AVX2) {
        i = skim(p, n);
        /* Back to where the last sequence begins: at most three bytes. */
        for (int k = 0; k < 3 && i > 0 && (p[i - 1] & 0xC0) == 0x80; k++) i--;
        if (i > 0 && p[i - 1] >= 0xC0) i--;
    }
#endif
    return valid_from(p, i, n);
}

size_t utf8_ill_formed(const char *p, size_t n)
{
    size_t seen;
    sequence((const unsigned char *)p, n, &seen);
    return seen ? seen : 1;
}

size_t utf8_first(const char *p, size_t n)
{
    size_t seen;
    return sequence((const unsigned char *)p, n, &seen);
}

bool utf8_is_invisible(const char *p, size_t n)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        { 0, 0x1F },         { 0x7F, 0x9F },      { 0xAD, 0xAD },
        { 0x34F, 0x34F },    { 0x61C, 0x61C },    { 0x115F, 0x1160 },
        { 0x17B4, 0x17B5 },  { 0x180B, 0x180F },  { 0x200B, 0x200B },
        { 0x200E, 0x200F },  { 0x2028, 0x202E },  { 0x2060, 0x206F },
        { 0x3164, 0x3164 },  { 0xFE00, 0xFE0F },  { 0xFEFF, 0xFEFF },
        { 0xFFA0, 0xFFA0 },  { 0xFFF0, 0xFFFB },  { 0xE0000, 0xE0FFF },
    };
    static const unsigned lead[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    const unsigned char *b = (const unsigned char *)p;
    uint32_t cp = b[0] & lead[n];
    for (size_t i = 1; i < n; i++) cp = cp << 6 | (b[i] & 0x3F);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && ranges[i].first <= cp;
         i++)
        if (cp <= ranges[i].last) return true;
    return false;
}

wq_str utf8_repair(struct arena *arena, wq_str s)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    size_t n = 0, valid = utf8_valid_prefix(s.p, s.n);
    if (valid == s.n) return s.p ? s : (wq_str){ "", 0 };
    char *out = arena_array(arena, s.n, 3);
    if (!out) return (wq_str){ NULL, 0 };
    for (size_t i = 0; i < s.n;) {
        valid = utf8_valid_prefix(s.p + i, s.n - i);
        memcpy(out + n, s.p + i, valid);
        n += valid;
        i += valid;
        if (i == s.n) break;
        memcpy(out + n, replacement, 3);
        n += 3;
        i += utf8_ill_formed(s.p + i, s.n - i);
    }
    return (wq_str){ out, n };
}
