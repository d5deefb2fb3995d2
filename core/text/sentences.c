/* sentences.c - UAX #29 sentence boundaries, and the news rules on top.
 *
 * Only a terminator can end a sentence, so the walk runs through everything
 * else and thinks at . ? ! ؟ ۔ and line ends alone.  What follows a terminator:
 *
 *   ... word | . | Close* | Space* | (line end) | next sentence
 *
 * News rules, reasons not to break where UAX #29 would:
 *   - inside an abbreviation, an address, a name: أ.ف.ب  a?b=c  U.S. troops
 *   - behind a title or before a number: Dr. Smith, No. 5
 *   - behind dots that trail off, unless a capital follows: وما تفعله... في
 *   - before a small letter: "Really?" he said
 * and one to break where it would not:
 *   - before a year or a number: in 1986. 1987 was */
#include "text/text.h"
#include "text/walk.h"
#include <stdbool.h>

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
    if (p[i] < 0x80) {
        *bytes = 1;
        return text_low_sb[p[i]];
    }
    if (p[i] >= 0xC2 && p[i] < 0xE0 && i + 1 < n) {
        *bytes = 2;
        return text_low_sb[(p[i] & 0x1Fu) << 6 | (p[i + 1] & 0x3Fu)];
    }
    uint32_t c;
    *bytes = text_decode(p + i, n - i, &c);
    return text_prop(c)->sb;
}

/* Bytes at which a terminator or a line end may be; everything else is run
 * over byte by byte.  Of the two-byte ones U+061D-061F and U+06D4 are told by
 * their second byte, because their leads begin half of all Arabic letters; the
 * others (U+0085 U+0589 U+0700-0702 U+07F9) by their lead. */
static const uint8_t may_end[256] = {
    ['.'] = 1, ['!'] = 1, ['?'] = 1, ['\n'] = 1, ['\r'] = 1,
    [0x94] = 1, [0x9D] = 1, [0x9E] = 1, [0x9F] = 1,
    [0xC2] = 1, [0xD6] = 1, [0xDC] = 1, [0xDF] = 1,
    [0xE0 ... 0xFF] = 1,
};

/* The next code point in p[i..n) that may be one of them, or n.  p[i] begins a
 * code point. */
static inline size_t next_stop(const uint8_t *p, size_t n, size_t i)
{
    size_t from = i;
    while (i < n && !may_end[p[i]]) i++;
    if (i > from && i < n && (p[i] & 0xC0) == 0x80) i--; /* to its lead */
    return i;
}

/* Moves over code points of the set, each with what is attached to it (SB5). */
static size_t skip(const uint8_t *p, size_t n, size_t i, unsigned set)
{
    size_t bytes;
    while (i < n && IN(set | ATTACHED, class_at(p, n, i, &bytes))) i += bytes;
    return i;
}

/* The class of the last code point before p[i] that is not attached (SB5), or
 * SB_OTHER at `from`; *at is where it is. */
static unsigned class_before(const uint8_t *p, size_t from, size_t i,
                             size_t *at)
{
    while (i > from) {
        size_t bytes, end = i;
        i = text_before(p, i);
        unsigned sb = class_at(p, end, i, &bytes);
        *at = i;
        if (!IN(ATTACHED, sb)) return sb;
    }
    *at = from;
    return SB_OTHER;
}

/* SB8: does a small letter come before any other letter, line end or
 * terminator? */
static bool small_follows(const uint8_t *p, size_t n, size_t i)
{
    size_t bytes;
    for (; i < n; i += bytes) {
        unsigned sb = class_at(p, n, i, &bytes);
        if (sb == SB_LOWER) return true;
        if (IN(LETTER | PARAGRAPH | TERMINATOR, sb)) return false;
    }
    return false;
}

/* ---- news ---- */

static bool is_ascii_name(uint8_t b)
{
    return text_is_ascii_letter(b) || text_is_ascii_digit(b);
}

/* Is it the "No." of "No. 5"? */
static bool is_number_sign(const uint8_t *p, size_t word, size_t stop,
                           unsigned follows)
{
    return follows == SB_NUMERIC && stop - word == 2 && (p[word] | 0x20) == 'n'
           && p[word + 1] == 'o';
}

/* Is the terminator p[stop] part of something that goes on behind it?  next:
 * where the next sentence would begin; from: where this one begins. */
static bool goes_on(const uint8_t *p, size_t n, size_t from, size_t stop,
                    size_t next)
{
    if (stop == from || next >= n) return false;
    size_t bytes, at, before_at;
    unsigned follows = class_at(p, n, next, &bytes);
    if (follows == SB_LOWER) return true;
    if (p[stop] != '.') /* ? and ! inside an address */
        return next == stop + 1 && is_ascii_name(p[next])
               && is_ascii_name(p[stop - 1]);
    if (p[stop - 1] == '.') return follows != SB_UPPER && p[next - 1] == ' ';
    unsigned before = class_before(p, from, stop, &at);
    if (!IN(LETTER, before)) return false;
    /* A single letter: an initial, or the piece of an abbreviation. */
    if (!IN(LETTER | BIT(SB_NUMERIC), class_before(p, from, at, &before_at)))
        return before != SB_LOWER || next == stop + 1;
    /* At most 4 letters of a title (news.c). */
    size_t word = stop;
    while (word > from && stop - word <= 4 && text_is_ascii_letter(p[word - 1]))
        word--;
    return news_is_title(p, word, stop)
           || is_number_sign(p, word, stop, follows);
}

/* ---- the walk ---- */

/* Behind a terminator that ends at p[i]: where the sentence ends, or 0 with *on
 * where to go on looking. */
static size_t after_terminator(const uint8_t *p, size_t n, size_t from,
                               size_t stop, size_t i, bool aterm, bool news,
                               size_t *on)
{
    size_t bytes, at;
    i = skip(p, n, i, 0);
    *on = i;
    if (aterm && i < n) {
        unsigned next = class_at(p, n, i, &bytes);
        if (next == SB_NUMERIC) return 0; /* SB6 */
        if (next == SB_UPPER) {           /* SB7 */
            unsigned before = class_before(p, from, stop, &at);
            if (before == SB_UPPER || before == SB_LOWER) return 0;
        }
    }
    i = skip(p, n, i, BIT(SB_CLOSE)); /* SB9 */
    size_t closed = i;
    i = skip(p, n, i, BIT(SB_SP)); /* SB10 */
    *on = i;
    if (i >= n) return n;
    unsigned next = class_at(p, n, i, &bytes);
    bool number = news && i > closed && next == SB_NUMERIC;
    if (aterm && !number && small_follows(p, n, i)) return 0; /* SB8 */
    if (IN(BIT(SB_SCONTINUE) | TERMINATOR, next)) return 0; /* SB8a */
    if (IN(PARAGRAPH, next)) {
        i += bytes;
        return next == SB_CR && i < n && p[i] == '\n' ? i + 1 : i;
    }
    return news && goes_on(p, n, from, stop, i) ? 0 : i; /* SB11 */
}

/* The end of the sentence that begins at p[from], white space included. */
static size_t sentence_end(const uint8_t *p, size_t n, size_t from, bool news)
{
    size_t bytes, i = from;
    while ((i = next_stop(p, n, i)) < n) {
        unsigned sb = class_at(p, n, i, &bytes);
        if (!IN(TERMINATOR | PARAGRAPH, sb)) {
            i += bytes;
            continue;
        }
        if (IN(PARAGRAPH, sb)) { /* SB3, SB4 */
            i += bytes;
            return sb == SB_CR && i < n && p[i] == '\n' ? i + 1 : i;
        }
        size_t on;
        size_t end = after_terminator(p, n, from, i, i + bytes, sb == SB_ATERM,
                                      news, &on);
        if (end) return end;
        i = on;
    }
    return n;
}

/* ---- public ---- */

static bool is_space(const uint8_t *p, size_t n, size_t i, size_t *bytes)
{
    uint32_t c;
    *bytes = text_decode(p + i, n - i, &c);
    return text_prop(c)->flags & PROP_SPACE;
}

size_t text_sentences(const char *text, size_t n, size_t *at, uint32_t *begin,
                      uint32_t *end, size_t cap)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t i = *at, k = 0, bytes;
    while (i < n && k < cap) {
        if (is_space(p, n, i, &bytes)) {
            i += bytes;
            continue;
        }
        size_t stop = sentence_end(p, n, i, true);
        size_t last = stop;
        while (last > i) {
            size_t before = text_before(p, last);
            if (!is_space(p, last, before, &bytes)) break;
            last = before;
        }
        begin[k] = (uint32_t)i;
        end[k++] = (uint32_t)last;
        i = stop;
    }
    *at = i;
    return k;
}

size_t text_sentence_uax29(const char *text, size_t n, size_t at)
{
    return sentence_end((const uint8_t *)text, n, at, false);
}
