/* layers.c - layers and removed text read back from a line of our own output.
 *
 * What is written by write.c is read here, with the same unit of offsets.  A
 * member is taken only if every span of it is as write.c would have written it
 * (in bounds, in order, on code points, the quoted text equal to the field's);
 * anything else was never ours and stays a field. */
#include "jsonl.h"
#include <string.h>

static int is_name(wq_str s, const char *name)
{
    return s.n == strlen(name) && memcmp(s.p, name, s.n) == 0;
}

/* The member of an object; NULL: none. */
static const wq_value *member(const wq_value *object, const char *name)
{
    for (uint32_t i = 0; i < object->n; i++)
        if (is_name(object->u.object[i].name, name))
            return &object->u.object[i].value;
    return NULL;
}

/* An offset in the line's unit as a byte of the field; 0: it is none. */
static int read_offset(struct jsonl_worker *w, const wq_value *v,
                       size_t *byte)
{
    return v && v->type == WQ_V_INT
           && offsets_to_byte(&w->offsets, v->u.i, byte);
}

/* ---- removed ------------------------------------------------------------- */

/* One entry; 1, 0 if it is not well formed, -1: no memory. */
static int read_piece(struct jsonl_worker *w, wq_record *record,
                      const wq_value *v, wq_removed *out)
{
    const struct jsonl *shared = w->shared;
    if (v->type != WQ_V_OBJECT) return 0;
    const wq_value *at = member(v, "at"), *text = member(v, "text");
    const wq_value *reason = member(v, "reason"), *field = member(v, "field");
    if (!text || text->type != WQ_V_STR || !reason || reason->type != WQ_V_STR
        || (field && field->type != WQ_V_STR) || v->n != 3u + (field != NULL))
        return 0;
    *out = (wq_removed){ .field = shared->key_text, .text = text->u.s };
    if (field) out->field = shared->host->intern(field->u.s);
    out->reason = shared->host->intern(reason->u.s);
    wq_str now;
    if (!out->field || !out->reason
        || !shared->host->get(record, out->field, &now))
        return 0;
    if (jsonl_offsets(w, out->field, now) < 0) return -1;
    return read_offset(w, at, &out->at);
}

int jsonl_read_removed(struct jsonl_worker *w, wq_record *record,
                       const wq_value *value)
{
    if (value->n == 0) return 0;
    wq_removed *list = json_keep(w->parser, value->n * sizeof *list);
    if (!list) return -1;
    for (uint32_t i = 0; i < value->n; i++) {
        int rc = read_piece(w, record, &value->u.list[i], &list[i]);
        if (rc <= 0) return rc;
        /* Sorted within a field, and a field's entries together. */
        if (i && list[i].field == list[i - 1].field
            && list[i].at < list[i - 1].at)
            return 0;
        for (uint32_t k = 0; i && list[i].field != list[i - 1].field && k < i;
             k++)
            if (list[k].field == list[i].field) return 0;
    }
    return w->shared->host->set_removed(record, list, value->n) < 0 ? -1 : 1;
}

/* ---- layers -------------------------------------------------------------- */

/* A layer under construction: columns of n entries, in the parser's pool. */
struct build {
    struct jsonl_worker *w;
    wq_str text;
    int is_quoted; /* spans say their text */
    size_t n;
    uint32_t *begin, *end;
    wq_key *kind;
    wq_attr attrs[8];
    size_t n_attrs;
};

static int set_span(struct build *b, size_t i, const wq_value *begin,
                    const wq_value *end)
{
    size_t from, to;
    if (!read_offset(b->w, begin, &from) || !read_offset(b->w, end, &to)
        || from > to)
        return 0;
    b->begin[i] = (uint32_t)from;
    b->end[i] = (uint32_t)to;
    return i == 0 || b->begin[i - 1] < from
           || (b->begin[i - 1] == from && b->end[i - 1] >= to);
}

static int set_kind(struct build *b, size_t i, const wq_value *kind)
{
    b->kind[i] = 0;
    if (!kind) return 1;
    if (kind->type != WQ_V_STR) return 0;
    b->kind[i] = b->w->shared->host->intern(kind->u.s);
    return b->kind[i] != 0;
}

/* [0,4,"word"] */
static int read_pair(struct build *b, size_t i, const wq_value *v)
{
    if (v->type != WQ_V_LIST || v->n < 2 || v->n > 3) return 0;
    const wq_value *list = v->u.list;
    return set_span(b, i, &list[0], &list[1])
           && set_kind(b, i, v->n == 3 ? &list[2] : NULL);
}

/* The column of an attribute, made on first use.  NULL: too many, or another
 * type before (*is_wrong), or no memory. */
static wq_attr *column(struct build *b, wq_key name, uint32_t type,
                       int *is_wrong)
{
    static const size_t sizes[] = { [WQ_V_INT] = sizeof(int64_t),
                                    [WQ_V_REAL] = sizeof(double),
                                    [WQ_V_STR] = sizeof(wq_str) };
    for (size_t k = 0; k < b->n_attrs; k++)
        if (b->attrs[k].name == name) {
            *is_wrong = b->attrs[k].type != type;
            return *is_wrong ? NULL : &b->attrs[k];
        }
    *is_wrong = b->n_attrs == sizeof b->attrs / sizeof *b->attrs;
    if (*is_wrong) return NULL;
    void *values = json_keep(b->w->parser, b->n * sizes[type]);
    if (!values) return NULL;
    memset(values, 0, b->n * sizes[type]);
    b->attrs[b->n_attrs] = (wq_attr){ name, type, values };
    return &b->attrs[b->n_attrs++];
}

/* One attribute of span i.  1, 0, -1 as jsonl_read_layer. */
static int set_attr(struct build *b, size_t i, const wq_member *m)
{
    uint32_t type = m->value.type;
    if (type != WQ_V_INT && type != WQ_V_REAL && type != WQ_V_STR) return 0;
    wq_key name = b->w->shared->host->intern(m->name);
    int is_wrong = 0;
    wq_attr *attr = name ? column(b, name, type, &is_wrong) : NULL;
    if (!attr) return name && !is_wrong ? -1 : 0;
    void *values = (void *)(uintptr_t)attr->values; /* ours to fill */
    switch (type) {
    case WQ_V_INT: ((int64_t *)values)[i] = m->value.u.i; break;
    case WQ_V_REAL: ((double *)values)[i] = m->value.u.r; break;
    default:
        ((wq_str *)values)[i] = m->value.u.s;
        if (!m->value.u.s.p) ((wq_str *)values)[i].p = "";
    }
    return 1;
}

/* Is a span's text said as write.c says it? */
static int is_its_text(const struct build *b, size_t i, const wq_value *text)
{
    if (!b->is_quoted) return !text;
    return text && text->type == WQ_V_STR
           && text->u.s.n == b->end[i] - b->begin[i]
           && memcmp(text->u.s.p ? text->u.s.p : "", b->text.p + b->begin[i],
                     text->u.s.n) == 0;
}

/* {"begin":0,"end":5,"type":"PER","id":"...","text":"..."} */
static int read_object(struct build *b, size_t i, const wq_value *v)
{
    if (v->type != WQ_V_OBJECT) return 0;
    if (!set_span(b, i, member(v, "begin"), member(v, "end"))
        || !set_kind(b, i, member(v, "type"))
        || !is_its_text(b, i, member(v, "text")))
        return 0;
    for (uint32_t k = 0; k < v->n; k++) {
        const wq_member *m = &v->u.object[k];
        if (is_name(m->name, "begin") || is_name(m->name, "end")
            || is_name(m->name, "type") || is_name(m->name, "text"))
            continue;
        int rc = set_attr(b, i, m);
        if (rc <= 0) return rc;
    }
    return 1;
}

/* Have all spans a kind, or none?  A number has no way to be absent. */
static int is_even(const struct build *b, const wq_value *value)
{
    for (size_t i = 1; i < b->n; i++)
        if (!b->kind[i] != !b->kind[0]) return 0;
    for (size_t k = 0; k < b->n_attrs; k++)
        for (size_t i = 0; b->attrs[k].type != WQ_V_STR && i < b->n; i++) {
            wq_str name = b->w->shared->host->name(b->attrs[k].name);
            const wq_value *v = &value->u.list[i];
            uint32_t m = 0;
            while (m < v->n && (v->u.object[m].name.n != name.n
                                || memcmp(v->u.object[m].name.p, name.p,
                                          name.n) != 0))
                m++;
            if (m == v->n) return 0;
        }
    return 1;
}

int jsonl_read_layer(struct jsonl_worker *w, wq_record *record, wq_key name,
                     wq_key over, const wq_value *value)
{
    const struct jsonl *shared = w->shared;
    struct build b = { .w = w, .n = value->n,
                       .is_quoted = jsonl_quotes(shared, name) };
    if (!shared->host->get(record, over, &b.text)) return 0;
    if (jsonl_offsets(w, over, b.text) < 0) return -1;
    if (!b.text.p) b.text.p = "";
    b.begin = json_keep(w->parser, b.n * sizeof *b.begin);
    b.end = json_keep(w->parser, b.n * sizeof *b.end);
    b.kind = json_keep(w->parser, b.n * sizeof *b.kind);
    if (!b.begin || !b.end || !b.kind) return -1;
    for (size_t i = 0; i < b.n; i++) {
        const wq_value *v = &value->u.list[i];
        int is_pair = value->u.list[0].type == WQ_V_LIST;
        int rc = is_pair ? read_pair(&b, i, v) : read_object(&b, i, v);
        if (rc <= 0) return rc;
    }
    if (!is_even(&b, value)) return 0;
    wq_layer layer = { .n = b.n, .begin = b.begin, .end = b.end,
                       .kind = b.n && b.kind[0] ? b.kind : NULL,
                       .n_attrs = b.n_attrs, .attrs = b.attrs };
    return shared->host->set_layer(record, name, over, &layer) < 0 ? -1 : 1;
}
