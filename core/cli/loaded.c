/* loaded.c - from the name of a pipeline file to a plan that can run. */
#include "cli/cli.h"
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

void loaded_free(struct loaded *l)
{
    plan_free(l->plan);
    plugins_free(&l->plugins);
    pipeline_free(l->pipeline);
    diags_free(&l->diags);
    *l = (struct loaded){ 0 };
}
