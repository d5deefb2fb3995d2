/* sink.h - an output: written aside, shown at its name only when all is well.
 *
 * A regular file is written as a temporary one beside its place, synced, and
 * renamed by sink_commit.  A pipe, a device and standard output ("-") are
 * written as they are.  Nothing of an aborted run stays behind.  An output with
 * fields in its path is many files (sink_fan.h), which are one here. */
#ifndef WQ_RUN_SINK_H
#define WQ_RUN_SINK_H
#include "run/sink_fan.h"

struct sink {
    char *path;        /* "-": standard output; NULL: memory                  */
    char *temporary;   /* NULL: written in place; freed at the end only, since
                          a signal handler may be about to unlink it          */
    bool is_aside;     /* it is there, and ours                               */
    bool in_place;     /* a pipe, a device, standard output                   */
    struct buf *memory;
    int fd;            /* -1: not open                                        */
    struct fan *fan;   /* its path has fields: many files, and no fd; NULL    */
    enum packing packing;
    uint64_t bytes;    /* written, as they lie on the disk                    */
};

/* Opens path, making missing folders of it; packed by its suffix (.zst .gz).
 * tag: of the temporary file, "PATH.tmp-TAG"; NULL: the process id.
 * -1: EX_CANT_CREATE, EX_NO_PERM.  [main] */
int sink_open(struct sink *s, const char *path, const char *tag, struct err *e);
/* Opens an output of many files; takes the fan over, whatever it returns. */
int sink_open_fan(struct sink *s, struct fan *f, struct err *e);
void sink_memory(struct sink *s, struct buf *to);
/* Of one file: packs what is in `b` as a frame (zstd) or member (gzip) of its own;
 * b stays as it is if the sink is not packed.  [worker] */
int sink_pack(const struct sink *s, struct buf *b, struct err *e);
/* -1: EX_IO. [serial] */
int sink_write(struct sink *s, const struct buf *b, struct err *e);
/* Would `path` be written to the same file?  Not open, or many: false. */
bool sink_is(const struct sink *s, const char *path);
/* Syncs, and sees that path + suffix can be renamed to: after it only the
 * renames themselves can fail. */
int sink_sync(struct sink *s, const char *suffix, struct err *e);
/* Sees once more that it can be renamed, now that the others are synced, and have
 * made their folders. */
int sink_check(struct sink *s, const char *suffix, struct err *e);
/* Shows it at path + suffix ("" or ".held").  Not open, or in place: nothing. */
int sink_commit(struct sink *s, const char *suffix, struct err *e);
/* After sink_sync, of one file: the temporary file is somebody else's from here
 * on, and stays whatever happens.  false: there is none. */
bool sink_hand_over(struct sink *s);
/* Takes the temporary file away, if it was not committed, and frees. */
void sink_close(struct sink *s);
/* Unlinks the temporary files of all open sinks.  Safe in a signal handler. */
void sink_unlink_all(void);
#endif
