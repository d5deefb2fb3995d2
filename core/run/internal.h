/* internal.h - a run in progress; shared by run.c (from begin to commit), setup.c,
 * outputs.c, schedule.c (who does what when) and work.c (what each step does). */
#ifndef WQ_RUN_INTERNAL_H
#define WQ_RUN_INTERNAL_H
#include "run/codec.h"
#include "run/gone.h"
#include "run/ids.h"
#include "run/isolate.h"
#include "run/page.h"
#include "run/reader.h"
#include "run/replay.h"
#include "run/remember.h"
#include "run/run.h"
#include "run/sink.h"
#include "run/watch.h"
#include <pthread.h>

/* One step of the way of a batch:
 *   parallel: [decode] stages from .. to, [prepare of stage `to`] [encode];
 *             or pack, where outputs are many files (sink_fan.h)
 *   serial:   ordered stage `from`, or gather, or write                      */
struct step {
    bool is_serial, decodes, prepares, encodes, gathers, packs, writes;
    uint32_t from, to;
    /* Under the lock: */
    struct batch *waiting; /* by seq */
    uint64_t next_seq;     /* serial: the only one that may go */
    bool is_busy;          /* serial: somebody is in it */
};

struct worker {
    struct run *run;
    size_t index;
    struct now *now;
    struct arena scratch;
    pthread_t thread;
};

/* What the progress line shows. */
struct seen_so_far {
    uint64_t in, out, dropped, bytes;
};

struct run {
    struct plan *plan;
    const struct run_options *options;
    struct run_result *result;
    struct stage *stages;
    size_t n_stages;
    struct codec *inputs;  /* one, or every reader there is (format: auto) */
    size_t n_inputs;
    struct codec *reads;   /* the formats of the files: inputs, or of rejects */
    size_t n_reads;
    struct replay replay;  /* is_replay */
    struct codec output, jsonl, plain;
    struct codec *speakable[2]; /* of codecs */
    struct codecs codecs;
    struct paths paths;
    struct reader *reader;
    struct sink out, dropped, rejects;
    struct dead_letters dead_letters;
    char *output_path, *dropped_path, *rejects_path;
    struct remember remember;
    const char *tag;       /* of temporary files; NULL: the process id */
    struct ids ids;
    struct watch *watch;
    struct isolate *isolate; /* NULL: no stage is */
    const struct page *page; /* of a run in a process of its own; NULL */
    struct worker *workers;
    struct now *nows; /* one a worker */
    size_t n_workers;
    struct step *steps;
    size_t n_steps;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_reading, is_ended, has_failed;
    uint64_t next_seq;
    struct batch *free;
    size_t n_active, window, bytes, max_bytes;
    struct seen_so_far seen;
    struct err err;
};

/* The body of run_plan.  page: of a run in a process of its own, whose result lies
 * there; NULL.  [main] */
int run_here(struct plan *plan, const struct run_options *options,
             const struct page *page, struct run_result *result, struct err *e);
/* setup.c: opens what the run needs, in this order.  0, or -1 with e; close_all
 * closes what was opened.  [main] */
int setup_workers(struct run *run, struct err *e);
int setup_formats(struct run *run, struct err *e);
int setup_input(struct run *run, struct err *e); /* 1: nothing is new */
int setup_stages(struct run *run, struct err *e);
int setup_steps(struct run *run, struct err *e);
/* outputs.c: names the outputs and opens them; syncs them, so that only renames
 * can fail; shows them at their names, of a run without a state.  [main] */
int outputs_open(struct run *run, struct err *e);
int outputs_sync(struct run *run, const char *suffix, struct err *e);
int outputs_commit(struct run *run, const char *suffix, struct err *e);
void outputs_close(struct run *run);
/* Takes away what a process that died has left aside, the tag of whose temporary
 * files this is.  With a state the next start does it. */
void outputs_clear(const struct plan *plan, const struct run_options *options,
                   const char *tag);
/* Runs all batches through all steps on n_workers threads.  0, or -1 with
 * run->err filled. [main] */
int schedule(struct run *run);
/* Reads the next batch: 1, 0 at the end, -1.  [serial] */
int work_read(struct run *run, struct worker *w, struct batch *b,
              struct err *e);
/* Does one step on a batch.  0 / -1. */
int work_step(struct run *run, struct worker *w, const struct step *step,
              struct batch *b, struct err *e);
#endif
