/* lane.h - what lies between a worker thread and its worker process; shared by
 * lane.c (the thread's side of it), keeper.c and isolated.c (the process).
 *
 *   +------------+-----------------------+------------------------+
 *   | lane_page  | request: records as   | answer: counts, then   |
 *   |            | they go in (wire.h)   | records as they left   |
 *   +------------+-----------------------+------------------------+
 *
 * A file without a name, mapped before the fork; what is not touched of it takes
 * no memory.  Bells on a socket say when to look. */
#ifndef WQ_RUN_LANE_H
#define WQ_RUN_LANE_H
#include "run/host.h"
#include "run/plan.h"
#include "record/wire.h"
#include <sys/types.h>

enum lane_word {
    LANE_ASKED = 1, /* thread -> process: page->asked is a new number         */
    LANE_LEAVE,     /* thread -> process: stop the instances and end          */
    LANE_ANSWERED,  /* process -> thread                                      */
    LANE_DIED       /* keeper -> thread, with waitpid's status; -1: it could
                       not be forked                                          */
};
struct lane_bell {
    uint32_t word; /* enum lane_word */
    int32_t status;
};

enum lane_answer { LANE_DONE, LANE_FAILED, LANE_NONSENSE, LANE_NO_MEMORY };

/* The thread trusts nothing here that the process may have written. */
struct lane_page {
    struct now now;            /* what the process is at; its own pointers     */
    _Atomic uint32_t asked, taken, answered; /* numbers of requests            */
    _Atomic uint32_t stage;    /* that it is at                                */
    _Atomic uintptr_t records; /* where the records it was given lie, there    */
    uint32_t from, to;         /* stages asked for; none: only come up         */
    size_t request_bytes, answer_bytes; /* of the wire messages                */
    uint32_t answer;           /* enum lane_answer                             */
    struct err err;            /* FAILED                                       */
    char fault[256];           /* NONSENSE                                     */
};

struct lane {
    struct lane_page *page;
    char *request, *answer;    /* room bytes each                              */
    size_t room, bytes;        /* bytes: of the whole mapping                  */
    size_t answer_room;        /* for records of an answer: memory_limit       */
    int ours, theirs;          /* ends of the socket; -1: closed               */
    /* The thread's own: */
    bool is_up;                /* has answered, and is not known to be dead    */
    uint32_t number;           /* of the last request                          */
    uint32_t n_asked;          /* requests that this process has answered      */
    const wq_record *only;     /* all that it was given; NULL                  */
    struct wire_names names;
};

struct isolate {
    const struct plan *plan;
    const struct plan_format *output; /* that format/1 speaks beside jsonl     */
    struct lane *lanes;
    size_t n_lanes;
    wq_key known;              /* names that all processes know by number      */
    size_t *counts;            /* where the counts of stage i begin in an
                                  answer, in uint64_t; n_stages + 1 of them    */
    pid_t keeper;              /* 0: none                                      */
    int control;               /* to the keeper: a uint32_t is a lane whose
                                  process is to be killed; its end: leave      */
};

/* Maps a lane.  -1: no memory, or descriptors; lane_close either way. */
int lane_open(struct lane *l);
void lane_close(struct lane *l);
/* Gives the memory behind the first bytes of request and answer back, if they
 * once held a giant. */
void lane_shrink(struct lane *l);

/* How a request ended. */
enum lane_end {
    LANE_ENDED,   /* page->answer                                             */
    LANE_KILLED,  /* the process is dead: status                              */
    LANE_LATE,    /* it was killed: it took longer than limit_ms              */
    LANE_BROKEN   /* no process is to be had; e is filled                     */
};
/* Has the process of a lane do what is in page and request, forking one if there
 * is none, and waits.  [worker] */
enum lane_end lane_ask(struct isolate *iso, size_t lane, int *status,
                       int64_t *limit_ms, struct err *e);
/* Has its process, if there is one, killed, and waits until it is gone.  -1 with e
 * filled: the keeper is gone. */
int lane_kill(struct isolate *iso, size_t lane, struct err *e);

/* Is there something to hear within so many ms?  false: not, or a signal came. */
bool lane_is_ringing(const struct lane *l, int ms);
/* The next bell.  1, 0: the other side is gone. */
int lane_hear(int fd, struct lane_bell *bell);
void lane_ring(int fd, enum lane_word word, int status);

/* The keeper's life, in a process of its own.  control: its end. */
_Noreturn void keeper_live(const struct isolate *iso, int control, pid_t parent);
/* What an isolated process may take, and hand over, in bytes. */
size_t isolated_memory(const struct pipeline *p);
/* A worker process's life. */
_Noreturn void isolated_live(const struct isolate *iso, size_t lane);
#endif
