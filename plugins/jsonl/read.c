/* read.c - lines to records: fields in order, then what our own output adds.
 *
 * A line is read whole before a record is made, so that a broken line leaves
 * none.  Members named like a standard layer or by the line's own `layers`, and
 * `removed`, become layers and removed text if they are well formed (layers.c);
 * else they are fields like any other. */
#include "jsonl.h"
#include <stdlib.h>
#include <string.h>

/* Each new field is looked for among those that are there: 4,096 of them take
 * 8 million comparisons a line, a million would take the day. */
enum { MAX_FIELDS = 4096 };

static int bad_name(wq_ctx *ctx, const struct jsonl *shared, wq_str line,
                    const wq_member *m, const char *reason, const char *what)
{
    /* A name without escapes is a view into the line: its place is known. */
    size_t at = m->name.p >= line.p && m->name.p <= line.p + line.n
                    ? (size_t)(m->name.p - line.p) : 0;
    int n = m->name.n < 64 ? (int)m->name.n : 64;
    while (n < (int)m->name.n && n > 0 && (m->name.p[n] & 0xC0) == 0x80)
        n--; /* not in the middle of a code point */
    return shared->host->bad_record(ctx, line, at, reason, "\"%.*s\" %s", n,
                                    m->name.p ? m->name.p : "", what);
}

/* The key of the i-th member's name; 0: too many names. */
static wq_key key_of(struct jsonl_worker *w, size_t i, wq_str name)
{
    const wq_host *host = w->shared->host;
    if (i < w->n_seen && w->seen[i].key && w->seen[i].name.n == name.n
        && memcmp(w->seen[i].name.p, name.p, name.n) == 0)
        return w->seen[i].key;
    if (name.n == 0) name.p = "";
    wq_key key = host->intern(name);
    if (i < w->n_seen && key)
        w->seen[i] = (struct seen_name){ host->name(key), key };
    return key;
}

/* Notes that this line has the key.  1: it had it before; -1: no memory. */
static int meet(struct jsonl_worker *w, wq_key key)
{
    if (key >= w->n_met) {
        size_t n = (size_t)key + key / 2 + 64;
        uint32_t *met = realloc(w->met, n * sizeof *met);
        if (!met) return -1;
        memset(met + w->n_met, 0, (n - w->n_met) * sizeof *met);
        w->met = met;
        w->n_met = n;
    }
    if (w->met[key] == w->line) return 1;
    w->met[key] = w->line;
    return 0;
}

/* Starts a line: no key has been met in it. */
static int next_line(struct jsonl_worker *w)
{
    if (!w->seen) {
        enum { REMEMBERED = 64 };
        w->seen = calloc(REMEMBERED, sizeof *w->seen);
        if (!w->seen) return -1;
        w->n_seen = REMEMBERED;
    }
    if (++w->line == 0) { /* after 2^32 lines the marks start over */
        memset(w->met, 0, w->n_met * sizeof *w->met);
        w->line = 1;
    }
    return 0;
}

/* May this field hold this value?  NULL, or what is wrong. */
static const char *bad_value(const struct jsonl *shared, wq_key key,
                             const wq_value *v)
{
    if (key == shared->key_text && v->type != WQ_V_STR && v->type != WQ_V_NULL)
        return "must be a string";
    if (key == shared->key_id
        && (v->type == WQ_V_LIST || v->type == WQ_V_OBJECT
            || v->type == WQ_V_BOOL))
        return "must be a string or a number";
    return NULL;
}

/* Looks at the names and values before a record is made.  keys[i] becomes the
 * key of member i.  1: fine; 0: the line is bad and was reported; -1. */
static int check_members(struct jsonl_worker *w, wq_ctx *ctx, wq_str line,
                         const wq_member *members, size_t n, wq_key *keys)
{
    const struct jsonl *shared = w->shared;
    for (size_t i = 0; i < n; i++) {
        const wq_member *m = &members[i];
        if (m->value.type == WQ_V_STR && m->value.u.s.n > WQ_MAX_FIELD)
            return bad_name(ctx, shared, line, m, "too_large",
                            "is larger than 64 MiB");
        if (m->name.n > WQ_MAX_NAME)
            return bad_name(ctx, shared, line, m, "name_too_long",
                            "is a name of more than 1,024 bytes");
        keys[i] = key_of(w, i, m->name);
        if (!keys[i])
            return bad_name(ctx, shared, line, m, "too_many_names",
                            "is one name too many: close to 1,000,000 are "
                            "known");
        int met = meet(w, keys[i]);
        if (met < 0) return -1;
        if (met)
            return bad_name(ctx, shared, line, m, "duplicate_key",
                            "is there twice");
        const char *bad = bad_value(shared, keys[i], &m->value);
        if (bad) return bad_name(ctx, shared, line, m, "bad_type", bad);
    }
    return 1;
}

/* What a line says of its layers: {"stems":"text","title.tokens":"title"}.
 * NULL: nothing, or what we would not have written. */
static const wq_value *find_named(const struct jsonl *shared,
                                  const wq_member *members, size_t n,
                                  const wq_key *keys)
{
    size_t i = 0;
    while (i < n && keys[i] != shared->key_layers) i++;
    const wq_value *v = i < n ? &members[i].value : NULL;
    if (!v || v->type != WQ_V_OBJECT || v->n == 0) return NULL;
    for (uint32_t k = 0; k < v->n; k++)
        if (v->u.object[k].value.type != WQ_V_STR) return NULL;
    return v;
}

/* Is a member of this name a layer, and over which field?  named: as above.
 * "title.tokens" stays the layer's name: `tokens` may be found in `text`. */
static int is_layer(const struct jsonl *shared, const wq_value *named,
                    wq_key key, wq_key *over)
{
    wq_str name = shared->host->name(key);
    for (uint32_t k = 0; named && k < named->n; k++) {
        const wq_member *m = &named->u.object[k];
        if (m->name.n != name.n || memcmp(m->name.p, name.p, name.n) != 0)
            continue;
        *over = shared->host->intern(m->value.u.s);
        return *over != 0;
    }
    *over = shared->key_text;
    return jsonl_is_standard(shared, key);
}

/* The second half of fill_record: what lies over the fields, in order.  What
 * proves to be none of ours becomes a field.  0 / -1. */
static int fill_layers(struct jsonl_worker *w, wq_record *record,
                       const wq_member *members, size_t n, const wq_key *keys,
                       const wq_value *named)
{
    const struct jsonl *shared = w->shared;
    const wq_host *host = shared->host;
    size_t found = 0;
    w->offsets_of = 0;
    for (size_t i = 0; i < n; i++) {
        const wq_value *v = &members[i].value;
        wq_key over;
        if (v->type != WQ_V_LIST) continue;
        int is_removed = keys[i] == shared->key_removed;
        if (!is_removed && !is_layer(shared, named, keys[i], &over)) continue;
        int rc = is_removed ? jsonl_read_removed(w, record, v)
                            : jsonl_read_layer(w, record, keys[i], over, v);
        found += rc == 1 && !is_removed
                 && jsonl_is_named(shared, keys[i], over);
        if (rc == 0) rc = host->set_value(record, keys[i], v);
        if (rc < 0) return -1;
    }
    /* It told of none that is there: it is someone else's. */
    return named && !found ? host->set_value(record, shared->key_layers, named)
                           : 0;
}

/* Fills a record: fields first, then what lies over them, in order.  0 / -1. */
static int fill_record(struct jsonl_worker *w, wq_record *record,
                       const wq_member *members, size_t n, const wq_key *keys)
{
    const struct jsonl *shared = w->shared;
    const wq_host *host = shared->host;
    const wq_value *named =
        shared->is_plain ? NULL : find_named(shared, members, n, keys);
    int has_layers = named != NULL;
    for (size_t i = 0; i < n; i++) {
        const wq_value *v = &members[i].value;
        wq_key over;
        int is_special = v == named
                         || (v->type == WQ_V_LIST && !shared->is_plain
                             && (keys[i] == shared->key_removed
                                 || is_layer(shared, named, keys[i], &over)));
        has_layers |= is_special;
        if (is_special) continue;
        int rc = v->type == WQ_V_STR ? host->set(record, keys[i], v->u.s)
                                     : host->set_value(record, keys[i], v);
        if (rc < 0) return -1;
    }
    return has_layers ? fill_layers(w, record, members, n, keys, named) : 0;
}

/* One line without its line end.  0, or -1. */
static int read_line(struct jsonl_worker *w, wq_ctx *ctx, wq_str line)
{
    const struct jsonl *shared = w->shared;
    const wq_host *host = shared->host;
    const wq_member *members;
    struct json_fault fault;
    size_t n;
    if (json_parse(w->parser, line.p, line.n,
                   shared->text ? shared->text->utf8_valid : NULL, &members,
                   &n, &fault) < 0)
        return fault.reason ? host->bad_record(ctx, line, fault.at,
                                               fault.reason, "%s", fault.text)
                            : -1;
    if (n > MAX_FIELDS)
        return host->bad_record(ctx, line, 0, "too_many_fields",
                                "%zu fields; at most %d are taken", n,
                                MAX_FIELDS);
    wq_key *keys = json_keep(w->parser, n * sizeof *keys);
    if (!keys || next_line(w) < 0) return -1;
    int fine = check_members(w, ctx, line, members, n, keys);
    if (fine <= 0) return fine;
    wq_record *record = host->record_new(ctx, line);
    if (!record || fill_record(w, record, members, n, keys) < 0) return -1;
    return host->emit(ctx, record);
}

/* The line p[0..n) without white space around it and a byte order mark. */
static wq_str trim(const char *p, size_t n)
{
    if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
        p += 3;
        n -= 3;
    }
    while (n && (p[n - 1] == '\r' || p[n - 1] == ' ' || p[n - 1] == '\t'
                 || p[n - 1] == '\n'))
        n--;
    while (n && (*p == ' ' || *p == '\t' || *p == '\r')) {
        p++;
        n--;
    }
    return (wq_str){ p, n };
}

int jsonl_decode(void *instance, wq_ctx *ctx, const char *p, size_t n)
{
    struct jsonl_worker *w = instance;
    for (size_t at = 0; at < n;) {
        const char *feed = memchr(p + at, '\n', n - at);
        size_t end = feed ? (size_t)(feed + 1 - p) : n;
        wq_str line = trim(p + at, end - at);
        /* Blank lines are no records. */
        if (line.n && read_line(w, ctx, line) < 0) return -1;
        at = end;
    }
    return 0;
}
