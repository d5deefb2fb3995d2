/* isolate.c - see isolate.h: which records go to a worker process in one piece, and
 * what becomes of those on which it dies.
 *
 * A load is a list of records and the stages still before them.  Loads wait on a
 * stack, the first in stream order on top:
 *
 *   it went well         what is kept goes on with the stages behind
 *   it did not           many records: three loads, before, at and behind the one
 *                        that was touched last (what the process says of that is
 *                        a hint: if it cannot be, two halves)
 *                        one record, many stages: up to the one it was at, and on
 *                        one record at one stage, in a process that was given
 *                        nothing else: it is set aside
 *
 * So a record is blamed only for what it does alone. */
#include "run/isolate.h"
#include "base/names.h"
#include "record/wire.h"
#include "run/lane.h"
#include "run/progress.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LEAVE_MS = 2000 };

bool isolate_has(const struct plan_stage *s)
{
    return s->cfg->isolate && !(s->desc->flags & WQ_ORDERED);
}

/* ---- the processes ---- */

static int open_lanes(struct isolate *iso, struct err *e)
{
    for (size_t i = 0; i < iso->n_lanes; i++)
        if (lane_open(&iso->lanes[i]) < 0) return err_no_memory(e);
    size_t counts = iso->counts[iso->plan->n_stages] * sizeof(uint64_t);
    size_t most = isolated_memory(iso->plan->pipeline);
    for (size_t i = 0; i < iso->n_lanes; i++) {
        struct lane *l = &iso->lanes[i];
        l->names.known = iso->known;
        l->answer_room = l->room - counts < most ? l->room - counts : most;
    }
    return 0;
}

static int fork_keeper(struct isolate *iso, int files, struct err *e)
{
    int ends[2];
    pid_t me = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return err_no_memory(e);
    fflush(NULL); /* what a plugin's exit() would write again */
    iso->keeper = fork();
    if (iso->keeper == 0) {
        close(ends[0]);
        if (files) close(files);
        for (size_t i = 0; i < iso->n_lanes; i++) close(iso->lanes[i].ours);
        keeper_live(iso, ends[1], me);
    }
    close(ends[1]);
    iso->control = ends[0];
    if (iso->keeper < 0) {
        iso->keeper = 0;
        return err_no_memory(e);
    }
    for (size_t i = 0; i < iso->n_lanes; i++) {
        close(iso->lanes[i].theirs);
        iso->lanes[i].theirs = -1;
    }
    return 0;
}

int isolate_open(struct isolate **out, const struct plan *plan,
                 const struct plan_format *output, size_t n_workers, int files,
                 struct err *e)
{
    size_t first = 0;
    *out = NULL;
    while (first < plan->n_stages && !isolate_has(&plan->stages[first])) first++;
    if (first == plan->n_stages) return 0;
    struct isolate *iso = *out = calloc(1, sizeof *iso);
    if (!iso) return err_no_memory(e);
    *iso = (struct isolate){ .plan = plan, .output = output,
                             .known = names_newest(), .control = -1 };
    iso->lanes = calloc(n_workers, sizeof *iso->lanes);
    iso->counts = calloc(plan->n_stages + 1, sizeof *iso->counts);
    if (!iso->lanes || !iso->counts) return err_no_memory(e);
    iso->n_lanes = n_workers;
    for (size_t i = 0; i < n_workers; i++)
        iso->lanes[i].ours = iso->lanes[i].theirs = -1;
    for (size_t i = 0; i < plan->n_stages; i++)
        iso->counts[i + 1] = iso->counts[i]
                             + stage_stats_size(plan->stages[i].desc);
    if (open_lanes(iso, e) < 0) return -1;
    return fork_keeper(iso, files, e);
}

/* What a process says it cannot go on for: it ends the run, so it is no success. */
static int take_err(const struct lane_page *page, struct err *e)
{
    err_take(&page->err, e);
    if (e->code < EX_USAGE_) e->code = EX_INTERNAL;
    return -1;
}

int isolate_start(struct isolate *iso, struct err *e)
{
    int status;
    int64_t limit;
    for (size_t i = 0; iso && i < iso->n_lanes; i++) {
        struct lane_page *page = iso->lanes[i].page;
        page->from = page->to = 0;
        switch (lane_ask(iso, i, &status, &limit, e)) {
        case LANE_ENDED: break;
        case LANE_BROKEN: return -1;
        case LANE_KILLED:
        case LANE_LATE:
            return err_set(e, EX_INTERNAL, "a process of isolated stages died as "
                           "it began");
        }
        iso->lanes[i].n_asked = 0;
        if (page->answer == LANE_DONE) continue;
        return take_err(page, e);
    }
    return 0;
}

void isolate_close(struct isolate *iso)
{
    int64_t end = progress_now_ms() + LEAVE_MS;
    if (!iso) return;
    for (size_t i = 0; i < iso->n_lanes; i++)
        if (iso->lanes[i].is_up) lane_ring(iso->lanes[i].ours, LANE_LEAVE, 0);
    for (size_t i = 0; i < iso->n_lanes; i++)
        while (iso->lanes[i].is_up) {
            struct lane_bell bell;
            int64_t left = end - progress_now_ms();
            if (left <= 0) break;
            if (!lane_is_ringing(&iso->lanes[i], (int)left)) continue;
            if (!lane_hear(iso->lanes[i].ours, &bell) || bell.word == LANE_DIED)
                iso->lanes[i].is_up = false;
        }
    if (iso->control >= 0) close(iso->control);
    while (iso->keeper && waitpid(iso->keeper, NULL, 0) < 0 && errno == EINTR)
        continue;
    for (size_t i = 0; i < iso->n_lanes; i++) lane_close(&iso->lanes[i]);
    free(iso->lanes);
    free(iso->counts);
    free(iso);
}

/* ---- one load ---- */

#define NO_STAGE UINT32_MAX

struct load {
    wq_record **records;
    size_t n;
    uint32_t from, until; /* stages to be run in one go                       */
    uint32_t suspect;     /* the stage behind, thought to be one that it dies
                             at: it comes by itself; NO_STAGE                 */
    bool is_alone;        /* in a process that was given nothing else         */
    bool is_cut;          /* by a hint: the next cut is in two halves         */
};

/* A batch on its way through isolated stages. */
struct trip {
    struct isolate *iso;
    struct lane *lane;
    size_t worker;
    struct stage *stages;
    struct batch *batch;
    uint32_t from, to;
    struct load *loads;
    size_t n_loads, cap_loads;
};

/* What came of asking for a load. */
enum outcome {
    WENT_WELL,
    WENT_WRONG, /* why, what                                                   */
    NO_MORE     /* the run ends; e                                             */
};
struct mishap_of {
    enum host_reason why;
    char what[256];
};

/* what: as much of it as fits, which in shared memory need not end. */
static enum outcome wrong(struct mishap_of *m, enum host_reason why,
                          const char *what)
{
    m->why = why;
    text_format(m->what, sizeof m->what, "%.*s", (int)sizeof m->what - 1, what);
    return WENT_WRONG;
}

static enum outcome killed(struct mishap_of *m, int status)
{
    static const struct {
        int number;
        const char *name;
    } known[] = {
        { SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" }, { SIGFPE, "SIGFPE" },
        { SIGILL, "SIGILL" },   { SIGABRT, "SIGABRT" }, { SIGKILL, "SIGKILL" },
        { SIGTRAP, "SIGTRAP" }, { SIGSYS, "SIGSYS" },
    };
    m->why = REASON_CRASHED;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EX_NO_MEMORY)
        return wrong(m, REASON_OUT_OF_MEMORY, "memory_limit");
    if (!WIFSIGNALED(status)) {
        text_format(m->what, sizeof m->what, "it ended its process, with %d",
                    WEXITSTATUS(status));
        return WENT_WRONG;
    }
    for (size_t i = 0; i < WQ_LEN(known); i++)
        if (known[i].number == WTERMSIG(status))
            return wrong(m, m->why, known[i].name);
    text_format(m->what, sizeof m->what, "signal %d", WTERMSIG(status));
    return WENT_WRONG;
}

/* Writes the load where the process reads it.  0, or -1: it is too large. */
static int put_load(struct trip *t, const struct load *load)
{
    struct lane_page *page = t->lane->page;
    struct wire_out out;
    wire_begin(&out, t->lane->request, t->lane->room,
               &t->lane->names);
    for (size_t i = 0; i < load->n; i++)
        wire_put(&out, load->records[i], (uint32_t)i, 0, NULL);
    page->from = load->from;
    page->to = load->until;
    page->answer_bytes = 0;
    atomic_store(&page->records, 0);
    page->request_bytes = wire_end(&out);
    return page->request_bytes ? 0 : -1;
}

/* One record that came back. */
struct arrival {
    wq_record record;
    uint32_t of, flags;
};

/* Can this have come of the load?  is_back: which of its records have. */
static bool may_arrive(const struct load *load, const struct arrival *x,
                       bool *is_back)
{
    if ((x->flags & WIRE_GONE)
        && (x->record.stage < load->from || x->record.stage >= load->until))
        return false;
    if (x->flags & WIRE_CHILD) return true;
    if (is_back[x->of]) return false;
    return is_back[x->of] = true;
}

/* Reads the records of a message, once.  0, or errno. */
static int read_records(const struct load *load, struct wire_in *in,
                        struct arrival *list, uint32_t *n_list)
{
    bool *is_back = arena_zero(in->arena, load->n, sizeof *is_back);
    size_t n_back = 0;
    int rc;
    if (!is_back) return ENOMEM;
    for (*n_list = 0;; ++*n_list) {
        struct arrival *x = &list[*n_list];
        *x = (struct arrival){ .record.arena = in->arena };
        rc = wire_get(in, (const wq_record *const *)load->records,
                      (uint32_t)load->n, &x->record, &x->of, &x->flags);
        if (rc < 0) return errno;
        if (rc == 0) return n_back == load->n ? 0 : EBADMSG;
        if (!may_arrive(load, x, is_back)) return EBADMSG;
        n_back += !(x->flags & WIRE_CHILD);
    }
}

/* Reads all that came back from a copy of it, before anything is changed.  0, or
 * EBADMSG, ENOMEM, ENOSPC: it brings more names than there may be. */
static int read_answer(struct trip *t, const struct load *load, const char *p,
                       size_t n, struct arrival **list, uint32_t *n_list)
{
    struct arena *a = &t->batch->arena;
    struct wire_in in;
    if (wire_open(&in, p, n, t->iso->known, a) < 0) return errno;
    *list = arena_zero(a, (size_t)in.n_records + 1, sizeof **list);
    if (!*list) return ENOMEM;
    int why = read_records(load, &in, *list, n_list);
    if (why) return why;
    int were_new = wire_intern(&in);
    if (were_new < 0) return errno;
    return were_new ? read_records(load, &in, *list, n_list) : 0;
}

/* Gives the record that was sent what came back of it; a child is a new one. */
static wq_record *arrive(struct trip *t, const struct load *load,
                         struct arrival *x)
{
    wq_record *sent = load->records[x->of], *r = sent;
    if (x->flags & WIRE_CHILD) {
        r = rec_new(&t->batch->arena);
        if (!r) return NULL;
        r->origin = sent->origin;
        r->parent = sent;
        r->is_emitted = true;
        t->batch->n_emitted++;
    }
    const wq_record *from = &x->record;
    r->fields = from->fields;
    r->n_fields = from->n_fields;
    r->cap_fields = from->cap_fields;
    r->layers = from->layers;
    r->n_layers = from->n_layers;
    r->cap_layers = from->cap_layers;
    r->removed = from->removed;
    r->n_removed = from->n_removed;
    r->cap_removed = from->cap_removed;
    r->replaced = from->replaced;
    r->n_children = from->n_children;
    r->verdict = from->verdict;
    r->stage = from->stage;
    r->reason = from->reason;
    r->message = from->message;
    return r;
}

static int push_load(struct trip *t, struct load load)
{
    if (load.n == 0) return 0;
    if (t->n_loads == t->cap_loads) {
        size_t more = t->cap_loads ? t->cap_loads * 2 : 16;
        struct load *fresh = reallocarray(t->loads, more, sizeof *fresh);
        if (!fresh) return -1;
        t->loads = fresh;
        t->cap_loads = more;
    }
    t->loads[t->n_loads++] = load;
    return 0;
}

/* Records that have been through load's stages go on with those behind, or are
 * through. */
static int go_on(struct trip *t, const struct load *load, wq_record **kept,
                 size_t n)
{
    struct batch *b = t->batch;
    bool is_suspect = load->suspect == load->until;
    uint32_t until = is_suspect ? load->until + 1 : t->to;
    if (load->until < t->to)
        return push_load(t, (struct load){ kept, n, load->until, until,
                                           NO_STAGE, is_suspect, false });
    for (size_t i = 0; i < n; i++)
        if (batch_push(&b->records, &b->n_records, &b->cap_records, kept[i]) < 0)
            return -1;
    return 0;
}

static int take_answer(struct trip *t, const struct load *load,
                       struct arrival *list, uint32_t n, const uint64_t *counts)
{
    struct batch *b = t->batch;
    wq_record **kept = arena_array(&b->arena, n, sizeof *kept);
    size_t n_kept = 0;
    if (!kept) return -1;
    for (uint32_t i = 0; i < n; i++) {
        wq_record *r = arrive(t, load, &list[i]);
        if (!r) return -1;
        if (!(list[i].flags & WIRE_GONE)) kept[n_kept++] = r;
        else if (batch_push(&b->gone, &b->n_gone, &b->cap_gone, r) < 0) return -1;
    }
    for (uint32_t i = load->from; i < load->until; i++)
        stage_stats_add(&t->stages[i].stats[t->worker], t->stages[i].desc,
                        counts + t->iso->counts[i]);
    return go_on(t, load, kept, n_kept);
}

/* Its answer, copied before it is looked at.  0, or as read_answer. */
static int take_copy(struct trip *t, const struct load *load, size_t n)
{
    const struct isolate *iso = t->iso;
    size_t counts = iso->counts[iso->plan->n_stages] * sizeof(uint64_t);
    struct arrival *list = NULL;
    uint32_t n_list = 0;
    if (n > t->lane->answer_room) return EBADMSG;
    char *copy = arena_copy(&t->batch->arena, t->lane->answer, counts + n);
    if (!copy) return ENOMEM;
    int why = read_answer(t, load, copy + counts, n, &list, &n_list);
    if (why) return why;
    return take_answer(t, load, list, n_list, (const uint64_t *)(void *)copy) < 0
               ? ENOMEM : 0;
}

/* The process has done it. */
static enum outcome done(struct trip *t, const struct load *load,
                         struct mishap_of *m, struct err *e)
{
    int why = take_copy(t, load, t->lane->page->answer_bytes);
    if (why == 0) return WENT_WELL;
    if (why == ENOMEM) return err_no_memory(e), NO_MORE;
    if (lane_kill(t->iso, t->worker, e) < 0) return NO_MORE;
    if (why == ENOSPC)
        return wrong(m, REASON_OUT_OF_MEMORY, "there is no room for new names");
    return wrong(m, REASON_CRASHED, "it left damaged memory behind");
}

static enum outcome ask(struct trip *t, const struct load *load,
                        struct mishap_of *m, struct err *e)
{
    struct lane_page *page = t->lane->page;
    char what[64];
    int status;
    int64_t limit = 0;
    if (put_load(t, load) < 0)
        return wrong(m, REASON_OUT_OF_MEMORY, "it is too large to be handed over");
    enum lane_end end = lane_ask(t->iso, t->worker, &status, &limit, e);
    host_leave(); /* what it had us wait at */
    switch (end) {
    case LANE_ENDED: break;
    case LANE_BROKEN: return NO_MORE;
    case LANE_KILLED: return killed(m, status);
    case LANE_LATE:
        text_format(what, sizeof what, "it took longer than %lld ms",
                    (long long)limit);
        return wrong(m, REASON_TIMED_OUT, what);
    }
    switch ((enum lane_answer)page->answer) {
    case LANE_DONE: return done(t, load, m, e);
    case LANE_FAILED: return take_err(page, e), NO_MORE;
    case LANE_NONSENSE: return wrong(m, REASON_NONSENSE, page->fault);
    case LANE_NO_MEMORY:
        /* What others have left there must not be this one's fault. */
        if (lane_kill(t->iso, t->worker, e) < 0) return NO_MORE;
        return wrong(m, REASON_OUT_OF_MEMORY, "memory_limit");
    }
    if (lane_kill(t->iso, t->worker, e) < 0) return NO_MORE;
    return wrong(m, REASON_CRASHED, "it left damaged memory behind");
}

/* ---- what went wrong ---- */

/* Has the process of the lane been given nothing but this load's one record? */
static bool is_clean(const struct lane *l, const struct load *load)
{
    return l->n_asked == 0 || (load->n == 1 && l->only == load->records[0]);
}

/* Which of the records the process touched last; load->n: it cannot be told. */
static size_t touched(const struct lane *l, const struct load *load)
{
    uintptr_t first = atomic_load(&l->page->records);
    uintptr_t at = (uintptr_t)atomic_load(&l->page->now.record);
    if (!first || at < first || (at - first) % sizeof(wq_record)) return load->n;
    size_t i = (at - first) / sizeof(wq_record);
    return i < load->n ? i : load->n;
}

/* One record that may be the one, up to the stage that may be it. */
static struct load narrow(const struct lane *l, const struct load *load,
                          size_t i)
{
    uint32_t at = atomic_load(&l->page->stage);
    struct load one = { load->records + i, 1, load->from, load->from + 1,
                        NO_STAGE, true, false };
    if (at > load->from && at < load->until) one.until = one.suspect = at;
    return one;
}

/* Cuts a load of many records; the first of the parts goes on top. */
static int cut(struct trip *t, const struct load *load)
{
    size_t i = load->is_cut ? load->n : touched(t->lane, load);
    bool is_hint = i < load->n;
    size_t end = is_hint ? i : load->n / 2, begin = is_hint ? i + 1 : end;
    struct load before = *load, behind = *load;
    before.n = end;
    behind.records += begin;
    behind.n -= begin;
    before.is_cut = behind.is_cut = is_hint;
    if (push_load(t, behind) < 0
        || (is_hint && push_load(t, narrow(t->lane, load, i)) < 0))
        return -1;
    return push_load(t, before);
}

/* This is the record, and this the stage. */
static int set_aside(struct trip *t, const struct load *load,
                     const struct mishap_of *m, struct err *e)
{
    struct batch *b = t->batch;
    int rc = stage_set_aside(&t->stages[load->from], t->worker, b,
                             load->records[0], m->why, m->what, e);
    if (rc <= 0) return rc;
    b->n_records--; /* it stays, and is not through yet */
    return go_on(t, load, load->records, 1) < 0 ? err_no_memory(e) : 0;
}

/* The load on top.  0, or -1 with e filled: the run ends. */
static int step(struct trip *t, struct err *e)
{
    struct lane *l = t->lane;
    struct load load = t->loads[--t->n_loads];
    struct mishap_of m;
    if (load.is_alone && !is_clean(l, &load)
        && lane_kill(t->iso, t->worker, e) < 0)
        return -1;
    bool was_clean = is_clean(l, &load);
    enum outcome outcome = ask(t, &load, &m, e);
    l->only = was_clean && l->n_asked && load.n == 1 ? load.records[0] : NULL;
    if (outcome == NO_MORE) return -1;
    if (outcome == WENT_WELL) return 0;
    int rc;
    if (load.n > 1) {
        rc = cut(t, &load);
    } else if (load.until - load.from > 1) {
        rc = push_load(t, narrow(l, &load, 0));
    } else if (!was_clean) {
        load.is_alone = true;
        rc = push_load(t, load);
    } else {
        return set_aside(t, &load, &m, e);
    }
    return rc < 0 ? err_no_memory(e) : 0;
}

/* Those that left go in the order in which they would have, had no load been cut:
 * by stage. */
static int sort_gone(struct trip *t, size_t before)
{
    struct batch *b = t->batch;
    size_t n = b->n_gone - before, k = 0;
    wq_record **sorted = arena_array(&b->arena, n, sizeof *sorted);
    if (!sorted) return -1;
    for (uint32_t stage = t->from; stage < t->to; stage++)
        for (size_t i = before; i < b->n_gone; i++)
            if (b->gone[i]->stage == stage) sorted[k++] = b->gone[i];
    if (n) memcpy(b->gone + before, sorted, n * sizeof *sorted);
    return 0;
}

int isolate_run(struct isolate *iso, struct stage *stages, size_t worker,
                uint32_t from, uint32_t to, struct batch *b, struct err *e)
{
    size_t n = b->n_records, gone = b->n_gone;
    if (n == 0) return 0;
    struct trip t = { .iso = iso, .lane = &iso->lanes[worker], .worker = worker,
                      .stages = stages, .batch = b, .from = from, .to = to };
    wq_record **all = arena_copy(&b->arena, b->records, n * sizeof *all);
    if (!all || push_load(&t, (struct load){ all, n, from, to, NO_STAGE,
                                             false, false }) < 0)
        return err_no_memory(e);
    b->n_records = 0;
    int rc = 0;
    while (rc == 0 && t.n_loads) rc = step(&t, e);
    if (rc == 0 && sort_gone(&t, gone) < 0) rc = err_no_memory(e);
    free(t.loads);
    lane_shrink(t.lane);
    return rc;
}
