/* dateitems.c - cuts runs of date items out of an article's tokens.
 *
 * Numbers are read from the text, not from the tokens, since where a tokenizer
 * cuts "27/9/2020", "20:36", "1436هـ" or "20th" is its own affair. */
#include "dateitems.h"

#include <string.h>

/* ---- numbers ------------------------------------------------------------- */

/* The digit at p[0..n), in any of the three forms Arabic news has; -1: none.
 * *size: its bytes. */
static int digit_at(const char *s, size_t n, size_t *size)
{
    const unsigned char *p = (const unsigned char *)s;
    *size = 1;
    if (n && p[0] >= '0' && p[0] <= '9') return p[0] - '0';
    *size = 2;
    if (n < 2) return -1;
    if (p[0] == 0xD9 && p[1] >= 0xA0 && p[1] <= 0xA9) return p[1] - 0xA0;
    if (p[0] == 0xDB && p[1] >= 0xB0 && p[1] <= 0xB9) return p[1] - 0xB0;
    return -1;
}

#define GROUPS_MAX 6 /* 2020-09-27T20:36:05 */
struct group {
    int32_t value; /* -1: over nine digits */
    uint8_t digits;
    char before; /* the separator in front of it */
};

/* Reads digits at *at; moves it.  digits 0: there are none. */
static struct group read_digits(const char *p, size_t n, size_t *at)
{
    struct group g = { 0, 0, 0 };
    size_t size;
    for (int d; (d = digit_at(p + *at, n - *at, &size)) >= 0; *at += size) {
        g.value = g.digits < 9 ? g.value * 10 + d : -1;
        if (g.digits < 200) g.digits++;
    }
    return g;
}

/* Reads up to six groups of digits joined by one of / - . , :, with single
 * spaces allowed around the slash ("٢٥ / ديسمبر" is not one, "25 / 12" is).
 * Returns how many; *at is moved behind the last. */
static size_t read_groups(const char *p, size_t n, size_t *at, struct group *g)
{
    size_t k = 0;
    g[k++] = read_digits(p, n, at);
    while (k < GROUPS_MAX) {
        size_t next = *at;
        bool spaced = next < n && p[next] == ' ';
        next += spaced;
        if (next >= n || !memchr("/-.,:T", p[next], 6)) break;
        char separator = p[next++];
        if (spaced && separator != '/') break;
        if (separator == '/' && next < n && p[next] == ' ') next++;
        g[k] = read_digits(p, n, &next);
        if (!g[k].digits) break;
        g[k++].before = separator;
        *at = next;
    }
    return k;
}

/* The year that two digits mean: 69 .. 99 are of the last century, as POSIX
 * strptime has it. */
static int whole_year(const struct group *g)
{
    if (g->digits == 2) return g->value + (g->value >= 69 ? 1900 : 2000);
    return g->digits == 4 ? g->value : 0;
}

/* Three numbers as a date: year first, or day first, or month first where the
 * second cannot be one. */
static bool three_are_date(const struct group *g, int32_t *day)
{
    int y, m = g[1].value, d;
    if (g[1].digits > 2 || g[1].before != g[2].before) return false;
    if (g[0].digits == 4) {
        y = g[0].value;
        d = g[2].digits <= 2 ? g[2].value : 0;
    } else {
        y = whole_year(g + 2);
        d = g[0].digits <= 2 ? g[0].value : 0;
        if (m > 12 && d <= 12) m = d, d = g[1].value;
    }
    if (!is_date(y, m, d)) return false;
    *day = day_of(y, m, d);
    return true;
}

static bool is_clock(const struct group *g, size_t n)
{
    return g[0].digits <= 2 && g[0].value <= 24 && g[1].before == ':' &&
           g[1].digits == 2 && g[1].value < 60 &&
           (n == 2 ||
            (g[2].before == ':' && g[2].digits == 2 && g[2].value < 60)) &&
           (g[0].value < 24 || g[1].value == 0);
}

static struct item clock_item(const struct group *g, size_t n)
{
    int second = n == 3 ? g[2].value : 0;
    return (struct item){ .word = I_CLOCK,
                          .digits = n == 3 ? 8 : 5,
                          .value = (g[0].value % 24) * 3600 + g[1].value * 60 +
                                   second };
}

/* Two numbers and what is between them, into one or two items whose places are
 * set.  Returns how many; 0: no part of a date. */
static size_t read_two_numbers(const struct group *g, struct item *out)
{
    int first = g[0].value, second = g[1].value;
    char sep = g[1].before;
    if (sep == '.' && g[1].digits <= 2 && first < 1000000) {
        out->word = I_REAL;
        out->value = first * 100 + (g[1].digits == 1 ? second * 10 : second);
    } else if (sep == ',' && g[1].digits == 3) {
        out->word = I_NUMBER; /* 2,500: never a year */
        out->value = first < 1000000 ? first * 1000 + second : 0;
    } else if (sep == '/' && g[0].digits <= 2 && g[1].digits == 4 &&
               is_date(second, first, 1)) {
        out->word = I_MONTH;
        out->value = second * 12 + first - 1;
    } else if ((sep == '/' || sep == '-') && g[0].digits <= 2 &&
               g[1].digits <= 2) {
        out->word = I_DAY_MONTH;
        out->value = first * 100 + second;
    } else if ((sep == '-' || sep == '/') && g[0].digits == 4 &&
               g[1].digits == 4) {
        out->word = I_NUMBER; /* 1992-1994: two years and what joins them */
        out->value = first;
        out->digits = 4;
        out[1] = out[0];
        out[1].value = second;
        out[1].digits = DIGITS_JOINED;
        return 2;
    } else {
        return 0;
    }
    return 1;
}

/* Reads the numbers at text byte `at` into one or two items (a date, then the
 * clock glued to it: 2020-09-27T20:36).  Returns how many; 0: these digits are
 * no part of a date (an address, 10^30, 31/02/2020). */
static size_t read_numbers(wq_str text, size_t at, struct item *out)
{
    struct group g[GROUPS_MAX];
    size_t begin = at, n = read_groups(text.p, text.n, &at, g);
    struct item *item = out;
    *item = (struct item){ .begin = (uint32_t)begin, .end = (uint32_t)at };
    for (size_t k = 0; k < n; k++)
        if (g[k].value < 0) return 0;
    if (n == 1) {
        item->word = I_NUMBER;
        item->value = g[0].value;
        item->digits = g[0].digits;
        return 1;
    }
    int32_t day;
    char sep = g[1].before;
    if (n >= 3 && (sep == '/' || sep == '-' || sep == '.') &&
        three_are_date(g, &day)) {
        item->word = I_DATE;
        item->value = day;
        if (n == 3) return 1;
        if (n < 5 || g[3].before != 'T' || !is_clock(g + 3, n - 3)) return 0;
        out[1] = clock_item(g + 3, n - 3);
        out[1].begin = out[1].end = (uint32_t)at;
        return 2; /* both end where the clock ends */
    }
    if (n <= 3 && is_clock(g, n)) {
        *item = clock_item(g, n);
        item->begin = (uint32_t)begin;
        item->end = (uint32_t)at;
        return 1;
    }
    return n == 2 ? read_two_numbers(g, out) : 0;
}

/* ---- words --------------------------------------------------------------- */

/* The longest word or phrase of dates at token `at`; NULL: none.  *n: tokens.
 */
static const struct slot *longest_word(const struct lexicon *lex,
                                       const struct words *w, size_t at,
                                       size_t *n)
{
    const struct slot *s = w->marks[at].slot, *best = NULL;
    uint64_t key = w->marks[at].key;
    for (size_t k = 1; s; k++) {
        if (s->word && s->word < W_WORDS) best = s, *n = k;
        if (!(s->flags & LEX_MORE) || at + k >= w->n) break;
        key = lexicon_join(key, w->hash[at + k]);
        s = lexicon_find(lex, key);
    }
    return best;
}

/* A separator that dates may have between their parts, or 0. */
static int separator_at(const char *p, size_t n)
{
    if (n == 1 && memchr("/-.,()", p[0], 6)) return p[0];
    if (n == 2 && !memcmp(p, "\xD8\x8C", 2)) return ',';     /* ، */
    if (n == 3 && !memcmp(p, "\xE2\x80\x93", 3)) return '-'; /* – */
    return 0;
}

/* The token after those that end before byte `end`. */
static size_t token_after(const struct words *w, size_t at, uint32_t end)
{
    while (at < w->n && w->begin[at] < end)
        at++;
    return at;
}

/* Text glued to a number: an era ("1436هـ", "2015م"), an English ordinal, or
 * the s of "1960s".
 * Returns its bytes, 0 if it is neither; *word is its class. */
static size_t glued(const char *p, size_t n, uint8_t *word)
{
    static const struct {
        const char *text;
        uint8_t n, word;
    } endings[] = { { "هـ", 4, W_ERA_H },  { "ه", 2, W_ERA_H },
                    { "م", 2, W_ERA_M },   { "st", 2, W_SUFFIX },
                    { "nd", 2, W_SUFFIX }, { "rd", 2, W_SUFFIX },
                    { "th", 2, W_SUFFIX }, { "s", 1, W_DECADE } };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t k = endings[i].n;
        if (n < k || memcmp(p, endings[i].text, k) != 0) continue;
        /* the word must end here: not "2015مليون" */
        unsigned char next = n > k ? (unsigned char)p[k] : ' ';
        if ((next >= 'a' && next <= 'z') || next == 0xD8 || next == 0xD9)
            continue;
        *word = endings[i].word;
        return k;
    }
    return 0;
}

/* Adds the numbers at token *at, which moves behind them.  False: they are no
 * part of a date, and nothing was added. */
static bool add_numbers(const struct words *w, size_t *at, struct run *run)
{
    struct item found[2];
    size_t n = read_numbers(w->text, w->begin[*at], found);
    uint32_t end = found[0].end;
    if (n == 0) return *at = token_after(w, *at, end), false;
    for (size_t k = 0; k < n; k++) {
        found[k].token = (uint32_t)*at;
        run->item[run->n++] = found[k];
    }
    struct item *last = run->item + run->n - 1;
    uint8_t word;
    size_t more = glued(w->text.p + end, w->text.n - end, &word);
    if (more && word == W_DECADE && (last->digits != 4 || last->value % 10))
        more = 0; /* "747s" */
    if (more && word == W_DECADE) {
        last->word = word;
        last->value = (last->value - 1900) / 10; /* as in words.tsv */
    } else if (more && word != W_SUFFIX) {
        run->item[run->n++] = (struct item){ .begin = end,
                                             .end = end + (uint32_t)more,
                                             .token = (uint32_t)*at,
                                             .word = word };
    }
    if (more && (word == W_SUFFIX || word == W_DECADE)) {
        last->end += (uint32_t)more;
        last->is_ordinal = word == W_SUFFIX;
    }
    end += (uint32_t)more;
    *at = token_after(w, *at, end);
    return true;
}

static bool line_ends(const struct words *w, size_t at)
{
    size_t from = w->end[at - 1], n = w->begin[at] - from;
    return n && memchr(w->text.p + from, '\n', n);
}

static bool is_weekday(const struct words *w, size_t i)
{
    const struct slot *s = i < w->n ? w->marks[i].slot : NULL;
    return s && s->word == W_WEEKDAY;
}

static bool is_strong(uint8_t word)
{
    switch (word) {
    case W_IN:
    case W_FROM:
    case W_TO:
    case W_AND:
    case W_OF:
    case W_AFTER:
    case W_AGO:
    case W_BETWEEN:
    case W_REL:
    case W_REL_VAGUE:
    case W_THIS:
    case W_EVERY:
    case W_ALL:
    case W_WHOLE:
    case W_HALF:
    case W_EDGE:
    case W_REST:
    case W_FEW:
    case W_SUFFIX:
    case W_ERA_M:
    case W_ERA_H:
    case W_MINUS:
    case W_ORD:
    case W_ORD_ONE:
    case W_SKIP:
    case I_SEPARATOR:
        return false;
    default:
        return true;
    }
}

void run_fill(const struct lexicon *lex, const struct words *w, size_t at,
              struct run *run)
{
    run->n = 0;
    run->is_strong = false;
    while (at < w->n && run->n < RUN_MAX - 3) {
        const char *p = w->text.p + w->begin[at];
        size_t n = w->end[at] - w->begin[at], size, words = 1, before = run->n;
        int separator;
        const struct slot *s;
        if (run->n && line_ends(w, at)) break;
        if (digit_at(p, n, &size) >= 0) {
            if (!add_numbers(w, &at, run)) break;
        } else if ((s = longest_word(lex, w, at, &words))) {
            if (s->word == W_SKIP && is_weekday(w, at + words)) {
                /* "دعت روسيا اليوم الأربعاء" does not speak of the channel
                 * روسيا اليوم */
                at += words - 1;
                run->n = 0;
                continue;
            }
            run->item[run->n++] =
                (struct item){ .begin = w->marks[at].begin,
                               .end = w->end[at + words - 1],
                               .token = (uint32_t)at,
                               .word = s->word,
                               .value = s->value,
                               .has_and = w->marks[at].flags & MARK_AND };
            at += words;
        } else if (run->n && (separator = separator_at(p, n))) {
            run->item[run->n++] = (struct item){ .begin = w->begin[at],
                                                 .end = w->end[at],
                                                 .token = (uint32_t)at,
                                                 .word = I_SEPARATOR,
                                                 .value = separator };
            at++;
        } else {
            break;
        }
        for (; before < run->n; before++)
            run->is_strong |= is_strong(run->item[before].word);
    }
    run->next = at;
}
