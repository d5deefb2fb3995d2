/* cuts.c - taking text out so that it can be put back.
 *
 * A field and its removed pieces are one sequence, the original text:
 *
 *     kept kept [piece] kept [piece][piece] kept        `at` of a piece: bytes
 *                                                       kept in front of it
 * A further cut takes a stretch of kept text out.  Pieces that already lie in
 * that stretch split it, so that the order of the original is never lost:
 *
 *     cut [b..e) with a piece at p, b < p < e  ->  [b..p) piece [p..e)          */
#include "base/size.h"
#include "record/internal.h"

bool rec_has_removed(const wq_record *r, wq_key field)
{
    for (uint32_t i = 0; i < r->n_removed; i++)
        if (r->removed[i].field == field) return true;
    return false;
}

size_t rec_removed(const wq_record *r, const wq_removed **out)
{
    *out = r->removed;
    return r->n_removed;
}

/* Merges the pieces of `field` with fresh cuts of `text` into list, which has
 * room for 2 * old pieces + cuts: each old piece can split one cut.  Returns how
 * many. */
static uint32_t merge_pieces(const wq_record *r, wq_key field, wq_str text,
                             const wq_layer *cuts, wq_removed *list)
{
    uint32_t n = 0, old = 0;
    size_t gone = 0; /* kept bytes taken out so far */
    while (old < r->n_removed && r->removed[old].field != field) old++;
    for (size_t c = 0; c <= cuts->n; c++) {
        size_t b = c < cuts->n ? cuts->begin[c] : SIZE_MAX;
        size_t e = c < cuts->n ? cuts->end[c] : SIZE_MAX;
        for (; old < r->n_removed && r->removed[old].field == field; old++) {
            size_t at = r->removed[old].at;
            if (at >= e) break;
            if (at > b) { /* it splits this cut */
                list[n++] = (wq_removed){ field, cuts->kind[c], b - gone,
                                          { text.p + b, at - b } };
                gone += at - b;
                b = at;
            }
            list[n] = r->removed[old];
            list[n++].at = at - gone;
        }
        if (c == cuts->n || b == e) continue;
        list[n++] = (wq_removed){ field, cuts->kind[c], b - gone,
                                  { text.p + b, e - b } };
        gone += e - b;
    }
    return n;
}

/* The text without the cuts, in the arena; p NULL: no memory. */
static wq_str text_without(struct arena *arena, wq_str text,
                           const wq_layer *cuts)
{
    size_t gone = 0, from = 0, n = 0;
    for (size_t i = 0; i < cuts->n; i++) gone += cuts->end[i] - cuts->begin[i];
    char *p = arena_alloc(arena, text.n - gone);
    if (!p) return (wq_str){ NULL, 0 };
    for (size_t i = 0; i <= cuts->n; i++) {
        size_t to = i < cuts->n ? cuts->begin[i] : text.n;
        if (to > from) memcpy(p + n, text.p + from, to - from);
        n += to - from;
        if (i < cuts->n) from = cuts->end[i];
    }
    return (wq_str){ p, n };
}

int rec_remove(wq_record *r, wq_key field, const wq_layer *cuts)
{
    wq_field *f = rec_field(r, field);
    if (cuts->n == 0) return 0;
    if (!f || f->value.type != WQ_V_STR)
        return rec_fault(r, "removed text from a field that is no text");
    if (!cuts->kind)
        return rec_fault(r, "removed text without saying why");
    wq_str text = f->value.u.s;
    const char *bad = rec_bad_spans(cuts, text, true);
    if (bad) return rec_fault(r, bad);
    for (size_t i = 0; i < cuts->n; i++)
        if (!cuts->kind[i])
            return rec_fault(r, "removed text without saying why");
    /* Get all memory first, then change. */
    size_t cap = (size_t)r->n_removed * 2 + cuts->n;
    wq_removed *list = cap > UINT32_MAX
                           ? NULL
                           : arena_array(r->arena, cap, sizeof *list);
    wq_str kept = text_without(r->arena, text, cuts);
    if (!list || !kept.p) return -1;
    if (rec_shift_layers(r, field, cuts) < 0) return -1;
    uint32_t n = 0, behind = 0;
    for (; behind < r->n_removed && r->removed[behind].field != field; behind++)
        list[n++] = r->removed[behind];
    n += merge_pieces(r, field, text, cuts, list + n);
    for (; behind < r->n_removed; behind++)
        if (r->removed[behind].field != field) list[n++] = r->removed[behind];
    r->removed = list;
    r->n_removed = n;
    r->cap_removed = (uint32_t)cap;
    f->value.u.s = kept;
    return 0;
}

/* The text with each span replaced, in the arena; p NULL: no memory or larger
 * than a field may be. */
static wq_str text_with(struct arena *arena, wq_str text, const wq_layer *spans,
                        const wq_str *with)
{
    size_t n = text.n, from = 0;
    for (size_t i = 0; i < spans->n; i++) {
        n -= spans->end[i] - spans->begin[i];
        if (!size_add(n, with[i].n, &n)) return (wq_str){ NULL, 0 };
    }
    char *p = n > WQ_MAX_FIELD ? NULL : arena_alloc(arena, n), *to = p;
    for (size_t i = 0; p && i <= spans->n; i++) {
        size_t end = i < spans->n ? spans->begin[i] : text.n;
        if (end > from) memcpy(to, text.p + from, end - from);
        to += end - from;
        if (i == spans->n) break;
        if (with[i].n) memcpy(to, with[i].p, with[i].n);
        to += with[i].n;
        from = spans->end[i];
    }
    return (wq_str){ p, n };
}

/* Moves the pieces of a field to where the text around them stands after a
 * replacement; one inside a replaced span goes behind what replaces it. */
static void move_pieces(wq_record *r, wq_key field, const wq_layer *spans,
                        const wq_str *with)
{
    size_t k = 0, gone = 0, come = 0; /* bytes of the spans passed ... */
    size_t behind = 0;                /* ... and where the last one ends */
    for (uint32_t i = 0; i < r->n_removed; i++) {
        wq_removed *piece = &r->removed[i];
        if (piece->field != field) continue;
        for (; k < spans->n && spans->begin[k] < piece->at; k++) {
            behind = spans->end[k];
            gone += behind - spans->begin[k];
            come += with[k].n;
        }
        if (piece->at < behind) piece->at = behind;
        piece->at = piece->at - gone + come;
    }
}

int rec_replace(wq_record *r, wq_key field, const wq_layer *spans,
                const wq_str *with)
{
    wq_field *f = rec_field(r, field);
    if (spans->n == 0) return 0;
    if (!f || f->value.type != WQ_V_STR)
        return rec_fault(r, "rewrote a field that is no text");
    const char *bad = rec_bad_spans(spans, f->value.u.s, true);
    if (bad) return rec_fault(r, bad);
    if (!with) return rec_fault(r, "rewrote a field without the new text");
    for (size_t i = 0; i < spans->n; i++)
        if (rec_check_text(r, with[i], "set a field to text that is not UTF-8")
            < 0)
            return -1;
    wq_str text = text_with(r->arena, f->value.u.s, spans, with);
    if (!text.p)
        return text.n > WQ_MAX_FIELD
                   ? rec_fault(r, "set a field to more than 64 MiB")
                   : -1;
    move_pieces(r, field, spans, with);
    f->value.u.s = text;
    rec_drop_layers(r, field);
    r->replaced += spans->n;
    return 0;
}

/* What is wrong with a piece removed from `text`, behind one at `least`; NULL:
 * nothing but, perhaps, its own text. */
static const char *bad_piece(const wq_removed *piece, wq_str text, size_t least)
{
    if (!piece->reason) return "gave removed text without saying why";
    if (piece->at > text.n) return "gave removed text a place behind its field";
    if (piece->at < least) return "gave removed text that is out of order";
    if (!rec_is_boundary(text, piece->at))
        return "gave removed text a place inside a code point";
    return NULL;
}

int rec_check_removed(wq_record *r, const wq_removed *list, size_t n)
{
    bool *is_met = arena_zero(r->arena, r->n_fields, sizeof *is_met);
    const wq_field *f = NULL;
    if (!is_met) return -1;
    if (n && !list) return rec_fault(r, "gave a list without its items");
    for (size_t i = 0; i < n; i++) {
        size_t least = i ? list[i - 1].at : 0;
        if (!i || list[i].field != list[i - 1].field) {
            f = rec_field(r, list[i].field);
            if (!f || f->value.type != WQ_V_STR)
                return rec_fault(r, "gave removed text of a field that is no "
                                    "text");
            if (is_met[f - r->fields])
                return rec_fault(r, "gave the removed text of a field in two "
                                    "places");
            is_met[f - r->fields] = true;
            least = 0;
        }
        const char *bad = bad_piece(&list[i], f->value.u.s, least);
        if (bad) return rec_fault(r, bad);
        if (rec_check_text(r, list[i].text, "gave removed text that is not "
                                            "UTF-8") < 0)
            return -1;
    }
    return 0;
}

int rec_set_removed(wq_record *r, const wq_removed *list, size_t n)
{
    if (rec_check_removed(r, list, n) < 0) return -1;
    wq_removed *copy = arena_array(r->arena, n, sizeof *copy);
    if (!copy || n > UINT32_MAX) return -1;
    for (size_t i = 0; i < n; i++) {
        copy[i] = list[i];
        copy[i].text.p = arena_copy(r->arena, list[i].text.p, list[i].text.n);
        if (!copy[i].text.p) return -1;
    }
    r->removed = copy;
    r->n_removed = r->cap_removed = (uint32_t)n;
    return 0;
}

/* Rebuilds one field from its pieces removed[first .. last). */
static int restore_field(wq_record *r, uint32_t first, uint32_t last)
{
    wq_field *f = rec_field(r, r->removed[first].field);
    wq_str text = f->value.u.s;
    size_t n = text.n, from = 0;
    for (uint32_t i = first; i < last; i++)
        if (!size_add(n, r->removed[i].text.n, &n)) return -1;
    char *p = arena_alloc(r->arena, n), *to = p;
    if (!p) return -1;
    for (uint32_t i = first; i < last; i++) {
        const wq_removed *piece = &r->removed[i];
        memcpy(to, text.p + from, piece->at - from);
        to += piece->at - from;
        memcpy(to, piece->text.p, piece->text.n);
        to += piece->text.n;
        from = piece->at;
    }
    memcpy(to, text.p + from, text.n - from);
    f->value.u.s = (wq_str){ p, n };
    rec_drop_layers(r, f->key);
    return 0;
}

int rec_restore(wq_record *r)
{
    for (uint32_t i = 0; i < r->n_removed;) {
        uint32_t last = i + 1;
        while (last < r->n_removed
               && r->removed[last].field == r->removed[i].field)
            last++;
        if (restore_field(r, i, last) < 0) return -1;
        i = last;
    }
    r->n_removed = 0;
    return 0;
}
