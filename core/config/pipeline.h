/* pipeline.h - a pipeline file, checked for everything that needs no plugin.
 *
 * Keys and defaults: doc/design.md.  Values that belong to plugins (`with:`)
 * stay nodes until a descriptor says their types (run/plan.h).
 *
 * Paths of input, output, dropped and rejects are relative to the working
 * directory, as for any command; `plugins:`, `state:`, `metrics:`, a test's
 * `input_file`, programs of hooks and parameters that are paths are relative to
 * the pipeline file, because they belong to it and travel with it.
 *
 * A file with `tests:` but neither input nor output is the test of a stage; it
 * needs no `version` and cannot be run. */
#ifndef WQ_CONFIG_PIPELINE_H
#define WQ_CONFIG_PIPELINE_H
#include "config/node.h"

enum on_changed { ON_CHANGED_WARN, ON_CHANGED_RERUN, ON_CHANGED_STOP };
enum on_error { ON_ERROR_REJECT, ON_ERROR_KEEP, ON_ERROR_DROP, ON_ERROR_STOP };

struct cfg_stage {
    const char *stage, *label; /* label defaults to stage; unique             */
    struct cfg_node *node;     /* the stage's mapping                         */
    struct cfg_node *name_node;
    struct cfg_node *with;     /* NULL: none                                  */
    enum on_error on_error;
    int64_t time_limit_ms;     /* 0: none; falls back to the pipeline's, of an
                                  isolated stage to a minute if that is less  */
    bool isolate;              /* falls back to the pipeline's                */
};

struct cfg_io {
    const char *format;        /* "auto": by suffix; an input else by its first
                                  bytes, an output else jsonl                 */
    struct cfg_node *node, *format_node, *with, *path_node; /* or NULL       */
    const char **paths;        /* as written; globs not expanded; "-": std    */
    struct cfg_node **path_nodes;
    size_t n_paths;
    const char *instead;       /* an output goes there, not to paths[0]; NULL */
};

struct cfg_test {
    const char *name;
    struct cfg_node *node, *input, *expect;
    const char *input_file;    /* joined with dir                             */
};

struct pipeline {
    const char *file, *dir, *name;
    struct cfg_node *root;
    const char **plugins;      /* joined with dir                             */
    struct cfg_node **plugin_nodes;
    size_t n_plugins;
    int threads;               /* 0: auto                                     */
    int64_t in_flight;         /* bytes                                       */
    int64_t time_limit_ms;     /* whole run; 0: none                          */
    struct cfg_io input, output;
    const char *state;         /* joined with dir; NULL: every run is its own */
    enum on_changed on_changed;
    const char *metrics;       /* joined with dir; NULL: not written          */
    bool isolate;              /* stages run in processes of their own        */
    int64_t memory_limit;      /* of such a process, bytes; 0: the default    */
    bool sandbox;              /* what a run may do is shut off (run/sandbox.h) */
    const char **on_success, **on_failure; /* argv, the program joined with dir
                                  if it has a slash; NULL: none               */
    const char *dropped;       /* NULL: not written                           */
    const char *rejects;       /* NULL: <output>.rejects.jsonl                */
    struct cfg_node *dropped_node, *rejects_node;
    double rejects_limit;      /* share, 0..1; negative: none                 */
    struct cfg_stage *stages;
    size_t n_stages;
    struct cfg_test *tests;
    size_t n_tests;
    struct arena arena;        /* holds all of the above                      */
};

/* Reads and checks a pipeline.  overrides: n strings "label.param=value" from
 * --set, applied to the tree as if written there; the labels "input" and
 * "output" mean their formats' parameters.  Returns NULL after adding every
 * error to diags.  Free with pipeline_free.  [main] */
struct pipeline *pipeline_load(const char *path, const char *const *overrides,
                               size_t n_overrides, struct diags *diags);
/* The same from text; `name` stands for the file in messages. */
struct pipeline *pipeline_parse(const char *name, wq_str text,
                                struct diags *diags);
/* The output goes to `output`, which is borrowed, not to output.path (run -o).
 * Reports what is wrong with it (EX_USAGE_).  [main] */
void pipeline_redirect(struct pipeline *p, const char *output,
                       struct diags *diags);
void pipeline_free(struct pipeline *p);

#endif
