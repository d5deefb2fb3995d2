/* run.c - `warraq run`, and what other verbs that run a pipeline share of it. */
#include "run/run.h"
#include "base/log.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/report.h"
#include <stdio.h>
#include <stdlib.h>

static const struct option_spec table[] = {
    { "threads", 'j', "N", "worker threads; never changes the output" },
    { "output", 'o', "PATH", "write there instead of output.path (- : standard "
                             "output)" },
    { "set", '\0', "LABEL.PARAM=VALUE", "change a parameter for this run" },
    { "limit", '\0', "N", "read at most N articles" },
    { "lock", '\0', "fail|skip|wait[=90s]",
      "when another run uses the state: end with 75, do nothing, or wait" },
    { "time-limit", '\0', "TIME", "stop after so long, as by SIGTERM" },
    { "progress", '\0', "auto|never|always", "a progress line on the terminal" },
    { "verbose", 'v', NULL, "tell what became of each article" },
    { "summary", 's', NULL, "print a summary at the end, as on a terminal" },
    { "json", '\0', NULL, "print a report of the run as JSON on standard output" },
    { "log", '\0', "text|json|journal",
      "how errors and warnings are written: for people, a JSON object a line, "
      "to systemd's journal" },
    { NULL, 0, NULL, NULL },
};

/* "fail", "skip", "wait", "wait=90s" */
static int read_lock(const char *value, struct run_options *run, struct err *e)
{
    if (!value || strcmp(value, "fail") == 0) return 0;
    if (strcmp(value, "skip") == 0) run->lock = LOCK_SKIP;
    else if (strncmp(value, "wait", 4) == 0 && (!value[4] || value[4] == '='))
        run->lock = LOCK_WAIT;
    else return err_set(e, EX_USAGE_, "--lock: fail, skip or wait, not %s",
                        value);
    if (run->lock != LOCK_WAIT || !value[4]
        || num_duration(str(value + 5), 1, (int64_t)1 << 50,
                        &run->lock_wait_ms, e) == 0)
        return 0;
    e->code = EX_USAGE_;
    return err_in_front(e, "--lock=wait: ");
}

static int read_limit(const char *value, struct run_options *run, struct err *e)
{
    if (!value || num_duration(str(value), 1, (int64_t)1 << 50,
                               &run->time_limit_ms, e) == 0)
        return 0;
    e->code = EX_USAGE_;
    return err_in_front(e, "--time-limit: ");
}

static int read_options(const struct options *o, const struct run_verb *verb,
                        struct run_options *run, struct err *e)
{
    static const char *const progress[] = { "auto", "never", "always", NULL };
    int64_t threads = 0, limit = 0;
    size_t when = 0;
    if (options_number(o, "threads", 1, 256, &threads, e) < 0
        || options_number(o, "limit", 1, INT64_MAX, &limit, e) < 0
        || options_choice(o, "progress", progress, &when, e) < 0
        || report_log(o, e) < 0)
        return -1;
    if (o->n_args == 0)
        return err_set(e, EX_USAGE_, "%s: which pipeline file?", verb->name);
    for (size_t i = 0; i < o->n_args; i++)
        if (!o->args[i][0])
            return err_set(e, EX_USAGE_, "%s: a path must not be empty",
                           verb->name);
    if (read_lock(options_get(o, "lock"), run, e) < 0
        || read_limit(options_get(o, "time-limit"), run, e) < 0)
        return -1;
    run->output = options_get(o, "output");
    if (run->output && !run->output[0])
        return err_set(e, EX_USAGE_, "--output: a path must not be empty");
    run->threads = (int)threads;
    run->limit = (uint64_t)limit;
    run->progress = (enum progress)when;
    run->verbose = options_get(o, "verbose");
    run->inputs = o->args + 1;
    run->n_inputs = o->n_args - 1;
    return 0;
}

/* Is there a stream for each of articles and report?  0, or -1 with e. */
static int check_streams(const struct options *o, const struct pipeline *p,
                         const struct run_options *run, struct err *e)
{
    const char *output = run->output ? run->output
                         : p->output.n_paths ? p->output.paths[0] : "";
    if (!options_get(o, "json") || strcmp(output, "-") != 0) return 0;
    return err_set(e, EX_USAGE_, "run: --json prints the report on standard "
                   "output, where the articles go; write them to a file "
                   "(-o PATH)");
}

static int run(const struct options *o, const struct run_verb *verb,
               struct run_options *options)
{
    size_t n;
    const char **sets = options_all(o, "set", &n);
    struct loaded l;
    struct err e = { 0 };
    int code = loaded_open(&l, o->args[0], sets, n, options->output);
    if (code == EX_FINE
        && (check_streams(o, l.pipeline, options, &e) < 0
            || (verb->prepare && verb->prepare(&l, options, &e) < 0))) {
        log_err(&e);
        code = e.code;
    } else {
        code = report_run(o, &l, code, options);
    }
    loaded_free(&l);
    free(sets);
    return code;
}

/* What is wrong with the command line is told in the form that it asks for. */
static void log_as_asked(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--log=json") == 0
            || (strcmp(argv[i], "json") == 0 && strcmp(argv[i - 1], "--log") == 0))
            (void)log_open(LOG_JSON, NULL); /* cannot fail */
}

int cli_run_verb(const struct run_verb *verb, int argc, char **argv)
{
    struct options o;
    struct run_options options = { 0 };
    struct err e = { 0 };
    log_as_asked(argc, argv);
    int code = options_take(table, argc, argv, verb->usage, verb->about, &o);
    if (code < 0 && read_options(&o, verb, &options, &e) < 0) {
        log_err(&e);
        code = e.code;
    }
    if (code < 0) code = run(&o, verb, &options);
    options_free(&o);
    return code;
}

int cli_run(int argc, char **argv)
{
    static const struct run_verb verb = {
        .name = "run", .usage = "run PIPELINE [INPUT...]",
        .about = "Runs articles through a pipeline.  Inputs (files, folders, "
                 "patterns,\n- for standard input) replace input.path.",
    };
    return cli_run_verb(&verb, argc, argv);
}
