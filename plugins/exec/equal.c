/* equal.c - see equal.h. */
#include "equal.h"
#include <string.h>

static int same_text(wq_str a, wq_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The values themselves, without what is in them. */
static int same_shell(const wq_value *a, const wq_value *b)
{
    if (a->type != b->type) return 0;
    switch ((wq_vtype)a->type) {
    case WQ_V_NONE:
    case WQ_V_NULL: return 1;
    case WQ_V_BOOL:
    case WQ_V_INT: return a->u.i == b->u.i;
    case WQ_V_REAL: /* the same bits: 0.0 and -0.0 are spelled differently */
        return memcmp(&a->u.r, &b->u.r, sizeof a->u.r) == 0;
    case WQ_V_NUMBER:
    case WQ_V_STR: return same_text(a->u.s, b->u.s);
    case WQ_V_LIST:
    case WQ_V_OBJECT: return a->n == b->n;
    }
    return 0;
}

int values_equal(const wq_value *a, const wq_value *b)
{
    struct {
        const wq_value *a, *b;
        uint32_t next;
    } open[WQ_MAX_DEPTH];
    size_t depth = 0;
    for (;;) {
        if (!same_shell(a, b)) return 0;
        if ((a->type == WQ_V_LIST || a->type == WQ_V_OBJECT) && a->n) {
            if (depth == WQ_MAX_DEPTH) return 0;
            open[depth].a = a;
            open[depth].b = b;
            open[depth++].next = 0;
        }
        while (depth && open[depth - 1].next == open[depth - 1].a->n) depth--;
        if (!depth) return 1;
        uint32_t i = open[depth - 1].next++;
        const wq_value *in_a = open[depth - 1].a, *in_b = open[depth - 1].b;
        if (in_a->type == WQ_V_LIST) {
            a = &in_a->u.list[i];
            b = &in_b->u.list[i];
            continue;
        }
        if (!same_text(in_a->u.object[i].name, in_b->u.object[i].name))
            return 0;
        a = &in_a->u.object[i].value;
        b = &in_b->u.object[i].value;
    }
}
