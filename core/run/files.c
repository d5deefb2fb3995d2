/* files.c - see files.h.  Told is "kind bytes path" and a NUL for each. */
#include "run/files.h"
#include "base/file.h"
#include "base/num.h"
#include "run/internal.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int files_open(struct err *e)
{
    int fd = memfd_create("warraq-files", MFD_CLOEXEC);
    return fd < 0 ? err_set(e, EX_NO_MEMORY, "memfd: %s", strerror(errno)) : fd;
}

/* ---- telling ---- */

static int add(struct buf *b, const char *kind, uint64_t bytes,
               const char *folder, const char *path, const char *suffix)
{
    int rc = buf_format(b, "%s %llu %s%s%s", kind, (unsigned long long)bytes,
                        folder, path, suffix);
    return rc < 0 ? rc : buf_add(b, "", 1);
}

/* The reader has the newest first. */
static int add_inputs(struct buf *b, const struct input_file *files)
{
    const struct input_file **list = NULL;
    size_t n = 0;
    int rc = 0;
    for (const struct input_file *f = files; f; f = f->next) n++;
    list = calloc(n + 1, sizeof *list);
    if (!list) return -1;
    for (const struct input_file *f = files; f; f = f->next) list[--n] = f;
    for (const struct input_file **f = list; *f && rc == 0; f++)
        rc = add(b, "input", (*f)->read, "", (*f)->path, "");
    free(list);
    return rc;
}

static int add_output(struct buf *b, const char *kind, const struct sink *s,
                      const char *suffix)
{
    const struct fan *fan = s->fan;
    int rc = 0;
    for (size_t i = 0; fan && i < fan->n_files && rc == 0; i++)
        rc = add(b, kind, fan->files[i].bytes, fan->path.folder,
                 fan->files[i].name.p, suffix);
    if (fan || !s->path) return rc;
    return add(b, kind, s->bytes, "", s->path, s->in_place ? "" : suffix);
}

static int write_at_start(int fd, const struct buf *b)
{
    if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0) return -1;
    return file_write(fd, b->p, b->n);
}

int files_tell(const struct run *run, const char *suffix, struct err *e)
{
    const struct run_result *t = run->result;
    int fd = run->options->files, rc;
    struct buf b = { 0 };
    if (!fd) return 0;
    bool is_remembered = run->remember.is_on;
    rc = add_inputs(&b, reader_finish(run->reader));
    /* A run that remembers shows no file without an article. */
    bool has_files = !is_remembered
                     || (t->in + t->emitted && remember_has_read(run));
    if (rc == 0 && has_files
        && (add_output(&b, "output", &run->out, suffix) < 0
            || add_output(&b, "dropped", &run->dropped, suffix) < 0
            || add_output(&b, "rejects", &run->rejects,
                          is_remembered ? suffix : "") < 0))
        rc = -1;
    if (rc < 0) err_no_memory(e);
    else if ((rc = write_at_start(fd, &b)) < 0)
        err_set(e, EX_IO, "cannot tell what was read: %s", strerror(errno));
    buf_free(&b);
    return rc;
}

/* ---- reading ---- */

static int read_all(int fd, struct buf *out, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_set(e, EX_IO, "memfd: %s", strerror(errno));
    if (buf_reserve(out, (size_t)st.st_size + 1) < 0) return err_no_memory(e);
    ptrdiff_t n = file_read_at(fd, out->p, (size_t)st.st_size, 0);
    if (n < 0) return err_set(e, EX_IO, "memfd: %s", strerror(errno));
    out->n = (size_t)n;
    return buf_close(out) < 0 ? err_no_memory(e) : 0;
}

int files_read(int fd, struct run_files *out, struct err *e)
{
    size_t most = 0;
    *out = (struct run_files){ 0 };
    if (read_all(fd, &out->text, e) < 0) return -1;
    for (size_t i = 0; i < out->text.n; i++) most += !out->text.p[i];
    out->list = calloc(most + 1, sizeof *out->list);
    if (!out->list) return err_no_memory(e);
    char *p = out->text.p, *end;
    for (; out->n < most; p = end + 1) {
        end = p + strlen(p);
        char *bytes = strchr(p, ' '), *path = bytes ? strchr(bytes + 1, ' ') : NULL;
        int64_t n;
        if (!path) break;
        *bytes = *path = '\0';
        if (num_int(str(bytes + 1), 0, INT64_MAX, &n, e) < 0) return -1;
        out->list[out->n++] = (struct run_file){ p, path + 1, (uint64_t)n };
    }
    return 0;
}

void files_free(struct run_files *f)
{
    free(f->list);
    buf_free(&f->text);
    *f = (struct run_files){ 0 };
}
