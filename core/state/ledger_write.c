/* ledger_write.c - what changes in the ledger, each call one transaction. */
#include "state/ledger_sql.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- forgetting ---- */

int ledger_forget(struct ledger *l, const char *path, uint64_t *n,
                  struct err *e)
{
    if (RUN(l, FORGET, e, T(path)) < 0) return -1;
    *n = (uint64_t)sqlite3_changes64(l->db);
    return 0;
}

int ledger_forget_stage(struct ledger *l, const char *stage, const char *dir,
                        uint64_t *n, struct err *e)
{
    if (sql_run(l, BEGIN, NULL, 0, e) < 0) return -1;
    int rc = RUN(l, DROP_FILES, e, T(stage), T(dir)) < 0
                     || RUN(l, DROP_STAGE, e, T(stage)) < 0 ? -1 : 0;
    *n = (uint64_t)sqlite3_changes64(l->db);
    return sql_end(l, rc, e);
}

/* ---- a run ---- */

int ledger_begin(struct ledger *l, const char *const *asides, size_t n,
                 struct err *e)
{
    if (sql_run(l, BEGIN, NULL, 0, e) < 0) return -1;
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = RUN(l, ADD_UNFINISHED, e, T(asides[i]), T(NULL));
    return sql_end(l, rc, e);
}

/* "2026-11-21T17:00:00Z" */
static const char *when(int64_t ms, char out[32])
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    if (!gmtime_r(&t, &tm) || !strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
        out[0] = '\0';
    return out;
}

static int add_run(struct ledger *l, const struct ledger_run *r, struct err *e)
{
    char began[32], ended[32];
    return RUN(l, ADD_RUN, e, I(r->run), T(when(r->began, began)),
               T(when(r->ended, ended)), T(r->pipeline), T(r->stopped),
               I(r->in), I(r->emitted), I(r->out), I(r->dropped),
               I(r->rejected), I(r->bytes_in), I(r->bytes_out), I(r->is_held),
               I(r->is_replay));
}

static int add_input(struct ledger *l, uint64_t number,
                     const struct ledger_input *i, struct err *e)
{
    const struct mark *m = &i->mark;
    return RUN(l, ADD_INPUT, e, I(number), T(i->path),
               T(ledger_kinds[m->kind]), I(m->n), I(m->head_n), T(m->head),
               T(m->tail), T(m->first), T(m->last), I(i->byte), I(i->line),
               I(i->is_damaged ? LEDGER_DAMAGED : i->is_through), I(i->device),
               I(i->inode), I(i->modified));
}

static int add_unfinished(struct ledger *l, const struct commit *c,
                          const struct ledger_file *f, struct err *e)
{
    char *held = NULL;
    bool is_output = f->target && strcmp(f->kind, "segment") != 0;
    if (c->run.is_held && is_output && asprintf(&held, "%s.held", f->target) < 0)
        return err_no_memory(e);
    int rc = RUN(l, ADD_UNFINISHED, e, T(f->aside), T(held ? held : f->target));
    free(held);
    return rc;
}

static int add_files(struct ledger *l, const struct commit *c, struct err *e)
{
    for (size_t i = 0; i < c->n_files; i++) {
        const struct ledger_file *f = &c->files[i];
        /* What a held run would end lives on until it is accepted. */
        bool lives_on = c->run.is_held && strcmp(f->kind, "retired") == 0;
        if (!lives_on && add_unfinished(l, c, f, e) < 0) return -1;
        if (f->target && strcmp(f->kind, "segment") != 0
            && RUN(l, ADD_OUTPUT, e, I(c->run.run), T(f->kind), T(f->target),
                   I(f->bytes)) < 0)
            return -1;
    }
    return 0;
}

static int add_segments(struct ledger *l, const struct commit *c, struct err *e)
{
    for (size_t i = 0; i < c->n_retired; i++)
        if ((c->run.is_held
                 ? RUN(l, END_SEGMENT, e, T(c->retired[i]), I(c->run.run))
                 : RUN(l, DROP_SEGMENT, e, T(c->retired[i])))
            < 0)
            return -1;
    for (size_t i = 0; i < c->n_segments; i++) {
        const struct ledger_segment *s = &c->segments[i];
        if (RUN(l, ADD_SEGMENT, e, T(s->name), I(c->run.run), T(s->stage),
                T(s->key), T(s->format), T(s->digest), I(s->bytes),
                T(s->hash)) < 0)
            return -1;
    }
    return 0;
}

static int add_all(struct ledger *l, const struct commit *c, struct err *e)
{
    /* What else the run noted at its begin was never made. */
    if (sql_run(l, FINISHED, NULL, 0, e) < 0 || add_run(l, &c->run, e) < 0
        || add_files(l, c, e) < 0 || add_segments(l, c, e) < 0)
        return -1;
    for (size_t i = 0; i < c->inputs.n; i++)
        if (add_input(l, c->run.run, &c->inputs.list[i], e) < 0) return -1;
    for (size_t i = 0; i < c->n_counters; i++)
        if (RUN(l, ADD_COUNTER, e, I(c->run.run), T(c->counters[i].stage),
                T(c->counters[i].name), I(c->counters[i].value)) < 0)
            return -1;
    return 0;
}

int ledger_commit(struct ledger *l, const struct commit *c, struct err *e)
{
    if (sql_run(l, BEGIN, NULL, 0, e) < 0) return -1;
    return sql_end(l, add_all(l, c, e), e);
}

/* ---- a held run ---- */

/* Does statements about the held run, as one transaction. */
static int end_held(struct ledger *l, const enum query *steps, size_t n,
                    uint64_t number, const char *dir, struct err *e)
{
    if (sql_run(l, BEGIN, NULL, 0, e) < 0) return -1;
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = RUN(l, steps[i], e, I(number), T(dir));
    return sql_end(l, rc, e);
}

int ledger_accept(struct ledger *l, uint64_t number, const char *dir,
                  struct err *e)
{
    static const enum query steps[] = { SHOW_HELD, DROP_ENDED_FILES, DROP_ENDED,
                                        ACCEPT };
    return end_held(l, steps, WQ_LEN(steps), number, dir, e);
}

int ledger_discard(struct ledger *l, uint64_t number, const char *dir,
                   struct err *e)
{
    static const enum query steps[] = {
        DROP_HELD, DROP_HELD_SEGMENTS, NOT_ENDED, FORGET_SEGMENTS,
        FORGET_INPUTS, FORGET_COUNTERS, FORGET_OUTPUTS, FORGET_RUN };
    return end_held(l, steps, WQ_LEN(steps), number, dir, e);
}

int ledger_finished(struct ledger *l, struct err *e)
{
    return sql_run(l, FINISHED, NULL, 0, e);
}
