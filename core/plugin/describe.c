/* describe.c - see describe.h.
 *
 *   plugin's array:  |--stage_size--|--stage_size--|        walked by stride
 *   our array:       |sizeof(wq_stage)|sizeof(wq_stage)|    tail zero or cut
 *
 * A newer plugin's structs are longer: what we do not know is cut off.  An
 * older one's are shorter: what it does not have is zero. */
#include "plugin/describe.h"
#include "base/size.h"
#include "plugin/params.h"

/* No plugin has more; a wild number is noise. */
enum { COUNT_MAX = 1024, SIZE_MAX_ = 64 << 10 };

#define UP_TO(type, m) (offsetof(type, m) + sizeof(((type *)0)->m))

/* What a struct must hold at least to be of any use. */
static const size_t plugin_min = UP_TO(wq_plugin, version),
                    stage_min = UP_TO(wq_stage, process),
                    format_min = UP_TO(wq_format, split),
                    param_min = UP_TO(wq_param, flags),
                    reason_min = UP_TO(wq_reason, name);

static int refuse(struct err *e, const char *fmt, ...) ERR_PRINTF(2, 3);
static int refuse(struct err *e, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    err_vset(e, EX_NO_PLUGIN, fmt, args);
    va_end(args);
    return -1;
}

/* Copies n foreign structs of `stride` bytes into ours of `size`.  NULL: no
 * memory. */
static void *adopt(struct arena *arena, const void *from, size_t n,
                   size_t stride, size_t size)
{
    char *to = arena_zero(arena, n, size);
    for (size_t i = 0; to && from && i < n; i++)
        memcpy(to + i * size, (const char *)from + i * stride,
               stride < size ? stride : size);
    return to;
}

static int check_array(const char *what, const void *list, uint32_t n,
                       uint32_t stride, size_t least, struct err *e)
{
    if (n == 0) return 0;
    if (n > COUNT_MAX)
        return refuse(e, "it says it has %u %s, more than %d", n, what,
                      COUNT_MAX);
    if (!list) return refuse(e, "its %s are NULL", what);
    if (stride < least || stride > SIZE_MAX_ || stride % sizeof(void *))
        return refuse(e, "it says that one of its %s has %u bytes; this warraq "
                      "knows %zu", what, stride, least);
    return 0;
}

/* A name that can stand in a pipeline file. */
static int check_name(const char *what, const char *name, struct err *e)
{
    if (!name) return refuse(e, "a %s's name is NULL", what);
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                            "XYZ0123456789_-");
    if (n == 0 || n > 64 || name[n])
        return refuse(e, "\"%.64s\" cannot be a %s's name: letters, digits, "
                      "\"_\" and \"-\"", name, what);
    return 0;
}

static int check_param(const wq_param *p, struct err *e)
{
    if (check_name("parameter", p->name, e) < 0) return -1;
    if (p->type < WQ_BOOL || p->type > WQ_LAYER_OUT)
        return refuse(e, "parameter \"%s\" is of type %u, which this warraq "
                      "does not know; upgrade warraq", p->name, p->type);
    if (p->type == WQ_ENUM && (!p->choices || !p->choices[0]))
        return refuse(e, "parameter \"%s\" has no choices", p->name);
    if ((p->flags & WQ_REQUIRED) && p->fallback)
        return refuse(e, "parameter \"%s\" is required and has a default",
                      p->name);
    return 0;
}

/* Adopts and checks a stage's or format's parameters: *params is replaced. */
static int describe_params(const wq_plugin *d, const wq_param **params,
                           uint32_t n, struct arena *arena, struct err *e)
{
    if (check_array("parameters", *params, n, d->param_size, param_min, e) < 0)
        return -1;
    wq_param *ours = adopt(arena, *params, n, d->param_size, sizeof *ours);
    if (!ours) return err_no_memory(e);
    *params = ours;
    for (uint32_t i = 0; i < n; i++) {
        if (check_param(&ours[i], e) < 0) return -1;
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(ours[i].name, ours[k].name) == 0)
                return refuse(e, "two parameters are named \"%s\"",
                              ours[i].name);
    }
    return config_new(ours, n, arena, e) ? 0 : -1;
}

static int describe_reasons(const wq_plugin *d, wq_stage *s,
                            struct arena *arena, struct err *e)
{
    if (check_array("reasons", s->reasons, s->n_reasons, d->reason_size,
                    reason_min, e) < 0)
        return -1;
    wq_reason *ours = adopt(arena, s->reasons, s->n_reasons, d->reason_size,
                            sizeof *ours);
    if (!ours) return err_no_memory(e);
    s->reasons = ours;
    for (uint32_t i = 0; i < s->n_reasons; i++) {
        if (check_name("reason", ours[i].name, e) < 0) return -1;
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(ours[i].name, ours[k].name) == 0)
                return refuse(e, "two reasons are named \"%s\"", ours[i].name);
    }
    return 0;
}

static int describe_stage(const wq_plugin *d, wq_stage *s, struct arena *arena,
                          struct err *e)
{
    if (check_name("stage", s->name, e) < 0) return -1;
    bool is_pure = s->flags & WQ_PURE, is_ordered = s->flags & WQ_ORDERED;
    int rc = 0;
    if (is_pure == is_ordered)
        rc = refuse(e, "it must be either pure or ordered");
    else if (s->flags & ~(uint32_t)(WQ_PURE | WQ_ORDERED | WQ_MAY_EMIT
                                    | WQ_PROGRAMS))
        rc = refuse(e, "its flags 0x%x are not known to this warraq; upgrade "
                    "warraq", s->flags);
    else if (!s->process)
        rc = refuse(e, "it has no process function");
    if (rc < 0 || describe_params(d, &s->params, s->n_params, arena, e) < 0
        || describe_reasons(d, s, arena, e) < 0)
        return err_in_front(e, "stage \"%s\": ", s->name);
    return 0;
}

static int describe_format(const wq_plugin *d, wq_format *f,
                           struct arena *arena, struct err *e)
{
    if (check_name("format", f->name, e) < 0) return -1;
    int rc = 0;
    if (f->flags & ~(uint32_t)WQ_GROWS)
        rc = refuse(e, "its flags 0x%x are not known to this warraq; upgrade "
                    "warraq", f->flags);
    else if (!f->decode && !f->encode)
        rc = refuse(e, "it neither reads nor writes");
    else if (f->decode && !f->split)
        rc = refuse(e, "it decodes records but cannot split them");
    if (rc < 0 || describe_params(d, &f->params, f->n_params, arena, e) < 0)
        return err_in_front(e, "format \"%s\": ", f->name);
    return 0;
}

/* The 16 bytes that never change say whether the rest can be read. */
static int check_head(const wq_plugin *d, struct err *e)
{
    if (d->magic != WQ_MAGIC)
        return refuse(e, "its warraq_plugin begins with 0x%08x, not 0x%08x: "
                      "this is no plugin of ours; build it with WQ_PLUGIN",
                      d->magic, WQ_MAGIC);
    if (d->abi_major != WQ_ABI_MAJOR)
        return refuse(e, "it speaks ABI %u.%u, this warraq ABI %d.%d; %s",
                      d->abi_major, d->abi_minor, WQ_ABI_MAJOR, WQ_ABI_MINOR,
                      d->abi_major > WQ_ABI_MAJOR
                          ? "upgrade warraq"
                          : "rebuild the plugin against this warraq's header");
    if (d->needs_minor > WQ_ABI_MINOR)
        return refuse(e, "it needs ABI %u.%u, this warraq has %d.%d; upgrade "
                      "warraq", d->abi_major, d->needs_minor, WQ_ABI_MAJOR,
                      WQ_ABI_MINOR);
    if (d->size < plugin_min || d->size > SIZE_MAX_)
        return refuse(e, "its descriptor says %u bytes; this warraq needs at "
                      "least %zu", d->size, plugin_min);
    return 0;
}

int plugin_describe(const wq_plugin *desc, struct arena *arena,
                    struct plugin *out, struct err *e)
{
    if (check_head(desc, e) < 0) return -1;
    wq_plugin d = { 0 };
    memcpy(&d, desc, desc->size < sizeof d ? desc->size : sizeof d);
    if (check_name("plugin", d.name, e) < 0) return -1;
    if (!d.version) return refuse(e, "its version is NULL");
    if (d.n_stages == 0 && d.n_formats == 0)
        return refuse(e, "it has neither a stage nor a format");
    if (check_array("stages", d.stages, d.n_stages, d.stage_size, stage_min, e)
            < 0
        || check_array("formats", d.formats, d.n_formats, d.format_size,
                       format_min, e) < 0)
        return -1;
    wq_stage *stages = adopt(arena, d.stages, d.n_stages, d.stage_size,
                             sizeof *stages);
    wq_format *formats = adopt(arena, d.formats, d.n_formats, d.format_size,
                               sizeof *formats);
    if (!stages || !formats) return err_no_memory(e);
    for (uint32_t i = 0; i < d.n_stages; i++) {
        if (describe_stage(&d, &stages[i], arena, e) < 0) return -1;
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(stages[i].name, stages[k].name) == 0)
                return refuse(e, "two of its stages are named \"%s\"",
                              stages[i].name);
    }
    for (uint32_t i = 0; i < d.n_formats; i++) {
        if (describe_format(&d, &formats[i], arena, e) < 0) return -1;
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(formats[i].name, formats[k].name) == 0)
                return refuse(e, "two of its formats are named \"%s\"",
                              formats[i].name);
    }
    out->name = d.name;
    out->version = d.version;
    out->license = d.license;
    out->url = d.url;
    out->stages = stages;
    out->formats = formats;
    out->n_stages = d.n_stages;
    out->n_formats = d.n_formats;
    return 0;
}
