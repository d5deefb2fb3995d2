/* replay.c - see replay.h. */
#include "run/replay.h"
#include "base/base64.h"
#include "base/names.h"
#include "run/reader.h"
#include <errno.h>
#include <stdlib.h>

static const char no_reject[] = "no_reject_line";

/* A batch being taken apart. */
struct unwrapping {
    const struct replay *with;
    size_t worker;
    struct batch *b;
    struct buf raw;              /* what will stand in place of b->raw ...    */
    struct piece *pieces;        /* ... and of b->pieces                      */
    size_t n, cap;
    const struct input_file *last; /* that a line came from                   */
};

/* One line of it. */
struct line {
    const struct piece *piece;   /* where it stands */
    wq_str raw;
    uint64_t byte, line;
    const wq_record *record;     /* NULL: none could be read */
    const char *why;             /* then */
    int n;                       /* records in it */
};

static struct piece *add_piece(struct unwrapping *u, const struct piece *piece)
{
    if (u->n == u->cap) {
        size_t cap = u->cap ? u->cap * 2 : 16;
        struct piece *list = reallocarray(u->pieces, cap, sizeof *list);
        if (!list) return NULL;
        u->pieces = list;
        u->cap = cap;
    }
    struct piece *p = &u->pieces[u->n++];
    *p = *piece;
    p->at = u->raw.n;
    p->n = 0;
    return p;
}

/* Adds a piece of bytes. */
static int add_bytes(struct unwrapping *u, const struct piece *piece, wq_str s)
{
    struct piece *p = add_piece(u, piece);
    if (!p || buf_add(&u->raw, s.p, s.n) < 0) return -1;
    p->n = s.n;
    return 0;
}

/* A line that goes back to the rejects. */
static int bad_line(struct unwrapping *u, const struct line *l,
                    const char *why, struct err *e)
{
    const struct piece bad = { .file = l->piece->file, .byte = l->byte,
                               .line = l->line, .bad = no_reject,
                               .message = why };
    return add_bytes(u, &bad, l->raw) < 0 ? err_no_memory(e) : 0;
}

/* ---- members of a line ---- */

static wq_value member(const struct line *l, const char *name, wq_vtype type)
{
    wq_value v;
    wq_key key = names_intern_own(str(name));
    if (rec_get_value(l->record, key, &v) && v.type == type) return v;
    return (wq_value){ .type = WQ_V_NONE };
}

static bool has(const struct line *l, const char *name)
{
    wq_value unused;
    return rec_get_value(l->record, names_intern_own(str(name)), &unused);
}

static uint64_t number(const struct line *l, const char *name, uint64_t missing)
{
    wq_value v = member(l, name, WQ_V_INT);
    return v.type == WQ_V_INT && v.u.i >= 0 ? (uint64_t)v.u.i : missing;
}

/* As a C string in the batch's arena; `missing` if it is not there.  NULL: no
 * memory. */
static const char *text(struct unwrapping *u, const struct line *l,
                        const char *name, const char *missing)
{
    wq_value v = member(l, name, WQ_V_STR);
    if (v.type != WQ_V_STR) return missing;
    char *s = arena_alloc(&u->b->arena, v.u.s.n + 1);
    if (!s) return NULL;
    if (v.u.s.n) memcpy(s, v.u.s.p, v.u.s.n);
    s[v.u.s.n] = '\0';
    return s;
}

/* ---- where it came from ---- */

/* The file of that name, in that format; the one of the line before, mostly. */
static const struct input_file *file_of(struct unwrapping *u, const char *path,
                                        struct codec *codec)
{
    static const struct input again = { .comes_again = true };
    if (u->last && u->last->codec == codec && strcmp(u->last->path, path) == 0)
        return u->last;
    struct input_file *f = arena_zero(&u->b->arena, 1, sizeof *f);
    if (!f) return NULL;
    f->path = arena_copy(&u->b->arena, path, strlen(path) + 1);
    f->codec = codec;
    f->from = &again;
    return f->path ? u->last = f : NULL;
}

/* The piece that the line was made of, still without its bytes.  codec NULL: by
 * name and `head`.  1; 0: of no known format; -1. */
static int place_of(struct unwrapping *u, const struct line *l,
                    struct codec *codec, wq_str head, struct piece *out)
{
    const char *path = text(u, l, "file", piece_name(l->piece));
    bool has_place = member(l, "file", WQ_V_STR).type == WQ_V_STR;
    if (!path) return -1;
    if (!codec)
        codec = reader_codec(u->with->inputs, u->with->n_inputs, path, head);
    if (!codec) return 0;
    *out = (struct piece){
        .file = file_of(u, path, codec),
        .byte = has_place ? number(l, "byte", 0) : l->byte,
        .line = has_place ? number(l, "line", 1) : l->line,
        .replays = (uint32_t)number(l, "replays", 0) + 1,
    };
    return out->file ? 1 : -1;
}

/* ---- what is in it ---- */

/* `record`: written as the line of jsonl that it is. */
static int add_record(struct unwrapping *u, const struct line *l,
                      const wq_value *object, struct err *e)
{
    struct codec *codec = u->with->records;
    struct piece piece, *p;
    wq_record *r = rec_new(&u->b->arena);
    if (!r || place_of(u, l, codec, (wq_str){ NULL, 0 }, &piece) < 0)
        return err_no_memory(e);
    wq_value id = member(l, "id", WQ_V_STR);
    if (id.type == WQ_V_STR) piece.made_id = id.u.s;
    for (uint32_t i = 0; i < object->n; i++) {
        wq_str name = object->u.object[i].name;
        wq_key key = names_intern(name.n ? name : str(""));
        if (!key && errno == ENOMEM) return err_no_memory(e);
        if (!key) return bad_line(u, l, "a name in \"record\" is too long, or one "
                                        "name too many", e);
        if (rec_put(r, key, object->u.object[i].value) < 0)
            return err_no_memory(e);
    }
    if (!(p = add_piece(u, &piece))) return err_no_memory(e);
    if (codec_encode(u->with->lines, u->worker, u->b, &r, 1, &u->raw, e) < 0)
        return -1;
    p->n = u->raw.n - p->at;
    return 0;
}

/* `raw_base64`: the bytes. */
static int add_raw(struct unwrapping *u, const struct line *l, wq_str base64,
                   struct err *e)
{
    struct piece piece;
    wq_str raw;
    int rc = base64_decode(&u->b->arena, base64, &raw);
    if (rc == 0)
        return bad_line(u, l, "\"raw_base64\" is not base64 (RFC 4648)", e);
    if (rc > 0) rc = place_of(u, l, NULL, raw, &piece);
    if (rc == 0)
        return bad_line(u, l, "cannot tell the format of its bytes by the name "
                              "of the file, nor by how they begin; say "
                              "input.format", e);
    if (rc < 0 || add_bytes(u, &piece, raw) < 0) return err_no_memory(e);
    return 0;
}

/* A line without its record: it stays the reject it is, if it is one. */
static int add_rest(struct unwrapping *u, const struct line *l, struct err *e)
{
    struct piece piece;
    const char *reason = text(u, l, "reason", ""),
               *message = text(u, l, "message", "");
    if (!reason || !message) return err_no_memory(e);
    if (!*reason || has(l, "record") || has(l, "raw_base64"))
        return bad_line(u, l, "it has neither \"record\" (an object) nor "
                              "\"raw_base64\" (a string)", e);
    /* A name from data: it takes the place of none of ours. */
    if (!names_intern(str(reason)))
        return errno == ENOMEM ? err_no_memory(e)
               : bad_line(u, l, "its \"reason\" is too long for a name, or one "
                                "name too many", e);
    if (place_of(u, l, u->with->records, (wq_str){ NULL, 0 }, &piece) < 0)
        return err_no_memory(e);
    piece.bad = reason;
    piece.message = message;
    piece.bad_bytes = number(l, "bytes", 0);
    return add_piece(u, &piece) ? 0 : err_no_memory(e);
}

static int unwrap_line(struct unwrapping *u, const struct line *l,
                       struct err *e)
{
    if (!l->record) return l->n ? bad_line(u, l, l->why, e) : 0;
    wq_value record = member(l, "record", WQ_V_OBJECT);
    wq_value raw = member(l, "raw_base64", WQ_V_STR);
    wq_value reason = member(l, "reason", WQ_V_STR);
    if (record.type == WQ_V_OBJECT) return add_record(u, l, &record, e);
    if (raw.type != WQ_V_STR) return add_rest(u, l, e);
    /* Bytes that were no reject line: no article, either. */
    if (reason.type == WQ_V_STR && str_is(reason.u.s, no_reject))
        return bad_line(u, l, "what it holds was no reject line", e);
    return add_raw(u, l, raw.u.s, e);
}

/* ---- lines ---- */

struct catch {
    struct arena *arena;
    struct line *line;
};
static int catch_line(void *to, wq_record *record, const char *why)
{
    struct catch *c = to;
    c->line->n++;
    c->line->record = record;
    c->line->why = why ? arena_copy(c->arena, why, strlen(why) + 1) : NULL;
    return why && !c->line->why ? -1 : 0;
}

/* Takes apart the lines of a piece. */
static int unwrap_piece(struct unwrapping *u, const struct piece *p,
                        struct err *e)
{
    struct codec *c = u->with->lines;
    const char *at = u->b->raw.p + p->at, *end = at + p->n;
    uint64_t byte = p->byte, number = p->line;
    while (at < end) {
        /* Empty lines are no records, but lines. */
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        size_t n = feed ? (size_t)(feed + 1 - at) : (size_t)(end - at);
        struct line l = { .piece = p, .raw = { at, feed ? n - 1 : n },
                          .byte = byte, .line = number };
        if (codec_decode_to(c, u->worker, u->b, at, n, catch_line,
                            &(struct catch){ &u->b->arena, &l }, e) < 0
            || unwrap_line(u, &l, e) < 0)
            return -1;
        at += n;
        byte += n;
        number++;
    }
    return 0;
}

int replay_unwrap(const struct replay *r, size_t worker, struct batch *b,
                  struct err *e)
{
    struct unwrapping u = { .with = r, .worker = worker, .b = b };
    int rc = 0;
    for (size_t i = 0; i < b->n_pieces && rc == 0; i++) {
        const struct piece *p = &b->pieces[i];
        if (!p->bad) rc = unwrap_piece(&u, p, e);
        else if (add_bytes(&u, p, (wq_str){ b->raw.p + p->at, p->n }) < 0)
            rc = err_no_memory(e);
    }
    bool has_room = rc == 0 && buf_reserve(&u.raw, WQ_PADDING) == 0 && u.raw.p;
    if (rc == 0 && !has_room) err_no_memory(e);
    if (!has_room) {
        buf_free(&u.raw);
        free(u.pieces);
        return -1;
    }
    memset(u.raw.p + u.raw.n, 0, WQ_PADDING);
    buf_free(&b->raw);
    free(b->pieces);
    b->raw = u.raw;
    b->pieces = u.pieces;
    b->n_pieces = u.n;
    b->cap_pieces = u.cap;
    return 0;
}
