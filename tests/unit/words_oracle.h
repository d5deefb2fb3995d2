/* words_oracle.h - words without blocks: one segment of the exact walk after
 * the other, which text_words has to give at every level of vectors. */
#ifndef WQ_TESTS_WORDS_ORACLE_H
#define WQ_TESTS_WORDS_ORACLE_H
#include <stddef.h>
#include <stdint.h>
#include <warraq/plugin.h>

/* Columns for the words of a text of n bytes. */
struct columns {
    wq_words rows;
    size_t n;
};
void columns_make(struct columns *c, size_t n);
void columns_free(struct columns *c);

/* The words of p[0..n) by the walk alone. */
void oracle_words(uint32_t mode, const char *p, size_t n, struct columns *out);
/* The same by text_words, in calls of at most cap rows. */
void called_words(uint32_t mode, const char *p, size_t n, size_t cap,
                  struct columns *out);
/* The first row in which they differ, or (size_t)-1. */
size_t first_difference(const struct columns *a, const struct columns *b);
/* Is there only one answer?  In news not for what is no UTF-8: words of scripts
 * without spaces depend on where a broken run is asked about. */
int has_one_answer(uint32_t mode, const char *p, size_t n);
#endif
