/* ledger.c - the ledger opened and brought to this version's schema. */
#include "state/ledger_sql.h"
#include "base/log.h"
#include "state/pages.h"
#include <poll.h>
#include <stdlib.h>

/* Who reads a ledger does it in milliseconds, or is a backup. */
enum { BUSY_MS = 10000, PATIENT_MS = 300000, NAP_MS = 50, WORD = 64,
       APPLICATION_ID = 0x77727121 /* "wrq!" */ };

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

    /* A run may write many files of a kind, and is asked for what it wrote. */
    "ALTER TABLE runs ADD COLUMN is_replay INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE outputs_2("
    "  run INTEGER NOT NULL REFERENCES runs, kind TEXT NOT NULL,"
    "  path TEXT NOT NULL, bytes INTEGER NOT NULL,"
    "  PRIMARY KEY(run, path)) WITHOUT ROWID;"
    "INSERT INTO outputs_2 SELECT run, kind, path, bytes FROM outputs;"
    "DROP TABLE outputs;"
    "ALTER TABLE outputs_2 RENAME TO outputs;"
    "CREATE INDEX outputs_by_path ON outputs(path);",
};

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
    return rc == SQLITE_OK ? 0 : sql_failed(l, rc, e);
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
    if (rc != SQLITE_OK) return sql_failed(l, rc, e);
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
    return rc == SQLITE_ROW ? 0 : sql_failed(l, rc, e);
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
        rc = buf_format(&sql, "INSERT OR REPLACE INTO meta VALUES('warraq', '"
                        WARRAQ_VERSION "');"
                        "PRAGMA user_version=%d; COMMIT;", LEDGER_SCHEMA);
    if (rc < 0 || buf_close(&sql) < 0) {
        buf_free(&sql);
        return err_no_memory(e);
    }
    int said = sqlite3_exec(l->db, sql.p, NULL, NULL, NULL);
    buf_free(&sql);
    return said == SQLITE_OK ? 0 : sql_failed(l, said, e);
}

int ledger_create(const char *path, const char id[33], struct err *e)
{
    struct ledger *l;
    int rc = connect(&l, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, e);
    if (rc == 0) {
        int said = pages_reserve(l->db);
        if (said != SQLITE_OK) rc = sql_failed(l, said, e);
    }
    if (rc == 0) rc = migrate(l, 0, id, e);
    ledger_close(l);
    return rc;
}

static int take_word(void *to, sqlite3_stmt *row, struct err *e)
{
    (void)e;
    text_format(to, WORD, "%s", sql_text(row, 0));
    return 0;
}

/* Every schema tells in `meta` which warraq made it. */
static void too_new(struct ledger *l, int64_t version, struct err *e)
{
    char maker[WORD] = "";
    struct err unused;
    sql_rows(l, MAKER, NULL, 0, take_word, maker, &unused);
    err_set(e, EX_DATA, "the ledger %s has schema %lld, of a newer warraq%s%s; "
            "this one, " WARRAQ_VERSION ", knows %d: use %s", l->path,
            (long long)version, *maker ? ", " : "", maker, LEDGER_SCHEMA,
            *maker ? "that one or a newer one" : "a newer one");
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
        too_new(l, version, e);
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

/* Somebody holds the ledger, as he has done for n naps. */
static int nap(void *to, int n)
{
    const struct ledger *l = to;
    struct pollfd stop = { .fd = l->stop_fd, .events = POLLIN };
    bool is_told = poll(&stop, 1, 0) > 0;
    if (n >= (is_told ? BUSY_MS : PATIENT_MS) / NAP_MS) return 0;
    if (n == BUSY_MS / NAP_MS)
        log_line(WQ_LOG_WARNING, "another program holds the ledger %s; waiting "
                 "for it", l->path);
    (void)poll(NULL, 0, NAP_MS);
    return 1;
}

void ledger_be_patient(struct ledger *l, int stop_fd)
{
    l->stop_fd = stop_fd;
    sqlite3_busy_handler(l->db, nap, l);
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
    sql_hash(row, 0, to);
    return 0;
}

int ledger_id(struct ledger *l, char id[33], struct err *e)
{
    id[0] = '\0';
    return sql_rows(l, ID, NULL, 0, take_id, id, e);
}

int ledger_last_run(struct ledger *l, uint64_t *run, struct err *e)
{
    return sql_rows(l, LAST_RUN, NULL, 0, sql_take_number, run, e);
}

static int take_check(void *to, sqlite3_stmt *row, struct err *e)
{
    const struct ledger *l = to;
    const char *said = sql_text(row, 0);
    if (strcmp(said, "ok") == 0) return 0;
    return err_set(e, EX_DATA, "the ledger %s is damaged: %s", l->path, said);
}

int ledger_compact(struct ledger *l, uint64_t *n, struct err *e)
{
    if (sql_run(l, DROP_SUPERSEDED, NULL, 0, e) < 0) return -1;
    *n = (uint64_t)sqlite3_changes64(l->db);
    return sql_run(l, VACUUM, NULL, 0, e);
}

int ledger_check(struct ledger *l, struct err *e)
{
    return sql_rows(l, CHECK, NULL, 0, take_check, l, e);
}
