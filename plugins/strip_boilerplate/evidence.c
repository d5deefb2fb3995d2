/* evidence.c - facts about units for the model.  See evidence.h. */
#include "evidence.h"
#include <stdlib.h>
#include <string.h>

/* The bin of a value: the number of limits it reaches. */
static uint8_t bin(uint64_t value, const uint32_t *limits, size_t n)
{
    uint8_t i = 0;
    while (i < n && value >= limits[i]) i++;
    return i;
}
#define BIN(value, ...)                                                        \
    bin(value, (const uint32_t[]){ __VA_ARGS__ },                              \
        sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static int has_strong_cue(const struct unit *u)
{
    return u->cue.where >= CUE_STARTS;
}

int is_date_line(const struct unit *u)
{
    uint32_t dates = (uint32_t)u->numbers + u->date_words;
    return u->seen <= 14 && u->numbers && dates >= 2 &&
           (u->date_words ? 2 * dates >= u->seen : dates == u->seen);
}

int is_end_mark(const struct unit *u)
{
    if (!has_strong_cue(u) || u->words > 14) return 0;
    switch (u->cue.kind) {
    case CUE_RELATED: return u->cue.where == CUE_IS;
    case CUE_COPYRIGHT:
    case CUE_COMMENTS:
    case CUE_KEYWORDS:
    case CUE_SOURCE: return 1;
    default: return 0;
    }
}

/* 100 code points: two lines of a newspaper column, and more than all but a
 * few headlines have. */
static uint8_t kind_of(const struct unit *u)
{
    int ends = u->ending == END_FULL || u->ending == END_QUOTE;
    if (has_strong_cue(u) && u->chars < 160) return UNIT_CUE;
    if (u->chars >= 160 || (u->chars >= 100 && ends)) return UNIT_PROSE;
    if (ends && u->words >= 4) return UNIT_SENTENCE;
    if (u->chars >= 60) return UNIT_LONG;
    return u->chars >= 20 ? UNIT_MIDDLE : UNIT_SHORT;
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Marks units whose words, in the same order, are those of another unit. */
static void mark_repeated(struct context *c, uint64_t *hashes)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (c->list[i].hash) hashes[n++] = c->list[i].hash;
    qsort(hashes, n, sizeof *hashes, compare_hashes);
    size_t twice = 0; /* keep one of each that occurs more than once */
    for (size_t i = 1; i < n; i++)
        if (hashes[i] == hashes[i - 1] &&
            (!twice || hashes[twice - 1] != hashes[i]))
            hashes[twice++] = hashes[i];
    for (size_t i = 0; twice && i < c->n; i++)
        c->around[i].repeated =
            c->list[i].hash && bsearch(&c->list[i].hash, hashes, twice,
                                       sizeof *hashes, compare_hashes) != NULL;
}

void context_fill(struct context *c, const struct unit *list, size_t n,
                  struct surroundings *around, uint64_t *hashes)
{
    uint64_t seen = 0, functions = 0, ended = 0, caseless = 0;
    *c = (struct context){ .list = list, .n = n, .around = around };
    memset(around, 0, n * sizeof *around);
    size_t last = SIZE_MAX, run = 0;
    for (size_t i = 0; i < n; i++) {
        const struct unit *u = &list[i];
        struct surroundings *a = &around[i];
        a->kind = kind_of(u);
        a->mass = c->mass;
        a->ended = ended;
        if (!ended && is_end_mark(u)) ended = 1 + c->mass;
        if (last != SIZE_MAX) a->above = (uint32_t)(i - last);
        c->chars += u->chars;
        a->run = a->kind == UNIT_PROSE ? 0 : (uint32_t)++run;
        if (a->kind != UNIT_PROSE) continue;
        c->mass += u->chars;
        seen += u->seen;
        functions += u->functions;
        caseless += u->caseless ? u->seen : 0u;
        last = i;
        run = 0;
    }
    c->functions = seen ? (uint32_t)(1000 * functions / seen) : 0;
    c->caseless = 2 * caseless >= seen;
    last = SIZE_MAX;
    uint32_t prose = 0;
    for (size_t i = n; i-- > 0;) {
        struct surroundings *a = &around[i];
        if (last != SIZE_MAX) a->below = (uint32_t)(last - i);
        if (a->kind == UNIT_PROSE) last = i;
        else if (i + 1 < n && around[i + 1].run) a->run = around[i + 1].run;
    }
    for (size_t i = 0; i < n + 4; i++) {
        prose += i < n && around[i].kind == UNIT_PROSE;
        if (i >= 9) prose -= around[i - 9].kind == UNIT_PROSE;
        if (i >= 4) around[i - 4].prose = prose;
    }
    mark_repeated(c, hashes);
}

/* Share of function words against that of the text's own prose, which differs
 * from language to language.  5: too few words to tell; 6: a text whose
 * function words are not among our cues. */
static uint8_t functions_value(const struct context *c, const struct unit *u)
{
    if (c->functions < 50) return 6;
    if (u->seen < 4) return 5;
    uint64_t share = 1000000 * (uint64_t)u->functions / u->seen / c->functions;
    return BIN(share, 1, 400, 700, 1000);
}

/* 4: too few words, or another script than the text's; 5: a text without
 * capitals. */
static uint8_t capitals_value(const struct context *c, const struct unit *u)
{
    if (c->caseless) return 5;
    if (u->caseless || u->seen < 2) return 4;
    return BIN(100u * u->capitals / u->seen, 15, 40, 75);
}

static uint8_t numbers_value(const struct unit *u)
{
    if (is_date_line(u)) return 3;
    if (!u->numbers) return 0;
    return 2 * u->numbers >= u->seen ? 2 : 1;
}

static uint8_t place_value(const struct surroundings *a)
{
    return (uint8_t)((a->above != 0) + 2 * (a->below != 0));
}

static uint8_t title_value(const struct unit *u)
{
    if (!u->title_words) return 0;
    uint32_t share = 100u * u->title_words / (u->seen ? u->seen : 1);
    return share >= 80 ? 3 : share >= 30 ? 2 : 1;
}

static uint8_t ended_value(const struct context *c,
                           const struct surroundings *a)
{
    if (!a->ended) return 0;
    uint64_t mass = c->mass ? c->mass : 1;
    uint8_t value = BIN(100 * (a->ended - 1) / mass, 15, 40, 65, 85);
    return (uint8_t)(1 + (value > 3 ? 3 : value) +
                     4 * (a->kind <= UNIT_SENTENCE));
}

static uint8_t neighbour(const struct context *c, size_t i, int step)
{
    if (step < 0 ? i == 0 : i + 1 == c->n) return UNIT_EDGE;
    return c->around[step < 0 ? i - 1 : i + 1].kind;
}

void features_of(const struct context *c, size_t i,
                 uint8_t v[FEATURE_GROUPS])
{
    const struct unit *u = &c->list[i];
    const struct surroundings *a = &c->around[i];
    uint8_t kind = a->kind, place = place_value(a);
    uint8_t before = neighbour(c, i, -1), after = neighbour(c, i, 1);
    uint8_t size = BIN(u->chars, 40, 100);
    uint8_t density = BIN(a->prose, 1, 2, 4, 6);
    int strong = has_strong_cue(u), late = 2 * a->mass >= c->mass;

    v[FEATURE_LENGTH] = BIN(u->chars, 10, 20, 35, 60, 90, 140, 250);
    v[FEATURE_WORDS] = BIN(u->words, 2, 3, 5, 8, 12, 20);
    v[FEATURE_SHAPE] = (uint8_t)(size * ENDINGS + u->ending);
    v[FEATURE_FUNCTIONS] = functions_value(c, u);
    v[FEATURE_CAPITALS] = capitals_value(c, u);
    v[FEATURE_NUMBERS] = numbers_value(u);
    v[FEATURE_STOPS] = BIN(u->inner_stops, 1, 2);
    v[FEATURE_MARK] = (uint8_t)(2 * (u->mark != 0) + u->bullet);
    v[FEATURE_BEGINS] = (uint8_t)(2 * kind + u->conjunction);
    v[FEATURE_CUE] = (uint8_t)(2 * u->cue.where + late);
    v[FEATURE_STRONG] = strong ? u->cue.kind : CUE_NONE;
    v[FEATURE_WEAK] = strong ? CUE_NONE : u->cue.kind;
    v[FEATURE_TITLE] = title_value(u);
    v[FEATURE_REPEATED] = a->repeated;
    v[FEATURE_PREVIOUS] = (uint8_t)(kind * 7 + before);
    v[FEATURE_NEXT] = (uint8_t)(kind * 7 + after);
    v[FEATURE_AROUND] = (uint8_t)(before * 7 + after);
    v[FEATURE_ABOVE] = BIN(a->above, 1, 2, 3, 5, 10, 20);
    v[FEATURE_BELOW] = BIN(a->below, 1, 2, 3, 5, 10, 20);
    v[FEATURE_PLACE] = (uint8_t)(place * UNIT_KINDS + kind);
    v[FEATURE_RUN] = (uint8_t)(place * 6 + BIN(a->run, 1, 2, 3, 5, 10));
    v[FEATURE_DENSITY] = (uint8_t)(density * UNIT_KINDS + kind);
    v[FEATURE_MASS] =
        c->mass ? BIN(100 * a->mass / c->mass, 1, 10, 50, 90, 100) : 0;
    v[FEATURE_ENDED] = ended_value(c, a);
    uint64_t clean = 100 * c->mass / (c->chars ? c->chars : 1);
    v[FEATURE_CLEAN] = (uint8_t)(BIN(clean, 40, 65, 90) * UNIT_KINDS + kind);
}
