/* data.h - the tables of data/, carried inside the plugin.  data.c is made of
 * them by the build. */
#ifndef TERMS_DATA_H
#define TERMS_DATA_H
#include <stddef.h>

struct data {
    const char *p;
    size_t n;
};
extern const struct data data_words;   /* language, word */
extern const struct data data_clitics; /* language, clitics, words */
#endif
