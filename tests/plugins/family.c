/* family.c - test stages that emit: `family` a child, a grandchild and a second
 * child of every record, `twins` one record twice, `quiet` without saying in its
 * flags that it emits. */
#include <string.h>
#include <warraq/plugin.h>

static wq_str string(const char *s)
{
    return (wq_str){ s, strlen(s) };
}

static const wq_host *the_host; /* the same for all stages; set by open */

static void *family_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    (void)config;
    (void)ctx;
    the_host = host;
    return &the_host;
}

/* A copy with other text, emitted. */
static wq_record *emit_copy(wq_ctx *ctx, const wq_record *of, const char *text)
{
    wq_record *c = the_host->clone(ctx, of);
    if (!c || the_host->set(c, the_host->intern(string("text")), string(text)) < 0
        || the_host->emit(ctx, c) < 0)
        return NULL;
    return c;
}

static int family_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                          size_t n, void *const *prepared, wq_verdict *verdicts)
{
    (void)instance;
    (void)prepared;
    (void)verdicts;
    for (size_t i = 0; i < n; i++) {
        wq_record *child = emit_copy(ctx, records[i], "child");
        if (!child || !emit_copy(ctx, child, "grandchild")
            || !emit_copy(ctx, records[i], "second child"))
            return -1;
    }
    return 0;
}

static int twins_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                         size_t n, void *const *prepared, wq_verdict *verdicts)
{
    (void)instance;
    (void)prepared;
    (void)verdicts;
    for (size_t i = 0; i < n; i++)
        the_host->emit(ctx, emit_copy(ctx, records[i], "child"));
    return 0;
}

static const wq_stage stages[] = {
    { .name = "family", .version = "1.0", .flags = WQ_PURE | WQ_MAY_EMIT,
      .help = "Emits two children and a grandchild of every record.",
      .open = family_open, .process = family_process },
    { .name = "twins", .version = "1.0", .flags = WQ_PURE | WQ_MAY_EMIT,
      .help = "Emits one child twice.",
      .open = family_open, .process = twins_process },
    { .name = "quiet", .version = "1.0", .flags = WQ_PURE,
      .help = "Emits without WQ_MAY_EMIT.",
      .open = family_open, .process = family_process },
};
WQ_PLUGIN("family", "1.0", "Apache-2.0", stages);
