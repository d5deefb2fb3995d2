/* watch.c - see watch.h.  Handlers use only what signal-safety(7) allows, and
 * their own formatting into a buffer on the stack. */
#include "run/watch.h"
#include "run/page.h"
#include "run/reader.h"
#include "run/sink.h"
#include "base/log.h"
#include "base/names.h"
#include "base/nomem.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    TICK_MS = 50,
    STACK_BYTES = 64 << 10,
    STOP_MS = 4500, /* for what was begun when a run should stop: it ends
                       within five seconds whatever a plugin does */
    TIME_LIMIT = -1 /* why a run stops, beside the signals */
};

struct watch {
    struct watching what;
    int stop[2];           /* a pipe: readable when the run should stop */
    _Atomic int why;       /* signal number, or TIME_LIMIT */
    _Atomic bool is_through; /* no plugin is called any more */
    int64_t start_ms, stop_ms; /* of the run; of the wish to stop it, or 0 */
    nomem_last *old_leave;
    int quit[2];           /* a pipe: closed when the watchdog should end; -1 */
    pthread_t thread;
    struct sigaction old_stop[3], old_crash[5], old_pipe;
};

static const int stop_signals[] = { SIGTERM, SIGINT, SIGHUP };
static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
static struct watch *the_watch; /* for the handlers */
static _Atomic int committed;   /* enum commit_state, of this process' run */
static wq_key id_key;           /* "id", interned before they can run */

/* ---- a message without malloc, locks or stdio ---- */

struct line {
    char text[1024];
    size_t n;
};
static void put(struct line *l, const char *s, size_t n)
{
    for (size_t i = 0; i < n && l->n < sizeof l->text - 1; i++)
        l->text[l->n++] = s[i];
}
static void put_text(struct line *l, const char *s)
{
    put(l, s, strlen(s));
}
static void put_number(struct line *l, uint64_t v)
{
    char digits[20];
    size_t i = sizeof digits;
    do digits[--i] = (char)('0' + v % 10);
    while (v /= 10);
    put(l, digits + i, sizeof digits - i);
}

/* ` on record "a1" (in.jsonl, byte 4711)` */
static void put_record(struct line *l, const wq_record *r)
{
    if (!r) return;
    for (uint32_t i = 0; i < r->n_fields; i++)
        if (r->fields[i].key == id_key && r->fields[i].value.type == WQ_V_STR) {
            wq_str id = r->fields[i].value.u.s;
            put_text(l, " on record \"");
            put(l, id.p, id.n < 200 ? id.n : 200);
            put_text(l, "\"");
        }
    const struct piece *p = r->origin.piece;
    if (!p) return;
    put_text(l, " (");
    put_text(l, piece_name(p));
    put_text(l, ", from byte ");
    put_number(l, p->byte);
    put_text(l, " on)");
}

/* `stage "x" crashed (SIGSEGV) on record "a1" (in.jsonl, from byte 0 on)` */
static void put_what(struct line *l, const struct now *now, const char *what)
{
    const char *label = now ? atomic_load(&now->label) : NULL;
    if (label) {
        put_text(l, "stage \"");
        put_text(l, label);
        put_text(l, "\" ");
    }
    put_text(l, what);
    if (label) put_record(l, atomic_load(&now->record));
    put_text(l, "; ");
    put_text(l, watch_commit_text(atomic_load(&committed)));
}

/* How a worker's call ends the process. */
struct end {
    const char *what;      /* "crashed (SIGSEGV)" */
    int code;
    bool is_fault;         /* of the record in it: */
    enum host_reason why;
    const char *detail;    /* "SIGSEGV" */
};

/* Names what a worker was doing, takes the temporary files away and leaves.  A
 * run in a process of its own leaves the words to the one that waits for it, who
 * may rather begin anew without the record. */
static _Noreturn void give_up(const struct now *now, const struct end *end)
{
    const struct watch *w = the_watch;
    const struct page *page = w ? w->what.page : NULL;
    struct line l = { .n = 0 };
    sink_unlink_all(); /* first: to look at a broken record may crash again */
    if (page && now && end->is_fault
        && page_blame(page, (size_t)(now - w->what.workers), end->why, end->detail))
        _exit(end->code);
    put_what(&l, now, end->what);
    if (page) {
        page_speak(page, end->code, l.text, l.n);
    } else {
        const struct log_about about = {
            .stage = now ? atomic_load(&now->label) : NULL, .says_stage = true };
        log_text(WQ_LOG_ERROR, &about, l.text, l.n);
    }
    _exit(end->code);
}

/* ---- handlers ---- */

static void on_stop(int number)
{
    int saved = errno, none = 0, limit = TIME_LIMIT;
    struct watch *w = the_watch;
    if (w && (atomic_compare_exchange_strong(&w->why, &none, number)
              || atomic_compare_exchange_strong(&w->why, &limit, number))) {
        ssize_t done = write(w->stop[1], "", 1);
        (void)done;
    } else {
        sink_unlink_all();
        if (w && w->what.page) page_speak(w->what.page, EX_LATER, "", 0);
        _exit(EX_LATER);
    }
    errno = saved;
}

static void on_crash(int number)
{
    static const struct {
        int number;
        const char *what, *name;
    } known[] = {
        { SIGSEGV, "crashed (SIGSEGV)", "SIGSEGV" },
        { SIGBUS, "crashed (SIGBUS)", "SIGBUS" },
        { SIGFPE, "crashed (SIGFPE)", "SIGFPE" },
        { SIGILL, "crashed (SIGILL)", "SIGILL" },
        { SIGABRT, "aborted (SIGABRT)", "SIGABRT" },
    };
    size_t k = 0;
    /* A second crash, in here, must not come back. */
    for (size_t i = 0; i < WQ_LEN(crash_signals); i++)
        signal(crash_signals[i], SIG_DFL);
    while (k + 1 < WQ_LEN(known) && known[k].number != number) k++;
    give_up(host_now, &(struct end){ known[k].what, EX_INTERNAL, true,
                                     REASON_CRASHED, known[k].name });
}

static void on_no_memory(void)
{
    give_up(host_now, &(struct end){ "ran out of memory", EX_NO_MEMORY, true,
                                     REASON_OUT_OF_MEMORY, "" });
}

/* ---- the watchdog ---- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What a worker was seen at, and since when. */
struct seen {
    uint64_t call;
    const wq_record *record;
    int64_t since_ms;
};

static void look_at(const struct now *now, struct seen *seen)
{
    uint64_t call = atomic_load(&now->call);
    const wq_record *record = atomic_load(&now->record);
    int64_t limit = atomic_load(&now->limit_ms), t = now_ms();
    if (!atomic_load(&now->label) || call != seen->call
        || record != seen->record) {
        *seen = (struct seen){ call, record, t };
        return;
    }
    if (limit <= 0 || t - seen->since_ms <= limit) return;
    char what[64];
    text_format(what, sizeof what, "took longer than %lld ms",
                (long long)limit);
    give_up(now, &(struct end){ what, EX_INTERNAL, true, REASON_TIMED_OUT,
                                what });
}

/* What was begun has had its time: leaves, naming a stage that still works. */
static _Noreturn void stop_waiting(const struct watch *w)
{
    char what[96];
    size_t i = 0;
    while (i + 1 < w->what.n && !atomic_load(&w->what.workers[i].label)) i++;
    text_format(what, sizeof what, "did not finish within %d ms of %s",
                STOP_MS, watch_why(w));
    give_up(&w->what.workers[i], &(struct end){ .what = what, .code = EX_LATER });
}

static void *watch_over(void *arg)
{
    struct watch *w = arg;
    struct seen *seen = calloc(w->what.n, sizeof *seen);
    struct pollfd quit = { .fd = w->quit[0], .events = POLLIN };
    while (seen && poll(&quit, 1, TICK_MS) <= 0) {
        for (size_t i = 0; i < w->what.n; i++) look_at(&w->what.workers[i], &seen[i]);
        if (w->what.limit_ms && now_ms() - w->start_ms > w->what.limit_ms) {
            int none = 0;
            if (atomic_compare_exchange_strong(&w->why, &none, TIME_LIMIT)) {
                ssize_t done = write(w->stop[1], "", 1);
                (void)done;
            }
        }
        if (!w->stop_ms && watch_why(w)) w->stop_ms = now_ms();
        if (w->stop_ms && now_ms() - w->stop_ms > STOP_MS
            && !atomic_load(&w->is_through))
            stop_waiting(w);
        if (w->what.tick) w->what.tick(w->what.to);
    }
    free(seen);
    return NULL;
}

/* ---- public ---- */

static void handle(const int *numbers, size_t n, void (*handler)(int),
                   int flags, struct sigaction *old)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < n; i++) {
        sigaction(numbers[i], NULL, &old[i]);
        /* nohup: an ignored signal stays ignored. */
        if (old[i].sa_handler != SIG_IGN) sigaction(numbers[i], &action, NULL);
    }
}

static void unhandle(const int *numbers, size_t n, const struct sigaction *old)
{
    for (size_t i = 0; i < n; i++) sigaction(numbers[i], &old[i], NULL);
}

static void close_pipe(int ends[2])
{
    for (size_t i = 0; i < 2; i++) {
        if (ends[i] >= 0) close(ends[i]);
        ends[i] = -1;
    }
}

struct watch *watch_start(const struct watching *what, struct err *e)
{
    struct watch *w = calloc(1, sizeof *w);
    id_key = names_intern_own(str("id"));
    if (!w || pipe2(w->stop, O_CLOEXEC | O_NONBLOCK) < 0) {
        free(w);
        err_no_memory(e);
        return NULL;
    }
    w->what = *what;
    w->quit[0] = w->quit[1] = -1;
    w->start_ms = now_ms();
    atomic_store(&committed, COMMIT_NONE);
    the_watch = w;
    /* A closed pipe is an error of write(). */
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigaction(SIGPIPE, &ignore, &w->old_pipe);
    handle(stop_signals, WQ_LEN(stop_signals), on_stop, 0, w->old_stop);
    handle(crash_signals, WQ_LEN(crash_signals), on_crash, SA_ONSTACK,
           w->old_crash);
    w->old_leave = nomem_on_leave(on_no_memory);
    if (what->page) pthread_sigmask(SIG_SETMASK, &what->page->mask, NULL);
    if (watch_go(w, e) == 0) return w;
    watch_stop(w);
    return NULL;
}

int watch_go(struct watch *w, struct err *e)
{
    if (pipe2(w->quit, O_CLOEXEC) == 0
        && pthread_create(&w->thread, NULL, watch_over, w) == 0)
        return 0;
    close_pipe(w->quit);
    return err_set(e, EX_NO_MEMORY, "cannot start a thread");
}

void watch_rest(struct watch *w)
{
    if (!w || w->quit[1] < 0) return;
    close(w->quit[1]);
    w->quit[1] = -1;
    pthread_join(w->thread, NULL);
    close_pipe(w->quit);
}

int watch_fd(const struct watch *w)
{
    return w->stop[0];
}

const char *watch_why(const struct watch *w)
{
    switch (atomic_load(&w->why)) {
    case 0: return NULL;
    case TIME_LIMIT: return "the time limit";
    case SIGTERM: return "SIGTERM";
    case SIGINT: return "SIGINT";
    default: return "SIGHUP";
    }
}

void watch_through(struct watch *w)
{
    atomic_store(&w->is_through, true);
}

int watch_thread(struct now *now)
{
    stack_t stack = { .ss_sp = malloc(STACK_BYTES), .ss_size = STACK_BYTES };
    if (!stack.ss_sp || sigaltstack(&stack, NULL) < 0) {
        free(stack.ss_sp);
        return -1;
    }
    host_now = now;
    return 0;
}

void watch_thread_end(void)
{
    stack_t none = { .ss_flags = SS_DISABLE }, old;
    if (!host_now) return;
    if (sigaltstack(&none, &old) == 0 && !(old.ss_flags & SS_DISABLE))
        free(old.ss_sp);
    host_now = NULL;
}

int watch_open_start(struct watch_open *w)
{
    memset(w, 0, sizeof *w); /* braces would meet an atomic, which clang refuses */
    id_key = names_intern_own(str("id"));
    handle(crash_signals, WQ_LEN(crash_signals), on_crash, SA_ONSTACK, w->old);
    return watch_thread(&w->now);
}

void watch_open_stop(struct watch_open *w)
{
    watch_thread_end();
    unhandle(crash_signals, WQ_LEN(crash_signals), w->old);
}

void watch_commit(enum commit_state how_far)
{
    atomic_store(&committed, (int)how_far);
    if (the_watch && the_watch->what.page)
        page_commit(the_watch->what.page, (int)how_far);
}

const char *watch_commit_text(int how_far)
{
    switch (how_far) {
    case COMMIT_SHOWING: return "some of its outputs may be there, or all";
    case COMMIT_ASKED: return "the next run will tell whether it was committed";
    case COMMIT_DONE: return "the run was committed";
    default: return "nothing was committed";
    }
}

void watch_stop(struct watch *w)
{
    if (!w) return;
    watch_rest(w);
    unhandle(stop_signals, WQ_LEN(stop_signals), w->old_stop);
    unhandle(crash_signals, WQ_LEN(crash_signals), w->old_crash);
    sigaction(SIGPIPE, &w->old_pipe, NULL);
    nomem_on_leave(w->old_leave);
    the_watch = NULL;
    close_pipe(w->stop);
    free(w);
}
