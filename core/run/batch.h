/* batch.h - a stretch of the stream on its way through the pipeline.
 *
 *   raw     [ piece 0 | piece 1 | ... ]      bytes as read, decompressed
 *   records [ r r r ... ]                    on their way, in stream order
 *   gone    [ r r ... ]                      dropped and rejected, in the order
 *                                            in which they left
 *   out, dropped, rejects, notes             what the writer will write
 *
 * A batch is touched by one thread at a time; the scheduler hands it on. */
#ifndef WQ_RUN_BATCH_H
#define WQ_RUN_BATCH_H
#include "record/record.h"

struct input_file;

/* Bytes of one file, whole records only; or, with `bad` set, bytes that are no
 * record and go to the rejects as they are. */
struct piece {
    const struct input_file *file;
    size_t at, n;        /* in raw */
    uint64_t byte, line; /* of its first byte in the file; line from 1 */
    const char *bad;     /* reason, or NULL */
    const char *message;
    uint64_t bad_bytes;  /* how long the bad record is, if it is not in raw */
    uint32_t replays;    /* how often it was fed in again; 0: as it came      */
    wq_str made_id;      /* what its record was called then; p NULL: made new */
};

/* The id of a record that has none of its own: "x-" and the XXH3-128 of its url,
 * else of the bytes it was read from, in hex; of one that is fed in again what it
 * was called before.  false: it has one; out is as it was. */
enum { MADE_ID = 2 + 32 + 1 };
bool batch_made_id(const wq_record *r, const struct piece *from,
                   char out[MADE_ID]);

const char *piece_name(const struct piece *p); /* path; "-": standard input */
bool piece_comes_again(const struct piece *p); /* of an input that changed */

/* What was encoded, by the files it goes to, if the path of an output has fields
 * (sink_fan.h). */
struct share {
    wq_str name;  /* of the file, in the arena */
    size_t at, n; /* in the buffer of what was encoded */
};
struct frame {
    size_t file;
    struct buf bytes; /* that it gets next */
};
struct spread {
    struct share *shares; /* in the arena */
    size_t n_shares;
    struct frame *frames;
    size_t n_frames, cap_frames;
};

struct batch {
    uint64_t seq;         /* place in the stream, from 0 */
    size_t step;          /* the scheduler's */
    struct batch *next;   /* in a queue of the scheduler's */
    bool is_last;         /* no input follows: ordered stages flush */
    struct arena arena, prepared_arena;
    struct buf raw;       /* WQ_PADDING readable bytes behind it */
    struct piece *pieces;
    size_t n_pieces, cap_pieces;
    wq_record **records, **gone;
    size_t n_records, cap_records, n_gone, cap_gone;
    wq_record *orphans, *last_orphan; /* emitted by flush: a list */
    void **prepared;      /* what prepare left for process */
    uint64_t *ids;        /* hashes of the ids read, n_ids of them */
    size_t n_ids;
    uint64_t n_in, n_emitted, n_out, n_empty;
    size_t counted_bytes; /* the scheduler's: memory it was seen to hold */
    struct buf out, dropped, rejects, notes;
    struct spread out_spread, dropped_spread; /* of out and dropped */
};

/* Adds to records or gone.  -1: no memory. */
int batch_push(wq_record ***list, size_t *n, size_t *cap, wq_record *r);
/* Empties it for the next stretch, keeping its memory. */
void batch_reset(struct batch *b);
void batch_free(struct batch *b);
/* Bytes of memory it holds. */
size_t batch_bytes(const struct batch *b);
#endif
