/* loaded.c - from the name of a pipeline file to a plan that can run. */
#include "base/log.h"
#include "cli/cli.h"
#include <stdio.h>
#include <stdlib.h>

/* Folders of `plugins:`, which are relative to the pipeline file. */
static const char **plugin_dirs(struct pipeline *p)
{
    const char **dirs = arena_array(&p->arena, p->n_plugins, sizeof *dirs);
    for (size_t i = 0; dirs && i < p->n_plugins; i++) {
        struct buf path = { 0 };
        int rc = p->plugins[i][0] == '/'
                     ? buf_format(&path, "%s", p->plugins[i])
                     : buf_format(&path, "%s/%s", p->dir, p->plugins[i]);
        dirs[i] = rc < 0 ? NULL : arena_copy(&p->arena, path.p, path.n + 1);
        buf_free(&path);
        if (!dirs[i]) return NULL;
    }
    return dirs;
}

static int finish(struct loaded *l, struct diags *diags)
{
    struct err e = { 0 };
    const char **dirs = l->pipeline ? plugin_dirs(l->pipeline) : NULL;
    if (l->pipeline && !dirs) {
        err_no_memory(&e);
    } else if (l->pipeline
               && plugins_find(&l->plugins, dirs, l->pipeline->n_plugins, &e)
                      == 0) {
        l->plan = plan_make(l->pipeline, &l->plugins, diags);
    }
    diags_print(diags, stderr);
    if (e.code) log_err(&e);
    int code = e.code ? e.code : diags->code;
    diags_free(diags);
    return l->plan ? EX_FINE : code ? code : EX_INTERNAL;
}

int loaded_open(struct loaded *l, const char *path,
                const char *const *overrides, size_t n_overrides)
{
    struct diags diags = { 0 };
    *l = (struct loaded){ 0 };
    l->pipeline = pipeline_load(path, overrides, n_overrides, &diags);
    return finish(l, &diags);
}

int loaded_parse(struct loaded *l, const char *name, wq_str text)
{
    struct diags diags = { 0 };
    *l = (struct loaded){ 0 };
    l->pipeline = pipeline_parse(name, text, &diags);
    return finish(l, &diags);
}

void loaded_free(struct loaded *l)
{
    plan_free(l->plan);
    plugins_free(&l->plugins);
    pipeline_free(l->pipeline);
    *l = (struct loaded){ 0 };
}
