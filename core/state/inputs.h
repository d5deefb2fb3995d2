/* inputs.h - which of the files that are there were read before, and how far.
 *
 * By content (mark.h), never by name, time or inode alone:
 *
 *   PREFIX  a file of records in lines.  Of it the longest prefix that is a row
 *           of the ledger, under whatever name, was read; what is behind is new.
 *   WHOLE   packed, or one article: all of it was read, or not, or (stopped,
 *           damaged) so many unpacked bytes of it.  What begins with all of one
 *           that was damaged goes on behind those.  The same bytes of a packed
 *           file of records are the same file under every name; one article
 *           under two names that are both there is two articles.
 *
 * doc/state.md has the proof that nothing is read twice or missed, and what it
 * takes on trust. */
#ifndef WQ_STATE_INPUTS_H
#define WQ_STATE_INPUTS_H
#include "state/ledger.h"

enum input_what {
    INPUT_NEW,     /* read it from its begin                                 */
    INPUT_GROWN,   /* go on at byte, line                                    */
    INPUT_KNOWN,   /* nothing in it is new                                   */
    INPUT_CHANGED  /* was read under this name, and what was read is no more
                      what is there                                          */
};

struct input {
    const char *path; /* as it was listed; borrowed                          */
    char *real;
    enum input_what what;
    struct mark mark; /* PREFIX: of the part that was read (n == byte); WHOLE:
                         of all of it.  The reader sees that it still holds  */
    bool grows;       /* of a format that records are appended to            */
    uint64_t byte, line;
    int64_t row;      /* of the ledger that says so; 0: none                 */
    uint64_t run;     /* CHANGED: when it was read                           */
    bool comes_again; /* CHANGED, and read anew (the caller's)               */
    uint64_t device, inode, size;
    int64_t modified;
};
struct inputs {
    struct input *list; /* in the order of the paths, each file once */
    size_t n;
};

/* Looks at all paths.  grows: is the file of a format that records are appended
 * to?  head: its first bytes.  A file that is gone meanwhile is left out.
 * Borrows the paths; inputs_free either way.  EX_USAGE_: no regular file;
 * EX_NO_PERM, EX_IO: cannot be read.  [main] */
int inputs_look(struct ledger *l, const char *const *paths, size_t n,
                bool (*grows)(void *to, const char *path, wq_str head),
                void *to, struct inputs *out, struct err *e);
void inputs_free(struct inputs *in);
/* Did a pattern, folder or name match a file that is in the ledger?  1, 0, -1. */
int inputs_ever_matched(struct ledger *l, const char *pattern, struct err *e);
#endif
