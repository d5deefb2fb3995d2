/* dates.c - the grammar of dates: items -> dates with ISO 8601 values.
 *
 * What it knows, in the order in which it tries:
 *   range     من عام 1992 إلى عام 1994 · بين 2 و7 فبراير · 4-22 يناير 2017
 *   moment    a date, a time, or both in either order
 *     date    [edge] [part of day] (numeric | calendar | year | relative)
 *     time    الساعة الثامنة والنصف مساء · 20:36 · 5 p.m.
 *   duration  ثلاثة أعوام · 55 سنة · شهرين
 * Each function reads one of these at item i, returns how many items it took
 * (0: not there) and fills an expr.  A date that leaves out its year or counts
 * from today gets a value only if a year stands before it in the sentence, or
 * if the article's own day is known.
 *
 * Spans leave out a leading preposition and "day" (في، يوم), take in "end of"
 * and parts of the day (نهاية، ليلة), whose value is that of what follows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dateitems.h"

const char *const date_kind_names[DATE_KINDS] = {
    "date", "daterange", "time", "timerange", "datetime", "datetimerange",
    "duration", "set"
};

enum unit {
    U_SECOND = 1, U_MINUTE, U_HOUR, U_DAY, U_WEEK, U_MONTH, U_YEAR, U_DECADE,
    U_CENTURY
};
enum { /* numbers of a unit: the last digit of its value in words.tsv */
    PLURAL, SINGULAR, DUAL
};
enum part { DAWN = 1, MORNING, NOON, AFTERNOON, EVENING, NIGHT };

struct expr {
    size_t first;     /* item at which the span begins */
    uint32_t end;     /* byte at which it ends */
    enum date_kind kind;
    struct point from, to;
    bool is_guessed;  /* the year was left out */
    int32_t amount;   /* durations: hundredths of unit */
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

/* ---- looking at items ------------------------------------------------------ */

static int word_at(const struct parser *p, size_t i)
{
    return i < p->run.n ? p->run.item[i].word : W_NONE;
}

static const struct item *item_at(const struct parser *p, size_t i)
{
    return p->run.item + i;
}

static bool is_separator(const struct parser *p, size_t i, const char *any)
{
    return word_at(p, i) == I_SEPARATOR &&
           strchr(any, (char)item_at(p, i)->value);
}

static bool is_unit(const struct parser *p, size_t i, enum unit unit, int number)
{
    int word = word_at(p, i);
    return (word == W_UNIT || (word == W_YEAR_WORD && unit == U_YEAR)) &&
           item_at(p, i)->value == (int)unit * 10 + number;
}

static bool is_number(const struct parser *p, size_t i, int32_t min, int32_t max)
{
    return word_at(p, i) == I_NUMBER && item_at(p, i)->digits &&
           item_at(p, i)->value >= min && item_at(p, i)->value <= max;
}

/* A year by itself: four digits, in the range of news. */
static bool is_plain_year(const struct parser *p, size_t i)
{
    return is_number(p, i, 1900, 2100) && item_at(p, i)->digits >= 4;
}

/* Fills the parts of e that every reader sets.  Returns n. */
static size_t span(const struct parser *p, size_t i, size_t n, struct expr *e,
                   enum date_kind kind)
{
    e->first = i;
    e->end = item_at(p, i + n - 1)->end;
    e->kind = kind;
    return n;
}

/* ---- what was left out ------------------------------------------------------ */

/* Is the last written year in the same sentence as item i? */
static bool year_is_near(const struct parser *p, size_t i)
{
    uint32_t at = item_at(p, i)->begin;
    if (!p->said_year || at < p->said_end || at - p->said_end > 400)
        return false;
    const char *s = p->words->text.p;
    for (uint32_t k = p->said_end; k < at; k++) /* 400 bytes at most */
        if (s[k] == '\n' || (s[k] == '.' && s[k + 1] == ' ')) return false;
    return true;
}

/* The year of a month (and day, or 0) written without: that of the sentence,
 * else the one that brings it nearest to today.  0: unknown. */
static int year_for(const struct parser *p, size_t i, int month, int day)
{
    if (year_is_near(p, i)) return p->said_year;
    if (p->today == NO_DAY) return 0;
    int months = month - p->month;
    if (months > 6 || (months == 6 && day > p->day)) return p->year - 1;
    if (months < -6 || (months == -6 && day && day < p->day)) return p->year + 1;
    return p->year;
}

static struct point point_of_day(int32_t day)
{
    struct point at = POINT_NONE;
    day_split(day, &at.year, &at.month, &at.day);
    at.is_open = at.year < YEAR_MIN || at.year > YEAR_MAX;
    return at;
}

static struct point point_open(void)
{
    struct point at = POINT_NONE;
    at.is_open = true;
    return at;
}

/* Today moved by n units; open if today is unknown or n is beyond reason. */
static struct point point_moved(const struct parser *p, enum unit unit,
                                int64_t n)
{
    struct point at = POINT_NONE;
    if (p->today == NO_DAY || n > 100000 || n < -100000) return point_open();
    int by = (int)n;
    switch (unit) {
    case U_DAY: return point_of_day(p->today + by);
    case U_WEEK:
        iso_week(p->today + 7 * by, &at.year, &at.week);
        break;
    case U_MONTH:
        at.year = p->year, at.month = p->month, at.day = 1;
        add_months(&at.year, &at.month, &at.day, by);
        at.day = 0;
        break;
    case U_YEAR: at.year = p->year + by; break;
    case U_SECOND: case U_MINUTE: case U_HOUR: case U_DECADE: case U_CENTURY:
        return point_open();
    }
    at.is_open = at.year < YEAR_MIN || at.year > YEAR_MAX;
    return at;
}

/* ---- numbers in words -------------------------------------------------------- */

/* A number in words below 10,000: "ألف وتسعمائة وثمانية وسبعون", "عشرين". */
static size_t read_words(const struct parser *p, size_t i, int32_t *value)
{
    int32_t sum = 0, last = INT32_MAX;
    size_t n = 0;
    while (word_at(p, i + n) == W_CARD ||
           (n && (word_at(p, i + n) == W_ORD) && item_at(p, i + n)->value >= 20)) {
        int32_t v = item_at(p, i + n)->value;
        if (n && !item_at(p, i + n)->has_and) break;
        if (n && v < 1000 && last < 10 && v < 20) break; /* two small ones */
        sum += v;
        last = v;
        n++;
    }
    *value = sum;
    return n;
}

/* A count before a unit: digits, "3.5" or words, in hundredths. */
static size_t read_count(const struct parser *p, size_t i, int32_t *hundredths)
{
    int32_t v;
    if (word_at(p, i) == I_REAL) return *hundredths = item_at(p, i)->value, 1;
    if (is_number(p, i, 0, 1000000))
        return *hundredths = item_at(p, i)->value * 100, 1;
    size_t n = read_words(p, i, &v);
    if (n) *hundredths = v * 100;
    return n;
}

/* The number of a day in a month, 1 .. 31: "27", "20th", "الرابع",
 * "الحادي والعشرين". */
static size_t read_day(const struct parser *p, size_t i, int *day)
{
    int word = word_at(p, i);
    if (word == I_NUMBER) {
        if (!is_number(p, i, 1, 31) || item_at(p, i)->digits > 2) return 0;
        *day = item_at(p, i)->value;
        bool is_ordinal = word_at(p, i + 1) == W_SUFFIX &&
                          item_at(p, i + 1)->begin == item_at(p, i)->end;
        return is_ordinal ? 2 : 1;
    }
    if (word != W_ORD && word != W_ORD_ONE) return 0;
    *day = item_at(p, i)->value;
    int next = word_at(p, i + 1);
    if (*day < 10 && (next == W_ORD || next == W_CARD) &&
        item_at(p, i + 1)->has_and &&
        (item_at(p, i + 1)->value == 20 || item_at(p, i + 1)->value == 30))
        return *day += item_at(p, i + 1)->value, *day <= 31 ? 2 : 0;
    return word == W_ORD && *day <= 30;
}

/* ---- months and years -------------------------------------------------------- */

/* A month's name, of the class given or its ..._NEAR; the same month may follow
 * in another naming: "أيلول/ سبتمبر", "تموز (يوليو)". */
static size_t read_month(const struct parser *p, size_t i, int word, int *month)
{
    if (word_at(p, i) != word && word_at(p, i) != word + 1) return 0;
    *month = item_at(p, i)->value;
    if (is_separator(p, i + 1, "/(-") &&
        (word_at(p, i + 2) == word || word_at(p, i + 2) == word + 1) &&
        item_at(p, i + 2)->value == *month)
        return 3 + is_separator(p, i + 3, ")");
    return 1;
}

/* "[from] this year", "[of] last year", "العام الجاري": needs what is relative
 * about it. */
static size_t read_year_relative(const struct parser *p, size_t i, int *year)
{
    size_t n = 0;
    if (word_at(p, i) == W_FROM || word_at(p, i) == W_OF) n++;
    int step = 0;
    bool is_this = word_at(p, i + n) == W_THIS;
    if (is_this) step = item_at(p, i + n)->value, n++;
    bool is_year = (word_at(p, i + n) == W_DEF_UNIT ||
                    (is_this && word_at(p, i + n) == W_UNIT)) &&
                   item_at(p, i + n)->value == U_YEAR * 10 + SINGULAR;
    if (!is_year) return 0;
    n++;
    if (word_at(p, i + n) == W_REL) step = item_at(p, i + n)->value, n++;
    else if (!is_this) return 0;
    *year = p->today == NO_DAY ? 0 : p->year + step;
    return n;
}

/* "عام 2020", "سنة ألفين وسبعة"; an era may follow: "1436هـ", "2015م". */
static size_t read_year_named(const struct parser *p, size_t i, int *year)
{
    int32_t v;
    if (!is_unit(p, i, U_YEAR, SINGULAR)) return 0;
    if (is_number(p, i + 1, 1, YEAR_MAX)) *year = item_at(p, i + 1)->value;
    else {
        size_t n = read_words(p, i + 1, &v);
        if (!n || v < 100 || v > YEAR_MAX) return 0;
        return *year = v, n + 1;
    }
    return 2;
}

/* A year behind a month: "2020", ", 2001", "/ ٢٠٢٤", "من عام 2027",
 * "من العام الجاري", with its era.  *year is 0 if it is relative and today is
 * unknown. */
static size_t read_year(const struct parser *p, size_t i, int *year,
                        bool *is_hijri)
{
    size_t n = is_separator(p, i, ",/-.");
    *is_hijri = false;
    if (is_number(p, i + n, 1000, 2999) && item_at(p, i + n)->digits == 4) {
        *year = item_at(p, i + n)->value;
        n++;
    } else {
        size_t of = word_at(p, i + n) == W_FROM || word_at(p, i + n) == W_OF;
        size_t k = read_year_named(p, i + n + of, year);
        if (k) k += of;
        else k = read_year_relative(p, i + n, year);
        if (!k && !n) k = read_words(p, i, year), k = *year > 1000 ? k : 0;
        if (!k) return 0;
        n += k;
    }
    *is_hijri = word_at(p, i + n) == W_ERA_H;
    return n + (*is_hijri || word_at(p, i + n) == W_ERA_M);
}

/* Remembers a year that was written out, for those that are not. */
static void say_year(struct parser *p, int year, uint32_t end)
{
    p->said_year = year;
    p->said_end = end;
}

/* ---- dates of the calendars --------------------------------------------------- */

/* The day of a Hijri date; without a year, the one nearest to today.  `weekday`
 * (0: none) may move it by a day: months begin when the moon is seen. */
static struct point hijri_point(const struct parser *p, int year, int month,
                                int day, int weekday)
{
    int32_t at, best = NO_DAY;
    if (year && hijri_day(year, month, day, &at)) best = at;
    if (!year && p->today != NO_DAY)
        for (int y = hijri_year_near(p->today), k = -1; k <= 1; k++)
            if (hijri_day(y + k, month, day, &at) &&
                (best == NO_DAY || abs(at - p->today) < abs(best - p->today)))
                best = at;
    if (best == NO_DAY) return point_open();
    for (int k = -1; weekday && k <= 1; k += 2)
        if (weekday_of(best + k) == weekday) return point_of_day(best + k);
    return point_of_day(best);
}

/* A whole month of the Hijri calendar lies across two of ours: a range. */
static size_t hijri_month(const struct parser *p, size_t i, size_t n, int year,
                          int month, struct expr *e)
{
    e->from = hijri_point(p, year, month, 1, 0);
    e->to = e->from;
    if (!e->from.is_open)
        e->to = point_of_day(28 + day_of(e->from.year, e->from.month,
                                         e->from.day));
    return span(p, i, n, e, DATE_RANGE);
}

/* What stands between day and month: "من"، "of", "شهر", "2. Oktober",
 * "٢٥ / ديسمبر", "20th, September". */
static size_t read_between(const struct parser *p, size_t i)
{
    size_t n = is_separator(p, i, "./-,");
    if (word_at(p, i + n) == W_FROM || word_at(p, i + n) == W_OF) n++;
    return n + is_unit(p, i + n, U_MONTH, SINGULAR);
}

/* "27 سبتمبر 2020", "الرابع من مايو", "10 شوال 1436هـ", "September 27, 2020",
 * "يناير الأول". */
static size_t read_calendar_day(struct parser *p, size_t i, int weekday,
                                struct expr *e)
{
    int day = 0, month = 0, year = 0;
    bool is_hijri = false, year_is_hijri;
    size_t n = read_day(p, i, &day), k;
    if (n) {
        n += read_between(p, i + n);
        k = read_month(p, i + n, W_MONTH, &month);
        if (!k) k = read_month(p, i + n, W_HIJRI, &month), is_hijri = k != 0;
        if (!k) return 0;
    } else {
        k = read_month(p, i, W_MONTH, &month);
        if (!k) return 0;
        n = k;
        size_t gap = is_separator(p, i + n, "-,") + 0u;
        gap += word_at(p, i + n + gap) == W_OF;
        k = gap + read_day(p, i + n + gap, &day);
        if (!day || is_unit(p, i + n + k, U_DAY, SINGULAR)) return 0;
    }
    n += k;
    k = read_year(p, i + n, &year, &year_is_hijri);
    if (k) {
        e->end = item_at(p, i + n + k - 1)->end;
        if (!is_hijri && !year_is_hijri && year) say_year(p, year, e->end);
    } else if (!is_hijri) {
        year = year_for(p, i, month, day);
        e->is_guessed = true;
    }
    if (is_hijri) {
        e->from = hijri_point(p, year, month, day, weekday);
    } else {
        e->from = POINT_NONE;
        e->from.year = year, e->from.month = month, e->from.day = day;
        e->from.is_open = !year;
        /* 31 February is no date at all */
        if (!is_date(year ? year : 2000, month, day)) return 0;
    }
    return span(p, i, n + k, e, DATE_DATE);
}

/* May a month stand for itself here?  Names that are other words too ("May",
 * مارس "he practised") need "in", "month" or the like in front. */
static bool month_may_stand(const struct parser *p, size_t i, bool has_lead)
{
    int word = word_at(p, i), before = i ? word_at(p, i - 1) : W_NONE;
    if (word == W_MONTH || has_lead) return true;
    return before == W_IN || before == W_THIS || before == W_EDGE ||
           before == W_TO || before == W_OF;
}

/* "[شهر] سبتمبر [2020]", "رمضان 1436", "سبتمبر الجاري". */
static size_t read_calendar_month(struct parser *p, size_t i, struct expr *e)
{
    int month = 0, year = 0;
    bool is_hijri = false, year_is_hijri = false;
    size_t lead = is_unit(p, i, U_MONTH, SINGULAR), k;
    size_t n = lead;
    k = read_month(p, i + n, W_MONTH, &month);
    if (!k) k = read_month(p, i + n, W_HIJRI, &month), is_hijri = k != 0;
    if (!k) return 0;
    bool stands = month_may_stand(p, i + lead, lead);
    n += k;
    k = read_year(p, i + n, &year, &year_is_hijri);
    if (!k && word_at(p, i + n) == W_REL) {
        int step = item_at(p, i + n)->value;
        k = 1;
        if (!is_hijri && p->today != NO_DAY) {
            year = p->year;
            if (step < 0 && month >= p->month) year--;
            if (step > 0 && month <= p->month) year++;
        }
    } else if (k && year && !is_hijri && !year_is_hijri) {
        say_year(p, year, item_at(p, i + n + k - 1)->end);
    } else if (!k && !stands) {
        return 0;
    }
    if (is_hijri) return hijri_month(p, i, n + k, year, month, e);
    if (!year) year = year_for(p, i, month, 0);
    e->from = POINT_NONE;
    e->from.year = year, e->from.month = month;
    e->from.is_open = !year;
    return span(p, i, n + k, e, DATE_DATE);
}

/* "عام 2020", "في 2020" (the span is the year), "(2020)". */
static size_t read_year_alone(struct parser *p, size_t i, struct expr *e)
{
    int year = 0;
    int32_t day;
    size_t n = read_year_named(p, i, &year);
    if (!n && is_plain_year(p, i)) {
        int before = i ? word_at(p, i - 1) : W_NONE;
        int after = word_at(p, i + 1);
        bool leads = before == W_IN || before == W_AGO || before == W_TO ||
                     before == W_AFTER || before == W_FROM ||
                     (i && is_separator(p, i - 1, "(") &&
                      is_separator(p, i + 1, ")"));
        if (!leads || after == W_UNIT || after == W_PART) return 0;
        year = item_at(p, i)->value;
        n = 1;
    }
    if (!n) return 0;
    e->from = POINT_NONE;
    e->from.year = year;
    if (word_at(p, i + n) == W_ERA_H) {
        n++;
        if (!hijri_day(year, 1, 1, &day)) return 0;
        e->from = point_of_day(day);
        e->to = point_of_day(day + 353);
        return span(p, i, n, e, DATE_RANGE);
    }
    n += word_at(p, i + n) == W_ERA_M;
    span(p, i, n, e, DATE_DATE);
    say_year(p, year, e->end);
    return n;
}

/* 27/9/2020, 9/2020; "4/22" only behind a word that makes it a day. */
static size_t read_numeric(struct parser *p, size_t i, struct expr *e)
{
    int32_t v = i < p->run.n ? item_at(p, i)->value : 0;
    switch (word_at(p, i)) {
    case I_DATE: e->from = point_of_day(v); break;
    case I_MONTH:
        e->from = POINT_NONE;
        e->from.year = v / 12, e->from.month = v % 12 + 1;
        break;
    case I_DAY_MONTH: {
        int before = i ? word_at(p, i - 1) : W_NONE, d = v / 100, m = v % 100;
        if (m > 12) m = d, d = v % 100;
        if (!is_date(2000, m, d) ||
            (before != W_IN && before != W_AFTER && before != W_AGO &&
             before != W_TO && before != W_UNIT)) return 0;
        e->from = POINT_NONE;
        e->from.year = year_for(p, i, m, d), e->from.month = m, e->from.day = d;
        e->from.is_open = !e->from.year;
        break;
    }
    default: return 0;
    }
    size_t n = span(p, i, 1, e, DATE_DATE);
    if (!e->from.is_open) say_year(p, e->from.year, e->end);
    return n + (word_at(p, i + 1) == W_ERA_M);
}

/* ---- relative dates ------------------------------------------------------------ */

/* The day a weekday means: the last one, today included; with a step, the one
 * before or after today. */
static struct point weekday_point(const struct parser *p, int weekday, int step)
{
    if (p->today == NO_DAY) return point_open();
    int back = (weekday_of(p->today) - weekday + 7) % 7;
    if (step < 0 && back == 0) back = 7;
    if (step > 0) back -= 7;
    return point_of_day(p->today - back);
}

/* "[هذا] الأسبوع [المقبل]": the step in weeks, for a weekday beside it. */
static size_t read_week(const struct parser *p, size_t i, int *step)
{
    size_t n = word_at(p, i) == W_FROM;
    bool is_this = word_at(p, i + n) == W_THIS;
    *step = is_this ? item_at(p, i + n)->value : 0;
    n += is_this;
    int word = word_at(p, i + n);
    if ((word != W_DEF_UNIT && !(is_this && word == W_UNIT)) ||
        item_at(p, i + n)->value != U_WEEK * 10 + SINGULAR) return 0;
    n++;
    if (word_at(p, i + n) == W_REL) return *step = item_at(p, i + n)->value, n + 1;
    return is_this ? n : 0;
}

static struct point weekday_in_week(const struct parser *p, int weekday, int step)
{
    if (p->today == NO_DAY) return point_open();
    return point_of_day(p->today - weekday_of(p->today) + weekday + 7 * step);
}

/* "الأحد 27 سبتمبر 2020", "الأحد المقبل", "الأربعاء 27", "الأحد". */
static size_t read_weekday(struct parser *p, size_t i, struct expr *e)
{
    int word = word_at(p, i), step = 0;
    bool is_last = word == W_THIS && (word_at(p, i + 1) == W_WEEKDAY);
    size_t n = is_last; /* "last Tuesday" */
    if (is_last) step = item_at(p, i)->value, word = W_WEEKDAY;
    if (word != W_WEEKDAY && word != W_WEEKDAY_NEAR) return 0;
    int weekday = item_at(p, i + n)->value;
    n++;
    size_t rel = word_at(p, i + n) == W_REL;
    if (rel) step = item_at(p, i + n)->value;
    size_t gap = is_separator(p, i + n + rel, ",(-") + 0u;
    size_t k = 0, from = i + n + rel + gap;
    if (word_at(p, from) == I_DATE) k = read_numeric(p, from, e);
    if (!k) k = read_calendar_day(p, from, weekday, e);
    if (k) {
        /* A Hijri date in apposition is a span of its own. */
        bool is_hijri = false;
        for (size_t j = from; j < from + k; j++)
            is_hijri |= word_at(p, j) == W_HIJRI || word_at(p, j) == W_HIJRI_NEAR;
        n += rel + gap + k;
        if (gap && is_separator(p, from - 1, "(")) n += is_separator(p, i + n, ")");
        span(p, i, n, e, DATE_DATE);
        if (is_hijri) e->first = from;
        return n;
    }
    if (word == W_WEEKDAY_NEAR) return 0;
    k = rel ? 0 : read_week(p, i + n, &step);
    if (k) {
        e->from = weekday_in_week(p, weekday, step);
        return span(p, i, n + k, e, DATE_DATE);
    }
    int day;
    if (!rel && p->today != NO_DAY && (k = read_day(p, i + n, &day))) {
        /* "الأربعاء 27" only if a Wednesday the 27th is near */
        for (int32_t d = p->today - 31; d <= p->today + 31; d++) {
            struct point at = point_of_day(d);
            if (at.day != day || weekday_of(d) != weekday) continue;
            e->from = at;
            return span(p, i, n + k, e, DATE_DATE);
        }
    }
    e->from = weekday_point(p, weekday, step);
    return span(p, i, n + rel, e, DATE_DATE);
}

/* "اليوم", "أمس الثلاثاء", "اليوم الأحد 27 سبتمبر". */
static size_t read_today(struct parser *p, size_t i, struct expr *e)
{
    size_t n = word_at(p, i) == W_THIS;
    if (word_at(p, i + n) != W_DAY_REL) return 0;
    int by = item_at(p, i + n)->value;
    struct expr day;
    n++;
    e->from = point_moved(p, U_DAY, by);
    if (word_at(p, i + n) == W_REL || word_at(p, i + n) == W_REL_VAGUE) {
        /* "اليوم التالي": not today, and nobody says which */
        if (word_at(p, i + n) == W_REL_VAGUE) e->from = point_open();
        else e->from = point_moved(p, U_DAY, by + item_at(p, i + n)->value);
        return span(p, i, n + 1, e, DATE_DATE);
    }
    size_t gap = is_separator(p, i + n, ",") + 0u;
    if (word_at(p, i + n + gap) == W_WEEKDAY) {
        int weekday = item_at(p, i + n + gap)->value;
        size_t k = read_weekday(p, i + n + gap, &day);
        bool has_date = k > 1 && day.first == i + n + gap;
        if (!has_date) k = 1;
        if (has_date) e->from = day.from;
        else if (!e->from.is_open) {
            /* the weekday decides where the two differ by a day or two */
            int32_t d = p->today + by;
            int off = (weekday_of(d) - weekday + 7) % 7;
            e->from = point_of_day(d - (off > 3 ? off - 7 : off));
        }
        return span(p, i, n + gap + k, e, DATE_DATE);
    }
    size_t k = read_calendar_day(p, i + n + gap, 0, &day);
    if (k) e->from = day.from, n += gap + k;
    return span(p, i, n, e, DATE_DATE);
}

/* "العام الماضي", "هذا الأسبوع", "last month", "الأيام القليلة الماضية". */
static size_t read_unit_relative(struct parser *p, size_t i, struct expr *e)
{
    size_t n = 0;
    int step = 0;
    bool is_this = word_at(p, i) == W_THIS, is_vague = false;
    if (is_this) step = item_at(p, i)->value, n++;
    if (is_this && (is_unit(p, i + n, U_MONTH, SINGULAR) ||
                    word_at(p, i + n) == W_MONTH ||
                    word_at(p, i + n) == W_MONTH_NEAR)) {
        size_t k = read_calendar_month(p, i + n, e);
        if (k) {
            if (!e->from.is_open && step) {
                e->from.year = p->year;
                if (step < 0 && e->from.month >= p->month) e->from.year--;
                if (step > 0 && e->from.month <= p->month) e->from.year++;
            }
            return span(p, i, n + k, e, DATE_DATE);
        }
    }
    int word = word_at(p, i + n);
    if (word != W_DEF_UNIT && !(is_this && (word == W_UNIT))) return 0;
    int value = item_at(p, i + n)->value;
    n++;
    if (is_number(p, i + n, 1, 1000)) n++, is_vague = true;
    if (word_at(p, i + n) == W_FEW) n++, is_vague = true;
    if (word_at(p, i + n) == W_REL) step = item_at(p, i + n)->value, n++;
    else if (word_at(p, i + n) == W_REL_VAGUE) n++, is_vague = true;
    else if (!is_this) return 0;
    if (value % 10 != SINGULAR || is_vague) {
        e->from = point_open();
        return span(p, i, n, e, DATE_RANGE);
    }
    size_t k = 0;
    if (value / 10 == U_WEEK && word_at(p, i + n) == W_WEEKDAY) {
        e->from = weekday_in_week(p, item_at(p, i + n)->value, step);
        k = 1;
    } else {
        e->from = point_moved(p, (enum unit)(value / 10), step);
    }
    return span(p, i, n + k, e, DATE_DATE);
}

/* Decades, seasons, quarters and "يوم 27": small change. */
static size_t read_other(struct parser *p, size_t i, struct expr *e)
{
    int word = word_at(p, i), day;
    bool is_hijri;
    if (word == W_DECADE) {
        e->from = POINT_NONE, e->to = POINT_NONE;
        e->from.year = 1900 + 10 * item_at(p, i)->value;
        e->to.year = e->from.year + 9;
        return span(p, i, 1, e, DATE_RANGE);
    }
    if (word == W_SEASON || word == W_QUARTER) {
        e->from = point_open();
        size_t k = read_year(p, i + 1, &day, &is_hijri);
        if (!k && word_at(p, i + 1) == W_REL) k = 1;
        return k ? span(p, i, 1 + k, e, DATE_RANGE) : 0;
    }
    if (is_unit(p, i, U_DAY, SINGULAR) && is_number(p, i + 1, 1, 31) &&
        p->today != NO_DAY) {
        int y = p->year, m = p->month, one = 1;
        day = item_at(p, i + 1)->value;
        if (day > p->day) add_months(&y, &m, &one, -1);
        e->from = POINT_NONE;
        e->from.year = y, e->from.month = m, e->from.day = day;
        return is_date(y, m, day) ? span(p, i, 2, e, DATE_DATE) : 0;
    }
    return 0;
}

/* ---- durations, and days counted by them ---------------------------------------- */

/* "3 أيام", "شهرين", "ثلاثة أعوام", "نصف ساعة", "شهر كامل", "two weeks". */
static size_t read_duration(struct parser *p, size_t i, struct expr *e)
{
    size_t n = word_at(p, i) == W_ALL, k;
    int32_t amount = 100;
    bool is_all = n != 0, is_half = word_at(p, i + n) == W_HALF;
    if (is_half) n++, amount = 50;
    k = is_half ? 0 : read_count(p, i + n, &amount);
    n += k;
    int word = word_at(p, i + n);
    if (word != W_UNIT && !(word == W_DEF_UNIT && (is_all || is_half)) &&
        !(word == W_YEAR_WORD && (k || is_all || word_at(p, i + n + 1) == W_WHOLE)) &&
        !(word == W_CLOCK && is_half))
        return 0;
    int unit = item_at(p, i + n)->value / 10, number = item_at(p, i + n)->value % 10;
    n++;
    if (word_at(p, i + n) == W_WHOLE) n++;
    else if (!k && !is_all && !is_half && number != DUAL) return 0;
    if (!k && number == DUAL) amount = 200;
    e->from = POINT_NONE;
    e->amount = amount;
    e->unit = (enum unit)unit;
    return span(p, i, n, e, DATE_DURATION);
}

/* Does a phrase end before item i: at the end of the line, or at a mark? */
static bool phrase_ends(const struct parser *p, size_t i)
{
    const struct words *w = p->words;
    size_t token = p->run.next;
    if (i < p->run.n) return word_at(p, i) == I_SEPARATOR;
    if (token >= w->n) return true;
    const char *at = w->text.p + w->begin[token];
    return memchr(at - 1, '\n', 1) || (*at >= '!' && *at <= '/') ||
           !memcmp(at, "\xD8\x8C", 2);
}

/* "قبل شهر", "منذ 3 سنوات", "two days ago", "بعد يومين": that long from
 * today.  "بعد ثلاثة أعوام على الحرب" counts from elsewhere: only a duration. */
static size_t read_counted(struct parser *p, size_t i, struct expr *e)
{
    int word = word_at(p, i), sign = word == W_AFTER ? 1 : -1;
    bool is_ago = word == W_AGO || word == W_AFTER;
    size_t n = is_ago, k;
    if (is_ago && is_unit(p, i + 1, U_YEAR, SINGULAR) &&
        word_at(p, i + 2) == I_NUMBER) return 0; /* "منذ عام 2010" */
    k = read_duration(p, i + n, e);
    if (!k && is_ago && word_at(p, i + 1) == W_UNIT &&
        item_at(p, i + 1)->value % 10 == SINGULAR) {
        e->amount = 100; /* "قبل شهر" */
        e->unit = (enum unit)(item_at(p, i + 1)->value / 10);
        k = 1;
    }
    if (!k) return 0;
    n += k;
    if (!is_ago) {
        bool is_past = word_at(p, i + n) == W_PAST;
        if (!is_past && word_at(p, i + n) != W_FUTURE) return 0;
        sign = is_past ? -1 : 1;
        n++;
    } else if (word == W_AFTER) {
        if (word_at(p, i + n) == W_FUTURE) n++;
        else if (!phrase_ends(p, i + n)) return 0;
    }
    int64_t by = (int64_t)sign * e->amount / 100;
    switch (e->unit) {
    case U_DAY: e->from = point_moved(p, U_DAY, by); break;
    case U_WEEK: e->from = point_moved(p, U_DAY, 7 * by); break;
    case U_MONTH: case U_YEAR: case U_SECOND: case U_MINUTE: case U_HOUR:
    case U_DECADE: case U_CENTURY:
        e->from = point_moved(p, e->unit, by);
        break;
    }
    return span(p, i, n, e, e->unit <= U_HOUR ? DATE_DATETIME : DATE_DATE);
}

/* ---- parts and edges --------------------------------------------------------- */

static size_t read_plain_day(struct parser *p, size_t i, struct expr *e)
{
    return read_calendar_day(p, i, 0, e);
}

static size_t read_core(struct parser *p, size_t i, struct expr *e)
{
    static size_t (*const readers[])(struct parser *, size_t,
                                     struct expr *) = {
        read_today, read_weekday, read_numeric, read_plain_day,
        read_calendar_month, read_year_alone, read_unit_relative, read_counted,
        read_other
    };
    for (size_t k = 0; k < sizeof readers / sizeof *readers; k++) {
        *e = (struct expr){ .from = POINT_NONE, .to = POINT_NONE };
        size_t n = readers[k](p, i, e);
        if (n) return n;
    }
    return 0;
}

/* "نهاية سبتمبر", "نهاية العام", "late 2020": the value is that of the whole. */
static size_t read_edge(struct parser *p, size_t i, struct expr *e)
{
    size_t n = 1, k;
    if (word_at(p, i + n) == W_FROM || word_at(p, i + n) == W_OF) n++;
    n += is_unit(p, i + n, U_DAY, SINGULAR);
    k = read_core(p, i + n, e);
    if (!k && word_at(p, i + n) == W_DEF_UNIT &&
        item_at(p, i + n)->value % 10 == SINGULAR) {
        k = 1;
        e->from = point_moved(p, (enum unit)(item_at(p, i + n)->value / 10), 0);
    } else if (!k && is_plain_year(p, i + n)) {
        k = 1;
        e->from = POINT_NONE;
        e->from.year = item_at(p, i + n)->value;
    }
    if (!k || e->kind == DATE_DATETIME) return 0;
    return span(p, i, n + k, e, DATE_DATE);
}

/* "مساء الثلاثاء", "ليلة 10 نوفمبر", "صباح يوم الأحد", "هذا الصباح". */
static size_t read_part(struct parser *p, size_t i, struct expr *e)
{
    size_t n = 1;
    if (word_at(p, i) == W_THIS) { /* "this morning" */
        e->from = point_moved(p, U_DAY, 0);
        return span(p, i, 2, e, DATE_DATE);
    }
    if (word_at(p, i + n) == W_FROM || word_at(p, i + n) == W_OF) n++;
    n += is_unit(p, i + n, U_DAY, SINGULAR);
    size_t k = read_core(p, i + n, e);
    if (!k || e->kind != DATE_DATE || (!e->from.day && !e->from.is_open))
        return 0;
    bool is_hijri = e->first > i + n; /* "مساء الاثنين 23 ذو القعدة" */
    size_t first = e->first;
    span(p, i, n + k, e, DATE_DATE);
    if (is_hijri) e->first = first;
    return n + k;
}

static size_t read_date(struct parser *p, size_t i, struct expr *e)
{
    int word = word_at(p, i);
    *e = (struct expr){ .from = POINT_NONE, .to = POINT_NONE };
    if (word == W_EDGE || word == W_REST) return read_edge(p, i, e);
    if (word == W_PART ||
        (word == W_THIS && word_at(p, i + 1) == W_PART &&
         word_at(p, i + 2) != W_CLOCK)) return read_part(p, i, e);
    size_t n = read_core(p, i, e);
    /* "الثلاثاء بعد الظهر", "Tuesday morning" */
    if (n && e->kind == DATE_DATE && e->from.day && e->first == i &&
        word_at(p, i + n) == W_PART && !item_at(p, i + n)->has_and &&
        word_at(p, i + n + 1) != W_DAY_REL && word_at(p, i + n + 1) != W_WEEKDAY)
        return span(p, i, n + 1, e, DATE_DATE);
    return n;
}

/* ---- times --------------------------------------------------------------------- */

/* The hour that "8" means in the evening. */
static int hour_in(int hour, int part)
{
    if (part == NOON) return hour <= 3 ? hour + 12 : hour;
    if (part == AFTERNOON || part == EVENING) return hour < 12 ? hour + 12 : hour;
    if (part == NIGHT) return hour == 12 ? 0 : hour >= 6 && hour < 12 ? hour + 12
                                                                      : hour;
    return part && hour == 12 ? 0 : hour; /* morning */
}

/* "والنصف", "إلا الربع", "وعشرين دقيقة" behind an hour, in minutes. */
static size_t read_minutes(const struct parser *p, size_t i, int *minutes)
{
    int32_t v;
    if (word_at(p, i) == W_MINUS && word_at(p, i + 1) == W_FRACTION)
        return *minutes = -item_at(p, i + 1)->value, 2;
    if (i >= p->run.n || !item_at(p, i)->has_and) return 0;
    if (word_at(p, i) == W_FRACTION) return *minutes = item_at(p, i)->value, 1;
    size_t n = is_number(p, i, 1, 59) ? 1 : read_words(p, i, &v);
    if (!n) return 0;
    *minutes = word_at(p, i) == I_NUMBER ? item_at(p, i)->value : v;
    bool has_unit = word_at(p, i + n) == W_UNIT &&
                    item_at(p, i + n)->value / 10 == U_MINUTE;
    return *minutes < 60 ? n + has_unit : 0;
}

/* An hour that something marks as one: "الساعة 8", "8 مساء", "20:36",
 * "الثامنة والنصف", "منتصف الليل", "بعد الظهر الساعة 7". */
static size_t read_time(struct parser *p, size_t i, struct expr *e)
{
    size_t n = 0, k = 0;
    int part = 0, hour, minutes = 0, word;
    *e = (struct expr){ .from = POINT_NONE, .to = POINT_NONE };
    if (word_at(p, i) == W_PART &&
        (word_at(p, i + 1) == W_CLOCK || word_at(p, i + 1) == I_CLOCK))
        part = item_at(p, i)->value, n++;
    bool is_marked = word_at(p, i + n) == W_CLOCK;
    n += is_marked;
    word = word_at(p, i + n);
    if (word == I_CLOCK) {
        int32_t v = item_at(p, i + n)->value;
        hour = v / 3600;
        e->from.minute = v / 60 % 60;
        if (item_at(p, i + n)->digits == 8) e->from.second = v % 60;
        is_marked = true;
    } else if (word == W_MIDNIGHT) {
        e->from.hour = item_at(p, i + n)->value;
        return span(p, i, n + 1, e, DATE_TIME);
    } else if (is_number(p, i + n, 0, is_marked ? 24 : 12) ||
               ((word == W_ORD || word == W_CARD) &&
                item_at(p, i + n)->value <= 12)) {
        hour = item_at(p, i + n)->value % 24;
    } else {
        return 0;
    }
    n++;
    if (word == W_ORD || word == W_CARD || is_marked) {
        k = read_minutes(p, i + n, &minutes);
        is_marked |= k && (word_at(p, i + n) == W_FRACTION ||
                           word_at(p, i + n) == W_MINUS);
        if (k && !is_marked && word_at(p, i + n + k) != W_PART) k = 0;
        n += k;
    }
    word = word_at(p, i + n);
    bool has_and = i + n < p->run.n && item_at(p, i + n)->has_and;
    if ((word == W_PART || word == W_AMPM) && !has_and)
        part = item_at(p, i + n)->value, n++;
    else if (word == W_ERA_M && is_marked)
        part = EVENING, n++; /* "10:50 م" */
    else if (!is_marked)
        return 0;
    if (k) {
        int all = hour * 60 + minutes;
        if (all < 0) all += 720;
        hour = all / 60, e->from.minute = all % 60;
    }
    e->from.hour = hour_in(hour, part);
    return span(p, i, n, e, DATE_TIME);
}

/* A date, a time, or both. */
static size_t read_moment(struct parser *p, size_t i, struct expr *e)
{
    struct expr other;
    size_t n = read_date(p, i, e), gap, k;
    if (n && (e->kind != DATE_DATE || !(e->from.day || e->from.is_open)))
        return n;
    if (n) {
        gap = is_separator(p, i + n, ",-") + 0u;
        gap += word_at(p, i + n + gap) == W_IN;
        k = read_time(p, i + n + gap, &other);
        if (!k) return n;
    } else {
        n = read_time(p, i, e);
        if (!n) return 0;
        gap = is_separator(p, i + n, ",") + 0u;
        gap += word_at(p, i + n + gap) == W_IN || word_at(p, i + n + gap) == W_FROM;
        gap += is_unit(p, i + n + gap, U_DAY, SINGULAR);
        k = read_date(p, i + n + gap, &other);
        if (!k || other.kind != DATE_DATE || other.first != i + n + gap ||
            !(other.from.day || other.from.is_open)) return n;
        struct expr time = *e;
        *e = other;
        other = time;
    }
    e->from.hour = other.from.hour;
    e->from.minute = other.from.minute;
    e->from.second = other.from.second;
    size_t first = n && e->first > i && e->first < i + n ? e->first : i;
    span(p, i, n + gap + k, e, DATE_DATETIME);
    e->first = first;
    return n + gap + k;
}

/* ---- ranges --------------------------------------------------------------------- */

/* "to", "until", a dash; after "between" also "and". */
static size_t read_to(const struct parser *p, size_t i, bool is_between)
{
    if (word_at(p, i) == W_TO || is_separator(p, i, "-")) return 1;
    return is_between && word_at(p, i) == W_AND;
}

/* Years, "1992-1994", "[بين] عامي 1992 و1994", "من عام 1992 إلى عام 1994". */
static size_t read_year_range(struct parser *p, size_t i, bool is_led,
                              bool is_between, struct expr *e)
{
    size_t n = word_at(p, i) == W_YEARS_OF, k;
    bool is_named = n != 0;
    e->from = e->to = POINT_NONE;
    if (is_plain_year(p, i + n)) e->from.year = item_at(p, i + n)->value, k = 1;
    else k = is_led ? read_year_named(p, i + n, &e->from.year) : 0;
    if (!k) return 0;
    n += k;
    if (!is_named && is_number(p, i + n, 1900, 2100) &&
        item_at(p, i + n)->digits == DIGITS_JOINED) {
        e->to.year = item_at(p, i + n)->value;
        return e->to.year > e->from.year ? span(p, i, n + 1, e, DATE_RANGE) : 0;
    }
    bool has_and = i + n < p->run.n && item_at(p, i + n)->has_and;
    k = read_to(p, i + n, is_between || is_named);
    if (!k && !((is_between || is_named) && has_and)) return 0;
    if (!is_led && !is_named) return 0;
    n += k;
    if (is_plain_year(p, i + n)) e->to.year = item_at(p, i + n)->value, k = 1;
    else k = read_year_named(p, i + n, &e->to.year);
    if (!k) return 0;
    return span(p, i, n + k, e, DATE_RANGE);
}

/* The end of a range: a moment, or an hour if the beginning is a time. */
static size_t read_end(struct parser *p, size_t i, bool is_time, struct expr *e)
{
    size_t n = is_unit(p, i, U_DAY, SINGULAR);
    size_t k = read_moment(p, i + n, e);
    if (k) return n + k;
    n = word_at(p, i) == W_CLOCK;
    if (!is_time || !(is_number(p, i + n, 1, 24) || word_at(p, i + n) == W_ORD))
        return 0;
    *e = (struct expr){ .from = POINT_NONE, .to = POINT_NONE };
    e->from.hour = item_at(p, i + n)->value % 24;
    return span(p, i, n + 1, e, DATE_TIME);
}

/* What the two ends say of each other: the year, the day, the afternoon. */
static void settle_range(struct expr *from, const struct expr *to,
                         struct expr *e)
{
    e->from = from->from;
    e->to = to->from;
    if (from->is_guessed && !to->is_guessed && e->to.year) {
        e->from.year = e->to.year - (e->from.month > e->to.month);
        e->from.is_open = false;
    }
    if (from->kind == DATE_TIME && to->kind != DATE_DATE) {
        if (e->to.hour >= 12 && e->from.hour < 12 &&
            e->from.hour + 12 <= e->to.hour) e->from.hour += 12;
        if (e->from.hour >= 12 && e->to.hour < 12 &&
            e->to.hour + 12 > e->from.hour) e->to.hour += 12;
        if (to->kind == DATE_DATETIME) {
            e->from.year = e->to.year, e->from.month = e->to.month;
            e->from.day = e->to.day, e->from.is_open = e->to.is_open;
        }
    }
}

static size_t read_range(struct parser *p, size_t i, struct expr *e)
{
    struct expr from, to = { 0 };
    bool is_between = word_at(p, i) == W_BETWEEN;
    bool is_led = is_between || word_at(p, i) == W_FROM;
    size_t lead = is_led, n, k;
    *e = (struct expr){ .from = POINT_NONE, .to = POINT_NONE };
    n = read_year_range(p, i + lead, is_led, is_between, e);
    if (n) {
        say_year(p, e->to.year, e->end);
        return span(p, i, lead + n, e, DATE_RANGE);
    }
    n = lead + is_unit(p, i + lead, U_DAY, SINGULAR);
    int word = word_at(p, i + n), day = 0, hour = -1;
    if (word == I_DAY_MONTH) { /* "4-22 يناير 2017", "4-5 مساء" */
        int second = item_at(p, i + n)->value % 100;
        struct item saved = *item_at(p, i + n);
        day = saved.value / 100;
        p->run.item[i + n] = (struct item){ saved.begin, saved.end, saved.token,
                                            second, I_NUMBER, 2, false };
        k = read_moment(p, i + n, &to);
        p->run.item[i + n] = saved;
        if (!k) return 0;
        n += k;
    } else {
        if (is_led && is_number(p, i + n, 1, 31)) day = item_at(p, i + n)->value;
        if (is_led && (word == W_ORD || day)) hour = item_at(p, i + n)->value;
        k = read_moment(p, i + n, &from);
        if (k) day = 0, hour = -1;
        else if (day || hour >= 0) k = 1;
        else return 0;
        n += k;
        k = read_to(p, i + n, is_between);
        bool has_and = i + n < p->run.n && item_at(p, i + n)->has_and;
        if (!k && !(is_between && has_and)) return 0;
        if (!is_led && (is_separator(p, i + n, "-") || from.kind == DATE_DATE) &&
            !(from.from.day || from.from.is_open)) return 0;
        n += k;
        k = read_end(p, i + n, !day && hour < 0 && from.kind != DATE_DATE, &to);
        if (!k || to.kind == DATE_RANGE) return 0;
        n += k;
    }
    if (to.kind == DATE_TIME || (to.kind == DATE_DATETIME && hour >= 0)) {
        if (day) hour = day;
        if (hour >= 0 && hour <= 24) {
            from = (struct expr){ .from = POINT_NONE, .kind = DATE_TIME };
            from.from.hour = hour % 24;
        }
    } else if (day || hour >= 0) {
        if (!day || (!to.from.day && !to.from.is_open && !to.from.month)) return 0;
        from = to;
        from.from.day = day;
        from.from.is_open |= !to.from.is_open &&
                             !is_date(to.from.year, to.from.month, day);
    }
    settle_range(&from, &to, e);
    span(p, i, n, e, DATE_RANGE);
    if (to.kind == DATE_TIME && from.kind == DATE_TIME) e->kind = DATE_TIMERANGE;
    else if (to.kind != DATE_DATE || from.kind != DATE_DATE)
        e->kind = DATE_DATETIMERANGE;
    return n;
}

/* "كل يوم", "كل ليلة", "every week": when, but not once. */
static size_t read_set(struct parser *p, size_t i, struct expr *e)
{
    if (word_at(p, i) != W_EVERY) return 0;
    size_t n = 1;
    int word = word_at(p, i + n);
    if (word != W_UNIT && word != W_YEAR_WORD && word != W_WEEKDAY &&
        word != W_PART) return 0;
    n++;
    if (is_unit(p, i + 1, U_DAY, SINGULAR) && word_at(p, i + n) == W_WEEKDAY) n++;
    *e = (struct expr){ .from = point_open(), .to = POINT_NONE };
    return span(p, i, n, e, DATE_SET);
}

/* ---- values ---------------------------------------------------------------------- */

static size_t duration_format(const struct expr *e, char *out)
{
    static const char letters[] = "?SMHDWMYYY";
    static const int times[] = { 0, 1, 1, 1, 1, 1, 1, 1, 10, 100 };
    int64_t amount = (int64_t)e->amount * times[e->unit];
    int n = snprintf(out, DATE_TEXT, "P%s%lld", e->unit <= U_HOUR ? "T" : "",
                     (long long)(amount / 100));
    if (amount % 100)
        n += snprintf(out + n, DATE_TEXT - (size_t)n, ".%02d",
                      (int)(amount % 100));
    if (amount % 100 && out[n - 1] == '0') n--;
    out[n++] = letters[e->unit];
    return (size_t)n;
}

static void emit(const struct parser *p, const struct expr *e, struct date *out)
{
    *out = (struct date){ .begin = item_at(p, e->first)->begin, .end = e->end,
                          .kind = e->kind, .from = e->from, .to = e->to };
    size_t n = 0;
    if (e->kind == DATE_DURATION) {
        n = duration_format(e, out->value);
    } else if (e->kind != DATE_SET) {
        n = point_format(&e->from, out->value);
        bool is_range = e->kind == DATE_RANGE || e->kind == DATE_TIMERANGE ||
                        e->kind == DATE_DATETIMERANGE;
        if (n && is_range) {
            size_t k = point_format(&e->to, out->value + n + 1);
            out->value[n] = '/';
            n = k ? n + 1 + k : 0;
        }
    }
    out->n_value = (uint8_t)n;
}

size_t dates_bound(const struct words *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        unsigned char c = (unsigned char)w->text.p[w->begin[i]];
        n += w->marks[i].slot || c < 'A' || c == 0xD9 || c == 0xDB;
    }
    return n;
}

/* The longest expression at item i. */
static size_t read_any(struct parser *p, size_t i, struct expr *e)
{
    struct expr other = { 0 };
    size_t n = read_range(p, i, e), k;
    if (!n) n = read_moment(p, i, e);
    if (!n) n = read_set(p, i, e);
    k = read_duration(p, i, &other);
    if (k > n) *e = other, n = k;
    return n;
}

size_t dates_find(const struct lexicon *lex, const struct words *w,
                  int32_t today, struct date *out, size_t cap)
{
    struct parser p = { .words = w, .today = today };
    size_t found = 0;
    if (today != NO_DAY) day_split(today, &p.year, &p.month, &p.day);
    for (size_t at = 0; at < w->n && found < cap;) {
        const struct slot *slot = w->marks[at].slot;
        unsigned char c = (unsigned char)w->text.p[w->begin[at]];
        bool is_digit = (c >= '0' && c <= '9') || c == 0xD9 || c == 0xDB;
        if (!is_digit && !(slot && (slot->word || slot->flags & LEX_MORE))) {
            at++;
            continue;
        }
        run_fill(lex, w, at, &p.run);
        at = p.run.next > at ? p.run.next : at + 1;
        if (!p.run.is_strong) continue;
        for (size_t i = 0; i < p.run.n && found < cap;) {
            struct expr e;
            size_t n = read_any(&p, i, &e);
            if (n) emit(&p, &e, out + found++);
            i += n ? n : 1;
        }
    }
    return found;
}

int32_t iso_day(wq_str s)
{
    int v[3] = { 0, 0, 0 };
    static const int digits[] = { 4, 2, 2 };
    size_t at = 0;
    for (int k = 0; k < 3; k++) {
        if (k && (at >= s.n || (s.p[at] != '-' && s.p[at] != '/')))
            return NO_DAY;
        at += k > 0;
        for (int i = 0; i < digits[k]; i++, at++) {
            if (at >= s.n || s.p[at] < '0' || s.p[at] > '9') return NO_DAY;
            v[k] = v[k] * 10 + (s.p[at] - '0');
        }
    }
    if (at < s.n && s.p[at] >= '0' && s.p[at] <= '9') return NO_DAY;
    return is_date(v[0], v[1], v[2]) ? day_of(v[0], v[1], v[2]) : NO_DAY;
}
