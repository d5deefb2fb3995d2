/* state.c - see state.h.
 *
 * A new state, so that a ledger that is gone, or empty, is never taken for one
 * that has not been made yet:
 *   1. warraq.db.new with a new id   2. the id into lock   3. rename to warraq.db
 * Killed before 2, all begins anew; killed before 3, the next run renames. */
#include "state/state.h"
#include "base/file.h"
#include "base/trust.h"
#include "base/hash.h"
#include "state/commit.h"
#include "state/segments.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TAG_ID = 8 }; /* digits of the id in names of files */

static int new_id(char id[33], struct err *e)
{
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return err_set(e, EX_IO, "cannot get a random number: %s",
                       strerror(errno));
    hash128_hex(bytes, sizeof bytes, id);
    return 0;
}

static int rename_ledger(const char *from, const char *to, struct err *e)
{
    if (rename(from, to) == 0 && file_sync_folder(to) == 0) return 0;
    return err_set(e, EX_IO, "cannot rename %s to %s: %s", from, to,
                   strerror(errno));
}

/* Makes the ledger `path` by way of `fresh`. */
static int create(struct state *s, const char *path, const char *fresh,
                  struct err *e)
{
    char *journal;
    if (asprintf(&journal, "%s-journal", fresh) < 0) return err_no_memory(e);
    unlink(journal); /* of one that was killed while it made it */
    unlink(fresh);
    free(journal);
    if (new_id(s->id, e) < 0 || ledger_create(fresh, s->id, e) < 0
        || lock_write_id(&s->lock, s->id, e) < 0)
        return -1;
    return rename_ledger(fresh, path, e);
}

/* Sees that the ledger is there. */
static int find_ledger(struct state *s, const char *path, const char *fresh,
                       struct err *e)
{
    if (lock_read_id(&s->lock, s->id, e) < 0) return -1;
    if (access(path, F_OK) == 0) return 0;
    if (!s->id[0]) return create(s, path, fresh, e);
    if (access(fresh, F_OK) == 0) return rename_ledger(fresh, path, e);
    return err_set(e, EX_DATA, "the ledger %s is gone; put back a copy of the "
                   "whole state folder, or move the folder away to begin "
                   "anew: every input is then read again", path);
}

/* Ledger and lock must be of one state. */
static int compare_ids(struct state *s, struct err *e)
{
    char id[33];
    if (ledger_id(s->ledger, id, e) < 0) return -1;
    if (strcmp(id, s->id) == 0) return 0;
    if (s->id[0] || !id[0])
        return err_set(e, EX_DATA, "the ledger in %s is of another state than "
                       "its lock; put back a copy of the whole folder", s->dir);
    memcpy(s->id, id, sizeof id); /* the lock was taken away: a new one */
    return lock_write_id(&s->lock, id, e);
}

static int find_folder(struct state *s, const char *dir, struct err *e)
{
    s->lock.fd = -1;
    s->dir = realpath(dir, NULL);
    struct stat st;
    if (s->dir && stat(s->dir, &st) == 0 && S_ISDIR(st.st_mode)) return 0;
    if (s->dir) errno = ENOTDIR;
    return err_set(e, errno == ENOENT ? EX_NO_INPUT
                                    : err_code(errno, EX_CANT_CREATE),
                   "cannot use the state %s: %s", dir, strerror(errno));
}

int state_exists(const char *dir, struct err *e)
{
    static const char *const names[] = { "lock", "warraq.db" };
    struct state s = { 0 };
    int rc = find_folder(&s, dir, e) < 0 ? -1 : 1, why = ENOENT;
    for (size_t i = 0; i < WQ_LEN(names) && rc > 0; i++) {
        char *path = state_path(&s, names[i]);
        if (!path) rc = err_no_memory(e);
        else if (access(path, F_OK) == 0) rc = 0;
        else why = errno;
        free(path);
    }
    if (rc > 0 && why == ENOENT)
        rc = err_set(e, EX_NO_INPUT, "there is no state in %s", dir);
    else if (rc > 0)
        rc = err_set(e, err_code(why, EX_NO_INPUT), "cannot look into %s: %s",
                     dir, strerror(why));
    state_close(&s);
    return rc;
}

static int make_folder(const char *dir, struct err *e)
{
    char *inside;
    if (asprintf(&inside, "%s/.", dir) < 0) return err_no_memory(e);
    int rc = file_make_folders(inside, true);
    free(inside);
    return rc < 0 ? err_set(e, err_code(errno, EX_CANT_CREATE), "cannot make the "
                            "state %s: %s", dir, strerror(errno))
                  : 0;
}

int state_open(struct state *s, const char *dir, enum lock_mode mode,
               int64_t wait_ms, int stop_fd, struct err *e)
{
    *s = (struct state){ 0 };
    if (make_folder(dir, e) < 0 || find_folder(s, dir, e) < 0) return -1;
    /* Who writes the ledger says which files are renamed, and to where. */
    if (trust_check(s->dir, TRUST_FOLDER, e) < 0) return -1;
    int rc = lock_take(&s->lock, s->dir, mode, wait_ms, stop_fd, e);
    if (rc != 0) return rc;
    char *path = state_path(s, "warraq.db"), *fresh = state_path(s, "warraq.db.new");
    uint64_t last = 0;
    rc = -1;
    if (!path || !fresh) err_no_memory(e);
    else if (find_ledger(s, path, fresh, e) == 0
             && ledger_open(&s->ledger, path, false, e) == 0
             && compare_ids(s, e) == 0
             && ledger_last_run(s->ledger, &last, e) == 0) {
        ledger_be_patient(s->ledger, stop_fd);
        rc = commit_finish(s, e) < 0 ? -1 : segments_sweep(s, e);
    }
    s->run = last + 1;
    free(path);
    free(fresh);
    return rc;
}

int state_view(struct state *s, const char *dir, struct err *e)
{
    *s = (struct state){ 0 };
    if (find_folder(s, dir, e) < 0) return -1;
    char *path = state_path(s, "warraq.db");
    int rc = -1;
    if (!path) err_no_memory(e);
    else if (access(path, F_OK) < 0)
        err_set(e, err_code(errno, EX_NO_INPUT),
                "there is no state in %s", dir);
    else if (ledger_open(&s->ledger, path, true, e) == 0
             && ledger_id(s->ledger, s->id, e) == 0)
        rc = ledger_last_run(s->ledger, &s->run, e);
    free(path);
    return rc;
}

void state_close(struct state *s)
{
    ledger_close(s->ledger);
    lock_free(&s->lock);
    free(s->dir);
    *s = (struct state){ .lock.fd = -1 };
}

void state_tag(const struct state *s, char *out, size_t cap)
{
    text_format(out, cap, "%.*s-%06llu", TAG_ID, s->id,
                (unsigned long long)s->run);
}

char *state_aside(const struct state *s, const char *target)
{
    char tag[64], *out;
    state_tag(s, tag, sizeof tag);
    return asprintf(&out, "%s.tmp-%s", target, tag) < 0 ? NULL : out;
}

char *state_path(const struct state *s, const char *name)
{
    char *out;
    return asprintf(&out, "%s/%s", s->dir, name) < 0 ? NULL : out;
}
