/* walk.c - UAX #29 word boundaries (Unicode 15.0) on UTF-8, by state table.
 *
 * A segment is one walk through the table below.  Two kinds of states:
 *
 *   accepted   the segment may end here
 *   pending    a joint was read ("can" + "'"), and the segment goes on only if
 *              the next code point allows it ("t"); else it ends before the
 *              joint, and the joint begins the next segment (WB6/7, 7b/c,
 *              11/12)
 *
 * Extend, Format and ZWJ stay in the state they are met in (WB4), save after a
 * line break.  WB3c (ZWJ before a pictograph) is looked at where a segment is
 * about to end.  The news variant is the same walk with fewer joints.
 *
 * A joint and the marks behind it are read again when it begins a segment of
 * its own, and once more where news looks at both sides of it: a constant
 * number of times, so a walk through a text is linear whatever it holds. */
#include "text/walk.h"
#include "text/text.h"
#include <stdbool.h>

enum state {
    S_STOP, S_OTHER, S_CR, S_BREAK, S_LETTER, S_HEBREW, S_HEBREW_QUOTE,
    S_NUMERIC, S_KATAKANA, S_LOW_LINE, S_REGIONAL, S_SPACE,
    S_PENDING, /* from here on */
    S_LETTER_MID = S_PENDING, S_HEBREW_MID, S_NUMERIC_MID, S_LOW_LINE_MID,
    S_STATES
};

/* clang-format off */
#define STAY(s) [WB_EXTEND] = (s), [WB_FORMAT] = (s), [WB_ZWJ] = (s)
#define LETTERS [WB_LETTER] = S_LETTER, [WB_HEBREW] = S_HEBREW
#define ALNUM   LETTERS, [WB_NUMERIC] = S_NUMERIC          /* WB5, 8, 9, 10 */
static const uint8_t first_state[WB_CLASSES] = {
    [WB_OTHER] = S_OTHER, [WB_CR] = S_CR, [WB_LF] = S_BREAK,
    [WB_NEWLINE] = S_BREAK, STAY(S_OTHER), [WB_KATAKANA] = S_KATAKANA, ALNUM,
    [WB_SINGLE_QUOTE] = S_OTHER, [WB_DOUBLE_QUOTE] = S_OTHER,
    [WB_MID_NUM_LET] = S_OTHER, [WB_MID_LETTER] = S_OTHER,
    [WB_MID_NUM] = S_OTHER, [WB_EXTEND_NUM_LET] = S_LOW_LINE,
    [WB_REGIONAL] = S_REGIONAL, [WB_SPACE] = S_SPACE,
};
static const uint8_t next_state[S_STATES][WB_CLASSES] = {
    [S_OTHER] = { STAY(S_OTHER) },
    [S_CR] = { [WB_LF] = S_BREAK },                              /* WB3 */
    [S_LETTER] = { STAY(S_LETTER), ALNUM, [WB_EXTEND_NUM_LET] = S_LOW_LINE,
        [WB_MID_LETTER] = S_LETTER_MID, [WB_MID_NUM_LET] = S_LETTER_MID,
        [WB_SINGLE_QUOTE] = S_LETTER_MID },
    [S_HEBREW] = { STAY(S_HEBREW), ALNUM, [WB_EXTEND_NUM_LET] = S_LOW_LINE,
        [WB_MID_LETTER] = S_LETTER_MID, [WB_MID_NUM_LET] = S_LETTER_MID,
        [WB_SINGLE_QUOTE] = S_HEBREW_QUOTE,                      /* WB7a */
        [WB_DOUBLE_QUOTE] = S_HEBREW_MID },
    [S_HEBREW_QUOTE] = { STAY(S_HEBREW_QUOTE), LETTERS },
    [S_NUMERIC] = { STAY(S_NUMERIC), ALNUM, [WB_EXTEND_NUM_LET] = S_LOW_LINE,
        [WB_MID_NUM] = S_NUMERIC_MID, [WB_MID_NUM_LET] = S_NUMERIC_MID,
        [WB_SINGLE_QUOTE] = S_NUMERIC_MID },
    [S_KATAKANA] = { STAY(S_KATAKANA), [WB_KATAKANA] = S_KATAKANA,
        [WB_EXTEND_NUM_LET] = S_LOW_LINE },                      /* WB13, 13a */
    [S_LOW_LINE] = { STAY(S_LOW_LINE), ALNUM, [WB_KATAKANA] = S_KATAKANA,
        [WB_EXTEND_NUM_LET] = S_LOW_LINE },                      /* WB13b */
    [S_REGIONAL] = { STAY(S_REGIONAL), [WB_REGIONAL] = S_OTHER },/* WB15, 16 */
    [S_SPACE] = { STAY(S_OTHER), [WB_SPACE] = S_SPACE },         /* WB3d */
    [S_LETTER_MID] = { STAY(S_LETTER_MID), LETTERS },            /* WB6, 7 */
    [S_HEBREW_MID] = { STAY(S_HEBREW_MID), [WB_HEBREW] = S_HEBREW },
    [S_NUMERIC_MID] = { STAY(S_NUMERIC_MID), [WB_NUMERIC] = S_NUMERIC },
    /* News only: low lines join where a letter or digit follows. */
    [S_LOW_LINE_MID] = { STAY(S_LOW_LINE_MID), ALNUM,
        [WB_KATAKANA] = S_KATAKANA, [WB_EXTEND_NUM_LET] = S_LOW_LINE_MID },
};
/* clang-format on */

/* ---- joints in news ---- */

/* What the news rules remember of a segment so far. */
struct joint {
    uint32_t last;    /* its last code point that is no mark                  */
    uint32_t letters; /* such code points since the last joint                */
};

static bool is_arabic(uint32_t c)
{
    return text_prop(c)->script == WQ_S_ARABIC || c == 0x640; /* tatweel */
}

/* The first code point at p[*i..n) that is not Extend, Format or ZWJ, 0 at the
 * end; *i moves behind it. */
static uint32_t next_base(const uint8_t *p, size_t n, size_t *i)
{
    while (*i < n) {
        uint32_t c;
        *i += text_decode(p + *i, n - *i, &c);
        if (!text_stays(text_prop(c)->wb)) return c;
    }
    return 0;
}

/* Does a full stop join the letter before it to the one after it?
 *   U.S  أ.ف.ب  p.m       single letters: an abbreviation
 *   bbc.com  Node.js      Latin and small: a name
 *   WWW.BBC.COM
 *   صباح.وقال  end.Next   a missing space */
static bool dot_joins(const struct joint *left, uint32_t right,
                      const uint8_t *p, size_t n, size_t behind)
{
    uint32_t after = next_base(p, n, &behind);
    bool right_single = !after || !(text_is_letter(text_prop(after))
                                    || text_is_number(text_prop(after)));
    if (left->letters == 1 && right_single) return true;
    if (text_prop(right)->script != WQ_S_LATIN
        || text_prop(left->last)->script != WQ_S_LATIN)
        return false;
    if (text_prop(right)->category != GC_LU) return true;
    return left->letters == 1 || text_prop(left->last)->category == GC_LU;
}

/* May news join what was read so far to the letter that follows the joint c,
 * which ends before p[i]? */
static bool letters_join(const struct joint *left, uint32_t c,
                         const uint8_t *p, size_t n, size_t i)
{
    uint32_t right = next_base(p, n, &i);
    switch (c) {
    case ':': case 0xFE13: case 0xFE55: case 0xFF1A: /* قال:نعم */
        return false;
    case '.': case 0x2024: case 0xFE52: case 0xFF0E:
        return dot_joins(left, right, p, n, i);
    default: /* don't, l’eau; Arabic has quotation marks there */
        return !is_arabic(left->last) && !is_arabic(right);
    }
}

/* May news join digits over c?  1,5 and 1.5 and ١٬٠٠٠, but not 5;6. */
static bool digits_join(uint32_t c)
{
    return c != ';' && c != 0x37E && c != 0xFE14 && c != 0xFE54 && c != 0xFF1B;
}

/* The state news goes to instead of `to`, on code point c that ends at i. */
static unsigned news_state(unsigned from, unsigned to, struct joint *left,
                           uint32_t c, const uint8_t *p, size_t n, size_t i)
{
    switch (to) {
    case S_LETTER_MID:
        if (!letters_join(left, c, p, n, i)) return S_STOP;
        left->letters = 0;
        break;
    case S_NUMERIC_MID:
        if (!digits_join(c)) return S_STOP;
        break;
    case S_LOW_LINE: /* "___" is one mark; "نيوز_" is a word and a mark */
        if (from == S_LOW_LINE) break;
        return c == 0x202F ? S_STOP : S_LOW_LINE_MID; /* NNBSP is a space */
    case S_LETTER: /* 15عاما  الرابطhttp  لـCNN */
        if (from == S_NUMERIC && is_arabic(c)) return S_STOP;
        if (from == S_LETTER && is_arabic(c) != is_arabic(left->last))
            return S_STOP;
        break;
    case S_NUMERIC: /* عام2015  الـ24 */
        if (from == S_LETTER && is_arabic(left->last)) return S_STOP;
        break;
    default:
        break;
    }
    return from == S_LOW_LINE && to != S_LOW_LINE ? S_STOP : to;
}

/* ---- the walk ---- */
static inline size_t walk(const uint8_t *p, size_t n, size_t i, bool news,
                          unsigned *seen)
{
    uint32_t c;
    size_t at = i + text_decode(p + i, n - i, &c);
    const struct text_prop *prop = text_prop(c);
    unsigned state = first_state[prop->wb];
    bool after_zwj = prop->wb == WB_ZWJ;
    unsigned found = text_is_letter(prop)   ? SEEN_LETTER
                     : text_is_number(prop) ? SEEN_DIGIT
                                            : 0;
    struct joint left = { c, 1 };
    size_t end = at; /* of what is accepted */
    while (at < n) {
        size_t next = at + text_decode(p + at, n - at, &c);
        prop = text_prop(c);
        unsigned to = next_state[state][prop->wb];
        if (news && to != S_STOP && !text_stays(prop->wb))
            to = news_state(state, to, &left, c, p, n, next);
        if (to == S_STOP) {
            if (!after_zwj || !(prop->flags & PROP_PICTOGRAPH)
                || state >= S_PENDING)
                break;
            to = first_state[prop->wb]; /* WB3c */
        }
        state = to;
        after_zwj = prop->wb == WB_ZWJ;
        at = next;
        if (news && !text_stays(prop->wb) && state < S_PENDING) {
            left.last = c;
            left.letters++;
        }
        if (text_is_letter(prop)) found |= SEEN_LETTER;
        if (text_is_number(prop)) found |= SEEN_DIGIT;
        if (state < S_PENDING) end = at;
    }
    *seen = found;
    return end;
}

size_t walk_uax29(const uint8_t *p, size_t n, size_t i, unsigned *seen)
{
    return walk(p, n, i, false, seen);
}

size_t walk_news(const uint8_t *p, size_t n, size_t i, unsigned *seen)
{
    return walk(p, n, i, true, seen);
}

/* ---- what a segment is ---- */

/* Per cent, mille and ten thousand: punctuation to Unicode, symbols to UD and
 * to whoever reads numbers. */
static bool is_percent(uint32_t c)
{
    return c == '%' || c == 0x609 || c == 0x60A || c == 0x66A || c == 0x2030
           || c == 0x2031 || c == 0xFE6A || c == 0xFF05;
}

uint8_t walk_class(const uint8_t *p, size_t i, size_t end, unsigned seen)
{
    uint32_t c, second = 0;
    size_t next = i + text_decode(p + i, end - i, &c);
    const struct text_prop *prop = text_prop(c);
    if (next < end) text_decode(p + next, end - next, &second);
    if (prop->flags & PROP_EMOJI && prop->wb != WB_REGIONAL)
        return WQ_W_EMOJI;
    if (prop->wb == WB_REGIONAL) return second ? WQ_W_EMOJI : WQ_W_SYMBOL;
    /* A skin tone (Emoji_Modifier) makes an emoji of what is else a symbol. */
    if (second - 0x1F3FBu < 5 && prop->flags & PROP_PICTOGRAPH)
        return WQ_W_EMOJI;
    if (second == 0xFE0F) { /* emoji presentation; "1️⃣" */
        if (prop->flags & PROP_PICTOGRAPH) return WQ_W_EMOJI;
        size_t keycap = next + 3;
        uint32_t third = 0;
        if (keycap < end) text_decode(p + keycap, end - keycap, &third);
        if (third == 0x20E3) return WQ_W_EMOJI;
    }
    if (seen & SEEN_LETTER) return WQ_W_WORD;
    if (seen & SEEN_DIGIT) return WQ_W_NUMBER;
    if (text_is_punct(prop)) return is_percent(c) ? WQ_W_SYMBOL : WQ_W_PUNCT;
    if (text_is_symbol(prop)) return WQ_W_SYMBOL;
    return WQ_W_OTHER;
}
