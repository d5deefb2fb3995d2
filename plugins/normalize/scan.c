/* scan.c - the vector search.  See scan.h.
 *
 * Nearly all of a text needs nothing.  So 16 bytes at a time are looked at, in
 * three steps, each for what the one before let through:
 *
 *   is_rare      bytes that Arabic and English prose hardly has
 *   is_suspect   pairs and triples of bytes that begin something to rewrite
 *   needs_work   the character itself, decoded, and its neighbours
 *
 * A step may say yes for nothing, never no. */
#include "scan.h"
#include "kinds.h"
#include <string.h>

typedef unsigned char bytes16 __attribute__((vector_size(16)));

enum { BEFORE = 2, BLOCK = 16, BEHIND = 3 }; /* bytes seen at a time */

static bytes16 load(const char *p)
{
    bytes16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static int any(bytes16 v)
{
    uint64_t half[2];
    memcpy(half, &v, sizeof half);
    return (half[0] | half[1]) != 0;
}

/* Which bytes are of lo .. hi? */
#define IN(v, lo, hi) ((bytes16)((bytes16)((v) - (lo)) <= (hi) - (lo)))
#define IS(v, c)      ((bytes16)((v) == (c)))

/* Letters U+0600..U+067F begin with D8 or D9; every other lead byte is rare,
 * and so are marks, tatweel and controls. */
static int is_rare(const char *p, int has_digits)
{
    bytes16 a = load(p), b = load(p + 1);
    bytes16 hit = (bytes16)(a >= 0xC0) & (bytes16)((a & 0xFE) != 0xD8);
    hit |= IS(a, 0xD9) & (IS(b, 0x80) | IN(b, 0x8B, 0x9F) | IS(b, 0xB0));
    hit |= IS(a, 0xD8) & IN(b, 0x90, 0x9C) & (bytes16)(b != 0x9B);
    hit |= (bytes16)(a < 0x20) & (bytes16)(a != '\n');
    hit |= IS(a, 0x7F);
    hit |= IS(a, ' ') & (bytes16)(b <= ' ');
    if (has_digits) hit |= IS(a, 0xD9) & IN(b, 0xA0, 0xAC);
    return any(hit);
}

/* Which bytes begin an Arabic mark with a place of its own among marks (tanwin
 * to sukun; superscript alef)? */
static bytes16 are_marks(bytes16 a, bytes16 b)
{
    return IS(a, 0xD9) & (IN(b, 0x8B, 0x92) | IS(b, 0xB0));
}

/* Looks at p[-2 .. 19). */
static int is_suspect(const struct rules *rules, const char *p)
{
    bytes16 a = load(p), b = load(p + 1), c = load(p + 2);
    bytes16 hit = (bytes16)(a < 0x20) & (bytes16)(a != '\n')
                  & (bytes16)(a != '\t');
    hit |= IS(a, 0x7F);
    hit |= (IS(a, ' ') | IS(a, '\t')) & (bytes16)(b <= ' ');
    hit |= IS(a, 0xC2) & (IN(b, 0x80, 0xA0) | IS(b, 0xAD));
    hit |= IS(a, 0xD9) & IS(b, 0x80);
    hit |= IS(a, 0xD8) & IS(b, 0x9C);
    hit |= IS(a, 0xE1) & (IS(b, 0x9A) | IS(b, 0xA0));
    hit |= IS(a, 0xE2) & ((IS(b, 0x80) & (IN(c, 0x80, 0x8F) | IN(c, 0xA8, 0xAF)))
                          | (IS(b, 0x81) & (bytes16)(c >= 0x9F)));
    hit |= IS(a, 0xE3) & IS(b, 0x80) & IS(c, 0x80);
    hit |= IS(a, 0xEF) & (IN(b, 0x80, 0x83) | IN(b, 0xAC, 0xBB)
                          | (IS(b, 0xBF) & (bytes16)(c >= 0xB9)));
    hit |= (bytes16)(a >= 0xF0) & IS(c, 0xBF); /* U+1FFFE and the like */
    if (any(IS(a, 0xD9))) {
        bytes16 marks = are_marks(a, b);
        hit |= marks & (bytes16)(load(p - 1) < 0x80);
        hit |= marks & are_marks(load(p - 2), load(p - 1));
        if (rules->on[RULE_TANWIN]) hit |= marks & IS(b, 0x8B);
        if (rules->on[RULE_DIGITS]) hit |= IS(a, 0xD9) & IN(b, 0xA0, 0xAC);
    }
    if (rules->on[RULE_DIGITS]) hit |= IS(a, 0xDB) & IN(b, 0xB0, 0xB9);
    return any(hit);
}

/* Could one of the 16 bytes at p begin something that is not in NFC, or takes
 * part in it?  Latin, Greek and Cyrillic letters are safe, Arabic ones too, and
 * a single Arabic mark; two in a row may be out of order (UAX #15: combining
 * class 0 and Quick_Check=Yes).  Looks at p[0 .. 19). */
static int is_doubtful(const char *p)
{
    bytes16 a = load(p), b = load(p + 1);
    bytes16 hit = IN(a, 0xCC, 0xCD);
    hit |= IS(a, 0xD2) & (bytes16)(b < 0x8A); /* U+0483: Cyrillic marks */
    hit |= IN(a, 0xD6, 0xD7) | IN(a, 0xDC, 0xDD);
    hit |= IS(a, 0xD8) & IN(b, 0x90, 0x9A);
    hit |= IS(a, 0xD9) & IN(b, 0x93, 0x9F);
    hit |= IS(a, 0xDB) & IN(b, 0x96, 0xAD);
    hit |= (bytes16)(a >= 0xDE) & (bytes16)(a != 0xE2);
    hit |= IS(a, 0xCE) & (bytes16)(b < 0x88); /* U+0374, U+037E, U+0387 */
    hit |= IS(a, 0xE2) & (bytes16)(b >= 0x83) & (bytes16)(b != 0x96)
           & (bytes16)(b != 0x97);
    hit |= IS(a, 0xE2) & IS(b, 0x80) & (bytes16)(load(p + 2) <= 0x81);
    if (any(IS(a, 0xD9)))
        hit |= are_marks(a, b) & are_marks(load(p + 2), load(p + 3));
    return any(hit);
}

/* Does U+06CC or U+06A9 begin among the 16 bytes at p? */
static int has_persian(const char *p)
{
    bytes16 a = load(p), b = load(p + 1);
    return any((IS(a, 0xDB) & IS(b, 0x8C)) | (IS(a, 0xDA) & IS(b, 0xA9)));
}

/* Is the mark at p[i] one to rewrite: behind no letter, or behind a mark? */
static int is_odd_mark(const struct rules *rules, const char *p, size_t i,
                       uint32_t c)
{
    size_t bytes;
    if (rules->on[RULE_TANWIN] && c == 0x64B) return 1;
    if (!rules->on[RULE_MARKS]) return 0;
    return !i || (unsigned char)p[i - 1] < 0x80 ||
           kind_of(decode_before(p, i, &bytes)) == MARK;
}

/* A lone blank is fine, and so is a mark on a letter. */
static int needs_work(const struct rules *rules, const char *p, size_t i,
                      size_t n)
{
    size_t bytes;
    uint32_t c = decode(p, i, &bytes);
    switch (kind_of(c)) {
    case PLAIN:
    case LF: return 0;
    case BLANK: return i + 1 == n || (unsigned char)p[i + 1] <= ' ';
    case MARK: return is_odd_mark(rules, p, i, c);
    case DIGIT: return rules->on[RULE_DIGITS] != DIGITS_KEEP;
    case SPACE:
    case LINE_END:
    case CONTROL:
    case DIRECTION:
    case INVISIBLE:
    case JOINER:
    case TATWEEL:
    case FORM:
    case BULLET: return 1;
    }
    return 0;
}

size_t scan_find(struct scan *scan, const char *p, size_t i, size_t n)
{
    const struct rules *rules = scan->rules;
    while (i < n) {
        /* At the ends of the text: what lies there, with line feeds around. */
        char edge[BEFORE + BLOCK + BEHIND];
        const char *at = p + i;
        if (i < BEFORE || n - i < BLOCK + BEHIND) {
            size_t before = i < BEFORE ? i : BEFORE;
            size_t seen = n - i < BLOCK + BEHIND ? n - i : BLOCK + BEHIND;
            memset(edge, '\n', sizeof edge);
            memcpy(edge + BEFORE - before, at - before, before + seen);
            at = edge + BEFORE;
        }
        size_t end = n - i > BLOCK ? i + BLOCK : n;
        if (!is_rare(at, rules->on[RULE_DIGITS])) {
            i = end;
            continue;
        }
        scan->maybe_not_nfc |= is_doubtful(at);
        scan->has_persian |= has_persian(at);
        if (!is_suspect(rules, at)) {
            i = end;
            continue;
        }
        for (; i < end; i++)
            if (((unsigned char)p[i] & 0xC0) != 0x80 &&
                needs_work(rules, p, i, n))
                return i;
    }
    return n;
}
