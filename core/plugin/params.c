/* params.c - text -> checked parameter values; see params.h. */
#include "plugin/params.h"
#include "base/names.h"
#include "base/num.h"
#include <inttypes.h>
#include <stdio.h>

#define LIST_SEPARATOR ", " /* between the items of a list's default */

/* A size or time in the largest unit that divides it: 67108864 -> "64MiB".
 * Not in weeks: "7d" reads better than "1w", and "31d" has none. */
static const char *with_unit(const wq_param *p, double value, char *out,
                             size_t cap)
{
    static const struct {
        uint32_t type;
        double factor;
        const char *unit;
    } units[] = {
        { WQ_SIZE, 1099511627776., "TiB" }, { WQ_SIZE, 1073741824., "GiB" },
        { WQ_SIZE, 1048576., "MiB" },       { WQ_SIZE, 1024., "KiB" },
        { WQ_SIZE, 1., "B" },               { WQ_DURATION, 864e5, "d" },
        { WQ_DURATION, 36e5, "h" },         { WQ_DURATION, 6e4, "m" },
        { WQ_DURATION, 1e3, "s" },          { WQ_DURATION, 1., "ms" },
    };
    for (size_t i = 0; i < WQ_LEN(units); i++) {
        double n = value / units[i].factor;
        if (units[i].type != p->type || n != (double)(int64_t)n
            || (n == 0 && units[i].factor != 1.))
            continue;
        text_format(out, cap, "%.0f%s", n, units[i].unit);
        return out;
    }
    text_format(out, cap, "%.15g", value);
    return out;
}

const char *param_wants(const wq_param *p)
{
    switch ((enum wq_type)p->type) {
    case WQ_BOOL: return "true or false";
    case WQ_INT: return "a whole number";
    case WQ_REAL: return "a number such as 0.5 or 50%";
    case WQ_STRING: return "a text";
    case WQ_ENUM: return "one of its choices";
    case WQ_SIZE: return "a size such as 64MiB or 500kB";
    case WQ_DURATION: return "a time such as 90s, 2h or 7d";
    case WQ_PATH: return "a path";
    case WQ_FIELD_IN:
    case WQ_FIELD_OUT: return "the name of a field";
    case WQ_LAYER_IN:
    case WQ_LAYER_OUT: return "the name of a layer";
    }
    return "something this version does not know";
}

static int refuse(const wq_param *p, wq_str text, bool quoted, struct err *e)
{
    if (!quoted && (text.n == 0 || str_is(text, "~") || str_is(text, "null")))
        return err_set(e, EX_PIPELINE, "\"%s\" must be %s, not nothing",
                       p->name, param_wants(p));
    return err_set(e, EX_PIPELINE, "\"%s\" must be %s, not %s\"%.*s\"", p->name,
                   param_wants(p), quoted ? "the text " : "",
                   text.n > 60 ? 60 : STR_ARG(text));
}

static int check_range(const wq_param *p, double v, wq_str text, struct err *e)
{
    char min[48], max[48];
    if (p->min >= p->max || (v >= p->min && v <= p->max)) return 0;
    return err_set(e, EX_PIPELINE, "\"%s\" must be from %s to %s, not %.*s",
                   p->name, with_unit(p, p->min, min, sizeof min),
                   with_unit(p, p->max, max, sizeof max),
                   text.n > 60 ? 60 : STR_ARG(text));
}

/* INT, SIZE and DURATION.  A number that does not fit 64 bits is out of range,
 * not a wrong type. */
static int parse_whole(const wq_param *p, wq_str text, bool quoted,
                       int64_t *out, struct err *e)
{
    struct err why = { 0 };
    int64_t v = 0;
    int64_t low = p->type == WQ_INT ? INT64_MIN : 0;
    int rc = p->type == WQ_INT
                 ? num_int(text, low, INT64_MAX, &v, &why)
             : p->type == WQ_SIZE
                 ? num_size(text, low, INT64_MAX, &v, &why)
                 : num_duration(text, low, INT64_MAX, &v, &why);
    if (rc < 0 && !quoted
        && (strncmp(why.text, "must", 4) == 0 || strstr(why.text, "range"))) {
        v = text.p[0] == '-' ? INT64_MIN : INT64_MAX;
        if (p->min >= p->max)
            return err_set(e, EX_PIPELINE, "\"%s\" cannot be %.*s: %s", p->name,
                           STR_ARG(text), text.p[0] == '-' ? "it is negative"
                                                           : "it is too large");
        rc = 0;
    }
    if (rc < 0 || quoted) return refuse(p, text, quoted, e);
    if (check_range(p, (double)v, text, e) < 0) return -1;
    *out = v;
    return 0;
}

static int parse_real(const wq_param *p, wq_str text, bool quoted, double *out,
                      struct err *e)
{
    double v;
    if (quoted || num_real(text, 0, 0, &v, NULL) < 0)
        return refuse(p, text, quoted, e);
    if (check_range(p, v, text, e) < 0) return -1;
    *out = v;
    return 0;
}

static int parse_choice(const wq_param *p, wq_str text, int64_t *out,
                        struct err *e)
{
    for (int64_t i = 0; p->choices && p->choices[i]; i++) {
        if (!str_is(text, p->choices[i])) continue;
        *out = i;
        return 0;
    }
    char all[200];
    size_t n = text_format(all, sizeof all, "%s", "");
    for (size_t i = 0; p->choices && p->choices[i]; i++)
        n += text_format(all + n, sizeof all - n, "%s%s",
                         !i ? "" : p->choices[i + 1] ? ", " : " or ",
                         p->choices[i]);
    return err_set(e, EX_PIPELINE, "\"%s\" must be %s, not \"%.*s\"", p->name,
                   all, text.n > 60 ? 60 : STR_ARG(text));
}

/* STRING and PATH: a copy with a NUL behind it. */
static int parse_text(const wq_param *p, wq_str text, struct arena *arena,
                      wq_str *out, struct err *e)
{
    if (p->type == WQ_PATH
        && (text.n == 0 || memchr(text.p, '\0', text.n) != NULL))
        return err_set(e, EX_PIPELINE, "\"%s\" must be a path, not %s", p->name,
                       text.n ? "a text with a NUL" : "empty");
    char *copy = arena_alloc(arena, text.n + 1);
    if (!copy) return err_no_memory(e);
    if (text.n) memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    *out = (wq_str){ copy, text.n };
    return 0;
}

static int parse_key(const wq_param *p, wq_str text, wq_key *out, struct err *e)
{
    if (text.n == 0 || text.n > 256 || memchr(text.p, '\0', text.n))
        return err_set(e, EX_PIPELINE,
                       "\"%s\" must be %s (1 to 256 bytes, no NUL)", p->name,
                       param_wants(p));
    wq_key key = names_intern(text);
    if (!key) return err_no_memory(e);
    *out = key;
    return 0;
}

int param_parse(const wq_param *param, wq_str text, bool quoted,
                struct arena *arena, union param_item *out, struct err *e)
{
    if (!text.p) text.p = "";
    bool is_null = !quoted && (text.n == 0 || str_is(text, "~")
                               || str_is(text, "null"));
    if (is_null) return refuse(param, text, quoted, e);
    switch ((enum wq_type)param->type) {
    case WQ_BOOL:
        if (quoted || (!str_is(text, "true") && !str_is(text, "false")))
            return refuse(param, text, quoted, e);
        out->i = str_is(text, "true");
        return 0;
    case WQ_INT:
    case WQ_SIZE:
    case WQ_DURATION: return parse_whole(param, text, quoted, &out->i, e);
    case WQ_REAL: return parse_real(param, text, quoted, &out->r, e);
    case WQ_ENUM: return parse_choice(param, text, &out->i, e);
    case WQ_STRING:
    case WQ_PATH: return parse_text(param, text, arena, &out->s, e);
    case WQ_FIELD_IN:
    case WQ_FIELD_OUT:
    case WQ_LAYER_IN:
    case WQ_LAYER_OUT: return parse_key(param, text, &out->key, e);
    }
    return refuse(param, text, quoted, e);
}

/* The default of one parameter, read as a user's value would be; a text's
 * default may be empty. */
static int set_default(const wq_param *p, struct param_value *v,
                       struct arena *arena, struct err *e)
{
    if (!p->fallback) return 0;
    wq_str rest = str(p->fallback);
    size_t n = 1;
    if (p->flags & WQ_LIST)
        for (const char *s = rest.p; (s = strstr(s, LIST_SEPARATOR)); s++) n++;
    if ((p->flags & WQ_LIST) && rest.n == 0) n = 0;
    v->items = arena_zero(arena, n, sizeof *v->items);
    if (!v->items) return err_no_memory(e);
    bool is_text = p->type == WQ_STRING;
    for (size_t i = 0; i < n; i++) {
        const char *end = i + 1 < n ? strstr(rest.p, LIST_SEPARATOR) : NULL;
        wq_str item = { rest.p, end ? (size_t)(end - rest.p) : rest.n };
        if (param_parse(p, item, is_text, arena, &v->items[i], e) < 0)
            return err_in_front(e, "its own default will not do: ");
        if (end)
            rest = (wq_str){ end + 2, rest.n - item.n - 2 };
    }
    v->n = (uint32_t)n;
    v->is_set = v->is_default = true;
    return 0;
}

struct wq_config *config_new(const wq_param *params, uint32_t n,
                             struct arena *arena, struct err *e)
{
    struct wq_config *c = arena_zero(arena, 1, sizeof *c);
    if (!c || !(c->values = arena_zero(arena, n, sizeof *c->values))) {
        err_no_memory(e);
        return NULL;
    }
    c->params = params;
    c->n_params = n;
    for (uint32_t i = 0; i < n; i++) {
        if (set_default(&params[i], &c->values[i], arena, e) == 0) continue;
        if (e && e->code == EX_PIPELINE) e->code = EX_NO_PLUGIN;
        return NULL;
    }
    return c;
}

/* ---- printing ---- */

static int print_item(const wq_param *p, const union param_item *v,
                      struct buf *out)
{
    char text[64];
    switch ((enum wq_type)p->type) {
    case WQ_BOOL: return buf_format(out, "%s", v->i ? "true" : "false");
    case WQ_INT: return buf_format(out, "%" PRId64, v->i);
    case WQ_REAL: return buf_format(out, "%.15g", v->r);
    case WQ_ENUM: return buf_format(out, "%s", p->choices[v->i]);
    case WQ_SIZE:
    case WQ_DURATION:
        return buf_format(out, "%s", with_unit(p, (double)v->i, text,
                                               sizeof text));
    case WQ_STRING:
    case WQ_PATH:
        return v->s.n ? buf_add(out, v->s.p, v->s.n) : buf_format(out, "\"\"");
    case WQ_FIELD_IN:
    case WQ_FIELD_OUT:
    case WQ_LAYER_IN:
    case WQ_LAYER_OUT: break;
    }
    wq_str name = names_get(v->key);
    return buf_add(out, name.p, name.n);
}

int param_print(const wq_param *param, const struct param_value *v,
                struct buf *out)
{
    if (!v->is_set) return buf_format(out, "unset");
    if (param->flags & WQ_SECRET) return buf_format(out, "(secret)");
    bool is_list = param->flags & WQ_LIST;
    int rc = is_list ? buf_format(out, "[") : 0;
    for (uint32_t i = 0; i < v->n && rc == 0; i++) {
        if (i) rc = buf_format(out, ", ");
        if (rc == 0) rc = print_item(param, &v->items[i], out);
    }
    return rc == 0 && is_list ? buf_format(out, "]") : rc;
}

int param_print_range(const wq_param *param, struct buf *out)
{
    char min[48], max[48];
    if (param->min >= param->max) return 0;
    return buf_format(out, "from %s to %s",
                      with_unit(param, param->min, min, sizeof min),
                      with_unit(param, param->max, max, sizeof max));
}

/* ---- the host table's functions: an index or type that the plugin's own table
 * does not have is the plugin's bug; it gets zero, never memory that is not its
 * own. */

static const union param_item *item_of(const wq_config *c, uint32_t i,
                                       uint32_t item)
{
    if (i >= c->n_params || item >= c->values[i].n) return NULL;
    return &c->values[i].items[item];
}

int64_t config_get_int(const wq_config *c, uint32_t i)
{
    const union param_item *v = item_of(c, i, 0);
    if (!v) return 0;
    uint32_t t = c->params[i].type;
    return t == WQ_REAL ? (int64_t)v->r : t <= WQ_DURATION && t != WQ_STRING
                                              ? v->i : 0;
}

double config_get_real(const wq_config *c, uint32_t i)
{
    const union param_item *v = item_of(c, i, 0);
    if (!v) return 0;
    return c->params[i].type == WQ_REAL ? v->r : (double)config_get_int(c, i);
}

wq_str config_get_str(const wq_config *c, uint32_t i, uint32_t item)
{
    const union param_item *v = item_of(c, i, item);
    if (!v) return (wq_str){ NULL, 0 };
    const wq_param *p = &c->params[i];
    switch ((enum wq_type)p->type) {
    case WQ_STRING:
    case WQ_PATH: return v->s;
    case WQ_ENUM: return str(p->choices[v->i]);
    case WQ_FIELD_IN:
    case WQ_FIELD_OUT:
    case WQ_LAYER_IN:
    case WQ_LAYER_OUT: return names_get(v->key);
    case WQ_BOOL:
    case WQ_INT:
    case WQ_REAL:
    case WQ_SIZE:
    case WQ_DURATION: break;
    }
    return (wq_str){ NULL, 0 };
}

uint32_t config_count(const wq_config *c, uint32_t i)
{
    return i < c->n_params ? c->values[i].n : 0;
}

wq_key config_get_key(const wq_config *c, uint32_t i, uint32_t item)
{
    const union param_item *v = item_of(c, i, item);
    return v && c->params[i].type >= WQ_FIELD_IN ? v->key : 0;
}

void config_bad_param(wq_config *c, uint32_t i, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    text_vformat(text, sizeof text, fmt, args);
    va_end(args);
    c->is_bad = true;
    if (c->on_bad) c->on_bad(c->on_bad_to, i, text);
}
