/* source.h - bytes out of a file, standard input or memory, decompressed.
 *
 * Compression is told by the first bytes, not by the name: zstd (RFC 8878 s.
 * 3.1.1) and gzip (RFC 1952 s. 2.3.1), several frames or members in a row too. */
#ifndef WQ_RUN_SOURCE_H
#define WQ_RUN_SOURCE_H
#include "base/str.h"
#include <stdint.h>

struct source;

/* Opens path ("-": standard input).  stop_fd: a descriptor that becomes
 * readable when the run should stop (-1: none); reading then ends early.
 * NULL with e filled: EX_NO_INPUT, EX_NO_PERM, EX_IO, EX_NO_MEMORY. */
struct source *source_open(const char *path, int stop_fd, struct err *e);
/* Reads from memory instead; borrows it. */
struct source *source_memory(wq_str text, struct err *e);
/* Fills p[0..n) as far as the file goes.  Returns how many bytes; fewer than n
 * only at the end or when stopped.  -1 with e filled if the file is damaged
 * (EX_DATA) or cannot be read (EX_IO); what came before was returned. */
ptrdiff_t source_read(struct source *s, char *p, size_t n, struct err *e);
/* The first bytes, at most n, without taking them. */
ptrdiff_t source_peek(struct source *s, char *p, size_t n, struct err *e);
/* Takes the first n bytes without handing them out, before any was read.  0, or
 * -1 with e filled as by source_read. */
int source_skip(struct source *s, uint64_t n, struct err *e);
/* The file's descriptor, for pread(2) and fstat(2); -1: memory. */
int source_fd(const struct source *s);
/* Did stop_fd end the reading?  Then what was read last may be half a record. */
bool source_was_stopped(const struct source *s);
void source_close(struct source *s);
#endif
