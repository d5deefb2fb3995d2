/* offsets.h - from bytes of a field to the units of JSON offsets, and back.
 *
 * One bit a byte says "a code point begins here"; a running count stands beside
 * each 64 bits.  So any offset, in any order, costs two loads and a count of
 * bits, and hostile layers (spans nested deep) cost no more than plain ones:
 *
 *   text   س  ل  ا  م      bytes   0 1 2 3 4 5 6 7
 *   starts                         1 0 1 0 1 0 1 0     before[0] = 0
 *   offset of byte 6 = before[0] + ones below bit 6 = 3 */
#ifndef JSONL_OFFSETS_H
#define JSONL_OFFSETS_H
#include <warraq/plugin.h>

enum offset_unit { OFFSETS_CODE_POINTS, OFFSETS_BYTES, OFFSETS_UTF16 };

struct offsets {
    enum offset_unit unit;
    uint32_t n;         /* bytes of the text */
    uint32_t units;     /* of the whole text */
    size_t words;       /* of 64 bytes, and one behind the end */
    uint64_t *starts;   /* code points */
    uint64_t *pairs;    /* of those, the ones UTF-16 takes two units for */
    uint32_t *before;   /* units in front of each word */
    size_t cap;         /* of the three columns */
    size_t last;        /* word found last: the next is mostly near it */
};

/* Prepares o, { .unit = ... } the first time, for another text of at most
 * WQ_MAX_FIELD bytes of valid UTF-8.  0, or -1: no memory. */
int offsets_set(struct offsets *o, wq_str text);
void offsets_free(struct offsets *o);
/* The byte at `unit` units; 1, or 0 if there is none or it is inside a code
 * point. */
int offsets_to_byte(struct offsets *o, int64_t unit, size_t *byte);

static inline uint32_t offsets_count(uint64_t bits)
{
    /* Hamming weight by parallel sums: __builtin_popcountll is a call unless
     * the machine is named (Knuth 7.1.3, (62)). */
    bits -= bits >> 1 & 0x5555555555555555u;
    bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
    bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    return (uint32_t)(bits * 0x0101010101010101u >> 56);
}

/* Units in front of a byte (0 .. n). */
static inline uint32_t offsets_of(const struct offsets *o, uint32_t byte)
{
    if (o->unit == OFFSETS_BYTES || o->units == o->n) return byte;
    uint64_t below = ((uint64_t)1 << (byte & 63)) - 1;
    uint32_t word = byte >> 6;
    uint32_t n = o->before[word] + offsets_count(o->starts[word] & below);
    if (o->unit == OFFSETS_UTF16) n += offsets_count(o->pairs[word] & below);
    return n;
}
#endif
