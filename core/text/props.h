/* props.h - what is known of a code point, and how it is looked up.
 *
 * The tables (tables.h) are generated; the enums here give their numbers
 * names, in the order tools/gen_unicode.py writes them.  Internal to core/text.
 *
 * Bytes are read with care even though the toolkit asks for valid UTF-8:
 * nothing behind the end of the text is ever read; a byte that begins nothing,
 * and one that begins more than there is, come out as U+FFFD, one byte long.
 * Whether what follows a lead are continuations is not looked at. */
#ifndef WQ_TEXT_PROPS_H
#define WQ_TEXT_PROPS_H
#include "text/tables.h"
#include <stddef.h>
#include <stdint.h>

/* Word_Break, UAX #29 table 3. */
enum wb {
    WB_OTHER, WB_CR, WB_LF, WB_NEWLINE, WB_EXTEND, WB_ZWJ, WB_FORMAT,
    WB_KATAKANA, WB_HEBREW, WB_LETTER, WB_SINGLE_QUOTE, WB_DOUBLE_QUOTE,
    WB_MID_NUM_LET, WB_MID_LETTER, WB_MID_NUM, WB_NUMERIC, WB_EXTEND_NUM_LET,
    WB_REGIONAL, WB_SPACE, WB_CLASSES
};
/* Sentence_Break, UAX #29 table 4. */
enum sb {
    SB_OTHER, SB_CR, SB_LF, SB_SEP, SB_EXTEND, SB_FORMAT, SB_SP, SB_LOWER,
    SB_UPPER, SB_OLETTER, SB_NUMERIC, SB_ATERM, SB_SCONTINUE, SB_STERM,
    SB_CLOSE, SB_CLASSES
};
/* Grapheme_Cluster_Break, UAX #29 table 2; pictographs apart (GB11). */
enum gb {
    GB_OTHER, GB_CR, GB_LF, GB_CONTROL, GB_EXTEND, GB_ZWJ, GB_REGIONAL,
    GB_PREPEND, GB_SPACING_MARK, GB_L, GB_V, GB_T, GB_LV, GB_LVT, GB_PICTOGRAPH,
    GB_CLASSES
};
/* General_Category, in the order of the letters they begin with. */
enum gc {
    GC_CN, GC_LU, GC_LL, GC_LT, GC_LM, GC_LO, GC_MN, GC_MC, GC_ME, GC_ND,
    GC_NL, GC_NO, GC_PC, GC_PD, GC_PS, GC_PE, GC_PI, GC_PF, GC_PO, GC_SM,
    GC_SC, GC_SK, GC_SO, GC_ZS, GC_ZL, GC_ZP, GC_CC, GC_CF, GC_CS, GC_CO,
    GC_COUNT
};
enum {
    PROP_PICTOGRAPH = 1, /* Extended_Pictographic */
    PROP_EMOJI = 2,      /* Emoji_Presentation */
    PROP_NFC_NO = 4,
    PROP_NFC_MAYBE = 8,
    PROP_SPACE = 16,     /* White_Space */
    PROP_SHARED = 32     /* of many scripts: Common or Inherited */
};

#define TEXT_REPLACEMENT 0xFFFDu

/* Reads the code point at p[0..left), left >= 1, into *c; returns its bytes. */
static inline size_t text_decode(const uint8_t *p, size_t left, uint32_t *c)
{
    uint32_t b = p[0];
    if (b < 0x80) {
        *c = b;
        return 1;
    }
    if (b >= 0xC2 && b < 0xE0 && left >= 2) {
        *c = (b & 0x1F) << 6 | (p[1] & 0x3Fu);
        return 2;
    }
    if (b >= 0xE0 && b < 0xF0 && left >= 3) {
        *c = (b & 0xF) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        return 3;
    }
    if (b >= 0xF0 && b < 0xF5 && left >= 4) {
        *c = (b & 7) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6
             | (p[3] & 0x3Fu);
        if (*c < 0x110000) return 4;
    }
    *c = TEXT_REPLACEMENT;
    return 1;
}

/* Where the code point that ends before p[i] begins; i >= 1. */
static inline size_t text_before(const uint8_t *p, size_t i)
{
    size_t at = i - 1;
    while (at > 0 && i - at < 4 && (p[at] & 0xC0) == 0x80) at--;
    return at;
}

static inline size_t text_encode(uint32_t c, uint8_t *out)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xC0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xE0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | c >> 18);
    out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3F));
    out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
    out[3] = (uint8_t)(0x80 | (c & 0x3F));
    return 4;
}

/* c is at most U+10FFFF, as text_decode gives it. */
static inline const struct text_prop *text_prop(uint32_t c)
{
    size_t block = text_prop_ids_stage1[c >> 6];
    return &text_prop_rows[text_prop_ids_stage2[block << 6 | (c & 63)]];
}

/* A property of the code point at p[i], i < n, whose length is *bytes: of
 * low[2048] below U+0800, of the member at `offset` of struct text_prop from
 * there on. */
static inline unsigned text_class_at(const uint8_t *low, size_t offset,
                                     const uint8_t *p, size_t n, size_t i,
                                     size_t *bytes)
{
    unsigned b = p[i];
    if (b < 0x80) {
        *bytes = 1;
        return low[b];
    }
    if (b - 0xC2u < 0xE0 - 0xC2 && i + 1 < n) {
        *bytes = 2;
        return low[(b & 0x1F) << 6 | (p[i + 1] & 0x3Fu)];
    }
    uint32_t c;
    *bytes = text_decode(p + i, n - i, &c);
    return ((const uint8_t *)text_prop(c))[offset];
}

static inline int text_is_letter(const struct text_prop *prop)
{
    return prop->category >= GC_LU && prop->category <= GC_LO;
}
static inline int text_is_number(const struct text_prop *prop)
{
    return prop->category >= GC_ND && prop->category <= GC_NO;
}
static inline int text_is_mark(const struct text_prop *prop)
{
    return prop->category >= GC_MN && prop->category <= GC_ME;
}
/* WB4: a Word_Break class that belongs to the code point before it. */
static inline int text_stays(unsigned wb)
{
    return wb == WB_EXTEND || wb == WB_FORMAT || wb == WB_ZWJ;
}
static inline int text_is_punct(const struct text_prop *prop)
{
    return prop->category >= GC_PC && prop->category <= GC_PO;
}
static inline int text_is_symbol(const struct text_prop *prop)
{
    return prop->category >= GC_SM && prop->category <= GC_SO;
}
static inline int text_is_ascii_letter(uint8_t b)
{
    return (uint8_t)((b | 0x20) - 'a') < 26;
}
static inline int text_is_ascii_digit(uint8_t b)
{
    return (uint8_t)(b - '0') < 10;
}
static inline int text_is_ascii_alnum(uint8_t b)
{
    return text_is_ascii_letter(b) || text_is_ascii_digit(b);
}
#endif
