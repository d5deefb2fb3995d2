/* sink_pack.h - packing by frames (zstd) and members (gzip) of their own. */
#ifndef WQ_RUN_SINK_PACK_H
#define WQ_RUN_SINK_PACK_H
#include "base/str.h"

enum packing { PACK_NONE, PACK_ZSTD, PACK_GZIP };

/* By the suffix of a path: .zst .gz */
enum packing packing_of(const char *path);
/* Packs what is in `b`, in place; an empty frame of nothing.  -1: no memory, or
 * EX_INTERNAL; b is as it was.  [any] */
int pack_bytes(enum packing how, struct buf *b, struct err *e);
#endif
