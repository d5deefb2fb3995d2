/* detect.h - which language a text is in. */
#ifndef WARRAQ_LANGUAGE_DETECT_H
#define WARRAQ_LANGUAGE_DETECT_H
#include <warraq/plugin.h>

struct guess {
    const char *lang;  /* "ar", ..., "ckb"; NULL: not told */
    double confidence; /* 0 .. 1: share of the script times how clear it is */
    size_t letters;    /* looked at */
};

/* Looks at no more than 1 KiB spread over the text, whatever its length.  lang
 * is NULL for less than min_letters letters and for scripts nobody here knows.
 * Cannot fail.  [any] */
struct guess detect(const wq_text *toolkit, wq_str text, size_t min_letters);
/* 1 if detect can ever answer with this code. */
int is_known(wq_str lang);
#endif
