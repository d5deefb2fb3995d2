/* clitics.c - the readings of an Arabic word, and which of them is taken.
 *
 * A reading takes from the front at most a conjunction and one of ب ل ك س, and
 * from the back at most a pronoun:
 *
 *      و  ب  تاريخ  ها          cuts are places between letters; byte[] says
 *      0  1  2      7           where in the word each letter begins
 *
 * Its score is a sum over steps (cut this letter off, leave that rest; cut this
 * pronoun off), so readings that begin alike share the sum of what they share.
 * The article is judged afterwards, on the stem of the best reading. */
#include "features.h"

#include <string.h>

/* ---- readings ------------------------------------------------------------- */

/* A reading under way, as places between letters. */
struct reading {
    uint8_t conj, particle; /* letters, NONE if there is none  */
    uint8_t begin, end;     /* of the stem                     */
};

static enum clitic_kind particle_kind(uint8_t letter)
{
    return letter == SEEN ? CLITIC_FUTURE : CLITIC_PREP;
}

static void push(struct clitics_pieces *out, size_t end, enum clitic_kind kind)
{
    out->end[out->n] = (uint8_t)end;
    out->kind[out->n++] = (uint8_t)kind;
}

/* Writes a reading down in bytes. */
static void write_pieces(const struct word *w, const struct reading *r,
                         struct clitics_pieces *out)
{
    size_t at = 0;
    out->n = 0;
    if (r->conj) push(out, w->byte[++at], CLITIC_CONJ);
    if (r->particle) push(out, w->byte[++at], particle_kind(r->particle));
    /* لها: the preposition is all there is before the pronoun */
    push(out, w->byte[r->end],
         r->end - r->begin == 1 && r->end < w->n ? CLITIC_PREP : CLITIC_STEM);
    if (r->end < w->n) push(out, w->byte[w->n], CLITIC_PRONOUN);
}

/* Calls see(user, reading, sum) for every reading of a word with letters; sum
 * is what the features of that reading come to. */
typedef void see_fn(void *user, const struct reading *reading,
                    const struct sum *sum);

/* الله, and with م behind it اللهم: one stem, which the treebank has not. */
#define GOD (L2(ALEF, LAM) + power[2] * L2(LAM, HEH))

/* Does w end with pronoun k?  If so, where it begins must leave a stem: two
 * letters, or one that is a preposition with nothing but a conjunction before. */
static int ends_with(const struct word *w, size_t begin, uint8_t particle,
                     uint32_t k)
{
    size_t n = w->n - begin, stem = n - pronouns[k].n;
    if (n <= pronouns[k].n
        || w->tail[w->n - pronouns[k].n] != pronouns[k].string
        || w->tail[begin] == GOD || w->is_nunated)
        return 0; /* nunation ends a noun, and no pronoun follows it */
    return stem >= 2
           || (!particle && (w->code[begin] == LAM || w->code[begin] == BEH));
}

/* The readings with a given front, their common features already in sum. */
static void see_ends(const struct clitics *model, const struct word *w,
                     struct reading r, struct sum *sum, see_fn *see, void *user)
{
    const struct sum front = *sum;
    uint32_t fronts = r.conj * 64u + r.particle;
    uint32_t last = r.particle ? r.particle : r.conj ? r.conj : NO_CLITIC;
    if (w->n - r.begin >= 2 || r.begin == 0) {
        r.end = w->n;
        keep_stem(model, w, fronts * 16, last, r.begin, r.end, sum);
        see(user, &r, sum);
    }
    for (uint32_t k = 0; k < PRONOUNS; k++) {
        if (!ends_with(w, r.begin, r.particle, k)) continue;
        *sum = front;
        r.end = (uint8_t)(w->n - pronouns[k].n);
        cut_pronoun(model, w, r.begin, r.end, k, sum);
        keep_stem(model, w, fronts * 16 + k + 1, last, r.begin, r.end, sum);
        see(user, &r, sum);
    }
}

/* All readings of a word of at least one letter. */
static void see_readings(const struct clitics *model, const struct word *w,
                         struct sum *sum, see_fn *see, void *user)
{
    for (uint32_t conj = 0; conj < 2; conj++) {
        struct reading r = { 0 };
        sum->n = 0;
        sum->score = 0;
        if (conj) {
            if ((w->code[0] != WAW && w->code[0] != FEH) || w->n < 2) return;
            r.conj = w->code[0];
            r.begin = 1;
            cut_front(model, w, 0, 1, r.conj, sum);
        }
        const struct sum before_particle = *sum;
        see_ends(model, w, r, sum, see, user);
        uint8_t c = w->code[r.begin];
        if ((c != BEH && c != LAM && c != KAF && c != SEEN)
            || w->n < r.begin + 2)
            continue;
        *sum = before_particle;
        r.particle = c;
        cut_front(model, w, r.begin, r.begin + 1u, c, sum);
        r.begin++;
        see_ends(model, w, r, sum, see, user);
    }
}

/* ---- the article ---------------------------------------------------------- */

/* الذي and its forms behind their ا: the ال is part of them. */
static int is_relative(uint64_t string)
{
    static const uint64_t forms[] = {
        L3(LAM, THAL, YEH),            /* الذي   */
        L3(LAM, TEH, YEH),             /* التي   */
        L4(LAM, THAL, YEH, NOON),      /* الذين  */
        L5(LAM, LAM, THAL, YEH, NOON), /* اللذين */
        L5(LAM, LAM, THAL, ALEF, NOON), /* اللذان */
        L5(LAM, LAM, TEH, YEH, NOON),  /* اللتين */
        L5(LAM, LAM, TEH, ALEF, NOON), /* اللتان */
        L5(LAM, LAM, ALEF, TEH, YEH),  /* اللاتي */
        L5(LAM, LAM, WAW, ALEF, TEH) + BASE * BASE * BASE * BASE * BASE * YEH,
        L4(LAM, LAM, ALEF, YEH_HAMZA) + BASE * BASE * BASE * BASE * YEH,
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (string == forms[i]) return 1;
    return 0;
}

/* The letter the word goes on with behind an article that begins the stem of a
 * reading; 0 if there can be none: ال, or ل where ل stands before it. */
static size_t after_article(const struct word *w, const struct reading *r)
{
    size_t i = r->begin, n = (size_t)(r->end - r->begin);
    if (r->particle == SEEN || r->end < w->n || n < 3) return 0;
    if (r->particle == LAM) return w->code[i] == LAM ? i + 1 : 0;
    if (n == 3 || w->code[i] != ALEF || w->code[i + 1] != LAM) return 0;
    if (w->tail[i] == GOD || w->tail[i] == GOD + power[4] * MEEM) return 0;
    return i + 2;
}

/* The features of cutting off that article. */
static void article_features(const struct clitics *model, const struct word *w,
                             const struct reading *r, size_t rest,
                             struct sum *sum)
{
    uint32_t clitic = r->particle == LAM ? LAM_AL : AL;
    cut_front(model, w, r->begin, rest, clitic, sum);
    first_letters(w, rest, w->n, clitic, sum);
}

/* ---- what grammar forbids -------------------------------------------------- */

/* The nouns and particles of two letters that stand between a preposition and a
 * pronoun (بيدها, لأنهم): most others that look so, as in بأسهم, are no stems. */
static const uint64_t short_stems[] = {
    L2(ALEF, MEEM), L2(ALEF, NOON), L2(ALEF, YEH), L2(AIN, MEEM),
    L2(JEEM, DAL),  L2(HAH, QAF),   L2(KAF, LAM),  L2(HAH, BEH),
    L2(REH, BEH),   L2(SAD, FEH),   L2(KHAH, TAH), L2(HAH, DAL),
    L2(DAD, DAL),   L2(YEH, DAL),   L2(DAL, MEEM), L2(FEH, MEEM),
    L2(SEEN, NOON), L2(REH, DAL),   L2(ZAH, LAM),  L2(SHEEN, KAF),
    L2(JEEM, WAW),  L2(HAH, YEH),   L2(ZAIN, YEH), L2(FEH, NOON),
    L2(SEEN, REH),  L2(HAH, ZAH),   L2(KAF, FEH),  L2(KHAH, DAL),
    L2(SEEN, DAL),  L2(NOON, SAD),  L2(AIN, ZAIN), L2(THAL, LAM),
    L2(HAH, LAM),   L2(DAD, MEEM),  L2(AIN, DAL),  L2(MEEM, NOON),
    L2(SHEEN, QAF), L2(REH, ALEF),  L2(HEH, MEEM),
};

/* May letters i, i + 1 be all that stands before pronoun k? */
static int is_short_stem(const struct word *w, size_t i, uint8_t particle,
                         uint64_t pronoun)
{
    uint64_t stem = part(w, i, i + 2);
    uint8_t last = w->code[i + 1];
    /* father and brother have a long vowel before a pronoun, أبوها, but in أبي
     *; نو and سا are not stems of verbs: those have رآ */
    if ((stem == L2(ALEF, BEH) || stem == L2(ALEF, KHAH))
        && pronoun != YEH)
        return 0;
    if (last == WAW || (last == ALEF && !(w->hamza >> (i + 1) & 1))) return 0;
    if (!particle) return 1;
    for (size_t s = 0; s < sizeof short_stems / sizeof *short_stems; s++)
        if (stem == short_stems[s]) return 1;
    return 0;
}

/* Is it sure that letters i and on begin with an article: ال or, behind ل, ل,
 * and then an alef with hamza? */
static int is_definite(const struct word *w, size_t i, uint8_t particle)
{
    size_t at = particle == LAM ? i + 1 : i + 2;
    return at < w->n && (w->hamza >> at & 1) && w->code[at - 1] == LAM
           && (particle == LAM || (w->code[i] == ALEF && !(w->hamza >> i & 1)));
}

/* May a word be read so?  The model learns from readings that may not be, too
 * (which show it what a pronoun is not), but never answers with one. */
static int is_grammatical(const struct word *w, const struct reading *r)
{
    if (w->must_begin && r->begin != w->must_begin) return 0;
    /* a preposition wants the genitive, and no verb behind س
     * has nunation */
    if (r->particle && w->is_accusative) return 0;
    /* س goes with the imperfect alone */
    if (r->particle == SEEN) {
        uint8_t c = w->code[r->begin];
        if (c != YEH && c != TEH && c != NOON && !(w->hamza >> r->begin & 1))
            return 0;
    }
    if (r->end == w->n) return 1;
    size_t stem = (size_t)(r->end - r->begin);
    uint64_t pronoun = w->tail[r->end];
    /* the pronoun of the first person is ي, never ى; ني goes with verbs and
     * particles like them, never with a letter; a noun
     * with the article has none */
    if (w->ends_dotless || is_definite(w, r->begin, r->particle)) return 0;
    if (stem == 1) return pronoun != L2(NOON, YEH);
    return stem > 2 || is_short_stem(w, r->begin, r->particle, pronoun);
}

/* ---- the answer ----------------------------------------------------------- */

struct best {
    const struct word *word;
    struct reading reading;
    int32_t score;
    uint32_t n;
};

static void keep_best(void *user, const struct reading *reading,
                      const struct sum *sum)
{
    struct best *best = user;
    if (!is_grammatical(best->word, reading)) return;
    if (best->n++ && sum->score <= best->score) return;
    best->reading = *reading;
    best->score = sum->score;
}

/* Is letter i an alef that carries a hamza or madda (U+0622, 0623, 0625)? */
static int has_hamza(const struct word *w, const char *p, size_t i)
{
    const unsigned char *u = (const unsigned char *)p + w->byte[i];
    return u[0] == 0xD8 && (u[1] == 0xA2 || u[1] == 0xA3 || u[1] == 0xA5);
}

/* أ stands before few words, too few to learn it from: these, spelled with its
 * hamza, and whether the letter behind it is a conjunction. */
static const struct {
    uint64_t string; /* what follows the أ */
    uint8_t conj;
} asked[] = {
    { L3(LAM, YEH, SEEN), 0 },               /* أليس  */
    { L1(LAM) + BASE * L3(YEH, SEEN, TEH), 0 }, /* أليست */
    { L1(LAM) + BASE * L3(SEEN, TEH, MEEM), 0 }, /* ألستم */
    { L1(LAM) + BASE * L3(SEEN, NOON, ALEF), 0 }, /* ألسنا */
    { L3(FEH, LAM, ALEF), 1 },               /* أفلا  */
    { L3(FEH, LAM, MEEM), 1 },               /* أفلم  */
    { L3(WAW, LAM, MEEM), 1 },               /* أولم  */
    { L1(WAW) + BASE * L3(LAM, YEH, SEEN), 1 }, /* أوليس */
};

/* Divides a word that asks; 0 if it is none of those above. */
static int divide_question(const struct word *w, const char *p,
                           struct clitics_pieces *out)
{
    if (w->code[0] != ALEF || w->n < 4 || !has_hamza(w, p, 0)) return 0;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        if (w->tail[1] != asked[i].string) continue;
        out->n = 0;
        push(out, w->byte[1], CLITIC_INTERROGATIVE);
        if (asked[i].conj) push(out, w->byte[2], CLITIC_CONJ);
        push(out, w->byte[w->n], CLITIC_STEM);
        return 1;
    }
    return 0;
}

/* Function words that look as if they were more or, and that is `prep`, are a
 * preposition and a word: a closed class, which a treebank has too seldom to
 * learn it from.  Behind a conjunction they are the same. */
static const struct {
    uint64_t string;
    uint8_t prep;
} closed[] = {
    { L3(LAM, YEH, SEEN), 0 },             /* ليس   */
    { L4(LAM, YEH, SEEN, TEH), 0 },        /* ليست  */
    { L5(LAM, YEH, SEEN, WAW, ALEF), 0 },  /* ليسوا */
    { L2(HEH, LAM), 0 },                   /* هل    */
    { L4(LAM, WAW, LAM, ALEF), 0 },        /* لولا  */
    { L3(LAM, DAL, YEH), 0 },              /* لدى   */
    { L4(REH, BEH, MEEM, ALEF), 0 },       /* ربما  */
    { L3(BEH, ALEF, YEH), 1 },             /* بأي   */
    { L4(BEH, ALEF, YEH, TEH_MARBUTA), 1 }, /* بأية  */
    { L3(LAM, ALEF, YEH), 1 },             /* لأي   */
    { L4(LAM, ALEF, YEH, TEH_MARBUTA), 1 }, /* لأية  */
};

/* Finds the reading of such a word, or of لدي with a pronoun.  1 if found. */
static int read_closed(const struct word *w, struct reading *r)
{
    int is_conj = w->code[0] == WAW || w->code[0] == FEH;
    for (uint8_t at = 0; at <= is_conj && at + 2 <= w->n; at++) {
        *r = (struct reading){ .begin = at, .end = w->n };
        if (at) r->conj = w->code[0];
        for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
            if (w->tail[at] != closed[i].string) continue;
            if (closed[i].prep) { /* لاية of ولاية is none of these */
                if (!(w->hamza >> (at + 1) & 1)) continue;
                r->particle = w->code[r->begin++];
            }
            return 1;
        }
        if (w->n < at + 4 || part(w, at, at + 3u) != L3(LAM, DAL, YEH))
            continue;
        for (uint32_t k = 0; k < PRONOUNS; k++) {
            if (w->tail[at + 3] != pronouns[k].string) continue;
            r->end = (uint8_t)(at + 3);
            return 1;
        }
    }
    return 0;
}

/* May anything but the article be cut off?  Looks at the ends alone, and lets
 * through more than there is. */
static int may_divide(const struct word *w)
{
    static const uint8_t first[SKIP] = { [WAW] = 1, [FEH] = 1, [BEH] = 1,
                                         [LAM] = 1, [KAF] = 1, [SEEN] = 1 };
    static const uint8_t last[SKIP] = { [ALEF] = 1, [HEH] = 1, [MEEM] = 1,
                                        [NOON] = 1, [KAF] = 1, [YEH] = 1 };
    return w->n > 1 && (first[w->code[0]] || last[w->code[w->n - 1]]);
}

void clitics_divide(const struct clitics *model, const char *p, size_t n,
                    struct clitics_pieces *out)
{
    struct word w;
    struct sum sum = { .weights = model->weights };
    *out = (struct clitics_pieces){ 1, { (uint8_t)n }, { CLITIC_STEM } };
    word_read(&w, p, n);
    if (!w.n || divide_question(&w, p, out)) return;
    struct best best = { .word = &w, .reading = { .end = w.n } };
    int is_article = 0;
    if (may_divide(&w) && !read_closed(&w, &best.reading))
        see_readings(model, &w, &sum, keep_best, &best);

    const struct reading *r = &best.reading;
    size_t rest = after_article(&w, r);
    if (rest && !has_hamza(&w, p, r->begin)
        && !is_relative(w.tail[r->begin + (r->particle != LAM)])) {
        sum.score = 0;
        article_features(model, &w, r, rest, &sum);
        is_article = sum.score > 0;
    }
    write_pieces(&w, r, out);
    if (is_article) { /* the stem is the last piece: no pronoun goes with an article */
        out->end[out->n - 1] = w.byte[rest];
        out->kind[out->n - 1] = CLITIC_ARTICLE;
        push(out, w.byte[w.n], CLITIC_STEM);
    }
}

/* ---- for whoever trains the model ----------------------------------------- */

struct collected {
    const struct clitics *model;
    const struct word *word;
    struct clitics_candidate *out;
    size_t n;
};

static void collect(void *user, const struct reading *reading,
                    const struct sum *sum)
{
    struct collected *c = user;
    struct clitics_candidate *to = &c->out[c->n++];
    write_pieces(c->word, reading, &to->pieces);
    to->n_features = sum->n;
    memcpy(to->feature, sum->feature, sum->n * sizeof *sum->feature);
    size_t rest = after_article(c->word, reading);
    struct sum article = { .feature = to->article };
    if (rest) article_features(c->model, c->word, reading, rest, &article);
    to->n_article = article.n;
    to->article_end = c->word->byte[rest];
}

size_t clitics_candidates(const struct clitics *model, const char *p, size_t n,
                          struct clitics_candidate *out)
{
    struct word w;
    word_read(&w, p, n);
    if (!w.n) return 0;
    uint32_t feature[CLITICS_FEATURES];
    struct sum sum = { .feature = feature };
    struct collected c = { model, &w, out, 0 };
    see_readings(model, &w, &sum, collect, &c);
    return c.n;
}
