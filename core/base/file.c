/* file.c - see file.h. */
#include "base/file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many folders are synced at one go, with the file system that they are on;
 * one by one each waits for the disk. */
enum { MANY_FOLDERS = 32 };

int file_make_folders(const char *path, bool synced)
{
    char folder[PATH_MAX], *slash;
    size_t n = strnlen(path, sizeof folder);
    bool is_there = false;
    int why = 0;
    if (n == sizeof folder) why = errno = ENAMETOOLONG;
    if (why) return -1;
    memcpy(folder, path, n + 1);
    while (!is_there && (slash = strrchr(folder, '/')) && slash > folder) {
        *slash = '\0';
        is_there = access(folder, F_OK) == 0;
    }
    /* Whoever made it may have been killed before it was synced; now it is, and
     * before the next is made, so that there is never more than one. */
    if (is_there && synced) (void)file_sync_folder(folder);
    for (size_t k; (k = strlen(folder)) < n; folder[k] = '/') {
        bool is_made = !is_there && mkdir(folder, 0777) == 0;
        if (is_made && synced) (void)file_sync_folder(folder);
        /* The first one that cannot be made tells why. */
        if (!is_made && !is_there && errno != EEXIST && !why) why = errno;
        is_there = false;
    }
    if (why) errno = why;
    return why ? -1 : 0;
}

int file_sync_at(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -1;
    int rc = fsync(fd), saved = errno;
    if (rc < 0 && (saved == EINVAL || saved == ENOTSUP || saved == EROFS)) rc = 0;
    close(fd);
    errno = saved;
    return rc;
}

int file_sync_folder(const char *path)
{
    char folder[PATH_MAX];
    size_t n = strnlen(path, sizeof folder);
    if (n == sizeof folder) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(folder, path, n + 1);
    return file_sync_at(AT_FDCWD, dirname(folder));
}

int file_sync_all(int fd)
{
    int all = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = all < 0 ? -1 : syncfs(all), saved = errno;
    if (all >= 0) close(all);
    errno = saved;
    return rc;
}

static int by_folder(const void *a, const void *b)
{
    const wq_str *x = a, *y = b;
    int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return order ? order : x->n < y->n ? -1 : x->n > y->n;
}

/* Syncs the file system of one of the folders, unless it is the one of *last. */
static int sync_file_system(const char *path, dev_t *last)
{
    struct stat st;
    char folder[PATH_MAX];
    text_format(folder, sizeof folder, "%.*s/.",
                (int)(file_name(path) - path), path);
    int fd = open(folder, O_PATH | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
    int rc = fstat(fd, &st);
    if (rc == 0 && st.st_dev != *last) {
        rc = file_sync_all(fd);
        *last = st.st_dev;
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

int file_sync_folders(const char *const *paths, size_t n)
{
    wq_str *folders = reallocarray(NULL, n + 1, sizeof *folders);
    size_t all = 0, k = 0;
    if (!folders) return -1; /* ENOMEM */
    for (size_t i = 0; i < n; i++)
        if (paths[i])
            folders[all++] = (wq_str){
                paths[i], (size_t)(file_name(paths[i]) - paths[i]) };
    if (all) qsort(folders, all, sizeof *folders, by_folder);
    for (size_t i = 0; i < all; i++)
        if (k == 0 || !str_eq(folders[i], folders[k - 1]))
            folders[k++] = folders[i];
    dev_t last = 0;
    int rc = 0, at_once = k >= MANY_FOLDERS;
    for (size_t i = 0; i < k && rc == 0; i++) {
        if (at_once && sync_file_system(folders[i].p, &last) == 0) continue;
        at_once = false; /* a sandbox may refuse it */
        if (file_sync_folder(folders[i].p) < 0 && errno != ENOENT
            && errno != ENOTDIR)
            rc = -1;
    }
    int saved = errno;
    free(folders);
    errno = saved;
    return rc;
}

/* ---- by no link ---- */

/* Opens a folder in a folder, or makes it.  *was_made: was the folder itself? */
static int step_into(int folder, const char *name, enum file_makes makes,
                     bool *was_made)
{
    const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(folder, name, flags);
    if (fd >= 0 || errno != ENOENT || makes == MAKES_NOTHING) return fd;
    /* Whoever made the first that is there may have been killed before it was
     * synced. */
    if (!*was_made && makes == MAKES_SYNCED) (void)file_sync_at(folder, "..");
    *was_made = true;
    if (mkdirat(folder, name, 0777) < 0 && errno != EEXIST) return -1;
    if (makes == MAKES_SYNCED) (void)file_sync_at(folder, ".");
    return openat(folder, name, flags);
}

int file_open_folder(int from, const char *path, enum file_makes makes)
{
    char name[NAME_MAX + 1];
    bool was_made = false;
    int fd = *path == '/' ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)
                          : openat(from, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (const char *slash; fd >= 0 && (slash = strchr(path, '/'));
         path = slash + 1) {
        size_t n = (size_t)(slash - path);
        if (n == 0) continue;
        int next = -1, saved = ENAMETOOLONG;
        if (n < sizeof name) {
            memcpy(name, path, n);
            name[n] = '\0';
            next = step_into(fd, name, makes, &was_made);
            saved = errno;
        }
        close(fd);
        errno = saved;
        fd = next;
    }
    return fd;
}

const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- removing ---- */

static int remove_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0) close(fd);
        return -1;
    }
    int rc = 0, removed;
    do { /* some file systems lose their place when what was read goes */
        removed = 0;
        rewinddir(dir);
        for (struct dirent *d; rc == 0 && (d = readdir(dir)); removed++)
            if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
                removed--;
            else
                rc = unlinkat(fd, d->d_name, 0);
    } while (rc == 0 && removed);
    int saved = errno;
    closedir(dir);
    errno = saved;
    return rc < 0 ? -1 : rmdir(path);
}

int file_remove(const char *path)
{
    if (unlink(path) == 0 || errno == ENOENT) return 0;
    return errno == EISDIR ? remove_folder(path) : -1;
}

/* ---- names ---- */

char *file_real(const char *path)
{
    char copy[PATH_MAX], folder[PATH_MAX], *out;
    size_t n = strnlen(path, sizeof copy);
    if (n == sizeof copy) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    memcpy(copy, path, n + 1);
    if (!realpath(dirname(copy), folder)) return NULL;
    memcpy(copy, path, n + 1);
    if (asprintf(&out, "%s/%s", strcmp(folder, "/") ? folder : "",
                 basename(copy))
        >= 0)
        return out;
    errno = ENOMEM;
    return NULL;
}

ptrdiff_t file_read_at(int fd, void *p, size_t n, uint64_t at)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = pread(fd, (char *)p + done, n - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        done += (size_t)got;
    }
    return (ptrdiff_t)done;
}

int file_write(int fd, const void *p, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = write(fd, (const char *)p + done, n - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        done += (size_t)got;
    }
    return 0;
}
