/* daterelative.c - dates that count from the article's day, and durations. */
#include "dateparser.h"

/* ---- relative dates ------------------------------------------------------ */

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
        item_at(p, i + n)->value != U_WEEK * 10 + SINGULAR)
        return 0;
    n++;
    if (word_at(p, i + n) == W_REL)
        return *step = item_at(p, i + n)->value, n + 1;
    return is_this ? n : 0;
}

static struct point weekday_in_week(const struct parser *p, int weekday,
                                    int step)
{
    if (p->today == NO_DAY) return point_open();
    return point_of_day(p->today - weekday_of(p->today) + weekday + 7 * step);
}

/* "الأحد 27 سبتمبر 2020", "الأحد المقبل", "الأربعاء 27", "الأحد". */
size_t read_weekday(struct parser *p, size_t i, struct expr *e)
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
    gap += word_at(p, i + n + rel + gap) == W_OF; /* "Thursday, the 3rd" */
    size_t k = 0, from = i + n + rel + gap;
    if (word_at(p, from) == I_DATE) k = read_numeric(p, from, e);
    if (!k) k = read_calendar_day(p, from, weekday, e);
    if (k) {
        /* A Hijri date in apposition is a span of its own. */
        bool is_hijri = false;
        for (size_t j = from; j < from + k; j++)
            is_hijri |= word_at(p, j) == W_HIJRI ||
                        word_at(p, j) == W_HIJRI_NEAR;
        n += rel + gap + k;
        if (gap && is_separator(p, from - 1, "("))
            n += is_separator(p, i + n, ")");
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
size_t read_today(struct parser *p, size_t i, struct expr *e)
{
    size_t n = word_at(p, i) == W_THIS;
    if (word_at(p, i + n) != W_DAY_REL) return 0;
    int by = item_at(p, i + n)->value;
    struct expr day;
    n++;
    /* "لليوم الثاني على التوالي": the second day, not today */
    if (by == 0 && word_at(p, i + n) == W_ORD) return 0;
    e->from = point_moved(p, U_DAY, by);
    if (word_at(p, i + n) == W_REL || word_at(p, i + n) == W_REL_VAGUE) {
        /* "اليوم التالي": not today, and nobody says which */
        if (word_at(p, i + n) == W_REL_VAGUE)
            e->from = point_open();
        else
            e->from = point_moved(p, U_DAY, by + item_at(p, i + n)->value);
        return span(p, i, n + 1, e, DATE_DATE);
    }
    size_t gap = is_separator(p, i + n, ",") + 0u;
    if (word_at(p, i + n + gap) == W_WEEKDAY) {
        int weekday = item_at(p, i + n + gap)->value;
        size_t k = read_weekday(p, i + n + gap, &day);
        bool has_date = k > 1 && day.first == i + n + gap;
        if (!has_date) k = 1;
        if (has_date)
            e->from = day.from;
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
size_t read_unit_relative(struct parser *p, size_t i, struct expr *e)
{
    size_t n = 0;
    int step = 0;
    bool is_this = word_at(p, i) == W_THIS, is_vague = false;
    if (is_this) step = item_at(p, i)->value, n++;
    if (is_this &&
        (is_unit(p, i + n, U_MONTH, SINGULAR) || word_at(p, i + n) == W_MONTH ||
         word_at(p, i + n) == W_MONTH_NEAR)) {
        size_t k = read_calendar_month(p, i + n, e);
        if (k) {
            if (!e->from.is_open && step)
                e->from.year = year_beside(p, step, e->from.month, 0);
            return span(p, i, n + k, e, DATE_DATE);
        }
    }
    int word = word_at(p, i + n);
    if (word != W_DEF_UNIT && !(is_this && (word == W_UNIT))) return 0;
    int value = item_at(p, i + n)->value;
    if (word == W_UNIT && value / 10 == U_DAY && step)
        return 0; /* "last day" */
    n++;
    if (is_number(p, i + n, 1, 1000)) n++, is_vague = true;
    if (word_at(p, i + n) == W_FEW) n++, is_vague = true;
    if (word_at(p, i + n) == W_REL)
        step = item_at(p, i + n)->value, n++;
    else if (word_at(p, i + n) == W_REL_VAGUE)
        n++, is_vague = true;
    else if (!is_this)
        return 0;
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

/* "صيف 2016", "الربع الأول من العام الجاري", "النصف الثاني من 2020".  Where a
 * season begins is not said here: it has no value. */
static size_t read_season(struct parser *p, size_t i, struct expr *e)
{
    int year = 0, which = item_at(p, i)->value;
    bool is_hijri, is_quarter = word_at(p, i) == W_QUARTER;
    size_t of = word_at(p, i + 1) == W_FROM || word_at(p, i + 1) == W_OF;
    size_t k = read_year(p, i + 1, &year, &is_hijri);
    if (!k && of && is_plain_year(p, i + 2))
        k = 2, year = item_at(p, i + 2)->value;
    if (!k && of && word_at(p, i + 2) == W_DEF_UNIT &&
        item_at(p, i + 2)->value == U_YEAR * 10 + SINGULAR)
        k = 2, year = p->today == NO_DAY ? 0 : p->year;
    if (!k && !is_quarter && word_at(p, i + 1) == W_REL) k = 1;
    if (!k) return 0;
    e->from = e->to = POINT_NONE;
    e->from.year = e->to.year = year;
    e->from.is_open = !is_quarter || !year || is_hijri;
    e->from.month = which <= 4 ? which * 3 - 2 : which * 6 - 29;
    e->to.month = which <= 4 ? which * 3 : which * 6 - 24;
    return span(p, i, 1 + k, e, DATE_RANGE);
}

/* "الأسبوع الأول من عام 2027", "الأسبوع الأخير من شهر يوليو": no value. */
size_t read_nth_unit(struct parser *p, size_t i, struct expr *e)
{
    int which = word_at(p, i + 1), year;
    bool is_hijri;
    if (word_at(p, i) != W_DEF_UNIT || word_at(p, i + 2) != W_FROM ||
        (which != W_ORD && which != W_REL_VAGUE))
        return 0;
    size_t k = read_calendar_month(p, i + 3, e);
    if (!k) k = read_year(p, i + 3, &year, &is_hijri);
    if (!k && word_at(p, i + 3) == W_DEF_UNIT)
        k = 1 + (word_at(p, i + 4) == W_REL);
    e->from = point_open();
    return k ? span(p, i, 3 + k, e, DATE_RANGE) : 0;
}

/* "السبعينيات", "ثمانينات القرن الماضي", "القرن التاسع عشر": years. */
static size_t read_decade(struct parser *p, size_t i, struct expr *e)
{
    int century = 1900, decade = 0;
    size_t n = word_at(p, i) == W_DECADE;
    bool is_decade = n != 0;
    size_t of = n && (word_at(p, i + n) == W_FROM || word_at(p, i + n) == W_OF);
    size_t k = read_century(p, i + n + of, &century);
    if (!is_decade && !k) return 0;
    if (is_decade) decade = item_at(p, i)->value * 10;
    n += k ? of + k : 0;
    e->from = e->to = POINT_NONE;
    e->from.year = is_decade ? century + decade : century + 1;
    e->to.year = is_decade ? century + decade + 9 : century + 100;
    e->from.is_open = century < 100; /* unknown, or of four digits no more */
    return span(p, i, n, e, DATE_RANGE);
}

/* Decades, seasons, quarters and "يوم 27": small change. */
size_t read_other(struct parser *p, size_t i, struct expr *e)
{
    int word = word_at(p, i), day;
    if (word == W_DECADE || word == W_DEF_UNIT || word == I_NUMBER)
        return read_decade(p, i, e);
    if (word == W_SEASON || word == W_QUARTER) return read_season(p, i, e);
    if (is_unit(p, i, U_DAY, SINGULAR) && is_number(p, i + 1, 1, 31) &&
        !read_calendar_day(p, i + 1, 0, e)) {
        if (p->today == NO_DAY) {
            e->from = point_open();
            return span(p, i, 2, e, DATE_DATE);
        }
        int y = p->year, m = p->month, one = 1;
        day = item_at(p, i + 1)->value;
        if (day > p->day) add_months(&y, &m, &one, -1);
        e->from = POINT_NONE;
        e->from.year = y, e->from.month = m, e->from.day = day;
        return is_date(y, m, day) ? span(p, i, 2, e, DATE_DATE) : 0;
    }
    return 0;
}

/* ---- durations, and days counted by them --------------------------------- */

/* "3 أيام", "شهرين", "ثلاثة أعوام", "نصف ساعة", "شهر كامل", "two weeks". */
size_t read_duration(struct parser *p, size_t i, struct expr *e)
{
    size_t n = word_at(p, i) == W_ALL, k;
    int32_t amount = 100;
    bool is_all = n != 0, is_half = word_at(p, i + n) == W_HALF;
    if (is_half) n++, amount = 50;
    k = is_half ? 0 : read_count(p, i + n, &amount);
    n += k;
    int word = word_at(p, i + n);
    if (word != W_UNIT && !(word == W_DEF_UNIT && (is_all || is_half)) &&
        !(word == W_YEAR_WORD &&
          (k || is_all || word_at(p, i + n + 1) == W_WHOLE)) &&
        !(word == W_CLOCK && is_half))
        return 0;
    int unit = item_at(p, i + n)->value / 10,
        number = item_at(p, i + n)->value % 10;
    n++;
    if (word_at(p, i + n) == W_WHOLE)
        n++;
    else if (!k && !is_all && !is_half && number != DUAL)
        return 0;
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
 * today.  "بعد ثلاثة أعوام على الحرب" counts from elsewhere: only a duration.
 */
size_t read_counted(struct parser *p, size_t i, struct expr *e)
{
    int word = word_at(p, i), sign = word == W_AFTER ? 1 : -1;
    bool is_ago = word == W_AGO || word == W_AFTER;
    size_t n = is_ago, k;
    if (is_ago && is_unit(p, i + 1, U_YEAR, SINGULAR) &&
        word_at(p, i + 2) == I_NUMBER)
        return 0; /* "منذ عام 2010" */
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
        if (word_at(p, i + n) == W_FUTURE)
            n++;
        else if (!phrase_ends(p, i + n))
            return 0;
    }
    int64_t by = (int64_t)sign * e->amount / 100;
    switch (e->unit) {
    case U_DAY:
        e->from = point_moved(p, U_DAY, by);
        break;
    case U_WEEK:
        e->from = point_moved(p, U_DAY, 7 * by);
        break;
    case U_MONTH:
    case U_YEAR:
    case U_SECOND:
    case U_MINUTE:
    case U_HOUR:
    case U_DECADE:
    case U_CENTURY:
        e->from = point_moved(p, e->unit, by);
        break;
    }
    return span(p, i, n, e, e->unit <= U_HOUR ? DATE_DATETIME : DATE_DATE);
}
