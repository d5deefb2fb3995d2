/* lock.h - one run at a time: flock(2) on state/lock.
 *
 * The lock goes with its process, however that ends, and is never removed as a
 * file: two runs would then hold two locks of one name.  The file also keeps
 * the state's id, so that a ledger that is gone is noticed. */
#ifndef WQ_STATE_LOCK_H
#define WQ_STATE_LOCK_H
#include "base/str.h"
#include <stdint.h>

enum lock_mode {
    LOCK_FAIL, /* EX_LATER if another run holds it */
    LOCK_SKIP, /* then do nothing, and be content with it */
    LOCK_WAIT  /* then wait: wait_ms, or for ever (0) */
};

struct lock {
    char *path; /* dir/lock */
    int fd;     /* -1: not held */
};

/* Takes the lock of the state in folder `dir`, which is there.  stop_fd: waiting
 * ends when it becomes readable (-1: none).  0: held; 1: another run holds it,
 * and mode is SKIP; -1 with e.  lock_free either way.  [main] */
int lock_take(struct lock *lock, const char *dir, enum lock_mode mode,
              int64_t wait_ms, int stop_fd, struct err *e);
/* The id kept there: 32 hex digits; "" if there is none. */
int lock_read_id(const struct lock *lock, char id[33], struct err *e);
/* Keeps it, on disk.  */
int lock_write_id(struct lock *lock, const char id[33], struct err *e);
void lock_free(struct lock *lock);
#endif
