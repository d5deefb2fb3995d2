/* segment.c - see segment.h. */
#include "segment.h"
#include <string.h>

static uint32_t log2_floor(uint32_t n)
{
    return 31 - (uint32_t)__builtin_clz(n | 1);
}

uint32_t row_bits(uint32_t rows)
{
    return rows > 2 ? log2_floor(rows - 1) + 1 : 1;
}

uint32_t shingle_buckets(uint32_t rows)
{
    return row_bits(rows) - 1;
}

uint32_t text_buckets(uint32_t rows)
{
    uint32_t bits = shingle_buckets(rows);
    return bits > 3 ? bits - 3 : 0;
}

/* ---- opening ------------------------------------------------------------- */

static struct postings postings_at(const uint32_t *p, uint32_t n, uint32_t rows,
                                   uint32_t bucket_bits)
{
    return (struct postings){ row_bits(rows), bucket_bits, n, p,
                              p + ((size_t)1 << bucket_bits) + 1 };
}

static uint64_t postings_bytes(uint32_t n, uint32_t bucket_bits)
{
    return (((uint64_t)1 << bucket_bits) + 1 + n) * sizeof(uint32_t);
}

static int fits(const struct segment_head *h, size_t n)
{
    if (h->rows > INT32_MAX || h->blob_bytes > n || h->zero) return 0;
    uint64_t size = sizeof *h + h->blob_bytes + (uint64_t)h->dates * 8
                    + h->sweeps * (uint64_t)sizeof(struct sweep)
                    + h->changes * (uint64_t)sizeof(struct change)
                    + h->rows * (uint64_t)sizeof(struct row)
                    + h->ordinals * (uint64_t)4
                    + postings_bytes(h->postings, shingle_buckets(h->rows))
                    + postings_bytes(h->texts, text_buckets(h->rows));
    return size == n; /* below 2^40: nothing overflows */
}

static void lay_out(struct segment *g, const char *p)
{
    const struct segment_head *h = &g->head;
    g->dates = (const int64_t *)(const void *)(p + sizeof *h);
    g->sweeps = (const struct sweep *)(const void *)(g->dates + h->dates);
    g->changes = (const struct change *)(const void *)(g->sweeps + h->sweeps);
    g->rows = (const struct row *)(const void *)(g->changes + h->changes);
    g->ordinals = (const uint32_t *)(const void *)(g->rows + h->rows);
    g->by_shingle = postings_at(g->ordinals + h->ordinals, h->postings,
                                h->rows, shingle_buckets(h->rows));
    g->by_text = postings_at(g->by_shingle.posted + h->postings, h->texts,
                             h->rows, text_buckets(h->rows));
    g->blobs = (const unsigned char *)(g->by_text.posted + h->texts);
}

static const char *check_lists(const struct segment *g)
{
    const struct segment_head *h = &g->head;
    for (uint32_t i = 0; i < h->dates; i++)
        if (g->dates[i] == CLOCK_NONE || !is_time(g->dates[i]))
            return "a date is none";
    for (uint32_t i = 0; i < h->sweeps; i++)
        if (g->sweeps[i].now == CLOCK_NONE || !is_time(g->sweeps[i].now)
            || g->sweeps[i].window <= 0 || g->sweeps[i].window > TIME_MOST)
            return "a sweep is none";
    for (uint32_t i = 0; i < h->changes; i++)
        if (g->changes[i].ordinal >= h->from || !is_time(g->changes[i].seen)
            || g->changes[i].is_forgotten > 1
            || g->changes[i].swept > h->stream.swept)
            return "a change is none";
    return NULL;
}

const char *segment_open(struct segment *g, const char *p, size_t n)
{
    struct segment_head *h = &g->head;
    *g = (struct segment){ 0 };
    if (n < sizeof *h || (uintptr_t)p % 8) return "it has no head";
    memcpy(h, p, sizeof *h);
    if (h->magic == __builtin_bswap32(SEGMENT_MAGIC))
        return "it was written by a machine of the other byte order";
    if (h->magic != SEGMENT_MAGIC) return "it has no head";
    if (!fits(h, n)) return "its head does not fit its length";
    if (h->from > h->to || h->rows > h->to - h->from
        || h->ordinals != (h->rows == h->to - h->from ? 0 : h->rows)
        || h->to > h->stream.entries || h->stream.entries > ENTRIES_MOST
        || h->swept > h->stream.swept || h->stream.swept > ENTRIES_MOST
        || h->sweeps > h->stream.swept || h->stream.epoch > h->stream.entries)
        return "its head makes no sense";
    if (h->dates > CLOCK_DATES) return "it has too many dates";
    lay_out(g, p);
    return check_lists(g);
}

/* ---- rows ---------------------------------------------------------------- */

uint32_t segment_ordinal(const struct segment *g, uint32_t row)
{
    return g->head.ordinals ? g->ordinals[row] : g->head.from + row;
}

uint32_t segment_row(const struct segment *g, uint32_t ordinal)
{
    uint32_t low = 0, high = g->head.rows;
    if (ordinal < g->head.from || ordinal >= g->head.to) return NO_ENTRY;
    if (!g->head.ordinals) return ordinal - g->head.from;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (g->ordinals[middle] < ordinal) low = middle + 1;
        else high = middle;
    }
    return low < g->head.rows && g->ordinals[low] == ordinal ? low : NO_ENTRY;
}

/* ---- how samples are written ----------------------------------------------
 * n numbers of u = 32 - level bits, ascending: the lowest w = u - log2(n) bits
 * of each in a row, then the rest of each, at most n, in unary: as many zeros
 * as it is more than the one before, then a one (Elias 1974, Fano 1971).  For
 * an article of news 26 bits a sample. */

static uint32_t low_bits(uint32_t n, uint32_t level)
{
    return 32 - level - log2_floor(n);
}

size_t samples_bytes(uint32_t n, uint32_t level)
{
    size_t low = ((size_t)n * low_bits(n, level) + 7) / 8;
    return low + (n + ((size_t)1 << log2_floor(n)) + 7) / 8;
}

/* ---- blobs --------------------------------------------------------------- */

/* A varint: 7 bits a byte, the lowest first, the top bit: more follow.  Moves
 * *p behind it, or to NULL if there is none. */
static uint32_t read_varint(const unsigned char **p, const unsigned char *end)
{
    uint64_t v = 0;
    for (unsigned shift = 0; *p && shift < 35; shift += 7) {
        if (*p == end) break;
        unsigned char c = *(*p)++;
        v |= (uint64_t)(c & 127) << shift;
        if (c < 128 && v <= UINT32_MAX) return (uint32_t)v;
    }
    *p = NULL;
    return 0;
}

int segment_blob(const struct segment *g, uint32_t row, struct blob *out)
{
    const unsigned char *end = g->blobs + g->head.blob_bytes;
    const unsigned char *p = g->blobs + g->rows[row].blob;
    if (g->rows[row].blob > g->head.blob_bytes) return -1;
    out->level = read_varint(&p, end);
    out->words = read_varint(&p, end);
    out->n_samples = read_varint(&p, end);
    out->id_bytes = read_varint(&p, end);
    out->story_bytes = read_varint(&p, end);
    if (!p || !out->words || !out->n_samples || out->n_samples > SAMPLES_MAX
        || out->level > LEVEL_MAX || !out->id_bytes || out->id_bytes > ID_MAX
        || out->story_bytes > ID_MAX
        || (size_t)out->id_bytes + out->story_bytes
                   + samples_bytes(out->n_samples, out->level)
               > (size_t)(end - p))
        return -1;
    out->id = (const char *)p;
    out->story = out->id + out->id_bytes;
    out->samples = p + out->id_bytes + out->story_bytes;
    out->end = out->samples + samples_bytes(out->n_samples, out->level);
    return 0;
}

/* ---- samples ------------------------------------------------------------- */

static uint64_t load(const unsigned char *p, const unsigned char *end)
{
    uint64_t v = 0;
    size_t n = (size_t)(end - p);
    memcpy(&v, p, n < 8 ? n : 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

void samples_write(const uint32_t *samples, uint32_t n, uint32_t level,
                   unsigned char *out)
{
    uint32_t width = low_bits(n, level);
    uint64_t at = 0, unary = ((uint64_t)n * width + 7) / 8 * 8;
    memset(out, 0, samples_bytes(n, level));
    for (uint32_t i = 0; i < n; i++, at += width) {
        uint64_t v = samples[i] >> level;
        uint64_t low = (v & (((uint64_t)1 << width) - 1)) << at % 8;
        for (size_t k = at / 8; low; k++, low >>= 8)
            out[k] |= (unsigned char)low;
        uint64_t one = unary + (v >> width) + i;
        out[one / 8] |= (unsigned char)(1u << one % 8);
    }
}

int samples_read(const struct blob *blob, uint32_t *out)
{
    uint32_t n = blob->n_samples, width = low_bits(n, blob->level);
    uint64_t mask = ((uint64_t)1 << width) - 1, at = 0;
    const unsigned char *unary =
        blob->samples + ((size_t)n * width + 7) / 8;
    uint32_t i = 0, rest = 0;
    for (; unary < blob->end; unary += 8, rest += 64) {
        for (uint64_t ones = load(unary, blob->end); ones; ones &= ones - 1) {
            uint64_t high = rest + (uint64_t)__builtin_ctzll(ones) - i;
            uint64_t low = load(blob->samples + at / 8, blob->end) >> at % 8;
            out[i++] = (uint32_t)((high << width | (low & mask))
                                  << blob->level);
            at += width;
            if (i == n) return 0;
        }
    }
    return -1;
}
