/* inputs.c - see inputs.h. */
#include "state/inputs.h"
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct look {
    struct ledger *ledger;
    struct inputs *out;
    bool (*grows)(void *to, const char *path, wq_str head);
    void *to;
    int64_t *claimed; /* rows that an article under another name has taken */
    size_t n_claimed;
    struct marking all, part;
    int why; /* errno, if a file could not be looked at: nothing is known then */
};

/* ---- marks of files ---- */

static bool is_packed(const struct marking *m)
{
    static const unsigned char zstd[] = { 0x28, 0xB5, 0x2F, 0xFD };
    static const unsigned char gzip[] = { 0x1F, 0x8B, 0x08 };
    return (m->head_n >= sizeof zstd && !memcmp(m->head, zstd, sizeof zstd))
           || (m->head_n >= sizeof gzip && !memcmp(m->head, gzip, sizeof gzip));
}

/* Reads the first n bytes into `part`.  false: they are not there, or `why`. */
static bool read_part(struct look *k, int fd, uint64_t n)
{
    if (marking_read(&k->part, fd, n) == 0) return true;
    if (!k->why) k->why = errno;
    return false;
}

/* Are the first bytes of the open file what the row says was read of it? */
static bool begins_with(struct look *k, int fd, uint64_t size,
                        const struct ledger_input *row)
{
    struct mark m;
    bool is_part = row->mark.kind == MARK_PREFIX || row->is_damaged;
    if (!is_part || row->mark.n > size) return false;
    if (!read_part(k, fd, row->mark.n)) return false;
    mark_make(&k->part, row->mark.kind, &m);
    return mark_eq(&m, &row->mark);
}

/* Is the file of this row still under its name, as it was, and another one than
 * the one at hand? */
static bool is_still_there(struct look *k, const struct input *in,
                           const struct ledger_input *row)
{
    struct stat st;
    struct mark m;
    int fd = open(row->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno != ENOENT && errno != ENOTDIR && errno != EACCES)
        k->why = errno;
    bool is = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
              && (st.st_dev != in->device || st.st_ino != in->inode)
              && (uint64_t)st.st_size == row->mark.n
              && read_part(k, fd, row->mark.n);
    if (is) mark_make(&k->part, MARK_WHOLE, &m);
    if (fd >= 0) close(fd);
    return is && mark_eq(&m, &row->mark);
}

/* ---- one file ---- */

static void known_by(struct input *in, const struct ledger_input *row)
{
    bool is_through = row->mark.n == in->size
                      && (in->mark.kind == MARK_PREFIX || row->is_through);
    in->what = is_through ? INPUT_KNOWN : INPUT_GROWN;
    in->row = row->id;
    in->run = row->run;
    in->byte = row->byte;
    in->line = row->line;
    if (in->mark.kind == MARK_PREFIX) in->mark = row->mark;
}

/* May an article that was read under the name of this row be the one at hand,
 * renamed?  Not if it is still there, or has been found under another name. */
static int claim(struct look *k, const struct input *in,
                 const struct ledger_input *row, struct err *e)
{
    for (size_t i = 0; i < k->n_claimed; i++)
        if (k->claimed[i] == row->id) return 0;
    if (is_still_there(k, in, row)) return 0;
    int64_t *list = reallocarray(k->claimed, k->n_claimed + 1, sizeof *list);
    if (!list) return err_no_memory(e);
    k->claimed = list;
    list[k->n_claimed++] = row->id;
    return 1;
}

/* WHOLE: the row with the same mark, under whatever name.  1, 0, -1. */
static int find_whole(struct look *k, struct input *in, struct err *e)
{
    struct ledger_inputs rows = { 0 };
    int rc = ledger_by_head(k->ledger, in->mark.head, in->mark.head_n, &rows, e);
    for (size_t i = 0; i < rows.n && rc == 0; i++) {
        if (!mark_eq(&rows.list[i].mark, &in->mark)) continue;
        rc = in->grows ? 1 : claim(k, in, &rows.list[i], e);
        if (rc > 0) known_by(in, &rows.list[i]);
    }
    ledger_inputs_free(&rows);
    return rc;
}

/* The longest row that the file begins with, if it is longer than the one there
 * is; of a packed file, a row of one that was damaged: the same packed bytes are
 * the same unpacked ones as far as they go.  1: there is one, 0, -1. */
static int find_prefix(struct look *k, int fd, struct input *in, struct err *e)
{
    int rc = 0;
    uint64_t longest = in->row ? in->mark.n : 0;
    for (size_t i = 0; i <= MARK_HEADS && rc == 0; i++) {
        struct ledger_inputs rows = { 0 };
        uint32_t size = i ? mark_head_size(i - 1) : 0;
        struct mark begin;
        if (size > k->all.head_n) break;
        struct marking *part = &k->part;
        part->n = part->head_n = part->tail_n = 0;
        marking_add(part, k->all.head, size);
        mark_make(part, MARK_PREFIX, &begin);
        rc = ledger_by_head(k->ledger, begin.head, size, &rows, e);
        for (size_t r = 0; r < rows.n && rc == 0; r++) {
            const struct ledger_input *row = &rows.list[r];
            if (row->mark.kind != in->mark.kind
                || (in->row && row->mark.n <= longest)
                || !begins_with(k, fd, in->size, row))
                continue;
            longest = row->mark.n;
            known_by(in, row);
        }
        ledger_inputs_free(&rows);
    }
    return rc < 0 ? -1 : in->row != 0;
}

/* Has the file under its old name something of what was read: the first or the
 * last line?  Else it is another file, come in the place of one that was rotated
 * or truncated. */
static bool has_part_of(const struct input *in, const struct marking *all,
                        const struct ledger_input *row)
{
    struct mark now;
    mark_make(all, in->mark.kind, &now);
    return !in->grows || strcmp(now.first, row->mark.first) == 0
           || strcmp(now.last, row->mark.last) == 0;
}

static void changed(struct input *in, const struct ledger_input *row)
{
    in->what = INPUT_CHANGED;
    in->row = row->id;
    in->run = row->run;
    in->byte = 0;
    in->line = 1;
}

/* A packed file of records that stands twice among what is to be read. */
static bool is_copy(const struct look *k, const struct input *in)
{
    for (size_t i = 0; i < k->out->n; i++) {
        const struct input *other = &k->out->list[i];
        if (other != in && other->grows
            && (other->what == INPUT_NEW || other->what == INPUT_GROWN)
            && other->size == in->size && mark_eq(&other->mark, &in->mark))
            return true;
    }
    return false;
}

/* Tells what the file is, `all` being read.  row: of its name; NULL: none. */
static int tell(struct look *k, int fd, struct input *in,
                const struct ledger_input *row, struct err *e)
{
    bool is_prefix = in->mark.kind == MARK_PREFIX;
    in->what = INPUT_NEW;
    in->line = 1;
    if (row && row->mark.kind == in->mark.kind
        && (is_prefix ? begins_with(k, fd, in->size, row)
                      : mark_eq(&row->mark, &in->mark)))
        known_by(in, row);
    if (in->what == INPUT_KNOWN || (in->row && !is_prefix)) return 0;
    int found = is_prefix ? 0 : find_whole(k, in, e);
    if (found == 0) found = find_prefix(k, fd, in, e);
    if (found < 0) return -1;
    if (is_prefix && in->size == 0) in->what = INPUT_KNOWN;
    if (in->what == INPUT_KNOWN) return 0;
    /* What was read under this name is longer than what is still there of it. */
    if (row && row->mark.kind == in->mark.kind
        && (!found || (is_prefix && row->mark.n > in->mark.n))
        && (row->is_damaged ? row->byte > 0 : has_part_of(in, &k->all, row))) {
        changed(in, row);
        return 0;
    }
    if ((!found || !is_prefix) && in->grows && is_copy(k, in))
        in->what = INPUT_KNOWN;
    return 0;
}

static void see(struct input *in, const struct stat *st)
{
    in->device = st->st_dev;
    in->inode = st->st_ino;
    in->size = (uint64_t)st->st_size;
    in->modified = (int64_t)st->st_mtim.tv_sec * 1000000000
                   + st->st_mtim.tv_nsec;
}

static int look_at(struct look *k, struct input *in, struct err *e)
{
    struct ledger_inputs row = { 0 };
    struct stat st;
    int rc = 0, fd = open(in->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) return 0; /* gone meanwhile */
    if (fd < 0 || fstat(fd, &st) < 0) {
        rc = err_set(e, err_code(errno, EX_IO),
                     "cannot read %s: %s", in->path, strerror(errno));
        goto out;
    }
    see(in, &st);
    /* Truncated meanwhile: another run will see what it has become. */
    if (marking_read(&k->all, fd, in->size) < 0) {
        k->why = errno;
        goto out;
    }
    in->grows = k->grows(k->to, in->path, (wq_str){ k->all.head, k->all.head_n });
    mark_make(&k->all, in->grows && !is_packed(&k->all) ? MARK_PREFIX
                                                        : MARK_WHOLE,
              &in->mark);
    rc = ledger_by_path(k->ledger, in->real, &row, e);
    if (rc == 0) rc = tell(k, fd, in, row.n ? row.list : NULL, e);
out:
    if (rc == 0 && k->why)
        rc = err_set(e, err_code(k->why, EX_IO), "cannot read %s: %s", in->path,
                     strerror(k->why));
    ledger_inputs_free(&row);
    if (fd >= 0) close(fd);
    return rc;
}

/* ---- all files ---- */

/* 1: added; 0: it is gone; -1. */
static int add(struct inputs *out, const char *path, struct err *e)
{
    struct stat st = { 0 };
    bool is_stream = strcmp(path, "-") == 0;
    if (!is_stream && stat(path, &st) < 0) {
        if (errno == ENOENT) return 0;
        return err_set(e, err_code(errno, EX_IO),
                       "cannot read %s: %s", path, strerror(errno));
    }
    if (is_stream || !S_ISREG(st.st_mode))
        return err_set(e, EX_USAGE_, "%s is not a file: a run with a `state:` "
                       "reads files, which it knows again",
                       is_stream ? "standard input" : path);
    char *real = realpath(path, NULL);
    if (!real && errno == ENOENT) return 0;
    if (!real)
        return err_set(e, err_code(errno, EX_IO), "cannot read %s: %s", path,
                       strerror(errno));
    struct input *in = &out->list[out->n++];
    *in = (struct input){ .path = path, .real = real };
    see(in, &st);
    return 1;
}

static int by_file(const void *a, const void *b)
{
    const struct input *x = *(struct input *const *)a,
                       *y = *(struct input *const *)b;
    if (x->device != y->device) return x->device < y->device ? -1 : 1;
    if (x->inode != y->inode) return x->inode < y->inode ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* Leaves the first of the names that lead to one file. */
static int keep_each_once(struct inputs *in, struct err *e)
{
    struct input **order = reallocarray(NULL, in->n + 1, sizeof *order);
    if (!order) return err_no_memory(e);
    for (size_t i = 0; i < in->n; i++) order[i] = &in->list[i];
    qsort(order, in->n, sizeof *order, by_file);
    for (size_t i = 1; i < in->n; i++)
        if (order[i]->inode == order[i - 1]->inode
            && order[i]->device == order[i - 1]->device) {
            free(order[i]->real);
            order[i]->real = NULL;
        }
    size_t kept = 0;
    for (size_t i = 0; i < in->n; i++)
        if (in->list[i].real) in->list[kept++] = in->list[i];
    in->n = kept;
    free(order);
    return 0;
}

/* What was read under this name is there under another one: it was rotated, and
 * what has its name now is new. */
static void see_rotated(struct inputs *in)
{
    for (size_t i = 0; i < in->n; i++) {
        struct input *c = &in->list[i];
        if (c->what != INPUT_CHANGED) continue;
        for (size_t k = 0; k < in->n; k++)
            if (k != i && in->list[k].row == c->row
                && in->list[k].what != INPUT_CHANGED) {
                c->what = INPUT_NEW;
                c->row = 0;
                break;
            }
    }
}

int inputs_look(struct ledger *l, const char *const *paths, size_t n,
                bool (*grows)(void *to, const char *path, wq_str head),
                void *to, struct inputs *out, struct err *e)
{
    *out = (struct inputs){ reallocarray(NULL, n + 1, sizeof *out->list), 0 };
    struct look *k = calloc(1, sizeof *k);
    if (!out->list || !k) {
        free(k);
        return err_no_memory(e);
    }
    k->ledger = l;
    k->out = out;
    k->grows = grows;
    k->to = to;
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        if (add(out, paths[i], e) < 0) rc = -1;
    if (rc == 0) rc = keep_each_once(out, e);
    for (size_t i = 0; rc == 0 && i < out->n; i++) {
        out->list[i].what = INPUT_KNOWN; /* until it has been looked at */
        rc = look_at(k, &out->list[i], e);
    }
    if (rc == 0) see_rotated(out);
    free(k->claimed);
    free(k);
    return rc;
}

void inputs_free(struct inputs *in)
{
    for (size_t i = 0; i < in->n; i++) free(in->list[i].real);
    free(in->list);
    *in = (struct inputs){ 0 };
}

/* ---- patterns ---- */

/* The pattern as an absolute one, its folder resolved if it is a plain name. */
static char *whole_pattern(const char *pattern)
{
    char *real = file_real(pattern), *cwd, *out = NULL;
    if (real || pattern[0] == '/') return real ? real : strdup(pattern);
    cwd = realpath(".", NULL);
    if (cwd && asprintf(&out, "%s/%s", cwd, pattern) < 0) out = NULL;
    free(cwd);
    return out;
}

int inputs_ever_matched(struct ledger *l, const char *pattern, struct err *e)
{
    struct ledger_inputs rows = { 0 };
    char *whole = whole_pattern(pattern);
    if (!whole) return err_no_memory(e);
    int rc = ledger_all_inputs(l, &rows, e);
    size_t n = strlen(whole);
    for (size_t i = 0; i < rows.n && rc == 0; i++) {
        const char *path = rows.list[i].path;
        rc = fnmatch(whole, path, FNM_PATHNAME | FNM_PERIOD) == 0
             || strcmp(whole, path) == 0
             || (strncmp(whole, path, n) == 0 && path[n] == '/');
    }
    free(whole);
    ledger_inputs_free(&rows);
    return rc;
}
