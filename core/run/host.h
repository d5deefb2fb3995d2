/* host.h - the table handed to plugins, and the call in progress behind it. */
#ifndef WQ_RUN_HOST_H
#define WQ_RUN_HOST_H
#include "run/batch.h"
#include <stdatomic.h>

struct codecs; /* run/codec.h */
struct memory; /* run/memory.h */

/* What a worker is doing right now, for the crash handler and the watchdog:
 * plain stores by the worker, racy reads by those two. */
struct now {
    _Atomic(const char *) label;       /* stage or format; NULL: our own code */
    _Atomic(const wq_record *) record; /* the one touched last */
    _Atomic uint64_t call;             /* counts calls into plugins */
    _Atomic int64_t limit_ms;          /* 0: none */
};
extern _Thread_local struct now *host_now;

/* Counts of one stage; a worker has its own, the run adds them up. */
struct stage_stats {
    uint64_t in, kept, dropped, rejected, emitted, nanoseconds;
    uint64_t excused;                   /* rejected, and kept by on_error: keep */
    uint64_t *dropped_by, *rejected_by; /* by reason; one more: no reason */
    uint64_t *counters;
};

struct wq_ctx {
    const char *label;
    const wq_stage *stage;     /* NULL: a format's call */
    struct stage_stats *stats; /* NULL: not counted */
    struct batch *batch;       /* NULL: [main] */
    struct arena *scratch;     /* for this call */
    const struct piece *piece; /* decode: what is read */
    const wq_record *newest;   /* made by record_new last */
    /* decode through format/1: where records go instead of the batch */
    int (*each)(void *to, wq_record *record, const char *why);
    void *each_to;
    wq_record *const *records; /* process: the batch */
    size_t n_records;
    uint32_t *reasons;         /* process: reason of each, UINT32_MAX: none */
    const char **messages;
    bool failed;
    struct err err;
    size_t worker;
    const struct codecs *codecs; /* what format/1 can speak; NULL: nothing */
    struct memory *memory;       /* state/1, of an ordered stage; NULL: none */
};

/* The one table.  [any] */
const wq_host *host_table(void);
/* Extensions: the command registers them before anything runs.  [main] */
int host_offer(const char *id, const void *table);

/* Marks the begin and the end of a call into a plugin. */
void host_enter(const char *label, int64_t limit_ms);
void host_leave(void);

/* A record that is no record: goes to the rejects. */
wq_record *host_bad_record(struct batch *b, const struct piece *piece,
                           wq_str raw, const char *reason,
                           const char *message);
#endif
