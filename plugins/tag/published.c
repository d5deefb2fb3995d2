/* published.c - the article's own date, as its page prints it.
 *
 * Found in a run over five real pages: two print the day of publication (one
 * behind "تاريخ النشر:", one with a clock time), one prints only the day on
 * which it was fetched, bare and in front of the title. */
#include "tag.h"

/* How far into a text its date line may stand, in bytes. */
#define HEAD_BYTES 600
/* Tokens between "Published" and the date: "on", ":", a weekday. */
#define LABEL_TOKENS 4

/* Does a label of dates stand in front of byte `at`, on its line? */
static bool has_label(const struct lexicon *lex, const struct words *w,
                      uint32_t at)
{
    size_t i = 0, n;
    while (i < w->n && w->begin[i] < at)
        i++;
    for (size_t back = 0; back < LABEL_TOKENS && i < w->n && !begins_line(w, i);
         back++) {
        const struct slot *s = longest_label(lex, w, --i, &n);
        if (s && s->value == LABEL_DATE) return true;
    }
    return false;
}

int32_t published_day(const struct lexicon *lex, const struct words *w,
                      const struct date *dates, size_t n, bool is_date_line)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_date_line && dates[i].begin > HEAD_BYTES) break;
        if (dates[i].day == NO_DAY) continue;
        bool has_time = dates[i].kind == DATE_DATETIME;
        if (has_time || has_label(lex, w, dates[i].begin)) return dates[i].day;
    }
    return NO_DAY;
}
