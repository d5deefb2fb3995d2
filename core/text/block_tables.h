/* block_tables.h - code points as block.h sees them.  The tables are generated
 * by tools/gen_blocks.c. */
#ifndef WQ_TEXT_BLOCK_TABLES_H
#define WQ_TEXT_BLOCK_TABLES_H
#include <stdint.h>

/* By wq_word_mode: B_* of the code points below U+0800, and of U+2000-203F. */
extern const uint8_t block_class[2][0x800];
extern const uint8_t block_general[2][64];
/* Standard fold of those below U+0800: 0 .. 2 bytes. */
extern const uint8_t block_fold[2][0x800];

/* Of the words in lists of news.c: bit of the last letter (& 0x1F) in the row
 * of the first one. */
extern const uint32_t block_shortened[32]; /* abbreviations */
extern const uint32_t block_prefixes[32];  /* joined by hyphens */
/* Letters (& 0x1F) of ASCII before which an apostrophe may part. */
extern const uint32_t block_vowels;
#endif
