/* text.h - the text toolkit: what plugins get as extension "text/1".
 *
 * Contracts stand with struct wq_text in warraq/plugin.h; these are the same
 * functions by name, for core's own use.  All are [any], keep no state that
 * shows (dictionary.c remembers, a thread for itself), and never touch memory
 * outside what they are given. */
#ifndef WQ_TEXT_TEXT_H
#define WQ_TEXT_TEXT_H
#include <warraq/plugin.h>

/* The table behind host->extension("text/1"); valid for ever. */
const wq_text *text_toolkit(void);

size_t text_utf8_valid(const char *p, size_t n);
uint32_t text_category(uint32_t code_point);
uint32_t text_script(uint32_t code_point);
void text_scripts(const char *p, size_t n, size_t *counts, size_t n_counts);

size_t text_fold(uint32_t profile, const char *p, size_t n, char *out,
                 size_t cap);
uint64_t text_hash(const char *p, size_t n);
uint64_t text_fold_hash(const char *p, size_t n);

size_t text_words(uint32_t mode, const char *p, size_t n, size_t *at,
                  const wq_words *out, size_t cap);
size_t text_sentences(const char *p, size_t n, size_t *at, uint32_t *begin,
                      uint32_t *end, size_t cap);
/* The end of the sentence that begins at p[at], white space included, by
 * UAX #29 alone; at < n. */
size_t text_sentence_uax29(const char *p, size_t n, size_t at);
/* The end of the segment that begins at p[at] by UAX #29 word boundaries, any
 * segment, white space too; at < n. */
size_t text_segment_uax29(const char *p, size_t n, size_t at);

int text_is_nfc(const char *p, size_t n);
size_t text_nfc(const char *p, size_t n, char *out, size_t cap);

size_t text_graphemes(const char *p, size_t n, size_t *at, uint32_t *end,
                      size_t cap);
size_t text_fold_map(uint32_t profile, const char *p, size_t n, char *out,
                     uint32_t *from, size_t cap);
size_t text_utf8_repair(const char *p, size_t n, char *out, size_t cap,
                        wq_flaws *flaws);
size_t text_script_runs(const char *p, size_t n, size_t *at, uint32_t *end,
                        uint8_t *script, size_t cap);

uint32_t text_charset(const char *name);
const char *text_charset_name(uint32_t charset);
size_t text_charset_decode(uint32_t charset, const char *p, size_t n, char *out,
                           size_t cap, wq_flaws *flaws);
size_t text_charset_encode(uint32_t charset, const char *p, size_t n, char *out,
                           size_t cap, wq_flaws *flaws);
int text_charset_byte(uint32_t charset, uint32_t code_point);
#endif
