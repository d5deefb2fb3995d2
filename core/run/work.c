/* work.c - what a worker does to a batch in each step. */
#include "base/hash.h"
#include "base/names.h"
#include "run/gone.h"
#include "run/internal.h"
#include "run/notes.h"
#include <errno.h>
#include <unistd.h>

/* ---- read, decode ---- */

int work_read(struct run *run, struct worker *w, struct batch *b, struct err *e)
{
    if (watch_why(run->watch)) reader_stop(run->reader);
    return reader_next(run->reader, w->index, b, e);
}

/* The hash by which ids are told apart: of the text, or of the number. */
static uint64_t id_hash(const wq_record *r, wq_key id)
{
    wq_value v;
    rec_get_value(r, id, &v);
    if (v.type == WQ_V_STR || v.type == WQ_V_NUMBER)
        return hash64(v.u.s.p, v.u.s.n);
    return hash64(&v.u.i, sizeof v.u.i);
}

/* Ids, and what is counted of records as they come in. */
static int look_over(struct batch *b)
{
    wq_key id = names_intern_own(str("id")),
           text = names_intern_own(str("text"));
    b->ids = arena_array(&b->arena, b->n_records, sizeof *b->ids);
    if (!b->ids) return -1;
    for (size_t i = 0; i < b->n_records; i++) {
        wq_record *r = b->records[i];
        char made[MADE_ID];
        wq_str s;
        if (batch_made_id(r, r->origin.piece, made)
            && rec_set(r, id, str(made)) < 0)
            return -1;
        b->ids[i] = id_hash(r, id);
        b->n_empty += !rec_get(r, text, &s) || s.n == 0;
    }
    b->n_ids = b->n_records;
    b->n_in += b->n_records;
    return 0;
}

static int decode(struct run *run, struct worker *w, struct batch *b,
                  struct err *e)
{
    if (run->options->is_replay
        && replay_unwrap(&run->replay, w->index, b, e) < 0)
        return -1;
    for (size_t i = 0; i < b->n_pieces; i++) {
        const struct piece *p = &b->pieces[i];
        if (!p->bad) {
            if (codec_decode(p->file->codec, w->index, b, p, e) < 0) return -1;
            continue;
        }
        wq_str raw = { p->n ? b->raw.p + p->at : NULL, p->n };
        if (!host_bad_record(b, p, raw, p->bad, p->message))
            return err_no_memory(e);
        b->n_in++;
    }
    for (size_t i = 0; i < b->n_records; i++)
        if (b->records[i]->fault)
            return err_set(e, EX_INTERNAL, "the reader of %s %s",
                           piece_name(b->records[i]->origin.piece),
                           b->records[i]->fault);
    return look_over(b) < 0 ? err_no_memory(e) : 0;
}

/* ---- encode ---- */

static int encode(struct run *run, struct worker *w, struct batch *b,
                  struct err *e)
{
    const struct run_options *o = run->options;
    for (size_t i = 0; o->each && i < b->n_records; i++)
        if (o->each(o->each_to, b->records[i]) < 0) return err_no_memory(e);
    /* Before `dropped` is set on what left. */
    if (o->verbose && notes_write(b, run->stages) < 0) return err_no_memory(e);
    b->n_out = b->n_records;
    if (fan_encode(run->out.fan, &run->output, w->index, b, b->records,
                   b->n_records, &b->out, &b->out_spread, e) < 0
        || gone_encode(b, run->stages, &run->dead_letters, w->index, e) < 0)
        return -1;
    if (!run->out.fan && sink_pack(&run->out, &b->out, e) < 0) return -1;
    return run->dropped.fan ? 0 : sink_pack(&run->dropped, &b->dropped, e);
}

/* ---- many files: gather, pack ---- */

static int gather(struct run *run, struct batch *b, struct err *e)
{
    struct fan *out = run->out.fan, *dropped = run->dropped.fan;
    if (out && fan_gather(out, &b->out, &b->out_spread, b->is_last, e) < 0)
        return -1;
    return dropped ? fan_gather(dropped, &b->dropped, &b->dropped_spread,
                                b->is_last, e)
                   : 0;
}

static int pack_frames(const struct run *run, struct batch *b, struct err *e)
{
    const struct fan *out = run->out.fan, *dropped = run->dropped.fan;
    if (out && fan_pack(out, &b->out_spread, e) < 0) return -1;
    return dropped ? fan_pack(dropped, &b->dropped_spread, e) : 0;
}

/* ---- write ---- */

static int write_rejects(struct run *run, struct batch *b, struct err *e)
{
    if (b->rejects.n == 0) return 0;
    bool is_open = run->rejects.fd >= 0 || run->rejects.memory;
    if (!is_open && sink_open(&run->rejects, run->rejects_path, run->tag, e) < 0)
        return -1;
    if (sink_pack(&run->rejects, &b->rejects, e) < 0) return -1;
    return sink_write(&run->rejects, &b->rejects, e);
}

static void count(struct run *run, const struct batch *b)
{
    struct run_result *t = run->result;
    t->in += b->n_in;
    t->out += b->n_out;
    t->emitted += b->n_emitted;
    t->empty_texts += b->n_empty;
    for (size_t i = 0; i < b->n_gone; i++) {
        if (b->gone[i]->verdict == WQ_DROP) t->dropped++;
        else t->rejected++;
    }
    for (size_t i = 0; i < b->n_ids; i++)
        t->equal_ids += ids_seen(&run->ids, b->ids[i]);
}

static int write_to(struct sink *s, const struct buf *b, struct spread *spread,
                    struct err *e)
{
    return s->fan ? fan_write(s->fan, spread, e) : sink_write(s, b, e);
}

static int write_out(struct run *run, struct batch *b, struct err *e)
{
    if (write_to(&run->out, &b->out, &b->out_spread, e) < 0
        || (run->dead_letters.want_dropped
            && write_to(&run->dropped, &b->dropped, &b->dropped_spread, e) < 0)
        || write_rejects(run, b, e) < 0)
        return -1;
    for (size_t done = 0; done < b->notes.n;) {
        ssize_t n = write(STDERR_FILENO, b->notes.p + done, b->notes.n - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break; /* notes are for people; the run does not hang on them */
        done += (size_t)n;
    }
    count(run, b);
    return 0;
}

/* ---- any step ---- */

/* Pure stages; those in a row that are isolated make one trip. */
static int run_pure(struct run *run, struct worker *w, const struct step *step,
                    struct batch *b, struct err *e)
{
    const struct plan_stage *stages = run->plan->stages;
    for (uint32_t i = step->from, end; i < step->to; i = end) {
        bool is_apart = isolate_has(&stages[i]);
        end = i + 1;
        while (is_apart && end < step->to && isolate_has(&stages[end])) end++;
        int rc = is_apart ? isolate_run(run->isolate, run->stages, w->index, i,
                                        end, b, e)
                          : stage_run(&run->stages[i], w->index, b, &w->scratch,
                                      e);
        if (rc < 0) return -1;
    }
    return 0;
}

int work_step(struct run *run, struct worker *w, const struct step *step,
              struct batch *b, struct err *e)
{
    if (step->writes) return write_out(run, b, e);
    if (step->gathers) return gather(run, b, e);
    if (step->packs) return pack_frames(run, b, e);
    if (step->is_serial) {
        struct stage *s = &run->stages[step->from];
        if (stage_run(s, w->index, b, &w->scratch, e) < 0) return -1;
        return b->is_last ? stage_flush(s, w->index, b, &w->scratch, e) : 0;
    }
    if (step->decodes && decode(run, w, b, e) < 0) return -1;
    if (run_pure(run, w, step, b, e) < 0) return -1;
    if (step->prepares
        && stage_prepare(&run->stages[step->to], w->index, b, e) < 0)
        return -1;
    return step->encodes ? encode(run, w, b, e) : 0;
}
