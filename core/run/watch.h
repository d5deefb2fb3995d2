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

struct watch; /* one at a time in a process */

/* workers: n of them, live until watch_stop.  run_limit_ms: as SIGTERM after so
 * long; 0: none.  tick: called some times a second from the watchdog; NULL. */
struct watch *watch_start(struct now *workers, size_t n, int64_t run_limit_ms,
                          void (*tick)(void *to), void *to, struct err *e);
/* Becomes readable when the run should stop. */
int watch_fd(const struct watch *w);
/* Should the run stop?  Why: "SIGTERM", "time limit"; NULL: no. */
const char *watch_why(const struct watch *w);
/* All articles are through: what follows is the commit, which takes its time. */
void watch_through(struct watch *w);
/* Crashes of this thread while no run is watched: a stage that dies as it is
 * opened is named, too. */
struct watch_open {
    struct now now; /* of this thread */
    struct sigaction old[5];
};
int watch_open_start(struct watch_open *w);
void watch_open_stop(struct watch_open *w);
/* A worker thread calls it first: its alternate signal stack, its `now`. */
int watch_thread(struct now *now);
void watch_thread_end(void);
void watch_stop(struct watch *w);
#endif
