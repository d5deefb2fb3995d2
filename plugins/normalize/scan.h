/* scan.h - finds the characters that the rules look at, 16 bytes at a time. */
#ifndef NORMALIZE_SCAN_H
#define NORMALIZE_SCAN_H
#include "rules.h"

struct scan {
    const struct rules *rules;
    int maybe_not_nfc; /* out: something was seen that NFC might change       */
    int has_persian;   /* out: U+06CC or U+06A9 was seen                      */
};

/* The first place from i on where rewrite_characters (characters.h) has
 * something to decide; n: none.  Sets what was seen for what it passes; never
 * clears it.  Valid UTF-8.  Cannot fail.  [any] */
size_t scan_find(struct scan *scan, const char *p, size_t i, size_t n);
#endif
