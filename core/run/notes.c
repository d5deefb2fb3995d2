/* notes.c - see notes.h.
 *
 *   a1: Putin calls for an end to the fighting
 *     taken out: read_more "Read more: ..."
 *     lang: ar
 *     dates: 12  "27 September 2020" 2020-09-27, ...                          */
#include "run/notes.h"
#include "base/names.h"
#include <inttypes.h>

enum { TEXT_CP = 60, SAMPLES = 6, REMOVED_SHOWN = 12, LIST_SHOWN = 10 };

/* The first code points of s on one line. */
static int put_text(struct buf *out, wq_str s, size_t max_cp)
{
    size_t cp = 0, i = 0;
    int rc = 0;
    for (; i < s.n && rc == 0; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c & 0xC0) != 0x80 && cp++ == max_cp) break;
        char shown = c < 0x20 || c == 0x7F ? ' ' : s.p[i];
        rc = buf_add(out, &shown, 1);
    }
    return rc < 0 || i == s.n ? rc : buf_add(out, "…", strlen("…"));
}

static size_t code_points(wq_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static int put_value(struct buf *out, const wq_value *v)
{
    switch ((wq_vtype)v->type) {
    case WQ_V_STR:
    case WQ_V_NUMBER: return put_text(out, v->u.s, TEXT_CP);
    case WQ_V_BOOL: return buf_format(out, "%s", v->u.i ? "true" : "false");
    case WQ_V_INT: return buf_format(out, "%" PRId64, v->u.i);
    case WQ_V_REAL: return buf_format(out, "%.3g", v->u.r);
    case WQ_V_LIST:
    case WQ_V_OBJECT:
    case WQ_V_NULL:
    case WQ_V_NONE: break;
    }
    return buf_format(out, "…");
}

/* One level of a list or an object: "a, b, c" or "of x, score 0.9". */
static int put_nested(struct buf *out, const wq_value *v)
{
    int rc = 0;
    if (v->type != WQ_V_LIST && v->type != WQ_V_OBJECT) return put_value(out, v);
    for (uint32_t i = 0; i < v->n && i < LIST_SHOWN && rc == 0; i++) {
        if (i) rc = buf_format(out, ", ");
        if (v->type == WQ_V_LIST) {
            rc |= put_value(out, &v->u.list[i]);
        } else {
            rc |= put_text(out, v->u.object[i].name, TEXT_CP);
            rc |= buf_format(out, " ");
            rc |= put_value(out, &v->u.object[i].value);
        }
    }
    return rc;
}

static int put_removed(struct buf *out, const wq_record *r)
{
    int rc = 0;
    for (uint32_t i = 0; i < r->n_removed && i < REMOVED_SHOWN && rc == 0; i++) {
        wq_str text = r->removed[i].text;
        while (text.n && (unsigned char)text.p[0] <= ' ') text.p++, text.n--;
        rc |= buf_format(out, "  - %-15s", names_get(r->removed[i].reason).p);
        rc |= put_text(out, text, TEXT_CP);
        rc |= buf_format(out, "\n");
    }
    if (r->n_removed > REMOVED_SHOWN)
        rc |= buf_format(out, "  - and %u more\n", r->n_removed - REMOVED_SHOWN);
    return rc;
}

/* `dates 12: 27 سبتمبر 2020 = 2020-09-27, ...` */
static int put_layer(struct buf *out, const wq_record *r,
                     const struct rec_layer *layer)
{
    const wq_layer *s = &layer->cols;
    wq_str text;
    rec_get(r, layer->over, &text);
    int rc = buf_format(out, "  %s: %zu", names_get(layer->name).p, s->n);
    for (size_t i = 0; s->n_attrs && i < s->n && i < SAMPLES && rc == 0; i++) {
        wq_str slice = { text.p + s->begin[i], s->end[i] - s->begin[i] };
        rc |= buf_format(out, i ? ", " : "; ");
        rc |= put_text(out, slice, 30);
        const wq_str *value = s->attrs[0].type == WQ_V_STR
                                  ? (const wq_str *)s->attrs[0].values + i
                                  : NULL;
        if (value && value->p) {
            rc |= buf_format(out, " = ");
            rc |= put_text(out, *value, 40);
        }
    }
    return rc | buf_format(out, "\n");
}

static int put_fields(struct buf *out, const wq_record *r, wq_key id,
                      wq_key title, wq_key text)
{
    int rc = 0;
    for (uint32_t i = 0; i < r->n_fields && rc == 0; i++) {
        const wq_field *f = &r->fields[i];
        wq_layer unused;
        if (f->key == id || f->key == title || f->key == text
            || rec_layer(r, f->key, &unused))
            continue;
        rc |= buf_format(out, "  %s: ", names_get(f->key).p);
        rc |= put_nested(out, &f->value);
        rc |= buf_format(out, "\n");
    }
    return rc;
}

/* Bytes that are no record: where they lie. */
static int put_bad(struct buf *out, const struct batch *b, const wq_record *r)
{
    const struct rec_origin *o = &r->origin;
    uint64_t byte = o->piece->byte;
    if (o->raw.p)
        byte += (uint64_t)(o->raw.p - (b->raw.p + o->piece->at)) + o->at;
    return buf_format(out, "%s, byte %" PRIu64 "\n", piece_name(o->piece),
                      byte);
}

static int put_record(struct buf *out, const wq_record *r)
{
    wq_key id = names_intern_own(str("id")), title = names_intern_own(str("title")),
           text = names_intern_own(str("text"));
    wq_str s;
    size_t gone = 0;
    int rc = rec_get(r, id, &s) ? put_text(out, s, TEXT_CP) : 0;
    if (rec_get(r, title, &s) && s.n) {
        rc |= buf_format(out, ": ");
        rc |= put_text(out, s, 90);
    }
    for (uint32_t i = 0; i < r->n_removed; i++)
        gone += code_points(r->removed[i].text);
    rec_get(r, text, &s);
    rc |= buf_format(out, "\n  text: %zu characters", code_points(s));
    if (r->n_removed)
        rc |= buf_format(out, "; %zu taken out in %u pieces", gone,
                         r->n_removed);
    rc |= buf_format(out, "\n");
    rc |= put_removed(out, r);
    rc |= put_fields(out, r, id, title, text);
    for (uint32_t i = 0; i < r->n_layers; i++)
        rc |= put_layer(out, r, &r->layers[i]);
    return rc;
}

int notes_write(struct batch *b, const struct stage *stages)
{
    struct buf *out = &b->notes;
    int rc = 0;
    for (size_t i = 0; i < b->n_records && rc == 0; i++)
        rc = put_record(out, b->records[i]);
    for (size_t i = 0; i < b->n_gone && rc == 0; i++) {
        const wq_record *r = b->gone[i];
        rc |= r->is_bad ? put_bad(out, b, r) : put_record(out, r);
        rc |= buf_format(out, "  %s by %s: %s%s%s\n",
                         r->verdict == WQ_DROP ? "dropped" : "rejected",
                         r->stage == REC_STAGE_INPUT
                             ? "input"
                             : stages[r->stage].plan->cfg->label,
                         names_get(r->reason).p, r->message ? ": " : "",
                         r->message ? r->message : "");
    }
    return rc;
}
