/* params.h - a stage's or format's checked parameters: wq_config.
 *
 * Values come from text (YAML scalars, --set) by the type in the descriptor's
 * table, or from its default, spelled the same way and read by the same code,
 * so a default can never disagree with what a user may write. */
#ifndef WQ_PLUGIN_PARAMS_H
#define WQ_PLUGIN_PARAMS_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include <stdbool.h>

struct param_value {
    bool is_set;      /* has a value, from the pipeline or the default        */
    bool is_default;
    uint32_t n;       /* items; 1 for a single one, 0 if unset                */
    union param_item {
        int64_t i;    /* BOOL INT ENUM SIZE DURATION                          */
        double r;     /* REAL                                                 */
        wq_str s;     /* STRING PATH, NUL-terminated                          */
        wq_key key;   /* FIELD_* LAYER_*                                      */
    } *items;
    struct place at;  /* of the value in the pipeline; file NULL: the default */
    size_t width;
};

struct wq_config {
    const wq_param *params;
    uint32_t n_params;
    struct param_value *values; /* n_params of them */
    /* What bad_param calls; the resolver reports it with its place. */
    void (*on_bad)(void *to, uint32_t param, const char *text);
    void *on_bad_to;
    bool is_bad;
};

/* A config with every default in place, in `arena`.  NULL: no memory, or a
 * default that its own type refuses (the plugin's bug, EX_NO_PLUGIN); e filled. */
struct wq_config *config_new(const wq_param *params, uint32_t n,
                             struct arena *arena, struct err *e);
/* Reads one item of parameter i from text.  quoted: as in cfg_node.  Returns
 * 0, or -1 with e saying what the type wants; nothing has changed then. */
int param_parse(const wq_param *param, wq_str text, bool quoted,
                struct arena *arena, union param_item *out, struct err *e);

/* "a whole number", "one of its choices": what a parameter takes, in words. */
const char *param_wants(const wq_param *param);

/* Adds a value as one would write it in YAML ("64MiB", "[ar, en]"), "unset", or
 * "(secret)".  0, or -1: no memory. */
int param_print(const wq_param *param, const struct param_value *v,
                struct buf *out);
/* Adds the least and the most a value may be: "from 1MiB to 1GiB"; nothing for
 * an unbounded one. */
int param_print_range(const wq_param *param, struct buf *out);

/* The host table's parameter functions. [main] */
int64_t config_get_int(const wq_config *c, uint32_t i);
double config_get_real(const wq_config *c, uint32_t i);
wq_str config_get_str(const wq_config *c, uint32_t i, uint32_t item);
uint32_t config_count(const wq_config *c, uint32_t i);
wq_key config_get_key(const wq_config *c, uint32_t i, uint32_t item);
void config_bad_param(wq_config *c, uint32_t i, const char *fmt, ...)
    ERR_PRINTF(3, 4);
#endif
