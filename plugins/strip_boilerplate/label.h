/* label.h - says of every unit whether it stays, and if not, why.
 *
 * The model finds the body; a few rules then see to what it cannot: the title,
 * the line that repeats it, and headlines put between two paragraphs. */
#ifndef STRIP_BOILERPLATE_LABEL_H
#define STRIP_BOILERPLATE_LABEL_H
#include "model.h"

/* Why a unit is cut.  The first are the kinds of cues. */
enum label {
    LABEL_KEEP = CUE_NONE,
    LABEL_TITLE = CUE_ADVERT + 1, /* the headline; it becomes the title       */
    LABEL_REPEATED_TITLE,
    LABEL_HEADLINE,               /* of another article                       */
    LABEL_OTHER_STORY,            /* sentences of another article             */
    LABEL_BOILERPLATE,            /* the place it stands at says so           */
    LABELS
};

/* "other_story"; NULL for LABEL_KEEP. */
const char *label_name(uint32_t label);

struct labels {
    uint8_t *unit; /* enum label of each unit */
    size_t title;  /* unit that is the headline; SIZE_MAX: none */
    int kept_all;  /* nothing looked like a body, so nothing is cut */
};

/* Memory for n units, from one worker's scratch. */
struct label_room {
    struct surroundings *around; /* n */
    uint64_t *hashes;            /* n */
    uint8_t *states;             /* n */
    uint8_t *steps;              /* n * STATES */
};

struct label_rules {
    const struct model *model;
    const struct cues *cues;
    const wq_text *text;
    double caution;
};

/* Labels the units of the text s.  title_hash: of the record's title (lines.h:
 * words_of); 0: it has none, and one is to be found.  out->unit has room. */
void label_units(const struct label_rules *rules, const struct units *units,
                 wq_str s, uint64_t title_hash, const struct label_room *room,
                 struct labels *out);
#endif
