/* stopwords.c - the stage `stopwords`.
 *
 * A word is a stop word if its language lists it.  Clitics are seen through:
 * where the layer of segments has split the word, what follows its conjunctions
 * and prepositions is looked up, pronouns and all (وعليها: عليها; سمعنا is not
 * مع), and a word of clitics alone is one (له: ل and ه); where there is no such
 * layer, and for words of two letters (وفي), the list has the joined forms. */
#include "data.h"
#include "lists.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE = 4 << 20 };
/* Three letters of Arabic.  Fewer behind a clitic are too often the end of
 * another word: those that are none are listed with their clitics. */
enum { MIN_REST = 6 /* bytes */ };

struct stopwords {
    struct source source;
    struct lists *lists;
    wq_key layer;
};

/* ---- the user's words ---------------------------------------------------- */

/* Where a mistake in the user's file is told. */
struct place {
    const wq_host *host;
    wq_config *config;
    const char *path;
};

static void on_mistake(void *to, size_t line, const char *why)
{
    const struct place *place = to;
    place->host->bad_param(place->config, STOP_WORDS, "%s:%zu: %s", place->path,
                           line, why);
}

/* Adds the lines of an open file.  Returns 0, or -1: no memory. */
static int add_file(struct stopwords *self, FILE *file, struct place *place)
{
    const wq_host *host = self->source.host;
    char *content = malloc(MAX_FILE + 1);
    if (!content) return -1;
    size_t n = fread(content, 1, MAX_FILE + 1, file);
    size_t valid = self->source.text->utf8_valid(content, n);
    int rc = 0;
    if (ferror(file))
        host->bad_param(place->config, STOP_WORDS, "cannot read %s: %s",
                        place->path, strerror(errno));
    else if (n > MAX_FILE)
        host->bad_param(place->config, STOP_WORDS, "%s is larger than 4 MiB",
                        place->path);
    else if (valid < n)
        host->bad_param(place->config, STOP_WORDS,
                        "%s is not UTF-8 at byte %zu", place->path, valid);
    else
        rc = lists_add(self->lists, (wq_str){ content, n }, on_mistake, place);
    free(content);
    return rc;
}

/* Adds the user's words, if there are any.  Returns 0, with all that is wrong
 * told to the host; or -1: no memory. */
static int add_own(struct stopwords *self, wq_config *config)
{
    const wq_host *host = self->source.host;
    wq_str path = host->get_str(config, STOP_WORDS, 0);
    if (!path.n) return 0;
    char *name = strndup(path.p, path.n);
    if (!name) return -1;
    struct place place = { host, config, name };
    FILE *file = fopen(name, "rb");
    int rc = 0;
    if (!file)
        host->bad_param(config, STOP_WORDS, "cannot open %s: %s", name,
                        strerror(errno));
    else
        rc = add_file(self, file, &place);
    if (file) fclose(file);
    free(name);
    return rc;
}

/* ---- settings ------------------------------------------------------------ */

static void check_language(const struct stopwords *self, wq_config *config)
{
    const struct language *language = &self->source.language;
    char known[512] = "";
    if (!language->code[0] || lists_find(self->lists, language)) return;
    lists_names(self->lists, known, sizeof known);
    self->source.host->bad_param(config, P_LANGUAGE,
                                 "there are no stop words of \"%s\"; there are "
                                 "those of %s", language->code, known);
}

void stopwords_close(void *shared)
{
    struct stopwords *self = shared;
    lists_free(self->lists);
    free(self);
}

/* Returns the settings; NULL: no memory, or error() said why.  [main] */
void *stopwords_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct stopwords *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    const wq_str words = { data_words.p, data_words.n };
    const wq_str clitics = { data_clitics.p, data_clitics.n };
    if (source_open(&self->source, host, config, ctx) < 0) goto fail;
    self->layer = host->get_key(config, STOP_STOPWORDS, 0);
    self->lists = lists_new(self->source.text);
    if (!self->lists || lists_add(self->lists, words, NULL, NULL) < 0 ||
        add_own(self, config) < 0 ||
        lists_add_joined(self->lists, clitics, NULL, NULL) < 0)
        goto fail;
    check_language(self, config);
    return self;
fail:
    stopwords_close(self);
    return NULL;
}

/* ---- a text -------------------------------------------------------------- */

static int is_stop_word(const struct stopwords *self, const struct list *list,
                        const struct word *word)
{
    const wq_str rest = word->rest;
    if (list_has(list, word->form, word->hash, word->n_pieces != 1)) return 1;
    if (word->n_pieces < 2) return 0;
    if (!word->stem.p) return 1; /* clitics alone */
    if (rest.n < MIN_REST || rest.n == word->form.n) return 0;
    return list_has(list, rest, self->source.text->fold_hash(rest.p, rest.n),
                    0);
}

static int mark_record(const struct stopwords *self, wq_ctx *ctx,
                       wq_record *record)
{
    const wq_host *host = self->source.host;
    struct words words;
    struct word word;
    uint64_t n_words = 0;
    if (!words_begin(&self->source, record, &words)) return 0;
    const struct list *list = lists_find(self->lists, &words.language);
    size_t n = 0, cap = words.tokens.n + 1;
    uint32_t *begin = host->scratch(ctx, cap * sizeof *begin);
    uint32_t *end = host->scratch(ctx, cap * sizeof *end);
    if (!begin || !end) return -1;
    for (; list && words_next(&words, &word); n_words++) {
        if (!is_stop_word(self, list, &word)) continue;
        begin[n] = word.begin;
        end[n++] = word.end;
    }
    host->add(ctx, STOP_C_WORDS, n_words);
    host->add(ctx, STOP_C_STOPWORDS, n);
    const wq_layer layer = { .n = n, .begin = begin, .end = end };
    return host->set_layer(record, self->layer, self->source.field, &layer);
}

/* Looks at each article by itself; one without tokens stays as it is, one in a
 * language without a list has no stop words.  Returns 0, or -1 if memory runs
 * out.  [worker] */
int stopwords_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                      size_t n, void *const *prepared, wq_verdict *verdicts)
{
    (void)prepared;
    (void)verdicts;
    for (size_t i = 0; i < n; i++)
        if (mark_record(instance, ctx, records[i]) < 0) return -1;
    return 0;
}
