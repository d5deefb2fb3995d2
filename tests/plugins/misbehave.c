/* misbehave.c - test stages that do everything a plugin must not.
 *
 * `misbehave` acts on the record whose id is `id` and leaves the others alone;
 * `how` says what it does to it.  `misbehave_ordered` is the same as an ORDERED
 * stage; `misbehave_at_end` makes an article out of nothing.  Nonsense given to the host must come back as -1, change nothing and
 * end the run or reject the record: the stage goes on as if nothing had
 * happened, as a careless plugin would. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <warraq/plugin.h>

enum { P_ID, P_HOW };
enum how {
    CRASH, ABORT, LOOP, SLOW, FATAL, FATAL_MUTE, FAIL, FAIL_MUTE, REJECT,
    REJECT_MUTE, DROP, VERDICT, REASON, SPAN_PAST_END, SPAN_BACKWARDS,
    SPAN_IN_CHARACTER, SPAN_UNSORTED, CUT_OVERLAP, BAD_UTF8, COMMIT_TOO_MUCH,
    SET_AFTER_CUT, CRASH_OPENING, ABORT_OPENING, NOTHING
};
static const char *const hows[] = {
    "crash", "abort", "loop", "slow", "fatal", "fatal_mute", "fail",
    "fail_mute", "reject", "reject_mute", "drop", "verdict", "reason",
    "span_past_end", "span_backwards", "span_in_character", "span_unsorted",
    "cut_overlap", "bad_utf8", "commit_too_much", "set_after_cut",
    "crash_opening", "abort_opening", "nothing", NULL
};
static const wq_param params[] = {
    [P_ID] = { .name = "id", .type = WQ_STRING, .fallback = "boom",
               .help = "Record to act on." },
    [P_HOW] = { .name = "how", .type = WQ_ENUM, .fallback = "nothing",
                .choices = hows, .help = "What to do to it." },
};
enum { R_ASKED };
static const wq_reason reasons[] = {
    [R_ASKED] = { "asked", "the test asked for it" },
};

struct misbehave {
    const wq_host *host;
    wq_key id_key, text_key, layer_key, kind_key;
    wq_str id;
    enum how how;
};

static wq_str string(const char *s)
{
    return (wq_str){ s, strlen(s) };
}

/* Returns the settings, freed by close, or NULL if memory runs out.  [main] */
static void *misbehave_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct misbehave *self = malloc(sizeof *self);
    (void)ctx;
    if (!self) return NULL;
    self->host = host;
    self->id_key = host->intern(string("id"));
    self->text_key = host->intern(string("text"));
    self->layer_key = host->intern(string("nonsense"));
    self->kind_key = host->intern(string("span"));
    self->id = host->get_str(config, P_ID, 0);
    self->how = (enum how)host->get_int(config, P_HOW);
    if (self->how == CRASH_OPENING) *(volatile int *)0 = 1;
    if (self->how == ABORT_OPENING) abort();
    return self;
}

/* Sets a layer of two spans over `text`; cuts them out instead if `cut`. */
static void bad_spans(const struct misbehave *self, wq_record *record, int cut,
                      const uint32_t begin[2], const uint32_t end[2])
{
    const wq_key kind[2] = { self->kind_key, self->kind_key };
    const wq_layer layer = { .n = 2, .begin = begin, .end = end, .kind = kind };
    if (cut) {
        self->host->remove(record, self->text_key, &layer);
    } else {
        self->host->set_layer(record, self->layer_key, self->text_key, &layer);
    }
}

/* Does to one record what the test asked for; returns what process returns. */
static int act(const struct misbehave *self, wq_ctx *ctx, wq_record *record,
               size_t i, wq_verdict *verdict)
{
    static int *const volatile nowhere; /* NULL, and no compiler may know */
    const wq_host *host = self->host;
    wq_str text;
    host->get(record, self->text_key, &text);
    uint32_t n = (uint32_t)text.n;
    switch (self->how) {
    case CRASH: *nowhere = 1; return 0;
    case ABORT: abort();
    case LOOP: for (;;) nanosleep(&(struct timespec){ .tv_nsec = 1000 }, NULL);
    case SLOW: nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
               return 0;
    case FATAL: host->error(ctx, "the test asked for it");
                *verdict = WQ_FATAL;
                return 0;
    case FATAL_MUTE: *verdict = WQ_FATAL; return 0;
    case FAIL: host->error(ctx, "the test asked for it"); return -1;
    case FAIL_MUTE: return -1;
    case REJECT: host->set_reason(ctx, i, R_ASKED, "it was %s", "asked for");
                 *verdict = WQ_REJECT;
                 return 0;
    case REJECT_MUTE: *verdict = WQ_REJECT; return 0;
    case DROP: host->set_reason(ctx, i, R_ASKED, "it was %s", "asked for");
               *verdict = WQ_DROP;
               return 0;
    case VERDICT: {
        int nonsense = 99; /* no wq_verdict */
        memcpy(verdict, &nonsense, sizeof *verdict);
        return 0;
    }
    case REASON: host->set_reason(ctx, i, 12345, "no such reason");
                 *verdict = WQ_DROP;
                 return 0;
    case SPAN_PAST_END:
        bad_spans(self, record, 0, (uint32_t[]){ 0, n }, (uint32_t[]){ 0, n + 1 });
        return 0;
    case SPAN_BACKWARDS:
        bad_spans(self, record, 0, (uint32_t[]){ 0, 2 }, (uint32_t[]){ 0, 0 });
        return 0;
    case SPAN_IN_CHARACTER: /* the text begins with a letter of two bytes */
        bad_spans(self, record, 0, (uint32_t[]){ 0, 1 }, (uint32_t[]){ 0, 2 });
        return 0;
    case SPAN_UNSORTED:
        bad_spans(self, record, 0, (uint32_t[]){ 2, 0 }, (uint32_t[]){ 4, 2 });
        return 0;
    case CUT_OVERLAP:
        bad_spans(self, record, 1, (uint32_t[]){ 0, 2 }, (uint32_t[]){ 4, 6 });
        return 0;
    case BAD_UTF8:
        host->set(record, self->text_key, string("\xC3("));
        return 0;
    case COMMIT_TOO_MUCH:
        if (host->reserve(record, self->text_key, 4))
            host->commit(record, self->text_key, 4096);
        return 0;
    case SET_AFTER_CUT:
        bad_spans(self, record, 1, (uint32_t[]){ 0, 2 }, (uint32_t[]){ 2, 4 });
        host->set(record, self->text_key, string("other"));
        return 0;
    case CRASH_OPENING:
    case ABORT_OPENING:
    case NOTHING: return 0;
    }
    return 0;
}

/* Acts on records whose id is the one given; "*" is everybody's.  [worker] */
static int misbehave_process(void *instance, wq_ctx *ctx,
                             wq_record *const *records, size_t n,
                             void *const *prepared, wq_verdict *verdicts)
{
    const struct misbehave *self = instance;
    (void)prepared;
    for (size_t i = 0; i < n; i++) {
        wq_str id;
        self->host->get(records[i], self->id_key, &id);
        int is_meant = (self->id.n == 1 && self->id.p[0] == '*') ||
                       (id.n == self->id.n && id.n &&
                        memcmp(id.p, self->id.p, id.n) == 0);
        if (is_meant && act(self, ctx, records[i], i, &verdicts[i]) < 0)
            return -1;
    }
    return 0;
}

/* [main] */
static int misbehave_flush(void *instance, wq_ctx *ctx)
{
    const struct misbehave *self = instance;
    wq_record *record = self->host->record_new(ctx, (wq_str){ NULL, 0 });
    if (!record || self->host->set(record, self->id_key, string("end")) < 0)
        return -1;
    return self->host->emit(ctx, record);
}

#define MISBEHAVE(name_, flags_)                                               \
    { .name = name_, .version = "1.0", .flags = flags_,                        \
      .help = "Does what a plugin must not do; for tests.",                    \
      .params = params, .n_params = WQ_LEN(params),                            \
      .reasons = reasons, .n_reasons = WQ_LEN(reasons),                        \
      .open = misbehave_open, .close = free, .process = misbehave_process }
static const wq_stage stages[] = {
    MISBEHAVE("misbehave", WQ_PURE),
    MISBEHAVE("misbehave_ordered", WQ_ORDERED),
    { .name = "misbehave_at_end", .version = "1.0",
      .flags = WQ_ORDERED | WQ_MAY_EMIT, .help = "Emits at the end; for tests.",
      .params = params, .n_params = WQ_LEN(params),
      .reasons = reasons, .n_reasons = WQ_LEN(reasons),
      .open = misbehave_open, .close = free, .process = misbehave_process,
      .flush = misbehave_flush },
};
WQ_PLUGIN("misbehave", "1.0", "Apache-2.0", stages);
