/* block.h - words, 64 bytes at a time.  Internal to core/text.
 *
 * A block is 64 bytes that begin where a token may begin.  Three steps:
 *
 *   classify   bytes -> one 64-bit mask for each kind of byte, and the folded
 *              bytes; the only step that knows an instruction set
 *   resolve    masks -> where tokens begin and end, by arithmetic on whole
 *              masks (here, for all)
 *   emit       tokens -> columns, with no branch on what kind of token it is
 *
 * What this can do is nearly all of a news text: letters and digits below
 * U+0800 with their marks, punctuation (that of U+2000-203F too), white space,
 * and the joints of 1,234.5 and don't.  What it cannot is marked `hard`, and
 * the white-space delimited piece of text it stands in is left to the exact
 * walk (walk.c, news.c): the block is cut behind the last white space before
 * it.  So
 *
 *   - both lanes give the same tokens, because a bit below the cut depends on
 *     its two neighbours alone;
 *   - no token crosses a block and nothing is carried from one to the next. */
#ifndef WQ_TEXT_BLOCK_H
#define WQ_TEXT_BLOCK_H
#include "base/cpu.h"
#include "text/block_tables.h"
#include "text/walk.h"
#include <stdbool.h>
#include <string.h>
#include <warraq/plugin.h>

#define BLOCK 64

/* Bits of block_class.  Some of them together mean something of their own. */
enum {
    B_LETTER = 1,
    B_DIGIT = 2,
    B_MARK = 4,        /* Extend or Format: belongs to what stands before it */
    B_GAP = 8,         /* white space */
    B_LONE = 16,       /* punctuation or symbol, a token unless it joins */
    B_MID_LETTER = 32, /* B_LONE that joins letters */
    B_MID_NUM = 64,    /* B_LONE that joins digits */
    B_HARD = 128,      /* for the exact walk */
    B_SYMBOL = B_LONE | B_MARK,
    B_WATCH = B_LONE | B_GAP,    /* news: . : / & may join what it stands in */
    B_FILLER = B_LETTER | B_GAP, /* tatweel, which may be all of a word */
    B_HYPHEN = B_WATCH | B_MARK, /* news: - does so now and then */
};

/* What classify finds.  Both bytes of a two-byte code point carry its bits;
 * whatever lies behind the end of the text is white space.  Bits at and above
 * the lowest of `hard` mean nothing. */
struct block {
    uint64_t letter, digit, mark, gap, lone, mid_letter, mid_num, hard;
    uint64_t space;  /* spaces and line feeds: a block is cut behind one */
    uint64_t high;   /* bytes of 0x80 and above */
    uint64_t follow; /* continuation bytes */
    uint64_t arabic; /* bytes of 0xD8 and above: Arabic begins so */
};
/* Folded bytes of a block, each where its code point stands; 0: deleted. */
struct folded {
    uint8_t before[BLOCK]; /* read by short_hash */
    uint8_t bytes[BLOCK];
    uint8_t after[BLOCK];
};

/* What resolve makes of it, all below the cut. */
struct tokens {
    uint64_t inside;     /* tokens: bits of one that touch are one, save lone */
    uint64_t begin, end; /* first and last byte of each token */
    uint64_t number;     /* at the last byte of a token of digits */
    uint64_t lone, symbol; /* at the bytes of lone marks, of symbols */
    unsigned cut;          /* bytes done with */
    unsigned stop;         /* of the first byte for the exact walk, or BLOCK */
};

static inline uint64_t below(unsigned bit)
{
    return bit < 64 ? ((uint64_t)1 << bit) - 1 : ~(uint64_t)0;
}
static inline unsigned lowest(uint64_t x) /* x not 0 */
{
    return (unsigned)__builtin_ctzll(x);
}
static inline unsigned highest(uint64_t x) /* x not 0 */
{
    return 63u - (unsigned)__builtin_clzll(x);
}

/* Behind the last space or line feed before `stop`. */
static inline unsigned cut_before(const struct block *b, unsigned stop)
{
    uint64_t space = b->space & below(stop);
    return space ? highest(space) + 1 : 0;
}

/* Does news certainly join letters over the apostrophe p[at..behind)?  Not
 * where it parts: l'|eau, or between Arabic quotation marks. */
static inline bool is_plain_apostrophe(const uint8_t *p, size_t at,
                                       size_t behind)
{
    return p[at - 1] < 0x80 && p[behind] < 0x80
           && !(block_vowels >> (p[behind] & 0x1F) & 1);
}

/* Adds what begins with the bytes E2 80: quotation marks, dashes, the ellipsis
 * and the apostrophe of don’t.  A code point that does not end in the block,
 * nor one byte before its end, stays hard. */
static inline void add_general_punctuation(struct block *b, bool news,
                                           const uint8_t *p)
{
    uint64_t left = b->hard & b->high & ~b->follow & below(BLOCK - 3);
    for (; left; left &= left - 1) {
        unsigned j = lowest(left);
        uint64_t bits = (uint64_t)7 << j;
        if (p[j] != 0xE2 || p[j + 1] != 0x80
            || (b->follow & bits) != (uint64_t)6 << j)
            continue;
        unsigned kind = block_general[news][p[j + 2] & 0x3F];
        uint64_t word = b->letter | b->digit | b->mark;
        if (kind & B_MID_LETTER && (word << 1 & word >> 3) >> j & 1) {
            bool letters = (b->letter << 1 & b->letter >> 3) >> j & 1;
            kind = letters && (!news || is_plain_apostrophe(p, j, j + 3))
                       ? B_LETTER
                       : B_HARD;
        }
        if (kind & B_HARD) continue;
        b->hard &= ~bits;
        b->arabic &= ~bits;
        if (kind & B_LETTER) b->letter |= bits;
        if (kind & B_LONE) b->lone |= bits;
        if ((kind & B_SYMBOL) == B_SYMBOL) b->mark |= bits;
    }
}

/* May news_token see the word p[from..at) otherwise than blocks do, for the
 * mark p[at] that follows or is in it?  No false no: the tables tell the words
 * of the lists in news.c by their first and last letters. */
static inline bool is_doubtful(const uint8_t *p, size_t from, size_t at)
{
    unsigned head = p[from], tail = p[at - 1] & 0x1F;
    switch (p[at]) {
    case '\'':
        return !is_plain_apostrophe(p, at, at + 1);
    case '.': /* Mr.  No. 5  J. Doe */
        return head >= 0x80 || at - from == 1
               || block_shortened[head & 0x1F] >> tail & 1;
    case '-': /* co-star  F-16  1-2-2015 */
        return (head | p[at - 1]) >= 0x80 || text_is_ascii_digit(p[at - 1])
               || text_is_ascii_digit(p[at + 1])
               || block_prefixes[head & 0x1F] >> tail & 1;
    default: /* 5km */
        return true;
    }
}

/* The first of the bytes `doubtful` whose token news_token sees otherwise, or
 * BLOCK. */
static inline unsigned first_other(uint64_t doubtful, const struct tokens *t,
                                   const uint8_t *p, size_t n, size_t i)
{
    for (; doubtful; doubtful &= doubtful - 1) {
        unsigned at = lowest(doubtful);
        unsigned from = highest(t->begin & below(at));
        unsigned to = lowest(t->end & ~below(from)) + 1;
        uint8_t cls;
        if (!is_doubtful(p, i + from, i + at)) continue;
        if (news_token(p, n, i + from, &cls) != i + to || cls > WQ_W_NUMBER)
            return at;
    }
    return BLOCK;
}

/* Tokens of the block at p[i], at most `room` of them, room > 0. */
static inline struct tokens resolve(const struct block *b, bool news,
                                    const uint8_t *p, size_t n, size_t i,
                                    size_t room)
{
    uint64_t digit = b->digit, mark = b->mark & ~b->lone;
    uint64_t letter = b->letter;
    uint64_t run = letter | digit | mark; /* WB5, 8, 9, 10; WB4 */
    uint64_t watch = b->gap & b->lone;
    uint64_t hard = b->hard;

    /* WB6/7 and 11/12: one-byte joints with their own kind at both sides. */
    uint64_t between = run << 1 & run >> 1;
    uint64_t mid = b->mid_letter | b->mid_num;
    uint64_t joint = b->mid_num & digit << 1 & digit >> 1;
    uint64_t over = b->mid_letter & letter << 1 & letter >> 1, doubtful = 0;
    if (news) {
        uint64_t hyphen = watch & b->mark & between;
        uint64_t arabic = (b->arabic | b->arabic << 1) & ~digit;
        uint64_t dots = watch & b->mid_letter & joint;
        over &= ~(watch | b->high << 1 | b->high >> 1);
        doubtful = over | (hyphen & (digit << 1 | ~(b->high << 1)))
                   | (letter & digit << 1); /* l'eau  co-star  5km */
        /* bbc.com  U.S.  9:05  1/2  AT&T  F-16 */
        hard |= (watch | b->mid_letter) & between & ~(joint | over | hyphen);
        hard |= watch & watch >> 1;                      /* :/ .. -- */
        hard |= run & run << 1 & (arabic ^ arabic << 1); /* عام2015 */
        /* 12.5.2015: one or two digits of one or two bytes between stops */
        hard |= dots & (dots << 2 | dots << 3 | dots << 4 | dots << 5);
    }
    joint |= over;
    /* Joints behind a mark, and those of two bytes. */
    hard |= mid & run >> 1 & (mark << 1 | b->high);

    uint64_t word = run | joint, lone = b->lone & ~joint;
    struct tokens t;
    t.begin = (word & ~(word << 1)) | (lone & ~b->follow);
    t.end = (word & ~(word >> 1)) | (lone & ~(b->follow >> 1));
    hard |= t.begin & (mark | (letter & b->gap));

    /* A branch, seldom taken, so that the next block can begin before the rest
     * of this one is known. */
    t.stop = BLOCK;
    t.cut = cut_before(b, BLOCK);
    if (hard & below(t.cut)) {
        t.stop = lowest(hard);
        t.cut = cut_before(b, t.stop);
    }
    if (news) {
        /* Mr.  No. 5 */
        uint64_t shorts = t.begin << 1 | t.begin << 2 | t.begin << 3
                          | t.begin << 4;
        doubtful |= watch & b->mid_letter & letter << 1 & shorts;
        unsigned other = first_other(doubtful & below(t.cut), &t, p, n, i);
        if (other < BLOCK) {
            t.stop = other;
            t.cut = cut_before(b, other);
        }
    }
    t.lone = lone;
    t.symbol = lone & b->mark & ~b->gap;
    t.begin &= below(t.cut);
    t.end &= below(t.cut);
    while (room < BLOCK && (size_t)__builtin_popcountll(t.end) > room) {
        t.end &= ~((uint64_t)1 << highest(t.end));
        t.cut = highest(t.end) + 1;
        t.begin &= below(t.cut);
        t.stop = BLOCK;
    }
    /* A carry runs up from each beginning as far as there is no letter. */
    uint64_t rest = word & ~letter;
    t.number = rest & ~(rest + (rest & t.begin));
    t.inside = (word | lone) & below(t.cut);
    return t;
}

/* Blocks are classified and resolved by so many, then emitted: a branch of emit
 * that was foreseen wrongly would else throw away the work on the next
 * block. */
#define BATCH 16

/* A block between resolve and emit. */
struct resolved {
    struct tokens t;
    size_t at;
    struct folded folded;
};

/* Writes the tokens of p[*at..n), *at < n, to out, at most cap of them, cap >
 * 0, and moves *at behind them.  Stops at the end, at the cap, or where the
 * exact walk has to go on up to *need, else 0.  Returns how many.  [any] */
typedef size_t block_words(bool news, const uint8_t *p, size_t n, size_t *at,
                           const wq_words *out, size_t cap, size_t *need);
block_words block_words_plain, block_words_avx2, block_words_avx512;
#endif
