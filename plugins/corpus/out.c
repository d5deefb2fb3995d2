/* out.c - see out.h.
 *
 * Each byte has a class, and each style a set of classes that it must look at;
 * all others are copied, run by run. */
#include "out.h"
#include <inttypes.h>
#include <stdio.h>

/* ---- bytes --------------------------------------------------------------- */

void out_begin(struct out *o, int (*write)(void *to, const char *p, size_t n),
               void *to)
{
    o->n = 0;
    o->has_failed = 0;
    o->write = write;
    o->to = to;
}

void out_flush(struct out *o)
{
    if (o->n && !o->has_failed) o->has_failed = o->write(o->to, o->p, o->n) < 0;
    o->n = 0;
}

int out_end(struct out *o)
{
    out_flush(o);
    return o->has_failed ? -1 : 0;
}

void out_long(struct out *o, const char *p, size_t n)
{
    while (n) {
        if (o->n == sizeof o->p) out_flush(o);
        size_t room = sizeof o->p - o->n, part = n < room ? n : room;
        memcpy(o->p + o->n, p, part);
        o->n += part;
        p += part;
        n -= part;
    }
}

void out_number(struct out *o, uint64_t v)
{
    char text[20], *p = text + sizeof text;
    do *--p = (char)('0' + v % 10);
    while (v /= 10);
    out_bytes(o, p, (size_t)(text + sizeof text - p));
}

/* ---- text ---------------------------------------------------------------- */

enum byte_class {
    B_PLAIN, B_WHITE, B_CONTROL, B_LEAD, /* may begin a line break: U+0085,
                                            U+2028, U+2029 */
    B_AND, B_LESS, B_GREATER, B_QUOTE, B_BAR, B_CLASSES
};
/* clang-format off */
static const uint8_t class_of[256] = {
    [0x00 ... 0x08] = B_CONTROL, ['\t' ... '\r'] = B_WHITE,
    /* 1C to 1E separate lines in the eyes of Python */
    [0x0E ... 0x1B] = B_CONTROL, [0x1C ... 0x1E] = B_WHITE,
    [0x1F] = B_CONTROL, [' '] = B_WHITE, [0xC2] = B_LEAD, [0xE2] = B_LEAD,
    ['&'] = B_AND, ['<'] = B_LESS, ['>'] = B_GREATER, ['"'] = B_QUOTE,
    ['|'] = B_BAR,
};
static const char *const instead[B_CLASSES] = {
    [B_CONTROL] = "\xEF\xBF\xBD", [B_AND] = "&amp;", [B_LESS] = "&lt;",
    [B_GREATER] = "&gt;", [B_QUOTE] = "&quot;", [B_BAR] = "\\p",
};
#define ALWAYS (1u << B_WHITE | 1u << B_CONTROL | 1u << B_LEAD)
#define TAGS   (1u << B_AND | 1u << B_LESS | 1u << B_GREATER)
static const struct {
    unsigned special; /* a bit for each class */
    const char *space;
} styles[OUT_STYLES] = {
    [OUT_TOKEN]     = { ALWAYS | TAGS, " " },
    [OUT_ATTRIBUTE] = { ALWAYS | TAGS | 1u << B_QUOTE, " " },
    [OUT_PLAIN]     = { ALWAYS, " " },
    [OUT_KIND]      = { ALWAYS | TAGS, "_" },
    [OUT_MISC]      = { ALWAYS | 1u << B_BAR, "\\s" },
};
/* clang-format on */

/* Bytes of the line break beyond ASCII that s begins with at i; 0: none. */
static size_t line_break(wq_str s, size_t i)
{
    const char *p = s.p + i;
    size_t n = s.n - i;
    if (n >= 2 && !memcmp(p, "\xC2\x85", 2)) return 2;
    if (n >= 3 && (!memcmp(p, "\xE2\x80\xA8", 3) ||
                   !memcmp(p, "\xE2\x80\xA9", 3)))
        return 3;
    return 0;
}

/* Where the next byte stands that the style does not copy; s.n: none. */
static size_t find_special(wq_str s, size_t i, unsigned special)
{
    for (; i < s.n; i++) {
        unsigned c = class_of[(unsigned char)s.p[i]];
        if (special >> c & 1 && (c != B_LEAD || line_break(s, i))) break;
    }
    return i;
}

int out_careful(struct out *o, wq_str s, enum out_style style)
{
    unsigned special = styles[style].special;
    int has_text = 0, has_space = 0;
    for (size_t i = 0;;) {
        size_t end = find_special(s, i, special), white = 0;
        unsigned c = B_PLAIN;
        if (end < s.n) {
            c = class_of[(unsigned char)s.p[end]];
            white = c == B_WHITE ? 1 : c == B_LEAD ? line_break(s, end) : 0;
        }
        int has_more = end > i || (end < s.n && !white);
        if (has_more && has_space)
            out_bytes(o, styles[style].space, strlen(styles[style].space));
        if (has_more) {
            has_text = 1;
            has_space = 0;
            out_bytes(o, s.p + i, end - i);
        }
        if (end == s.n) return has_text;
        if (white) has_space = has_text;
        else if (instead[c]) out_bytes(o, instead[c], strlen(instead[c]));
        i = end + (white ? white : 1);
    }
}

/* ---- identifiers --------------------------------------------------------- */

size_t out_white_space(const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    if (!n) return 0;
    if (u[0] < 0x80) return u[0] == ' ' || (u[0] >= '\t' && u[0] <= '\r');
    if (n >= 2 && u[0] == 0xC2) return u[1] == 0x85 || u[1] == 0xA0 ? 2 : 0;
    if (n < 3 || u[0] < 0xE1 || u[0] > 0xE3) return 0;
    uint32_t c = (u[0] & 0x0Fu) << 12 | (u[1] & 0x3Fu) << 6 | (u[2] & 0x3Fu);
    return c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
                   c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000
               ? 3 : 0;
}

void out_id(struct out *o, wq_str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n;) {
        unsigned char c = (unsigned char)s.p[i];
        size_t n = out_white_space(s.p + i, s.n - i);
        if (!n) n = c < ' ' || c == 0x7F || c == '/' || c == '%';
        if (!n) out_char(o, s.p[i++]);
        for (; n; n--, i++) {
            out_char(o, '%');
            out_char(o, hex[(unsigned char)s.p[i] >> 4]);
            out_char(o, hex[s.p[i] & 15]);
        }
    }
}

/* ---- values -------------------------------------------------------------- */

static int is_scalar(const wq_value *v)
{
    return v->type == WQ_V_BOOL || v->type == WQ_V_INT ||
           v->type == WQ_V_REAL || v->type == WQ_V_NUMBER ||
           v->type == WQ_V_STR;
}

int out_takes(const wq_value *v)
{
    if (v->type != WQ_V_LIST) return is_scalar(v);
    for (uint32_t i = 0; i < v->n; i++)
        if (!is_scalar(&v->u.list[i])) return 0;
    return v->n > 0;
}

static void put_scalar(struct out *o, const wq_value *v, enum out_style style)
{
    char text[32];
    if (v->type == WQ_V_STR || v->type == WQ_V_NUMBER) {
        out_text(o, v->u.s, style);
    } else if (v->type == WQ_V_BOOL) {
        out_text(o, v->u.i ? (wq_str){ "true", 4 } : (wq_str){ "false", 5 },
                 style);
    } else {
        int n = v->type == WQ_V_INT
                    ? snprintf(text, sizeof text, "%" PRId64, v->u.i)
                    : snprintf(text, sizeof text, "%.15g", v->u.r);
        out_bytes(o, text, (size_t)n);
    }
}

void out_value(struct out *o, const wq_value *v, enum out_style style)
{
    if (v->type != WQ_V_LIST) put_scalar(o, v, style);
    for (uint32_t i = 0; v->type == WQ_V_LIST && i < v->n; i++) {
        if (i) out_char(o, '|');
        put_scalar(o, &v->u.list[i], style);
    }
}
