/* check.c - `warraq check PIPELINE...`: proves pipelines without running them.
 * All errors of all files are printed; nothing is read or written. */
#include "cli/cli.h"
#include "base/log.h"
#include "cli/json.h"
#include "cli/options.h"
#include <stdlib.h>
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

/* Checks one file; j: NULL for text.  Returns its exit code. */
static int check(const char *path, const char *const *sets, size_t n_sets,
                 struct json *j)
{
    struct loaded l;
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
    struct options o;
    struct json j = { .to = stdout };
    size_t n_sets = 0;
    const char **sets = NULL;
    int code = options_take(options, argc, argv, "check PIPELINE...",
                            "Finds every error in pipeline files: syntax, "
                            "parameters, and whether each stage\nfinds what it "
                            "needs.  Runs nothing.", &o);
    if (code >= 0) goto out;
    if (o.n_args == 0) {
        log_line(WQ_LOG_ERROR, "check: which pipeline file?");
        code = EX_USAGE_;
        goto out;
    }
    code = EX_FINE;
    sets = options_all(&o, "set", &n_sets);
    bool is_json = options_get(&o, "json");
    if (is_json) json_open(&j, NULL, '[');
    for (size_t i = 0; i < o.n_args; i++) {
        int one = check(o.args[i], sets, n_sets, is_json ? &j : NULL);
        if (one > code) code = one; /* a wrong file before a missing one */
    }
    if (is_json) json_close(&j, ']');
out:
    free(sets);
    options_free(&o);
    return code;
}
