/* run.c - sets a run up, has it scheduled, and commits or leaves nothing. */
#include "run/run.h"
#include "base/log.h"
#include "run/confine.h"
#include "run/files.h"
#include "run/internal.h"
#include "run/progress.h"
#include "run/supervise.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the end ---- */

/* Share of rejects above which a run is held; counts from 100 articles on, and
 * never for a replay, of which some are to be expected. */
static bool is_over_limit(const struct run *r)
{
    double limit = r->plan->pipeline->rejects_limit;
    const struct run_result *t = r->result;
    return limit >= 0 && t->in >= 100 && !r->options->is_replay
           && (double)t->rejected > limit * (double)t->in;
}

static int commit(struct run *r, struct err *e)
{
    r->result->is_held = is_over_limit(r);
    const char *suffix = r->result->is_held ? ".held" : "";
    if (outputs_sync(r, suffix, e) < 0 || files_tell(r, suffix, e) < 0) return -1;
    if (r->remember.is_on) return remember_commit(r, e);
    watch_commit(COMMIT_SHOWING);
    if (outputs_commit(r, suffix, e) < 0) return -1;
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
    else if (r->result->in + r->result->emitted == 0)
        text_format(text, cap, "nothing was read");
    else
        text_format(text, cap, "what was read is in the output");
    return text;
}

int run_code(const struct run_result *t)
{
    if (t->was_stopped) return EX_LATER;
    int code = t->damaged_files ? EX_DATA : t->is_held ? EX_FOUND : EX_FINE;
    return t->stray_code > code ? t->stray_code : code;
}

/* What is to be said of a run that was committed. */
static void explain(const struct run *r, struct err *e)
{
    const struct run_result *t = r->result;
    const char *rejects = r->rejects_path ? r->rejects_path : "memory";
    int code = run_code(t);
    char where[4200];
    where_output_is(r, where, sizeof where);
    if (t->was_stopped)
        err_set(e, code, "stopped by %s; %s", watch_why(r->watch), where);
    else if (t->damaged_files)
        err_set(e, code, "%llu input file%s damaged; %s, the rest in %s",
                (unsigned long long)t->damaged_files,
                t->damaged_files == 1 ? " is" : "s are", where, rejects);
    else if (t->strays)
        err_set(e, code, "%llu file%s left out; %s",
                (unsigned long long)t->strays, t->strays == 1 ? " was" : "s were",
                r->reader ? where : "nothing else is new");
    else if (t->is_held)
        err_set(e, code, "%llu of %llu articles were rejected, more than the "
                "limit; %s, the rejects are in %s%s",
                (unsigned long long)t->rejected, (unsigned long long)t->in,
                where, rejects,
                r->remember.is_on ? ".held; `warraq state accept` or "
                                    "`discard` ends it" : "");
    else if (t->rejected && r->rejects_path)
        log_line(WQ_LOG_WARNING, "%llu of %llu articles were rejected, see %s",
                 (unsigned long long)t->rejected, (unsigned long long)t->in,
                 r->rejects_path);
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

bool run_wants_progress(const struct run_options *o)
{
    if (o->progress != PROGRESS_AUTO) return o->progress == PROGRESS_ALWAYS;
    return !o->to_memory && !o->verbose && isatty(STDERR_FILENO);
}

/* All that calls plugins. */
static void close_plugins(struct run *r)
{
    isolate_close(r->isolate);
    reader_close(r->reader);
    for (size_t i = r->n_stages; i-- > 0;) stage_close(&r->stages[i]);
    for (size_t i = 0; i < r->n_inputs; i++) codec_close(&r->inputs[i]);
    codec_close(&r->output);
    codec_close(&r->jsonl);
    codec_close(&r->plain);
}

static void close_rest(struct run *r)
{
    outputs_close(r);
    for (size_t i = 0; r->workers && i < r->n_workers; i++)
        arena_free(&r->workers[i].scratch);
    paths_free(&r->paths);
    ids_free(&r->ids);
    remember_close(r);
    free(r->stages);
    free(r->inputs);
    free(r->steps);
    free(r->workers);
    free(r->nows);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
}

/* Opens everything.  1: there is nothing to do. */
static int set_up(struct run *r, struct err *e)
{
    if (setup_formats(r, e) < 0) return -1;
    int rc = remember_open(r, e);
    r->result->was_skipped = rc > 0;
    if (rc == 0) rc = setup_input(r, e);
    if (rc != 0) return rc;
    if (setup_stages(r, e) < 0 || outputs_open(r, e) < 0 || setup_steps(r, e) < 0)
        return -1;
    return 0;
}

/* Can what is read be read again, and what is written be taken back? */
static bool can_begin_anew(const struct run *r)
{
    struct stat st;
    for (size_t i = 0; i < r->paths.n; i++)
        if (strcmp(r->paths.list[i], "-") == 0
                ? lseek(STDIN_FILENO, 0, SEEK_CUR) < 0
                : stat(r->paths.list[i], &st) == 0 && !S_ISREG(st.st_mode))
            return false;
    if (r->out.in_place || r->dropped.in_place) return false;
    return strcmp(r->rejects_path, "-") != 0
           && (stat(r->rejects_path, &st) < 0 || S_ISREG(st.st_mode));
}

/* `sandbox: true`: shuts the process in, while it has one thread. */
static int shut_in(struct run *r, struct err *e)
{
    if (!r->page || !r->plan->pipeline->sandbox) return 0;
    watch_rest(r->watch);
    return confine_run(r, e) < 0 ? -1 : watch_go(r->watch, e);
}

static int run_it(struct run *r, struct err *e)
{
    int rc = set_up(r, e);
    if (rc > 0) r->result->is_committed = true; /* nothing to do, and done */
    if (rc != 0) return rc < 0 ? -1 : 0;
    if (r->page) page_ready(r->page, can_begin_anew(r));
    if (shut_in(r, e) < 0) return -1;
    if (schedule(r) < 0) {
        *e = r->err;
        return -1;
    }
    watch_through(r->watch);
    if (r->page) page_through(r->page);
    r->result->was_stopped = watch_why(r->watch);
    if (total_up(r, e) < 0) return -1;
    if (r->page) page_stages(r->page, r->plan, r->result);
    return commit(r, e);
}

static int watch_it(struct run *r, struct ticker *ticker, struct err *e)
{
    const struct run_options *o = r->options;
    struct watching what = {
        .workers = r->nows, .n = r->n_workers, .page = r->page, .to = ticker,
        .tick = run_wants_progress(o) ? tick : NULL,
        .limit_ms = o->time_limit_ms ? o->time_limit_ms
                                     : r->plan->pipeline->time_limit_ms };
    r->watch = watch_start(&what, e);
    if (!r->watch) return -1;
    return watch_thread(&r->nows[0]) < 0 ? err_no_memory(e) : 0;
}

int run_here(struct plan *plan, const struct run_options *options,
             const struct page *page, struct run_result *result, struct err *e)
{
    struct run r = { .plan = plan, .options = options, .result = result,
                     .page = page, .lock = PTHREAD_MUTEX_INITIALIZER,
                     .changed = PTHREAD_COND_INITIALIZER,
                     .out.fd = -1, .dropped.fd = -1, .rejects.fd = -1 };
    int64_t start = progress_now_ms();
    struct ticker ticker = { .run = &r, .line.start_ms = start };
    *result = (struct run_result){ 0 };
    *e = (struct err){ 0 };
    int rc = setup_workers(&r, e);
    if (rc == 0) rc = watch_it(&r, &ticker, e);
    if (rc == 0) rc = run_it(&r, e);
    watch_rest(r.watch);
    progress_clear(&ticker.line);
    result->seconds = (double)(progress_now_ms() - start) / 1000;
    if (rc == 0) {
        rc = run_code(result);
        explain(&r, e);
    } else {
        rc = e->code ? e->code : EX_INTERNAL;
    }
    watch_commit(result->is_committed ? COMMIT_DONE : COMMIT_NONE);
    if (page) page_done(page, rc, e);
    close_plugins(&r);
    if (r.watch) watch_thread_end();
    watch_stop(r.watch);
    close_rest(&r);
    return rc;
}

int run_plan(struct plan *plan, const struct run_options *options,
             struct run_result *result, struct err *e)
{
    if (!supervise_wants(plan, options))
        return run_here(plan, options, NULL, result, e);
    return supervise(plan, options, result, e);
}

void run_result_free(struct run_result *r)
{
    for (size_t i = 0; i < r->n_stages; i++) stage_stats_free(&r->stages[i]);
    free(r->stages);
    *r = (struct run_result){ 0 };
}
