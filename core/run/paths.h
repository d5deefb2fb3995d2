/* paths.h - the files a run reads: patterns expanded, in byte order. */
#ifndef WQ_RUN_PATHS_H
#define WQ_RUN_PATHS_H
#include "base/str.h"

struct paths {
    char **list; /* each once, in byte order of the path; "-" first */
    size_t n, cap;
};

/* Expands patterns (glob(7)); a folder stands for the files in it that do not
 * begin with a dot.  A name that is not there, or a pattern that matches
 * nothing: -1, EX_NO_INPUT.  Free with paths_free either way. */
int paths_expand(struct paths *out, const char *const *patterns, size_t n,
                 struct err *e);
/* Adds what is there by a pattern, in no order. */
int paths_match(struct paths *out, const char *pattern, struct err *e);
/* The two halves of it: adds what one pattern stands for; puts all in order. */
int paths_add(struct paths *out, const char *pattern, struct err *e);
void paths_sort(struct paths *p);
void paths_free(struct paths *p);
#endif
