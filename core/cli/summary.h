/* summary.h - what a run did, for people and for programs. */
#ifndef WQ_CLI_SUMMARY_H
#define WQ_CLI_SUMMARY_H
#include "run/files.h"
#include "run/run.h"
#include <stdio.h>

/* A run and how it ended. */
struct report {
    const struct pipeline *pipeline;
    const struct plan *plan;      /* NULL: it could not be loaded            */
    struct run_result result;
    struct run_files files;       /* of a run that was committed, or is held */
    int64_t began_ms, ended_ms;   /* since 1970, for people                  */
    int code;                     /* EX_*                                    */
    const char *message;          /* of any but EX_FINE                      */
};

/* What a run came to, for those who wait for it (doc/operating.md). */
enum outcome {
    OUTCOME_NOTHING, /* nothing was new, or another run is on, or it was stopped
                        with nothing read: there is nothing to tell          */
    OUTCOME_SUCCESS, /* committed, and nobody has to do anything             */
    OUTCOME_FAILURE
};
enum outcome report_outcome(const struct report *r);

void summary_print(FILE *to, const struct plan *plan,
                   const struct run_result *r);
/* One JSON object: the whole report. */
void report_json(FILE *to, const struct report *r);
#endif
