/* lexicon.c - fills the lexicon from tables.
 *
 * Every table is lines of columns; a line that is wrong in a table of ours is a
 * bug (a test loads them all), a wrong line of a user's is an error with its
 * number.  The names are cut into tokens by text/1 just as articles are, so
 * nothing here depends on how it cuts them, nor on its fold. */
#include "lexicon.h"

#include <stdlib.h>
#include <string.h>

#include "data.h"

static const char *const class_names[W_AGENCY] = {
    "none",       "skip",     "month",        "month_near", "hijri",
    "hijri_near", "weekday",  "weekday_near", "day_rel",    "rel",
    "rel_vague",  "few",      "this",         "unit",       "def_unit",
    "year_word",  "years_of", "clock",        "part",       "ampm",
    "midnight",   "fraction", "minus",        "edge",       "rest",
    "from",       "to",       "between",      "and",        "in",
    "ago",        "after",    "past",         "future",     "every",
    "all",        "whole",    "half",         "card",       "ord",
    "ord_one",    "suffix",   "of",           "era_h",      "era_m",
    "season",     "quarter",  "decade",       "label",      "cue"
};

/* ---- slots --------------------------------------------------------------- */

/* Doubles the table.  Returns 0, or -1 if memory runs out.  */
static int grow(struct lexicon *lex)
{
    size_t n = lex->n_slots ? 2 * lex->n_slots : 32768;
    struct slot *old = lex->slots, *slots = calloc(n, sizeof *slots);
    if (!slots) return -1;
    for (size_t i = 0; i < lex->n_slots; i++) {
        if (!old[i].key) continue;
        size_t at = (old[i].key >> 20) & (n - 1);
        while (slots[at].key)
            at = (at + 1) & (n - 1);
        slots[at] = old[i];
    }
    free(old);
    lex->slots = slots;
    lex->n_slots = n;
    return 0;
}

/* The slot of a key, made if need be; NULL if memory runs out. */
static struct slot *slot_of(struct lexicon *lex, uint64_t key)
{
    if (!key) key = 1;
    if (3 * (lex->used + 1) > 2 * lex->n_slots && grow(lex) < 0) return NULL;
    size_t at = (key >> 20) & (lex->n_slots - 1);
    while (lex->slots[at].key && lex->slots[at].key != key)
        at = (at + 1) & (lex->n_slots - 1);
    struct slot *s = lex->slots + at;
    if (!s->key) {
        uint32_t bit = (uint32_t)key & (LEX_FILTER_BITS - 1);
        s->key = key;
        lex->used++;
        lex->filter[bit / 64] |= (uint64_t)1 << bit % 64;
    }
    return s;
}

/* The slot of a name, its beginnings marked; NULL if memory runs out or, with
 * *why set, the name has no tokens or too many.  *n_words: how many. */
static struct slot *slot_of_name(struct lexicon *lex, wq_str name,
                                 size_t *n_words, const char **why)
{
    uint32_t begin[LEX_MAX_WORDS + 1], end[LEX_MAX_WORDS + 1];
    uint64_t hash[LEX_MAX_WORDS + 1], key = 0;
    wq_words words = { begin, end, NULL, hash };
    size_t at = 0;
    size_t n = lex->text->words(WQ_WORDS_NEWS, name.p, name.n, &at, &words,
                                LEX_MAX_WORDS + 1);
    *n_words = n;
    if (n == 0) return *why = "the key has no word", NULL;
    if (n > LEX_MAX_WORDS) return *why = "the key has over 16 words", NULL;
    for (size_t i = 0; i < n; i++) {
        key = i ? lexicon_join(key, hash[i]) : hash[i];
        struct slot *s = slot_of(lex, key);
        if (!s || i + 1 == n) return s;
        s->flags |= LEX_MORE;
    }
    return NULL; /* not reached: n >= 1 */
}

/* ---- lines --------------------------------------------------------------- */

/* Cuts the next line off the table: at most cap columns; the line's number is
 * counted.  Returns how many columns, 0 at the end of the table. */
static size_t next_line(wq_str *table, size_t *line, wq_str *columns,
                        size_t cap)
{
    while (table->n) {
        const char *p = table->p, *end = memchr(p, '\n', table->n);
        size_t n = end ? (size_t)(end - p) : table->n, k = 0;
        table->p += end ? n + 1 : n;
        table->n -= end ? n + 1 : n;
        ++*line;
        if (n && p[n - 1] == '\r') n--;
        if (n == 0 || p[0] == '#') continue;
        for (const char *stop = p + n; k < cap; k++) {
            const char *tab = k + 1 < cap ? memchr(p, '\t', (size_t)(stop - p))
                                          : NULL;
            columns[k] = (wq_str){ p, (size_t)((tab ? tab : stop) - p) };
            if (!tab) return k + 1;
            p = tab + 1;
        }
    }
    return 0;
}

/* Cuts the next spelling off "a|b|c"; 0 at the end. */
static bool next_spelling(wq_str *list, wq_str *spelling)
{
    if (!list->p || !list->n) return false;
    const char *bar = memchr(list->p, '|', list->n);
    size_t n = bar ? (size_t)(bar - list->p) : list->n;
    *spelling = (wq_str){ list->p, n };
    list->p += bar ? n + 1 : n;
    list->n -= bar ? n + 1 : n;
    return true;
}

static bool is(wq_str s, const char *word)
{
    return s.n == strlen(word) && !memcmp(s.p, word, s.n);
}

/* A small number of one of our own tables. */
static int16_t small_number(wq_str s)
{
    int v = 0;
    bool negative = s.n && s.p[0] == '-';
    for (size_t i = negative; i < s.n && i < 6; i++)
        v = 10 * v + (s.p[i] - '0');
    return (int16_t)(negative ? -v : v);
}

/* ---- tables -------------------------------------------------------------- */

/* class, value, language, spellings */
static int add_words(struct lexicon *lex, wq_str table)
{
    wq_str column[4], name;
    size_t line = 0, n;
    const char *why = NULL;
    while (next_line(&table, &line, column, 4) == 4) {
        uint8_t word = 0;
        while (word < W_AGENCY && !is(column[0], class_names[word]))
            word++;
        if (word == W_AGENCY) return -1; /* our own table is wrong */
        while (next_spelling(&column[3], &name)) {
            struct slot *s = slot_of_name(lex, name, &n, &why);
            if (!s && !why) return -1;
            if (!s) continue;
            s->word = word;
            s->value = small_number(column[1]);
        }
    }
    return 0;
}

/* Gives every name of a list a flag; `skip` leading columns. */
static int add_flags(struct lexicon *lex, wq_str table, size_t skip,
                     uint8_t flag)
{
    wq_str column[2], name;
    size_t line = 0, n;
    const char *why = NULL;
    while (next_line(&table, &line, column, skip + 1) == skip + 1)
        while (next_spelling(&column[skip], &name)) {
            struct slot *s = slot_of_name(lex, name, &n, &why);
            if (!s && !why) return -1;
            if (s) s->flags |= flag;
        }
    return 0;
}

/* id, name, country, Latin spellings, Arabic spellings.  A spelling of single
 * letters is also known without its dots: "أ.ف.ب" is "أ ف ب". */
static int add_agencies(struct lexicon *lex, wq_str table)
{
    wq_str column[5], name;
    size_t line = 0, n;
    const char *why = NULL;
    lex->agencies = calloc(256, sizeof *lex->agencies);
    if (!lex->agencies) return -1;
    while ((n = next_line(&table, &line, column, 5)) && lex->n_agencies < 256) {
        if (n < 5 || is(column[0], "id")) continue;
        uint32_t index = lex->n_agencies++;
        lex->agencies[index] = column[0];
        if (is(column[0], "unnamed")) lex->no_agency_name = index;
        for (int k = 3; k < 5; k++)
            while (next_spelling(&column[k], &name)) {
                struct slot *s = slot_of_name(lex, name, &n, &why);
                if (!s && !why) return -1;
                if (!s) continue;
                s->word = W_AGENCY;
                s->value = (int16_t)index;
            }
    }
    return 0;
}

/* The index of a type's name; LEX_MAX_KINDS if there is no room. */
static uint32_t kind_of(struct lexicon *lex, wq_str name)
{
    uint32_t k = 0;
    while (k < lex->n_kinds && !(lex->kinds[k].n == name.n &&
                                 !memcmp(lex->kinds[k].p, name.p, name.n)))
        k++;
    if (k == lex->n_kinds && k < LEX_MAX_KINDS)
        lex->kinds[lex->n_kinds++] = name;
    return k;
}

/* Remembers a place.  Returns 1 + its index, or 0 if memory runs out. */
static uint32_t add_place(struct lexicon *lex, struct place place)
{
    if (lex->n_places == lex->cap_places) {
        size_t cap = lex->cap_places ? 2 * lex->cap_places : 16384;
        struct place *places = realloc(lex->places, cap * sizeof *places);
        if (!places) return 0;
        lex->places = places;
        lex->cap_places = cap;
    }
    lex->places[lex->n_places++] = place;
    return (uint32_t)lex->n_places;
}

/* key, canonical, type, id.  Of ours (`is_user` false) the first line of a key
 * counts, and a name that is mostly something else is no place. */
static int add_places(struct lexicon *lex, wq_str table, bool is_user,
                      struct lex_error *e)
{
    wq_str column[4];
    size_t n, n_words;
    *e = (struct lex_error){ 0 };
    while ((n = next_line(&table, &e->line, column, 4))) {
        if (n < 4)
            return e->why = "needs four columns separated by tabs: key, "
                            "canonical name, type, id",
                   -1;
        if (column[2].n == 0) return e->why = "the type is empty", -1;
        uint32_t kind = kind_of(lex, column[2]);
        if (kind == LEX_MAX_KINDS) return e->why = "over 16 types", -1;
        struct slot *s = slot_of_name(lex, column[0], &n_words, &e->why);
        if (!s) return -1;
        if (!is_user && (s->place || s->flags & (LEX_STOP | LEX_NO_PLACE)))
            continue;
        uint64_t key = column[3].n ? lex->text->hash(column[3].p, column[3].n)
                                   : s->key;
        s->place =
            add_place(lex, (struct place){ column[3], column[1], key, kind });
        if (!s->place) return -1;
    }
    return 0;
}

/* ---- the whole ----------------------------------------------------------- */

void lexicon_free(struct lexicon *lex)
{
    if (!lex) return;
    free(lex->slots);
    free(lex->places);
    free(lex->agencies);
    free(lex);
}

struct lexicon *lexicon_new(const wq_text *text)
{
    struct lex_error e;
    struct lexicon *lex = calloc(1, sizeof *lex);
    if (!lex) return NULL;
    lex->text = text;
    if (grow(lex) < 0 || add_words(lex, data_calendar()) < 0 ||
        add_words(lex, data_words()) < 0 ||
        add_agencies(lex, data_agencies()) < 0 ||
        add_flags(lex, data_stopwords(), 1, LEX_STOP) < 0 ||
        add_flags(lex, data_ambiguous(), 0, LEX_NO_PLACE) < 0 ||
        add_places(lex, data_variants(), false, &e) < 0 ||
        add_places(lex, data_places(), false, &e) < 0) {
        lexicon_free(lex);
        return NULL;
    }
    return lex;
}

int lexicon_add_gazetteer(struct lexicon *lex, wq_str table,
                          struct lex_error *e)
{
    return add_places(lex, table, true, e);
}
