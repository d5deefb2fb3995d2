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
 * that has no answer yet); without either by order, unless a line before it was
 * no answer at all.  Fields that come back as they were count as unchanged, so
 * that `cat` changes nothing.  `_seq` is made of the batch's content: it is the
 * same whatever else the program has seen, and an answer that comes too late is
 * taken for no other.
 *
 * With `keep` a program serves many batches and must not hold answers back in a
 * buffer (`sed -u`, `awk` with fflush(), `python -u`: one that does is waited
 * for, and then told that its input has ended); without, it is started for each
 * batch and reads to the end of its input, as filters do.  So is one that
 * answers by order: what it says too much would be taken for the next answer.
 *
 * A record without an answer is rejected.  When a program ends, goes silent or
 * only makes noise, the first record it has not answered is blamed, and the
 * others are given to a new one. */
#include "exchange.h"
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
static const wq_reason reasons[] = {
    [R_PROGRAM] = { "program", "the program said drop" },
    [R_EXITED] = { "exited", "the program ended before it answered" },
    [R_TIMEOUT] = { "timeout", "the program did not answer in time" },
    [R_BAD_ANSWER] = { "bad_answer", "the program's answer cannot be used" },
    [R_NO_ANSWER] = { "no_answer", "the program answered others, not this" },
};
static const char *const counters[] = {
    [C_CHANGED] = "changed_fields", [C_STARTED] = "programs_started",
    [C_STRAY] = "stray_answers", NULL,
};

/* Programs in a row that ended without one answer before the rest of a batch
 * is given up: the next batch tries again. */
enum { MAX_IDLE = 3 };
/* To leave by itself.  A run is to end within 5 s of SIGTERM, and this may
 * be spent twice: after the last batch, and by all programs together at the
 * end. */
enum { GRACE_MS = 1000 };
/* When it wrote a line for each record, but not all of them answers, it is
 * hardly busy: after so much silence its input is ended. */
enum { QUIET_MS = 1000 };

/* How a talk ended. */
enum end {
    END_DONE,    /* every record has an answer */
    END_LEFT,    /* the program closed its output */
    END_SILENT,  /* it did not answer in time */
    END_FLOOD,   /* it says too much that is no answer */
    END_UNSURE,  /* a line may belong to this batch or to an earlier one */
    END_FAILED   /* of the host; error() called where that says more */
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
        .key_drop = intern(host, "drop"), .text = host->extension("text/1"),
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
    if (!self->formats || !self->text) {
        host->error(ctx, "this warraq does not offer \"format/1\", \"text/1\"");
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
    self->next = self->shared->instances;
    self->shared->instances = self;
    return self;
}

/* All programs are told to leave before the first is waited for, so that they
 * leave together.  Takes the instance from the list; the last one leaves all
 * ready for another run. */
static void exec_stop(void *instance)
{
    struct instance *self = instance, **at;
    struct exec *shared = self->shared;
    if (!shared->leave_by_ms) shared->leave_by_ms = clock_ms() + GRACE_MS;
    for (at = &shared->instances; *at; at = &(*at)->next)
        child_close(&(*at)->child);
    int64_t left = shared->leave_by_ms - clock_ms();
    child_end(&self->child, left > 0 ? (int)left : 0);
    for (at = &shared->instances; *at && *at != self; at = &(*at)->next) {}
    if (*at) *at = self->next;
    if (!shared->instances) shared->leave_by_ms = 0;
    free(self->lines.p);
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

/* The record as it is sent, still without `_seq`: itself, or a copy without
 * what is not sent.  NULL: no memory. */
static wq_record *to_send(const struct exchange *x, wq_record *record)
{
    const struct exec *shared = x->self->shared;
    const wq_host *host = shared->host;
    const wq_value none = { .type = WQ_V_NONE };
    const wq_removed *removed;
    const wq_field *fields;
    wq_key name, over;
    wq_layer layer;
    wq_value own;
    int has_seq = host->get_value(record, shared->key_seq, &own);
    if (shared->layers) {
        wq_record *copy = has_seq ? host->clone(x->ctx, record) : record;
        return copy && has_seq
                       && host->set_value(copy, shared->key_seq, &none) < 0
                   ? NULL : copy;
    }
    if (!has_seq && !host->layer_at(record, 0, &name, &over, &layer)
        && host->removed(record, &removed) == 0)
        return record;
    wq_record *copy = host->record_new(x->ctx, (wq_str){ NULL, 0 });
    size_t n = host->fields(record, &fields);
    for (size_t k = 0; copy && k < n; k++)
        if (fields[k].key != shared->key_seq
            && host->set_value(copy, fields[k].key, &fields[k].value) < 0)
            return NULL;
    return copy;
}

/* `_seq` of a batch's first record: 26 bits of the content and 20 of the place
 * are 14 digits, which all who keep numbers as double, or print 14 digits of
 * them (Lua 5.1), give back as they were. */
static int64_t seq_of(const wq_text *text, const struct buffer *lines)
{
    uint64_t hash = text->hash(lines->p, lines->n);
    return (int64_t)(hash >> 38 << 20);
}

/* Encodes the batch, each record once, however many programs it takes.
 * 0 / -1. */
static int encode_batch(struct exchange *x)
{
    const struct exec *shared = x->self->shared;
    const wq_host *host = shared->host;
    struct buffer *lines = &x->self->lines;
    wq_record **list = host->scratch(x->ctx, x->n * sizeof *list);
    x->line = host->scratch(x->ctx, (x->n + 1) * sizeof *x->line);
    if (!list || !x->line) return -1;
    for (size_t i = 0; i < x->n; i++)
        if (!(list[i] = to_send(x, x->records[i]))) return -1;
    lines->n = 0;
    if (shared->formats->encode(x->ctx, "jsonl", list, x->n, add_out, lines)
        < 0)
        return -1;
    x->line[0] = 0;
    for (size_t i = 0; i < x->n; i++) {
        const char *p = lines->p + x->line[i];
        const char *feed = memchr(p, '\n', lines->n - x->line[i]);
        if (!feed) {
            host->error(x->ctx, "format \"jsonl\" gave too few lines");
            return -1;
        }
        x->line[i + 1] = (size_t)(feed + 1 - lines->p);
    }
    x->first_seq = seq_of(shared->text, lines);
    return 0;
}

/* Puts all records without an answer, with `_seq`, into `out`.  0 / -1. */
static int write_records(struct exchange *x)
{
    struct buffer *out = &x->self->out;
    out->n = 0;
    x->n_sent = x->n - x->n_answered;
    for (size_t i = 0; i < x->n; i++) {
        if (x->is_answered[i]) continue;
        const char *rest = x->self->lines.p + x->line[i] + 1; /* behind { */
        char seq[40];
        int n = snprintf(seq, sizeof seq, "{\"_seq\":%lld%s",
                         (long long)x->first_seq + (long long)i,
                         *rest == '}' ? "" : ",");
        if (add_out(out, seq, (size_t)n) < 0
            || add_out(out, rest, x->line[i + 1] - x->line[i] - 1) < 0)
            return -1;
    }
    return 0;
}

/* ---- the talk ------------------------------------------------------------ */

static void end_input(struct exchange *x)
{
    child_close_input(&x->self->child);
    x->is_all_sent = 1;
}

/* Talks to the program until every record has an answer or none will come.
 * Lines that are no answer do not stand for any: when they came does not matter
 * then.  A program that is silent with all it was sent may be holding its
 * answers back: the end of its input, and a second wait, may make it give
 * them. */
static enum end converse(struct exchange *x)
{
    struct instance *self = x->self;
    const struct exec *shared = self->shared;
    size_t sent = 0;
    x->is_all_sent = 0;
    x->heard = (struct heard){ 0 };
    while (x->n_answered < x->n) {
        int has_sent = sent == self->out.n, limit_ms = shared->timeout_ms;
        if (has_sent && !shared->keep) end_input(x);
        if (has_sent && !x->is_all_sent && x->heard.n_lines >= x->n_sent
            && limit_ms > QUIET_MS)
            limit_ms = QUIET_MS;
        enum talk rc = child_talk(&self->child, self->out.p, self->out.n, &sent,
                                  &self->in, WQ_PADDING, limit_ms);
        if (rc == TALK_FAILED && errno != ENOMEM)
            shared->host->error(x->ctx, "cannot talk to \"%s\": %s",
                                shared->argv[0], strerror(errno));
        if (rc == TALK_FAILED || take_answers(x, rc == TALK_ENDED) < 0)
            return END_FAILED;
        if (x->heard.is_unsure) return END_UNSURE;
        if (x->heard.why_flood) return END_FLOOD;
        if (rc == TALK_ENDED) return END_LEFT;
        if (rc != TALK_SILENT) continue;
        if (sent < self->out.n || x->is_all_sent) return END_SILENT;
        end_input(x);
    }
    /* A line that was broken off would spoil the next batch. */
    if (sent < self->out.n) child_close_input(&self->child);
    return END_DONE;
}

/* Every record has its answer, and the program is not to see the next batch:
 * what it says until it has left is counted.  0, or -1. */
static int dismiss(struct exchange *x)
{
    struct child *child = &x->self->child;
    const int64_t until = clock_ms() + GRACE_MS;
    int64_t left = GRACE_MS;
    enum talk rc = TALK_MOVED;
    size_t sent = 0;
    child_close_input(child);
    for (; rc == TALK_MOVED && left > 0 && !x->heard.why_flood;
         left = until - clock_ms()) {
        rc = child_talk(child, NULL, 0, &sent, &x->self->in, WQ_PADDING,
                        (int)left);
        if (take_answers(x, rc == TALK_ENDED) < 0) return -1;
    }
    child_end(child, left > 0 ? (int)left : 0);
    return 0;
}

/* "ended with status 3" */
static void describe_end(int status, char *text, size_t cap)
{
    if (status == CHILD_UNKNOWN)
        snprintf(text, cap, "the program ended, and the system does not tell "
                 "how, since SIGCHLD is ignored");
    else if (WIFSIGNALED(status))
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
    self->in.n = self->n_scanned = 0;
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

/* What the program did, as the reason why a record has no answer. */
static uint32_t describe(const struct exchange *x, enum end how, int status,
                         char *text, size_t cap)
{
    if (how == END_FLOOD) {
        snprintf(text, cap, "%s", x->heard.why_flood);
        return R_BAD_ANSWER;
    }
    if (how == END_SILENT) {
        snprintf(text, cap, "no answer for %d ms", x->self->shared->timeout_ms);
        return R_TIMEOUT;
    }
    describe_end(status, text, cap);
    return R_EXITED;
}

/* The program will answer no more: ends it, and blames a record for it unless
 * it left in good order.  idle counts programs without any answer. */
static void settle(struct exchange *x, enum end how, size_t before, int *idle)
{
    struct instance *self = x->self;
    int had_served = self->is_used;
    char text[160];
    int may_leave = how == END_LEFT || how == END_UNSURE;
    int status = child_end(&self->child, may_leave ? GRACE_MS : 0);
    if (x->oldest == x->n || how == END_UNSURE) return;
    uint32_t reason = describe(x, how, status, text, sizeof text);
    int has_left_well = how == END_LEFT && status == 0;
    if (has_left_well && (x->is_all_sent || !self->shared->keep)) {
        /* It has read all it wanted: more will not come. */
        if (x->heard.n_bad) reject_rest(x, R_BAD_ANSWER, x->heard.why_bad);
        else reject_rest(x, R_NO_ANSWER, text);
        return;
    }
    if (x->n_answered > before) {
        *idle = 0;
        if (has_left_well) return;
    } else if (had_served && how == END_LEFT) {
        return; /* it had ended before this batch came */
    } else if (++*idle == MAX_IDLE) {
        reject_rest(x, reason, text);
        return;
    }
    reject(x, x->oldest, reason, text);
}

/* Sends a batch through the program and applies its answers.  0, or -1 with
 * error() called, or for the host to say why.  [worker] */
static int exec_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                        size_t n, void *const *prepared, wq_verdict *verdicts)
{
    struct instance *self = instance;
    struct exchange x = { .self = self, .ctx = ctx, .records = records, .n = n,
                          .verdicts = verdicts };
    int idle = 0;
    (void)prepared;
    x.is_answered = self->shared->host->scratch(ctx, n);
    if (!x.is_answered || encode_batch(&x) < 0) return -1;
    memset(x.is_answered, 0, n);
    while (x.n_answered < n) {
        if (!self->child.pid && start_program(&x) < 0) return -1;
        if (write_records(&x) < 0) return -1;
        size_t before = x.n_answered;
        enum end how = converse(&x);
        if (how == END_FAILED) return -1;
        if (how != END_DONE) {
            settle(&x, how, before, &idle);
            continue;
        }
        self->is_used = 1;
        if ((x.heard.by_order || !self->shared->keep || self->child.in < 0)
            && dismiss(&x) < 0)
            return -1;
    }
    return 0;
}

static const wq_stage stages[] = {
    { .name = "exec", .version = "1.0", .flags = WQ_PURE | WQ_PROGRAMS,
      .help = "Sends records through a program as JSON lines; each is answered "
              "by a line with \"_seq\" (or \"id\") and the fields that change, "
              "or \"drop\".",
      .params = params, .n_params = WQ_LEN(params),
      .reasons = reasons, .n_reasons = WQ_LEN(reasons), .counters = counters,
      .open = exec_open, .close = exec_close, .start = exec_start,
      .stop = exec_stop, .process = exec_process },
};
WQ_PLUGIN("exec", "1.0", "Apache-2.0", stages);
