/* pages.h - a checksum at the end of every page of the ledger.
 *
 * SQLite sees that a page is well formed, not that it is the one it wrote: a bit
 * that flips in a path or a hash would make a file new again.  This is a layer
 * (VFS) under SQLite: the last 8 of each page's bytes, which it leaves alone
 * (file format, "reserved space"), hold XXH3-64 of the others; a page that does
 * not fit is SQLITE_IOERR_DATA wherever it is read.  Other programs can read the
 * ledger as they like; what they write to it would not fit.
 *
 * The journal, which brings pages back after a crash, has one sum over all of it:
 * a damaged one is SQLITE_IOERR_DATA, too, and stays where it is.  The pages in it
 * have their sums: another program that reads the ledger after a crash, and so
 * plays the journal back, leaves a sound one. */
#ifndef WQ_STATE_PAGES_H
#define WQ_STATE_PAGES_H
#include <sqlite3.h>

#define PAGES_VFS "warraq"

/* Makes the layer known to SQLite.  SQLITE_OK, or why not.  [main] */
int pages_register(void);
/* Has a new database leave room for the checksums; before it has tables. */
int pages_reserve(sqlite3 *db);
#endif
