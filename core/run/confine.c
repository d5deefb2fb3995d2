/* confine.c - see confine.h.
 *
 * Folders rather than files where something is made: an output is written beside
 * its place and renamed, SQLite makes and removes its journal.  So what a run
 * writes had better have folders of its own. */
#include "run/confine.h"
#include "base/file.h"
#include "run/internal.h"
#include "run/sandbox.h"
#include <stdlib.h>
#include <sys/stat.h>

struct places {
    struct sandbox_path *list;
    size_t n, cap;
    struct arena arena; /* holds the paths */
    bool moves, no_memory;
};

/* Copies n bytes of path. */
static void add(struct places *p, const char *path, size_t n, bool is_written)
{
    char *copy = arena_zero(&p->arena, n + 1, 1);
    if (p->n == p->cap) {
        size_t cap = p->cap * 2 + 16;
        struct sandbox_path *list = reallocarray(p->list, cap, sizeof *list);
        if (list) {
            p->list = list;
            p->cap = cap;
        }
    }
    if (!copy || p->n == p->cap) {
        p->no_memory = true;
        return;
    }
    memcpy(copy, path, n);
    p->list[p->n++] = (struct sandbox_path){ copy, is_written };
}

static void add_file(struct places *p, const char *path)
{
    if (strcmp(path, "-") != 0) add(p, path, strlen(path), false);
}

/* The folder that path lies in. */
static void add_folder_of(struct places *p, const char *path, bool is_written)
{
    const char *slash = strrchr(path, '/');
    if (!slash) add(p, ".", 1, is_written);
    else add(p, path, slash == path ? 1 : (size_t)(slash - path), is_written);
}

/* An output; of "out/{source}/x.jsonl" all below "out". */
static void add_output(struct places *p, const char *path)
{
    struct stat st;
    if (!path || strcmp(path, "-") == 0) return;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        add(p, path, strlen(path), true); /* a pipe, a device */
        return;
    }
    char *fixed = strndup(path, strcspn(path, "{"));
    if (strchr(path, '{')) p->moves = true;
    if (!fixed) {
        p->no_memory = true;
        return;
    }
    (void)file_make_folders(fixed, false); /* rejects are opened when there is one */
    add_folder_of(p, fixed, true);
    free(fixed);
    char *real = realpath(path, NULL); /* a link: what it points to is replaced */
    if (real) add_folder_of(p, real, true);
    free(real);
}

/* Folder of a plugin, and the files that its parameters name. */
static void add_plugin(struct places *p, const struct plugin *from,
                       const struct wq_config *config)
{
    if (from) add_folder_of(p, from->file, false);
    for (uint32_t i = 0; config && i < config->n_params; i++) {
        const struct param_value *v = &config->values[i];
        if (config->params[i].type != WQ_PATH) continue;
        for (uint32_t k = 0; k < v->n; k++)
            if (v->items[k].s.n) add_file(p, v->items[k].s.p);
    }
}

static void add_plugins(struct places *p, const struct plan *plan)
{
    const struct plan_format *formats[] = { &plan->input, &plan->output,
                                            &plan->jsonl };
    for (size_t i = 0; i < WQ_LEN(formats); i++)
        add_plugin(p, formats[i]->from, formats[i]->config);
    for (size_t i = 0; i < plan->n_readers; i++)
        add_plugin(p, plan->readers[i].from, plan->readers[i].config);
    for (size_t i = 0; i < plan->n_stages; i++)
        add_plugin(p, plan->stages[i].from, plan->stages[i].config);
}

int confine_run(const struct run *run, struct err *e)
{
    const struct remember *m = &run->remember;
    const struct paths *inputs = m->is_on ? &m->paths : &run->paths;
    struct places p = { 0 };
    for (size_t i = 0; i < inputs->n; i++) add_file(&p, inputs->list[i]);
    add_file(&p, run->plan->pipeline->file);
    add_plugins(&p, run->plan);
    add_output(&p, run->output_path);
    add_output(&p, run->dropped_path);
    add_output(&p, run->rejects_path);
    if (m->is_on) add(&p, m->state.dir, strlen(m->state.dir), true);
    const struct sandbox what = { SANDBOX_RUN, p.list, p.n, p.moves };
    int rc = p.no_memory ? err_no_memory(e) : sandbox_enter(&what, e);
    free(p.list);
    arena_free(&p.arena);
    return rc;
}
