/* datecalendar.c - dates that name their place in a calendar: numbers in words,
 * months, years, "27 سبتمبر 2020", 27/9/2020; and what to take for the year
 * where one is left out. */
#include "dateparser.h"

#include <stdlib.h>

/* ---- what was left out --------------------------------------------------- */

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
int year_for(const struct parser *p, size_t i, int month, int day)
{
    if (year_is_near(p, i)) return p->said_year;
    if (p->today == NO_DAY) return 0;
    int months = month - p->month;
    if (months > 6 || (months == 6 && day > p->day)) return p->year - 1;
    if (months < -6 || (months == -6 && day && day < p->day))
        return p->year + 1;
    return p->year;
}

/* The year of the last (-1), this (0) or next (1) such month, or day of it.
 * 0: unknown. */
int year_beside(const struct parser *p, int step, int month, int day)
{
    if (p->today == NO_DAY) return 0;
    int here = p->month * 32 + (day ? p->day : 0), there = month * 32 + day;
    return p->year - (step < 0 && there >= here) + (step > 0 && there <= here);
}

struct point point_of_day(int32_t day)
{
    struct point at = POINT_NONE;
    day_split(day, &at.year, &at.month, &at.day);
    at.is_open = at.year < YEAR_MIN || at.year > YEAR_MAX;
    return at;
}

struct point point_open(void)
{
    struct point at = POINT_NONE;
    at.is_open = true;
    return at;
}

/* Today moved by n units; open if today is unknown or n is beyond reason. */
struct point point_moved(const struct parser *p, enum unit unit, int64_t n)
{
    struct point at = POINT_NONE;
    if (p->today == NO_DAY || n > 100000 || n < -100000) return point_open();
    int by = (int)n;
    switch (unit) {
    case U_DAY:
        return point_of_day(p->today + by);
    case U_WEEK:
        iso_week(p->today + 7 * by, &at.year, &at.week);
        break;
    case U_MONTH:
        at.year = p->year, at.month = p->month, at.day = 1;
        add_months(&at.year, &at.month, &at.day, by);
        at.day = 0;
        break;
    case U_YEAR:
        at.year = p->year + by;
        break;
    case U_SECOND:
    case U_MINUTE:
    case U_HOUR:
    case U_DECADE:
    case U_CENTURY:
        return point_open();
    }
    at.is_open = at.year < YEAR_MIN || at.year > YEAR_MAX;
    return at;
}

/* ---- numbers in words ---------------------------------------------------- */

/* A number in words below 10,000: "ألف وتسعمائة وثمانية وسبعون", "عشرين". */
size_t read_words(const struct parser *p, size_t i, int32_t *value)
{
    int32_t sum = 0, last = INT32_MAX;
    size_t n = 0;
    while (word_at(p, i + n) == W_CARD || (n && (word_at(p, i + n) == W_ORD) &&
                                           item_at(p, i + n)->value >= 20)) {
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
size_t read_count(const struct parser *p, size_t i, int32_t *hundredths)
{
    int32_t v;
    if (word_at(p, i) == I_REAL) return *hundredths = item_at(p, i)->value, 1;
    if (is_number(p, i, 0, 1000000) && !item_at(p, i)->is_ordinal)
        return *hundredths = item_at(p, i)->value * 100, 1;
    size_t n = read_words(p, i, &v);
    if (n) *hundredths = v * 100;
    return n;
}

/* The number of a day in a month, 1 .. 31: "27", "20th", "الرابع",
 * "الحادي والعشرين". */
size_t read_day(const struct parser *p, size_t i, int *day)
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

/* ---- months and years ---------------------------------------------------- */

/* A month's name, of the class given or its ..._NEAR; the same month may follow
 * in another naming: "أيلول/ سبتمبر", "تموز (يوليو)", "يوليو تموز". */
static size_t read_month(const struct parser *p, size_t i, int word, int *month)
{
    if (word_at(p, i) != word && word_at(p, i) != word + 1) return 0;
    *month = item_at(p, i)->value;
    bool has_mark = is_separator(p, i + 1, "/(-");
    size_t k = i + 1 + has_mark;
    if ((word_at(p, k) != word && word_at(p, k) != word + 1) ||
        item_at(p, k)->value != *month)
        return 1;
    return 2u + has_mark + (has_mark && is_separator(p, k + 1, ")"));
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
    if (word_at(p, i + n) == W_REL)
        step = item_at(p, i + n)->value, n++;
    else if (!is_this)
        return 0;
    *year = p->today == NO_DAY ? 0 : p->year + step;
    return n;
}

size_t read_century(const struct parser *p, size_t i, int *year)
{
    if (is_number(p, i, 1, 30) && item_at(p, i)->is_ordinal &&
        is_unit(p, i + 1, U_CENTURY, SINGULAR)) {
        *year = (item_at(p, i)->value - 1) * 100; /* "14th century" */
        return 2;
    }
    if (word_at(p, i) != W_DEF_UNIT ||
        item_at(p, i)->value != U_CENTURY * 10 + SINGULAR)
        return 0;
    int which = word_at(p, i + 1);
    if (which == W_ORD) {
        *year = (item_at(p, i + 1)->value - 1) * 100;
        return 2;
    }
    if (which != W_REL) return 0;
    *year = p->today == NO_DAY
                ? 0
                : (p->year / 100 + item_at(p, i + 1)->value) * 100;
    return 2;
}

/* "عام 2020", "سنة ألفين وسبعة"; an era may follow: "1436هـ", "2015م". */
size_t read_year_named(const struct parser *p, size_t i, int *year)
{
    int32_t v;
    if (!is_unit(p, i, U_YEAR, SINGULAR)) return 0;
    if (is_number(p, i + 1, 1, YEAR_MAX))
        *year = item_at(p, i + 1)->value;
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
size_t read_year(const struct parser *p, size_t i, int *year, bool *is_hijri)
{
    size_t n = is_separator(p, i, ",/-.");
    *is_hijri = false;
    if (is_number(p, i + n, 1000, 2999) && item_at(p, i + n)->digits == 4) {
        *year = item_at(p, i + n)->value;
        n++;
    } else if (is_separator(p, i, ".")) {
        return 0; /* "10 June. Last year": another sentence */
    } else {
        size_t of = word_at(p, i + n) == W_FROM || word_at(p, i + n) == W_OF;
        size_t k = read_year_named(p, i + n + of, year);
        if (!k && of && is_plain_year(p, i + n + of)) /* "octubre de 2020" */
            k = 1, *year = item_at(p, i + n + of)->value;
        if (k)
            k += of;
        else
            k = read_year_relative(p, i + n, year);
        if (!k && !n) k = read_words(p, i, year), k = *year > 1000 ? k : 0;
        if (!k) return 0;
        n += k;
    }
    *is_hijri = word_at(p, i + n) == W_ERA_H;
    return n + (*is_hijri || word_at(p, i + n) == W_ERA_M);
}

/* Remembers a year that was written out, for those that are not. */
void say_year(struct parser *p, int year, uint32_t end)
{
    p->said_year = year;
    p->said_end = end;
}

/* ---- dates of the calendars ---------------------------------------------- */

/* A larger number beside a Hijri month is a year of ours. */
#define HIJRI_YEAR_MAX 1600

/* The day of a Hijri date; without a year, the one nearest to today.  `weekday`
 * (0: none) may move it by a day: months begin when the moon is seen. */
static struct point hijri_point(const struct parser *p, int year, int month,
                                int day, int weekday)
{
    int32_t at, best = NO_DAY, near = p->today;
    /* "رمضان 2015", "رمضان هذا العام": the one in that year of ours */
    if (year > HIJRI_YEAR_MAX) near = day_of(year, 7, 1), year = 0;
    if (year && hijri_day(year, month, day, &at)) best = at;
    if (!year && near != NO_DAY)
        for (int y = hijri_year_near(near), k = -1; k <= 1; k++)
            if (hijri_day(y + k, month, day, &at) &&
                (best == NO_DAY || abs(at - near) < abs(best - near)))
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
        e->to =
            point_of_day(28 + day_of(e->from.year, e->from.month, e->from.day));
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
size_t read_calendar_day(struct parser *p, size_t i, int weekday,
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
    } else if (word_at(p, i + n) == W_REL) {
        k = 1; /* "3 فبراير الماضي"; of a Hijri date the nearest */
        if (!is_hijri)
            year = year_beside(p, item_at(p, i + n)->value, month, day);
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
    e->said_day = day;
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
size_t read_calendar_month(struct parser *p, size_t i, struct expr *e)
{
    int month = 0, year = 0;
    bool is_hijri = false, year_is_hijri = false;
    size_t lead = is_unit(p, i, U_MONTH, SINGULAR), k;
    size_t n = lead;
    k = read_month(p, i + n, W_MONTH, &month);
    if (!k) k = read_month(p, i + n, W_HIJRI, &month), is_hijri = k != 0;
    if (!k) return 0;
    bool stands = month_may_stand(p, i + lead, lead);
    if (i && word_at(p, i - 1) == I_NUMBER && !item_at(p, i)->has_and)
        return 0; /* "31 فبراير": no month of its own */
    n += k;
    k = read_year(p, i + n, &year, &year_is_hijri);
    if (!k && word_at(p, i + n) == W_REL) {
        int step = item_at(p, i + n)->value;
        k = 1;
        if (!is_hijri) year = year_beside(p, step, month, 0);
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
size_t read_year_alone(struct parser *p, size_t i, struct expr *e)
{
    int year = 0;
    int32_t day;
    size_t n = read_year_named(p, i, &year);
    if (!n && is_plain_year(p, i)) {
        int before = i ? word_at(p, i - 1) : W_NONE;
        int after = word_at(p, i + 1);
        bool leads =
            before == W_IN || before == W_AGO || before == W_TO ||
            before == W_AFTER || before == W_FROM ||
            (i && is_separator(p, i - 1, "(") && is_separator(p, i + 1, ")"));
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
size_t read_numeric(struct parser *p, size_t i, struct expr *e)
{
    int32_t v = i < p->run.n ? item_at(p, i)->value : 0;
    switch (word_at(p, i)) {
    case I_DATE:
        e->from = point_of_day(v);
        break;
    case I_MONTH:
        e->from = POINT_NONE;
        e->from.year = v / 12, e->from.month = v % 12 + 1;
        break;
    case I_DAY_MONTH: {
        int before = i ? word_at(p, i - 1) : W_NONE, d = v / 100, m = v % 100;
        if (m > 12) m = d, d = v % 100;
        if (!is_date(2000, m, d) ||
            (before != W_IN && before != W_AFTER && before != W_AGO &&
             before != W_TO && before != W_UNIT))
            return 0;
        e->from = POINT_NONE;
        e->from.year = year_for(p, i, m, d), e->from.month = m, e->from.day = d;
        e->from.is_open = !e->from.year;
        break;
    }
    default:
        return 0;
    }
    size_t n = span(p, i, 1, e, DATE_DATE);
    if (!e->from.is_open) say_year(p, e->from.year, e->end);
    return n + (word_at(p, i + 1) == W_ERA_M);
}
