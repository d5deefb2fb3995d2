/* kinds.c - which character is of which kind.  See kinds.h. */
#include "kinds.h"
#include "forms.h"

/* Bidi_Control of Unicode 15.0, and the deprecated format characters. */
static int is_direction_mark(uint32_t c)
{
    return c == 0x61C || c == 0x200E || c == 0x200F ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x206F);
}

/* General category Zs, the plain space apart. */
static int is_other_space(uint32_t c)
{
    return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

/* Code points that no text can mean (Unicode 15.0 s. 23.7), and the marks of
 * interlinear annotation. */
static int is_noncharacter(uint32_t c)
{
    return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) ||
           (c >= 0xFFF9 && c <= 0xFFFB);
}

enum kind kind_of(uint32_t c)
{
    switch (c) {
    case ' ':
    case '\t': return BLANK;
    case '\n': return LF;
    case '\v':
    case '\f':
    case '\r':
    case 0x85:
    case 0x2028:
    case 0x2029: return LINE_END;
    case 0x640: return TATWEEL;
    case 0x200C:
    case 0x200D: return JOINER;
    case 0xAD:
    case 0x180E:
    case 0x200B:
    case 0x2060:
    case 0x2061: /* invisible operators of mathematics: to U+2064 */
    case 0x2062:
    case 0x2063:
    case 0x2064:
    case 0xFEFF:
    case 0xFFFC: return INVISIBLE; /* an object that was not copied along */
    default: break;
    }
    if (c < 0x20 || (c >= 0x7F && c < 0xA0) || is_noncharacter(c))
        return CONTROL;
    if (c >= 0x64B && c <= 0x652) return MARK;
    if ((c >= 0x660 && c <= 0x66C) || (c >= 0x6F0 && c <= 0x6F9)) return DIGIT;
    if (is_direction_mark(c)) return DIRECTION;
    if (is_other_space(c)) return SPACE;
    if (c >= 0xF020 && c <= 0xF0FF && bullet_of(c)) return BULLET;
    if (c >= 0xFB00 && c <= 0xFEFC && form_of(c)) return FORM;
    return PLAIN;
}

/* The signs with which word processors begin a list, of fonts that put them at
 * U+F000 + byte: b7 of Symbol, the others of Wingdings. */
uint32_t bullet_of(uint32_t c)
{
    switch (c) {
    case 0xF0B7: return 0x2022; /* bullet */
    case 0xF06C: return 0x25CF; /* black circle */
    case 0xF06E: return 0x25A0; /* black square */
    case 0xF0A7: return 0x25AA; /* small black square */
    case 0xF076: return 0x2756; /* black diamond minus white X */
    case 0xF0D8: return 0x27A2; /* three-D top-lighted arrowhead */
    case 0xF0E0: return 0x2192; /* arrow */
    case 0xF0FC: return 0x2713; /* check mark */
    default: return 0;
    }
}

uint32_t ascii_digit_of(uint32_t c)
{
    if (c == 0x66A) return '%';
    if (c == 0x66B) return '.';
    if (c == 0x66C) return ',';
    return '0' + (c & 0xF); /* U+0660.., U+06F0.. */
}

/* ArabicShaping.txt of Unicode 15.0: letters with no left hand, sorted. */
static const uint16_t not_joining[][2] = {
    { 0x621, 0x625 }, { 0x627, 0x627 }, { 0x629, 0x629 }, { 0x62F, 0x632 },
    { 0x648, 0x648 }, { 0x671, 0x677 }, { 0x688, 0x699 }, { 0x6C0, 0x6C0 },
    { 0x6C3, 0x6CB }, { 0x6CD, 0x6CD }, { 0x6CF, 0x6CF }, { 0x6D2, 0x6D3 },
    { 0x6D5, 0x6D5 }, { 0x6EE, 0x6EF }, { 0x759, 0x75B }, { 0x76B, 0x76C },
    { 0x771, 0x771 }, { 0x773, 0x774 }, { 0x778, 0x779 }, { 0x870, 0x885 },
    { 0x887, 0x888 }, { 0x88E, 0x88E }, { 0x8AA, 0x8AE }, { 0x8B1, 0x8B2 },
    { 0x8B9, 0x8B9 }, { 0x8C9, 0x8C9 },
};

int joins_next(uint32_t c)
{
    for (size_t i = 0; i < sizeof not_joining / sizeof *not_joining; i++)
        if (c <= not_joining[i][1])
            return c < not_joining[i][0] && is_arabic_letter(c);
    return 0;
}
