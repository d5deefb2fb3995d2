/* reader.h - the input files as a stream of batches of whole records.
 *
 *   file -> source -> raw bytes -> split by the format -> pieces of a batch
 *
 * Where batches end depends on sizes in the input alone, never on threads or
 * on how fast a pipe delivers, so that everything behind is reproducible. */
#ifndef WQ_RUN_READER_H
#define WQ_RUN_READER_H
#include "run/batch.h"
#include "run/codec.h"
#include "run/paths.h"
#include "state/inputs.h"

#define READER_BATCH_BYTES ((size_t)256 << 10) /* of input, aimed at */
#define READER_MAX_RECORD  WQ_MAX_FIELD        /* bytes; larger is rejected */

/* A file that was opened; lives as long as the reader. */
struct input_file {
    char *path;
    struct codec *codec; /* of its format */
    struct input_file *next;
    uint64_t read; /* bytes of it that were handed out */
    /* With a state: what it was known as, and how far it has been read. */
    const struct input *from;
    uint64_t byte, line; /* of what has not been handed out */
    bool is_through;     /* nothing is behind that */
    bool is_damaged;     /* nothing that can be read is */
    struct mark mark;    /* PREFIX: of what was; WHOLE: of the file */
};

struct reader;

/* Reads paths (borrowed) in order; files are in one of `codecs` (n of them): the
 * only one, or, with several, by suffix and then by their first bytes.
 * limit: at most so many records; 0: all.  [main] */
struct reader *reader_open(const struct paths *paths, struct codec *codecs,
                           size_t n, uint64_t limit, int stop_fd,
                           struct err *e);
/* Reads n files that a state has told of (borrowed) from where they are new on.
 * What is no longer as it was told is left for the next run; so is the end of a
 * file that grows, if it is not a whole record yet.  Before reader_next. */
void reader_resume(struct reader *r, const struct input *const *from, size_t n);
/* Are records appended to files of this format?  path, and the first bytes. */
bool reader_grows(struct codec *codecs, size_t n, const char *path,
                  wq_str head);
/* The format of a file by its name, else by its first bytes; with one codec it
 * is that.  NULL: none fits. */
struct codec *reader_codec(struct codec *codecs, size_t n, const char *path,
                           wq_str head);
/* Can this file be opened, and its format be told by its name or the first bytes
 * in it?  0, or -1 with e: EX_DATA, EX_NO_INPUT, EX_NO_PERM, EX_IO, EX_NO_MEMORY. */
int reader_tells(struct codec *codecs, size_t n, const char *path,
                 struct err *e);
/* The same from memory, as one file called `name`. */
struct reader *reader_memory(const char *name, wq_str text, struct codec *codec,
                             struct err *e);
/* Fills an empty batch.  Returns 1, or 0 at the end of the input, or -1 with e
 * filled.  A damaged file is no error here: what could not be read becomes a
 * bad piece and is counted in *damaged.  worker: who calls.  [serial] */
int reader_next(struct reader *r, size_t worker, struct batch *b,
                struct err *e);
/* No further file and no further byte is begun.  [serial] */
void reader_stop(struct reader *r);
/* No more is read.  All files that were opened, newest first. */
const struct input_file *reader_finish(struct reader *r);
uint64_t reader_bytes(const struct reader *r);   /* handed out so far */
uint64_t reader_damaged(const struct reader *r); /* files cut short by damage */
void reader_close(struct reader *r);
#endif
