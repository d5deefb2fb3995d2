/* light.c - see light.h.  The paper's steps:
 *
 *   1. take off و if three letters or more remain
 *   2. take off one of ال وال بال كال فال لل if two or more remain
 *   3. go once through the endings ها ان ات ون ين يه ية ه ة ي, in this order,
 *      and take off each that the word ends in then, if two or more remain
 *
 * Its normalisation (hamza and alef, final ya and ta marbuta) is a part of the
 * standard fold, where ة is ه: two endings of the list fall together.
 *
 * Two things the paper could not see are seen here: أ, إ and آ begin no article,
 * and where the word comes divided, و, وال and فال are no prefixes of it.
 *
 * Its lengths are kept, and so are the words that meet by them: بال
 * goes from بالغة (غه) as from بالكتاب, ان from لبنان as from طالبان. */
#include "light.h"
#include "terms.h"
#include <string.h>

/* Spelled in bytes: the letters of Arabic have two each in UTF-8. */
struct affix {
    uint8_t n;
    char p[7];
};
/* clang-format off */
static const struct prefix {
    struct affix is;
    uint8_t alef; /* the letter of it that is ا */
    uint8_t has_conjunction;
} prefixes[] = {
    { { 4, "ال" }, 0, 0 },  { { 6, "وال" }, 1, 1 }, { { 6, "بال" }, 1, 0 },
    { { 6, "كال" }, 1, 0 }, { { 6, "فال" }, 1, 1 }, { { 4, "لل" }, 0, 0 },
};
static const struct affix endings[] = {
    { 4, "ها" }, { 4, "ان" }, { 4, "ات" }, { 4, "ون" }, { 4, "ين" },
    { 4, "يه" }, { 2, "ه" }, { 2, "ي" },
};
/* clang-format on */

static size_t letters(const char *p, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)p[i] & 0xC0) != 0x80;
    return count;
}

/* Takes a prefix off if `rest` letters or more remain.  Returns 1 if it did. */
static int take_prefix(wq_str *w, const char *p, size_t n, size_t rest)
{
    if (w->n <= n || memcmp(w->p, p, n) != 0 ||
        letters(w->p + n, w->n - n) < rest)
        return 0;
    w->p += n;
    w->n -= n;
    return 1;
}

wq_str light_stem(wq_str w, uint32_t alefs, int is_divided)
{
    enum { ONE = (1 << ALEF_BITS) - 1 };
    if (!is_divided && take_prefix(&w, "و", 2, 3)) alefs >>= ALEF_BITS;
    for (size_t i = 0; i < WQ_LEN(prefixes); i++) {
        const struct prefix *p = &prefixes[i];
        if ((is_divided && p->has_conjunction) ||
            (alefs >> ALEF_BITS * p->alef & ONE) != ALEF_BARE)
            continue;
        if (take_prefix(&w, p->is.p, p->is.n, 2)) break;
    }
    for (size_t i = 0; i < WQ_LEN(endings); i++) {
        size_t n = endings[i].n;
        if (w.n > n && !memcmp(w.p + w.n - n, endings[i].p, n) &&
            letters(w.p, w.n - n) >= 2)
            w.n -= n;
    }
    return w;
}
