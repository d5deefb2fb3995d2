/* corpus.h - what the two formats of this plugin share: their settings. */
#ifndef CORPUS_CORPUS_H
#define CORPUS_CORPUS_H
#include "article.h"
#include "out.h"

/* Read-only once open has returned. */
struct corpus {
    const wq_host *host;
    const wq_text *text; /* text/1 */
    struct layers layers;
    int has_fold;          /* vertical: a column of folded forms */
    wq_key id;
    struct upos {
        wq_key kind;
        const char *name;
    } upos[10];            /* CoNLL-U: ends with kind 0 */
    uint32_t n_fields;     /* said of each document */
    wq_key fields[];
};

/* What one worker needs. */
struct corpus_worker {
    const struct corpus *corpus;
    char *folded; /* room for the folded form of a token */
    size_t cap;
    wq_key clean[64]; /* by key: kinds whose names can be written as they are */
    struct out out;
};

/* Writes the name of a kind as an identifier, `_' if there is none. */
void corpus_kind(struct corpus_worker *w, wq_key kind);

/* As wq_format.encode.  [worker] */
int vertical_encode(void *instance, wq_ctx *ctx, wq_record *const *records,
                    size_t n, int (*write)(void *to, const char *p, size_t n),
                    void *to);
int conllu_encode(void *instance, wq_ctx *ctx, wq_record *const *records,
                  size_t n, int (*write)(void *to, const char *p, size_t n),
                  void *to);
#endif
