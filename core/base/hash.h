/* hash.h - XXH3 (Yann Collet, xxHash 0.8), seed 0 where none is given. */
#ifndef WQ_BASE_HASH_H
#define WQ_BASE_HASH_H
#include <stddef.h>
#include <stdint.h>

uint64_t hash64(const void *p, size_t n); /* XXH3 64 bits.  [any] */
uint64_t hash64_seeded(const void *p, size_t n, uint64_t seed); /* [any] */
/* XXH3 128 bits as 32 hex digits, most significant first, and a NUL. [any] */
void hash128_hex(const void *p, size_t n, char out[33]);
#endif
