/* batch.c - see batch.h. */
#include "run/batch.h"
#include "base/hash.h"
#include "base/names.h"
#include "base/size.h"
#include <stdlib.h>

int batch_push(wq_record ***list, size_t *n, size_t *cap, wq_record *r)
{
    if (*n == *cap) {
        size_t more = *cap ? *cap * 2 : 64, bytes;
        if (!size_mul(more, sizeof **list, &bytes)) return -1;
        wq_record **fresh = realloc(*list, bytes);
        if (!fresh) return -1;
        *list = fresh;
        *cap = more;
    }
    (*list)[(*n)++] = r;
    return 0;
}

bool batch_made_id(const wq_record *r, const struct piece *from,
                   char out[MADE_ID])
{
    wq_str of;
    wq_value any;
    wq_key id = names_intern_own(str("id")), url = names_intern_own(str("url"));
    if (rec_get_value(r, id, &any) && any.type != WQ_V_NULL
        && !(any.type == WQ_V_STR && any.u.s.n == 0))
        return false;
    if (from && from->made_id.n == MADE_ID - 1) {
        text_format(out, MADE_ID, "%.*s", STR_ARG(from->made_id));
        return true;
    }
    if (!rec_get(r, url, &of) || of.n == 0) of = r->origin.raw;
    out[0] = 'x';
    out[1] = '-';
    hash128_hex(of.p, of.n, out + 2);
    return true;
}

/* A batch that once held a giant should not keep its memory for ever. */
#define KEEP_BYTES ((size_t)4 << 20)

static void empty(struct buf *b)
{
    if (b->cap > KEEP_BYTES) buf_free(b);
    b->n = 0;
}

static void empty_spread(struct spread *s)
{
    for (size_t i = 0; i < s->n_frames; i++) buf_free(&s->frames[i].bytes);
    s->n_frames = s->n_shares = 0;
    s->shares = NULL;
}

void batch_reset(struct batch *b)
{
    arena_reset(&b->arena);
    arena_reset(&b->prepared_arena);
    if (b->arena.bytes > KEEP_BYTES) arena_free(&b->arena);
    if (b->prepared_arena.bytes > KEEP_BYTES) arena_free(&b->prepared_arena);
    empty(&b->raw);
    empty(&b->out);
    empty(&b->dropped);
    empty(&b->rejects);
    empty(&b->notes);
    empty_spread(&b->out_spread);
    empty_spread(&b->dropped_spread);
    b->n_pieces = b->n_records = b->n_gone = 0;
    b->n_in = b->n_emitted = b->n_out = b->n_empty = 0;
    b->n_ids = 0;
    b->ids = NULL;
    b->orphans = b->last_orphan = NULL;
    b->prepared = NULL;
    b->is_last = false;
    b->step = 0;
    b->next = NULL;
}

void batch_free(struct batch *b)
{
    if (!b) return;
    arena_free(&b->arena);
    arena_free(&b->prepared_arena);
    buf_free(&b->raw);
    buf_free(&b->out);
    buf_free(&b->dropped);
    buf_free(&b->rejects);
    buf_free(&b->notes);
    empty_spread(&b->out_spread);
    empty_spread(&b->dropped_spread);
    free(b->out_spread.frames);
    free(b->dropped_spread.frames);
    free(b->pieces);
    free(b->records);
    free(b->gone);
    free(b);
}

static size_t spread_bytes(const struct spread *s)
{
    size_t bytes = 0;
    for (size_t i = 0; i < s->n_frames; i++) bytes += s->frames[i].bytes.cap;
    return bytes;
}

size_t batch_bytes(const struct batch *b)
{
    return b->arena.bytes + b->prepared_arena.bytes + b->raw.cap + b->out.cap
           + b->dropped.cap + b->rejects.cap + b->notes.cap
           + spread_bytes(&b->out_spread) + spread_bytes(&b->dropped_spread);
}
