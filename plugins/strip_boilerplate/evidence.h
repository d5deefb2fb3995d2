/* evidence.h - what the model is told about a unit, as a short list of facts.
 *
 * A feature is a group ("length") and a value in it ("length 3": 35 to 59 code
 * points).  Every group gives a unit exactly one value, so a unit has
 * FEATURE_GROUPS features. */
#ifndef STRIP_BOILERPLATE_EVIDENCE_H
#define STRIP_BOILERPLATE_EVIDENCE_H
#include "lines.h"

/* group, number of values, what the values are */
#define FEATURE_TABLE(X)                                                       \
    X(LENGTH, length, 8)        /* code points                              */ \
    X(WORDS, words, 7)                                                         \
    X(SHAPE, shape, 18)         /* short, middle, long x ending             */ \
    X(FUNCTIONS, functions, 7)  /* share of function words                  */ \
    X(CAPITALS, capitals, 6)    /* share of capitalised words               */ \
    X(NUMBERS, numbers, 4)      /* share of numbers and words of dates      */ \
    X(STOPS, stops, 3)          /* punctuation inside                       */ \
    X(MARK, mark, 4)            /* | © » ... x bullet                       */ \
    X(BEGINS, begins, 12)       /* begins like a sentence x kind            */ \
    X(CUE, cue, 10)             /* where a cue matched x of the text's half */ \
    X(STRONG, strong, 18)       /* its kind, if it begins or is the line    */ \
    X(WEAK, weak, 18)           /* ... if it stands inside or ends it       */ \
    X(TITLE, title, 4)          /* words shared with the title              */ \
    X(REPEATED, repeated, 2)    /* the same line stands elsewhere           */ \
    X(PREVIOUS, previous, 42)   /* kind x kind of the unit above            */ \
    X(NEXT, next, 42)           /* kind x kind of the unit below            */ \
    X(AROUND, around, 49)       /* kind above x kind below                  */ \
    X(ABOVE, above, 7)          /* units up to the next prose               */ \
    X(BELOW, below, 7)                                                         \
    X(PLACE, place, 24)         /* prose above, below, both x kind          */ \
    X(RUN, run, 24)             /* units in a row that are not prose x place*/ \
    X(DENSITY, density, 30)     /* prose among the 9 around x kind          */ \
    X(MASS, mass, 6)            /* share of the prose that stands above     */ \
    X(ENDED, ended, 10)         /* an end mark above, by the prose above it */ \
    X(CLEAN, clean, 24)         /* share of prose in the text x kind        */

#define FEATURE_ENUM(id, name, values) FEATURE_##id,
enum feature_group { FEATURE_TABLE(FEATURE_ENUM) FEATURE_GROUPS };
#undef FEATURE_ENUM

/* What kind of line a unit is, at a glance. */
enum unit_kind {
    UNIT_PROSE,    /* a paragraph                                             */
    UNIT_SENTENCE, /* shorter, but it ends as sentences do                    */
    UNIT_LONG,     /* long, and no end: a headline, a teaser                  */
    UNIT_MIDDLE,
    UNIT_SHORT,    /* a word or two                                           */
    UNIT_CUE,      /* begins with a cue                                       */
    UNIT_KINDS,
    UNIT_EDGE = UNIT_KINDS /* of a neighbour: there is none                   */
};

/* What is known of a unit from the text around it. */
struct surroundings {
    uint8_t kind, repeated;
    uint32_t above, below; /* units to the next prose; 0: none there          */
    uint32_t run;          /* units in a row that are no prose, this one too  */
    uint32_t prose;        /* units of prose among the 4 above, it, 4 below   */
    uint64_t mass;         /* code points of prose above                      */
    uint64_t ended;        /* 1 + ... above the first end mark; 0: no mark    */
};

struct context {
    const struct unit *list;
    size_t n;
    struct surroundings *around; /* n */
    uint64_t mass;               /* code points of prose                      */
    uint64_t chars;              /* code points                               */
    uint32_t functions;          /* function words in 1,000 words of prose    */
    uint8_t caseless;            /* the prose has no capitals                 */
};

/* Fills the context of n >= 1 units; around has room for n, hashes for n. */
void context_fill(struct context *c, const struct unit *list, size_t n,
                  struct surroundings *around, uint64_t *hashes);

/* The features of unit i, one for each group, as values in their groups. */
void features_of(const struct context *c, size_t i,
                 uint8_t values[FEATURE_GROUPS]);

/* Does an article end where this unit stands: comments, copyright, ...? */
int is_end_mark(const struct unit *u);
/* Is it a line of a date, an hour, a day? */
int is_date_line(const struct unit *u);
#endif
