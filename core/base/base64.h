/* base64.h - RFC 4648 s. 4, with padding. */
#ifndef WQ_BASE_BASE64_H
#define WQ_BASE_BASE64_H
#include "base/arena.h"
#include "base/str.h"

/* The text in the arena; p NULL: no memory. */
wq_str base64_encode(struct arena *arena, wq_str bytes);
/* The bytes in the arena.  White space (RFC 2045 s. 6.8) is left out, padding
 * may be missing at the end.  1; 0: it is no base64; -1: no memory. */
int base64_decode(struct arena *arena, wq_str text, wq_str *out);
#endif
