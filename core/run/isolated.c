/* isolated.c - a worker process: reads records from its lane, runs stages over
 * them, and writes them back, until it is told to leave or dies.
 *
 * It has stages and formats of its own: instances are started here, so a process
 * that takes a dead one's place begins with fresh ones.  Its standard input is
 * empty and its standard output is standard error: the run's are not for plugins. */
#include "run/codec.h"
#include "run/isolate.h"
#include "run/lane.h"
#include "run/sandbox.h"
#include "base/names.h"
#include "base/nomem.h"
#include "record/wire.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

struct isolated {
    const struct isolate *iso;
    struct lane *lane;
    struct lane_page *page;
    struct stage *stages;      /* of the plan; only those isolated are open */
    struct codec jsonl, output;
    struct codec *speakable[2];
    struct codecs codecs;
    struct batch batch;
    struct arena scratch;
    struct wire_names names;
    bool is_up;
};

/* ---- coming up ---- */

/* What is not this lane's is out of reach of a plugin that writes where it
 * likes. */
static void keep_only(const struct isolate *iso, size_t mine)
{
    for (size_t i = 0; i < iso->n_lanes; i++) {
        if (i == mine) continue;
        munmap(iso->lanes[i].page, iso->lanes[i].bytes);
        close(iso->lanes[i].theirs);
    }
}

static void take_streams(void)
{
    int none = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (none >= 0) {
        dup2(none, STDIN_FILENO);
        if (none > STDERR_FILENO) close(none);
    }
    dup2(STDERR_FILENO, STDOUT_FILENO);
}

/* The first to go when the machine runs out of memory. */
static void offer_to_die(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    ssize_t done = write(fd, "1000", 4);
    (void)done;
    close(fd);
}

static int64_t default_limit(void)
{
    int64_t half = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / 2;
    const int64_t most = (int64_t)4 << 30;
    return half > 0 && half < most ? half : most;
}

size_t isolated_memory(const struct pipeline *p)
{
    return (size_t)(p->memory_limit ? p->memory_limit : default_limit());
}

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define HAS_SHADOW 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SHADOW 1
#endif
#endif

/* A sanitizer's own memory would count: its builds have no limit. */
#ifdef HAS_SHADOW
int isolate_limit_memory(int64_t limit, struct err *e)
{
    (void)limit;
    (void)e;
    return 0;
}
#else
/* Bytes that RLIMIT_DATA would count by now.  -1: it cannot be told. */
static int64_t data_bytes(void)
{
    long pages = -1;
    FILE *f = fopen("/proc/self/statm", "re");
    /* proc(5): size resident shared text lib data */
    if (f && fscanf(f, "%*u %*u %*u %*u %*u %ld", &pages) != 1) pages = -1;
    if (f) fclose(f);
    return pages < 0 ? -1 : (int64_t)pages * sysconf(_SC_PAGESIZE);
}

int isolate_limit_memory(int64_t limit, struct err *e)
{
    int64_t has = data_bytes();
    struct rlimit most;
    if (has < 0)
        return err_set(e, EX_NO_MEMORY, "memory_limit cannot be set: "
                       "/proc/self/statm: %s", strerror(errno));
    rlim_t all = (rlim_t)has + (rlim_t)(limit ? limit : default_limit());
    /* The hard limit stays: that of a run is not that of its worker processes. */
    if (getrlimit(RLIMIT_DATA, &most) == 0) {
        most.rlim_cur = all < most.rlim_max ? all : most.rlim_max;
        if (setrlimit(RLIMIT_DATA, &most) == 0) return 0;
    }
    return err_set(e, EX_NO_MEMORY, "memory_limit cannot be set: %s",
                   strerror(errno));
}
#endif

static int open_stages(struct isolated *c, struct err *e)
{
    const struct plan *plan = c->iso->plan;
    c->stages = calloc(plan->n_stages, sizeof *c->stages);
    if (!c->stages) return err_no_memory(e);
    for (uint32_t i = 0; i < plan->n_stages; i++) {
        if (!isolate_has(&plan->stages[i])) continue;
        atomic_store(&c->page->stage, i);
        if (stage_open(&c->stages[i], plan, i, 1, &c->codecs, NULL, NULL, e) < 0
            || stage_start(&c->stages[i], e) < 0)
            return -1;
    }
    return 0;
}

static int come_up(struct isolated *c, struct err *e)
{
    const struct pipeline *p = c->iso->plan->pipeline;
    if (codec_open(&c->jsonl, &c->iso->plan->jsonl, 1, e) < 0
        || codec_open(&c->output, c->iso->output, 1, e) < 0)
        return -1;
    c->speakable[0] = &c->jsonl;
    c->speakable[1] = &c->output;
    c->codecs = (struct codecs){ c->speakable, WQ_LEN(c->speakable) };
    if (open_stages(c, e) < 0) return -1;
    offer_to_die();
    if (isolate_limit_memory(p->memory_limit, e) < 0) return -1;
    const struct sandbox sandbox = { .strength = SANDBOX_WORKER };
    if (p->sandbox && sandbox_enter(&sandbox, e) < 0) return -1;
    c->is_up = true;
    return 0;
}

static _Noreturn void go_down(struct isolated *c)
{
    for (size_t i = c->iso->plan->n_stages; i-- > 0;) stage_close(&c->stages[i]);
    codec_close(&c->output);
    codec_close(&c->jsonl);
    _exit(0);
}

/* ---- a request ---- */

/* The records asked for, into the batch; was[i]: record i as it came, whose lists
 * nothing changes. */
static int read_request(struct isolated *c, wq_record ***was, struct err *e)
{
    struct batch *b = &c->batch;
    struct wire_in in;
    if (wire_open(&in, c->lane->request, c->page->request_bytes,
                  c->iso->known, &b->arena) < 0
        || wire_intern(&in) < 0)
        goto bad;
    size_t n = in.n_records;
    wq_record *records = arena_zero(&b->arena, n * 2, sizeof *records);
    *was = arena_array(&b->arena, n, sizeof **was);
    if (!records || !*was) return err_no_memory(e);
    atomic_store(&c->page->records, (uintptr_t)records);
    for (size_t i = 0; i < n; i++) {
        wq_record *r = &records[i], *then = &records[n + i];
        uint32_t of, flags;
        r->arena = &b->arena;
        if (wire_get(&in, NULL, 0, r, &of, &flags) != 1) goto bad;
        r->is_emitted = true;
        *then = *r;
        then->fields = arena_copy(&b->arena, r->fields,
                                  r->n_fields * sizeof *r->fields);
        then->layers = arena_copy(&b->arena, r->layers,
                                  r->n_layers * sizeof *r->layers);
        if (!then->fields || !then->layers
            || batch_push(&b->records, &b->n_records, &b->cap_records, r) < 0)
            return err_no_memory(e);
        (*was)[i] = then;
    }
    return 0;
bad:
    if (errno == ENOMEM) return err_no_memory(e);
    return err_set(e, EX_INTERNAL, "records do not arrive in the process of "
                   "isolated stages");
}

static void take_counts(struct isolated *c)
{
    uint64_t *counts = (uint64_t *)(void *)c->lane->answer;
    for (uint32_t i = c->page->from; i < c->page->to; i++)
        stage_stats_take(&c->stages[i].stats[0], c->stages[i].desc,
                         counts + c->iso->counts[i]);
}

/* Writes records home: each is one that came, or descends from one. */
static void put_records(struct wire_out *out, wq_record *const *list, size_t n,
                        wq_record *const *was, const wq_record *first,
                        uint32_t flags)
{
    for (size_t i = 0; i < n; i++) {
        const wq_record *r = list[i], *top = r;
        while (top->parent) top = top->parent;
        size_t of = (size_t)(top - first);
        wire_put(out, r, (uint32_t)of, flags | (r->parent ? WIRE_CHILD : 0),
                 was[of]);
    }
}

static int write_answer(struct isolated *c, wq_record *const *was,
                        struct err *e)
{
    const struct isolate *iso = c->iso;
    const struct batch *b = &c->batch;
    size_t n = iso->counts[iso->plan->n_stages];
    size_t at = n * sizeof(uint64_t);
    struct wire_out out;
    take_counts(c);
    const wq_record *first = (const wq_record *)atomic_load(&c->page->records);
    wire_begin(&out, c->lane->answer + at, c->lane->answer_room, &c->names);
    put_records(&out, b->records, b->n_records, was, first, 0);
    put_records(&out, b->gone, b->n_gone, was, first, WIRE_GONE);
    c->page->answer_bytes = wire_end(&out);
    return c->page->answer_bytes ? 0 : err_no_memory(e);
}

/* The stages asked for.  *fault: that of one which gave nonsense. */
static int run_stages(struct isolated *c, const char **fault, struct err *e)
{
    take_counts(c); /* what a request that failed has left */
    for (uint32_t i = c->page->from; i < c->page->to; i++) {
        struct stage *s = &c->stages[i];
        atomic_store(&c->page->stage, i);
        if (stage_run(s, 0, &c->batch, &c->scratch, e) == 0) continue;
        *fault = s->fault;
        s->fault = NULL;
        return -1;
    }
    return 0;
}

static void serve(struct isolated *c)
{
    struct lane_page *page = c->page;
    struct err e = { 0 };
    wq_record **was = NULL;
    const char *fault = NULL;
    int rc = c->is_up ? 0 : come_up(c, &e);
    atomic_store(&page->taken, atomic_load(&page->asked));
    if (rc == 0 && page->from < page->to) {
        rc = read_request(c, &was, &e);
        if (rc == 0) rc = run_stages(c, &fault, &e);
        if (rc == 0) rc = write_answer(c, was, &e);
    }
    page->answer = rc == 0 ? LANE_DONE
                   : fault ? LANE_NONSENSE
                   : c->is_up && e.code == EX_NO_MEMORY ? LANE_NO_MEMORY
                                                        : LANE_FAILED;
    page->err = e;
    text_format(page->fault, sizeof page->fault, "%s", fault ? fault : "");
    batch_reset(&c->batch);
    arena_reset(&c->scratch);
}

/* What cannot be told otherwise: the status tells it. */
static void leave(void)
{
    _exit(EX_NO_MEMORY);
}

_Noreturn void isolated_live(const struct isolate *iso, size_t lane)
{
    struct isolated c = { .iso = iso, .lane = &iso->lanes[lane],
                          .page = iso->lanes[lane].page,
                          .names.known = iso->known };
    struct lane_bell bell;
    int fd = c.lane->theirs;
    keep_only(iso, lane);
    take_streams();
    nomem_on_leave(leave);
    host_now = &c.page->now;
    while (lane_hear(fd, &bell)) {
        if (bell.word == LANE_LEAVE) {
            if (!c.is_up) _exit(0);
            go_down(&c);
        }
        uint32_t asked = atomic_load(&c.page->asked);
        if (asked == atomic_load(&c.page->answered)) continue; /* rung twice */
        serve(&c);
        atomic_store(&c.page->answered, asked);
        lane_ring(fd, LANE_ANSWERED, 0);
    }
    _exit(0);
}
