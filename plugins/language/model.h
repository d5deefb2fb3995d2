/* model.h - what letter sequences cost in each language, script by script.
 *
 * For each script that several languages share, a table of ROWS rows: cost of a
 * sequence of one to three letters, by its hash, in every language, in 1/COST
 * bit.  The tables are made by tools/train_language.py, which has the same
 * hash. */
#ifndef WARRAQ_LANGUAGE_MODEL_H
#define WARRAQ_LANGUAGE_MODEL_H
#include <stdint.h>
#include <warraq/plugin.h>

#define ROW_BITS 12
#define ROWS     (1 << ROW_BITS)
#define COST     12.0 /* units in a bit */
enum { GROUPS = 3, WIDTH_MAX = 24 };

struct group {
    uint32_t script;      /* wq_script */
    uint32_t n, width;    /* languages; columns of a row, 8 or 24 */
    const uint8_t *costs; /* [ROWS][width] */
    const char *langs[WIDTH_MAX];
};
extern const struct group groups[GROUPS];

/* The hash of a sequence, letter by letter, beginning with 0. */
static inline uint32_t hash_step(uint32_t hash, uint32_t letter)
{
    hash = (hash + letter) * 0x9E3779B1u;
    return hash ^ hash >> 15;
}
static inline uint32_t row_of(uint32_t hash)
{
    return hash * 0x85EBCA6Bu >> (32 - ROW_BITS);
}
#endif
