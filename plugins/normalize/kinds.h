/* kinds.h - what a character is to the rules; UTF-8 in and out. */
#ifndef NORMALIZE_KINDS_H
#define NORMALIZE_KINDS_H
#include <stddef.h>
#include <stdint.h>

enum kind {
    PLAIN,
    BLANK,     /* space or tab                                                */
    SPACE,     /* any other space                                             */
    LF,
    LINE_END,  /* any other line end                                          */
    CONTROL,
    DIRECTION,
    INVISIBLE,
    JOINER,    /* U+200C, U+200D                                              */
    TATWEEL,
    MARK,      /* Arabic: tanwin, harakat, shadda, sukun (U+064B..U+0652)     */
    FORM,
    DIGIT,     /* Arabic-Indic, Persian, and the three signs that go with them */
    BULLET
};
enum kind kind_of(uint32_t c);

/* What is written for the bullet c of a symbol font, or for an Arabic-Indic
 * digit or sign; c is of that kind. */
uint32_t bullet_of(uint32_t c);
uint32_t ascii_digit_of(uint32_t c);

/* Letters of the Arabic script, its forms apart. */
static inline int is_arabic_letter(uint32_t c)
{
    return (c >= 0x620 && c <= 0x64A && c != 0x640) || c == 0x66E || c == 0x66F
           || (c >= 0x671 && c <= 0x6D5 && c != 0x6D4) || c == 0x6EE
           || c == 0x6EF || (c >= 0x6FA && c <= 0x6FC) || c == 0x6FF
           || (c >= 0x750 && c <= 0x77F)
           || (c >= 0x870 && c <= 0x88E) || (c >= 0x8A0 && c <= 0x8C9);
}
/* Marks that stand on Arabic letters, those of kind MARK and others. */
static inline int is_arabic_mark(uint32_t c)
{
    return (c >= 0x64B && c <= 0x65F) || c == 0x670 ||
           (c >= 0x610 && c <= 0x61A) || (c >= 0x6D6 && c <= 0x6ED);
}
/* Does the Arabic letter c take a letter behind it by the hand?  (Joining_Type
 * Dual_Joining, U+0620..U+06D5, of Unicode 15.0.) */
int joins_next(uint32_t c);

/* The code point at p[i] and its bytes; p[0..n) is valid UTF-8, i < n. */
static inline uint32_t decode(const char *text, size_t i, size_t *bytes)
{
    const unsigned char *p = (const unsigned char *)text + i;
    if (p[0] < 0x80) return *bytes = 1, p[0];
    if (p[0] < 0xE0)
        return *bytes = 2, (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    if (p[0] < 0xF0)
        return *bytes = 3, (uint32_t)(p[0] & 0x0F) << 12 |
                               (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    return *bytes = 4, (uint32_t)(p[0] & 0x07) << 18 |
                           (uint32_t)(p[1] & 0x3F) << 12 |
                           (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
}
/* The one that ends at p[i], i > 0; *bytes of it. */
static inline uint32_t decode_before(const char *p, size_t i, size_t *bytes)
{
    size_t at = i - 1;
    while (((unsigned char)p[at] & 0xC0) == 0x80) at--;
    return decode(p, at, bytes);
}
/* Writes c; returns its bytes, at most 4. */
static inline size_t encode(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xC0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xE0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3F));
        to[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3F));
    to[2] = (char)(0x80 | (c >> 6 & 0x3F));
    to[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}
#endif
