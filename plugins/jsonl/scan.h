/* scan.h - finds the bytes of a string that JSON writes in another way. */
#ifndef JSONL_SCAN_H
#define JSONL_SCAN_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Is c a quote, a backslash or a control character (RFC 8259 s. 7)? */
static inline int scan_is_special(unsigned char c)
{
    return c == '"' || c == '\\' || c < 0x20;
}

/* Where the first such byte of p[at..n) is; n if there is none. */
static inline size_t scan_special(const char *p, size_t at, size_t n)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(0x1F);
    for (; n - at >= 16; at += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + at));
        __m128i hit = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
            _mm_cmpeq_epi8(_mm_min_epu8(v, space), v));
        int mask = _mm_movemask_epi8(hit);
        if (mask) return at + (size_t)__builtin_ctz((unsigned)mask);
    }
#else
    /* Eight bytes at a time: a byte of x is below k if (x - k) borrows where x
     * itself has no high bit (Mycroft).  A hint: the loop below decides. */
    const uint64_t ones = 0x0101010101010101u, high = ones * 0x80;
    for (; n - at >= 8; at += 8) {
        uint64_t v, hit;
        memcpy(&v, p + at, 8);
        uint64_t quote = v ^ ones * '"', slash = v ^ ones * '\\';
        hit = ((v - ones * 0x20) & ~v) | ((quote - ones) & ~quote)
              | ((slash - ones) & ~slash);
        if (hit & high) break;
    }
#endif
    while (at < n && !scan_is_special((unsigned char)p[at]))
        at++;
    return at;
}
#endif
