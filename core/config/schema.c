/* schema.c - typed values of nodes; see schema.h. */
#include "config/schema.h"
#include "base/num.h"
#include <inttypes.h>
#include <unistd.h>

void cfg_error(struct reading *r, const struct cfg_node *at, const char *hint,
               const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    text_vformat(text, sizeof text, fmt, args);
    va_end(args);
    diag_error(r->diags, EX_PIPELINE, at->at, at->width, hint, "%s", text);
}

bool cfg_is_null(const struct cfg_node *node)
{
    return node->kind == CFG_SCALAR && !node->quoted
           && (node->text.n == 0 || str_is(node->text, "~")
               || str_is(node->text, "null"));
}

const char *cfg_what(const struct cfg_node *node, char *out, size_t cap)
{
    if (node->kind == CFG_LIST) return "a list";
    if (node->kind == CFG_MAP) return "a mapping";
    if (cfg_is_null(node)) return "nothing";
    wq_str s = node->text;
    text_format(out, cap, "%s\"%.*s\"%s", node->quoted ? "the text " : "",
                s.n > 60 ? 60 : STR_ARG(s), s.n > 60 ? "..." : "");
    return out;
}

/* Keys of later versions: told apart from typing errors. */
static bool is_planned(wq_str key)
{
    static const char *const planned[] = {
        "when", "include",
    };
    for (size_t i = 0; i < WQ_LEN(planned); i++)
        if (str_is(key, planned[i])) return true;
    return false;
}

/* "it has: a, b, c" */
static void list_words(const char *const *words, char *out, size_t cap)
{
    size_t n = text_format(out, cap, "known here:");
    for (size_t i = 0; words[i]; i++)
        n += text_format(out + n, cap - n, "%s %s", i ? "," : "", words[i]);
}

static size_t count(const char *const *words)
{
    size_t n = 0;
    while (words[n]) n++;
    return n;
}

bool cfg_check_map(struct reading *r, const struct cfg_node *node,
                   const char *where, const char *const *keys)
{
    char what[100], hint[300];
    if (node->kind != CFG_MAP) {
        cfg_error(r, node, NULL, "%s must be a mapping (\"key: value\"), not "
                  "%s", where, cfg_what(node, what, sizeof what));
        return false;
    }
    for (size_t i = 0; i < node->n; i++) {
        const struct cfg_node *key = node->keys[i];
        size_t k = 0;
        while (keys[k] && !str_is(key->text, keys[k])) k++;
        if (keys[k]) continue;
        if (is_planned(key->text)) {
            cfg_error(r, key, NULL, "\"%.*s\" is not in this version of warraq",
                      STR_ARG(key->text));
            continue;
        }
        const char *close = str_suggest(key->text.p, keys, count(keys));
        if (close)
            text_format(hint, sizeof hint, "did you mean \"%s\"?", close);
        else
            list_words(keys, hint, sizeof hint);
        cfg_error(r, key, hint, "%s has no key \"%.*s\"", where,
                  STR_ARG(key->text));
    }
    return true;
}

/* Is it a scalar with something in it?  type: "a whole number". */
static bool is_scalar(struct reading *r, const struct cfg_node *node,
                      const char *key, const char *type)
{
    char what[100];
    if (!node) return false;
    if (node->kind == CFG_SCALAR && !cfg_is_null(node)) return true;
    cfg_error(r, node, NULL, "\"%s\" must be %s, not %s", key, type,
              cfg_what(node, what, sizeof what));
    return false;
}

bool cfg_text(struct reading *r, const struct cfg_node *node, const char *key,
              const char **out)
{
    if (!is_scalar(r, node, key, "a text")) return false;
    if (node->text.n == 0 || strlen(node->text.p) != node->text.n) {
        cfg_error(r, node, NULL, "\"%s\" must not %s", key,
                  node->text.n ? "hold a NUL" : "be empty");
        return false;
    }
    *out = node->text.p;
    return true;
}

/* Says what a plain number reader said, with the key in front. */
static bool number_error(struct reading *r, const struct cfg_node *node,
                         const char *key, const char *type,
                         const struct err *e)
{
    char what[100];
    if (!node->quoted && strncmp(e->text, "must", 4) == 0)
        cfg_error(r, node, NULL, "\"%s\" %s", key, e->text);
    else
        cfg_error(r, node, NULL, "\"%s\" must be %s, not %s", key, type,
                  cfg_what(node, what, sizeof what));
    return false;
}

bool cfg_number(struct reading *r, const struct cfg_node *node, const char *key,
                int64_t min, int64_t max, int64_t *out)
{
    static const char type[] = "a whole number";
    struct err e = { 0 };
    if (!is_scalar(r, node, key, type)) return false;
    if (!node->quoted && num_int(node->text, min, max, out, &e) == 0)
        return true;
    return number_error(r, node, key, type, &e);
}

bool cfg_bytes(struct reading *r, const struct cfg_node *node, const char *key,
               int64_t min, int64_t *out)
{
    static const char type[] = "a size such as 64MiB";
    struct err e = { 0 };
    int64_t v;
    if (!is_scalar(r, node, key, type)) return false;
    if (node->quoted || num_size(node->text, 0, (int64_t)1 << 50, &v, &e) < 0)
        return number_error(r, node, key, type, &e);
    if (v < min) {
        cfg_error(r, node, NULL, "\"%s\" must be at least %" PRId64 "MiB, not "
                  "%.*s", key, min >> 20, STR_ARG(node->text));
        return false;
    }
    *out = v;
    return true;
}

bool cfg_time(struct reading *r, const struct cfg_node *node, const char *key,
              int64_t *out)
{
    static const char type[] = "a time such as 90s or 2h";
    struct err e = { 0 };
    int64_t v;
    if (!is_scalar(r, node, key, type)) return false;
    if (node->quoted
        || num_duration(node->text, 1, (int64_t)1 << 50, &v, &e) < 0)
        return number_error(r, node, key, type, &e);
    *out = v;
    return true;
}

bool cfg_share(struct reading *r, const struct cfg_node *node, const char *key,
               double *out)
{
    static const char type[] = "a share such as 1% or 0.01";
    struct err e = { 0 };
    if (!is_scalar(r, node, key, type)) return false;
    if (!node->quoted && num_real(node->text, 0, 1, out, &e) == 0) return true;
    return number_error(r, node, key, type, &e);
}

bool cfg_bool(struct reading *r, const struct cfg_node *node, const char *key,
              bool *out)
{
    static const char type[] = "true or false";
    char what[100];
    if (!is_scalar(r, node, key, type)) return false;
    bool is_true = str_is(node->text, "true");
    if (!node->quoted && (is_true || str_is(node->text, "false"))) {
        *out = is_true;
        return true;
    }
    cfg_error(r, node, NULL, "\"%s\" must be %s, not %s", key, type,
              cfg_what(node, what, sizeof what));
    return false;
}

bool cfg_choice(struct reading *r, const struct cfg_node *node, const char *key,
                const char *const *words, size_t *out)
{
    char hint[200], what[100];
    if (!is_scalar(r, node, key, "a word")) return false;
    for (size_t i = 0; words[i]; i++) {
        if (!str_is(node->text, words[i])) continue;
        *out = i;
        return true;
    }
    size_t n = text_format(hint, sizeof hint, "one of");
    for (size_t i = 0; words[i]; i++)
        n += text_format(hint + n, sizeof hint - n, "%s %s", i ? "," : "",
                         words[i]);
    const char *close = str_suggest(node->text.p, words, count(words));
    if (close) text_format(hint, sizeof hint, "did you mean \"%s\"?", close);
    cfg_error(r, node, hint, "\"%s\" cannot be %s", key,
              cfg_what(node, what, sizeof what));
    return false;
}

bool cfg_texts(struct reading *r, struct cfg_node *node, const char *key,
               const char ***out, struct cfg_node ***nodes, size_t *n)
{
    char what[100];
    if (!node) return false;
    if (node->kind == CFG_MAP || cfg_is_null(node)) {
        cfg_error(r, node, NULL, "\"%s\" must be a text or a list of texts, "
                  "not %s", key, cfg_what(node, what, sizeof what));
        return false;
    }
    bool is_list = node->kind == CFG_LIST;
    size_t k = is_list ? node->n : 1;
    *out = arena_zero(&r->p->arena, k, sizeof **out);
    *nodes = arena_zero(&r->p->arena, k, sizeof(void *));
    if (!*out || !*nodes) {
        diags_no_memory(r->diags);
        return false;
    }
    *n = 0;
    for (size_t i = 0; i < k; i++) {
        struct cfg_node *item = is_list ? node->items[i] : node;
        if (cfg_text(r, item, key, &(*out)[*n])) (*nodes)[(*n)++] = item;
    }
    return *n == k;
}

bool cfg_command(struct reading *r, const struct cfg_node *node,
                 const char *key, const char ***out)
{
    static const char type[] = "a list: [PROGRAM, ARGUMENT, ...]";
    char what[100];
    if (!node) return false;
    if (node->kind != CFG_LIST || node->n == 0) {
        cfg_error(r, node, "no shell reads it", "\"%s\" must be %s, not %s", key,
                  type, node->kind == CFG_LIST
                            ? "empty" : cfg_what(node, what, sizeof what));
        return false;
    }
    const char **argv = arena_zero(&r->p->arena, node->n + 1, sizeof *argv);
    if (!argv) {
        diags_no_memory(r->diags);
        return false;
    }
    bool is_right = cfg_text(r, node->items[0], key, &argv[0]);
    for (size_t i = 1; i < node->n; i++) {
        const struct cfg_node *item = node->items[i];
        argv[i] = item->text.p;
        if (item->kind == CFG_SCALAR && !cfg_is_null(item)
            && strlen(item->text.p) == item->text.n)
            continue;
        is_right = false;
        cfg_error(r, item, NULL, "an argument of \"%s\" must be a text, not "
                  "%s", key, cfg_what(item, what, sizeof what));
    }
    if (!is_right) return false;
    if (strchr(argv[0], '/')) {
        const char *said = argv[0];
        argv[0] = cfg_join(&r->p->arena, r->p->dir, said);
        if (!argv[0]) {
            diags_no_memory(r->diags);
            return false;
        }
        if (access(argv[0], X_OK) < 0)
            diag_warning(r->diags, node->items[0]->at, node->items[0]->width,
                         "it is looked for beside the pipeline file",
                         "no program \"%s\"", said);
    }
    *out = argv;
    return true;
}

const char *cfg_join(struct arena *arena, const char *dir, const char *path)
{
    bool is_whole = path[0] == '/' || strcmp(dir, ".") == 0;
    size_t n = strlen(dir) + strlen(path) + 2;
    char *out = arena_alloc(arena, n);
    if (out)
        text_format(out, n, "%s%s%s", is_whole ? "" : dir,
                    is_whole || strcmp(dir, "/") == 0 ? "" : "/", path);
    return out;
}

/* ---- --set ---- */

/* The mapping whose `with:` a label names: a stage's, or input's, output's. */
static struct cfg_node *find_label(struct cfg_node *root, wq_str label)
{
    struct cfg_node *stages = cfg_get(root, "stages");
    bool is_list = stages && stages->kind == CFG_LIST;
    for (size_t i = 0; is_list && i < stages->n; i++) {
        struct cfg_node *name = cfg_get(stages->items[i], "label");
        if (!name) name = cfg_get(stages->items[i], "stage");
        if (name && name->kind == CFG_SCALAR && str_eq(name->text, label))
            return stages->items[i];
    }
    struct cfg_node *io = NULL;
    if (str_is(label, "input") || str_is(label, "output"))
        io = cfg_get(root, str_is(label, "input") ? "input" : "output");
    return io && io->kind == CFG_MAP ? io : NULL;
}

static void place_all(struct cfg_node *node, struct place at, size_t width)
{
    /* at most CFG_MAX_DEPTH deep: it was read by cfg_parse */
    node->at = at;
    node->width = width;
    for (size_t i = 0; i < node->n; i++) {
        place_all(node->items[i], at, width);
        if (node->keys) place_all(node->keys[i], at, width);
    }
}

/* The value as a node: YAML if it is a list, a mapping or quoted, else as it
 * stands. */
static struct cfg_node *value_node(struct reading *r, wq_str text,
                                   struct place at)
{
    struct cfg_node *node = NULL;
    if (text.n && strchr("[{\"'", text.p[0])) {
        struct diags aside = { 0 };
        node = cfg_parse("--set", text, &r->p->arena, &aside);
        diags_free(&aside);
        if (!node)
            diag_error(r->diags, EX_PIPELINE, at, text.n, NULL,
                       "this value is not YAML");
    } else {
        node = arena_zero(&r->p->arena, 1, sizeof *node);
        if (!node) diags_no_memory(r->diags);
        else node->text = text;
    }
    if (node) place_all(node, at, text.n ? text.n : 1);
    return node;
}

/* Puts key: value into a copy of the mapping (an alias may share the old one),
 * in place of the key's old value. */
static struct cfg_node *with_pair(struct reading *r, const struct cfg_node *map,
                                  struct cfg_node *key, struct cfg_node *value)
{
    struct arena *a = &r->p->arena;
    struct cfg_node *copy = arena_zero(a, 1, sizeof *copy);
    size_t n = map ? map->n : 0;
    if (!copy) return NULL;
    if (map) *copy = *map;
    else *copy = (struct cfg_node){ .at = key->at, .width = key->width };
    copy->kind = CFG_MAP;
    copy->keys = arena_array(a, n + 1, sizeof(void *));
    copy->items = arena_array(a, n + 1, sizeof(void *));
    if (!copy->keys || !copy->items) return NULL;
    copy->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (str_eq(map->keys[i]->text, key->text)) continue;
        copy->keys[copy->n] = map->keys[i];
        copy->items[copy->n++] = map->items[i];
    }
    copy->keys[copy->n] = key;
    copy->items[copy->n++] = value;
    return copy;
}

static struct cfg_node *word_node(struct reading *r, wq_str text,
                                  struct place at)
{
    struct cfg_node *node = arena_zero(&r->p->arena, 1, sizeof *node);
    char *copy = arena_alloc(&r->p->arena, text.n + 1);
    if (!node || !copy) return NULL;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    *node = (struct cfg_node){ .text = { copy, text.n }, .at = at,
                               .width = text.n };
    return node;
}

static int set_one(struct reading *r, const char *text, size_t line)
{
    struct place at = { "--set", line, 1 };
    const char *equals = strchr(text, '='), *dot = strchr(text, '.');
    if (!equals || !dot || dot > equals || dot == text || dot + 1 == equals) {
        diag_error(r->diags, EX_USAGE_, at, strlen(text), NULL,
                   "--set takes label.param=value");
        return -1;
    }
    wq_str label = { text, (size_t)(dot - text) };
    wq_str name = { dot + 1, (size_t)(equals - dot - 1) };
    struct cfg_node *target = find_label(r->p->root, label);
    if (!target) {
        diag_error(r->diags, EX_USAGE_, at, label.n, NULL,
                   "no stage is labelled \"%.*s\"", STR_ARG(label));
        return -1;
    }
    at.column = label.n + 2;
    struct cfg_node *key = word_node(r, name, at);
    at.column += name.n + 1;
    struct cfg_node *value = value_node(r, str(equals + 1), at);
    if (!key) diags_no_memory(r->diags);
    if (!key || !value) return -1;
    struct cfg_node *old = cfg_get(target, "with");
    if (old && old->kind != CFG_MAP) return 0; /* is reported with the file */
    struct cfg_node *with = with_pair(r, old, key, value);
    struct cfg_node *word = word_node(r, str("with"), target->at);
    struct cfg_node *changed = with && word ? with_pair(r, target, word, with)
                                            : NULL;
    if (!changed) {
        diags_no_memory(r->diags);
        return -1;
    }
    *target = *changed;
    return 0;
}

int cfg_override(struct reading *r, const char *const *overrides, size_t n)
{
    struct buf all = { 0 };
    int rc = 0;
    for (size_t i = 0; i < n; i++)
        if (buf_format(&all, "%s\n", overrides[i]) < 0) rc = -1;
    if (rc < 0) diags_no_memory(r->diags);
    else rc = diags_source(r->diags, "--set", all.p ? all.p : "", all.n);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = set_one(r, overrides[i], i + 1);
    buf_free(&all);
    return rc;
}
