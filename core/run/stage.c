/* stage.c - see stage.h.  Nothing a plugin answers is taken on trust: verdicts,
 * reasons and the state of its records are checked after every call. */
#include "run/stage.h"
#include "run/page.h"
#include "run/watch.h"
#include "base/names.h"
#include <stdlib.h>
#include <time.h>

/* ---- opening ---- */

/* Why an open() failed that gave no fault of a parameter. */
static int code_of(const wq_ctx *ctx)
{
    return !ctx->failed || ctx->err.code == EX_NO_MEMORY ? EX_NO_MEMORY
                                                         : EX_PIPELINE;
}

/* Opens one; what it says of its parameters goes to the config's listener. */
static void open_one(struct plan_stage *p, struct diags *diags)
{
    wq_ctx ctx = { .label = p->cfg->label, .stage = p->desc };
    p->is_open = true;
    if (!p->desc->open) return;
    host_enter(p->cfg->label, 0);
    p->shared = p->desc->open(host_table(), p->config, &ctx);
    host_leave();
    p->is_open = p->shared;
    if (p->shared && !p->config->is_bad && !ctx.failed) return;
    if (p->config->is_bad) return; /* reported where it stands */
    const struct cfg_node *at = p->cfg->name_node;
    diag_error(diags, code_of(&ctx), at->at, at->width, NULL,
               "stage \"%s\" cannot start: %s", p->cfg->label,
               ctx.failed ? ctx.err.text : "out of memory");
}

/* Formats are opened for good by the run; here they only say what they dislike. */
static void try_format(const struct plan_format *f, struct diags *diags)
{
    if (!f->desc || !f->desc->open) return;
    wq_ctx ctx = { .label = f->desc->name };
    host_enter(f->desc->name, 0);
    void *shared = f->desc->open(host_table(), f->config, &ctx);
    host_leave();
    if (shared && f->desc->close) f->desc->close(shared);
    if (!shared && !f->config->is_bad)
        diag_error(diags, code_of(&ctx), (struct place){ 0 }, 0, NULL,
                   "format \"%s\" cannot start: %s", f->desc->name,
                   ctx.failed ? ctx.err.text : "out of memory");
}

void stages_open(struct plan *plan, struct diags *diags)
{
    struct watch_open watch;
    if (watch_open_start(&watch) < 0) diags_no_memory(diags);
    for (size_t i = 0; i < plan->n_stages; i++)
        open_one(&plan->stages[i], diags);
    try_format(&plan->input, diags);
    try_format(&plan->output, diags);
    watch_open_stop(&watch);
    /* The listeners' diags end with the caller. */
    for (size_t i = 0; i < plan->n_stages; i++)
        plan->stages[i].config->on_bad = NULL;
    if (plan->input.config) plan->input.config->on_bad = NULL;
    if (plan->output.config) plan->output.config->on_bad = NULL;
}

void stages_close(struct plan *plan)
{
    struct watch_open watch;
    (void)watch_open_start(&watch); /* without memory a crash has no name */
    for (size_t i = plan->n_stages; i-- > 0;) {
        struct plan_stage *p = &plan->stages[i];
        if (p->is_open && p->shared && p->desc->close) {
            host_enter(p->cfg->label, 0);
            p->desc->close(p->shared);
            host_leave();
        }
        p->is_open = false;
    }
    watch_open_stop(&watch);
}

static wq_ctx call(struct stage *s, size_t worker, struct batch *b,
                   struct arena *scratch)
{
    return (wq_ctx){ .label = s->plan->cfg->label, .stage = s->desc,
                     .stats = &s->stats[worker], .batch = b,
                     .scratch = scratch, .worker = worker,
                     .codecs = s->codecs,
                     .memory = s->is_ordered ? &s->memory : NULL };
}

/* What a failed call left, as an error of ours.  Returns -1. */
static int failed(const struct stage *s, const wq_ctx *ctx, struct err *e)
{
    if (ctx->failed) *e = ctx->err;
    else err_no_memory(e);
    if (!ctx->failed && s->page)
        page_blame(s->page, ctx->worker, REASON_OUT_OF_MEMORY, "");
    return err_in_front(e, "stage \"%s\": ", s->plan->cfg->label);
}

static int intern_reasons(struct stage *s)
{
    uint32_t n = stage_n_reasons(s->desc);
    s->reasons = calloc(n, sizeof *s->reasons);
    if (!s->reasons) return -1;
    for (uint32_t i = 0; i < n; i++)
        s->reasons[i] = names_intern_own(str(stage_reason(s->desc, i)));
    return 0;
}

int stage_start(struct stage *s, struct err *e)
{
    size_t want = s->is_ordered ? 1 : s->n_workers;
    s->instances = calloc(want, sizeof *s->instances);
    if (!s->instances) return err_no_memory(e);
    for (; s->n_instances < want; s->n_instances++) {
        void *instance = s->plan->shared;
        if (s->desc->start) {
            wq_ctx ctx = call(s, s->n_instances, NULL, NULL);
            host_enter(ctx.label, 0);
            instance = s->desc->start(s->plan->shared, &ctx);
            host_leave();
            if (!instance) return failed(s, &ctx, e);
        }
        s->instances[s->n_instances] = instance;
    }
    return 0;
}

int stage_open(struct stage *s, const struct plan *plan, uint32_t index,
               size_t n_workers, const struct codecs *codecs,
               struct state *state, unsigned *next, struct err *e)
{
    const struct plan_stage *p = &plan->stages[index];
    *s = (struct stage){ .plan = p, .desc = p->desc, .index = index,
                         .codecs = codecs,
                         .is_ordered = p->desc->flags & WQ_ORDERED,
                         .memory = { .state = state, .next = next,
                                     .label = p->cfg->label, .desc = p->desc,
                                     .config = p->config } };
    s->stats = calloc(n_workers, sizeof *s->stats);
    if (!s->stats || intern_reasons(s) < 0) return err_no_memory(e);
    for (; s->n_workers < n_workers; s->n_workers++)
        if (stage_stats_new(s->desc, &s->stats[s->n_workers]) < 0)
            return err_no_memory(e);
    return 0;
}

void stage_close(struct stage *s)
{
    if (!s->desc) return;
    for (size_t i = 0; s->desc->start && s->desc->stop && i < s->n_instances; i++) {
        host_enter(s->plan->cfg->label, 0);
        s->desc->stop(s->instances[i]);
        host_leave();
    }
    memory_close(&s->memory); /* after stop: what it has loaded are views */
    for (size_t i = 0; i < s->n_workers; i++) stage_stats_free(&s->stats[i]);
    free(s->stats);
    free(s->instances);
    free(s->reasons);
    *s = (struct stage){ 0 };
}

/* ---- work ---- */

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* For messages: the id of a record, or "(no id)". */
static wq_str id_of(const wq_record *r)
{
    wq_str id;
    return rec_get(r, names_intern_own(str("id")), &id) ? id : str("(no id)");
}

static int nonsense(struct stage *s, const wq_record *r, struct err *e)
{
    wq_str id = id_of(r);
    s->fault = r->fault;
    return err_set(e, EX_INTERNAL, "stage \"%s\" %s, on record \"%.*s\"",
                   s->plan->cfg->label, r->fault, STR_ARG(id));
}

/* One call of prepare. */
static int prepare(struct stage *s, wq_ctx *ctx, wq_record *const *records,
                   size_t n, void **prepared, struct err *e)
{
    host_enter(ctx->label, s->plan->cfg->time_limit_ms);
    int rc = s->desc->prepare(s->plan->shared, ctx, records, n, prepared);
    host_leave();
    return rc < 0 || ctx->failed ? failed(s, ctx, e) : 0;
}

int stage_prepare(struct stage *s, size_t worker, struct batch *b,
                  struct err *e)
{
    if (b->n_records == 0) return 0;
    b->prepared = arena_zero(&b->prepared_arena, b->n_records,
                             sizeof *b->prepared);
    if (!b->prepared) return err_no_memory(e);
    if (!s->desc->prepare) return 0;
    wq_ctx ctx = call(s, worker, b, &b->prepared_arena);
    uint64_t start = now_ns();
    int rc = s->page ? 0 : prepare(s, &ctx, b->records, b->n_records,
                                   b->prepared, e);
    for (size_t i = 0; s->page && rc == 0 && i < b->n_records; i++) {
        if (page_enter(s->page, worker, s->index, b, b->records[i])) continue;
        rc = prepare(s, &ctx, &b->records[i], 1, &b->prepared[i], e);
        page_leave(s->page, worker);
    }
    ctx.stats->nanoseconds += now_ns() - start;
    return rc;
}

/* What becomes of a record that the stage rejects. */
static int on_error(const struct stage *s, const wq_record *r, uint32_t reason,
                    const char *message, struct stage_stats *stats,
                    wq_verdict *verdict, struct err *e)
{
    wq_str id = id_of(r);
    switch (s->plan->cfg->on_error) {
    case ON_ERROR_REJECT: break;
    case ON_ERROR_DROP: *verdict = WQ_DROP; break;
    case ON_ERROR_KEEP:
        *verdict = WQ_KEEP;
        stats->excused++;
        break;
    case ON_ERROR_STOP:
        return err_set(e, EX_DATA, "stage \"%s\" rejects record \"%.*s\": "
                       "%s%s%s", s->plan->cfg->label, STR_ARG(id),
                       names_get(s->reasons[reason]).p, message ? ": " : "",
                       message ? message : "");
    }
    return 0;
}

/* Sends a record where its verdict says.  1: it stays; 0: it is gone; -1. */
static int leave(const struct stage *s, struct stage_stats *stats,
                 struct batch *b, wq_record *r, wq_verdict verdict,
                 uint32_t reason, const char *message, struct err *e)
{
    if (verdict == WQ_REJECT
        && on_error(s, r, reason, message, stats, &verdict, e) < 0)
        return -1;
    if (verdict == WQ_KEEP) {
        stats->kept++;
        return batch_push(&b->records, &b->n_records, &b->cap_records, r) < 0
                   ? err_no_memory(e)
                   : 1;
    }
    r->verdict = verdict;
    r->stage = s->index;
    r->reason = s->reasons[reason];
    r->message = message;
    if (verdict == WQ_DROP) {
        stats->dropped++;
        stats->dropped_by[reason]++;
    } else {
        stats->rejected++;
        stats->rejected_by[reason]++;
    }
    return batch_push(&b->gone, &b->n_gone, &b->cap_gone, r) < 0
               ? err_no_memory(e)
               : 0;
}

int stage_set_aside(struct stage *s, size_t worker, struct batch *b,
                    wq_record *r, enum host_reason why, const char *message,
                    struct err *e)
{
    if (message) {
        message = arena_copy(&b->arena, message, strlen(message) + 1);
        if (!message) return err_no_memory(e);
    }
    s->stats[worker].in++;
    return leave(s, &s->stats[worker], b, r, WQ_REJECT,
                 stage_host_reason(s->desc, why), message, e);
}

/* The children of `parent` (NULL: the orphans in `first`) in call order, each
 * followed by its own. */
static int take_children(struct stage *s, struct batch *b,
                         wq_record *parent, wq_record *first, struct err *e)
{
    wq_record *c = first;
    while (c) {
        if (c->fault) return nonsense(s, c, e);
        if (batch_push(&b->records, &b->n_records, &b->cap_records, c) < 0)
            return err_no_memory(e);
        wq_record *next = c->children;
        c->children = c->last_child = NULL;
        while (!next && c != parent) {
            next = c->sibling;
            if (!next) c = c->parent;
            if (!c) break;
        }
        c = next;
    }
    return 0;
}

static int bad_verdict(struct stage *s, const wq_ctx *ctx, size_t i,
                       wq_verdict v, struct err *e)
{
    wq_str id = id_of(ctx->records[i]);
    if (v == WQ_FATAL && ctx->failed) return failed(s, ctx, e);
    if (v == WQ_FATAL)
        return err_set(e, EX_INTERNAL, "stage \"%s\" cannot go on at record "
                       "\"%.*s\"%s%s", s->plan->cfg->label, STR_ARG(id),
                       ctx->messages[i] ? ": " : "",
                       ctx->messages[i] ? ctx->messages[i] : "");
    s->fault = "gave a verdict that is none";
    return err_set(e, EX_INTERNAL, "stage \"%s\" gave verdict %d, which is "
                   "none, on record \"%.*s\"", s->plan->cfg->label, (int)v,
                   STR_ARG(id));
}

/* After process: sorts the records into kept and gone. */
static int sort_out(struct stage *s, wq_ctx *ctx, struct batch *b,
                    const wq_verdict *verdicts, struct err *e)
{
    for (size_t i = 0; i < ctx->n_records; i++) {
        wq_record *r = ctx->records[i];
        if (r->fault) return nonsense(s, r, e);
        if (verdicts[i] != WQ_KEEP && verdicts[i] != WQ_DROP
            && verdicts[i] != WQ_REJECT)
            return bad_verdict(s, ctx, i, verdicts[i], e);
        uint32_t reason = ctx->reasons[i] < s->desc->n_reasons
                              ? ctx->reasons[i]
                              : stage_host_reason(s->desc, REASON_UNSPECIFIED);
        if (leave(s, ctx->stats, b, r, verdicts[i], reason, ctx->messages[i], e)
            < 0)
            return -1;
        wq_record *children = r->children;
        r->children = r->last_child = NULL;
        if (take_children(s, b, r, children, e) < 0) return -1;
    }
    if (b->orphans) s->fault = "emitted a record that is no clone";
    if (b->orphans)
        return err_set(e, EX_INTERNAL, "stage \"%s\" emitted a record that is "
                       "no clone of the one it was given", s->plan->cfg->label);
    return 0;
}

/* Records that come again: the stage may remember how they were before. */
static int forget(struct stage *s, wq_ctx *ctx, struct batch *b, struct err *e)
{
    int rc = 0;
    if (!s->memory.is_open || !s->memory.calls.forget) return 0;
    for (size_t i = 0; rc == 0 && i < b->n_records; i++) {
        wq_record *r = b->records[i];
        const struct piece *p = r->origin.piece;
        if (!p || !p->file || !piece_comes_again(p)) continue;
        if (s->page && page_enter(s->page, ctx->worker, s->index, b, r))
            continue;
        host_enter(ctx->label, s->plan->cfg->time_limit_ms);
        rc = s->memory.calls.forget(s->memory.instance, ctx, r);
        host_leave();
        if (rc < 0) failed(s, ctx, e);
        if (s->page) page_leave(s->page, ctx->worker);
    }
    return rc < 0 ? -1 : 0;
}

/* One call of process, for the records of ctx. */
static int process(struct stage *s, wq_ctx *ctx, struct batch *b,
                   void *const *prepared, wq_verdict *verdicts, struct err *e)
{
    ctx->stats->in += ctx->n_records;
    host_enter(ctx->label, s->plan->cfg->time_limit_ms);
    int rc = s->desc->process(s->instances[s->is_ordered ? 0 : ctx->worker],
                              ctx, ctx->records, ctx->n_records, prepared,
                              verdicts);
    host_leave();
    if (rc < 0) {
        /* A record with a fault says more than the plugin can know. */
        for (size_t i = 0; i < ctx->n_records; i++)
            if (ctx->records[i]->fault)
                return nonsense(s, ctx->records[i], e);
        return failed(s, ctx, e);
    }
    if (ctx->failed) return failed(s, ctx, e);
    return sort_out(s, ctx, b, verdicts, e);
}

/* The i-th record of all in ctx by itself; set aside, if a run that was begun
 * before this one died of it. */
static int process_alone(struct stage *s, const wq_ctx *all, size_t i,
                         struct batch *b, void *const *prepared,
                         wq_verdict *verdicts, struct err *e)
{
    wq_ctx ctx = *all;
    const struct mishap *m = page_enter(s->page, ctx.worker, s->index, b,
                                        all->records[i]);
    if (m) {
        const char *detail = m->detail[0] ? m->detail : NULL;
        return stage_set_aside(s, ctx.worker, b, all->records[i], m->why,
                               detail, e);
    }
    ctx.records += i;
    ctx.reasons += i;
    ctx.messages += i;
    ctx.n_records = 1;
    int rc = process(s, &ctx, b, &prepared[i], &verdicts[i], e);
    if (rc < 0 && s->fault)
        page_blame(s->page, ctx.worker, REASON_NONSENSE, s->fault);
    page_leave(s->page, ctx.worker);
    return rc;
}

int stage_run(struct stage *s, size_t worker, struct batch *b,
              struct arena *scratch, struct err *e)
{
    size_t n = b->n_records;
    if (n == 0) return 0;
    wq_ctx ctx = call(s, worker, b, scratch);
    wq_record **records = arena_copy(scratch, b->records, n * sizeof *records);
    wq_verdict *verdicts = arena_zero(scratch, n, sizeof *verdicts);
    void *const *prepared = s->is_ordered ? b->prepared : NULL;
    ctx.reasons = arena_array(scratch, n, sizeof *ctx.reasons);
    ctx.messages = arena_zero(scratch, n, sizeof *ctx.messages);
    if (!records || !verdicts || !ctx.reasons || !ctx.messages)
        return err_no_memory(e);
    memset(ctx.reasons, 0xFF, n * sizeof *ctx.reasons);
    ctx.records = records;
    ctx.n_records = n;
    uint64_t start = now_ns();
    if (forget(s, &ctx, b, e) < 0) return -1;
    b->n_records = 0;
    int rc = s->page ? 0 : process(s, &ctx, b, prepared, verdicts, e);
    for (size_t i = 0; s->page && rc >= 0 && i < n; i++)
        rc = process_alone(s, &ctx, i, b, prepared, verdicts, e);
    ctx.stats->nanoseconds += now_ns() - start;
    arena_reset(scratch);
    if (s->is_ordered) {
        b->prepared = NULL;
        arena_reset(&b->prepared_arena);
    }
    return rc < 0 ? -1 : 0;
}

int stage_save(struct stage *s, struct err *e)
{
    struct arena scratch = { 0 };
    wq_ctx ctx = call(s, 0, NULL, &scratch);
    int rc = memory_save(&s->memory, &ctx);
    arena_free(&scratch);
    return rc < 0 || ctx.failed ? failed(s, &ctx, e) : 0;
}

int stage_flush(struct stage *s, size_t worker, struct batch *b,
                struct arena *scratch, struct err *e)
{
    if (!s->desc->flush) return 0;
    wq_ctx ctx = call(s, worker, b, scratch);
    host_enter(ctx.label, s->plan->cfg->time_limit_ms);
    int rc = s->desc->flush(s->instances[0], &ctx);
    host_leave();
    if (rc < 0 || ctx.failed) return failed(s, &ctx, e);
    arena_reset(scratch);
    wq_record *orphans = b->orphans;
    b->orphans = b->last_orphan = NULL;
    return take_children(s, b, NULL, orphans, e);
}
