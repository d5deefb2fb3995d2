/* segment.h - a piece of memory as it lies on disk: articles that `dedupe`
 * remembers with all that finds them, read where it stands.
 *
 *     head      below
 *     dates     i64 each, in order of arrival: the stream's clock
 *     sweeps    16 each: what has left the stream for ever (expire.h)
 *     changes   24 each: what came to articles of earlier segments
 *     rows      32 each, one an article, in the order of the stream
 *     ordinals  u32 each: their places in the stream; none if none is left out
 *     by shingle   bucket_at u32 [2^b + 1], postings u32
 *     by text      the same
 *     blobs     one an article:  level | words | samples | id | story  varints
 *               the id, the story, the samples (sample_write)
 *
 * A posting is found by a key of 31 bits, and holds what its bucket does not
 * say of the key, and the row:
 *
 *     key      [ bucket: b bits ][        31 - b bits        ]
 *     posting                    [ 32 - e bits ][ row: e bits ]     e = b + 1
 *
 * so that 4 bytes say all of the key.  (By text, a bucket is for 8 times as
 * many, and what the posting leaves out is looked up in the row.)
 *
 * Numbers are in the byte order of the machine; the magic number tells.  Bytes
 * of any kind may come in: sizes are checked when a segment is opened, all else
 * where it is read.  What makes no sense is said by -1 or by nothing found. */
#ifndef WARRAQ_DEDUPE_SEGMENT_H
#define WARRAQ_DEDUPE_SEGMENT_H
#include "clock.h"
#include "signature.h"

enum {
    ID_MAX = 1024 /* bytes */
};
#define SEGMENT_MAGIC UINT32_C(0x32704464) /* "dDp2" */
#define NO_ENTRY      UINT32_MAX
/* Ever remembered in one stream: at 200,000 a day, in 58 years. */
#define ENTRIES_MOST  (NO_ENTRY - (1u << 20))
/* Seconds; of the year 9999 there are 2.5e11, of a century 3.2e9. */
#define TIME_MOST INT64_C(1000000000000)

static inline int is_time(int64_t t)
{
    return t == CLOCK_NONE || (t >= -TIME_MOST && t <= TIME_MOST);
}

/* Where the stream was when the segment was written. */
struct stream {
    uint64_t articles; /* in all runs */
    uint32_t entries;  /* ever remembered: the next one's ordinal */
    uint32_t alive;    /* those that no sweep has taken */
    uint32_t sweep_at; /* alive at which to look for what has left */
    uint32_t epoch;    /* entries at the last sweep */
    uint32_t swept;    /* sweeps, ever */
    uint32_t pieces;   /* segments there were, this one among them */
};
struct segment_head {
    uint32_t magic, swept; /* sweeps that its rows have outlived */
    uint32_t from, to;     /* ordinals: its rows' and of what left between */
    uint32_t rows, ordinals, postings, texts;
    uint32_t changes, dates, sweeps, zero;
    uint64_t blob_bytes;
    struct stream stream;
};
struct row {
    uint64_t exact, numbers;
    int64_t seen;
    uint32_t anchor; /* an ordinal; NO_ENTRY */
    uint32_t blob;   /* where it begins in blobs */
};
struct change {
    int64_t seen;
    uint32_t ordinal, anchor;
    uint32_t swept; /* sweeps before it */
    uint32_t is_forgotten;
};
struct sweep {
    int64_t now, window; /* window > 0: it takes what is farther from now */
};
_Static_assert(sizeof(struct segment_head) == 88 && sizeof(struct row) == 32
               && sizeof(struct change) == 24 && sizeof(struct sweep) == 16,
               "they lie on disk");

struct postings {
    uint32_t row_bits, bucket_bits, n;
    const uint32_t *bucket_at, *posted;
};
struct segment {
    struct segment_head head;
    const int64_t *dates;
    const struct sweep *sweeps;
    const struct change *changes;
    const struct row *rows;
    const uint32_t *ordinals;
    struct postings by_shingle, by_text;
    const unsigned char *blobs;
    uint32_t base; /* the entry that row 0 is, in the index */
};

/* What a blob says; views into it. */
struct blob {
    uint32_t level, words, n_samples;
    uint32_t id_bytes, story_bytes; /* no story: it is its story's first */
    const char *id, *story;
    const unsigned char *samples, *end; /* end: of the blob */
};

/* Makes a view of p[0..n), which lies at a multiple of 8 and lives as long as
 * the view.  Returns what is wrong, or NULL. */
const char *segment_open(struct segment *g, const char *p, size_t n);
/* The ordinal of a row. */
uint32_t segment_ordinal(const struct segment *g, uint32_t row);
/* The row of an ordinal, or NO_ENTRY. */
uint32_t segment_row(const struct segment *g, uint32_t ordinal);
/* 0, or -1: it is none. */
int segment_blob(const struct segment *g, uint32_t row, struct blob *out);
/* Samples of a blob into out[0..n_samples).  0, or -1: there are fewer. */
int samples_read(const struct blob *blob, uint32_t *out);
/* Bytes that samples take; writes them, ascending. */
size_t samples_bytes(uint32_t n, uint32_t level);
void samples_write(const uint32_t *samples, uint32_t n, uint32_t level,
                   unsigned char *out);

/* Bits of a row's number, and of a bucket's, in a segment of so many. */
uint32_t row_bits(uint32_t rows);
uint32_t shingle_buckets(uint32_t rows);
uint32_t text_buckets(uint32_t rows);
static inline uint32_t shingle_key(uint32_t sample)
{
    return sample >> 1; /* of a posted sample nearly always 0 */
}

static inline uint32_t text_key(uint64_t exact)
{
    return (uint32_t)(exact >> 33);
}

static inline uint32_t bucket_of(const struct postings *t, uint32_t key)
{
    return (uint32_t)((uint64_t)key >> (31 - t->bucket_bits));
}

/* What of a key stands in a posting, at the place where it stands. */
static inline uint32_t tag_in(const struct postings *t, uint32_t key)
{
    return key << t->row_bits;
}

/* The postings of a bucket; *n: how many, 0 if the bucket makes no sense. */
static inline const uint32_t *bucket(const struct postings *t, uint32_t b,
                                     uint32_t *n)
{
    uint32_t from = t->bucket_at[b], to = t->bucket_at[b + 1];
    *n = from <= to && to <= t->n ? to - from : 0;
    return t->posted + (*n ? from : 0);
}

/* Four postings, wherever they lie. */
typedef uint32_t four
    __attribute__((vector_size(16), aligned(4), may_alias));

/* The next posting from i on that has a key's tag, or n.  A bucket holds some
 * dozens: eight are looked at in one. */
static inline uint32_t next_posting(const struct postings *t,
                                    const uint32_t *posted, uint32_t i,
                                    uint32_t n, uint32_t tag)
{
    uint32_t mask = ~(uint32_t)0 << t->row_bits;
    for (tag &= mask; n - i >= 8; i += 8) {
        const four *p = (const four *)(const void *)(posted + i);
        four same = (four)(((p[0] & mask) == tag) | ((p[1] & mask) == tag));
        uint64_t any[2];
        __builtin_memcpy(any, &same, sizeof any);
        if (any[0] | any[1]) break;
    }
    while (i < n && (posted[i] & mask) != tag) i++;
    return i;
}

static inline uint32_t posting_row(const struct postings *t, uint32_t posting)
{
    return posting & (((uint32_t)1 << t->row_bits) - 1);
}
#endif
