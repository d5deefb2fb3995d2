/* entities.h - character references that a web page left in its text. */
#ifndef NORMALIZE_ENTITIES_H
#define NORMALIZE_ENTITIES_H
#include "edits.h"
#include "rules.h"

/* Writes p[0..n) with its references (&quot; &#8221; &#x201D;) as characters to
 * out, room for n bytes, and what changed to edits (emptied first).  Adds to
 * *count.  Valid UTF-8 in and out.  Returns the bytes written, or (size_t)-1:
 * no memory.  [any] */
size_t rewrite_entities(const struct rules *rules, uint64_t *count,
                        const char *p, size_t n, char *out,
                        struct edits *edits);
#endif
