/* ledger_read.c - what the ledger tells. */
#include "state/ledger_sql.h"
#include <stdlib.h>

/* ---- inputs ---- */

const char *const ledger_kinds[] = { [MARK_PREFIX] = "prefix",
                                     [MARK_WHOLE] = "whole" };

static int take_input(void *to, sqlite3_stmt *row, struct err *e)
{
    struct ledger_inputs *in = to;
    char *path = strdup(sql_text(row, 2));
    struct ledger_input *list = path ? sql_grow(in->list, &in->n, sizeof *list)
                                     : NULL;
    if (!list) {
        free(path);
        return err_no_memory(e);
    }
    in->list = list;
    struct ledger_input *i = &list[in->n - 1];
    *i = (struct ledger_input){
        .id = sqlite3_column_int64(row, 0), .run = sql_number(row, 1),
        .path = path, .byte = sql_number(row, 10), .line = sql_number(row, 11),
        .is_through = sql_number(row, 12) != 0,
        .is_damaged = sql_number(row, 12) == LEDGER_DAMAGED,
        .device = sql_number(row, 13), .inode = sql_number(row, 14),
        .modified = sqlite3_column_int64(row, 15),
        .mark = { .kind = strcmp(sql_text(row, 3), ledger_kinds[MARK_PREFIX]) == 0
                              ? MARK_PREFIX : MARK_WHOLE,
                  .n = sql_number(row, 4),
                  .head_n = (uint32_t)sql_number(row, 5) },
    };
    sql_hash(row, 6, i->mark.head);
    sql_hash(row, 7, i->mark.tail);
    sql_hash(row, 8, i->mark.first);
    sql_hash(row, 9, i->mark.last);
    return 0;
}

void ledger_inputs_free(struct ledger_inputs *in)
{
    for (size_t i = 0; i < in->n; i++) free(in->list[i].path);
    free(in->list);
    *in = (struct ledger_inputs){ 0 };
}

int ledger_by_path(struct ledger *l, const char *path,
                   struct ledger_inputs *out, struct err *e)
{
    return sql_rows(l, BY_PATH, &T(path), 1, take_input, out, e);
}

int ledger_by_head(struct ledger *l, const char *head, uint32_t head_n,
                   struct ledger_inputs *out, struct err *e)
{
    const struct sql_value v[] = { T(head), I(head_n) };
    return sql_rows(l, BY_HEAD, v, 2, take_input, out, e);
}

int ledger_all_inputs(struct ledger *l, struct ledger_inputs *out,
                      struct err *e)
{
    return sql_rows(l, ALL_INPUTS, NULL, 0, take_input, out, e);
}

/* ---- the run that is held, what is not finished ---- */

int ledger_held_run(struct ledger *l, uint64_t *run, struct err *e)
{
    *run = 0;
    return sql_rows(l, HELD_RUN, NULL, 0, sql_take_number, run, e);
}

/* Does statements about the held run, each as one step of a transaction. */
struct files {
    struct ledger_file *list;
    size_t n;
};

static int take_file(void *to, sqlite3_stmt *row, struct err *e)
{
    struct files *f = to;
    bool has_target = sqlite3_column_type(row, 1) != SQLITE_NULL;
    char *aside = strdup(sql_text(row, 0));
    char *target = has_target ? strdup(sql_text(row, 1)) : NULL;
    struct ledger_file *list = NULL;
    if (aside && (target || !has_target))
        list = sql_grow(f->list, &f->n, sizeof *list);
    if (!list) {
        free(aside);
        free(target);
        return err_no_memory(e);
    }
    f->list = list;
    list[f->n - 1] = (struct ledger_file){ .aside = aside, .target = target };
    return 0;
}

static int take_files(struct ledger *l, enum query q, uint64_t run,
                      struct ledger_file **list, size_t *n, struct err *e)
{
    struct files f = { 0 };
    int rc = sql_rows(l, q, &I(run), 1, take_file, &f, e);
    *list = f.list;
    *n = f.n;
    return rc;
}

int ledger_unfinished(struct ledger *l, struct ledger_file **list, size_t *n,
                      struct err *e)
{
    return take_files(l, UNFINISHED, 0, list, n, e);
}

int ledger_held_files(struct ledger *l, uint64_t run, struct ledger_file **list,
                      size_t *n, struct err *e)
{
    return take_files(l, HELD_FILES, run, list, n, e);
}

void ledger_files_free(struct ledger_file *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(list[i].aside);
        free(list[i].target);
    }
    free(list);
}

struct wrote {
    uint64_t *run;
    char *kind;
};

static int take_wrote(void *to, sqlite3_stmt *row, struct err *e)
{
    const struct wrote *w = to;
    (void)e;
    *w->run = sql_number(row, 0);
    text_format(w->kind, LEDGER_KIND, "%s", sql_text(row, 1));
    return 0;
}

int ledger_who_wrote(struct ledger *l, const char *path, uint64_t *run,
                     char kind[LEDGER_KIND], struct err *e)
{
    *run = 0;
    return sql_rows(l, WHO_WROTE, &T(path), 1, take_wrote,
                    &(struct wrote){ run, kind }, e);
}

/* ---- for people ---- */

struct run_caller {
    int (*each)(void *to, const struct ledger_run *run, const char *began,
                const char *ended);
    void *to;
};

static int call_run(void *to, sqlite3_stmt *row, struct err *e)
{
    const struct run_caller *c = to;
    struct ledger_run r = {
        .run = sql_number(row, 0), .pipeline = sql_text(row, 3),
        .stopped = (const char *)sqlite3_column_text(row, 4),
        .in = sql_number(row, 5), .emitted = sql_number(row, 6),
        .out = sql_number(row, 7), .dropped = sql_number(row, 8),
        .rejected = sql_number(row, 9), .bytes_in = sql_number(row, 10),
        .bytes_out = sql_number(row, 11), .is_held = sql_number(row, 12),
        .is_replay = sql_number(row, 13),
    };
    (void)e;
    return c->each(c->to, &r, sql_text(row, 1), sql_text(row, 2));
}

int ledger_each_run(struct ledger *l,
                    int (*each)(void *to, const struct ledger_run *run,
                                const char *began, const char *ended),
                    void *to, struct err *e)
{
    return sql_rows(l, RUNS, NULL, 0, call_run, &(struct run_caller){ each, to }, e);
}

struct counter_caller {
    int (*each)(void *to, const struct ledger_counter *c);
    void *to;
};

static int call_counter(void *to, sqlite3_stmt *row, struct err *e)
{
    const struct counter_caller *c = to;
    (void)e;
    return c->each(c->to, &(struct ledger_counter){
        sql_text(row, 0), sql_text(row, 1), sql_number(row, 2) });
}

int ledger_each_counter(struct ledger *l,
                        int (*each)(void *to, const struct ledger_counter *c),
                        void *to, struct err *e)
{
    return sql_rows(l, COUNTERS, NULL, 0, call_counter,
                &(struct counter_caller){ each, to }, e);
}

struct segments {
    struct ledger_segment *list;
    size_t n;
};

static void free_segment(struct ledger_segment *s)
{
    free(s->name);
    free(s->stage);
    free(s->key);
    free(s->format);
    free(s->digest);
}

static int take_segment(void *to, sqlite3_stmt *row, struct err *e)
{
    struct segments *s = to;
    struct ledger_segment one = {
        .name = strdup(sql_text(row, 0)), .run = sql_number(row, 1),
        .stage = strdup(sql_text(row, 2)), .key = strdup(sql_text(row, 3)),
        .format = strdup(sql_text(row, 4)), .digest = strdup(sql_text(row, 5)),
        .bytes = sql_number(row, 6),
    };
    sql_hash(row, 7, one.hash);
    bool is_whole = one.name && one.stage && one.key && one.format && one.digest;
    struct ledger_segment *list = NULL;
    if (is_whole) list = sql_grow(s->list, &s->n, sizeof *list);
    if (!list) {
        free_segment(&one);
        return err_no_memory(e);
    }
    s->list = list;
    list[s->n - 1] = one;
    return 0;
}

int ledger_segments(struct ledger *l, const char *stage,
                    struct ledger_segment **list, size_t *n, struct err *e)
{
    struct segments s = { 0 };
    int rc = sql_rows(l, SEGMENTS, &T(stage), 1, take_segment, &s, e);
    *list = s.list;
    *n = s.n;
    return rc;
}

void ledger_segments_free(struct ledger_segment *list, size_t n)
{
    for (size_t i = 0; i < n; i++) free_segment(&list[i]);
    free(list);
}
