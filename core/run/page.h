/* page.h - what a run in a process of its own tells the one that waits for it, in
 * memory that both see.
 *
 *   child   page_enter, a plugin's call, page_leave     for each record
 *           page_blame or page_speak                    as it dies
 *           page_stages, page_done                      at the end
 *   parent  reads all of it when the child is gone, and trusts none of it: a
 *           plugin that writes where it likes may have written here            */
#ifndef WQ_RUN_PAGE_H
#define WQ_RUN_PAGE_H
#include "run/run.h"
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>

enum { PAGE_SLOTS = RUN_MAX_THREADS, PAGE_ID = 256 };

/* A record at a stage, so that another process knows it again, though inputs may
 * have grown meanwhile.  All zero but for what is said of it: it is compared as
 * bytes. */
struct call {
    char path[PATH_MAX]; /* of the input, real; "": a stage made it out of none */
    char id[PAGE_ID];    /* as far as it fits                                   */
    uint64_t byte;       /* where it begins in the input                        */
    uint32_t stage;      /* place in the plan                                   */
    uint32_t reserved;
};
/* What a call did to the process. */
struct mishap {
    enum host_reason why;
    char detail[64]; /* "SIGSEGV": the message in the rejects */
};
/* A record that is to be left alone, and why. */
struct aside {
    struct call call;
    struct mishap mishap;
};

struct page_slot {
    _Atomic bool is_on;
    struct call call;
};
enum page_end { PAGE_NOT_ENDED, PAGE_BLAMES, PAGE_SPEAKS };
struct page_shared {
    struct page_slot slots[PAGE_SLOTS];
    _Atomic size_t last;      /* slot of the last call, from 1; 0: none       */
    _Atomic bool can_begin_anew; /* nothing is lost with the process          */
    _Atomic bool is_through;  /* no stage is called any more but to save      */
    _Atomic bool is_ending;   /* somebody tells how; only the first one does  */
    _Atomic int end;          /* enum page_end                                */
    struct aside blamed;      /* BLAMES                                       */
    int code;                 /* SPEAKS                                       */
    char words[1024];
    _Atomic int commit;       /* enum commit_state, of watch.h                */
    _Atomic bool is_done;     /* exit_code, err                               */
    int exit_code;
    struct err err;
    struct run_result result; /* the child's own, but for its stages          */
    _Atomic bool has_stages;
    uint64_t counts[];        /* of all stages, one behind the other          */
};
/* A handle; the fork copies it. */
struct page {
    struct page_shared *shared;
    size_t bytes;
    const struct aside *asides; /* borrowed */
    size_t n_asides;
    const struct input_file **files; /* whose path is in which slot */
    sigset_t mask; /* of signals, for when they are handled */
};

/* Maps it, empty, for the stages of a plan.  page_close either way.  [main] */
int page_open(struct page *p, const struct plan *plan, struct err *e);
void page_close(struct page *p);
void page_clear(struct page *p); /* for another child */

/* ---- the child ---- */
/* What it forks from now on does not see the page.  [main] */
void page_keep(const struct page *p);
/* Worker `slot` will hand record r of b to a stage.  NULL: page_leave follows the
 * call; else it is to be set aside for that.  [worker] */
const struct mishap *page_enter(const struct page *p, size_t slot,
                                uint32_t stage, const struct batch *b,
                                const wq_record *r);
void page_leave(const struct page *p, size_t slot);
/* What ends the process is the fault of the record that worker `slot` is at.
 * false: it is at none, or another has told already how it ends.  This and the
 * next are safe in a signal handler. */
bool page_blame(const struct page *p, size_t slot, enum host_reason why,
                const char *detail);
/* It ends with that code, and these words (n 0: none). */
void page_speak(const struct page *p, int code, const char *words, size_t n);
/* All is open: could another process begin anew? [main] */
void page_ready(const struct page *p, bool can_begin_anew);
/* All records are through. [main] */
void page_through(const struct page *p);
/* How far the commit is: enum commit_state. [main] */
void page_commit(const struct page *p, int how_far);
/* Hands over the counts in result->stages. [main] */
void page_stages(const struct page *p, const struct plan *plan,
                 const struct run_result *result);
/* The run has its exit code; only the closing is left. [main] */
void page_done(const struct page *p, int code, const struct err *e);

/* ---- the parent ---- */
/* The result, with stages of its own: run_result_free.  -1: no memory. */
int page_result(const struct page *p, const struct plan *plan,
                struct run_result *out);
/* How many workers are at a record; one of them in *slot. */
size_t page_busy(const struct page *p, size_t *slot);
#endif
