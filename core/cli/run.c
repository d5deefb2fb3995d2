/* run.c - `warraq run`. */
#include "run/run.h"
#include "base/log.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/summary.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct option_spec table[] = {
    { "threads", 'j', "N", "worker threads; never changes the output" },
    { "output", 'o', "PATH", "write there instead of output.path (- : standard "
                             "output)" },
    { "set", '\0', "LABEL.PARAM=VALUE", "change a parameter for this run" },
    { "limit", '\0', "N", "read at most N articles" },
    { "progress", '\0', "auto|never|always", "a progress line on the terminal" },
    { "verbose", 'v', NULL, "tell what became of each article" },
    { "summary", 's', NULL, "print a summary at the end, as on a terminal" },
    { "json", '\0', NULL, "print the summary as JSON on standard output" },
    { NULL, 0, NULL, NULL },
};

/* Reads a whole number of an option, if it was given.  0 / -1. */
static int number(const struct options *o, const char *name, int64_t min,
                  int64_t max, int64_t *out, struct err *e)
{
    const char *value = options_get(o, name);
    if (!value || num_int(str(value), min, max, out, e) == 0) return 0;
    e->code = EX_USAGE_;
    return err_in_front(e, "--%s: ", name);
}

static int progress(const struct options *o, enum progress *out, struct err *e)
{
    static const char *const names[] = { "auto", "never", "always" };
    const char *value = options_get(o, "progress");
    for (size_t i = 0; value && i < WQ_LEN(names); i++)
        if (strcmp(value, names[i]) == 0) {
            *out = (enum progress)i;
            return 0;
        }
    return value ? err_set(e, EX_USAGE_, "--progress: auto, never or always, "
                           "not %s", value)
                 : 0;
}

static int read_options(const struct options *o, struct run_options *run,
                        struct err *e)
{
    int64_t threads = 0, limit = 0;
    if (number(o, "threads", 1, 256, &threads, e) < 0
        || number(o, "limit", 1, INT64_MAX, &limit, e) < 0
        || progress(o, &run->progress, e) < 0)
        return -1;
    if (o->n_args == 0)
        return err_set(e, EX_USAGE_, "run: which pipeline file?");
    run->threads = (int)threads;
    run->limit = (uint64_t)limit;
    run->output = options_get(o, "output");
    run->verbose = options_get(o, "verbose");
    run->inputs = o->args + 1;
    run->n_inputs = o->n_args - 1;
    return 0;
}

static int run(const struct options *o, struct run_options *options)
{
    size_t n;
    const char **sets = options_all(o, "set", &n);
    struct loaded l;
    int code = loaded_open(&l, o->args[0], sets, n);
    if (code == EX_FINE) {
        struct run_result result;
        struct err e = { 0 };
        code = run_plan(l.plan, options, &result, &e);
        bool is_committed = result.is_committed;
        if (is_committed && options_get(o, "json"))
            summary_json(stdout, l.plan, &result);
        else if (is_committed
                 && (options->verbose || options_get(o, "summary")
                     || isatty(STDERR_FILENO)))
            summary_print(stderr, l.plan, &result);
        if (l.diags.n_errors) diags_print(&l.diags, stderr);
        else if (code != EX_FINE) log_err(&e);
        run_result_free(&result);
    }
    loaded_free(&l);
    free(sets);
    return code;
}

int cli_run(int argc, char **argv)
{
    struct options o;
    struct run_options options = { 0 };
    struct err e = { 0 };
    int code = options_take(table, argc, argv, "run PIPELINE [INPUT...]",
                            "Runs articles through a pipeline.  Inputs (files, "
                            "folders, patterns,\n- for standard input) replace "
                            "input.path.", &o);
    if (code < 0 && read_options(&o, &options, &e) < 0) {
        log_err(&e);
        code = e.code;
    }
    if (code < 0) code = run(&o, &options);
    options_free(&o);
    return code;
}
