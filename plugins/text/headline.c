/* headline.c - is the first line of a text its headline?
 *
 * Crawled texts begin with a headline, with a section name ("البث المباشر"),
 * a date, a trail of links, or at once with the story.  Taking a sentence of
 * the story for a title would be worse than leaving a title in the text, where
 * later stages still find it: when in doubt, there is none. */
#include "headline.h"
#include <string.h>

/* One or two words are a section's name ("البث المباشر", "Sport"); what is
 * longer than a headline across a page is a lead. */
enum { MIN_WORDS = 3, MAX_WORDS = 25, MAX_CODE_POINTS = 150 };

struct line {
    size_t begin, end; /* without white space around it, bytes */
    size_t next;       /* where the next line begins */
    size_t words, code_points;
    size_t numbers;    /* runs of digits */
    int has_time;      /* 20:36 */
    int has_year;      /* a run of four digits */
    int is_trail;      /* links side by side: | > */
};

/* Bytes of the white space at p[at]; 0: something else.  NBSP counts. */
static size_t space_at(const char *p, size_t at, size_t n)
{
    if (p[at] == ' ' || p[at] == '\t' || p[at] == '\r') return 1;
    return n - at >= 2 && memcmp(p + at, "\xC2\xA0", 2) == 0 ? 2 : 0;
}

/* Bytes of the decimal digit at p[at], ASCII or Arabic-Indic (U+0660..0669,
 * U+06F0..06F9); 0: no digit. */
static size_t digit_at(const char *p, size_t at, size_t n)
{
    unsigned char c = (unsigned char)p[at];
    if (c >= '0' && c <= '9') return 1;
    if (n - at < 2) return 0;
    unsigned char d = (unsigned char)p[at + 1];
    return (c == 0xD9 && d >= 0xA0 && d <= 0xA9)
                   || (c == 0xDB && d >= 0xB0 && d <= 0xB9) ? 2 : 0;
}

/* Takes stock of the words and numbers in p[begin..end). */
static void look_at(struct line *l, const char *p)
{
    size_t digits = 0, end = l->end;
    int in_word = 0;
    for (size_t i = l->begin; i < end;) {
        size_t space = space_at(p, i, end), digit = digit_at(p, i, end);
        if (!space && !in_word) l->words++;
        in_word = !space;
        if (digit && digits++ == 0) l->numbers++;
        if (!digit) {
            size_t after = i + 1 < end ? digit_at(p, i + 1, end) : 0;
            l->has_year |= digits == 4;
            l->has_time |= digits && p[i] == ':' && after;
            l->is_trail |= p[i] == '|' || p[i] == '>';
            digits = 0;
        }
        l->code_points += ((unsigned char)p[i] & 0xC0) != 0x80;
        i += space ? space : digit ? digit : 1;
    }
    l->has_year |= digits == 4;
}

/* The line that begins at `at`. */
static struct line line_at(wq_str text, size_t at)
{
    const char *feed = memchr(text.p + at, '\n', text.n - at);
    struct line l = { .begin = at };
    l.end = feed ? (size_t)(feed - text.p) : text.n;
    l.next = feed ? l.end + 1 : text.n;
    size_t space;
    while (l.begin < l.end && (space = space_at(text.p, l.begin, l.end)))
        l.begin += space;
    while (l.end > l.begin) {
        space = l.end - l.begin >= 2 ? space_at(text.p, l.end - 2, l.end) : 0;
        if (space != 2) space = space_at(text.p, l.end - 1, l.end);
        if (!space) break;
        l.end -= space;
    }
    look_at(&l, text.p);
    return l;
}

/* The next line from `at` on that is not blank; an empty one at the end. */
static struct line full_line(wq_str text, size_t at)
{
    struct line l = line_at(text, at);
    while (l.begin == l.end && l.next < text.n)
        l = line_at(text, l.next);
    return l;
}

/* Does the line end as sentences, quotations and lead-ins do? */
static int ends_a_sentence(wq_str text, const struct line *l)
{
    static const char *const ends[] = {
        ".", "!", "?", ":", ";", "\"", ",",
        "\xD8\x9F",     /* U+061F Arabic question mark */
        "\xD8\x9B",     /* U+061B Arabic semicolon */
        "\xD8\x8C",     /* U+060C Arabic comma */
        "\xDB\x94",     /* U+06D4 Arabic full stop */
        "\xE2\x80\xA6", /* U+2026 ellipsis */
        "\xE2\x80\x9D", /* U+201D closing quotation mark */
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (l->end - l->begin >= n
            && memcmp(text.p + l->end - n, ends[i], n) == 0)
            return 1;
    }
    return 0;
}

/* Hard-wrapped text: the two lines right below are about as long. */
static int is_wrapped(wq_str text, const struct line *first)
{
    size_t at = first->next;
    for (int i = 0; i < 2; i++) {
        if (at >= text.n) return 0;
        struct line l = line_at(text, at);
        if (l.code_points * 4 < first->code_points * 3
            || l.code_points * 3 > first->code_points * 4)
            return 0;
        at = l.next;
    }
    return 1;
}

static int reads_like_a_headline(wq_str text, const struct line *l)
{
    if (l->words < MIN_WORDS || l->words > MAX_WORDS
        || l->code_points > MAX_CODE_POINTS)
        return 0;
    /* A date: "الأحد 27 سبتمبر 2020 - 20:36" */
    if (l->numbers >= 2 && (l->has_time || l->has_year)) return 0;
    return !l->is_trail && !ends_a_sentence(text, l) && !is_wrapped(text, l);
}

struct headline headline_find(wq_str text, int always)
{
    struct headline none = { { NULL, 0 }, 0 };
    if (text.n == 0) return none;
    struct line l = full_line(text, 0);
    struct line below = l.next < text.n ? full_line(text, l.next)
                                        : (struct line){ 0 };
    if (l.begin == l.end || below.begin == below.end) return none;
    if (!always) {
        /* The story is longer than its headline. */
        if (text.n - l.next <= 2 * (l.end - l.begin)) return none;
        if (!reads_like_a_headline(text, &l)) return none;
    }
    /* The body begins with the first line that has something on it; white space
     * in front of its first word stays. */
    size_t body = l.next;
    for (struct line b = line_at(text, body); b.begin == b.end;
         b = line_at(text, body))
        body = b.next;
    return (struct headline){ { text.p + l.begin, l.end - l.begin }, body };
}
