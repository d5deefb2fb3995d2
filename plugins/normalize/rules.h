/* rules.h - the rules of `normalize`, and what every pass over a text takes. */
#ifndef NORMALIZE_RULES_H
#define NORMALIZE_RULES_H
#include <warraq/plugin.h>

/* Each a parameter and a counter, in this order. */
enum rule {
    RULE_NFC,
    RULE_FORMS,     /* presentation forms                                     */
    RULE_TATWEEL,
    RULE_DASHES,    /* tatweel that stands alone                              */
    RULE_MARKS,     /* marks on a blank, marks written twice                  */
    RULE_PERSIAN,   /* Persian yeh and keheh in Arabic words                  */
    RULE_CONTROLS,
    RULE_DIRECTION, /* marks of direction                                     */
    RULE_INVISIBLE, /* zero-width spaces, soft hyphens, byte order marks      */
    RULE_JOINERS,   /* U+200C and U+200D where nothing needs them             */
    RULE_SPACES,    /* U+00A0 and its like; runs of spaces; at line ends      */
    RULE_LINE_ENDS,
    RULE_BULLETS,   /* list signs of symbol fonts                             */
    RULE_ENTITIES,
    RULE_TANWIN,    /* enum tanwin                                            */
    RULE_DIGITS,    /* enum digits                                            */
    RULE_MOJIBAKE,  /* enum mojibake                                          */
    RULES
};
enum tanwin { TANWIN_KEEP, TANWIN_BEFORE_ALEF, TANWIN_AFTER_ALEF };
enum digits { DIGITS_KEEP, DIGITS_ASCII };
enum mojibake { MOJIBAKE_OFF, MOJIBAKE_REPORT, MOJIBAKE_REPAIR };

struct rules {
    const wq_text *text;
    uint8_t on[RULES]; /* 0 or 1, or one of the choices above                 */
    uint32_t cp1252, cp1256; /* character sets of text/1                      */
};
#endif
