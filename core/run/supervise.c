/* supervise.c - see supervise.h.
 *
 *          +--> fork, wait ------> done -------------------> its result
 *          |        |
 *          |        +--> died in a call of an isolated ordered stage:
 *          +----------- the record goes to the asides, at most 100 times
 *          |        |
 *          |        +--> was killed, and it cannot be said over which record:
 *          +----------- the same with one thread, which can
 *                   |
 *                   +--> died elsewhere, or after its commit ---> 70; its result
 *
 * A SIGKILL is the kernel's, out of memory, or some person's.  So a record is
 * set aside for it only when that is the second one, with one thread. */
#include "run/supervise.h"
#include "base/log.h"
#include "run/internal.h"
#include "run/isolate.h"
#include "run/progress.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MAX_RESTARTS = 100,
    AGAIN = -1,       /* beside the exit codes */
    PATIENCE_MS = 4900, /* the child leaves 4.5 s after a signal by itself      */
    HASTE_MS = 300      /* ... and at once after a second one                   */
};

struct supervisor {
    struct plan *plan;
    const struct run_options *options;
    struct page page;
    struct aside *asides; /* MAX_RESTARTS of them */
    size_t n_asides, n_restarts;
    bool is_alone;        /* one thread, to see who it is */
    bool shares_terminal; /* the child is in our process group */
    int64_t start_ms;
    off_t stdin_at;       /* where standard input began; -1: it cannot go back */
    sigset_t awaited;
    int stopped_by;       /* the first signal that was passed on; 0 */
    pid_t child;
};

/* Is one of the ordered stages isolated? */
static bool may_begin_anew(const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_stages; i++)
        if (plan->stages[i].cfg->isolate
            && plan->stages[i].desc->flags & WQ_ORDERED)
            return true;
    return false;
}

bool supervise_wants(const struct plan *plan, const struct run_options *o)
{
    const struct pipeline *p = plan->pipeline;
    if (o->to_memory || o->memory_input.p) return false;
    return p->sandbox || p->on_success || p->on_failure || p->metrics
           || may_begin_anew(plan);
}

/* ---- the child ---- */

/* What is left of the run's time. */
static int64_t time_left(const struct supervisor *s)
{
    int64_t limit = s->options->time_limit_ms
                        ? s->options->time_limit_ms
                        : s->plan->pipeline->time_limit_ms;
    if (limit == 0) return 0;
    limit -= progress_now_ms() - s->start_ms;
    return limit > 0 ? limit : 1;
}

static _Noreturn void be_the_run(const struct supervisor *s, pid_t parent)
{
    struct run_options options = *s->options;
    struct err e;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        _exit(EX_INTERNAL);
    /* Then ^C comes once, by way of the parent; and a terminal that stops what
     * writes or reads from the background does not stop us. */
    if (!s->shares_terminal) setpgid(0, 0);
    signal(SIGTTOU, SIG_IGN);
    signal(SIGTTIN, SIG_IGN);
    /* By default it has no limit: it is the run, with all that it remembers. */
    if (may_begin_anew(s->plan) && s->plan->pipeline->memory_limit
        && isolate_limit_memory(s->plan->pipeline->memory_limit, &e) < 0) {
        page_done(&s->page, e.code, &e);
        _exit(EX_FINE);
    }
    if (s->is_alone) options.threads = 1;
    options.time_limit_ms = time_left(s);
    run_here(s->plan, &options, &s->page, &s->page.shared->result, &e);
    _exit(EX_FINE); /* the page says all; what stdio holds is the parent's */
}

/* ---- waiting ---- */

/* Passes a signal on.  Returns how long the child has for it; 0: for ever. */
static int64_t pass_on(struct supervisor *s, const siginfo_t *info)
{
    bool is_first = !s->stopped_by;
    if (info->si_signo == SIGTSTP) { /* ^Z stops both */
        kill(s->child, SIGSTOP);
        raise(SIGSTOP);
        kill(s->child, SIGCONT);
        return 0;
    }
    /* From the terminal it has it already. */
    if (!s->shares_terminal || info->si_code != SI_KERNEL)
        kill(s->child, info->si_signo);
    struct sigaction action;
    sigaction(info->si_signo, NULL, &action);
    if (action.sa_handler == SIG_IGN) return 0; /* nohup: by it, too */
    if (is_first) s->stopped_by = info->si_signo;
    return is_first ? PATIENCE_MS : HASTE_MS;
}

/* Waits for the child to end, whatever it takes.  Returns its status. */
static int wait_for_child(struct supervisor *s)
{
    int64_t kill_at = 0; /* 0: never */
    for (int status;;) {
        siginfo_t info = { 0 };
        int64_t left = kill_at - progress_now_ms();
        struct timespec wait = { .tv_sec = left / 1000,
                                 .tv_nsec = left % 1000 * 1000000 };
        if (left < 0) wait = (struct timespec){ 0 };
        int n = sigtimedwait(&s->awaited, &info, kill_at ? &wait : NULL);
        if (waitpid(s->child, &status, WNOHANG | WUNTRACED) == s->child) {
            if (!WIFSTOPPED(status)) return status;
            /* A plugin did that: its time limit runs only if it goes on. */
            kill(s->child, SIGCONT);
        }
        if (n > 0 && n != SIGCHLD) {
            int64_t patience = pass_on(s, &info);
            if (patience) kill_at = progress_now_ms() + patience;
        } else if (n < 0 && errno == EAGAIN) {
            /* A commit takes its time, unless one was in a hurry. */
            if (!atomic_load(&s->page.shared->is_through)) kill(s->child, SIGKILL);
            kill_at = 0;
        }
    }
}

/* ---- what became of it ---- */

static const char *signal_name(int number, char *out, size_t cap)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        { SIGKILL, "SIGKILL" }, { SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" },
        { SIGABRT, "SIGABRT" }, { SIGFPE, "SIGFPE" },   { SIGILL, "SIGILL" },
        { SIGSYS, "SIGSYS" },   { SIGTRAP, "SIGTRAP" }, { SIGTERM, "SIGTERM" },
        { SIGINT, "SIGINT" },   { SIGHUP, "SIGHUP" },   { SIGXCPU, "SIGXCPU" },
    };
    for (size_t i = 0; i < WQ_LEN(names); i++)
        if (names[i].number == number) return names[i].name;
    text_format(out, cap, "signal %d", number);
    return out;
}

/* "SIGKILL", "exit 3" */
static void name_end(int status, char *out, size_t cap)
{
    char other[32];
    if (WIFSIGNALED(status))
        text_format(out, cap, "%s",
                    signal_name(WTERMSIG(status), other, sizeof other));
    else text_format(out, cap, "exit %d", WEXITSTATUS(status));
}

/* ` stage "x" crashed (SIGSEGV) on record "a1" (in.jsonl, byte 4711)` */
static void describe(const struct supervisor *s, const struct aside *a,
                     char *out, size_t cap)
{
    static const char *const whats[HOST_REASONS] = {
        [REASON_UNSPECIFIED] = "failed", [REASON_CRASHED] = "crashed",
        [REASON_TIMED_OUT] = "timed out", [REASON_NONSENSE] = "gave nonsense",
        [REASON_OUT_OF_MEMORY] = "ran out of memory",
    };
    const char *detail = a->mishap.detail;
    text_format(out, cap, "stage \"%s\" %s%s%s%s on record \"%s\" (%s, byte "
                "%llu)", s->plan->stages[a->call.stage].cfg->label,
                whats[a->mishap.why], *detail ? " (" : "", detail,
                *detail ? ")" : "", a->call.id, a->call.path,
                (unsigned long long)a->call.byte);
}

/* What is known of the commit of a process that is gone. */
static const char *commit_text(const struct supervisor *s)
{
    return watch_commit_text(atomic_load(&s->page.shared->commit));
}

static int stopped(const struct supervisor *s, const char *how, struct err *e)
{
    char other[32];
    return err_set(e, EX_LATER, "stopped by %s%s; %s",
                   signal_name(s->stopped_by, other, sizeof other), how,
                   commit_text(s)),
           EX_LATER;
}

/* It begins anew, unless it must not.  Returns AGAIN, or an exit code with e. */
static int begin_anew(struct supervisor *s, const char *because, int code,
                      struct err *e)
{
    if (s->stopped_by) return stopped(s, "", e);
    if (!atomic_load(&s->page.shared->can_begin_anew))
        return err_set(e, code, "%s; nothing was committed, and the run cannot "
                       "begin anew without it: it reads or writes a stream",
                       because), code;
    if (s->n_restarts == MAX_RESTARTS)
        return err_set(e, EX_INTERNAL, "%s; nothing was committed: the run has "
                       "begun anew %d times", because, MAX_RESTARTS),
               EX_INTERNAL;
    s->n_restarts++;
    log_line(WQ_LOG_WARNING, "%s; the run begins anew", because);
    return AGAIN;
}

/* As a process that a plugin had broken wrote it: the texts end. */
static struct aside taken(const struct aside *told)
{
    struct aside a = *told;
    a.call.path[sizeof a.call.path - 1] = a.call.id[sizeof a.call.id - 1] = '\0';
    a.mishap.detail[sizeof a.mishap.detail - 1] = '\0';
    return a;
}

/* The record is set aside in what follows. */
static int set_aside(struct supervisor *s, const struct aside *told,
                     struct err *e)
{
    struct aside a = taken(told);
    char text[512];
    if (a.call.stage >= s->plan->n_stages || (unsigned)a.mishap.why >= HOST_REASONS)
        return err_set(e, EX_INTERNAL, "a stage crashed, and has overwritten "
                       "which; nothing was committed"), EX_INTERNAL;
    describe(s, &a, text, sizeof text);
    int code = begin_anew(s, text, a.mishap.why == REASON_OUT_OF_MEMORY
                                       ? EX_NO_MEMORY : EX_INTERNAL, e);
    s->is_alone = false;
    if (code == AGAIN) s->asides[s->n_asides++] = a;
    return code;
}

/* It ended without a word. */
static int killed(struct supervisor *s, int status, struct err *e)
{
    const struct page_shared *p = s->page.shared;
    size_t slot = 0, n = page_busy(&s->page, &slot);
    bool is_kill = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    struct aside a = { .mishap.why = is_kill ? REASON_OUT_OF_MEMORY
                                             : REASON_CRASHED };
    char because[128], end[48];
    name_end(status, end, sizeof end);
    text_format(because, sizeof because, "the run ended by %s", end);
    if (s->stopped_by) return stopped(s, ", and killed", e);
    if (n == 0)
        return err_set(e, EX_INTERNAL, "%s; %s", because, commit_text(s)),
               EX_INTERNAL;
    if (n > 1 || (is_kill && !s->is_alone)) {
        s->is_alone = true;
        return begin_anew(s, because, EX_INTERNAL, e);
    }
    a.call = p->slots[slot].call;
    text_format(a.mishap.detail, sizeof a.mishap.detail, "%s", end);
    return set_aside(s, &a, e);
}

/* Memory ran out in no call, and no record can be blamed: tells the last one that
 * an isolated stage had, which may have kept too much. */
static void tell_last(const struct supervisor *s, struct err *e)
{
    const struct page_shared *p = s->page.shared;
    size_t last = atomic_load(&p->last), n = strlen(e->text);
    if (!s->plan->pipeline->memory_limit || last == 0 || last > PAGE_SLOTS) return;
    struct call c = taken(&(struct aside){ .call = p->slots[last - 1].call }).call;
    if (c.stage >= s->plan->n_stages) return;
    text_format(e->text + n, sizeof e->text - n, ", under memory_limit; the last "
                "article of stage \"%s\" was \"%s\" (%s, byte %llu)",
                s->plan->stages[c.stage].cfg->label, c.id, c.path,
                (unsigned long long)c.byte);
}

/* It was committed, or at least has its exit code, and died of the rest. */
static int survived(const struct supervisor *s, int status,
                    const struct run_result *result, struct err *e)
{
    const struct page_shared *p = s->page.shared;
    char words[sizeof p->words], end[48];
    name_end(status, end, sizeof end);
    if (atomic_load(&p->end) == PAGE_SPEAKS && p->words[0])
        text_format(words, sizeof words, "%.*s", (int)sizeof p->words - 1,
                    p->words);
    else
        text_format(words, sizeof words, "%s; then the run ended by %s",
                    result->is_committed ? "the run was committed"
                                         : "nothing was committed", end);
    log_line(WQ_LOG_WARNING, "%s", words);
    if (atomic_load(&p->is_done)) return p->exit_code;
    int code = run_code(result);
    return err_set(e, code, "%s", words), code;
}

/* No exit code of ours is below 0, whatever was written into the page. */
static int sane(int code)
{
    return code < 0 || code > 255 ? EX_INTERNAL : code;
}

/* Returns the exit code, or AGAIN.  result, e: the child's, as far as they came. */
static int judge(struct supervisor *s, int status, struct run_result *result,
                 struct err *e)
{
    struct page_shared *p = s->page.shared;
    bool is_done = atomic_load(&p->is_done);
    int end = atomic_load(&p->end);
    p->code = sane(p->code);
    p->exit_code = sane(p->exit_code);
    err_take(&p->err, e);
    if (page_result(&s->page, s->plan, result) < 0)
        return err_no_memory(e), EX_NO_MEMORY;
    if (end == PAGE_BLAMES && !result->is_committed)
        return set_aside(s, &p->blamed, e);
    if (is_done && status == 0) {
        if (p->exit_code == EX_NO_MEMORY) tell_last(s, e);
        return p->exit_code;
    }
    if (is_done || result->is_committed) return survived(s, status, result, e);
    if (end != PAGE_SPEAKS) return killed(s, status, e);
    if (p->words[0])
        err_set(e, p->code, "%.*s", (int)sizeof p->words - 1, p->words);
    else
        err_set(e, p->code, "stopped by a second signal; %s", commit_text(s));
    return p->code;
}

/* ---- all of it ---- */

/* One child, from the fork to its end. */
static int run_once(struct supervisor *s, struct run_result *result,
                    struct err *e)
{
    pid_t parent = getpid();
    char tag[24];
    if (s->n_restarts) page_clear(&s->page);
    s->page.asides = s->asides;
    s->page.n_asides = s->n_asides;
    if (s->stdin_at >= 0) lseek(STDIN_FILENO, s->stdin_at, SEEK_SET);
    s->child = fork();
    if (s->child < 0)
        return err_set(e, EX_NO_MEMORY, "cannot make a process: %s",
                       strerror(errno)), EX_NO_MEMORY;
    if (s->child == 0) be_the_run(s, parent);
    int status = wait_for_child(s);
    if (status != 0) {
        if (run_wants_progress(s->options))
            progress_clear(&(struct progress_line){ .is_shown = true });
        text_format(tag, sizeof tag, "%ld", (long)s->child);
        outputs_clear(s->plan, s->options, tag);
    }
    return judge(s, status, result, e);
}

static void await(struct supervisor *s, sigset_t *old_mask,
                  struct sigaction *old_child)
{
    static const int numbers[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGTSTP };
    const struct sigaction normal = { .sa_handler = SIG_DFL };
    sigemptyset(&s->awaited);
    for (size_t i = 0; i < WQ_LEN(numbers); i++)
        sigaddset(&s->awaited, numbers[i]);
    sigprocmask(SIG_BLOCK, &s->awaited, old_mask);
    /* Ignored, the child would leave no status. */
    sigaction(SIGCHLD, &normal, old_child);
}

static bool reads_terminal(const struct supervisor *s)
{
    const struct cfg_io *in = &s->plan->pipeline->input;
    const struct run_options *o = s->options;
    const char *const *paths = o->n_inputs ? o->inputs : in->paths;
    size_t n = o->n_inputs ? o->n_inputs : in->n_paths;
    for (size_t i = 0; i < n; i++)
        if (strcmp(paths[i], "-") == 0) return isatty(STDIN_FILENO);
    return false;
}

int supervise(struct plan *plan, const struct run_options *options,
              struct run_result *result, struct err *e)
{
    struct supervisor s = { .plan = plan, .options = options,
                            .start_ms = progress_now_ms(),
                            .stdin_at = lseek(STDIN_FILENO, 0, SEEK_CUR) };
    struct sigaction old_child;
    int code;
    *result = (struct run_result){ 0 };
    *e = (struct err){ 0 };
    s.shares_terminal = reads_terminal(&s);
    s.asides = calloc(MAX_RESTARTS, sizeof *s.asides);
    if (!s.asides || page_open(&s.page, plan, e) < 0) {
        err_no_memory(e);
        code = EX_NO_MEMORY;
    } else {
        await(&s, &s.page.mask, &old_child);
        do {
            run_result_free(result);
            code = run_once(&s, result, e);
        } while (code == AGAIN);
        sigaction(SIGCHLD, &old_child, NULL);
        sigprocmask(SIG_SETMASK, &s.page.mask, NULL);
    }
    result->seconds = (double)(progress_now_ms() - s.start_ms) / 1000;
    watch_commit(result->is_committed ? COMMIT_DONE : COMMIT_NONE);
    page_close(&s.page);
    free(s.asides);
    return code;
}
