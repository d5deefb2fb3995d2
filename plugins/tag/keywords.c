/* keywords.c - the words and word pairs an article is about.
 *
 * A place counts as one word, however many it has, and however it is spelt.  A
 * word counts as often as it stands in the text, more if it also stands in
 * the title, near the beginning, or names a place; stop words, numbers and
 * words of two letters do not count.  Two words that stand side by side most
 * of the time are one keyword.  A keyword is shown as the text mostly spells
 * it.  All sums are whole numbers and ties go to the earlier word, so the
 * result does not depend on anything else.
 *
 *   tokens -> table of words -> table of pairs of frequent words -> the best */
#include "tag.h"

#include <string.h>

/* What an occurrence is worth, and what is added to it. */
#define WORTH       8u
#define WORTH_TITLE 8u /* the word stands in the title */
#define WORTH_EARLY 3u /* ... in the first fifth of the text */
#define WORTH_PLACE 2u
#define WORTH_PAIR  4u /* two words say more than one */
/* Words weighed at the end; more can hardly win. */
#define BEST_MAX 64
#define LINE_RUN 4 /* words in one keyword of a line without separators */

struct term {
    uint64_t key;
    uint32_t count, first; /* first: token */
    uint32_t shown;        /* token whose spelling is shown ...              */
    uint32_t votes;        /* ... by majority vote (Boyer and Moore)         */
    uint32_t in_title;
    uint32_t n_words; /* tokens of the spelling shown */
    uint32_t is_pair, is_said;
};

struct table {
    uint32_t *slots; /* 1 + index into terms; 0: free */
    size_t mask;
    struct term *terms;
    size_t n;
};

static size_t slots_for(size_t n)
{
    size_t size = 16;
    while (size < 2 * n)
        size *= 2;
    return size;
}

size_t keywords_scratch(size_t n)
{
    /* words and pairs: each at most one term a token */
    return 2 * (slots_for(n + 1) * sizeof(uint32_t) +
                (n + 1) * sizeof(struct term)) +
           n * sizeof(uint32_t) + 64;
}

static struct table table_in(char **scratch, size_t n)
{
    struct table t = { .mask = slots_for(n + 1) - 1 };
    t.terms = (struct term *)*scratch;
    *scratch += (n + 1) * sizeof *t.terms;
    t.slots = (uint32_t *)*scratch;
    *scratch += (t.mask + 1) * sizeof *t.slots;
    memset(t.slots, 0, (t.mask + 1) * sizeof *t.slots);
    return t;
}

/* The term of a key; if it is not there, a new one (add) or NULL. */
static struct term *term_of(struct table *t, uint64_t key, bool add)
{
    for (size_t i = key >> 20;; i++) {
        uint32_t *slot = t->slots + (i & t->mask);
        if (*slot && t->terms[*slot - 1].key == key)
            return t->terms + *slot - 1;
        if (*slot) continue;
        if (!add) return NULL;
        t->terms[t->n] = (struct term){ .key = key };
        *slot = (uint32_t)++t->n;
        return t->terms + t->n - 1;
    }
}

/* Can token i be a keyword?  A letter first, three letters at least. */
static bool is_candidate(const struct words *w, size_t i)
{
    const struct mark *m = w->marks + i;
    const unsigned char *p = (const unsigned char *)w->text.p + m->begin;
    size_t n = w->end[i] - m->begin;
    if (m->flags & MARK_STOP) return false;
    if (p[0] < 0x80) /* Latin */
        return n >= 3 && ((p[0] | 32) >= 'a' && (p[0] | 32) <= 'z');
    /* U+2000-2BFF and U+3000-303F are marks; Arabic marks and digits */
    if (p[0] == 0xE2 || p[0] == 0xC2 || n < 6) return false;
    if (p[0] == 0xD8 && (p[1] == 0x8C || p[1] == 0x9B || p[1] == 0x9F))
        return false;
    return !(p[0] == 0xD9 && p[1] >= 0xA0 && p[1] <= 0xAD);
}

static bool spells_as(const struct words *w, size_t a, size_t b, size_t words)
{
    uint32_t from = w->marks[a].begin, n = w->end[a + words - 1] - from;
    return w->end[b + words - 1] - w->marks[b].begin == n &&
           !memcmp(w->text.p + from, w->text.p + w->marks[b].begin, n);
}

/* Counts one more occurrence of a term, at tokens [i, i + words). */
static void count(struct term *t, const struct words *w, size_t i, size_t words)
{
    if (!t->count++) t->first = (uint32_t)i;
    if (!t->votes) t->shown = (uint32_t)i, t->n_words = (uint32_t)words;
    if (t->n_words == words && spells_as(w, t->shown, i, words))
        t->votes++;
    else
        t->votes--;
}

/* Do tokens i and i + 1 stand side by side, one space between? */
static bool are_neighbours(const struct words *w, size_t i)
{
    return w->begin[i + 1] == w->end[i] + 1 && w->text.p[w->end[i]] == ' ' &&
           w->marks[i + 1].begin == w->begin[i + 1];
}

static uint32_t worth(const struct words *w, const struct term *t)
{
    const struct slot *s = w->marks[t->first].slot;
    uint32_t each = WORTH + (t->in_title ? WORTH_TITLE : 0u) +
                    (t->first < w->n / 5 ? WORTH_EARLY : 0u) +
                    (s && s->place ? WORTH_PLACE : 0u) +
                    (t->is_pair ? WORTH_PAIR : 0u);
    return t->count * each;
}

/* Keeps the BEST_MAX terms worth most, best first; ties: the earlier. */
static size_t best_of(const struct words *w, const struct table *t,
                      struct term **best, size_t n)
{
    uint32_t worths[BEST_MAX];
    for (size_t k = 0; k < n; k++)
        worths[k] = worth(w, best[k]);
    for (size_t k = 0; k < t->n; k++) {
        struct term *term = t->terms + k;
        if (!term->count || (term->count < 2 && !term->in_title)) continue;
        uint32_t value = worth(w, term);
        if (n == BEST_MAX && value <= worths[n - 1]) continue;
        size_t at = n < BEST_MAX ? n++ : n - 1;
        while (at &&
               (worths[at - 1] < value ||
                (worths[at - 1] == value && best[at - 1]->first > term->first)))
            best[at] = best[at - 1], worths[at] = worths[at - 1], at--;
        best[at] = term;
        worths[at] = value;
    }
    return n;
}

/* The tokens of the place that begins at token i, 0: none; *next is the first
 * of the places that may begin there, and moves on. */
static size_t place_at(const struct placed *t, size_t i, size_t *next)
{
    const struct words *w = t->words;
    uint32_t begin = w->marks[i].begin;
    size_t n = 1;
    while (*next < t->n_places && t->places[*next].begin < begin)
        ++*next;
    if (*next == t->n_places || t->places[*next].begin != begin) return 0;
    while (i + n < w->n && w->begin[i + n] < t->places[*next].end)
        n++;
    return n;
}

/* Counts words and places; of_token[i] becomes 1 + the term of token i, 0 where
 * it is none or part of a place. */
static void count_words(const struct placed *text, struct table *words,
                        uint32_t *of_token)
{
    const struct words *w = text->words;
    memset(of_token, 0, w->n * sizeof *of_token);
    for (size_t i = 0, next = 0, n; i < w->n; i += n) {
        n = w->marks[i].flags & MARK_PLACE ? place_at(text, i, &next) : 0;
        if (n) {
            count(term_of(words, text->places[next].key, true), w, i, n);
        } else if (is_candidate(w, i)) {
            struct term *t = term_of(words, w->marks[i].key, true);
            count(t, w, i, 1);
            of_token[i] = (uint32_t)(t - words->terms) + 1;
        }
        n += !n;
    }
}

/* Notes which of the words stand in the title, too. */
static void mark_title(const struct placed *title, struct table *words)
{
    const struct words *w = title->words;
    for (size_t i = 0, next = 0, n; i < w->n; i += n) {
        n = place_at(title, i, &next);
        struct term *t = term_of(
            words, n ? title->places[next].key : w->marks[i].key, false);
        if (t) t->in_title = 1;
        n += !n;
    }
}

/* Gives the occurrences of words with clitics to the words without, where the
 * text has both: "بالعيد" is "العيد".  A word that stands there once is not worth
 * the two hashes. */
static void merge_clitics(const struct lexicon *lex, const struct words *w,
                          struct table *words, uint32_t *of_token)
{
    for (size_t k = 0; k < words->n; k++) {
        struct term *t = words->terms + k;
        uint64_t keys[CLITIC_KEYS];
        if (t->count < 2 && !t->in_title) continue;
        if (!of_token[t->first]) continue; /* a place */
        size_t n = clitic_keys(lex, w, t->first, keys);
        for (size_t i = 0; i < n; i++) {
            struct term *base = term_of(words, keys[i], false);
            if (!base || !base->count) continue;
            base->count += t->count;
            base->in_title |= t->in_title;
            t->count = 0;
            break;
        }
    }
}

/* Counts pairs of words that both occur twice; a pair that makes up most of one
 * of its words takes its occurrences from both. */
static void count_pairs(const struct words *text, const uint32_t *of_token,
                        struct table *words, struct table *pairs)
{
    const struct term *last = NULL, *t;
    for (size_t i = 0; i < text->n; i++, last = t) {
        t = of_token[i] ? words->terms + of_token[i] - 1 : NULL;
        if (t && t->count < 2) t = NULL;
        if (t && last && t != last && are_neighbours(text, i - 1))
            count(term_of(pairs, lexicon_join(last->key, t->key), true), text,
                  i - 1, 2);
    }
    for (size_t k = 0; k < pairs->n; k++) {
        struct term *p = pairs->terms + k;
        struct term *a = words->terms + of_token[p->first] - 1;
        struct term *b = words->terms + of_token[p->first + 1] - 1;
        uint32_t less = a->count < b->count ? a->count : b->count;
        if (p->count < 2 || 3 * p->count < 2 * less) {
            p->count = 0;
            continue;
        }
        p->in_title = a->in_title && b->in_title;
        p->is_pair = 1;
        a->count -= p->count < a->count ? p->count : a->count;
        b->count -= p->count < b->count ? p->count : b->count;
    }
}

/* Is a word of this term in a pair that was taken already?  Notes its own. */
static bool is_said(struct table *words, const uint32_t *of_token,
                    const struct term *t)
{
    bool is_said = false;
    for (size_t i = 0; i < 1u + t->is_pair; i++) {
        uint32_t index = of_token[t->first + i];
        if (index) is_said |= words->terms[index - 1].is_said;
    }
    for (size_t i = 0; i < 1u + t->is_pair; i++) {
        uint32_t index = of_token[t->first + i];
        if (index && !is_said) words->terms[index - 1].is_said = 1;
    }
    return is_said;
}

size_t keywords_find(const struct lexicon *lex, const struct placed *placed,
                     const struct placed *title, size_t max, wq_str *out,
                     void *scratch)
{
    const struct words *text = placed->words;
    char *at = scratch;
    struct table words = table_in(&at, text->n), pairs = table_in(&at, text->n);
    uint32_t *of_token = (uint32_t *)at;
    struct term *best[BEST_MAX];
    if (max > BEST_MAX) max = BEST_MAX;
    count_words(placed, &words, of_token);
    mark_title(title, &words);
    count_pairs(text, of_token, &words, &pairs);
    merge_clitics(lex, text, &words, of_token);
    size_t n = best_of(text, &pairs, best, 0);
    n = best_of(text, &words, best, n);
    size_t found = 0;
    for (size_t k = 0; k < n && found < max; k++) {
        const struct term *t = best[k];
        uint32_t from = text->marks[t->shown].begin;
        uint32_t end = text->end[t->shown + t->n_words - 1];
        if (is_said(&words, of_token, t)) continue;
        out[found++] = (wq_str){ text->text.p + from, end - from };
    }
    return found;
}

/* ---- a line the page printed itself -------------------------------------- */

/* Bytes of a separator of keywords at p[0..n); 0: none. */
static size_t separator_bytes(const char *p, size_t n)
{
    if (n && memchr(",;|#\n", p[0], 5)) return 1;
    if (n >= 2 && (!memcmp(p, "\xD8\x8C", 2) || !memcmp(p, "\xD8\x9B", 2)))
        return 2; /* ، ؛ */
    return 0;
}

static wq_str trimmed(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\r' || *p == '\t'))
        p++;
    while (end > p && (end[-1] == ' ' || end[-1] == '.' || end[-1] == '\r'))
        end--;
    return (wq_str){ p, (size_t)(end - p) };
}

/* Adds a keyword unless it stands there already. */
static size_t add_keyword(wq_str *out, size_t n, size_t max, wq_str word)
{
    for (size_t i = 0; i < n; i++)
        if (out[i].n == word.n && !memcmp(out[i].p, word.p, word.n)) return n;
    if (word.n && n < max) out[n++] = word;
    return n;
}

/* How many tokens of the line from i on stand in the text in the same order. */
static size_t run_in_text(const struct words *line, size_t i,
                          const struct words *text)
{
    size_t best = 1;
    for (size_t at = 0; at < text->n; at++) {
        size_t k = 0;
        while (k < LINE_RUN && i + k < line->n && at + k < text->n &&
               line->marks[i + k].key == text->marks[at + k].key)
            k++;
        if (k > best) best = k;
    }
    return best;
}

size_t keywords_of_line(const struct words *line, const struct words *text,
                        size_t max, wq_str *out)
{
    const char *p = line->text.p, *stop = p + line->text.n;
    const char *colon = memchr(p, ':', line->text.n);
    size_t n = 0, size = 0;
    bool has_separator = false;
    if (colon) p = colon + 1;
    for (const char *q = p; q < stop; q++)
        has_separator |= separator_bytes(q, (size_t)(stop - q)) > 0 && q > p &&
                         trimmed(q, stop).n > 1;
    if (has_separator) {
        for (const char *q = p; q <= stop; q += size ? size : 1) {
            size = q < stop ? separator_bytes(q, (size_t)(stop - q)) : 1;
            if (!size) continue;
            n = add_keyword(out, n, max, trimmed(p, q));
            p = q + size;
        }
        return n;
    }
    for (size_t i = 0, k; i < line->n; i += k) {
        k = 1;
        if (line->text.p + line->begin[i] < p || !is_candidate(line, i))
            continue;
        k = run_in_text(line, i, text);
        n = add_keyword(out, n, max,
                        trimmed(line->text.p + line->marks[i].begin,
                                line->text.p + line->end[i + k - 1]));
    }
    return n;
}
