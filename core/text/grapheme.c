/* grapheme.c - extended grapheme clusters, what a reader takes for one
 * character (UAX #29, Unicode 15.0), on UTF-8 by state table.
 *
 * A cluster is one walk through the table below; every code point is looked at
 * once, so the time is linear whatever the text holds: pairs of regional
 * indicators are two states (GB12, 13), and what a ZWJ may join is known from
 * the state it was met in (GB11). */
#include "text/props.h"
#include "text/text.h"

enum state {
    S_BREAK, /* the cluster ends here */
    S_ANY, S_CR, S_CONTROL, S_PREPEND, S_L, S_V, S_T, S_REGIONAL, S_PICTOGRAPH,
    S_PICTOGRAPH_ZWJ,
    S_STATES
};

/* clang-format off */
/* GB9, 9a: these stay with whatever stands before, save a control (GB4). */
#define TAIL(s, zwj) [GB_EXTEND] = (s), [GB_ZWJ] = (zwj), \
                     [GB_SPACING_MARK] = S_ANY
static const uint8_t first_state[GB_CLASSES] = {
    [GB_OTHER] = S_ANY, [GB_CR] = S_CR, [GB_LF] = S_CONTROL,
    [GB_CONTROL] = S_CONTROL, TAIL(S_ANY, S_ANY), [GB_REGIONAL] = S_REGIONAL,
    [GB_PREPEND] = S_PREPEND, [GB_L] = S_L, [GB_V] = S_V, [GB_T] = S_T,
    [GB_LV] = S_V, [GB_LVT] = S_T, [GB_PICTOGRAPH] = S_PICTOGRAPH,
};
static const uint8_t next_state[S_STATES][GB_CLASSES] = {
    [S_ANY] = { TAIL(S_ANY, S_ANY) },
    [S_CR] = { [GB_LF] = S_CONTROL },                            /* GB3 */
    [S_PREPEND] = { TAIL(S_ANY, S_ANY), [GB_OTHER] = S_ANY,      /* GB9b */
        [GB_REGIONAL] = S_REGIONAL, [GB_PREPEND] = S_PREPEND, [GB_L] = S_L,
        [GB_V] = S_V, [GB_T] = S_T, [GB_LV] = S_V, [GB_LVT] = S_T,
        [GB_PICTOGRAPH] = S_PICTOGRAPH },
    [S_L] = { TAIL(S_ANY, S_ANY), [GB_L] = S_L, [GB_V] = S_V,    /* GB6 */
        [GB_LV] = S_V, [GB_LVT] = S_T },
    [S_V] = { TAIL(S_ANY, S_ANY), [GB_V] = S_V, [GB_T] = S_T },  /* GB7 */
    [S_T] = { TAIL(S_ANY, S_ANY), [GB_T] = S_T },                /* GB8 */
    [S_REGIONAL] = { TAIL(S_ANY, S_ANY), [GB_REGIONAL] = S_ANY },/* GB12, 13 */
    [S_PICTOGRAPH] = { TAIL(S_PICTOGRAPH, S_PICTOGRAPH_ZWJ) },
    [S_PICTOGRAPH_ZWJ] = { TAIL(S_ANY, S_ANY),                   /* GB11 */
        [GB_PICTOGRAPH] = S_PICTOGRAPH },
};
/* clang-format on */

/* The class of the code point at p[i], i < n, and its length. */
static inline unsigned class_at(const uint8_t *p, size_t n, size_t i,
                                size_t *bytes)
{
    return text_class_at(text_low_gb, offsetof(struct text_prop, gb), p, n, i,
                         bytes);
}

size_t text_graphemes(const char *text, size_t n, size_t *at, uint32_t *end,
                      size_t cap)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t i = *at, k = 0, bytes = 0;
    unsigned cls = i < n ? class_at(p, n, i, &bytes) : GB_OTHER;
    while (i < n && k < cap) {
        unsigned state = first_state[cls];
        do {
            i += bytes;
            if (i >= n) break;
            cls = class_at(p, n, i, &bytes);
            state = next_state[state][cls];
        } while (state != S_BREAK);
        end[k++] = (uint32_t)i;
    }
    *at = i;
    return k;
}
