/* stops.c - where news goes on although UAX #29 would end the sentence.
 *
 * Every rule looks at a bounded stretch around the stop, whatever the text is:
 * a few words, PAUSE or WIDE code points.  Measured on the articles of
 * tests/data/sentences; each rule has its cases in cases.tsv there. */
#include "text/sentences.h"
#include "text/text.h"
#include <string.h>

enum {
    /* Code points before dots that make them an end and no comma.  Chosen on
     * places of newspapers marked by hand as one or the other: four in five
     * fall on the right side, fewer with 40 or with 80. */
    PAUSE = 60,
    /* Code points of a line that may have been wrapped: a shorter one is a
     * heading or an item, since nobody wraps at less than half of 80. */
    WIDE = 40
};

/* ---- the words around ---- */

/* Where the word begins that ends before p[end]: letters, and full stops inside
 * it if dotted; not before `from`, and `end` if it is longer than WORD_MAX. */
static size_t word_before(const uint8_t *p, size_t from, size_t end,
                          bool dotted)
{
    size_t i = end, bytes;
    while (i > from) {
        size_t at = step_back(p, from, i);
        bool joins = IN(LETTER | ATTACHED, class_at(p, i, at, &bytes))
                     || (dotted && p[at] == '.' && i < end);
        if (!joins) break;
        i = at;
        if (end - i > WORD_MAX) return end;
    }
    return i;
}

/* Where the word ends that begins at p[i]: letters and what is attached; i
 * itself if it is longer than WORD_MAX. */
static size_t word_end(const uint8_t *p, size_t n, size_t i)
{
    size_t at = i, bytes;
    while (at < n && IN(LETTER | ATTACHED, class_at(p, n, at, &bytes))) {
        at += bytes;
        if (at - i > WORD_MAX) return i;
    }
    return at;
}

/* Where the first word from p[i] on begins, behind a dash, quotation marks or
 * brackets that open; n if none is near. */
static size_t first_word(const uint8_t *p, size_t n, size_t i)
{
    size_t bytes;
    for (int looked = 0; i < n && looked < 4; looked++, i += bytes) {
        unsigned sb = class_at(p, n, i, &bytes);
        if (!IN(BIT(SB_CLOSE) | BIT(SB_SP) | ATTACHED, sb) && !is_dash(p, n, i))
            return i;
    }
    return n;
}

static bool is_arabic(const uint8_t *p, size_t n, size_t i)
{
    return text_prop(code_point_at(p, n, i))->script == WQ_S_ARABIC;
}

/* Does a word begin at p[i] that rather begins a sentence ("The"), and no
 * initial ("A.")? */
static bool beginning_at(const uint8_t *p, size_t n, size_t i)
{
    size_t end = word_end(p, n, i);
    return !(end < n && p[end] == '.') && begins_sentence(p, i, end);
}

/* ---- full stops ---- */

/* "1. First"  "أ. البند"  "II. Second": is that all that is before the stop? */
static bool is_list_mark(const struct stop *s)
{
    size_t bytes, letters = 0, digits = 0;
    if (s->at - s->from > 8) return false;
    for (size_t i = s->from; i < s->at; i += bytes) {
        unsigned sb = class_at(s->p, s->at, i, &bytes);
        bool roman = s->p[i] == 'I' || s->p[i] == 'V' || s->p[i] == 'X';
        if (IN(ATTACHED, sb)) continue;
        if (sb != SB_NUMERIC && !IN(LETTER, sb)) return false;
        if (sb == SB_NUMERIC) digits++;
        else if (!roman || letters == 0) letters++; /* XII counts as one */
    }
    return s->next > s->behind && letters <= 1 && digits <= 3;
}

/* A full stop behind a single letter, p[letter], what is before it of class
 * `before`: an initial, a title, a piece of an abbreviation; or "vitamin C." */
static bool initial_goes_on(const struct stop *s, size_t letter,
                            unsigned before, size_t word)
{
    size_t bytes, at;
    unsigned sb = class_at(s->p, s->n, letter, &bytes);
    if (s->next == s->behind) return true; /* أ.ف.ب */
    bool piece = letter > s->from && s->p[letter - 1] == '.';
    if (is_arabic(s->p, s->n, letter)) {
        uint32_t c = code_point_at(s->p, s->n, letter);
        /* 1999 م. and 1436 ه.: the era */
        if ((c == 0x645 || c == 0x647) && before == SB_SP
            && class_before(s->p, s->from, letter - 1, &at) == SB_NUMERIC)
            return false;
        /* أ.ف.ب. وأضاف, but أ.د. وليد */
        bool and = code_point_at(s->p, s->n, word) == 0x648;
        return !(piece && c != 0x62F && and);
    }
    /* "z. B."  "p. ex."; "e.g" stands in a list, "p.m" does not */
    if (sb == SB_LOWER && piece)
        return precedes_name(s->p, word_before(s->p, s->from, s->at, true),
                             s->at);
    return !beginning_at(s->p, s->n, word);
}

/* بي.سي and إف. سي: names of letters on both sides of the stop; or a single
 * letter close to its right, سهير.ع.خ. */
static bool letter_names_go_on(const struct stop *s)
{
    size_t end = word_end(s->p, s->n, s->next), bytes;
    class_at(s->p, s->n, s->next, &bytes);
    if (s->next == s->behind && end == s->next + bytes) return true;
    return is_letter_name(s->p, word_before(s->p, s->from, s->at, false), s->at)
           && is_letter_name(s->p, s->next, end);
}

/* "am 12. März": p[digit] is the last digit. */
static bool is_german_date(const struct stop *s, size_t digit, size_t word)
{
    return text_is_ascii_digit(s->p[digit])
           && is_german_month(s->p, word, word_end(s->p, s->n, word));
}

/* A full stop: of a list mark, a date, an initial, an abbreviation? */
static bool full_stop_goes_on(const struct stop *s, size_t word,
                              unsigned follows)
{
    size_t at, before_at;
    if (is_list_mark(s)) return true;
    unsigned sb = class_before(s->p, s->from, s->at, &at);
    if (sb == SB_NUMERIC)
        return follows == SB_UPPER && is_german_date(s, at, word);
    if (!IN(LETTER, sb)) return false;
    unsigned before = class_before(s->p, s->from, at, &before_at);
    if (!IN(LETTER | BIT(SB_NUMERIC), before))
        return initial_goes_on(s, at, before, word);
    if (is_arabic(s->p, s->n, at)) return letter_names_go_on(s);
    size_t from = word_before(s->p, s->from, s->at, true);
    if (follows == SB_NUMERIC && precedes_number(s->p, from, s->at))
        return true;
    return precedes_name(s->p, from, s->at)
           && !beginning_at(s->p, s->n, word);
}

/* Is there nothing but the marks in brackets: (!)  (؟)  (...)? */
static bool is_bracketed(const struct stop *s)
{
    size_t i = s->at, bytes;
    if (s->closed == s->behind) return false;
    for (int looked = 0; i > s->from && looked < 4; looked++) {
        i = step_back(s->p, s->from, i);
        if (!IN(TERMINATOR, class_at(s->p, s->n, i, &bytes))) break;
    }
    return i > s->from && (s->p[i] == '(' || s->p[i] == '[');
}

/* ---- dots ---- */

/* Is there another terminator before the run of dots at s->at ("؟ ..")?  *run:
 * where the run begins. */
static bool marks_before_dots(const struct stop *s, size_t *run)
{
    size_t i = s->at, bytes;
    *run = i;
    for (int looked = 0; i > s->from && looked < 8; looked++) {
        i = step_back(s->p, s->from, i);
        unsigned sb = class_at(s->p, s->n, i, &bytes);
        if (sb == SB_STERM) return true;
        if (s->p[i] == '.' || is_ellipsis(s->p, s->n, i)) *run = i;
        else if (sb != SB_SP) break;
    }
    return false;
}

/* Are there PAUSE code points before p[i] with no mark that ends something? */
static bool is_long_stretch(const struct stop *s, size_t i)
{
    size_t bytes;
    for (int k = 0; k < PAUSE; k++) {
        if (i == s->from) return false;
        i = step_back(s->p, s->from, i);
        if (IN(TERMINATOR | PARAGRAPH, class_at(s->p, s->n, i, &bytes))
            || is_ellipsis(s->p, s->n, i))
            return false;
    }
    return true;
}

/* Dots that trail off, or stand for a comma: "صحية.. نفسية.. مادية".  Latin has
 * its capitals to tell (UAX #29 SB8), Arabic the length of what was said. */
static bool dots_go_on(const struct stop *s, size_t run, size_t word,
                       unsigned follows)
{
    if (follows == SB_UPPER) return false;
    if (!is_arabic(s->p, s->n, word)) return true;
    if (s->closed > s->behind) return false;
    return begins_no_statement(s->p, word, word_end(s->p, s->n, word))
           || !is_long_stretch(s, run);
}

/* ---- question and exclamation marks ---- */

/* Does the word begin with لل, "to the" or "by the": للكاتب? */
static bool is_to_the(const uint8_t *p, size_t i, size_t end)
{
    static const uint8_t to_the[] = { 0xD9, 0x84, 0xD9, 0x84 };
    return end - i > sizeof to_the && memcmp(p + i, to_the, sizeof to_the) == 0;
}

/* A question that is part of the sentence it stands in:
 *   a?b=c  «لماذا نكتب؟» للكاتبة  (أين نحن؟) في */
static bool question_goes_on(const struct stop *s, size_t word)
{
    if (s->next == s->behind)
        return s->at > s->from && text_is_ascii_alnum(s->p[s->next])
               && text_is_ascii_alnum(s->p[s->at - 1]);
    if (s->closed == s->behind || s->next == s->closed) return false;
    if (!is_arabic(s->p, s->n, word)) return false;
    size_t end = word_end(s->p, s->n, word);
    return is_to_the(s->p, word, end) || begins_no_statement(s->p, word, end)
           || follows_quotation(s->p, word, end);
}

/* ---- the rules ---- */

/* Are there only marks before the stop, nothing said: ".. كنت"? */
static bool nothing_said(const struct stop *s)
{
    size_t bytes;
    if (s->at - s->from > WORD_MAX) return false;
    for (size_t i = s->from; i < s->at; i += bytes)
        if (!IN(TERMINATOR | BIT(SB_SP) | BIT(SB_CLOSE) | ATTACHED
                    | BIT(SB_SCONTINUE),
                class_at(s->p, s->n, i, &bytes))
            && !is_ellipsis(s->p, s->n, i))
            return false;
    return true;
}

bool stop_goes_on(const struct stop *s)
{
    size_t bytes, run;
    if (s->next >= s->n) return false;
    if (nothing_said(s)) return true;
    size_t word = first_word(s->p, s->n, s->next);
    if (word == s->n) return false;
    unsigned follows = class_at(s->p, s->n, word, &bytes);
    if (follows == SB_LOWER) return true;
    if (is_bracketed(s)) return true;
    if (marks_before_dots(s, &run)) return false;
    if (is_ellipsis(s->p, s->n, s->at) || run < s->at)
        return dots_go_on(s, run, word, follows);
    if (s->p[s->at] == '.') return full_stop_goes_on(s, word, follows);
    return question_goes_on(s, word);
}

/* Has the line that ends at p[end] WIDE code points?  It does not begin before
 * `from`. */
static bool is_wide(const uint8_t *p, size_t from, size_t end)
{
    for (int k = 0; k < WIDE; k++) {
        if (end == from) return false;
        end = step_back(p, from, end);
        if (p[end] == '\n') return false;
    }
    return true;
}

/* Only where the text itself says so: a small letter, a comma, a preposition.
 * That lines are about as wide as each other is no sign of wrapping, because
 * lists of headlines are that, too: text wrapped at a width should be joined
 * before it gets here. */
bool line_goes_on(const uint8_t *p, size_t n, size_t from, size_t end,
                  size_t next)
{
    size_t bytes, last;
    while (end > from
           && class_at(p, n, step_back(p, from, end), &bytes) == SB_SP)
        end = step_back(p, from, end);
    while (next < n && class_at(p, n, next, &bytes) == SB_SP) next += bytes;
    if (end == from || next == n) return false;
    unsigned begins = class_at(p, n, next, &bytes);
    if (IN(PARAGRAPH, begins)) return false; /* an empty line */
    unsigned ends = class_before(p, from, end, &last);
    uint32_t c = code_point_at(p, n, last);
    if (c == ',' || c == 0x60C) /* one comma, and no list of short things */
        return is_wide(p, from, end) && IN(LETTER, begins)
               && class_before(p, from, last, &last) != SB_SCONTINUE;
    if (begins == SB_LOWER)
        return IN(BIT(SB_LOWER) | BIT(SB_UPPER) | BIT(SB_NUMERIC)
                      | BIT(SB_CLOSE),
                  ends)
               && is_wide(p, from, end);
    return ends == SB_OLETTER && is_arabic(p, n, last)
           && ends_no_line(p, word_before(p, from, end, false), end);
}
