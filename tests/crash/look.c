/* look.c - another program that reads the ledger, as anyone may: SQLite as it is.
 *
 *   look LEDGER        prints how many runs there are
 *   look LEDGER hold   the same, and holds what it reads until its standard input
 *                      ends */
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

static int print_it(void *to, int n, char **values, char **names)
{
    (void)to;
    (void)n;
    (void)names;
    printf("%s\n", values[0]);
    return fflush(stdout);
}

int main(int argc, char **argv)
{
    sqlite3 *db = NULL;
    char byte;
    if (argc < 2) {
        fprintf(stderr, "usage: look LEDGER [hold]\n");
        return 64;
    }
    int rc = sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_busy_timeout(db, 10000);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "BEGIN; SELECT count(*) FROM runs", print_it, NULL,
                          NULL);
    if (rc != SQLITE_OK) fprintf(stderr, "look: %s\n", sqlite3_errmsg(db));
    while (rc == SQLITE_OK && argc > 2 && read(STDIN_FILENO, &byte, 1) > 0) {}
    sqlite3_close(db);
    return rc == SQLITE_OK ? 0 : 1;
}
