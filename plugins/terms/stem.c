/* stem.c - the stage `stem`.
 *
 * A word goes the way of its language: Arabic through light.c, what libstemmer
 * knows through libstemmer, all else stays as it is folded.  News repeats its
 * words, so each worker remembers the stems of the last ones it met:
 *
 *     hash of the word -> [hash | way, lengths | word, stem]   a line of cache
 *
 * A newer word takes the place of an older one.  A stemmer of libstemmer serves
 * one thread at a time, so each worker makes its own. */
#include "light.h"
#include "terms.h"
#include <errno.h>
#include <libstemmer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORD = 256 }; /* bytes; what is longer is no word of any language */
enum { FOLDED = 3 * MAX_WORD + 8 };

struct stem {
    struct source source;
    wq_key stems, attr;
    int is_light; /* Arabic by light.c */
};

enum { REMEMBERED = 1 << 14 }; /* words: 1 MiB */
struct remembered {
    uint64_t hash;
    uint8_t way; /* 0: free */
    uint8_t is_divided;
    uint8_t word_n, stem_n;
    char p[52]; /* word, then stem */
};
_Static_assert(sizeof(struct remembered) == 64, "a line of cache");

/* A way to stem; from WAY_SNOWBALL on, those of libstemmer. */
enum { WAY_FOLD = 1, WAY_LIGHT, WAY_SNOWBALL };
struct snowball {
    struct language language;
    struct sb_stemmer *stemmer;
};
enum { SNOWBALLS = 200 }; /* libstemmer 2.2: 28 languages by some 85 names */

struct worker {
    const struct stem *stem;
    struct snowball snowballs[SNOWBALLS];
    size_t n_snowballs;
    struct remembered *remembered;
    /* The layer being made. */
    struct stemmed {
        uint32_t begin, end, stem, stem_n; /* stem: in bytes */
    } *list;
    size_t n, cap;
    char *bytes;
    size_t bytes_n, bytes_cap;
};

/* ---- settings ------------------------------------------------------------ */

/* Complains of a language that the pipeline names and nothing can stem.  0, or
 * -1: no memory. */
static int check_language(const struct source *s, wq_config *config)
{
    char known[512] = "";
    size_t n = 0;
    if (!s->language.code[0]) return 0;
    errno = 0; /* NULL is both: an unknown language, no memory */
    struct sb_stemmer *stemmer = sb_stemmer_new(s->language.code, NULL);
    sb_stemmer_delete(stemmer);
    if (stemmer) return 0;
    if (errno == ENOMEM) return -1;
    for (const char **name = sb_stemmer_list(); *name && n < sizeof known;
         name++)
        n += (size_t)snprintf(known + n, sizeof known - n, "%s%s",
                              n ? ", " : "", *name);
    s->host->bad_param(config, P_LANGUAGE,
                       "there is no stemmer for \"%s\"; there are %s, by these "
                       "names or their ISO 639 codes", s->language.code, known);
    return 0;
}

/* Returns the settings; NULL: no memory, or error() said why.  [main] */
void *stem_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct stem *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    if (source_open(&self->source, host, config, ctx) < 0) {
        free(self);
        return NULL;
    }
    self->stems = host->get_key(config, STEM_STEMS, 0);
    self->attr = host->intern((wq_str){ "stem", 4 });
    self->is_light = host->get_int(config, STEM_ARABIC) == 0;
    if (check_language(&self->source, config) == 0) return self;
    free(self);
    return NULL;
}

void stem_close(void *shared)
{
    free(shared);
}

void *stem_start(void *shared, wq_ctx *ctx)
{
    struct worker *w = calloc(1, sizeof *w);
    (void)ctx;
    if (!w) return NULL;
    w->stem = shared;
    w->remembered = calloc(REMEMBERED, sizeof *w->remembered);
    if (w->remembered) return w;
    free(w);
    return NULL;
}

void stem_stop(void *instance)
{
    struct worker *w = instance;
    for (size_t i = 0; i < w->n_snowballs; i++)
        sb_stemmer_delete(w->snowballs[i].stemmer);
    free(w->remembered);
    free(w->list);
    free(w->bytes);
    free(w);
}

/* ---- a word -------------------------------------------------------------- */

/* How words of a language are stemmed; makes the stemmer on first use.  -1: no
 * memory. */
static int way_of(struct worker *w, const struct language *language)
{
    const char *code = language->code;
    if (!code[0]) return WAY_FOLD;
    if (w->stem->is_light && (!strcmp(code, "ar") || !strcmp(code, "ara") ||
                              !strcmp(code, "arabic")))
        return WAY_LIGHT;
    for (size_t i = 0; i < w->n_snowballs; i++)
        if (!strcmp(w->snowballs[i].language.code, code))
            return (int)(WAY_SNOWBALL + i);
    errno = 0; /* as above */
    struct sb_stemmer *stemmer = sb_stemmer_new(code, NULL);
    if (!stemmer && errno == ENOMEM) return -1;
    if (stemmer && w->n_snowballs == SNOWBALLS) {
        sb_stemmer_delete(stemmer);
        stemmer = NULL;
    }
    if (!stemmer) return WAY_FOLD;
    w->snowballs[w->n_snowballs] = (struct snowball){ *language, stemmer };
    return (int)(WAY_SNOWBALL + w->n_snowballs++);
}

/* The stem of a word by libstemmer, in the stemmer's own memory or, if it is
 * divided, in s.  Its Arabic takes و and ف for conjunctions: those of a divided
 * word hide behind ظ, which is a letter to it like any other.  p NULL: no
 * memory. */
static wq_str snowball_stem(struct sb_stemmer *stemmer, wq_str s, char *own,
                            int is_divided)
{
    enum { LETTER = 2 };
    int hides = is_divided && s.n >= LETTER &&
                (!memcmp(own, "و", LETTER) || !memcmp(own, "ف", LETTER));
    char first[LETTER];
    if (hides) {
        memcpy(first, own, LETTER);
        memcpy(own, "ظ", LETTER);
    }
    const sb_symbol *p =
        sb_stemmer_stem(stemmer, (const sb_symbol *)own, (int)s.n);
    if (!p) return (wq_str){ NULL, 0 };
    wq_str stem = { (const char *)p, (size_t)sb_stemmer_length(stemmer) };
    if (!hides || stem.n < LETTER || stem.n > FOLDED) return stem;
    memcpy(own, stem.p, stem.n);
    memcpy(own, first, LETTER);
    return (wq_str){ own, stem.n };
}

/* The stem of a word, in `folded` or the stemmer's own memory.  p NULL: no
 * memory. */
static wq_str stem_of(struct worker *w, uint8_t way, wq_str word,
                      int is_divided, char folded[FOLDED])
{
    const wq_text *text = w->stem->source.text;
    uint32_t alefs;
    if (way == WAY_LIGHT) {
        size_t n = fold_spelled(text, word, folded, FOLDED, &alefs);
        return light_stem((wq_str){ folded, n }, alefs, is_divided);
    }
    /* libstemmer wants lower case, and accents where they are written. */
    uint32_t profile = way < WAY_SNOWBALL ? WQ_FOLD_STANDARD : WQ_FOLD_LIGHT;
    wq_str s = { folded, text->fold(profile, word.p, word.n, folded, FOLDED) };
    if (way == WAY_FOLD) return s;
    return snowball_stem(w->snowballs[way - WAY_SNOWBALL].stemmer, s, folded,
                         is_divided);
}

/* The same, by memory where it can be. */
static wq_str remembered_stem(struct worker *w, uint8_t way, wq_str word,
                              int is_divided, char folded[FOLDED])
{
    uint64_t hash = w->stem->source.text->hash(word.p, word.n) + way;
    struct remembered *r = &w->remembered[hash % REMEMBERED];
    if (r->hash == hash && r->way == way && r->is_divided == is_divided &&
        r->word_n == word.n && !memcmp(r->p, word.p, word.n))
        return (wq_str){ r->p + r->word_n, r->stem_n };
    wq_str stem = stem_of(w, way, word, is_divided, folded);
    if (stem.p && word.n + stem.n <= sizeof r->p) {
        r->hash = hash;
        r->way = way;
        r->is_divided = (uint8_t)is_divided;
        r->word_n = (uint8_t)word.n;
        r->stem_n = (uint8_t)stem.n;
        memcpy(r->p, word.p, word.n);
        memcpy(r->p + word.n, stem.p, stem.n);
    }
    return stem;
}

/* What of a word is stemmed: its stem as `segments` has it, with its article,
 * however that is written or divided, so that all schemes lead to one stem; in
 * `whole` where it is not a slice of the text. */
static wq_str without_clitics(const struct word *word, char whole[MAX_WORD])
{
    wq_str article = word->article, stem = word->stem;
    if (!stem.p) return word->form;
    if (!article.p || article.n + stem.n > MAX_WORD) return stem;
    memcpy(whole, article.p, article.n);
    memcpy(whole + article.n, stem.p, stem.n);
    return (wq_str){ whole, article.n + stem.n };
}

/* ---- a layer ------------------------------------------------------------- */

/* Adds a span.  0, or -1: no memory. */
static int add(struct worker *w, const struct word *word, wq_str stem)
{
    if (w->n == w->cap) {
        size_t cap = 2 * w->cap + 1024;
        struct stemmed *list = realloc(w->list, cap * sizeof *list);
        if (!list) return -1;
        w->list = list;
        w->cap = cap;
    }
    if (w->bytes_n + stem.n > w->bytes_cap) {
        size_t cap = 2 * (w->bytes_n + stem.n) + 4096;
        char *bytes = realloc(w->bytes, cap);
        if (!bytes) return -1;
        w->bytes = bytes;
        w->bytes_cap = cap;
    }
    w->list[w->n++] = (struct stemmed){ word->begin, word->end,
                                        (uint32_t)w->bytes_n,
                                        (uint32_t)stem.n };
    memcpy(w->bytes + w->bytes_n, stem.p, stem.n);
    w->bytes_n += stem.n;
    return 0;
}

static int set_layer(struct worker *w, wq_ctx *ctx, wq_record *record)
{
    const struct stem *self = w->stem;
    const wq_host *host = self->source.host;
    uint32_t *begin = host->scratch(ctx, (w->n + 1) * sizeof *begin);
    uint32_t *end = host->scratch(ctx, (w->n + 1) * sizeof *end);
    wq_str *stems = host->scratch(ctx, (w->n + 1) * sizeof *stems);
    if (!begin || !end || !stems) return -1;
    for (size_t i = 0; i < w->n; i++) {
        const struct stemmed *from = &w->list[i];
        begin[i] = from->begin;
        end[i] = from->end;
        stems[i] = (wq_str){ w->bytes + from->stem, from->stem_n };
    }
    const wq_attr attr = { self->attr, WQ_V_STR, stems };
    const wq_layer layer = { .n = w->n, .begin = begin, .end = end,
                             .n_attrs = 1, .attrs = &attr };
    return host->set_layer(record, self->stems, self->source.field, &layer);
}

static int stem_record(struct worker *w, wq_ctx *ctx, wq_record *record)
{
    char folded[FOLDED], whole[MAX_WORD];
    struct words words;
    struct word word;
    if (!words_begin(&w->stem->source, record, &words)) return 0;
    int way = way_of(w, &words.language);
    if (way < 0) return -1;
    w->n = w->bytes_n = 0;
    while (words_next(&words, &word)) {
        wq_str part = without_clitics(&word, whole);
        if (part.n > MAX_WORD) continue;
        wq_str stem = remembered_stem(w, (uint8_t)way, part, word.n_pieces > 0,
                                      folded);
        if (!stem.p) return -1;
        if (stem.n && add(w, &word, stem) < 0) return -1;
    }
    w->stem->source.host->add(ctx, STEM_C_STEMS, w->n);
    if (way == WAY_FOLD)
        w->stem->source.host->add(ctx, STEM_C_NO_STEMMER, w->n);
    return set_layer(w, ctx, record);
}

/* Looks at each article by itself; one without tokens stays as it is.  Returns
 * 0, or -1 if memory runs out.  [worker] */
int stem_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                 size_t n, void *const *prepared, wq_verdict *verdicts)
{
    (void)prepared;
    (void)verdicts;
    for (size_t i = 0; i < n; i++)
        if (stem_record(instance, ctx, records[i]) < 0) return -1;
    return 0;
}
