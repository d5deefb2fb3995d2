/* run.h - runs a plan over its input.
 *
 *   read -> decode, pure stages, prepare -> ordered stage -> pure stages,
 *   prepare -> ... -> encode, pack -> write
 *
 * Workers take whatever step can be done, the latest first; steps that need
 * the stream's order (read, ordered stages, write) take batches by number, one
 * at a time.  So the output is the same bytes for any number of threads. */
#ifndef WQ_RUN_RUN_H
#define WQ_RUN_RUN_H
#include "run/plan.h"
#include "run/stage.h"
#include "state/lock.h"

enum { RUN_MAX_THREADS = 256 };
enum progress { PROGRESS_AUTO, PROGRESS_NEVER, PROGRESS_ALWAYS };

struct run_options {
    int threads;                 /* 0: the pipeline's, else as many as cores  */
    const char *const *inputs;   /* in place of the pipeline's                */
    size_t n_inputs;
    bool is_replay;              /* inputs are rejects: fed in again          */
    const char *output;          /* in place of the pipeline's; NULL          */
    uint64_t limit;              /* records to read; 0: all                   */
    enum progress progress;
    enum lock_mode lock;         /* if another run holds the state            */
    int64_t lock_wait_ms;        /* LOCK_WAIT: 0: for ever                    */
    int64_t time_limit_ms;       /* 0: the pipeline's                         */
    int files;                   /* to tell files to (run/files.h); 0: none   */
    bool verbose;                /* a block of notes for each article         */
    wq_str memory_input;         /* in place of files, if p is set; "jsonl"   */
    bool to_memory;              /* in place of files; all three are "jsonl"  */
    struct buf *memory_output, *memory_dropped, *memory_rejects;
    /* Called for each record that comes out, before it is written. [worker]
     * -1: no memory. */
    int (*each)(void *to, wq_record *r);
    void *each_to;
};

struct run_result {
    uint64_t in, out, emitted, dropped, rejected; /* articles */
    uint64_t bytes_in, bytes_out, equal_ids, empty_texts, damaged_files;
    uint64_t strays;             /* files found that are no input; left out   */
    int stray_code;              /* of the worst of them                      */
    uint64_t run;                /* its number, if the pipeline has a state   */
    double seconds;
    bool was_skipped; /* another run has the state, and that is fine */
    bool was_stopped, is_held, is_committed;
    struct stage_stats *stages; /* n_stages of the plan */
    size_t n_stages;
};

/* Runs; commits the outputs, or leaves none.  Returns the exit code (EX_*); e
 * holds the reason of any but EX_FINE.  run_result_free either way.  [main] */
int run_plan(struct plan *plan, const struct run_options *options,
             struct run_result *result, struct err *e);
void run_result_free(struct run_result *r);
/* The exit code of a run that was committed: the worst event decides. */
int run_code(const struct run_result *r);
bool run_wants_progress(const struct run_options *o);
/* <output>.rejects.jsonl or, if the output is a stream, <pipeline>.rejects.jsonl
 * in the working folder; of a path with fields, as it is written, [{run}.]rejects.jsonl
 * in the folder before the first of them.  The caller frees it; NULL: no memory. */
char *run_default_rejects(const struct pipeline *p, const char *output);
#endif
