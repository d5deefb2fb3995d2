/* explain.c - `warraq explain PIPELINE...`: the pipeline as it would run, every
 * value with where it comes from, and what each stage reads and writes. */
#include "cli/cli.h"
#include "base/names.h"
#include "base/nomem.h"
#include "cli/json.h"
#include "run/run.h"
#include <stdlib.h>

static const struct option_spec options[] = {
    { "set", '\0', "LABEL.PARAM=VALUE", "explain with this parameter changed" },
    { "json", '\0', NULL, "print as JSON" },
    { 0 },
};

static const char *const on_error_names[] = {
    [ON_ERROR_REJECT] = "reject", [ON_ERROR_KEEP] = "keep",
    [ON_ERROR_DROP] = "drop", [ON_ERROR_STOP] = "stop",
};

static const char *const on_changed_names[] = {
    [ON_CHANGED_WARN] = "warn", [ON_CHANGED_RERUN] = "rerun",
    [ON_CHANGED_STOP] = "stop",
};

/* What the parameters of one type name: "text, title"; empty: none. */
static const char *names_of(const wq_param *params, uint32_t n,
                            const struct wq_config *c, uint32_t type,
                            uint32_t flag, struct buf *out)
{
    out->n = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; params[i].type == type
                             && (params[i].flags & flag) == flag
                             && k < config_count(c, i); k++) {
            wq_str name = config_get_str(c, i, k);
            if (buf_format(out, "%s%.*s", out->n ? ", " : "", STR_ARG(name))
                < 0)
                nomem_leave();
        }
    if (buf_close(out) < 0) nomem_leave();
    return out->p;
}

/* "default", "line 12", "--set" */
static void print_origin(const struct pipeline *p, const struct param_value *v,
                         char *out, size_t cap)
{
    if (!v->at.file) text_format(out, cap, "default");
    else if (strcmp(v->at.file, p->file) == 0)
        text_format(out, cap, "line %zu", v->at.line);
    else text_format(out, cap, "%s", v->at.file);
}

static void print_params(const struct pipeline *p, const wq_param *params,
                         uint32_t n, const struct wq_config *c)
{
    size_t width = 0;
    for (uint32_t i = 0; i < n; i++)
        if (strlen(params[i].name) > width) width = strlen(params[i].name);
    for (uint32_t i = 0; i < n; i++) {
        struct buf value = { 0 };
        char origin[64];
        print_origin(p, &c->values[i], origin, sizeof origin);
        if (param_print(&params[i], &c->values[i], &value) < 0
            || buf_close(&value) < 0)
            nomem_leave();
        printf("     %-*s  %-22s %s%s%s%s\n", (int)width, params[i].name,
               value.p, origin, params[i].unit ? " (" : "",
               params[i].unit ? params[i].unit : "",
               params[i].unit ? ")" : "");
        buf_free(&value);
    }
}

static const struct names_line {
    const char *title;
    uint32_t type, flag;
} name_lines[] = {
    { "reads", WQ_FIELD_IN, 0 },         { "needs layer", WQ_LAYER_IN, 0 },
    { "sets", WQ_FIELD_OUT, 0 },         { "cuts", WQ_FIELD_IN, WQ_CUTS },
    { "writes layer", WQ_LAYER_OUT, 0 },
};

static void print_stage(const struct plan *plan, size_t i)
{
    const struct plan_stage *s = &plan->stages[i];
    struct buf names = { 0 };
    printf("\n%2zu. %s", i + 1, s->cfg->label);
    if (strcmp(s->cfg->label, s->cfg->stage) != 0)
        printf(" (stage %s)", s->cfg->stage);
    printf(": %s, of %s %s, on_error %s",
           s->desc->flags & WQ_PURE ? "pure" : "ordered", s->from->name,
           s->from->version, on_error_names[s->cfg->on_error]);
    if (s->cfg->time_limit_ms)
        printf(", at most %.3g s an article",
               (double)s->cfg->time_limit_ms / 1000);
    printf("\n     %s\n", s->desc->help ? s->desc->help : "");
    print_params(plan->pipeline, s->desc->params, s->desc->n_params, s->config);
    for (size_t k = 0; k < WQ_LEN(name_lines); k++) {
        const char *all = names_of(s->desc->params, s->desc->n_params,
                                   s->config, name_lines[k].type,
                                   name_lines[k].flag, &names);
        if (*all) printf("     %s: %s\n", name_lines[k].title, all);
    }
    buf_free(&names);
}

static void print_format(const struct plan *plan, const char *title,
                         const struct cfg_io *io, const struct plan_format *f)
{
    if (!io->node) return;
    printf("%-8s %s", title, f->desc ? f->desc->name : "auto");
    for (size_t i = 0; i < io->n_paths; i++)
        printf("%s %s", i ? "," : ":", io->paths[i]);
    putchar('\n');
    if (f->desc)
        print_params(plan->pipeline, f->desc->params, f->desc->n_params,
                     f->config);
}

static void explain(const struct plan *plan)
{
    const struct pipeline *p = plan->pipeline;
    printf("%s (%s)\n", p->name, p->file);
    print_format(plan, "input", &p->input, &plan->input);
    print_format(plan, "output", &p->output, &plan->output);
    if (p->state)
        printf("state    %s (a changed input: %s)\n", p->state,
               on_changed_names[p->on_changed]);
    if (p->dropped) printf("dropped  %s\n", p->dropped);
    if (p->output.node) {
        char *path = p->rejects ? NULL
                     : run_default_rejects(p, p->output.paths[0]);
        printf("rejects  %s", p->rejects ? p->rejects : path ? path : "?");
        free(path);
    }
    if (p->rejects_limit >= 0)
        printf(" (at most %.3g%%)", p->rejects_limit * 100);
    if (p->output.node) putchar('\n');
    if (p->threads) printf("threads  %d", p->threads);
    else printf("threads  auto");
    printf(", at most %.4g MiB of articles in memory\n",
           (double)p->in_flight / 1048576);
    for (size_t i = 0; i < plan->n_stages; i++) print_stage(plan, i);
}

/* ---- JSON ---- */

static void json_params(struct json *j, const struct pipeline *p,
                        const wq_param *params, uint32_t n,
                        const struct wq_config *c)
{
    json_open(j, "parameters", '[');
    for (uint32_t i = 0; i < n; i++) {
        struct buf value = { 0 };
        char origin[64];
        print_origin(p, &c->values[i], origin, sizeof origin);
        bool is_set = param_print(&params[i], &c->values[i], &value) == 0
                      && buf_close(&value) == 0 && c->values[i].is_set;
        json_open(j, NULL, '{');
        json_text(j, "name", params[i].name);
        json_text(j, "value", is_set ? value.p : NULL);
        json_text(j, "from", origin);
        json_text(j, "unit", params[i].unit);
        json_close(j, '}');
        buf_free(&value);
    }
    json_close(j, ']');
}

static void json_format(struct json *j, const struct plan *plan,
                        const char *name, const struct cfg_io *io,
                        const struct plan_format *f)
{
    if (!io->node) return;
    json_open(j, name, '{');
    json_text(j, "format", f->desc ? f->desc->name : "auto");
    json_open(j, "path", '[');
    for (size_t i = 0; i < io->n_paths; i++) json_text(j, NULL, io->paths[i]);
    json_close(j, ']');
    if (f->desc)
        json_params(j, plan->pipeline, f->desc->params, f->desc->n_params,
                    f->config);
    json_close(j, '}');
}

static void json_stage(struct json *j, const struct plan *plan,
                       const struct plan_stage *s)
{
    struct buf names = { 0 };
    json_open(j, NULL, '{');
    json_text(j, "stage", s->cfg->stage);
    json_text(j, "label", s->cfg->label);
    json_text(j, "kind", s->desc->flags & WQ_PURE ? "pure" : "ordered");
    json_text(j, "plugin", s->from->name);
    json_text(j, "file", s->from->file);
    json_text(j, "on_error", on_error_names[s->cfg->on_error]);
    json_int(j, "time_limit_ms", s->cfg->time_limit_ms);
    json_params(j, plan->pipeline, s->desc->params, s->desc->n_params,
                s->config);
    for (size_t k = 0; k < WQ_LEN(name_lines); k++)
        json_text(j, name_lines[k].title,
                  names_of(s->desc->params, s->desc->n_params, s->config,
                           name_lines[k].type, name_lines[k].flag, &names));
    json_close(j, '}');
    buf_free(&names);
}

static void explain_json(struct json *j, const struct plan *plan)
{
    const struct pipeline *p = plan->pipeline;
    json_open(j, NULL, '{');
    json_text(j, "name", p->name);
    json_text(j, "file", p->file);
    json_format(j, plan, "input", &p->input, &plan->input);
    json_format(j, plan, "output", &p->output, &plan->output);
    json_text(j, "state", p->state);
    json_text(j, "dropped", p->dropped);
    json_text(j, "rejects", p->rejects);
    json_int(j, "threads", p->threads);
    json_int(j, "in_flight", p->in_flight);
    json_open(j, "stages", '[');
    for (size_t i = 0; i < plan->n_stages; i++)
        json_stage(j, plan, &plan->stages[i]);
    json_close(j, ']');
    json_close(j, '}');
}

static int explain_file(const char *path, const char *const *sets,
                        size_t n_sets, bool is_first, struct json *j)
{
    struct loaded l;
    int code = loaded_open(&l, path, sets, n_sets, NULL);
    if (!is_first && !j) putchar('\n');
    if (code == EX_FINE && j) explain_json(j, l.plan);
    else if (code == EX_FINE) explain(l.plan);
    loaded_free(&l);
    return code;
}

int cli_explain(int argc, char **argv)
{
    return loaded_each(explain_file, options, argc, argv, "explain PIPELINE...",
                       "Shows pipelines as they would run: every stage, every "
                       "parameter with its value\nand where that is set, and "
                       "what is read and written.");
}
