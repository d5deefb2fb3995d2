/* lists.h - the stop words of each language, in tables. */
#ifndef TERMS_LISTS_H
#define TERMS_LISTS_H
#include "terms.h"

/* Words are compared in the standard fold, but two alefs with a sign are one
 * only if it is the same: إليه is not آلية.  A bare one is as good as any.
 * Read-only once built. */
struct lists;
struct list; /* of one language */

struct lists *lists_new(const wq_text *text); /* NULL: no memory */
void lists_free(struct lists *lists);

/* Told of each wrong line of a file; where it is NULL, such lines are left out
 * without a word. */
typedef void lists_complaint(void *to, size_t line, const char *why);

/* Adds the words of a file: lines "language TAB word"; empty lines and those
 * that begin with # are left out.  All its mistakes are told.  Returns 0, or -1
 * if memory runs out. */
int lists_add(struct lists *lists, wq_str file, lists_complaint *tell,
              void *to);
/* Adds words joined to clitics, for texts that nobody has split: lines
 * "language TAB clitics TAB words", both with | between them; * is all words of
 * three letters or more that are there by then.  Returns 0, or -1. */
int lists_add_joined(struct lists *lists, wq_str file, lists_complaint *tell,
                     void *to);

/* The list of a language, or NULL. */
const struct list *lists_find(const struct lists *lists,
                              const struct language *language);
/* "ar, de, en": the languages there are, cut to fit cap > 0 bytes. */
void lists_names(const struct lists *lists, char *out, size_t cap);
/* Is a word, with this hash of its standard fold, in the list?  Joined forms
 * count if with_joined says so.  [any] */
int list_has(const struct list *list, wq_str word, uint64_t hash,
             int with_joined);
#endif
