/* options.c - reading the command line; see options.h. */
#include "cli/options.h"
#include "base/log.h"
#include "base/num.h"
#include "base/str.h"
#include <stdlib.h>

static const struct option_spec help_spec = { "help", 'h', NULL,
                                              "show this help" };

static const struct option_spec *by_name(const struct option_spec *table,
                                         wq_str name)
{
    for (; table->name; table++)
        if (str_is(name, table->name)) return table;
    return str_is(name, help_spec.name) ? &help_spec : NULL;
}

static const struct option_spec *by_letter(const struct option_spec *table,
                                           char letter)
{
    for (; table->name; table++)
        if (table->letter && table->letter == letter) return table;
    return letter == help_spec.letter ? &help_spec : NULL;
}

static int unknown_option(const struct option_spec *table, wq_str name,
                          struct err *e)
{
    enum { NAMES = 32 };
    const char *names[NAMES];
    char word[80];
    size_t n = 0;
    for (; table->name && n < NAMES; table++) names[n++] = table->name;
    text_format(word, sizeof word, "%.*s", STR_ARG(name));
    const char *close = str_suggest(word, names, n);
    if (close)
        return err_set(e, EX_USAGE_, "no option --%s; did you mean --%s?",
                       word, close);
    return err_set(e, EX_USAGE_, "no option --%s", word);
}

static void add(struct options *o, const struct option_spec *spec,
                const char *value)
{
    if (spec == &help_spec) o->help = true;
    else o->given[o->n_given++] = (struct option_given){ spec->name, value };
}

/* "--name", "--name=value", "--name value"; *i is moved over the value. */
static int read_long(const struct option_spec *table, int argc, char **argv,
                     int *i, struct options *o, struct err *e)
{
    const char *text = argv[*i] + 2, *equals = strchr(text, '=');
    wq_str name = { text, equals ? (size_t)(equals - text) : strlen(text) };
    const struct option_spec *spec = by_name(table, name);
    if (!spec) return unknown_option(table, name, e);
    if (!spec->value && equals)
        return err_set(e, EX_USAGE_, "--%s takes no value", spec->name);
    if (spec->value && !equals && *i + 1 >= argc)
        return err_set(e, EX_USAGE_, "--%s needs a value: --%s=%s", spec->name,
                       spec->name, spec->value);
    add(o, spec, !spec->value ? "" : equals ? equals + 1 : argv[++*i]);
    return 0;
}

/* "-q", "-qv" (two flags), "-j4", "-j 4". */
static int read_short(const struct option_spec *table, int argc, char **argv,
                      int *i, struct options *o, struct err *e)
{
    for (const char *p = argv[*i] + 1; *p; p++) {
        const struct option_spec *spec = by_letter(table, *p);
        if (!spec)
            return err_set(e, EX_USAGE_, "no option -%c in \"%s\"",
                           (unsigned char)*p < 0x80 ? *p : '?', argv[*i]);
        if (!spec->value) {
            add(o, spec, "");
            continue;
        }
        if (!p[1] && *i + 1 >= argc)
            return err_set(e, EX_USAGE_, "-%c needs a value: -%c %s", *p, *p,
                           spec->value);
        add(o, spec, p[1] ? p + 1 : argv[++*i]);
        break;
    }
    return 0;
}

int options_parse(const struct option_spec *table, int argc, char **argv,
                  struct options *out, struct err *e)
{
    *out = (struct options){ 0 };
    /* "-abc" holds three flags: every byte may be an option. */
    size_t most = 1;
    for (int i = 1; i < argc; i++) most += strlen(argv[i]) + 1;
    out->given = calloc(most, sizeof *out->given);
    out->args = calloc((size_t)(argc > 0 ? argc : 1), sizeof *out->args);
    if (!out->given || !out->args) return err_no_memory(e);
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        int rc = 0;
        if (a[0] != '-' || !a[1]) {
            out->args[out->n_args++] = a;
        } else if (strcmp(a, "--") == 0) {
            while (++i < argc) out->args[out->n_args++] = argv[i];
        } else if (a[1] == '-') {
            rc = read_long(table, argc, argv, &i, out, e);
        } else {
            rc = read_short(table, argc, argv, &i, out, e);
        }
        if (rc < 0) return -1;
    }
    return 0;
}

void options_free(struct options *o)
{
    free(o->given);
    free(o->args);
    *o = (struct options){ 0 };
}

const char *options_get(const struct options *o, const char *name)
{
    for (size_t i = o->n_given; i-- > 0;)
        if (strcmp(o->given[i].name, name) == 0) return o->given[i].value;
    return NULL;
}

const char *options_nth(const struct options *o, const char *name, size_t i)
{
    for (size_t k = 0; k < o->n_given; k++)
        if (strcmp(o->given[k].name, name) == 0 && i-- == 0)
            return o->given[k].value;
    return NULL;
}

const char **options_all(const struct options *o, const char *name, size_t *n)
{
    const char **list = calloc(o->n_given + 1, sizeof *list);
    *n = 0;
    while (list && (list[*n] = options_nth(o, name, *n))) ++*n;
    return list;
}

int options_number(const struct options *o, const char *name, int64_t min,
                   int64_t max, int64_t *out, struct err *e)
{
    const char *value = options_get(o, name);
    if (!value || num_int(str(value), min, max, out, e) == 0) return 0;
    e->code = EX_USAGE_;
    return err_in_front(e, "--%s: ", name);
}

int options_choice(const struct options *o, const char *name,
                   const char *const *choices, size_t *out, struct err *e)
{
    const char *value = options_get(o, name);
    char all[80] = "";
    size_t n = 0;
    for (size_t i = 0; value && choices[i]; i++) {
        if (strcmp(value, choices[i]) == 0) {
            *out = i;
            return 0;
        }
        n += text_format(all + n, sizeof all - n, "%s%s",
                         !i ? "" : choices[i + 1] ? ", " : " or ", choices[i]);
    }
    return value ? err_set(e, EX_USAGE_, "--%s: %s, not %s", name, all, value)
                 : 0;
}

static void print_option(FILE *to, const struct option_spec *spec)
{
    char left[64];
    size_t n = text_format(left, sizeof left, "  %c%c%c --%s",
                           spec->letter ? '-' : ' ',
                           spec->letter ? spec->letter : ' ',
                           spec->letter ? ',' : ' ', spec->name);
    if (spec->value) text_format(left + n, sizeof left - n, "=%s", spec->value);
    fprintf(to, "%-28s %s\n", left, spec->help);
}

void options_help(FILE *to, const char *usage, const char *about,
                  const struct option_spec *table)
{
    fprintf(to, "Usage: warraq %s\n\n%s\n\n", usage, about);
    for (; table->name; table++) print_option(to, table);
    print_option(to, &help_spec);
}

int options_take(const struct option_spec *table, int argc, char **argv,
                 const char *usage, const char *about, struct options *out)
{
    struct err e = { 0 };
    if (options_parse(table, argc, argv, out, &e) < 0) {
        err_in_front(&e, "%s: ", argv[0]);
        log_err(&e);
        return e.code;
    }
    if (!out->help) return -1;
    options_help(stdout, usage, about, table);
    return EX_FINE;
}
