/* codec.c - see codec.h. */
#include "run/codec.h"
#include <stdlib.h>

static wq_ctx call(const struct codec *c, size_t worker, struct batch *b)
{
    return (wq_ctx){ .label = c->desc->name, .batch = b, .worker = worker,
                     .scratch = b ? &b->arena : NULL };
}

/* What a failed call left, as an error of ours.  Returns -1. */
static int failed(const wq_ctx *ctx, const char *what, struct err *e)
{
    if (ctx->failed) *e = ctx->err;
    else if (ctx->newest && ctx->newest->fault)
        err_set(e, EX_INTERNAL, "it %s", ctx->newest->fault);
    else err_no_memory(e);
    return err_in_front(e, "format \"%s\" cannot %s: ", ctx->label, what);
}

int codec_open(struct codec *c, const struct plan_format *f, size_t n_workers,
               struct err *e)
{
    *c = (struct codec){ .desc = f->desc };
    wq_ctx ctx = call(c, 0, NULL);
    c->instances = calloc(n_workers, sizeof *c->instances);
    if (!c->instances) return err_no_memory(e);
    if (f->desc->open) {
        host_enter(ctx.label, 0);
        c->shared = f->desc->open(host_table(), f->config, &ctx);
        host_leave();
        if (!c->shared) return failed(&ctx, "start", e);
    }
    c->is_open = true;
    for (; c->n_instances < n_workers; c->n_instances++) {
        void *instance = c->shared;
        host_enter(ctx.label, 0);
        if (f->desc->start) instance = f->desc->start(c->shared, &ctx);
        host_leave();
        if (f->desc->start && !instance) return failed(&ctx, "start", e);
        c->instances[c->n_instances] = instance;
    }
    return 0;
}

void codec_close(struct codec *c)
{
    const wq_format *f = c->desc;
    if (f) host_enter(f->name, 0);
    for (size_t i = 0; f && f->stop && f->start && i < c->n_instances; i++)
        f->stop(c->instances[i]);
    if (f && c->is_open && f->close) f->close(c->shared);
    host_leave();
    free(c->instances);
    *c = (struct codec){ 0 };
}

int codec_decode(struct codec *c, size_t worker, struct batch *b,
                 const struct piece *piece, struct err *e)
{
    wq_ctx ctx = call(c, worker, b);
    ctx.piece = piece;
    host_enter(ctx.label, 0);
    int rc = c->desc->decode(c->instances[worker], &ctx, b->raw.p + piece->at,
                             piece->n);
    host_leave();
    return rc < 0 ? failed(&ctx, "read", e) : 0;
}

int codec_decode_to(struct codec *c, size_t worker, struct batch *b,
                    const char *p, size_t n,
                    int (*each)(void *to, wq_record *r, const char *why),
                    void *to, struct err *e)
{
    wq_ctx ctx = call(c, worker, b);
    ctx.each = each;
    ctx.each_to = to;
    int rc = c->desc->decode(c->instances[worker], &ctx, p, n);
    return rc < 0 ? failed(&ctx, "read", e) : 0;
}

int codec_encode_to(struct codec *c, size_t worker, struct batch *b,
                    wq_record *const *records, size_t n,
                    int (*write)(void *to, const char *p, size_t n), void *to,
                    struct err *e)
{
    wq_ctx ctx = call(c, worker, b);
    int rc = c->desc->encode(c->instances[worker], &ctx, records, n, write, to);
    return rc < 0 ? failed(&ctx, "write", e) : 0;
}

int codec_encode(struct codec *c, size_t worker, struct batch *b,
                 wq_record *const *records, size_t n, struct buf *out,
                 struct err *e)
{
    if (n == 0) return 0;
    host_enter(c->desc->name, 0);
    int rc = codec_encode_to(c, worker, b, records, n, buf_write, out, e);
    host_leave();
    return rc;
}

/* ---- extension format/1 ---- */

/* The open codec of a name; NULL, with the call's error set. */
static struct codec *find(wq_ctx *ctx, const char *format)
{
    for (size_t i = 0; ctx->codecs && i < ctx->codecs->n; i++)
        if (strcmp(ctx->codecs->list[i]->desc->name, format) == 0)
            return ctx->codecs->list[i];
    host_table()->error(ctx, "this run has no format \"%s\" open", format);
    return NULL;
}

/* A callback of the caller's, and whether it asked to stop: that is its own
 * business, no error of the format. */
struct callback {
    int (*write)(void *to, const char *p, size_t n);
    int (*each)(void *to, wq_record *record, const char *why);
    void *to;
    bool has_stopped;
};

static int forward_write(void *to, const char *p, size_t n)
{
    struct callback *c = to;
    if (c->write(c->to, p, n) >= 0) return 0;
    c->has_stopped = true;
    return -1;
}

static int forward_each(void *to, wq_record *record, const char *why)
{
    struct callback *c = to;
    if (c->each(c->to, record, why) >= 0) return 0;
    c->has_stopped = true;
    return -1;
}

static int speak(wq_ctx *ctx, int rc, const struct callback *c,
                 const struct err *e)
{
    if (rc == 0 || c->has_stopped) return rc;
    host_table()->error(ctx, "%s", e->text);
    if (e->code == EX_NO_MEMORY) ctx->err.code = e->code;
    return rc;
}

static int ext_encode(wq_ctx *ctx, const char *format,
                      wq_record *const *records, size_t n,
                      int (*write)(void *to, const char *p, size_t n), void *to)
{
    struct codec *c = find(ctx, format);
    struct callback back = { .write = write, .to = to };
    struct err e = { 0 };
    if (!c) return -1;
    return speak(ctx, codec_encode_to(c, ctx->worker, ctx->batch, records, n,
                                      forward_write, &back, &e), &back, &e);
}

static int ext_decode(wq_ctx *ctx, const char *format, const char *p, size_t n,
                      int (*each)(void *to, wq_record *record, const char *why),
                      void *to)
{
    struct codec *c = find(ctx, format);
    struct callback back = { .each = each, .to = to };
    struct err e = { 0 };
    if (!c) return -1;
    return speak(ctx, codec_decode_to(c, ctx->worker, ctx->batch, p, n,
                                      forward_each, &back, &e), &back, &e);
}

const wq_formats *codec_extension(void)
{
    static const wq_formats table = { .size = sizeof table,
                                      .encode = ext_encode,
                                      .decode = ext_decode };
    return &table;
}
