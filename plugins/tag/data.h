/* data.h - the tables of plugins/tag/data, carried inside the plugin. */
#ifndef WQ_TAG_DATA_H
#define WQ_TAG_DATA_H
#include <warraq/plugin.h>

/* Lines separated by '\n', columns by tabs, spellings by |; # begins a comment
 * line. */
wq_str data_calendar(void);  /* class, value, language, spellings */
wq_str data_words(void);     /* the same */
wq_str data_places(void);    /* key, canonical name, type, id */
wq_str data_variants(void);  /* as places: spellings the sources lack */
wq_str data_agencies(void);  /* id, name, country, Latin and Arabic spellings */
wq_str data_stopwords(void); /* language, words */
wq_str data_ambiguous(void); /* names that are common words, one a line */

#endif
