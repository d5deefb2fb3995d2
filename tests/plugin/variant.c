/* variant.c - one small plugin, or with -DNAME one that is wrong in one way;
 * tests/plugin/refusals.sh builds them all. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <warraq/plugin.h>

#ifdef NO_SYMBOL
int something_else;
#else

#if defined CRASH
__attribute__((constructor)) static void at_load(void) { raise(SIGSEGV); }
#elif defined ABORT
__attribute__((constructor)) static void at_load(void) { abort(); }
#elif defined EXIT
__attribute__((constructor)) static void at_load(void) { _exit(0); }
#elif defined KILLED /* from outside, the first time or each time */
__attribute__((constructor)) static void at_load(void)
{
    if (!mkdir("killed", 0777) || KILLED > 1) raise(SIGKILL);
}
#elif defined UNDEFINED
int no_such_function(void);
int (*needed)(void) = no_such_function;
#endif

static int process(void *instance, wq_ctx *ctx, wq_record *const *records,
                   size_t n, void *const *prepared, wq_verdict *verdicts)
{
    (void)instance, (void)ctx, (void)records, (void)n, (void)prepared;
#ifdef DROPS
    for (size_t i = 0; i < n; i++) verdicts[i] = WQ_DROP;
#else
    (void)verdicts;
#endif
    return 0;
}

#ifndef STAGE
#define STAGE "variant"
#endif
#ifndef PLUGIN
#define PLUGIN "variant"
#endif

static const char *const choices[] = { "a", "b", NULL };
static const wq_param params[] = {
    { .name = "number", .type = WQ_INT, .fallback = "5", .min = 1, .max = 9,
      .help = "A number." },
    { .name = "choice", .type = WQ_ENUM, .fallback = "b", .choices = choices,
      .help = "A choice." },
#if defined PARAM_TYPE
    { .name = "odd", .type = 99 },
#elif defined PARAM_NULL
    { .type = WQ_INT },
#elif defined PARAM_TWICE
    { .name = "number", .type = WQ_INT },
#elif defined PARAM_DEFAULT
    { .name = "odd", .type = WQ_INT, .fallback = "ten" },
#elif defined PARAM_CHOICES
    { .name = "odd", .type = WQ_ENUM },
#endif
};
static const wq_reason reasons[] = {
    { "why", "because" },
#ifdef REASON_TWICE
    { "why", "why not" },
#endif
};

#ifdef FORMAT_FLAGS
static int encode(void *instance, wq_ctx *ctx, wq_record *const *records,
                  size_t n, int (*write)(void *to, const char *p, size_t n),
                  void *to)
{
    (void)instance, (void)ctx, (void)records, (void)n, (void)write, (void)to;
    return 0;
}
static const wq_format formats[] = {
    { .name = "variant", .version = "1.0", .flags = FORMAT_FLAGS,
      .encode = encode },
#ifdef FORMAT_TWICE
    { .name = "variant", .version = "1.0", .encode = encode },
#endif
};
#endif

static const wq_stage stages[] = {
    {
#ifdef STAGE_NULL
      .name = NULL,
#elif defined STAGE_NAME
      .name = "no spaces/please",
#else
      .name = STAGE,
#endif
      .version = "1.0", .help = "Keeps everything.",
#ifdef FLAGS_NONE
      .flags = 0,
#elif defined FLAGS_NEW
      .flags = WQ_PURE | 1u << 20,
#else
      .flags = WQ_PURE,
#endif
      .params = params, .n_params = WQ_LEN(params), .reasons = reasons,
      .n_reasons = WQ_LEN(reasons),
#ifndef NO_PROCESS
      .process = process
#endif
    },
#ifdef STAGE_TWICE
    { .name = STAGE, .version = "1.0", .flags = WQ_PURE, .process = process },
#endif
};

#ifndef MAGIC
#define MAGIC WQ_MAGIC
#endif
#ifndef MAJOR
#define MAJOR WQ_ABI_MAJOR
#endif
#ifndef NEEDS
#define NEEDS 0
#endif
#ifndef SIZE
#define SIZE sizeof(wq_plugin)
#endif
#ifndef STRIDE
#define STRIDE sizeof(wq_stage)
#endif
#ifndef COUNT
#define COUNT WQ_LEN(stages)
#endif

WQ_EXPORT const wq_plugin warraq_plugin;
const wq_plugin warraq_plugin = {
    .magic = MAGIC, .abi_major = MAJOR, .abi_minor = 0,
    .size = (uint32_t)(SIZE), .needs_minor = NEEDS,
    .stage_size = (uint32_t)(STRIDE), .format_size = sizeof(wq_format),
    .param_size = sizeof(wq_param), .reason_size = sizeof(wq_reason),
    .n_stages = COUNT,
#ifndef STAGES_NULL
    .stages = stages,
#endif
#ifdef FORMAT_FLAGS
    .formats = formats, .n_formats = WQ_LEN(formats),
#endif
#ifndef NAME_NULL
    .name = PLUGIN,
#endif
    .version = "1.0", .license = "MIT",
};
#endif
