/* forms.h - letters as old fonts had them: a code point for each shape.
 *
 * What a presentation form stands for, as Unicode's compatibility mappings say:
 * Arabic letters and ligatures (U+FB50..U+FDCF, U+FE70..U+FEFC) and the Latin
 * ligatures of typesetting (U+FB00..U+FB06).  Not the rest of NFKC, which would
 * make 18 characters of U+FDFA: words and phrases with a code point of their
 * own (U+FDF2, U+FDFA) are no letters.  A form of a bare mark on a space or
 * tatweel (U+FC60, U+FE77) stands here as the mark alone. */
#ifndef NORMALIZE_FORMS_H
#define NORMALIZE_FORMS_H
#include <stddef.h>
#include <stdint.h>

/* At most; each of two bytes of UTF-8 at most, where a form has three: a text
 * of letters is at most twice as long (CHARACTERS_ROOM). */
enum { FORM_LETTERS = 3 };

/* `shapes` code points from `first` on stand for `letters`, 0 behind the last;
 * sorted by first. */
struct form {
    uint16_t first, shapes, letters[FORM_LETTERS];
};
extern const struct form forms[];
extern const uint32_t n_forms;

/* What c is a form of, or NULL.  [any] */
static inline const struct form *form_of(uint32_t c)
{
    uint32_t lo = 0, hi = n_forms;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (c < forms[mid].first) hi = mid;
        else if (c >= (uint32_t)forms[mid].first + forms[mid].shapes)
            lo = mid + 1;
        else return &forms[mid];
    }
    return NULL;
}
#endif
