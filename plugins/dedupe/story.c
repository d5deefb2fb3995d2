/* story.c - links to the earliest article, but joins no two stories (story.h).
 *
 * An article that repeats another belongs to its story - unless the other one
 * is a round-up, and the two articles repeat different parts of it:
 *
 *     round-up R   [ story X ][ story Y ]
 *     later   X'   [ story X ]             of R, R's story; R's anchor is X'
 *     later   Y'              [ story Y ]  of R, but has nothing of X': its own
 *
 * So an entry has an anchor, an article that has the part of its text that its
 * story is about: what it repeats itself, or else the first that repeats a part
 * of it.  Whoever repeats a part of the entry joins its story only if it has
 * something in common with the anchor. */
#include "story.h"
#include <stdlib.h>
#include <string.h>

/* Resemblance from which no text is a part of the other: they are one story,
 * or one round-up. */
#define MOST .6

/* Does an article that matches an entry with such an anchor (resembling it so
 * much) join its story? */
static int joins(struct index *x, uint32_t anchor, const struct signature *s,
                 double resemblance)
{
    uint32_t room[SAMPLES_MAX];
    if (anchor == NO_ENTRY || resemblance >= MOST) return 1;
    struct signature its = index_signature(x, anchor, room);
    return is_related(s, &its);
}

struct link story_find(struct index *x, const struct signature *s, int64_t now,
                       double contains, uint32_t min_shingles,
                       struct sharing *sharing)
{
    struct link none = { .of = NO_ENTRY }, first = none;
    uint32_t candidates[CANDIDATES_MAX], room[SAMPLES_MAX];
    if (sharing) sharing->n = 0;
    if (!s->words) return none;
    uint32_t same = index_find_exact(x, s, now);
    if (same != NO_ENTRY) return (struct link){ same, REL_EXACT, 1, 1, 0 };
    if (s->words < min_shingles + SHINGLE - 1) return none;

    size_t n = index_candidates(x, s, now, contains, candidates, sharing);
    for (size_t i = 0; i < n; i++) {
        struct signature earlier = index_signature(x, candidates[i], room);
        if (earlier.words < min_shingles + SHINGLE - 1) continue;
        struct verdict v = judge(s, &earlier, contains);
        if (v.relation == REL_NONE) continue;
        uint32_t anchor = index_anchor(x, candidates[i]);
        struct link link = {
            .of = candidates[i], .relation = v.relation, .score = v.score,
            .joins = joins(x, anchor, s, v.resemblance),
            .anchors = anchor == NO_ENTRY && v.resemblance < MOST,
        };
        if (link.joins) return link;
        if (first.of == NO_ENTRY) first = link;
    }
    return first;
}

int story_add(struct index *x, const struct signature *s, int64_t now,
              const char *id, size_t id_bytes, const struct link *link)
{
    if (link->relation == REL_EXACT) /* one entry stands for all copies */
        return index_refresh(x, link->of, now);
    uint32_t added = index_add(x, s, now, id, id_bytes,
                               link->joins ? link->of : NO_ENTRY);
    if (added == NO_ENTRY) return -1;
    uint32_t of = index_anchor(x, added); /* renumbered by index_add */
    if (!link->anchors || of == NO_ENTRY) return 0;
    return index_set_anchor(x, of, added);
}
