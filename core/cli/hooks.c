/* hooks.c - see hooks.h.
 *
 *   standard input   the report, JSON: a file, so that a program that does not
 *                    read it blocks nobody
 *   standard output  our standard error: ours may be the articles
 *   environment      ours, and WARRAQ_*
 *
 * It has a process group of its own, and a minute.  A signal that is to end warraq
 * meanwhile goes to the hook, which then has a few seconds. */
#include "cli/hooks.h"
#include "base/log.h"
#include "base/trust.h"
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 60000, STOPPED_LIMIT_MS = 5000 };

/* ---- what it is given ---- */

/* The report as a file; -1: no memory. */
static int write_report(const struct report *r)
{
    int fd = memfd_create("warraq-report", MFD_CLOEXEC);
    int copy = fd < 0 ? -1 : dup(fd);
    FILE *to = copy < 0 ? NULL : fdopen(copy, "w");
    if (to) report_json(to, r);
    else if (copy >= 0) close(copy);
    if (to && fclose(to) == 0 && lseek(fd, 0, SEEK_SET) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

enum { N_NAMES = 4 };

/* Our environment and WARRAQ_*, which lie in `own`.  NULL: no memory. */
static char **make_environment(const struct report *r, char *own[N_NAMES])
{
    char **env = NULL;
    size_t n = 0, kept = 0;
    while (environ[n]) n++;
    int failed = asprintf(&own[0], "WARRAQ_PIPELINE=%s", r->pipeline->name) < 0;
    failed |= asprintf(&own[1], "WARRAQ_EXIT=%d", r->code) < 0;
    failed |= asprintf(&own[2], "WARRAQ_MESSAGE=%s",
                       r->message ? r->message : "") < 0;
    failed |= (r->result.run
                   ? asprintf(&own[3], "WARRAQ_RUN=%llu",
                              (unsigned long long)r->result.run)
                   : asprintf(&own[3], "WARRAQ_RUN=")) < 0;
    if (!failed) env = calloc(n + N_NAMES + 1, sizeof *env);
    for (size_t i = 0; env && i < n; i++) {
        bool is_old = false;
        for (size_t k = 0; k < N_NAMES; k++)
            is_old |= strncmp(environ[i], own[k], strcspn(own[k], "=") + 1) == 0;
        if (!is_old) env[kept++] = environ[i];
    }
    for (size_t k = 0; env && k < N_NAMES; k++) env[kept++] = own[k];
    return env;
}

/* ---- which program ---- */

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* The first program of that name in PATH, as execvp(3) finds it; trusted, for root,
 * together with the folder that has it.  The caller frees it; NULL with e. */
static char *find_in_path(const char *name, struct err *e)
{
    const char *path = getenv("PATH");
    if (!path) path = "/bin:/usr/bin";
    for (size_t n;; path += n + 1) {
        char *file;
        n = strcspn(path, ":");
        if (asprintf(&file, "%.*s/%s", n ? (int)n : 1, n ? path : ".", name) < 0)
            return err_no_memory(e), NULL;
        if (is_program(file)) {
            bool is_trusted = trust_check(file, TRUST_FILE, e) == 0;
            file[strlen(file) - strlen(name) - 1] = '\0';
            if (is_trusted && trust_check(n ? file : ".", TRUST_FOLDER, e) == 0) {
                file[strlen(file)] = '/';
                return file;
            }
            free(file);
            return NULL;
        }
        free(file);
        if (!path[n]) break;
    }
    err_set(e, EX_INTERNAL, "no such program in PATH");
    return NULL;
}

/* The same for any name. */
static char *find_program(const char *name, struct err *e)
{
    if (!strchr(name, '/')) return find_in_path(name, e);
    if (trust_check(name, TRUST_FILE, e) < 0) return NULL;
    char *file = strdup(name);
    if (!file) err_no_memory(e);
    return file;
}

/* ---- running it ---- */

/* 0, or an errno. */
static int prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *attr,
                   int report)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int rc = posix_spawn_file_actions_adddup2(files, report, STDIN_FILENO);
    if (!rc) rc = posix_spawn_file_actions_adddup2(files, STDERR_FILENO,
                                                   STDOUT_FILENO);
    if (!rc) rc = posix_spawnattr_setpgroup(attr, 0);
    if (!rc) rc = posix_spawnattr_setsigmask(attr, &none);
    if (!rc) rc = posix_spawnattr_setsigdefault(attr, &all);
    if (!rc)
        rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP
                                                | POSIX_SPAWN_SETSIGMASK
                                                | POSIX_SPAWN_SETSIGDEF);
    return rc;
}

static int spawn(const char *program, const char *const *argv,
                 char *const *env, int report, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    int rc = posix_spawn_file_actions_init(&files);
    if (rc) return rc;
    rc = posix_spawnattr_init(&attr);
    if (rc == 0) {
        rc = prepare(&files, &attr, report);
        if (rc == 0)
            rc = posix_spawn(pid, program, &files, &attr,
                             (char *const *)(uintptr_t)argv, env);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* Waits for it; awaited are blocked.  In *status how it ended; -1 with e: it was
 * killed, with its group, or nobody can tell. */
static int wait_for(pid_t pid, const sigset_t *awaited, int *status,
                    struct err *e)
{
    int64_t limit = LIMIT_MS, until = now_ms() + limit;
    for (int64_t left = limit; left > 0; left = until - now_ms()) {
        const struct timespec wait = { .tv_sec = left / 1000,
                                       .tv_nsec = left % 1000 * 1000000 };
        int n = sigtimedwait(awaited, NULL, &wait);
        pid_t ended = waitpid(pid, status, WNOHANG);
        if (ended == pid) return 0;
        if (ended < 0)
            return err_set(e, EX_INTERNAL, "cannot tell how it ended: %s",
                           strerror(errno));
        if (n <= 0 || n == SIGCHLD || is_ignored(n)) continue;
        kill(-pid, n);
        if (limit == LIMIT_MS) until = now_ms() + (limit = STOPPED_LIMIT_MS);
    }
    kill(-pid, SIGKILL);
    while (waitpid(pid, status, 0) < 0 && errno == EINTR) {}
    return limit == LIMIT_MS
               ? err_set(e, EX_INTERNAL, "took longer than %d s and was killed",
                         LIMIT_MS / 1000)
               : err_set(e, EX_INTERNAL, "was stopped, and killed");
}

/* Spawns it and waits, undisturbed by what we were started with: SIGCHLD ignored,
 * it would leave no status.  0, or -1 with e. */
static int spawn_and_wait(const char *program, const char *const *argv,
                          char *const *env, int report, int *status,
                          struct err *e)
{
    const struct sigaction normal = { .sa_handler = SIG_DFL };
    struct sigaction old_child;
    sigset_t awaited, old_mask;
    pid_t pid = 0;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGHUP);
    sigprocmask(SIG_BLOCK, &awaited, &old_mask);
    sigaction(SIGCHLD, &normal, &old_child);
    int failed = spawn(program, argv, env, report, &pid);
    int rc = failed ? err_set(e, EX_INTERNAL, "cannot be run: %s",
                              strerror(failed))
                    : wait_for(pid, &awaited, status, e);
    sigaction(SIGCHLD, &old_child, NULL);
    sigprocmask(SIG_SETMASK, &old_mask, NULL);
    return rc;
}

/* 0, or -1 with e. */
static int run_hook(const char *const *argv, const struct report *r,
                    struct err *e)
{
    char *own[N_NAMES] = { NULL };
    int rc = -1, status = 0, report = -1;
    char *program = find_program(argv[0], e);
    char **env = make_environment(r, own);
    if (!program) goto out;
    if (!env || (report = write_report(r)) < 0) {
        err_no_memory(e);
        goto out;
    }
    if (spawn_and_wait(program, argv, env, report, &status, e) < 0) goto out;
    if (WIFSIGNALED(status))
        err_set(e, EX_INTERNAL, "was ended by signal %d (%s)", WTERMSIG(status),
                strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status))
        err_set(e, EX_INTERNAL, "ended with status %d", WEXITSTATUS(status));
    else
        rc = 0;
out:
    if (report >= 0) close(report);
    free(program);
    free(env);
    for (size_t i = 0; i < N_NAMES; i++) free(own[i]);
    return rc;
}

void hooks_run(const struct report *r)
{
    enum outcome outcome = report_outcome(r);
    bool is_success = outcome == OUTCOME_SUCCESS;
    const char *const *argv = is_success ? r->pipeline->on_success
                                         : r->pipeline->on_failure;
    struct err e = { 0 };
    if (outcome == OUTCOME_NOTHING || !argv) return;
    if (run_hook(argv, r, &e) < 0)
        log_line(WQ_LOG_WARNING, "%s: %s: %s",
                 is_success ? "on_success" : "on_failure", argv[0], e.text);
}
