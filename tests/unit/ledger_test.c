/* ledger_test.c - the ledger from one schema to the next, and made smaller.
 *
 * A migration is killed at its writes: a child may make no file longer than n
 * bytes (RLIMIT_FSIZE), and the first write beyond that is SIGXFSZ. */
#include "state/commit.h"
#include "state/pages.h"
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static void enter(void)
{
    strcpy(folder, "/tmp/ledger_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void leave(void)
{
    char command[128];
    ck_assert_int_eq(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

/* ---- schema 1, as it was ---- */

static const char schema_1[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE runs(run INTEGER PRIMARY KEY, began TEXT NOT NULL,"
    " ended TEXT NOT NULL, pipeline TEXT NOT NULL, warraq TEXT NOT NULL,"
    " stopped TEXT, articles_in INTEGER NOT NULL, emitted INTEGER NOT NULL,"
    " articles_out INTEGER NOT NULL, dropped INTEGER NOT NULL,"
    " rejected INTEGER NOT NULL, bytes_in INTEGER NOT NULL,"
    " bytes_out INTEGER NOT NULL, is_held INTEGER NOT NULL);"
    "CREATE TABLE counters(run INTEGER NOT NULL REFERENCES runs,"
    " stage TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,"
    " PRIMARY KEY(run, stage, name)) WITHOUT ROWID;"
    "CREATE TABLE inputs(id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES runs, path TEXT NOT NULL,"
    " kind TEXT NOT NULL, size INTEGER NOT NULL, head_size INTEGER NOT NULL,"
    " head TEXT NOT NULL, tail TEXT NOT NULL, first TEXT NOT NULL,"
    " last TEXT NOT NULL, byte INTEGER NOT NULL, line INTEGER NOT NULL,"
    " is_through INTEGER NOT NULL, device INTEGER NOT NULL,"
    " inode INTEGER NOT NULL, modified INTEGER NOT NULL);"
    "CREATE INDEX inputs_by_path ON inputs(path);"
    "CREATE INDEX inputs_by_head ON inputs(head, head_size);"
    "CREATE TABLE outputs(run INTEGER NOT NULL REFERENCES runs,"
    " kind TEXT NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL,"
    " PRIMARY KEY(run, kind)) WITHOUT ROWID;"
    "CREATE TABLE segments(name TEXT PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES runs, stage TEXT NOT NULL,"
    " key TEXT NOT NULL, format TEXT NOT NULL, digest TEXT NOT NULL,"
    " bytes INTEGER NOT NULL, hash TEXT NOT NULL, ends INTEGER) WITHOUT ROWID;"
    "CREATE TABLE unfinished(aside TEXT PRIMARY KEY, target TEXT)"
    " WITHOUT ROWID;"
    "INSERT INTO meta VALUES('id', '0123456789abcdef0123456789abcdef');"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 200) INSERT INTO runs SELECT i, '', '', 'p', '0.1.0', NULL,"
    " 10, 0, 9, 0, 1, 100, 90, 0 FROM n;"
    "INSERT INTO outputs SELECT run, 'output',"
    " printf('/somewhere/out/%06d.jsonl.zst', run), 90 FROM runs;"
    "INSERT INTO outputs SELECT run, 'rejects',"
    " printf('/somewhere/out/%06d.rejects.jsonl', run), 10 FROM runs;"
    "PRAGMA application_id=2003988769; PRAGMA user_version=1;";

enum { RUNS_1 = 200 };

static void make_schema_1(const char *path)
{
    sqlite3 *db;
    char *said = NULL;
    ck_assert_int_eq(pages_register(), SQLITE_OK);
    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE
                                     | SQLITE_OPEN_CREATE, PAGES_VFS),
                     SQLITE_OK);
    ck_assert_int_eq(pages_reserve(db), SQLITE_OK);
    if (sqlite3_exec(db, schema_1, NULL, NULL, &said) != SQLITE_OK)
        ck_abort_msg("%s", said);
    sqlite3_close(db);
}

static struct ledger *open_ledger(const char *path)
{
    struct ledger *l;
    struct err e = { 0 };
    if (ledger_open(&l, path, false, &e) < 0) ck_abort_msg("%s", e.text);
    return l;
}

/* Is all there that schema 1 held, now under this one? */
static void check_migrated(const char *path)
{
    struct err e = { 0 };
    uint64_t last = 0, run = 0;
    char kind[LEDGER_KIND], id[33];
    struct ledger *l = open_ledger(path);
    if (ledger_check(l, &e) < 0) ck_abort_msg("%s", e.text);
    ck_assert_int_eq(ledger_id(l, id, &e), 0);
    ck_assert_str_eq(id, "0123456789abcdef0123456789abcdef");
    ck_assert_int_eq(ledger_last_run(l, &last, &e), 0);
    ck_assert_uint_eq(last, RUNS_1);
    for (uint64_t i = 1; i <= RUNS_1; i++) {
        char name[64];
        snprintf(name, sizeof name, "/somewhere/out/%06u.rejects.jsonl",
                 (unsigned)i);
        ck_assert_int_eq(ledger_who_wrote(l, name, &run, kind, &e), 0);
        ck_assert_uint_eq(run, i);
        ck_assert_str_eq(kind, "rejects");
    }
    ck_assert_int_eq(ledger_who_wrote(l, "/somewhere/else", &run, kind, &e), 0);
    ck_assert_uint_eq(run, 0);
    ledger_close(l);
    /* Up to date from now on: who only looks finds it so. */
    ck_assert_int_eq(ledger_open(&l, path, true, &e), 0);
    ledger_close(l);
}

START_TEST(an_older_schema_is_brought_up_to_date)
{
    struct ledger *l;
    struct err e = { 0 };
    make_schema_1("db");
    ck_assert_int_eq(ledger_open(&l, "db", true, &e), -1);
    ck_assert_int_eq(e.code, EX_DATA);
    ck_assert_ptr_nonnull(strstr(e.text, "has schema 1, of an older warraq; the "
                                         "next run brings it up to date"));
    check_migrated("db");
}
END_TEST

/* Opens the ledger in a child that dies at its first write beyond `limit`
 * bytes of any file.  Did it die? */
static bool dies_of_size(rlim_t limit)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct rlimit size = { limit, limit }, none = { 0, 0 };
        struct ledger *l;
        struct err e = { 0 };
        signal(SIGXFSZ, SIG_DFL);
        if (setrlimit(RLIMIT_CORE, &none) < 0
            || setrlimit(RLIMIT_FSIZE, &size) < 0)
            _exit(2);
        _exit(ledger_open(&l, "db", false, &e) < 0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
        ck_assert_int_eq(WTERMSIG(status), SIGXFSZ);
        return true;
    }
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    return false;
}

START_TEST(a_migration_killed_at_any_write_is_done_by_the_next)
{
    size_t killed = 0;
    bool dies = true;
    for (rlim_t limit = 256; dies; limit += 1024) {
        unlink("db");
        unlink("db-journal");
        make_schema_1("db");
        dies = dies_of_size(limit);
        killed += dies;
        check_migrated("db");
    }
    ck_assert_uint_ge(killed, 20);
}
END_TEST

START_TEST(a_newer_schema_is_refused_with_the_version_to_use)
{
    static const struct {
        const char *sql, *text;
    } cases[] = {
        { "PRAGMA user_version=99", "has schema 99, of a newer warraq, "
          WARRAQ_VERSION "; this one, " WARRAQ_VERSION ", knows 2: use that one "
          "or a newer one" },
        { "PRAGMA user_version=99; DROP TABLE meta", "has schema 99, of a newer "
          "warraq; this one, " WARRAQ_VERSION ", knows 2: use a newer one" },
    };
    struct err e = { 0 };
    struct ledger *l;
    sqlite3 *db;
    for (size_t i = 0; i < WQ_LEN(cases); i++) {
        make_schema_1("db");
        ledger_close(open_ledger("db"));
        ck_assert_int_eq(sqlite3_open_v2("db", &db, SQLITE_OPEN_READWRITE,
                                         PAGES_VFS), SQLITE_OK);
        ck_assert_int_eq(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL),
                         SQLITE_OK);
        sqlite3_close(db);
        e = (struct err){ 0 };
        ck_assert_int_eq(ledger_open(&l, "db", false, &e), -1);
        ck_assert_int_eq(e.code, EX_DATA);
        if (!strstr(e.text, cases[i].text)) ck_abort_msg("%s", e.text);
        unlink("db");
    }
}
END_TEST

/* ---- made smaller ---- */

static void commit_inputs(struct state *s, const struct ledger_input *in,
                          size_t n, bool is_held)
{
    struct err e = { 0 };
    bool is_committed;
    struct commit c = { .run = { .run = s->run, .pipeline = "p",
                                 .is_held = is_held },
                        .inputs = { (struct ledger_input *)(uintptr_t)in, n } };
    if (commit_run(s, &c, &is_committed, &e) < 0) ck_abort_msg("%s", e.text);
    s->run += !is_held;
}

static struct ledger_input row(const char *path, enum mark_kind kind, uint64_t n,
                               uint64_t byte, bool is_through)
{
    struct ledger_input in = { .path = (char *)(uintptr_t)path, .byte = byte,
                               .line = 1, .is_through = is_through };
    in.mark = (struct mark){ .kind = kind, .n = n, .head_n = 16 };
    snprintf(in.mark.head, sizeof in.mark.head, "head");
    snprintf(in.mark.tail, sizeof in.mark.tail, "tail of %u", (unsigned)n);
    return in;
}

START_TEST(only_what_no_run_can_look_at_goes)
{
    struct state s;
    struct err e = { 0 };
    struct ledger_inputs rows = { 0 };
    uint64_t n = 0;
    if (state_open(&s, "state", LOCK_FAIL, 0, -1, &e) != 0)
        ck_abort_msg("%s", e.text);
    const struct ledger_input first[] = {
        row("/a", MARK_PREFIX, 100, 100, true), /* shorter: may be found again */
        row("/b", MARK_PREFIX, 300, 300, true), /* the same under another name */
        row("/a", MARK_PREFIX, 300, 300, true), /* superseded */
        row("/p", MARK_WHOLE, 700, 10, false),  /* superseded */
        row("/t", MARK_WHOLE, 900, 900, true),  /* an article: may be claimed */
        row("/t", MARK_WHOLE, 900, 900, true),
        row("/h", MARK_PREFIX, 500, 500, true), /* if the held run is discarded */
    };
    const struct ledger_input second[] = {
        row("/a", MARK_PREFIX, 300, 300, true),
        row("/p", MARK_WHOLE, 700, 700, true),
    };
    const struct ledger_input held = row("/h", MARK_PREFIX, 500, 500, true);
    commit_inputs(&s, first, WQ_LEN(first), false);
    commit_inputs(&s, second, WQ_LEN(second), false);
    commit_inputs(&s, &held, 1, true);
    if (ledger_compact(s.ledger, &n, &e) < 0) ck_abort_msg("%s", e.text);
    ck_assert_uint_eq(n, 2);
    ck_assert_int_eq(ledger_by_head(s.ledger, "head", 16, &rows, &e), 0);
    ck_assert_uint_eq(rows.n, 8);
    if (ledger_check(s.ledger, &e) < 0) ck_abort_msg("%s", e.text);
    ledger_inputs_free(&rows);
    ck_assert_int_eq(ledger_compact(s.ledger, &n, &e), 0);
    ck_assert_uint_eq(n, 0);
    state_close(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ledger");
    TCase *tc = tcase_create("ledger");
    tcase_add_checked_fixture(tc, enter, leave);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, an_older_schema_is_brought_up_to_date);
    tcase_add_test(tc, a_migration_killed_at_any_write_is_done_by_the_next);
    tcase_add_test(tc, a_newer_schema_is_refused_with_the_version_to_use);
    tcase_add_test(tc, only_what_no_run_can_look_at_goes);
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
