/* dateitems.h - the pieces that date expressions are made of.
 *
 * A run is a stretch of tokens that all can be part of a date:
 *
 *   ... اتفقت | وفي ليلة 10 تشرين الثاني/ نوفمبر، | وقف ...
 *               in  part 10  month-11   /  month-11 ,
 *
 * Runs never reach over a line's end. */
#ifndef WQ_TAG_DATEITEMS_H
#define WQ_TAG_DATEITEMS_H
#include "tag.h"

/* Further classes of items, behind those of words. */
enum {
    I_NUMBER = W_CLASSES, /* value; digits */
    I_REAL,               /* value: hundredths */
    I_DATE,               /* value: day since 1970: 27/9/2020 */
    I_MONTH,              /* value: 12 * year + month - 1: 9/2020 */
    I_DAY_MONTH,          /* value: 100 * first + second: 4/22 */
    I_CLOCK,              /* value: seconds of the day; digits: 5 or 8 */
    I_SEPARATOR           /* value: the character */
};

#define DIGITS_JOINED 255 /* the second year of 1992-1994 */

struct item {
    uint32_t begin, end; /* bytes, clitics left out */
    uint32_t token;      /* its first */
    int32_t value;
    uint8_t word;   /* enum word_class or I_... */
    uint8_t digits; /* of a number as it is written; 0: 2,500 */
    bool has_and;
    bool is_ordinal; /* 14th */
};

/* Longer expressions do not exist; a longer run is cut. */
#define RUN_MAX 48

struct run {
    size_t n;
    struct item item[RUN_MAX];
    size_t next;    /* the first token behind the run */
    bool is_strong; /* something in it can make a date */
};

/* Fills a run that begins at token `at`; n is 0 if that token is no part of a
 * date.  Cannot fail. */
void run_fill(const struct lexicon *lex, const struct words *w, size_t at,
              struct run *run);
#endif
