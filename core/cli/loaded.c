/* loaded.c - from the name of a pipeline file to a plan that can run. */
#include "base/log.h"
#include "base/trust.h"
#include "cli/cli.h"
#include "cli/json.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* A pipeline says which programs are run (`exec`, hooks) and which files are
 * written: as root only one that root alone can change. */
static void check_trust(struct loaded *l)
{
    struct err e = { 0 };
    if (!l->pipeline || strcmp(l->pipeline->file, "-") == 0
        || trust_check(l->pipeline->file, TRUST_FILE, &e) == 0)
        return;
    diag_error(&l->diags, e.code, (struct place){ l->pipeline->file, 0, 0 }, 0,
               NULL, "%s", e.text);
}

int loaded_read(struct loaded *l, const char *path,
                const char *const *overrides, size_t n_overrides)
{
    *l = (struct loaded){ 0 };
    l->pipeline = pipeline_load(path, overrides, n_overrides, &l->diags);
    check_trust(l);
    return l->diags.n_errors ? l->diags.code : resolve(l);
}

int loaded_open(struct loaded *l, const char *path,
                const char *const *overrides, size_t n_overrides,
                const char *output)
{
    *l = (struct loaded){ 0 };
    l->pipeline = pipeline_load(path, overrides, n_overrides, &l->diags);
    check_trust(l);
    if (l->pipeline && output)
        pipeline_redirect(l->pipeline, output, &l->diags);
    int code = l->diags.n_errors ? l->diags.code : resolve(l);
    diags_log(&l->diags);
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

/* Calls `one` for all files named.  Returns the worst code: a wrong file goes
 * before a missing one. */
static int each_file(loaded_verb *one, const struct options *o)
{
    struct json list = { .to = stdout };
    struct json *j = options_get(o, "json") ? &list : NULL;
    size_t n_sets;
    const char **sets = options_all(o, "set", &n_sets);
    int worst = sets ? EX_FINE : EX_NO_MEMORY;
    if (!sets) log_line(WQ_LOG_ERROR, "out of memory");
    if (j) json_open(j, NULL, '[');
    for (size_t i = 0; sets && i < o->n_args; i++) {
        int code = one(o->args[i], sets, n_sets, i == 0, j);
        if (code > worst) worst = code;
    }
    if (j) json_close(j, ']');
    free(sets);
    return worst;
}

int loaded_each(loaded_verb *one, const struct option_spec *table, int argc,
                char **argv, const char *usage, const char *about)
{
    struct options o;
    int code = options_take(table, argc, argv, usage, about, &o);
    if (code < 0 && o.n_args == 0) {
        log_line(WQ_LOG_ERROR, "%s: which pipeline file?", argv[0]);
        code = EX_USAGE_;
    }
    if (code < 0) code = each_file(one, &o);
    options_free(&o);
    return code;
}
