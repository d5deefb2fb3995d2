/* size.h - sizes are added and multiplied here, so that none wraps. */
#ifndef WQ_BASE_SIZE_H
#define WQ_BASE_SIZE_H
#include <stdbool.h>
#include <stddef.h>

/* true and *out = a + b (a * b); false, *out untouched, if it does not fit. */
static inline bool size_add(size_t a, size_t b, size_t *out)
{
    size_t r;
    if (__builtin_add_overflow(a, b, &r)) return false;
    *out = r;
    return true;
}
static inline bool size_mul(size_t a, size_t b, size_t *out)
{
    size_t r;
    if (__builtin_mul_overflow(a, b, &r)) return false;
    *out = r;
    return true;
}
#endif
