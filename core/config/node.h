/* node.h - a YAML file as a tree, every value with its place.
 *
 * Built from libyaml's events, not its documents, because those let duplicate
 * keys, cyclic aliases and second documents through.  What is checked while
 * reading: valid UTF-8, one document, no tabs as indentation, unique keys,
 * depth <= CFG_MAX_DEPTH, size <= CFG_MAX_BYTES, nodes <= CFG_MAX_NODES with
 * aliases expanded.  Types are not: a scalar is text until someone asks. */
#ifndef WQ_CONFIG_NODE_H
#define WQ_CONFIG_NODE_H
#include "base/arena.h"
#include "base/str.h"
#include "config/diag.h"

#define CFG_MAX_DEPTH 64
#define CFG_MAX_BYTES ((size_t)1 << 20)
#define CFG_MAX_NODES ((size_t)100000)

enum cfg_kind { CFG_SCALAR, CFG_LIST, CFG_MAP };

struct cfg_node {
    enum cfg_kind kind;
    bool quoted;           /* scalar: '..', "..", | or >: never a number, bool
                              or null                                         */
    struct place at;       /* its first character                             */
    size_t width;          /* code points on that line, for the caret         */
    wq_str text;           /* scalar; NUL-terminated                          */
    size_t n;              /* items, or pairs                                 */
    struct cfg_node **items;
    struct cfg_node **keys; /* map: scalars, in order of the file             */
};

/* Reads a YAML file (path "-": standard input) or text into a tree that lives
 * in `arena`.  Returns NULL after adding every error found to diags. [main] */
struct cfg_node *cfg_read(const char *path, struct arena *arena,
                          struct diags *diags);
struct cfg_node *cfg_parse(const char *name, wq_str text, struct arena *arena,
                           struct diags *diags);
/* The value of a key, or NULL. */
struct cfg_node *cfg_get(const struct cfg_node *map, const char *key);

#endif
