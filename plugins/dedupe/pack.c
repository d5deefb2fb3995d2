/* pack.c - see pack.h.
 *
 * What is gone is left out, and the rest is numbered anew.  What finds the rows
 * is copied, posting by posting: which shingles an entry is posted by was
 * settled when it came (index.h).  Twice: postings are counted by buckets, then
 * put. */
#include "pack.h"
#include "index_parts.h"
#include <stdlib.h>
#include <string.h>

/* What finds the rows, as it grows. */
struct finder {
    uint32_t row_bits, bucket_bits;
    uint32_t *bucket_at; /* while it is put: where the next one goes */
    uint32_t *posted;    /* NULL: they are counted, in bucket_at[bucket + 1] */
};
struct packing {
    const struct index *x;
    const struct pack *what;
    uint32_t *row_of; /* of rows of segments, then of the tail; or NO_ENTRY */
    struct segment_head head;
    struct finder by_shingle, by_text;
};

static struct stream stream_now(const struct packing *p)
{
    struct stream s = p->x->stream;
    s.articles = p->what->articles;
    s.pieces = p->what->pieces;
    return s;
}

/* ---- which rows ---------------------------------------------------------- */

static uint32_t varint_bytes(uint32_t v)
{
    uint32_t n = 1;
    for (; v > 127; v >>= 7) n++;
    return n;
}

static size_t blob_bytes(const struct entry *e)
{
    return varint_bytes(e->level) + varint_bytes(e->words)
           + varint_bytes(e->n_samples) + varint_bytes(e->id_bytes)
           + varint_bytes(e->story_bytes) + e->id_bytes
           + (size_t)e->story_bytes + samples_bytes(e->n_samples, e->level);
}

/* Unless nobody wrote that: out of order, or of more than there can be. */
static void take_row(struct packing *p, uint32_t i, uint32_t ordinal,
                     size_t bytes)
{
    struct segment_head *h = &p->head;
    if (ordinal < h->to || h->blob_bytes > UINT32_MAX / 2) return;
    if (!h->rows) h->from = ordinal;
    h->to = ordinal + 1;
    h->blob_bytes += bytes;
    p->row_of[i] = h->rows++;
}

static void number_rows(struct packing *p)
{
    const struct index *x = p->x;
    const struct pack *what = p->what;
    uint32_t i = 0;
    for (uint32_t k = what->first; k < what->end; k++) {
        const struct segment *g = &x->segments[k];
        for (uint32_t row = 0; row < g->head.rows; row++, i++) {
            struct change is = index_now(x, g, row);
            struct blob b;
            p->row_of[i] = NO_ENTRY;
            uint32_t ordinal = segment_ordinal(g, row);
            if (is_gone(x, &is) || segment_blob(g, row, &b) < 0
                || ordinal < g->head.from || ordinal >= g->head.to)
                continue;
            take_row(p, i, ordinal,
                     (size_t)(b.end - (g->blobs + g->rows[row].blob)));
        }
    }
    for (uint32_t k = what->from; k < what->to; k++, i++) {
        const struct entry *e = &x->entries[k];
        p->row_of[i] = NO_ENTRY;
        if (!e->is_forgotten) take_row(p, i, e->ordinal, blob_bytes(e));
    }
    struct segment_head *h = &p->head;
    if (!h->rows) /* it stands where they stood */
        h->from = h->to = what->first < what->end
                              ? x->segments[what->first].head.from
                              : x->stream.entries;
    h->ordinals = h->rows == h->to - h->from ? 0 : h->rows;
}

/* ---- what finds them ----------------------------------------------------- */

static void put_posting(struct finder *f, uint32_t key, uint32_t row)
{
    uint32_t bucket = (uint32_t)((uint64_t)key >> (31 - f->bucket_bits));
    if (!f->posted) f->bucket_at[bucket + 1]++;
    else f->posted[f->bucket_at[bucket]++] = key << f->row_bits | row;
}

static void put_segment(struct packing *p, const struct segment *g,
                        const uint32_t *row_of)
{
    const struct postings *t = &g->by_shingle;
    for (uint32_t b = 0; b < (uint32_t)1 << t->bucket_bits; b++) {
        uint32_t n;
        const uint32_t *posted = bucket(t, b, &n);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t row = posting_row(t, posted[i]);
            uint32_t key = (uint32_t)((uint64_t)b << (31 - t->bucket_bits))
                           | posted[i] >> t->row_bits;
            if (row < g->head.rows && row_of[row] != NO_ENTRY)
                put_posting(&p->by_shingle, key, row_of[row]);
        }
    }
    t = &g->by_text;
    for (uint32_t i = 0; i < t->n; i++) {
        uint32_t row = posting_row(t, t->posted[i]);
        if (row < g->head.rows && row_of[row] != NO_ENTRY)
            put_posting(&p->by_text, text_key(g->rows[row].exact), row_of[row]);
    }
}

static void put_tail(struct packing *p, const uint32_t *row_of)
{
    const struct index *x = p->x;
    for (uint32_t i = p->what->from; i < p->what->to; i++) {
        const struct entry *e = &x->entries[i];
        uint32_t row = row_of[i - p->what->from];
        if (row == NO_ENTRY) continue;
        if (e->is_posted) put_posting(&p->by_text, text_key(e->exact), row);
        for (uint32_t k = e->samples; k < e->samples + e->n_samples; k++)
            if (is_posted(x, k))
                put_posting(&p->by_shingle, shingle_key(x->samples[k]), row);
    }
}

static void put_postings(struct packing *p)
{
    size_t i = 0;
    for (uint32_t k = p->what->first; k < p->what->end; k++) {
        put_segment(p, &p->x->segments[k], p->row_of + i);
        i += p->x->segments[k].head.rows;
    }
    put_tail(p, p->row_of + i);
}

/* Buckets, with nothing in them.  0, or -1. */
static int finder_new(struct finder *f, uint32_t rows, uint32_t bucket_bits)
{
    *f = (struct finder){ .row_bits = row_bits(rows),
                          .bucket_bits = bucket_bits };
    f->bucket_at = calloc(((size_t)1 << bucket_bits) + 1, sizeof(uint32_t));
    return f->bucket_at ? 0 : -1;
}

/* From counts to where each bucket begins.  Returns the sum. */
static uint32_t finder_add_up(struct finder *f)
{
    uint32_t *at = f->bucket_at, n = (uint32_t)1 << f->bucket_bits;
    for (uint32_t b = 0; b < n; b++) at[b + 1] += at[b];
    return at[n];
}

/* Back from where each bucket ends; writes them before the postings. */
static void finder_close(struct finder *f, uint32_t *out)
{
    size_t n = (size_t)1 << f->bucket_bits;
    out[0] = 0;
    memcpy(out + 1, f->bucket_at, n * sizeof *out);
}

/* ---- bytes --------------------------------------------------------------- */

struct out {
    struct row *rows;
    uint32_t *ordinals;
    unsigned char *blobs;
    uint32_t at; /* in blobs */
};

static void put_row(struct packing *p, struct out *o, struct row row,
                    uint32_t ordinal)
{
    row.blob = o->at;
    *o->rows++ = row;
    if (p->head.ordinals) *o->ordinals++ = ordinal;
}

static void put_old_rows(struct packing *p, struct out *o)
{
    const struct index *x = p->x;
    const uint32_t *row_of = p->row_of;
    for (uint32_t k = p->what->first; k < p->what->end; k++) {
        const struct segment *g = &x->segments[k];
        for (uint32_t i = 0; i < g->head.rows; i++) {
            struct change is = index_now(x, g, i);
            struct row row = g->rows[i];
            struct blob b;
            if (*row_of++ == NO_ENTRY || segment_blob(g, i, &b) < 0) continue;
            const unsigned char *from = g->blobs + row.blob;
            row.seen = sweeps_seen(&x->sweeps, is.seen, is.swept);
            row.anchor = is.anchor;
            put_row(p, o, row, segment_ordinal(g, i));
            memcpy(o->blobs + o->at, from, (size_t)(b.end - from));
            o->at += (uint32_t)(b.end - from);
        }
    }
}

static unsigned char *put_varint(unsigned char *p, uint32_t v)
{
    for (; v > 127; v >>= 7) *p++ = (unsigned char)(v | 128);
    *p++ = (unsigned char)v;
    return p;
}

static void put_new_rows(struct packing *p, struct out *o)
{
    const struct index *x = p->x;
    for (uint32_t i = p->what->from; i < p->what->to; i++) {
        const struct entry *e = &x->entries[i];
        size_t name_bytes = (size_t)e->id_bytes + e->story_bytes;
        if (e->is_forgotten) continue;
        struct row row = { e->exact, e->numbers, e->seen, e->anchor, 0 };
        put_row(p, o, row, e->ordinal);
        unsigned char *blob = o->blobs + o->at;
        blob = put_varint(blob, e->level);
        blob = put_varint(blob, e->words);
        blob = put_varint(blob, e->n_samples);
        blob = put_varint(blob, e->id_bytes);
        blob = put_varint(blob, e->story_bytes);
        memcpy(blob, x->names + e->name, name_bytes);
        samples_write(x->samples + e->samples, e->n_samples, e->level,
                      blob + name_bytes);
        o->at += (uint32_t)blob_bytes(e);
    }
}

/* Does the segment say what came to an entry before its own? */
static int is_carried(const struct packing *p, const struct noted *n)
{
    const struct pack *what = p->what;
    const struct index *x = p->x;
    uint32_t before = what->first < x->n_segments
                          ? x->segments[what->first].base : x->n_mapped;
    if (n->entry >= before) return 0;
    if (n->piece == THIS_RUN) return what->clock != NULL;
    return n->piece >= what->first && n->piece < what->end;
}

static uint32_t count_carried(const struct packing *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->x->n_noted; i++)
        n += (uint32_t)is_carried(p, &p->x->noted[i]);
    return n;
}

/* Sweeps that somebody may still ask for: those since any segment or note.  (Of
 * what is written now none is older than now.) */
static uint32_t count_sweeps(const struct index *x)
{
    uint32_t oldest = x->stream.swept;
    for (uint32_t i = 0; i < x->n_segments; i++)
        if (x->segments[i].head.swept < oldest)
            oldest = x->segments[i].head.swept;
    for (uint32_t i = 0; i < x->n_noted; i++)
        if (x->noted[i].is.swept < oldest) oldest = x->noted[i].is.swept;
    uint32_t n = x->stream.swept - oldest;
    return n < x->sweeps.n ? n : x->sweeps.n;
}

static void fill_head(struct packing *p)
{
    struct segment_head *h = &p->head;
    h->magic = SEGMENT_MAGIC;
    h->swept = p->x->stream.swept;
    h->postings = finder_add_up(&p->by_shingle);
    h->texts = finder_add_up(&p->by_text);
    h->changes = count_carried(p);
    if (p->what->clock) {
        h->dates = (uint32_t)p->what->clock->n;
        h->sweeps = count_sweeps(p->x);
    }
    h->stream = stream_now(p);
}

/* Dates, sweeps, changes. */
static void put_lists(const struct packing *p, int64_t *dates,
                      struct sweep *sweeps, struct change *changes)
{
    const struct segment_head *h = &p->head;
    const struct clock *c = p->what->clock;
    for (size_t i = 0; c && i < c->n; i++) /* the ring is full, or not turned */
        dates[i] = c->last[(c->n == CLOCK_DATES ? c->next + i : i)
                           % CLOCK_DATES];
    if (h->sweeps)
        memcpy(sweeps, p->x->sweeps.list + p->x->sweeps.n - h->sweeps,
               h->sweeps * sizeof *sweeps);
    for (uint32_t i = 0; i < p->x->n_noted; i++)
        if (is_carried(p, &p->x->noted[i])) *changes++ = p->x->noted[i].is;
}

/* The segment, its places in the order of segment.h.  NULL: no memory. */
static char *write_all(struct packing *p, size_t *bytes)
{
    const struct segment_head *h = &p->head;
    size_t shingles = ((size_t)1 << p->by_shingle.bucket_bits) + 1;
    size_t texts = ((size_t)1 << p->by_text.bucket_bits) + 1;
    size_t fixed = sizeof *h + h->dates * sizeof(int64_t)
                   + h->sweeps * sizeof(struct sweep)
                   + h->changes * sizeof(struct change)
                   + h->rows * sizeof(struct row)
                   + (h->ordinals + shingles + h->postings + texts + h->texts)
                         * sizeof(uint32_t);
    *bytes = fixed + h->blob_bytes;
    char *all = malloc(*bytes);
    if (!all) return NULL;
    memcpy(all, h, sizeof *h);
    int64_t *dates = (int64_t *)(void *)(all + sizeof *h);
    struct sweep *sweeps = (struct sweep *)(void *)(dates + h->dates);
    struct change *changes = (struct change *)(void *)(sweeps + h->sweeps);
    struct row *rows = (struct row *)(void *)(changes + h->changes);
    uint32_t *ordinals = (uint32_t *)(void *)(rows + h->rows);
    uint32_t *by_shingle = ordinals + h->ordinals;
    uint32_t *by_text = by_shingle + shingles + h->postings;
    put_lists(p, dates, sweeps, changes);
    struct out o = { rows, ordinals, (unsigned char *)all + fixed, 0 };
    put_old_rows(p, &o);
    put_new_rows(p, &o);
    p->by_shingle.posted = by_shingle + shingles;
    p->by_text.posted = by_text + texts;
    put_postings(p);
    finder_close(&p->by_shingle, by_shingle);
    finder_close(&p->by_text, by_text);
    return all;
}

/* The rows are numbered. */
static char *pack_rows(struct packing *p, size_t *bytes)
{
    uint32_t rows = p->head.rows;
    char *all = NULL;
    if (finder_new(&p->by_shingle, rows, shingle_buckets(rows)) == 0
        && finder_new(&p->by_text, rows, text_buckets(rows)) == 0) {
        put_postings(p);
        fill_head(p);
        all = write_all(p, bytes);
    }
    free(p->by_shingle.bucket_at);
    free(p->by_text.bucket_at);
    return all;
}

char *segment_pack(const struct index *x, const struct pack *what,
                   size_t *bytes)
{
    size_t most = what->to - what->from;
    for (uint32_t k = what->first; k < what->end; k++)
        most += x->segments[k].head.rows;
    uint32_t *row_of = malloc((most + 1) * sizeof *row_of);
    if (!row_of) return NULL;
    struct packing p = { .x = x, .what = what, .row_of = row_of };
    number_rows(&p);
    char *all = pack_rows(&p, bytes);
    free(row_of);
    return all;
}

/* ---- how much ------------------------------------------------------------ */

size_t pack_estimate(const struct index *x, uint32_t in_tail)
{
    const struct entry *e = &x->entries[in_tail];
    return sizeof(struct row) + blob_bytes(e)
           + (e->n_samples / 2 + 3) * sizeof(uint32_t);
}

uint32_t pack_count_gone(const struct index *x, uint32_t segment)
{
    const struct segment *g = &x->segments[segment];
    uint32_t gone = 0;
    for (uint32_t row = 0; row < g->head.rows; row++) {
        struct change is = index_now(x, g, row);
        gone += (uint32_t)is_gone(x, &is);
    }
    return gone;
}
