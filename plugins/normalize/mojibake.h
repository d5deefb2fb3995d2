/* mojibake.h - text that was UTF-8 and was read as windows-1252 or -1256. */
#ifndef NORMALIZE_MOJIBAKE_H
#define NORMALIZE_MOJIBAKE_H
#include "edits.h"
#include "rules.h"

/* Writes p[0..n) with such passages as they were meant to out, room for n
 * bytes, and what changed to edits (emptied first); out and edits NULL: only
 * looks.  *passages: how many there are, added to.  What was misread twice
 * needs two calls.  Valid UTF-8 in and out.  Returns the bytes written (n where
 * it only looks), or (size_t)-1: no memory.  [any] */
size_t rewrite_mojibake(const struct rules *rules, uint64_t *passages,
                        const char *p, size_t n, char *out,
                        struct edits *edits);
#endif
