/* utf8.c - validation of UTF-8.
 *
 * Two fast lanes, for what news is made of: eight ASCII bytes at a time, and
 * runs of two-byte sequences (Arabic, Cyrillic, Greek), four letters at a time.
 * Everything else goes through one plain step, which alone decides. */
#include "base/utf8.h"
#include <stdint.h>
#include <string.h>

/* Length of the valid sequence at p (1..4), 0 if there is none.  left >= 1. */
static size_t sequence(const unsigned char *p, size_t left)
{
    unsigned c = p[0], low = 0x80, high = 0xBF;
    size_t n;
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
    if (left < n || p[1] < low || p[1] > high) return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
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

size_t utf8_valid_prefix(const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t i = 0;
    while (i < n) {
        if (n - i >= 8) {
            if (!(load64(p + i) & 0x8080808080808080u) || four_pairs(p + i)) {
                i += 8;
                continue;
            }
        }
        size_t step = sequence(p + i, n - i);
        if (!step) return i;
        i += step;
    }
    return n;
}
