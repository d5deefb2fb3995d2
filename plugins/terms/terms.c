/* terms.c - the stages `stem` and `stopwords`: what a search engine wants to
 * know of a word.
 *
 *   words.c   an article's words, its language     data/       stop words
 *   stem.c    stems of words, remembered           lists.c     in tables
 *   light.c   light stems of Arabic                stopwords.c found in a text
 *
 * Here are the parameters and the descriptor. */
#include "terms.h"
#include <stdlib.h>

#define SHARED_PARAMS                                                          \
    [P_FIELD] = { .name = "field", .type = WQ_FIELD_IN, .fallback = "text",    \
                  .help = "Field that the words lie over." },                  \
    [P_TOKENS] = { .name = "tokens", .type = WQ_LAYER_IN,                      \
                   .fallback = "tokens",                                       \
                   .help = "Layer of the words; those of class word are "      \
                           "looked at." },                                     \
    [P_SEGMENTS] = { .name = "segments", .type = WQ_LAYER_IN,                  \
                     .flags = WQ_OPTIONAL, .fallback = "segments",             \
                     .help = "Layer of the pieces of words: tells clitics "    \
                             "from what they are joined to." },                \
    [P_LANGUAGE] = { .name = "language", .type = WQ_STRING,                    \
                     .fallback = "auto",                                       \
                     .help = "ISO 639 code of the language, or auto: what "    \
                             "the field lang says, else the language that "    \
                             "the script is used for most." },                 \
    [P_LANG] = { .name = "lang", .type = WQ_FIELD_IN, .flags = WQ_OPTIONAL,    \
                 .fallback = "lang",                                           \
                 .help = "Field with the language of the article." }

/* Arabic: light stems find as much as those of libstemmer among the nouns of UD
 * Arabic PUD (pairs of words that share a lemma), less among its verbs, and are
 * what retrieval was measured with (Larkey, Ballesteros and Connell 2007). */
static const char *const arabic_choices[] = { "light", "snowball", NULL };
static const wq_param stem_params[] = {
    SHARED_PARAMS,
    [STEM_STEMS] = { .name = "stems", .type = WQ_LAYER_OUT, .fallback = "stems",
                     .help = "Layer for the words, with the attribute stem." },
    [STEM_ARABIC] = { .name = "arabic", .type = WQ_ENUM,
                      .choices = arabic_choices, .fallback = "light",
                      .help = "Stems of Arabic: light takes off the article "
                              "and endings (Light10), snowball inflection of "
                              "verbs too." },
};
static const char *const stem_counters[] = {
    [STEM_C_STEMS] = "stems",
    [STEM_C_NO_STEMMER] = "no_stemmer", /* words that stay, folded */
    NULL
};

static const wq_param stopwords_params[] = {
    SHARED_PARAMS,
    [STOP_STOPWORDS] = { .name = "stopwords", .type = WQ_LAYER_OUT,
                         .fallback = "stopwords",
                         .help = "Layer for the words that are stop words." },
    [STOP_WORDS] = { .name = "words", .type = WQ_PATH,
                     .help = "File of more stop words: language and word, "
                             "split by a tab, a line each; # begins a "
                             "comment." },
};
static const char *const stopwords_counters[] = {
    [STOP_C_WORDS] = "words",
    [STOP_C_STOPWORDS] = "stopwords",
    NULL
};

static const wq_stage stages[] = {
    { .name = "stem", .version = "1.0", .flags = WQ_PURE,
      .help = "Finds the stems of words: what their inflected forms share.",
      .params = stem_params, .n_params = WQ_LEN(stem_params),
      .counters = stem_counters,
      .open = stem_open, .close = stem_close,
      .start = stem_start, .stop = stem_stop, .process = stem_process },
    { .name = "stopwords", .version = "1.0", .flags = WQ_PURE,
      .help = "Marks stop words, with or without clitics; cuts nothing.",
      .params = stopwords_params, .n_params = WQ_LEN(stopwords_params),
      .counters = stopwords_counters,
      .open = stopwords_open, .close = stopwords_close,
      .process = stopwords_process },
};
WQ_PLUGIN("terms", "1.0", "Apache-2.0 AND MIT", stages);
