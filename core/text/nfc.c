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
#include "base/cpu.h"
#include "text/props.h"
#include "text/sink.h"
#include "text/text.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

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

/* ---- the quick check ---- */

/* Kinds of pairs of bytes that a clean block has none of, or (marks) no two of
 * in a row. */
enum {
    K_COMBINING = 1, /* CC .. CE: U+0300-03BF                              */
    K_OTHER = 2,     /* D2 D6 D7 DB .. DF: Hebrew and others               */
    K_LONG = 4,      /* E0 and above: three and four bytes                 */
    K_HAMZA = 8,     /* D8 D9, 93 .. 95: U+0653-0655, which compose        */
    K_MARK_B = 32,   /* D9, 8B .. 8F and 9B .. 9F                          */
    K_MARK_9 = 64,   /* D8 D9, 90 .. 9A less K_HAMZA                       */
    K_MARK_0 = 128,  /* D9 B0: U+0670                                      */
    K_D = K_OTHER | K_HAMZA | K_MARK_B | K_MARK_9 | K_MARK_0,
    K_ALL = K_COMBINING | K_OTHER | K_LONG, /* whatever the second byte    */
    K_UNSURE = K_ALL | K_HAMZA
};
#ifdef __x86_64__
/* First and second half of the first byte, then of the second. */
static const uint8_t nfc_halves[4][16] = {
    { [0xC] = K_COMBINING, [0xD] = K_D, [0xE] = K_LONG, [0xF] = K_LONG },
    { [0x0] = K_LONG, [0x1] = K_LONG, [0x2] = K_LONG | K_OTHER, [0x3] = K_LONG,
      [0x4] = K_LONG, [0x5] = K_LONG, [0x6] = K_LONG | K_OTHER,
      [0x7] = K_LONG | K_OTHER, [0x8] = K_LONG | K_HAMZA | K_MARK_9,
      [0x9] = K_LONG | K_HAMZA | K_MARK_B | K_MARK_9 | K_MARK_0,
      [0xA] = K_LONG, [0xB] = K_LONG | K_OTHER, [0xC] = K_ALL, [0xD] = K_ALL,
      [0xE] = K_ALL, [0xF] = K_LONG | K_OTHER },
    { [0x0 ... 0x7] = K_ALL, [0x8] = K_ALL | K_MARK_B,
      [0x9] = K_ALL | K_HAMZA | K_MARK_B | K_MARK_9, [0xA] = K_ALL,
      [0xB] = K_ALL | K_MARK_0, [0xC ... 0xF] = K_ALL },
    { [0x0] = K_ALL | K_MARK_9 | K_MARK_0, [0x1 ... 0x2] = K_ALL | K_MARK_9,
      [0x3 ... 0x5] = K_ALL | K_HAMZA, [0x6 ... 0xA] = K_ALL | K_MARK_9,
      [0xB ... 0xF] = K_ALL | K_MARK_B },
};
#endif

/* nfc_block.h for 16, 32 and 64 bytes: SSE2 or NEON, AVX2, AVX-512. */
#define W        16
#define TARGET
#define FN(name) name##_16
#ifdef __SSE2__
#define MASK(v) ((unsigned)_mm_movemask_epi8((__m128i)(v)))
#else
typedef uint64_t sixteen __attribute__((vector_size(16)));
#define MASK(v)                                                                \
    ((((sixteen)(v))[0] | ((sixteen)(v))[1]) & 0x8080808080808080u)
#endif
#include "text/nfc_block.h"
#ifdef __x86_64__
#define W            32
#define TARGET       __attribute__((target("avx2")))
#define FN(name)     name##_32
#define MASK(v)      ((unsigned)_mm256_movemask_epi8((__m256i)(v)))
#define LOOKUP(t, v)                                                           \
    ((bytes_32)_mm256_shuffle_epi8(                                            \
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)(t))),       \
        (__m256i)(v)))
#include "text/nfc_block.h"
#define W            64
#define TARGET       __attribute__((target("avx512f,avx512bw")))
#define FN(name)     name##_64
#define MASK(v)      ((uint64_t)_mm512_movepi8_mask((__m512i)(v)))
#define LOOKUP(t, v)                                                           \
    ((bytes_64)_mm512_shuffle_epi8(                                            \
        _mm512_broadcast_i32x4(_mm_loadu_si128((const void *)(t))),            \
        (__m512i)(v)))
#include "text/nfc_block.h"
#endif

/* As skim_16 by the widest vectors that may be used. */
static size_t skim(const uint8_t *p, size_t n, size_t i)
{
#if defined __x86_64__
    enum cpu_level level = cpu_level();
    if (level >= CPU_AVX512) i = skim_64(p, n, i);
    else if (level >= CPU_AVX2) i = skim_32(p, n, i);
#endif
    return skim_16(p, n, i);
}

/* How far the quick check has come. */
struct check {
    size_t at;      /* a code point begins here                              */
    size_t starter; /* the last one of class 0 before it, at if there is none */
    unsigned last;  /* combining class of the code point before               */
};

/* Code points are decoded as everywhere, but a byte that is part of no sequence
 * keeps itself: RAW + the byte, of class 0. */
#define RAW 0x110000u
static size_t decode(const uint8_t *p, size_t left, uint32_t *c)
{
    size_t bytes = text_decode(p, left, c);
    if (bytes == 1 && *p >= 0x80) *c = RAW + *p;
    return bytes;
}

/* The combining class of c. */
static unsigned class_of(uint32_t c)
{
    return c < RAW ? text_prop(c)->ccc : 0;
}

/* The combining class of the code point at p[i], i < n, or 255 if it is not in
 * NFC for certain; and its length. */
static inline unsigned quick_at(const uint8_t *p, size_t n, size_t i,
                                size_t *bytes)
{
    return text_class_at(text_low_nfc, offsetof(struct text_prop, nfc), p, n, i,
                         bytes);
}

/* Where the code point begins that goes on behind p[i], or i if one begins or
 * the text ends there; `from` <= i is where one begins. */
static size_t back_to_lead(const uint8_t *p, size_t from, size_t i)
{
    for (size_t k = i; k > from && i - k < 3;) {
        unsigned b = p[--k];
        if (b >= 0xC0)
            return i - k < (b < 0xE0 ? 2u : b < 0xF0 ? 3u : 4u) ? k : i;
    }
    return i;
}

/* Moves on over clean blocks.  Behind them one mark at most has no starter
 * behind it, and what stands before a mark is one. */
static void skip_blocks(struct check *c, const uint8_t *p, size_t n)
{
    size_t from = c->at, end = back_to_lead(p, from, skim(p, n, from)), bytes;
    if (end == from) return;
    size_t before = text_before(p, end);
    c->at = end;
    c->last = quick_at(p, n, before, &bytes);
    if (!c->last) c->starter = before;
    else if (before > from) c->starter = text_before(p, before);
}

/* Goes on until the check fails (returns false; c->at is then the code point it
 * fails at) or p[limit] is reached, limit <= n. */
static bool check_until(struct check *c, const uint8_t *p, size_t n,
                        size_t limit)
{
    while (c->at < limit) {
        if (!c->last && c->at >= 3) skip_blocks(c, p, limit);
        /* As far as the smallest block reaches: it was not clean. */
        size_t step = c->at < 3 ? 3 : 16;
        size_t stop = limit - c->at > step ? c->at + step : limit;
        while (c->at < stop) {
            size_t bytes;
            unsigned ccc = quick_at(p, n, c->at, &bytes);
            if (!ccc) c->starter = c->at;
            else if (ccc == 255 || ccc < c->last) return false;
            c->last = ccc;
            c->at += bytes;
        }
    }
    return true;
}

int text_is_nfc(const char *text, size_t n)
{
    struct check c = { 0, 0, 0 };
    return check_until(&c, (const uint8_t *)text, n, n);
}

/* The first starter in p[i..n) that joins nothing before it, or n. */
static size_t next_starter(const uint8_t *p, size_t n, size_t i)
{
    while (i < n) {
        size_t bytes;
        if (quick_at(p, n, i, &bytes) == 0) break;
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

/* Words of a piece that need no malloc: a letter and all the marks a living
 * language puts on it. */
#define SMALL 64

/* Normalises p[0..n) into the sink.  0, or -1 if memory runs out. */
static int piece(const uint8_t *p, size_t n, struct sink *to)
{
    uint32_t small[2 * SMALL], four[4], *x = small;
    size_t count = 0, i = 0;
    uint32_t c;
    for (; i < n; count += decompose(c, four))
        i += decode(p + i, n - i, &c);
    if (count > SMALL) { /* x, and room for the sort behind it */
        x = calloc(count, 2 * sizeof *x);
        if (!x) return -1;
    }
    size_t k = 0;
    for (i = 0; i < n;) {
        i += decode(p + i, n - i, &c);
        size_t got = decompose(c, four);
        for (size_t j = 0; j < got; j++)
            x[k++] = four[j] | class_of(four[j]) << CCC_SHIFT;
    }
    for (i = 0; i < k;) {
        size_t from = i;
        while (i < k && CCC(x[i])) i++;
        if (i - from > 1) order(x + from, i - from, x + count);
        if (i == from) i++;
    }
    k = compose(x, k);
    for (i = 0; i < k; i++) {
        uint8_t bytes[4] = { (uint8_t)x[i] };
        sink_put(to, bytes, CP(x[i]) < RAW ? text_encode(CP(x[i]), bytes) : 1);
    }
    if (x != small) free(x);
    return 0;
}

/* Clean text is copied in pieces that are still in the cache. */
#define COPY ((size_t)32 << 10)

size_t text_nfc(const char *text, size_t n, char *out, size_t cap)
{
    const uint8_t *p = (const uint8_t *)text;
    struct sink to = { out, cap, 0 };
    struct check c = { 0, 0, 0 };
    size_t done = 0;
    while (c.at < n) {
        size_t limit = n - c.at > COPY ? c.at + COPY : n;
        bool is_clean = check_until(&c, p, n, limit);
        sink_put(&to, p + done, c.starter - done);
        done = c.starter;
        if (is_clean) continue;
        size_t end = next_starter(p, n, c.at);
        if (piece(p + done, end - done, &to) < 0) return (size_t)-1;
        done = end;
        c = (struct check){ end, end, 0 };
    }
    sink_put(&to, p + done, n - done);
    return to.n;
}
