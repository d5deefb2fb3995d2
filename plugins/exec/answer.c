/* answer.c - what comes back from a program: whose it is, and what it changes.
 * The rules are at the head of exec.c. */
#include "equal.h"
#include "exchange.h"
#include <stdio.h>
#include <string.h>

/* Before a program is given up: lines in a row that answer nothing (a batch is
 * 256 KiB, some hundred articles: hundreds of lines about each), and bytes of
 * one line beyond all that was sent. */
enum { MAX_NOISE = 100000 };
#define MAX_LINE WQ_MAX_FIELD

/* Bytes of `s`, at most `max`, that end between code points. */
static int head(wq_str s, size_t max)
{
    size_t n = s.n < max ? s.n : max;
    while (n && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80) n--;
    return (int)n;
}

static void answered(struct exchange *x, size_t i)
{
    x->is_answered[i] = 1;
    x->n_answered++;
    while (x->oldest < x->n && x->is_answered[x->oldest]) x->oldest++;
}

void reject(struct exchange *x, size_t i, uint32_t reason, const char *message)
{
    x->verdicts[i] = WQ_REJECT;
    x->self->shared->host->set_reason(x->ctx, i, reason, "%s", message);
    if (!x->is_answered[i]) answered(x, i);
}

/* The record an answer belongs to; n: none. */
static size_t match(struct exchange *x, const wq_record *answer)
{
    const struct exec *shared = x->self->shared;
    wq_value v, own;
    if (shared->host->get_value(answer, shared->key_seq, &v)) {
        int64_t i = v.type == WQ_V_INT && v.u.i >= x->first_seq
                        ? v.u.i - x->first_seq : -1;
        int is_ours = i >= 0 && (uint64_t)i < x->n && !x->is_answered[i];
        return is_ours ? (size_t)i : x->n;
    }
    if (shared->host->get_value(answer, shared->key_id, &v)) {
        for (size_t i = x->oldest; i < x->n; i++)
            if (!x->is_answered[i]
                && shared->host->get_value(x->records[i], shared->key_id, &own)
                && values_equal(&v, &own))
                return i;
        return x->n;
    }
    if (x->oldest == x->n) return x->n;
    if (x->self->is_used) { /* one too many of an earlier batch, perhaps */
        x->heard.is_unsure = 1;
        return x->n;
    }
    if (x->heard.n_bad) return x->n;
    x->heard.by_order = 1;
    return x->oldest;
}

static int was_cut(const wq_host *host, const wq_record *record, wq_key field)
{
    const wq_removed *list;
    size_t n = host->removed(record, &list);
    for (size_t i = 0; i < n; i++)
        if (list[i].field == field) return 1;
    return 0;
}

/* Layers that are new and lie over a text that both sides know. */
static int take_layers(struct exchange *x, wq_record *record,
                       const wq_record *answer)
{
    const struct exec *shared = x->self->shared;
    const wq_host *host = shared->host;
    wq_key name, over;
    wq_layer layer, own;
    for (size_t i = 0; host->layer_at(answer, i, &name, &over, &layer); i++) {
        wq_str theirs, ours;
        host->get(answer, over, &theirs);
        int knows = host->get(record, over, &ours) && ours.n == theirs.n
                    && (ours.n == 0 || memcmp(ours.p, theirs.p, ours.n) == 0);
        if (!knows || host->layer(record, name, &own)) continue;
        if (host->set_layer(record, name, over, &layer) < 0) return -1;
    }
    return 0;
}

/* Gives record i what its answer says.  0, or -1. */
static int apply(struct exchange *x, size_t i, const wq_record *answer)
{
    const struct exec *shared = x->self->shared;
    const wq_host *host = shared->host;
    wq_record *record = x->records[i];
    const wq_field *fields;
    size_t n = host->fields(answer, &fields);
    wq_value own, drop;
    wq_layer layer;
    if (host->get_value(answer, shared->key_drop, &drop)
        && drop.type == WQ_V_STR
        && !(host->get_value(record, shared->key_drop, &own)
             && values_equal(&own, &drop))) { /* a field, as it was sent */
        x->verdicts[i] = WQ_DROP;
        host->set_reason(x->ctx, i, R_PROGRAM, "%.*s",
                         head(drop.u.s, 200), drop.u.s.n ? drop.u.s.p : "");
        return 0;
    }
    /* All of the answer, or nothing of it. */
    for (size_t k = 0; k < n; k++) {
        wq_str name = host->name(fields[k].key);
        if (!was_cut(host, record, fields[k].key)
            || (host->get_value(record, fields[k].key, &own)
                && values_equal(&own, &fields[k].value)))
            continue;
        char text[160];
        snprintf(text, sizeof text, "it changes \"%.*s\", from which text was "
                 "removed", head(name, 64), name.p);
        reject(x, i, R_BAD_ANSWER, text);
        return 0;
    }
    for (size_t k = 0; k < n; k++) {
        wq_key key = fields[k].key;
        if (key == shared->key_seq || host->layer(record, key, &layer)
            || (host->get_value(record, key, &own)
                && values_equal(&own, &fields[k].value)))
            continue;
        if (host->set_value(record, key, &fields[k].value) < 0) return -1;
        host->add(x->ctx, C_CHANGED, 1);
    }
    return take_layers(x, record, answer);
}

/* A line that answers nothing. */
static void hear_noise(struct exchange *x)
{
    if (++x->heard.n_noise > MAX_NOISE)
        x->heard.why_flood = "the program wrote 100000 lines in a row that are "
                             "no answer";
}

/* One line that came back; wq_formats.decode's each.  What fails is kept in
 * `heard`: the host knows a better name for it than "each said no". */
static int take_answer(void *to, wq_record *answer, const char *why)
{
    struct exchange *x = to;
    struct heard *heard = &x->heard;
    if (heard->has_failed || heard->is_unsure || heard->why_flood) return 0;
    heard->n_lines++;
    if (!answer) {
        wq_str text = { why, strlen(why) };
        if (heard->n_bad++ == 0)
            snprintf(heard->why_bad, sizeof heard->why_bad, "%.*s",
                     head(text, sizeof heard->why_bad - 1), why);
        hear_noise(x);
        return 0;
    }
    size_t i = match(x, answer);
    if (i == x->n) {
        x->self->shared->host->add(x->ctx, C_STRAY, 1);
        hear_noise(x);
        return 0;
    }
    heard->n_noise = 0;
    answered(x, i);
    if (apply(x, i, answer) < 0) heard->has_failed = 1;
    return 0;
}

int take_answers(struct exchange *x, int at_end)
{
    struct instance *self = x->self;
    struct answers *in = &self->in;
    size_t limit = MAX_LINE + self->out.n, n_new = in->n - self->n_scanned;
    if (n_new == 0 && !at_end) return 0;
    const char *new = n_new ? in->p + self->n_scanned : NULL;
    const char *first = n_new ? memchr(new, '\n', n_new) : NULL;
    const char *last = first ? memrchr(new, '\n', n_new) : NULL;
    self->n_scanned = in->n;
    if ((first ? (size_t)(first - in->p) : in->n) > limit) {
        x->heard.why_flood = "the program wrote a line of more than 64 MiB";
        return 0;
    }
    size_t whole = at_end ? in->n : last ? (size_t)(last + 1 - in->p) : 0;
    if (whole == 0) return 0;
    if (self->shared->formats->decode(x->ctx, "jsonl", in->p, whole,
                                      take_answer, x) < 0
        || x->heard.has_failed)
        return -1;
    memmove(in->p, in->p + whole, in->n - whole);
    self->n_scanned = in->n -= whole;
    return 0;
}
