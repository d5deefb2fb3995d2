/* gone.c - see gone.h. */
#include "run/gone.h"
#include "base/base64.h"
#include "base/names.h"
#include "base/utf8.h"
#include "run/reader.h"
#include <stdlib.h>

/* ---- stream order ---- */

struct place_in_stream {
    const char *raw;   /* addresses within one batch's input: its order */
    size_t left;       /* how manieth it left: children behind parents  */
    wq_record *record;
};

static int compare(const void *a, const void *b)
{
    const struct place_in_stream *x = a, *y = b;
    uintptr_t p = (uintptr_t)x->raw, q = (uintptr_t)y->raw;
    if (p != q) return p < q ? -1 : 1;
    return x->left < y->left ? -1 : x->left > y->left;
}

static int sort_by_stream(struct batch *b)
{
    struct place_in_stream *list = arena_array(&b->arena, b->n_gone,
                                               sizeof *list);
    if (!list) return -1;
    for (size_t i = 0; i < b->n_gone; i++) {
        const struct rec_origin *o = &b->gone[i]->origin;
        const char *raw = o->raw.p ? o->raw.p
                          : o->piece ? b->raw.p + o->piece->at : NULL;
        list[i] = (struct place_in_stream){ raw, i, b->gone[i] };
    }
    qsort(list, b->n_gone, sizeof *list, compare);
    for (size_t i = 0; i < b->n_gone; i++) b->gone[i] = list[i].record;
    return 0;
}

/* ---- rejects ---- */

/* Where in the piece the record begins, or what is wrong with it is; a reject
 * that is fed in again already says so. */
static size_t offset_of(const struct batch *b, const struct rec_origin *o)
{
    if (!o->raw.p) return 0;
    return (size_t)(o->raw.p - (b->raw.p + o->piece->at))
           + (o->piece->replays ? 0 : o->at);
}

/* The same as a line in its file, from 1. */
static uint64_t line_of(const struct batch *b, const struct rec_origin *o)
{
    uint64_t line = o->piece->line;
    const char *p = b->raw.p + o->piece->at;
    const char *end = p + offset_of(b, o);
    for (; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++) line++;
    return line;
}

/* Catches the one record that a raw stretch decodes to. */
struct catch {
    wq_record *record;
    int n;
};
static int catch_one(void *to, wq_record *r, const char *why)
{
    struct catch *c = to;
    (void)why;
    c->record = r;
    c->n++;
    return 0;
}

/* The record as it came in, as an object, if its bytes say it; type NONE
 * otherwise.  made_id: what it was called, if it has no id of its own; else "".
 * Text that a reader took out (a title it lifted) is put back; of
 * our own output, `removed` and layers are read as the members they are. */
static int as_it_came(struct batch *b, const wq_record *r,
                      const struct dead_letters *to, size_t worker,
                      wq_value *out, char made_id[MADE_ID], struct err *e)
{
    *out = (wq_value){ .type = WQ_V_NONE };
    made_id[0] = '\0';
    if (r->is_bad || r->parent || !r->origin.raw.p || !r->origin.piece) return 0;
    struct catch c = { 0 };
    wq_str raw = r->origin.raw;
    struct codec *codec = r->origin.piece->file->codec;
    if (codec->desc == to->plain->desc) codec = to->plain;
    /* decode wants padding behind its input: raw has the rest of the batch. */
    if (codec_decode_to(codec, worker, b, raw.p, raw.n, catch_one, &c, e) < 0)
        return -1;
    if (c.n != 1 || !c.record) return 0;
    batch_made_id(c.record, r->origin.piece, made_id);
    if (rec_restore(c.record) < 0 || rec_as_object(c.record, out) < 0)
        return err_no_memory(e);
    return 0;
}

/* Sets a field of a line of ours.  The value lies in the arena and may be
 * larger than a plugin's field. */
static int set(wq_record *r, const char *name, wq_value v)
{
    return rec_put(r, names_intern_own(str(name)), v);
}
static wq_value text_value(wq_str s)
{
    return (wq_value){ .type = WQ_V_STR, .u.s = s };
}
static wq_value int_value(uint64_t i)
{
    return (wq_value){ .type = WQ_V_INT, .u.i = (int64_t)i };
}

/* The same for a string that may not be UTF-8: the name of a file, what a
 * plugin said.  It lives as long as the record. */
static int set_repaired(wq_record *r, const char *name, const char *s)
{
    wq_str text = utf8_repair(r->arena, str(s));
    return text.p ? set(r, name, text_value(text)) : -1;
}

/* Where it came from: file, line, byte; and how often it has come again. */
static int set_place(wq_record *line, const struct batch *b,
                     const struct rec_origin *o)
{
    if (!o->piece) return 0;
    uint64_t byte = o->piece->byte + offset_of(b, o);
    if (set_repaired(line, "file", piece_name(o->piece)) < 0
        || set(line, "line", int_value(line_of(b, o))) < 0
        || set(line, "byte", int_value(byte)) < 0)
        return -1;
    if (o->piece->bad_bytes
        && set(line, "bytes", int_value(o->piece->bad_bytes)) < 0)
        return -1;
    return o->piece->replays
               ? set(line, "replays", int_value(o->piece->replays))
               : 0;
}

static wq_record *reject_line(struct batch *b, wq_record *r, const char *label,
                              const struct dead_letters *to, size_t worker,
                              struct err *e)
{
    wq_value record;
    char id[MADE_ID];
    wq_record *line = rec_new(&b->arena);
    if (as_it_came(b, r, to, worker, &record, id, e) < 0) return NULL;
    if (!line || set_place(line, b, &r->origin) < 0
        || set(line, "stage", text_value(str(label))) < 0
        || set(line, "reason", text_value(names_get(r->reason))) < 0
        || (r->message && set_repaired(line, "message", r->message) < 0)
        || (*id && rec_set(line, names_intern_own(str("id")), str(id)) < 0))
        goto no_memory;
    /* One that a stage made has no bytes of its own: as it stands, whole. */
    if (record.type == WQ_V_NONE && (r->parent || !r->origin.raw.p) && !r->is_bad
        && (rec_restore(r) < 0 || rec_as_object(r, &record) < 0))
        goto no_memory;
    if (record.type != WQ_V_NONE) {
        if (set(line, "record", record) < 0) goto no_memory;
    } else if (r->origin.raw.p) {
        wq_str text = base64_encode(&b->arena, r->origin.raw);
        if (!text.p || set(line, "raw_base64", text_value(text)) < 0)
            goto no_memory;
    }
    return line;
no_memory:
    err_no_memory(e);
    return NULL;
}

/* ---- both ---- */

static int mark_dropped(wq_record *r, const char *label)
{
    char text[512];
    size_t n = text_format(text, sizeof text, "%s/%s", label,
                           names_get(r->reason).p);
    const char *copy = arena_copy(r->arena, text, n + 1);
    return copy ? set_repaired(r, "dropped", copy) : -1;
}

int gone_encode(struct batch *b, const struct stage *stages,
                const struct dead_letters *to, size_t worker, struct err *e)
{
    if (b->n_gone == 0) return 0;
    if (sort_by_stream(b) < 0) return err_no_memory(e);
    wq_record **dropped = arena_array(&b->arena, b->n_gone, sizeof *dropped);
    wq_record **rejects = arena_array(&b->arena, b->n_gone, sizeof *rejects);
    size_t n_dropped = 0, n_rejects = 0;
    if (!dropped || !rejects) return err_no_memory(e);
    for (size_t i = 0; i < b->n_gone; i++) {
        wq_record *r = b->gone[i];
        const char *label = r->stage == REC_STAGE_INPUT
                                ? "input"
                                : stages[r->stage].plan->cfg->label;
        if (r->verdict == WQ_DROP) {
            if (!to->want_dropped) continue;
            if (mark_dropped(r, label) < 0) return err_no_memory(e);
            dropped[n_dropped++] = r;
        } else {
            wq_record *line = reject_line(b, r, label, to, worker, e);
            if (!line) return -1;
            rejects[n_rejects++] = line;
        }
    }
    if (fan_encode(to->dropped, to->jsonl, worker, b, dropped, n_dropped,
                   &b->dropped, &b->dropped_spread, e) < 0)
        return -1;
    return codec_encode(to->jsonl, worker, b, rejects, n_rejects, &b->rejects, e);
}
