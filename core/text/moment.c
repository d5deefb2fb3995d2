/* moment.c - times and dates written in digits of any script.
 *
 *   time   9:05  20:36:10  ٢٠:٣٦  20h30
 *   date   12/05/2015  2015-05-12  12.5.2015  1436/7/20  12/5/15
 *          2015-05-12T20:36:10Z, as ISO 8601 joins the two
 *
 * The numbers must be able to be what they are taken for, and nothing of the
 * same kind may go on at either side: 1/2/3/2015 is no date, 1:2:3:4 no time.
 * Which of two numbers is the day is left to those who read dates. */
#include "text/news.h"
#include "text/text.h"

/* A number of at most 4 digits, of any scripts; longer ones count 5. */
struct digits {
    unsigned value, count;
};

/* Reads decimal digits at p[*i..n) and moves behind them. */
static struct digits read_digits(const uint8_t *p, size_t n, size_t *i)
{
    struct digits d = { 0, 0 };
    size_t bytes;
    while (*i < n && d.count < 5) {
        if (prop_at(p, n, *i, &bytes)->category != GC_ND) break;
        char digit = '0'; /* the standard fold of any digit is an ASCII one */
        text_fold(WQ_FOLD_STANDARD, (const char *)p + *i, bytes, &digit, 1);
        d.value = d.value * 10 + (unsigned)(digit - '0');
        d.count++;
        *i += bytes;
    }
    return d;
}

static bool is_digit_before(const uint8_t *p, size_t i)
{
    size_t bytes;
    return i > 0 && prop_at(p, i, text_before(p, i), &bytes)->category == GC_ND;
}

static bool is_digit_at(const uint8_t *p, size_t n, size_t i)
{
    size_t bytes;
    return i < n && prop_at(p, n, i, &bytes)->category == GC_ND;
}

/* Does p[i..end) go on at either side, over the separator it is made with? */
static bool is_part(const uint8_t *p, size_t n, size_t i, size_t end,
                    uint8_t separator)
{
    return (i > 0 && p[i - 1] == separator && is_digit_before(p, i - 1))
           || (end < n && p[end] == separator && is_digit_at(p, n, end + 1));
}

/* ---- times ---- */

/* Reads ":mm" or ":ss" at p[*i] and moves behind it, or stays. */
static bool read_sixty(const uint8_t *p, size_t n, size_t *i)
{
    size_t at = *i + 1;
    if (*i >= n || p[*i] != ':') return false;
    struct digits d = read_digits(p, n, &at);
    if (d.count != 2 || d.value > 59) return false;
    *i = at;
    return true;
}

size_t moment_time(const uint8_t *p, size_t n, size_t i)
{
    size_t at = i;
    struct digits hours = read_digits(p, n, &at);
    if (hours.count < 1 || hours.count > 2 || hours.value > 24) return 0;
    if (!read_sixty(p, n, &at)) return 0;
    read_sixty(p, n, &at);
    return is_part(p, n, i, at, ':') ? 0 : at;
}

bool moment_is_french_time(const uint8_t *p, size_t i, size_t end)
{
    size_t at = i;
    struct digits hours = read_digits(p, end, &at);
    if (hours.count < 1 || hours.count > 2 || hours.value > 24) return false;
    if (at >= end || p[at] != 'h') return false;
    at++;
    struct digits minutes = read_digits(p, end, &at);
    return at == end && minutes.count == 2 && minutes.value < 60;
}

/* ---- dates ---- */

static bool is_year(struct digits d)
{
    return d.count == 4 && d.value >= 1000 && d.value < 3000;
}

/* May the two be day and month, in either order? */
static bool are_day_and_month(struct digits a, struct digits b)
{
    return a.count <= 2 && b.count <= 2 && a.value >= 1 && b.value >= 1
           && a.value <= 31 && b.value <= 31
           && (a.value <= 12 || b.value <= 12);
}

/* The end of the zone of a time stamp at p[i]: Z, +03:00; i if there is none.
 */
static size_t zone_end(const uint8_t *p, size_t n, size_t i)
{
    if (i < n && p[i] == 'Z') return i + 1;
    if (i >= n || (p[i] != '+' && p[i] != '-')) return i;
    size_t at = i + 1;
    struct digits hours = read_digits(p, n, &at);
    return hours.count == 2 && read_sixty(p, n, &at) ? at : i;
}

size_t moment_date(const uint8_t *p, size_t n, size_t i)
{
    struct digits d[3];
    uint8_t separator = 0;
    size_t at = i;
    for (int k = 0; k < 3; k++) {
        if (k && (at >= n || p[at++] != separator)) return 0;
        d[k] = read_digits(p, n, &at);
        if (!d[k].count) return 0;
        if (k) continue;
        separator = at < n ? p[at] : 0;
        if (separator != '/' && separator != '-' && separator != '.') return 0;
    }
    bool year_first = is_year(d[0]) && are_day_and_month(d[1], d[2]);
    /* 12-5-15 and 12.5.15 may be parts of a longer number, a version ... */
    bool short_year = separator == '/' && d[2].count == 2;
    bool year_last = (is_year(d[2]) || short_year)
                     && are_day_and_month(d[0], d[1]);
    if (!(year_first || year_last) || is_part(p, n, i, at, separator)) return 0;
    if (year_first && at < n && p[at] == 'T') {
        size_t time = moment_time(p, n, at + 1);
        if (time) return zone_end(p, n, time);
    }
    return at;
}
