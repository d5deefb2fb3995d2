/* sentences.c - UAX #29 sentence boundaries, and the news rules on top.
 *
 * Only a terminator can end a sentence, so the walk runs through everything
 * else and thinks at . ? ! ؟ ۔ and line ends alone.  What follows a terminator:
 *
 *   ... word | . | Close* | Space* | (line end) | next sentence
 *
 * News asks the rules of stops.c whether the sentence goes on there although
 * UAX #29 would end it, and differs in these places:
 *   - a line goes on in the next one where it was wrapped (stops.c)
 *   - "…" is looked at as ".." is
 *   - before a year or a number a sentence may end: in 1986. 1987 was
 *   - before a dash, too: ما السبب؟ - لا أدري
 *   - emoji behind a terminator go with it: Great! 🎉 */
#include "text/sentences.h"
#include "text/text.h"

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
    while (n - i >= 8 /* eight at a time: most are not */
           && !(may_end[p[i]] | may_end[p[i + 1]] | may_end[p[i + 2]]
                | may_end[p[i + 3]] | may_end[p[i + 4]] | may_end[p[i + 5]]
                | may_end[p[i + 6]] | may_end[p[i + 7]]))
        i += 8;
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

/* SB8: does a small letter come before any other letter, line end or
 * terminator? */
static bool small_follows(const uint8_t *p, size_t n, size_t i, bool news)
{
    size_t bytes;
    for (; i < n; i += bytes) {
        unsigned sb = class_at(p, n, i, &bytes);
        if (sb == SB_LOWER) return true;
        if (IN(LETTER | PARAGRAPH | TERMINATOR, sb)) return false;
        if (news && is_ellipsis(p, n, i)) return false;
    }
    return false;
}

/* ---- the walk ---- */

/* Is the code point at p[i] an emoji?  *bytes is its length. */
static bool is_emoji(const uint8_t *p, size_t n, size_t i, size_t *bytes)
{
    uint32_t c;
    *bytes = text_decode(p + i, n - i, &c);
    return c >= 0x2600
           && text_prop(c)->flags & (PROP_EMOJI | PROP_PICTOGRAPH);
}

/* Moves over quotation marks and brackets that close, not over those that can
 * only open, 。「 (SB9 takes them all). */
static size_t skip_closing(const uint8_t *p, size_t n, size_t i)
{
    size_t bytes;
    for (; i < n; i += bytes) {
        uint32_t c;
        bytes = text_decode(p + i, n - i, &c);
        const struct text_prop *prop = text_prop(c);
        if (!IN(BIT(SB_CLOSE) | ATTACHED, prop->sb)
            || prop->category == GC_PS)
            break;
    }
    return i;
}

/* Moves over emoji that go with the terminator before p[i], and the white space
 * between; i if there are none. */
static size_t skip_emoji(const uint8_t *p, size_t n, size_t i)
{
    size_t bytes, end = i;
    for (;;) {
        i = skip(p, n, i, BIT(SB_SP));
        if (i >= n || !is_emoji(p, n, i, &bytes)) return end;
        end = i = skip(p, n, i + bytes, 0);
    }
}

/* Behind a line end at p[i], `bytes` long, of class sb. */
static size_t behind_line(const uint8_t *p, size_t n, size_t i, unsigned sb,
                          size_t bytes)
{
    i += bytes;
    return sb == SB_CR && i < n && p[i] == '\n' ? i + 1 : i;
}

/* Behind a terminator at p[at] that ends at p[i]: where the sentence ends, or 0
 * with *on where to go on looking. */
static size_t after_terminator(const uint8_t *p, size_t n, size_t from,
                               size_t at, size_t i, bool aterm, bool news,
                               size_t *on)
{
    size_t bytes, before_at;
    struct stop stop = { .p = p, .n = n, .from = from, .at = at, .behind = i };
    i = skip(p, n, i, 0);
    *on = i;
    if (aterm && i < n) {
        unsigned next = class_at(p, n, i, &bytes);
        if (next == SB_NUMERIC) return 0; /* SB6 */
        if (next == SB_UPPER              /* SB7 */
            && IN(BIT(SB_UPPER) | BIT(SB_LOWER),
                  class_before(p, from, at, &before_at)))
            return 0;
    }
    i = news ? skip_emoji(p, n, skip_closing(p, n, i))
             : skip(p, n, i, BIT(SB_CLOSE)); /* SB9 */
    stop.closed = i;
    i = skip(p, n, i, BIT(SB_SP)); /* SB10 */
    *on = stop.next = i;
    if (i >= n) return n;
    unsigned next = class_at(p, n, i, &bytes);
    bool number = news && i > stop.closed && next == SB_NUMERIC;
    if (aterm && !number && small_follows(p, n, i, news)) return 0; /* SB8 */
    /* The next speaker of an interview, the next item of a list. */
    bool dash = news && i > stop.closed && is_dash(p, n, i);
    if (IN(BIT(SB_SCONTINUE) | TERMINATOR, next) && !dash) return 0; /* SB8a */
    if (news && is_ellipsis(p, n, i)) return 0;
    if (IN(PARAGRAPH, next)) return behind_line(p, n, i, next, bytes);
    return news && stop_goes_on(&stop) ? 0 : i; /* SB11 */
}

/* The end of the sentence that begins at p[from], white space included. */
static inline size_t sentence_end(const uint8_t *p, size_t n, size_t from,
                                  bool news)
{
    size_t bytes, i = from;
    while ((i = next_stop(p, n, i)) < n) {
        unsigned sb = class_at(p, n, i, &bytes);
        if (IN(PARAGRAPH, sb)) { /* SB3, SB4 */
            size_t next = behind_line(p, n, i, sb, bytes);
            if (!news || !line_goes_on(p, n, from, i, next)) return next;
            i = next;
            continue;
        }
        if (news && is_ellipsis(p, n, i)) sb = SB_ATERM;
        if (!IN(TERMINATOR, sb)) {
            i += bytes;
            continue;
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
            size_t before = step_back(p, i, last);
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
