/* layers.c - spans over a field: checked at the door, shifted under cuts. */
#include "record/internal.h"
#include <math.h>

bool rec_is_boundary(wq_str text, size_t at)
{
    return at == text.n || ((unsigned char)text.p[at] & 0xC0) != 0x80;
}

const char *rec_bad_spans(const wq_layer *s, wq_str text, bool disjoint)
{
    uint32_t begin = 0, end = 0;
    if (s->n && (!s->begin || !s->end)) return "gave spans without offsets";
    for (size_t i = 0; i < s->n; i++) {
        uint32_t b = s->begin[i], e = s->end[i];
        if (b > e) return "gave a span that ends before it begins";
        if (e > text.n) return "gave a span that ends behind its field";
        if (!rec_is_boundary(text, b) || !rec_is_boundary(text, e))
            return "gave a span that cuts a code point in half";
        if (disjoint ? b < end : b < begin || (i && b == begin && e > end))
            return disjoint ? "gave spans that overlap or are out of order"
                            : "gave spans that are out of order";
        begin = b;
        end = e;
    }
    return NULL;
}

int rec_layer(const wq_record *r, wq_key name, wq_layer *out)
{
    for (uint32_t i = 0; i < r->n_layers; i++)
        if (r->layers[i].name == name) {
            *out = r->layers[i].cols;
            return 1;
        }
    *out = (wq_layer){ 0 };
    return 0;
}

int rec_layer_at(const wq_record *r, size_t i, wq_key *name, wq_key *over,
                 wq_layer *out)
{
    if (i >= r->n_layers) return 0;
    *name = r->layers[i].name;
    *over = r->layers[i].over;
    *out = r->layers[i].cols;
    return 1;
}

void rec_drop_layers(wq_record *r, wq_key field)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < r->n_layers; i++)
        if (r->layers[i].over != field) r->layers[kept++] = r->layers[i];
    r->n_layers = kept;
}

/* Bytes of one value in an attribute column; 0: no such type. */
static size_t attr_size(uint32_t type)
{
    return type == WQ_V_INT ? sizeof(int64_t)
         : type == WQ_V_REAL ? sizeof(double)
         : type == WQ_V_STR ? sizeof(wq_str) : 0;
}

/* Are the values of an attribute there, and can they be written?  Returns 0, or
 * -1 with the fault set. */
static int check_attr(wq_record *r, const wq_attr *x, size_t n)
{
    if (!x->name) return rec_fault(r, "used 0 as the name of an attribute");
    if (!attr_size(x->type))
        return rec_fault(r, "gave an attribute of no known type");
    if (n && !x->values)
        return rec_fault(r, "gave an attribute without its values");
    for (size_t i = 0; x->type == WQ_V_REAL && i < n; i++)
        if (!isfinite(((const double *)x->values)[i]))
            return rec_fault(r, "gave an attribute a number that is infinite "
                                "or none");
    for (size_t i = 0; x->type == WQ_V_STR && i < n; i++) {
        wq_str s = ((const wq_str *)x->values)[i];
        if (s.p && rec_check_text(r, s, "gave an attribute text that is not "
                                        "UTF-8") < 0)
            return -1;
    }
    return 0;
}

int rec_check_layer(wq_record *r, wq_key name, wq_key over,
                    const wq_layer *layer)
{
    wq_str text;
    if (!name) return rec_fault(r, "used 0 as the name of a layer");
    if (!rec_get(r, over, &text))
        return rec_fault(r, "set a layer over a field that is no text");
    const char *bad = rec_bad_spans(layer, text, false);
    if (bad) return rec_fault(r, bad);
    if (layer->n_attrs && !layer->attrs)
        return rec_fault(r, "said that a layer has attributes, and gave none");
    for (size_t i = 0; i < layer->n_attrs; i++)
        if (check_attr(r, &layer->attrs[i], layer->n) < 0) return -1;
    return 0;
}

/* A copy of the strings of a column, too. */
static void *copy_strings(struct arena *arena, const wq_str *from, size_t n)
{
    wq_str *to = arena_array(arena, n, sizeof *to);
    for (size_t i = 0; to && i < n; i++) {
        to[i] = (wq_str){ NULL, 0 };
        if (!from[i].p) continue;
        to[i] = (wq_str){ arena_copy(arena, from[i].p, from[i].n), from[i].n };
        if (!to[i].p) return NULL;
    }
    return to;
}

/* Copies a column if there is one.  false: no memory. */
static bool copy_column(struct arena *arena, const void *from, size_t n,
                        size_t size, const void **to)
{
    *to = from ? arena_copy(arena, from, n * size) : NULL;
    return !from || *to;
}

static int copy_columns(struct arena *a, const wq_layer *from, wq_layer *to)
{
    size_t n = from->n;
    *to = (wq_layer){ .n = n, .n_attrs = from->n_attrs };
    if (!copy_column(a, from->begin, n, sizeof *to->begin,
                     (const void **)&to->begin)
        || !copy_column(a, from->end, n, sizeof *to->end,
                        (const void **)&to->end)
        || !copy_column(a, from->kind, n, sizeof *to->kind,
                        (const void **)&to->kind)
        || !copy_column(a, from->hash, n, sizeof *to->hash,
                        (const void **)&to->hash))
        return -1;
    wq_attr *attrs = arena_array(a, from->n_attrs, sizeof *attrs);
    if (!attrs) return -1;
    for (size_t i = 0; i < from->n_attrs; i++) {
        const wq_attr *x = &from->attrs[i];
        attrs[i] = *x;
        attrs[i].values = x->type == WQ_V_STR
                              ? copy_strings(a, x->values, n)
                              : arena_copy(a, x->values, n * attr_size(x->type));
        if (!attrs[i].values) return -1;
    }
    to->attrs = attrs;
    return 0;
}

int rec_set_layer(wq_record *r, wq_key name, wq_key over, const wq_layer *layer)
{
    if (rec_check_layer(r, name, over, layer) < 0) return -1;
    struct rec_layer fresh = { .name = name, .over = over };
    if (copy_columns(r->arena, layer, &fresh.cols) < 0) return -1;
    for (uint32_t i = 0; i < r->n_layers; i++)
        if (r->layers[i].name == name) {
            r->layers[i] = fresh;
            return 0;
        }
    struct rec_layer *list = rec_grow(r->arena, r->layers, r->n_layers,
                                      &r->cap_layers, sizeof *list);
    if (!list) return -1;
    r->layers = list;
    list[r->n_layers++] = fresh;
    return 0;
}

/* Fills new_place[i] with where span i begins now, or UINT32_MAX if a cut
 * touches it.  Returns how many stay. */
static size_t place_spans(const wq_layer *spans, const wq_layer *cuts,
                          uint32_t *new_place)
{
    size_t k = 0, stay = 0;
    uint32_t gone = 0; /* bytes cut in front of span i */
    for (size_t i = 0; i < spans->n; i++) {
        uint32_t b = spans->begin[i], e = spans->end[i];
        while (k < cuts->n && cuts->end[k] <= b) {
            gone += cuts->end[k] - cuts->begin[k];
            k++;
        }
        bool touched = k < cuts->n
                       && (cuts->begin[k] < e || cuts->begin[k] < b);
        new_place[i] = touched ? UINT32_MAX : b - gone;
        stay += !touched;
    }
    return stay;
}

/* Moves the entries that stay to the front of a fresh column. */
static void *compact(struct arena *arena, const void *from, size_t size,
                     const uint32_t *new_place, size_t n, size_t stay)
{
    char *to = arena_array(arena, stay, size);
    size_t k = 0;
    for (size_t i = 0; to && i < n; i++)
        if (new_place[i] != UINT32_MAX)
            memcpy(to + k++ * size, (const char *)from + i * size, size);
    return to;
}

static int shift_layer(struct arena *a, wq_layer *s, const wq_layer *cuts)
{
    uint32_t *at = arena_array(a, s->n, sizeof *at);
    if (!at) return -1;
    size_t stay = place_spans(s, cuts, at), k = 0;
    wq_layer to = { .n = stay, .n_attrs = s->n_attrs };
    uint32_t *begin = arena_array(a, stay, sizeof *begin);
    uint32_t *end = arena_array(a, stay, sizeof *end);
    wq_attr *attrs = arena_copy(a, s->attrs, s->n_attrs * sizeof *attrs);
    if (!begin || !end || !attrs) return -1;
    for (size_t i = 0; i < s->n; i++) {
        if (at[i] == UINT32_MAX) continue;
        begin[k] = at[i];
        end[k++] = at[i] + (s->end[i] - s->begin[i]);
    }
    to.begin = begin;
    to.end = end;
    to.attrs = attrs;
    if (s->kind) {
        to.kind = compact(a, s->kind, sizeof *to.kind, at, s->n, stay);
        if (!to.kind) return -1;
    }
    if (s->hash) {
        to.hash = compact(a, s->hash, sizeof *to.hash, at, s->n, stay);
        if (!to.hash) return -1;
    }
    for (size_t i = 0; i < s->n_attrs; i++) {
        attrs[i].values = compact(a, s->attrs[i].values,
                                  attr_size(attrs[i].type), at, s->n, stay);
        if (!attrs[i].values) return -1;
    }
    *s = to;
    return 0;
}

int rec_shift_layers(wq_record *r, wq_key field, const wq_layer *cuts)
{
    for (uint32_t i = 0; i < r->n_layers; i++)
        if (r->layers[i].over == field
            && shift_layer(r->arena, &r->layers[i].cols, cuts) < 0)
            return -1;
    return 0;
}
