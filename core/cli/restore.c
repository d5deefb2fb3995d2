/* restore.c - `warraq restore`: what a run has written, with the removed text
 * put back.
 *
 * It is a run without stages: the jsonl format reads records with their
 * `removed`, each record is restored before it is written, and the layers over
 * a restored field go, since they were found in the shorter text. */
#include "base/log.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "record/record.h"
#include "run/run.h"
#include <stdio.h>
#include <stdlib.h>

static const struct option_spec table[] = {
    { "output", 'o', "PATH", "write there instead of standard output" },
    { "offsets", '\0', "UNIT",
      "what the offsets in OUTPUT count: codepoints, bytes or utf16" },
    { "threads", 'j', "N", "worker threads; never changes the output" },
    { NULL, 0, NULL, NULL },
};

/* Checks an option against its choices; returns the value, or the first of
 * them if it was not given; NULL with e filled. */
static const char *choice(const struct options *o, const char *name,
                          const char *const *choices, struct err *e)
{
    const char *value = options_get(o, name);
    if (!value) return choices[0];
    for (size_t i = 0; choices[i]; i++)
        if (strcmp(value, choices[i]) == 0) return value;
    err_set(e, EX_USAGE_, "--%s: codepoints, bytes or utf16, not %s", name,
            value);
    return NULL;
}

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

/* Reads the options into `run`.  Returns the unit of offsets, or NULL with e
 * filled. */
static const char *read_options(const struct options *o,
                                struct run_options *run, struct err *e)
{
    static const char *const units[] = { "codepoints", "bytes", "utf16", NULL };
    const char *threads = options_get(o, "threads");
    int64_t n = 0;
    if (threads && num_int(str(threads), 1, 256, &n, e) < 0) {
        err_in_front(e, "--threads: ");
        return NULL;
    }
    if (o->n_args == 0) {
        err_set(e, EX_USAGE_, "restore: which file?");
        return NULL;
    }
    run->threads = (int)n;
    run->inputs = o->args;
    run->n_inputs = o->n_args;
    run->output = options_get(o, "output");
    return choice(o, "offsets", units, e);
}

int cli_restore(int argc, char **argv)
{
    struct options o;
    struct run_options options = { 0 };
    struct err e = { 0 };
    int code = options_take(table, argc, argv, "restore OUTPUT...",
                            "Writes the records of a run's output with the "
                            "removed text put back.\nOUTPUT: JSON lines, "
                            "packed or not; - for standard input.", &o);
    if (code < 0) {
        const char *offsets = read_options(&o, &options, &e);
        if (!offsets) log_err(&e);
        code = offsets ? run(offsets, &options) : EX_USAGE_;
    }
    options_free(&o);
    return code;
}
