/* template.c - see template.h. */
#include "base/template.h"
#include "base/num.h"

enum {
    NAME_BYTES = 255, /* NAME_MAX of every file system we write to */
    SUFFIX_BYTES = 5, /* ".held" */
    ROOM_LEAST = 40   /* for a value: half of it tells, half is a hash */
};

static bool wrong(struct template_fault *f, size_t at, size_t n,
                  const char *hint, const char *fmt, ...) ERR_PRINTF(5, 6);
/* Fills the fault.  Returns false. */
static bool wrong(struct template_fault *f, size_t at, size_t n,
                  const char *hint, const char *fmt, ...)
{
    va_list args;
    *f = (struct template_fault){ .at = at, .n = n, .hint = hint };
    va_start(args, fmt);
    text_vformat(f->text, sizeof f->text, fmt, args);
    va_end(args);
    return false;
}

/* ---- parts ---- */

/* The braces at path[at]; n: up to and with the closing one. */
static bool read_braces(struct template_part *part, const char *path,
                        struct template_fault *f)
{
    const char *inside = path + part->at + 1;
    size_t n = strcspn(inside, "{}");
    if (inside[n] != '}')
        return wrong(f, part->at, n + 1, "a brace by itself is written \"{{\"",
                     "this \"{\" is not closed");
    const char *colon = memchr(inside, ':', n);
    part->n = n + 2;
    part->text = (wq_str){ inside, colon ? (size_t)(colon - inside) : n };
    if (part->text.n == 0)
        return wrong(f, part->at, part->n, "such as \"{lang}\"",
                     "these braces name no field");
    if (part->text.n > WQ_MAX_NAME)
        return wrong(f, part->at, part->n, NULL, "no field has so long a name");
    if (str_is(part->text, "run")) {
        part->kind = TEMPLATE_RUN;
        return !colon || wrong(f, part->at, part->n, "\"{run}\"",
                               "the number of the run is written whole");
    }
    int64_t most = 0;
    part->kind = TEMPLATE_FIELD;
    wq_str number = { colon ? colon + 1 : NULL,
                      colon ? (size_t)(inside + n - colon) - 1 : 0 };
    if (colon && num_int(number, 1, 255, &most, NULL) < 0)
        return wrong(f, part->at, part->n, "\"{date:7}\" is the first seven "
                     "characters of the date", "behind the colon stands a "
                     "number from 1 to 255");
    part->most = (size_t)most;
    return true;
}

static bool read_part(struct template_part *part, const char *path,
                      struct template_fault *f)
{
    const char *p = path + part->at;
    if (*p == '{' && p[1] != '{') return read_braces(part, path, f);
    if (*p == '}' && p[1] != '}')
        return wrong(f, part->at, 1, "a brace by itself is written \"}}\"",
                     "this \"}\" closes nothing");
    bool is_brace = *p == '{' || *p == '}';
    part->kind = TEMPLATE_TEXT;
    part->text = (wq_str){ p, is_brace ? 1 : strcspn(p, "{}") };
    part->n = is_brace ? 2 : part->text.n;
    return true;
}

static bool read_parts(struct template *t, const char *path,
                       struct template_fault *f)
{
    for (size_t at = 0; path[at]; at += t->parts[t->n++].n) {
        if (t->n == TEMPLATE_PARTS)
            return wrong(f, at, 1, NULL, "more than %d parts and braces",
                         TEMPLATE_PARTS);
        struct template_part *part = &t->parts[t->n];
        *part = (struct template_part){ .at = at };
        if (!read_part(part, path, f)) return false;
        t->n_fields += part->kind == TEMPLATE_FIELD;
        if (t->n_fields > TEMPLATE_FIELDS)
            return wrong(f, at, part->n, NULL, "a path names at most %d fields",
                         TEMPLATE_FIELDS);
    }
    return true;
}

/* ---- names ---- */

/* The fields of the name between two slashes. */
struct name {
    struct template_part *fields[TEMPLATE_FIELDS];
    size_t n, text_bytes;
    const struct template_part *behind; /* the last field: what follows it */
};

static bool end_name(struct name *name, struct template_fault *f)
{
    const size_t whole = NAME_BYTES - SUFFIX_BYTES;
    size_t left = whole > name->text_bytes ? whole - name->text_bytes : 0;
    for (size_t i = 0; i < name->n; i++) {
        struct template_part *field = name->fields[i];
        field->room = left / name->n;
        if (field->room < ROOM_LEAST)
            return wrong(f, field->at, field->n, NULL, "with its value this "
                         "name could be longer than a file system takes");
        if (i + 1 == name->n) field->stop.n = 0;
    }
    *name = (struct name){ .n = 0 };
    return true;
}

/* Bytes of the code point at p; it is cut short if it is none. */
static size_t code_point(wq_str s)
{
    unsigned char c = (unsigned char)s.p[0];
    size_t n = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    return n < s.n ? n : s.n;
}

/* A value ends where the text behind it begins: it must be text, and of a kind
 * that is in no escaped value by chance. */
static bool add_field(struct name *name, struct template_part *field,
                      struct template_fault *f)
{
    const struct template_part *behind = name->behind;
    if (name->n
        && (behind == field || behind->kind != TEMPLATE_TEXT
            || strchr("%~", behind->text.p[0])))
        return wrong(f, field->at, field->n, "such as \"{lang}-{date:7}\"",
                     "a character other than \"%%\" and \"~\" must stand "
                     "between this field and the one before it");
    name->fields[name->n++] = field;
    name->behind = field + 1;
    return true;
}

static bool settle_names(struct template *t, struct template_fault *f)
{
    struct name name = { .n = 0 };
    for (struct template_part *p = t->parts; p < t->parts + t->n; p++) {
        if (p->kind == TEMPLATE_FIELD && !add_field(&name, p, f)) return false;
        if (p->kind == TEMPLATE_RUN) name.text_bytes += 20; /* digits of 2^64 */
        if (p->kind != TEMPLATE_TEXT) continue;
        wq_str text = p->text;
        if (name.n && name.behind == p)
            name.fields[name.n - 1]->stop = (wq_str){ text.p, code_point(text) };
        for (const char *slash; (slash = memchr(text.p, '/', text.n));) {
            name.text_bytes += (size_t)(slash - text.p);
            if (!end_name(&name, f)) return false;
            text.n -= (size_t)(slash - text.p) + 1;
            text.p = slash + 1;
        }
        name.text_bytes += text.n;
    }
    return end_name(&name, f);
}

/* ---- the whole ---- */

/* Nothing that is filled in leads out of the folder that stands before it. */
static bool find_folder(struct template *t, const char *path,
                        struct template_fault *f)
{
    const struct template_part *first = t->parts;
    while (first->kind == TEMPLATE_TEXT) first++;
    t->folder = first->at;
    while (t->folder && path[t->folder - 1] != '/') t->folder--;
    if (t->folder == 0)
        return wrong(f, first->at, first->n, "such as \"out/{lang}.jsonl\": no "
                     "value leads out of it", "before the first field there "
                     "must be a folder");
    size_t n = strlen(path);
    if (path[n - 1] == '/')
        return wrong(f, 0, n, NULL, "it ends with a folder, and no file");
    for (const char *up = path + t->folder - 1; (up = strstr(up, "/..")); up++)
        if (up[3] == '/' || up[3] == '\0')
            return wrong(f, (size_t)(up - path) + 1, 2, NULL, "behind a field "
                         "there is no \"..\"");
    return true;
}

bool template_parse(struct template *t, const char *path,
                    struct template_fault *fault)
{
    *t = (struct template){ .n = 0 };
    if (!read_parts(t, path, fault)) return false;
    return t->n_fields == 0
           || (find_folder(t, path, fault) && settle_names(t, fault));
}

char *template_fill(const struct template *t, const char *path, const char *run,
                    const char *field)
{
    struct buf out = { 0 };
    int rc = 0;
    for (size_t i = 0; i < t->n && rc == 0; i++) {
        const struct template_part *p = &t->parts[i];
        const char *in_place = p->kind == TEMPLATE_RUN ? run : field;
        if (p->kind == TEMPLATE_TEXT) rc = buf_add(&out, p->text.p, p->text.n);
        else if (in_place) rc = buf_add(&out, in_place, strlen(in_place));
        else rc = buf_add(&out, path + p->at, p->n);
    }
    if (rc < 0 || buf_close(&out) < 0) buf_free(&out);
    return out.p;
}
