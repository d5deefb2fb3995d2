/* simd.h - the little that the jsonl plugin asks of C++.
 *
 * simdjson finds where the tokens of a JSON text begin and whether the text is
 * UTF-8, 16 to 64 bytes at a time; everything after that (grammar, strings,
 * numbers, positions of mistakes) is parse.c's.  Working on the index and not
 * on simdjson's finished document keeps the spelling of numbers and the byte
 * of every mistake, and copies each string once.  The C++ library's number
 * conversions are here because they are shortest, exact and know no locale. */
#ifndef JSONL_SIMD_H
#define JSONL_SIMD_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum json_found {
    JSON_INDEXED,   /* tokens, n and at are filled                            */
    JSON_EMPTY,     /* nothing but white space                                */
    JSON_SUSPICIOUS, /* no UTF-8, an open string, a control character in one  */
    JSON_NO_MEMORY
};

struct json_index;
/* leave: the host's no_memory, for what simdjson cannot do without.  NULL: no
 * memory, or a processor that simdjson was not built for. */
struct json_index *json_index_new(void (*leave)(void));
void json_index_free(struct json_index *x);
/* Finds the tokens of p[0..n): *at becomes the offsets of every { } [ ] : , and
 * of the first byte of every string and of every other run of characters, and
 * *count their number.  The view lives until the next call.  Reads nothing
 * behind n. */
enum json_found json_index_find(struct json_index *x, const char *p, size_t n,
                                const uint32_t **at, size_t *count);

enum { JSON_REAL_MAX = 40 }; /* bytes json_real_write needs at most */
/* The shortest decimal that reads back as x (finite), always with a point or an
 * exponent.  Returns its length.  Cannot fail. */
size_t json_real_write(double x, char out[JSON_REAL_MAX]);
/* The double nearest to the JSON number p[0..n); 1, or 0 if it is too large for
 * one. */
int json_real_read(const char *p, size_t n, double *out);

#ifdef __cplusplus
}
#endif
#endif
