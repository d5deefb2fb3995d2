/* ledger.c - see ledger.h. */
#include "state/ledger.h"
#include "state/pages.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BUSY_MS = 10000, APPLICATION_ID = 0x77727121 /* "wrq!" */ };

/* migrations[v] brings schema v to v + 1.  Never change one that was released:
 * add the next.  doc/state.md tells what the columns mean. */
static const char *const migrations[LEDGER_SCHEMA] = {
    "CREATE TABLE meta("
    "  name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE runs("
    "  run INTEGER PRIMARY KEY, began TEXT NOT NULL, ended TEXT NOT NULL,"
    "  pipeline TEXT NOT NULL, warraq TEXT NOT NULL, stopped TEXT,"
    "  articles_in INTEGER NOT NULL, emitted INTEGER NOT NULL,"
    "  articles_out INTEGER NOT NULL, dropped INTEGER NOT NULL,"
    "  rejected INTEGER NOT NULL, bytes_in INTEGER NOT NULL,"
    "  bytes_out INTEGER NOT NULL, is_held INTEGER NOT NULL);"
    "CREATE TABLE counters("
    "  run INTEGER NOT NULL REFERENCES runs, stage TEXT NOT NULL,"
    "  name TEXT NOT NULL, value INTEGER NOT NULL,"
    "  PRIMARY KEY(run, stage, name)) WITHOUT ROWID;"
    "CREATE TABLE inputs("
    "  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs,"
    "  path TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL,"
    "  head_size INTEGER NOT NULL, head TEXT NOT NULL, tail TEXT NOT NULL,"
    "  first TEXT NOT NULL, last TEXT NOT NULL, byte INTEGER NOT NULL,"
    "  line INTEGER NOT NULL, is_through INTEGER NOT NULL,"
    "  device INTEGER NOT NULL, inode INTEGER NOT NULL,"
    "  modified INTEGER NOT NULL);"
    "CREATE INDEX inputs_by_path ON inputs(path);"
    "CREATE INDEX inputs_by_head ON inputs(head, head_size);"
    "CREATE TABLE outputs("
    "  run INTEGER NOT NULL REFERENCES runs, kind TEXT NOT NULL,"
    "  path TEXT NOT NULL, bytes INTEGER NOT NULL,"
    "  PRIMARY KEY(run, kind)) WITHOUT ROWID;"
    "CREATE TABLE segments("
    "  name TEXT PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs,"
    "  stage TEXT NOT NULL, key TEXT NOT NULL, format TEXT NOT NULL,"
    "  digest TEXT NOT NULL, bytes INTEGER NOT NULL, hash TEXT NOT NULL,"
    /* The held run that retires it. */
    "  ends INTEGER) WITHOUT ROWID;"
    /* Files on their way: target NULL: to be removed. */
    "CREATE TABLE unfinished("
    "  aside TEXT PRIMARY KEY, target TEXT) WITHOUT ROWID;",
};

enum query {
    BEGIN, COMMIT, ROLLBACK, ID, LAST_RUN, BY_PATH, BY_HEAD, ALL_INPUTS, FORGET,
    ADD_RUN, ADD_COUNTER, ADD_INPUT, ADD_OUTPUT, ADD_SEGMENT, DROP_SEGMENT,
    END_SEGMENT, DROP_FILES, DROP_STAGE, ADD_UNFINISHED, UNFINISHED, FINISHED,
    HELD_RUN, SHOW_HELD, DROP_ENDED_FILES, DROP_ENDED, ACCEPT, DROP_HELD,
    DROP_HELD_SEGMENTS, NOT_ENDED, FORGET_SEGMENTS, FORGET_INPUTS,
    FORGET_COUNTERS, FORGET_OUTPUTS, FORGET_RUN, RUNS, COUNTERS, SEGMENTS, CHECK,
    QUERIES
};

#define INPUT_COLUMNS                                                          \
    "id, run, path, kind, size, head_size, head, tail, first, last, byte, "    \
    "line, is_through, device, inode, modified"

#define HELD "(SELECT run FROM runs WHERE is_held)"

static const char *const queries[QUERIES] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [ID] = "SELECT value FROM meta WHERE name = 'id'",
    [LAST_RUN] = "SELECT coalesce(max(run), 0) FROM runs WHERE NOT is_held",
    [BY_PATH] = "SELECT " INPUT_COLUMNS " FROM inputs WHERE path = ?1 "
                "ORDER BY id DESC LIMIT 1",
    [BY_HEAD] = "SELECT " INPUT_COLUMNS " FROM inputs WHERE head = ?1 "
                "AND head_size = ?2 ORDER BY id DESC",
    [ALL_INPUTS] = "SELECT " INPUT_COLUMNS " FROM inputs WHERE id IN "
                   "(SELECT max(id) FROM inputs WHERE run NOT IN "
                   HELD " GROUP BY path) ORDER BY path",
    [FORGET] = "DELETE FROM inputs WHERE path = ?1",
    [ADD_RUN] = "INSERT INTO runs VALUES(?1, ?2, ?3, ?4, '" WARRAQ_VERSION
                "', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    [ADD_COUNTER] = "INSERT INTO counters VALUES(?1, ?2, ?3, ?4)",
    [ADD_INPUT] = "INSERT INTO inputs VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, "
                  "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    [ADD_OUTPUT] = "INSERT INTO outputs VALUES(?1, ?2, ?3, ?4)",
    [ADD_SEGMENT] = "INSERT INTO segments VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, "
                    "?8, NULL)",
    [DROP_SEGMENT] = "DELETE FROM segments WHERE name = ?1",
    [END_SEGMENT] = "UPDATE segments SET ends = ?2 WHERE name = ?1",
    [DROP_FILES] = "INSERT OR REPLACE INTO unfinished SELECT ?2 || name, NULL "
                   "FROM segments WHERE stage = ?1",
    [DROP_STAGE] = "DELETE FROM segments WHERE stage = ?1",
    [ADD_UNFINISHED] = "INSERT OR REPLACE INTO unfinished VALUES(?1, ?2)",
    [UNFINISHED] = "SELECT aside, target FROM unfinished ORDER BY aside",
    [FINISHED] = "DELETE FROM unfinished",
    /* A held run, ?1; ?2: the folder of segments. */
    [HELD_RUN] = "SELECT run FROM runs WHERE is_held",
    [SHOW_HELD] = "INSERT OR REPLACE INTO unfinished SELECT path || '.held', "
                  "path FROM outputs WHERE run = ?1",
    [DROP_ENDED_FILES] = "INSERT OR REPLACE INTO unfinished SELECT ?2 || name, "
                         "NULL FROM segments WHERE ends = ?1",
    [DROP_ENDED] = "DELETE FROM segments WHERE ends = ?1",
    [ACCEPT] = "UPDATE runs SET is_held = 0 WHERE run = ?1",
    [DROP_HELD] = "INSERT OR REPLACE INTO unfinished SELECT path || '.held', "
                  "NULL FROM outputs WHERE run = ?1",
    [DROP_HELD_SEGMENTS] = "INSERT OR REPLACE INTO unfinished SELECT ?2 || name,"
                           " NULL FROM segments WHERE run = ?1",
    [NOT_ENDED] = "UPDATE segments SET ends = NULL WHERE ends = ?1",
    [FORGET_SEGMENTS] = "DELETE FROM segments WHERE run = ?1",
    [FORGET_INPUTS] = "DELETE FROM inputs WHERE run = ?1",
    [FORGET_COUNTERS] = "DELETE FROM counters WHERE run = ?1",
    [FORGET_OUTPUTS] = "DELETE FROM outputs WHERE run = ?1",
    [FORGET_RUN] = "DELETE FROM runs WHERE run = ?1",
    [RUNS] = "SELECT run, began, ended, pipeline, stopped, articles_in, "
             "emitted, articles_out, dropped, rejected, bytes_in, bytes_out, "
             "is_held FROM runs ORDER BY run",
    [COUNTERS] = "SELECT stage, name, sum(value) FROM counters WHERE run NOT "
                 "IN " HELD " "
                 "GROUP BY stage, name ORDER BY stage, name",
    [SEGMENTS] = "SELECT name, run, stage, key, format, digest, bytes, hash "
                 "FROM segments WHERE (?1 IS NULL OR stage = ?1) AND run NOT IN "
                 HELD " ORDER BY name",
    [CHECK] = "PRAGMA integrity_check(1)",
};

struct ledger {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *prepared[QUERIES];
};

/* ---- errors ---- */

/* What SQLite said, as an error of ours.  Returns -1. */
static int failed(const struct ledger *l, int rc, struct err *e)
{
    const char *why = sqlite3_errstr(rc);
    switch (rc == SQLITE_IOERR_DATA ? SQLITE_CORRUPT : rc & 0xFF) {
    case SQLITE_NOMEM: return err_no_memory(e);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(e, EX_LATER, "another program holds the ledger %s",
                       l->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
        return err_set(e, EX_DATA, "the ledger %s is damaged (%s); put back a "
                       "copy of the whole state folder, or move the folder "
                       "away to begin anew: every input is then read again",
                       l->path, rc == SQLITE_IOERR_DATA
                                    ? "a page does not fit its checksum"
                                : l->db ? sqlite3_errmsg(l->db) : why);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return err_set(e, EX_NO_PERM, "cannot write %s: %s", l->path, why);
    default: break;
    }
    return err_set(e, EX_IO, "cannot use the ledger %s: %s", l->path, why);
}

/* ---- statements ---- */

static sqlite3_stmt *statement(struct ledger *l, enum query q, struct err *e)
{
    sqlite3_stmt **s = &l->prepared[q];
    if (!*s) {
        int rc = sqlite3_prepare_v3(l->db, queries[q], -1,
                                    SQLITE_PREPARE_PERSISTENT, s, NULL);
        if (rc != SQLITE_OK) {
            failed(l, rc, e);
            return NULL;
        }
    }
    sqlite3_reset(*s);
    sqlite3_clear_bindings(*s);
    return *s;
}

/* One value of a statement. */
struct value {
    enum { TEXT, INT } type;
    const char *text; /* NULL: no value */
    int64_t i;
};
#define T(s) (struct value){ .type = TEXT, .text = (s) }
#define I(n) (struct value){ .type = INT, .i = (int64_t)(n) }

static int bind(sqlite3_stmt *s, const struct value *v, size_t n)
{
    int rc = SQLITE_OK;
    for (int i = 0; i < (int)n && rc == SQLITE_OK; i++) {
        if (v[i].type == INT) rc = sqlite3_bind_int64(s, i + 1, v[i].i);
        else if (v[i].text)
            rc = sqlite3_bind_text64(s, i + 1, v[i].text, strlen(v[i].text),
                                     SQLITE_STATIC, SQLITE_UTF8);
    }
    return rc;
}

/* Runs a statement that gives no rows. */
static int run(struct ledger *l, enum query q, const struct value *v, size_t n,
               struct err *e)
{
    sqlite3_stmt *s = statement(l, q, e);
    if (!s) return -1;
    int rc = bind(s, v, n);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    sqlite3_reset(s);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : failed(l, rc, e);
}
#define RUN(l, q, e, ...)                                                      \
    run(l, q, (const struct value[]){ __VA_ARGS__ },                           \
        sizeof(const struct value[]){ __VA_ARGS__ } / sizeof(struct value), e)

/* Runs a statement for its rows; `each` reads one and gives 0 or -1 (e set). */
static int rows(struct ledger *l, enum query q, const struct value *v, size_t n,
                int (*each)(void *to, sqlite3_stmt *row, struct err *e),
                void *to, struct err *e)
{
    sqlite3_stmt *s = statement(l, q, e);
    if (!s) return -1;
    int rc = bind(s, v, n), done = 0;
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(s);
        if (rc == SQLITE_ROW && (done = each(to, s, e)) < 0) break;
    }
    if (done == 0 && rc != SQLITE_DONE) done = failed(l, rc, e);
    sqlite3_reset(s);
    return done;
}

static const char *text_of(sqlite3_stmt *row, int column)
{
    const char *s = (const char *)sqlite3_column_text(row, column);
    return s ? s : "";
}

static uint64_t number_of(sqlite3_stmt *row, int column)
{
    return (uint64_t)sqlite3_column_int64(row, column);
}

static void hash_of(sqlite3_stmt *row, int column, char out[33])
{
    text_format(out, 33, "%s", text_of(row, column));
}

/* Room for one more in an array that grows; NULL: no memory. */
static void *grow(void *list, size_t *n, size_t size)
{
    if (*n & (*n - 1)) { /* between two powers of two there is room */
        ++*n;
        return list;
    }
    void *larger = reallocarray(list, *n ? *n * 2 : 1, size);
    if (larger) ++*n;
    return larger;
}

/* ---- opening ---- */

static int pragmas(struct ledger *l, struct err *e)
{
    char *said = NULL;
    int rc = sqlite3_exec(l->db,
                          "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA;"
                          "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
                          "PRAGMA cell_size_check=ON;",
                          NULL, NULL, &said);
    sqlite3_free(said);
    return rc == SQLITE_OK ? 0 : failed(l, rc, e);
}

static int connect(struct ledger **out, const char *path, int flags,
                   struct err *e)
{
    struct ledger *l = calloc(1, sizeof *l);
    *out = l;
    if (!l || !(l->path = strdup(path))) return err_no_memory(e);
    int rc = pages_register();
    if (rc == SQLITE_OK)
        rc = sqlite3_open_v2(path, &l->db, flags | SQLITE_OPEN_NOMUTEX
                             | SQLITE_OPEN_EXRESCODE, PAGES_VFS);
    if (rc != SQLITE_OK) return failed(l, rc, e);
    sqlite3_busy_timeout(l->db, BUSY_MS);
    return pragmas(l, e);
}

static int read_version(struct ledger *l, int64_t *version, struct err *e)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(l->db, "PRAGMA user_version", -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) *version = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return rc == SQLITE_ROW ? 0 : failed(l, rc, e);
}

/* Brings the schema up from `version`, and adds `id` to a new ledger; one
 * transaction. */
static int migrate(struct ledger *l, int64_t version, const char *id,
                   struct err *e)
{
    struct buf sql = { 0 };
    int rc = buf_format(&sql, "BEGIN IMMEDIATE;");
    for (; version < LEDGER_SCHEMA && rc == 0; version++)
        rc = buf_format(&sql, "%s", migrations[version]);
    if (id && rc == 0)
        rc = buf_format(&sql, "PRAGMA application_id=%d;"
                        "INSERT INTO meta VALUES('id', '%s');",
                        APPLICATION_ID, id);
    if (rc == 0)
        rc = buf_format(&sql, "PRAGMA user_version=%d; COMMIT;", LEDGER_SCHEMA);
    if (rc < 0 || buf_close(&sql) < 0) {
        buf_free(&sql);
        return err_no_memory(e);
    }
    int said = sqlite3_exec(l->db, sql.p, NULL, NULL, NULL);
    buf_free(&sql);
    return said == SQLITE_OK ? 0 : failed(l, said, e);
}

int ledger_create(const char *path, const char id[33], struct err *e)
{
    struct ledger *l;
    int rc = connect(&l, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, e);
    if (rc == 0) {
        int said = pages_reserve(l->db);
        if (said != SQLITE_OK) rc = failed(l, said, e);
    }
    if (rc == 0) rc = migrate(l, 0, id, e);
    ledger_close(l);
    return rc;
}

int ledger_open(struct ledger **out, const char *path, bool is_reader,
                struct err *e)
{
    struct ledger *l = NULL;
    int64_t version = 0;
    *out = NULL;
    if (connect(&l, path, SQLITE_OPEN_READWRITE, e) < 0
        || read_version(l, &version, e) < 0)
        goto failed;
    if (version > LEDGER_SCHEMA) {
        err_set(e, EX_DATA, "the ledger %s has schema %lld, of a newer warraq; "
                "this one knows %d: upgrade it", path, (long long)version,
                LEDGER_SCHEMA);
        goto failed;
    }
    if (version < 1) {
        err_set(e, EX_DATA, "the ledger %s is damaged (it is empty); put back "
                "a copy of the whole state folder, or move the folder away to "
                "begin anew: every input is then read again", path);
        goto failed;
    }
    if (version < LEDGER_SCHEMA && is_reader) {
        err_set(e, EX_DATA, "the ledger %s has schema %lld, of an older "
                "warraq; the next run brings it up to date", path,
                (long long)version);
        goto failed;
    }
    if (version < LEDGER_SCHEMA && migrate(l, version, NULL, e) < 0)
        goto failed;
    *out = l;
    return 0;
failed:
    ledger_close(l);
    return -1;
}

void ledger_close(struct ledger *l)
{
    if (!l) return;
    for (size_t i = 0; i < QUERIES; i++) sqlite3_finalize(l->prepared[i]);
    sqlite3_close(l->db);
    free(l->path);
    free(l);
}

static int take_id(void *to, sqlite3_stmt *row, struct err *e)
{
    (void)e;
    hash_of(row, 0, to);
    return 0;
}

int ledger_id(struct ledger *l, char id[33], struct err *e)
{
    id[0] = '\0';
    return rows(l, ID, NULL, 0, take_id, id, e);
}

static int take_number(void *to, sqlite3_stmt *row, struct err *e)
{
    (void)e;
    *(uint64_t *)to = number_of(row, 0);
    return 0;
}

int ledger_last_run(struct ledger *l, uint64_t *run, struct err *e)
{
    return rows(l, LAST_RUN, NULL, 0, take_number, run, e);
}

/* ---- inputs ---- */

static const char *const kinds[] = { [MARK_PREFIX] = "prefix",
                                     [MARK_WHOLE] = "whole" };

static int take_input(void *to, sqlite3_stmt *row, struct err *e)
{
    struct ledger_inputs *in = to;
    char *path = strdup(text_of(row, 2));
    struct ledger_input *list = path ? grow(in->list, &in->n, sizeof *list)
                                     : NULL;
    if (!list) {
        free(path);
        return err_no_memory(e);
    }
    in->list = list;
    struct ledger_input *i = &list[in->n - 1];
    *i = (struct ledger_input){
        .id = sqlite3_column_int64(row, 0), .run = number_of(row, 1),
        .path = path, .byte = number_of(row, 10), .line = number_of(row, 11),
        .is_through = number_of(row, 12), .device = number_of(row, 13),
        .inode = number_of(row, 14),
        .modified = sqlite3_column_int64(row, 15),
        .mark = { .kind = strcmp(text_of(row, 3), kinds[MARK_PREFIX]) == 0
                              ? MARK_PREFIX : MARK_WHOLE,
                  .n = number_of(row, 4),
                  .head_n = (uint32_t)number_of(row, 5) },
    };
    hash_of(row, 6, i->mark.head);
    hash_of(row, 7, i->mark.tail);
    hash_of(row, 8, i->mark.first);
    hash_of(row, 9, i->mark.last);
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
    return rows(l, BY_PATH, &T(path), 1, take_input, out, e);
}

int ledger_by_head(struct ledger *l, const char *head, uint32_t head_n,
                   struct ledger_inputs *out, struct err *e)
{
    const struct value v[] = { T(head), I(head_n) };
    return rows(l, BY_HEAD, v, 2, take_input, out, e);
}

int ledger_all_inputs(struct ledger *l, struct ledger_inputs *out,
                      struct err *e)
{
    return rows(l, ALL_INPUTS, NULL, 0, take_input, out, e);
}

int ledger_forget(struct ledger *l, const char *path, uint64_t *n,
                  struct err *e)
{
    if (RUN(l, FORGET, e, T(path)) < 0) return -1;
    *n = (uint64_t)sqlite3_changes64(l->db);
    return 0;
}

static int add_input(struct ledger *l, uint64_t number,
                     const struct ledger_input *i, struct err *e)
{
    const struct mark *m = &i->mark;
    return RUN(l, ADD_INPUT, e, I(number), T(i->path), T(kinds[m->kind]),
               I(m->n), I(m->head_n), T(m->head), T(m->tail), T(m->first),
               T(m->last), I(i->byte), I(i->line), I(i->is_through),
               I(i->device), I(i->inode), I(i->modified));
}

/* ---- a run ---- */

static int rollback(struct ledger *l)
{
    run(l, ROLLBACK, NULL, 0, NULL);
    return -1;
}

int ledger_forget_stage(struct ledger *l, const char *stage, const char *dir,
                        uint64_t *n, struct err *e)
{
    if (run(l, BEGIN, NULL, 0, e) < 0) return -1;
    if (RUN(l, DROP_FILES, e, T(stage), T(dir)) < 0
        || RUN(l, DROP_STAGE, e, T(stage)) < 0)
        return rollback(l);
    *n = (uint64_t)sqlite3_changes64(l->db);
    return run(l, COMMIT, NULL, 0, e) < 0 ? rollback(l) : 0;
}

int ledger_begin(struct ledger *l, const char *const *asides, size_t n,
                 struct err *e)
{
    if (run(l, BEGIN, NULL, 0, e) < 0) return -1;
    for (size_t i = 0; i < n; i++)
        if (RUN(l, ADD_UNFINISHED, e, T(asides[i]), T(NULL)) < 0)
            return rollback(l);
    return run(l, COMMIT, NULL, 0, e) < 0 ? rollback(l) : 0;
}

/* "2026-11-21T17:00:00Z" */
static const char *when(int64_t ms, char out[32])
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    if (!gmtime_r(&t, &tm) || !strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
        out[0] = '\0';
    return out;
}

static int add_run(struct ledger *l, const struct ledger_run *r, struct err *e)
{
    char began[32], ended[32];
    return RUN(l, ADD_RUN, e, I(r->run), T(when(r->began, began)),
               T(when(r->ended, ended)), T(r->pipeline), T(r->stopped),
               I(r->in), I(r->emitted), I(r->out), I(r->dropped),
               I(r->rejected), I(r->bytes_in), I(r->bytes_out), I(r->is_held));
}

static int add_unfinished(struct ledger *l, const struct commit *c,
                          const struct ledger_file *f, struct err *e)
{
    char *held = NULL;
    bool is_output = f->target && strcmp(f->kind, "segment") != 0;
    if (c->run.is_held && is_output && asprintf(&held, "%s.held", f->target) < 0)
        return err_no_memory(e);
    int rc = RUN(l, ADD_UNFINISHED, e, T(f->aside), T(held ? held : f->target));
    free(held);
    return rc;
}

static int add_files(struct ledger *l, const struct commit *c, struct err *e)
{
    for (size_t i = 0; i < c->n_files; i++) {
        const struct ledger_file *f = &c->files[i];
        /* What a held run would end lives on until it is accepted. */
        if ((f->target || !c->run.is_held) && add_unfinished(l, c, f, e) < 0)
            return -1;
        if (f->target && strcmp(f->kind, "segment") != 0
            && RUN(l, ADD_OUTPUT, e, I(c->run.run), T(f->kind), T(f->target),
                   I(f->bytes)) < 0)
            return -1;
    }
    return 0;
}

static int add_segments(struct ledger *l, const struct commit *c, struct err *e)
{
    for (size_t i = 0; i < c->n_retired; i++)
        if ((c->run.is_held
                 ? RUN(l, END_SEGMENT, e, T(c->retired[i]), I(c->run.run))
                 : RUN(l, DROP_SEGMENT, e, T(c->retired[i])))
            < 0)
            return -1;
    for (size_t i = 0; i < c->n_segments; i++) {
        const struct ledger_segment *s = &c->segments[i];
        if (RUN(l, ADD_SEGMENT, e, T(s->name), I(c->run.run), T(s->stage),
                T(s->key), T(s->format), T(s->digest), I(s->bytes),
                T(s->hash)) < 0)
            return -1;
    }
    return 0;
}

static int add_all(struct ledger *l, const struct commit *c, struct err *e)
{
    /* What else the run noted at its begin was never made. */
    if (run(l, FINISHED, NULL, 0, e) < 0 || add_run(l, &c->run, e) < 0
        || add_files(l, c, e) < 0 || add_segments(l, c, e) < 0)
        return -1;
    for (size_t i = 0; i < c->inputs.n; i++)
        if (add_input(l, c->run.run, &c->inputs.list[i], e) < 0) return -1;
    for (size_t i = 0; i < c->n_counters; i++)
        if (RUN(l, ADD_COUNTER, e, I(c->run.run), T(c->counters[i].stage),
                T(c->counters[i].name), I(c->counters[i].value)) < 0)
            return -1;
    return 0;
}

int ledger_commit(struct ledger *l, const struct commit *c, struct err *e)
{
    if (run(l, BEGIN, NULL, 0, e) < 0) return -1;
    if (add_all(l, c, e) < 0) return rollback(l);
    return run(l, COMMIT, NULL, 0, e) < 0 ? rollback(l) : 0;
}

/* ---- a held run ---- */

int ledger_held_run(struct ledger *l, uint64_t *run, struct err *e)
{
    *run = 0;
    return rows(l, HELD_RUN, NULL, 0, take_number, run, e);
}

/* Does statements about the held run, each as one step of a transaction. */
static int end_held(struct ledger *l, const enum query *steps, size_t n,
                    uint64_t number, const char *dir, struct err *e)
{
    if (run(l, BEGIN, NULL, 0, e) < 0) return -1;
    for (size_t i = 0; i < n; i++) {
        const struct value v[] = { I(number), T(dir) };
        bool has_dir = strstr(queries[steps[i]], "?2");
        if (run(l, steps[i], v, has_dir ? 2 : 1, e) < 0) return rollback(l);
    }
    return run(l, COMMIT, NULL, 0, e) < 0 ? rollback(l) : 0;
}

int ledger_accept(struct ledger *l, uint64_t number, const char *dir,
                  struct err *e)
{
    static const enum query steps[] = { SHOW_HELD, DROP_ENDED_FILES, DROP_ENDED,
                                        ACCEPT };
    return end_held(l, steps, WQ_LEN(steps), number, dir, e);
}

int ledger_discard(struct ledger *l, uint64_t number, const char *dir,
                   struct err *e)
{
    static const enum query steps[] = {
        DROP_HELD, DROP_HELD_SEGMENTS, NOT_ENDED, FORGET_SEGMENTS,
        FORGET_INPUTS, FORGET_COUNTERS, FORGET_OUTPUTS, FORGET_RUN };
    return end_held(l, steps, WQ_LEN(steps), number, dir, e);
}

struct files {
    struct ledger_file *list;
    size_t n;
};

static int take_file(void *to, sqlite3_stmt *row, struct err *e)
{
    struct files *f = to;
    bool has_target = sqlite3_column_type(row, 1) != SQLITE_NULL;
    char *aside = strdup(text_of(row, 0));
    char *target = has_target ? strdup(text_of(row, 1)) : NULL;
    struct ledger_file *list = NULL;
    if (aside && (target || !has_target))
        list = grow(f->list, &f->n, sizeof *list);
    if (!list) {
        free(aside);
        free(target);
        return err_no_memory(e);
    }
    f->list = list;
    list[f->n - 1] = (struct ledger_file){ .aside = aside, .target = target };
    return 0;
}

int ledger_unfinished(struct ledger *l, struct ledger_file **list, size_t *n,
                      struct err *e)
{
    struct files f = { 0 };
    int rc = rows(l, UNFINISHED, NULL, 0, take_file, &f, e);
    *list = f.list;
    *n = f.n;
    return rc;
}

void ledger_files_free(struct ledger_file *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(list[i].aside);
        free(list[i].target);
    }
    free(list);
}

int ledger_finished(struct ledger *l, struct err *e)
{
    return run(l, FINISHED, NULL, 0, e);
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
        .run = number_of(row, 0), .pipeline = text_of(row, 3),
        .stopped = (const char *)sqlite3_column_text(row, 4),
        .in = number_of(row, 5), .emitted = number_of(row, 6),
        .out = number_of(row, 7), .dropped = number_of(row, 8),
        .rejected = number_of(row, 9), .bytes_in = number_of(row, 10),
        .bytes_out = number_of(row, 11), .is_held = number_of(row, 12),
    };
    (void)e;
    return c->each(c->to, &r, text_of(row, 1), text_of(row, 2));
}

int ledger_each_run(struct ledger *l,
                    int (*each)(void *to, const struct ledger_run *run,
                                const char *began, const char *ended),
                    void *to, struct err *e)
{
    return rows(l, RUNS, NULL, 0, call_run, &(struct run_caller){ each, to }, e);
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
        text_of(row, 0), text_of(row, 1), number_of(row, 2) });
}

int ledger_each_counter(struct ledger *l,
                        int (*each)(void *to, const struct ledger_counter *c),
                        void *to, struct err *e)
{
    return rows(l, COUNTERS, NULL, 0, call_counter,
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
        .name = strdup(text_of(row, 0)), .run = number_of(row, 1),
        .stage = strdup(text_of(row, 2)), .key = strdup(text_of(row, 3)),
        .format = strdup(text_of(row, 4)), .digest = strdup(text_of(row, 5)),
        .bytes = number_of(row, 6),
    };
    hash_of(row, 7, one.hash);
    bool is_whole = one.name && one.stage && one.key && one.format && one.digest;
    struct ledger_segment *list = NULL;
    if (is_whole) list = grow(s->list, &s->n, sizeof *list);
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
    int rc = rows(l, SEGMENTS, &T(stage), 1, take_segment, &s, e);
    *list = s.list;
    *n = s.n;
    return rc;
}

void ledger_segments_free(struct ledger_segment *list, size_t n)
{
    for (size_t i = 0; i < n; i++) free_segment(&list[i]);
    free(list);
}

static int take_check(void *to, sqlite3_stmt *row, struct err *e)
{
    const struct ledger *l = to;
    const char *said = text_of(row, 0);
    if (strcmp(said, "ok") == 0) return 0;
    return err_set(e, EX_DATA, "the ledger %s is damaged: %s", l->path, said);
}

int ledger_check(struct ledger *l, struct err *e)
{
    return rows(l, CHECK, NULL, 0, take_check, l, e);
}
