/* story.h - which earlier article an article repeats, and whose story it is. */
#ifndef WARRAQ_DEDUPE_STORY_H
#define WARRAQ_DEDUPE_STORY_H
#include "index.h"
#include "judge.h"

struct link {
    uint32_t of; /* entry; NO_ENTRY: the article repeats nothing */
    enum relation relation;
    double score;
    int joins;   /* of's story is its story; else its own begins */
    int anchors; /* it is the first to repeat a part of `of` */
};

/* Finds what an article repeats among those remembered.
 *   contains       see judge
 *   min_shingles   texts with fewer are only ever exact copies
 *   sharing        see index_candidates; empty for an exact copy, and if such a
 *                  text is none
 * [serial] */
struct link story_find(struct index *x, const struct signature *s, int64_t now,
                       double contains, uint32_t min_shingles,
                       struct sharing *sharing);
/* Remembers the article under its id, in the story that `link` says.  Returns
 * 0, or -1 if memory runs out; nothing has changed then.  [serial] */
int story_add(struct index *x, const struct signature *s, int64_t now,
              const char *id, size_t id_bytes, const struct link *link);
#endif
