/* schedule.c - who does what when.
 *
 *             +- parallel -+   +- serial -+   +- parallel -+   +- serial -+
 *   read ---> | waiting    |-->| waiting  |-->| waiting    |-->| waiting  |-->
 *   (serial)  +------------+   +----------+   +------------+   +----------+
 *
 * A worker takes the work nearest to the end: that empties the window first.
 * A serial step takes only the batch whose number is next, so batches pass it
 * in stream order whoever overtook whom before.  There is always work for
 * somebody: of the batches in the window, the one with the lowest number waits
 * for no other.  One lock is enough: a batch is some hundred kilobytes of text,
 * a millisecond or more of work, and takes the lock a dozen times. */
#include "run/internal.h"
#include <stdlib.h>

static void enqueue(struct step *step, struct batch *b)
{
    struct batch **at = &step->waiting;
    while (*at && (*at)->seq < b->seq) at = &(*at)->next;
    b->next = *at;
    *at = b;
}

static bool is_ready(const struct step *s)
{
    return s->waiting
           && (!s->is_serial
               || (!s->is_busy && s->waiting->seq == s->next_seq));
}

static bool can_read(const struct run *r)
{
    if (r->is_reading || r->is_ended) return false;
    return r->n_active == 0
           || (r->n_active < r->window && r->bytes < r->max_bytes);
}

/* A batch and the step to do on it (NULL: read into it), under the lock.
 * NULL: nothing to do now. */
static struct batch *take(struct run *r, struct step **step)
{
    for (size_t i = r->n_steps; i-- > 0;) {
        struct step *s = &r->steps[i];
        if (!is_ready(s)) continue;
        struct batch *b = s->waiting;
        s->waiting = b->next;
        s->is_busy = s->is_serial;
        *step = s;
        return b;
    }
    *step = NULL;
    if (!can_read(r)) return NULL;
    struct batch *b = r->free;
    if (b) r->free = b->next;
    else if (!(b = calloc(1, sizeof *b))) {
        r->has_failed = true;
        err_no_memory(&r->err);
        return NULL;
    }
    r->is_reading = true;
    r->n_active++;
    return b;
}

/* What a batch has grown to. */
static void account(struct run *r, struct batch *b)
{
    size_t bytes = batch_bytes(b);
    r->bytes += bytes - b->counted_bytes;
    b->counted_bytes = bytes;
}

static void after_read(struct run *r, struct batch *b, int more)
{
    r->is_reading = false;
    b->seq = r->next_seq++;
    if (!more) r->is_ended = b->is_last = true;
    r->seen.bytes = reader_bytes(r->reader);
    account(r, b);
    enqueue(&r->steps[0], b);
}

static void after_step(struct run *r, struct step *s, struct batch *b)
{
    if (s->is_serial) {
        s->is_busy = false;
        s->next_seq++;
    }
    if (s + 1 < r->steps + r->n_steps) {
        account(r, b);
        enqueue(s + 1, b);
        return;
    }
    /* Only the batch that has just been written changes the totals. */
    r->seen.in = r->result->in;
    r->seen.out = r->result->out;
    r->seen.dropped = r->result->dropped;
    batch_reset(b);
    r->bytes -= b->counted_bytes;
    b->counted_bytes = 0;
    r->n_active--;
    b->next = r->free;
    r->free = b;
}

static void work(struct worker *w)
{
    struct run *r = w->run;
    pthread_mutex_lock(&r->lock);
    while (!r->has_failed && !(r->is_ended && r->n_active == 0)) {
        struct step *step;
        struct batch *b = take(r, &step);
        if (!b) {
            if (!r->has_failed) pthread_cond_wait(&r->changed, &r->lock);
            continue;
        }
        pthread_mutex_unlock(&r->lock);
        struct err e = { 0 };
        int rc = step ? work_step(r, w, step, b, &e)
                      : work_read(r, w, b, &e);
        pthread_mutex_lock(&r->lock);
        if (rc < 0) {
            if (!r->has_failed) r->err = e;
            r->has_failed = true;
            batch_free(b);
        } else if (step) {
            after_step(r, step, b);
        } else {
            after_read(r, b, rc);
        }
        pthread_cond_broadcast(&r->changed);
    }
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static void *thread_main(void *arg)
{
    struct worker *w = arg;
    if (watch_thread(w->now) == 0) work(w);
    watch_thread_end();
    return NULL;
}

static void free_batches(struct batch *b)
{
    while (b) {
        struct batch *next = b->next;
        batch_free(b);
        b = next;
    }
}

int schedule(struct run *r)
{
    /* The main thread is worker 0.  Should a thread not start, the others do
     * its work. */
    size_t started = 1;
    for (; started < r->n_workers; started++)
        if (pthread_create(&r->workers[started].thread, NULL, thread_main,
                           &r->workers[started])
            != 0)
            break;
    work(&r->workers[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(r->workers[i].thread, NULL);
    for (size_t i = 0; i < r->n_steps; i++) free_batches(r->steps[i].waiting);
    free_batches(r->free);
    if (!r->has_failed && !(r->is_ended && r->n_active == 0)) {
        r->has_failed = true;
        err_no_memory(&r->err);
    }
    return r->has_failed ? -1 : 0;
}
