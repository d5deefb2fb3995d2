/* exec.c - the `exec` stage: any program as a stage, by JSON lines.
 *
 *   batch of records --JSONL--> program --JSONL--> changes
 *
 * Each record goes out as one line, a number `_seq` and its fields.  The
 * program answers each with one line, in any order:
 *
 *   {"_seq":7,"lang":"ar"}          fields that change, or are new
 *   {"_seq":7,"drop":"advert"}      the record is dropped
 *
 * An answer is matched by `_seq`; without one by `id` (the first record with it
 * that has no answer yet); without either by order.  Fields that come back as
 * they were count as unchanged, so that `cat` changes nothing.  With `keep` a
 * program serves many batches and must not hold answers back in a buffer
 * (`sed -u`, `awk` with fflush(), `python -u`: one that does is waited for, and
 * then told that its input has ended); without, it is started for each batch
 * and reads to the end of its input, as filters do.
 *
 * A record without an answer is rejected.  When a program ends or goes silent,
 * the first record it has not answered is blamed, and the others are given to a
 * new one. */
#include "child.h"
#include "equal.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { P_COMMAND, P_DIR, P_KEEP, P_LAYERS, P_TIMEOUT };
static const wq_param params[] = {
    [P_COMMAND] = { .name = "command", .type = WQ_STRING,
                    .flags = WQ_LIST | WQ_REQUIRED,
                    .help = "Program and arguments, run without a shell." },
    [P_DIR] = { .name = "dir", .type = WQ_PATH,
                .help = "Folder to run it in; unset: where warraq was "
                        "started." },
    [P_KEEP] = { .name = "keep", .type = WQ_BOOL, .fallback = "true",
                 .help = "One program for many batches, which must write each "
                         "answer at once; false: one for each batch." },
    [P_LAYERS] = { .name = "layers", .type = WQ_BOOL, .fallback = "false",
                   .help = "Send layers and removed text, too." },
    [P_TIMEOUT] = { .name = "timeout", .type = WQ_DURATION, .fallback = "30s",
                    .min = 1, .max = 864e5,
                    .help = "How long it may neither read nor write while an "
                            "answer is missing." },
};
enum { R_PROGRAM, R_EXITED, R_TIMEOUT, R_BAD_ANSWER, R_NO_ANSWER };
static const wq_reason reasons[] = {
    [R_PROGRAM] = { "program", "the program said drop" },
    [R_EXITED] = { "exited", "the program ended before it answered" },
    [R_TIMEOUT] = { "timeout", "the program did not answer in time" },
    [R_BAD_ANSWER] = { "bad_answer", "the program's answer cannot be used" },
    [R_NO_ANSWER] = { "no_answer", "the program answered others, not this" },
};
enum { C_CHANGED, C_STARTED, C_STRAY };
static const char *const counters[] = {
    [C_CHANGED] = "changed_fields", [C_STARTED] = "programs_started",
    [C_STRAY] = "stray_answers", NULL,
};

/* Programs in a row that ended without one answer before the rest of a batch
 * is given up: the next batch tries again. */
enum { MAX_IDLE = 3 };
enum { GRACE_MS = 2000 }; /* to leave by itself, at the end */

struct exec {
    const wq_host *host;
    const wq_formats *formats;
    wq_key key_seq, key_id, key_drop, key_text;
    char **argv;
    const char *dir;
    int keep, layers, timeout_ms;
};

struct buffer {
    char *p;
    size_t n, cap;
};

/* What one worker has: a program, and what goes to and fro. */
struct instance {
    const struct exec *shared;
    struct child child;
    int is_used; /* it served an earlier batch */
    int64_t next_seq;
    struct buffer out;
    struct answers in;
};

/* A batch being talked about. */
struct exchange {
    struct instance *self;
    wq_ctx *ctx;
    wq_record *const *records;
    size_t n;
    wq_verdict *verdicts;
    int64_t first_seq;  /* of records[0] */
    char *is_answered;
    size_t n_answered;
    size_t oldest;      /* no record before it lacks an answer */
    int is_all_sent;    /* all was sent, and the program told so */
    size_t n_bad;       /* lines that are no answer */
    char why_bad[160];
};

/* ---- settings ------------------------------------------------------------ */

static wq_key intern(const wq_host *host, const char *name)
{
    return host->intern((wq_str){ name, strlen(name) });
}

static void exec_close(void *shared)
{
    struct exec *self = shared;
    free(self->argv);
    free(self);
}

/* Can the program be found?  Names without a slash are looked for in PATH. */
static int can_run(const char *program, const char *dir)
{
    char path[4096];
    const char *from = getenv("PATH");
    if (strchr(program, '/')) {
        const char *base = dir && *program != '/' ? dir : "";
        snprintf(path, sizeof path, "%s%s%s", base, *base ? "/" : "", program);
        return access(path, X_OK) == 0;
    }
    if (!from) from = "/bin:/usr/bin"; /* execvp(3) */
    while (*from) {
        size_t n = strcspn(from, ":");
        snprintf(path, sizeof path, "%.*s%s%s", (int)n, from, n ? "/" : "",
                 program);
        if (access(path, X_OK) == 0) return 1;
        from += n + (from[n] == ':');
    }
    return 0;
}

/* Returns the settings, freed by close, or NULL if memory runs out or a value
 * will not do.  [main] */
static void *exec_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct exec *self = calloc(1, sizeof *self);
    uint32_t n = host->count(config, P_COMMAND);
    if (!self) return NULL;
    *self = (struct exec){
        .host = host, .formats = host->extension("format/1"),
        .key_seq = intern(host, "_seq"), .key_id = intern(host, "id"),
        .key_drop = intern(host, "drop"), .key_text = intern(host, "text"),
        .keep = (int)host->get_int(config, P_KEEP),
        .layers = (int)host->get_int(config, P_LAYERS),
        .timeout_ms = (int)host->get_int(config, P_TIMEOUT),
        .dir = host->get_str(config, P_DIR, 0).p,
    };
    self->argv = calloc((size_t)n + 1, sizeof *self->argv);
    if (!self->argv) goto fail;
    for (uint32_t i = 0; i < n; i++) /* views live as long as the stage */
        self->argv[i] =
            (char *)(uintptr_t)host->get_str(config, P_COMMAND, i).p;
    if (!self->formats) {
        host->error(ctx, "this warraq does not offer \"format/1\"");
        goto fail;
    }
    if (n == 0 || !*self->argv[0]) {
        host->bad_param(config, P_COMMAND, "\"command\" must name a program");
        goto fail;
    }
    if (!can_run(self->argv[0], self->dir)) {
        host->bad_param(config, P_COMMAND,
                        "cannot run \"%s\": there is no such program%s",
                        self->argv[0],
                        strchr(self->argv[0], '/') ? "" : " in PATH");
        goto fail;
    }
    return self;
fail:
    exec_close(self);
    return NULL;
}

static void *exec_start(void *shared, wq_ctx *ctx)
{
    struct instance *self = calloc(1, sizeof *self);
    (void)ctx;
    if (!self) return NULL;
    self->shared = shared;
    self->child = (struct child)CHILD_NONE;
    return self;
}

static void exec_stop(void *instance)
{
    struct instance *self = instance;
    child_end(&self->child, GRACE_MS);
    free(self->out.p);
    free(self->in.p);
    free(self);
}

/* ---- what goes out ------------------------------------------------------- */

static int add_out(void *to, const char *p, size_t n)
{
    struct buffer *b = to;
    if (n > b->cap - b->n) {
        size_t cap = (b->n + n) * 2;
        char *more = realloc(b->p, cap);
        if (!more) return -1;
        b->p = more;
        b->cap = cap;
    }
    memcpy(b->p + b->n, p, n);
    b->n += n;
    return 0;
}

/* The record as it is sent: `_seq`, then its fields.  NULL: no memory. */
static wq_record *to_send(const struct exchange *x, size_t i)
{
    const struct exec *shared = x->self->shared;
    const wq_host *host = shared->host;
    const wq_value seq = { .type = WQ_V_INT,
                           .u.i = x->first_seq + (int64_t)i };
    const wq_field *fields;
    if (shared->layers) {
        wq_record *copy = host->clone(x->ctx, x->records[i]);
        return copy && host->set_value(copy, shared->key_seq, &seq) == 0
                   ? copy : NULL;
    }
    wq_record *copy = host->record_new(x->ctx, (wq_str){ NULL, 0 });
    if (!copy || host->set_value(copy, shared->key_seq, &seq) < 0) return NULL;
    size_t n = host->fields(x->records[i], &fields);
    for (size_t k = 0; k < n; k++)
        if (fields[k].key != shared->key_seq
            && host->set_value(copy, fields[k].key, &fields[k].value) < 0)
            return NULL;
    return copy;
}

/* Writes all records without an answer into the buffer.  0 / -1. */
static int write_records(struct exchange *x)
{
    const struct exec *shared = x->self->shared;
    size_t count = 0;
    wq_record **list = shared->host->scratch(x->ctx, x->n * sizeof *list);
    if (!list) return -1;
    for (size_t i = 0; i < x->n; i++)
        if (!x->is_answered[i] && !(list[count++] = to_send(x, i))) return -1;
    x->self->out.n = 0;
    return shared->formats->encode(x->ctx, "jsonl", list, count, add_out,
                                   &x->self->out);
}

/* ---- what comes back ----------------------------------------------------- */

static void answered(struct exchange *x, size_t i)
{
    x->is_answered[i] = 1;
    x->n_answered++;
    while (x->oldest < x->n && x->is_answered[x->oldest]) x->oldest++;
}

static void reject(struct exchange *x, size_t i, uint32_t reason,
                   const char *message)
{
    x->verdicts[i] = WQ_REJECT;
    x->self->shared->host->set_reason(x->ctx, i, reason, "%s", message);
    if (!x->is_answered[i]) answered(x, i);
}

/* The record an answer belongs to; n: none. */
static size_t match(const struct exchange *x, const wq_record *answer)
{
    const struct exec *shared = x->self->shared;
    wq_value v, own;
    if (shared->host->get_value(answer, shared->key_seq, &v)) {
        int64_t i = v.type == WQ_V_INT ? v.u.i - x->first_seq : -1;
        int is_ours = i >= 0 && (uint64_t)i < x->n && !x->is_answered[i];
        return is_ours ? (size_t)i : x->n;
    }
    if (!shared->host->get_value(answer, shared->key_id, &v)) return x->oldest;
    for (size_t i = x->oldest; i < x->n; i++)
        if (!x->is_answered[i]
            && shared->host->get_value(x->records[i], shared->key_id, &own)
            && values_equal(&v, &own))
            return i;
    return x->n;
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
        && drop.type == WQ_V_STR) {
        int length = drop.u.s.n < 200 ? (int)drop.u.s.n : 200;
        x->verdicts[i] = WQ_DROP;
        host->set_reason(x->ctx, i, R_PROGRAM, "%.*s", length,
                         drop.u.s.n ? drop.u.s.p : "");
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
                 "removed", name.n < 64 ? (int)name.n : 64, name.p);
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

/* One line that came back; wq_formats.decode's each. */
static int take_answer(void *to, wq_record *answer, const char *why)
{
    struct exchange *x = to;
    if (!answer) {
        x->n_bad++;
        snprintf(x->why_bad, sizeof x->why_bad, "%s", why);
        return 0;
    }
    size_t i = match(x, answer);
    if (i == x->n) {
        x->self->shared->host->add(x->ctx, C_STRAY, 1);
        return 0;
    }
    answered(x, i);
    return apply(x, i, answer);
}

/* Reads the whole lines of what came (all of it at the end).  0 / -1. */
static int take_answers(struct exchange *x, int at_end)
{
    struct answers *in = &x->self->in;
    const char *feed = in->n ? memrchr(in->p, '\n', in->n) : NULL;
    size_t whole = at_end ? in->n : feed ? (size_t)(feed + 1 - in->p) : 0;
    if (whole == 0) return 0;
    if (x->self->shared->formats->decode(x->ctx, "jsonl", in->p, whole,
                                         take_answer, x) < 0)
        return -1;
    memmove(in->p, in->p + whole, in->n - whole);
    in->n -= whole;
    return 0;
}

/* ---- the talk ------------------------------------------------------------ */

static void end_input(struct exchange *x)
{
    child_close_input(&x->self->child);
    x->is_all_sent = 1;
}

/* Talks to the program until every record has an answer or none will come:
 * TALK_MOVED, or how it ended.  Bad lines stand for the answers they are not.
 * A program that is silent with all it was sent may be holding its answers
 * back: the end of its input, and a second wait, may make it give them. */
static enum talk converse(struct exchange *x)
{
    struct instance *self = x->self;
    size_t sent = 0;
    x->is_all_sent = 0;
    while (x->n_answered + x->n_bad < x->n) {
        if (sent == self->out.n && !self->shared->keep) end_input(x);
        enum talk rc = child_talk(&self->child, self->out.p, self->out.n, &sent,
                                  &self->in, WQ_PADDING,
                                  self->shared->timeout_ms);
        if (rc == TALK_FAILED || take_answers(x, rc == TALK_ENDED) < 0)
            return TALK_FAILED;
        if (rc == TALK_SILENT && sent == self->out.n && !x->is_all_sent)
            end_input(x);
        else if (rc != TALK_MOVED)
            return rc;
    }
    return TALK_MOVED;
}

/* "ended with status 3" */
static void describe_end(int status, char *text, size_t cap)
{
    if (WIFSIGNALED(status))
        snprintf(text, cap, "the program was ended by signal %d (%s)",
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(text, cap, "the program ended with status %d",
                 WEXITSTATUS(status));
}

static int start_program(struct exchange *x)
{
    struct instance *self = x->self;
    const struct exec *shared = self->shared;
    int rc = child_start(&self->child, shared->argv, shared->dir);
    self->in.n = 0;
    self->is_used = 0;
    if (rc == 0) {
        shared->host->add(x->ctx, C_STARTED, 1);
        return 0;
    }
    shared->host->error(x->ctx, "cannot run \"%s\": %s", shared->argv[0],
                        strerror(rc));
    return -1;
}

static void reject_rest(struct exchange *x, uint32_t reason,
                        const char *message)
{
    while (x->oldest < x->n) reject(x, x->oldest, reason, message);
}

/* The program ended or was silent: ends it, and blames a record for it unless
 * it left in good order.  idle counts programs without any answer. */
static void settle(struct exchange *x, enum talk how, size_t before, int *idle)
{
    struct instance *self = x->self;
    int had_served = self->is_used;
    char text[160];
    int status = child_end(&self->child, how == TALK_SILENT ? 0 : GRACE_MS);
    describe_end(status, text, sizeof text);
    if (how == TALK_SILENT)
        snprintf(text, sizeof text, "no answer for %d ms",
                 self->shared->timeout_ms);
    uint32_t reason = how == TALK_SILENT ? R_TIMEOUT : R_EXITED;
    if (x->oldest == x->n) return;
    int has_left_well = how == TALK_ENDED && status == 0;
    if (has_left_well && x->is_all_sent) {
        /* It has read all there was: more will not come. */
        if (x->n_bad) reject_rest(x, R_BAD_ANSWER, x->why_bad);
        else reject_rest(x, R_NO_ANSWER, text);
        return;
    }
    if (x->n_answered > before) {
        *idle = 0;
        if (has_left_well) return;
    } else if (had_served && how == TALK_ENDED) {
        return; /* it had ended before this batch came */
    } else if (++*idle == MAX_IDLE) {
        reject_rest(x, reason, text);
        return;
    }
    reject(x, x->oldest, reason, text);
}

/* Sends a batch through the program and applies its answers.  0, or -1 with
 * error() called or no memory.  [worker] */
static int exec_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                        size_t n, void *const *prepared, wq_verdict *verdicts)
{
    struct instance *self = instance;
    const wq_host *host = self->shared->host;
    struct exchange x = { .self = self, .ctx = ctx, .records = records, .n = n,
                          .verdicts = verdicts, .first_seq = self->next_seq };
    int idle = 0;
    (void)prepared;
    self->next_seq += (int64_t)n;
    x.is_answered = host->scratch(ctx, n);
    if (!x.is_answered) return -1;
    memset(x.is_answered, 0, n);
    while (x.n_answered < n) {
        if (!self->child.pid && start_program(&x) < 0) return -1;
        if (write_records(&x) < 0) return -1;
        size_t before = x.n_answered;
        x.n_bad = 0;
        enum talk how = converse(&x);
        if (how == TALK_FAILED) {
            host->error(ctx, "cannot talk to \"%s\": %s",
                        self->shared->argv[0], strerror(errno));
            return -1;
        }
        if (how != TALK_MOVED) {
            settle(&x, how, before, &idle);
        } else {
            self->is_used = 1;
            reject_rest(&x, R_BAD_ANSWER, x.why_bad);
            if (self->child.in < 0) child_end(&self->child, GRACE_MS);
        }
    }
    return 0;
}

static const wq_stage stages[] = {
    { .name = "exec", .version = "1.0", .flags = WQ_PURE,
      .help = "Sends records through a program as JSON lines; each is answered "
              "by a line with \"_seq\" (or \"id\") and the fields that change, "
              "or \"drop\".",
      .params = params, .n_params = WQ_LEN(params),
      .reasons = reasons, .n_reasons = WQ_LEN(reasons), .counters = counters,
      .open = exec_open, .close = exec_close, .start = exec_start,
      .stop = exec_stop, .process = exec_process },
};
WQ_PLUGIN("exec", "1.0", "MIT", stages);
