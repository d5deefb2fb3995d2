/* sink_path.h - which file a record goes to: the fields in a path filled in.
 *
 * A value becomes part of a name of a file, and two values never of the same:
 *
 *   missing, empty, a list or an object        _
 *   numbers, true, false                       as JSON spells them
 *   text                                       as it is, but percent-encoded:
 *       control and invisible characters, what is not UTF-8, / % ~, "." and a
 *       space in front, a space at the end, the character behind the field if
 *       another one follows in the same name; _ if it is the whole value
 *   longer than there is room for              cut at a code point, then ~ and the
 *                                              XXH3-64 of the whole in hex
 *
 * Names are compared byte by byte: file systems that take "A" and "a", or two
 * spellings of one letter, for the same name are not meant. */
#ifndef WQ_RUN_SINK_PATH_H
#define WQ_RUN_SINK_PATH_H
#include "base/template.h"
#include "record/record.h"

struct sink_path {
    char *folder;             /* that all files are in, its slash included */
    struct template template; /* behind it: text and fields */
    wq_key keys[TEMPLATE_PARTS];
};

/* Of a template that has fields; run: the number of the run, or NULL.  Borrows
 * what the template does, and run.  -1: no memory.  sink_path_free either way.
 * [main] */
int sink_path_make(struct sink_path *p, const struct template *t,
                   const char *run, struct err *e);
void sink_path_free(struct sink_path *p);
/* The record's file, below that folder, in the arena and NUL-terminated; p NULL:
 * no memory.  [any] */
wq_str sink_path_name(const struct sink_path *p, const wq_record *r,
                      struct arena *arena);
#endif
