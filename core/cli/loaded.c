/* loaded.c - from the name of a pipeline file to a plan that can run. */
#include "cli/cli.h"
#include "run/stage.h"
#include <stdio.h>

static int resolve(struct loaded *l)
{
    struct err e = { 0 };
    if (!l->pipeline) return l->diags.code;
    if (plugins_find(&l->plugins, l->pipeline->plugins, l->pipeline->n_plugins,
                     &e) < 0) {
        diag_error(&l->diags, e.code, (struct place){ 0 }, 0, NULL, "%s",
                   e.text);
        return l->diags.code;
    }
    l->plan = plan_make(l->pipeline, &l->plugins, &l->diags);
    return l->plan ? EX_FINE : l->diags.code;
}

int loaded_read(struct loaded *l, const char *path,
                const char *const *overrides, size_t n_overrides)
{
    *l = (struct loaded){ 0 };
    l->pipeline = pipeline_load(path, overrides, n_overrides, &l->diags);
    return resolve(l);
}

int loaded_open(struct loaded *l, const char *path,
                const char *const *overrides, size_t n_overrides)
{
    int code = loaded_read(l, path, overrides, n_overrides);
    diags_print(&l->diags, stderr);
    return code;
}

int loaded_parse(struct loaded *l, const char *name, wq_str text)
{
    *l = (struct loaded){ 0 };
    l->pipeline = pipeline_parse(name, text, &l->diags);
    int code = resolve(l);
    diags_print(&l->diags, stderr);
    return code;
}

int loaded_prove(struct loaded *l)
{
    size_t before = l->diags.n_errors;
    for (uint32_t i = 0; i < l->plan->n_stages; i++) {
        const struct plan_stage *s = &l->plan->stages[i];
        const struct cfg_node *name = s->cfg->name_node;
        struct stage stage = { 0 };
        struct err e = { 0 };
        if (stage_open(&stage, l->plan, i, 1, &e) < 0 && !s->config->is_bad)
            diag_error(&l->diags, e.code ? e.code : EX_INTERNAL, name->at,
                       name->width, NULL, "%s", e.text);
        stage_close(&stage);
    }
    return l->diags.n_errors == before ? EX_FINE : l->diags.code;
}

void loaded_free(struct loaded *l)
{
    plan_free(l->plan);
    plugins_free(&l->plugins);
    pipeline_free(l->pipeline);
    diags_free(&l->diags);
    *l = (struct loaded){ 0 };
}
