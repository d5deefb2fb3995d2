/* cli.h - the verbs of the command: one file each. */
#ifndef WQ_CLI_CLI_H
#define WQ_CLI_CLI_H
#include "cli/options.h"
#include "config/diag.h"
#include "plugin/plugin.h"
#include "run/plan.h"

/* Each takes its own part of the command line (argv[0]: the verb) and returns
 * the exit code. */
int cli_check(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_inspect(int argc, char **argv);
int cli_list(int argc, char **argv);
int cli_new(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_restore(int argc, char **argv);
int cli_run(int argc, char **argv);
int cli_state(int argc, char **argv);
int cli_test(int argc, char **argv);

/* A pipeline with its plugins, ready to run. */
struct loaded {
    struct diags diags;
    struct pipeline *pipeline;
    struct plugins plugins;
    struct plan *plan;
};

/* Loads a pipeline file and everything it names; overrides: what --set gave;
 * output: a path that stands for output.path, or NULL.  On failure every error has been printed, and the exit code is returned;
 * EX_FINE otherwise.  loaded_free either way. */
int loaded_open(struct loaded *l, const char *path,
                const char *const *overrides, size_t n_overrides,
                const char *output);
/* The same for a pipeline in text; `name` stands for the file in messages. */
int loaded_parse(struct loaded *l, const char *name, wq_str text);
/* As loaded_open, but collects in l->diags and prints nothing. */
int loaded_read(struct loaded *l, const char *path,
                const char *const *overrides, size_t n_overrides);
void loaded_free(struct loaded *l);

/* A verb that runs a pipeline, with the options of `run`. */
struct run_options;
struct run_verb {
    const char *name, *usage, *about;
    /* Sees to what it does otherwise, before the run; NULL: nothing. */
    int (*prepare)(struct loaded *l, struct run_options *run, struct err *e);
};
int cli_run_verb(const struct run_verb *verb, int argc, char **argv);

/* A verb over pipeline files with --set and --json: reads its command line and
 * calls `one` for each file, which returns its exit code; j is an open JSON
 * list, or NULL for text.  Returns the worst code. */
struct json;
typedef int loaded_verb(const char *path, const char *const *sets,
                        size_t n_sets, bool is_first, struct json *j);
int loaded_each(loaded_verb *one, const struct option_spec *table, int argc,
                char **argv, const char *usage, const char *about);
#endif
