/* features.c - see features.h; and the list of counts they look into. */
#include "features.h"

/* ---- the list of counts --------------------------------------------------- */

/* Stirs a number: what differs anywhere differs in the high bits (the finisher
 * of MurmurHash3, Appleby, public domain, halved). */
static uint64_t stir(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xFF51AFD7ED558CCD);
    x ^= x >> 32;
    return x * UINT64_C(0xC4CEB9FE1A85EC53);
}

uint64_t clitics_key(const char *p, size_t n)
{
    struct word w;
    word_read(&w, p, n);
    return w.n ? stir(w.tail[0]) : 0;
}

uint32_t clitics_slot(uint64_t key)
{
    return (uint32_t)(key >> (64 - CLITICS_COUNT_BITS));
}

uint32_t clitics_mark(uint64_t key)
{
    return (uint32_t)(key >> 28) & 0xFFF0;
}

/* How common a string is, 1 .. 15; 0 if the list does not know it.  A stranger
 * has the mark of a word it meets once in about a thousand times. */
static int level(const struct clitics *model, uint64_t string)
{
    uint64_t key = stir(string);
    uint32_t mark = clitics_mark(key);
    for (uint32_t i = clitics_slot(key);;
         i = (i + 1) & ((1u << CLITICS_COUNT_BITS) - 1)) {
        uint32_t slot = model->counts[2 * i]
                        | (uint32_t)model->counts[2 * i + 1] << 8;
        if (!slot) return 0;
        if ((slot & 0xFFF0) == mark) return (int)(slot & 15);
    }
}

/* ---- features ------------------------------------------------------------- */

/* What a feature says; beside it stands which clitic it says it of. */
enum kind {
    F_CUT, F_REST, F_REST_AL, F_REST_WORD, F_GAIN, F_AROUND, F_AROUND_WORD,
    F_ONE, F_ONE_WORD, F_LENGTH, /* a letter cut off the front */
    F_BASE, F_BASE_WORD, F_OTHERS, F_OTHERS_SET, F_LONGER, F_DEFINITE,
    F_LAST1, F_LAST2, F_LAST3, F_BASE_IS, F_BASE_LENGTH, /* a pronoun */
    F_READING, F_STEM, F_FIRST1, F_FIRST2, F_FIRST3, F_STEM_LENGTH, F_STEM_LEVEL
};

static void add(struct sum *sum, enum kind kind, uint32_t clitic,
                uint64_t value)
{
    uint64_t h = value + BASE * ((uint64_t)kind << 8 | clitic);
    uint32_t i = (uint32_t)(stir(h) >> (64 - CLITICS_WEIGHT_BITS));
    if (sum->weights) sum->score += (int8_t)sum->weights[i];
    if (sum->feature) sum->feature[sum->n++] = i;
}

/* Adds a feature for the clitic and for any clitic. */
static void add_both(struct sum *sum, enum kind kind, uint32_t clitic,
                     uint64_t value)
{
    add(sum, kind, clitic, value);
    add(sum, kind, ANY, value);
}

/* What may stand before a word: ال و ل ب ك ف س. */
static const struct {
    uint64_t string;
    uint8_t n;
} before[] = {
    { L2(ALEF, LAM), 2 }, { L1(WAW), 1 }, { L1(LAM), 1 }, { L1(BEH), 1 },
    { L1(KAF), 1 }, { L1(FEH), 1 }, { L1(SEEN), 1 },
};
enum { BEFORE = 7, BEFORE_WORD = 4 };

void cut_front(const struct clitics *model, const struct word *w,
               size_t at, size_t rest, uint32_t clitic, struct sum *sum)
{
    int whole = level(model, w->tail[at]), left = level(model, w->tail[rest]);
    int whole_al = 0, left_al = 0;
    uint32_t around_whole = whole > 0, around_left = left > 0;
    for (uint32_t i = 0; i < BEFORE; i++) {
        uint64_t base = power[before[i].n];
        int l = level(model, before[i].string + base * w->tail[rest]);
        if (l) {
            add_both(sum, F_ONE, clitic, i);
            around_left |= 2u << i;
        }
        if (i == 0) left_al = l;
        if (i >= BEFORE_WORD) continue;
        l = level(model, before[i].string + base * w->tail[at]);
        if (l) {
            add_both(sum, F_ONE_WORD, clitic, i);
            around_whole |= 2u << i;
        }
        if (i == 0) whole_al = l;
    }
    int more = left && whole ? left - whole : left ? 99 : whole ? -99 : 100;
    int gain = (left > left_al ? left : left_al)
               - (whole > whole_al ? whole : whole_al);
    add_both(sum, F_REST, clitic, (uint64_t)left);
    add_both(sum, F_REST_AL, clitic, (uint64_t)left_al);
    add_both(sum, F_REST_WORD, clitic, (uint64_t)more);
    add_both(sum, F_GAIN, clitic, (uint64_t)gain);
    add_both(sum, F_AROUND, clitic, around_left);
    add_both(sum, F_AROUND_WORD, clitic, around_whole);
    add(sum, F_CUT, clitic, 0);
    add(sum, F_LENGTH, clitic, w->n - rest < 7 ? w->n - rest : 7);
}

const struct pronoun pronouns[PRONOUNS] = {
    { L2(HEH, ALEF), 2, 1 },       { L3(HEH, MEEM, ALEF), 3, 1 },
    { L3(KAF, MEEM, ALEF), 3, 0 }, { L2(NOON, ALEF), 2, 1 },
    { L1(HEH), 1, 1 },             { L2(HEH, MEEM), 2, 1 },
    { L2(KAF, MEEM), 2, 1 },       { L2(HEH, NOON), 2, 0 },
    { L2(KAF, NOON), 2, 0 },       { L1(KAF), 1, 1 },
    { L2(NOON, YEH), 2, 0 },       { L1(YEH), 1, 1 },
};

/* What stands behind a stem and is no pronoun: ة ات ين ون. */
static const struct {
    uint64_t string;
} endings[] = { { L1(TEH_MARBUTA) }, { L2(ALEF, TEH) }, { L2(YEH, NOON) },
                { L2(WAW, NOON) } };

/* The word that becomes letters i .. j - 1 before a pronoun, if it is written
 * otherwise: مدينة مدينتها, على علاها, أعضاء أعضائه, كتبوا كتبوها. */
static uint64_t before_pronoun(const struct word *w, size_t i, size_t j)
{
    static const uint8_t written[SKIP] = {
        [TEH] = TEH_MARBUTA, [ALEF] = YEH, [YEH_HAMZA] = HAMZA,
        [WAW_HAMZA] = HAMZA,
    };
    uint8_t last = w->code[j - 1];
    if (last == WAW) return part(w, i, j) + power[j - i] * ALEF;
    if (!written[last]) return part(w, i, j);
    return part(w, i, j - 1) + power[j - 1 - i] * written[last];
}

void cut_pronoun(const struct clitics *model, const struct word *w,
                 size_t i, size_t j, uint32_t k, struct sum *sum)
{
    uint64_t base = part(w, i, j), after = power[j - i];
    int plain = level(model, base);
    int restored = level(model, before_pronoun(w, i, j));
    int left = plain > restored ? plain : restored;
    int whole = level(model, w->tail[i]);
    uint32_t others = 0, n_others = 0, longer = 0;
    for (uint32_t o = 0; o < PRONOUNS; o++) {
        if (!pronouns[o].others) continue;
        if (level(model, base + after * pronouns[o].string)) {
            others |= 1u << o;
            n_others++;
        }
        longer += level(model, w->tail[i]
                                   + power[w->n - i] * pronouns[o].string)
                  > 0;
    }
    for (size_t o = 0; o < sizeof endings / sizeof *endings; o++)
        longer += level(model, w->tail[i]
                                   + power[w->n - i] * endings[o].string)
                  > 0;
    int definite = level(model, L2(ALEF, LAM) + power[2] * w->tail[i]) > 0;
    uint32_t x = PRONOUN + k;
    add_both(sum, F_BASE, x, 2 * (uint64_t)left + (restored > plain));
    add_both(sum, F_BASE_WORD, x, (uint64_t)(left - whole));
    add_both(sum, F_OTHERS, x, n_others);
    add_both(sum, F_OTHERS_SET, x, others);
    add_both(sum, F_LONGER, x, longer);
    add_both(sum, F_DEFINITE, x, (uint64_t)definite);
    add(sum, F_LAST1, x, part(w, j - 1, j));
    add(sum, F_LAST2, x, part(w, j - i < 2 ? i : j - 2, j));
    add(sum, F_LAST3, x, part(w, j - i < 3 ? i : j - 3, j));
    add(sum, F_BASE_IS, x, base);
    add(sum, F_BASE_LENGTH, x, j - i < 6 ? j - i : 6);
}

void first_letters(const struct word *w, size_t i, size_t j,
                   uint32_t clitic, struct sum *sum)
{
    size_t n = j - i;
    add(sum, F_STEM, clitic, part(w, i, j));
    add(sum, F_FIRST1, clitic, part(w, i, i + 1));
    add(sum, F_FIRST2, clitic, part(w, i, n < 2 ? j : i + 2));
    add(sum, F_FIRST3, clitic, part(w, i, n < 3 ? j : i + 3));
}

void keep_stem(const struct clitics *model, const struct word *w,
               uint32_t reading, uint32_t particle, size_t i, size_t j,
               struct sum *sum)
{
    uint64_t stem = part(w, i, j);
    size_t n = j - i;
    int plain = level(model, stem);
    int definite = level(model, L2(ALEF, LAM) + power[2] * stem);
    add(sum, F_READING, ANY, reading);
    first_letters(w, i, j, particle, sum);
    add(sum, F_STEM_LENGTH, ANY, reading * 16 + (n < 8 ? n : 8));
    add(sum, F_STEM_LEVEL, ANY,
        reading * 16 + (uint64_t)(plain > definite ? plain : definite));
}
