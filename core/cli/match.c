/* match.c - see match.h.
 *
 * A scalar matches a scalar of its type; a number matches if it rounds to what
 * is written (0.93 matches 0.9312); a mapping matches if every key it names
 * does; a list matches item by item, whole; `null` says there is no such key.
 * `dropped: label/reason` and `rejected: label/reason` say where an article
 * went; without them it must have come out. */
#include "cli/match.h"
#include "base/num.h"
#include <inttypes.h>
#include <math.h>

/* ---- YAML as values ---- */

static void scalar_value(const struct cfg_node *n, wq_value *out)
{
    wq_str s = n->text;
    int64_t i;
    double r;
    *out = (wq_value){ .type = WQ_V_STR, .u.s = s };
    if (n->quoted) return;
    if (s.n == 0 || str_is(s, "null") || str_is(s, "~")) {
        out->type = WQ_V_NULL;
    } else if (str_is(s, "true") || str_is(s, "false")) {
        *out = (wq_value){ .type = WQ_V_BOOL, .u.i = s.p[0] == 't' };
    } else if (num_int(s, INT64_MIN, INT64_MAX, &i, NULL) == 0) {
        *out = (wq_value){ .type = WQ_V_INT, .u.i = i };
    } else if (!str_ends(s, "%") && num_real(s, 0, 0, &r, NULL) == 0) {
        *out = (wq_value){ .type = WQ_V_REAL, .u.r = r };
    }
}

/* Depth is bounded by CFG_MAX_DEPTH, which the parser keeps. */
int match_value(const struct cfg_node *n, struct arena *arena, wq_value *out)
{
    if (n->kind == CFG_SCALAR) {
        scalar_value(n, out);
        return 0;
    }
    *out = (wq_value){ .type = n->kind == CFG_LIST ? WQ_V_LIST : WQ_V_OBJECT,
                       .n = (uint32_t)n->n };
    wq_value *list = arena_array(arena, n->n, sizeof *list);
    wq_member *members = arena_array(arena, n->n, sizeof *members);
    if (!list || !members) return -1;
    for (size_t i = 0; i < n->n; i++) {
        wq_value *to = &list[i];
        if (n->kind == CFG_MAP) {
            members[i].name = n->keys[i]->text;
            to = &members[i].value;
        }
        if (match_value(n->items[i], arena, to) < 0) return -1;
    }
    if (n->kind == CFG_LIST) out->u.list = list;
    else out->u.object = members;
    return 0;
}

int match_codec(struct codec *c, const struct plan *plan, struct err *e)
{
    if (plan->plain.desc) return codec_open(c, &plan->plain, 1, e);
    return err_set(e, EX_NO_PLUGIN, "there is no format \"jsonl\", which tests "
                   "need; `warraq list` shows what there is");
}

/* ---- values as text, for messages ---- */

static void show_string(struct buf *out, wq_str s)
{
    enum { SHOWN = 200 };
    size_t n = s.n;
    if (n > SHOWN)
        for (n = SHOWN; n && ((unsigned char)s.p[n] & 0xC0) == 0x80; n--) ;
    buf_add(out, "\"", 1);
    for (size_t i = 0; i < n; i++) {
        if (s.p[i] == '\n') buf_add(out, "\\n", 2);
        else buf_add(out, s.p + i, 1);
    }
    if (n < s.n) buf_format(out, "...");
    buf_add(out, "\"", 1);
}

/* Depth is bounded by WQ_MAX_DEPTH; long ones are cut by the message. */
static void show(struct buf *out, const wq_value *v)
{
    switch ((wq_vtype)v->type) {
    case WQ_V_NONE: buf_format(out, "nothing"); return;
    case WQ_V_NULL: buf_format(out, "null"); return;
    case WQ_V_BOOL: buf_format(out, v->u.i ? "true" : "false"); return;
    case WQ_V_INT: buf_format(out, "%" PRId64, v->u.i); return;
    case WQ_V_REAL: buf_format(out, "%g", v->u.r); return;
    case WQ_V_NUMBER: buf_format(out, "%.*s", STR_ARG(v->u.s)); return;
    case WQ_V_STR: show_string(out, v->u.s); return;
    case WQ_V_LIST:
        buf_format(out, "[");
        for (uint32_t i = 0; i < v->n; i++) {
            if (i) buf_format(out, ", ");
            show(out, &v->u.list[i]);
        }
        buf_format(out, "]");
        return;
    case WQ_V_OBJECT:
        buf_format(out, "{");
        for (uint32_t i = 0; i < v->n; i++) {
            buf_format(out, "%s%.*s: ", i ? ", " : "",
                       STR_ARG(v->u.object[i].name));
            show(out, &v->u.object[i].value);
        }
        buf_format(out, "}");
        return;
    }
}

static void differ(struct diags *d, const struct cfg_node *at,
                   const char *what, const wq_value *got)
{
    struct buf b = { 0 };
    show(&b, got);
    if (buf_close(&b) == 0)
        diag_error(d, EX_FOUND, at->at, at->width, NULL, "%s is %s", what, b.p);
    buf_free(&b);
}

/* ---- matching ---- */

static const wq_value *member(const wq_value *object, wq_str name)
{
    for (uint32_t i = 0; object->type == WQ_V_OBJECT && i < object->n; i++)
        if (str_eq(object->u.object[i].name, name))
            return &object->u.object[i].value;
    return NULL;
}

/* Half a unit of the last decimal that is written. */
static double tolerance(wq_str s)
{
    const char *dot = memchr(s.p, '.', s.n);
    size_t decimals = dot ? s.n - (size_t)(dot + 1 - s.p) : 0;
    return 0.5 * pow(10, -(double)decimals) + 1e-12;
}

static bool scalar_matches(const struct cfg_node *want, const wq_value *got)
{
    wq_value v;
    scalar_value(want, &v);
    if (v.type == WQ_V_STR) return got->type == WQ_V_STR
                                   && str_eq(v.u.s, got->u.s);
    if (v.type == WQ_V_REAL && got->type == WQ_V_INT)
        return fabs(v.u.r - (double)got->u.i) <= tolerance(want->text);
    if (v.type == WQ_V_REAL)
        return got->type == WQ_V_REAL
               && fabs(v.u.r - got->u.r) <= tolerance(want->text);
    /* A date or the like, written without quotes, is a string. */
    if (got->type == WQ_V_STR) return str_eq(want->text, got->u.s);
    if (v.type == WQ_V_NULL) return got->type == WQ_V_NULL;
    return v.type == got->type && v.u.i == got->u.i;
}

static void match_node(const struct cfg_node *want, const wq_value *got,
                       const char *what, struct diags *d);

static void match_map(const struct cfg_node *want, const wq_value *got,
                      struct diags *d)
{
    for (size_t i = 0; i < want->n; i++) {
        const struct cfg_node *key = want->keys[i], *value = want->items[i];
        const wq_value *v = member(got, key->text);
        char what[128];
        text_format(what, sizeof what, "\"%.*s\"", STR_ARG(key->text));
        bool is_null = value->kind == CFG_SCALAR && !value->quoted
                       && (str_is(value->text, "null")
                           || str_is(value->text, "~"));
        if (!v && is_null) continue;
        if (v) {
            match_node(value, v, what, d);
            continue;
        }
        const char *names[64];
        size_t n = 0;
        for (; got->type == WQ_V_OBJECT && n < got->n && n < WQ_LEN(names); n++)
            names[n] = got->u.object[n].name.p;
        diag_error(d, EX_FOUND, key->at, key->width, NULL,
                   "there is no %s in what came out", what);
    }
}

static void match_node(const struct cfg_node *want, const wq_value *got,
                       const char *what, struct diags *d)
{
    switch (want->kind) {
    case CFG_SCALAR:
        if (!scalar_matches(want, got)) differ(d, want, what, got);
        return;
    case CFG_MAP:
        if (got->type != WQ_V_OBJECT) differ(d, want, what, got);
        else match_map(want, got, d);
        return;
    case CFG_LIST:
        if (got->type != WQ_V_LIST || got->n != want->n) {
            differ(d, want, what, got);
            return;
        }
        for (size_t i = 0; i < want->n; i++)
            match_node(want->items[i], &got->u.list[i], what, d);
        return;
    }
}

/* ---- articles ---- */

static wq_str text_of(const wq_value *object, const char *name)
{
    const wq_value *v = member(object, str(name));
    return v && v->type == WQ_V_STR ? v->u.s : (wq_str){ NULL, 0 };
}

/* The article itself: for a reject, its record, if it could be read. */
static const wq_value *article_of(const struct article *a)
{
    const wq_value *record = a->fate == FATE_REJECTED
                                 ? member(&a->value, str("record"))
                                 : NULL;
    return record ? record : &a->value;
}

/* "label/reason", or "" if it came out. */
static wq_str fate_of(const struct article *a, char *text, size_t cap)
{
    if (a->fate == FATE_OUT) return str("");
    if (a->fate == FATE_DROPPED) return text_of(&a->value, "dropped");
    wq_str stage = text_of(&a->value, "stage"),
           reason = text_of(&a->value, "reason");
    size_t n = text_format(text, cap, "%.*s/%.*s", STR_ARG(stage),
                           STR_ARG(reason));
    return (wq_str){ text, n };
}

/* What an expectation says of where the article goes. */
static enum fate wanted_fate(const struct cfg_node *want,
                             const struct cfg_node **at)
{
    if ((*at = cfg_get(want, "dropped"))) return FATE_DROPPED;
    if ((*at = cfg_get(want, "rejected"))) return FATE_REJECTED;
    return FATE_OUT;
}

static struct article *find(const struct cfg_node *want, enum fate fate,
                            struct article *list, size_t n)
{
    const struct cfg_node *id = cfg_get(want, "id");
    struct article *other = NULL;
    for (size_t i = 0; i < n; i++) {
        struct article *a = &list[i];
        const wq_value *v = member(article_of(a), str("id"));
        if (a->is_matched || (id && !(v && scalar_matches(id, v)))) continue;
        if (a->fate == fate) return a;
        if (id && !other) other = a; /* right article, wrong fate */
    }
    return other;
}

static void match_fate(const struct cfg_node *want, const struct cfg_node *at,
                       enum fate fate, const struct article *a,
                       struct diags *d)
{
    static const char *const names[] = { "came out", "was dropped",
                                         "was rejected" };
    char text[256];
    wq_str got = fate_of(a, text, sizeof text);
    const struct cfg_node *place = at ? at : want;
    if (a->fate != fate)
        diag_error(d, EX_FOUND, place->at, place->width, NULL,
                   "the article %s%s%.*s", names[a->fate], got.n ? ": " : "",
                   STR_ARG(got));
    else if (at && (at->kind != CFG_SCALAR || !str_eq(at->text, got)))
        diag_error(d, EX_FOUND, at->at, at->width, NULL, "the article %s: %.*s",
                   names[a->fate], STR_ARG(got));
}

/* The expectation without the keys that speak of fate. */
static struct cfg_node *without_fate(const struct cfg_node *want,
                                     struct arena *arena)
{
    struct cfg_node *n = arena_copy(arena, want, sizeof *want);
    if (!n) return NULL;
    n->items = arena_array(arena, want->n, sizeof *n->items);
    n->keys = arena_array(arena, want->n, sizeof *n->keys);
    if (!n->items || !n->keys) return NULL;
    n->n = 0;
    for (size_t i = 0; i < want->n; i++) {
        wq_str key = want->keys[i]->text;
        if (str_is(key, "dropped") || str_is(key, "rejected")) continue;
        n->keys[n->n] = want->keys[i];
        n->items[n->n++] = want->items[i];
    }
    return n;
}

static void report_unexpected(const struct cfg_node *expect,
                              const struct article *list, size_t n,
                              struct diags *d)
{
    static const char *const names[] = { "came out", "was dropped",
                                         "was rejected" };
    for (size_t i = 0; i < n; i++) {
        if (list[i].is_matched) continue;
        struct buf b = { 0 };
        char text[256];
        wq_str fate = fate_of(&list[i], text, sizeof text);
        const wq_value *id = member(article_of(&list[i]), str("id"));
        if (id) show(&b, id);
        if (buf_close(&b) == 0)
            diag_error(d, EX_FOUND, expect->at, 0, NULL,
                       "an article that is not expected %s: %s %.*s",
                       names[list[i].fate], b.p, STR_ARG(fate));
        buf_free(&b);
    }
}

int match_articles(const struct cfg_node *expect, struct article *articles,
                   size_t n, struct arena *arena, struct diags *d,
                   struct err *e)
{
    struct article *last = NULL; /* of those that came out: order counts */
    for (size_t i = 0; i < expect->n; i++) {
        const struct cfg_node *want = expect->items[i], *at;
        enum fate fate = wanted_fate(want, &at);
        struct article *a = find(want, fate, articles, n);
        if (!a) {
            diag_error(d, EX_FOUND, want->at, want->width, NULL,
                       "no such article came out");
            continue;
        }
        a->is_matched = true;
        match_fate(want, at, fate, a, d);
        if (a->fate == FATE_OUT && last && a < last)
            diag_error(d, EX_FOUND, want->at, want->width, NULL,
                       "the article came out before the one above");
        if (a->fate == FATE_OUT) last = a;
        struct cfg_node *rest = without_fate(want, arena);
        if (!rest) return err_no_memory(e);
        match_map(rest, article_of(a), d);
    }
    report_unexpected(expect, articles, n, d);
    return 0;
}
