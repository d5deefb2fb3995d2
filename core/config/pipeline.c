/* pipeline.c - a tree becomes a pipeline, or a list of errors; see pipeline.h.
 *
 * Each part reads its own keys and reports what will not do; none stops the
 * others, so that all errors of a file are seen at once. */
#include "config/pipeline.h"
#include "config/schema.h"
#include <stdlib.h>
#include <sys/stat.h>

#define MIB ((int64_t)1 << 20)

enum {
    IN_FLIGHT_MIB = 64,
    THREADS_MAX = 256,
    LABEL_MAX = 64,
    ISOLATED_LIMIT_MS = 60000, /* one that hangs must cost a record, not a run */
    MEMORY_LIMIT_MIB = 64,     /* a record in parts is a few times 64 MiB, but
                                  most articles need none of it              */
    STAGES_MAX = 1000 /* labels are compared with one another */
};

/* A label goes into reasons ("stories/exact") and --set ("stories.window"). */
static bool is_label(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789_-");
    return n > 0 && n <= LABEL_MAX && s[n] == '\0';
}

/* ---- input, output, dropped, rejects ---- */

static void read_io(struct reading *r, struct cfg_node *node, const char *where,
                    struct cfg_io *io)
{
    static const char *const keys[] = { "format", "path", "with", NULL };
    io->format = "auto";
    io->node = node;
    if (!node || !cfg_check_map(r, node, where, keys)) return;
    io->format_node = cfg_get(node, "format");
    io->path_node = cfg_get(node, "path");
    cfg_text(r, io->format_node, "format", &io->format);
    cfg_texts(r, io->path_node, "path", &io->paths, &io->path_nodes,
              &io->n_paths);
    for (size_t i = 0; i < io->n_paths; i++)
        if (io == &r->p->input)
            cfg_read_path(r, io->path_nodes[i], io->paths[i]);
        else
            cfg_written(r, io->path_nodes[i], io->paths[i], true);
    struct cfg_node *with = cfg_get(node, "with");
    if (!with || cfg_is_null(with)) return;
    char what[100];
    if (with->kind == CFG_MAP) io->with = with;
    else cfg_error(r, with, NULL, "\"with\" must be a mapping of parameters, "
                   "not %s", cfg_what(with, what, sizeof what));
}

static void read_output(struct reading *r, struct cfg_node *node)
{
    struct cfg_io *out = &r->p->output;
    read_io(r, node, "\"output\"", out);
    if (!node || node->kind != CFG_MAP) return;
    if (!out->path_node)
        cfg_error(r, node, "\"-\" is standard output", "\"output\" has no "
                  "\"path\"");
    else if (out->path_node->kind == CFG_LIST)
        cfg_error(r, out->path_node, NULL,
                  "\"output\" has one path, not a list");
}

static void read_rejects(struct reading *r)
{
    static const char *const dropped_keys[] = { "path", NULL };
    static const char *const rejects_keys[] = { "path", "limit", NULL };
    struct pipeline *p = r->p;
    p->dropped_node = cfg_get(p->root, "dropped");
    if (p->dropped_node
        && cfg_check_map(r, p->dropped_node, "\"dropped\"", dropped_keys)) {
        struct cfg_node *path = cfg_get(p->dropped_node, "path");
        if (!path)
            cfg_error(r, p->dropped_node, NULL, "\"dropped\" has no \"path\"");
        else if (cfg_text(r, path, "path", &p->dropped))
            cfg_written(r, path, p->dropped, true);
    }
    p->rejects_limit = -1;
    p->rejects_node = cfg_get(p->root, "rejects");
    if (p->rejects_node
        && cfg_check_map(r, p->rejects_node, "\"rejects\"", rejects_keys)) {
        struct cfg_node *path = cfg_get(p->rejects_node, "path");
        if (cfg_text(r, path, "path", &p->rejects))
            cfg_written(r, path, p->rejects, false);
        cfg_share(r, cfg_get(p->rejects_node, "limit"), "limit",
                  &p->rejects_limit);
    }
}

/* ---- stages ---- */

static void check_label(struct reading *r, struct cfg_stage *stages, size_t i,
                        const struct cfg_node *at)
{
    struct cfg_stage *s = &stages[i];
    char hint[120];
    if (!is_label(s->label)) {
        cfg_error(r, at, "letters, digits, \"_\" and \"-\"",
                  "\"%s\" cannot be a label", s->label);
        return;
    }
    if (strcmp(s->label, "input") == 0 || strcmp(s->label, "output") == 0) {
        cfg_error(r, at, NULL, "\"%s\" cannot be a label: --set %s.x means the "
                  "%s's parameters", s->label, s->label, s->label);
        return;
    }
    for (size_t k = 0; k < i; k++) {
        const char *other = stages[k].label;
        if (!other || strcmp(other, s->label) != 0) continue;
        text_format(hint, sizeof hint, "the first one is on line %zu; give one "
                    "a label of its own", stages[k].name_node->at.line);
        cfg_error(r, at, hint, "two stages are labelled \"%s\"", s->label);
        return;
    }
}

static void read_stage(struct reading *r, struct cfg_node *node,
                       struct cfg_stage *stages, size_t i)
{
    static const char *const keys[] = { "stage", "label", "with", "on_error",
                                        "time_limit", "isolate", NULL };
    static const char *const on_error[] = { "reject", "keep", "drop", "stop",
                                            NULL };
    struct cfg_stage *s = &stages[i];
    s->node = s->name_node = node;
    s->time_limit_ms = r->p->time_limit_ms;
    if (node->kind == CFG_SCALAR && node->text.n && !cfg_is_null(node)) {
        char hint[120];
        text_format(hint, sizeof hint, "write \"stage: %.*s\"",
                    STR_ARG(node->text));
        cfg_error(r, node, hint, "a stage must be a mapping");
        return;
    }
    if (!cfg_check_map(r, node, "a stage", keys)) return;
    struct cfg_node *name = cfg_get(node, "stage"), *label, *with;
    if (!name) {
        cfg_error(r, node, NULL, "this stage has no \"stage: NAME\"");
        return;
    }
    s->name_node = name;
    if (!cfg_text(r, name, "stage", &s->stage)) return;
    s->label = s->stage;
    label = cfg_get(node, "label");
    cfg_text(r, label, "label", &s->label);
    check_label(r, stages, i, label ? label : name);
    size_t choice = ON_ERROR_REJECT;
    cfg_choice(r, cfg_get(node, "on_error"), "on_error", on_error, &choice);
    s->on_error = (enum on_error)choice;
    s->isolate = r->p->isolate;
    cfg_bool(r, cfg_get(node, "isolate"), "isolate", &s->isolate);
    if (!cfg_time(r, cfg_get(node, "time_limit"), "time_limit",
                  &s->time_limit_ms)
        && s->isolate
        && (!s->time_limit_ms || s->time_limit_ms > ISOLATED_LIMIT_MS))
        s->time_limit_ms = ISOLATED_LIMIT_MS;
    with = cfg_get(node, "with");
    if (!with || cfg_is_null(with)) return;
    char what[100];
    if (with->kind == CFG_MAP) s->with = with;
    else cfg_error(r, with, NULL, "\"with\" must be a mapping of parameters, "
                   "not %s", cfg_what(with, what, sizeof what));
}

static void read_stages(struct reading *r)
{
    struct pipeline *p = r->p;
    struct cfg_node *list = cfg_get(p->root, "stages");
    char what[100];
    if (!list || (list->kind == CFG_LIST && list->n == 0)) return;
    if (list->kind != CFG_LIST) {
        cfg_error(r, list, NULL, "\"stages\" must be a list (\"- stage: "
                  "NAME\"), not %s", cfg_what(list, what, sizeof what));
        return;
    }
    if (list->n > STAGES_MAX) {
        cfg_error(r, list->items[STAGES_MAX], NULL,
                  "a pipeline has at most %d stages", STAGES_MAX);
        return;
    }
    p->stages = arena_zero(&p->arena, list->n, sizeof *p->stages);
    if (!p->stages) {
        diags_no_memory(r->diags);
        return;
    }
    p->n_stages = list->n;
    for (size_t i = 0; i < list->n; i++)
        read_stage(r, list->items[i], p->stages, i);
}

/* After the stages: it is about those that are isolated. */
static void read_memory_limit(struct reading *r)
{
    struct pipeline *p = r->p;
    struct cfg_node *node = cfg_get(p->root, "memory_limit");
    bool is_isolated = p->isolate;
    for (size_t i = 0; i < p->n_stages; i++)
        is_isolated |= p->stages[i].isolate;
    if (cfg_bytes(r, node, "memory_limit", MEMORY_LIMIT_MIB * MIB,
                  &p->memory_limit)
        && !is_isolated)
        cfg_error(r, node, "add \"isolate: true\"", "\"memory_limit\" is about "
                  "isolated stages, and this pipeline has none");
}

/* ---- tests ---- */

static void read_test(struct reading *r, struct cfg_node *node,
                      struct cfg_test *t)
{
    static const char *const keys[] = { "name", "input", "input_file",
                                        "expect", NULL };
    char what[100];
    t->node = node;
    if (!cfg_check_map(r, node, "a test", keys)) return;
    if (!cfg_get(node, "name"))
        cfg_error(r, node, NULL, "this test has no \"name\"");
    cfg_text(r, cfg_get(node, "name"), "name", &t->name);
    t->input = cfg_get(node, "input");
    t->expect = cfg_get(node, "expect");
    struct cfg_node *file = cfg_get(node, "input_file");
    const char *path = NULL;
    if (cfg_text(r, file, "input_file", &path)) {
        t->input_file = cfg_join(&r->p->arena, r->p->dir, path);
        if (!t->input_file) diags_no_memory(r->diags);
    }
    if (!t->input == !file)
        cfg_error(r, node, NULL, "a test has \"input\" or \"input_file\", one "
                  "of them");
    if (t->input && t->input->kind != CFG_LIST)
        cfg_error(r, t->input, NULL, "\"input\" must be a list of records, not "
                  "%s", cfg_what(t->input, what, sizeof what));
    if (!t->expect)
        cfg_error(r, node, NULL, "this test has no \"expect\"");
    else if (t->expect->kind != CFG_LIST)
        cfg_error(r, t->expect, NULL, "\"expect\" must be a list of records, "
                  "not %s", cfg_what(t->expect, what, sizeof what));
}

static void read_tests(struct reading *r)
{
    struct pipeline *p = r->p;
    struct cfg_node *list = cfg_get(p->root, "tests");
    char what[100];
    if (!list) return;
    if (list->kind != CFG_LIST) {
        cfg_error(r, list, NULL, "\"tests\" must be a list, not %s",
                  cfg_what(list, what, sizeof what));
        return;
    }
    p->tests = arena_zero(&p->arena, list->n, sizeof *p->tests);
    if (!p->tests) {
        diags_no_memory(r->diags);
        return;
    }
    p->n_tests = list->n;
    for (size_t i = 0; i < list->n; i++)
        read_test(r, list->items[i], &p->tests[i]);
}

/* ---- the top ---- */

/* "news.yaml" in "a/b/news.yaml" is named "news" and stands in "a/b". */
static void name_after_file(struct reading *r, const char *file)
{
    struct arena *a = &r->p->arena;
    const char *slash = strrchr(file, '/');
    const char *base = slash ? slash + 1 : file;
    size_t n = strlen(base);
    wq_str s = { base, n };
    if (str_ends(s, ".yaml") && n > 5) n -= 5;
    else if (str_ends(s, ".yml") && n > 4) n -= 4;
    char *name = arena_copy(a, base, n + 1);
    char *dir = slash ? arena_copy(a, file, (size_t)(slash - file) + 2) : NULL;
    r->p->file = arena_copy(a, file, strlen(file) + 1);
    if (!name || (slash && !dir) || !r->p->file) {
        diags_no_memory(r->diags);
        r->p->name = r->p->dir = "";
        return;
    }
    name[n] = '\0';
    if (dir) dir[slash == file ? 1 : slash - file] = '\0';
    r->p->name = name;
    r->p->dir = dir ? dir : ".";
}

static void read_threads(struct reading *r)
{
    struct cfg_node *node = cfg_get(r->p->root, "threads");
    int64_t n = 0;
    if (!node || (node->kind == CFG_SCALAR && str_is(node->text, "auto")))
        return;
    if (cfg_number(r, node, "threads", 1, THREADS_MAX, &n))
        r->p->threads = (int)n;
}

static void read_plugins(struct reading *r)
{
    struct pipeline *p = r->p;
    if (!cfg_texts(r, cfg_get(p->root, "plugins"), "plugins", &p->plugins,
                   &p->plugin_nodes, &p->n_plugins))
        return;
    for (size_t i = 0; i < p->n_plugins; i++) {
        struct stat st;
        p->plugins[i] = cfg_join(&p->arena, p->dir, p->plugins[i]);
        if (!p->plugins[i]) {
            diags_no_memory(r->diags);
            p->n_plugins = 0;
        } else if (stat(p->plugins[i], &st) < 0) {
            diag_error(r->diags, EX_NO_PLUGIN, p->plugin_nodes[i]->at,
                       p->plugin_nodes[i]->width,
                       "it is looked for beside the pipeline file",
                       "no plugin folder or file \"%s\"", p->plugins[i]);
        }
    }
}

/* What runs from cron leave beside their outputs. */
static void read_state(struct reading *r)
{
    static const char *const on_changed[] = { "warn", "rerun", "stop", NULL };
    struct pipeline *p = r->p;
    struct cfg_node *changed = cfg_get(p->root, "on_changed");
    const char *path = NULL;
    size_t choice = ON_CHANGED_WARN;
    if (cfg_text(r, cfg_get(p->root, "state"), "state", &path)) {
        p->state = cfg_join(&p->arena, p->dir, path);
        if (!p->state) diags_no_memory(r->diags);
    } else if (changed && !cfg_get(p->root, "state")) {
        cfg_error(r, changed, "add \"state: FOLDER\"", "\"on_changed\" is "
                  "about runs with a \"state\", and this pipeline has none");
    }
    cfg_choice(r, changed, "on_changed", on_changed, &choice);
    p->on_changed = (enum on_changed)choice;
    if (cfg_text(r, cfg_get(p->root, "metrics"), "metrics", &path)) {
        p->metrics = cfg_join(&p->arena, p->dir, path);
        if (!p->metrics) diags_no_memory(r->diags);
    }
}

/* What a pipeline must have.  A file that has tests alone is the test of a
 * stage: it needs no input, output or version. */
static void check_complete(struct reading *r)
{
    struct pipeline *p = r->p;
    struct cfg_node *version = cfg_get(p->root, "version");
    int64_t v;
    if (cfg_number(r, version, "version", 0, INT64_MAX, &v) && v != 1)
        cfg_error(r, version, NULL, "this warraq reads pipelines of version 1, "
                  "not %.*s", STR_ARG(version->text));
    if (p->n_tests && !p->input.node && !p->output.node) return;
    const struct place at = { p->file, 0, 0 };
    if (!version)
        diag_error(r->diags, EX_PIPELINE, at, 0, "add \"version: 1\"",
                   "the pipeline has no \"version\"");
    if (!p->input.node)
        diag_error(r->diags, EX_PIPELINE, at, 0,
                   "add \"input: {path: FILES}\"",
                   "the pipeline has no \"input\"");
    if (!p->output.node)
        diag_error(r->diags, EX_PIPELINE, at, 0,
                   "add \"output: {path: FILE}\"",
                   "the pipeline has no \"output\"");
}

static void read_pipeline(struct reading *r)
{
    static const char *const keys[] = {
        "version", "name", "plugins", "threads", "in_flight", "time_limit",
        "input", "output", "dropped", "rejects", "stages", "tests", "state",
        "on_changed", "metrics", "sandbox", "on_success", "on_failure",
        "isolate", "memory_limit", NULL,
    };
    struct pipeline *p = r->p;
    p->in_flight = IN_FLIGHT_MIB * MIB;
    if (!cfg_check_map(r, p->root, "a pipeline", keys)) return;
    cfg_text(r, cfg_get(p->root, "name"), "name", &p->name);
    read_plugins(r);
    read_threads(r);
    cfg_bytes(r, cfg_get(p->root, "in_flight"), "in_flight", MIB,
              &p->in_flight);
    cfg_time(r, cfg_get(p->root, "time_limit"), "time_limit",
             &p->time_limit_ms);
    read_state(r);
    cfg_bool(r, cfg_get(p->root, "isolate"), "isolate", &p->isolate);
    cfg_bool(r, cfg_get(p->root, "sandbox"), "sandbox", &p->sandbox);
    cfg_command(r, cfg_get(p->root, "on_success"), "on_success",
                &p->on_success);
    cfg_command(r, cfg_get(p->root, "on_failure"), "on_failure",
                &p->on_failure);
    read_io(r, cfg_get(p->root, "input"), "\"input\"", &p->input);
    read_output(r, cfg_get(p->root, "output"));
    read_rejects(r);
    read_stages(r);
    read_memory_limit(r);
    read_tests(r);
    check_complete(r);
}

static struct pipeline *load(const char *name, const wq_str *text,
                             const char *const *overrides, size_t n_overrides,
                             struct diags *diags)
{
    size_t errors = diags->n_errors;
    struct pipeline *p = calloc(1, sizeof *p);
    struct reading r = { p, diags };
    if (!p) {
        diags_no_memory(diags);
        return NULL;
    }
    name_after_file(&r, name);
    p->root = text ? cfg_parse(name, *text, &p->arena, diags)
                   : cfg_read(name, &p->arena, diags);
    if (p->root && (n_overrides == 0
                    || cfg_override(&r, overrides, n_overrides) == 0))
        read_pipeline(&r);
    if (p->root && diags->n_errors == errors) return p;
    pipeline_free(p);
    return NULL;
}

struct pipeline *pipeline_load(const char *path, const char *const *overrides,
                               size_t n_overrides, struct diags *diags)
{
    return load(path, NULL, overrides, n_overrides, diags);
}

struct pipeline *pipeline_parse(const char *name, wq_str text,
                                struct diags *diags)
{
    return load(name, &text, NULL, 0, diags);
}

void pipeline_free(struct pipeline *p)
{
    if (!p) return;
    arena_free(&p->arena);
    free(p);
}
