/* reader.c - see reader.h.
 *
 * Behind the last whole record of a batch there is mostly the beginning of the
 * next one: it is carried over.  A record that does not end within
 * READER_MAX_RECORD bytes is skipped up to its end and becomes a bad piece that
 * says where it lies, since keeping it would break the bound on memory. */
#include "run/reader.h"
#include "base/log.h"
#include "run/source.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct reader {
    const struct paths *paths;
    size_t next_path;
    const struct input *const *from; /* with a state; else NULL */
    struct marking marking;   /* with a state, of a file that grows */
    struct codec *codecs;
    size_t n_codecs;
    uint64_t limit, n_records; /* records begun, counted only under a limit */
    int stop_fd;
    bool is_stopped;
    struct input_file *files; /* all that were opened, newest first */
    struct source *source;    /* of files; NULL: between files */
    wq_str memory;
    const char *memory_name;  /* NULL: not from memory, or done */
    struct buf carry;
    uint64_t byte, line;      /* of the next byte to hand out */
    bool at_end;              /* the source has nothing more than carry */
    struct err damage;        /* at_end because of this; code 0: none */
    uint64_t bytes, damaged;
};

enum { MAX_PIECES = 1024 }; /* of a batch: small files are taken together */

/* ---- files ---- */

enum { SURE_ENOUGH = 50, /* of 100, to take a file for a format */
       HEAD_BYTES = 4096 };

/* Places in codecs; n: none. */
static size_t by_suffix(const struct codec *codecs, size_t n, const char *path)
{
    wq_str name = str(path);
    if (str_ends(name, ".gz")) name.n -= 3;
    else if (str_ends(name, ".zst")) name.n -= 4;
    for (size_t i = 0; i < n; i++)
        for (const char *const *s = codecs[i].desc->suffixes; s && *s; s++)
            if (str_ends(name, *s)) return i;
    return n;
}

static size_t by_head(const struct codec *codecs, size_t n, wq_str head)
{
    size_t best = n;
    int sure = SURE_ENOUGH - 1;
    for (size_t i = 0; i < n; i++) {
        const wq_format *f = codecs[i].desc;
        host_enter(f->name, 0);
        int s = f->sniff ? f->sniff(head.p, head.n) : 0;
        host_leave();
        if (s <= sure) continue;
        sure = s;
        best = i;
    }
    return best;
}

static int cannot_read(const char *path, struct err *e)
{
    return err_set(e, err_code(errno, EX_IO), "cannot read %s: %s", path,
                   strerror(errno));
}

static int cannot_tell(const char *path, struct err *e)
{
    return err_set(e, EX_DATA, "cannot tell the format of %s; say input.format",
                   path);
}

static struct codec *find_codec(struct reader *r, const char *path,
                                struct err *e)
{
    char head[HEAD_BYTES];
    if (r->n_codecs == 1) return &r->codecs[0];
    size_t i = by_suffix(r->codecs, r->n_codecs, path);
    if (i < r->n_codecs) return &r->codecs[i];
    ptrdiff_t n = source_peek(r->source, head, sizeof head, e);
    if (n < 0) return NULL;
    i = by_head(r->codecs, r->n_codecs, (wq_str){ head, (size_t)n });
    if (i < r->n_codecs) return &r->codecs[i];
    cannot_tell(path, e);
    return NULL;
}

int reader_tells(struct codec *codecs, size_t n, const char *path,
                 struct err *e)
{
    char head[HEAD_BYTES];
    if (n == 1 || by_suffix(codecs, n, path) < n)
        return faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) < 0
                   ? cannot_read(path, e) : 0;
    struct source *s = source_open(path, -1, e);
    if (!s) return -1;
    ptrdiff_t got = source_peek(s, head, sizeof head, e);
    source_close(s);
    if (got < 0 && e->code != EX_DATA) return -1;
    if (got > 0 && by_head(codecs, n, (wq_str){ head, (size_t)got }) < n) return 0;
    return cannot_tell(path, e);
}

struct codec *reader_codec(struct codec *codecs, size_t n, const char *path,
                           wq_str head)
{
    size_t i = n == 1 ? 0 : by_suffix(codecs, n, path);
    if (head.n > HEAD_BYTES) head.n = HEAD_BYTES;
    if (i == n) i = by_head(codecs, n, head);
    return i < n ? &codecs[i] : NULL;
}

bool reader_grows(struct codec *codecs, size_t n, const char *path, wq_str head)
{
    const struct codec *c = reader_codec(codecs, n, path, head);
    return c && c->desc->flags & WQ_GROWS;
}

/* Is the open file still what was told of it?  Then goes to what is new. */
static int resume(struct reader *r, struct input_file *f, struct err *e)
{
    const struct input *in = f->from;
    int fd = source_fd(r->source);
    struct mark now = { 0 };
    bool is_new = in->mark.kind == MARK_PREFIX && in->byte == 0;
    f->mark = in->mark;
    r->marking = (struct marking){ 0 };
    if (!is_new) {
        struct stat st;
        if (marking_read(&r->marking, fd, in->mark.n) == 0)
            mark_make(&r->marking, in->mark.kind, &now);
        else if (errno)
            return cannot_read(f->path, e);
        if (fstat(fd, &st) < 0) return cannot_read(f->path, e);
        if (!mark_eq(&now, &in->mark)
            || (now.kind == MARK_WHOLE && (uint64_t)st.st_size != now.n))
            return 0;
    }
    r->byte = in->byte;
    r->line = in->line;
    return in->byte && source_skip(r->source, in->byte, e) < 0 ? -1 : 1;
}

static bool is_growing(const struct reader *r)
{
    return r->files->from && r->files->mark.kind == MARK_PREFIX;
}

static void close_file(struct reader *r)
{
    struct input_file *f = r->files;
    if (r->source && f && f->from) {
        f->byte = r->byte;
        f->line = r->line;
        if (is_growing(r)) mark_make(&r->marking, MARK_PREFIX, &f->mark);
    }
    source_close(r->source);
    r->source = NULL;
}

/* Begins the next file; with a state, closes it at once if it is no longer what
 * was told of it.  1, 0 (no more), -1. */
static int open_next(struct reader *r, struct err *e)
{
    const char *path = r->memory_name;
    if (!path) {
        if (r->is_stopped || !r->paths || r->next_path == r->paths->n) return 0;
        path = r->paths->list[r->next_path++];
        r->source = source_open(path, r->stop_fd, e);
    } else {
        r->source = source_memory(r->memory, e);
        r->memory_name = NULL;
    }
    if (!r->source) return -1;
    struct input_file *f = calloc(1, sizeof *f);
    if (f && !(f->path = strdup(path))) {
        free(f);
        f = NULL;
    }
    if (!f) return err_no_memory(e);
    f->next = r->files;
    r->files = f;
    r->byte = 0;
    r->line = 1;
    r->at_end = false;
    r->damage.code = 0;
    r->carry.n = 0;
    f->codec = find_codec(r, path, e);
    if (!f->codec) return -1;
    if (!r->from) return 1;
    f->from = r->from[r->next_path - 1];
    int rc = resume(r, f, e);
    if (rc != 0) return rc;
    f->from = NULL;
    close_file(r);
    return 1;
}

/* ---- pieces ---- */

static uint64_t count_lines(const char *p, size_t n)
{
    uint64_t lines = 0;
    for (const char *end = p + n; (p = memchr(p, '\n', (size_t)(end - p))); p++)
        lines++;
    return lines;
}

static struct piece *add_piece(struct batch *b, struct err *e)
{
    if (b->n_pieces == b->cap_pieces) {
        size_t cap = b->cap_pieces ? b->cap_pieces * 2 : 4;
        struct piece *list = reallocarray(b->pieces, cap, sizeof *list);
        if (!list) {
            err_no_memory(e);
            return NULL;
        }
        b->pieces = list;
        b->cap_pieces = cap;
    }
    return &b->pieces[b->n_pieces++];
}

/* Hands raw[at .. at + n) out as a piece, even an empty one. */
static int hand_out(struct reader *r, struct batch *b, size_t at, size_t n,
                    const char *bad, const char *message, struct err *e)
{
    struct piece *p = add_piece(b, e);
    if (!p) return -1;
    *p = (struct piece){ .file = r->files, .at = at, .n = n, .byte = r->byte,
                         .line = r->line, .bad = bad };
    if (message && !(p->message = arena_copy(&b->arena, message,
                                             strlen(message) + 1)))
        return err_no_memory(e);
    if (is_growing(r)) marking_add(&r->marking, b->raw.p + at, n);
    r->byte += n;
    r->line += count_lines(b->raw.p + at, n);
    r->files->read += n;
    r->bytes += n;
    return 0;
}

/* Reads more behind raw[n].  Sets at_end where the file ends or is damaged. */
static int read_more(struct reader *r, struct batch *b, size_t want,
                     struct err *e)
{
    if (buf_reserve(&b->raw, want + WQ_PADDING) < 0) return err_no_memory(e);
    struct err damage = { 0 };
    ptrdiff_t got = source_read(r->source, b->raw.p + b->raw.n, want, &damage);
    if (got > 0) b->raw.n += (size_t)got;
    /* Why a read fell short is told by the next one. */
    if (got < 0
        || (got < (ptrdiff_t)want
            && source_read(r->source, NULL, 0, &damage) < 0)) {
        /* A disk that fails says nothing of the file. */
        if (damage.code != EX_DATA)
            return err_set(e, damage.code, "%s: %s", r->files->path,
                           damage.text);
        log_about(WQ_LOG_WARNING,
                  &(struct log_about){ .at.file = r->files->path }, "%s",
                  damage.text);
        r->damage = damage;
        r->damaged++;
    }
    if (source_was_stopped(r->source)) r->is_stopped = true;
    else r->at_end = got < (ptrdiff_t)want;
    return 0;
}

/* Asks the format where records end in p[0..n); what it answers is checked. */
static int ask(const struct reader *r, const char *p, size_t n, uint32_t flags,
               size_t *end, struct err *e)
{
    const struct codec *c = r->files->codec;
    host_enter(c->desc->name, 0);
    *end = c->desc->split(c->shared, p, n, flags);
    host_leave();
    if (*end > n || (*end == 0 && n && flags & WQ_AT_END))
        return err_set(e, EX_INTERNAL, "format \"%s\" splits %zu bytes of %s "
                       "at %zu", c->desc->name, n, r->files->path, *end);
    return 0;
}

/* Where the whole records in p[0..n) end; under a limit, where the last one
 * still wanted does. */
static int split(struct reader *r, const char *p, size_t n, uint32_t flags,
                 size_t *end, struct err *e)
{
    *end = 0;
    if (n == 0) return 0;
    if (!r->limit) return ask(r, p, n, flags, end, e);
    while (*end < n && r->n_records < r->limit) {
        size_t one;
        if (ask(r, p + *end, n - *end, flags | WQ_FIRST, &one, e) < 0) return -1;
        if (one == 0) break;
        *end += one;
        r->n_records++;
    }
    if (r->n_records == r->limit) reader_stop(r);
    return 0;
}

/* A record that is too large was not read whole: as if it had not been begun. */
static int not_whole(struct reader *r, struct batch *b, size_t at,
                     struct err *e)
{
    b->raw.n = at;
    if (is_growing(r)
        && marking_read(&r->marking, source_fd(r->source), r->byte) < 0)
        return err_set(e, EX_IO, "%s was truncated while it was read",
                       r->files->path);
    close_file(r);
    return 0;
}

/* The record at raw[at ..) is too large: reads on to its end, keeping nothing
 * of it, and leaves what follows in the carry. */
static int skip_record(struct reader *r, struct batch *b, size_t at,
                       struct err *e)
{
    char *p = b->raw.p + at;
    size_t n = b->raw.n - at, end = 0;
    uint64_t skipped = 0, lines = 0;
    while (end == 0) {
        /* All but the last byte goes: a format that is asked where the first
         * record ends must not take its end for a blank line. */
        size_t gone = n - 1;
        skipped += gone;
        lines += count_lines(p, gone);
        if (is_growing(r)) marking_add(&r->marking, p, gone);
        if (r->at_end || r->is_stopped) break;
        p[0] = p[gone];
        b->raw.n = at + 1;
        if (read_more(r, b, READER_BATCH_BYTES, e) < 0) return -1;
        p = b->raw.p + at;
        n = b->raw.n - at;
        if (ask(r, p, n, WQ_FIRST, &end, e) < 0) return -1;
    }
    size_t last = end ? end : 1;
    skipped += last;
    lines += count_lines(end ? p : p + n - 1, last);
    if (r->is_stopped || (!end && is_growing(r))) return not_whole(r, b, at, e);
    if (is_growing(r)) marking_add(&r->marking, p, end);
    r->n_records++;
    char message[128];
    text_format(message, sizeof message,
                "the record has %llu bytes; at most %zu MiB can be read",
                (unsigned long long)skipped, READER_MAX_RECORD >> 20);
    r->carry.n = 0;
    if (end && buf_add(&r->carry, p + end, n - end) < 0)
        return err_no_memory(e);
    b->raw.n = at;
    if (hand_out(r, b, at, 0, "too_large", message, e) < 0) return -1;
    b->pieces[b->n_pieces - 1].bad_bytes = skipped;
    r->byte += skipped;
    r->line += lines;
    r->bytes += skipped;
    return 0;
}

static int count_record(void *to, wq_record *record, const char *why)
{
    int *n = to;
    (void)why;
    *n = record && *n == 0 ? 1 : -1;
    return 0;
}

/* Is what stands behind the last separator of a file that grows a whole record,
 * whatever will be appended?  An object of JSON is, half of one is not. */
static bool is_record(struct reader *r, size_t worker, struct batch *b,
                      const char *p, size_t n)
{
    struct err unused;
    int found = 0;
    return codec_decode_to(r->files->codec, worker, b, p, n, count_record,
                           &found, &unused) == 0
           && found == 1;
}

/* At the end of a file that grows: *whole bytes of p[0..n) are records with a
 * separator behind; the last one may be whole without.  `n` has WQ_PADDING
 * behind. */
static int take_last(struct reader *r, size_t worker, struct batch *b, char *p,
                     size_t n, size_t *whole, struct err *e)
{
    if (*whole == n || r->is_stopped) return 0;
    memset(p + n, 0, WQ_PADDING);
    if (!is_record(r, worker, b, p + *whole, n - *whole)) return 0;
    size_t end = 0;
    if (split(r, p + *whole, n - *whole, WQ_AT_END, &end, e) < 0) return -1;
    *whole += end;
    return 0;
}

/* Adds what is left of the open file to the batch, up to its size.  Closes the
 * file when it is through. */
static int read_file(struct reader *r, size_t worker, struct batch *b,
                     struct err *e)
{
    size_t at = b->raw.n, whole = 0;
    if (r->carry.n && buf_add(&b->raw, r->carry.p, r->carry.n) < 0)
        return err_no_memory(e);
    r->carry.n = 0;
    for (;;) {
        size_t n = b->raw.n - at;
        if (!r->at_end && !r->is_stopped && b->raw.n < READER_BATCH_BYTES) {
            if (read_more(r, b, READER_BATCH_BYTES - b->raw.n, e) < 0) return -1;
            continue;
        }
        bool all = r->at_end && r->damage.code == 0, grows = is_growing(r);
        if (split(r, b->raw.p + at, n, all && !grows ? WQ_AT_END : 0, &whole, e)
            < 0)
            return -1;
        if (all && grows
            && take_last(r, worker, b, b->raw.p + at, n, &whole, e) < 0)
            return -1;
        if (whole || r->at_end || r->is_stopped) break;
        if (n > READER_MAX_RECORD) return skip_record(r, b, at, e);
        /* Twice as much, but no more than shows that it is too large. */
        size_t want = n < READER_BATCH_BYTES ? READER_BATCH_BYTES : n;
        if (want > READER_MAX_RECORD + 1 - n) want = READER_MAX_RECORD + 1 - n;
        if (read_more(r, b, want, e) < 0) return -1;
    }
    /* An empty file is handed out too: to some formats it is an article. */
    bool is_empty = r->byte == 0 && r->at_end && !r->damage.code
                    && !r->is_stopped && !is_growing(r);
    if ((whole || is_empty)
        && hand_out(r, b, at, whole, NULL, NULL, e) < 0)
        return -1;
    size_t rest = b->raw.n - at - whole;
    if (r->is_stopped || r->at_end) {
        /* What cannot be read now, of a file that can be read on, waits. */
        bool is_lost = r->damage.code && !r->is_stopped
                       && !(r->files->from && r->damage.code == EX_IO);
        uint64_t byte = r->byte, line = r->line;
        if (is_lost
            && hand_out(r, b, at + whole, rest, "damaged", r->damage.text, e) < 0)
            return -1;
        /* Should it be whole one day, the record that was cut is read again. */
        r->byte = byte;
        r->line = line;
        r->files->is_damaged = is_lost;
        r->files->is_through = r->at_end && (is_lost || rest == 0);
        close_file(r);
        return 0;
    }
    if (buf_add(&r->carry, b->raw.p + at + whole, rest) < 0)
        return err_no_memory(e);
    b->raw.n = at + whole;
    return 0;
}

/* ---- public ---- */

int reader_next(struct reader *r, size_t worker, struct batch *b,
                struct err *e)
{
    while (!r->is_stopped && b->raw.n < READER_BATCH_BYTES
           && b->n_pieces < MAX_PIECES) {
        if (!r->source) {
            int rc = open_next(r, e);
            if (rc < 0) return -1;
            if (rc == 0) break;
            if (!r->source) continue;
        }
        if (read_file(r, worker, b, e) < 0) return -1;
        if (r->source) break; /* there is more of it: the batch is full */
    }
    if (buf_reserve(&b->raw, WQ_PADDING) < 0) return err_no_memory(e);
    memset(b->raw.p + b->raw.n, 0, WQ_PADDING);
    return b->n_pieces > 0;
}

static struct reader *reader_new(struct err *e)
{
    struct reader *r = calloc(1, sizeof *r);
    if (!r) err_no_memory(e);
    else r->stop_fd = -1;
    return r;
}

struct reader *reader_open(const struct paths *paths, struct codec *codecs,
                           size_t n, uint64_t limit, int stop_fd,
                           struct err *e)
{
    struct reader *r = reader_new(e);
    if (!r) return NULL;
    r->paths = paths;
    r->codecs = codecs;
    r->n_codecs = n;
    r->limit = limit;
    r->stop_fd = stop_fd;
    return r;
}

struct reader *reader_memory(const char *name, wq_str text, struct codec *codec,
                             struct err *e)
{
    struct reader *r = reader_new(e);
    if (!r) return NULL;
    r->memory_name = name;
    r->memory = text;
    r->codecs = codec;
    r->n_codecs = 1;
    return r;
}

void reader_resume(struct reader *r, const struct input *const *from, size_t n)
{
    r->from = n ? from : NULL;
}

const struct input_file *reader_finish(struct reader *r)
{
    if (r->source) close_file(r);
    return r->files;
}

void reader_stop(struct reader *r)
{
    r->is_stopped = true;
}

uint64_t reader_bytes(const struct reader *r)
{
    return r->bytes;
}

uint64_t reader_damaged(const struct reader *r)
{
    return r->damaged;
}

void reader_close(struct reader *r)
{
    if (!r) return;
    close_file(r);
    while (r->files) {
        struct input_file *next = r->files->next;
        free(r->files->path);
        free(r->files);
        r->files = next;
    }
    buf_free(&r->carry);
    free(r);
}

bool piece_comes_again(const struct piece *p)
{
    return p->file && p->file->from && p->file->from->comes_again;
}

const char *piece_name(const struct piece *p)
{
    return p->file ? p->file->path : "";
}
