/* columns.c - see columns.h. */
#include "config/columns.h"
#include "base/size.h"
#include <stdlib.h>
#include <string.h>

size_t utf8_step(const char *p, size_t n, uint32_t *cp)
{
    const unsigned char *s = (const unsigned char *)p;
    size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    /* 80..C1: a continuation byte or an overlong lead; F5..: past U+10FFFF */
    if ((s[0] >= 0x80 && s[0] < 0xC2) || s[0] > 0xF4 || len > n) return 0;
    uint32_t c = len == 1 ? s[0] : s[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xC0) != 0x80) return 0;
        c = c << 6 | (s[i] & 0x3Fu);
    }
    if ((len == 3 && c < 0x800) || (len == 4 && (c < 0x10000 || c > 0x10FFFF))
        || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    *cp = c;
    return len;
}

struct range {
    uint32_t first, last;
};
/* Blocks whose characters take no column: combining marks, joiners and bidi
 * controls of the scripts people write comments and names in. */
static const struct range narrow[] = {
    { 0x300, 0x36F },   { 0x483, 0x489 },   { 0x591, 0x5BD },
    { 0x5BF, 0x5BF },   { 0x5C1, 0x5C2 },   { 0x610, 0x61A },
    { 0x61C, 0x61C },   { 0x64B, 0x65F },   { 0x670, 0x670 },
    { 0x6D6, 0x6DC },   { 0x6DF, 0x6E4 },   { 0x6E7, 0x6E8 },
    { 0x6EA, 0x6ED },   { 0x8D3, 0x8FF },   { 0x93C, 0x93C },
    { 0x941, 0x948 },   { 0x94D, 0x94D },   { 0xE34, 0xE3A },
    { 0xE47, 0xE4E },   { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF },
    { 0x200B, 0x200F }, { 0x202A, 0x202E }, { 0x2060, 0x2069 },
    { 0x20D0, 0x20FF }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F },
    { 0xFEFF, 0xFEFF }, { 0xE0100, 0xE01EF },
};
/* East Asian wide and fullwidth, and emoji (UAX #11, by block). */
static const struct range wide[] = {
    { 0x1100, 0x115F },   { 0x2E80, 0x303E },   { 0x3041, 0x4DBF },
    { 0x4E00, 0xA4CF },   { 0xA960, 0xA97F },   { 0xAC00, 0xD7A3 },
    { 0xF900, 0xFAFF },   { 0xFE30, 0xFE6F },   { 0xFF01, 0xFF60 },
    { 0xFFE0, 0xFFE6 },   { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF },
    { 0x1F900, 0x1F9FF }, { 0x20000, 0x3FFFD },
};

static int is_in(uint32_t cp, const struct range *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (cp >= r[i].first && cp <= r[i].last) return 1;
    return 0;
}

unsigned columns_of(uint32_t cp)
{
    if (cp < 0x300) return 1;
    if (is_in(cp, narrow, WQ_LEN(narrow))) return 0;
    return is_in(cp, wide, WQ_LEN(wide)) ? 2 : 1;
}

int lines_index(wq_str text, struct lines *out)
{
    size_t n = 1, k = 0, cp = 0;
    *out = (struct lines){ .text = text };
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n' || text.p[i] == '\r';
    out->byte = calloc(n, sizeof *out->byte);
    out->cp = calloc(n, sizeof *out->cp);
    if (!out->byte || !out->cp) {
        lines_free(out);
        return -1;
    }
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        cp += ((unsigned char)c & 0xC0) != 0x80;
        if (c != '\n' && c != '\r') continue;
        if (c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n') continue;
        k++;
        out->byte[k] = i + 1;
        out->cp[k] = cp;
    }
    out->n = k + 1;
    return 0;
}

void lines_free(struct lines *l)
{
    free(l->byte);
    free(l->cp);
    *l = (struct lines){ 0 };
}

/* The last of starts[0..n) that is not behind `at`; starts[0] is 0. */
static size_t line_of(const size_t *starts, size_t n, size_t at)
{
    size_t low = 0, high = n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (starts[middle] <= at) low = middle;
        else high = middle;
    }
    return low;
}

struct place lines_place(const struct lines *l, size_t cp)
{
    size_t i = line_of(l->cp, l->n, cp);
    return (struct place){ NULL, i + 1, cp - l->cp[i] + 1 };
}

struct place lines_place_of_byte(const struct lines *l, size_t byte)
{
    size_t i = line_of(l->byte, l->n, byte), column = 1;
    for (size_t k = l->byte[i]; k < byte && k < l->text.n; k++)
        column += ((unsigned char)l->text.p[k] & 0xC0) != 0x80;
    return (struct place){ NULL, i + 1, column };
}

wq_str lines_get(const struct lines *l, size_t line)
{
    if (line == 0 || line > l->n) return (wq_str){ "", 0 };
    size_t begin = l->byte[line - 1];
    size_t end = line < l->n ? l->byte[line] : l->text.n;
    while (end > begin
           && (l->text.p[end - 1] == '\n' || l->text.p[end - 1] == '\r'))
        end--;
    return (wq_str){ l->text.p + begin, end - begin };
}
