/* options.h - the command line, read by a table; options may stand anywhere.
 *
 *   -j 4   -j4   --threads 4   --threads=4   --json   --   (all that follows
 *   is an argument)   -   (an argument: standard input)
 *
 * Every verb knows --help; it is added to its table by the reader. */
#ifndef WQ_CLI_OPTIONS_H
#define WQ_CLI_OPTIONS_H
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct option_spec {
    const char *name;  /* without the dashes                                  */
    char letter;       /* '\0': none                                          */
    const char *value; /* what stands for its value in the help; NULL: a flag */
    const char *help;  /* one line                                            */
};

struct option_given {
    const char *name;  /* of its option_spec                                  */
    const char *value; /* "" for a flag; borrowed from argv                   */
};

struct options {
    struct option_given *given; /* in order                                   */
    size_t n_given;
    const char **args;          /* what is no option; borrowed from argv      */
    size_t n_args;
    bool help;                  /* --help or -h was among them                */
};

/* Reads argv[1 .. argc) (argv[0]: the verb).  The table ends with a spec whose
 * name is NULL.  Returns 0, or -1 with e filled (EX_USAGE_; an unknown option
 * is told the closest one).  Free with options_free whatever it returned. */
int options_parse(const struct option_spec *table, int argc, char **argv,
                  struct options *out, struct err *e);
void options_free(struct options *o);

/* options_parse for a verb: prints the help if it is asked for, or what is
 * wrong.  Returns -1 to go on, or the exit code to leave with. */
int options_take(const struct option_spec *table, int argc, char **argv,
                 const char *usage, const char *about, struct options *out);

/* The value given last, "" for a flag; NULL: not given. */
const char *options_get(const struct options *o, const char *name);
/* All values of one option that may be repeated, in order: the i-th, or NULL
 * past the last. */
const char *options_nth(const struct options *o, const char *name, size_t i);

/* All values of it, an array of *n that the caller frees; NULL: no memory. */
const char **options_all(const struct options *o, const char *name, size_t *n);

/* Reads a whole number of min .. max, or one of the choices (NULL-terminated) as
 * its index; *out stays as it is if the option was not given.  Returns 0, or -1
 * with e filled (EX_USAGE_). */
int options_number(const struct options *o, const char *name, int64_t min,
                   int64_t max, int64_t *out, struct err *e);
int options_choice(const struct options *o, const char *name,
                   const char *const *choices, size_t *out, struct err *e);

/* Prints "Usage: warraq " usage, what the verb does, and the table. */
void options_help(FILE *to, const char *usage, const char *about,
                  const struct option_spec *table);
#endif
