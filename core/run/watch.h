/* watch.h - signals, crashes and overruns of a run.
 *
 *   SIGTERM SIGINT SIGHUP   once: stop reading, finish, commit; twice, or when
 *                           that takes five seconds: leave nothing, exit 75
 *   SIGSEGV and its kind    name stage and record, leave nothing, exit 70
 *   time limits             a watchdog thread does the same for a call that
 *                           touches no other record for longer than its limit */
#ifndef WQ_RUN_WATCH_H
#define WQ_RUN_WATCH_H
#include "run/host.h"
#include <signal.h>

struct page;  /* run/page.h */
struct watch; /* one at a time in a process */

struct watching {
    struct now *workers; /* n of them, live until watch_stop                  */
    size_t n;
    int64_t limit_ms;    /* of the run: as SIGTERM after so long; 0: none     */
    void (*tick)(void *to); /* some times a second, from the watchdog; NULL   */
    void *to;
    const struct page *page; /* a run in a process of its own: says there, not
                            on standard error, how it ends; NULL              */
};
struct watch *watch_start(const struct watching *what, struct err *e);
/* Ends the watchdog's thread, and starts it again; signals are seen meanwhile. */
void watch_rest(struct watch *w);
int watch_go(struct watch *w, struct err *e);
/* Becomes readable when the run should stop. */
int watch_fd(const struct watch *w);
/* Should the run stop?  Why: "SIGTERM", "time limit"; NULL: no. */
const char *watch_why(const struct watch *w);
/* All articles are through: what follows is the commit, which takes its time. */
void watch_through(struct watch *w);
/* How far the commit of this process' last run is, for who dies in it or behind. */
enum commit_state {
    COMMIT_NONE,
    COMMIT_SHOWING, /* the outputs of a run without a state, one by one */
    COMMIT_ASKED,   /* by the ledger; whether it was done is not known  */
    COMMIT_DONE
};
void watch_commit(enum commit_state how_far);
/* The same as the end of a sentence.  Safe in a signal handler. */
const char *watch_commit_text(int how_far);
void watch_stop(struct watch *w);
/* A thread of the run calls it first: its alternate signal stack, its `now`. */
int watch_thread(struct now *now);
void watch_thread_end(void);
/* Crashes of this thread while no run is watched: a stage that dies as it is
 * opened or closed is named, too. */
struct watch_open {
    struct now now; /* of this thread */
    struct sigaction old[5];
};
int watch_open_start(struct watch_open *w);
void watch_open_stop(struct watch_open *w);
#endif
