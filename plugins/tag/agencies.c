/* agencies.c - which news agency sent an article.
 *
 * A byline, or a line that was cut as a source line, is about nothing else: any
 * known spelling in it counts.  In the body a name is mostly a source that is
 * quoted, so there it counts only where a sender signs: at the head ("الرياض -
 * واس:", "(رويترز) -"), at the tail ("(د ب أ)"), or behind "Source:".
 * "وكالات" with no name is given only where no name stands beside it. */
#include "tag.h"

#include <string.h>

/* A sender signs within the first and the last tokens of a text. */
#define HEAD_TOKENS 16
#define TAIL_TOKENS 12

static void add(const struct lexicon *lex, uint32_t index,
                struct found_agencies *out)
{
    for (size_t i = 0; i < out->n; i++)
        if (out->index[i] == index) return;
    if (out->n == 1 && out->index[0] == lex->no_agency_name) out->n = 0;
    if (index == lex->no_agency_name && out->n) return;
    if (out->n < AGENCIES_MAX) out->index[out->n++] = index;
}

/* The byte that token i is, if it is one byte; else 0. */
static char byte_at(const struct words *w, size_t i)
{
    return i < w->n && w->end[i] - w->begin[i] == 1 ? w->text.p[w->begin[i]]
                                                    : 0;
}

/* The agency whose name begins at token i, dots inside it skipped; *n: tokens.
 * Returns 1 + its index; 0: none. */
static uint32_t agency_at(const struct lexicon *lex, const struct words *w,
                          size_t i, size_t *n)
{
    const struct slot *s = w->marks[i].slot;
    uint64_t key = w->marks[i].key;
    uint32_t best = 0;
    for (size_t k = 1; s && i + k <= w->n; k++) {
        if (s->word == W_AGENCY) best = (uint32_t)s->value + 1, *n = k;
        if (!(s->flags & LEX_MORE)) break;
        if (byte_at(w, i + k) == '.') k++;
        if (i + k >= w->n) break;
        key = lexicon_join(key, w->hash[i + k]);
        s = lexicon_find(lex, key);
    }
    return best;
}

void agencies_in_line(const struct lexicon *lex, const struct words *w,
                      struct found_agencies *out)
{
    size_t n;
    for (size_t i = 0; i < w->n; i += n) {
        uint32_t agency = agency_at(lex, w, i, &n);
        if (agency)
            add(lex, agency - 1, out);
        else
            n = 1;
    }
}

static bool is_one_of(const struct words *w, size_t i, const char *any)
{
    char c = byte_at(w, i);
    return c && strchr(any, c);
}

/* Is token i behind "Source:" on its line? */
static bool has_source_label(const struct lexicon *lex, const struct words *w,
                             size_t i)
{
    for (size_t back = 0, n; back < 6 && !begins_line(w, i); back++) {
        const struct slot *s = longest_label(lex, w, --i, &n);
        if (s && s->value == LABEL_SOURCE) return true;
    }
    return false;
}

/* "(AFP)", "واس:", "الرياض - واس" and a line that holds nothing else. */
static bool is_signature(const struct words *w, size_t i, size_t n,
                         bool is_head)
{
    bool opens = begins_line(w, i),
         closes = i + n >= w->n || begins_line(w, i + n);
    bool in_brackets = i && is_one_of(w, i - 1, "([") &&
                       is_one_of(w, i + n, ")]");
    if (in_brackets) return true;
    if (opens && closes) return true;
    if (!is_head) return closes && i && is_one_of(w, i - 1, "-/_|");
    bool before = opens || is_one_of(w, i - 1, "-/_|:(");
    return before && (closes || is_one_of(w, i + n, ":-/_)|"));
}

static void scan(const struct lexicon *lex, const struct words *w, size_t from,
                 size_t to, bool is_head, struct found_agencies *out)
{
    size_t n;
    for (size_t i = from; i < to; i += n) {
        uint32_t agency = agency_at(lex, w, i, &n);
        if (!agency)
            n = 1;
        else if (has_source_label(lex, w, i) || is_signature(w, i, n, is_head))
            add(lex, agency - 1, out);
    }
}

void agencies_in_text(const struct lexicon *lex, const struct words *w,
                      struct found_agencies *out)
{
    size_t head = w->n < HEAD_TOKENS ? w->n : HEAD_TOKENS;
    size_t tail = w->n < HEAD_TOKENS + TAIL_TOKENS ? head : w->n - TAIL_TOKENS;
    scan(lex, w, 0, head, true, out);
    scan(lex, w, tail, w->n, false, out);
}
