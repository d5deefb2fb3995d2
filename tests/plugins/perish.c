/* perish.c - a test stage that does to its process what a record asks for, in the
 * member "how":
 *
 *   segv abort quit quit_at_once kill     the process ends, one way or another
 *   hang                                  it does not
 *   eat                                   takes all memory there is
 *   scribble                              writes over all it shares, then dies
 *   damage                                the same, and goes on
 *   spawn                                 starts a program, then dies
 *   verdict                               answers nonsense
 *   fatal                                 cannot go on, and says so
 *
 * Others get a field "seen", which depends on the record alone.  With `leak`, every
 * record costs the process memory for ever.  With `bulk`, all records of a batch
 * are looked at before the first is worked on. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <warraq/plugin.h>

enum { P_LEAK, P_BULK };
static const wq_param params[] = {
    [P_LEAK] = { .name = "leak", .type = WQ_SIZE, .fallback = "0B",
                 .help = "Memory that each record costs." },
    [P_BULK] = { .name = "bulk", .type = WQ_BOOL, .fallback = "false",
                 .help = "Look at all records first." },
};
static const char *const counters[] = { "worked", NULL };

struct perish {
    const wq_host *host;
    wq_key how, seen, id;
    size_t leak;
    int bulk;
};

static wq_str string(const char *s)
{
    return (wq_str){ s, strlen(s) };
}
static int is(wq_str s, const char *word)
{
    return s.n == strlen(word) && memcmp(s.p, word, s.n) == 0;
}

static void *perish_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct perish *self = malloc(sizeof *self);
    (void)ctx;
    if (!self) return NULL;
    self->host = host;
    self->how = host->intern(string("how"));
    self->seen = host->intern(string("seen"));
    self->id = host->intern(string("id"));
    self->leak = (size_t)host->get_int(config, P_LEAK);
    self->bulk = (int)host->get_int(config, P_BULK);
    return self;
}

/* An address that is nobody's, as no compiler or sanitizer may know. */
static volatile uintptr_t nowhere = 64;

/* The first megabyte of all memory that is shared with another process, and the
 * files without a name. */
static void scribble(void)
{
    char line[512];
    for (int fd = 3; fd < 64; fd++) {
        char name[32], to[32] = "";
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        if (readlink(name, to, sizeof to - 1) > 0 && strncmp(to, "/memfd:", 7) == 0)
            (void)!ftruncate(fd, 0);
    }
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long begin, end;
        char mode[8];
        if (sscanf(line, "%lx-%lx %7s", &begin, &end, mode) != 3
            || strcmp(mode, "rw-s") != 0)
            continue;
        if (end - begin > 1 << 20) end = begin + (1 << 20);
        memset((void *)begin, 0xA5, end - begin);
    }
    if (maps) fclose(maps);
}

/* Takes memory until there is none; 0, or -1: there is none. */
static int eat(size_t most)
{
    for (size_t n = 0, piece = 1 << 20; n < most; n += piece) {
        char *p = malloc(piece);
        if (!p) return -1;
        memset(p, 1, piece);
    }
    return 0;
}

static void spawn(void)
{
    if (fork() == 0) {
        execlp("sleep", "sleep", "4711", (char *)NULL);
        _exit(1);
    }
    nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
}

static int act(const struct perish *self, wq_ctx *ctx, wq_str how,
               wq_verdict *verdict)
{
    int spawns = is(how, "spawn"), scribbles = is(how, "scribble");
    if (spawns) spawn();
    if (scribbles || is(how, "damage")) scribble();
    if (spawns || scribbles || is(how, "segv")) *(volatile int *)nowhere = 1;
    if (is(how, "abort")) abort();
    if (is(how, "quit")) exit(3);
    if (is(how, "quit_at_once")) _exit(0);
    if (is(how, "kill")) raise(SIGKILL);
    while (is(how, "hang")) nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
    if (is(how, "eat")) return eat(SIZE_MAX);
    if (is(how, "verdict")) memset(verdict, 0x11, sizeof *verdict);
    if (is(how, "fatal")) {
        self->host->error(ctx, "the test asked for it");
        return -1;
    }
    return 0;
}

static int perish_process(void *instance, wq_ctx *ctx,
                          wq_record *const *records, size_t n,
                          void *const *prepared, wq_verdict *verdicts)
{
    const struct perish *self = instance;
    wq_str how, id;
    (void)prepared;
    for (size_t i = 0; self->bulk && i < n; i++)
        self->host->get(records[i], self->how, &how);
    for (size_t i = 0; i < n; i++) {
        char text[64];
        if (eat(self->leak) < 0) return -1;
        self->host->get(records[i], self->how, &how);
        if (act(self, ctx, how, &verdicts[i]) < 0) return -1;
        self->host->get(records[i], self->id, &id);
        snprintf(text, sizeof text, "%zu", id.n);
        if (self->host->set(records[i], self->seen, string(text)) < 0) return -1;
        self->host->add(ctx, 0, 1);
    }
    return 0;
}

static const wq_stage stages[] = {
    { .name = "perish", .version = "1.0", .flags = WQ_PURE,
      .help = "Ends its process; for tests.", .params = params,
      .n_params = WQ_LEN(params), .counters = counters, .open = perish_open,
      .close = free, .process = perish_process },
};
WQ_PLUGIN("perish", "1.0", "MIT", stages);
