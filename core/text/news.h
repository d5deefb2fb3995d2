/* news.h - what the files of news mode share: news.c asks, address.c and
 * moment.c answer.  Internal to core/text. */
#ifndef WQ_TEXT_NEWS_H
#define WQ_TEXT_NEWS_H
#include "text/props.h"
#include <stdbool.h>

/* What is known of the code point at p[i], i < n; *bytes is its length. */
static inline const struct text_prop *prop_at(const uint8_t *p, size_t n,
                                              size_t i, size_t *bytes)
{
    uint32_t c;
    *bytes = text_decode(p + i, n - i, &c);
    return text_prop(c);
}

/* Does p[i..n) begin with the small ASCII letters of `word`, in any case? */
static inline bool begins(const uint8_t *p, size_t n, size_t i,
                          const char *word)
{
    for (; *word; word++, i++)
        if (i >= n || (p[i] | 0x20) != (uint8_t)*word) return false;
    return true;
}

/* A word of small ASCII letters, at most 8; the rest is NUL. */
typedef char news_word[8];
/* Is p[i..end) one of the words, in any case? */
bool news_is_one_of(const news_word *list, size_t count, const uint8_t *p,
                    size_t i, size_t end);

/* The end of the e-mail address at p[i] if the segment p[i..end) begins one, or
 * 0. */
size_t address_email(const uint8_t *p, size_t n, size_t i, size_t end);
/* The end of the web address at p[i] if the segment p[i..end) begins one, or
 * 0. */
size_t address_url(const uint8_t *p, size_t n, size_t i, size_t end);

/* The end of the time (9:05, 20:36:10) at p[i], or 0. */
size_t moment_time(const uint8_t *p, size_t n, size_t i);
/* The end of the date (12/05/2015, 2015-05-12T20:36) at p[i], or 0. */
size_t moment_date(const uint8_t *p, size_t n, size_t i);
/* Is the segment p[i..end) a time as French has it: 20h30? */
bool moment_is_french_time(const uint8_t *p, size_t i, size_t end);
#endif
