/* dateparser.h - what the readers of dates share.
 *
 *   dates.c          the whole, ranges, values
 *   datemoment.c     parts of a day, clock times, date + time
 *   daterelative.c   weekdays, "yesterday", "last year", durations
 *   datecalendar.c   numbers in words, months, years, numeric dates
 *   dateitems.c      the items that all of them read
 *
 * Each reader reads one thing at item i, returns how many items it took (0: not
 * there; what it was given is then of no use) and fills an expr. */
#ifndef WQ_TAG_DATEPARSER_H
#define WQ_TAG_DATEPARSER_H
#include <string.h>

#include "dateitems.h"

enum unit {
    U_SECOND = 1,
    U_MINUTE,
    U_HOUR,
    U_DAY,
    U_WEEK,
    U_MONTH,
    U_YEAR,
    U_DECADE,
    U_CENTURY
};
/* Numbers of a unit: the last digit of its value in words.tsv. */
enum { PLURAL, SINGULAR, DUAL };
enum part { DAWN = 1, MORNING, NOON, AFTERNOON, EVENING, NIGHT };

struct expr {
    size_t first; /* item at which the span begins */
    uint32_t end; /* byte at which it ends */
    enum date_kind kind;
    struct point from, to;
    bool is_guessed; /* the year was left out */
    int said_day;    /* the day's number in its month, as it is written */
    int32_t amount;  /* durations: hundredths of unit */
    enum unit unit;
};

struct parser {
    const struct words *words;
    struct run run;
    int32_t today;        /* or NO_DAY */
    int year, month, day; /* of today */
    int said_year;        /* the last year written out; 0: none */
    uint32_t said_end;    /* where */
};

/* ---- looking at items ---------------------------------------------------- */

static inline int word_at(const struct parser *p, size_t i)
{
    return i < p->run.n ? p->run.item[i].word : W_NONE;
}

static inline const struct item *item_at(const struct parser *p, size_t i)
{
    return p->run.item + i;
}

static inline bool is_separator(const struct parser *p, size_t i,
                                const char *any)
{
    return word_at(p, i) == I_SEPARATOR &&
           strchr(any, (char)item_at(p, i)->value);
}

static inline bool is_unit(const struct parser *p, size_t i, enum unit unit,
                           int number)
{
    int word = word_at(p, i);
    return (word == W_UNIT || (word == W_YEAR_WORD && unit == U_YEAR)) &&
           item_at(p, i)->value == (int)unit * 10 + number;
}

static inline bool is_number(const struct parser *p, size_t i, int32_t min,
                             int32_t max)
{
    return word_at(p, i) == I_NUMBER && item_at(p, i)->digits &&
           item_at(p, i)->value >= min && item_at(p, i)->value <= max;
}

/* A year by itself: four digits, in the range of news. */
static inline bool is_plain_year(const struct parser *p, size_t i)
{
    return is_number(p, i, 1900, 2100) && item_at(p, i)->digits >= 4;
}

/* Fills the parts of e that every reader sets.  Returns n. */
static inline size_t span(const struct parser *p, size_t i, size_t n,
                          struct expr *e, enum date_kind kind)
{
    e->first = i;
    e->end = item_at(p, i + n - 1)->end;
    e->kind = kind;
    return n;
}

/* ---- datecalendar.c ------------------------------------------------------ */

/* A number in words below 10,000: "ألف وتسعمائة وثمانية وسبعون", "عشرين". */
size_t read_words(const struct parser *p, size_t i, int32_t *value);
/* A count before a unit: digits, "3.5" or words, in hundredths. */
size_t read_count(const struct parser *p, size_t i, int32_t *hundredths);
/* The number of a day in a month. */
size_t read_day(const struct parser *p, size_t i, int *day);
/* "عام 2020", "سنة ألفين وسبعة". */
size_t read_year_named(const struct parser *p, size_t i, int *year);
/* A year behind a month or season; *year 0: relative, and today is unknown. */
size_t read_year(const struct parser *p, size_t i, int *year, bool *is_hijri);
/* "القرن الماضي", "القرن التاسع عشر": its first year but one, 1900; *year 0:
 * relative, and today is unknown. */
size_t read_century(const struct parser *p, size_t i, int *year);
/* "27 سبتمبر 2020"; `weekday` (0: none) stood in front of it. */
size_t read_calendar_day(struct parser *p, size_t i, int weekday,
                         struct expr *e);
size_t read_calendar_month(struct parser *p, size_t i, struct expr *e);
size_t read_year_alone(struct parser *p, size_t i, struct expr *e);
size_t read_numeric(struct parser *p, size_t i, struct expr *e);
/* Remembers a year that was written out, for dates that leave theirs out. */
void say_year(struct parser *p, int year, uint32_t end);
/* The year of a month and day (0: none) written without one; 0: unknown. */
int year_for(const struct parser *p, size_t i, int month, int day);
/* The year of the last (-1), this (0) or next (1) such month, or day of it. */
int year_beside(const struct parser *p, int step, int month, int day);
struct point point_of_day(int32_t day);
struct point point_open(void);
/* Today moved by n units; open if today is unknown or n is beyond reason. */
struct point point_moved(const struct parser *p, enum unit unit, int64_t n);

/* ---- daterelative.c ------------------------------------------------------ */

size_t read_today(struct parser *p, size_t i, struct expr *e);
size_t read_weekday(struct parser *p, size_t i, struct expr *e);
size_t read_nth_unit(struct parser *p, size_t i, struct expr *e);
size_t read_unit_relative(struct parser *p, size_t i, struct expr *e);
size_t read_counted(struct parser *p, size_t i, struct expr *e);
size_t read_other(struct parser *p, size_t i, struct expr *e);
size_t read_duration(struct parser *p, size_t i, struct expr *e);

/* ---- datemoment.c -------------------------------------------------------- */

/* A date, a time, or both in either order. */
size_t read_moment(struct parser *p, size_t i, struct expr *e);

#endif
