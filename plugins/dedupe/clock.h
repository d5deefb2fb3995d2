/* clock.h - what time it is in a stream of articles.
 *
 * Not the time of day: an archive of 2015 read today is in 2015.  The clock is
 * the lower median of the last CLOCK_DATES valid dates, so that one article
 * dated 2099 (or fifty in a row) moves it hardly at all.  It may go backwards
 * if the stream does. */
#ifndef WARRAQ_DEDUPE_CLOCK_H
#define WARRAQ_DEDUPE_CLOCK_H
#include <stddef.h>
#include <stdint.h>

#define CLOCK_DATES 101
#define CLOCK_NONE  INT64_MIN /* no date yet, or none that is valid */

struct clock {
    int64_t last[CLOCK_DATES];   /* in order of arrival, a ring */
    int64_t sorted[CLOCK_DATES]; /* the same, ascending */
    size_t n, next;
};

/* Counts an article's date in (CLOCK_NONE: it has none).  Returns the time,
 * CLOCK_NONE before the first date.  A zeroed clock is a new one.  Cannot
 * fail. */
int64_t clock_tick(struct clock *c, int64_t date);

/* Seconds since 1970-01-01 of "2015-07-21", "2015-07-21T02:16",
 * "2015-07-21 02:16:13.5+03:00" (RFC 3339 with the time optional; without a
 * zone: UTC), or CLOCK_NONE.  [any] */
int64_t date_seconds(const char *p, size_t n);
#endif
