/* mark.h - what a file, or the part of it that was read, is known by.
 *
 *   |<-- head -->|                 |<------ tail ------>|
 *   [ first line |  ...            |  ...   | last line ]  n bytes
 *
 * head: the first 16, 256, 4096 or 65536 bytes, the most that n holds, so that a
 * file can be looked up by its begin whatever is known of it.  tail: the last
 * 65536 bytes, or all n.  So up to 64 KiB every byte counts; of larger files the
 * middle is taken on trust.  The first and the last line (of what is in lines;
 * else the first and last 256 bytes) tell a file that was edited, which shares
 * one of them, from another one under the same name.  XXH3-128 in hex. */
#ifndef WQ_STATE_MARK_H
#define WQ_STATE_MARK_H
#include "base/str.h"
#include <stdint.h>

#define MARK_BLOCK ((size_t)64 << 10)
enum { MARK_HEADS = 4 }; /* sizes a head can have */

enum mark_kind {
    MARK_PREFIX, /* n bytes of a file that records are appended to */
    MARK_WHOLE   /* all n bytes of a file that is packed or one article */
};

struct mark {
    enum mark_kind kind;
    uint64_t n;
    uint32_t head_n;                            /* 0: n is below 16 */
    char head[33], tail[33], first[33], last[33];
};

/* The bytes that make a mark, gathered as they are read. */
struct marking {
    uint64_t n;
    size_t head_n, tail_n;
    char head[MARK_BLOCK], tail[MARK_BLOCK];
};

/* Adds bytes behind those there are.  Cannot fail. */
void marking_add(struct marking *m, const char *p, size_t n);
/* The first n bytes of an open file.  0; -1: they are not there, errno 0, or
 * cannot be read. */
int marking_read(struct marking *m, int fd, uint64_t n);
void mark_make(const struct marking *m, enum mark_kind kind, struct mark *out);
bool mark_eq(const struct mark *a, const struct mark *b);
/* The i-th size of a head. */
uint32_t mark_head_size(size_t i);
#endif
