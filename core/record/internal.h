/* internal.h - what the files of record/ share among themselves. */
#ifndef WQ_RECORD_INTERNAL_H
#define WQ_RECORD_INTERNAL_H
#include "record/record.h"

/* The field of a key, or NULL. */
wq_field *rec_field(const wq_record *r, wq_key key);
/* Is the string there, and UTF-8?  Returns 0, or -1 with the fault set; what it
 * says of text that is not UTF-8 is `fault`. */
int rec_check_text(wq_record *r, wq_str s, const char *fault);
/* Copies a value, deep, into the record's arena.  Returns 0, or -1: no memory,
 * or the fault set: it is deeper than WQ_MAX_DEPTH, or no value at all. */
int rec_copy_value(wq_record *r, const wq_value *v, wq_value *out);
/* Was text removed from this field? */
bool rec_has_removed(const wq_record *r, wq_key field);
/* Takes away the layers over a field. */
void rec_drop_layers(wq_record *r, wq_key field);
/* Sets a field to a string that lies in the arena and is checked. */
int rec_put_text(wq_record *r, wq_key key, wq_str text);
/* Room for one more item: the list, or a larger copy; NULL: no memory. */
void *rec_grow(struct arena *arena, void *list, uint32_t n, uint32_t *cap,
               size_t size);
/* Moves the layers over `field` for cuts (sorted, disjoint) out of it: spans
 * behind a cut shift, spans that one touches go. */
int rec_shift_layers(wq_record *r, wq_key field, const wq_layer *cuts);
/* Does a code point, or the end, begin at this byte of valid UTF-8? */
bool rec_is_boundary(wq_str text, size_t at);
/* Are the spans there, in bounds, on code point boundaries, and sorted (disjoint)?
 * NULL, or what is wrong. */
const char *rec_bad_spans(const wq_layer *spans, wq_str text, bool disjoint);
/* Are these columns a layer of the record?  Returns 0, or -1 with the fault set. */
int rec_check_layer(wq_record *r, wq_key name, wq_key over,
                    const wq_layer *layer);
/* Is this what rec_removed could have given?  Returns 0, or -1: no memory, or
 * the fault set. */
int rec_check_removed(wq_record *r, const wq_removed *list, size_t n);

#endif
