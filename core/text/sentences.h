/* sentences.h - what the walk over sentences (sentences.c), the rules of news
 * (stops.c) and their words (abbreviations.c) share.  Internal to core/text. */
#ifndef WQ_TEXT_SENTENCES_H
#define WQ_TEXT_SENTENCES_H
#include "text/props.h"
#include <stdbool.h>

/* Sets of sentence break classes, as bits. */
#define IN(set, sb) ((unsigned)(set) >> (sb) & 1u)
#define BIT(sb)     (1u << (sb))
enum {
    PARAGRAPH = BIT(SB_CR) | BIT(SB_LF) | BIT(SB_SEP),
    TERMINATOR = BIT(SB_ATERM) | BIT(SB_STERM),
    ATTACHED = BIT(SB_EXTEND) | BIT(SB_FORMAT),
    LETTER = BIT(SB_LOWER) | BIT(SB_UPPER) | BIT(SB_OLETTER)
};

/* The class of the code point at p[i], i < n; *bytes is its length. */
static inline unsigned class_at(const uint8_t *p, size_t n, size_t i,
                                size_t *bytes)
{
    return text_class_at(text_low_sb, offsetof(struct text_prop, sb), p, n, i,
                         bytes);
}

/* Where the code point that ends before p[i], i > from, begins; not before
 * `from`, whatever the bytes. */
static inline size_t step_back(const uint8_t *p, size_t from, size_t i)
{
    size_t at = text_before(p, i);
    return at > from ? at : from;
}

/* The class of the last code point before p[i] that is not attached (SB5), or
 * SB_OTHER at `from`; *at is where it is. */
static inline unsigned class_before(const uint8_t *p, size_t from, size_t i,
                                    size_t *at)
{
    while (i > from) {
        size_t bytes, end = i;
        i = step_back(p, from, i);
        unsigned sb = class_at(p, end, i, &bytes);
        *at = i;
        if (!IN(ATTACHED, sb)) return sb;
    }
    *at = from;
    return SB_OTHER;
}

/* "…", U+2026, is no terminator to UAX #29; to news it is a run of dots. */
static inline bool is_ellipsis(const uint8_t *p, size_t n, size_t i)
{
    return n - i >= 3 && p[i] == 0xE2 && p[i + 1] == 0x80 && p[i + 2] == 0xA6;
}

static inline uint32_t code_point_at(const uint8_t *p, size_t n, size_t i)
{
    uint32_t c;
    text_decode(p + i, n - i, &c);
    return c;
}

static inline bool is_dash(const uint8_t *p, size_t n, size_t i)
{
    uint32_t c = code_point_at(p, n, i);
    return c == '-' || c == 0x2013 || c == 0x2014;
}

/* Bytes of the longest word in any list of abbreviations.c. */
#define WORD_MAX 16

/* ---- stops.c ---- */

/* A place at which UAX #29 would end the sentence that begins at p[from]. */
struct stop {
    const uint8_t *p;
    size_t n, from;
    size_t at;     /* of the last terminator                                  */
    size_t behind; /* it                                                      */
    size_t closed; /* behind the quotation marks and brackets that follow it  */
    size_t next;   /* where the next sentence would begin                     */
};

/* Does the sentence go on behind the stop? */
bool stop_goes_on(const struct stop *stop);
/* Does it go on behind the line that ends at p[end], no terminator in front,
 * and is followed by the one that begins at p[next]? */
bool line_goes_on(const uint8_t *p, size_t n, size_t from, size_t end,
                  size_t next);

/* ---- abbreviations.c: p[i..end) is a word, its full stop not in it ---- */
/* Is it an abbreviation that a name or a word follows ("Dr", "e.g"), or that a
 * number follows ("No", "Jan")?  Not one that may end a sentence ("etc"). */
bool precedes_name(const uint8_t *p, size_t i, size_t end);
bool precedes_number(const uint8_t *p, size_t i, size_t end);
/* Is it the name of a Latin letter in Arabic ("بي")? */
bool is_letter_name(const uint8_t *p, size_t i, size_t end);
/* Is it a German month ("12. März")? */
bool is_german_month(const uint8_t *p, size_t i, size_t end);
/* Is it an English word that rather begins a sentence than goes on with a name
 * ("The")? */
bool begins_sentence(const uint8_t *p, size_t i, size_t end);
/* Is it an Arabic word that begins no statement ("لأن"), or hardly one behind a
 * quotation ("في", "قال")? */
bool begins_no_statement(const uint8_t *p, size_t i, size_t end);
bool follows_quotation(const uint8_t *p, size_t i, size_t end);
/* Is it an Arabic word that no line ends with ("من")? */
bool ends_no_line(const uint8_t *p, size_t i, size_t end);
#endif
