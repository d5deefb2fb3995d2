/* diag.h - messages with a place, the line it is on, and a caret.
 *
 *   news.yaml:22:7: error: stage "dedupe" has no parameter "contians"
 *      22 |       contians: 0.5
 *         |       ^~~~~~~~ did you mean "contains"?
 *
 * All of a file's errors are collected, sorted by place when printed. */
#ifndef WQ_CONFIG_DIAG_H
#define WQ_CONFIG_DIAG_H
#include "base/err.h"
#include <stdbool.h>
#include <stdio.h>

struct diag {
    struct place at;
    size_t width, file_order, order;
    bool is_error;           /* else a warning                                */
    int code;
    char *text, *hint;       /* hint: NULL, or what to do                     */
};
struct diags {
    struct diag *list;
    size_t n, cap, n_errors;
    int code;                /* exit code of the worst error; 0: none         */
    bool no_memory;
    struct source *sources;  /* text of files, for the quoted line            */
};

/* Says that memory ran out: an error without a place. */
void diags_no_memory(struct diags *d);
/* Remembers a file's text, so that lines of it can be quoted.  Copies
 * both.  0, or -1: no memory (said). */
int diags_source(struct diags *d, const char *file, const char *p, size_t n);
/* Adds an error (code: EX_*) or warning at a place; width: code points to
 * underline (0: no caret); hint, may be NULL: shown behind the caret. */
void diag_error(struct diags *d, int code, struct place at, size_t width,
                const char *hint, const char *fmt, ...) ERR_PRINTF(6, 7);
void diag_warning(struct diags *d, struct place at, size_t width,
                  const char *hint, const char *fmt, ...) ERR_PRINTF(5, 6);
void diags_sort(struct diags *d); /* by file and place; drops repetitions */
void diags_print(struct diags *d, FILE *to); /* sorted */
/* The same where the log goes: as they are, or one entry each. */
void diags_log(struct diags *d);
void diags_free(struct diags *d);

#endif
