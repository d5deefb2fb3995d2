/* wire.c - see wire.h.  The parts are fixed structs, copied out before they are
 * looked at: what lies in shared memory may change under the reader's eyes, so
 * nobody should hand such memory in, but nothing is read twice all the same. */
#include "record/wire.h"
#include "base/names.h"
#include "base/size.h"
#include "record/internal.h"
#include <errno.h>
#include <stdlib.h>

enum { MAGIC = 0x31525157 /* "WQR1" */, NO_TEXT = -1 };

struct head {
    uint32_t magic, n_records, n_names, reserved;
    uint64_t names_at;
};
struct record_head {
    uint32_t of, flags, verdict, stage;
    uint32_t reason, n_fields, n_removed, n_layers;
    uint32_t n_children, message; /* bytes of it, its NUL too; 0: none */
    uint64_t replaced;
};
struct field_head {
    uint32_t key, same; /* same: its place in the record as it was, from 1 */
};
struct value_head {
    uint32_t type, n;
    uint64_t bits; /* of a number; bytes of a text */
};
struct removed_head {
    uint32_t field, reason;
    uint64_t at, bytes;
};
enum { HAS_KIND = 1u, HAS_HASH = 2u };
struct layer_head {
    uint32_t name, over, same, flags;
    uint64_t n, n_attrs;
};
struct attr_head {
    uint32_t name, type;
};

/* ---- writing ---- */

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

/* Nothing changes a value or a column where it lies: what is there at the same
 * address is the same. */
static bool is_same_value(const wq_value *a, const wq_value *b)
{
    if (a->type != b->type || a->n != b->n) return false;
    bool is_text = a->type == WQ_V_STR || a->type == WQ_V_NUMBER;
    return is_text ? a->u.s.p == b->u.s.p && a->u.s.n == b->u.s.n
                   : a->u.i == b->u.i;
}

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
    return k < was->n_fields && is_same_value(&was->fields[k].value, &f->value)
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

static void put_layers(struct wire_out *out, const wq_record *r,
                       const wq_record *was)
{
    for (uint32_t i = 0; i < r->n_layers; i++) {
        const struct rec_layer *x = &r->layers[i];
        struct layer_head head = {
            .name = key_out(out, x->name), .over = key_out(out, x->over),
            .flags = (x->cols.kind ? HAS_KIND : 0)
                     | (x->cols.hash ? HAS_HASH : 0),
            .n = x->cols.n, .n_attrs = x->cols.n_attrs };
        for (uint32_t k = 0; was && !head.same && k < was->n_layers; k++)
            if (is_same_layer(&was->layers[k], x)) head.same = k + 1;
        put(out, &head, sizeof head);
        if (!head.same) put_columns(out, &x->cols);
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
    struct head head = { .magic = MAGIC, .n_records = out->n_records,
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

/* ---- reading ---- */

static int damaged(void)
{
    errno = EBADMSG;
    return -1;
}
static int no_memory(void)
{
    errno = ENOMEM;
    return -1;
}

/* The next n bytes; NULL: there are not so many. */
static const char *take(struct wire_in *in, uint64_t n)
{
    if (n > in->end - in->at) return NULL;
    const char *p = in->p + in->at;
    size_t padded = ((size_t)n + 7) & ~(size_t)7;
    in->at = padded > in->end - in->at ? in->end : in->at + padded;
    return p;
}

static int get(struct wire_in *in, void *to, size_t n)
{
    const char *p = take(in, n);
    if (!p) return damaged();
    memcpy(to, p, n);
    return 0;
}

/* n items of `size` bytes as they lie there; NULL: there are not so many. */
static const void *take_items(struct wire_in *in, uint64_t n, size_t size)
{
    return n > (in->end - in->at) / size ? NULL : take(in, n * size);
}

/* 0: no such key. */
static wq_key key_in(const struct wire_in *in, uint32_t key)
{
    if (key <= in->known) return key;
    size_t i = key - in->known - 1;
    return i < in->n_names ? in->names[i] : 0;
}

static int get_names(struct wire_in *in, const struct head *head)
{
    in->at = (size_t)head->names_at;
    in->end = in->n;
    if (head->n_names > (in->end - in->at) / sizeof(uint64_t)) return damaged();
    in->names = arena_array(in->arena, head->n_names, sizeof *in->names);
    if (!in->names) return no_memory();
    for (uint32_t i = 0; i < head->n_names; i++) {
        uint64_t n;
        if (get(in, &n, sizeof n) < 0) return -1;
        const char *p = take(in, n);
        if (!p || n > WQ_MAX_NAME) return damaged();
        in->names[i] = names_intern((wq_str){ p, (size_t)n });
        if (!in->names[i]) return no_memory();
    }
    in->n_names = head->n_names;
    return 0;
}

int wire_open(struct wire_in *in, const char *p, size_t n, wq_key known,
              struct arena *arena)
{
    struct head head;
    *in = (struct wire_in){ .p = p, .n = n, .end = n, .known = known,
                            .arena = arena };
    if (get(in, &head, sizeof head) < 0) return -1;
    size_t begin = in->at;
    if (head.magic != MAGIC || head.names_at < begin || head.names_at > n
        || head.names_at % 8)
        return damaged();
    if (get_names(in, &head) < 0) return -1;
    in->at = begin;
    in->end = (size_t)head.names_at;
    in->n_records = head.n_records;
    return 0;
}

static int get_text(struct wire_in *in, uint64_t n, wq_str *out)
{
    const char *p = take(in, n);
    if (!p) return damaged();
    *out = (wq_str){ p, (size_t)n };
    return 0;
}

/* What a value holds itself; for a list or object, room for its items. */
static int get_one(struct wire_in *in, wq_value *v)
{
    struct value_head head;
    if (get(in, &head, sizeof head) < 0) return -1;
    *v = (wq_value){ .type = head.type };
    switch ((wq_vtype)head.type) {
    case WQ_V_STR:
    case WQ_V_NUMBER: return get_text(in, head.bits, &v->u.s);
    case WQ_V_LIST:
    case WQ_V_OBJECT: {
        bool is_list = head.type == WQ_V_LIST;
        if (head.n > (in->end - in->at) / sizeof head) return damaged();
        v->n = head.n;
        void *items = arena_zero(in->arena, head.n, is_list ? sizeof(wq_value)
                                                            : sizeof(wq_member));
        if (!items) return no_memory();
        if (is_list) v->u.list = items;
        else v->u.object = items;
        return 0;
    }
    case WQ_V_NONE:
    case WQ_V_NULL:
    case WQ_V_BOOL:
    case WQ_V_INT:
    case WQ_V_REAL: memcpy(&v->u, &head.bits, sizeof head.bits); return 0;
    }
    return damaged();
}

static int get_value(struct wire_in *in, wq_value *out)
{
    struct {
        void *items;
        bool is_list;
        uint32_t next, n;
    } stack[WQ_MAX_DEPTH], *f;
    size_t depth = 0;
    for (wq_value *v = out;;) {
        if (get_one(in, v) < 0) return -1;
        if (v->type == WQ_V_LIST || v->type == WQ_V_OBJECT) {
            if (depth == WQ_MAX_DEPTH) return damaged();
            f = &stack[depth++];
            f->items = (void *)(uintptr_t)v->u.list;
            f->is_list = v->type == WQ_V_LIST;
            f->next = 0;
            f->n = v->n;
        }
        while (depth && stack[depth - 1].next == stack[depth - 1].n) depth--;
        if (!depth) return 0;
        f = &stack[depth - 1];
        if (f->is_list) {
            v = (wq_value *)f->items + f->next++;
        } else {
            wq_member *m = (wq_member *)f->items + f->next++;
            uint64_t n;
            if (get(in, &n, sizeof n) < 0 || get_text(in, n, &m->name) < 0)
                return -1;
            v = &m->value;
        }
    }
}

static int get_fields(struct wire_in *in, const wq_record *was, uint32_t n,
                      wq_record *r)
{
    if (n > (in->end - in->at) / sizeof(struct field_head)) return damaged();
    r->fields = arena_zero(in->arena, n, sizeof *r->fields);
    if (!r->fields) return no_memory();
    r->cap_fields = n;
    for (; r->n_fields < n; r->n_fields++) {
        struct field_head head;
        wq_field *f = &r->fields[r->n_fields];
        if (get(in, &head, sizeof head) < 0) return -1;
        f->key = key_in(in, head.key);
        if (!f->key) return damaged();
        if (!head.same) {
            if (get_value(in, &f->value) < 0) return -1;
        } else {
            if (!was || head.same > was->n_fields) return damaged();
            f->value = was->fields[head.same - 1].value;
        }
    }
    return 0;
}

static int get_removed(struct wire_in *in, uint32_t n, wq_record *r)
{
    if (n > (in->end - in->at) / sizeof(struct removed_head)) return damaged();
    r->removed = arena_zero(in->arena, n, sizeof *r->removed);
    if (!r->removed) return no_memory();
    for (uint32_t i = 0; i < n; i++) {
        struct removed_head head;
        wq_removed *x = &r->removed[i];
        if (get(in, &head, sizeof head) < 0
            || get_text(in, head.bytes, &x->text) < 0)
            return -1;
        x->field = key_in(in, head.field);
        x->reason = key_in(in, head.reason);
        x->at = (size_t)head.at;
    }
    if (rec_check_removed(r, r->removed, n) < 0)
        return r->fault ? damaged() : no_memory();
    r->n_removed = r->cap_removed = n;
    return 0;
}

static int get_strings(struct wire_in *in, size_t n, const void **out)
{
    const int64_t *lengths = take_items(in, n, sizeof *lengths);
    wq_str *list = lengths ? arena_zero(in->arena, n, sizeof *list) : NULL;
    if (!lengths) return damaged();
    if (!list) return no_memory();
    for (size_t i = 0; i < n; i++)
        if (lengths[i] != NO_TEXT
            && get_text(in, (uint64_t)lengths[i], &list[i]) < 0)
            return -1;
    *out = list;
    return 0;
}

static int get_kinds(struct wire_in *in, size_t n, const wq_key **out)
{
    const uint32_t *from = take_items(in, n, sizeof *from);
    uint32_t highest = 0;
    if (!from) return damaged();
    *out = from;
    for (size_t i = 0; i < n; i++)
        if (from[i] > highest) highest = from[i];
    if (highest <= in->known) return 0; /* nearly always */
    wq_key *kinds = arena_array(in->arena, n, sizeof *kinds);
    if (!kinds) return no_memory();
    for (size_t i = 0; i < n; i++) {
        kinds[i] = key_in(in, from[i]);
        if (from[i] && !kinds[i]) return damaged();
    }
    *out = kinds;
    return 0;
}

static int get_attrs(struct wire_in *in, const struct layer_head *head,
                     wq_layer *to)
{
    if (head->n_attrs > (in->end - in->at) / sizeof(struct attr_head))
        return damaged();
    wq_attr *attrs = arena_zero(in->arena, (size_t)head->n_attrs,
                                sizeof *attrs);
    if (!attrs) return no_memory();
    for (size_t i = 0; i < head->n_attrs; i++) {
        struct attr_head one;
        if (get(in, &one, sizeof one) < 0) return -1;
        attrs[i].name = key_in(in, one.name);
        attrs[i].type = one.type;
        if (one.type == WQ_V_STR) {
            if (get_strings(in, to->n, &attrs[i].values) < 0) return -1;
        } else {
            attrs[i].values = take_items(in, to->n, 8);
            if (!attrs[i].values) return damaged();
        }
    }
    to->attrs = attrs;
    to->n_attrs = (size_t)head->n_attrs;
    return 0;
}

static int get_columns(struct wire_in *in, const struct layer_head *head,
                       wq_layer *to)
{
    to->begin = take_items(in, head->n, sizeof *to->begin);
    to->end = to->begin ? take_items(in, head->n, sizeof *to->end) : NULL;
    if (!to->end) return damaged();
    to->n = (size_t)head->n;
    if ((head->flags & HAS_KIND) && get_kinds(in, to->n, &to->kind) < 0)
        return -1;
    if (head->flags & HAS_HASH) {
        to->hash = take_items(in, head->n, sizeof *to->hash);
        if (!to->hash) return damaged();
    }
    return get_attrs(in, head, to);
}

/* Does the layer lie over the very text that it did? */
static bool is_over_same(const wq_record *r, const wq_record *was, wq_key over)
{
    const wq_field *now = rec_field(r, over), *then = rec_field(was, over);
    return now && then && is_same_value(&now->value, &then->value);
}

static int get_layers(struct wire_in *in, const wq_record *was, uint32_t n,
                      wq_record *r)
{
    if (n > (in->end - in->at) / sizeof(struct layer_head)) return damaged();
    r->layers = arena_zero(in->arena, n, sizeof *r->layers);
    if (!r->layers) return no_memory();
    r->cap_layers = n;
    for (; r->n_layers < n; r->n_layers++) {
        struct layer_head head;
        struct rec_layer *x = &r->layers[r->n_layers];
        if (get(in, &head, sizeof head) < 0) return -1;
        if (head.same) {
            if (!was || head.same > was->n_layers) return damaged();
            *x = was->layers[head.same - 1];
            if (is_over_same(r, was, x->over)) continue;
        } else {
            x->name = key_in(in, head.name);
            x->over = key_in(in, head.over);
            if (get_columns(in, &head, &x->cols) < 0) return -1;
        }
        if (rec_check_layer(r, x->name, x->over, &x->cols) < 0)
            return damaged();
    }
    return 0;
}

static int get_gone(struct wire_in *in, const struct record_head *head,
                    wq_record *r)
{
    const char *message = take(in, head->message);
    if (!message
        || (head->verdict != WQ_DROP && head->verdict != WQ_REJECT))
        return damaged();
    r->verdict = (wq_verdict)head->verdict;
    r->stage = head->stage;
    r->reason = key_in(in, head->reason);
    if (!r->reason) return damaged();
    if (!head->message) return 0;
    if (message[head->message - 1]) return damaged();
    r->message = message;
    return 0;
}

int wire_get(struct wire_in *in, const wq_record *const *was, uint32_t n_was,
             wq_record *r, uint32_t *of, uint32_t *flags)
{
    struct record_head head;
    if (in->n_records == 0) return in->at == in->end ? 0 : damaged();
    in->n_records--;
    if (get(in, &head, sizeof head) < 0) return -1;
    if (was && head.of >= n_was) return damaged();
    const wq_record *before = was ? was[head.of] : NULL;
    r->replaced = head.replaced;
    r->n_children = head.n_children;
    if (get_fields(in, before, head.n_fields, r) < 0
        || get_removed(in, head.n_removed, r) < 0
        || get_layers(in, before, head.n_layers, r) < 0
        || ((head.flags & WIRE_GONE) && get_gone(in, &head, r) < 0))
        return -1;
    *of = head.of;
    *flags = head.flags;
    return 1;
}
