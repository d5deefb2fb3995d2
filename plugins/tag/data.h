/* data.h - the tables of plugins/tag/data, carried inside the plugin. */
#ifndef WQ_TAG_DATA_H
#define WQ_TAG_DATA_H
#include <warraq/plugin.h>

/* Lines separated by '\n'; # begins a comment line; columns by tabs.  The first
 * five have their columns described in their first lines. */
wq_str data_calendar(void);
wq_str data_words(void);
wq_str data_places(void);
wq_str data_variants(void); /* as places: spellings the sources lack */
wq_str data_agencies(void);
wq_str data_stopwords(void); /* language, words */
wq_str data_ambiguous(void); /* names that are common words, one a line */

#endif
