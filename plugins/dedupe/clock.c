/* clock.c - the stream's clock and the dates it is set by (clock.h). */
#include "clock.h"
#include <string.h>

static size_t first_not_below(const int64_t *sorted, size_t n, int64_t v)
{
    size_t i = 0;
    while (i < n && sorted[i] < v) i++;
    return i;
}

int64_t clock_tick(struct clock *c, int64_t date)
{
    if (date != CLOCK_NONE) {
        if (c->n == CLOCK_DATES) { /* the oldest leaves */
            size_t i = first_not_below(c->sorted, c->n, c->last[c->next]);
            memmove(c->sorted + i, c->sorted + i + 1,
                    (--c->n - i) * sizeof *c->sorted);
        }
        size_t i = first_not_below(c->sorted, c->n, date);
        memmove(c->sorted + i + 1, c->sorted + i,
                (c->n++ - i) * sizeof *c->sorted);
        c->sorted[i] = c->last[c->next] = date;
        c->next = (c->next + 1) % CLOCK_DATES;
    }
    return c->n ? c->sorted[(c->n - 1) / 2] : CLOCK_NONE;
}

/* ---- dates --------------------------------------------------------------- */

struct reader {
    const char *p, *end;
    int bad;
};

/* Exactly `digits` digits, from min to max. */
static int read_number(struct reader *r, int digits, int min, int max)
{
    int v = 0;
    for (; digits && r->p < r->end && *r->p >= '0' && *r->p <= '9'; digits--)
        v = v * 10 + (*r->p++ - '0');
    if (digits || v < min || v > max) r->bad = 1;
    return v;
}

static int is_next(struct reader *r, const char *any)
{
    if (r->p == r->end || !*r->p || !strchr(any, *r->p)) return 0;
    r->p++;
    return 1;
}

/* Days since 1970-01-01 in the Gregorian calendar: years begin in March, so
 * that the leap day is the last of its year. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1
           - 719468; /* 0000-03-01 to 1970-01-01 */
}

static int days_in(int year, int month)
{
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2) return 28 + leap;
    return 30 + (month + month / 8) % 2; /* odd ones long; from August, even */
}

/* "02:16", "02:16:13", "02:16:13.250": seconds of the day. */
static int64_t read_time(struct reader *r)
{
    int64_t s = read_number(r, 2, 0, 24) * 3600;
    if (!is_next(r, ":")) r->bad = 1;
    s += read_number(r, 2, 0, 59) * 60;
    if (!is_next(r, ":")) return s;
    s += read_number(r, 2, 0, 60); /* 60: a leap second */
    if (is_next(r, "."))
        while (is_next(r, "0123456789")) {}
    return s;
}

/* "", "Z", "+03:00", "+0300", "-05": seconds ahead of UTC. */
static int64_t read_zone(struct reader *r)
{
    if (r->p == r->end || is_next(r, "Zz")) return 0;
    int64_t sign = is_next(r, "-") ? -1 : 1;
    if (sign > 0 && !is_next(r, "+")) r->bad = 1;
    int64_t s = read_number(r, 2, 0, 23) * 3600;
    if (r->p != r->end) {
        is_next(r, ":");
        s += read_number(r, 2, 0, 59) * 60;
    }
    return sign * s;
}

int64_t date_seconds(const char *p, size_t n)
{
    struct reader r = { p, p + n, 0 };
    if (!n) return CLOCK_NONE;
    int year = read_number(&r, 4, 1, 9999);
    if (!is_next(&r, "-")) r.bad = 1;
    int month = read_number(&r, 2, 1, 12);
    if (!is_next(&r, "-")) r.bad = 1;
    int day = read_number(&r, 2, 1, 31);
    if (r.bad || day > days_in(year, month)) return CLOCK_NONE;
    int64_t s = days_of(year, month, day) * 86400;
    if (is_next(&r, "Tt ")) {
        s += read_time(&r);
        s -= read_zone(&r);
    }
    return r.bad || r.p != r.end ? CLOCK_NONE : s;
}
