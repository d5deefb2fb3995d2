/* commit.c - see commit.h. */
#include "state/commit.h"
#include "base/file.h"
#include "base/log.h"
#include "state/segments.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(const char *what, const char *path, struct err *e)
{
    return err_set(e, err_code(errno, EX_IO),
                   "cannot %s %s: %s", what, path, strerror(errno));
}

static bool is_gone(void)
{
    return errno == ENOENT || errno == ENOTDIR;
}

/* It does not lie aside: it was renamed before the run that did it was killed, or
 * somebody has taken it away, and this is the one place that can tell. */
static int is_shown(const struct ledger_file *f, struct err *e)
{
    struct stat target;
    if (lstat(f->target, &target) == 0) return 0;
    if (!is_gone()) return cannot("look at", f->target, e);
    log_line(WQ_LOG_WARNING, "a run has committed %s, but neither it nor %s is "
             "there: somebody has taken it away", f->target, f->aside);
    return 0;
}

/* Shows a file at its name, by no link. */
static int show(const struct ledger_file *f, struct err *e)
{
    struct stat aside, target;
    if (lstat(f->aside, &aside) < 0)
        return is_gone() ? is_shown(f, e) : cannot("rename", f->aside, e);
    int folder = file_open_folder(-1, f->target, MAKES_SYNCED);
    const char *name = file_name(f->target);
    if (folder < 0)
        return err_set(e, EX_CANT_CREATE, "cannot rename %s: the folder of %s, "
                       "which a run has committed, is not what it was (%s); put "
                       "it back", f->aside, f->target, strerror(errno));
    int rc = fstatat(folder, name, &target, AT_SYMLINK_NOFOLLOW) == 0
                 ? err_set(e, EX_CANT_CREATE, "%s is in the way of %s, which a "
                           "run has committed; move it away", f->target, f->aside)
             : renameat(AT_FDCWD, f->aside, folder, name) < 0
                 ? cannot("rename", f->aside, e)
                 : 0;
    close(folder);
    return rc;
}

static int clear(const struct ledger_file *f, struct err *e)
{
    return file_remove(f->aside) < 0 && !is_gone() ? cannot("remove", f->aside, e)
                                                   : 0;
}

/* Syncs the folders that the files lie in, and will lie in if with_targets. */
static int sync_folders(const struct ledger_file *list, size_t n,
                        bool with_targets, struct err *e)
{
    if (n == 0) return 0;
    const char **paths = reallocarray(NULL, 2 * n, sizeof *paths);
    if (!paths) return err_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        paths[2 * i] = list[i].aside;
        paths[2 * i + 1] = with_targets ? list[i].target : NULL;
    }
    int rc = file_sync_folders(paths, 2 * n);
    free(paths);
    return rc < 0 ? cannot("sync the folder of", list[0].aside, e) : 0;
}

/* A run that was killed may have ended its commit and not synced that: the journal
 * is gone, and a power cut would bring it back when files are gone for good that
 * the ledger would then have again. */
static int sync_ledger(const struct state *s, struct err *e)
{
    char *path = state_path(s, "warraq.db");
    int rc = !path ? err_no_memory(e)
             : file_sync_folder(path) < 0 ? cannot("sync the folder of", path, e)
                                          : 0;
    free(path);
    return rc;
}

int commit_finish(struct state *s, struct err *e)
{
    struct ledger_file *list = NULL;
    size_t n = 0;
    int rc = ledger_unfinished(s->ledger, &list, &n, e);
    if (rc == 0 && n) rc = sync_ledger(s, e);
    for (size_t i = 0; i < n && rc == 0; i++)
        if (list[i].target) rc = show(&list[i], e);
    /* Renamed for good before anything goes: what is left in a folder that goes
     * is nobody's. */
    if (rc == 0) rc = sync_folders(list, n, true, e);
    for (size_t i = 0; i < n && rc == 0; i++)
        if (!list[i].target) rc = clear(&list[i], e);
    for (size_t i = 0; i < n && rc == 0; i++)
        if (!list[i].target) rc = sync_folders(&list[i], 1, false, e);
    if (rc == 0 && n) rc = ledger_finished(s->ledger, e);
    ledger_files_free(list, n);
    return rc;
}

/* Are the files of a held run, which is to count from now on, all there? */
static int check_held(struct state *s, uint64_t run, struct err *e)
{
    struct ledger_file *list = NULL;
    size_t n = 0;
    struct stat st;
    int rc = ledger_held_files(s->ledger, run, &list, &n, e);
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (lstat(list[i].aside, &st) == 0) continue;
        rc = !is_gone() ? cannot("look at", list[i].aside, e)
                        : err_set(e, EX_NO_INPUT, "%s is gone; put it back, or "
                                  "discard the run", list[i].aside);
    }
    ledger_files_free(list, n);
    return rc;
}

int commit_end_held(struct state *s, bool is_accepted, struct err *e)
{
    uint64_t run;
    if (ledger_held_run(s->ledger, &run, e) < 0) return -1;
    if (run == 0) return 1;
    if (is_accepted && check_held(s, run, e) < 0) return -1;
    char *dir = segment_path(s, "");
    int rc = !dir ? err_no_memory(e)
             : is_accepted ? ledger_accept(s->ledger, run, dir, e)
                           : ledger_discard(s->ledger, run, dir, e);
    free(dir);
    return rc < 0 ? -1 : commit_finish(s, e);
}

/* The transaction failed: was it all the same the commit?  SQLite may have done
 * it before something else failed.  If it says no, what lies aside goes; if it
 * cannot say, it stays for the next start, which can. */
static bool was_committed(struct state *s, const struct commit *c)
{
    uint64_t last = 0;
    struct err unused;
    int rc = c->run.is_held ? ledger_held_run(s->ledger, &last, &unused)
                            : ledger_last_run(s->ledger, &last, &unused);
    if (rc < 0) return false;
    if (last >= c->run.run) return true;
    for (size_t i = 0; i < c->n_files; i++)
        if (strcmp(c->files[i].kind, "retired") != 0)
            (void)file_remove(c->files[i].aside);
    return false;
}

int commit_run(struct state *s, const struct commit *c, bool *is_committed,
               struct err *e)
{
    *is_committed = false;
    if (sync_folders(c->files, c->n_files, false, e) < 0) return -1;
    int rc = ledger_commit(s->ledger, c, e);
    *is_committed = rc == 0 || was_committed(s, c);
    if (*is_committed) rc = commit_finish(s, e);
    if (rc == 0) return 0;
    if (e->code == EX_LATER) e->code = EX_IO;
    if (!*is_committed) return -1;
    return err_in_front(e, "run %06llu is committed, and the next run will "
                        "show its files: ", (unsigned long long)c->run.run);
}
