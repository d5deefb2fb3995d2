/* diag.c - collecting, sorting and printing messages; see diag.h. */
#include "config/diag.h"
#include "base/log.h"
#include "base/str.h"
#include "config/columns.h"
#include <stdlib.h>

enum {
    MESSAGES_MAX = 200, /* more are counted, not kept: nobody reads them */
    QUOTE_COLUMNS = 100 /* of a source line that are shown */
};

struct source {
    struct source *next;
    size_t order; /* files are printed as they were first named */
    char *file, *text;
    size_t n;
    struct lines lines;
};

static struct source *source_of(const struct diags *d, const char *file)
{
    for (struct source *s = d->sources; s; s = s->next)
        if (strcmp(s->file, file) == 0) return s;
    return NULL;
}

static char *copy(const char *p, size_t n)
{
    char *c = malloc(n + 1);
    if (!c) return NULL;
    if (n) memcpy(c, p, n);
    c[n] = '\0';
    return c;
}

void diags_no_memory(struct diags *d)
{
    d->no_memory = true;
    d->n_errors++;
    d->code = EX_NO_MEMORY;
}

int diags_source(struct diags *d, const char *file, const char *p, size_t n)
{
    struct source *s = source_of(d, file);
    if (!s) {
        s = calloc(1, sizeof *s);
        if (!s || !(s->file = copy(file, strlen(file)))) {
            free(s);
            diags_no_memory(d);
            return -1;
        }
        s->next = d->sources;
        s->order = d->sources ? d->sources->order + 1 : 0;
        d->sources = s;
    }
    lines_free(&s->lines);
    free(s->text);
    s->n = n;
    s->text = copy(p, n);
    if (s->text && lines_index((wq_str){ s->text, n }, &s->lines) == 0)
        return 0;
    diags_no_memory(d);
    return -1;
}

/* The worst error decides how the program ends: a wrong pipeline before a
 * missing plugin before anything else; no memory before all. */
static int worse(int a, int b)
{
    static const int order[] = { EX_NO_MEMORY, EX_INTERNAL, EX_USAGE_,
                                 EX_PIPELINE, EX_NO_PLUGIN };
    for (size_t i = 0; i < WQ_LEN(order); i++)
        if (a == order[i] || b == order[i]) return order[i];
    return a ? a : b;
}

static void add(struct diags *d, bool is_error, int code, struct place at,
                size_t width, const char *hint, const char *fmt, va_list args)
{
    if (is_error) {
        d->n_errors++;
        d->code = worse(d->code, code);
    }
    if (d->n >= MESSAGES_MAX) return;
    if (d->n == d->cap) {
        size_t cap = d->cap ? d->cap * 2 : 16;
        struct diag *list = realloc(d->list, cap * sizeof *list);
        if (!list) goto no_memory;
        d->list = list;
        d->cap = cap;
    }
    if (at.file && !source_of(d, at.file)
        && diags_source(d, at.file, "", 0) < 0)
        goto no_memory;
    const struct source *source = at.file ? source_of(d, at.file) : NULL;
    if (source) at.file = source->file;
    char text[1024];
    size_t n = text_vformat(text, sizeof text, fmt, args);
    struct diag m = { .at = at, .width = width, .order = d->n,
                      .file_order = source ? source->order : 0,
                      .is_error = is_error, .code = code };
    m.text = copy(text, n);
    m.hint = hint ? copy(hint, strlen(hint)) : NULL;
    if (!m.text || (hint && !m.hint)) {
        free(m.text);
        free(m.hint);
        goto no_memory;
    }
    d->list[d->n++] = m;
    return;
no_memory:
    diags_no_memory(d);
}

void diag_error(struct diags *d, int code, struct place at, size_t width,
                const char *hint, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(d, true, code, at, width, hint, fmt, args);
    va_end(args);
}

void diag_warning(struct diags *d, struct place at, size_t width,
                  const char *hint, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(d, false, 0, at, width, hint, fmt, args);
    va_end(args);
}

/* By file, line and column; equal places as they were added. */
static int by_place(const void *a, const void *b)
{
    const struct diag *x = a, *y = b;
    const size_t keys[][2] = { { x->file_order, y->file_order },
                               { x->at.line, y->at.line },
                               { x->at.column, y->at.column },
                               { x->order, y->order } };
    for (size_t i = 0; i < WQ_LEN(keys); i++)
        if (keys[i][0] != keys[i][1]) return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

/* Prints bytes as a terminal can take them: what would move the cursor or is no
 * UTF-8 becomes "?", tabs one space.  Returns the columns used. */
static size_t print_plain(FILE *to, wq_str s)
{
    size_t columns = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t cp;
        size_t len = utf8_step(s.p + i, s.n - i, &cp);
        if (!len || cp < 0x20 || (cp >= 0x7F && cp < 0xA0)) {
            putc(len && cp == '\t' ? ' ' : '?', to);
            columns++;
            i += len ? len : 1;
            continue;
        }
        fwrite(s.p + i, 1, len, to);
        columns += columns_of(cp);
        i += len;
    }
    return columns;
}

/* Bytes of the first `cps` code points. */
static size_t bytes_of(wq_str s, size_t cps)
{
    size_t i = 0;
    for (; i < s.n && cps > 0; cps--) {
        uint32_t cp;
        size_t len = utf8_step(s.p + i, s.n - i, &cp);
        i += len ? len : 1;
    }
    return i;
}

/* Columns of a text as print_plain prints it. */
static size_t columns_in(wq_str s)
{
    size_t columns = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t cp;
        size_t len = utf8_step(s.p + i, s.n - i, &cp);
        columns += len && cp >= 0x20 ? columns_of(cp) : 1;
        i += len ? len : 1;
    }
    return columns;
}

/* The line with a caret under the place, and the hint behind it; of a long line
 * what is around the place. */
static void print_quote(const struct diag *m, wq_str line, FILE *to)
{
    size_t before = m->at.column ? m->at.column - 1 : 0;
    const char *cut = "";
    if (bytes_of(line, QUOTE_COLUMNS) < line.n && before > QUOTE_COLUMNS / 2) {
        size_t skip = bytes_of(line, before - QUOTE_COLUMNS / 2);
        line = (wq_str){ line.p + skip, line.n - skip };
        before = QUOTE_COLUMNS / 2;
        cut = "...";
    }
    size_t shown = bytes_of(line, QUOTE_COLUMNS);
    fprintf(to, "%5zu | %s", m->at.line, cut);
    print_plain(to, (wq_str){ line.p, shown });
    fprintf(to, "%s\n", shown < line.n ? "..." : "");
    if (!m->width) {
        if (m->hint) fprintf(to, "      | %s\n", m->hint);
        return;
    }
    size_t from = bytes_of((wq_str){ line.p, shown }, before);
    wq_str rest = { line.p + from, shown - from };
    size_t marks = columns_in((wq_str){ rest.p, bytes_of(rest, m->width) });
    size_t blanks = columns_in((wq_str){ line.p, from }) + strlen(cut);
    fprintf(to, "      | %*s^", (int)blanks, "");
    for (size_t i = 1; i < marks; i++) putc('~', to);
    fprintf(to, "%s%s\n", m->hint ? " " : "", m->hint ? m->hint : "");
}

static void print_one(const struct diags *d, const struct diag *m, FILE *to)
{
    print_plain(to, str(m->at.file ? m->at.file : "warraq"));
    if (m->at.line) fprintf(to, ":%zu:%zu", m->at.line, m->at.column);
    fprintf(to, ": %s: ", m->is_error ? "error" : "warning");
    print_plain(to, str(m->text));
    const struct source *s = m->at.file ? source_of(d, m->at.file) : NULL;
    if (!m->at.line || !s || m->at.line > s->lines.n) {
        fprintf(to, "%s%s\n", m->hint ? "; " : "", m->hint ? m->hint : "");
        return;
    }
    putc('\n', to);
    print_quote(m, lines_get(&s->lines, m->at.line), to);
}

static bool is_same(const struct diag *a, const struct diag *b)
{
    return a->at.file == b->at.file && a->at.line == b->at.line
           && a->at.column == b->at.column && strcmp(a->text, b->text) == 0;
}

void diags_sort(struct diags *d)
{
    size_t n = 0;
    if (d->n > 1) qsort(d->list, d->n, sizeof *d->list, by_place);
    for (size_t i = 0; i < d->n; i++) {
        if (n == 0 || !is_same(&d->list[n - 1], &d->list[i])) {
            d->list[n++] = d->list[i];
            continue;
        }
        free(d->list[i].text); /* an alias brings its errors twice */
        free(d->list[i].hint);
    }
    d->n = n;
}

void diags_print(struct diags *d, FILE *to)
{
    bool is_cut = d->n == MESSAGES_MAX;
    diags_sort(d);
    for (size_t i = 0; i < d->n; i++) print_one(d, &d->list[i], to);
    if (is_cut)
        fprintf(to, "warraq: more than %d messages; the rest is not shown\n",
                MESSAGES_MAX);
    if (d->no_memory) fprintf(to, "warraq: error: out of memory\n");
}

void diags_log(struct diags *d)
{
    if (log_form() == LOG_TEXT) {
        diags_print(d, stderr);
        return;
    }
    diags_sort(d);
    for (size_t i = 0; i < d->n; i++) {
        const struct diag *m = &d->list[i];
        const struct log_about about = { .at = m->at };
        log_about(m->is_error ? WQ_LOG_ERROR : WQ_LOG_WARNING, &about,
                  "%s%s%s", m->text, m->hint ? "; " : "", m->hint ? m->hint : "");
    }
    if (d->no_memory) log_line(WQ_LOG_ERROR, "out of memory");
}

void diags_free(struct diags *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free(d->list[i].text);
        free(d->list[i].hint);
    }
    free(d->list);
    while (d->sources) {
        struct source *next = d->sources->next;
        lines_free(&d->sources->lines);
        free(d->sources->file);
        free(d->sources->text);
        free(d->sources);
        d->sources = next;
    }
    *d = (struct diags){ 0 };
}
