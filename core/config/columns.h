/* columns.h - where a byte of a text stands: line, column, width on a terminal.
 *
 * Lines end at LF, CR LF or CR, as editors count them (libyaml also breaks at
 * U+0085, U+2028 and U+2029, so its line numbers are not used).  Columns are
 * code points. */
#ifndef WQ_CONFIG_COLUMNS_H
#define WQ_CONFIG_COLUMNS_H
#include "base/err.h"
#include <stdint.h>
#include <warraq/plugin.h>

/* Bytes of the well-formed UTF-8 sequence at p[0..n), n >= 1, its code point in
 * *cp; 0 if it is none (RFC 3629 s. 4). */
size_t utf8_step(const char *p, size_t n, uint32_t *cp);
/* Columns a code point takes on a terminal: 0, 1 or 2. */
unsigned columns_of(uint32_t cp);

/* The starts of a text's lines. */
struct lines {
    wq_str text;
    size_t n;
    size_t *byte, *cp; /* of the first character of each line */
};
/* 0, or -1: no memory.  The text is borrowed; lines_free frees the rest. */
int lines_index(wq_str text, struct lines *out);
void lines_free(struct lines *l);
/* The place of the cp-th code point (file NULL). */
struct place lines_place(const struct lines *l, size_t cp);
/* The place of a byte. */
struct place lines_place_of_byte(const struct lines *l, size_t byte);
/* A line, from 1, without its end. */
wq_str lines_get(const struct lines *l, size_t line);
#endif
