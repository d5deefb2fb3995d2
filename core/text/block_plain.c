/* block_plain.c - the words of a block with what every machine of its kind has:
 * SSE2, or whatever the compiler makes of vectors of 16 bytes. */
#define VEC    16
#define TARGET
#define KERNEL block_words_plain
#if defined __SSE2__
#include <emmintrin.h>
#define VEC_MASK(v) ((uint32_t)_mm_movemask_epi8((__m128i)(v)))
#endif
#include "text/block_vector.h"
