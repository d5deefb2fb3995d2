/* base64.c - see base64.h. */
#include "base/base64.h"

wq_str base64_encode(struct arena *arena, wq_str bytes)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
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
