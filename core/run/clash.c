/* clash.c - outputs that would overwrite an input, or one another.
 *
 * Two paths are one file if they lead to one inode or, where nothing is there
 * yet, to one name in one folder.  An output that a pattern of the inputs would
 * match is refused as well: the next run would read what this one wrote. */
#include "run/flow.h"
#include "run/paths.h"
#include "run/run.h"
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

struct target {
    const char *what, *path;
    const struct cfg_node *node;
};

/* The path with its folder resolved; false if the folder is not there. */
static bool real_name(const char *path, char *out, size_t cap)
{
    char dir[PATH_MAX], real[PATH_MAX];
    const char *slash = strrchr(path, '/');
    text_format(dir, sizeof dir, "%.*s",
                !slash ? 1 : slash == path ? 1 : (int)(slash - path),
                slash ? path : ".");
    if (!realpath(dir, real)) return false;
    text_format(out, cap, "%s/%s", strcmp(real, "/") ? real : "",
                slash ? slash + 1 : path);
    return true;
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    char one[PATH_MAX + 256], two[PATH_MAX + 256];
    if (strcmp(a, "-") == 0 || strcmp(b, "-") == 0) return false;
    bool have_a = stat(a, &x) == 0, have_b = stat(b, &y) == 0;
    if (have_a && have_b) /* /dev/null may be written to by everyone */
        return S_ISREG(x.st_mode) && x.st_dev == y.st_dev
               && x.st_ino == y.st_ino;
    if (have_a != have_b) return false;
    if (!have_a && strcmp(a, b) == 0) return true;
    return real_name(a, one, sizeof one) && real_name(b, two, sizeof two)
           && strcmp(one, two) == 0;
}

/* Is `output` a file in the folder `path`, which stands for all files in it? */
static bool is_inside(const char *path, const char *output)
{
    char file[PATH_MAX + 256], folder[PATH_MAX];
    struct stat st;
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) return false;
    if (!realpath(path, folder) || !real_name(output, file, sizeof file))
        return false;
    size_t n = strlen(folder);
    return strncmp(file, folder, n) == 0 && file[n] == '/'
           && file[n + 1] != '.' && !strchr(file + n + 1, '/');
}

/* Does the pattern lead to the output, now or in the next run? */
static bool is_input(const char *pattern, const char *output)
{
    if (strcmp(output, "-") == 0) return false;
    if (is_same_file(pattern, output) || is_inside(pattern, output))
        return true;
    if (!strpbrk(pattern, "*?[")) return false;
    if (fnmatch(pattern, output, FNM_PATHNAME | FNM_PERIOD) == 0) return true;
    char real[PATH_MAX + 256], real_pattern[PATH_MAX + 256];
    if (real_name(output, real, sizeof real)
        && real_name(pattern, real_pattern, sizeof real_pattern)
        && fnmatch(real_pattern, real, FNM_PATHNAME | FNM_PERIOD) == 0)
        return true;
    struct stat st;
    if (stat(output, &st) < 0) return false; /* nothing can be linked to it */
    struct paths found = { 0 };
    bool is = false;
    if (paths_match(&found, pattern, NULL) == 0)
        for (size_t i = 0; i < found.n && !is; i++)
            is = is_same_file(found.list[i], output);
    paths_free(&found);
    return is;
}

/* true: nothing is wrong with it. */
static bool check_target(const struct pipeline *p, const struct target *t,
                         const struct target *earlier, size_t n,
                         struct diags *diags)
{
    char hint[300];
    struct place at = t->node ? t->node->at : (struct place){ p->file, 0, 0 };
    size_t width = t->node ? t->node->width : 0;
    for (size_t i = 0; i < p->input.n_paths; i++) {
        if (!is_input(p->input.paths[i], t->path)) continue;
        text_format(hint, sizeof hint, "the input \"%s\" is it, too",
                    p->input.paths[i]);
        diag_error(diags, EX_PIPELINE, at, width, hint,
                   "%s \"%s\" would overwrite an input", t->what, t->path);
        return false;
    }
    for (size_t i = 0; i < n; i++)
        if (earlier[i].path && is_same_file(earlier[i].path, t->path)) {
            diag_error(diags, EX_PIPELINE, at, width, NULL,
                       "%s would be written over %s, \"%s\"", t->what,
                       earlier[i].what, t->path);
            return false;
        }
    return true;
}

void clash_check(const struct plan *plan, struct diags *diags)
{
    const struct pipeline *p = plan->pipeline;
    struct target targets[] = {
        { "output.path", p->output.n_paths ? p->output.paths[0] : NULL,
          p->output.path_node },
        { "dropped.path", p->dropped, cfg_get(p->dropped_node, "path") },
        { "rejects.path", p->rejects, cfg_get(p->rejects_node, "path") },
    };
    bool is_fine = true;
    for (size_t i = 0; i < WQ_LEN(targets); i++)
        if (targets[i].path)
            is_fine &= check_target(p, &targets[i], targets, i, diags);
    /* Those that nobody named are beside the output. */
    if (!is_fine || p->rejects || !targets[0].path) return;
    char *rejects = run_default_rejects(p, targets[0].path);
    if (!rejects) diags_no_memory(diags);
    else
        check_target(p, &(struct target){ "the rejects", rejects,
                                          targets[0].node },
                     targets, 2, diags);
    free(rejects);
}
