/* paths.c - see paths.h. */
#include "run/paths.h"
#include "base/log.h"
#include "base/size.h"
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Takes path over. */
static int add(struct paths *out, char *path, struct err *e)
{
    if (path && out->n == out->cap) {
        size_t cap = out->cap ? out->cap * 2 : 16;
        char **list = reallocarray(out->list, cap, sizeof *list);
        if (list) {
            out->list = list;
            out->cap = cap;
        } else {
            free(path);
            path = NULL;
        }
    }
    if (!path) return err_no_memory(e);
    out->list[out->n++] = path;
    return 0;
}

static int add_folder(struct paths *out, const char *folder, struct err *e)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return err_set(e, err_code(errno, EX_IO),
                       "cannot list %s: %s", folder, strerror(errno));
    int rc = 0, n_files = 0, n_folders = 0;
    size_t n = strlen(folder);
    const char *slash = n && folder[n - 1] == '/' ? "" : "/";
    for (struct dirent *d; rc == 0 && (d = readdir(dir));) {
        char *path;
        struct stat st;
        if (d->d_name[0] == '.') continue;
        if (asprintf(&path, "%s%s%s", folder, slash, d->d_name) < 0) path = NULL;
        if (path && (stat(path, &st) < 0 || !S_ISREG(st.st_mode))) {
            n_folders += stat(path, &st) == 0 && S_ISDIR(st.st_mode);
            free(path);
            continue;
        }
        n_files++;
        rc = add(out, path, e);
    }
    closedir(dir);
    if (rc == 0 && n_files == 0 && n_folders)
        log_line(WQ_LOG_WARNING, "%s holds only folders, and they are not read; "
                 "say %s%s* for what is in them", folder, folder, slash);
    return rc;
}

static int add_one(struct paths *out, const char *path, struct err *e)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return add_folder(out, path, e);
    return add(out, strdup(path), e);
}

int paths_add(struct paths *out, const char *pattern, struct err *e)
{
    /* A name with [ in it is a name first, a pattern second. */
    if (strcmp(pattern, "-") == 0 || access(pattern, F_OK) == 0)
        return add_one(out, pattern, e);
    if (!strpbrk(pattern, "*?["))
        return err_set(e, err_code(errno, EX_NO_INPUT),
                       "cannot read %s: %s", pattern, strerror(errno));
    glob_t found = { 0 };
    int rc = glob(pattern, GLOB_NOSORT, NULL, &found);
    if (rc == GLOB_NOSPACE) err_no_memory(e);
    if (rc == GLOB_NOMATCH)
        err_set(e, EX_NO_INPUT, "no file matches %s", pattern);
    if (rc == GLOB_ABORTED)
        err_set(e, EX_IO, "cannot list what matches %s", pattern);
    rc = rc ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++)
        rc = add_one(out, found.gl_pathv[i], e);
    globfree(&found);
    return rc;
}

static int compare(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    int x_is_std = strcmp(x, "-") == 0, y_is_std = strcmp(y, "-") == 0;
    return x_is_std != y_is_std ? y_is_std - x_is_std : strcmp(x, y);
}

void paths_sort(struct paths *out)
{
    if (out->n) qsort(out->list, out->n, sizeof *out->list, compare);
    size_t kept = 0;
    for (size_t i = 0; i < out->n; i++) {
        if (kept && strcmp(out->list[kept - 1], out->list[i]) == 0)
            free(out->list[i]);
        else
            out->list[kept++] = out->list[i];
    }
    out->n = kept;
}

int paths_expand(struct paths *out, const char *const *patterns, size_t n,
                 struct err *e)
{
    *out = (struct paths){ 0 };
    for (size_t i = 0; i < n; i++)
        if (paths_add(out, patterns[i], e) < 0) return -1;
    paths_sort(out);
    return 0;
}

void paths_free(struct paths *p)
{
    for (size_t i = 0; i < p->n; i++) free(p->list[i]);
    free(p->list);
    *p = (struct paths){ 0 };
}
