/* utf8.h - is it UTF-8?  RFC 3629, table 3-7 of the Unicode Standard. */
#ifndef WQ_BASE_UTF8_H
#define WQ_BASE_UTF8_H
#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <warraq/plugin.h>

/* Bytes of the longest prefix of p[0..n) that is valid UTF-8.  [any] */
size_t utf8_valid_prefix(const char *p, size_t n);
/* The same without vector instructions: what the other is tested against. */
size_t utf8_valid_prefix_plain(const char *p, size_t n);
/* Bytes of what is ill-formed at the front of p[0..n), n >= 1, where no valid
 * sequence begins: the longest piece that some valid sequence begins with, at
 * least one byte, at most three ("maximal subpart", s. 3.9 of the Standard).
 * [any] */
size_t utf8_ill_formed(const char *p, size_t n);
/* Bytes of the code point that p[0..n) begins with, n >= 1; 0: none.  [any] */
size_t utf8_first(const char *p, size_t n);
/* Is that code point, p[0..n), one that nobody sees, or that tells a terminal
 * something: C0, DEL and C1, marks and overrides of direction, separators of lines,
 * fillers, tags.  Joiners (U+200C, U+200D) are spelling.  [any] */
bool utf8_is_invisible(const char *p, size_t n);
/* s with what is not UTF-8 replaced by U+FFFD, one for each ill-formed piece, in
 * the arena; s itself if it is fine.  p NULL: no memory. */
wq_str utf8_repair(struct arena *arena, wq_str s);
#endif
