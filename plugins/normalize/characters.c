/* characters.c - one pass over a text, rewriting as it goes.
 *
 * What a character becomes is judged by what stands in the output so far and by
 * the one behind it, so that "a<NBSP><ZWSP> b" becomes "a b" in one go.  Where
 * that is not enough, the next round (settle.c) finds the rest. */
#include "characters.h"
#include "forms.h"
#include "kinds.h"
#include <string.h>

enum {
    FATHATAN = 0x64B,
    FATHA = 0x64E,
    KASRA = 0x650,
    ALEF = 0x627,
    /* An Arabic letter bears eight marks of kind MARK at most, each once. */
    MARKS_MAX = 8,
    /* How far before a character its rewriting may reach: an alef, or a letter
     * with its marks and a blank. */
    REACH = 2 * (MARKS_MAX + 2)
};

struct pass {
    const struct rules *rules;
    uint64_t *counts;
    const char *p; /* the text  */
    size_t n;
    char *out; /* what has been written of it */
    size_t m;
};

static int is_on(const struct pass *pass, enum rule rule)
{
    return pass->rules->on[rule];
}

/* The character written last, 0 at the start; *bytes of it. */
static uint32_t last(const struct pass *pass, size_t *bytes)
{
    *bytes = 0;
    return pass->m ? decode_before(pass->out, pass->m, bytes) : 0;
}

/* The character at p[i] of the text, 0 at its end. */
static uint32_t peek(const struct pass *pass, size_t i)
{
    size_t bytes;
    return i < pass->n ? decode(pass->p, i, &bytes) : 0;
}

static int is_letter_or_mark(uint32_t c)
{
    return is_arabic_letter(c) || is_arabic_mark(c);
}

static void put(struct pass *pass, uint32_t c)
{
    pass->m += encode(pass->out + pass->m, c);
}

static void copy(struct pass *pass, size_t i, size_t bytes)
{
    memcpy(pass->out + pass->m, pass->p + i, bytes);
    pass->m += bytes;
}

/* -- blanks and line ends -- */

static int ends_blank(const struct pass *pass)
{
    return pass->m && (pass->out[pass->m - 1] == ' ' ||
                       pass->out[pass->m - 1] == '\t');
}

/* Writes a blank, unless one stands there: two or more become one space. */
static void put_blank(struct pass *pass, char blank)
{
    if (is_on(pass, RULE_SPACES) && ends_blank(pass)) {
        pass->counts[RULE_SPACES]++;
        pass->out[pass->m - 1] = ' ';
        return;
    }
    pass->out[pass->m++] = blank;
}

/* Takes away the blanks at the end of a line. */
static void trim(struct pass *pass)
{
    if (!is_on(pass, RULE_SPACES) || !ends_blank(pass)) return;
    pass->counts[RULE_SPACES]++;
    while (ends_blank(pass)) pass->m--;
}

/* -- marks -- */

/* Does the letter written last bear the mark already? */
static int bears(const struct pass *pass, uint32_t mark)
{
    size_t at = pass->m, bytes;
    for (int i = 0; i < MARKS_MAX && at; i++) {
        uint32_t c = decode_before(pass->out, at, &bytes);
        if (c == mark) return 1;
        if (kind_of(c) != MARK) break;
        at -= bytes;
    }
    return 0;
}

/* Writes a mark behind a letter that does not bear it yet. */
static void put_mark(struct pass *pass, uint32_t mark)
{
    if (is_on(pass, RULE_MARKS) && bears(pass, mark))
        pass->counts[RULE_MARKS]++;
    else
        put(pass, mark);
}

/* Is c part of a word, or does it open one, so that a blank before it stays? */
static int begins_word(uint32_t c)
{
    return is_letter_or_mark(c) || (c >= '0' && c <= '9') || c == '(' ||
           c == 0xAB || c == 0x201C || (c | 0x20) - 'a' < 26;
}

/* A mark at p[i] that stands on no letter.  A vowel before a letter was typed
 * too early (" ُعرضت"), any other one too late ("أيضا ًمن", "طويلا ً،").
 * Returns the bytes read, or 0 if it must stay as it is. */
static size_t place_mark(struct pass *pass, size_t i, uint32_t mark)
{
    uint32_t next = peek(pass, i + 2);
    size_t bytes;
    if (mark >= FATHA && mark <= KASRA && is_arabic_letter(next)) {
        put(pass, next);
        put(pass, mark);
        return next < 0x800 ? 4 : 5;
    }
    if (pass->m < 3 || pass->out[pass->m - 1] != ' ') return 0;
    if (!is_letter_or_mark(decode_before(pass->out, pass->m - 1, &bytes)))
        return 0;
    pass->m--;
    /* "كتابًا ً": the letter before the alef bears it already. */
    if (mark != FATHATAN || pass->m < 4 ||
        memcmp(pass->out + pass->m - 4, "\u064B\u0627", 4) != 0)
        put_mark(pass, mark);
    if (begins_word(next)) put(pass, ' ');
    return 2;
}

/* A tanwin at p[i] whose alef is to stand on its other side: word-final "اً"
 * or "ًا".  Returns the bytes read, or 0 if there is no such alef. */
static size_t swap_tanwin(struct pass *pass, size_t i)
{
    size_t at = i + 2, bytes;
    if (pass->rules->on[RULE_TANWIN] == TANWIN_BEFORE_ALEF) {
        if (pass->m < 4 || last(pass, &bytes) != ALEF ||
            is_letter_or_mark(peek(pass, at)) ||
            !is_letter_or_mark(decode_before(pass->out, pass->m - 2, &bytes)))
            return 0;
        pass->m -= 2;
        put_mark(pass, FATHATAN);
        put(pass, ALEF);
        return 2;
    }
    while (at - i < 2 * MARKS_MAX && kind_of(peek(pass, at)) == MARK) at += 2;
    if (peek(pass, at) != ALEF || is_letter_or_mark(peek(pass, at + 2)))
        return 0;
    copy(pass, i + 2, at - i);
    put(pass, FATHATAN);
    return at + 2 - i;
}

static size_t rewrite_mark(struct pass *pass, size_t i, uint32_t mark)
{
    size_t bytes, read = 0;
    uint32_t before = last(pass, &bytes);
    if (is_on(pass, RULE_MARKS) && before < 0x80 &&
        (read = place_mark(pass, i, mark)) != 0) {
        pass->counts[RULE_MARKS]++;
        return read;
    }
    if (mark == FATHATAN && is_on(pass, RULE_TANWIN) &&
        (read = swap_tanwin(pass, i)) != 0) {
        pass->counts[RULE_TANWIN]++;
        return read;
    }
    if (is_letter_or_mark(before)) put_mark(pass, mark);
    else copy(pass, i, 2);
    return 2;
}

/* -- letters -- */

/* Writes the letters of a presentation form.  A form of a bare mark is a mark
 * behind a letter, and stays what it is elsewhere.  Returns 1 if it wrote. */
static int put_form(struct pass *pass, uint32_t c)
{
    const struct form *form = form_of(c);
    size_t bytes;
    if (is_arabic_mark(form->letters[0])) {
        if (!is_letter_or_mark(last(pass, &bytes))) return 0;
        for (int i = 0; i < FORM_LETTERS && form->letters[i]; i++)
            put_mark(pass, form->letters[i]);
        return 1;
    }
    for (int i = 0; i < FORM_LETTERS && form->letters[i]; i++)
        put(pass, form->letters[i]);
    return 1;
}

/* Tatweel from p[i] on: beside a letter it stretches it and goes, by itself it
 * is typed for a dash ("آل سعود ـ رحمه الله ـ"), under a mark it carries it and
 * stays.  Returns the bytes read. */
static size_t rewrite_tatweel(struct pass *pass, size_t i)
{
    size_t end = i + 2, bytes;
    while (peek(pass, end) == 0x640) end += 2;
    uint32_t before = last(pass, &bytes), next = peek(pass, end);
    if (is_letter_or_mark(before) || is_arabic_letter(next)) {
        if (is_on(pass, RULE_TATWEEL)) {
            pass->counts[RULE_TATWEEL]++;
            return end - i;
        }
    } else if (is_on(pass, RULE_DASHES) && !is_arabic_mark(next) &&
               before != 0x640) {
        pass->counts[RULE_DASHES]++;
        put(pass, 0x2013); /* EN DASH */
        return end - i;
    }
    copy(pass, i, end - i);
    return end - i;
}

/* -- what is not seen -- */

/* Does a joiner with these neighbours do something?  In Arabic script U+200C
 * keeps two letters apart that would join ("می‌خواهم"), and U+200D changes but
 * a shape.  Indic scripts, emoji and others need both.  Latin, Greek, Cyrillic,
 * Hebrew, spaces and punctuation need neither. */
static int is_joiner_needed(const struct pass *pass, uint32_t joiner,
                            uint32_t next)
{
    size_t at = pass->m, bytes;
    uint32_t c = 0;
    for (int i = 0; i < MARKS_MAX && at; i++) {
        c = decode_before(pass->out, at, &bytes);
        if (!is_arabic_mark(c)) break;
        at -= bytes;
    }
    if (is_arabic_letter(c))
        return joiner == 0x200C && joins_next(c) && is_arabic_letter(next);
    return c >= 0x700 && !is_arabic_mark(c) && !(c >= 0x870 && c < 0x900) &&
           !(c >= 0x1E00 && c <= 0x206F) && !(c >= 0xFB00 && c <= 0xFDFF) &&
           !(c >= 0xFE70 && c <= 0xFEFF);
}

/* Is an invisible character one that matters?  Scripts without spaces between
 * words mark where a line may break (U+200B): Thai to Myanmar, Khmer.  In
 * Mongolian a vowel separator (U+180E) shapes the letters on both sides. */
static int is_invisible_needed(const struct pass *pass, uint32_t c)
{
    size_t bytes;
    uint32_t before = last(pass, &bytes);
    if (c == 0x180E) return before >= 0x1820 && before <= 0x18AA;
    return c == 0x200B && ((before >= 0xE00 && before <= 0x109F) ||
                           (before >= 0x1780 && before <= 0x17FF));
}

/* Rewrites the character at p[i].  Returns the bytes read. */
static size_t rewrite_at(struct pass *pass, size_t i)
{
    static const uint8_t rules[] = {
        [PLAIN] = RULES, [BLANK] = RULES, [LF] = RULES,
        [SPACE] = RULE_SPACES, [LINE_END] = RULE_LINE_ENDS,
        [CONTROL] = RULE_CONTROLS, [DIRECTION] = RULE_DIRECTION,
        [INVISIBLE] = RULE_INVISIBLE, [JOINER] = RULE_JOINERS,
        [TATWEEL] = RULES, [MARK] = RULES, [FORM] = RULE_FORMS,
        [DIGIT] = RULE_DIGITS, [BULLET] = RULE_BULLETS,
    };
    size_t bytes;
    uint32_t c = decode(pass->p, i, &bytes);
    enum kind kind = kind_of(c);
    enum rule rule = rules[kind];

    if (kind == LF || kind == LINE_END) trim(pass);
    if (kind == MARK) return rewrite_mark(pass, i, c);
    if (kind == TATWEEL) return rewrite_tatweel(pass, i);
    if (kind == BLANK) {
        put_blank(pass, pass->p[i]);
        return bytes;
    }
    if (rule == RULES || !is_on(pass, rule)) {
        copy(pass, i, bytes);
        return bytes;
    }
    if ((kind == FORM && !put_form(pass, c)) ||
        (kind == JOINER && is_joiner_needed(pass, c, peek(pass, i + bytes))) ||
        (kind == INVISIBLE && is_invisible_needed(pass, c))) {
        copy(pass, i, bytes);
        return bytes;
    }
    pass->counts[rule]++;
    if (kind == SPACE) put_blank(pass, ' ');
    if (kind == DIGIT) put(pass, ascii_digit_of(c));
    if (kind == BULLET) put(pass, bullet_of(c));
    if (kind == LINE_END) {
        pass->out[pass->m++] = '\n';
        if (c == '\r' && peek(pass, i + 1) == '\n') return 2;
    }
    return bytes; /* the other kinds go */
}

/* -- the pass -- */

static int is_inside(const char *p, size_t i, size_t n)
{
    return i < n && ((unsigned char)p[i] & 0xC0) == 0x80;
}

/* Notes that p[begin .. end) became out[from ..): what differs of it.  Returns
 * 0, or -1: no memory. */
static int note(struct edits *edits, const struct pass *pass, size_t begin,
                size_t end, size_t from)
{
    size_t to = pass->m;
    const char *p = pass->p, *out = pass->out;
    while (begin < end && from < to && p[begin] == out[from]) begin++, from++;
    while (is_inside(p, begin, end) || is_inside(out, from, to))
        begin--, from--;
    while (begin < end && from < to && p[end - 1] == out[to - 1]) end--, to--;
    while (is_inside(p, end, pass->n) || is_inside(out, to, pass->m))
        end++, to++;
    if (begin == end && from == to) return 0;
    return edits_add(edits, begin, end, to - from);
}

/* Where what is rewritten from p[i] on may begin: `least` or behind it. */
static size_t reach_back(const char *p, size_t i, size_t least)
{
    size_t at = i;
    while (at > least && (p[at - 1] == ' ' || p[at - 1] == '\t')) at--;
    at = at - least > REACH ? at - REACH : least;
    while (is_inside(p, at, i)) at--;
    return at;
}

size_t rewrite_characters(struct scan *scan, uint64_t *counts, const char *p,
                          size_t n, size_t first, char *out,
                          struct edits *edits)
{
    struct pass pass = { scan->rules, counts, p, n, out, 0 };
    size_t i = 0, next = first;
    edits->n = 0;
    while (next < n) {
        copy(&pass, i, next - i);
        size_t begin = reach_back(p, next, i), from = pass.m - (next - begin);
        i = next;
        /* Go on as long as the next character might join what was rewritten:
         * the space behind a removed mark, the line end behind a space. */
        do {
            i += rewrite_at(&pass, i);
            if (i < n && (unsigned char)p[i] <= ' ') next = i;
            else next = scan_find(scan, p, i, n);
        } while (next == i && i < n);
        if (i == n) trim(&pass);
        if (note(edits, &pass, begin, i, from) < 0) return (size_t)-1;
    }
    copy(&pass, i, n - i);
    return pass.m;
}
