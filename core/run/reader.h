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

#define READER_BATCH_BYTES ((size_t)256 << 10) /* of input, aimed at */
#define READER_MAX_RECORD  WQ_MAX_FIELD        /* bytes; larger is rejected */

/* A file that was opened; lives as long as the reader. */
struct input_file {
    char *path;
    struct codec *codec; /* of its format */
    struct input_file *next;
};

struct reader;

/* Reads paths (borrowed) in order; files are in one of `codecs` (n of them): the
 * only one, or, with several, by suffix and then by their first bytes.
 * limit: at most so many records; 0: all.  [main] */
struct reader *reader_open(const struct paths *paths, struct codec *codecs,
                           size_t n, uint64_t limit, int stop_fd,
                           struct err *e);
/* The same from memory, as one file called `name`. */
struct reader *reader_memory(const char *name, wq_str text, struct codec *codec,
                             struct err *e);
/* Fills an empty batch.  Returns 1, or 0 at the end of the input, or -1 with e
 * filled.  A damaged file is no error here: what could not be read becomes a
 * bad piece and is counted in *damaged.  [serial] */
int reader_next(struct reader *r, struct batch *b, struct err *e);
/* No further file and no further byte is begun.  [serial] */
void reader_stop(struct reader *r);
uint64_t reader_bytes(const struct reader *r);   /* handed out so far */
uint64_t reader_damaged(const struct reader *r); /* files cut short by damage */
void reader_close(struct reader *r);
#endif
