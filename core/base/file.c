/* file.c - see file.h. */
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void file_make_folders(const char *path, bool synced)
{
    char folder[PATH_MAX];
    size_t n = strnlen(path, sizeof folder);
    if (n == sizeof folder) return; /* ENAMETOOLONG */
    memcpy(folder, path, n + 1);
    for (char *p = n ? folder + 1 : NULL; p && (p = strchr(p, '/')); p++) {
        *p = '\0';
        if (mkdir(folder, 0777) == 0 && synced) (void)file_sync_folder(folder);
        *p = '/';
    }
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
    int fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -1;
    int rc = fsync(fd), saved = errno;
    if (rc < 0 && (saved == EINVAL || saved == ENOTSUP || saved == EROFS)) rc = 0;
    close(fd);
    errno = saved;
    return rc;
}

char *file_real(const char *path)
{
    char *copy = strdup(path), *base = strdup(path), *out = NULL;
    char *folder = copy ? realpath(dirname(copy), NULL) : NULL;
    if (folder && base
        && asprintf(&out, "%s/%s", strcmp(folder, "/") ? folder : "",
                    basename(base))
               < 0)
        out = NULL;
    free(folder);
    free(base);
    free(copy);
    return out;
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
