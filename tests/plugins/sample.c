/* sample.c - stages and formats with a parameter of every type, for tests of
 * pipeline files.  They do nothing to articles. */
#include <stdlib.h>
#include <string.h>
#include <warraq/plugin.h>

enum { P_FLAG, P_COUNT };
static const char *const modes[] = { "fast", "slow", "careful", NULL };
static const wq_param params[] = {
    [P_FLAG] = { .name = "flag", .type = WQ_BOOL, .fallback = "true",
                 .help = "Yes or no." },
    [P_COUNT] = { .name = "count", .type = WQ_INT, .fallback = "10",
                  .unit = "words", .min = 1, .max = 100, .help = "How many." },
    { .name = "share", .type = WQ_REAL, .fallback = "50%", .min = 0, .max = 1,
      .help = "How much of it." },
    { .name = "name", .type = WQ_STRING, .fallback = "", .help = "A text." },
    { .name = "mode", .type = WQ_ENUM, .fallback = "fast", .choices = modes,
      .help = "How to do it." },
    { .name = "memory", .type = WQ_SIZE, .fallback = "64MiB", .min = 1024,
      .max = 1073741824, .help = "Room to do it in." },
    { .name = "window", .type = WQ_DURATION, .fallback = "7d", .min = 1000,
      .max = 52 * 6048e5, .help = "How far to look back." },
    { .name = "data", .type = WQ_PATH, .help = "A file beside the pipeline." },
    { .name = "langs", .type = WQ_STRING, .fallback = "ar, en",
      .flags = WQ_LIST, .help = "Languages." },
    { .name = "numbers", .type = WQ_INT, .fallback = "1, 2", .flags = WQ_LIST,
      .min = 0, .max = 9, .help = "Digits." },
    { .name = "token", .type = WQ_STRING, .flags = WQ_SECRET,
      .help = "Nobody's business." },
    { .name = "amount", .type = WQ_INT, .flags = WQ_DEPRECATED,
      .renamed_to = "count", .help = "The old name of count." },
};
static const wq_param writes[] = {
    { .name = "field", .type = WQ_FIELD_IN, .fallback = "text",
      .help = "Field to read." },
    { .name = "words", .type = WQ_LAYER_OUT, .fallback = "sample_words",
      .help = "Layer to write." },
    { .name = "more", .type = WQ_LAYER_OUT, .help = "Another." },
};
static const wq_param reads[] = {
    { .name = "field", .type = WQ_FIELD_IN, .fallback = "text",
      .help = "Field to read." },
    { .name = "words", .type = WQ_LAYER_IN, .fallback = "sample_words",
      .help = "Layer to read." },
    { .name = "hints", .type = WQ_LAYER_IN, .fallback = "hints",
      .flags = WQ_OPTIONAL, .help = "Layer to read if it is there." },
};
static const wq_param cuts[] = {
    { .name = "field", .type = WQ_FIELD_IN, .fallback = "text",
      .flags = WQ_CUTS, .help = "Field to cut." },
};
static const wq_param rewrites[] = {
    { .name = "fields", .type = WQ_FIELD_OUT, .fallback = "title, text",
      .flags = WQ_LIST, .help = "Fields to rewrite." },
};
static const wq_param needs[] = {
    { .name = "model", .type = WQ_STRING, .flags = WQ_REQUIRED,
      .help = "Model to use." },
};
static const wq_reason reasons[] = {
    { "never", "it does nothing" },
};
static const char *const counters[] = { "articles", NULL };

static void *picky_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    (void)ctx;
    if (host->get_int(config, P_COUNT) != 13) return malloc(1);
    host->bad_param(config, P_COUNT, "13 brings bad luck");
    return NULL;
}

static int process(void *instance, wq_ctx *ctx, wq_record *const *records,
                   size_t n, void *const *prepared, wq_verdict *verdicts)
{
    (void)instance, (void)ctx, (void)records, (void)n, (void)prepared,
        (void)verdicts;
    return 0;
}

#define STAGE(name_, help_, params_)                                           \
    { .name = name_, .version = "1.0", .flags = WQ_PURE, .help = help_,        \
      .params = params_, .n_params = WQ_LEN(params_), .process = process }

static const wq_stage stages[] = {
    { .name = "sample", .version = "1.2", .flags = WQ_ORDERED,
      .help = "Does nothing, with many parameters.", .params = params,
      .n_params = WQ_LEN(params), .reasons = reasons,
      .n_reasons = WQ_LEN(reasons), .counters = counters, .process = process },
    { .name = "sample_picky", .version = "1.0", .flags = WQ_PURE,
      .help = "Dislikes 13.", .params = params, .n_params = WQ_LEN(params),
      .open = picky_open, .close = free, .process = process },
    STAGE("sample_writes", "Says it writes a layer.", writes),
    STAGE("sample_reads", "Says it reads a layer.", reads),
    STAGE("sample_cuts", "Says it cuts a field.", cuts),
    STAGE("sample_rewrites", "Says it rewrites fields.", rewrites),
    STAGE("sample_needs", "Needs a parameter.", needs),
};

static size_t split(void *shared, const char *p, size_t n, uint32_t flags)
{
    const char *end = memchr(p, '\n', n);
    (void)shared;
    return end ? (size_t)(end - p) + 1 : flags & WQ_AT_END ? n : 0;
}

static int decode(void *instance, wq_ctx *ctx, const char *p, size_t n)
{
    (void)instance, (void)ctx, (void)p, (void)n;
    return 0;
}

static int encode(void *instance, wq_ctx *ctx, wq_record *const *records,
                  size_t n, int (*write)(void *to, const char *p, size_t n_),
                  void *to)
{
    (void)instance, (void)ctx, (void)records, (void)n, (void)write, (void)to;
    return 0;
}

static const char *const suffixes[] = { ".sample", NULL };
static const char *const fields[] = { "id", "text", NULL };
static const wq_param format_params[] = {
    { .name = "width", .type = WQ_INT, .fallback = "80", .min = 1, .max = 200,
      .unit = "columns", .help = "Width of a line." },
};
static const wq_format formats[] = {
    { .name = "sample_in", .version = "1.0", .help = "Reads nothing.",
      .suffixes = suffixes, .fields = fields, .params = format_params,
      .n_params = WQ_LEN(format_params), .split = split, .decode = decode },
    { .name = "sample_out", .version = "1.0", .help = "Writes nothing.",
      .encode = encode },
};
WQ_DESCRIPTOR("sample", "1.2", "MIT", stages, WQ_LEN(stages), formats,
              WQ_LEN(formats));
