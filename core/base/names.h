/* names.h - interned names: a number for each string, for the whole process.
 *
 * Numbers start at 1 and are given in order of first use, so they differ from
 * run to run with threads: nothing may be ordered or stored by them.  Looking
 * a known name up takes no lock. */
#ifndef WQ_BASE_NAMES_H
#define WQ_BASE_NAMES_H
#include <warraq/plugin.h>

/* Names a hostile input could make us remember: a bound, with room to spare. */
#define NAMES_MAX ((uint32_t)1000000)

/* The key of a name; 0 if memory runs out or NAMES_MAX is reached.  [any] */
wq_key names_intern(wq_str name);
/* The name of a key, NUL-terminated; lives for ever.  [any] */
wq_str names_get(wq_key key);
#endif
