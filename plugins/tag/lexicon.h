/* lexicon.h - every word and name `tag` knows, found by the hash of its tokens.
 *
 * One table serves dates, places, agencies, labels and stop words, so that a
 * token is looked up once and a token that means nothing to anybody (19 of 20)
 * costs one bit of a filter:
 *
 *   token hash -> filter bit -> slot { key, place, class, value, flags }
 *
 * A name of several tokens has a slot for each of its beginnings; the key of a
 * sequence is mixed from the keys of its tokens.  Keys are text/1's hash of
 * the standard fold, so spelling variants that the fold makes equal are one.
 * Two sequences with one 64-bit key would be taken for each other: with 30,000
 * keys that is one false name in 6e14 tokens. */
#ifndef WQ_TAG_LEXICON_H
#define WQ_TAG_LEXICON_H
#include <stdbool.h>
#include <warraq/plugin.h>

/* What a word does in a date expression (data/words.tsv says which do). */
/* clang-format off */
enum word_class {
    W_NONE,
    W_SKIP, /* a fixed phrase that only looks like a date: "اليوم الوطني" */
    W_MONTH, W_MONTH_NEAR, /* ..._NEAR: means it only beside a number or "in" */
    W_HIJRI, W_HIJRI_NEAR,
    W_WEEKDAY, W_WEEKDAY_NEAR,
    W_DAY_REL,             /* today, yesterday */
    W_REL, W_REL_VAGUE,    /* last, coming: behind its noun (Arabic) */
    W_FEW,
    W_THIS,                /* this, last, next: before its noun */
    W_UNIT, W_DEF_UNIT, W_YEAR_WORD, W_YEARS_OF,
    W_CLOCK, W_PART, W_AMPM, W_MIDNIGHT, W_FRACTION, W_MINUS,
    W_EDGE, W_REST,
    W_FROM, W_TO, W_BETWEEN, W_AND, W_IN, W_AGO, W_AFTER, W_PAST, W_FUTURE,
    W_EVERY, W_ALL, W_WHOLE, W_HALF,
    W_CARD, W_ORD, W_ORD_ONE, W_SUFFIX, W_OF,
    W_ERA_H, W_ERA_M, W_SEASON, W_QUARTER, W_DECADE,
    W_WORDS,               /* those above make dates */
    W_LABEL = W_WORDS,     /* "Published:", "Source:", "Keywords:" */
    W_CUE,                 /* beside a place: part of another name */
    W_AGENCY,              /* value: index into the agencies */
    W_CLASSES
};
/* clang-format on */
enum word_label { LABEL_DATE = 1, LABEL_SOURCE, LABEL_KEYWORDS };
enum word_cue { CUE_BEFORE = 1, CUE_BEHIND };

/* Flags of a slot. */
enum {
    LEX_MORE = 1, /* a longer name goes on from here */
    LEX_STOP = 2, /* a stop word: no keyword, and no place by itself */
    LEX_NO_PLACE = 4 /* mostly not the place that has this name */
};

struct slot {
    uint64_t key;   /* 0: free */
    uint32_t place; /* 1 + index into the places; 0: none */
    int16_t value;
    uint8_t word; /* enum word_class */
    uint8_t flags;
};

/* A place, or another entity of a user's gazetteer.  Strings are views. */
struct place {
    wq_str id, canonical;
    uint64_t key;  /* the same for all spellings with one id */
    uint32_t kind; /* index into lexicon.kinds */
};

#define LEX_MAX_KINDS   16
#define LEX_MAX_WORDS   16 /* tokens in one name */
#define LEX_FILTER_BITS ((uint32_t)1 << 19)

struct lexicon {
    const wq_text *text;
    struct slot *slots; /* a power of two of them, two thirds full at most */
    size_t n_slots, used;
    struct place *places;
    size_t n_places, cap_places;
    wq_str kinds[LEX_MAX_KINDS];
    uint32_t n_kinds;
    wq_str *agencies; /* canonical ids */
    uint32_t n_agencies;
    uint32_t no_agency_name; /* index of "unnamed" */
    uint64_t filter[LEX_FILTER_BITS / 64];
};

/* Why a line of a table will not do. */
struct lex_error {
    size_t line;
    const char *why; /* NULL: memory ran out */
};

/* Reads the tables that ship inside the plugin.  Returns the lexicon, or NULL
 * if memory runs out; freed by lexicon_free.  [main] */
struct lexicon *lexicon_new(const wq_text *text);
void lexicon_free(struct lexicon *lex);
/* Adds a user's gazetteer: lines of key, canonical name, type, id, separated by
 * tabs; lines that begin with # and empty ones are skipped.  A key that is
 * known already gets the new meaning.  Borrows `table` for the lexicon's life.
 * Returns 0, or -1 with e filled; what was read before stays.  [main] */
int lexicon_add_gazetteer(struct lexicon *lex, wq_str table,
                          struct lex_error *e);

/* The slot of a key, or NULL.  [any] */
static inline const struct slot *lexicon_find(const struct lexicon *lex,
                                              uint64_t key)
{
    uint32_t bit = (uint32_t)key & (LEX_FILTER_BITS - 1);
    if (!(lex->filter[bit / 64] >> bit % 64 & 1)) return NULL;
    for (size_t i = key >> 20;; i++) {
        const struct slot *s = lex->slots + (i & (lex->n_slots - 1));
        if (s->key == key) return s;
        if (!s->key) return NULL;
    }
}

/* The key of a sequence: of what came before it and its last token. */
static inline uint64_t lexicon_join(uint64_t before, uint64_t token)
{
    uint64_t k = (before ^ token >> 29) * 0x9E3779B97F4A7C15u + token;
    return k ^ k >> 32;
}

#endif
