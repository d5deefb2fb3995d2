/* gone.h - what left the stream early, as lines that can be fed in again.
 *
 *   dropped   the article as it stood, plus "dropped": "<label>/<reason>"
 *   rejects   {"file","line","byte","stage","reason","message","record"}, the
 *             record as it came in ("raw_base64" if none could be read); "id" if
 *             it has none of its own, "replays" if it was fed in again         */
#ifndef WQ_RUN_GONE_H
#define WQ_RUN_GONE_H
#include "run/codec.h"
#include "run/sink_fan.h"
#include "run/stage.h"

/* How dead letters are written, and read again. */
struct dead_letters {
    struct codec *jsonl;
    struct codec *plain; /* jsonl with `plain: true` */
    bool want_dropped;
    const struct fan *dropped; /* dropped go to many files; NULL: to one */
};

/* Encodes b->gone, in stream order, to b->dropped (if wanted) and b->rejects.
 * [worker] */
int gone_encode(struct batch *b, const struct stage *stages,
                const struct dead_letters *to, size_t worker, struct err *e);
#endif
