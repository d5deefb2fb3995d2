/* charset.c - single-byte character sets: bytes to UTF-8 and back.
 *
 * All of them are ASCII below 80; the rest is a table of 128 code points, and
 * one of the same bytes sorted by them for the way back (charset_tables.h). */
#include "text/charset_tables.h"
#include "text/props.h"
#include "text/sink.h"
#include "text/text.h"
#include <stdbool.h>

static bool is_known(uint32_t charset)
{
    return charset >= 1 && charset <= WQ_LEN(charsets);
}

/* The letters and digits of a name in lower case; what is too long for a label
 * comes out cut, and is none. */
static void squeeze(const char *name, char *out, size_t room)
{
    size_t k = 0;
    for (; *name && k + 1 < room; name++) {
        uint8_t b = (uint8_t)*name;
        if (text_is_ascii_letter(b)) out[k++] = (char)(b | 0x20);
        if (text_is_ascii_digit(b)) out[k++] = (char)b;
    }
    out[k] = '\0';
}

uint32_t text_charset(const char *name)
{
    char label[32];
    squeeze(name, label, sizeof label);
    size_t low = 0, high = WQ_LEN(charset_labels);
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = strcmp(charset_labels[mid].label, label);
        if (order == 0) return charset_labels[mid].charset + 1u;
        if (order < 0) low = mid + 1;
        else high = mid;
    }
    return 0;
}

const char *text_charset_name(uint32_t charset)
{
    return is_known(charset) ? charsets[charset - 1].name : NULL;
}

/* Bytes at the front of p[0..n) that are ASCII. */
static size_t ascii(const uint8_t *p, size_t n)
{
    size_t i = 0;
    for (uint64_t eight; n - i >= sizeof eight; i += sizeof eight) {
        memcpy(&eight, p + i, sizeof eight);
        if (eight & 0x8080808080808080u) break;
    }
    while (i < n && p[i] < 0x80) i++;
    return i;
}

size_t text_charset_decode(uint32_t charset, const char *text, size_t n,
                           char *out, size_t cap, wq_flaws *flaws)
{
    const uint8_t *p = (const uint8_t *)text;
    struct sink to = { out, cap, 0 };
    if (flaws) flaws->n = 0;
    if (!is_known(charset)) return (size_t)-1;
    const uint16_t *high = charsets[charset - 1].high;
    for (size_t i = 0; i < n;) {
        size_t plain = ascii(p + i, n - i);
        sink_put(&to, p + i, plain);
        i += plain;
        for (; i < n && p[i] >= 0x80; i++) {
            uint8_t bytes[4];
            uint32_t c = high[p[i] - 0x80];
            if (!c) {
                sink_flaw(&to, flaws, i, 1);
                c = TEXT_REPLACEMENT;
            }
            sink_put(&to, bytes, text_encode(c, bytes));
        }
    }
    return to.n;
}

int text_charset_byte(uint32_t charset, uint32_t c)
{
    if (!is_known(charset)) return -1;
    if (c < 0x80) return (int)c;
    const struct charset *set = &charsets[charset - 1];
    size_t low = 0, high = set->defined;
    while (low < high) {
        size_t mid = (low + high) / 2;
        uint32_t found = set->high[set->order[mid]];
        if (found == c) return 0x80 + set->order[mid];
        if (found < c) low = mid + 1;
        else high = mid;
    }
    return -1;
}

size_t text_charset_encode(uint32_t charset, const char *text, size_t n,
                           char *out, size_t cap, wq_flaws *flaws)
{
    const uint8_t *p = (const uint8_t *)text;
    struct sink to = { out, cap, 0 };
    if (flaws) flaws->n = 0;
    if (!is_known(charset)) return (size_t)-1;
    for (size_t i = 0; i < n;) {
        size_t plain = ascii(p + i, n - i);
        sink_put(&to, p + i, plain);
        i += plain;
        while (i < n && p[i] >= 0x80) {
            uint32_t c;
            size_t step = text_decode(p + i, n - i, &c);
            int byte = text_charset_byte(charset, c);
            if (byte < 0) {
                sink_flaw(&to, flaws, i, step);
                byte = '?';
            }
            uint8_t b = (uint8_t)byte;
            sink_put(&to, &b, 1);
            i += step;
        }
    }
    return to.n;
}
