/* trust.h - whom a run as root trusts: root, and those who could replace the
 * program anyway. */
#ifndef WQ_BASE_TRUST_H
#define WQ_BASE_TRUST_H
#include "base/err.h"

enum trust {
    TRUST_FILE,   /* the file must be as it was meant                         */
    TRUST_HOLDER, /* nor may anyone add to the folder it lies in: all that is
                     there is taken                                           */
    TRUST_FOLDER  /* path is such a folder                                    */
};

/* Could anyone else have changed `path`: written it, or put another in its place
 * in one of the folders above, down from the real path?  A sticky folder keeps
 * those who may write it from replacing what is in it, but not from adding.
 * Returns 0, or -1 with e (EX_NO_PERM): who can, and the way out.  0 when we are not
 * root: what others make of a user's files is that user's affair.  [main] */
int trust_check(const char *path, enum trust what, struct err *e);
#endif
