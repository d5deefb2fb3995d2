/* headline.h - is the first line of a text its headline? */
#ifndef TEXT_HEADLINE_H
#define TEXT_HEADLINE_H
#include <warraq/plugin.h>

struct headline {
    wq_str title; /* without white space around it; n 0: there is none */
    size_t body;  /* where the text behind it begins, in bytes */
};

/* Judges the first line that is not blank; `always` takes it as it comes, as
 * long as text follows.  text: valid UTF-8.  Cannot fail.  [any] */
struct headline headline_find(wq_str text, int always);
#endif
