/* wire_out.c - writes records as bytes; see wire.h. */
#include "base/names.h"
#include "record/internal.h"
#include "record/wire_parts.h"
#include <stdlib.h>

void wire_names_free(struct wire_names *n)
{
    free(n->place);
    free(n->list);
    *n = (struct wire_names){ .known = n->known };
}

/* Grows a list to hold n items, the new ones zero.  -1: no memory. */
static int grow(void **list, size_t *cap, size_t n, size_t size)
{
    size_t more = *cap ? *cap : 64;
    if (n <= *cap) return 0;
    while (more < n) more *= 2;
    char *fresh = realloc(*list, more * size);
    if (!fresh) return -1;
    memset(fresh + *cap * size, 0, (more - *cap) * size);
    *list = fresh;
    *cap = more;
    return 0;
}

static wq_key key_out(struct wire_out *out, wq_key key)
{
    struct wire_names *names = out->names;
    if (key <= names->known) return key;
    size_t i = key - names->known - 1;
    if (grow((void **)&names->place, &names->n_places, i + 1,
             sizeof *names->place) < 0
        || grow((void **)&names->list, &names->cap, names->n + 1,
                sizeof *names->list) < 0) {
        out->has_failed = true;
        return 0;
    }
    if (!names->place[i]) {
        names->list[names->n++] = key;
        names->place[i] = (uint32_t)names->n;
    }
    return names->known + names->place[i];
}

/* Room for n bytes, at a multiple of 8; NULL: there is none. */
static char *room(struct wire_out *out, size_t n)
{
    if (out->has_failed || n > out->cap - out->n
        || out->cap - out->n - n < 8) {
        out->has_failed = true;
        return NULL;
    }
    char *p = out->p + out->n;
    out->n += (n + 7) & ~(size_t)7;
    return p;
}

static void put(struct wire_out *out, const void *p, size_t n)
{
    char *to = room(out, n);
    if (to && n) memcpy(to, p, n);
}

/* What a value holds itself. */
static void put_one(struct wire_out *out, const wq_value *v)
{
    struct value_head head = { .type = v->type };
    bool is_text = v->type == WQ_V_STR || v->type == WQ_V_NUMBER;
    if (v->type == WQ_V_LIST || v->type == WQ_V_OBJECT) head.n = v->n;
    else if (is_text) head.bits = v->u.s.n;
    else memcpy(&head.bits, &v->u, sizeof head.bits);
    put(out, &head, sizeof head);
    if (is_text) put(out, v->u.s.p, v->u.s.n);
}

/* One list or object on its way. */
struct frame {
    const wq_value *of;
    uint32_t next;
};

static void put_value(struct wire_out *out, const wq_value *v)
{
    struct frame stack[WQ_MAX_DEPTH];
    size_t depth = 0;
    for (;;) {
        put_one(out, v);
        if (v->type == WQ_V_LIST || v->type == WQ_V_OBJECT) {
            if (depth == WQ_MAX_DEPTH) out->has_failed = true;
            else stack[depth++] = (struct frame){ v, 0 };
        }
        while (depth && stack[depth - 1].next == stack[depth - 1].of->n) depth--;
        if (!depth || out->has_failed) return;
        struct frame *f = &stack[depth - 1];
        if (f->of->type == WQ_V_LIST) {
            v = &f->of->u.list[f->next++];
        } else {
            const wq_member *m = &f->of->u.object[f->next++];
            uint64_t n = m->name.n;
            put(out, &n, sizeof n);
            put(out, m->name.p, m->name.n);
            v = &m->value;
        }
    }
}

/* Nothing changes a column where it lies, either. */
static bool is_same_layer(const struct rec_layer *a, const struct rec_layer *b)
{
    return a->name == b->name && a->over == b->over && a->cols.n == b->cols.n
           && a->cols.begin == b->cols.begin && a->cols.end == b->cols.end
           && a->cols.kind == b->cols.kind && a->cols.hash == b->cols.hash
           && a->cols.n_attrs == b->cols.n_attrs
           && a->cols.attrs == b->cols.attrs;
}

/* Where the field, now the i-th, lay unchanged, from 1; 0: nowhere. */
static uint32_t same_field(const wq_field *f, uint32_t i, const wq_record *was)
{
    uint32_t k = i; /* nearly always */
    if (!was) return 0;
    if (k >= was->n_fields || was->fields[k].key != f->key)
        for (k = 0; k < was->n_fields && was->fields[k].key != f->key;) k++;
    return k < was->n_fields && wire_is_same(&was->fields[k].value, &f->value)
               ? k + 1
               : 0;
}

static void put_fields(struct wire_out *out, const wq_record *r,
                       const wq_record *was)
{
    for (uint32_t i = 0; i < r->n_fields; i++) {
        const wq_field *f = &r->fields[i];
        struct field_head head = { key_out(out, f->key),
                                   same_field(f, i, was) };
        put(out, &head, sizeof head);
        if (!head.same) put_value(out, &f->value);
    }
}

static void put_removed(struct wire_out *out, const wq_record *r)
{
    for (uint32_t i = 0; i < r->n_removed; i++) {
        const wq_removed *x = &r->removed[i];
        struct removed_head head = { key_out(out, x->field),
                                     key_out(out, x->reason), x->at, x->text.n };
        put(out, &head, sizeof head);
        put(out, x->text.p, x->text.n);
    }
}

static void put_strings(struct wire_out *out, const wq_str *list, size_t n)
{
    int64_t *lengths = (int64_t *)(void *)room(out, n * sizeof *lengths);
    for (size_t i = 0; lengths && i < n; i++)
        lengths[i] = list[i].p ? (int64_t)list[i].n : NO_TEXT;
    for (size_t i = 0; lengths && i < n; i++)
        if (list[i].p) put(out, list[i].p, list[i].n);
}

static void put_columns(struct wire_out *out, const wq_layer *l)
{
    put(out, l->begin, l->n * sizeof *l->begin);
    put(out, l->end, l->n * sizeof *l->end);
    wq_key *kinds = l->kind ? (wq_key *)(void *)room(out, l->n * sizeof *kinds)
                            : NULL;
    for (size_t i = 0; kinds && i < l->n; i++)
        kinds[i] = key_out(out, l->kind[i]);
    if (l->hash) put(out, l->hash, l->n * sizeof *l->hash);
    for (size_t i = 0; i < l->n_attrs; i++) {
        const wq_attr *x = &l->attrs[i];
        struct attr_head head = { key_out(out, x->name), x->type };
        put(out, &head, sizeof head);
        if (x->type == WQ_V_STR) put_strings(out, x->values, l->n);
        else put(out, x->values, l->n * 8); /* int64_t or double: checked */
    }
}

/* Which layer of the record as it was this one still is, from 1; 0: none. */
static uint32_t same_layer(const struct rec_layer *x, const wq_record *was)
{
    for (uint32_t k = 0; was && k < was->n_layers; k++)
        if (is_same_layer(&was->layers[k], x)) return k + 1;
    return 0;
}

static void put_layers(struct wire_out *out, const wq_record *r,
                       const wq_record *was)
{
    for (uint32_t i = 0; i < r->n_layers; i++) {
        const struct rec_layer *x = &r->layers[i];
        struct layer_head head = { .same = same_layer(x, was) };
        if (head.same) {
            put(out, &head, sizeof head);
            continue;
        }
        head.name = key_out(out, x->name);
        head.over = key_out(out, x->over);
        head.flags = (x->cols.kind ? HAS_KIND : 0) | (x->cols.hash ? HAS_HASH : 0);
        head.n = x->cols.n;
        head.n_attrs = x->cols.n_attrs;
        put(out, &head, sizeof head);
        put_columns(out, &x->cols);
    }
}

void wire_begin(struct wire_out *out, char *p, size_t cap,
                struct wire_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        names->place[names->list[i] - names->known - 1] = 0;
    names->n = 0;
    *out = (struct wire_out){ .p = p, .cap = cap, .names = names };
    room(out, sizeof(struct head));
}

void wire_put(struct wire_out *out, const wq_record *r, uint32_t of,
              uint32_t flags, const wq_record *was)
{
    bool is_gone = flags & WIRE_GONE;
    size_t message = is_gone && r->message ? strlen(r->message) + 1 : 0;
    if (message > UINT32_MAX) message = 0;
    struct record_head head = {
        .of = of, .flags = flags, .n_children = r->n_children,
        .n_fields = r->n_fields, .n_removed = r->n_removed,
        .n_layers = r->n_layers, .replaced = r->replaced,
        .message = (uint32_t)message };
    if (is_gone) {
        head.verdict = (uint32_t)r->verdict;
        head.stage = r->stage;
        head.reason = key_out(out, r->reason);
    }
    put(out, &head, sizeof head);
    put_fields(out, r, was);
    put_removed(out, r);
    put_layers(out, r, was);
    if (message) put(out, r->message, message);
    out->n_records++;
}

size_t wire_end(struct wire_out *out)
{
    struct head head = { .magic = WIRE_MAGIC, .n_records = out->n_records,
                         .n_names = (uint32_t)out->names->n,
                         .names_at = out->n };
    for (size_t i = 0; i < out->names->n; i++) {
        wq_str name = names_get(out->names->list[i]);
        uint64_t n = name.n;
        put(out, &n, sizeof n);
        put(out, name.p, name.n);
    }
    if (out->has_failed) return 0;
    memcpy(out->p, &head, sizeof head);
    return out->n;
}
