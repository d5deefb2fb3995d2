/* ledger_sql.c - see ledger_sql.h. */
#include "state/ledger_sql.h"
#include <stdlib.h>
#include <string.h>

/* ---- the statements ---- */

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
                "', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
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
    [HELD_FILES] = "SELECT path || '.held', path FROM outputs WHERE run = ?1",
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
             "is_held, is_replay FROM runs ORDER BY run",
    [COUNTERS] = "SELECT stage, name, sum(value) FROM counters WHERE run NOT "
                 "IN " HELD " "
                 "GROUP BY stage, name ORDER BY stage, name",
    [SEGMENTS] = "SELECT name, run, stage, key, format, digest, bytes, hash "
                 "FROM segments WHERE (?1 IS NULL OR stage = ?1) AND run NOT IN "
                 HELD " ORDER BY name",
    [CHECK] = "PRAGMA integrity_check(1)",
    [MAKER] = "SELECT value FROM meta WHERE name = 'warraq'",
    [WHO_WROTE] = "SELECT run, kind FROM outputs WHERE path = ?1 "
                  "ORDER BY run DESC LIMIT 1",
    /* Of a path, the same mark again: the newest is the one that is looked at.
     * Every other mark may be the longest that a file begins with one day. */
    [DROP_SUPERSEDED] =
        "DELETE FROM inputs WHERE (kind = 'prefix' OR is_through <> 1) "
        "AND run NOT IN " HELD " AND EXISTS (SELECT 1 FROM inputs AS later "
        "WHERE later.path = inputs.path AND later.id > inputs.id "
        "AND later.kind = inputs.kind AND later.size = inputs.size "
        "AND later.head_size = inputs.head_size AND later.head = inputs.head "
        "AND later.tail = inputs.tail AND later.run NOT IN " HELD ")",
    [VACUUM] = "VACUUM",
};

/* ---- errors ---- */

int sql_failed(const struct ledger *l, int rc, struct err *e)
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
    int number = (rc & 0xFF) == SQLITE_CANTOPEN && l->db
                     ? sqlite3_system_errno(l->db) : 0;
    return err_set(e, err_code(number, EX_IO), "cannot use the ledger %s: %s",
                   l->path, number ? strerror(number) : why);
}

/* ---- statements ---- */

static sqlite3_stmt *statement(struct ledger *l, enum query q, struct err *e)
{
    sqlite3_stmt **s = &l->prepared[q];
    if (!*s) {
        int rc = sqlite3_prepare_v3(l->db, queries[q], -1,
                                    SQLITE_PREPARE_PERSISTENT, s, NULL);
        if (rc != SQLITE_OK) {
            sql_failed(l, rc, e);
            return NULL;
        }
    }
    sqlite3_reset(*s);
    sqlite3_clear_bindings(*s);
    return *s;
}

/* Values that the statement has no place for are left out. */
static int bind(sqlite3_stmt *s, const struct sql_value *v, size_t n)
{
    int rc = SQLITE_OK, places = sqlite3_bind_parameter_count(s);
    for (int i = 0; i < (int)n && i < places && rc == SQLITE_OK; i++) {
        if (v[i].type == SQL_INT) rc = sqlite3_bind_int64(s, i + 1, v[i].i);
        else if (v[i].text)
            rc = sqlite3_bind_text64(s, i + 1, v[i].text, strlen(v[i].text),
                                     SQLITE_STATIC, SQLITE_UTF8);
    }
    return rc;
}

int sql_run(struct ledger *l, enum query q, const struct sql_value *v, size_t n,
            struct err *e)
{
    sqlite3_stmt *s = statement(l, q, e);
    if (!s) return -1;
    int rc = bind(s, v, n);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    sqlite3_reset(s);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : sql_failed(l, rc, e);
}

int sql_rows(struct ledger *l, enum query q, const struct sql_value *v, size_t n,
             int (*each)(void *to, sqlite3_stmt *row, struct err *e), void *to,
             struct err *e)
{
    sqlite3_stmt *s = statement(l, q, e);
    if (!s) return -1;
    int rc = bind(s, v, n), done = 0;
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(s);
        if (rc == SQLITE_ROW && (done = each(to, s, e)) < 0) break;
    }
    if (done == 0 && rc != SQLITE_DONE) done = sql_failed(l, rc, e);
    sqlite3_reset(s);
    return done;
}

int sql_end(struct ledger *l, int rc, struct err *e)
{
    struct err unused;
    if (rc == 0 && sql_run(l, COMMIT, NULL, 0, e) == 0) return 0;
    sql_run(l, ROLLBACK, NULL, 0, &unused);
    return -1;
}

/* ---- rows ---- */

const char *sql_text(sqlite3_stmt *row, int column)
{
    const char *s = (const char *)sqlite3_column_text(row, column);
    return s ? s : "";
}

uint64_t sql_number(sqlite3_stmt *row, int column)
{
    return (uint64_t)sqlite3_column_int64(row, column);
}

void sql_hash(sqlite3_stmt *row, int column, char out[33])
{
    text_format(out, 33, "%s", sql_text(row, column));
}

int sql_take_number(void *to, sqlite3_stmt *row, struct err *e)
{
    (void)e;
    *(uint64_t *)to = sql_number(row, 0);
    return 0;
}

void *sql_grow(void *list, size_t *n, size_t size)
{
    if (*n & (*n - 1)) { /* between two powers of two there is room */
        ++*n;
        return list;
    }
    void *larger = reallocarray(list, *n ? *n * 2 : 1, size);
    if (larger) ++*n;
    return larger;
}
