/* base64.c - see base64.h. */
#include "base/base64.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

wq_str base64_encode(struct arena *arena, wq_str bytes)
{
    size_t n = (bytes.n / 3 + 1) * 4, k = 0;
    char *out = arena_alloc(arena, n);
    if (!out) return (wq_str){ NULL, 0 };
    for (size_t i = 0; i < bytes.n; i += 3) {
        const unsigned char *p = (const unsigned char *)bytes.p + i;
        size_t left = bytes.n - i;
        uint32_t v = (uint32_t)p[0] << 16 | (left > 1 ? (uint32_t)p[1] << 8 : 0)
                     | (left > 2 ? p[2] : 0u);
        out[k++] = digits[v >> 18];
        out[k++] = digits[v >> 12 & 63];
        out[k++] = left > 1 ? digits[v >> 6 & 63] : '=';
        out[k++] = left > 2 ? digits[v & 63] : '=';
    }
    return (wq_str){ out, k };
}

int base64_decode(struct arena *arena, wq_str text, wq_str *out)
{
    enum { NONE = 64 };
    unsigned char value[256];
    memset(value, NONE, sizeof value);
    for (size_t i = 0; i < NONE; i++)
        value[(unsigned char)digits[i]] = (unsigned char)i;
    char *bytes = arena_alloc(arena, text.n / 4 * 3 + 3);
    size_t n = 0, met = 0, padding = 0;
    uint32_t held = 0; /* digits of a group of four, not yet three bytes */
    if (!bytes) return -1;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        if (c == '=') {
            padding++;
            continue;
        }
        if (value[c] == NONE || padding) return 0;
        held = held << 6 | value[c];
        if (++met % 4) continue;
        bytes[n++] = (char)(held >> 16);
        bytes[n++] = (char)(held >> 8);
        bytes[n++] = (char)held;
        held = 0;
    }
    size_t over = met % 4; /* 2 digits: a byte and 4 bits; 3: two and 2 bits */
    if (over == 1 || (padding && over + padding != 4)) return 0;
    if ((over == 2 && held & 15) || (over == 3 && held & 3)) return 0;
    if (over == 2) bytes[n++] = (char)(held >> 4);
    if (over == 3) {
        bytes[n++] = (char)(held >> 10);
        bytes[n++] = (char)(held >> 2);
    }
    *out = (wq_str){ bytes, n };
    return 1;
}
