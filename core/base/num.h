/* num.h - strict numbers: the whole string and a range, or a sentence why not.
 *
 * " 7", "7 ", "+7", "2oo", "1e3" (as an integer), "" and what does not fit are
 * refused.  Reals are read in the C locale whatever setlocale said. */
#ifndef WQ_BASE_NUM_H
#define WQ_BASE_NUM_H
#include "base/err.h"
#include <stdint.h>
#include <warraq/plugin.h>

/* Each returns 0, or -1 with e filled and *out untouched.  [any] */
int num_int(wq_str s, int64_t min, int64_t max, int64_t *out, struct err *e);
/* Decimal or percent ("1%" is .01); min == max: any finite number. */
int num_real(wq_str s, double min, double max, double *out, struct err *e);
/* "512", "64KiB", "1.5MB"; units B kB MB GB TB KiB MiB GiB TiB. */
int num_size(wq_str s, int64_t min, int64_t max, int64_t *out, struct err *e);
/* "90s", "1.5h", "7d"; units ms s m h d w; out in milliseconds. */
int num_duration(wq_str s, int64_t min, int64_t max, int64_t *out,
                 struct err *e);
#endif
