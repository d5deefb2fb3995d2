/* script.c - general categories, scripts, and runs of one script. */
#include "text/props.h"
#include "text/text.h"
#include <stdbool.h>

/* The two letters of each category, in the order of enum gc. */
static const char names[GC_COUNT][3] = {
    "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd",
    "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
    "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
};

uint32_t text_category(uint32_t c)
{
    const char *name = names[c < 0x110000 ? text_prop(c)->category : GC_CN];
    return (uint32_t)name[0] << 8 | (uint32_t)name[1];
}

uint32_t text_script(uint32_t c)
{
    return c < 0x110000 ? text_prop(c)->script : WQ_S_OTHER;
}

void text_scripts(const char *text, size_t n, size_t *counts, size_t n_counts)
{
    const uint8_t *p = (const uint8_t *)text;
    /* Slot 0 takes what is no letter.  Two sets, because adding to the same
     * counter twice in a row waits for the first addition. */
    size_t slots[2][WQ_SCRIPTS + 1] = { { 0 } };
    size_t i = 0;
    for (unsigned turn = 0; i < n; turn ^= 1) {
        if (p[i] < 0x80) {
            slots[turn][text_low_letter[p[i++]]]++;
        } else if (p[i] >= 0xC2 && p[i] < 0xE0 && i + 1 < n) {
            size_t c = (p[i] & 0x1Fu) << 6 | (p[i + 1] & 0x3Fu);
            slots[turn][text_low_letter[c]]++;
            i += 2;
        } else {
            uint32_t c;
            i += text_decode(p + i, n - i, &c);
            const struct text_prop *prop = text_prop(c);
            slots[turn][text_is_letter(prop) ? prop->script + 1 : 0]++;
        }
    }
    for (size_t s = 0; s < WQ_SCRIPTS; s++)
        counts[s < n_counts ? s : WQ_S_OTHER] +=
            slots[0][s + 1] + slots[1][s + 1];
}

size_t text_script_runs(const char *text, size_t n, size_t *at, uint32_t *end,
                        uint8_t *script, size_t cap)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t i = *at, k = 0;
    while (i < n && k < cap) {
        bool is_known = false; /* a code point of one script was met */
        unsigned run = WQ_S_OTHER;
        while (i < n) {
            uint32_t c;
            size_t bytes = text_decode(p + i, n - i, &c);
            const struct text_prop *prop = text_prop(c);
            if (!(prop->flags & PROP_SHARED)) {
                if (is_known && prop->script != run) break;
                is_known = true;
                run = prop->script;
            }
            i += bytes;
        }
        script[k] = (uint8_t)run;
        end[k++] = (uint32_t)i;
    }
    *at = i;
    return k;
}
