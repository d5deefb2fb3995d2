/* replay.h - reject lines taken apart: what is in them goes on as if it had
 * been read where it came from.
 *
 *   {"file":"a.txt","line":7,...,"record":{...}}      ->  {...}   of a.txt:7
 *   {"file":"b.html","line":1,...,"raw_base64":"..."} ->  bytes   of b.html:1
 *
 * A batch of lines becomes the batch that they were, in place, before it is
 * decoded; nothing behind knows of it.  What is no reject line becomes a bad
 * piece.  A line that holds neither (its record was too large to keep) goes
 * through as the reject it is. */
#ifndef WQ_RUN_REPLAY_H
#define WQ_RUN_REPLAY_H
#include "run/batch.h"
#include "run/codec.h"

/* The formats that it takes. */
struct replay {
    struct codec *lines;      /* of reject lines: jsonl with `plain: true`    */
    struct codec *records;    /* of what stands in `record`: jsonl            */
    struct codec *inputs;     /* of raw bytes: by the name of their file ...  */
    size_t n_inputs;          /* ... and by how they begin                    */
};

/* Takes the lines of a batch apart.  0, or -1 with e. [worker] */
int replay_unwrap(const struct replay *r, size_t worker, struct batch *b,
                  struct err *e);
#endif
