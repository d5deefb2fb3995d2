/* files.h - which files a run has read and written, for whoever reports it.
 *
 * The run may be another process than the one that reports, and there may be a
 * million files: the run tells them into a file without a name. */
#ifndef WQ_RUN_FILES_H
#define WQ_RUN_FILES_H
#include "base/err.h"
#include "base/str.h"

struct run;

struct run_file {
    const char *kind; /* "input", "output", "dropped", "rejects" */
    const char *path; /* where it is now, as the pipeline spells it */
    uint64_t bytes;   /* input: read of it, unpacked; else: written, packed */
};

struct run_files {
    struct run_file *list; /* in the order of the stream; then the outputs */
    size_t n;
    struct buf text;       /* that they lie in */
};

/* A file to tell them to, for run_options.files; the caller closes it.  -1 with
 * e. */
int files_open(struct err *e);
/* The run is about to be committed as it is now; suffix: of output and dropped
 * ("" or ".held").  Forgets what was told before.  -1: EX_IO.  [main] */
int files_tell(const struct run *run, const char *suffix, struct err *e);
/* What was told.  files_free either way.  -1 with e. */
int files_read(int fd, struct run_files *out, struct err *e);
void files_free(struct run_files *f);
#endif
