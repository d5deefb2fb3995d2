/* stage.h - a stage at work on batches, and what it did counted. */
#ifndef WQ_RUN_STAGE_H
#define WQ_RUN_STAGE_H
#include "run/host.h"
#include "run/memory.h"
#include "run/plan.h"

/* Why the host itself takes a record out at a stage; their names stand behind
 * the stage's own reasons. */
enum host_reason {
    REASON_UNSPECIFIED,  /* the stage gave none                              */
    REASON_CRASHED,      /* it died on the record: a signal, or it left      */
    REASON_TIMED_OUT,    /* time_limit                                       */
    REASON_OUT_OF_MEMORY,
    REASON_NONSENSE,     /* it answered what cannot be: isolated stages only,
                            of others this ends the run                      */
    HOST_REASONS
};

struct stage {
    const struct plan_stage *plan;
    const wq_stage *desc;
    uint32_t index;
    bool is_ordered;
    void **instances;           /* PURE: one a worker; ORDERED: one */
    size_t n_instances;
    struct stage_stats *stats;  /* one a worker */
    size_t n_workers;
    const struct codecs *codecs;/* the run's */
    struct memory memory;       /* ORDERED: what it keeps between runs */
    const struct page *page;    /* ORDERED and isolated: told of each record,
                                   which has calls of its own; NULL          */
    wq_key *reasons;            /* keys of stage_reason, stage_n_reasons      */
    const char *fault;          /* the last call gave nonsense: what; or NULL  */
};

/* Opens all stages of a plan, and tries its formats; reports every failure.
 * [main] */
void stages_open(struct plan *plan, struct diags *diags);
void stages_close(struct plan *plan); /* [main] */
/* Sets an open stage up for n_workers, all but its instances; state: of the run,
 * or NULL; *next: number of the run's next segment.  -1 with e filled;
 * stage_close either way. [main] */
int stage_open(struct stage *s, const struct plan *plan, uint32_t index,
               size_t n_workers, const struct codecs *codecs,
               struct state *state, unsigned *next, struct err *e);
/* Starts its instances.  -1 with e filled. [main] */
int stage_start(struct stage *s, struct err *e);
void stage_close(struct stage *s); /* [main] */
/* prepare(), for an ordered stage that has it.  scratch: as for stage_run. */
int stage_prepare(struct stage *s, size_t worker, struct batch *b,
                  struct err *e);
/* process(): what is kept stays in b->records, children behind their parents;
 * the rest moves to b->gone.  scratch: emptied after the call.
 * PURE: [worker], ORDERED: [serial]. */
int stage_run(struct stage *s, size_t worker, struct batch *b,
              struct arena *scratch, struct err *e);
/* flush(), for an ordered stage that has it. [serial] */
int stage_flush(struct stage *s, size_t worker, struct batch *b,
                struct arena *scratch, struct err *e);
/* Takes a record out as if the stage had rejected it, for a reason of the host's
 * and with a message (borrowed; NULL: none): it goes by on_error, back to
 * b->records or to b->gone, and is counted, as `in`, too.  1: it stays, 0: it is
 * gone, -1 with e filled: no memory, or on_error: stop.  As stage_run. */
int stage_set_aside(struct stage *s, size_t worker, struct batch *b,
                    wq_record *r, enum host_reason why, const char *message,
                    struct err *e);
/* Has it write down what it remembers. [main] */
int stage_save(struct stage *s, struct err *e);
/* All workers' counts together; `out` from stage_stats_new.  [main] */
void stage_totals(const struct stage *s, struct stage_stats *out);
int stage_stats_new(const wq_stage *desc, struct stage_stats *out);
void stage_stats_free(struct stage_stats *s);
/* The counts as a row of so many numbers: taken, which leaves zeros; added. */
size_t stage_stats_size(const wq_stage *desc);
void stage_stats_take(struct stage_stats *s, const wq_stage *desc,
                      uint64_t *row);
void stage_stats_add(struct stage_stats *s, const wq_stage *desc,
                     const uint64_t *row);
uint32_t stage_n_counters(const wq_stage *desc);
/* The reasons for which records leave at a stage: its own, then the host's.
 * dropped_by and rejected_by of its counts have so many entries. */
uint32_t stage_n_reasons(const wq_stage *desc);
const char *stage_reason(const wq_stage *desc, uint32_t i);
/* The place of a reason of the host's; a stage may have one of that name. */
uint32_t stage_host_reason(const wq_stage *desc, enum host_reason why);
#endif
