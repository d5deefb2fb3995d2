/* block_avx2.c - the words of a block with AVX2 and the bit instructions that
 * came with it. */
#if defined __x86_64__
#include <immintrin.h>
#define VEC         32
#define TARGET      __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define KERNEL      block_words_avx2
#define VEC_MASK(v) ((uint32_t)_mm256_movemask_epi8((__m256i)(v)))
#include "text/block_vector.h"
#endif
