/* article.h - a record as a corpus sees it: tokens in order, each with the
 * sentence and the paragraph it begins in, its pieces and its stem. */
#ifndef CORPUS_ARTICLE_H
#define CORPUS_ARTICLE_H
#include <warraq/plugin.h>

/* The layers to look at, all over the field of the tokens; 0: none. */
struct layers {
    const wq_host *host;
    wq_key tokens, sentences, paragraphs, segments, stems;
    wq_key stem; /* the attribute of `stems` */
};

/* Where a walk is; a copy of it walks on by itself. */
struct article {
    wq_str text;
    wq_layer tokens, sentences, paragraphs, segments, stems;
    const wq_str *stem; /* column of `stems`; NULL: none */
    size_t token, sentence, paragraph, segment, stemmed; /* what comes next */
    size_t in_sentence, in_paragraph; /* of the last token; see place_of */
    uint32_t end;                     /* of the last token */
};

struct token {
    wq_str form; /* begins with no white space */
    wq_key kind; /* 0: none */
    uint32_t index;   /* in the layer of tokens */
    uint32_t segment; /* its pieces: segments[segment .. + n_segments) */
    uint32_t n_segments; /* 0: it has none, or they do not cover it in order */
    wq_str stem;         /* p NULL: none */
    int starts_sentence, starts_paragraph, is_in_paragraph;
    int is_glued; /* no white space between it and the token before it */
};

/* Begins a walk.  A record without tokens has none to walk over. */
struct article article_of(const struct layers *l, const wq_record *record);
/* Moves on to the next token.  Returns 1, or 0 at the end.  Left out are tokens
 * that are empty, are nothing but white space, or begin inside another: a
 * corpus is one row of tokens.  Cannot fail. */
int article_next(struct article *a, struct token *t);
/* The text of piece i of a token. */
wq_str article_piece(const struct article *a, const struct token *t, size_t i);
#endif
