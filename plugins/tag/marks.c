/* marks.c - looks the tokens of an article up in the lexicon, once for all.
 *
 * Arabic writes "and", "in", "to" as a letter of the next word: وبغداد,
 * لعام, بسبتمبر.  A token that the lexicon does not know is tried again without
 * them; one that it knows is taken as it stands (بيروت is not "in يروت"). */
#include "tag.h"

#include <string.h>

/* The clitic letter at p, or 0.  All are two bytes, D8 or D9 first. */
static int clitic_at(const unsigned char *p)
{
    if (p[0] == 0xD9) switch (p[1]) {
        case 0x88:
            return 'w'; /* و */
        case 0x81:
            return 'f'; /* ف */
        case 0x83:
            return 'k'; /* ك */
        case 0x84:
            return 'l'; /* ل */
        }
    return p[0] == 0xD8 && p[1] == 0xA8 ? 'b' : 0; /* ب */
}

/* The hash of "ال" before p[0..n): للعام is ل + العام with one ا unwritten. */
static uint64_t hash_with_article(const wq_text *text, const char *p, size_t n)
{
    char word[64] = "\xD8\xA7\xD9\x84";
    if (n > sizeof word - 4) return 0;
    memcpy(word + 4, p, n);
    return text->fold_hash(word, n + 4);
}

/* One way to read a token without clitics. */
struct stripped {
    uint64_t key;
    uint32_t skip; /* bytes in front that are clitics, to be left out */
    bool has_and;
};

/* The ways to read p[0..n) without its clitics: at most two go ("وب", "فل"),
 * and two letters must stay.  Returns how many, at most CLITIC_KEYS. */
static size_t strip(const struct lexicon *lex, const char *p, size_t n,
                    struct stripped *out)
{
    uint32_t at = 0;
    bool has_and = false;
    size_t found = 0;
    for (int k = 0; k < CLITIC_KEYS && n >= at + 6u; k++) {
        int letter = clitic_at((const unsigned char *)p + at);
        bool is_first = letter == 'w' || letter == 'f'; /* only in front */
        if (!letter || (k && is_first)) break;
        at += 2;
        has_and |= letter == 'w';
        bool is_elided = letter == 'l' && n >= at + 6u &&
                         clitic_at((const unsigned char *)p + at) == 'l';
        out[found].has_and = has_and;
        /* of "لليمن" no part is "اليمن": the whole stays */
        out[found].skip = is_elided ? at - 2 : at;
        out[found++].key =
            is_elided ? hash_with_article(lex->text, p + at + 2, n - at - 2)
                      : lex->text->fold_hash(p + at, n - at);
        if (!is_first) break;
    }
    return found;
}

size_t clitic_keys(const struct lexicon *lex, const struct words *w, size_t i,
                   uint64_t *keys)
{
    struct stripped ways[CLITIC_KEYS];
    size_t n =
        strip(lex, w->text.p + w->begin[i], w->end[i] - w->begin[i], ways);
    for (size_t k = 0; k < n; k++)
        keys[k] = ways[k].key;
    return n;
}

/* What may begin at a token. */
static uint32_t beginnings(const struct words *w, const struct mark *m)
{
    const struct slot *s = m->slot;
    const unsigned char *p = (const unsigned char *)w->text.p + m->begin;
    if (s) {
        bool more = s->flags & LEX_MORE;
        return (more || (s->word && s->word < W_WORDS) ? MARK_DATE : 0u) |
               (more || s->place ? MARK_PLACE : 0u) |
               (s->flags & LEX_STOP ? MARK_STOP : 0u);
    }
    bool is_digit = (p[0] >= '0' && p[0] <= '9') ||
                    (p[0] == 0xD9 && p[1] >= 0xA0 && p[1] <= 0xA9) ||
                    (p[0] == 0xDB && p[1] >= 0xB0 && p[1] <= 0xB9);
    return is_digit ? MARK_DATE : 0u;
}

/* Looks token i up, with and without clitics. */
static void mark_token(const struct lexicon *lex, struct words *w, size_t i)
{
    const char *p = w->text.p + w->begin[i];
    size_t n = w->end[i] - w->begin[i];
    struct mark *m = w->marks + i;
    *m = (struct mark){ lexicon_find(lex, w->hash[i]), w->hash[i], w->begin[i],
                        0 };
    if (m->slot || n < 6 || !clitic_at((const unsigned char *)p)) return;
    struct stripped ways[CLITIC_KEYS];
    size_t n_ways = strip(lex, p, n, ways);
    for (size_t k = 0; k < n_ways && !m->slot; k++) {
        m->slot = lexicon_find(lex, ways[k].key);
        if (!m->slot) continue;
        m->key = ways[k].key;
        m->begin += ways[k].skip;
        m->flags = ways[k].has_and ? MARK_AND : 0u;
    }
}

void marks_fill(const struct lexicon *lex, struct words *w)
{
    w->n_dates = w->n_places = 0;
    for (size_t i = 0; i < w->n; i++) {
        struct mark *m = w->marks + i;
        mark_token(lex, w, i);
        uint32_t what = beginnings(w, m);
        m->flags |= what;
        w->n_dates += (what & MARK_DATE) != 0;
        w->n_places += (what & MARK_PLACE) != 0;
    }
}

const struct slot *longest_label(const struct lexicon *lex,
                                 const struct words *w, size_t i, size_t *n)
{
    const struct slot *s = w->marks[i].slot, *best = NULL;
    uint64_t key = w->marks[i].key;
    for (size_t k = 1; s; k++) {
        if (s->word == W_LABEL) best = s, *n = k;
        if (!(s->flags & LEX_MORE) || i + k >= w->n) break;
        key = lexicon_join(key, w->hash[i + k]);
        s = lexicon_find(lex, key);
    }
    return best;
}

bool begins_line(const struct words *w, size_t i)
{
    if (i == 0) return true;
    size_t from = w->end[i - 1], n = w->begin[i] - from;
    return n && memchr(w->text.p + from, '\n', n);
}
