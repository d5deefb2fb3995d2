/* paths.c - see paths.h. */
#include "run/paths.h"
#include "base/log.h"
#include "base/size.h"
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
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

/* ---- patterns ---- */

/* What only says that there is nothing to be had. */
static bool is_absence(int number)
{
    return number == ENOENT || number == ENOTDIR || number == EACCES
           || number == ELOOP || number == ENAMETOOLONG;
}

/* Adds the entries of a folder that match `part`, behind `prefix`. */
static int match_entries(struct paths *out, const char *prefix, const char *part,
                         struct err *e)
{
    DIR *dir = opendir(*prefix ? prefix : ".");
    int rc = 0;
    if (!dir && is_absence(errno)) return 0;
    while (dir && rc == 0) {
        char *path;
        errno = 0;
        struct dirent *d = readdir(dir);
        if (!d) break;
        if (fnmatch(part, d->d_name, FNM_PERIOD) != 0) continue;
        rc = asprintf(&path, "%s%s", prefix, d->d_name) < 0 ? err_no_memory(e)
                                                            : add(out, path, e);
    }
    if (rc == 0 && errno)
        rc = err_set(e, err_code(errno, EX_IO), "cannot list %s: %s",
                     *prefix ? prefix : ".", strerror(errno));
    if (dir) closedir(dir);
    return rc;
}

/* Adds prefix + part, a name as it stands, if it is there. */
static int match_name(struct paths *out, const char *prefix, const char *part,
                      struct err *e)
{
    struct stat st;
    char *path;
    if (asprintf(&path, "%s%s", prefix, part) < 0) return err_no_memory(e);
    if (lstat(path, &st) == 0) return add(out, path, e);
    int rc = is_absence(errno)
                 ? 0
                 : err_set(e, err_code(errno, EX_IO), "cannot read %s: %s", path,
                           strerror(errno));
    free(path);
    return rc;
}

/* Takes the backslashes away that quote what follows them. */
static void unquote(char *part)
{
    char *to = part;
    for (; *part; *to++ = *part++)
        if (*part == '\\' && part[1]) part++;
    *to = '\0';
}

/* From left to right, part by part: what has matched so far, then what of it goes
 * on.  (glibc's glob(3) frees twice when memory runs out.) */
int paths_match(struct paths *out, const char *pattern, struct err *e)
{
    struct paths now = { 0 };
    if (strlen(pattern) >= PATH_MAX) return 0; /* no path is as long */
    int rc = add(&now, strdup(""), e);
    while (rc == 0 && *pattern) {
        struct paths next = { 0 };
        char part[PATH_MAX];
        size_t slashes = strspn(pattern, "/");
        size_t n = slashes ? slashes : strcspn(pattern, "/");
        text_format(part, sizeof part, "%.*s", (int)n, pattern);
        bool is_pattern = strpbrk(part, "*?[");
        if (!is_pattern) unquote(part);
        for (size_t i = 0; rc == 0 && i < now.n; i++)
            rc = is_pattern ? match_entries(&next, now.list[i], part, e)
                            : match_name(&next, now.list[i], part, e);
        paths_free(&now);
        now = next;
        pattern += n;
    }
    for (size_t i = 0; i < now.n && rc == 0; i++) {
        rc = add(out, now.list[i], e);
        now.list[i] = NULL;
    }
    paths_free(&now);
    return rc;
}

/* ---- what they stand for ---- */

static int add_folder(struct paths *out, const char *folder, struct err *e)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return err_set(e, err_code(errno, EX_IO),
                       "cannot list %s: %s", folder, strerror(errno));
    int rc = 0, n_files = 0, n_folders = 0;
    size_t n = strlen(folder);
    const char *slash = n && folder[n - 1] == '/' ? "" : "/";
    while (rc == 0) {
        char *path;
        struct stat st;
        errno = 0;
        struct dirent *d = readdir(dir);
        if (!d && errno)
            rc = err_set(e, err_code(errno, EX_IO), "cannot list %s: %s", folder,
                         strerror(errno));
        if (!d) break;
        if (d->d_name[0] == '.') continue;
        if (asprintf(&path, "%s%s%s", folder, slash, d->d_name) < 0) {
            rc = err_no_memory(e);
        } else if (stat(path, &st) < 0) {
            if (errno != ENOENT && errno != ELOOP) /* a link to nothing */
                rc = err_set(e, err_code(errno, EX_IO), "cannot read %s: %s",
                             path, strerror(errno));
            free(path);
        } else if (S_ISREG(st.st_mode)) {
            n_files++;
            rc = add(out, path, e);
        } else {
            n_folders += S_ISDIR(st.st_mode);
            free(path);
        }
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
    if (stat(path, &st) == 0)
        return S_ISDIR(st.st_mode) ? add_folder(out, path, e)
                                   : add(out, strdup(path), e);
    if (is_absence(errno)) return add(out, strdup(path), e);
    return err_set(e, err_code(errno, EX_IO), "cannot read %s: %s", path,
                   strerror(errno));
}

static int no_match(const char *pattern, struct err *e)
{
    char *here = pattern[0] == '/' ? NULL : getcwd(NULL, 0);
    err_set(e, EX_NO_INPUT, "no file matches %s%s%s", pattern,
            here ? ", seen from " : "", here ? here : "");
    free(here);
    return -1;
}

int paths_add(struct paths *out, const char *pattern, struct err *e)
{
    /* A name with [ in it is a name first, a pattern second. */
    if (strcmp(pattern, "-") == 0 || access(pattern, F_OK) == 0)
        return add_one(out, pattern, e);
    if (!strpbrk(pattern, "*?["))
        return err_set(e, err_code(errno, EX_NO_INPUT),
                       "cannot read %s: %s", pattern, strerror(errno));
    struct paths found = { 0 };
    int rc = paths_match(&found, pattern, e);
    if (rc == 0 && found.n == 0)
        rc = no_match(pattern, e);
    for (size_t i = 0; rc == 0 && i < found.n; i++)
        rc = add_one(out, found.list[i], e);
    paths_free(&found);
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
