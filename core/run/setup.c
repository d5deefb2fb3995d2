/* setup.c - opens what a run needs: workers, formats, input, stages, steps. */
#include "base/log.h"
#include "run/internal.h"
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>

static size_t thread_count(const struct run *r)
{
    long n = r->options->threads ? r->options->threads
                                 : r->plan->pipeline->threads;
    cpu_set_t mine; /* a container or taskset may leave us fewer than there are */
    if (n == 0 && sched_getaffinity(0, sizeof mine, &mine) == 0)
        n = CPU_COUNT(&mine);
    return n < 1 ? 1 : n > RUN_MAX_THREADS ? RUN_MAX_THREADS : (size_t)n;
}

int setup_workers(struct run *r, struct err *e)
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
    const struct plan_format *out = r->options->to_memory ? &r->plan->jsonl
                                                          : &r->plan->output;
    if (r->page) page_keep(r->page);
    return isolate_open(&r->isolate, r->plan, out, r->n_workers,
                        r->options->files, e);
}

int setup_stages(struct run *r, struct err *e)
{
    r->stages = calloc(r->plan->n_stages + 1, sizeof *r->stages);
    if (!r->stages) return err_no_memory(e);
    for (size_t i = 0; i < r->plan->n_stages; i++) {
        struct stage *s = &r->stages[r->n_stages++]; /* half open: closed, too */
        if (stage_open(s, r->plan, (uint32_t)i, r->n_workers, &r->codecs,
                       r->remember.is_on ? &r->remember.state : NULL,
                       &r->remember.n_segments, e)
                < 0
            || (!isolate_has(s->plan) && stage_start(s, e) < 0))
            return -1;
        if (s->is_ordered && s->plan->cfg->isolate) s->page = r->page;
    }
    return isolate_start(r->isolate, e);
}

static int add_step(struct run *r, struct step step)
{
    struct step *list = reallocarray(r->steps, r->n_steps + 1, sizeof *list);
    if (!list) return -1;
    r->steps = list;
    list[r->n_steps++] = step;
    return 0;
}

int setup_steps(struct run *r, struct err *e)
{
    uint32_t from = 0, n = (uint32_t)r->n_stages;
    for (uint32_t i = 0; i <= n; i++) {
        bool ends = i == n;
        if (!ends && !r->stages[i].is_ordered) continue;
        struct step parallel = { .from = from, .to = i, .decodes = !r->n_steps,
                                 .prepares = !ends, .encodes = ends };
        struct step serial = { .is_serial = true, .from = i, .writes = ends };
        const struct step gather = { .is_serial = true, .gathers = true };
        const struct step pack = { .packs = true };
        bool has_many = ends && (r->out.fan || r->dropped.fan);
        if (add_step(r, parallel) < 0
            || (has_many && (add_step(r, gather) < 0 || add_step(r, pack) < 0))
            || add_step(r, serial) < 0)
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

int setup_formats(struct run *r, struct err *e)
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
    r->reads = r->options->is_replay ? &r->plain : r->inputs;
    r->n_reads = r->options->is_replay ? 1 : r->n_inputs;
    r->replay = (struct replay){ .lines = &r->plain, .records = &r->jsonl,
                                 .inputs = r->inputs,
                                 .n_inputs = r->n_inputs };
    for (size_t i = 0; i < r->n_inputs; i++)
        if (r->inputs[i].desc == r->jsonl.desc)
            r->replay.records = &r->inputs[i];
    r->speakable[0] = &r->jsonl;
    r->speakable[1] = &r->output;
    r->codecs = (struct codecs){ r->speakable, WQ_LEN(r->speakable) };
    return 0;
}

/* ---- files found that are no input ---- */

static bool is_named(const char *path, const char *const *patterns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(path, patterns[i]) == 0) return true;
    return false;
}

/* Says why a file that was found is no input: e->code 0 if nothing speaks against
 * it.  -1: that cannot be seen.  1: it has gone meanwhile. */
static int look_over(struct run *r, const char *path, struct err *e)
{
    struct stat st;
    if (stat(path, &st) < 0) {
        int why = errno;
        bool is_link = lstat(path, &st) == 0;
        if (why == ENOENT && !is_link) return 1;
        bool leads_nowhere = why == ENOENT || why == ENOTDIR || why == ELOOP;
        err_set(e, err_code(why, leads_nowhere ? EX_NO_INPUT : EX_IO),
                "cannot read %s: %s", path, strerror(why));
    } else if (!S_ISREG(st.st_mode)) { /* to open a pipe is to wait for it */
        err_set(e, EX_USAGE_, "%s is not a file", path);
    } else {
        reader_tells(r->reads, r->n_reads, path, e);
    }
    return e->code == EX_IO || e->code == EX_NO_MEMORY ? -1 : 0;
}

/* Leaves out what a pattern or a folder has brought along with the input, and
 * says so.  What was named outright is looked at when it is read. */
static int leave_strays_out(struct run *r, const char *const *patterns, size_t n,
                            struct err *e)
{
    struct run_result *t = r->result;
    struct paths *p = &r->paths;
    size_t kept = 0;
    for (size_t i = 0; i < p->n; i++) {
        struct err why = { 0 };
        char *path = p->list[i];
        int rc = is_named(path, patterns, n) ? 0 : look_over(r, path, &why);
        if (rc == 0 && !why.code) {
            p->list[i] = p->list[kept];
            p->list[kept++] = path;
        } else if (rc < 0) {
            *e = why;
            return -1;
        } else if (rc == 0) {
            log_line(WQ_LOG_WARNING, "%s; it is left out", why.text);
            t->strays++;
            if (why.code > t->stray_code) t->stray_code = why.code;
        }
    }
    for (size_t i = kept; i < p->n; i++) free(p->list[i]);
    p->n = kept;
    if (kept || !t->strays || r->remember.is_on) return 0;
    return err_set(e, t->stray_code, "there is no other input");
}

int setup_input(struct run *r, struct err *e)
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
    if (rc < 0 || leave_strays_out(r, patterns, n, e) < 0) return -1;
    if (n == 0)
        return err_set(e, EX_USAGE_, "no input: neither input.path nor the "
                       "command line names one");
    if (m->is_on && (rc = remember_inputs(r, e)) <= 0)
        return rc < 0 ? -1 : 1;
    r->reader = reader_open(m->is_on ? &m->paths : &r->paths, r->reads,
                            r->n_reads, o->limit, watch_fd(r->watch), e);
    if (r->reader && m->is_on) reader_resume(r->reader, m->from, m->paths.n);
    return r->reader ? 0 : -1;
}
