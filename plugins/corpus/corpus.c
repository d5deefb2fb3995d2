/* corpus.c - the formats `vertical` and `conllu`: tokenized articles as the
 * tools of corpus linguists read them.
 *
 *   article.c   a record as tokens in sentences   out.c     text, made safe
 *   vertical.c  tags, and a line a token          conllu.c  CoNLL-U
 *
 * They only write.  Nothing is invented: what warraq does not know is `_', or
 * is left out.  Here are the settings and the descriptor. */
#include "corpus.h"
#include <stdlib.h>

enum { P_TOKENS, P_SENTENCES, P_PARAGRAPHS, P_SEGMENTS, P_STEMS, P_FIELDS,
       P_FOLD };
#define LAYER_OF_TOKENS                                                        \
    { .name = "tokens", .type = WQ_LAYER_IN, .fallback = "tokens",             \
      .help = "Layer of the words, with their class as kind." }
#define LAYER_OF_SENTENCES                                                     \
    { .name = "sentences", .type = WQ_LAYER_IN, .fallback = "sentences",       \
      .help = "Layer of the sentences; a token belongs to the one it begins "  \
              "in, tokens outside of any make one of their own." }
static const wq_param vertical_params[] = {
    [P_TOKENS] = LAYER_OF_TOKENS,
    [P_SENTENCES] = LAYER_OF_SENTENCES,
    [P_PARAGRAPHS] = { .name = "paragraphs", .type = WQ_LAYER_IN,
                       .flags = WQ_OPTIONAL, .fallback = "paragraphs",
                       .help = "Layer of the paragraphs, written as <p>." },
    [P_SEGMENTS] = { .name = "segments", .type = WQ_LAYER_IN,
                     .help = "Layer of the pieces of words: a column "
                             "(piece+piece); without it there is none." },
    [P_STEMS] = { .name = "stems", .type = WQ_LAYER_IN,
                  .help = "Layer of the stems: a column; without it there is "
                          "none." },
    [P_FIELDS] = { .name = "fields", .type = WQ_FIELD_IN,
                   .flags = WQ_LIST | WQ_OPTIONAL,
                   .fallback = "id, title, date, source, lang",
                   .help = "Fields that become attributes of <doc>." },
    [P_FOLD] = { .name = "fold", .type = WQ_BOOL, .fallback = "false",
                 .help = "A column with the folded form of each word: no "
                         "diacritics, one letter for all its variants." },
};
static const wq_param conllu_params[] = {
    [P_TOKENS] = LAYER_OF_TOKENS,
    [P_SENTENCES] = LAYER_OF_SENTENCES,
    [P_PARAGRAPHS] = { .name = "paragraphs", .type = WQ_LAYER_IN,
                       .flags = WQ_OPTIONAL, .fallback = "paragraphs",
                       .help = "Layer of the paragraphs, written as newpar." },
    [P_SEGMENTS] = { .name = "segments", .type = WQ_LAYER_IN,
                     .flags = WQ_OPTIONAL, .fallback = "segments",
                     .help = "Layer of the pieces of words: a word of several "
                             "is a multiword token." },
    [P_STEMS] = { .name = "stems", .type = WQ_LAYER_IN, .flags = WQ_OPTIONAL,
                  .fallback = "stems",
                  .help = "Layer of the stems, written as MISC Stem=." },
    [P_FIELDS] = { .name = "fields", .type = WQ_FIELD_IN,
                   .flags = WQ_LIST | WQ_OPTIONAL,
                   .fallback = "title, date, source, lang",
                   .help = "Fields written as comments at the beginning of a "
                           "document." },
};
static const char *const vertical_suffixes[] = { ".vert", ".vertical", NULL };
static const char *const conllu_suffixes[] = { ".conllu", NULL };

/* The classes of tokens whose part of speech in UD is beyond doubt: its page on
 * NUM names times and dates, that on SYM addresses and emoji
 * (https://universaldependencies.org/u/pos/). */
static const char *const upos[][2] = {
    { "punct", "PUNCT" }, { "number", "NUM" }, { "symbol", "SYM" },
    { "url", "SYM" },     { "email", "SYM" },  { "emoji", "SYM" },
    { "time", "NUM" },    { "date", "NUM" },
};

static wq_key intern(const wq_host *host, const char *name)
{
    return host->intern((wq_str){ name, strlen(name) });
}

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* What XML, CWB and Sketch Engine all take for the name of an attribute. */
static int is_attribute(wq_str s)
{
    if (!s.n || !is_letter(s.p[0])) return 0;
    for (size_t i = 1; i < s.n; i++)
        if (!is_letter(s.p[i]) && s.p[i] != '-' &&
            !(s.p[i] >= '0' && s.p[i] <= '9'))
            return 0;
    return 1;
}

static void read_fields(struct corpus *self, wq_config *config)
{
    const wq_host *host = self->host;
    for (uint32_t i = 0; i < self->n_fields; i++) {
        self->fields[i] = host->get_key(config, P_FIELDS, i);
        wq_str name = host->name(self->fields[i]);
        if (!is_attribute(name))
            host->bad_param(config, P_FIELDS,
                            "\"%.*s\" cannot be the name of an attribute: it "
                            "has other characters than a-z, 0-9, - and _",
                            (int)(name.n < 40 ? name.n : 40), name.p);
    }
}

/* Returns the settings, freed by close; NULL: no memory, or error() said why.
 * [main] */
static void *conllu_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    uint32_t n = host->count(config, P_FIELDS);
    struct corpus *self = calloc(1, sizeof *self + n * sizeof *self->fields);
    if (!self) return NULL;
    self->host = host;
    self->text = host->extension("text/1");
    self->layers = (struct layers){
        .host = host,
        .tokens = host->get_key(config, P_TOKENS, 0),
        .sentences = host->get_key(config, P_SENTENCES, 0),
        .paragraphs = host->get_key(config, P_PARAGRAPHS, 0),
        .segments = host->get_key(config, P_SEGMENTS, 0),
        .stems = host->get_key(config, P_STEMS, 0),
        .stem = intern(host, "stem"),
    };
    self->id = intern(host, "id");
    for (uint32_t i = 0; i < WQ_LEN(upos); i++)
        self->upos[i] = (struct upos){ intern(host, upos[i][0]), upos[i][1] };
    self->n_fields = n;
    read_fields(self, config);
    if (self->text) return self;
    host->error(ctx, "this warraq has no text toolkit (text/1)");
    free(self);
    return NULL;
}

static void *vertical_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct corpus *self = conllu_open(host, config, ctx);
    if (self) self->has_fold = (int)host->get_int(config, P_FOLD);
    return self;
}

void corpus_kind(struct corpus_worker *w, wq_key kind)
{
    struct out *o = &w->out;
    size_t slot = kind % WQ_LEN(w->clean);
    wq_str name = { "_", 1 };
    if (kind) name = w->corpus->host->name(kind);
    if (!kind || w->clean[slot] == kind) {
        out_bytes(o, name.p, name.n);
        return;
    }
    size_t i = 0;
    while (i < name.n && is_letter(name.p[i])) i++;
    if (name.n && i == name.n) w->clean[slot] = kind;
    if (!out_text(o, name, OUT_KIND)) out_char(o, '_');
}

static void *corpus_start(void *shared, wq_ctx *ctx)
{
    struct corpus_worker *w = malloc(sizeof *w);
    (void)ctx;
    if (!w) return NULL;
    w->corpus = shared;
    w->folded = NULL;
    w->cap = 0;
    memset(w->clean, 0, sizeof w->clean);
    return w;
}

static void corpus_stop(void *instance)
{
    struct corpus_worker *w = instance;
    free(w->folded);
    free(w);
}

static const wq_format formats[] = {
    { .name = "vertical", .version = "1.0",
      .help = "A token a line between tags, as IMS CWB and Sketch Engine read "
              "it.  Writes only.",
      .suffixes = vertical_suffixes,
      .params = vertical_params, .n_params = WQ_LEN(vertical_params),
      .open = vertical_open, .close = free,
      .start = corpus_start, .stop = corpus_stop, .encode = vertical_encode },
    { .name = "conllu", .version = "1.0",
      .help = "CoNLL-U, version 2, without syntax; articles without a word are "
              "left out.  Writes only.",
      .suffixes = conllu_suffixes,
      .params = conllu_params, .n_params = WQ_LEN(conllu_params),
      .open = conllu_open, .close = free,
      .start = corpus_start, .stop = corpus_stop, .encode = conllu_encode },
};
WQ_FORMAT_PLUGIN("corpus", "1.0", "Apache-2.0", formats);
