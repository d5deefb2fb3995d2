/* persian.h - Persian yeh (U+06CC) and keheh (U+06A9) in Arabic words. */
#ifndef NORMALIZE_PERSIAN_H
#define NORMALIZE_PERSIAN_H
#include "edits.h"
#include <stdint.h>

/* Adds the letters of Arabic script in p[0..n) to *all, and to *foreign those of
 * them that Arabic does not have and the everyday words of Persian.  [any] */
void persian_count(const char *p, size_t n, size_t *all, size_t *foreign);

/* Is it a language that has these letters?  lang: an ISO 639 code, perhaps with
 * a region or script behind it ("fa-IR", "CKB").  [any] */
int is_persian_script(const char *lang, size_t n);

/* Writes p[0..n) with Arabic yeh and kaf in its Arabic words to out, room for n
 * bytes, and what changed to edits (emptied first).  Adds to *count.
 * is_foreign(to): is the article, as a whole, in another language that has
 * these letters?  Asked at most once, where a passage does not tell.  Returns
 * the bytes written, or (size_t)-1: no memory, or is_foreign said -1. */
size_t rewrite_persian(const char *p, size_t n, int (*is_foreign)(void *to),
                       void *to, uint64_t *count, char *out,
                       struct edits *edits);
#endif
