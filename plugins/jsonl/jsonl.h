/* jsonl.h - what the reader and the writer of the jsonl plugin share. */
#ifndef JSONL_JSONL_H
#define JSONL_JSONL_H
#include "offsets.h"
#include "parse.h"

/* The layers every pipeline may know (over `text`), which are read back: four
 * of plain spans, then four whose spans are objects even without attributes. */
enum { PLAIN_LAYERS = 4, REUSED_LAYER = 7, STANDARD_LAYERS = 8 };

/* The settings; read-only once open has returned. */
struct jsonl {
    const wq_host *host;
    const wq_text *text; /* text/1; may be NULL */
    enum offset_unit unit;
    int all_layers;    /* write every layer; else those of `layers` */
    uint32_t n_layers;
    wq_key *layers;
    int is_plain; /* the parameter `plain` */
    wq_key key_id, key_text, key_removed, key_layers;
    wq_key standard[STANDARD_LAYERS];
};

/* "name": ready to be written; p NULL: not yet. */
struct quoted {
    char *p;
    size_t n;
};

/* A name of the last line, by its place: lines of one file are much alike. */
struct seen_name {
    wq_str name; /* the host's: lives for ever */
    wq_key key;
};

static inline int jsonl_is_standard(const struct jsonl *shared, wq_key key)
{
    for (size_t i = 0; i < STANDARD_LAYERS; i++)
        if (shared->standard[i] == key) return 1;
    return 0;
}

/* Do the spans of a layer of objects quote their text?  Reused ones are whole
 * paragraphs: the line would be half as long again. */
static inline int jsonl_quotes(const struct jsonl *shared, wq_key layer)
{
    return layer != shared->standard[REUSED_LAYER];
}

/* Must a line say that a member is this layer?  Not of standard ones over `text`:
 * those are known by their names. */
static inline int jsonl_is_named(const struct jsonl *shared, wq_key layer,
                                 wq_key over)
{
    return over != shared->key_text || !jsonl_is_standard(shared, layer);
}

/* Is a layer written as "FIELD.LAYER", since its bare name means another thing
 * in a line: a standard layer over another field than `text`, and those named
 * like what tells of them? */
static inline int jsonl_is_prefixed(const struct jsonl *shared, wq_key layer,
                                    wq_key over)
{
    return (over != shared->key_text && jsonl_is_standard(shared, layer))
           || layer == shared->key_layers || layer == shared->key_removed;
}

/* What one worker needs. */
struct jsonl_worker {
    const struct jsonl *shared;
    struct json_parser *parser;
    struct offsets offsets;
    wq_key offsets_of; /* field that `offsets` describes; 0: none */
    /* reading */
    struct seen_name *seen;
    size_t n_seen;
    uint32_t *met; /* by key: the last line it was met in */
    size_t n_met;
    uint32_t line;
    /* writing */
    struct quoted *quoted; /* by key */
    size_t n_quoted;
    char *out;
    size_t out_n, out_cap;
    int (*write)(void *to, const char *p, size_t n);
    void *write_to;
};

/* As wq_format.decode and .encode.  [worker] */
int jsonl_decode(void *instance, wq_ctx *ctx, const char *p, size_t n);
int jsonl_encode(void *instance, wq_ctx *ctx, wq_record *const *records,
                 size_t n, int (*write)(void *to, const char *p, size_t n),
                 void *to);

/* A member that is a layer or `removed`, as found in a line: if it is well
 * formed, becomes a layer over a field (the removed text) of the record, and 1
 * is returned.  0: it is not, and stays a field; -1: the host said no. */
int jsonl_read_layer(struct jsonl_worker *w, wq_record *record, wq_key name,
                     wq_key over, const wq_value *value);
int jsonl_read_removed(struct jsonl_worker *w, wq_record *record,
                       const wq_value *value);
/* Makes w->offsets describe a string field.  0, or -1: no memory. */
int jsonl_offsets(struct jsonl_worker *w, wq_key field, wq_str text);
#endif
