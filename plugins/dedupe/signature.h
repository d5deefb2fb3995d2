/* signature.h - what `dedupe` remembers of a text: some of its shingles.
 *
 * A shingle is five folded words in a row.  A text keeps the shingles whose
 * hash ends in `level` zero bits, about one in 2^level, so that
 *   - the same shingle is kept or left out in every text alike,
 *   - a sample taken at one level, thinned to a higher one, is the sample that
 *     would have been taken there: any two texts can be compared.
 * Short texts get a low level (all of their shingles), long ones a high one. */
#ifndef WARRAQ_DEDUPE_SIGNATURE_H
#define WARRAQ_DEDUPE_SIGNATURE_H
#include <stddef.h>
#include <stdint.h>

enum {
    SHINGLE = 5, /* words; the usual choice for news, and that of the truth */
    /* Fewest samples worth comparing: at 24 a containment of one half is known
     * to within .1 (one standard error), below it soon becomes a guess. */
    SAMPLES_MIN = 24,
    /* Most samples of one text: 32,000 words at one in eight.  A longer text
     * is sampled more thinly, so that no article takes more than 16 KiB. */
    SAMPLES_MAX = 4096,
    /* The hash of a shingle is 32 bits; half of them must stay to tell
     * shingles apart, whatever the level. */
    LEVEL_MAX = 16
};

struct signature {
    uint64_t exact;   /* hash of all words in order */
    uint64_t numbers; /* one bit for each number in the text, by its hash */
    uint32_t words;
    uint32_t level;
    uint32_t n;              /* samples */
    const uint32_t *samples; /* ascending, all different */
};

/* Where a sample stands in its text: samples[rank] ends with this word. */
struct place {
    uint32_t rank, word;
};

/* Room that signature_make needs: entries of `room` for a text of n words. */
size_t signature_room(size_t n_words);

/* The signature of a text given as hashes of its folded words.
 *   numbers  sketch of its numbers (number_bit of each, or-ed together)
 *   level    highest level wanted, 0 .. 8
 *   room     signature_room(n) entries; the samples lie in it
 * A text of 1 .. 4 words is one shingle; an empty one has none.  Cannot fail.
 * [any] */
void signature_make(const uint64_t *words, size_t n, uint64_t numbers,
                    uint32_t level, uint32_t *room, struct signature *out);

/* The places of a signature's samples in its text, in the text's order, the
 * first `cap` of them.  Returns how many.  [any] */
uint32_t signature_places(const uint64_t *words, size_t n,
                          const struct signature *s, struct place *out,
                          uint32_t cap);

/* The bit of a number written p[0..n) in UTF-8: by its digits alone, ASCII,
 * Arabic-Indic or Persian, so that 1,059 and 1.059 are one number; 0 if it has
 * none. */
uint64_t number_bit(const char *p, size_t n);
#endif
