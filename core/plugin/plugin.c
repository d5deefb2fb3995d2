/* plugin.c - the search path and what is found on it; see plugin.h. */
#include "plugin/plugin.h"
#include "plugin/probe.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PLUGINDIR
#define PLUGINDIR "/usr/local/lib/warraq/1"
#endif

/* A search in progress: the files met so far, each once. */
struct search {
    struct plugins *set;
    struct file_id {
        dev_t dev;
        ino_t ino;
    } *ids; /* of set->list */
    struct err *e;
};

static int add_file(struct search *s, const char *file, const struct stat *st)
{
    struct plugins *set = s->set;
    for (size_t i = 0; s->ids && i < set->n; i++)
        if (s->ids[i].dev == st->st_dev && s->ids[i].ino == st->st_ino)
            return 0;
    if (!set->list || !s->ids || set->n == set->cap) {
        size_t cap = set->cap ? set->cap * 2 : 16;
        struct plugin *list = realloc(set->list, cap * sizeof *list);
        if (list) set->list = list;
        struct file_id *ids = realloc(s->ids, cap * sizeof *ids);
        if (ids) s->ids = ids;
        if (!list || !ids) return err_no_memory(s->e);
        set->cap = cap;
    }
    /* A name without a slash would be looked for among the system's libraries
     * (dlopen(3)), not here. */
    size_t n = strlen(file), dot = strchr(file, '/') ? 0 : 2;
    char *copy = arena_alloc(&set->arena, dot + n + 1);
    if (!copy) return err_no_memory(s->e);
    memcpy(copy, "./", dot);
    memcpy(copy + dot, file, n + 1);
    struct plugin *p = &set->list[set->n];
    *p = (struct plugin){ .file = copy };
    s->ids[set->n++] = (struct file_id){ st->st_dev, st->st_ino };
    p->refused = probe_file(copy, &p->why) < 0;
    return 0;
}

/* What is not there, or not for us, holds no plugins.  0, or -1: nothing can be
 * said of it. */
static int cannot_look(const struct search *s, const char *path)
{
    if (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP)
        return 0;
    return err_set(s->e, err_code(errno, EX_IO), "cannot read %s: %s", path,
                   strerror(errno));
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Adds the *.so files of a folder; then those of its folders, `down` levels
 * deep, and of .libs, where libtool leaves them.  A folder that is not there
 * holds none. */
static int search_folder(struct search *s, const char *dir, int down)
{
    struct dirent **names = NULL;
    int n = scandir(dir, &names, NULL, by_bytes), rc = 0;
    if (n < 0) return cannot_look(s, dir);
    for (int pass = 0; pass < 2; pass++) /* files first, then folders */
        for (int i = 0; i < n && rc == 0; i++) {
            const char *name = names[i]->d_name;
            bool is_libs = strcmp(name, ".libs") == 0;
            char path[PATH_MAX];
            struct stat st;
            if (name[0] == '.' && !is_libs) continue;
            if (text_format(path, sizeof path, "%s/%s", dir, name)
                >= sizeof path - 1)
                continue;
            if (stat(path, &st) < 0) {
                rc = cannot_look(s, path);
                continue;
            }
            bool is_folder = S_ISDIR(st.st_mode);
            if (pass == 0 && !is_folder && str_ends(str(name), ".so"))
                rc = add_file(s, path, &st);
            if (pass == 1 && is_folder && (is_libs || down > 0))
                rc = search_folder(s, path, is_libs ? 0 : down - 1);
        }
    for (int i = 0; i < n; i++) free(names[i]);
    free(names);
    return rc;
}

static int search_path(struct search *s, const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0) return cannot_look(s, path);
    return S_ISDIR(st.st_mode) ? search_folder(s, path, 1)
                               : add_file(s, path, &st);
}

static int search_list(struct search *s, const char *list)
{
    while (list && *list) {
        size_t n = strcspn(list, ":");
        char path[PATH_MAX];
        if (n && n < sizeof path) {
            text_format(path, sizeof path, "%.*s", (int)n, list);
            if (search_path(s, path) < 0) return -1;
        }
        list += n + (list[n] == ':');
    }
    return 0;
}

/* Cuts what follows the last slash.  false: there is none. */
static bool cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash) *slash = '\0';
    return slash;
}

/* The folder a program was built in, if it still lies there: BUILD/warraq or
 * BUILD/tests/unit/x_test, or in .libs beside it, where libtool puts them. */
static bool build_folder(char *out, size_t cap)
{
    char file[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", out, cap - 1);
    out[n > 0 ? n : 0] = '\0';
    if (!cut_last(out)) return false;
    if (str_ends(str(out), "/.libs")) cut_last(out);
    if (str_ends(str(out), "/tests/unit")) cut_last(out), cut_last(out);
    text_format(file, sizeof file, "%.*s/config.status", PATH_MAX - 16, out);
    return access(file, F_OK) == 0;
}

/* The folder installed into; in a build tree, its plugins. */
static int search_own(struct search *s)
{
    char build[PATH_MAX], path[PATH_MAX + 16];
    if (!build_folder(build, sizeof build)) return search_path(s, PLUGINDIR);
    text_format(path, sizeof path, "%s/plugins", build);
    return search_path(s, path);
}

/* ---- what they offer ---- */

/* The name of the k-th stage or format of a plugin; NULL past the last. */
static const char *offer(const struct plugin *p, bool is_stage, size_t k)
{
    if (k >= (is_stage ? p->n_stages : p->n_formats)) return NULL;
    return is_stage ? p->stages[k].name : p->formats[k].name;
}

static const char *kind_name(bool is_stage)
{
    return is_stage ? "stage" : "format";
}

/* Which of the first n plugins offers `name`, as its *at-th?  NULL: none. */
static const struct plugin *who_offers(const struct plugins *set, size_t n,
                                       bool is_stage, const char *name,
                                       size_t *at)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; offer(&set->list[i], is_stage, k); k++)
            if (strcmp(offer(&set->list[i], is_stage, k), name) == 0) {
                *at = k;
                return &set->list[i];
            }
    return NULL;
}

/* Do two plugins offer one name?  -1 with e naming both.  (One that offers a
 * name twice was refused: plugin_describe.) */
static int check_offers(const struct plugins *set, bool is_stage, struct err *e)
{
    for (size_t i = 0; i < set->n; i++) {
        const char *name;
        for (size_t k = 0; (name = offer(&set->list[i], is_stage, k)); k++) {
            size_t at;
            const struct plugin *other = who_offers(set, i, is_stage, name, &at);
            if (other)
                return err_set(e, EX_NO_PLUGIN, "two plugins offer the %s "
                               "\"%s\": %s and %s; take one of them off the "
                               "search path", kind_name(is_stage), name,
                               other->file, set->list[i].file);
        }
    }
    return 0;
}

int plugins_find(struct plugins *set, const char *const *dirs, size_t n_dirs,
                 struct err *e)
{
    struct search s = { .set = set, .e = e };
    *set = (struct plugins){ 0 };
    int rc = 0;
    for (size_t i = 0; i < n_dirs && rc == 0; i++)
        rc = search_path(&s, dirs[i]);
    if (rc == 0) rc = search_list(&s, getenv("WARRAQ_PLUGIN_PATH"));
    if (rc == 0) rc = search_own(&s);
    free(s.ids);
    if (rc == 0) rc = probe_all(set->list, set->n, e);
    for (size_t i = 0; rc == 0 && i < set->n; i++) {
        struct plugin *p = &set->list[i];
        if (!p->refused)
            p->refused = probe_load(p->file, &set->arena, p, &p->why) < 0;
        /* No memory, a disk that fails: that says nothing of the plugin.  One
         * that no stage names is missed all the same, by its suffixes. */
        if (p->refused && p->why.code != EX_NO_PLUGIN) {
            *e = p->why;
            rc = err_in_front(e, "%s: ", p->file);
        }
    }
    if (rc < 0) return -1;
    return check_offers(set, true, e) < 0 ? -1 : check_offers(set, false, e);
}

void plugins_free(struct plugins *set)
{
    free(set->list);
    arena_free(&set->arena);
    *set = (struct plugins){ 0 };
}

/* ---- by name ---- */

/* Is this the file of the plugin one would expect to offer `name`? */
static bool is_file_of(const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    const char *base = slash ? slash + 1 : file;
    size_t n = strlen(name);
    return strncmp(base, name, n) == 0 && strcmp(base + n, ".so") == 0;
}

/* Why there is no such stage or format. */
static void explain(const struct plugins *set, bool is_stage, const char *name,
                    struct err *e)
{
    const char *kind = kind_name(is_stage);
    for (size_t i = 0; i < set->n; i++) {
        const struct plugin *p = &set->list[i];
        if (!p->refused || !is_file_of(p->file, name)) continue;
        err_set(e, EX_NO_PLUGIN, "%s \"%s\" cannot be had: %s is refused: %s",
                kind, name, p->file, p->why.text);
        return;
    }
    err_set(e, EX_NO_PLUGIN, "there is no %s \"%s\"", kind, name);
}

static const struct plugin *find(const struct plugins *set, bool is_stage,
                                 const char *name, const struct plugin **from,
                                 size_t *at, struct err *e)
{
    const struct plugin *p = who_offers(set, set->n, is_stage, name, at);
    if (!p) explain(set, is_stage, name, e);
    else if (from) *from = p;
    return p;
}

const wq_stage *plugins_stage(const struct plugins *set, const char *name,
                              const struct plugin **from, struct err *e)
{
    size_t at;
    const struct plugin *p = find(set, true, name, from, &at, e);
    return p ? &p->stages[at] : NULL;
}

const wq_format *plugins_format(const struct plugins *set, const char *name,
                                const struct plugin **from, struct err *e)
{
    size_t at;
    const struct plugin *p = find(set, false, name, from, &at, e);
    return p ? &p->formats[at] : NULL;
}

static const char *closest(const struct plugins *set, const char *name,
                           bool is_stage)
{
    const char *best = NULL;
    size_t n = 0, total = 0;
    for (size_t i = 0; i < set->n; i++)
        total += is_stage ? set->list[i].n_stages : set->list[i].n_formats;
    const char **names = calloc(total ? total : 1, sizeof *names);
    if (!names) return NULL;
    for (size_t i = 0; i < set->n; i++)
        for (size_t k = 0; offer(&set->list[i], is_stage, k); k++)
            names[n++] = offer(&set->list[i], is_stage, k);
    best = str_suggest(name, names, n);
    free(names);
    return best;
}

const char *plugins_closest_stage(const struct plugins *set, const char *name)
{
    return closest(set, name, true);
}

const char *plugins_closest_format(const struct plugins *set, const char *name)
{
    return closest(set, name, false);
}
