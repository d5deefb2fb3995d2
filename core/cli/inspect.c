/* inspect.c - `warraq inspect NAME`: all that a plugin says of a stage, a
 * format or itself.  Made from its tables alone; runs no plugin code but loading. */
#include "cli/cli.h"
#include "base/log.h"
#include "base/nomem.h"
#include "cli/json.h"
#include "cli/options.h"
#include <stdlib.h>

static const struct option_spec options[] = {
    { "plugins", '\0', "DIR", "look here first (a folder or a .so file)" },
    { "json", '\0', NULL, "print as JSON" },
    { 0 },
};

static const char *const type_names[] = {
    [WQ_BOOL] = "true or false",     [WQ_INT] = "whole number",
    [WQ_REAL] = "number",            [WQ_STRING] = "text",
    [WQ_ENUM] = "choice",            [WQ_SIZE] = "size",
    [WQ_DURATION] = "time",          [WQ_PATH] = "path",
    [WQ_FIELD_IN] = "field read",    [WQ_FIELD_OUT] = "field set",
    [WQ_LAYER_IN] = "layer needed",  [WQ_LAYER_OUT] = "layer written",
};

static const struct {
    uint32_t flag;
    const char *name;
} flag_names[] = {
    { WQ_REQUIRED, "required" },     { WQ_LIST, "one or a list" },
    { WQ_SECRET, "secret" },         { WQ_DEPRECATED, "deprecated" },
    { WQ_CUTS, "text is cut from it" },
    { WQ_OPTIONAL, "used if it is there" },
};

/* One stage or format, as it is printed. */
struct subject {
    const char *kind, *name, *version, *help, *how; /* how: "pure" */
    const struct plugin *from;
    const wq_param *params;
    uint32_t n_params;
    const wq_reason *reasons;
    uint32_t n_reasons;
    const char *const *counters, *const *suffixes, *const *fields;
};

static struct subject of_stage(const wq_stage *s, const struct plugin *from)
{
    return (struct subject){
        .kind = "stage", .name = s->name, .help = s->help, .from = from,
        .version = s->version ? s->version : from->version,
        .how = s->flags & WQ_PURE ? "pure" : "ordered", .params = s->params,
        .n_params = s->n_params, .reasons = s->reasons,
        .n_reasons = s->n_reasons, .counters = s->counters };
}

static struct subject of_format(const wq_format *f, const struct plugin *from)
{
    return (struct subject){
        .kind = "format", .name = f->name, .help = f->help, .from = from,
        .version = f->version ? f->version : from->version,
        .how = f->decode && f->encode ? "reads and writes"
               : f->decode            ? "reads" : "writes",
        .params = f->params, .n_params = f->n_params, .suffixes = f->suffixes,
        .fields = f->fields };
}

/* "whole number from 1 to 1000000 code points, default 200" */
static int describe(const wq_param *p, struct buf *out)
{
    int rc = buf_format(out, "%s", type_names[p->type]);
    for (size_t i = 0; p->type == WQ_ENUM && p->choices[i] && rc == 0; i++)
        rc = buf_format(out, "%s %s", i ? "," : ":", p->choices[i]);
    if (p->min < p->max && rc == 0) rc = buf_format(out, " ");
    if (rc == 0) rc = param_print_range(p, out);
    if (p->unit && rc == 0) rc = buf_format(out, " %s", p->unit);
    for (size_t i = 0; i < WQ_LEN(flag_names) && rc == 0; i++)
        if (p->flags & flag_names[i].flag)
            rc = buf_format(out, ", %s", flag_names[i].name);
    if (p->renamed_to && rc == 0)
        rc = buf_format(out, ": use %s", p->renamed_to);
    if (p->fallback && rc == 0)
        rc = buf_format(out, ", default %s", *p->fallback ? p->fallback
                                                          : "empty");
    return rc < 0 ? -1 : buf_close(out);
}

static void print_words(const char *title, const char *const *words)
{
    if (!words || !words[0]) return;
    printf("\n%s:", title);
    for (size_t i = 0; words[i]; i++) printf("%s %s", i ? "," : "", words[i]);
    putchar('\n');
}

static void print_subject(const struct subject *s)
{
    printf("%s %s %s, %s\n  of plugin %s %s (%s)\n  %s\n", s->kind, s->name,
           s->version, s->how, s->from->name, s->from->version,
           s->from->license ? s->from->license : "no licence stated",
           s->from->file);
    if (s->help) printf("\n%s\n", s->help);
    print_words("Suffixes", s->suffixes);
    print_words("Fields", s->fields);
    if (s->n_params) printf("\nParameters:\n");
    for (uint32_t i = 0; i < s->n_params; i++) {
        const wq_param *p = &s->params[i];
        struct buf text = { 0 };
        if (describe(p, &text) < 0) nomem_leave();
        printf("  %s: %s\n", p->name, text.p);
        if (p->help) printf("      %s\n", p->help);
        buf_free(&text);
    }
    if (s->n_reasons) printf("\nReasons:\n");
    for (uint32_t i = 0; i < s->n_reasons; i++)
        printf("  %s: %s\n", s->reasons[i].name,
               s->reasons[i].help ? s->reasons[i].help : "");
    print_words("Counters", s->counters);
}

static void json_words(struct json *j, const char *name,
                       const char *const *words)
{
    json_open(j, name, '[');
    for (size_t i = 0; words && words[i]; i++) json_text(j, NULL, words[i]);
    json_close(j, ']');
}

static void json_param(struct json *j, const wq_param *p)
{
    json_open(j, NULL, '{');
    json_text(j, "name", p->name);
    json_text(j, "help", p->help);
    json_text(j, "type", type_names[p->type]);
    json_text(j, "default", p->fallback);
    json_text(j, "unit", p->unit);
    if (p->min < p->max) {
        json_real(j, "min", p->min);
        json_real(j, "max", p->max);
    }
    if (p->type == WQ_ENUM) json_words(j, "choices", p->choices);
    for (size_t i = 0; i < WQ_LEN(flag_names); i++)
        if (p->flags & flag_names[i].flag)
            json_bool(j, flag_names[i].name, true);
    json_close(j, '}');
}

static void json_subject(struct json *j, const struct subject *s)
{
    json_open(j, NULL, '{');
    json_text(j, "kind", s->kind);
    json_text(j, "name", s->name);
    json_text(j, "version", s->version);
    json_text(j, "how", s->how);
    json_text(j, "help", s->help);
    json_text(j, "plugin", s->from->name);
    json_text(j, "license", s->from->license);
    json_text(j, "file", s->from->file);
    json_open(j, "parameters", '[');
    for (uint32_t i = 0; i < s->n_params; i++) json_param(j, &s->params[i]);
    json_close(j, ']');
    json_open(j, "reasons", '[');
    for (uint32_t i = 0; i < s->n_reasons; i++) {
        json_open(j, NULL, '{');
        json_text(j, "name", s->reasons[i].name);
        json_text(j, "help", s->reasons[i].help);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_words(j, "counters", s->counters);
    json_words(j, "suffixes", s->suffixes);
    json_words(j, "fields", s->fields);
    json_close(j, '}');
}

/* Prints all that bears the name: a stage, a format (`text` is both a format
 * and a plugin), or, if neither does, everything in the plugin of that name.
 * Returns how many. */
static size_t print_all(const struct plugins *set, const char *name,
                        bool by_plugin, struct json *j)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++) {
        const struct plugin *p = &set->list[i];
        bool is_whole = by_plugin && p->name && strcmp(p->name, name) == 0;
        for (size_t k = 0; k < p->n_stages + p->n_formats; k++) {
            bool is_stage = k < p->n_stages;
            struct subject s = is_stage
                                   ? of_stage(&p->stages[k], p)
                                   : of_format(&p->formats[k - p->n_stages], p);
            if (!is_whole && (by_plugin || strcmp(s.name, name) != 0)) continue;
            if (j) {
                json_subject(j, &s);
            } else {
                if (n) putchar('\n');
                print_subject(&s);
            }
            n++;
        }
    }
    return n;
}

/* Why there is nothing of that name. */
static int nothing(const struct plugins *set, const char *name)
{
    struct err e = { 0 };
    plugins_stage(set, name, NULL, &e);
    const char *close = plugins_closest_stage(set, name);
    if (!close) close = plugins_closest_format(set, name);
    if (strstr(e.text, "refused")) log_err(&e);
    else if (close)
        log_line(WQ_LOG_ERROR, "no stage, format or plugin \"%s\"; did you "
                 "mean \"%s\"?", name, close);
    else
        log_line(WQ_LOG_ERROR, "no stage, format or plugin \"%s\"; `warraq "
                 "list` shows what there is", name);
    return EX_NO_PLUGIN;
}

int cli_inspect(int argc, char **argv)
{
    struct options o;
    struct plugins set = { 0 };
    struct err e = { 0 };
    struct json j = { .to = stdout };
    int code = options_take(options, argc, argv, "inspect NAME",
                            "Describes a stage, a format, or all of a plugin: "
                            "parameters, reasons, counters.", &o);
    if (code >= 0) goto out;
    if (o.n_args != 1) {
        log_line(WQ_LOG_ERROR, "inspect: which stage, format or plugin?");
        code = EX_USAGE_;
        goto out;
    }
    const char *dir = options_get(&o, "plugins"), *name = o.args[0];
    code = EX_FINE;
    if (plugins_find(&set, &dir, dir ? 1 : 0, &e) < 0) {
        log_err(&e);
        code = e.code;
        goto out;
    }
    struct json *to = options_get(&o, "json") ? &j : NULL;
    if (to) json_open(to, NULL, '[');
    if (print_all(&set, name, false, to) == 0
        && print_all(&set, name, true, to) == 0)
        code = nothing(&set, name);
    if (to) json_close(to, ']');
out:
    plugins_free(&set);
    options_free(&o);
    return code;
}
