/* features.h - what speaks for a reading of a word, as places in the weights.
 *
 * A feature is a number: what it says, of which clitic, and the value.  Its hash
 * is its place.  Values are how common the parts are in the list of counts, and
 * the letters themselves. */
#ifndef TOKENIZE_FEATURES_H
#define TOKENIZE_FEATURES_H
#include "word.h"

/* Clitics as features name them.  ANY: what holds of all of them, which speaks
 * for those that the treebank has too seldom. */
enum { ANY = 0, NO_CLITIC = 63, AL = 62, LAM_AL = 61, PRONOUN = 64 };

/* Where features go: their weights are added up and, for the trainer, they are
 * written down. */
struct sum {
    const unsigned char *weights; /* or NULL */
    uint32_t *feature;            /* or NULL */
    uint32_t n;
    int32_t score;
};

/* The pronouns, longer ones first where one ends the other; those of which
 * `others` is true show by their presence that a base takes pronouns. */
struct pronoun {
    uint64_t string;
    uint8_t n, others;
};
enum { PRONOUNS = 12 };
extern const struct pronoun pronouns[PRONOUNS];

/* The features of cutting off the front of the word from letter `at`, so that
 * it goes on from letter `rest`. */
void cut_front(const struct clitics *model, const struct word *w,
               size_t at, size_t rest, uint32_t clitic, struct sum *sum);

/* The features of cutting off pronoun k, so that letters i .. j - 1 stay. */
void cut_pronoun(const struct clitics *model, const struct word *w,
                 size_t i, size_t j, uint32_t k, struct sum *sum);

/* The features of what is left in the end, letters i .. j - 1, between the
 * particle before it and pronoun k (or NO_CLITIC). */
void keep_stem(const struct clitics *model, const struct word *w,
               uint32_t reading, uint32_t particle, size_t i, size_t j,
               struct sum *sum);

/* The features of how letters i .. j - 1 begin. */
void first_letters(const struct word *w, size_t i, size_t j,
                   uint32_t clitic, struct sum *sum);

#endif
