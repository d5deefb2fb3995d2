/* node.c - YAML text -> tree, by libyaml's events; see node.h.
 *
 *   bytes -> checked UTF-8 -> events -> stack of open lists and maps -> tree
 *
 * An alias shares the node of its anchor; what it stands for is counted again
 * each time, so that nine lines of aliases of aliases are refused before anyone
 * walks them.  libyaml gives up at its first error, and so do we; the errors of
 * meaning (a key twice, a tag) are collected. */
#include "config/node.h"
#include "config/columns.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#define TOO_DEEP "lists and mappings are nested more than 64 deep"
_Static_assert(CFG_MAX_DEPTH == 64 && CFG_MAX_NODES == 100000
                   && CFG_MAX_BYTES == 1 << 20,
               "messages here say these numbers");

enum {
    ANCHORS_MAX = 256,  /* searched in turn; a real file has a few */
    DIRECTIVES_MAX = 16 /* libyaml compares each with all before it */
};

struct anchor {
    const char *name;
    struct cfg_node *node;
    size_t nodes, height; /* of what it stands for, aliases expanded */
    bool is_open;
};

/* A list or map whose end has not come yet. */
struct frame {
    struct cfg_node *node;
    struct cfg_node *key;    /* map: read, its value not yet */
    struct cfg_node **items; /* growing; map: key, value, key, value ... */
    size_t n, cap;
    size_t nodes, height;    /* so far */
    size_t anchor;           /* its place + 1; 0: none */
};

struct reader {
    yaml_parser_t parser;
    const char *file; /* in the arena */
    struct lines lines;
    struct arena *arena;
    struct diags *diags;
    struct frame stack[CFG_MAX_DEPTH];
    size_t depth;
    struct anchor anchors[ANCHORS_MAX];
    size_t n_anchors;
    struct cfg_node *root;
    bool failed; /* an error of meaning was reported */
};

static int no_memory(struct diags *d)
{
    diags_no_memory(d);
    return -1;
}

static struct place place_at(const struct reader *r, size_t cp)
{
    struct place at = lines_place(&r->lines, cp);
    at.file = r->file;
    return at;
}

/* A node that begins and ends at these marks. */
static struct cfg_node *node_new(struct reader *r, enum cfg_kind kind,
                                 const yaml_event_t *event)
{
    struct cfg_node *node = arena_zero(r->arena, 1, sizeof *node);
    if (!node) {
        no_memory(r->diags);
        return NULL;
    }
    size_t begin = event->start_mark.index, end = event->end_mark.index;
    node->kind = kind;
    node->at = place_at(r, begin);
    node->width = place_at(r, end).line == node->at.line && end > begin
                      ? end - begin : 1;
    return node;
}

/* ---- syntax errors, in our words ---- */

static const struct {
    const char *libyaml, *ours, *hint;
    bool at_begin; /* the trouble is where the thing being read begins */
} syntax[] = {
    { "found character that cannot start any token",
      "this character cannot begin a value", "put the value in quotes", false },
    { "mapping values are not allowed in this context",
      "a \"key: value\" cannot stand here",
      "is the indentation right, or does a text with \": \" lack its quotes?",
      false },
    { "did not find expected key",
      "this line does not belong to the mapping above it",
      "is it indented like the lines before?", false },
    { "did not find expected '-' indicator",
      "this line does not belong to the list above it",
      "is the \"-\" indented like the others?", false },
    { "block sequence entries are not allowed in this context",
      "a list item cannot stand here", "begin the list on a line of its own",
      false },
    { "could not find expected ':'", "this key has no \":\"", NULL, true },
    { "did not find expected ',' or ']'",
      "this list is not closed: \",\" or \"]\" is missing", NULL, false },
    { "did not find expected ',' or '}'",
      "this mapping is not closed: \",\" or \"}\" is missing", NULL, false },
    { "found unexpected end of stream",
      "the file ends inside the quoted text that begins here", NULL, true },
    { "did not find expected node content",
      "a value is missing here", NULL, false },
    { "did not find expected <document start>",
      "the document has ended before this line",
      "is it indented like the lines before?", false },
};

static void report_syntax(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR) {
        no_memory(r->diags);
        return;
    }
    struct place at = place_at(r, p->problem_mark.index);
    if (p->error == YAML_READER_ERROR) {
        at = lines_place_of_byte(&r->lines, p->problem_offset);
        at.file = r->file;
    }
    const char *text = p->problem ? p->problem : "not YAML", *hint = NULL;
    for (size_t i = 0; i < sizeof syntax / sizeof *syntax; i++) {
        if (strcmp(text, syntax[i].libyaml) != 0) continue;
        text = syntax[i].ours;
        hint = syntax[i].hint;
        if (syntax[i].at_begin) at = place_at(r, p->context_mark.index);
        break;
    }
    wq_str line = lines_get(&r->lines, at.line);
    size_t blank = 0;
    while (blank < line.n && line.p[blank] == ' ') blank++;
    if (blank < line.n && line.p[blank] == '\t') { /* "\tstage: x" */
        at.column = blank + 1;
        text = "a tab cannot indent: YAML allows spaces only";
        hint = "use spaces";
    }
    char began[64];
    if (!hint && p->context && p->context_mark.index < p->problem_mark.index) {
        size_t from = place_at(r, p->context_mark.index).line;
        text_format(began, sizeof began, "it begins on line %zu", from);
        if (from != at.line) hint = began;
    }
    diag_error(r->diags, EX_PIPELINE, at, 1, hint, "%s", text);
}

/* ---- events ---- */

static void report(struct reader *r, const struct cfg_node *node,
                   const char *hint, const char *text)
{
    r->failed = true;
    diag_error(r->diags, EX_PIPELINE, node->at, node->width, hint, "%s", text);
}

/* Two equal keys stand together once sorted, the later one behind. */
static int by_text(const void *a, const void *b)
{
    const struct cfg_node *x = *(struct cfg_node *const *)a;
    const struct cfg_node *y = *(struct cfg_node *const *)b;
    size_t n = x->text.n < y->text.n ? x->text.n : y->text.n;
    int order = n ? memcmp(x->text.p, y->text.p, n) : 0;
    if (order) return order;
    if (x->text.n != y->text.n) return x->text.n < y->text.n ? -1 : 1;
    if (x->at.line != y->at.line) return x->at.line < y->at.line ? -1 : 1;
    return x->at.column < y->at.column ? -1 : x->at.column > y->at.column;
}

static int check_keys(struct reader *r, const struct cfg_node *map)
{
    if (map->n < 2) return 0;
    struct cfg_node **sorted = malloc(map->n * sizeof(void *));
    if (!sorted) return no_memory(r->diags);
    memcpy(sorted, map->keys, map->n * sizeof(void *));
    qsort(sorted, map->n, sizeof(void *), by_text);
    for (size_t i = 1; i < map->n; i++) {
        if (!str_eq(sorted[i - 1]->text, sorted[i]->text)) continue;
        char hint[64], text[128];
        text_format(hint, sizeof hint, "the first one is on line %zu",
                    sorted[i - 1]->at.line);
        text_format(text, sizeof text, "key \"%.*s\" stands here twice",
                    STR_ARG(sorted[i]->text));
        report(r, sorted[i], hint, text);
    }
    free(sorted);
    return 0;
}

static int push_item(struct reader *r, struct frame *f, struct cfg_node *item)
{
    if (f->n == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 8;
        struct cfg_node **items = realloc(f->items, cap * sizeof(void *));
        if (!items) return no_memory(r->diags);
        f->items = items;
        f->cap = cap;
    }
    f->items[f->n++] = item;
    return 0;
}

/* A key may be any scalar but "<<", which would merge. */
static void check_key(struct reader *r, const struct cfg_node *key)
{
    if (key->kind != CFG_SCALAR)
        report(r, key, NULL, "a key is a word, not a list or mapping");
    else if (!key->quoted && str_is(key->text, "<<"))
        report(r, key, "write the keys out",
               "merge keys (\"<<\") are not read: what a stage is given should "
               "stand there");
}

/* Puts a finished node where it belongs; `nodes` and `height` count what it
 * stands for. */
static int attach(struct reader *r, struct cfg_node *node, size_t nodes,
                  size_t height)
{
    if (r->depth == 0) {
        r->root = node;
        return 0;
    }
    struct frame *f = &r->stack[r->depth - 1];
    f->nodes += nodes;
    if (height + 1 > f->height) f->height = height + 1;
    if (f->nodes > CFG_MAX_NODES) {
        report(r, node,
               r->n_anchors ? "aliases (\"*name\") count in full" : NULL,
               "the file holds more than 100000 values");
        return -1;
    }
    if (r->depth + height > CFG_MAX_DEPTH) {
        report(r, node, NULL, TOO_DEEP);
        return -1;
    }
    if (f->node->kind == CFG_MAP && !f->key) {
        check_key(r, node);
        f->key = node;
        return 0;
    }
    if (f->node->kind == CFG_MAP) {
        if (push_item(r, f, f->key) < 0) return -1;
        f->key = NULL;
    }
    return push_item(r, f, node);
}

/* Remembers an anchor.  Returns its place + 1, 0 if there is none, or
 * (size_t)-1. */
static size_t anchor_add(struct reader *r, const yaml_char_t *name,
                         struct cfg_node *node, bool is_open)
{
    if (!name) return 0;
    if (r->n_anchors == ANCHORS_MAX) {
        report(r, node, NULL, "the file has more than 256 anchors (\"&name\")");
        return (size_t)-1;
    }
    const char *s = (const char *)name;
    s = arena_copy(r->arena, s, strlen(s) + 1);
    if (!s) return (size_t)no_memory(r->diags);
    r->anchors[r->n_anchors] = (struct anchor){ s, node, 1, 0, is_open };
    return ++r->n_anchors;
}

static void check_tag(struct reader *r, const yaml_char_t *tag,
                      const struct cfg_node *node)
{
    if (tag)
        report(r, node, "leave it out; quotes make a text",
               "tags (\"!name\") are not read");
}

static int on_scalar(struct reader *r, const yaml_event_t *event)
{
    struct cfg_node *node = node_new(r, CFG_SCALAR, event);
    if (!node) return -1;
    size_t n = event->data.scalar.length;
    char *text = arena_alloc(r->arena, n + 1);
    if (!text) return no_memory(r->diags);
    if (n) memcpy(text, event->data.scalar.value, n);
    text[n] = '\0';
    node->text = (wq_str){ text, n };
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    check_tag(r, event->data.scalar.tag, node);
    if (anchor_add(r, event->data.scalar.anchor, node, false) == (size_t)-1)
        return -1;
    return attach(r, node, 1, 0);
}

static int on_alias(struct reader *r, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    struct cfg_node here = { .at = place_at(r, event->start_mark.index),
                             .width = strlen(name) + 1 };
    size_t i = r->n_anchors;
    while (i > 0 && strcmp(r->anchors[i - 1].name, name) != 0) i--;
    if (i == 0) {
        report(r, &here, NULL, "no anchor (\"&name\") of that name before it");
        return -1;
    }
    const struct anchor *a = &r->anchors[i - 1];
    if (a->is_open) {
        report(r, &here, NULL, "this alias stands inside what it stands for");
        return -1;
    }
    return attach(r, a->node, a->nodes, a->height);
}

static int on_open(struct reader *r, const yaml_event_t *event,
                   enum cfg_kind kind)
{
    struct cfg_node *node = node_new(r, kind, event);
    if (!node) return -1;
    if (r->depth == CFG_MAX_DEPTH) {
        report(r, node, NULL, TOO_DEEP);
        return -1;
    }
    bool is_map = kind == CFG_MAP;
    check_tag(r, is_map ? event->data.mapping_start.tag
                        : event->data.sequence_start.tag, node);
    size_t anchor = anchor_add(r, is_map ? event->data.mapping_start.anchor
                                         : event->data.sequence_start.anchor,
                               node, true);
    if (anchor == (size_t)-1) return -1;
    r->stack[r->depth++] = (struct frame){ .node = node, .nodes = 1,
                                           .anchor = anchor };
    return 0;
}

/* Moves the items to the arena. */
static int on_close(struct reader *r, const yaml_event_t *event)
{
    struct frame f = r->stack[--r->depth];
    struct cfg_node *node = f.node;
    bool is_map = node->kind == CFG_MAP;
    int rc = -1;
    node->n = is_map ? f.n / 2 : f.n;
    node->items = arena_array(r->arena, node->n, sizeof(void *));
    node->keys = is_map ? arena_array(r->arena, node->n, sizeof(void *))
                        : NULL;
    if (!node->items || (is_map && !node->keys)) {
        no_memory(r->diags);
        goto out;
    }
    for (size_t i = 0; i < node->n; i++) {
        node->items[i] = f.items[is_map ? 2 * i + 1 : i];
        if (is_map) node->keys[i] = f.items[2 * i];
    }
    /* "[a, b]" on one line is underlined whole, a block by its first word */
    struct place end = place_at(r, event->end_mark.index);
    if (end.line == node->at.line && event->end_mark.index
                                         > event->start_mark.index)
        node->width = end.column - node->at.column;
    else if (node->n)
        node->width = (is_map ? node->keys : node->items)[0]->width;
    if (is_map && !r->failed && check_keys(r, node) < 0) goto out;
    if (f.anchor) {
        struct anchor *a = &r->anchors[f.anchor - 1];
        a->nodes = f.nodes;
        a->height = f.height;
        a->is_open = false;
    }
    rc = attach(r, node, f.nodes, f.height);
out:
    free(f.items);
    return rc;
}

/* Deals with one event.  Returns 1 at the end, 0 to go on, -1 to give up. */
static int on_event(struct reader *r, const yaml_event_t *event, size_t *docs)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT: return on_scalar(r, event);
    case YAML_ALIAS_EVENT: return on_alias(r, event);
    case YAML_SEQUENCE_START_EVENT: return on_open(r, event, CFG_LIST);
    case YAML_MAPPING_START_EVENT: return on_open(r, event, CFG_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return on_close(r, event);
    case YAML_STREAM_END_EVENT: return 1;
    case YAML_DOCUMENT_START_EVENT:
        if (++*docs == 1) return 0;
        diag_error(r->diags, EX_PIPELINE,
                   place_at(r, event->start_mark.index), 3,
                   "put it in a file of its own",
                   "a second document begins here; a file holds one pipeline");
        return -1;
    case YAML_DOCUMENT_END_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_NO_EVENT: return 0;
    }
    return 0;
}

/* Bytes that libyaml should never see, with their exact place. */
static int check_bytes(struct reader *r, wq_str text)
{
    for (size_t i = 0; i < text.n;) {
        uint32_t cp = 0;
        size_t len = utf8_step(text.p + i, text.n - i, &cp);
        bool is_control = (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r')
                          || (cp >= 0x7F && cp < 0xA0 && cp != 0x85);
        if (len && !is_control && cp != 0xFFFE && cp != 0xFFFF) {
            i += len;
            continue;
        }
        struct place at = lines_place_of_byte(&r->lines, i);
        at.file = r->file;
        unsigned byte = (unsigned char)text.p[i];
        if (len)
            diag_error(r->diags, EX_PIPELINE, at, 1,
                       "write it as an escape in double quotes",
                       "control character U+%04X", (unsigned)cp);
        else if (i == 0 && (byte == 0xFF || byte == 0xFE))
            diag_error(r->diags, EX_PIPELINE, (struct place){ r->file, 0, 0 },
                       0, "save it as UTF-8", "the file is UTF-16, not UTF-8");
        else
            diag_error(r->diags, EX_PIPELINE, at, 1, "save the file as UTF-8",
                       "byte 0x%02X is not UTF-8", byte);
        return -1;
    }
    return 0;
}

/* "%YAML 1.1" and the like stand in front of a document: lines with a "%". */
static int check_directives(struct reader *r)
{
    size_t found = 0;
    for (size_t i = 1; i <= r->lines.n && found <= DIRECTIVES_MAX; i++) {
        wq_str line = lines_get(&r->lines, i);
        found += line.n && line.p[0] == '%';
        if (found <= DIRECTIVES_MAX) continue;
        const struct place at = { r->file, i, 1 };
        diag_error(r->diags, EX_PIPELINE, at, 1, NULL, "more than %d "
                   "directives (\"%%\")", DIRECTIVES_MAX);
        return -1;
    }
    return 0;
}

static int read_events(struct reader *r, size_t *docs)
{
    int rc = 0;
    while (rc == 0) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event)) {
            report_syntax(r);
            return -1;
        }
        rc = on_event(r, &event, docs);
        yaml_event_delete(&event);
    }
    return rc;
}

struct cfg_node *cfg_parse(const char *name, wq_str text, struct arena *arena,
                           struct diags *diags)
{
    struct cfg_node *root = NULL;
    size_t docs = 0;
    if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0)
        text = (wq_str){ text.p + 3, text.n - 3 }; /* a byte order mark */
    struct reader *r = calloc(1, sizeof *r);
    if (!r) {
        no_memory(diags);
        return NULL;
    }
    r->arena = arena;
    r->diags = diags;
    r->file = arena_copy(arena, name, strlen(name) + 1);
    struct place at = { r->file, 0, 0 };
    if (!r->file || lines_index(text, &r->lines) < 0) {
        no_memory(diags);
        goto out;
    }
    if (text.n > CFG_MAX_BYTES) {
        diag_error(diags, EX_PIPELINE, at, 0, NULL,
                   "larger than 1 MiB, the most a pipeline file may have");
        goto out;
    }
    if (diags_source(diags, name, text.p, text.n) < 0) goto out;
    if (check_bytes(r, text) < 0 || check_directives(r) < 0) goto out;
    if (!yaml_parser_initialize(&r->parser)) {
        no_memory(diags);
        goto out;
    }
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)text.p,
                                 text.n);
    int rc = read_events(r, &docs);
    yaml_parser_delete(&r->parser);
    if (rc == 1 && docs == 0)
        diag_error(diags, EX_PIPELINE, at, 0, NULL, "the file is empty");
    else if (rc == 1 && !r->failed)
        root = r->root;
out:
    while (r->depth > 0) free(r->stack[--r->depth].items);
    lines_free(&r->lines);
    free(r);
    return root;
}

/* Reads at most one byte more than is allowed, so that too much is noticed. */
static int read_all(int fd, struct buf *out)
{
    while (out->n <= CFG_MAX_BYTES) {
        if (buf_reserve(out, 64 << 10) < 0) {
            errno = ENOMEM;
            return -1;
        }
        ssize_t n = read(fd, out->p + out->n, 64 << 10);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        if (n == 0) break;
        out->n += (size_t)n;
    }
    return 0;
}

struct cfg_node *cfg_read(const char *path, struct arena *arena,
                          struct diags *diags)
{
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "standard input" : path;
    struct place at = { name, 0, 0 };
    struct cfg_node *root = NULL;
    struct buf text = { 0 };
    struct stat st;
    int fd = is_stdin ? 0 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        diag_error(diags, EX_NO_INPUT, at, 0, NULL,
                   "is a folder, not a pipeline file");
    } else if (fd < 0 || read_all(fd, &text) < 0) {
        int code = errno == ENOENT || errno == ENOTDIR
                       ? EX_NO_INPUT
                       : err_code(errno, EX_IO);
        diag_error(diags, code, at, 0, NULL, "cannot read: %s",
                   strerror(errno));
    } else {
        root = cfg_parse(name, (wq_str){ text.p ? text.p : "", text.n }, arena,
                         diags);
    }
    buf_free(&text);
    if (fd > 0) close(fd);
    return root;
}

struct cfg_node *cfg_get(const struct cfg_node *map, const char *key)
{
    if (!map || map->kind != CFG_MAP) return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (map->keys[i]->kind == CFG_SCALAR && str_is(map->keys[i]->text, key))
            return map->items[i];
    return NULL;
}
