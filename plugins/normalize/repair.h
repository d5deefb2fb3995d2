/* repair.h - finds characters that need repair, and repairs them. */
#ifndef NORMALIZE_REPAIR_H
#define NORMALIZE_REPAIR_H
#include <warraq/plugin.h>

/* What there is to repair; each a rule that can be switched off. */
enum rule {
    RULE_NFC,
    RULE_FORMS,    /* Arabic presentation forms                               */
    RULE_TATWEEL,
    RULE_PERSIAN,  /* Persian yeh and keheh in Arabic text                    */
    RULE_CONTROLS, /* controls and marks of direction                         */
    RULE_INVISIBLE,/* U+200B, U+2060, U+FEFF, U+00AD                          */
    RULE_SPACES,   /* U+00A0 and its like; runs of spaces; at line ends */
    RULE_LINE_ENDS,
    RULES
};

struct repair {
    const uint8_t *on; /* by rule; RULE_PERSIAN: and this text is Arabic      */
    uint64_t *counts;  /* by rule, added to                                   */
    int maybe_not_nfc; /* out: something was seen that NFC might change       */
};

/* The first place from i on that some rule might repair; n: none.  Sets
 * r->maybe_not_nfc for what it passes.  Valid UTF-8.  Cannot fail. */
size_t repair_find(struct repair *r, const char *p, size_t i, size_t n);

/* What was repaired: bytes begin[i] .. end[i] of the text became with[i], a
 * view of the output.  Kept from text to text; edits_free takes any. */
struct edits {
    uint32_t *begin, *end;
    wq_str *with;
    size_t n, cap;
};
void edits_free(struct edits *edits);
/* Adds one.  Returns 0, or -1: no memory. */
int edits_add(struct edits *edits, size_t begin, size_t end, wq_str with);

/* Writes the repaired text to out, which has room for n + n / 3 + 8 bytes, and
 * what changed to edits.  first: from repair_find.  Repairing twice is
 * repairing once, NFC apart.  Returns the bytes written, or (size_t)-1: no
 * memory. */
size_t repair_text(struct repair *r, const char *p, size_t n, size_t first,
                   char *out, struct edits *edits);

/* Is there a Persian yeh (U+06CC) or keheh (U+06A9) in p[0..n), or a code point
 * of U+FB80..U+FBFF, where their presentation forms are?  [any] */
int repair_has_persian(const char *p, size_t n);
/* Do letters that Arabic lacks make out 1 in 200 of the Arabic script in
 * p[0..n)?  Then it is Persian, Urdu or Kurdish.  Adds to the two counts. */
void repair_count_letters(const char *p, size_t n, size_t *arabic,
                          size_t *other);
#endif
