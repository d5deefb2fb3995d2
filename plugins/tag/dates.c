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
#include "dateparser.h"

#include <stdio.h>

const char *const date_kind_names[DATE_KINDS] = { "date",     "daterange",
                                                  "time",     "timerange",
                                                  "datetime", "datetimerange",
                                                  "duration", "set" };

/* ---- ranges -------------------------------------------------------------- */

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
    if (is_plain_year(p, i + n))
        e->from.year = item_at(p, i + n)->value, k = 1;
    else
        k = is_led ? read_year_named(p, i + n, &e->from.year) : 0;
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
    if (is_plain_year(p, i + n))
        e->to.year = item_at(p, i + n)->value, k = 1;
    else
        k = read_year_named(p, i + n, &e->to.year);
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
            e->from.hour + 12 <= e->to.hour)
            e->from.hour += 12;
        if (e->from.hour >= 12 && e->to.hour < 12 &&
            e->to.hour + 12 > e->from.hour)
            e->to.hour += 12;
        if (to->kind == DATE_DATETIME) {
            e->from.year = e->to.year, e->from.month = e->to.month;
            e->from.day = e->to.day, e->from.is_open = e->to.is_open;
        }
    }
}

static size_t read_range(struct parser *p, size_t i, struct expr *e)
{
    struct expr from = { 0 }, to = { 0 };
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
        p->run.item[i + n].word = I_NUMBER;
        p->run.item[i + n].value = second;
        p->run.item[i + n].digits = 2;
        k = read_moment(p, i + n, &to);
        p->run.item[i + n] = saved;
        if (!k) return 0;
        n += k;
    } else {
        if (is_led && is_number(p, i + n, 1, 31))
            day = item_at(p, i + n)->value;
        if (is_led && (word == W_ORD || day)) hour = item_at(p, i + n)->value;
        k = read_moment(p, i + n, &from);
        if (k)
            day = 0, hour = -1;
        else if (day || hour >= 0)
            k = 1;
        else
            return 0;
        n += k;
        k = read_to(p, i + n, is_between);
        bool has_and = i + n < p->run.n && item_at(p, i + n)->has_and;
        if (!k && !(is_between && has_and)) return 0;
        if (!is_led &&
            (is_separator(p, i + n, "-") || from.kind == DATE_DATE) &&
            !(from.from.day || from.from.is_open))
            return 0;
        n += k;
        k = read_end(p, i + n, !day && hour < 0 && from.kind != DATE_DATE, &to);
        if (!k || to.kind == DATE_RANGE) return 0;
        n += k;
    }
    if (to.kind == DATE_TIME || (to.kind == DATE_DATETIME && hour >= 0)) {
        if (day) hour = day;
        if (hour > 24) return 0;
        if (hour >= 0) {
            from = (struct expr){ .from = POINT_NONE, .kind = DATE_TIME };
            from.from.hour = hour % 24;
        }
    } else if (day || hour >= 0) {
        if (!day || to.kind != DATE_DATE || !to.said_day) return 0;
        from = to;
        if (day > to.said_day)
            from.from.is_open = true;
        else if (!to.from.is_open) /* in days: the month may be a Hijri one */
            from.from =
                point_of_day(day_of(to.from.year, to.from.month, to.from.day) -
                             to.said_day + day);
    }
    settle_range(&from, &to, e);
    span(p, i, n, e, DATE_RANGE);
    if (to.kind == DATE_TIME && from.kind == DATE_TIME)
        e->kind = DATE_TIMERANGE;
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
        word != W_PART)
        return 0;
    n++;
    if (is_unit(p, i + 1, U_DAY, SINGULAR) && word_at(p, i + n) == W_WEEKDAY)
        n++;
    *e = (struct expr){ .from = point_open(), .to = POINT_NONE };
    return span(p, i, n, e, DATE_SET);
}

/* ---- values -------------------------------------------------------------- */

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
    out->begin = item_at(p, e->first)->begin;
    out->end = e->end;
    out->kind = (uint8_t)e->kind;
    out->day = NO_DAY;
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
        } else if (n && e->from.day) {
            out->day = day_of(e->from.year, e->from.month, e->from.day);
        }
    }
    out->n_value = (uint8_t)n;
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
        if (!(w->marks[at].flags & MARK_DATE)) {
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
