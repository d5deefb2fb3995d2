/* cues.h - phrases that give boilerplate away, and words every text is full of.
 *
 * A cue file is data: one cue a line, three columns, '#' begins a comment.
 *
 *     read_more   starts   read more
 *     time_ago    ends     # hours ago        ("#" stands for any number)
 *     function    word     the
 *
 * Phrases are compared as sequences of folded words (text/1 standard fold), so
 * case, marks, hamza and punctuation make no difference. */
#ifndef STRIP_BOILERPLATE_CUES_H
#define STRIP_BOILERPLATE_CUES_H
#include <warraq/plugin.h>

/* What a cue announces.  Those up to CUE_ADVERT are reasons for a cut. */
enum cue_kind {
    CUE_NONE,
    CUE_READ_MORE, /* a link to the rest, or to another article, in the line  */
    CUE_RELATED,   /* a block of other articles begins                        */
    CUE_SHARE,
    CUE_COPYRIGHT,
    CUE_SUBSCRIBE,
    CUE_NAVIGATION,
    CUE_COMMENTS,
    CUE_KEYWORDS,
    CUE_SOURCE,
    CUE_CAPTION,
    CUE_DATE,
    CUE_BYLINE,
    CUE_CONTACT,
    CUE_ADVERT,
    CUE_TIME_AGO,  /* "2 hours ago": stands behind a list's headlines         */
    CUE_CONJUNCTION,/* how sentences of a story begin and headlines do not    */
    CUE_FUNCTION,  /* function word: the, في                                  */
    CUE_DATE_WORD, /* month, day of the week, hour                            */
    CUE_KINDS
};

/* Where in its line a cue counts, from weakest to strongest. */
enum cue_where {
    CUE_NOWHERE,
    CUE_HAS,    /* anywhere                                                   */
    CUE_ENDS,   /* its last words                                             */
    CUE_STARTS, /* its first words                                            */
    CUE_IS,     /* the whole line                                             */
    CUE_WORD    /* not a cue for a line: a class of single words              */
};

/* Stands for any number in a sequence of words. */
#define CUE_NUMBER UINT64_C(0x9E3779B97F4A7C15)

struct cues;

struct cue_match {
    uint8_t kind;  /* cue_kind; CUE_NONE: no cue in the line                  */
    uint8_t where; /* cue_where: how it matched                               */
    uint16_t words;/* of the cue                                              */
};

/* An empty table; the caller frees it (cues_free).  NULL: no memory. */
struct cues *cues_new(const wq_text *text);
void cues_free(struct cues *cues);

/* Adds the cues of a file's content.  Returns 0; or the number of the bad line
 * with *why a constant sentence; or -1 if memory runs out. */
long cues_parse(struct cues *cues, wq_str content, const char **why);

/* Ends building; no cues_parse after it.  0, or -1: no memory. */
int cues_index(struct cues *cues);

/* The class of a single word: bits 1 << CUE_FUNCTION, 1 << CUE_DATE_WORD,
 * 1 << CUE_CONJUNCTION and, if some cue begins with it, 1 << CUE_NONE. */
uint32_t cues_word(const struct cues *cues, uint64_t hash);

/* The strongest cue in a line of n words; of equals, the longest, then the
 * first.  begins: indexes of words that may begin one (cues_word).  Cannot
 * fail. */
struct cue_match cues_match(const struct cues *cues, const uint64_t *words,
                            size_t n, const uint16_t *begins, size_t n_begins);

/* "read_more"; NULL past the last. */
const char *cue_kind_name(uint32_t kind);

/* Cuts the next column off a line of a table: up to a tab, or to the end. */
wq_str next_column(wq_str *line);
#endif
