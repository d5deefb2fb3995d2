/* sink_path.c - see sink_path.h. */
#include "run/sink_path.h"
#include "base/hash.h"
#include "base/names.h"
#include "base/utf8.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { HASH_BYTES = 1 + 16 }; /* "~" and XXH3-64 in hex */

int sink_path_make(struct sink_path *p, const struct template *t,
                   const char *run, struct err *e)
{
    struct buf folder = { 0 };
    *p = (struct sink_path){ .template = *t };
    for (size_t i = 0; i < t->n; i++) {
        struct template_part *part = &p->template.parts[i];
        if (part->kind == TEMPLATE_FIELD)
            p->keys[i] = names_intern_own(part->text);
        if (part->kind == TEMPLATE_RUN)
            *part = (struct template_part){ .text = str(run), .at = part->at };
        if (part->at >= t->folder) continue;
        /* In front of the first field, and up to the last slash there. */
        size_t n = part->at + part->n <= t->folder ? part->text.n
                                                   : t->folder - part->at;
        if (buf_add(&folder, part->text.p, n) < 0) break;
        part->text.p += n;
        part->text.n -= n;
    }
    if (!folder.n || buf_close(&folder) < 0) buf_free(&folder);
    p->folder = folder.p;
    return p->folder ? 0 : err_no_memory(e);
}

void sink_path_free(struct sink_path *p)
{
    free(p->folder);
    p->folder = NULL;
}

/* ---- values ---- */

enum { NUMBER_BYTES = 40 };

/* The value as text; room: for that of a number. */
static wq_str spell(const wq_value *v, char room[NUMBER_BYTES])
{
    switch ((wq_vtype)v->type) {
    case WQ_V_STR:
    case WQ_V_NUMBER: return v->u.s;
    case WQ_V_BOOL: return str(v->u.i ? "true" : "false");
    case WQ_V_INT:
        text_format(room, NUMBER_BYTES, "%" PRId64, v->u.i);
        return str(room);
    case WQ_V_REAL: /* the fewest digits that give it back */
        for (int digits = 15; digits <= 17; digits++) {
            text_format(room, NUMBER_BYTES, "%.*g", digits, v->u.r);
            if (strtod(room, NULL) == v->u.r) break; /* exactly it */
        }
        return str(room);
    case WQ_V_NONE:
    case WQ_V_NULL:
    case WQ_V_LIST:
    case WQ_V_OBJECT: break;
    }
    return (wq_str){ NULL, 0 };
}

/* The first `most` code points. */
static wq_str first_of(wq_str s, size_t most)
{
    size_t n = 0;
    for (; most && n < s.n; most--) {
        size_t step = utf8_first(s.p + n, s.n - n);
        n += step ? step : 1;
    }
    return (wq_str){ s.p, n };
}

/* ---- escaping ---- */

/* May the n bytes at `at` stand in a name as they are? */
static bool is_plain(wq_str s, size_t at, size_t n, wq_str stop)
{
    const char *p = s.p + at;
    wq_str one = { p, n };
    if (n == 1 && strchr("/%~", *p)) return false; /* and NUL */
    if (n == 1 && (*p == ' ' || *p == '.') && at == 0) return false;
    if (*p == ' ' && at + 1 == s.n) return false;
    if (*p == '_' && s.n == 1) return false; /* that is what is missing */
    return !utf8_is_invisible(p, n) && !str_eq(one, stop);
}

/* Writes the value, at most field->room bytes, and returns how many. */
static size_t escape(const struct template_part *field, wq_str s, char *out)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = 0, cut = 0; /* cut: so many with room for the hash behind them */
    if (s.n == 0) out[n++] = '_';
    for (size_t at = 0, step; at < s.n; at += step) {
        step = utf8_first(s.p + at, s.n - at);
        bool is_ill = step == 0;
        if (is_ill) step = 1;
        bool plain = !is_ill && is_plain(s, at, step, field->stop);
        size_t more = plain ? step : 3 * step;
        if (n + more > field->room) {
            text_format(out + cut, HASH_BYTES + 1, "~%016" PRIx64,
                        hash64(s.p, s.n));
            return cut + HASH_BYTES;
        }
        for (size_t i = 0; i < step; i++) {
            unsigned char c = (unsigned char)s.p[at + i];
            if (!plain) out[n++] = '%';
            out[n++] = plain ? (char)c : hex[c >> 4];
            if (!plain) out[n++] = hex[c & 15];
        }
        if (n + HASH_BYTES <= field->room) cut = n;
    }
    return n;
}

wq_str sink_path_name(const struct sink_path *p, const wq_record *r,
                      struct arena *arena)
{
    const struct template *t = &p->template;
    size_t most = 1 + 1, n = 0; /* NUL, and that of a hash */
    for (size_t i = 0; i < t->n; i++)
        most += p->keys[i] ? t->parts[i].room : t->parts[i].text.n;
    char *out = arena_alloc(arena, most);
    if (!out) return (wq_str){ NULL, 0 };
    for (size_t i = 0; i < t->n; i++) {
        const struct template_part *part = &t->parts[i];
        char room[NUMBER_BYTES];
        wq_value v = { .type = WQ_V_NONE };
        if (!p->keys[i]) {
            memcpy(out + n, part->text.p, part->text.n);
            n += part->text.n;
            continue;
        }
        rec_get_value(r, p->keys[i], &v);
        wq_str s = spell(&v, room);
        if (part->most) s = first_of(s, part->most);
        n += escape(part, s, out + n);
    }
    out[n] = '\0';
    arena_shrink(arena, out, most, n + 1);
    return (wq_str){ out, n };
}
