/* pages.c - see pages.h. */
#include "state/pages.h"
#include "base/hash.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { SUM_BYTES = 8, PAGE_MIN = 512, PAGE_MAX = 65536 };

/* A database file or its journal: ours first, the real one's behind it. */
struct page_file {
    sqlite3_file base;
    unsigned char copy[PAGE_MAX]; /* of what is being written or summed up */
};

static sqlite3_file *real(sqlite3_file *f)
{
    return (sqlite3_file *)((struct page_file *)f + 1);
}

/* The default, under ours. */
static sqlite3_vfs *under(void)
{
    return sqlite3_vfs_find(PAGES_VFS)->pAppData;
}

/* ---- checksums ---- */

/* Headers are read in pieces; then all of their page is. */
static bool is_page(int n, sqlite3_int64 at)
{
    return n >= PAGE_MIN && n <= PAGE_MAX && (n & (n - 1)) == 0 && at % n == 0;
}

static void sum_of(const unsigned char *page, int n, unsigned char out[SUM_BYTES])
{
    uint64_t sum = hash64(page, (size_t)n - SUM_BYTES);
    for (int i = 0; i < SUM_BYTES; i++) out[i] = (unsigned char)(sum >> 8 * i);
}

static bool fits(const unsigned char *page, int n)
{
    unsigned char sum[SUM_BYTES];
    sum_of(page, n, sum);
    return memcmp(sum, page + n - SUM_BYTES, SUM_BYTES) == 0;
}

static int page_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    sqlite3_int64 size = 0;
    int rc = real(f)->pMethods->xRead(real(f), p, n, at);
    if (!is_page(n, at)) return rc;
    if (rc == SQLITE_OK) return fits(p, n) ? SQLITE_OK : SQLITE_IOERR_DATA;
    if (rc != SQLITE_IOERR_SHORT_READ) return rc;
    /* Behind the end there is no page yet; half of one is damage. */
    if (real(f)->pMethods->xFileSize(real(f), &size) != SQLITE_OK || at < size)
        return SQLITE_IOERR_DATA;
    return rc;
}

static int write_summed(sqlite3_file *f, const void *page, int n, sqlite3_int64 at)
{
    unsigned char *copy = ((struct page_file *)f)->copy;
    memcpy(copy, page, (size_t)n);
    sum_of(copy, n, copy + n - SUM_BYTES);
    return real(f)->pMethods->xWrite(real(f), copy, n, at);
}

static int page_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    return is_page(n, at) ? write_summed(f, p, n, at)
                          : real(f)->pMethods->xWrite(real(f), p, n, at);
}

/* ---- the journal ---- */

/* https://sqlite.org/fileformat2.html s. 3: a header fills a sector, of which it
 * leaves all zero behind byte 28; the seal stands there.
 *    0 magic  8 number of pages, 12 nonce, sizes  28 sum  36 end  44 IS_SEALED
 * SQLite writes the first twelve bytes when all behind the header is on disk, and
 * changes the database when they are, too.  With them, in one write, goes the seal:
 * the sum of what stands from byte 8 on up to `end`.  Without, a bit of a journal
 * that was left behind would be put back into the database with a new checksum, or
 * the rest of the journal be taken for one that was never finished. */
enum { MAGIC = 8, MARKED = 12, HEADER = 28, END = 36, SEALED = 44, SEAL_END = 45,
       SECTOR = 512, IS_SEALED = 0xA5 };
static const unsigned char magic[MAGIC] = { 0xd9, 0xd5, 0x05, 0xf9,
                                            0x20, 0xa1, 0x63, 0xd7 };

static void put64(unsigned char *p, uint64_t v)
{
    for (int i = 0; i < 8; i++) p[i] = (unsigned char)(v >> 8 * i);
}

static uint64_t get64(const unsigned char *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v |= (uint64_t)p[i] << 8 * i;
    return v;
}

/* The sum of a header but its magic, and of what stands behind its seal. */
static int sum_journal(sqlite3_file *f, const unsigned char *head,
                       sqlite3_int64 from, sqlite3_int64 end, uint64_t *sum)
{
    unsigned char *copy = ((struct page_file *)f)->copy;
    *sum = hash64(head + MAGIC, HEADER - MAGIC);
    for (sqlite3_int64 at = from; at < end;) {
        int n = end - at < PAGE_MAX - 8 ? (int)(end - at) : PAGE_MAX - 8;
        put64(copy, *sum);
        int rc = real(f)->pMethods->xRead(real(f), copy + 8, n, at);
        if (rc != SQLITE_OK) return rc;
        *sum = hash64(copy, (size_t)n + 8);
        at += n;
    }
    return SQLITE_OK;
}

static int write_sealed(sqlite3_file *f, const void *p, sqlite3_int64 at)
{
    unsigned char head[SEAL_END] = { 0 };
    sqlite3_int64 end = 0;
    uint64_t sum = 0;
    int rc = real(f)->pMethods->xRead(real(f), head, HEADER, at);
    memcpy(head, p, MARKED);
    if (rc == SQLITE_OK) rc = real(f)->pMethods->xFileSize(real(f), &end);
    if (rc == SQLITE_OK) rc = sum_journal(f, head, at + SEAL_END, end, &sum);
    if (rc != SQLITE_OK) return rc;
    put64(head + HEADER, sum);
    put64(head + END, (uint64_t)end);
    head[SEALED] = IS_SEALED;
    return real(f)->pMethods->xWrite(real(f), head, SEAL_END, at);
}

/* A page as it was stands behind its number, which is four bytes: at 4 of 8, where
 * nothing else of that size is.  It goes out with its sum, which SQLite's copy in
 * memory does not have: whoever plays the journal back may know nothing of sums.
 * SQLite's own check of an image takes one byte of 200, none of the last 8. */
static int journal_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    if (n == MARKED && memcmp(p, magic, MAGIC) == 0) return write_sealed(f, p, at);
    if (is_page(n, 0) && at % 8 == 4) return write_summed(f, p, n, at);
    return real(f)->pMethods->xWrite(real(f), p, n, at);
}

/* May the journal be played back from this header on, or left, as it deserves?  A
 * power cut leaves the begin of the write of a seal, or its end, or anything where
 * nothing was written: then the database was not touched. */
static int check_seal(sqlite3_file *f, sqlite3_int64 at)
{
    unsigned char head[SEAL_END] = { 0 };
    sqlite3_int64 size = 0;
    uint64_t sum = 0;
    int rc = real(f)->pMethods->xFileSize(real(f), &size);
    if (rc == SQLITE_OK) rc = real(f)->pMethods->xRead(real(f), head, SEAL_END, at);
    bool is_cut = rc == SQLITE_IOERR_SHORT_READ || size < at + SECTOR;
    bool is_marked = memcmp(head, magic, MAGIC) == 0;
    if (is_cut) return is_marked ? SQLITE_IOERR_DATA : SQLITE_OK;
    if (rc != SQLITE_OK || head[0] == 0 || head[SEALED] == 0) return rc;
    uint64_t end = get64(head + END);
    bool is_whole = head[SEALED] == IS_SEALED && end <= (uint64_t)size;
    if (is_whole)
        rc = sum_journal(f, head, at + SEAL_END, (sqlite3_int64)end, &sum);
    if (rc != SQLITE_OK) return rc;
    is_whole = is_whole && sum == get64(head + HEADER);
    return is_whole == is_marked ? SQLITE_OK : SQLITE_IOERR_DATA;
}

static int journal_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    if (n == MAGIC && at % SECTOR == 0) {
        int rc = check_seal(f, at);
        if (rc != SQLITE_OK) return rc;
    }
    return real(f)->pMethods->xRead(real(f), p, n, at);
}

/* ---- the rest is the real file's ---- */

static int page_close(sqlite3_file *f)
{
    return real(f)->pMethods->xClose(real(f));
}
static int page_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return real(f)->pMethods->xTruncate(real(f), size);
}
static int page_sync(sqlite3_file *f, int flags)
{
    return real(f)->pMethods->xSync(real(f), flags);
}
static int page_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real(f)->pMethods->xFileSize(real(f), size);
}
static int page_lock(sqlite3_file *f, int lock)
{
    return real(f)->pMethods->xLock(real(f), lock);
}
static int page_unlock(sqlite3_file *f, int lock)
{
    return real(f)->pMethods->xUnlock(real(f), lock);
}
static int page_reserved(sqlite3_file *f, int *is_reserved)
{
    return real(f)->pMethods->xCheckReservedLock(real(f), is_reserved);
}
static int page_control(sqlite3_file *f, int op, void *arg)
{
    return real(f)->pMethods->xFileControl(real(f), op, arg);
}
static int page_sector(sqlite3_file *f)
{
    return real(f)->pMethods->xSectorSize(real(f));
}
static int page_traits(sqlite3_file *f)
{
    int traits = real(f)->pMethods->xDeviceCharacteristics(real(f));
#ifdef SQLITE_IOCAP_SUBPAGE_READ
    traits &= ~SQLITE_IOCAP_SUBPAGE_READ; /* parts of pages have no checksum */
#endif
    return traits;
}

static int page_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f,
                     int flags, int *out)
{
    /* Version 1: no shared memory, no mapping around page_read. */
    static const sqlite3_io_methods database = {
        1, page_close, page_read, page_write, page_truncate, page_sync,
        page_size, page_lock, page_unlock, page_reserved, page_control,
        page_sector, page_traits, NULL, NULL, NULL, NULL, NULL, NULL,
    };
    static const sqlite3_io_methods journal = {
        1, page_close, journal_read, journal_write, page_truncate, page_sync,
        page_size, page_lock, page_unlock, page_reserved, page_control,
        page_sector, page_traits, NULL, NULL, NULL, NULL, NULL, NULL,
    };
    sqlite3_vfs *below = under();
    (void)vfs;
    if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL)))
        return below->xOpen(below, name, f, flags, out);
    f->pMethods = NULL; /* not open: SQLite then does not close it */
    int rc = below->xOpen(below, name, real(f), flags, out);
    if (rc == SQLITE_OK)
        f->pMethods = flags & SQLITE_OPEN_MAIN_DB ? &database : &journal;
    else if (real(f)->pMethods)
        real(f)->pMethods->xClose(real(f));
    return rc;
}

static int page_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    return under()->xDelete(under(), name, sync);
}
static int page_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    return under()->xAccess(under(), name, flags, out);
}
static int page_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    return under()->xFullPathname(under(), name, n, out);
}
static int page_random(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    return under()->xRandomness(under(), n, out);
}
static int page_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return under()->xSleep(under(), us);
}
static int page_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    return under()->xCurrentTime(under(), out);
}
static int page_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    return under()->xGetLastError(under(), n, out);
}

int pages_register(void)
{
    static sqlite3_vfs ours = { /* SQLite links it into its list */
        .iVersion = 1, .zName = PAGES_VFS, .xOpen = page_open,
        .xDelete = page_delete, .xAccess = page_access,
        .xFullPathname = page_path, .xRandomness = page_random,
        .xSleep = page_sleep, .xCurrentTime = page_time,
        .xGetLastError = page_error,
    };
    int rc = sqlite3_initialize(); /* sqlite3_vfs_find does not say why not */
    if (rc != SQLITE_OK || sqlite3_vfs_find(PAGES_VFS)) return rc;
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    if (!below) return SQLITE_ERROR;
    ours.szOsFile = (int)sizeof(struct page_file) + below->szOsFile;
    ours.mxPathname = below->mxPathname;
    ours.pAppData = below;
    return sqlite3_vfs_register(&ours, 0);
}

int pages_reserve(sqlite3 *db)
{
    int n = SUM_BYTES;
    return sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &n);
}
