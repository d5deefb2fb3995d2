/* remember.c - see remember.h. */
#include "run/remember.h"
#include "base/file.h"
#include "base/log.h"
#include "run/internal.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

static int64_t wall_ms(void)
{
    struct timespec t; /* for people: nothing is decided by it */
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A replay does not do anew what a held run did: that one is decided first. */
static int no_run_is_held(struct state *s, struct err *e)
{
    uint64_t held;
    if (ledger_held_run(s->ledger, &held, e) < 0) return -1;
    if (held == 0) return 0;
    return err_set(e, EX_LATER, "run %06llu is held in %s; `warraq state accept` "
                   "or `discard` it first", (unsigned long long)held, s->dir);
}

int remember_open(struct run *run, struct err *e)
{
    struct remember *m = &run->remember;
    const struct run_options *o = run->options;
    const char *dir = run->plan->pipeline->state;
    if (!dir || o->to_memory || o->memory_input.p) return 0;
    m->is_on = true;
    m->began = wall_ms();
    int rc = state_open(&m->state, dir, o->lock, o->lock_wait_ms,
                        watch_fd(run->watch), e);
    if (rc != 0) return rc;
    if (run->options->is_replay && no_run_is_held(&m->state, e) < 0) return -1;
    /* A run that was held and not accepted is done anew. */
    if (commit_end_held(&m->state, false, e) < 0) return -1;
    log_run(m->state.run);
    state_tag(&m->state, m->tag, sizeof m->tag);
    text_format(m->number, sizeof m->number, "%06llu",
                (unsigned long long)m->state.run);
    run->tag = m->tag;
    return 0;
}

/* ---- inputs ---- */

int remember_expand(struct run *run, const char *const *patterns, size_t n,
                    struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (paths_add(&run->paths, patterns[i], e) == 0) continue;
        if (e->code != EX_NO_INPUT) return -1;
        struct err unused;
        int rc = inputs_ever_matched(run->remember.state.ledger, patterns[i],
                                     &unused);
        if (rc < 0) *e = unused;
        if (rc <= 0) return -1;
        *e = (struct err){ 0 };
    }
    paths_sort(&run->paths);
    return 0;
}

static bool grows(void *to, const char *path, wq_str head)
{
    const struct run *run = to;
    return reader_grows(run->reads, run->n_reads, path, head);
}

/* What was read is no longer there.  1: read it anew; 0: leave it; -1. */
static int on_changed(const struct run *run, struct input *in, struct err *e)
{
    unsigned long long number = in->run;
    switch (run->plan->pipeline->on_changed) {
    case ON_CHANGED_WARN:
        log_line(WQ_LOG_WARNING, "%s is not what run %06llu has read of it; it "
                 "is left alone (on_changed: warn)", in->path, number);
        return 0;
    case ON_CHANGED_RERUN:
        in->what = INPUT_NEW;
        in->comes_again = true;
        return 1;
    case ON_CHANGED_STOP: break;
    }
    return err_set(e, EX_DATA, "%s is not what run %06llu has read of it; "
                   "nothing was read (on_changed: stop)", in->path, number);
}

/* What a run of this state wrote is no input of another one; its rejects are the
 * input of a replay. */
static int check_written(const struct run *run, const struct input *in,
                         struct err *e)
{
    uint64_t by;
    char kind[LEDGER_KIND] = "";
    bool is_replay = run->options->is_replay;
    if (ledger_who_wrote(run->remember.state.ledger, in->real, &by, kind, e) < 0)
        return -1;
    bool is_rejects = strcmp(kind, "rejects") == 0;
    if (by == 0 || (is_rejects && is_replay)) return 0;
    return err_set(e, EX_USAGE_, "%s was written by run %06llu (%s): %s", in->path,
                   (unsigned long long)by, kind,
                   is_replay    ? "only rejects can be replayed"
                   : is_rejects ? "`warraq replay` feeds it in again"
                                : "it is no input");
}

int remember_inputs(struct run *run, struct err *e)
{
    struct remember *m = &run->remember;
    if (inputs_look(m->state.ledger, (const char *const *)run->paths.list,
                    run->paths.n, grows, run, &m->inputs, e)
        < 0)
        return -1;
    size_t n = m->inputs.n;
    m->from = calloc(n + 1, sizeof *m->from);
    m->paths.list = calloc(n + 1, sizeof *m->paths.list);
    if (!m->from || !m->paths.list) return err_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        struct input *in = &m->inputs.list[i];
        if (check_written(run, in, e) < 0) return -1;
        int rc = in->what == INPUT_NEW || in->what == INPUT_GROWN;
        if (in->what == INPUT_CHANGED) rc = on_changed(run, in, e);
        if (rc < 0) return -1;
        if (rc == 0) continue;
        m->from[m->paths.n] = in;
        m->paths.list[m->paths.n++] = (char *)(uintptr_t)in->path;
    }
    return m->paths.n > 0;
}

/* ---- outputs ---- */

int remember_output(struct run *run, const char *kind, const char *path,
                    struct err *e)
{
    struct remember *m = &run->remember;
    struct stat st;
    if (!m->is_on) return 0;
    if (strcmp(path, "-") == 0
        || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)
            && !S_ISDIR(st.st_mode)))
        return err_set(e, EX_USAGE_, "the %s cannot go to %s: a run with a "
                       "`state:` writes files, which it can take back", kind,
                       strcmp(path, "-") ? path : "standard output");
    if (lstat(path, &st) == 0)
        return err_set(e, EX_CANT_CREATE, "%s is already there, and no run "
                       "overwrites what another one wrote; move it away%s",
                       path, strstr(path, m->number) ? ""
                       : ", and put \"{run}\" in the path");
    int rc = file_make_folders(path, true);
    struct ledger_file *f = &m->files[m->n_files];
    f->kind = kind;
    f->target = rc < 0 ? NULL : file_real(path);
    f->aside = f->target ? state_aside(&m->state, f->target) : NULL;
    m->n_files++;
    if (f->aside) return 0;
    return err_set(e, err_code(errno, EX_CANT_CREATE),
                   "cannot write %s: %s", path, strerror(errno));
}

int remember_folder(struct run *run, const char *aside)
{
    struct remember *m = &run->remember;
    if (!m->is_on) return 0;
    struct ledger_file *f = &m->files[m->n_files];
    f->kind = "folder";
    f->aside = strdup(aside);
    m->n_files += f->aside != NULL;
    return f->aside ? 0 : -1;
}

int remember_begin(struct run *run, struct err *e)
{
    struct remember *m = &run->remember;
    const char *asides[WQ_LEN(m->files)];
    if (!m->is_on) return 0;
    for (size_t i = 0; i < m->n_files; i++) asides[i] = m->files[i].aside;
    return ledger_begin(m->state.ledger, asides, m->n_files, e);
}

/* ---- commit ---- */

/* Was anything read of it that the ledger does not know? */
static bool has_advanced(const struct input_file *f)
{
    return f->from
           && (f->byte != f->from->byte
               || (f->is_through && f->mark.kind == MARK_WHOLE));
}

bool remember_has_read(const struct run *run)
{
    const struct input_file *f = reader_finish(run->reader);
    while (f && !has_advanced(f)) f = f->next;
    return f;
}

static int add_inputs(struct run *run, const struct input_file *files,
                      struct commit *c, struct err *e)
{
    size_t n = 0;
    for (const struct input_file *f = files; f; f = f->next)
        n += has_advanced(f);
    c->inputs.list = arena_zero(&run->remember.arena, n + 1,
                                sizeof *c->inputs.list);
    if (!c->inputs.list) return err_no_memory(e);
    c->inputs.n = n;
    for (const struct input_file *f = files; f; f = f->next) {
        if (!has_advanced(f)) continue;
        c->inputs.list[--n] = (struct ledger_input){ /* the oldest first */
            .path = f->from->real, .mark = f->mark, .byte = f->byte,
            .line = f->line, .is_through = f->is_through,
            .is_damaged = f->is_damaged,
            .device = f->from->device, .inode = f->from->inode,
            .modified = f->from->modified };
    }
    return 0;
}

static int add_counter(struct remember *m, struct commit *c, const char *stage,
                       const char *what, const char *name, uint64_t value)
{
    if (value == 0) return 0;
    size_t cap = strlen(what) + strlen(name) + 2;
    char *whole = arena_alloc(&m->arena, cap);
    if (!whole) return -1;
    text_format(whole, cap, "%s%s%s", what, *name ? " " : "", name);
    c->counters[c->n_counters++] = (struct ledger_counter){ stage, whole, value };
    return 0;
}

static int add_stage(struct remember *m, struct commit *c, const char *label,
                     const wq_stage *desc, const struct stage_stats *s)
{
    int rc = add_counter(m, c, label, "in", "", s->in)
             | add_counter(m, c, label, "kept", "", s->kept)
             | add_counter(m, c, label, "emitted", "", s->emitted);
    for (uint32_t i = 0; i < stage_n_reasons(desc); i++) {
        const char *reason = stage_reason(desc, i);
        rc |= add_counter(m, c, label, "dropped", reason, s->dropped_by[i]);
        rc |= add_counter(m, c, label, "rejected", reason, s->rejected_by[i]);
    }
    for (uint32_t i = 0; i < stage_n_counters(desc); i++)
        rc |= add_counter(m, c, label, "counted", desc->counters[i],
                          s->counters[i]);
    return rc;
}

static int add_counters(struct run *run, struct commit *c, struct err *e)
{
    const struct run_result *t = run->result;
    size_t most = 1;
    for (size_t i = 0; i < t->n_stages; i++) {
        const wq_stage *desc = run->plan->stages[i].desc;
        most += 3 + 2 * (size_t)stage_n_reasons(desc) + stage_n_counters(desc);
    }
    c->counters = arena_zero(&run->remember.arena, most, sizeof *c->counters);
    if (!c->counters) return err_no_memory(e);
    for (size_t i = 0; i < t->n_stages; i++) {
        const struct plan_stage *p = &run->plan->stages[i];
        if (add_stage(&run->remember, c, p->cfg->label, p->desc, &t->stages[i])
            < 0)
            return err_no_memory(e);
    }
    return 0;
}

/* The outputs of many files, with the folders that they lie in now; from here on
 * they are the ledger's. */
static int add_folders(struct run *run, struct commit *c, struct err *e)
{
    struct fan *const fans[] = { run->out.fan, run->dropped.fan };
    for (size_t i = 0; i < WQ_LEN(fans); i++) {
        if (!fans[i]) continue;
        if (fan_hand_over(fans[i], &run->remember.arena, c->files + c->n_files)
            < 0)
            return err_no_memory(e);
        c->n_files += fan_count(fans[i]);
    }
    return 0;
}

/* The outputs of one file that were opened; from here on they are the ledger's. */
static void add_files(struct run *run, struct commit *c)
{
    struct sink *sinks[] = { &run->out, &run->dropped, &run->rejects };
    static const char *const kinds[] = { "output", "dropped", "rejects" };
    const struct remember *m = &run->remember;
    for (size_t i = 0; i < m->n_files; i++)
        for (size_t k = 0; k < WQ_LEN(sinks); k++) {
            struct ledger_file f = m->files[i];
            if (strcmp(f.kind, kinds[k]) != 0 || !sink_hand_over(sinks[k]))
                continue;
            f.bytes = sinks[k]->bytes;
            c->files[c->n_files++] = f;
        }
}

/* Has the stages write down what they remember, and makes room in the commit. */
static int save_stages(struct run *run, struct commit *c, struct err *e)
{
    struct arena *a = &run->remember.arena;
    size_t n = 0;
    for (size_t i = 0; i < run->n_stages; i++) {
        if (stage_save(&run->stages[i], e) < 0) return -1;
        n += memory_count(&run->stages[i].memory);
    }
    size_t n_files = n + WQ_LEN(run->remember.files);
    if (run->out.fan) n_files += fan_count(run->out.fan);
    if (run->dropped.fan) n_files += fan_count(run->dropped.fan);
    c->files = arena_zero(a, n_files, sizeof *c->files);
    c->segments = arena_zero(a, n + 1, sizeof *c->segments);
    c->retired = arena_zero(a, n + 1, sizeof *c->retired);
    if (!c->files || !c->segments || !c->retired) return err_no_memory(e);
    for (size_t i = 0; i < run->n_stages; i++)
        if (memory_collect(&run->stages[i].memory, c, a, e) < 0) return -1;
    return 0;
}

int remember_commit(struct run *run, struct err *e)
{
    struct remember *m = &run->remember;
    struct run_result *t = run->result;
    struct commit c = { .run = {
        .run = m->state.run, .began = m->began, .ended = wall_ms(),
        .pipeline = run->plan->pipeline->name, .stopped = watch_why(run->watch),
        .in = t->in, .emitted = t->emitted, .out = t->out,
        .dropped = t->dropped, .rejected = t->rejected,
        .bytes_in = t->bytes_in, .bytes_out = t->bytes_out,
        .is_held = t->is_held, .is_replay = run->options->is_replay } };
    if (!remember_has_read(run)) {
        t->is_committed = true;
        return 0; /* no run */
    }
    if (add_inputs(run, reader_finish(run->reader), &c, e) < 0
        || add_counters(run, &c, e) < 0)
        return -1;
    if (save_stages(run, &c, e) < 0) return -1;
    if (add_folders(run, &c, e) < 0) return -1;
    if (t->in + t->emitted) add_files(run, &c);
    watch_commit(COMMIT_ASKED);
    int rc = commit_run(&m->state, &c, &t->is_committed, e);
    if (t->is_committed) t->run = m->state.run;
    return rc;
}

void remember_close(struct run *run)
{
    struct remember *m = &run->remember;
    if (!m->is_on) return;
    for (size_t i = 0; i < m->n_files; i++) {
        free(m->files[i].aside);
        free(m->files[i].target);
    }
    free(m->from);
    free(m->paths.list);
    inputs_free(&m->inputs);
    arena_free(&m->arena);
    state_close(&m->state);
    *m = (struct remember){ 0 };
}
