/* nfc.c - Normalization Form C (UAX #15), of Unicode 15.0 whatever library the
 * machine has: everything comes from our own tables, and a code point that
 * 15.0 does not know is left as it is.
 *
 *   text  ----clean----|b  f  e|----clean---- ...
 *
 * The quick check runs through what is clean; at f it cannot say yes.  Then the
 * piece from the last starter before f (b) to the next one that joins nothing
 * before it (e) is decomposed, ordered, composed.  A piece is a letter and its
 * marks; the hostile one of a million marks is sorted by counting, so the time
 * is linear for any text. */
#include "text/props.h"
#include "text/text.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Hangul syllables compose by arithmetic: Unicode 15.0 s. 3.12. */
enum {
    S_BASE = 0xAC00, L_BASE = 0x1100, V_BASE = 0x1161, T_BASE = 0x11A7,
    L_COUNT = 19, V_COUNT = 21, T_COUNT = 28,
    N_COUNT = V_COUNT * T_COUNT, S_COUNT = L_COUNT * N_COUNT
};

/* A code point and its combining class, in one word that sorts by neither. */
#define CCC_SHIFT 24
#define CP(x)     ((x) & 0xFFFFFFu)
#define CCC(x)    ((x) >> CCC_SHIFT)

/* Combining class of c, or 255 if c is not in NFC for certain. */
static unsigned quick(uint32_t c)
{
    return text_prop(c)->nfc;
}

/* Where the quick check first fails in p[i..n), or n; *starter is then the last
 * starter before (i if there is none). */
static size_t quick_check(const uint8_t *p, size_t n, size_t i,
                          size_t *starter)
{
    unsigned last = 0; /* combining class of the code point before */
    *starter = i;
    while (i < n) {
        uint64_t eight;
        if (!last && n - i >= 8) {
            memcpy(&eight, p + i, 8);
            if (!(eight & 0x8080808080808080u)) {
                *starter = i + 7;
                i += 8;
                continue;
            }
        }
        unsigned ccc;
        size_t bytes;
        if (p[i] < 0x80) {
            bytes = 1;
            ccc = 0;
        } else if (p[i] >= 0xC2 && p[i] < 0xE0 && i + 1 < n) {
            bytes = 2;
            ccc = text_low_nfc[(p[i] & 0x1Fu) << 6 | (p[i + 1] & 0x3Fu)];
        } else {
            uint32_t c;
            bytes = text_decode(p + i, n - i, &c);
            ccc = quick(c);
        }
        if (ccc) {
            if (ccc == 255 || ccc < last) return i;
        } else {
            *starter = i;
        }
        last = ccc;
        i += bytes;
    }
    return n;
}

int text_is_nfc(const char *text, size_t n)
{
    size_t starter;
    return quick_check((const uint8_t *)text, n, 0, &starter) == n;
}

/* The first starter in p[i..n) that joins nothing before it, or n. */
static size_t next_starter(const uint8_t *p, size_t n, size_t i)
{
    while (i < n) {
        uint32_t c;
        size_t bytes = text_decode(p + i, n - i, &c);
        if (quick(c) == 0) break;
        i += bytes;
    }
    return i;
}

/* ---- one piece ---- */

/* Canonical decomposition of c into out (room for 4, the most there are);
 * returns how many. */
static size_t decompose(uint32_t c, uint32_t *out)
{
    uint32_t s = c - S_BASE;
    if (s < S_COUNT) {
        out[0] = L_BASE + s / N_COUNT;
        out[1] = V_BASE + s % N_COUNT / T_COUNT;
        out[2] = T_BASE + s % T_COUNT;
        return s % T_COUNT ? 3 : 2;
    }
    size_t block = c >> 6;
    if (block >= TEXT_NFD_BLOCKS) block = TEXT_NFD_BLOCKS - 1;
    size_t at = text_nfd_stage2[(size_t)text_nfd_stage1[block] << 6 | (c & 63)];
    if (!at) {
        out[0] = c;
        return 1;
    }
    memcpy(out, text_nfd_pool + at + 1, text_nfd_pool[at] * sizeof *out);
    return text_nfd_pool[at];
}

/* Sorts marks by combining class, equal ones staying in order (UAX #15 D108):
 * few by insertion, many by counting, through `room` of n words. */
static void order(uint32_t *marks, size_t n, uint32_t *room)
{
    if (n <= 32) {
        for (size_t i = 1; i < n; i++) {
            uint32_t x = marks[i];
            size_t k = i;
            for (; k > 0 && CCC(marks[k - 1]) > CCC(x); k--)
                marks[k] = marks[k - 1];
            marks[k] = x;
        }
        return;
    }
    size_t at[257] = { 0 };
    for (size_t i = 0; i < n; i++) at[CCC(marks[i]) + 1]++;
    for (size_t c = 1; c < 257; c++) at[c] += at[c - 1];
    memcpy(room, marks, n * sizeof *marks);
    for (size_t i = 0; i < n; i++) marks[at[CCC(room[i])]++] = room[i];
}

/* What a and b compose to, or 0. */
static uint32_t pair(uint32_t a, uint32_t b)
{
    if (a - L_BASE < L_COUNT && b - V_BASE < V_COUNT)
        return S_BASE + ((a - L_BASE) * V_COUNT + (b - V_BASE)) * T_COUNT;
    if (a - S_BASE < S_COUNT && (a - S_BASE) % T_COUNT == 0
        && b - T_BASE - 1 < T_COUNT - 1)
        return a + (b - T_BASE);
    size_t low = 0, high = TEXT_PAIRS;
    while (low < high) {
        size_t mid = (low + high) / 2;
        const struct text_pair *x = &text_pairs[mid];
        if (x->first == a && x->second == b) return x->composed;
        if (x->first < a || (x->first == a && x->second < b)) low = mid + 1;
        else high = mid;
    }
    return 0;
}

/* Composes x[0..n) in place (UAX #15 D117); returns how many are left. */
static size_t compose(uint32_t *x, size_t n)
{
    size_t k = 0, starter = n; /* n: none yet */
    unsigned last = 0;         /* class of what stands before, kept */
    for (size_t i = 0; i < n; i++) {
        unsigned ccc = CCC(x[i]);
        /* Blocked if something of the same or a higher class, or a starter,
         * stands between (D115). */
        bool adjacent = starter != n && k == starter + 1;
        if (starter != n && (adjacent || (last != 0 && last < ccc))) {
            uint32_t made = pair(CP(x[starter]), CP(x[i]));
            if (made) {
                x[starter] = made | (uint32_t)text_prop(made)->ccc << CCC_SHIFT;
                continue;
            }
        }
        if (ccc == 0) starter = k;
        last = ccc;
        x[k++] = x[i];
    }
    return k;
}

/* Where output goes; what does not fit is only counted. */
struct sink {
    char *out;
    size_t cap, n;
};
static void put(struct sink *to, const uint8_t *p, size_t n)
{
    if (to->n <= to->cap && n <= to->cap - to->n && n)
        memcpy(to->out + to->n, p, n);
    to->n += n;
}

/* Words of a piece that need no malloc: a letter and all the marks a living
 * language puts on it. */
#define SMALL 64

/* Normalises p[0..n) into the sink.  0, or -1 if memory runs out. */
static int piece(const uint8_t *p, size_t n, struct sink *to)
{
    uint32_t small[SMALL], four[4], *x = small;
    size_t count = 0, i = 0;
    uint32_t c;
    for (; i < n; count += decompose(c, four))
        i += text_decode(p + i, n - i, &c);
    if (count > SMALL) { /* x, and room for the sort behind it */
        x = calloc(count, 2 * sizeof *x);
        if (!x) return -1;
    }
    size_t k = 0;
    for (i = 0; i < n;) {
        i += text_decode(p + i, n - i, &c);
        size_t got = decompose(c, four);
        for (size_t j = 0; j < got; j++)
            x[k++] = four[j] | (uint32_t)text_prop(four[j])->ccc << CCC_SHIFT;
    }
    for (i = 0; i < k;) {
        size_t from = i;
        while (i < k && CCC(x[i])) i++;
        if (i - from > 1) order(x + from, i - from, x + count);
        if (i == from) i++;
    }
    k = compose(x, k);
    for (i = 0; i < k; i++) {
        uint8_t bytes[4];
        put(to, bytes, text_encode(CP(x[i]), bytes));
    }
    if (x != small) free(x);
    return 0;
}

size_t text_nfc(const char *text, size_t n, char *out, size_t cap)
{
    const uint8_t *p = (const uint8_t *)text;
    struct sink to = { out, cap, 0 };
    size_t i = 0, starter;
    while (i < n) {
        size_t fail = quick_check(p, n, i, &starter);
        if (fail == n) starter = n;
        put(&to, p + i, starter - i);
        if (fail == n) break;
        i = next_starter(p, n, fail);
        if (piece(p + starter, i - starter, &to) < 0) return (size_t)-1;
    }
    return to.n;
}
