/* sink_gather.c - the articles of a batch by file, and of many batches by frame.
 *
 * A frame is what one file gets at a time, 256 KiB or more: a batch alone would
 * leave each file a few.  What waits is bounded: above 64 MiB in all, the files
 * for which most is waiting get theirs early, until half is left.  All of that
 * depends on the stream, never on threads. */
#include "base/hash.h"
#include "run/sink_fan.h"
#include <stdlib.h>

#define FRAME_BYTES ((size_t)256 << 10)
#define WAITING_BYTES ((size_t)64 << 20)

/* ---- by file ---- */

struct addressed {
    uint64_t hash;
    wq_str name;
    size_t i; /* in the stream */
    wq_record *record;
};

/* By file, in some order that is the same every time, and then by the stream. */
static int by_file(const void *a, const void *b)
{
    const struct addressed *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    if (x->name.n != y->name.n) return x->name.n < y->name.n ? -1 : 1;
    int order = memcmp(x->name.p, y->name.p, x->name.n);
    return order ? order : x->i < y->i ? -1 : x->i > y->i;
}

static struct addressed *address(const struct fan *f, struct arena *arena,
                                 wq_record *const *records, size_t n)
{
    struct addressed *list = arena_array(arena, n, sizeof *list);
    for (size_t i = 0; list && i < n; i++) {
        wq_str name = sink_path_name(&f->path, records[i], arena);
        if (!name.p) return NULL;
        list[i] = (struct addressed){ hash64(name.p, name.n), name, i,
                                      records[i] };
    }
    if (list) qsort(list, n, sizeof *list, by_file);
    return list;
}

int fan_encode(const struct fan *f, struct codec *c, size_t worker,
               struct batch *b, wq_record *const *records, size_t n,
               struct buf *out, struct spread *spread, struct err *e)
{
    if (!f || n == 0) return codec_encode(c, worker, b, records, n, out, e);
    struct addressed *list = address(f, &b->arena, records, n);
    wq_record **sorted = arena_array(&b->arena, n, sizeof *sorted);
    spread->shares = arena_array(&b->arena, n, sizeof *spread->shares);
    if (!list || !sorted || !spread->shares) return err_no_memory(e);
    for (size_t i = 0; i < n; i++) sorted[i] = list[i].record;
    for (size_t from = 0, to; from < n; from = to) {
        wq_str name = list[from].name;
        for (to = from + 1; to < n && str_eq(list[to].name, name);) to++;
        size_t at = out->n;
        if (codec_encode(c, worker, b, sorted + from, to - from, out, e) < 0)
            return -1;
        if (out->n > at)
            spread->shares[spread->n_shares++] =
                (struct share){ name, at, out->n - at };
    }
    return 0;
}

/* ---- by frame ---- */

/* What waits for a file becomes a frame. */
static int end_frame(struct fan *f, size_t file, struct spread *spread)
{
    if (spread->n_frames == spread->cap_frames) {
        size_t cap = spread->cap_frames ? spread->cap_frames * 2 : 16;
        struct frame *list = reallocarray(spread->frames, cap, sizeof *list);
        if (!list) return -1;
        spread->frames = list;
        spread->cap_frames = cap;
    }
    struct buf *waits = &f->files[file].waits;
    f->waiting -= waits->n;
    spread->frames[spread->n_frames++] = (struct frame){ file, *waits };
    *waits = (struct buf){ 0 };
    return 0;
}

struct waiting {
    size_t n, file;
};

static int most_first(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return x->file < y->file ? -1 : x->file > y->file;
}

/* Ends frames, those of most bytes first, until at most `left` wait. */
static int shed(struct fan *f, size_t left, struct spread *spread)
{
    struct waiting *list = reallocarray(NULL, f->n_files + 1, sizeof *list);
    if (!list) return -1;
    size_t n = f->n_files;
    for (size_t i = 0; i < n; i++)
        list[i] = (struct waiting){ f->files[i].waits.n, i };
    qsort(list, n, sizeof *list, most_first);
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0 && f->waiting > left; i++)
        rc = end_frame(f, list[i].file, spread);
    free(list);
    return rc;
}

int fan_gather(struct fan *f, const struct buf *encoded, struct spread *spread,
               bool is_last, struct err *e)
{
    for (size_t i = 0; i < spread->n_shares; i++) {
        const struct share *s = &spread->shares[i];
        size_t file;
        if (fan_find(f, s->name, &file, e) < 0) return -1;
        struct buf *waits = &f->files[file].waits;
        if (buf_add(waits, encoded->p + s->at, s->n) < 0)
            return err_no_memory(e);
        f->waiting += s->n;
        if (waits->n >= FRAME_BYTES && end_frame(f, file, spread) < 0)
            return err_no_memory(e);
    }
    int rc = is_last ? shed(f, 0, spread)
             : f->waiting > WAITING_BYTES ? shed(f, WAITING_BYTES / 2, spread)
                                          : 0;
    return rc < 0 ? err_no_memory(e) : 0;
}

int fan_pack(const struct fan *f, struct spread *spread, struct err *e)
{
    for (size_t i = 0; i < spread->n_frames; i++) {
        struct buf *b = &spread->frames[i].bytes;
        if (pack_bytes(f->packing, b, e) < 0) return -1;
        /* It was made with room for what does not pack. */
        char *tight = f->packing ? realloc(b->p, b->n) : NULL;
        if (tight) *b = (struct buf){ tight, b->n, b->n };
    }
    return 0;
}
