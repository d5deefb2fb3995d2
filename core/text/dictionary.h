/* dictionary.h - words of scripts that are written without spaces: Thai, Lao,
 * Khmer, Myanmar, Han, Hiragana and Katakana.  Internal to core/text. */
#ifndef WQ_TEXT_DICTIONARY_H
#define WQ_TEXT_DICTIONARY_H
#include "text/props.h"
#include <stdbool.h>
#include <warraq/plugin.h>

/* Is it a letter of such a script? */
static inline bool dictionary_has(const struct text_prop *prop)
{
    const uint32_t scripts = 1u << WQ_S_THAI | 1u << WQ_S_LAO
                             | 1u << WQ_S_KHMER | 1u << WQ_S_MYANMAR
                             | 1u << WQ_S_HAN | 1u << WQ_S_KANA;
    if (prop->wb == WB_KATAKANA) return true; /* ー is shared by two scripts */
    return prop->wb == WB_OTHER && text_is_letter(prop)
           && (scripts >> prop->script & 1);
}

/* The end of the word at p[i], a letter that dictionary_has; 0 if there is no
 * dictionary to ask.  The same for the same text, whatever was asked before. */
size_t dictionary_end(const uint8_t *p, size_t n, size_t i);
#endif
