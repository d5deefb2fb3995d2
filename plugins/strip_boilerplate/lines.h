/* lines.h - a text as lines, and what can be measured on each of them.
 *
 * A unit is a paragraph: one line, or several where the text is hard-wrapped.
 * Blank lines belong to no unit.  Nothing here decides anything. */
#ifndef STRIP_BOILERPLATE_LINES_H
#define STRIP_BOILERPLATE_LINES_H
#include "cues.h"

enum { LINE_BYTES = 448 }; /* units of up to this many bytes are read whole */

/* How a unit ends, closing quotes and brackets apart. */
enum ending {
    END_NONE,
    END_FULL,     /* . ! ? and their like                                     */
    END_ELLIPSIS, /* ... : a teaser, as often as not                          */
    END_COLON,
    END_COMMA,
    END_QUOTE,    /* a closing quote behind a letter                          */
    ENDINGS
};

struct unit {
    uint32_t begin, end; /* bytes; begin is that of its first line, end stands
                            before the last line break                        */
    uint32_t text;       /* its first byte that is neither space nor bullet   */
    uint32_t lines;      /* hard-wrapped lines it is made of                  */
    uint32_t chars;      /* code points from text to end                      */
    uint32_t words;      /* an estimate if it is long                         */
    uint16_t seen;       /* words looked at                                   */
    uint16_t functions;  /* ... of these, function words                      */
    uint16_t capitals;   /* ... beginning with a capital                      */
    uint16_t numbers, date_words;
    uint16_t inner_stops;/* . ! ? ، ; , inside                                */
    uint16_t title_words;/* words of it that are in the title                 */
    uint8_t ending, bullet, caseless;
    uint8_t mark;        /* © | » › → @ : see lines.c                         */
    uint8_t conjunction; /* begins as sentences of a story do                 */
    uint8_t blank_before;
    struct cue_match cue;
    uint64_t hash; /* of all its words, 0 if it has none or is long           */
};

/* Memory for one worker, kept from record to record. */
struct units {
    struct unit *list;
    size_t n, cap;
};

/* Splits text into units and measures them.  Returns 0, or -1: no memory.
 * title: hashes of the title's words, sorted, without repeats. */
int units_of(struct units *units, const struct cues *cues, const wq_text *text,
             wq_str s, const uint64_t *title, size_t n_title);
void units_free(struct units *units);

/* Sorted hashes of the words of s, without repeats, and the hash of them all
 * in their order, as in struct unit.  Returns how many, at most cap; 0 for an s
 * of more than LINE_BYTES bytes, which is no headline. */
size_t words_of(const wq_text *text, wq_str s, uint64_t *hashes, size_t cap,
                uint64_t *all);
#endif
