/* oracle.h - the rules of Unicode as they stand in its reports, one after the
 * other, with no thought of speed: what the toolkit is compared with.  They
 * share the tables of properties, and nothing else, with it.
 *
 * A text is cut into code points as the toolkit sees it: a byte that is part of
 * no sequence is U+FFFD by itself. */
#ifndef ORACLE_H
#define ORACLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ORACLE_MAX = 4096 }; /* code points of a text */

struct oracle {
    uint32_t c[ORACLE_MAX];
    size_t at[ORACLE_MAX + 1]; /* where each begins, bytes; at[n]: the end */
    size_t n;
};

/* Cuts p[0..n), n <= ORACLE_MAX, into code points. */
void oracle_read(struct oracle *o, const char *p, size_t n);

/* Is there a boundary before code point i, 0 < i < n?  UAX #29, Unicode 15.0. */
bool oracle_grapheme(const struct oracle *o, size_t i);
bool oracle_word(const struct oracle *o, size_t i);
bool oracle_sentence(const struct oracle *o, size_t i);

/* NFC of the text (UAX #15) into out, which has room for 3 * n + 8 bytes; a byte
 * that is part of no sequence stays.  Returns the bytes. */
size_t oracle_nfc(const struct oracle *o, const char *p, char *out);
#endif
