/* calendar.c - the arithmetic of calendars; knows nothing of text. */
#include "calendar.h"

#include <stdio.h>

#include "umalqura.h"

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int month_days(int year, int month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30,
                                    31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && is_leap(year));
}

bool is_date(int year, int month, int day)
{
    return year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12 &&
           day >= 1 && day <= month_days(year, month);
}

/* Days in the 400-year cycle that begins on 0000-03-01: leap days then stand
 * at the end of years and of the cycle. */
int32_t day_of(int year, int month, int day)
{
    int y = year - (month <= 2), cycle = (y >= 0 ? y : y - 399) / 400;
    int of_cycle = y - cycle * 400;
    int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return cycle * 146097 + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 +
           of_year - 719468;
}

void day_split(int32_t day, int *year, int *month, int *d)
{
    int32_t z = day + 719468, cycle = (z >= 0 ? z : z - 146096) / 146097;
    int32_t e = z - cycle * 146097;
    int32_t y = (e - e / 1460 + e / 36524 - e / 146096) / 365;
    int32_t of_year = e - (365 * y + y / 4 - y / 100);
    int32_t m = (5 * of_year + 2) / 153;
    *d = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = y + cycle * 400 + (*month <= 2);
}

int weekday_of(int32_t day)
{
    return ((day + 3) % 7 + 7) % 7 + 1; /* 1970-01-01 was a Thursday */
}

void add_months(int *year, int *month, int *day, int by)
{
    int months = *year * 12 + *month - 1 + by;
    *year = months / 12;
    *month = months % 12 + 1;
    if (*year < YEAR_MIN) *year = YEAR_MIN, *month = 1;
    if (*day > month_days(*year, *month)) *day = month_days(*year, *month);
}

void iso_week(int32_t day, int *year, int *week)
{
    int month, d;
    int32_t thursday = day + 4 - weekday_of(day); /* decides the year */
    day_split(thursday, year, &month, &d);
    *week = (thursday - day_of(*year, 1, 1)) / 7 + 1;
}

bool hijri_day(int year, int month, int day, int32_t *out)
{
    if (year < 1 || year > 9000 || month < 1 || month > 12 || day < 1)
        return false;
    if (year < UMALQURA_FIRST || year > UMALQURA_LAST) {
        /* Tabular: 30 and 29 days in turn, 11 leap years in 30; 1 Muharram 1
         * is 622-07-19, Gregorian. */
        bool is_long = (11 * year + 14) % 30 < 11; /* a leap year */
        if (day > (month % 2 ? 30 : 29) + (month == 12 && is_long))
            return false;
        *out = (int32_t)(day + (59 * (month - 1) + 1) / 2 + (year - 1) * 354 +
                         (3 + 11 * year) / 30 - 492149);
        return true;
    }
    int32_t start = UMALQURA_DAY;
    for (int y = UMALQURA_FIRST; y < year; y++)
        start += 29 * 12 + __builtin_popcount(umalqura[y - UMALQURA_FIRST]);
    unsigned months = umalqura[year - UMALQURA_FIRST];
    for (int m = 1; m < month; m++)
        start += 29 + (int)(months >> (m - 1) & 1);
    if (day > 29 + (int)(months >> (month - 1) & 1)) return false;
    *out = start + day - 1;
    return true;
}

int hijri_year_near(int32_t day)
{
    /* 10,631 days are 30 years */
    return (int)(((int64_t)day + 492148) * 30 / 10631) + 1;
}

size_t point_format(const struct point *p, char *out)
{
    int n = 0;
    if (p->is_open) return 0;
    if (p->year && p->week)
        n = snprintf(out, POINT_TEXT, "%04d-W%02d", p->year, p->week);
    else if (p->year && p->month && p->day)
        n = snprintf(out, POINT_TEXT, "%04d-%02d-%02d", p->year, p->month,
                     p->day);
    else if (p->year && p->month)
        n = snprintf(out, POINT_TEXT, "%04d-%02d", p->year, p->month);
    else if (p->year)
        n = snprintf(out, POINT_TEXT, "%04d", p->year);
    if (p->hour < 0) return (size_t)n;
    n += snprintf(out + n, POINT_TEXT - (size_t)n, "T%02d", p->hour);
    if (p->minute >= 0)
        n += snprintf(out + n, POINT_TEXT - (size_t)n, ":%02d", p->minute);
    if (p->second >= 0)
        n += snprintf(out + n, POINT_TEXT - (size_t)n, ":%02d", p->second);
    return (size_t)n;
}
