/* fragile.c - a test stage that dies: `fragile` numbers the records it has ever
 * seen (field `nth`, kept between runs) and, where it is told to, meets its end on
 * each record that has a field `die`, whose text says how. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <warraq/plugin.h>

enum { P_WHERE, P_HOW };
enum where { PROCESS, PREPARE, FORGET, START, FLUSH, SAVE, STOP, CLOSE };
static const char *const wheres[] = { "process", "prepare", "forget", "start",
                                      "flush", "save", "stop", "close", NULL };
static const wq_param params[] = {
    [P_WHERE] = { .name = "where", .type = WQ_ENUM, .fallback = "process",
                  .choices = wheres, .help = "In which call it dies." },
    [P_HOW] = { .name = "how", .type = WQ_STRING, .fallback = "crash",
                .help = "How, where no record is." },
};

struct fragile {
    const wq_host *host;
    const wq_state *state;
    wq_key die, nth;
    int64_t n;
    wq_str how;
    enum where where;
};

static wq_str string(const char *s)
{
    return (wq_str){ s, strlen(s) };
}

static int is(wq_str s, const char *word)
{
    return s.n == strlen(word) && memcmp(s.p, word, s.n) == 0;
}

/* A file of that name: for the test to see, or to read. */
static void leave(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ssize_t done = fd < 0 ? 0 : write(fd, text, strlen(text));
    if (fd >= 0 && done >= 0) close(fd);
}

/* Returns what the call in progress should: -1 is "no memory". */
static int die(wq_str how)
{
    /* What comes after it finds other inputs. */
    if (is(how, "grow")) leave("inbox/0.jsonl", "{\"id\":\"new\"}\n");
    if (is(how, "loop")) leave("looping", "");
    if (is(how, "stop")) raise(SIGSTOP);
    if (is(how, "crash") || is(how, "grow")) raise(SIGSEGV);
    if (is(how, "abort")) abort();
    if (is(how, "exit")) _exit(3);
    if (is(how, "kill")) kill(getpid(), SIGKILL);
    while (is(how, "loop")) usleep(1000);
    while (is(how, "eat")) {
        char *p = malloc(1 << 20);
        if (!p) return -1;
        memset(p, 1, 1 << 20);
    }
    while (is(how, "keep")) { /* all there is, to the last byte, and goes on */
        static size_t n = 1 << 20;
        void *volatile p = malloc(n);
        if (p) memset(p, 1, n);
        else if ((n /= 2) < 16) return 0;
    }
    return is(how, "no_memory") ? -1 : 0;
}

/* In a call that has no record. */
static int die_in(const struct fragile *self, enum where where)
{
    return self->where == where ? die(self->how) : 0;
}

/* In a call that has one. */
static int die_of(const struct fragile *self, enum where where,
                  const wq_record *record)
{
    wq_str how;
    return self->where == where && self->host->get(record, self->die, &how)
               ? die(how)
               : 0;
}

static void *fragile_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct fragile *self = calloc(1, sizeof *self);
    (void)ctx;
    if (!self) return NULL;
    self->host = host;
    self->state = host->extension("state/1");
    self->die = host->intern(string("die"));
    self->nth = host->intern(string("nth"));
    self->how = host->get_str(config, P_HOW, 0);
    self->where = (enum where)host->get_int(config, P_WHERE);
    return self;
}

static void fragile_close(void *shared)
{
    die_in(shared, CLOSE);
    free(shared);
}

/* ---- memory ---- */

static int load(void *instance, wq_ctx *ctx, const char *key, const char *p,
                size_t n)
{
    struct fragile *self = instance;
    (void)ctx;
    (void)key;
    if (n != sizeof self->n) return -1;
    memcpy(&self->n, p, n);
    return 0;
}

static int save(void *instance, wq_ctx *ctx)
{
    struct fragile *self = instance;
    if (die_in(self, SAVE) < 0) return -1;
    return self->state->add(ctx, "n", (const char *)&self->n, sizeof self->n);
}

static int forget(void *instance, wq_ctx *ctx, const wq_record *record)
{
    (void)ctx;
    return die_of(instance, FORGET, record);
}

static void *fragile_start(void *shared, wq_ctx *ctx)
{
    static const wq_memory memory = { .size = sizeof memory, .load = load,
                                      .format = "fragile 1", .save = save,
                                      .forget = forget };
    struct fragile *self = shared;
    if (die_in(self, START) < 0) return NULL;
    return self->state && self->state->open(ctx, &memory, self) < 0 ? NULL
                                                                    : self;
}

static void fragile_stop(void *instance)
{
    die_in(instance, STOP);
}

/* ---- records ---- */

static int fragile_prepare(void *shared, wq_ctx *ctx, wq_record *const *records,
                           size_t n, void **prepared)
{
    (void)ctx;
    (void)prepared;
    for (size_t i = 0; i < n; i++)
        if (die_of(shared, PREPARE, records[i]) < 0) return -1;
    return 0;
}

static int fragile_process(void *instance, wq_ctx *ctx,
                           wq_record *const *records, size_t n,
                           void *const *prepared, wq_verdict *verdicts)
{
    struct fragile *self = instance;
    (void)ctx;
    (void)prepared;
    (void)verdicts;
    for (size_t i = 0; i < n; i++) {
        wq_value nth = { .type = WQ_V_INT, .u.i = ++self->n };
        if (die_of(self, PROCESS, records[i]) < 0
            || self->host->set_value(records[i], self->nth, &nth) < 0)
            return -1;
    }
    return 0;
}

static int fragile_flush(void *instance, wq_ctx *ctx)
{
    (void)ctx;
    return die_in(instance, FLUSH);
}

static const wq_stage stages[] = {
    { .name = "fragile", .version = "1.0", .flags = WQ_ORDERED,
      .help = "Numbers records, and dies where it is told to; for tests.",
      .params = params, .n_params = WQ_LEN(params),
      .open = fragile_open, .close = fragile_close, .start = fragile_start,
      .stop = fragile_stop, .prepare = fragile_prepare,
      .process = fragile_process, .flush = fragile_flush },
};
WQ_PLUGIN("fragile", "1.0", "MIT", stages);
