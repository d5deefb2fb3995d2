/* run.c - sets a run up, has it scheduled, and commits or leaves nothing. */
#include "run/run.h"
#include "base/log.h"
#include "run/internal.h"
#include "run/progress.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_THREADS = 256, NOTHING_NEW = 1 };

/* ---- set-up ---- */

static size_t thread_count(const struct run *r)
{
    long n = r->options->threads ? r->options->threads
                                 : r->plan->pipeline->threads;
    cpu_set_t mine; /* a container or taskset may leave us fewer than there are */
    if (n == 0 && sched_getaffinity(0, sizeof mine, &mine) == 0)
        n = CPU_COUNT(&mine);
    return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (size_t)n;
}

static int open_workers(struct run *r, struct err *e)
{
    r->n_workers = thread_count(r);
    r->workers = calloc(r->n_workers, sizeof *r->workers);
    r->nows = calloc(r->n_workers, sizeof *r->nows);
    if (!r->workers || !r->nows) return err_no_memory(e);
    for (size_t i = 0; i < r->n_workers; i++)
        r->workers[i] = (struct worker){ .run = r, .index = i,
                                         .now = &r->nows[i] };
    /* Two batches a worker keep everyone busy; a few more let the others go on
     * while a serial step waits for a slow one. */
    r->window = r->n_workers * 2 + 2;
    r->max_bytes = (size_t)r->plan->pipeline->in_flight;
    return 0;
}

static int open_stages(struct run *r, struct err *e)
{
    r->stages = calloc(r->plan->n_stages + 1, sizeof *r->stages);
    if (!r->stages) return err_no_memory(e);
    for (; r->n_stages < r->plan->n_stages; r->n_stages++)
        if (stage_open(&r->stages[r->n_stages], r->plan, (uint32_t)r->n_stages,
                       r->n_workers, &r->codecs,
                       r->remember.is_on ? &r->remember.state : NULL,
                       &r->remember.n_segments, e)
            < 0) {
            r->n_stages++; /* half open: to be closed too */
            return -1;
        }
    return 0;
}

static int add_step(struct run *r, struct step step)
{
    struct step *list = reallocarray(r->steps, r->n_steps + 1, sizeof *list);
    if (!list) return -1;
    r->steps = list;
    list[r->n_steps++] = step;
    return 0;
}

static int make_steps(struct run *r, struct err *e)
{
    uint32_t from = 0, n = (uint32_t)r->n_stages;
    for (uint32_t i = 0; i <= n; i++) {
        bool ends = i == n;
        if (!ends && !r->stages[i].is_ordered) continue;
        struct step parallel = { .from = from, .to = i, .decodes = !r->n_steps,
                                 .prepares = !ends, .encodes = ends };
        struct step serial = { .is_serial = true, .from = i, .writes = ends };
        if (add_step(r, parallel) < 0 || add_step(r, serial) < 0)
            return err_no_memory(e);
        from = i + 1;
    }
    return 0;
}

/* Opens the input's format, or with `auto` every reader there is. */
static int open_inputs(struct run *r, struct err *e)
{
    const struct plan_format *in = &r->plan->input;
    if (r->options->memory_input.p) in = &r->plan->jsonl;
    r->inputs = calloc(r->plan->n_readers + 1, sizeof *r->inputs);
    if (!r->inputs) return err_no_memory(e);
    if (in->desc) {
        r->n_inputs = 1;
        return codec_open(&r->inputs[0], in, r->n_workers, e);
    }
    for (size_t i = 0; i < r->plan->n_readers; i++)
        if (codec_open(&r->inputs[r->n_inputs++], &r->plan->readers[i],
                       r->n_workers, e)
            < 0)
            return -1;
    return 0;
}

static int open_formats(struct run *r, struct err *e)
{
    const struct plan_format *out = r->options->to_memory ? &r->plan->jsonl
                                                          : &r->plan->output;
    if (!out->desc)
        return err_set(e, EX_PIPELINE, "%s has no input and output, only "
                       "tests: `warraq test` runs them",
                       r->plan->pipeline->file);
    if (open_inputs(r, e) < 0
        || codec_open(&r->output, out, r->n_workers, e) < 0)
        return -1;
    if (codec_open(&r->jsonl, &r->plan->jsonl, r->n_workers, e) < 0
        || codec_open(&r->plain, &r->plan->plain, r->n_workers, e) < 0)
        return -1;
    r->dead_letters.jsonl = &r->jsonl;
    r->dead_letters.plain = &r->plain;
    r->speakable[0] = &r->jsonl;
    r->speakable[1] = &r->output;
    r->codecs = (struct codecs){ r->speakable, WQ_LEN(r->speakable) };
    return 0;
}

/* Is the output one of the inputs, or the pipeline file?  It would be
 * overwritten while it is read; one appended to itself would never end. */
static int check_output(const struct run *r, const char *output, struct err *e)
{
    struct stat out, in;
    bool is_stdout = strcmp(output, "-") == 0;
    if ((is_stdout ? fstat(STDOUT_FILENO, &out) : stat(output, &out)) < 0
        || !S_ISREG(out.st_mode))
        return 0;
    if (stat(r->plan->pipeline->file, &in) == 0 && in.st_dev == out.st_dev
        && in.st_ino == out.st_ino)
        return err_set(e, EX_PIPELINE, "the output %s is the pipeline file",
                       is_stdout ? "on standard output" : output);
    for (size_t i = 0; i < r->paths.n; i++)
        if (stat(r->paths.list[i], &in) == 0 && in.st_dev == out.st_dev
            && in.st_ino == out.st_ino)
            return err_set(e, EX_PIPELINE,
                           "the output %s is also an input (%s)",
                           is_stdout ? "on standard output" : output,
                           r->paths.list[i]);
    return 0;
}

/* 0, NOTHING_NEW or -1. */
static int open_input(struct run *r, struct err *e)
{
    const struct run_options *o = r->options;
    if (o->memory_input.p) {
        r->reader = reader_memory("(memory)", o->memory_input, r->inputs, e);
        return r->reader ? 0 : -1;
    }
    const struct cfg_io *in = &r->plan->pipeline->input;
    const char *const *patterns = o->n_inputs ? o->inputs : in->paths;
    size_t n = o->n_inputs ? o->n_inputs : in->n_paths;
    struct remember *m = &r->remember;
    int rc = m->is_on ? remember_expand(r, patterns, n, e)
                      : paths_expand(&r->paths, patterns, n, e);
    if (rc < 0) return -1;
    if (n == 0)
        return err_set(e, EX_USAGE_, "no input: neither input.path nor the "
                       "command line names one");
    if (m->is_on && (rc = remember_inputs(r, e)) <= 0)
        return rc < 0 ? -1 : NOTHING_NEW;
    r->reader = reader_open(m->is_on ? &m->paths : &r->paths, r->inputs,
                            r->n_inputs, o->limit, watch_fd(r->watch), e);
    if (r->reader && m->is_on) reader_resume(r->reader, m->from, m->paths.n);
    return r->reader ? 0 : -1;
}

char *run_default_rejects(const struct pipeline *p, const char *output)
{
    struct stat st;
    bool is_stream = strcmp(output, "-") == 0
                     || (stat(output, &st) == 0 && !S_ISREG(st.st_mode));
    char *path;
    int rc = asprintf(&path, "%s.rejects.jsonl",
                      is_stream ? p->name : output);
    return rc < 0 ? NULL : path;
}

/* What the run writes is called. */
static int name_outputs(struct run *r, struct err *e)
{
    const struct pipeline *p = r->plan->pipeline;
    const char *output = r->options->output ? r->options->output
                                            : p->output.paths[0];
    r->output_path = remember_path(r, output);
    if (!r->output_path) return err_no_memory(e);
    if (p->dropped && !(r->dropped_path = remember_path(r, p->dropped)))
        return err_no_memory(e);
    r->rejects_path = p->rejects ? remember_path(r, p->rejects)
                                 : run_default_rejects(p, r->output_path);
    if (!r->rejects_path) return err_no_memory(e);
    if (remember_output(r, "output", r->output_path, e) < 0
        || (r->dropped_path
            && remember_output(r, "dropped", r->dropped_path, e) < 0))
        return -1;
    return remember_output(r, "rejects", r->rejects_path, e);
}

/* Would two outputs of this run be one file? */
static int check_apart(const struct sink *s, const char *what, const char *path,
                       struct err *e)
{
    if (!sink_is(s, path)) return 0;
    return err_set(e, EX_PIPELINE, "the %s would be written to %s, which is "
                   "another output of this run", what, path);
}

static int open_outputs(struct run *r, struct err *e)
{
    const struct run_options *o = r->options;
    if (o->to_memory) {
        sink_memory(&r->out, o->memory_output);
        sink_memory(&r->dropped, o->memory_dropped);
        sink_memory(&r->rejects, o->memory_rejects);
        r->dead_letters.want_dropped = o->memory_dropped;
        return 0;
    }
    if (name_outputs(r, e) < 0 || remember_begin(r, e) < 0) return -1;
    const char *output = r->output_path, *dropped = r->dropped_path;
    if (check_output(r, output, e) < 0
        || sink_open(&r->out, output, r->tag, e) < 0)
        return -1;
    r->dead_letters.want_dropped = dropped;
    if (dropped
        && (check_output(r, dropped, e) < 0
            || check_apart(&r->out, "dropped", dropped, e) < 0
            || sink_open(&r->dropped, dropped, r->tag, e) < 0))
        return -1;
    if (check_apart(&r->out, "rejects", r->rejects_path, e) < 0
        || check_apart(&r->dropped, "rejects", r->rejects_path, e) < 0)
        return -1;
    return check_output(r, r->rejects_path, e);
}

/* ---- the end ---- */

/* Share of rejects above which a run is held; counts from 100 articles on. */
static bool is_over_limit(const struct run *r)
{
    double limit = r->plan->pipeline->rejects_limit;
    const struct run_result *t = r->result;
    return limit >= 0 && t->in >= 100
           && (double)t->rejected > limit * (double)t->in;
}

/* An older run's rejects must not be taken for this one's. */
static int empty_old_rejects(struct run *r, struct err *e)
{
    struct stat st;
    if (r->rejects.fd >= 0 || r->rejects.memory || !r->rejects_path
        || stat(r->rejects_path, &st) < 0 || !S_ISREG(st.st_mode)
        || st.st_size == 0)
        return 0;
    return sink_open(&r->rejects, r->rejects_path, r->tag, e);
}

static int commit(struct run *r, struct err *e)
{
    const char *suffix = "";
    if (is_over_limit(r)) {
        r->result->is_held = true;
        suffix = ".held";
    }
    if (empty_old_rejects(r, e) < 0 || sink_sync(&r->out, suffix, e) < 0
        || sink_sync(&r->dropped, suffix, e) < 0
        || sink_sync(&r->rejects, "", e) < 0)
        return -1;
    r->result->bytes_out = r->out.bytes;
    if (r->remember.is_on) return remember_commit(r, e);
    if (sink_commit(&r->rejects, "", e) < 0
        || sink_commit(&r->dropped, suffix, e) < 0
        || sink_commit(&r->out, suffix, e) < 0)
        return -1;
    r->result->is_committed = true;
    return 0;
}

static int total_up(struct run *r, struct err *e)
{
    struct run_result *t = r->result;
    t->stages = calloc(r->n_stages + 1, sizeof *t->stages);
    if (!t->stages) return err_no_memory(e);
    for (; t->n_stages < r->n_stages; t->n_stages++) {
        struct stage_stats *s = &t->stages[t->n_stages];
        if (stage_stats_new(r->stages[t->n_stages].desc, s) < 0)
            return err_no_memory(e);
        stage_totals(&r->stages[t->n_stages], s);
    }
    t->bytes_in = reader_bytes(r->reader);
    t->damaged_files = reader_damaged(r->reader);
    if (t->in + t->emitted != t->out + t->dropped + t->rejected)
        return err_set(e, EX_INTERNAL, "the account does not balance: %llu in "
                       "+ %llu emitted, %llu out + %llu dropped + %llu rejected",
                       (unsigned long long)t->in,
                       (unsigned long long)t->emitted,
                       (unsigned long long)t->out,
                       (unsigned long long)t->dropped,
                       (unsigned long long)t->rejected);
    return 0;
}

/* Where the articles that came out are now. */
static const char *where_output_is(const struct run *r, char *text, size_t cap)
{
    bool is_file = r->out.path && !r->out.in_place;
    if (r->result->is_held && is_file)
        text_format(text, cap, "the output is held in %s.held", r->out.path);
    else
        text_format(text, cap, "what was read is in the output");
    return text;
}

/* The exit code of a run that was committed: the worst event decides. */
static int verdict(const struct run *r, struct err *e)
{
    const struct run_result *t = r->result;
    const char *rejects = r->rejects_path ? r->rejects_path : "memory";
    char where[4200];
    where_output_is(r, where, sizeof where);
    if (t->was_stopped)
        return err_set(e, EX_LATER, "stopped by %s; %s", watch_why(r->watch),
                       where), EX_LATER;
    if (t->damaged_files)
        return err_set(e, EX_DATA, "%llu input file%s damaged; %s, the rest in "
                       "%s", (unsigned long long)t->damaged_files,
                       t->damaged_files == 1 ? " is" : "s are", where, rejects),
               EX_DATA;
    if (t->is_held)
        return err_set(e, EX_FOUND, "%llu of %llu articles were rejected, more "
                       "than the limit; %s, the rejects are in %s%s",
                       (unsigned long long)t->rejected,
                       (unsigned long long)t->in, where, rejects,
                       r->remember.is_on ? ".held; `warraq state accept` or "
                                           "`discard` ends it" : ""), EX_FOUND;
    if (t->rejected && r->rejects_path)
        log_line(WQ_LOG_WARNING, "%llu of %llu articles were rejected, see %s",
                 (unsigned long long)t->rejected, (unsigned long long)t->in,
                 r->rejects_path);
    return EX_FINE;
}

/* ---- all of it ---- */

struct ticker {
    struct run *run;
    struct progress_line line;
};

static void tick(void *to)
{
    struct ticker *t = to;
    pthread_mutex_lock(&t->run->lock);
    struct seen_so_far seen = t->run->seen;
    pthread_mutex_unlock(&t->run->lock);
    progress_show(&t->line, seen.in, seen.bytes, seen.out, seen.dropped);
}

static bool wants_progress(const struct run_options *o)
{
    if (o->progress != PROGRESS_AUTO) return o->progress == PROGRESS_ALWAYS;
    return !o->to_memory && !o->verbose && isatty(STDERR_FILENO);
}

static void close_all(struct run *r)
{
    reader_close(r->reader);
    for (size_t i = r->n_stages; i-- > 0;) stage_close(&r->stages[i]);
    for (size_t i = 0; i < r->n_inputs; i++) codec_close(&r->inputs[i]);
    codec_close(&r->output);
    codec_close(&r->jsonl);
    codec_close(&r->plain);
    sink_close(&r->out);
    sink_close(&r->dropped);
    sink_close(&r->rejects);
    for (size_t i = 0; r->workers && i < r->n_workers; i++)
        arena_free(&r->workers[i].scratch);
    paths_free(&r->paths);
    ids_free(&r->ids);
    remember_close(r);
    free(r->output_path);
    free(r->dropped_path);
    free(r->rejects_path);
    free(r->stages);
    free(r->inputs);
    free(r->steps);
    free(r->workers);
    free(r->nows);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
}

static int run_it(struct run *r, struct err *e)
{
    if (open_formats(r, e) < 0) return -1;
    int rc = remember_open(r, e);
    r->result->was_skipped = rc > 0;
    if (rc == 0) rc = open_input(r, e);
    if (rc > 0) r->result->is_committed = true; /* nothing to do, and done */
    if (rc != 0) return rc < 0 ? -1 : 0;
    if (open_stages(r, e) < 0 || make_steps(r, e) < 0 || open_outputs(r, e) < 0)
        return -1;
    if (schedule(r) < 0) {
        *e = r->err;
        return -1;
    }
    watch_through(r->watch);
    r->result->was_stopped = watch_why(r->watch);
    if (total_up(r, e) < 0) return -1;
    return commit(r, e);
}

int run_plan(struct plan *plan, const struct run_options *options,
             struct run_result *result, struct err *e)
{
    struct run r = { .plan = plan, .options = options, .result = result,
                     .lock = PTHREAD_MUTEX_INITIALIZER,
                     .changed = PTHREAD_COND_INITIALIZER,
                     .out.fd = -1, .dropped.fd = -1, .rejects.fd = -1 };
    int64_t start = progress_now_ms();
    struct ticker ticker = { .run = &r, .line.start_ms = start };
    *result = (struct run_result){ 0 };
    *e = (struct err){ 0 };
    int rc = open_workers(&r, e);
    if (rc == 0) {
        r.watch = watch_start(r.nows, r.n_workers,
                              options->time_limit_ms
                                  ? options->time_limit_ms
                                  : plan->pipeline->time_limit_ms,
                              wants_progress(options) ? tick : NULL, &ticker, e);
        rc = r.watch ? run_it(&r, e) : -1;
    }
    progress_clear(&ticker.line);
    result->seconds = (double)(progress_now_ms() - start) / 1000;
    if (rc == 0) rc = verdict(&r, e);
    else rc = e->code ? e->code : EX_INTERNAL;
    watch_stop(r.watch);
    close_all(&r);
    return rc;
}

void run_result_free(struct run_result *r)
{
    for (size_t i = 0; i < r->n_stages; i++) stage_stats_free(&r->stages[i]);
    free(r->stages);
    *r = (struct run_result){ 0 };
}
