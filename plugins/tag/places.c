/* places.c - names of the gazetteer in a text: the longest match from the left.
 *
 * A name is a sequence of token keys in the lexicon; its first token may carry
 * clitics (وبغداد), which stay outside the span.  Latin names count only where
 * they are capitalised. */
#include "tag.h"

#include <string.h>

static bool is_ascii_lower(const struct words *w, size_t i)
{
    char c = w->text.p[w->marks[i].begin];
    return c >= 'a' && c <= 'z';
}

/* The longest name that begins at token i; *n: its tokens.  0: none, else
 * 1 + the place. */
static uint32_t longest_name(const struct lexicon *lex, const struct words *w,
                             size_t i, size_t *n)
{
    const struct slot *s = w->marks[i].slot;
    uint64_t key = w->marks[i].key;
    uint32_t best = 0;
    for (size_t k = 1; s; k++) {
        if (s->place) best = s->place, *n = k;
        if (!(s->flags & LEX_MORE) || i + k >= w->n) break;
        key = lexicon_join(key, w->hash[i + k]);
        s = lexicon_find(lex, key);
    }
    return best;
}

/* Does token i end in tanwin, "موقعاً أرمينياً"?  No name of a place does. */
static bool has_tanwin(const struct words *w, size_t i)
{
    const char *end = w->text.p + w->end[i];
    uint32_t n = w->end[i] - w->begin[i];
    return n > 4 && (!memcmp(end - 2, "\xD9\x8B", 2) || /* اً */
                     !memcmp(end - 4, "\xD9\x8B", 2));  /* ًا */
}

static bool is_cue(const struct words *w, size_t i, enum word_cue cue)
{
    const struct slot *s = i < w->n ? w->marks[i].slot : NULL;
    return s && s->word == W_CUE && s->value == (int)cue;
}

size_t places_find(const struct lexicon *lex, const struct words *w,
                   struct found_place *out)
{
    size_t found = 0, n = 1;
    for (size_t i = 0; i < w->n; i += n) {
        n = 1;
        if (!(w->marks[i].flags & MARK_PLACE)) continue;
        uint32_t place = longest_name(lex, w, i, &n);
        if (!place || is_ascii_lower(w, i) || has_tanwin(w, i + n - 1))
            continue;
        if ((i && is_cue(w, i - 1, CUE_BEFORE)) || is_cue(w, i + n, CUE_BEHIND))
            continue; /* "جامعة القاهرة", "Manchester United" */
        out[found++] = (struct found_place){ lex->places[place - 1].key,
                                             w->marks[i].begin,
                                             w->end[i + n - 1], place - 1 };
    }
    return found;
}
