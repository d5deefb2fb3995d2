/* datemoment.c - parts and edges of dates, clock times, and both together. */
#include "dateparser.h"

/* ---- parts and edges ----------------------------------------------------- */

static size_t read_plain_day(struct parser *p, size_t i, struct expr *e)
{
    return read_calendar_day(p, i, 0, e);
}

static size_t read_core(struct parser *p, size_t i, struct expr *e)
{
    static size_t (*const readers[])(struct parser *, size_t, struct expr *) = {
        read_today,          read_weekday,    read_numeric,  read_plain_day,
        read_calendar_month, read_year_alone, read_nth_unit, read_unit_relative,
        read_counted,        read_other
    };
    for (size_t k = 0; k < sizeof readers / sizeof *readers; k++) {
        *e = (struct expr){ .from = POINT_NONE, .to = POINT_NONE };
        size_t n = readers[k](p, i, e);
        if (n) return n;
    }
    return 0;
}

/* "نهاية سبتمبر", "نهاية العام", "late 2020": the value is that of the whole.
 */
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
    size_t first = e->first;
    span(p, i, n + k, e, e->kind == DATE_RANGE ? DATE_RANGE : DATE_DATE);
    if (first > i + n) e->first = first; /* "نهاية يوم الخميس 10 شعبان" */
    return n + k;
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
    if (word == W_PART || (word == W_THIS && word_at(p, i + 1) == W_PART &&
                           word_at(p, i + 2) != W_CLOCK))
        return read_part(p, i, e);
    size_t n = read_core(p, i, e);
    /* "الثلاثاء بعد الظهر", "Tuesday morning" */
    if (!n || e->kind != DATE_DATE || e->first != i ||
        !(e->from.day || e->from.is_open))
        return n;
    size_t k = word_at(p, i + n) == W_IN;
    int after = word_at(p, i + n + k + 1);
    if (word_at(p, i + n + k) == W_PART && !item_at(p, i + n + k)->has_and &&
        after != W_DAY_REL && after != W_WEEKDAY && after != W_CLOCK &&
        after != I_CLOCK)
        return span(p, i, n + k + 1, e, DATE_DATE);
    return n;
}

/* ---- times --------------------------------------------------------------- */

/* The hour that "8" means in the evening. */
static int hour_in(int hour, int part)
{
    if (part == NOON) return hour <= 3 ? hour + 12 : hour;
    if (part == AFTERNOON || part == EVENING)
        return hour < 12 ? hour + 12 : hour;
    if (part == NIGHT)
        return hour == 12 ? 0 : hour >= 6 && hour < 12 ? hour + 12 : hour;
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
        if (word_at(p, i + n + 1) == W_UNIT) return 0; /* "2:58 دقيقة" */
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
size_t read_moment(struct parser *p, size_t i, struct expr *e)
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
        gap += word_at(p, i + n + gap) == W_IN ||
               word_at(p, i + n + gap) == W_FROM;
        gap += is_unit(p, i + n + gap, U_DAY, SINGULAR);
        k = read_date(p, i + n + gap, &other);
        if (!k || other.kind != DATE_DATE || other.first != i + n + gap ||
            !(other.from.day || other.from.is_open))
            return n;
        /* "الساعة الثامنة من مساء أمس" */
        if (word_at(p, i + n + gap) == W_PART)
            e->from.hour =
                hour_in(e->from.hour, item_at(p, i + n + gap)->value);
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
