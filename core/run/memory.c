/* memory.c - see memory.h.  What the plugin answers is checked: keys, formats,
 * sizes of its structs. */
#include "run/memory.h"
#include "run/host.h"
#include "base/hash.h"
#include <stdlib.h>

enum { FORMAT_MAX = 64, KEY_MAX = 128 };

/* Visible ASCII and spaces: what is printed in one line. */
static bool is_name(const char *s, size_t max)
{
    size_t n = 0;
    for (; s && s[n]; n++)
        if (n == max || s[n] < ' ' || s[n] > '~') return false;
    return n > 0;
}

static int say(wq_ctx *ctx, const struct err *e)
{
    if (ctx->failed) return -1;
    ctx->err = *e;
    ctx->failed = true;
    return -1;
}

/* ---- open ---- */

/* The parameters that what is remembered depends on, as they are printed. */
static int make_digest(struct memory *m, struct err *e)
{
    struct buf all = { 0 };
    int rc = 0;
    for (uint32_t i = 0; i < m->calls.n_params && rc == 0; i++) {
        uint32_t p = m->calls.params[i];
        if (p >= m->desc->n_params) {
            buf_free(&all);
            return err_set(e, EX_INTERNAL, "its memory depends on parameter %u, "
                           "which it does not have", p);
        }
        rc = buf_format(&all, "%s=", m->desc->params[p].name);
        if (rc == 0)
            rc = param_print(&m->desc->params[p], &m->config->values[p], &all);
        if (rc == 0) rc = buf_format(&all, "\n");
    }
    hash128_hex(all.p, all.n, m->digest);
    buf_free(&all);
    return rc < 0 ? err_no_memory(e) : 0;
}

static int fits(const struct memory *m, const struct ledger_segment *s,
                struct err *e)
{
    bool same_format = strcmp(s->format, m->calls.format) == 0;
    if (same_format && strcmp(s->digest, m->digest) == 0) return 0;
    if (same_format)
        err_set(e, EX_PIPELINE, "it remembers with other parameters than it has "
                "now");
    else
        err_set(e, EX_PIPELINE, "its memory is of the format \"%s\", and this "
                "one needs \"%s\"", s->format, m->calls.format);
    size_t n = strlen(e->text);
    text_format(e->text + n, sizeof e->text - n, "; give it another label, to "
                "begin with an empty memory, or let it forget: warraq state "
                "forget PIPELINE --memory=%s", m->label);
    return -1;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct ledger_segment *)a)->key,
                  ((const struct ledger_segment *)b)->key);
}

static int load_all(struct memory *m, wq_ctx *ctx, struct err *e)
{
    if (ledger_segments(m->state->ledger, m->label, &m->known, &m->n_known, e)
        < 0)
        return -1;
    if (m->n_known) qsort(m->known, m->n_known, sizeof *m->known, by_key);
    m->views = calloc(m->n_known + 1, sizeof *m->views);
    m->is_retired = calloc(m->n_known + 1, sizeof *m->is_retired);
    if (!m->views || !m->is_retired) return err_no_memory(e);
    for (size_t i = 0; i < m->n_known; i++)
        if (fits(m, &m->known[i], e) < 0
            || segment_map(m->state, &m->known[i], &m->views[i], e) < 0)
            return -1;
    for (size_t i = 0; i < m->n_known; i++) {
        if (m->calls.load(m->instance, ctx, m->known[i].key, m->views[i].p,
                          m->views[i].n)
            == 0)
            continue;
        return ctx->failed ? -1 : err_no_memory(e);
    }
    return 0;
}

static int ext_open(wq_ctx *ctx, const wq_memory *memory, void *instance)
{
    struct memory *m = ctx->memory;
    struct err e = { 0 };
    if (!m || !(m->desc->flags & WQ_ORDERED) || m->is_open) {
        err_set(&e, EX_INTERNAL, "only an ordered stage has a memory, and opens "
                "it once, in start");
        return say(ctx, &e);
    }
    size_t size = memory->size < sizeof m->calls ? memory->size
                                                 : sizeof m->calls;
    memcpy(&m->calls, memory, size);
    m->instance = instance;
    m->is_open = true;
    if (!WQ_HAS(size, wq_memory, save) || !m->calls.load || !m->calls.save
        || !is_name(m->calls.format, FORMAT_MAX)) {
        err_set(&e, EX_INTERNAL, "its memory has no load, no save or no format "
                "that can be printed");
        return say(ctx, &e);
    }
    if (!m->state) return 0;
    if (make_digest(m, &e) < 0 || load_all(m, ctx, &e) < 0)
        return say(ctx, &e);
    return 1;
}

/* ---- save ---- */

static struct ledger_segment *find_added(struct memory *m, const char *key)
{
    for (size_t i = 0; i < m->n_added; i++)
        if (strcmp(m->added[i].key, key) == 0) return &m->added[i];
    return NULL;
}

static bool retire_known(struct memory *m, const char *key)
{
    for (size_t i = 0; i < m->n_known; i++) {
        if (m->is_retired[i] || strcmp(m->known[i].key, key) != 0) continue;
        m->is_retired[i] = true;
        return true;
    }
    return false;
}

static int grow(struct memory *m)
{
    if (m->n_added < m->cap_added) return 0;
    size_t cap = m->cap_added ? m->cap_added * 2 : 4;
    struct ledger_segment *added = reallocarray(m->added, cap, sizeof *added);
    if (added) m->added = added;
    struct ledger_file *files = reallocarray(m->files, cap, sizeof *files);
    if (files) m->files = files;
    if (!added || !files) return -1;
    m->cap_added = cap;
    return 0;
}

static int add(struct memory *m, const char *key, wq_str bytes, struct err *e)
{
    if (grow(m) < 0) return err_no_memory(e);
    struct ledger_segment *s = &m->added[m->n_added];
    struct ledger_file *f = &m->files[m->n_added];
    *s = (struct ledger_segment){
        .stage = strdup(m->label), .key = strdup(key),
        .format = strdup(m->calls.format), .digest = strdup(m->digest) };
    *f = (struct ledger_file){ 0 };
    m->n_added++; /* freed with the rest, whatever follows */
    if (!s->stage || !s->key || !s->format || !s->digest)
        return err_no_memory(e);
    return segment_write(m->state, (*m->next)++, bytes, s, f, e);
}

/* In save, with a key that can be printed? */
static struct memory *saving(wq_ctx *ctx, const char *key)
{
    struct memory *m = ctx->memory;
    struct err e;
    if (m && m->is_saving && is_name(key, KEY_MAX)) return m;
    err_set(&e, EX_INTERNAL, "segments are added and retired in save, by a key "
            "of 1 .. %d visible characters", KEY_MAX);
    say(ctx, &e);
    return NULL;
}

static int ext_add(wq_ctx *ctx, const char *key, const char *p, size_t n)
{
    struct memory *m = saving(ctx, key);
    struct err e = { 0 };
    if (!m) return -1;
    if (find_added(m, key)) {
        err_set(&e, EX_INTERNAL, "it adds the segment \"%s\" twice", key);
        return say(ctx, &e);
    }
    retire_known(m, key);
    return add(m, key, (wq_str){ p, n }, &e) < 0 ? say(ctx, &e) : 0;
}

static int ext_retire(wq_ctx *ctx, const char *key)
{
    struct memory *m = saving(ctx, key);
    struct err e = { 0 };
    if (!m) return -1;
    if (retire_known(m, key)) return 0;
    err_set(&e, EX_INTERNAL, "it retires the segment \"%s\", which it does not "
            "have", key);
    return say(ctx, &e);
}

const wq_state *memory_extension(void)
{
    static const wq_state table = { .size = sizeof table, .open = ext_open,
                                    .add = ext_add, .retire = ext_retire };
    return &table;
}

int memory_save(struct memory *m, wq_ctx *ctx)
{
    if (!m->is_open || !m->state) return 0;
    m->is_saving = true;
    host_enter(m->label, 0);
    int rc = m->calls.save(m->instance, ctx);
    host_leave();
    m->is_saving = false;
    return rc;
}

/* ---- commit ---- */

size_t memory_count(const struct memory *m)
{
    return m->n_known + m->n_added;
}

/* c has room for memory_count more files, segments and retired ones. */
int memory_collect(struct memory *m, struct commit *c, struct arena *arena,
                   struct err *e)
{
    for (size_t i = 0; i < m->n_known; i++) {
        if (!m->is_retired[i]) continue;
        char *path = segment_path(m->state, m->known[i].name), *copy;
        copy = path ? arena_copy(arena, path, strlen(path) + 1) : NULL;
        free(path);
        if (!copy) return err_no_memory(e);
        c->retired[c->n_retired++] = m->known[i].name;
        c->files[c->n_files++] = (struct ledger_file){ "retired", copy, NULL, 0 };
    }
    for (size_t i = 0; i < m->n_added; i++) {
        c->segments[c->n_segments++] = m->added[i];
        c->files[c->n_files++] = m->files[i];
    }
    return 0;
}

void memory_close(struct memory *m)
{
    for (size_t i = 0; m->views && i < m->n_known; i++)
        segment_unmap(m->views[i]);
    ledger_segments_free(m->known, m->n_known);
    ledger_segments_free(m->added, m->n_added);
    ledger_files_free(m->files, m->n_added);
    free(m->views);
    free(m->is_retired);
    *m = (struct memory){ 0 };
}
