/* words.c - words as columns: where, what, and the hash of the folded form.
 *
 * Two lanes.  The fast one takes what nearly all of a news text is made of:
 * letters below U+0800 (with their marks) or digits, up to a character that
 * cannot join them to anything, and single marks of punctuation.  It folds
 * while it walks, one table load a code point, and hashes what it folded.
 * Whatever is more than that goes through the state table of walk.c, in news
 * through news.c.  Both lanes give the same words. */
#define XXH_INLINE_ALL
#include "text/text.h"
#include "text/walk.h"
#include <stdbool.h>
#include <string.h>
#include <xxhash.h>

/* Folded bytes the fast lane holds; a longer word takes the other one. */
#define LANE 128

/* Sets of word break classes, as bits. */
#define IN(set, wb) ((unsigned)(set) >> (wb) & 1u)
#define BIT(wb)     (1u << (wb))
enum {
    LETTER_RUN = BIT(WB_LETTER) | BIT(WB_EXTEND) | BIT(WB_FORMAT),
    DIGIT_RUN = BIT(WB_NUMERIC) | BIT(WB_EXTEND) | BIT(WB_FORMAT),
    /* What joins neither letters nor digits to anything. */
    HARD = BIT(WB_OTHER) | BIT(WB_CR) | BIT(WB_LF) | BIT(WB_NEWLINE)
           | BIT(WB_SPACE) | BIT(WB_DOUBLE_QUOTE),
    ENDS_LETTERS = HARD | BIT(WB_MID_NUM),
    ENDS_DIGITS = HARD | BIT(WB_MID_LETTER),
    /* Joins letters if a letter follows. */
    SOFT = BIT(WB_MID_NUM_LET) | BIT(WB_MID_LETTER) | BIT(WB_SINGLE_QUOTE),
    LONE = BIT(WB_OTHER) | BIT(WB_DOUBLE_QUOTE) | BIT(WB_MID_NUM) | SOFT,
    STAYS = BIT(WB_EXTEND) | BIT(WB_FORMAT) | BIT(WB_ZWJ)
};

/* The table entry of the code point at p[i], or NULL if it is not one or two
 * whole bytes; *bytes is its length. */
static inline const struct text_low *low_at(const uint8_t *p, size_t n,
                                            size_t i, size_t *bytes)
{
    unsigned b = p[i];
    if (b < 0x80) {
        *bytes = 1;
        return &text_low[b];
    }
    if (b - 0xC2u >= 0xE0 - 0xC2 || i + 1 >= n) return NULL;
    *bytes = 2;
    return &text_low[(b & 0x1F) << 6 | (p[i + 1] & 0x3Fu)];
}

static unsigned wb_at(const uint8_t *p, size_t n, size_t i)
{
    uint32_t c;
    text_decode(p + i, n - i, &c);
    return text_prop(c)->wb;
}

/* Does the run p[start..at) of letters (digits) certainly end at `at`? */
static inline bool run_ends(bool news, bool digits, const uint8_t *p, size_t n,
                            size_t start, size_t at)
{
    if (at == n) return true;
    unsigned b = p[at];
    if (b == ' ') return true;
    size_t bytes;
    const struct text_low *low = low_at(p, n, at, &bytes);
    unsigned wb = low ? low->cls & LOW_WB : wb_at(p, n, at);
    if (news && b < 0x80) {
        /* E-mail addresses, addresses, AT&T, F-16; dates, times; "St." "د." */
        if (p[start] < 0x80
            && (b == '@' || b == '-' || b == '+' || b == '%' || b == '&'))
            return false;
        if (digits && (b == '/' || b == '-')) return false;
        if (b == ':' && (digits || (at + 1 < n && p[at + 1] == '/')))
            return false;
        if (b == '.' && at - start <= 4) return false;
    }
    if (IN(digits ? ENDS_DIGITS : ENDS_LETTERS, wb)) return true;
    if (digits || !IN(SOFT, wb)) return false;
    size_t after = at + (low ? bytes : 3);
    return after >= n
           || (p[after] < 0x80 && !text_is_ascii_letter(p[after]));
}

/* A code point that is a token alone: a mark of punctuation, with nothing
 * attached to it.  As fast_word. */
static inline size_t lone_mark(bool news, bool hashed, const uint8_t *p,
                               size_t n, size_t i, const struct text_low *low,
                               size_t bytes, uint8_t *cls, uint64_t *hash)
{
    size_t end = i + bytes;
    if (news && (p[i] == '.' || p[i] == '-' || p[i] == '#' || p[i] == '@'))
        return 0;
    if (end < n && p[end] >= 0x80 && IN(STAYS, wb_at(p, n, end))) return 0;
    *cls = walk_class(p, i, end, low->cls & (LOW_LETTER | LOW_DIGIT));
    if (*cls == WQ_W_OTHER) return 0;
    if (hashed) *hash = XXH3_64bits(low->out, low->n);
    return end;
}

/* The fast lane.  Returns the end of the word at p[i], its class and, if
 * hashed, its hash; 0 if it takes the other lane. */
static inline size_t fast_word(bool news, bool hashed, const uint8_t *p,
                               size_t n, size_t i, uint8_t *cls, uint64_t *hash)
{
    uint8_t folded[LANE + 2]; /* two bytes are written, of which 0 .. 2 count */
    size_t k = 0, at = i, bytes;
    const struct text_low *low = low_at(p, n, i, &bytes);
    if (!low || low->n > 2) return 0;
    unsigned wb = low->cls & LOW_WB;
    if (IN(LONE, wb))
        return lone_mark(news, hashed, p, n, i, low, bytes, cls, hash);
    bool digits = wb == WB_NUMERIC;
    if (!digits && wb != WB_LETTER) return 0;
    if (news && !low->n) return 0; /* a tatweel in front */
    unsigned run = digits ? DIGIT_RUN : LETTER_RUN, sides = 0;
    do {
        if (low->n > 2 || k >= LANE) return 0;
        sides |= 1u << (p[at] >= 0xD8); /* Arabic begins with D8 .. DB */
        if (hashed) memcpy(folded + k, low->out, 2);
        k += low->n;
        at += bytes;
        if (at >= n) break;
        low = low_at(p, n, at, &bytes);
    } while (low && IN(run, low->cls & LOW_WB));
    if (news && sides == 3) return 0; /* لـCNN, 5٣ */
    if (!run_ends(news, digits, p, n, i, at)) return 0;
    *cls = digits ? WQ_W_NUMBER : WQ_W_WORD;
    if (hashed) *hash = XXH3_64bits(folded, k);
    return at;
}

/* The other lane: the end of the segment at p[i] and its class; *skip: it is no
 * token. */
static size_t slow_word(bool news, const uint8_t *p, size_t n, size_t i,
                        uint8_t *cls, bool *skip)
{
    if (news) {
        size_t end = news_token(p, n, i, cls);
        *skip = *cls == WQ_W_OTHER;
        return end;
    }
    unsigned seen;
    uint32_t c;
    size_t end = walk_uax29(p, n, i, &seen);
    text_decode(p + i, n - i, &c);
    *skip = text_prop(c)->flags & PROP_SPACE;
    /* Marks on a space belong to it (WB4), and the space is behind us. */
    if (i && p[i - 1] == ' ' && IN(STAYS, text_prop(c)->wb)) *skip = true;
    *cls = walk_class(p, i, end, seen);
    return end;
}

static inline size_t words(bool news, bool hashed, const uint8_t *p, size_t n,
                           size_t *at, const wq_words *out, size_t cap)
{
    size_t i = *at, k = 0;
    while (i < n && k < cap) {
        if (p[i] == ' ') {
            i++;
            continue;
        }
        uint8_t cls;
        uint64_t hash = 0;
        size_t end = fast_word(news, hashed, p, n, i, &cls, &hash);
        if (!end) {
            bool skip;
            end = slow_word(news, p, n, i, &cls, &skip);
            if (skip) {
                i = end;
                continue;
            }
            if (hashed) hash = text_fold_hash((const char *)p + i, end - i);
        }
        out->begin[k] = (uint32_t)i;
        out->end[k] = (uint32_t)end;
        if (out->cls) out->cls[k] = cls;
        if (hashed) out->hash[k] = hash;
        k++;
        i = end;
    }
    *at = i;
    return k;
}

size_t text_words(uint32_t mode, const char *text, size_t n, size_t *at,
                  const wq_words *out, size_t cap)
{
    const uint8_t *p = (const uint8_t *)text;
    if (mode == WQ_WORDS_UAX29)
        return out->hash ? words(false, true, p, n, at, out, cap)
                         : words(false, false, p, n, at, out, cap);
    return out->hash ? words(true, true, p, n, at, out, cap)
                     : words(true, false, p, n, at, out, cap);
}

size_t text_segment_uax29(const char *text, size_t n, size_t at)
{
    unsigned seen;
    return walk_uax29((const uint8_t *)text, n, at, &seen);
}
