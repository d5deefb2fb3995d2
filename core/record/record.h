/* record.h - an article: fields, layers over them, and what was taken away.
 *
 *   record -> fields   [key value] [key value] ...       in input order
 *          -> layers   [name over n begin[] end[] ...]   in order of setting
 *          -> removed  [field at text reason] ...        by field, then text
 *
 * Everything lies in the arena of the record's batch; nothing is freed on its
 * own.  A record belongs to one batch and is touched by one thread at a time. */
#ifndef WQ_RECORD_RECORD_H
#define WQ_RECORD_RECORD_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include <stdbool.h>

struct rec_layer {
    wq_key name, over;
    wq_layer cols; /* columns in the arena */
};

#define WQ_MAX_ID 1024 /* bytes of an id that go into a child's id */

struct piece; /* run/batch.h: the stretch of a file that was read */

/* Where a record came from; the same for its clones. */
struct rec_origin {
    const struct piece *piece; /* NULL: made by a stage */
    wq_str raw;                /* its bytes in there; may be {NULL, 0} */
    size_t at;                 /* of a bad record: where in raw the trouble is */
};

/* "Stage" of what was rejected while reading. */
#define REC_STAGE_INPUT UINT32_MAX

struct wq_record {
    struct arena *arena;
    wq_field *fields;
    uint32_t n_fields, cap_fields;
    struct rec_layer *layers;
    uint32_t n_layers, cap_layers;
    wq_removed *removed;
    uint32_t n_removed, cap_removed;
    uint64_t replaced;       /* spans rewritten by `replace` (normalisation)  */
    struct rec_origin origin;
    wq_record *parent;       /* of a clone; NULL                              */
    wq_record *children;     /* emitted in the call in progress: a list ...   */
    wq_record *last_child;   /* ... its end ...                               */
    wq_record *sibling;      /* ... through here                              */
    bool is_emitted;
    uint32_t n_children;     /* emitted so far; for ids                       */
    wq_key reserved_key;     /* between reserve and commit; 0                 */
    char *reserved;
    size_t reserved_cap;
    const char *fault;       /* the plugin gave nonsense: what; or NULL       */
    /* The run's: why it left. */
    wq_verdict verdict;
    uint32_t stage;          /* index in the plan, or REC_STAGE_INPUT         */
    wq_key reason;
    const char *message;     /* in the arena; or NULL                         */
    bool is_bad;             /* no record could be read: only origin counts   */
};

/* Notes that a plugin gave nonsense (the first time counts): a constant
 * sentence that follows `stage "x"`.  Returns -1. */
int rec_fault(wq_record *r, const char *what);

/* An empty record in the arena.  NULL if memory runs out. */
wq_record *rec_new(struct arena *arena);
/* A deep copy into `arena` (which may be another one); a child if `child`. */
wq_record *rec_clone(struct arena *arena, const wq_record *r);

/* The host table's record functions; contracts in warraq/plugin.h.  A misuse
 * returns -1 and leaves `fault` set to a constant sentence. */
int rec_get(const wq_record *r, wq_key key, wq_str *out);
int rec_set(wq_record *r, wq_key key, wq_str text);
int rec_get_value(const wq_record *r, wq_key key, wq_value *out);
int rec_set_value(wq_record *r, wq_key key, const wq_value *value);
char *rec_reserve(wq_record *r, wq_key key, size_t cap);
int rec_commit(wq_record *r, wq_key key, size_t n);
size_t rec_fields(const wq_record *r, const wq_field **out);
int rec_remove(wq_record *r, wq_key field, const wq_layer *spans);
int rec_replace(wq_record *r, wq_key field, const wq_layer *spans,
                const wq_str *with);
size_t rec_removed(const wq_record *r, const wq_removed **out);
int rec_set_removed(wq_record *r, const wq_removed *list, size_t n);
int rec_layer(const wq_record *r, wq_key name, wq_layer *out);
int rec_set_layer(wq_record *r, wq_key name, wq_key over,
                  const wq_layer *layer);
int rec_layer_at(const wq_record *r, size_t i, wq_key *name, wq_key *over,
                 wq_layer *out);

/* Sets a field to a value that lies in the arena, of any size: the engine's own
 * way, unchecked.  -1: no memory, or text was removed from the field. */
int rec_put(wq_record *r, wq_key key, wq_value value);
/* Puts all removed text back.  Layers over the fields are dropped.  0 / -1. */
int rec_restore(wq_record *r);
/* The record's fields as one object value, in the arena. */
int rec_as_object(const wq_record *r, wq_value *out);

#endif
