/* sink_fan.c - the files of an output with fields in its path; see sink_fan.h.
 * How articles come to them: sink_gather.c; what they are called: sink_path.c.
 *
 * A file's folder is opened step by step from the one that the path begins with,
 * by no link, each time that something is looked at, made or renamed there.  So
 * whoever may write in there can be in the way, and lead nothing elsewhere. */
#include "run/sink_fan.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "run/temporary.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* So many files are synced at one go, with the file system that they are on; one
 * by one each waits for the disk, about a millisecond. */
enum { MANY = 32 };

static int cannot(const char *what, const char *folder, const char *name,
                  struct err *e)
{
    return err_set(e, err_code(errno, EX_CANT_CREATE),
                   "cannot %s %s/%s: %s", what, folder, name, strerror(errno));
}

/* ---- set-up ---- */

/* Settles the folder and the temporary one in it. */
static int find_folder(struct fan *f, struct err *e)
{
    const struct fan_options *o = &f->options;
    char pid[24];
    text_format(pid, sizeof pid, "%ld", (long)getpid());
    int rc = file_make_folders(f->path.folder, !o->overwrites);
    f->folder = rc < 0 ? NULL : realpath(f->path.folder, NULL);
    f->folder_fd = f->folder ? open(f->folder, O_PATH | O_DIRECTORY | O_CLOEXEC)
                             : -1;
    if (f->folder_fd < 0) {
        size_t n = strlen(f->path.folder) - 1;
        return err_set(e, err_code(errno, EX_CANT_CREATE),
                       "cannot write to the folder %.*s: %s",
                       (int)(n ? n : 1), f->path.folder, strerror(errno));
    }
    bool is_root = f->folder[1] == '\0';
    if (is_root) f->folder[0] = '\0'; /* a slash follows wherever it stands */
    if (asprintf(&f->aside, "%s/.%s.tmp-%s", f->folder, o->kind,
                 o->tag ? o->tag : pid) < 0) {
        f->aside = NULL;
        return err_no_memory(e);
    }
    return 0;
}

struct fan *fan_new(const struct fan_options *o, struct err *e)
{
    struct fan *f = calloc(1, sizeof *f);
    if (!f) {
        err_no_memory(e);
        return NULL;
    }
    f->options = *o;
    f->folder_fd = f->aside_fd = -1;
    f->packing = packing_of(o->shown);
    f->options.path = NULL; /* f->path has it */
    if (sink_path_make(&f->path, o->path, o->run, e) == 0
        && find_folder(f, e) == 0)
        return f;
    fan_close(f);
    return NULL;
}

int fan_avoid(struct fan *f, const char *path, struct err *e)
{
    (void)file_make_folders(path, false); /* so that it has one name only */
    char *real = file_real(path);
    if (!real && errno != ENOMEM) return 0; /* whoever opens it will tell */
    if (!real || f->n_avoid == WQ_LEN(f->avoid)) return err_no_memory(e);
    f->avoid[f->n_avoid++] = real;
    return 0;
}

int fan_spare(struct fan *f, const char *path, struct err *e)
{
    struct stat st;
    if (stat(path, &st) < 0) return 0;
    if (f->n_spared == f->cap_spared) {
        size_t cap = f->cap_spared ? f->cap_spared * 2 : 64;
        struct fan_inode *list = reallocarray(f->spared, cap, sizeof *list);
        if (!list) return err_no_memory(e);
        f->spared = list;
        f->cap_spared = cap;
    }
    f->spared[f->n_spared++] = (struct fan_inode){ st.st_dev, st.st_ino };
    return 0;
}

static int by_inode(const void *a, const void *b)
{
    const struct fan_inode *x = a, *y = b;
    if (x->device != y->device) return x->device < y->device ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

int fan_open(struct fan *f, struct err *e)
{
    if (f->n_spared) qsort(f->spared, f->n_spared, sizeof *f->spared, by_inode);
    /* What a killed run of the same number left behind goes first. */
    if (file_remove(f->aside) < 0 || mkdir(f->aside, 0700) < 0)
        return err_set(e, err_code(errno, EX_CANT_CREATE),
                       "cannot make the folder %s: %s", f->aside,
                       strerror(errno));
    f->is_made = true;
    temporary_note(f->aside, &f->n_files);
    f->aside_fd = open(f->aside, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return f->aside_fd < 0 ? cannot("open", f->folder, file_name(f->aside), e)
                           : 0;
}

/* ---- places ---- */

#ifndef STATX_MNT_ID /* Linux 5.8 */
#define STATX_MNT_ID 0
#endif

/* A file can be renamed within one mount; the same disk mounted twice is two. */
static bool is_one_mount(int a, int b)
{
    struct statx x, y;
    if (statx(a, "", AT_EMPTY_PATH, STATX_MNT_ID, &x) < 0
        || statx(b, "", AT_EMPTY_PATH, STATX_MNT_ID, &y) < 0)
        return true; /* then the rename itself will tell */
#if STATX_MNT_ID
    if ((x.stx_mask & y.stx_mask & STATX_MNT_ID)
        && x.stx_mnt_id != y.stx_mnt_id)
        return false;
#endif
    return x.stx_dev_major == y.stx_dev_major
           && x.stx_dev_minor == y.stx_dev_minor;
}

/* Opens the folder of a file.  -1: with e, or, *is_there false, it is not there. */
static int open_folder(const struct fan *f, const struct fan_file *file,
                       enum file_makes makes, bool *is_there, struct err *e)
{
    int fd = file_open_folder(f->folder_fd, file->name.p, makes);
    *is_there = fd >= 0 || errno != ENOENT;
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
        err_set(e, EX_CANT_CREATE, "cannot write %s/%s: a file or a link is in "
                "the way; what articles say leads out of no folder", f->folder,
                file->name.p);
    else if (fd < 0 && (*is_there || makes != MAKES_NOTHING))
        cannot("write", f->folder, file->name.p, e);
    if (fd < 0 || is_one_mount(fd, f->folder_fd)) return fd;
    close(fd);
    return err_set(e, EX_CANT_CREATE, "cannot write %s/%s: this folder is on "
                   "another file system than %s", f->folder, file->name.p,
                   f->folder);
}

/* May the file be shown there?  Notes the mode of what it replaces. */
static int check_free(const struct fan *f, struct fan_file *file, int folder,
                      const char *suffix, struct err *e)
{
    char name[NAME_MAX + 1];
    struct stat st;
    text_format(name, sizeof name, "%s%s", file_name(file->name.p), suffix);
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : cannot("write", f->folder, file->name.p, e);
    if (!f->options.overwrites)
        return err_set(e, EX_CANT_CREATE, "%s/%s%s is already there, and no run "
                       "overwrites what another one wrote; move it away%s",
                       f->folder, file->name.p, suffix,
                       f->options.run && strstr(f->options.shown, f->options.run)
                           ? "" : ", and put \"{run}\" in the path");
    struct fan_inode inode = { st.st_dev, st.st_ino };
    if (!S_ISREG(st.st_mode))
        return err_set(e, EX_CANT_CREATE, "cannot write %s/%s%s: what is there "
                       "is no plain file", f->folder, file->name.p, suffix);
    if (bsearch(&inode, f->spared, f->n_spared, sizeof inode, by_inode))
        return err_set(e, EX_CANT_CREATE, "%s/%s%s is an input of this run",
                       f->folder, file->name.p, suffix);
    file->mode = st.st_mode;
    return 0;
}

/* ---- the table ---- */

static size_t slot_of(const struct fan *f, wq_str name)
{
    size_t i = (size_t)hash64(name.p, name.n) & (f->cap_table - 1);
    while (f->table[i] && !str_eq(f->files[f->table[i] - 1].name, name))
        i = (i + 1) & (f->cap_table - 1);
    return i;
}

static bool has_file(const struct fan *f, wq_str name)
{
    return f->cap_table && f->table[slot_of(f, name)];
}

/* Makes room for one more. */
static int grow(struct fan *f)
{
    size_t n = f->n_files;
    if (n == f->cap_files) {
        size_t cap = n ? n * 2 : 64;
        struct fan_file *list = reallocarray(f->files, cap, sizeof *list);
        if (!list) return -1;
        f->files = list;
        f->cap_files = cap;
    }
    if (f->cap_table >= 2 * f->cap_files) return 0;
    uint32_t *table = calloc(2 * f->cap_files, sizeof *table);
    if (!table) return -1;
    free(f->table);
    f->table = table;
    f->cap_table = 2 * f->cap_files;
    for (size_t i = 0; i < n; i++)
        f->table[slot_of(f, f->files[i].name)] = (uint32_t)i + 1;
    return 0;
}

/* Does another output of this run go there? */
static bool is_taken(const struct fan *f, wq_str name)
{
    char path[PATH_MAX];
    size_t n = text_format(path, sizeof path, "%s/%s", f->folder, name.p);
    for (size_t i = 0; i < f->n_avoid; i++)
        if (strcmp(f->avoid[i], path) == 0) return true;
    if (!f->other) return false;
    size_t skip = strlen(f->other->folder);
    return n > skip && path[skip] == '/'
           && memcmp(path, f->other->folder, skip) == 0
           && has_file(f->other, (wq_str){ path + skip + 1, n - skip - 1 });
}

static int check_new(struct fan *f, struct fan_file *file, struct err *e)
{
    bool is_there;
    if (f->n_files == FAN_FILES)
        return err_set(e, EX_CANT_CREATE, "the articles go to more than %d files "
                       "of %s; name fields with fewer values, or only the first "
                       "characters of one, such as {date:7}", FAN_FILES,
                       f->options.shown);
    if (is_taken(f, file->name))
        return err_set(e, EX_CANT_CREATE, "%s/%s is another output of this run",
                       f->folder, file->name.p);
    int folder = open_folder(f, file, MAKES_NOTHING, &is_there, e);
    if (folder < 0) return is_there ? -1 : 0;
    int rc = check_free(f, file, folder, "", e);
    close(folder);
    return rc;
}

int fan_find(struct fan *f, wq_str name, size_t *place, struct err *e)
{
    if (grow(f) < 0) return err_no_memory(e);
    size_t slot = slot_of(f, name);
    if (f->table[slot]) {
        *place = f->table[slot] - 1;
        return 0;
    }
    struct fan_file *file = &f->files[f->n_files];
    *file = (struct fan_file){ .name = { strdup(name.p), name.n } };
    if (!file->name.p) return err_no_memory(e);
    if (check_new(f, file, e) < 0) {
        free((char *)(uintptr_t)file->name.p);
        return -1;
    }
    *place = f->n_files++;
    f->table[slot] = (uint32_t)*place + 1;
    return 0;
}

/* ---- writing ---- */

static int open_aside(const struct fan *f, const struct fan_file *file,
                      int flags)
{
    char name[24];
    text_format(name, sizeof name, "%zu", (size_t)(file - f->files));
    return openat(f->aside_fd, name, flags | O_NOFOLLOW | O_CLOEXEC, 0666);
}

static int cannot_write(const struct fan *f, const struct fan_file *file,
                        struct err *e)
{
    return err_set(e, EX_IO, "cannot write %s/%s: %s", f->folder, file->name.p,
                   strerror(errno));
}

int fan_write(struct fan *f, struct spread *spread, struct err *e)
{
    for (size_t i = 0; i < spread->n_frames; i++) {
        struct frame *frame = &spread->frames[i];
        struct fan_file *file = &f->files[frame->file];
        int fd = open_aside(f, file,
                            O_WRONLY | (file->is_made ? O_APPEND
                                                      : O_CREAT | O_EXCL));
        int rc = fd < 0 ? -1 : file_write(fd, frame->bytes.p, frame->bytes.n);
        int saved = errno;
        if (fd >= 0) {
            file->is_made = true;
            if (close(fd) < 0 && rc == 0) {
                saved = errno;
                rc = -1;
            }
        }
        errno = saved;
        if (rc < 0) return cannot_write(f, file, e);
        file->bytes += frame->bytes.n;
        buf_free(&frame->bytes);
    }
    spread->n_frames = 0;
    return 0;
}

uint64_t fan_bytes(const struct fan *f)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < f->n_files; i++) bytes += f->files[i].bytes;
    return bytes;
}

/* ---- the commit ---- */

static int by_name(const void *a, const void *b)
{
    const struct fan_file *const *x = a, *const *y = b;
    return strcmp((*x)->name.p, (*y)->name.p);
}

/* Do the files lie in one folder? */
static bool is_beside(const struct fan_file *a, const struct fan_file *b)
{
    size_t n = (size_t)(file_name(a->name.p) - a->name.p);
    return n == (size_t)(file_name(b->name.p) - b->name.p)
           && memcmp(a->name.p, b->name.p, n) == 0;
}

/* Syncs the names of the folders that a file lies in: a run that was killed may
 * have made them. */
static void sync_names(const struct fan_file *file, int folder)
{
    char up[3 * TEMPLATE_PARTS + 3] = "..";
    size_t n = 2;
    for (const char *p = file->name.p; (p = strchr(p, '/')); p++) {
        (void)file_sync_at(folder, up);
        if (n + 4 > sizeof up) break;
        memcpy(up + n, "/..", 4);
        n += 3;
    }
}

/* Sees that each file can be shown at its place, and has a folder there. */
static int check_places(struct fan *f, const char *suffix,
                        enum file_makes makes, struct err *e)
{
    for (size_t i = 0; i < f->n_files; i++) {
        struct fan_file *file = f->sorted[i];
        bool is_there;
        int folder = open_folder(f, file, makes, &is_there, e);
        if (folder < 0) return -1;
        if (makes == MAKES_SYNCED
            && (i == 0 || !is_beside(file, f->sorted[i - 1])))
            sync_names(file, folder);
        int rc = check_free(f, file, folder, suffix, e);
        close(folder);
        if (rc < 0) return -1;
    }
    return 0;
}

/* at_once: its file system was synced; wanted is what became of it. */
static int sync_file(const struct fan *f, const struct fan_file *file,
                     bool at_once)
{
    const unsigned wait = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE
                          | SYNC_FILE_RANGE_WAIT_AFTER;
    struct stat st;
    int fd = open_aside(f, file, O_WRONLY);
    if (fd < 0) return -1;
    int rc = fstat(fd, &st);
    if (rc == 0 && file->mode && ((st.st_mode ^ file->mode) & 0777))
        rc = fchmod(fd, file->mode & 0777);
    if (rc == 0) rc = at_once ? sync_file_range(fd, 0, 0, wait) : fsync(fd);
    int saved = errno;
    if (close(fd) < 0 && rc == 0) return -1;
    errno = saved;
    return rc;
}

int fan_sync(struct fan *f, const char *suffix, struct err *e)
{
    size_t n = f->n_files;
    f->sorted = reallocarray(NULL, n + 1, sizeof(void *));
    if (!f->sorted) return err_no_memory(e);
    for (size_t i = 0; i < n; i++) f->sorted[i] = &f->files[i];
    qsort(f->sorted, n, sizeof(void *), by_name);
    /* A sandbox may refuse it. */
    bool at_once = n >= MANY && file_sync_all(f->folder_fd) == 0;
    if (check_places(f, suffix, at_once ? MAKES_FOLDERS : MAKES_SYNCED, e) < 0)
        return -1;
    if (at_once && file_sync_all(f->folder_fd) < 0)
        return err_set(e, EX_IO, "cannot sync %s: %s", f->folder,
                       strerror(errno));
    for (size_t i = 0; i < n; i++)
        if (sync_file(f, &f->files[i], at_once) < 0)
            return cannot_write(f, &f->files[i], e);
    return 0;
}

int fan_check(struct fan *f, const char *suffix, struct err *e)
{
    return check_places(f, suffix, MAKES_NOTHING, e);
}

/* Renames a file into its folder. */
static int show(const struct fan *f, const struct fan_file *file,
                const char *suffix, bool is_last, struct err *e)
{
    char from[24], to[NAME_MAX + 1];
    bool is_there;
    text_format(from, sizeof from, "%zu", (size_t)(file - f->files));
    text_format(to, sizeof to, "%s%s", file_name(file->name.p), suffix);
    int folder = open_folder(f, file, MAKES_SYNCED, &is_there, e);
    if (folder < 0) return -1;
    int rc = renameat(f->aside_fd, from, folder, to);
    if (rc < 0)
        err_set(e, EX_IO, "cannot rename %s/%s to %s/%s%s: %s", f->aside, from,
                f->folder, file->name.p, suffix, strerror(errno));
    /* It is there now; more cannot be done. */
    else if (is_last && f->n_files < MANY) (void)file_sync_at(folder, ".");
    close(folder);
    return rc;
}

int fan_commit(struct fan *f, const char *suffix, struct err *e)
{
    size_t n = f->n_files;
    for (size_t i = 0; i < n; i++) {
        bool is_last = i + 1 == n || !is_beside(f->sorted[i], f->sorted[i + 1]);
        if (show(f, f->sorted[i], suffix, is_last, e) < 0) return -1;
    }
    if (n >= MANY) (void)file_sync_all(f->folder_fd);
    /* All is shown: nothing takes that back. */
    if (rmdir(f->aside) < 0)
        log_line(WQ_LOG_WARNING, "cannot remove the folder %s: %s", f->aside,
                 strerror(errno));
    temporary_forget(f->aside);
    f->is_made = false;
    return 0;
}

size_t fan_count(const struct fan *f)
{
    return f->n_files + 1;
}

/* "A/B" in the arena. */
static char *join(struct arena *arena, const char *a, const char *b)
{
    size_t n = strlen(a) + strlen(b) + 2;
    char *out = arena_alloc(arena, n);
    if (out) text_format(out, n, "%s/%s", a, b);
    return out;
}

int fan_hand_over(struct fan *f, struct arena *arena, struct ledger_file *out)
{
    for (size_t i = 0; i < f->n_files; i++) {
        char number[24];
        text_format(number, sizeof number, "%zu", i);
        out[i] = (struct ledger_file){
            .kind = f->options.kind, .aside = join(arena, f->aside, number),
            .target = join(arena, f->folder, f->files[i].name.p),
            .bytes = f->files[i].bytes };
        if (!out[i].aside || !out[i].target) return -1;
    }
    out[f->n_files] = (struct ledger_file){
        .kind = "folder", .aside = arena_copy(arena, f->aside,
                                              strlen(f->aside) + 1) };
    if (!out[f->n_files].aside) return -1;
    temporary_forget(f->aside);
    f->is_made = false;
    return 0;
}

void fan_close(struct fan *f)
{
    if (!f) return;
    if (f->folder_fd >= 0) close(f->folder_fd);
    if (f->aside_fd >= 0) close(f->aside_fd);
    if (f->is_made) {
        (void)file_remove(f->aside);
        temporary_forget(f->aside);
    }
    for (size_t i = 0; i < f->n_files; i++) {
        buf_free(&f->files[i].waits);
        free((char *)(uintptr_t)f->files[i].name.p);
    }
    for (size_t i = 0; i < f->n_avoid; i++) free(f->avoid[i]);
    sink_path_free(&f->path);
    free(f->files);
    free(f->table);
    free(f->sorted);
    free(f->spared);
    free(f->folder);
    free(f->aside);
    free(f);
}
