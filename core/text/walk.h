/* walk.h - UAX #29 word segments by state table, and the news variant of them.
 * Internal to core/text. */
#ifndef WQ_TEXT_WALK_H
#define WQ_TEXT_WALK_H
#include "text/props.h"
#include <stdbool.h>

/* What a segment was seen to hold. */
enum { SEEN_LETTER = 1, SEEN_DIGIT = 2 };

/* The end of the segment that begins at p[i], i < n; *seen is set. */
size_t walk_uax29(const uint8_t *p, size_t n, size_t i, unsigned *seen);
/* The same with the joints of news (news.c): no colon between letters, no
 * full stop between words, no trailing low line, no digit or Latin letter
 * glued to an Arabic one. */
size_t walk_news(const uint8_t *p, size_t n, size_t i, unsigned *seen);

/* The token that begins at p[i], i < n, in news; *cls is its wq_word_class,
 * WQ_W_OTHER for what is no token (white space, controls, lone marks). */
size_t news_token(const uint8_t *p, size_t n, size_t i, uint8_t *cls);
/* The class of the segment p[i..end) with what was seen in it. */
uint8_t walk_class(const uint8_t *p, size_t i, size_t end, unsigned seen);
#endif
