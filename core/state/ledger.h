/* ledger.h - state/warraq.db: what was read, by which run, and what came of it.
 *
 * One transaction commits a run; it is the one moment at which input positions,
 * memory and outputs advance.  Rollback journal and synchronous=EXTRA: the
 * commit is on disk when it returns, and the ledger is one file between two runs
 * (doc/state.md says why not WAL).  Its files and pages.c alone know SQLite.
 *
 * All functions are [main] and give 0, or -1 with e: EX_DATA (damaged, or of a
 * newer schema), EX_IO, EX_NO_PERM, EX_LATER (another program holds it, and did
 * not let go), EX_NO_MEMORY. */
#ifndef WQ_STATE_LEDGER_H
#define WQ_STATE_LEDGER_H
#include "state/mark.h"

enum { LEDGER_SCHEMA = 2, LEDGER_KIND = 16 };

/* A file as far as a run has read it. */
struct ledger_input {
    int64_t id;          /* grows with every row */
    uint64_t run;
    char *path;          /* absolute, links resolved */
    struct mark mark;
    uint64_t byte, line; /* unpacked bytes read; number of the next line */
    bool is_through;     /* WHOLE: to its end */
    bool is_damaged;     /* is_through, but what is behind `byte` is damaged */
    uint64_t device, inode;
    int64_t modified;    /* ns since 1970; these three: hints, for people */
};
struct ledger_inputs {
    struct ledger_input *list;
    size_t n;
};
void ledger_inputs_free(struct ledger_inputs *in);

struct ledger_run {
    uint64_t run;
    int64_t began, ended; /* ms since 1970; for people */
    const char *pipeline, *stopped; /* stopped by what; NULL: it was not */
    uint64_t in, emitted, out, dropped, rejected, bytes_in, bytes_out;
    bool is_held;   /* too many rejects: it counts when it is accepted */
    bool is_replay; /* of rejects */
};
struct ledger_counter {
    const char *stage, *name;
    uint64_t value;
};
/* An output, or a segment: written aside, to be renamed to its target; or a
 * segment that ends, or the folder that outputs lay in, to be removed when all is
 * renamed (target NULL). */
struct ledger_file {
    const char *kind; /* "output", "dropped", "rejects", "segment"; of what is
                         removed "retired", "folder" */
    char *aside, *target;
    uint64_t bytes;
};
/* A segment of a stage's memory (segments.h). */
struct ledger_segment {
    char *name;       /* of the file in segments/ */
    uint64_t run;
    char *stage, *key, *format, *digest;
    uint64_t bytes;
    char hash[33];
};

/* What one transaction says. */
struct commit {
    struct ledger_run run;
    struct ledger_inputs inputs; /* id and run are given by the ledger */
    struct ledger_counter *counters;
    size_t n_counters;
    struct ledger_file *files;
    size_t n_files;
    struct ledger_segment *segments; /* that are new */
    size_t n_segments;
    char **retired;                  /* names of segments that end here */
    size_t n_retired;
};

struct ledger;

/* Makes a ledger with this id at `path`, on disk when it returns. */
int ledger_create(const char *path, const char id[33], struct err *e);
/* Opens one, bringing it to this version's schema; is_reader: only to look, the
 * schema must be this one. */
int ledger_open(struct ledger **out, const char *path, bool is_reader,
                struct err *e);
void ledger_close(struct ledger *l);
/* From now on, while other programs read: what changes waits for some minutes, but
 * once stop_fd is readable (-1: never) for some seconds alone, as it does without
 * this call. */
void ledger_be_patient(struct ledger *l, int stop_fd);
int ledger_id(struct ledger *l, char id[33], struct err *e);
int ledger_last_run(struct ledger *l, uint64_t *run, struct err *e);

/* The newest row of a path; out->n is 0 or 1. */
int ledger_by_path(struct ledger *l, const char *path,
                   struct ledger_inputs *out, struct err *e);
/* All rows with this head, newest first. */
int ledger_by_head(struct ledger *l, const char *head, uint32_t head_n,
                   struct ledger_inputs *out, struct err *e);
/* The newest row of each path, by path. */
int ledger_all_inputs(struct ledger *l, struct ledger_inputs *out,
                      struct err *e);
/* Takes all rows of a path away; *n: how many. */
int ledger_forget(struct ledger *l, const char *path, uint64_t *n,
                  struct err *e);

/* Takes the segments of a stage away, their files under `dir` to be removed by
 * commit_finish; *n: how many. */
int ledger_forget_stage(struct ledger *l, const char *stage, const char *dir,
                        uint64_t *n, struct err *e);

/* A run begins: files it may leave behind are noted, before they are there. */
int ledger_begin(struct ledger *l, const char *const *asides, size_t n,
                 struct err *e);
/* The one commit point. */
int ledger_commit(struct ledger *l, const struct commit *c, struct err *e);
/* The run that is held; 0: none.  dir: the folder of segments, with its slash.
 * Accepting makes it count, discarding unmakes it; commit_finish does the rest. */
int ledger_held_run(struct ledger *l, uint64_t *run, struct err *e);
int ledger_accept(struct ledger *l, uint64_t run, const char *dir,
                  struct err *e);
/* Where its files lie, and what they are called when it is accepted. */
int ledger_held_files(struct ledger *l, uint64_t run, struct ledger_file **list,
                      size_t *n, struct err *e);
int ledger_discard(struct ledger *l, uint64_t run, const char *dir,
                   struct err *e);
/* What is not finished: of a committed run files to rename (target set), of one
 * that was not files to take away (target NULL), segments that ended. */
int ledger_unfinished(struct ledger *l, struct ledger_file **list, size_t *n,
                      struct err *e);
void ledger_files_free(struct ledger_file *list, size_t n);
/* All of that is done. */
int ledger_finished(struct ledger *l, struct err *e);

/* The newest run that wrote this path, and as what; *run 0: none did. */
int ledger_who_wrote(struct ledger *l, const char *path, uint64_t *run,
                     char kind[LEDGER_KIND], struct err *e);

/* Each calls back in order of run (runs), stage and name (counters: totals),
 * name (segments); -1 from the callback ends it. */
int ledger_each_run(struct ledger *l,
                    int (*each)(void *to, const struct ledger_run *run,
                                const char *began, const char *ended),
                    void *to, struct err *e);
int ledger_each_counter(struct ledger *l,
                        int (*each)(void *to, const struct ledger_counter *c),
                        void *to, struct err *e);
/* stage NULL: of all. */
int ledger_segments(struct ledger *l, const char *stage,
                    struct ledger_segment **list, size_t *n, struct err *e);
void ledger_segments_free(struct ledger_segment *list, size_t n);
/* Takes away the rows of inputs that no later run can look at (*n: how many),
 * and gives free pages back.  Killed at any moment, all there is stays. */
int ledger_compact(struct ledger *l, uint64_t *n, struct err *e);
/* SQLite's own check of every page. */
int ledger_check(struct ledger *l, struct err *e);
#endif
