/* characters.h - the rules that look at a character and its neighbours: spaces,
 * line ends, controls, joiners, tatweel, marks, presentation forms, digits. */
#ifndef NORMALIZE_CHARACTERS_H
#define NORMALIZE_CHARACTERS_H
#include "edits.h"
#include "scan.h"

/* Room that the rewritten text of n bytes may take. */
#define CHARACTERS_ROOM(n) (2 * (n) + 8)

/* Writes p[0..n) rewritten to out, and what changed to edits (emptied first).
 * first: from scan_find, with the same scan.  counts, by rule, are added to.
 * Valid UTF-8 in, valid UTF-8 out.  Returns the bytes written, or (size_t)-1:
 * no memory.  [any] */
size_t rewrite_characters(struct scan *scan, uint64_t *counts, const char *p,
                          size_t n, size_t first, char *out,
                          struct edits *edits);
#endif
