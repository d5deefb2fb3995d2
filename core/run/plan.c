/* plan.c - a pipeline meets the plugins; see plan.h. */
#include "run/plan.h"
#include "config/schema.h"
#include "run/flow.h"
#include "run/stage.h"
#include <stdlib.h>

struct resolving {
    struct plan *plan;
    struct diags *diags;
};

static void report(struct resolving *r, const struct cfg_node *at, int code,
                   const char *hint, const char *text)
{
    struct place top = { r->plan->pipeline->file, 0, 0 };
    diag_error(r->diags, code, at ? at->at : top, at ? at->width : 0, hint,
               "%s", text);
}

/* ---- parameters ---- */

/* Those of one stage or format. */
struct owner {
    const char *kind, *name; /* "stage", "dedupe" */
    const wq_param *params;
    uint32_t n;
    struct wq_config *config;
    const struct cfg_node *with, *at; /* at: for what is missing */
};

/* "code points, default 200" */
static const char *unit_hint(const wq_param *p, char *out, size_t cap)
{
    if (!p->unit && !p->fallback) return NULL;
    text_format(out, cap, "%s%s%s%s", p->unit ? p->unit : "",
                p->unit && p->fallback ? ", " : "",
                p->fallback ? "default " : "",
                p->fallback && *p->fallback ? p->fallback
                : p->fallback               ? "empty" : "");
    return out;
}

static void report_value(struct resolving *r, const wq_param *p,
                         const struct cfg_node *at, const char *text)
{
    char unit[200], choice[200];
    const char *hint = unit_hint(p, unit, sizeof unit), *close = NULL;
    size_t n = 0;
    while (p->type == WQ_ENUM && p->choices[n]) n++;
    if (n && at->kind == CFG_SCALAR)
        close = str_suggest(at->text.p, p->choices, n);
    if (close) {
        text_format(choice, sizeof choice, "did you mean \"%s\"?", close);
        hint = choice;
    }
    report(r, at, EX_PIPELINE, hint, text);
}

/* A path is relative to the pipeline file. */
static wq_str spelled(struct resolving *r, const wq_param *p,
                      const struct cfg_node *node)
{
    if (p->type != WQ_PATH || node->text.n == 0
        || strlen(node->text.p) != node->text.n)
        return node->text;
    const char *path = cfg_join(&r->plan->arena, r->plan->pipeline->dir,
                                node->text.p);
    if (!path) diags_no_memory(r->diags);
    return path ? str(path) : node->text;
}

static void set_param(struct resolving *r, const struct owner *o, uint32_t i,
                      const struct cfg_node *node)
{
    const wq_param *p = &o->params[i];
    struct param_value *v = &o->config->values[i];
    bool is_list = node->kind == CFG_LIST;
    char text[400], what[100];
    if (node->kind == CFG_MAP || (is_list && !(p->flags & WQ_LIST))) {
        text_format(text, sizeof text, "\"%s\" must be %s, not %s", p->name,
                    param_wants(p), cfg_what(node, what, sizeof what));
        report_value(r, p, node, text);
        return;
    }
    size_t n = is_list ? node->n : 1;
    union param_item *items = arena_zero(&r->plan->arena, n, sizeof *items);
    if (!items) {
        diags_no_memory(r->diags);
        return;
    }
    for (size_t k = 0; k < n; k++) {
        const struct cfg_node *item = is_list ? node->items[k] : node;
        struct err e = { 0 };
        if (item->kind != CFG_SCALAR) {
            text_format(text, sizeof text, "an item of \"%s\" must be %s, not "
                        "%s", p->name, param_wants(p),
                        cfg_what(item, what, sizeof what));
            report_value(r, p, item, text);
        } else if (param_parse(p, spelled(r, p, item), item->quoted,
                               &r->plan->arena, &items[k], &e) < 0) {
            if (e.code == EX_NO_MEMORY) diags_no_memory(r->diags);
            else report_value(r, p, item, e.text);
        }
    }
    *v = (struct param_value){ .is_set = true, .n = (uint32_t)n,
                               .items = items, .at = node->at,
                               .width = node->width };
}

static void unknown_param(struct resolving *r, const struct owner *o,
                          const struct cfg_node *key)
{
    char text[300], hint[400];
    size_t n = 0;
    text_format(text, sizeof text, "%s \"%s\" has no parameter \"%.*s\"",
                o->kind, o->name, key->text.n > 80 ? 80 : STR_ARG(key->text));
    const char **names = arena_array(&r->plan->arena, o->n, sizeof *names);
    for (uint32_t i = 0; names && i < o->n; i++) names[i] = o->params[i].name;
    const char *close = names ? str_suggest(key->text.p, names, o->n) : NULL;
    if (close) {
        text_format(hint, sizeof hint, "did you mean \"%s\"?", close);
    } else if (o->n == 0) {
        text_format(hint, sizeof hint, "it takes none");
    } else {
        n = text_format(hint, sizeof hint, "it has");
        for (uint32_t i = 0; i < o->n; i++)
            n += text_format(hint + n, sizeof hint - n, "%s %s", i ? "," : "",
                             o->params[i].name);
    }
    report(r, key, EX_PIPELINE, hint, text);
}

static void warn_if_deprecated(struct resolving *r, const wq_param *p,
                               const struct cfg_node *key)
{
    char hint[120];
    if (!(p->flags & WQ_DEPRECATED)) return;
    if (p->renamed_to)
        text_format(hint, sizeof hint, "use \"%s\"", p->renamed_to);
    diag_warning(r->diags, key->at, key->width, p->renamed_to ? hint : NULL,
                 "\"%s\" is deprecated", p->name);
}

static void set_params(struct resolving *r, const struct owner *o)
{
    for (size_t k = 0; o->with && k < o->with->n; k++) {
        const struct cfg_node *key = o->with->keys[k];
        uint32_t i = 0;
        while (i < o->n && !str_is(key->text, o->params[i].name)) i++;
        if (i == o->n) {
            unknown_param(r, o, key);
            continue;
        }
        warn_if_deprecated(r, &o->params[i], key);
        set_param(r, o, i, o->with->items[k]);
    }
    for (uint32_t i = 0; i < o->n; i++) {
        char text[300];
        if (!(o->params[i].flags & WQ_REQUIRED) || o->config->values[i].is_set)
            continue;
        text_format(text, sizeof text, "%s \"%s\" needs the parameter \"%s\"",
                    o->kind, o->name, o->params[i].name);
        report(r, o->at, EX_PIPELINE, o->params[i].help, text);
    }
}

/* Where a stage's bad_param goes: the value it dislikes has a place. */
struct listener {
    struct diags *diags;
    const struct wq_config *config;
    const struct cfg_node *at;
};

static void on_bad(void *to, uint32_t param, const char *text)
{
    const struct listener *l = to;
    char unit[200];
    bool is_known = param < l->config->n_params;
    const struct param_value *v = is_known ? &l->config->values[param] : NULL;
    bool is_written = v && v->at.file;
    diag_error(l->diags, EX_PIPELINE, is_written ? v->at : l->at->at,
               is_written ? v->width : l->at->width,
               is_known ? unit_hint(&l->config->params[param], unit,
                                    sizeof unit) : NULL,
               "\"%s\": %s", is_known ? l->config->params[param].name : "?",
               text);
}

/* The values of a table: defaults, then what the pipeline says.  NULL: no
 * memory (reported). */
static struct wq_config *resolve_params(struct resolving *r, struct owner o)
{
    struct err e = { 0 };
    o.config = config_new(o.params, o.n, &r->plan->arena, &e);
    if (!o.config) {
        diags_no_memory(r->diags); /* a bad default was refused at loading */
        return NULL;
    }
    struct listener *l = arena_zero(&r->plan->arena, 1, sizeof *l);
    if (!l) {
        diags_no_memory(r->diags);
        return NULL;
    }
    *l = (struct listener){ r->diags, o.config, o.at };
    o.config->on_bad = on_bad;
    o.config->on_bad_to = l;
    set_params(r, &o);
    return o.config;
}

/* ---- stages and formats ---- */

static void report_unknown(struct resolving *r, const struct cfg_node *at,
                           const char *close, const struct err *e)
{
    char hint[120];
    /* A name that is near one there is was meant; a refused plugin is not a
     * wrong pipeline but a broken installation. */
    bool is_refused = strstr(e->text, "refused") != NULL;
    if (close) text_format(hint, sizeof hint, "did you mean \"%s\"?", close);
    else text_format(hint, sizeof hint, "`warraq list` shows what there is");
    report(r, at, EX_NO_PLUGIN, is_refused ? NULL : hint, e->text);
}

static void resolve_stage(struct resolving *r, const struct cfg_stage *cfg,
                          struct plan_stage *out)
{
    struct err e = { 0 };
    out->cfg = cfg;
    out->desc = plugins_stage(r->plan->plugins, cfg->stage, &out->from, &e);
    if (!out->desc) {
        report_unknown(r, cfg->name_node,
                       plugins_closest_stage(r->plan->plugins, cfg->stage), &e);
        return;
    }
    if (r->plan->pipeline->sandbox && out->desc->flags & WQ_PROGRAMS) {
        char text[200];
        text_format(text, sizeof text, "stage \"%s\" starts programs, and "
                    "\"sandbox: true\" forbids it", cfg->label);
        report(r, cfg->name_node, EX_PIPELINE, "leave one of them out", text);
    }
    out->config = resolve_params(r, (struct owner){
        "stage", cfg->stage, out->desc->params, out->desc->n_params, NULL,
        cfg->with, cfg->name_node });
}

/* "a/b.jsonl.zst" -> the format with suffix ".jsonl", or NULL. */
static const wq_format *by_suffix(const struct plugins *set, const char *path)
{
    wq_str s = str(path);
    if (str_ends(s, ".zst")) s.n -= 4;
    else if (str_ends(s, ".gz")) s.n -= 3;
    for (size_t i = 0; i < set->n; i++)
        for (size_t k = 0; k < set->list[i].n_formats; k++) {
            const wq_format *f = &set->list[i].formats[k];
            for (size_t m = 0; f->suffixes && f->suffixes[m]; m++)
                if (str_ends(s, f->suffixes[m])) return f;
        }
    return NULL;
}

/* The format of all inputs by their suffixes, if that is one and the same. */
static const wq_format *common_format(const struct plan *plan)
{
    const struct cfg_io *in = &plan->pipeline->input;
    const wq_format *first = NULL;
    for (size_t i = 0; i < in->n_paths; i++) {
        const wq_format *f = by_suffix(plan->plugins, in->paths[i]);
        if (!f || (first && f != first)) return NULL;
        first = f;
    }
    return first;
}

static void resolve_format(struct resolving *r, const struct cfg_io *io,
                           const char *name, bool is_input,
                           struct plan_format *out)
{
    struct err e = { 0 };
    char text[200];
    out->desc = plugins_format(r->plan->plugins, name, &out->from, &e);
    const struct cfg_node *at = io->format_node ? io->format_node
                                : io->path_node ? io->path_node : io->node;
    if (!out->desc) {
        report_unknown(r, at, plugins_closest_format(r->plan->plugins, name),
                       &e);
        return;
    }
    if (is_input ? !out->desc->decode : !out->desc->encode) {
        text_format(text, sizeof text, "the format \"%s\" can only be %s", name,
                    is_input ? "written" : "read");
        report(r, at, EX_PIPELINE, NULL, text);
    }
    out->config = resolve_params(r, (struct owner){
        "format", name, out->desc->params, out->desc->n_params, NULL, io->with,
        at });
}

/* Every format that reads, for files told apart one by one. */
static void resolve_readers(struct resolving *r)
{
    struct plan *plan = r->plan;
    const struct plugins *set = plan->plugins;
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++) n += set->list[i].n_formats;
    plan->readers = arena_zero(&plan->arena, n, sizeof *plan->readers);
    if (!plan->readers) {
        diags_no_memory(r->diags);
        return;
    }
    for (size_t i = 0; i < set->n; i++)
        for (size_t k = 0; k < set->list[i].n_formats; k++) {
            const wq_format *f = &set->list[i].formats[k];
            if (!f->decode) continue;
            struct plan_format *out = &plan->readers[plan->n_readers++];
            out->desc = f;
            out->from = &set->list[i];
            out->config = resolve_params(r, (struct owner){
                "format", f->name, f->params, f->n_params, NULL, NULL,
                plan->pipeline->root });
        }
}

static void resolve_input(struct resolving *r)
{
    const struct cfg_io *in = &r->plan->pipeline->input;
    resolve_readers(r);
    if (!in->node) return;
    if (strcmp(in->format, "auto") != 0) {
        resolve_format(r, in, in->format, true, &r->plan->input);
        return;
    }
    if (!in->with) return; /* each file as its suffix or first bytes say */
    const wq_format *f = common_format(r->plan);
    if (f) resolve_format(r, in, f->name, true, &r->plan->input);
    else report(r, in->with, EX_PIPELINE, "add \"format: NAME\"",
                "parameters of which format? The paths do not tell");
}

/* The pipeline says a format, the command line a name that means another: the
 * pipeline, which holds its parameters, is right, but someone may be surprised. */
static void warn_of_suffix(struct resolving *r, const struct cfg_io *out,
                           const wq_format *f)
{
    if (!f || !f->encode || strcmp(f->name, out->format) == 0) return;
    const struct cfg_node *at = out->format_node ? out->format_node : out->node;
    diag_warning(r->diags, at->at, at->width, "leave \"format\" out, and the name "
                 "of the output chooses", "\"%s\" is written as "
                 "\"%s\", not \"%s\" as its name says", out->instead,
                 out->format, f->name);
}

static void resolve_output(struct resolving *r)
{
    const struct cfg_io *out = &r->plan->pipeline->output;
    if (!out->node) return;
    const char *name = out->format;
    const struct plugins *set = r->plan->plugins;
    const wq_format *f = out->instead ? by_suffix(set, out->instead) : NULL;
    if (strcmp(name, "auto") != 0) {
        warn_of_suffix(r, out, f);
    } else {
        if (!f && out->n_paths) f = by_suffix(set, out->paths[0]);
        name = f && f->encode ? f->name : "jsonl";
    }
    resolve_format(r, out, name, false, &r->plan->output);
}

/* What `dropped` and `rejects` are written as, with default values; and the
 * same reading all members as plain fields. */
static void resolve_jsonl(struct resolving *r)
{
    struct plan_format *j = &r->plan->jsonl, *plain = &r->plan->plain;
    struct err e = { 0 };
    j->desc = plugins_format(r->plan->plugins, "jsonl", &j->from, &e);
    if (!j->desc) {
        if (r->plan->pipeline->output.node)
            report(r, NULL, EX_NO_PLUGIN, "`warraq list` shows what there is",
                   e.text);
        return;
    }
    struct owner owner = { "format", "jsonl", j->desc->params,
                           j->desc->n_params, NULL, NULL,
                           r->plan->pipeline->root };
    j->config = resolve_params(r, owner);
    *plain = *j;
    plain->config = resolve_params(r, owner);
    for (uint32_t i = 0; plain->config && i < j->desc->n_params; i++)
        if (strcmp(j->desc->params[i].name, "plain") == 0)
            plain->config->values[i].items[0].i = 1;
}

struct plan *plan_make(struct pipeline *p, struct plugins *plugins,
                       struct diags *diags)
{
    size_t errors = diags->n_errors;
    struct plan *plan = calloc(1, sizeof *plan);
    struct resolving r = { plan, diags };
    if (plan) {
        plan->pipeline = p;
        plan->plugins = plugins;
        plan->stages = arena_zero(&plan->arena, p->n_stages,
                                  sizeof *plan->stages);
    }
    if (!plan || !plan->stages) {
        diags_no_memory(diags);
        plan_free(plan);
        return NULL;
    }
    plan->n_stages = p->n_stages;
    resolve_input(&r);
    resolve_output(&r);
    resolve_jsonl(&r);
    for (size_t i = 0; i < p->n_stages; i++)
        resolve_stage(&r, &p->stages[i], &plan->stages[i]);
    if (diags->code != EX_NO_MEMORY) {
        flow_check(plan, diags);
        clash_check(plan, diags);
    }
    if (diags->n_errors == errors) stages_open(plan, diags);
    if (diags->n_errors == errors) return plan;
    plan_free(plan);
    return NULL;
}

void plan_free(struct plan *plan)
{
    if (!plan) return;
    stages_close(plan);
    arena_free(&plan->arena);
    free(plan);
}
