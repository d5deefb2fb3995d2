/* test.c - `warraq test`: the `tests:` of a pipeline, run as it would run.
 *
 * The articles of `input:` become JSON lines, go through the pipeline, and what
 * comes out is read back and held against `expect:`.  Each expected article is
 * found by its id (or is the next that came out); the keys it names must match,
 * and every article that comes out, is dropped or rejected must be expected. */
#include "base/log.h"
#include "base/names.h"
#include "cli/cli.h"
#include "cli/match.h"
#include "cli/options.h"
#include "run/run.h"
#include <stdio.h>
#include <stdlib.h>

static const struct option_spec table[] = {
    { "verbose", 'v', NULL, "name every test, not only those that fail" },
    { "threads", 'j', "N", "worker threads; never changes the result" },
    { NULL, 0, NULL, NULL },
};

/* What one test left: articles as values, in the arena of `batch`. */
struct outcome {
    struct batch batch;
    struct buf out, dropped, rejects;
    struct codec jsonl;
    struct article *articles;
    size_t n, cap;
};

static void outcome_free(struct outcome *o)
{
    codec_close(&o->jsonl);
    buf_free(&o->out);
    buf_free(&o->dropped);
    buf_free(&o->rejects);
    arena_free(&o->batch.arena);
    free(o->articles);
}

/* ---- input ---- */

/* The YAML articles of a test as JSON lines. */
static int write_input(struct outcome *o, const struct cfg_test *test,
                       struct buf *out, struct err *e)
{
    struct arena *arena = &o->batch.arena;
    size_t n = test->input->n;
    wq_record **records = arena_array(arena, n, sizeof *records);
    if (!records) return err_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        wq_value v;
        if (match_value(test->input->items[i], arena, &v) < 0)
            return err_no_memory(e);
        records[i] = rec_new(arena);
        if (!records[i]) return err_no_memory(e);
        for (uint32_t k = 0; v.type == WQ_V_OBJECT && k < v.n; k++) {
            wq_key key = names_intern(v.u.object[k].name);
            if (rec_set_value(records[i], key, &v.u.object[k].value) == 0)
                continue;
            return records[i]->fault
                       ? err_set(e, EX_PIPELINE, "%s: its input %s", test->name,
                                 records[i]->fault)
                       : err_no_memory(e);
        }
    }
    if (codec_encode(&o->jsonl, 0, &o->batch, records, n, out, e) < 0) return -1;
    return buf_close(out) < 0 ? err_no_memory(e) : 0;
}

/* ---- output ---- */

struct collector {
    struct outcome *o;
    enum fate fate;
    struct err *e;
};

static int collect(void *to, wq_record *r, const char *why)
{
    struct collector *c = to;
    struct outcome *o = c->o;
    if (!r) return err_set(c->e, EX_INTERNAL, "read back: %s", why);
    if (o->n == o->cap) {
        size_t cap = o->cap ? o->cap * 2 : 16;
        struct article *list = reallocarray(o->articles, cap, sizeof *list);
        if (!list) return err_no_memory(c->e);
        o->articles = list;
        o->cap = cap;
    }
    struct article *a = &o->articles[o->n];
    *a = (struct article){ .fate = c->fate };
    if (rec_as_object(r, &a->value) < 0) return err_no_memory(c->e);
    o->n++;
    return 0;
}

static int read_back(struct outcome *o, struct buf *b, enum fate fate,
                     struct err *e)
{
    struct collector c = { o, fate, e };
    if (b->n == 0) return 0;
    size_t n = b->n;
    if (buf_reserve(b, WQ_PADDING) < 0) return err_no_memory(e);
    memset(b->p + n, 0, WQ_PADDING);
    return codec_decode_to(&o->jsonl, 0, &o->batch, b->p, n, collect, &c, e);
}

/* ---- one test ---- */

static const char *join_path(struct arena *arena, const char *dir,
                             const char *name)
{
    size_t n = strlen(dir) + strlen(name) + 2;
    char *p = arena_alloc(arena, n);
    if (p) text_format(p, n, name[0] == '/' ? "%.0s%s" : "%s/%s", dir, name);
    return p;
}

/* Runs one test; what does not match goes to diags.  0, or -1 with e filled if
 * it could not be run. */
static int run_test(struct plan *plan, const struct cfg_test *test, int threads,
                    struct outcome *o, struct diags *diags, struct err *e)
{
    struct buf input = { 0 };
    struct run_result result = { 0 };
    const char *file = NULL;
    struct run_options options = {
        .threads = threads, .progress = PROGRESS_NEVER, .to_memory = true,
        .memory_output = &o->out, .memory_dropped = &o->dropped,
        .memory_rejects = &o->rejects,
    };
    int rc = match_codec(&o->jsonl, plan, e);
    if (rc == 0 && test->input_file) {
        file = join_path(&o->batch.arena, plan->pipeline->dir, test->input_file);
        options.inputs = &file;
        options.n_inputs = 1;
    } else if (rc == 0) {
        rc = write_input(o, test, &input, e);
        options.memory_input = (wq_str){ input.p, input.n };
    }
    if (rc == 0) rc = run_plan(plan, &options, &result, e) == EX_FINE ? 0 : -1;
    if (rc == 0) rc = read_back(o, &o->out, FATE_OUT, e);
    if (rc == 0) rc = read_back(o, &o->dropped, FATE_DROPPED, e);
    if (rc == 0) rc = read_back(o, &o->rejects, FATE_REJECTED, e);
    if (rc == 0)
        rc = match_articles(test->expect, o->articles, o->n, &o->batch.arena,
                            diags, e);
    run_result_free(&result);
    buf_free(&input);
    return rc;
}

struct tally {
    size_t passed, failed;
    bool verbose;
    int threads;
};

static int test_file(const char *path, struct tally *t)
{
    struct loaded l;
    int code = loaded_open(&l, path, NULL, 0, NULL);
    int worst = code;
    for (size_t i = 0; l.plan && i < l.pipeline->n_tests; i++) {
        const struct cfg_test *test = &l.pipeline->tests[i];
        struct diags *diags = &l.diags;
        size_t errors = diags->n_errors;
        struct outcome o = { 0 };
        struct err e = { 0 };
        int rc = run_test(l.plan, test, t->threads, &o, diags, &e);
        bool passed = rc == 0 && diags->n_errors == errors;
        if (passed) t->passed++;
        else t->failed++;
        if (t->verbose || !passed)
            fprintf(stderr, "%s: %s: %s\n", path, test->name,
                    passed ? "passed" : "FAILED");
        if (rc < 0) log_err(&e);
        /* That says nothing of the pipeline. */
        if (rc < 0 && e.code == EX_NO_MEMORY) worst = e.code;
        outcome_free(&o);
    }
    if (code == EX_FINE) diags_print(&l.diags, stderr);
    loaded_free(&l);
    return worst;
}

static int test_all(const struct options *o)
{
    struct tally tally = { .verbose = options_get(o, "verbose") };
    int64_t threads = 0;
    struct err e = { 0 };
    if (options_number(o, "threads", 1, 256, &threads, &e) < 0) {
        log_err(&e);
        return EX_USAGE_;
    }
    tally.threads = (int)threads;
    int worst = EX_FINE;
    for (size_t i = 0; i < o->n_args; i++) {
        int code = test_file(o->args[i], &tally);
        if (code > worst) worst = code;
    }
    printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
    return worst ? worst : tally.failed ? EX_FOUND : EX_FINE;
}

int cli_test(int argc, char **argv)
{
    struct options o;
    int code = options_take(table, argc, argv, "test PIPELINE...",
                            "Runs the `tests:` of pipelines.", &o);
    if (code < 0 && o.n_args == 0) {
        log_line(WQ_LOG_ERROR, "test: which pipeline file?");
        code = EX_USAGE_;
    }
    if (code < 0) code = test_all(&o);
    options_free(&o);
    return code;
}
