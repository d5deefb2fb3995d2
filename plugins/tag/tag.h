/* tag.h - what the parts of `tag` share: an article's tokens, looked up once.
 *
 *   tag.c        the stage: parameters, batches, layers and fields
 *   lexicon.c    words and names, by token hash; data.c carries the tables
 *   marks.c      looks every token of an article up
 *   dates.c      dates: see dateparser.h for its parts
 *   calendar.c   the arithmetic of calendars
 *   published.c  the article's own date
 *   places.c  agencies.c  keywords.c
 *
 * Nothing here keeps anything from one article to the next. */
#ifndef WQ_TAG_TAG_H
#define WQ_TAG_TAG_H
#include "calendar.h"
#include "lexicon.h"

/* What the lexicon says of one token. */
struct mark {
    const struct slot *slot; /* NULL: nothing */
    uint64_t key;            /* of the token without its clitics */
    uint32_t begin;          /* of the token without its clitics */
    uint32_t flags;          /* MARK_... */
};
enum {
    MARK_AND = 1,  /* one of the clitics was و, "and" */
    MARK_DATE = 2, /* a date expression may begin here */
    MARK_PLACE = 4, /* a name of the gazetteer may begin here */
    MARK_STOP = 8   /* a stop word */
};

/* A field's text and tokens.  Columns as in a layer. */
struct words {
    wq_str text;
    size_t n;
    const uint32_t *begin, *end;
    const uint64_t *hash;
    struct mark *marks;
    size_t n_dates, n_places; /* more there cannot be: tokens that might begin
                                 one */
};

/* Looks every token up; where a token is unknown, also without its Arabic
 * clitics (و ف ب ل ك).  Fills w->marks (n of them) and the two bounds.  Cannot
 * fail.  [any] */
void marks_fill(const struct lexicon *lex, struct words *w);
/* The keys that token i may have without its clitics, the longest rest first;
 * returns how many.  [any] */
#define CLITIC_KEYS 2
size_t clitic_keys(const struct lexicon *lex, const struct words *w, size_t i,
                   uint64_t *keys);
/* The label ("Published on") that begins at token i, *n tokens long; NULL:
 * none.  Its value is an enum word_label. */
const struct slot *longest_label(const struct lexicon *lex,
                                 const struct words *w, size_t i, size_t *n);
/* Does a line, or the text, begin at token i? */
bool begins_line(const struct words *w, size_t i);

/* ---- dates --------------------------------------------------------------- */
enum date_kind {
    DATE_DATE,
    DATE_RANGE,
    DATE_TIME,
    DATE_TIMERANGE,
    DATE_DATETIME,
    DATE_DATETIMERANGE,
    DATE_DURATION,
    DATE_SET,
    DATE_KINDS
};
extern const char *const date_kind_names[DATE_KINDS];

#define DATE_TEXT (2 * POINT_TEXT)
struct date {
    uint32_t begin, end; /* bytes */
    int32_t day;         /* if it is one whole day; else NO_DAY */
    uint8_t kind;        /* enum date_kind */
    uint8_t n_value;     /* 0: no value */
    char value[DATE_TEXT];
};

#define NO_DAY INT32_MIN
/* Finds the dates of a text, in order, none inside another, at most cap of
 * them (w->n_dates is always enough).  `today` is the day that "yesterday"
 * counts from, or NO_DAY.  Returns how many.  [any] */
size_t dates_find(const struct lexicon *lex, const struct words *w,
                  int32_t today, struct date *out, size_t cap);

/* Reads an ISO 8601 date at the head of a string ("2020-09-27T20:36Z"); NO_DAY
 * if there is none. */
int32_t iso_day(wq_str s);

/* ---- the article's own date ---------------------------------------------- */
/* The day an article was published, as its own page says, or NO_DAY: the first
 * whole date of `dates` at the head of the text, or anywhere in a line that was
 * cut as a date line, that has a clock time or stands behind a word such as
 * "Published".  A bare date in a page's head is often the day the page was
 * fetched, so it does not count. */
int32_t published_day(const struct lexicon *lex, const struct words *w,
                      const struct date *dates, size_t n, bool is_date_line);

/* ---- places -------------------------------------------------------------- */
struct found_place {
    uint64_t key; /* of the place, the same for all its spellings */
    uint32_t begin, end;
    uint32_t place; /* index into lexicon.places */
};
/* Finds names of the gazetteer, in order, the longest at each place, none
 * overlapping; out has room for w->n_places.  Returns how many.  [any] */
size_t places_find(const struct lexicon *lex, const struct words *w,
                   struct found_place *out);

/* ---- agencies ------------------------------------------------------------ */
#define AGENCIES_MAX 8
struct found_agencies {
    size_t n;
    uint32_t index[AGENCIES_MAX]; /* into lexicon.agencies, no index twice */
};
/* Adds the agencies named anywhere in a byline or source line. */
void agencies_in_line(const struct lexicon *lex, const struct words *w,
                      struct found_agencies *out);
/* Adds the agencies that sign an article at its head or tail. */
void agencies_in_text(const struct lexicon *lex, const struct words *w,
                      struct found_agencies *out);

/* ---- keywords ------------------------------------------------------------ */
/* A text, and its places as places_find found them. */
struct placed {
    const struct words *words;
    const struct found_place *places;
    size_t n_places;
};
/* Up to max keywords of a text, the best first, as views of it.  scratch: room
 * for keywords_scratch(tokens of the text) bytes, aligned to 16.  Returns how
 * many. */
size_t keywords_find(const struct lexicon *lex, const struct placed *text,
                     const struct placed *title, size_t max, wq_str *out,
                     void *scratch);
size_t keywords_scratch(size_t n_words);
/* Up to max keywords of the line a page printed itself ("Keywords: a, b");
 * where it has no separators, word runs that the text has too stay together. */
size_t keywords_of_line(const struct words *line, const struct words *text,
                        size_t max, wq_str *out);

#endif
