/* remember.h - a run that has a `state:`: what it reads, what its files are
 * called, and how it is committed.  Without one none of it does anything. */
#ifndef WQ_RUN_REMEMBER_H
#define WQ_RUN_REMEMBER_H
#include "base/arena.h"
#include "run/paths.h"
#include "state/commit.h"
#include "state/inputs.h"

struct run;

struct remember {
    bool is_on;
    struct state state;
    struct inputs inputs;      /* all that are there                          */
    const struct input **from; /* those that have something new               */
    struct paths paths;        /* their names; borrowed from inputs           */
    struct ledger_file files[3]; /* that the run may write                    */
    size_t n_files;
    char tag[64], number[24];  /* of temporary files; of the run              */
    int64_t began;             /* ms since 1970                               */
    struct arena arena;        /* for the commit                              */
    unsigned n_segments;       /* that the run has written                    */
};

/* Takes the state, if the pipeline has one.  0; 1: another run holds it, and
 * that is fine; -1.  remember_close either way.  [main] */
int remember_open(struct run *run, struct err *e);
/* Expands patterns into run->paths; one that matches nothing now but has before
 * is no error.  0, -1. */
int remember_expand(struct run *run, const char *const *patterns, size_t n,
                    struct err *e);
/* Finds out what of run->paths is new.  1; 0: nothing is; -1. */
int remember_inputs(struct run *run, struct err *e);
/* The run may write `path`: it must be free, and is noted.  [main] */
int remember_output(struct run *run, const char *kind, const char *path,
                    struct err *e);
/* The same for an output of many files: their temporary folder.  -1: no memory. */
int remember_folder(struct run *run, const char *aside);
/* Notes them all in the ledger, before they are made. */
int remember_begin(struct run *run, struct err *e);
/* Was anything read that the ledger does not know?  If not there is no run, and no
 * output.  [main] */
bool remember_has_read(const struct run *run);
/* Commits; the outputs have been synced.  [main] */
int remember_commit(struct run *run, struct err *e);
void remember_close(struct run *run);
#endif
