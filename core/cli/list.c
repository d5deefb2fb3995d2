/* list.c - `warraq list`: the stages and formats there are, and the plugins
 * that were refused, with why.  Runs no plugin code but loading. */
#include "cli/cli.h"
#include "base/log.h"
#include "cli/json.h"
#include "cli/options.h"
#include <stdlib.h>

static const struct option_spec options[] = {
    { "plugins", '\0', "DIR", "look here first (a folder or a .so file)" },
    { "json", '\0', NULL, "print as JSON" },
    { 0 },
};

/* A line of the list: a stage or a format. */
struct entry {
    const char *name, *version, *kind, *help, *file;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name,
                  ((const struct entry *)b)->name);
}

static const char *format_kind(const wq_format *f)
{
    return f->decode && f->encode ? "reads, writes"
           : f->decode            ? "reads" : "writes";
}

/* All stages, or all formats, by name; the caller frees them. */
static struct entry *collect(const struct plugins *set, bool stages, size_t *n)
{
    size_t total = 1;
    for (size_t i = 0; i < set->n; i++)
        total += stages ? set->list[i].n_stages : set->list[i].n_formats;
    struct entry *list = calloc(total, sizeof *list);
    *n = 0;
    for (size_t i = 0; list && i < set->n; i++) {
        const struct plugin *p = &set->list[i];
        for (size_t k = 0; stages && k < p->n_stages; k++) {
            const wq_stage *s = &p->stages[k];
            list[(*n)++] = (struct entry){
                s->name, s->version ? s->version : p->version,
                s->flags & WQ_PURE ? "pure" : "ordered",
                s->help ? s->help : "", p->file };
        }
        for (size_t k = 0; !stages && k < p->n_formats; k++) {
            const wq_format *f = &p->formats[k];
            list[(*n)++] = (struct entry){
                f->name, f->version ? f->version : p->version, format_kind(f),
                f->help ? f->help : "", p->file };
        }
    }
    if (list) qsort(list, *n, sizeof *list, by_name);
    return list;
}

static void print_section(const char *title, const struct entry *list, size_t n)
{
    if (n == 0) return;
    printf("%s\n", title);
    for (size_t i = 0; i < n; i++)
        printf("  %-18s %-6s %-14s %s\n      %s\n", list[i].name,
               list[i].version, list[i].kind, list[i].help, list[i].file);
}

static void json_section(struct json *j, const char *name,
                         const struct entry *list, size_t n)
{
    json_open(j, name, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(j, NULL, '{');
        json_text(j, "name", list[i].name);
        json_text(j, "version", list[i].version);
        json_text(j, "kind", list[i].kind);
        json_text(j, "help", list[i].help);
        json_text(j, "file", list[i].file);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void print_refused(const struct plugins *set)
{
    bool is_first = true;
    for (size_t i = 0; i < set->n; i++) {
        if (!set->list[i].refused) continue;
        if (is_first) printf("Refused\n");
        is_first = false;
        printf("  %s\n      %s\n", set->list[i].file, set->list[i].why.text);
    }
}

static void json_refused(struct json *j, const struct plugins *set)
{
    json_open(j, "refused", '[');
    for (size_t i = 0; i < set->n; i++) {
        if (!set->list[i].refused) continue;
        json_open(j, NULL, '{');
        json_text(j, "file", set->list[i].file);
        json_text(j, "why", set->list[i].why.text);
        json_close(j, '}');
    }
    json_close(j, ']');
}

int cli_list(int argc, char **argv)
{
    struct options o;
    struct plugins set = { 0 };
    struct err e = { 0 };
    size_t n_stages = 0, n_formats = 0;
    struct entry *stages = NULL, *formats = NULL;
    int rc = options_take(options, argc, argv, "list",
                          "Lists the stages and formats found, and the plugins "
                          "that were refused.", &o);
    if (rc >= 0) goto out;
    const char *dir = options_get(&o, "plugins");
    rc = EX_FINE;
    if (plugins_find(&set, &dir, dir ? 1 : 0, &e) < 0) {
        log_err(&e); /* two offer one name: both are listed below */
        rc = e.code;
    }
    stages = collect(&set, true, &n_stages);
    formats = collect(&set, false, &n_formats);
    if (!stages || !formats) {
        err_no_memory(&e);
        log_err(&e);
        rc = e.code;
    } else if (options_get(&o, "json")) {
        struct json j = { .to = stdout };
        json_open(&j, NULL, '{');
        json_section(&j, "stages", stages, n_stages);
        json_section(&j, "formats", formats, n_formats);
        json_refused(&j, &set);
        json_close(&j, '}');
    } else {
        print_section("Stages", stages, n_stages);
        print_section("Formats", formats, n_formats);
        print_refused(&set);
    }
out:
    free(stages);
    free(formats);
    plugins_free(&set);
    options_free(&o);
    return rc;
}
