/* outputs.c - paths of what a run writes: is what they say of `{run}` and of
 * fields right?  Of a wrong part the place is told, down to its column. */
#include "base/template.h"
#include "config/schema.h"

/* Where a path is written. */
struct written {
    struct diags *diags;
    const char *path;
    struct place at; /* of its first character */
    size_t width;    /* of all of it, in code points */
    bool is_exact;   /* each character of the path is one there, too */
    int code;
    const char *state_hint;
};

static size_t code_points(const char *p, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)p[i] & 0xC0) != 0x80;
    return count;
}

static void report(const struct written *w, size_t at, size_t n,
                   const char *hint, const char *text)
{
    struct place place = w->at;
    size_t width = w->width;
    if (w->is_exact) {
        place.column += code_points(w->path, at);
        width = code_points(w->path + at, n);
    }
    diag_error(w->diags, w->code, place, width, hint, "%s", text);
}

static void check(const struct written *w, bool counts_runs, bool may_spread)
{
    struct template t;
    struct template_fault fault;
    if (!template_parse(&t, w->path, &fault)) {
        report(w, fault.at, fault.n, fault.hint, fault.text);
        return;
    }
    for (size_t i = 0; i < t.n; i++) {
        const struct template_part *p = &t.parts[i];
        if (p->kind == TEMPLATE_RUN && !counts_runs)
            report(w, p->at, p->n, w->state_hint, "\"{run}\" counts the runs of "
                   "a \"state\", and this pipeline has none");
        if (p->kind == TEMPLATE_FIELD && !may_spread)
            report(w, p->at, p->n, "only \"output\" and \"dropped\" go to a file "
                   "for each value", "the rejects go to one file");
    }
}

void cfg_written(struct reading *r, const struct cfg_node *node,
                 const char *path, bool may_spread)
{
    struct written w = { .diags = r->diags, .path = path, .at = node->at,
                         .width = node->width, .code = EX_PIPELINE,
                         .state_hint = "add \"state: FOLDER\"" };
    /* An escape in quotes, or a text over many lines, moves what follows. */
    w.is_exact = node->width == code_points(path, strlen(path))
                                + (node->quoted ? 2 : 0);
    if (w.is_exact) w.at.column += node->quoted;
    check(&w, cfg_get(r->p->root, "state"), may_spread);
}

void cfg_read_path(struct reading *r, const struct cfg_node *node,
                   const char *path)
{
    if (strstr(path, "{run}"))
        cfg_error(r, node, NULL, "\"{run}\" stands for a number in the names "
                  "of what a run writes, not of what it reads");
}

void pipeline_redirect(struct pipeline *p, const char *output,
                       struct diags *diags)
{
    static const char name[] = "--output";
    struct written w = { .diags = diags, .path = output, .at = { name, 1, 1 },
                         .width = 1, .is_exact = true, .code = EX_USAGE_ };
    p->output.instead = output;
    if (diags_source(diags, name, output, strlen(output)) == 0)
        check(&w, p->state, true);
}
