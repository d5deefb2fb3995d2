/* wire_parts.h - what a message is made of (wire.h): fixed structs, each at a multiple
 * of 8, and a multiple of 8 long. */
#ifndef WQ_RECORD_WIRE_PARTS_H
#define WQ_RECORD_WIRE_PARTS_H
#include "record/wire.h"

enum { WIRE_MAGIC = 0x31525157 /* "WQR1" */, NO_TEXT = -1 };

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

/* Nothing changes a value where it lies: what is there at the same address is the
 * same. */
static inline bool wire_is_same(const wq_value *a, const wq_value *b)
{
    if (a->type != b->type || a->n != b->n) return false;
    bool is_text = a->type == WQ_V_STR || a->type == WQ_V_NUMBER;
    return is_text ? a->u.s.p == b->u.s.p && a->u.s.n == b->u.s.n
                   : a->u.i == b->u.i;
}
#endif
