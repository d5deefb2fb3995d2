/* light.h - light stemming of Arabic. */
#ifndef TERMS_LIGHT_H
#define TERMS_LIGHT_H
#include <warraq/plugin.h>

/* The stem of a word of Arabic in the standard fold: a slice of it.  Light10 of
 * Larkey, Ballesteros and Connell, "Light stemming for Arabic information
 * retrieval" (2007), table 2.  alefs (terms.h) tell the article from other
 * words that begin with alef and lam (ألمانيا).  is_divided: و and ف are the
 * word's own, for its conjunctions have been taken off.  Other words stay whole.
 * Cannot fail.  [any] */
wq_str light_stem(wq_str word, uint32_t alefs, int is_divided);
#endif
