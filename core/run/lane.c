/* lane.c - the thread's side of a lane: asking its worker process, and finding out
 * that it died or hangs. */
#include "run/lane.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PAGE_BYTES = 64 << 10,
    LOOK_MS = 50,
    TRIES = 5 /* processes that die before they take a request */
};
/* Address space, not memory: the largest batch, a record of many fields of 64 MiB
 * each, has room.  Where so much is not to be had (ulimit -v), less. */
#define ROOM_MOST  ((size_t)8 << 30)
#define ROOM_LEAST ((size_t)64 << 20)
#define KEEP_BYTES ((size_t)8 << 20)
_Static_assert(sizeof(struct lane_page) <= PAGE_BYTES, "the page is too small");

int lane_open(struct lane *l)
{
    int ends[2], fd = memfd_create("warraq-lane", MFD_CLOEXEC);
    *l = (struct lane){ .ours = -1, .theirs = -1 };
    if (fd < 0) return -1;
    for (l->room = ROOM_MOST; l->room >= ROOM_LEAST; l->room /= 2) {
        l->bytes = PAGE_BYTES + l->room * 2;
        if (ftruncate(fd, (off_t)l->bytes) < 0) continue;
        void *p = mmap(NULL, l->bytes, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_NORESERVE, fd, 0);
        if (p == MAP_FAILED) continue;
        l->page = p;
        l->request = (char *)p + PAGE_BYTES;
        l->answer = l->request + l->room;
        break;
    }
    close(fd);
    if (!l->page
        || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    l->ours = ends[0];
    l->theirs = ends[1];
    return 0;
}

void lane_close(struct lane *l)
{
    if (l->page) munmap(l->page, l->bytes);
    if (l->ours >= 0) close(l->ours);
    if (l->theirs >= 0) close(l->theirs);
    wire_names_free(&l->names);
    *l = (struct lane){ .ours = -1, .theirs = -1 };
}

void lane_shrink(struct lane *l)
{
    size_t used = l->page->request_bytes, came = l->page->answer_bytes;
    if (used > KEEP_BYTES && used <= l->room)
        madvise(l->request + KEEP_BYTES, l->room - KEEP_BYTES, MADV_REMOVE);
    if (came > KEEP_BYTES && came <= l->room)
        madvise(l->answer + KEEP_BYTES, l->room - KEEP_BYTES, MADV_REMOVE);
}

int lane_hear(int fd, struct lane_bell *bell)
{
    ssize_t n;
    do n = read(fd, bell, sizeof *bell);
    while (n < 0 && errno == EINTR);
    return n == sizeof *bell;
}

void lane_ring(int fd, enum lane_word word, int status)
{
    struct lane_bell bell = { word, status };
    ssize_t n;
    do n = write(fd, &bell, sizeof bell);
    while (n < 0 && errno == EINTR);
}

static int gone(const struct isolate *iso, struct err *e)
{
    siginfo_t end = { 0 };
    kill(iso->keeper, SIGKILL); /* should it be there: nothing waits for ever */
    if (waitid(P_PID, (id_t)iso->keeper, &end, WEXITED | WNOWAIT) == 0
        && end.si_code == CLD_EXITED && end.si_status == EX_NO_MEMORY)
        return err_no_memory(e);
    return err_set(e, EX_INTERNAL, "the process that keeps isolated stages is "
                   "gone");
}

bool lane_is_ringing(const struct lane *l, int ms)
{
    struct pollfd fd = { .fd = l->ours, .events = POLLIN };
    return poll(&fd, 1, ms) > 0;
}

static void died(struct lane *l)
{
    l->is_up = false;
    l->n_asked = 0;
    l->only = NULL;
}

int lane_kill(struct isolate *iso, size_t lane, struct err *e)
{
    struct lane *l = &iso->lanes[lane];
    uint32_t which = (uint32_t)lane;
    struct lane_bell bell;
    if (!l->is_up) return 0;
    if (write(iso->control, &which, sizeof which) != sizeof which)
        return gone(iso, e);
    do
        if (!lane_hear(l->ours, &bell)) return gone(iso, e);
    while (bell.word != LANE_DIED);
    died(l);
    return 0;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Which stage the process says it is at; the first it was asked for, if that
 * cannot be. */
static uint32_t stage_at(const struct lane_page *page, uint32_t from, uint32_t to)
{
    uint32_t i = atomic_load(&page->stage);
    return i >= from && i < to ? i : from;
}

/* What a process was seen at, and since when. */
struct seen {
    uint64_t call;
    const wq_record *record;
    int64_t since_ms;
};

/* Has it touched no other record for longer than its stage may? */
static bool is_late(struct isolate *iso, const struct lane_page *page,
                    uint32_t from, uint32_t to, struct seen *seen,
                    int64_t *limit_ms)
{
    uint64_t call = atomic_load(&page->now.call);
    const wq_record *record = atomic_load(&page->now.record);
    const struct cfg_stage *cfg =
        iso->plan->stages[stage_at(page, from, to)].cfg;
    int64_t t = now_ms();
    if (call != seen->call || record != seen->record || !seen->since_ms) {
        *seen = (struct seen){ call, record, t };
        host_enter(cfg->label, 0); /* whom the run waits for, should it stop */
        return false;
    }
    *limit_ms = cfg->time_limit_ms;
    return *limit_ms && t - seen->since_ms > *limit_ms;
}

/* It died, and more than once, without having begun. */
static enum lane_end cannot_begin(struct isolate *iso, struct lane_page *page,
                                  int status, struct err *e)
{
    uint32_t i = atomic_load(&page->stage);
    const char *label = i < iso->plan->n_stages ? iso->plan->stages[i].cfg->label
                                                : "?";
    if (status == -1)
        err_set(e, EX_NO_MEMORY, "no process is to be had for isolated stages");
    else if (WIFSIGNALED(status))
        err_set(e, EX_INTERNAL, "stage \"%s\" crashed (%s) as it was started",
                label, strsignal(WTERMSIG(status)));
    else
        err_set(e, EX_INTERNAL, "stage \"%s\" ended its process as it was "
                "started", label);
    return LANE_BROKEN;
}

/* Has a process begun with the request?  One that wrote where it likes has, too. */
static bool is_taken(const struct lane_page *page, uint32_t number)
{
    return atomic_load(&page->taken) != number - 1
           || atomic_load(&page->asked) != number;
}

enum lane_end lane_ask(struct isolate *iso, size_t lane, int *status,
                       int64_t *limit_ms, struct err *e)
{
    struct lane *l = &iso->lanes[lane];
    struct lane_page *page = l->page;
    uint32_t from = page->from, to = page->to, tries = 0;
    uint32_t number = ++l->number;
    struct seen seen = { 0 };
    struct lane_bell bell;
    bool was_late = false;
    atomic_store(&page->taken, number - 1);
    atomic_store(&page->answered, number - 1);
    atomic_store(&page->asked, number);
    lane_ring(l->ours, LANE_ASKED, 0);
    for (;;) {
        if (!lane_is_ringing(l, LOOK_MS)) {
            if (from == to || was_late || !is_taken(page, number)
                || !is_late(iso, page, from, to, &seen, limit_ms))
                continue;
            uint32_t which = (uint32_t)lane;
            was_late = true;
            if (write(iso->control, &which, sizeof which) != sizeof which) break;
            continue;
        }
        if (!lane_hear(l->ours, &bell)) break;
        if (bell.word == LANE_ANSWERED) {
            if (atomic_load(&page->answered) != number) continue;
            l->is_up = true;
            l->n_asked++;
            return LANE_ENDED;
        }
        died(l);
        *status = bell.status;
        if (was_late) return LANE_LATE;
        if (is_taken(page, number)) return LANE_KILLED;
        if (++tries == TRIES) return cannot_begin(iso, page, *status, e);
        lane_ring(l->ours, LANE_ASKED, 0); /* it may have died with the bell */
    }
    gone(iso, e);
    return LANE_BROKEN;
}
