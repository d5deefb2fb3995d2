/* names.h - interned names: a number for each string, for the whole process.
 *
 * Numbers start at 1 and are given in order of first use, so they differ from
 * run to run with threads: nothing may be ordered or stored by them.  Looking
 * a known name up takes no lock. */
#ifndef WQ_BASE_NAMES_H
#define WQ_BASE_NAMES_H
#include <warraq/plugin.h>

/* What a hostile input could make us remember is bounded, in names and in bytes
 * of each, with room to spare; the last NAMES_OWN of the names are ours alone,
 * so that a flood of field names never takes "id" or "dropped" from us. */
enum { NAMES_MAX = 1000000, NAMES_OWN = 4096 };

/* The key of a name that came from data or from a plugin; 0 if memory runs out,
 * it is longer than WQ_MAX_NAME, or NAMES_MAX - NAMES_OWN names are known and it
 * is none of them; errno tells which (ENOMEM).  [any] */
wq_key names_intern(wq_str name);
/* The key of a name that stands in our own source.  Cannot fail as long as these
 * are fewer than NAMES_OWN: if memory runs out for it, the process ends
 * (nomem_leave).  [any] */
wq_key names_intern_own(wq_str name);
/* The key of a name that is known; 0: it is not.  [any] */
wq_key names_find(wq_str name);
/* The newest key there is: all up to it are names.  [any] */
wq_key names_newest(void);
/* The name of a key, NUL-terminated; lives for ever.  [any] */
wq_str names_get(wq_key key);
#endif
