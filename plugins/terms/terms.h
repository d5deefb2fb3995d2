/* terms.h - what the stages `stem` and `stopwords` share: they look at the
 * words of an article one by one, in its language, through their clitics. */
#ifndef TERMS_TERMS_H
#define TERMS_TERMS_H
#include <warraq/plugin.h>

/* Parameters: the first five of both, then each one's own. */
enum { P_FIELD, P_TOKENS, P_SEGMENTS, P_LANGUAGE, P_LANG, P_OWN };
enum { STEM_STEMS = P_OWN, STEM_ARABIC };
enum { STOP_STOPWORDS = P_OWN, STOP_WORDS };
/* Counters, in the order of terms.c. */
enum { STEM_C_STEMS, STEM_C_NO_STEMMER };
enum { STOP_C_WORDS, STOP_C_STOPWORDS };

/* A language: ISO 639, the part before any "-", lower case, NUL-terminated; ""
 * where nothing tells. */
struct language {
    char code[12];
};

/* The shared parameters, read. */
struct source {
    const wq_host *host;
    const wq_text *text;
    wq_key field, tokens, segments, lang;
    wq_key kind_word, kind_stem, kind_article, kind_conj, kind_prep;
    struct language language; /* "": of each article */
};

/* Fills in s.  Returns 0, or -1 with error() called.  [main] */
int source_open(struct source *s, const wq_host *host, wq_config *config,
                wq_ctx *ctx);
/* Takes a code as people write it ("ar", "ar-EG", "EN_us").  Returns 0 if it is
 * none, or says that the language is not known ("und"). */
int language_read(wq_str text, struct language *out);

/* How the first letters of a word write their alef: two bits a letter, from the
 * lowest on.  The standard fold makes all of them ا. */
enum { ALEF_BARE, ALEF_ABOVE /* أ */, ALEF_BELOW /* إ */, ALEF_MADDA /* آ */ };
enum { ALEF_BITS = 2, ALEF_LETTERS = 32 / ALEF_BITS };

/* The standard fold of a word, as fold() of text/1, and its alefs.  [any] */
size_t fold_spelled(const wq_text *text, wq_str word, char *out, size_t cap,
                    uint32_t *alefs);

/* A record's words, walked one by one. */
struct words {
    const struct source *source;
    wq_str text;
    wq_layer tokens, segments;
    struct language language;
    int has_segments;
    size_t token, segment; /* what comes next */
};
struct word {
    wq_str form;
    uint32_t begin, end;
    uint64_t hash; /* of the standard fold */
    /* Its pieces as `segments` has them, 1 if it is not divided there; 0 where
     * there is no such layer.  In a word of clitics alone (له) no piece is the stem. */
    size_t n_pieces;
    wq_str stem;     /* the piece that is no clitic; p NULL: none */
    wq_str rest;     /* without the conjunctions and prepositions in front */
    wq_str article;  /* what of the article is not in the stem, p NULL: none:
                        ا of للكتاب (ل and لكتاب), ال if it is a piece */
};
/* Begins a walk.  Returns 1, or 0 if the record has no tokens. */
int words_begin(const struct source *s, const wq_record *record,
                struct words *w);
/* The next token of class "word".  Returns 1, or 0 at the end. */
int words_next(struct words *w, struct word *out);

/* Members of the descriptor. */
void *stem_open(const wq_host *host, wq_config *config, wq_ctx *ctx);
void stem_close(void *shared);
void *stem_start(void *shared, wq_ctx *ctx);
void stem_stop(void *instance);
int stem_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                 size_t n, void *const *prepared, wq_verdict *verdicts);
void *stopwords_open(const wq_host *host, wq_config *config, wq_ctx *ctx);
void stopwords_close(void *shared);
int stopwords_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                      size_t n, void *const *prepared, wq_verdict *verdicts);
#endif
