/* template.h - a path with places that are filled in.
 *
 *   out/{lang}/{date:7}/{run}.jsonl.zst
 *
 *   {run}      the number of the run
 *   {NAME}     the field NAME of a record
 *   {NAME:N}   its first N code points, 1 .. 255
 *   {{ }}      a brace
 *
 * What the parts of one name (between two slashes) may hold is settled here, so
 * that whoever fills them in can keep two promises: no name is longer than a file
 * system takes, and no two lists of values give one path. */
#ifndef WQ_BASE_TEMPLATE_H
#define WQ_BASE_TEMPLATE_H
#include "base/str.h"

enum { TEMPLATE_PARTS = 64, TEMPLATE_FIELDS = 8 };

enum template_kind { TEMPLATE_TEXT, TEMPLATE_RUN, TEMPLATE_FIELD };

struct template_part {
    enum template_kind kind;
    wq_str text;   /* a view of the path: TEXT: what stands there; FIELD: NAME */
    size_t at, n;  /* where it is written in the path */
    size_t most;   /* FIELD: code points of the value; 0: all */
    size_t room;   /* FIELD: bytes that it may take in its name */
    wq_str stop;   /* FIELD: the code point that follows, if a further field of
                      the same name comes later: where the value ends; or none */
};
struct template {
    struct template_part parts[TEMPLATE_PARTS];
    size_t n, n_fields;
    size_t folder; /* with fields: bytes of the path up to the folder before the
                      first part that is filled in, its slash included */
};

/* What is wrong with a path, and where. */
struct template_fault {
    size_t at, n; /* bytes of the path */
    const char *hint;
    char text[160];
};

/* Takes a path apart; borrows it.  false with `fault` filled.  [any] */
bool template_parse(struct template *t, const char *path,
                    struct template_fault *fault);
/* The path with the number and, in place of every field, this text; NULL: as they
 * are written.  The caller frees it; NULL: no memory.  [any] */
char *template_fill(const struct template *t, const char *path, const char *run,
                    const char *field);
#endif
