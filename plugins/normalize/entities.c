/* entities.c - HTML character references.  See entities.h.
 *
 * Only those that end in a semicolon, so that "AT&T" and "?a=1&copy=2" stay;
 * numbers as HTML 5 reads them (s. 13.2.5.80: 80..9F are windows-1252), and the
 * names that editors' software writes: Latin 1 and HTML 4's punctuation. */
#include "entities.h"
#include "kinds.h"
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 8, NUMBER_MAX_BYTES = 9 }; /* "Ccedil", "#1114111" */

struct entity {
    char name[NAME_MAX_BYTES];
    uint16_t c;
};
/* clang-format off */
static const struct entity entities[] = { /* sorted by name, as bytes */
    { "AElig", 0xC6 }, { "Aacute", 0xC1 }, { "Acirc", 0xC2 },
    { "Agrave", 0xC0 }, { "Aring", 0xC5 }, { "Atilde", 0xC3 },
    { "Auml", 0xC4 }, { "Ccedil", 0xC7 }, { "Dagger", 0x2021 },
    { "ETH", 0xD0 }, { "Eacute", 0xC9 }, { "Ecirc", 0xCA },
    { "Egrave", 0xC8 }, { "Euml", 0xCB }, { "Iacute", 0xCD },
    { "Icirc", 0xCE }, { "Igrave", 0xCC }, { "Iuml", 0xCF },
    { "Ntilde", 0xD1 }, { "OElig", 0x152 }, { "Oacute", 0xD3 },
    { "Ocirc", 0xD4 }, { "Ograve", 0xD2 }, { "Oslash", 0xD8 },
    { "Otilde", 0xD5 }, { "Ouml", 0xD6 }, { "Prime", 0x2033 },
    { "Scaron", 0x160 }, { "THORN", 0xDE }, { "Uacute", 0xDA },
    { "Ucirc", 0xDB }, { "Ugrave", 0xD9 }, { "Uuml", 0xDC },
    { "Yacute", 0xDD }, { "Yuml", 0x178 }, { "aacute", 0xE1 },
    { "acirc", 0xE2 }, { "acute", 0xB4 }, { "aelig", 0xE6 },
    { "agrave", 0xE0 }, { "amp", 0x26 }, { "apos", 0x27 },
    { "aring", 0xE5 }, { "atilde", 0xE3 }, { "auml", 0xE4 },
    { "bdquo", 0x201E }, { "brvbar", 0xA6 }, { "bull", 0x2022 },
    { "ccedil", 0xE7 }, { "cedil", 0xB8 }, { "cent", 0xA2 },
    { "circ", 0x2C6 }, { "copy", 0xA9 }, { "curren", 0xA4 },
    { "dagger", 0x2020 }, { "deg", 0xB0 }, { "divide", 0xF7 },
    { "eacute", 0xE9 }, { "ecirc", 0xEA }, { "egrave", 0xE8 },
    { "emsp", 0x2003 }, { "ensp", 0x2002 }, { "eth", 0xF0 },
    { "euml", 0xEB }, { "euro", 0x20AC }, { "fnof", 0x192 },
    { "frac12", 0xBD }, { "frac14", 0xBC }, { "frac34", 0xBE },
    { "ge", 0x2265 }, { "gt", 0x3E }, { "hellip", 0x2026 },
    { "iacute", 0xED }, { "icirc", 0xEE }, { "iexcl", 0xA1 },
    { "igrave", 0xEC }, { "iquest", 0xBF }, { "iuml", 0xEF },
    { "laquo", 0xAB }, { "larr", 0x2190 }, { "ldquo", 0x201C },
    { "le", 0x2264 }, { "lrm", 0x200E }, { "lsaquo", 0x2039 },
    { "lsquo", 0x2018 }, { "lt", 0x3C }, { "macr", 0xAF },
    { "mdash", 0x2014 }, { "micro", 0xB5 }, { "middot", 0xB7 },
    { "minus", 0x2212 }, { "nbsp", 0xA0 }, { "ndash", 0x2013 },
    { "ne", 0x2260 }, { "not", 0xAC }, { "ntilde", 0xF1 },
    { "oacute", 0xF3 }, { "ocirc", 0xF4 }, { "oelig", 0x153 },
    { "ograve", 0xF2 }, { "ordf", 0xAA }, { "ordm", 0xBA },
    { "oslash", 0xF8 }, { "otilde", 0xF5 }, { "ouml", 0xF6 },
    { "para", 0xB6 }, { "permil", 0x2030 }, { "plusmn", 0xB1 },
    { "pound", 0xA3 }, { "prime", 0x2032 }, { "quot", 0x22 },
    { "raquo", 0xBB }, { "rarr", 0x2192 }, { "rdquo", 0x201D },
    { "reg", 0xAE }, { "rlm", 0x200F }, { "rsaquo", 0x203A },
    { "rsquo", 0x2019 }, { "sbquo", 0x201A }, { "scaron", 0x161 },
    { "sect", 0xA7 }, { "shy", 0xAD }, { "sup1", 0xB9 }, { "sup2", 0xB2 },
    { "sup3", 0xB3 }, { "szlig", 0xDF }, { "thinsp", 0x2009 },
    { "thorn", 0xFE }, { "tilde", 0x2DC }, { "times", 0xD7 },
    { "trade", 0x2122 }, { "uacute", 0xFA }, { "ucirc", 0xFB },
    { "ugrave", 0xF9 }, { "uml", 0xA8 }, { "uuml", 0xFC },
    { "yacute", 0xFD }, { "yen", 0xA5 }, { "yuml", 0xFF },
    { "zwj", 0x200D }, { "zwnj", 0x200C },
};
/* clang-format on */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entity *)a)->name,
                  ((const struct entity *)b)->name);
}

/* The code point of a name, 0 if there is none of it. */
static uint32_t named(const char *p, size_t n)
{
    struct entity key = { "", 0 };
    if (n >= sizeof key.name) return 0;
    memcpy(key.name, p, n);
    const struct entity *found =
        bsearch(&key, entities, sizeof entities / sizeof *entities,
                sizeof *entities, by_name);
    return found ? found->c : 0;
}

/* The value of a digit, or 99. */
static uint32_t digit(char c)
{
    if (c >= '0' && c <= '9') return (uint32_t)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10 : 99;
}

/* The code point of "1234" or "x4D2", 0 if it is none that text can hold. */
static uint32_t numbered(const struct rules *rules, const char *p, size_t n)
{
    uint32_t base = n && (p[0] | 0x20) == 'x' ? 16 : 10, c = 0;
    size_t i = base == 16;
    if (i == n) return 0;
    for (; i < n; i++) {
        if (digit(p[i]) >= base) return 0;
        c = c * base + digit(p[i]);
        if (c > 0x10FFFF) return 0;
    }
    if (c >= 0x80 && c < 0xA0) { /* &#150; was an en dash on Windows */
        char byte = (char)c, out[8];
        size_t bytes;
        if (rules->text->charset_decode(rules->cp1252, &byte, 1, out,
                                        sizeof out, NULL) > sizeof out)
            return 0;
        return decode(out, 0, &bytes);
    }
    return c >= 0xD800 && c < 0xE000 ? 0 : c;
}

/* The reference in p[0..n), p[0] being '&': its code point and its bytes; 0 if
 * it is none.  "&amp;amp;quot;", escaped again and again, is one. */
static uint32_t reference(const struct rules *rules, const char *p, size_t n,
                          size_t *bytes)
{
    size_t i = 1, end;
    while (n - i >= 4 && memcmp(p + i, "amp;", 4) == 0) i += 4;
    end = i;
    while (end < n && end - i < NUMBER_MAX_BYTES && p[end] != ';') end++;
    uint32_t c = 0;
    if (end < n && p[end] == ';' && end > i)
        c = p[i] == '#' ? numbered(rules, p + i + 1, end - i - 1)
                        : named(p + i, end - i);
    *bytes = end + 1;
    if (!c && i > 1) { /* "&amp;amp; " */
        *bytes = i;
        c = '&';
    }
    return c;
}

size_t rewrite_entities(const struct rules *rules, uint64_t *count,
                        const char *p, size_t n, char *out,
                        struct edits *edits)
{
    size_t i = 0, m = 0;
    edits->n = 0;
    while (i < n) {
        const char *at = memchr(p + i, '&', n - i);
        size_t plain = at ? (size_t)(at - p) - i : n - i, bytes;
        memcpy(out + m, p + i, plain);
        m += plain;
        i += plain;
        if (!at) break;
        uint32_t c = reference(rules, p + i, n - i, &bytes);
        if (!c) {
            out[m++] = p[i++];
            continue;
        }
        size_t size = encode(out + m, c);
        if (edits_add(edits, i, i + bytes, size) < 0) return (size_t)-1;
        ++*count;
        m += size;
        i += bytes;
    }
    return m;
}
