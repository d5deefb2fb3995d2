/* offsets.c - see offsets.h. */
#include "offsets.h"
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static int make_room(struct offsets *o, size_t words)
{
    if (words <= o->cap) return 0;
    size_t cap = words + words / 2;
    enum offset_unit unit = o->unit;
    offsets_free(o);
    o->unit = unit;
    /* One piece: two columns of 64 bits, one of 32. */
    o->starts = malloc(cap * (2 * sizeof *o->starts + sizeof *o->before));
    if (!o->starts) return -1;
    o->pairs = o->starts + cap;
    o->before = (uint32_t *)(void *)(o->pairs + cap);
    o->cap = cap;
    return 0;
}

void offsets_free(struct offsets *o)
{
    free(o->starts);
    *o = (struct offsets){ .unit = o->unit };
}

/* Which of p[0..n), n <= 64, begin a code point, and which begin one of four
 * bytes (0xF0 on: RFC 3629 s. 3)? */
static void classify(const unsigned char *p, size_t n, uint64_t *starts,
                     uint64_t *pairs)
{
    *starts = *pairs = 0;
    size_t i = 0;
#ifdef __SSE2__
    for (; n - i >= 16; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        /* Signed, continuation bytes are the 64 smallest. */
        __m128i start = _mm_cmpgt_epi8(v, _mm_set1_epi8(-65));
        __m128i pair = _mm_cmpeq_epi8(
            _mm_max_epu8(v, _mm_set1_epi8((char)0xF0)), v);
        *starts |= (uint64_t)(unsigned)_mm_movemask_epi8(start) << i;
        *pairs |= (uint64_t)(unsigned)_mm_movemask_epi8(pair) << i;
    }
#endif
    for (; i < n; i++) {
        *starts |= (uint64_t)((p[i] & 0xC0) != 0x80) << i;
        *pairs |= (uint64_t)(p[i] >= 0xF0) << i;
    }
}

int offsets_set(struct offsets *o, wq_str text)
{
    size_t words = text.n / 64 + 1;
    if (text.n > WQ_MAX_FIELD) return -1;
    if (!text.p) text.p = "";
    if (make_room(o, words) < 0) return -1;
    o->n = (uint32_t)text.n;
    o->units = o->n;
    o->words = words;
    o->last = 0;
    uint32_t units = 0;
    for (size_t w = 0; w < words; w++) {
        size_t from = w * 64, n = text.n - from;
        o->before[w] = units;
        classify((const unsigned char *)text.p + from, n < 64 ? n : 64,
                 &o->starts[w], &o->pairs[w]);
        units += offsets_count(o->starts[w]);
        if (o->unit == OFFSETS_UTF16) units += offsets_count(o->pairs[w]);
    }
    if (o->unit != OFFSETS_BYTES) o->units = units;
    return 0;
}

/* Does a code point begin at the byte, or the text end there? */
static int is_boundary(const struct offsets *o, size_t byte)
{
    return byte == o->n || (o->starts[byte / 64] >> (byte & 63) & 1);
}

/* The place of the one behind k others, k below their number: sums of the
 * bytes tell which byte has it (Vigna, "Broadword implementation of
 * rank/select queries", 2008), a walk of at most 7 steps which bit. */
static size_t nth_one(uint64_t bits, uint32_t k)
{
    const uint64_t ones = 0x0101010101010101u, high = ones * 0x80;
    uint64_t sums = bits - (bits >> 1 & 0x5555555555555555u);
    sums = (sums & 0x3333333333333333u) + (sums >> 2 & 0x3333333333333333u);
    sums = ((sums + (sums >> 4)) & 0x0F0F0F0F0F0F0F0Fu) * ones;
    /* A byte's top bit stays if the sum up to it is at most k. */
    size_t place = 8 * offsets_count(((k * ones | high) - sums) & high);
    if (place) k -= sums >> (place - 8) & 0xFF;
    uint64_t rest = bits >> place & 0xFF;
    for (; k > 0; k--) rest &= rest - 1;
    return place + (size_t)__builtin_ctzll(rest);
}

/* Code points in `units` units of UTF-16 from the start of a word; UINT32_MAX:
 * that is between the halves of a surrogate pair. */
static uint32_t without_pairs(uint64_t starts, uint64_t pairs, uint32_t units)
{
    uint32_t points = 0, at = 0;
    for (; starts && at < units; starts &= starts - 1, points++)
        at += pairs & (starts & -starts) ? 2 : 1;
    return at == units ? points : UINT32_MAX;
}

int offsets_to_byte(struct offsets *o, int64_t unit, size_t *byte)
{
    if (unit < 0 || unit > o->units) return 0;
    if (unit == o->units || o->units == o->n) {
        *byte = unit == o->units ? o->n : (size_t)unit;
        return is_boundary(o, *byte);
    }
    /* The last word with at most so many units in front of it ... */
    size_t low = o->last, high = o->words;
    if (o->before[low] > unit) low = 0;
    else if (low + 3 < high && o->before[low + 3] > unit) high = low + 3;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (o->before[middle] <= unit) low = middle;
        else high = middle;
    }
    o->last = low;
    /* ... and in it the boundary behind so many. */
    uint32_t more = (uint32_t)(unit - o->before[low]);
    uint64_t starts = o->starts[low];
    if (o->unit == OFFSETS_UTF16 && o->pairs[low])
        more = without_pairs(starts, o->pairs[low], more);
    if (more >= offsets_count(starts)) return 0;
    *byte = low * 64 + nth_one(starts, more);
    return 1;
}
