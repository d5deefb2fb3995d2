/* oracle.c - see oracle.h. */
#include "oracle.h"
#include "text/props.h"
#include <string.h>

void oracle_read(struct oracle *o, const char *p, size_t n)
{
    o->n = 0;
    for (size_t i = 0; i < n;) {
        o->at[o->n] = i;
        i += text_decode((const uint8_t *)p + i, n - i, &o->c[o->n++]);
    }
    o->at[o->n] = n;
}

static unsigned gb(const struct oracle *o, size_t i)
{
    return text_prop(o->c[i])->gb;
}

/* ---- UAX #29 s. 3.1.1 ---- */
bool oracle_grapheme(const struct oracle *o, size_t i)
{
    unsigned a = gb(o, i - 1), b = gb(o, i);
    if (a == GB_CR && b == GB_LF) return false;                      /* GB3 */
    if (a == GB_CONTROL || a == GB_CR || a == GB_LF) return true;    /* GB4 */
    if (b == GB_CONTROL || b == GB_CR || b == GB_LF) return true;    /* GB5 */
    if (a == GB_L && (b == GB_L || b == GB_V || b == GB_LV || b == GB_LVT))
        return false;                                                /* GB6 */
    if ((a == GB_LV || a == GB_V) && (b == GB_V || b == GB_T)) return false;
    if ((a == GB_LVT || a == GB_T) && b == GB_T) return false;       /* GB8 */
    if (b == GB_EXTEND || b == GB_ZWJ) return false;                 /* GB9 */
    if (b == GB_SPACING_MARK) return false;                          /* GB9a */
    if (a == GB_PREPEND) return false;                               /* GB9b */
    if (a == GB_ZWJ && b == GB_PICTOGRAPH) {                         /* GB11 */
        size_t k = i - 1;
        while (k > 0 && gb(o, k - 1) == GB_EXTEND) k--;
        if (k > 0 && gb(o, k - 1) == GB_PICTOGRAPH) return false;
    }
    if (b == GB_REGIONAL) {                                     /* GB12, 13 */
        size_t k = i;
        while (k > 0 && gb(o, k - 1) == GB_REGIONAL) k--;
        if ((i - k) % 2 == 1) return false;
    }
    return true;                                                     /* GB999 */
}

/* ---- UAX #29 s. 4.1.1 ---- */
#define NONE SIZE_MAX

static unsigned wb(const struct oracle *o, size_t i)
{
    return i == NONE ? WB_CLASSES : text_prop(o->c[i])->wb;
}
static bool is_line(unsigned w)
{
    return w == WB_CR || w == WB_LF || w == WB_NEWLINE;
}
static bool is_ignored(unsigned w) /* by WB4 */
{
    return w == WB_EXTEND || w == WB_FORMAT || w == WB_ZWJ;
}
static bool is_letter(unsigned w) { return w == WB_LETTER || w == WB_HEBREW; }

/* The code point that counts before i: what WB4 ignores belongs to the one it
 * follows, and stands for itself at the front of a line. */
static size_t word_before(const struct oracle *o, size_t i)
{
    if (i == NONE || i == 0) return NONE;
    size_t k = i - 1;
    while (is_ignored(wb(o, k)) && k > 0 && !is_line(wb(o, k - 1))) k--;
    return k;
}
static size_t word_after(const struct oracle *o, size_t i)
{
    for (i++; i < o->n; i++)
        if (!is_ignored(wb(o, i))) return i;
    return NONE;
}

bool oracle_word(const struct oracle *o, size_t i)
{
    unsigned a = wb(o, i - 1), b = wb(o, i);
    if (a == WB_CR && b == WB_LF) return false;                      /* WB3 */
    if (is_line(a) || is_line(b)) return true;                       /* 3a b */
    if (a == WB_ZWJ && text_prop(o->c[i])->flags & PROP_PICTOGRAPH)
        return false;                                                /* WB3c */
    if (a == WB_SPACE && b == WB_SPACE) return false;                /* WB3d */
    if (is_ignored(b)) return false;                                 /* WB4 */
    size_t p = word_before(o, i), pp = word_before(o, p);
    unsigned before = wb(o, p), far = wb(o, pp);
    unsigned after = wb(o, word_after(o, i));
    bool mid_letter = b == WB_MID_LETTER || b == WB_MID_NUM_LET
                      || b == WB_SINGLE_QUOTE;
    bool was_mid_letter = before == WB_MID_LETTER || before == WB_MID_NUM_LET
                          || before == WB_SINGLE_QUOTE;
    bool mid_num = b == WB_MID_NUM || b == WB_MID_NUM_LET
                   || b == WB_SINGLE_QUOTE;
    bool was_mid_num = before == WB_MID_NUM || before == WB_MID_NUM_LET
                       || before == WB_SINGLE_QUOTE;
    if (is_letter(before) && is_letter(b)) return false;             /* WB5 */
    if (is_letter(before) && mid_letter && is_letter(after)) return false;
    if (is_letter(far) && was_mid_letter && is_letter(b)) return false;
    if (before == WB_HEBREW && b == WB_SINGLE_QUOTE) return false;   /* WB7a */
    if (before == WB_HEBREW && b == WB_DOUBLE_QUOTE && after == WB_HEBREW)
        return false;                                                /* WB7b */
    if (far == WB_HEBREW && before == WB_DOUBLE_QUOTE && b == WB_HEBREW)
        return false;                                                /* WB7c */
    bool number = b == WB_NUMERIC, was_number = before == WB_NUMERIC;
    if (was_number && number) return false;                          /* WB8 */
    if (is_letter(before) && number) return false;                   /* WB9 */
    if (was_number && is_letter(b)) return false;                    /* WB10 */
    if (far == WB_NUMERIC && was_mid_num && number) return false;    /* WB11 */
    if (was_number && mid_num && after == WB_NUMERIC) return false;  /* WB12 */
    if (before == WB_KATAKANA && b == WB_KATAKANA) return false;     /* WB13 */
    bool low = b == WB_EXTEND_NUM_LET, was_low = before == WB_EXTEND_NUM_LET;
    if ((is_letter(before) || was_number || before == WB_KATAKANA || was_low)
        && low)
        return false;                                                /* 13a */
    if (was_low && (is_letter(b) || number || b == WB_KATAKANA)) return false;
    if (before == WB_REGIONAL && b == WB_REGIONAL) {            /* WB15, 16 */
        size_t run = 0;
        for (; wb(o, p) == WB_REGIONAL; p = word_before(o, p)) run++;
        if (run % 2 == 1) return false;
    }
    return true;                                                     /* WB999 */
}

/* ---- UAX #29 s. 5.1 ---- */
static unsigned sb(const struct oracle *o, size_t i)
{
    return i == NONE ? SB_CLASSES : text_prop(o->c[i])->sb;
}
static bool is_para(unsigned s)
{
    return s == SB_SEP || s == SB_CR || s == SB_LF;
}
static bool is_term(unsigned s) { return s == SB_ATERM || s == SB_STERM; }
static bool is_stuck(unsigned s) { return s == SB_EXTEND || s == SB_FORMAT; }

static size_t sentence_before(const struct oracle *o, size_t i)
{
    if (i == NONE || i == 0) return NONE;
    size_t k = i - 1;
    while (is_stuck(sb(o, k)) && k > 0 && !is_para(sb(o, k - 1))) k--;
    return k;
}

/* Where `ATerm Close* Sp*` or `SATerm Close* Sp*` that ends at code point k
 * begins, NONE if nothing of the kind does; *spaces, *closes: what was met. */
static size_t terminator(const struct oracle *o, size_t k, bool *spaces)
{
    *spaces = false;
    for (; sb(o, k) == SB_SP; k = sentence_before(o, k)) *spaces = true;
    while (sb(o, k) == SB_CLOSE) k = sentence_before(o, k);
    return is_term(sb(o, k)) ? k : NONE;
}

/* SB8: a lower-case letter comes before any letter, separator or terminator. */
static bool goes_on_small(const struct oracle *o, size_t i)
{
    for (; i < o->n; i++) {
        unsigned s = sb(o, i);
        if (s == SB_LOWER) return true;
        if (s == SB_OLETTER || s == SB_UPPER || is_para(s) || is_term(s))
            return false;
    }
    return false;
}

bool oracle_sentence(const struct oracle *o, size_t i)
{
    unsigned a = sb(o, i - 1), b = sb(o, i);
    if (a == SB_CR && b == SB_LF) return false;                      /* SB3 */
    if (is_para(a)) return true;                                     /* SB4 */
    if (is_stuck(b)) return false;                                   /* SB5 */
    size_t p = sentence_before(o, i);
    unsigned before = sb(o, p), far = sb(o, sentence_before(o, p));
    if (before == SB_ATERM && b == SB_NUMERIC) return false;         /* SB6 */
    if ((far == SB_UPPER || far == SB_LOWER) && before == SB_ATERM
        && b == SB_UPPER)
        return false;                                                /* SB7 */
    bool spaces;
    size_t term = terminator(o, p, &spaces);
    if (term == NONE) return false;                                  /* 998 */
    if (sb(o, term) == SB_ATERM && goes_on_small(o, i)) return false;/* SB8 */
    if (b == SB_SCONTINUE || is_term(b)) return false;               /* SB8a */
    if (!spaces && b == SB_CLOSE) return false;                      /* SB9 */
    if (b == SB_SP || is_para(b)) return false;                 /* SB9, 10 */
    return true;                                                     /* SB11 */
}

/* ---- UAX #15 ---- */
enum { RAW = 0x110000 }; /* + a byte that is part of no sequence */

static unsigned class_of(uint32_t c) { return c < RAW ? text_prop(c)->ccc : 0; }

static size_t decomposed(uint32_t c, uint32_t *out)
{
    if (c >= 0xAC00 && c < 0xAC00 + 11172) {
        uint32_t s = c - 0xAC00;
        out[0] = 0x1100 + s / 588;
        out[1] = 0x1161 + s % 588 / 28;
        out[2] = 0x11A7 + s % 28;
        return s % 28 ? 3 : 2;
    }
    size_t block = c >> 6, at = 0;
    if (c < RAW) {
        if (block >= TEXT_NFD_BLOCKS) block = TEXT_NFD_BLOCKS - 1;
        at = text_nfd_stage2[(size_t)text_nfd_stage1[block] << 6 | (c & 63)];
    }
    if (!at) {
        out[0] = c;
        return 1;
    }
    memcpy(out, text_nfd_pool + at + 1, text_nfd_pool[at] * sizeof *out);
    return text_nfd_pool[at];
}

static uint32_t composed(uint32_t a, uint32_t b)
{
    if (a >= 0x1100 && a < 0x1113 && b >= 0x1161 && b < 0x1176)
        return 0xAC00 + ((a - 0x1100) * 21 + (b - 0x1161)) * 28;
    if (a >= 0xAC00 && a < 0xAC00 + 11172 && (a - 0xAC00) % 28 == 0
        && b > 0x11A7 && b < 0x11C3)
        return a + (b - 0x11A7);
    for (size_t i = 0; i < TEXT_PAIRS; i++)
        if (text_pairs[i].first == a && text_pairs[i].second == b)
            return text_pairs[i].composed;
    return 0;
}

size_t oracle_nfc(const struct oracle *o, const char *p, char *out)
{
    static uint32_t x[ORACLE_MAX * 4];
    size_t n = 0, k = 0, bytes = 0;
    for (size_t i = 0; i < o->n; i++) {
        bool is_raw = o->c[i] == TEXT_REPLACEMENT && o->at[i + 1] - o->at[i] == 1;
        uint32_t c = o->c[i];
        if (is_raw) c = (uint32_t)RAW + (uint8_t)p[o->at[i]];
        n += decomposed(c, x + n);
    }
    for (bool again = true; again;) { /* D109 */
        again = false;
        for (size_t i = 0; i + 1 < n; i++)
            if (class_of(x[i]) > class_of(x[i + 1]) && class_of(x[i + 1])) {
                uint32_t t = x[i];
                x[i] = x[i + 1];
                x[i + 1] = t;
                again = true;
            }
    }
    for (size_t i = 0; i < n; i++) { /* D117; x[0..k) is what is left so far */
        uint32_t made = 0;
        size_t starter = k;
        while (starter > 0 && class_of(x[starter - 1])) starter--;
        if (starter > 0) {
            bool is_blocked = false; /* D115 */
            for (size_t j = starter; j < k; j++)
                is_blocked |= class_of(x[j]) >= class_of(x[i]);
            if (!is_blocked) made = composed(x[starter - 1], x[i]);
        }
        if (made) x[starter - 1] = made;
        else x[k++] = x[i];
    }
    for (size_t i = 0; i < k; i++)
        if (x[i] >= RAW) out[bytes++] = (char)(x[i] - RAW);
        else bytes += text_encode(x[i], (uint8_t *)out + bytes);
    return bytes;
}
