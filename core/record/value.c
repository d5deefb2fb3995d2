/* value.c - deep copies of values, with a stack of their own. */
#include "base/names.h"
#include "record/internal.h"
#include <math.h>

static int copy_str(wq_record *r, wq_str s, const char *fault, wq_str *out)
{
    if (rec_check_text(r, s, fault) < 0) return -1;
    char *p = arena_copy(r->arena, s.p, s.n);
    if (!p) return -1;
    *out = (wq_str){ p, s.n };
    return 0;
}

/* One list or object being copied: from[next ..] is still to do. */
struct frame {
    const wq_value *from;
    void *to; /* wq_value[] or wq_member[] */
    uint32_t next;
};

/* Copies what `v` holds itself; for a list or object, makes room for its items.
 * Returns 0, or -1: no memory, or the fault set. */
static int copy_one(wq_record *r, const wq_value *v, wq_value *out)
{
    *out = *v;
    switch ((wq_vtype)v->type) {
    case WQ_V_STR:
    case WQ_V_NUMBER:
        return copy_str(r, v->u.s, "gave a value with text that is not UTF-8",
                        &out->u.s);
    case WQ_V_LIST:
        if (v->n && !v->u.list)
            return rec_fault(r, "gave a list without its items");
        out->u.list = arena_array(r->arena, v->n, sizeof(wq_value));
        return out->u.list ? 0 : -1;
    case WQ_V_OBJECT:
        if (v->n && !v->u.object)
            return rec_fault(r, "gave an object without its members");
        out->u.object = arena_array(r->arena, v->n, sizeof(wq_member));
        return out->u.object ? 0 : -1;
    case WQ_V_REAL:
        return isfinite(v->u.r) ? 0
                                : rec_fault(r, "gave a number that is infinite "
                                               "or none");
    case WQ_V_NONE:
    case WQ_V_NULL:
    case WQ_V_BOOL:
    case WQ_V_INT: return 0;
    }
    return rec_fault(r, "gave a value of a type that does not exist");
}

_Static_assert(WQ_MAX_DEPTH == 64, "a fault below says 64");

int rec_copy_value(wq_record *r, const wq_value *v, wq_value *out)
{
    struct frame stack[WQ_MAX_DEPTH];
    size_t depth = 0;
    wq_value top;
    if (copy_one(r, v, &top) < 0) return -1;
    if (v->type == WQ_V_LIST || v->type == WQ_V_OBJECT)
        stack[depth++] = (struct frame){ v, (void *)(uintptr_t)top.u.list, 0 };
    while (depth) {
        struct frame *f = &stack[depth - 1];
        if (f->next == f->from->n) {
            depth--;
            continue;
        }
        uint32_t i = f->next++;
        const wq_value *child;
        wq_value *place;
        if (f->from->type == WQ_V_LIST) {
            child = &f->from->u.list[i];
            place = (wq_value *)f->to + i;
        } else {
            wq_member *m = (wq_member *)f->to + i;
            child = &f->from->u.object[i].value;
            place = &m->value;
            if (copy_str(r, f->from->u.object[i].name,
                         "gave a value with a name that is not UTF-8",
                         &m->name) < 0)
                return -1;
        }
        if (copy_one(r, child, place) < 0) return -1;
        if (child->type != WQ_V_LIST && child->type != WQ_V_OBJECT) continue;
        if (depth == WQ_MAX_DEPTH)
            return rec_fault(r, "gave a value deeper than 64 levels");
        stack[depth++] =
            (struct frame){ child, (void *)(uintptr_t)place->u.list, 0 };
    }
    *out = top;
    return 0;
}

int rec_as_object(const wq_record *r, wq_value *out)
{
    wq_member *members = arena_array(r->arena, r->n_fields, sizeof *members);
    if (!members) return -1;
    for (uint32_t i = 0; i < r->n_fields; i++)
        members[i] = (wq_member){ names_get(r->fields[i].key),
                                  r->fields[i].value };
    *out = (wq_value){ .type = WQ_V_OBJECT, .n = r->n_fields,
                       .u.object = members };
    return 0;
}
