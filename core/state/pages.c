/* pages.c - see pages.h. */
#include "state/pages.h"
#include "base/hash.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { SUM_BYTES = 8, PAGE_MIN = 512, PAGE_MAX = 65536 };

/* A database file: ours first, the real one's behind it. */
struct page_file {
    sqlite3_file base;
    unsigned char copy[PAGE_MAX]; /* of a page being written */
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

static int page_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    unsigned char *copy = ((struct page_file *)f)->copy;
    if (!is_page(n, at)) return real(f)->pMethods->xWrite(real(f), p, n, at);
    memcpy(copy, p, (size_t)n);
    sum_of(copy, n, copy + n - SUM_BYTES);
    return real(f)->pMethods->xWrite(real(f), copy, n, at);
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
    static const sqlite3_io_methods methods = {
        1, page_close, page_read, page_write, page_truncate, page_sync,
        page_size, page_lock, page_unlock, page_reserved, page_control,
        page_sector, page_traits, NULL, NULL, NULL, NULL, NULL, NULL,
    };
    sqlite3_vfs *below = under();
    (void)vfs;
    if (!(flags & SQLITE_OPEN_MAIN_DB))
        return below->xOpen(below, name, f, flags, out);
    f->pMethods = NULL; /* not open: SQLite then does not close it */
    int rc = below->xOpen(below, name, real(f), flags, out);
    if (rc == SQLITE_OK) f->pMethods = &methods;
    else if (real(f)->pMethods) real(f)->pMethods->xClose(real(f));
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
    if (sqlite3_vfs_find(PAGES_VFS)) return SQLITE_OK;
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
