/* clitics.h - cuts an Arabic word into its clitics and its stem.
 *
 * وبالتالي is و (conjunction) + ب (preposition) + ال (article) + تالي (stem).
 * A word has few possible readings; each is scored by a linear model over what
 * its letters look like and which neighbours of it (with and without the clitic,
 * with other clitics) a list of words knows, and the best one is taken.  The
 * word alone decides: of 5,762 word types of the treebank only 3 are divided in
 * two ways, so a word may be looked up instead of analysed again (segments.h).
 *
 * doc/clitics.md describes the model, its data and what it gets wrong. */
#ifndef TOKENIZE_CLITICS_H
#define TOKENIZE_CLITICS_H

#include <stddef.h>
#include <stdint.h>

enum clitic_kind {
    CLITIC_STEM,
    CLITIC_INTERROGATIVE, /* أ                                              */
    CLITIC_CONJ,          /* و ف                                             */
    CLITIC_PREP,          /* ب ل ك                                           */
    CLITIC_FUTURE,        /* س                                               */
    CLITIC_ARTICLE,       /* ال, and the second ل of لل                      */
    CLITIC_PRONOUN,       /* ه ها هم هما هن ك كم كما كن ي ني نا              */
    CLITIC_KINDS
};

enum {
    CLITICS_PIECES = 6,  /* أ و ب ال stem ه: no word has more                */
    CLITICS_BYTES = 96,  /* a longer word is left whole                      */
    CLITICS_LETTERS = 24 /* the same                                         */
};

/* A word as pieces one after the other: piece i is kind[i] and ends before byte
 * end[i]; the last one ends the word.  Joined they are the word. */
struct clitics_pieces {
    uint8_t n; /* 1 .. CLITICS_PIECES */
    uint8_t end[CLITICS_PIECES], kind[CLITICS_PIECES];
};

/* The model: both tables are read-only and outlive their users. */
struct clitics {
    const unsigned char *counts;  /* CLITICS_COUNTS: see clitics_level        */
    const unsigned char *weights; /* CLITICS_WEIGHTS: int8, one a feature     */
};

enum {
    CLITICS_COUNT_BITS = 18,
    CLITICS_COUNTS = 2 << CLITICS_COUNT_BITS, /* bytes */
    CLITICS_WEIGHT_BITS = 16,
    CLITICS_WEIGHTS = 1 << CLITICS_WEIGHT_BITS
};

/* The model built into the program.  [any] */
struct clitics clitics_built_in(void);

/* Divides p[0..n), a word in valid UTF-8.  Anything that is not an Arabic word
 * of ordinary letters (marks, tatweel and invisible controls may stand between
 * them) is one stem; n up to CLITICS_BYTES, or end[] could not hold it.
 * Cannot fail.  [any] */
void clitics_divide(const struct clitics *model, const char *p, size_t n,
                    struct clitics_pieces *out);

/* ---- for whoever trains the model ----------------------------------------- */

enum { CLITICS_CANDIDATES = 64, CLITICS_FEATURES = 160 };

/* One reading of a word, and the places in `weights` that add up to its score. */
struct clitics_candidate {
    struct clitics_pieces pieces;
    uint32_t n_features;
    uint32_t feature[CLITICS_FEATURES];
    /* If the stem may begin with an article, which ends before this byte: what
     * says so by a sum above 0.  n_article 0: there is none. */
    uint32_t article_end, n_article;
    uint32_t article[CLITICS_FEATURES];
};

/* The readings of a word, the article aside; the greatest sum says the best, of
 * equal ones the first.  Returns their number, at most CLITICS_CANDIDATES; 0: no
 * Arabic word.  Only model->counts is used. */
size_t clitics_candidates(const struct clitics *model, const char *p, size_t n,
                          struct clitics_candidate *out);
/* The key of a word in the list of counts; 0: not a word the list may hold. */
uint64_t clitics_key(const char *p, size_t n);
/* A slot of the list is two bytes, low one first: 12 bits of the key, 4 of the
 * level, which is 1 .. 15, a step for each half power of ten; 0 is free.  The
 * search for a key begins at clitics_slot and goes on, from the last slot to
 * the first, until it finds the mark of the key or a free slot. */
uint32_t clitics_slot(uint64_t key);
uint32_t clitics_mark(uint64_t key); /* the key's 12 bits, shifted left by 4 */

#endif
