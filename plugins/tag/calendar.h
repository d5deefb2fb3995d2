/* calendar.h - days, months and years: arithmetic and ISO 8601 spelling.
 *
 * A day is a count from 1970-01-01 in the proleptic Gregorian calendar. */
#ifndef WQ_TAG_CALENDAR_H
#define WQ_TAG_CALENDAR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YEAR_MIN 1
#define YEAR_MAX 9999 /* ISO 8601 has four digits unless agreed otherwise */

/* A date or time as far as it is known. */
struct point {
    int year, month, day;     /* 0: not known */
    int week;                 /* ISO 8601 week of `year`; 0: none */
    int hour, minute, second; /* -1: none */
    bool is_open; /* it should have a value, but on what it depends is
                     not known */
};
#define POINT_NONE ((struct point){ .hour = -1, .minute = -1, .second = -1 })

bool is_date(int year, int month, int day);
int month_days(int year, int month); /* 1 .. 12 */
int32_t day_of(int year, int month, int day);
void day_split(int32_t day, int *year, int *month, int *d);
int weekday_of(int32_t day); /* 1 Monday .. 7 Sunday */
/* Moves a date by months; a day past the month's end becomes its last. */
void add_months(int *year, int *month, int *day, int by);
void iso_week(int32_t day, int *year, int *week);

/* The day of a date of the Hijri calendar (Umm al-Qura in 1300 .. 1600, the
 * tabular calendar elsewhere); false if there is no such date. */
bool hijri_day(int year, int month, int day, int32_t *out);
/* The Hijri year that a day lies in, roughly: to guess a year left out. */
int hijri_year_near(int32_t day);

/* Writes a point, at most POINT_TEXT bytes; returns how many, 0 if the point
 * has nothing to write. */
#define POINT_TEXT 24
size_t point_format(const struct point *p, char *out);
#endif
