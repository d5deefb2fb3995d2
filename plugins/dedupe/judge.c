/* judge.c - containment and resemblance from samples, and the template guard
 * (judge.h).
 *
 * Republishing is containment, not resemblance: a story cut to a third, or
 * printed with another below it, lies whole in the longer text while the two
 * resemble each other little.
 *
 * Templates (weather, courts, exchange rates) repeat a form with new facts.
 * Their texts overlap as much as a shortened story does, but their numbers
 * differ, and a story that is printed again keeps its numbers. */
#include "judge.h"
#include <math.h>

/* Fewest common samples: two may meet by a stock phrase of eight words. */
#define COMMON_MIN 3
/* Resemblance from which two texts are one story told twice. */
#define NEAR .7
/* Containment from which a text lies "in" another: a changed dateline, a few
 * edited words and the error of the sample aside, all of it. */
#define WHOLE .75
/* From this containment on a text is a copy whatever its numbers say: templates
 * of news were seen to reach .67. */
#define SURE .8
/* Templates: of at least so many different numbers, at most this share is
 * found in the other text. */
#define NUMBERS_MIN   4
#define NUMBERS_SHARE .34

struct overlap overlap_count(const struct signature *later,
                             const struct signature *earlier)
{
    struct overlap o = { 0, 0, 0 };
    uint32_t level = later->level > earlier->level ? later->level
                                                   : earlier->level;
    uint32_t mask = ((uint32_t)1 << level) - 1;
    uint32_t i = 0, j = 0;
    while (i < later->n || j < earlier->n) {
        uint64_t a = i < later->n ? later->samples[i] : UINT64_MAX;
        uint64_t b = j < earlier->n ? earlier->samples[j] : UINT64_MAX;
        uint32_t low = (uint32_t)(a < b ? a : b);
        uint32_t kept = !(low & mask);
        i += a <= b;
        j += b <= a;
        o.later += kept & (a <= b);
        o.earlier += kept & (b <= a);
        o.common += kept & (a == b);
    }
    return o;
}

uint32_t overlap_needed(uint32_t later, uint32_t earlier, double contains)
{
    double n = later < earlier ? later : earlier;
    /* What is measured on a sample scatters around the truth: ask for one
     * standard error less, at most a fifth, so as not to miss every other text
     * that lies right at the line. */
    double slack = sqrt(n * contains * (1 - contains));
    if (slack > .2 * n * contains) slack = .2 * n * contains;
    double need = ceil(n * contains - slack - 1e-9);
    return need < COMMON_MIN ? COMMON_MIN : (uint32_t)need;
}

static int is_template(const struct signature *a, const struct signature *b)
{
    int x = __builtin_popcountll(a->numbers);
    int y = __builtin_popcountll(b->numbers);
    int both = __builtin_popcountll(a->numbers & b->numbers);
    int fewer = x < y ? x : y;
    return fewer >= NUMBERS_MIN && both <= NUMBERS_SHARE * fewer;
}

struct verdict judge(const struct signature *later,
                     const struct signature *earlier, double contains)
{
    struct verdict v = { REL_NONE, 0, 0 };
    struct overlap o = overlap_count(later, earlier);
    if (o.common < overlap_needed(o.later, o.earlier, contains)) return v;
    double held = (double)o.common / o.earlier; /* of the earlier text */
    double lies = (double)o.common / o.later;   /* of the later one */
    v.score = held > lies ? held : lies;
    v.resemblance = (double)o.common / (o.later + o.earlier - o.common);
    if (v.score < SURE && is_template(later, earlier)) return v;
    if (v.resemblance >= NEAR) v.relation = REL_NEAR;
    else if (lies >= WHOLE && lies >= held) v.relation = REL_CONTAINED;
    else if (held >= WHOLE) v.relation = REL_CONTAINS;
    else v.relation = REL_OVERLAP;
    return v;
}

int is_related(const struct signature *a, const struct signature *b)
{
    struct overlap o = overlap_count(a, b);
    uint32_t fewer = o.later < o.earlier ? o.later : o.earlier;
    /* One story's parts share a lead or a paragraph; of two stories a tenth
     * is shared at most, and six samples are too few to know. */
    return fewer < 6 || o.common > fewer / 10;
}
