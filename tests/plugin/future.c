/* future.c - a plugin of a later minor version, or with -DPAST of an earlier
 * one: every struct is longer (shorter) than this host's, so that a host that
 * walks by its own sizeof reads rubbish. */
#include <stddef.h>
#include <warraq/plugin.h>

#ifdef PAST
/* What a header without the last members would have compiled to. */
struct stage {
    char bytes[offsetof(wq_stage, process) + sizeof(void *)];
} __attribute__((aligned(8)));
struct param {
    char bytes[offsetof(wq_param, renamed_to)];
} __attribute__((aligned(8)));
struct reason {
    const char *name;
};
struct plugin {
    char bytes[offsetof(wq_plugin, license)];
} __attribute__((aligned(8)));
#define REASON(name_, help_) { name_ }
#else
struct stage {
    wq_stage base;
    void *newer[5];
};
struct param {
    wq_param base;
    double newer[3];
};
struct reason {
    const char *name, *help;
    const char *newer;
};
struct plugin {
    wq_plugin base;
    const void *newer[4];
};
#define REASON(name_, help_) { name_, help_, "newer" }
#endif

static int process(void *instance, wq_ctx *ctx, wq_record *const *records,
                   size_t n, void *const *prepared, wq_verdict *verdicts)
{
    (void)instance, (void)ctx, (void)records, (void)n, (void)prepared,
        (void)verdicts;
    return 0;
}

static const struct reason reasons[] = {
    REASON("first", "the first reason"), REASON("second", "the second reason")
};

#ifdef PAST
/* The members up to the cut, spelled out: an initializer of wq_param would be
 * as long as this header's. */
struct past_param {
    const char *name, *help, *fallback, *unit;
    const char *const *choices;
    double min, max;
    uint32_t type, flags;
};
_Static_assert(sizeof(struct past_param) == sizeof(struct param), "as cut");
static const struct past_param params[] = {
    { "one", "The first.", "1", NULL, NULL, 0, 9, WQ_INT, 0 },
    { "two", "The second.", "2", NULL, NULL, 0, 9, WQ_INT, 0 },
};
struct past_stage {
    const char *name, *version, *help;
    uint32_t flags, reserved;
    const void *params, *reasons, *counters;
    uint32_t n_params, n_reasons;
    void *open, *close, *start, *stop, *prepare;
    int (*process)(void *, wq_ctx *, wq_record *const *, size_t, void *const *,
                   wq_verdict *);
};
_Static_assert(sizeof(struct past_stage) == sizeof(struct stage), "as cut");
static const struct past_stage stages[] = {
    { "past_a", "0.9", "The first stage.", WQ_PURE, 0, params, reasons, NULL, 2,
      2, 0, 0, 0, 0, 0, process },
    { "past_b", "0.9", "The second stage.", WQ_ORDERED, 0, params, reasons,
      NULL, 2, 2, 0, 0, 0, 0, 0, process },
};
struct past_plugin {
    uint32_t magic;
    uint16_t abi_major, abi_minor;
    uint32_t size;
    uint16_t needs_minor, pad;
    uint32_t stage_size, format_size, param_size, reason_size;
    uint32_t n_stages, n_formats;
    const void *stages, *formats;
    const char *name, *version;
};
_Static_assert(sizeof(struct past_plugin) == sizeof(struct plugin), "as cut");
WQ_EXPORT const struct past_plugin warraq_plugin;
const struct past_plugin warraq_plugin = {
    WQ_MAGIC, 1, 0, sizeof(struct past_plugin), 0, 0,
    sizeof(struct past_stage), sizeof(wq_format), sizeof(struct past_param),
    sizeof(struct reason), 2, 0, stages, NULL, "past", "0.9"
};
#else
static const struct param params[] = {
    { .base = { .name = "one", .help = "The first.", .fallback = "1",
                .min = 0, .max = 9, .type = WQ_INT },
      .newer = { -1, -1, -1 } },
    { .base = { .name = "two", .help = "The second.", .fallback = "2",
                .min = 0, .max = 9, .type = WQ_INT },
      .newer = { -1, -1, -1 } },
};
#define STAGE(name_, help_, flags_)                                            \
    { .base = { .name = name_, .version = "9.9", .help = help_,                \
                .flags = flags_, .params = &params[0].base,                    \
                .n_params = 2, .reasons = (const wq_reason *)reasons,          \
                .n_reasons = 2, .process = process },                          \
      .newer = { (void *)1, (void *)2, (void *)3, (void *)4, (void *)5 } }
static const struct stage stages[] = {
    STAGE("future_a", "The first stage.", WQ_PURE),
    STAGE("future_b", "The second stage.", WQ_ORDERED),
};
WQ_EXPORT const struct plugin warraq_plugin;
const struct plugin warraq_plugin = {
    .base = { .magic = WQ_MAGIC, .abi_major = 1, .abi_minor = 7,
              .size = sizeof(struct plugin), .needs_minor = 0,
              .stage_size = sizeof(struct stage),
              .format_size = sizeof(wq_format) + 64,
              .param_size = sizeof(struct param),
              .reason_size = sizeof(struct reason), .n_stages = 2,
              .stages = &stages[0].base, .name = "future", .version = "9.9",
              .license = "MIT" },
    .newer = { (void *)1, (void *)2, (void *)3, (void *)4 },
};
#endif
