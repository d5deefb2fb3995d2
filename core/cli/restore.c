/* restore.c - `warraq restore`: what a run has written, with the removed text
 * put back.
 *
 * It is a run without stages: the jsonl format reads records with their
 * `removed`, each record is restored before it is written, and the layers over
 * a restored field go, since they were found in the shorter text. */
#include "base/log.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "record/record.h"
#include "run/run.h"
#include <stdio.h>

static const struct option_spec table[] = {
    { "output", 'o', "PATH", "write there instead of standard output" },
    { "offsets", '\0', "UNIT",
      "what the offsets in OUTPUT count: codepoints, bytes or utf16" },
    { "threads", 'j', "N", "worker threads; never changes the output" },
    { NULL, 0, NULL, NULL },
};

static int put_back(void *to, wq_record *r)
{
    (void)to;
    return rec_restore(r);
}

/* Runs the pipeline that does nothing but read and write.  Returns the exit
 * code. */
static int run(const char *offsets, struct run_options *options)
{
    struct loaded l = { 0 };
    struct run_result result = { 0 };
    struct err e = { 0 };
    struct buf text = { 0 };
    int code = EX_NO_MEMORY;
    if (buf_format(&text,
                   "version: 1\n"
                   "input: {format: jsonl, path: \"-\", with: {offsets: %s}}\n"
                   "output: {format: jsonl, path: \"-\", with: {offsets: %s}}\n"
                   "stages: []\n", offsets, offsets) < 0) {
        err_no_memory(&e);
        log_err(&e);
        goto out;
    }
    code = loaded_parse(&l, "restore", (wq_str){ text.p, text.n });
    if (code != EX_FINE) goto out;
    options->each = put_back;
    code = run_plan(l.plan, options, &result, &e);
    if (code != EX_FINE) log_err(&e);
    else if (result.rejected) code = EX_DATA; /* a run has written them? */
out:
    run_result_free(&result);
    loaded_free(&l);
    buf_free(&text);
    return code;
}

/* Reads the options into `run`; *offsets: the unit of offsets. */
static int read_options(const struct options *o, struct run_options *run,
                        const char **offsets, struct err *e)
{
    static const char *const units[] = { "codepoints", "bytes", "utf16", NULL };
    int64_t threads = 0;
    size_t unit = 0;
    if (options_number(o, "threads", 1, 256, &threads, e) < 0
        || options_choice(o, "offsets", units, &unit, e) < 0)
        return -1;
    if (o->n_args == 0) return err_set(e, EX_USAGE_, "restore: which file?");
    run->threads = (int)threads;
    run->inputs = o->args;
    run->n_inputs = o->n_args;
    run->output = options_get(o, "output");
    *offsets = units[unit];
    return 0;
}

int cli_restore(int argc, char **argv)
{
    struct options o;
    struct run_options options = { 0 };
    const char *offsets = NULL;
    struct err e = { 0 };
    int code = options_take(table, argc, argv, "restore OUTPUT...",
                            "Writes the records of a run's output with the "
                            "removed text put back.\nOUTPUT: JSON lines, "
                            "packed or not; - for standard input.", &o);
    if (code < 0 && read_options(&o, &options, &offsets, &e) < 0) {
        log_err(&e);
        code = e.code;
    }
    if (code < 0) code = run(offsets, &options);
    options_free(&o);
    return code;
}
