/* record.c - records and their fields; layers and cuts are next door. */
#include "record/record.h"
#include "base/utf8.h"
#include "record/internal.h"

int rec_fault(wq_record *r, const char *what)
{
    if (!r->fault) r->fault = what;
    return -1;
}

void *rec_grow(struct arena *arena, void *list, uint32_t n, uint32_t *cap,
               size_t size)
{
    if (n < *cap) return list;
    uint32_t more = *cap ? *cap * 2 : 8;
    void *fresh = arena_array(arena, more, size);
    if (!fresh) return NULL;
    if (n) memcpy(fresh, list, n * size);
    *cap = more;
    return fresh;
}

wq_record *rec_new(struct arena *arena)
{
    wq_record *r = arena_zero(arena, 1, sizeof *r);
    if (r) r->arena = arena;
    return r;
}

wq_field *rec_field(const wq_record *r, wq_key key)
{
    for (uint32_t i = 0; i < r->n_fields; i++)
        if (r->fields[i].key == key) return &r->fields[i];
    return NULL;
}

wq_record *rec_clone(struct arena *arena, const wq_record *r)
{
    wq_record *c = rec_new(arena);
    if (!c) return NULL;
    c->origin = r->origin;
    c->replaced = r->replaced;
    for (uint32_t i = 0; i < r->n_fields; i++)
        if (rec_set_value(c, r->fields[i].key, &r->fields[i].value) < 0)
            return NULL;
    if (rec_set_removed(c, r->removed, r->n_removed) < 0) return NULL;
    for (uint32_t i = 0; i < r->n_layers; i++)
        if (rec_set_layer(c, r->layers[i].name, r->layers[i].over,
                          &r->layers[i].cols) < 0)
            return NULL;
    return c;
}

int rec_get(const wq_record *r, wq_key key, wq_str *out)
{
    const wq_field *f = rec_field(r, key);
    if (f && f->value.type == WQ_V_STR) {
        *out = f->value.u.s;
        return 1;
    }
    *out = (wq_str){ NULL, 0 };
    return 0;
}

int rec_get_value(const wq_record *r, wq_key key, wq_value *out)
{
    const wq_field *f = rec_field(r, key);
    if (f) {
        *out = f->value;
        return 1;
    }
    *out = (wq_value){ .type = WQ_V_NONE };
    return 0;
}

size_t rec_fields(const wq_record *r, const wq_field **out)
{
    *out = r->fields;
    return r->n_fields;
}

int rec_check_text(wq_record *r, wq_str s, const char *fault)
{
    if (s.n && !s.p) return rec_fault(r, "gave a string without its bytes");
    return utf8_valid_prefix(s.p, s.n) == s.n ? 0 : rec_fault(r, fault);
}

/* May a field be given this string?  Returns 0, or -1 with the fault set. */
static int check_text(wq_record *r, wq_str s)
{
    if (s.n > WQ_MAX_FIELD)
        return rec_fault(r, "set a field to more than 64 MiB");
    return rec_check_text(r, s, "set a field to text that is not UTF-8");
}

/* Puts a value that already lies in the arena into a field. */
int rec_put(wq_record *r, wq_key key, wq_value value)
{
    if (!key) return rec_fault(r, "used 0 as the name of a field");
    if (rec_has_removed(r, key))
        return rec_fault(r, "rewrote a field that text was removed from");
    wq_field *f = rec_field(r, key);
    if (!f) {
        wq_field *list = rec_grow(r->arena, r->fields, r->n_fields,
                                  &r->cap_fields, sizeof *list);
        if (!list) return -1;
        r->fields = list;
        f = &list[r->n_fields++];
        *f = (wq_field){ .key = key };
    }
    f->value = value;
    rec_drop_layers(r, key);
    return 0;
}

int rec_put_text(wq_record *r, wq_key key, wq_str text)
{
    return rec_put(r, key, (wq_value){ .type = WQ_V_STR, .u.s = text });
}

int rec_set(wq_record *r, wq_key key, wq_str text)
{
    if (check_text(r, text) < 0) return -1;
    char *copy = arena_copy(r->arena, text.p, text.n);
    return copy ? rec_put_text(r, key, (wq_str){ copy, text.n }) : -1;
}

/* Takes a field away; an absent one is fine. */
static int unset(wq_record *r, wq_key key)
{
    wq_field *f = rec_field(r, key);
    if (!f) return 0;
    if (rec_has_removed(r, key))
        return rec_fault(r, "took away a field that text was removed from");
    wq_field *end = r->fields + r->n_fields;
    memmove(f, f + 1, (size_t)(end - f - 1) * sizeof *f);
    r->n_fields--;
    rec_drop_layers(r, key);
    return 0;
}

int rec_set_value(wq_record *r, wq_key key, const wq_value *value)
{
    if (value->type == WQ_V_NONE) return unset(r, key);
    if (value->type == WQ_V_STR) return rec_set(r, key, value->u.s);
    wq_value copy;
    return rec_copy_value(r, value, &copy) < 0 ? -1 : rec_put(r, key, copy);
}

char *rec_reserve(wq_record *r, wq_key key, size_t cap)
{
    if (cap > WQ_MAX_FIELD) {
        rec_fault(r, "reserved more than 64 MiB for a field");
        return NULL;
    }
    char *p = arena_alloc(r->arena, cap);
    r->reserved = p;
    r->reserved_key = p ? key : 0;
    r->reserved_cap = cap;
    return p;
}

int rec_commit(wq_record *r, wq_key key, size_t n)
{
    wq_str text = { r->reserved, n };
    if (!r->reserved || r->reserved_key != key || n > r->reserved_cap)
        return rec_fault(r, "committed what it had not reserved");
    if (check_text(r, text) < 0) return -1;
    arena_shrink(r->arena, r->reserved, r->reserved_cap, n);
    r->reserved = NULL;
    return rec_put_text(r, key, text);
}
