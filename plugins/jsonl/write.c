/* write.c - a record as a line: fields in order, removed text, layers.
 *
 * Everything goes through one buffer with two rules: room is asked for before
 * bytes are put there, and between records it is handed on when FLUSH is full.
 * Names are quoted once and kept. */
#include "jsonl.h"
#include "scan.h"
#include "simd.h"
#include <stdlib.h>

enum { FLUSH = 64 << 10, OUT_KEPT = 4 << 20 };

/* ---- the buffer ---------------------------------------------------------- */

/* Where `more` bytes may be written; NULL: no memory. */
static char *room(struct jsonl_worker *w, size_t more)
{
    if (more > w->out_cap - w->out_n) {
        if (more > SIZE_MAX / 4 || w->out_n > SIZE_MAX / 4) return NULL;
        size_t cap = (w->out_n + more) * 3 / 2 + 2 * FLUSH;
        char *out = realloc(w->out, cap);
        if (!out) return NULL;
        w->out = out;
        w->out_cap = cap;
    }
    return w->out + w->out_n;
}

static int put(struct jsonl_worker *w, const char *p, size_t n)
{
    char *to = room(w, n);
    if (!to) return -1;
    memcpy(to, p, n);
    w->out_n += n;
    return 0;
}

static int put_char(struct jsonl_worker *w, char c)
{
    char *to = room(w, 1);
    if (!to) return -1;
    *to = c;
    w->out_n++;
    return 0;
}

/* Hands the buffer on.  0, or -1 if the other side says stop. */
static int flush(struct jsonl_worker *w)
{
    if (w->out_n && w->write(w->write_to, w->out, w->out_n) < 0) return -1;
    w->out_n = 0;
    if (w->out_cap > OUT_KEPT) { /* after a very large record */
        free(w->out);
        w->out = NULL;
        w->out_cap = 0;
    }
    return 0;
}

/* ---- strings and numbers ------------------------------------------------- */

/* Writes an escape (RFC 8259 s. 7) for c; returns its length, at most 6. */
static size_t escape(char *to, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char from[] = "\"\\\b\f\n\r\t", short_form[] = "\"\\bfnrt";
    const char *known = c ? strchr(from, c) : NULL;
    to[0] = '\\';
    if (known) {
        to[1] = short_form[known - from];
        return 2;
    }
    memcpy(to + 1, "u00", 3);
    to[4] = hex[c >> 4];
    to[5] = hex[c & 15];
    return 6;
}

static int put_string(struct jsonl_worker *w, wq_str s)
{
    /* Room for the string as it is; each escape asks for its surplus. */
    char *to = room(w, s.n + 2);
    if (!to) return -1;
    *to++ = '"';
    for (size_t from = 0;;) {
        size_t at = scan_special(s.p, from, s.n);
        if (at > from) memcpy(to, s.p + from, at - from);
        to += at - from;
        if (at == s.n) break;
        w->out_n = (size_t)(to - w->out);
        to = room(w, s.n - at + 8);
        if (!to) return -1;
        to += escape(to, (unsigned char)s.p[at]);
        from = at + 1;
    }
    *to++ = '"';
    w->out_n = (size_t)(to - w->out);
    return 0;
}

/* Writes v in decimal at to; returns its length, at most 20. */
static size_t decimal(char *to, uint64_t v)
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233"
        "34353637383940414243444546474849505152535455565758596061626364656667"
        "6869707172737475767778798081828384858687888990919293949596979899";
    char text[20], *p = text + sizeof text;
    while (v >= 100) {
        memcpy(p -= 2, pairs + v % 100 * 2, 2);
        v /= 100;
    }
    if (v >= 10) memcpy(p -= 2, pairs + v * 2, 2);
    else *--p = (char)('0' + v);
    size_t n = (size_t)(text + sizeof text - p);
    memcpy(to, p, n);
    return n;
}

static int put_int(struct jsonl_worker *w, int64_t v)
{
    char *to = room(w, 21);
    if (!to) return -1;
    size_t sign = v < 0;
    *to = '-';
    w->out_n += sign + decimal(to + sign, v < 0 ? -(uint64_t)v : (uint64_t)v);
    return 0;
}

static int put_real(struct jsonl_worker *w, double x)
{
    /* JSON has no spelling for infinities and what is no number. */
    if (!__builtin_isfinite(x)) return put(w, "null", 4);
    char *to = room(w, JSON_REAL_MAX);
    if (!to) return -1;
    w->out_n += json_real_write(x, to);
    return 0;
}

/* A name in quotes, kept for the next time.  NULL: no memory. */
static const struct quoted *quoted(struct jsonl_worker *w, wq_key key)
{
    if (key >= w->n_quoted) {
        size_t n = (size_t)key + key / 2 + 64;
        struct quoted *list = realloc(w->quoted, n * sizeof *list);
        if (!list) return NULL;
        memset(list + w->n_quoted, 0, (n - w->n_quoted) * sizeof *list);
        w->quoted = list;
        w->n_quoted = n;
    }
    struct quoted *q = &w->quoted[key];
    if (q->p) return q;
    size_t from = w->out_n;
    if (put_string(w, w->shared->host->name(key)) < 0) return NULL;
    size_t n = w->out_n - from;
    w->out_n = from;
    q->p = malloc(n);
    if (!q->p) return NULL;
    memcpy(q->p, w->out + from, n);
    q->n = n;
    return q;
}

static int put_key(struct jsonl_worker *w, wq_key key)
{
    const struct quoted *q = quoted(w, key);
    return q ? put(w, q->p, q->n) : -1;
}

/* ---- values -------------------------------------------------------------- */

static int put_scalar(struct jsonl_worker *w, const wq_value *v)
{
    switch ((wq_vtype)v->type) {
    case WQ_V_BOOL:
        return v->u.i ? put(w, "true", 4) : put(w, "false", 5);
    case WQ_V_INT: return put_int(w, v->u.i);
    case WQ_V_REAL: return put_real(w, v->u.r);
    case WQ_V_STR: return put_string(w, v->u.s);
    case WQ_V_NUMBER:
        /* A plugin may have made it; what is no number goes as a string. */
        return json_number_length(v->u.s.p, v->u.s.n) == v->u.s.n && v->u.s.n
                   ? put(w, v->u.s.p, v->u.s.n)
                   : put_string(w, v->u.s);
    case WQ_V_NONE:
    case WQ_V_NULL:
    case WQ_V_LIST: /* of nothing: see put_value */
    case WQ_V_OBJECT: break;
    }
    return put(w, "null", 4);
}

/* Writes a value of any depth the host lets through.  0, or -1. */
static int put_value(struct jsonl_worker *w, const wq_value *v)
{
    struct {
        const wq_value *v;
        uint32_t next;
    } open[WQ_MAX_DEPTH];
    size_t depth = 0;
    for (;;) {
        if (v->type == WQ_V_LIST || v->type == WQ_V_OBJECT) {
            if (depth == WQ_MAX_DEPTH) return -1; /* the host refuses these */
            if (put_char(w, v->type == WQ_V_LIST ? '[' : '{') < 0) return -1;
            open[depth].v = v;
            open[depth++].next = 0;
        } else if (put_scalar(w, v) < 0) {
            return -1;
        }
        while (depth && open[depth - 1].next == open[depth - 1].v->n) {
            depth--;
            if (put_char(w, open[depth].v->type == WQ_V_LIST ? ']' : '}') < 0)
                return -1;
        }
        if (!depth) return 0;
        const wq_value *in = open[depth - 1].v;
        uint32_t i = open[depth - 1].next++;
        if (i && put_char(w, ',') < 0) return -1;
        if (in->type == WQ_V_LIST) {
            v = &in->u.list[i];
        } else {
            v = &in->u.object[i].value;
            if (put_string(w, in->u.object[i].name) < 0
                || put_char(w, ':') < 0)
                return -1;
        }
    }
}

/* ---- removed text -------------------------------------------------------- */

int jsonl_offsets(struct jsonl_worker *w, wq_key field, wq_str text)
{
    if (w->offsets_of == field) return 0;
    w->offsets_of = 0;
    if (offsets_set(&w->offsets, text) < 0) return -1;
    w->offsets_of = field;
    return 0;
}

/* {"at":812,"text":"...","reason":"read_more"}, and "field" if not text. */
static int put_removed(struct jsonl_worker *w, wq_record *record,
                       const wq_removed *list, size_t n)
{
    const struct jsonl *shared = w->shared;
    if (put(w, "[", 1) < 0) return -1;
    for (size_t i = 0; i < n; i++) {
        const wq_removed *x = &list[i];
        wq_str text;
        shared->host->get(record, x->field, &text);
        if (jsonl_offsets(w, x->field, text) < 0) return -1;
        size_t at = x->at < text.n ? x->at : text.n;
        if (put(w, i ? ",{\"at\":" : "{\"at\":", i ? 7 : 6) < 0
            || put_int(w, offsets_of(&w->offsets, (uint32_t)at)) < 0
            || put(w, ",\"text\":", 8) < 0 || put_string(w, x->text) < 0
            || put(w, ",\"reason\":", 10) < 0 || put_key(w, x->reason) < 0)
            return -1;
        if (x->field != shared->key_text
            && (put(w, ",\"field\":", 9) < 0 || put_key(w, x->field) < 0))
            return -1;
        if (put_char(w, '}') < 0) return -1;
    }
    return put_char(w, ']');
}

/* ---- layers -------------------------------------------------------------- */

/* [[0,4,"word"],...]: most of a tokenized article's line, so it writes straight
 * into the buffer. */
static int put_pairs(struct jsonl_worker *w, const wq_layer *layer)
{
    if (put_char(w, '[') < 0) return -1;
    for (size_t i = 0; i < layer->n; i++) {
        const struct quoted *kind = NULL;
        if (layer->kind && layer->kind[i]
            && !(kind = quoted(w, layer->kind[i])))
            return -1;
        char *to = room(w, 32 + (kind ? kind->n : 0)), *p = to;
        if (!to) return -1;
        if (i) *p++ = ',';
        *p++ = '[';
        p += decimal(p, offsets_of(&w->offsets, layer->begin[i]));
        *p++ = ',';
        p += decimal(p, offsets_of(&w->offsets, layer->end[i]));
        if (kind) {
            *p++ = ',';
            memcpy(p, kind->p, kind->n);
            p += kind->n;
        }
        *p++ = ']';
        w->out_n += (size_t)(p - to);
    }
    return put_char(w, ']');
}

/* Is it one of the names that every span has? */
static int is_taken(wq_str name)
{
    static const char *const taken[] = { "begin", "end", "type", "text" };
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (name.n == strlen(taken[i]) && !memcmp(name.p, taken[i], name.n))
            return 1;
    return 0;
}

static int put_attr(struct jsonl_worker *w, const wq_attr *attr, size_t i)
{
    const wq_str *s = attr->values;
    if (attr->type == WQ_V_STR && !s[i].p) return 0; /* none for this span */
    if (is_taken(w->shared->host->name(attr->name))) return 0;
    if (put_char(w, ',') < 0 || put_key(w, attr->name) < 0
        || put_char(w, ':') < 0)
        return -1;
    if (attr->type == WQ_V_STR) return put_string(w, s[i]);
    return attr->type == WQ_V_INT
               ? put_int(w, ((const int64_t *)attr->values)[i])
               : put_real(w, ((const double *)attr->values)[i]);
}

/* [{"begin":0,"end":5,"type":"PER","id":"...","text":"..."},...], the text if
 * it is quoted */
static int put_objects(struct jsonl_worker *w, const wq_layer *layer,
                       wq_str text, int is_quoted)
{
    if (put_char(w, '[') < 0) return -1;
    for (size_t i = 0; i < layer->n; i++) {
        uint32_t begin = layer->begin[i], end = layer->end[i];
        if (put(w, i ? ",{\"begin\":" : "{\"begin\":", i ? 10 : 9) < 0
            || put_int(w, offsets_of(&w->offsets, begin)) < 0
            || put(w, ",\"end\":", 7) < 0
            || put_int(w, offsets_of(&w->offsets, end)) < 0)
            return -1;
        if (layer->kind && layer->kind[i]
            && (put(w, ",\"type\":", 8) < 0 || put_key(w, layer->kind[i]) < 0))
            return -1;
        for (size_t k = 0; k < layer->n_attrs; k++)
            if (put_attr(w, &layer->attrs[k], i) < 0) return -1;
        if (is_quoted
            && (put(w, ",\"text\":", 8) < 0
                || put_string(w, (wq_str){ text.p + begin, end - begin }) < 0))
            return -1;
        if (put_char(w, '}') < 0) return -1;
    }
    return put_char(w, ']');
}

static int is_wanted(const struct jsonl *shared, wq_key layer)
{
    for (uint32_t i = 0; i < shared->n_layers; i++)
        if (shared->layers[i] == layer) return 1;
    return shared->all_layers;
}

static int is_of_objects(const struct jsonl *shared, wq_key name,
                         const wq_layer *layer)
{
    for (size_t i = PLAIN_LAYERS; i < STANDARD_LAYERS; i++)
        if (shared->standard[i] == name) return 1;
    return layer->n_attrs != 0;
}

static int put_layer(struct jsonl_worker *w, wq_record *record, wq_key name,
                     wq_key over, const wq_layer *layer)
{
    wq_str text;
    w->shared->host->get(record, over, &text);
    if (jsonl_offsets(w, over, text) < 0) return -1;
    return is_of_objects(w->shared, name, layer)
               ? put_objects(w, layer, text, jsonl_quotes(w->shared, name))
               : put_pairs(w, layer);
}

/* The name a layer is written under: its own, or "title.tokens".  0: too many
 * names. */
static wq_key written_as(const struct jsonl *shared, wq_key name, wq_key over)
{
    if (!jsonl_is_prefixed(shared, name, over)) return name;
    wq_str field = shared->host->name(over), layer = shared->host->name(name);
    char text[256];
    if (field.n + layer.n + 1 > sizeof text) return name;
    memcpy(text, field.p, field.n);
    text[field.n] = '.';
    memcpy(text + field.n + 1, layer.p, layer.n);
    return shared->host->intern((wq_str){ text, field.n + 1 + layer.n });
}

/* ---- the record ---------------------------------------------------------- */

/* ,"name": */
static int put_name(struct jsonl_worker *w, size_t *count, wq_key name)
{
    if ((*count)++ && put_char(w, ',') < 0) return -1;
    return put_key(w, name) < 0 ? -1 : put_char(w, ':');
}

/* "layers":{"stems":"text"}, if a layer must be named: so that the reader knows
 * which members are layers, and the spans follow the text from run to run. */
static int put_named(struct jsonl_worker *w, const wq_record *record,
                     size_t *count)
{
    const struct jsonl *shared = w->shared;
    wq_key name, over;
    wq_layer layer;
    size_t n = 0;
    for (size_t i = 0; shared->host->layer_at(record, i, &name, &over, &layer);
         i++) {
        if (!is_wanted(shared, name) || !jsonl_is_named(shared, name, over))
            continue;
        wq_key as = written_as(shared, name, over);
        if (n++ == 0 && (put_name(w, count, shared->key_layers) < 0
                         || put_char(w, '{') < 0))
            return -1;
        if (!as || (n > 1 && put_char(w, ',') < 0) || put_key(w, as) < 0
            || put_char(w, ':') < 0 || put_key(w, over) < 0)
            return -1;
    }
    return n ? put_char(w, '}') : 0;
}

/* Will a layer, or what tells of one, be written under this name? */
static int is_layer(const struct jsonl *shared, const wq_record *record,
                    wq_key name)
{
    wq_key layer, over;
    wq_layer cols;
    for (size_t i = 0;
         shared->host->layer_at(record, i, &layer, &over, &cols); i++)
        if (is_wanted(shared, layer)
            && (written_as(shared, layer, over) == name
                || (name == shared->key_layers
                    && jsonl_is_named(shared, layer, over))))
            return 1;
    return 0;
}

static int put_record(struct jsonl_worker *w, wq_record *record)
{
    const struct jsonl *shared = w->shared;
    const wq_host *host = shared->host;
    const wq_field *fields;
    const wq_removed *removed;
    size_t n = host->fields(record, &fields), count = 0;
    size_t n_removed = host->removed(record, &removed);
    w->offsets_of = 0;
    if (put_char(w, '{') < 0) return -1;
    for (size_t i = 0; i < n; i++) {
        wq_key key = fields[i].key;
        /* What a run has found wins over what the input said. */
        if ((n_removed && key == shared->key_removed)
            || is_layer(shared, record, key))
            continue;
        if (put_name(w, &count, key) < 0
            || put_value(w, &fields[i].value) < 0)
            return -1;
    }
    if (n_removed
        && (put_name(w, &count, shared->key_removed) < 0
            || put_removed(w, record, removed, n_removed) < 0))
        return -1;
    if (put_named(w, record, &count) < 0) return -1;
    wq_key name, over;
    wq_layer layer;
    for (size_t i = 0; host->layer_at(record, i, &name, &over, &layer); i++) {
        if (!is_wanted(shared, name)) continue;
        wq_key as = written_as(shared, name, over);
        if (!as || put_name(w, &count, as) < 0
            || put_layer(w, record, name, over, &layer) < 0)
            return -1;
    }
    return put(w, "}\n", 2);
}

int jsonl_encode(void *instance, wq_ctx *ctx, wq_record *const *records,
                 size_t n, int (*write)(void *to, const char *p, size_t n),
                 void *to)
{
    struct jsonl_worker *w = instance;
    (void)ctx;
    w->out_n = 0;
    w->write = write;
    w->write_to = to;
    for (size_t i = 0; i < n; i++) {
        if (put_record(w, records[i]) < 0) return -1;
        if (w->out_n >= FLUSH && flush(w) < 0) return -1;
    }
    return flush(w);
}
