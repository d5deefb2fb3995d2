/* compact.c - see compact.h. */
#include "state/compact.h"
#include "base/file.h"
#include "state/segments.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(const char *what, const char *path, struct err *e)
{
    return err_set(e, err_code(errno, EX_IO),
                   "cannot %s %s: %s", what, path, strerror(errno));
}

/* Calls each() with the name and size of every file in segments/. */
static int each_segment(const struct state *s,
                        int (*each)(void *to, int folder, const char *name,
                                    uint64_t bytes),
                        void *to, struct err *e)
{
    char *path = segment_path(s, "");
    if (!path) return err_no_memory(e);
    DIR *dir = opendir(path);
    int rc = dir || errno == ENOENT ? 0 : cannot("list", path, e);
    for (struct dirent *d; dir && rc == 0 && (d = readdir(dir));) {
        struct stat st;
        if (fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0
            || !S_ISREG(st.st_mode))
            continue;
        if (each(to, dirfd(dir), d->d_name, (uint64_t)st.st_size) < 0)
            rc = cannot("remove a file from", path, e);
    }
    if (dir) closedir(dir);
    free(path);
    return rc;
}

/* ---- size ---- */

static int add_size(void *to, int folder, const char *name, uint64_t bytes)
{
    (void)folder;
    (void)name;
    *(uint64_t *)to += bytes;
    return 0;
}

static int measure(const struct state *s, uint64_t *bytes, struct err *e)
{
    struct stat st;
    char *path = state_path(s, "warraq.db");
    if (!path) return err_no_memory(e);
    int rc = stat(path, &st) < 0 ? cannot("read", path, e) : 0;
    if (rc == 0) *bytes = (uint64_t)st.st_size;
    free(path);
    return rc < 0 ? -1 : each_segment(s, add_size, bytes, e);
}

/* ---- segments nobody knows ---- */

struct known {
    struct ledger_segment *list;
    size_t n;
    uint64_t removed;
};

/* "000012-003": ours; another file is somebody's, and left alone. */
static bool is_name(const char *name)
{
    static const char digits[] = "0123456789";
    size_t run = strspn(name, digits);
    if (run == 0 || name[run] != '-') return false;
    size_t number = strspn(name + run + 1, digits);
    return number && !name[run + 1 + number];
}

static int remove_unknown(void *to, int folder, const char *name,
                          uint64_t bytes)
{
    struct known *k = to;
    (void)bytes;
    if (!is_name(name)) return 0;
    for (size_t i = 0; i < k->n; i++)
        if (strcmp(k->list[i].name, name) == 0) return 0;
    k->removed++;
    return unlinkat(folder, name, 0);
}

static int sweep(struct state *s, uint64_t *removed, struct err *e)
{
    struct known k = { 0 };
    int rc = ledger_segments(s->ledger, NULL, &k.list, &k.n, e);
    if (rc == 0) rc = each_segment(s, remove_unknown, &k, e);
    ledger_segments_free(k.list, k.n);
    *removed = k.removed;
    return rc;
}

/* ---- all of it ---- */

int state_compact(struct state *s, struct compaction *out, struct err *e)
{
    uint64_t held;
    *out = (struct compaction){ 0 };
    if (ledger_held_run(s->ledger, &held, e) < 0) return -1;
    if (held)
        return err_set(e, EX_LATER, "run %06llu is held in %s; `warraq state "
                       "accept` or `discard` it first",
                       (unsigned long long)held, s->dir);
    if (measure(s, &out->before, e) < 0
        || ledger_compact(s->ledger, &out->rows, e) < 0
        || sweep(s, &out->files, e) < 0)
        return -1;
    return measure(s, &out->after, e);
}
