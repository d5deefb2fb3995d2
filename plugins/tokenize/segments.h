/* segments.h - the pieces of the Arabic words of a text, in one of the schemes
 * that corpora use, and a memory of words so that each is analysed seldom. */
#ifndef TOKENIZE_SEGMENTS_H
#define TOKENIZE_SEGMENTS_H

#include "clitics.h"
#include <warraq/plugin.h>

/* What is cut off; the rest of the word is one piece, the stem. */
enum scheme {
    SCHEME_NONE,
    SCHEME_ATB, /* all but the article, as the Arabic treebanks have it      */
    SCHEME_D1,  /* interrogative, conjunctions                               */
    SCHEME_D2,  /* and prepositions, future                                  */
    SCHEME_D3   /* and article, pronouns                                     */
};

/* Joins those pieces again that the scheme leaves together.  Cannot fail. */
void scheme_apply(enum scheme scheme, struct clitics_pieces *pieces);

/* Is p[0..n), a word, one that begins in Arabic script? */
int is_arabic(const char *p, size_t n);

/* Words already divided, for one thread.  What it answers does not depend on
 * what it was asked before: a place holds the whole word, which is compared. */
struct segmenter;

/* The caller frees it (segmenter_free); NULL: no memory. */
struct segmenter *segmenter_new(struct clitics model, enum scheme scheme);
void segmenter_free(struct segmenter *segmenter);

/* The pieces of a word.  hash: any number made of the word alone, the same for
 * it each time, or it is analysed anew.  The view lives until the next call. */
const struct clitics_pieces *segmenter_divide(struct segmenter *segmenter,
                                              const char *p, size_t n,
                                              uint64_t hash);

/* The pieces of all Arabic words that have more than one among n_words words of
 * a text; views until the next call.  kind[] are enum clitic_kind. */
struct segments {
    size_t n;
    const uint32_t *begin, *end; /* bytes */
    const uint8_t *kind;
};
/* Returns 0, or -1 if memory runs out.  [worker] */
int segmenter_text(struct segmenter *segmenter, const char *text,
                   const wq_words *words, size_t n_words, struct segments *out);

#endif
