/* tokenize.c - the `tokenize` stage: words, sentences and the pieces of Arabic
 * words as layers.
 *
 * The rules are the text toolkit's ("text/1"); this file asks for the words of
 * one field and writes them down: where they are, what they are, and the hash
 * of their folded form, so that no later stage has to look at a word twice.
 * Clitics are found in clitics.c and remembered in segments.c. */
#include "segments.h"
#include <stdlib.h>
#include <string.h>
#include <warraq/plugin.h>

enum {
    P_FIELD, P_MODE, P_TOKENS, P_SENTENCES, P_SEGMENTS, P_SEGMENTS_LAYER, P_LANG
};
static const char *const modes[] = { "news", "uax29", NULL };
static const uint32_t mode_of[] = { WQ_WORDS_NEWS, WQ_WORDS_UAX29 };
static const char *const schemes[] = { /* in the order of enum scheme */
    "none", "atb", "d1", "d2", "d3", NULL };
static const wq_param params[] = {
    [P_FIELD] = { .name = "field", .type = WQ_FIELD_IN, .fallback = "text",
                  .help = "Field to find words and sentences in." },
    [P_MODE] = { .name = "mode", .type = WQ_ENUM, .choices = modes,
                 .fallback = "news",
                 .help = "news: words as an editor sees them; URLs, e-mail "
                         "addresses, #hashtags, @mentions, times, dates and "
                         "abbreviations stay whole, words glued by a missing "
                         "space come apart, and so do Thai, Lao, Khmer, "
                         "Burmese, Chinese and Japanese, by dictionary. uax29: "
                         "the default word boundaries of Unicode 15.0, every "
                         "segment but white space." },
    [P_TOKENS] = { .name = "tokens", .type = WQ_LAYER_OUT, .fallback = "tokens",
                   .help = "Layer for the words, with the hash of their folded "
                           "form, and their class as kind: word, number, "
                           "punct, symbol, url, email, hashtag, mention, "
                           "emoji, time, date, abbreviation; in mode uax29 "
                           "other, too." },
    [P_SENTENCES] = { .name = "sentences", .type = WQ_LAYER_OUT,
                      .fallback = "sentences",
                      .help = "Layer for the sentences." },
    [P_SEGMENTS] = { .name = "segments", .type = WQ_ENUM, .choices = schemes,
                     .fallback = "atb",
                     .help = "What to cut off Arabic words. d1: conjunctions "
                             "(and the interrogative); d2: prepositions and "
                             "the future, too; d3: article and pronouns, too; "
                             "atb: as d3 but for the article, as the Arabic "
                             "treebanks have it; none: nothing, and no layer." },
    [P_SEGMENTS_LAYER] = { .name = "segments_layer", .type = WQ_LAYER_OUT,
                           .fallback = "segments",
                           .help = "Layer for the pieces of the Arabic words "
                                   "that have more than one, with what they "
                                   "are as kind." },
    [P_LANG] = { .name = "lang", .type = WQ_FIELD_IN, .flags = WQ_OPTIONAL,
                 .fallback = "lang",
                 .help = "Field with the language of the article. If it says "
                         "another language than ar, its words in Arabic script "
                         "have no pieces." },
};

enum { C_TOKENS, C_SENTENCES, C_SEGMENTS };
static const char *const counters[] = { "tokens", "sentences", "segments",
                                        NULL };

/* Names of the classes as kinds, in the order of enum wq_word_class. */
static const char *const class_names[WQ_W_CLASSES] = {
    "other", "word", "number", "punct", "symbol", "url", "email",
    "hashtag", "mention", "emoji", "time", "abbreviation", "date",
};

/* Names of the pieces as kinds, in the order of enum clitic_kind. */
static const char *const piece_names[CLITIC_KINDS] = {
    "stem", "interrogative", "conj", "prep", "future", "article", "pronoun",
};

struct tokenize {
    const wq_host *host;
    const wq_text *text;
    wq_key field, tokens, sentences, segments, lang;
    wq_key kinds[WQ_W_CLASSES], pieces[CLITIC_KINDS];
    uint32_t mode;
    enum scheme scheme;
};

/* A worker's own: what it has seen of words. */
struct worker {
    const struct tokenize *shared;
    struct segmenter *segmenter; /* NULL: segments: none */
};

/* Columns of cap spans, used again for each record of a batch. */
struct columns {
    size_t cap;
    uint32_t *begin, *end;
    wq_key *kind;
    uint64_t *hash;
    uint8_t *cls;
};

/* Interns names as kinds.  0, or -1: no memory. */
static int intern_all(const wq_host *host, const char *const *names, size_t n,
                      wq_key *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = host->intern((wq_str){ names[i], strlen(names[i]) });
        if (!out[i]) return -1;
    }
    return 0;
}

/* Returns the settings, freed by close, or NULL: no memory, or error() said
 * why.  [main] */
static void *tokenize_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    const wq_text *text = host->extension("text/1");
    if (!text || !WQ_HAS(text->size, wq_text, sentences)) {
        host->error(ctx, "this warraq has no text toolkit (text/1)");
        return NULL;
    }
    struct tokenize *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->host = host;
    self->text = text;
    self->field = host->get_key(config, P_FIELD, 0);
    self->tokens = host->get_key(config, P_TOKENS, 0);
    self->sentences = host->get_key(config, P_SENTENCES, 0);
    self->segments = host->get_key(config, P_SEGMENTS_LAYER, 0);
    self->lang = host->get_key(config, P_LANG, 0);
    self->mode = mode_of[host->get_int(config, P_MODE)];
    self->scheme = (enum scheme)host->get_int(config, P_SEGMENTS);
    if (intern_all(host, class_names, WQ_W_CLASSES, self->kinds) < 0
        || intern_all(host, piece_names, CLITIC_KINDS, self->pieces) < 0) {
        free(self);
        return NULL;
    }
    return self;
}

/* Returns the worker's memory of words, or NULL if there is none left. */
static void *tokenize_start(void *shared, wq_ctx *ctx)
{
    const struct tokenize *self = shared;
    struct worker *worker = calloc(1, sizeof *worker);
    (void)ctx;
    if (!worker) return NULL;
    worker->shared = self;
    if (self->scheme == SCHEME_NONE) return worker;
    worker->segmenter = segmenter_new(clitics_built_in(), self->scheme);
    if (worker->segmenter) return worker;
    free(worker);
    return NULL;
}

static void tokenize_stop(void *instance)
{
    struct worker *worker = instance;
    segmenter_free(worker->segmenter);
    free(worker);
}

/* A larger column with the first n entries of the old one; NULL: no memory. */
static void *grown(const wq_host *host, wq_ctx *ctx, const void *old, size_t n,
                   size_t cap, size_t size)
{
    void *column = host->scratch(ctx, cap * size);
    if (column && n) memcpy(column, old, n * size);
    return column;
}

/* Makes room for cap spans, the first n staying.  0, or -1: no memory. */
static int make_room(const wq_host *host, wq_ctx *ctx, struct columns *c,
                     size_t n, size_t cap)
{
    if (c->cls && cap <= c->cap) return 0;
    struct columns new = {
        .cap = cap,
        .begin = grown(host, ctx, c->begin, n, cap, sizeof *c->begin),
        .end = grown(host, ctx, c->end, n, cap, sizeof *c->end),
        .kind = host->scratch(ctx, cap * sizeof *c->kind),
        .hash = grown(host, ctx, c->hash, n, cap, sizeof *c->hash),
        .cls = grown(host, ctx, c->cls, n, cap, sizeof *c->cls),
    };
    if (!new.begin || !new.end || !new.kind || !new.hash || !new.cls) return -1;
    *c = new;
    return 0;
}

/* Writes the words of a text as a layer.  Returns their number, which stay in
 * the columns, or -1: no memory. */
static ptrdiff_t set_tokens(const struct tokenize *self, wq_ctx *ctx,
                            wq_record *record, wq_str text, struct columns *c)
{
    size_t n = 0, at = 0;
    while (at < text.n) {
        if (n == c->cap && make_room(self->host, ctx, c, n, 2 * n) < 0)
            return -1;
        wq_words out = { c->begin + n, c->end + n, c->cls + n, c->hash + n };
        n += self->text->words(self->mode, text.p, text.n, &at, &out,
                               c->cap - n);
    }
    for (size_t i = 0; i < n; i++) c->kind[i] = self->kinds[c->cls[i]];
    self->host->add(ctx, C_TOKENS, n);
    wq_layer layer = { .n = n, .begin = c->begin, .end = c->end,
                       .kind = c->kind, .hash = c->hash };
    if (self->host->set_layer(record, self->tokens, self->field, &layer) < 0)
        return -1;
    return (ptrdiff_t)n;
}

/* Is the article in another language than Arabic, as far as it says? */
static int is_foreign(const struct tokenize *self, const wq_record *record)
{
    wq_str lang;
    return self->lang && self->host->get(record, self->lang, &lang) && lang.n
           && (lang.n < 2 || memcmp(lang.p, "ar", 2) != 0);
}

/* Writes the pieces of the n words in the columns.  0, or -1: no memory. */
static int set_segments(const struct worker *worker, wq_ctx *ctx,
                        wq_record *record, wq_str text,
                        const struct columns *c, size_t n)
{
    const struct tokenize *self = worker->shared;
    const wq_words words = { c->begin, c->end, c->cls, c->hash };
    struct segments s;
    if (!worker->segmenter) return 0;
    if (is_foreign(self, record)) n = 0;
    if (segmenter_text(worker->segmenter, text.p, &words, n, &s) < 0) return -1;
    wq_key *kind = self->host->scratch(ctx, s.n * sizeof *kind);
    if (!kind && s.n) return -1;
    for (size_t i = 0; i < s.n; i++) kind[i] = self->pieces[s.kind[i]];
    self->host->add(ctx, C_SEGMENTS, s.n);
    wq_layer layer = { .n = s.n, .begin = s.begin, .end = s.end, .kind = kind };
    return self->host->set_layer(record, self->segments, self->field, &layer);
}

/* Writes the sentences of a text as a layer.  0, or -1: no memory. */
static int set_sentences(const struct tokenize *self, wq_ctx *ctx,
                         wq_record *record, wq_str text, struct columns *c)
{
    size_t n = 0, at = 0;
    while (at < text.n) {
        if (n == c->cap && make_room(self->host, ctx, c, n, 2 * n) < 0)
            return -1;
        n += self->text->sentences(text.p, text.n, &at, c->begin + n,
                                   c->end + n, c->cap - n);
    }
    self->host->add(ctx, C_SENTENCES, n);
    wq_layer layer = { .n = n, .begin = c->begin, .end = c->end };
    return self->host->set_layer(record, self->sentences, self->field, &layer);
}

/* Arabic news has a word every 11 bytes; a text with more of them grows the
 * columns. */
#define BYTES_A_WORD 8

/* Marks up each article by itself; one without the field stays as it is.
 * Returns 0, or -1, which the host explains.  [worker] */
static int tokenize_process(void *instance, wq_ctx *ctx,
                            wq_record *const *records, size_t n,
                            void *const *prepared, wq_verdict *verdicts)
{
    const struct worker *worker = instance;
    const struct tokenize *self = worker->shared;
    struct columns columns = { 0 };
    (void)prepared;
    (void)verdicts;
    for (size_t i = 0; i < n; i++) {
        wq_str text;
        if (!self->host->get(records[i], self->field, &text)) continue;
        if (make_room(self->host, ctx, &columns, 0,
                      text.n / BYTES_A_WORD + 64) < 0)
            return -1;
        ptrdiff_t words = set_tokens(self, ctx, records[i], text, &columns);
        if (words < 0
            || set_segments(worker, ctx, records[i], text, &columns,
                            (size_t)words) < 0
            || set_sentences(self, ctx, records[i], text, &columns) < 0)
            return -1;
    }
    return 0;
}

static const wq_stage stages[] = {
    { .name = "tokenize", .version = "1.0", .flags = WQ_PURE,
      .help = "Finds words, with class and hash, sentences, and the clitics "
              "of Arabic words.",
      .params = params, .n_params = WQ_LEN(params), .counters = counters,
      .open = tokenize_open, .close = free, .start = tokenize_start,
      .stop = tokenize_stop, .process = tokenize_process },
};
WQ_PLUGIN("tokenize", "1.0", "Apache-2.0 AND CC-BY-SA-4.0", stages);
