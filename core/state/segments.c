/* segments.c - see segments.h. */
#include "state/segments.h"
#include "base/file.h"
#include "base/hash.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

char *segment_path(const struct state *s, const char *name)
{
    char *out;
    return asprintf(&out, "%s/segments/%s", s->dir, name) < 0 ? NULL : out;
}

/* ---- writing ---- */

static int write_aside(const char *path, wq_str bytes, struct err *e)
{
    (void)file_make_folders(path, true);
    unlink(path); /* of a run that was killed */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  0666);
    int rc = fd < 0 || file_write(fd, bytes.p, bytes.n) < 0 || fsync(fd) < 0;
    int saved = errno;
    if (fd >= 0 && close(fd) < 0 && !rc) {
        saved = errno;
        rc = 1;
    }
    if (!rc) return 0;
    return err_set(e, fd < 0 ? EX_CANT_CREATE : EX_IO, "cannot write %s: %s",
                   path, strerror(saved));
}

int segment_write(struct state *s, unsigned k, wq_str bytes,
                  struct ledger_segment *segment, struct ledger_file *file,
                  struct err *e)
{
    char name[64];
    text_format(name, sizeof name, "%06llu-%03u", (unsigned long long)s->run, k);
    *file = (struct ledger_file){ .kind = "segment", .bytes = bytes.n };
    segment->bytes = bytes.n;
    segment->run = s->run;
    segment->name = strdup(name);
    file->target = segment_path(s, name);
    file->aside = file->target ? state_aside(s, file->target) : NULL;
    if (!segment->name || !file->aside) return err_no_memory(e);
    hash128_hex(bytes.p, bytes.n, segment->hash);
    return write_aside(file->aside, bytes, e);
}

/* ---- reading ---- */

static int damaged(const char *path, const struct ledger_segment *segment,
                   const char *what, struct err *e)
{
    return err_set(e, EX_DATA, "the segment %s, memory of the stage \"%s\", %s; "
                   "put back a copy of the whole state folder, or let the stage "
                   "forget: warraq state forget PIPELINE --memory=%s",
                   path, segment->stage, what, segment->stage);
}

static int map(const char *path, const struct ledger_segment *segment,
               wq_str *view, struct err *e)
{
    static const char empty[] = "";
    struct stat st;
    char hash[33];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return damaged(path, segment, "is gone", e);
    if (fd < 0 || fstat(fd, &st) < 0) {
        if (fd >= 0) close(fd);
        return err_set(e, err_code(errno, EX_IO),
                       "cannot read %s: %s", path, strerror(errno));
    }
    bool is_long = (uint64_t)st.st_size == segment->bytes;
    void *p = (void *)(uintptr_t)empty;
    if (is_long && st.st_size)
        p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (!is_long) return damaged(path, segment, "has another length", e);
    if (p == MAP_FAILED)
        return err_set(e, err_code(errno, EX_IO), "cannot map %s: %s", path, strerror(errno));
    *view = (wq_str){ p, (size_t)st.st_size };
    hash128_hex(view->p, view->n, hash);
    if (strcmp(hash, segment->hash) == 0) return 0;
    segment_unmap(*view);
    return damaged(path, segment, "is damaged: its checksum does not fit", e);
}

int segment_map(const struct state *s, const struct ledger_segment *segment,
                wq_str *view, struct err *e)
{
    char *path = segment_path(s, segment->name);
    *view = (wq_str){ NULL, 0 };
    int rc = path ? map(path, segment, view, e) : err_no_memory(e);
    if (rc < 0) *view = (wq_str){ NULL, 0 };
    free(path);
    return rc;
}

void segment_unmap(wq_str view)
{
    if (view.n) munmap((void *)(uintptr_t)view.p, view.n);
}

/* ---- clearing ---- */

int segments_sweep(const struct state *s, struct err *e)
{
    char *folder = segment_path(s, "");
    if (!folder) return err_no_memory(e);
    DIR *dir = opendir(folder);
    int rc = dir || errno == ENOENT ? 0
             : err_set(e, err_code(errno, EX_IO), "cannot list %s: %s", folder, strerror(errno));
    for (struct dirent *d; dir && rc == 0 && (d = readdir(dir));)
        if (strstr(d->d_name, ".tmp-") && unlinkat(dirfd(dir), d->d_name, 0) < 0
            && errno != ENOENT)
            rc = err_set(e, EX_IO, "cannot remove %s%s: %s", folder, d->d_name,
                         strerror(errno));
    if (dir) closedir(dir);
    free(folder);
    return rc;
}
