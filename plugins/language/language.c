/* language.c - the `language` stage: says which language an article is in.
 *
 * One language for the whole article, the one that most of its letters are in;
 * it does not look for passages in another.  42 languages: those of model.c,
 * and those that have a script to themselves. */
#include "detect.h"
#include <stdlib.h>
#include <string.h>

enum { P_FIELD, P_TO, P_SCORE, P_KEEP, P_MIN_CONFIDENCE, P_MIN_LETTERS };
static const wq_param params[] = {
    [P_FIELD] = { .name = "field", .type = WQ_FIELD_IN, .fallback = "text",
                  .help = "Field to look at." },
    [P_TO] = { .name = "to", .type = WQ_FIELD_OUT, .fallback = "lang",
               .help = "Field for the language: ISO 639-1, 639-3 where there "
                       "is no such code (ckb), \"und\" where it is not told." },
    [P_SCORE] = { .name = "score", .type = WQ_FIELD_OUT,
                  .help = "Field for the confidence, 0 to 1." },
    [P_KEEP] = { .name = "keep", .type = WQ_STRING, .flags = WQ_LIST,
                 .help = "Languages to keep; articles in others are dropped, "
                         "those with too little text to tell are not." },
    [P_MIN_CONFIDENCE] = { .name = "min_confidence", .type = WQ_REAL,
                           .fallback = "0", .min = 0, .max = 1,
                           .help = "Below it the language is \"und\"." },
    /* Ten letters are right in 95 of 100 cases (first words of passages in 39
     * languages, by folds), 25 in 99. */
    [P_MIN_LETTERS] = { .name = "min_letters", .type = WQ_INT,
                        .fallback = "10", .unit = "letters", .min = 1,
                        .max = 1000,
                        .help = "Text with fewer letters is \"und\"." },
};

enum { R_NOT_WANTED };
static const wq_reason reasons[] = {
    [R_NOT_WANTED] = { "not_wanted", "it is in a language not named in keep" },
};

enum { C_UNTOLD };
static const char *const counters[] = { "untold", NULL };

struct language {
    const wq_host *host;
    const wq_text *toolkit;
    wq_key field, to, score;
    double min_confidence;
    size_t min_letters;
    uint32_t n_keep;
    wq_str keep[]; /* the host's */
};

/* Returns the settings, freed by close, or NULL.  [main] */
static void *language_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    uint32_t n = host->count(config, P_KEEP);
    struct language *self = calloc(1, sizeof *self + n * sizeof *self->keep);
    if (!self) return NULL;
    self->host = host;
    self->toolkit = host->extension("text/1");
    self->field = host->get_key(config, P_FIELD, 0);
    self->to = host->get_key(config, P_TO, 0);
    self->score = host->get_key(config, P_SCORE, 0);
    self->min_confidence = host->get_real(config, P_MIN_CONFIDENCE);
    self->min_letters = (size_t)host->get_int(config, P_MIN_LETTERS);
    for (; self->n_keep < n; self->n_keep++) {
        wq_str lang = host->get_str(config, P_KEEP, self->n_keep);
        self->keep[self->n_keep] = lang;
        if (!is_known(lang))
            host->bad_param(config, P_KEEP,
                            "no language \"%.*s\" can be told; write it as in "
                            "ISO 639-1, like ar or en",
                            (int)(lang.n < 40 ? lang.n : 40), lang.p);
    }
    if (!self->toolkit) host->error(ctx, "this host has no extension text/1");
    if (self->toolkit) return self;
    free(self);
    return NULL;
}

static int is_wanted(const struct language *self, wq_str lang)
{
    if (!self->n_keep) return 1;
    for (uint32_t i = 0; i < self->n_keep; i++)
        if (lang.n == self->keep[i].n
            && memcmp(lang.p, self->keep[i].p, lang.n) == 0)
            return 1;
    return 0;
}

/* Judges one article.  Returns 0, or -1 as the host did. */
static int tell(const struct language *self, wq_ctx *ctx, size_t i,
                wq_record *record, wq_verdict *verdict)
{
    wq_str text;
    self->host->get(record, self->field, &text);
    struct guess guess = detect(self->toolkit, text, self->min_letters);
    if (guess.confidence < self->min_confidence) guess.lang = NULL;
    wq_str lang = { guess.lang ? guess.lang : "und",
                    guess.lang ? strlen(guess.lang) : 3 };
    wq_value score = { .type = WQ_V_REAL, .u.r = guess.confidence };
    if (!guess.lang) self->host->add(ctx, C_UNTOLD, 1);
    if (self->host->set(record, self->to, lang) < 0) return -1;
    if (self->score
        && self->host->set_value(record, self->score, &score) < 0)
        return -1;
    if (guess.letters >= self->min_letters && !is_wanted(self, lang)) {
        *verdict = WQ_DROP;
        self->host->set_reason(ctx, i, R_NOT_WANTED, "%s",
                               guess.lang ? guess.lang : "und");
    }
    return 0;
}

/* Judges each article by itself.  Returns 0, or -1, which the host explains.
 * [worker] */
static int language_process(void *instance, wq_ctx *ctx,
                            wq_record *const *records, size_t n,
                            void *const *prepared, wq_verdict *verdicts)
{
    const struct language *self = instance;
    (void)prepared;
    for (size_t i = 0; i < n; i++)
        if (tell(self, ctx, i, records[i], &verdicts[i]) < 0) return -1;
    return 0;
}

static const wq_stage stages[] = {
    { .name = "language", .version = "1.0", .flags = WQ_PURE,
      .help = "Says which language an article is in, and drops the others.",
      .params = params, .n_params = WQ_LEN(params),
      .reasons = reasons, .n_reasons = WQ_LEN(reasons), .counters = counters,
      .open = language_open, .close = free, .process = language_process },
};
WQ_PLUGIN("language", "1.0", "Apache-2.0 AND MIT", stages);
