/* sink_pack.c - see sink_pack.h. */
#include "run/sink_pack.h"
#include <limits.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* Level 1 compresses Arabic JSON at some 430 MB/s on one core, faster than
 * the pipeline makes it. */
enum { ZSTD_LEVEL = 1, GZIP_LEVEL = 6 };

enum packing packing_of(const char *path)
{
    return str_ends(str(path), ".zst")  ? PACK_ZSTD
           : str_ends(str(path), ".gz") ? PACK_GZIP
                                        : PACK_NONE;
}

static int pack_zstd(struct buf *b, struct buf *to, struct err *e)
{
    size_t bound = ZSTD_compressBound(b->n);
    if (buf_reserve(to, bound) < 0) return err_no_memory(e);
    size_t n = ZSTD_compress(to->p, bound, b->p, b->n, ZSTD_LEVEL);
    if (ZSTD_getErrorCode(n) == ZSTD_error_memory_allocation)
        return err_no_memory(e);
    if (ZSTD_isError(n))
        return err_set(e, EX_INTERNAL, "zstd: %s", ZSTD_getErrorName(n));
    to->n = n;
    return 0;
}

static int pack_gzip(struct buf *b, struct buf *to, struct err *e)
{
    z_stream z = { 0 };
    /* 16 + 15: gzip wrapper, largest window; 8: zlib's default memory. */
    if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY)
        != Z_OK)
        return err_no_memory(e);
    int rc = Z_STREAM_ERROR;
    size_t bound = deflateBound(&z, b->n) + 64;
    if (b->n < UINT_MAX / 2 && buf_reserve(to, bound) == 0) {
        z.next_in = (Bytef *)b->p;
        z.avail_in = (uInt)b->n;
        z.next_out = (Bytef *)to->p;
        z.avail_out = (uInt)bound;
        rc = deflate(&z, Z_FINISH);
        to->n = z.total_out;
    }
    deflateEnd(&z);
    return rc == Z_STREAM_END ? 0 : err_no_memory(e);
}

int pack_bytes(enum packing how, struct buf *b, struct err *e)
{
    struct buf packed = { 0 };
    if (how == PACK_NONE) return 0;
    int rc = how == PACK_ZSTD ? pack_zstd(b, &packed, e)
                              : pack_gzip(b, &packed, e);
    if (rc == 0) {
        struct buf plain = *b;
        *b = packed;
        packed = plain;
    }
    buf_free(&packed);
    return rc;
}
