/* hooks.c - see hooks.h.
 *
 *   standard input   the report, JSON: a file, so that a program that does not
 *                    read it blocks nobody
 *   standard output  our standard error: ours may be the articles
 *   environment      ours, and WARRAQ_*
 *
 * It has a process group of its own, and a minute. */
#include "cli/hooks.h"
#include "base/log.h"
#include "base/trust.h"
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 60000, LOOK_MS = 10 };

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

static int spawn(const char *const *argv, char *const *env, int report,
                 pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    int rc = posix_spawn_file_actions_init(&files);
    if (rc) return rc;
    rc = posix_spawnattr_init(&attr);
    if (rc == 0) {
        rc = prepare(&files, &attr, report);
        if (rc == 0)
            rc = posix_spawnp(pid, argv[0], &files, &attr,
                              (char *const *)(uintptr_t)argv, env);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* Waits LIMIT_MS.  Its status, or -1: it was killed, with its group. */
static int wait_for(pid_t pid)
{
    const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };
    int status = 0;
    for (int ms = 0; ms < LIMIT_MS; ms += LOOK_MS) {
        pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid) return status;
        if (ended < 0 && errno != EINTR) return 0; /* nobody can tell */
        nanosleep(&look, NULL);
    }
    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    return -1;
}

/* 0, or -1 with e. */
static int run_hook(const char *const *argv, const struct report *r,
                    struct err *e)
{
    char *own[N_NAMES] = { NULL };
    pid_t pid = 0;
    int rc = -1, status = 0, report = -1;
    char **env = make_environment(r, own);
    if (strchr(argv[0], '/') && trust_check(argv[0], TRUST_FILE, e) < 0) goto out;
    if (!env || (report = write_report(r)) < 0) {
        err_no_memory(e);
        goto out;
    }
    int failed = spawn(argv, env, report, &pid);
    if (failed) {
        err_set(e, EX_INTERNAL, "cannot be run: %s", strerror(failed));
        goto out;
    }
    status = wait_for(pid);
    if (status < 0)
        err_set(e, EX_INTERNAL, "took longer than %d s and was killed",
                LIMIT_MS / 1000);
    else if (WIFSIGNALED(status))
        err_set(e, EX_INTERNAL, "was ended by signal %d (%s)", WTERMSIG(status),
                strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status))
        err_set(e, EX_INTERNAL, "ended with status %d", WEXITSTATUS(status));
    else
        rc = 0;
out:
    if (report >= 0) close(report);
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
