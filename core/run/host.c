/* host.c - the table handed to plugins.
 *
 * Record functions are thin: they note which record is being touched (so that a
 * crash can name it) and call core/record.  The rest is about the call in
 * progress, struct wq_ctx. */
#include "run/host.h"
#include "base/log.h"
#include "base/names.h"
#include "base/nomem.h"
#include "plugin/params.h"
#include <errno.h>
#include <stdio.h>

_Thread_local struct now *host_now;

static void touch(const wq_record *r)
{
    if (host_now)
        atomic_store_explicit(&host_now->record, r, memory_order_relaxed);
}

void host_enter(const char *label, int64_t limit_ms)
{
    if (!host_now) return;
    atomic_store_explicit(&host_now->record, NULL, memory_order_relaxed);
    atomic_store_explicit(&host_now->limit_ms, limit_ms, memory_order_relaxed);
    atomic_fetch_add_explicit(&host_now->call, 1, memory_order_relaxed);
    atomic_store_explicit(&host_now->label, label, memory_order_relaxed);
}

void host_leave(void)
{
    if (!host_now) return;
    atomic_store_explicit(&host_now->label, NULL, memory_order_relaxed);
    atomic_store_explicit(&host_now->record, NULL, memory_order_relaxed);
}

/* ---- names ---- */
/* What data has too many of is that record's fault; a plugin could not tell it
 * from memory that ran out. */
static wq_key h_intern(wq_str name)
{
    wq_key key = names_intern(name);
    if (!key && errno == ENOMEM) nomem_leave();
    return key;
}

/* ---- fields, cuts, layers ---- */
static int h_get(const wq_record *r, wq_key key, wq_str *out)
{
    touch(r);
    return rec_get(r, key, out);
}
static int h_set(wq_record *r, wq_key key, wq_str text)
{
    touch(r);
    return rec_set(r, key, text);
}
static int h_get_value(const wq_record *r, wq_key key, wq_value *out)
{
    touch(r);
    return rec_get_value(r, key, out);
}
static int h_set_value(wq_record *r, wq_key key, const wq_value *value)
{
    touch(r);
    return rec_set_value(r, key, value);
}
static char *h_reserve(wq_record *r, wq_key key, size_t cap)
{
    touch(r);
    return rec_reserve(r, key, cap);
}
static size_t h_fields(const wq_record *r, const wq_field **out)
{
    touch(r);
    return rec_fields(r, out);
}
static int h_remove(wq_record *r, wq_key field, const wq_layer *spans)
{
    touch(r);
    return rec_remove(r, field, spans);
}
static int h_replace(wq_record *r, wq_key field, const wq_layer *spans,
                     const wq_str *with)
{
    touch(r);
    return rec_replace(r, field, spans, with);
}
static int h_layer(const wq_record *r, wq_key name, wq_layer *out)
{
    touch(r);
    return rec_layer(r, name, out);
}
static int h_set_layer(wq_record *r, wq_key name, wq_key over,
                       const wq_layer *layer)
{
    touch(r);
    return rec_set_layer(r, name, over, layer);
}

/* ---- new records ---- */
static void h_error(wq_ctx *ctx, const char *fmt, ...) ERR_PRINTF(2, 3);

static wq_record *h_record_new(wq_ctx *ctx, wq_str raw)
{
    wq_record *r = ctx->batch ? rec_new(&ctx->batch->arena) : NULL;
    if (!r) return NULL;
    r->origin.raw = raw;
    r->origin.piece = ctx->piece;
    ctx->newest = r;
    touch(r);
    return r;
}

static wq_record *h_clone(wq_ctx *ctx, const wq_record *r)
{
    wq_record *c = ctx->batch ? rec_clone(&ctx->batch->arena, r) : NULL;
    if (!c) return NULL;
    c->parent = (wq_record *)(uintptr_t)r;
    c->is_emitted = false;
    return c;
}

/* Gives a child its id, "<parent>#n". */
static int name_child(wq_record *parent, wq_record *child)
{
    wq_key key = names_intern_own(str("id"));
    wq_value of;
    char text[WQ_MAX_ID + 16];
    size_t n = 0;
    rec_get_value(parent, key, &of);
    if (of.type == WQ_V_STR || of.type == WQ_V_NUMBER)
        n = text_format(text, WQ_MAX_ID, "%.*s", (int)(of.u.s.n < WQ_MAX_ID
                        ? of.u.s.n : WQ_MAX_ID), of.u.s.p);
    if (of.type == WQ_V_INT)
        n = text_format(text, WQ_MAX_ID, "%lld", (long long)of.u.i);
    n += text_format(text + n, sizeof text - n, "#%u", parent->n_children + 1);
    return rec_set(child, key, (wq_str){ text, n });
}

/* Puts an emitted record behind its siblings; the runner threads the list in
 * after the call. */
static void append(wq_record **first, wq_record **last, wq_record *r)
{
    if (*last) (*last)->sibling = r;
    else *first = r;
    *last = r;
}

static int h_emit(wq_ctx *ctx, wq_record *r)
{
    if (ctx->each) return ctx->each(ctx->each_to, r, NULL);
    struct batch *b = ctx->batch;
    if (!b || !r) return -1;
    if (r->is_emitted) return rec_fault(r, "emitted a record twice");
    if (ctx->stage && !(ctx->stage->flags & WQ_MAY_EMIT)) {
        h_error(ctx, "it emits without saying so (WQ_MAY_EMIT)");
        return -1;
    }
    r->is_emitted = true;
    if (!ctx->stage) /* decode: the next record read */
        return batch_push(&b->records, &b->n_records, &b->cap_records, r);
    /* A clone of a clone that was not emitted is the child of what was. */
    wq_record *parent = r->parent;
    while (parent && !parent->is_emitted) parent = parent->parent;
    r->parent = parent;
    if (parent) {
        if (name_child(parent, r) < 0) return -1;
        parent->n_children++;
        append(&parent->children, &parent->last_child, r);
    } else {
        append(&b->orphans, &b->last_orphan, r);
    }
    ctx->stats->emitted++;
    b->n_emitted++;
    return 0;
}

wq_record *host_bad_record(struct batch *b, const struct piece *piece,
                           wq_str raw, const char *reason, const char *message)
{
    wq_record *r = rec_new(&b->arena);
    if (!r) return NULL;
    r->origin.raw = raw;
    r->origin.piece = piece;
    r->verdict = WQ_REJECT;
    r->stage = REC_STAGE_INPUT;
    r->reason = names_intern_own(str(reason));
    r->message = arena_copy(&b->arena, message, strlen(message) + 1);
    r->is_bad = true;
    return r->message
                   && batch_push(&b->gone, &b->n_gone, &b->cap_gone, r) == 0
               ? r
               : NULL;
}

static int h_bad_record(wq_ctx *ctx, wq_str raw, size_t at, const char *reason,
                        const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    text_vformat(text, sizeof text, fmt, args);
    va_end(args);
    if (ctx->each) return ctx->each(ctx->each_to, NULL, text);
    wq_record *r = ctx->batch ? host_bad_record(ctx->batch, ctx->piece, raw,
                                                reason, text)
                              : NULL;
    if (!r) return -1;
    r->origin.at = at;
    ctx->batch->n_in++;
    return 0;
}

static wq_str h_input_name(wq_ctx *ctx)
{
    return ctx->piece ? str(piece_name(ctx->piece)) : (wq_str){ NULL, 0 };
}

/* ---- the call in progress ---- */
static void h_set_reason(wq_ctx *ctx, size_t i, uint32_t reason,
                         const char *fmt, ...)
{
    if (!ctx->reasons || i >= ctx->n_records) return;
    char text[512];
    va_list args;
    va_start(args, fmt);
    size_t n = text_vformat(text, sizeof text, fmt, args);
    va_end(args);
    ctx->reasons[i] = reason;
    ctx->messages[i] = arena_copy(&ctx->batch->arena, text, n + 1);
    if (ctx->messages[i] || ctx->failed) return;
    err_no_memory(&ctx->err);
    ctx->failed = true;
}

static void h_error(wq_ctx *ctx, const char *fmt, ...)
{
    if (ctx->failed) return; /* the first one knows most */
    va_list args;
    va_start(args, fmt);
    err_vset(&ctx->err, EX_INTERNAL, fmt, args);
    va_end(args);
    ctx->failed = true;
}

static void h_log(wq_ctx *ctx, int level, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    text_vformat(text, sizeof text, fmt, args);
    va_end(args);
    log_about(level, &(struct log_about){ .stage = ctx->label }, "%s", text);
}

static void h_add(wq_ctx *ctx, uint32_t counter, uint64_t by)
{
    if (!ctx->stats || !ctx->stage->counters) return;
    for (uint32_t i = 0; i <= counter; i++)
        if (!ctx->stage->counters[i]) return;
    ctx->stats->counters[counter] += by;
}

static void *h_scratch(wq_ctx *ctx, size_t n)
{
    return ctx->scratch ? arena_alloc(ctx->scratch, n) : NULL;
}

/* ---- extensions ---- */
enum { MAX_EXTENSIONS = 8 };
static struct {
    const char *id;
    const void *table;
} extensions[MAX_EXTENSIONS]; /* written [main] before any plugin runs */

int host_offer(const char *id, const void *table)
{
    for (size_t i = 0; i < MAX_EXTENSIONS; i++) {
        if (extensions[i].id && strcmp(extensions[i].id, id) != 0) continue;
        extensions[i].id = id;
        extensions[i].table = table;
        return 0;
    }
    return -1;
}

static const void *h_extension(const char *id)
{
    for (size_t i = 0; i < MAX_EXTENSIONS && extensions[i].id; i++)
        if (strcmp(extensions[i].id, id) == 0) return extensions[i].table;
    return NULL;
}

const wq_host *host_table(void)
{
    static const wq_host table = {
        .size = sizeof table,
        .abi = WQ_ABI_MAJOR << 16 | WQ_ABI_MINOR,
        .get_int = config_get_int, .get_real = config_get_real,
        .get_str = config_get_str, .count = config_count,
        .get_key = config_get_key, .bad_param = config_bad_param,
        .intern = h_intern, .name = names_get,
        .get = h_get, .set = h_set,
        .get_value = h_get_value, .set_value = h_set_value,
        .reserve = h_reserve, .commit = rec_commit, .fields = h_fields,
        .remove = h_remove, .replace = h_replace,
        .removed = rec_removed, .set_removed = rec_set_removed,
        .layer = h_layer, .set_layer = h_set_layer, .layer_at = rec_layer_at,
        .record_new = h_record_new, .clone = h_clone, .emit = h_emit,
        .bad_record = h_bad_record, .input_name = h_input_name,
        .set_reason = h_set_reason, .error = h_error, .log = h_log,
        .add = h_add, .scratch = h_scratch, .extension = h_extension,
        .no_memory = nomem_leave,
    };
    return &table;
}
