/* exchange.h - a batch on its way through a program. */
#ifndef EXEC_EXCHANGE_H
#define EXEC_EXCHANGE_H
#include "child.h"
#include <warraq/plugin.h>

enum { R_PROGRAM, R_EXITED, R_TIMEOUT, R_BAD_ANSWER, R_NO_ANSWER };
enum { C_CHANGED, C_STARTED, C_STRAY };

struct exec {
    const wq_host *host;
    const wq_formats *formats;
    const wq_text *text;
    wq_key key_seq, key_id, key_drop;
    char **argv;
    const char *dir;
    int keep, layers, timeout_ms;
    struct instance *instances; /* of the run; [main] */
    int64_t leave_by_ms;        /* their programs; 0: they may stay; [main] */
};

struct buffer {
    char *p;
    size_t n, cap;
};

/* What one worker has: a program, and what goes to and fro. */
struct instance {
    struct exec *shared;
    struct instance *next;
    struct child child;
    int is_used;         /* it has answered an earlier batch, naming records */
    struct buffer lines; /* the batch, encoded */
    struct buffer out;   /* what of it is sent */
    struct answers in;
    size_t n_scanned;    /* of `in`: no line ends in there */
};

/* What a program said since it was given the records. */
struct heard {
    size_t n_lines, n_bad, n_noise; /* bad: unreadable; noise: in a row */
    int by_order;                   /* an answer named no record */
    int is_unsure;                  /* so did a line that may be an old one */
    int has_failed;                 /* a host function did */
    const char *why_flood;          /* too much that is no answer; or NULL */
    char why_bad[160];              /* of the first */
};

/* A batch being talked about. */
struct exchange {
    struct instance *self;
    wq_ctx *ctx;
    wq_record *const *records;
    size_t n;
    wq_verdict *verdicts;
    size_t *line;       /* [n + 1]: where each begins in self->lines */
    int64_t first_seq;  /* of records[0] */
    char *is_answered;
    size_t n_answered;
    size_t oldest;      /* no record before it lacks an answer */
    size_t n_sent;      /* records in self->out */
    int is_all_sent;    /* all of it was sent, and the program told so */
    struct heard heard;
};

/* Reads the whole lines of what came (all of it at the end) and gives the
 * records what their answers say; lines that are no answer are counted in
 * `heard`.  0, or -1: a host function failed. */
int take_answers(struct exchange *x, int at_end);
/* Record i is rejected, which is its answer if it has none. */
void reject(struct exchange *x, size_t i, uint32_t reason, const char *message);
#endif
