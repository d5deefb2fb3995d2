/* base64.h - RFC 4648 s. 4, with padding. */
#ifndef WQ_BASE_BASE64_H
#define WQ_BASE_BASE64_H
#include "base/arena.h"
#include "base/str.h"

/* The text in the arena; p NULL: no memory. */
wq_str base64_encode(struct arena *arena, wq_str bytes);
#endif
