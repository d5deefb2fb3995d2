/* wire_in.c - reads records from bytes; see wire.h.  The parts are copied out before
 * they are looked at: what lies in shared memory may change under the reader's eyes,
 * so nobody should hand such memory in, but nothing is read twice all the same. */
#include "base/names.h"
#include "base/size.h"
#include "record/internal.h"
#include "record/wire_parts.h"
#include <errno.h>

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

/* Bytes that are still to be taken, but for those that lists have claimed. */
static size_t left(const struct wire_in *in)
{
    size_t rest = in->end - in->at;
    return rest > in->owed ? rest - in->owed : 0;
}

/* The next n bytes; NULL: there are not so many. */
static const char *take(struct wire_in *in, uint64_t n)
{
    if (n > left(in)) return NULL;
    const char *p = in->p + in->at;
    size_t padded = ((size_t)n + 7) & ~(size_t)7, rest = in->end - in->at;
    in->at = padded > rest ? in->end : in->at + padded;
    return p;
}

static int get(struct wire_in *in, void *to, size_t n)
{
    const char *p = take(in, n);
    if (!p) return damaged();
    memcpy(to, p, n);
    return 0;
}

/* A list of n items of `size` bytes, zero, each of which has at least `least` bytes
 * of the message to itself: so no message takes more memory than a few times its
 * own, however lists nest.  NULL with errno. */
static void *claim(struct wire_in *in, uint64_t n, size_t least, size_t size)
{
    if (n > left(in) / least) return damaged(), NULL;
    void *list = arena_zero(in->arena, (size_t)n, size);
    if (!list) return no_memory(), NULL;
    in->owed += (size_t)n * least;
    return list;
}

/* The head of an item that was claimed. */
static int get_claimed(struct wire_in *in, void *to, size_t n)
{
    in->owed -= n;
    return get(in, to, n);
}

/* n items of `size` bytes as they lie there; NULL: there are not so many. */
static const void *take_items(struct wire_in *in, uint64_t n, size_t size)
{
    return n > left(in) / size ? NULL : take(in, n * size);
}

/* 0: no such key. */
static wq_key key_in(struct wire_in *in, uint32_t key)
{
    if (key <= in->known) return key;
    size_t i = key - in->known - 1;
    if (i >= in->n_names) return 0;
    struct wire_name *name = &in->names[i];
    in->n_idle -= !name->is_used;
    name->is_used = true;
    return name->key;
}

/* A name that this process does not know yet has a key behind all there can be. */
static int get_names(struct wire_in *in, const struct head *head)
{
    in->at = (size_t)head->names_at;
    in->end = in->n;
    in->names = claim(in, head->n_names, sizeof(uint64_t), sizeof *in->names);
    if (!in->names) return -1;
    for (uint32_t i = 0; i < head->n_names; i++) {
        struct wire_name *name = &in->names[i];
        uint64_t n;
        if (get_claimed(in, &n, sizeof n) < 0) return -1;
        const char *p = take(in, n);
        if (!p || n > WQ_MAX_NAME) return damaged();
        name->text = (wq_str){ p, (size_t)n };
        name->key = names_find(name->text);
        if (!name->key) name->key = NAMES_MAX + 1 + i;
    }
    in->n_idle = in->n_names = head->n_names;
    return 0;
}

static void rewind_to(struct wire_in *in, const struct head *head)
{
    in->at = sizeof *head;
    in->end = (size_t)head->names_at;
    in->n_records = head->n_records;
    in->owed = 0;
}

int wire_open(struct wire_in *in, const char *p, size_t n, wq_key known,
              struct arena *arena)
{
    struct head head;
    *in = (struct wire_in){ .p = p, .n = n, .end = n, .known = known,
                            .arena = arena };
    if (get(in, &head, sizeof head) < 0) return -1;
    if (head.magic != WIRE_MAGIC || head.names_at < in->at || head.names_at > n
        || head.names_at % 8
        || head.n_records > (head.names_at - in->at) / sizeof(struct record_head))
        return damaged();
    if (get_names(in, &head) < 0) return -1;
    rewind_to(in, &head);
    return 0;
}

int wire_intern(struct wire_in *in)
{
    struct head head;
    int were_new = 0;
    memcpy(&head, in->p, sizeof head);
    for (size_t i = 0; i < in->n_names; i++) {
        struct wire_name *name = &in->names[i];
        if (name->key <= NAMES_MAX) continue;
        name->key = names_intern(name->text);
        if (!name->key) return -1;
        were_new = 1;
    }
    rewind_to(in, &head);
    return were_new;
}

static int get_text(struct wire_in *in, uint64_t n, wq_str *out)
{
    const char *p = take(in, n);
    if (!p) return damaged();
    *out = (wq_str){ p, (size_t)n };
    return 0;
}

/* What a value holds itself; for a list or object, room for its items. */
static int get_one(struct wire_in *in, const struct value_head *from, wq_value *v)
{
    const struct value_head head = *from;
    *v = (wq_value){ .type = head.type };
    switch ((wq_vtype)head.type) {
    case WQ_V_STR:
    case WQ_V_NUMBER: return get_text(in, head.bits, &v->u.s);
    case WQ_V_LIST:
    case WQ_V_OBJECT: {
        bool is_list = head.type == WQ_V_LIST;
        void *items = claim(in, head.n, sizeof head,
                            is_list ? sizeof(wq_value) : sizeof(wq_member));
        if (!items) return -1;
        v->n = head.n;
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
        struct value_head head;
        if ((v == out ? get(in, &head, sizeof head)
                      : get_claimed(in, &head, sizeof head)) < 0
            || get_one(in, &head, v) < 0)
            return -1;
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
    r->fields = claim(in, n, sizeof(struct field_head), sizeof *r->fields);
    if (!r->fields) return -1;
    r->cap_fields = n;
    for (; r->n_fields < n; r->n_fields++) {
        struct field_head head;
        wq_field *f = &r->fields[r->n_fields];
        if (get_claimed(in, &head, sizeof head) < 0) return -1;
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
    r->removed = claim(in, n, sizeof(struct removed_head), sizeof *r->removed);
    if (!r->removed) return -1;
    for (uint32_t i = 0; i < n; i++) {
        struct removed_head head;
        wq_removed *x = &r->removed[i];
        if (get_claimed(in, &head, sizeof head) < 0
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
    wq_attr *attrs = claim(in, head->n_attrs, sizeof(struct attr_head),
                           sizeof *attrs);
    if (!attrs) return -1;
    for (size_t i = 0; i < head->n_attrs; i++) {
        struct attr_head one;
        if (get_claimed(in, &one, sizeof one) < 0) return -1;
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
    return now && then && wire_is_same(&now->value, &then->value);
}

static int get_layers(struct wire_in *in, const wq_record *was, uint32_t n,
                      wq_record *r)
{
    r->layers = claim(in, n, sizeof(struct layer_head), sizeof *r->layers);
    if (!r->layers) return -1;
    r->cap_layers = n;
    for (; r->n_layers < n; r->n_layers++) {
        struct layer_head head;
        struct rec_layer *x = &r->layers[r->n_layers];
        if (get_claimed(in, &head, sizeof head) < 0) return -1;
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
    if (in->n_records == 0)
        return in->at == in->end && !in->n_idle ? 0 : damaged();
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
