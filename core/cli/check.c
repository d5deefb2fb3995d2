/* check.c - `warraq check PIPELINE...`: proves pipelines without running them.
 * All errors of all files are printed; nothing is read or written. */
#include "cli/cli.h"
#include "cli/json.h"
#include <unistd.h>

static const struct option_spec options[] = {
    { "set", '\0', "LABEL.PARAM=VALUE", "check with this parameter changed" },
    { "json", '\0', NULL, "print what is found as JSON" },
    { 0 },
};

static void print_json(struct json *j, struct diags *d)
{
    diags_sort(d);
    for (size_t i = 0; i < d->n; i++) {
        const struct diag *m = &d->list[i];
        json_open(j, NULL, '{');
        json_text(j, "file", m->at.file);
        json_int(j, "line", (int64_t)m->at.line);
        json_int(j, "column", (int64_t)m->at.column);
        json_int(j, "width", (int64_t)m->width);
        json_text(j, "severity", m->is_error ? "error" : "warning");
        json_text(j, "message", m->text);
        json_text(j, "hint", m->hint);
        json_close(j, '}');
    }
}

static int check(const char *path, const char *const *sets, size_t n_sets,
                 bool is_first, struct json *j)
{
    struct loaded l;
    (void)is_first;
    int code = loaded_read(&l, path, sets, n_sets);
    if (j) print_json(j, &l.diags);
    else diags_print(&l.diags, stderr);
    if (code == EX_FINE && !j && isatty(STDOUT_FILENO))
        printf("%s: fine, %zu stages\n", path, l.plan->n_stages);
    loaded_free(&l);
    return code;
}

int cli_check(int argc, char **argv)
{
    return loaded_each(check, options, argc, argv, "check PIPELINE...",
                       "Finds every error in pipeline files: syntax, "
                       "parameters, and whether each stage\nfinds what it "
                       "needs.  Runs nothing.");
}
