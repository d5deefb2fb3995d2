/* memory.h - what an ordered stage keeps between runs: the extension state/1.
 *
 *   start     the stage opens its memory; each live segment is checked, loaded
 *   records   forget, for those that come again
 *   the end   save: new segments are written aside, old ones retired
 *   commit    both go into the one transaction                              */
#ifndef WQ_RUN_MEMORY_H
#define WQ_RUN_MEMORY_H
#include "plugin/params.h"
#include "state/segments.h"

/* Of one stage; lives as long as the stage. */
struct memory {
    struct state *state; /* NULL: the run has none */
    unsigned *next;      /* number of the next segment of the run */
    const char *label;
    const wq_stage *desc;
    const struct wq_config *config;
    bool is_open, is_saving;
    wq_memory calls;     /* the stage's, of our size */
    void *instance;
    char digest[33];     /* of the parameters it depends on */
    struct ledger_segment *known; /* by key */
    wq_str *views;                /* of known */
    size_t n_known;
    bool *is_retired;             /* of known */
    struct ledger_segment *added; /* and their files */
    struct ledger_file *files;
    size_t n_added, cap_added;
};

/* The extension's table.  [any] */
const wq_state *memory_extension(void);
/* save(), if the stage has opened its memory.  ctx: the call. [main] */
int memory_save(struct memory *m, wq_ctx *ctx);
/* How many files and segments it has for the commit; adds them. */
size_t memory_count(const struct memory *m);
int memory_collect(struct memory *m, struct commit *c, struct arena *arena,
                   struct err *e);
void memory_close(struct memory *m);
#endif
