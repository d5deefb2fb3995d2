/* record.c - runs a command and writes down all that it does to a folder.
 *
 *   record LOG FOLDER STEP KILL COMMAND...
 *
 * adds to LOG, one operation a line, in the order in which they end; the data of
 * a write follows its line.  KILL: at which of its calls it is killed; 0: at none.
 *
 *   F INODE                       the folder itself
 *   C DIR INODE NAME              a file was made          M  a folder
 *   L DIR INODE NAME              a name was added to a file
 *   R DIR DIR NAME SLASH NAME     renamed                  U DIR NAME  removed
 *   W INODE AT N                  N bytes written at AT
 *   T INODE SIZE                  cut, or grown by zeros   G INODE SIZE  grown
 *   S INODE                       synced, a file or a folder
 *   A                             all is synced
 *   E CODE STEP                   the command has ended
 *
 * image.c makes of it what a power cut could leave.  Exit code: the command's; 76
 * if it did something that this does not know how to write down. */
#include "trace.h"
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { UNKNOWN = 76, MOST_PARTS = 1024 };

static const char *folder;
static size_t folder_n;
static FILE *to;
static unsigned long kill_at, n_calls;

static void die(const char *what)
{
    fprintf(stderr, "record: %s\n", what);
    exit(UNKNOWN);
}

static bool is_inside(const char *path)
{
    return strncmp(path, folder, folder_n) == 0
           && (path[folder_n] == '/' || path[folder_n] == '\0');
}

/* ---- what the arguments of a call mean ---- */

/* The file behind a descriptor of the caller.  Is it one of the folder? */
static bool file_of(const struct call *c, uint64_t fd, struct stat *st)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/%d/fd/%d", c->tid, (int)fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return false;
    path[n] = '\0';
    return is_inside(path) && stat(link, st) == 0;
}

/* A path split, its folder resolved. */
struct place {
    char dir[PATH_MAX], name[NAME_MAX + 1];
    ino_t inode; /* of the folder */
};

static bool place_of(const struct call *c, int at_fd, uint64_t at, struct place *out)
{
    char path[PATH_MAX], whole[PATH_MAX * 2 + 64];
    size_t n = 0;
    while (n < sizeof path && trace_read(c, at + n, path + n, 1) == 0 && path[n])
        n++;
    if (n == 0 || n == sizeof path || path[n]) return false;
    while (n > 1 && path[n - 1] == '/') path[--n] = '\0';
    if (path[0] == '/') snprintf(whole, sizeof whole, "%s", path);
    else if (at_fd == AT_FDCWD)
        snprintf(whole, sizeof whole, "/proc/%d/cwd/%s", c->tid, path);
    else
        snprintf(whole, sizeof whole, "/proc/%d/fd/%d/%s", c->tid, at_fd, path);
    char *slash = strrchr(whole, '/');
    snprintf(out->name, sizeof out->name, "%s", slash + 1);
    *slash = '\0';
    struct stat st;
    if (!realpath(slash == whole ? "/" : whole, out->dir) || !is_inside(out->dir)
        || stat(out->dir, &st) < 0)
        return false;
    out->inode = st.st_ino;
    return true;
}

static bool look_at(const struct place *p, struct stat *st)
{
    char path[PATH_MAX + NAME_MAX + 2];
    snprintf(path, sizeof path, "%s/%s", p->dir, p->name);
    return lstat(path, st) == 0;
}

/* The call by its oldest sibling: rename for renameat2, write for pwrite64; and
 * where its arguments are. */
struct meaning {
    unsigned long nr, as;
    int first_fd, first_path, second_fd, second_path; /* -1: the folder it is in */
};
static const struct meaning meanings[] = {
    { SYS_openat, SYS_openat, 0, 1, -1, -1 },
    { SYS_mkdirat, SYS_mkdirat, 0, 1, -1, -1 },
    { SYS_unlinkat, SYS_unlinkat, 0, 1, -1, -1 },
    { SYS_renameat2, SYS_renameat2, 0, 1, 2, 3 },
    { SYS_linkat, SYS_linkat, 0, 1, 2, 3 },
#ifdef SYS_rename
    { SYS_open, SYS_openat, -1, 0, -1, -1 },
    { SYS_creat, SYS_openat, -1, 0, -1, -1 },
    { SYS_mkdir, SYS_mkdirat, -1, 0, -1, -1 },
    { SYS_unlink, SYS_unlinkat, -1, 0, -1, -1 },
    { SYS_rmdir, SYS_unlinkat, -1, 0, -1, -1 },
    { SYS_rename, SYS_renameat2, -1, 0, -1, 1 },
    { SYS_renameat, SYS_renameat2, 0, 1, 2, 3 },
    { SYS_link, SYS_linkat, -1, 0, -1, 1 },
#endif
};

static const struct meaning *meaning_of(unsigned long nr)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].nr == nr) return &meanings[i];
    return NULL;
}

static bool take_place(const struct call *c, int fd, int path, struct place *out)
{
    return path >= 0
           && place_of(c, fd < 0 ? AT_FDCWD : (int)c->args[fd], c->args[path], out);
}

/* ---- writing it down ---- */

static void put_data(const struct call *c, uint64_t from, size_t n)
{
    char part[65536];
    for (size_t done = 0; done < n;) {
        size_t some = n - done < sizeof part ? n - done : sizeof part;
        if (trace_read(c, from + done, part, some) < 0)
            die("cannot read what was written");
        fwrite(part, 1, some, to);
        done += some;
    }
}

/* The n bytes of a call that gathers them. */
static void put_parts(const struct call *c, size_t n)
{
    struct iovec parts[MOST_PARTS];
    if (c->args[2] > MOST_PARTS
        || trace_read(c, c->args[1], parts, c->args[2] * sizeof *parts) < 0)
        die("cannot read what was written");
    for (size_t i = 0; i < c->args[2] && n; i++) {
        size_t some = parts[i].iov_len < n ? parts[i].iov_len : n;
        put_data(c, (uint64_t)(uintptr_t)parts[i].iov_base, some);
        n -= some;
    }
}

/* Where a write without a place has begun: where the file stands, less it. */
static uint64_t begin_of(const struct call *c)
{
    char path[64];
    unsigned long long at = 0;
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", c->tid, (int)c->args[0]);
    FILE *f = fopen(path, "re");
    if (!f || fscanf(f, "pos: %llu", &at) != 1) die("cannot tell where it wrote");
    fclose(f);
    return at - (uint64_t)c->result;
}

static void written(const struct call *c, ino_t inode)
{
    bool has_place = c->nr == SYS_pwrite64 || c->nr == SYS_pwritev;
    size_t n = (size_t)c->result;
    fprintf(to, "W %ju %ju %zu\n", (uintmax_t)inode,
            (uintmax_t)(has_place ? c->args[3] : begin_of(c)), n);
    if (c->nr == SYS_writev || c->nr == SYS_pwritev) put_parts(c, n);
    else put_data(c, c->args[1], n);
    fputc('\n', to);
}

static void named(const struct call *c, const struct meaning *m)
{
    struct place a, b;
    struct stat st;
    if (!take_place(c, m->first_fd, m->first_path, &a)) return;
    uintmax_t dir = a.inode;
    switch (m->as) {
    case SYS_openat:
        if (!look_at(&a, &st)) die("a file went while it was opened");
        if (!c->was_there)
            fprintf(to, "C %ju %ju %s\n", dir, (uintmax_t)st.st_ino, a.name);
        else if ((c->nr == SYS_openat ? c->args[2] : c->args[1]) & O_TRUNC)
            fprintf(to, "T %ju 0\n", (uintmax_t)st.st_ino);
        return;
    case SYS_mkdirat:
        if (!look_at(&a, &st)) die("a folder went while it was made");
        fprintf(to, "M %ju %ju %s\n", dir, (uintmax_t)st.st_ino, a.name);
        return;
    case SYS_unlinkat:
        fprintf(to, "U %ju %s\n", dir, a.name);
        return;
    default: break;
    }
    if (!take_place(c, m->second_fd, m->second_path, &b))
        die("a name was moved out of the folder");
    if (m->as == SYS_linkat && look_at(&b, &st))
        fprintf(to, "L %ju %ju %s\n", (uintmax_t)b.inode, (uintmax_t)st.st_ino,
                b.name);
    if (m->as == SYS_renameat2)
        fprintf(to, "R %ju %ju %s/%s\n", dir, (uintmax_t)b.inode, a.name, b.name);
}

static int enter(void *unused, struct call *c)
{
    const struct meaning *m = meaning_of(c->nr);
    struct place p;
    struct stat st;
    (void)unused;
    if (++n_calls == kill_at) return CALL_KILLS_ALL;
    if (m && m->as == SYS_openat)
        c->was_there = take_place(c, m->first_fd, m->first_path, &p)
                       && look_at(&p, &st);
    return CALL_IS_WATCHED;
}

static void leave(void *unused, const struct call *c)
{
    const struct meaning *m = meaning_of(c->nr);
    struct stat st;
    (void)unused;
    if (c->result < 0) return;
    if (m) {
        named(c, m);
        return;
    }
    if (c->nr == SYS_sync || c->nr == SYS_syncfs) {
        fprintf(to, "A\n");
        return;
    }
    if (!file_of(c, c->args[0], &st)) return;
    switch (c->nr) {
    case SYS_write: case SYS_pwrite64: case SYS_writev: case SYS_pwritev:
        if (c->result) written(c, st.st_ino);
        return;
    case SYS_ftruncate:
        fprintf(to, "T %ju %ju\n", (uintmax_t)st.st_ino, (uintmax_t)c->args[1]);
        return;
    case SYS_fallocate:
        if (c->args[1]) die("a file was given holes");
        fprintf(to, "G %ju %ju\n", (uintmax_t)st.st_ino,
                (uintmax_t)(c->args[2] + c->args[3]));
        return;
    case SYS_fsync: case SYS_fdatasync:
        fprintf(to, "S %ju\n", (uintmax_t)st.st_ino);
        return;
    case SYS_sync_file_range: return; /* promises nothing */
    default: die("a call that nobody has thought of here");
    }
}

int main(int argc, char **argv)
{
    struct stat st;
    if (argc < 6) {
        fprintf(stderr, "usage: record LOG FOLDER STEP KILL COMMAND...\n");
        return 64;
    }
    folder = realpath(argv[2], NULL);
    to = fopen(argv[1], "ae");
    if (!folder || !to || stat(folder, &st) < 0) {
        perror("record");
        return 71;
    }
    if (ftell(to) == 0) fprintf(to, "F %ju\n", (uintmax_t)st.st_ino);
    kill_at = strtoul(argv[4], NULL, 10);
    folder_n = strlen(folder);
    const struct tracer tracer = { .enter = enter, .leave = leave };
    int code = trace_run(&tracer, argv + 5);
    fprintf(to, "E %d %s\n", code, argv[3]);
    return fclose(to) == 0 ? code : 71;
}
