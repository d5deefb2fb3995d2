/* word.h - an Arabic word as a row of letter codes, and its parts as numbers.
 *
 * Alef with and without hamza is one letter, and so is yeh with and without
 * dots, so that sloppy spelling changes nothing.
 *
 * Strings are compared and looked up as polynomials modulo 2^64 over their
 * letter codes, low letter first: tail[i] is the word from letter i on, and any
 * part of it, with any letters put before or behind, costs a multiplication or
 * two. */
#ifndef TOKENIZE_WORD_H
#define TOKENIZE_WORD_H

#include "clitics.h"

enum letter {
    NONE, /* no letter of Arabic: the word is left whole */
    HAMZA, ALEF, BEH, TEH, THEH, JEEM, HAH, KHAH, DAL, THAL, REH, ZAIN, SEEN,
    SHEEN, SAD, DAD, TAH, ZAH, AIN, GHAIN, FEH, QAF, KAF, LAM, MEEM, NOON, HEH,
    WAW, YEH, TEH_MARBUTA, WAW_HAMZA, YEH_HAMZA,
    FOREIGN, /* p, ch, zh, v, g of foreign names */
    SKIP     /* stands between letters and is none */
};

#define BASE UINT64_C(0x9E3779B97F4A7C15) /* odd; 2^64 over the golden ratio */
#define L1(a) ((uint64_t)(a))
#define L2(a, b) (L1(a) + BASE * L1(b))
#define L3(a, b, c) (L1(a) + BASE * L2(b, c))
#define L4(a, b, c, d) (L1(a) + BASE * L3(b, c, d))
#define L5(a, b, c, d, e) (L1(a) + BASE * L4(b, c, d, e))

struct word {
    uint8_t n;                            /* letters; 0: not an Arabic word */
    uint8_t is_nunated;                   /* it bears ً ٌ or ٍ                 */
    uint8_t is_accusative;                /* it bears ً, and ends in no ى      */
    uint8_t ends_dotless;                 /* its last letter is ى            */
    uint8_t must_begin;                   /* where an إ says the stem begins */
    uint32_t hamza;                       /* bit i: letter i is أ إ or آ      */
    uint8_t code[CLITICS_LETTERS + 1];    /* enum letter                    */
    uint8_t byte[CLITICS_LETTERS + 1];    /* where each begins; [n]: the end */
    uint64_t tail[CLITICS_LETTERS + 1];   /* letters i .. n - 1             */
};

/* Reads p[0..n), valid UTF-8, into w; w->n is 0 if that is no Arabic word of
 * usual length.  Cannot fail. */
void word_read(struct word *w, const char *p, size_t n);

/* BASE to the power i. */
extern const uint64_t power[CLITICS_LETTERS + 4];

/* Letters i .. j - 1. */
static inline uint64_t part(const struct word *w, size_t i, size_t j)
{
    return w->tail[i] - power[j - i] * w->tail[j];
}

#endif
