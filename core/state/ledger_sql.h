/* ledger_sql.h - the statements of the ledger, and how one is run.  Internal to
 * ledger.c (open, schema), ledger_read.c and ledger_write.c.
 *
 * Functions give 0, or -1 with e.  [main] */
#ifndef WQ_STATE_LEDGER_SQL_H
#define WQ_STATE_LEDGER_SQL_H
#include "state/ledger.h"
#include <sqlite3.h>

enum { LEDGER_DAMAGED = 2 }; /* in is_through, beside false and true */

/* By what they do; the words are in ledger_sql.c. */
enum query {
    BEGIN, COMMIT, ROLLBACK, ID, LAST_RUN, BY_PATH, BY_HEAD, ALL_INPUTS, FORGET,
    ADD_RUN, ADD_COUNTER, ADD_INPUT, ADD_OUTPUT, ADD_SEGMENT, DROP_SEGMENT,
    END_SEGMENT, DROP_FILES, DROP_STAGE, ADD_UNFINISHED, UNFINISHED, FINISHED,
    HELD_RUN, HELD_FILES, SHOW_HELD, DROP_ENDED_FILES, DROP_ENDED, ACCEPT,
    DROP_HELD, DROP_HELD_SEGMENTS, NOT_ENDED, FORGET_SEGMENTS, FORGET_INPUTS,
    FORGET_COUNTERS, FORGET_OUTPUTS, FORGET_RUN, RUNS, COUNTERS, SEGMENTS, CHECK,
    MAKER, WHO_WROTE, DROP_SUPERSEDED, VACUUM, QUERIES
};

struct ledger {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *prepared[QUERIES];
    int stop_fd; /* ledger_be_patient */
};

/* One value of a statement. */
struct sql_value {
    enum { SQL_TEXT, SQL_INT } type;
    const char *text; /* NULL: no value */
    int64_t i;
};
#define T(s) (struct sql_value){ .type = SQL_TEXT, .text = (s) }
#define I(n) (struct sql_value){ .type = SQL_INT, .i = (int64_t)(n) }

/* What SQLite said, as an error of ours.  Returns -1. */
int sql_failed(const struct ledger *l, int rc, struct err *e);
/* Runs a statement that gives no rows.  Values it has no place for are left
 * out. */
int sql_run(struct ledger *l, enum query q, const struct sql_value *v, size_t n,
            struct err *e);
#define RUN(l, q, e, ...)                                                      \
    sql_run(l, q, (const struct sql_value[]){ __VA_ARGS__ },                   \
            sizeof(const struct sql_value[]){ __VA_ARGS__ }                    \
                / sizeof(struct sql_value), e)
/* Runs a statement for its rows; `each` reads one and gives 0 or -1 (e set). */
int sql_rows(struct ledger *l, enum query q, const struct sql_value *v, size_t n,
             int (*each)(void *to, sqlite3_stmt *row, struct err *e), void *to,
             struct err *e);
/* Ends the transaction that BEGIN began: commits it, or undoes it if rc is not 0
 * or the commit fails, and returns -1. */
int sql_end(struct ledger *l, int rc, struct err *e);

/* Columns of a row; a text lives until the next one ("": none). */
const char *sql_text(sqlite3_stmt *row, int column);
uint64_t sql_number(sqlite3_stmt *row, int column);
void sql_hash(sqlite3_stmt *row, int column, char out[33]);
/* each() of a statement that gives one number: *(uint64_t *)to. */
int sql_take_number(void *to, sqlite3_stmt *row, struct err *e);
/* Room for one more in an array that grows; NULL: no memory. */
void *sql_grow(void *list, size_t *n, size_t size);

/* mark.kind as a column says it. */
extern const char *const ledger_kinds[2];
#endif
