/* schema.h - reading a pipeline's own keys: each reader takes a node, gives a
 * value, and reports what will not do.  Internal to core/config. */
#ifndef WQ_CONFIG_SCHEMA_H
#define WQ_CONFIG_SCHEMA_H
#include "config/pipeline.h"

/* One reading of a file. */
struct reading {
    struct pipeline *p;
    struct diags *diags;
};

void cfg_error(struct reading *r, const struct cfg_node *at, const char *hint,
               const char *fmt, ...) ERR_PRINTF(4, 5);
/* "a list", "a mapping", "the text \"x\"": what a node is, for messages. */
const char *cfg_what(const struct cfg_node *node, char *out, size_t cap);
/* Is it empty, "~" or "null"? */
bool cfg_is_null(const struct cfg_node *node);

/* Is `node` a mapping?  Its keys must be among `keys` (NULL-terminated); where
 * names it in messages ("a stage").  Reports each that is not. */
bool cfg_check_map(struct reading *r, const struct cfg_node *node,
                   const char *where, const char *const *keys);

/* Each returns true and sets *out, or reports and returns false, *out
 * untouched.  A NULL node: false, nothing reported. */
bool cfg_text(struct reading *r, const struct cfg_node *node, const char *key,
              const char **out);
bool cfg_number(struct reading *r, const struct cfg_node *node, const char *key,
                int64_t min, int64_t max, int64_t *out);
/* min: whole MiB. */
bool cfg_bytes(struct reading *r, const struct cfg_node *node, const char *key,
               int64_t min, int64_t *out);
bool cfg_time(struct reading *r, const struct cfg_node *node, const char *key,
              int64_t *out);
bool cfg_share(struct reading *r, const struct cfg_node *node, const char *key,
               double *out);
bool cfg_bool(struct reading *r, const struct cfg_node *node, const char *key,
              bool *out);
/* One of the words, NULL-terminated. */
bool cfg_choice(struct reading *r, const struct cfg_node *node, const char *key,
                const char *const *words, size_t *out);
/* A text or a list of texts. */
bool cfg_texts(struct reading *r, struct cfg_node *node, const char *key,
               const char ***out, struct cfg_node ***nodes, size_t *n);

/* A list: a program and its arguments, NULL-terminated; a program with a slash in
 * it is joined with the pipeline's folder, and missed (a warning) if it is not
 * there. */
bool cfg_command(struct reading *r, const struct cfg_node *node,
                 const char *key, const char ***out);

/* May a run write to `path`, with what is filled in?  may_spread: to many files,
 * by fields.  Reports what is wrong. */
void cfg_written(struct reading *r, const struct cfg_node *node,
                 const char *path, bool may_spread);
/* May one read `path`?  Nothing is filled in. */
void cfg_read_path(struct reading *r, const struct cfg_node *node,
                   const char *path);

/* path, or dir/path if it is relative; in the pipeline's arena. */
const char *cfg_join(struct arena *arena, const char *dir, const char *path);

/* Applies --set label.param=value to the tree.  Labels are read from the
 * stages' mappings; "input" and "output" mean their `with:`. */
int cfg_override(struct reading *r, const char *const *overrides, size_t n);
#endif
