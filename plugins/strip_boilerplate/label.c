/* label.c - from states to reasons, and the rules around the model.  See
 * label.h. */
#include "label.h"
#include <string.h>

enum {
    /* Shorter ones are rubrics ("World"), longer ones paragraphs. */
    TITLE_MIN_WORDS = 3,
    TITLE_MAX_WORDS = 30,
    TITLE_MAX_CHARS = 220,
    TITLE_BODY_UNITS = 8, /* units of the body whose words a title shares */
    TITLE_LOOK_BACK = 40, /* units above the body that may be one */
    BODY_WORDS = 1024
};

static const char *const own_names[LABELS] = {
    [LABEL_TITLE] = "title",
    [LABEL_REPEATED_TITLE] = "repeated_title",
    [LABEL_HEADLINE] = "headline",
    [LABEL_OTHER_STORY] = "other_story",
    [LABEL_BOILERPLATE] = "boilerplate",
};

const char *label_name(uint32_t label)
{
    if (label == LABEL_KEEP || label >= LABELS) return NULL;
    return label <= CUE_ADVERT ? cue_kind_name(label) : own_names[label];
}

static int is_prose(uint8_t kind)
{
    return kind == UNIT_PROSE || kind == UNIT_SENTENCE;
}

/* Why a unit outside the body is cut. */
static uint8_t reason_of(const struct context *c, size_t i, uint8_t state)
{
    const struct unit *u = &c->list[i];
    uint8_t kind = c->around[i].kind;
    int own = u->cue.where >= CUE_STARTS || u->cue.kind == CUE_COPYRIGHT;
    if (own && u->cue.kind <= CUE_ADVERT && u->cue.kind) return u->cue.kind;
    if (is_date_line(u)) return CUE_DATE;
    if (u->cue.kind && u->cue.kind <= CUE_ADVERT && u->words <= 12)
        return u->cue.kind;
    if (is_prose(kind) && state == STATE_AFTER) return LABEL_OTHER_STORY;
    if (!is_prose(kind) && u->chars >= 35) return LABEL_HEADLINE;
    return LABEL_BOILERPLATE;
}

/* A headline between two paragraphs of a text that ends its paragraphs as it
 * should: as long as a headline, no stop in it or behind it, and not how a
 * sentence of a story begins.  Headings of sections are shorter. */
static int is_inserted_headline(const struct context *c, const uint8_t *states,
                                size_t i)
{
    const struct unit *u = &c->list[i];
    if (i == 0 || i + 1 == c->n || u->bullet || u->lines > 1) return 0;
    if (u->words < 8 || u->chars < 45 || u->chars > 140) return 0;
    if (u->ending == END_FULL || u->ending == END_COLON ||
        u->ending == END_COMMA || u->inner_stops || u->conjunction)
        return 0;
    for (size_t k = i - 1; k <= i + 1; k += 2)
        if (states[k] != STATE_BODY || !is_prose(c->around[k].kind) ||
            c->list[k].ending != END_FULL)
            return 0;
    return 1;
}

/* Do nine in ten of the body's paragraphs, and at least five, end in a stop? */
static int is_punctuated(const struct context *c, const uint8_t *states)
{
    size_t n = 0, full = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (states[i] != STATE_BODY || c->around[i].kind != UNIT_PROSE)
            continue;
        n++;
        full += c->list[i].ending == END_FULL ||
                c->list[i].ending == END_ELLIPSIS;
    }
    return n >= 5 && 10 * full >= 9 * n;
}

static void cut_inserted_headlines(const struct context *c, uint8_t *states)
{
    if (!c->caseless || !is_punctuated(c, states)) return;
    for (size_t i = 0; i < c->n; i++)
        if (states[i] == STATE_BODY && is_inserted_headline(c, states, i))
            states[i] = STATE_INSERTED;
}

/* Cues that say enough by themselves, even between two paragraphs: from how
 * much of a line on.  On 673 labelled pages, of the lines the model takes for
 * body and these cut, 4 in 5 are none; for cues left out here it is the other
 * way round, or close. */
static const uint8_t telling[CUE_KINDS] = {
    [CUE_READ_MORE] = CUE_STARTS, [CUE_RELATED] = CUE_STARTS,
    [CUE_COMMENTS] = CUE_STARTS,  [CUE_SUBSCRIBE] = CUE_IS,
    [CUE_SOURCE] = CUE_IS,        [CUE_ADVERT] = CUE_IS,
    [CUE_TIME_AGO] = CUE_IS,
};

static void cut_telling_lines(const struct context *c, uint8_t *states)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct unit *u = &c->list[i];
        uint8_t from = telling[u->cue.kind];
        if (states[i] == STATE_BODY && c->around[i].kind == UNIT_CUE && from &&
            u->cue.where >= from && u->ending != END_FULL)
            states[i] = STATE_INSERTED;
    }
}

/* Does a unit begin as a sentence in the middle of a story does ("وقال", "كما",
 * "وفي")?  Neither headlines nor other stories do. */
static int continues_story(const struct context *c, size_t i)
{
    const struct unit *u = &c->list[i];
    return u->conjunction && u->words >= 6 && !u->bullet && !u->cue.kind;
}

/* Does the story go on behind a link at `end`, where the model ended the body?
 * It does if the first paragraph there continues it and no line before that
 * paragraph ends an article.  (A lone "Reuters" does not: photos have it, too.)
 * Returns that paragraph's index, or c->n. */
static size_t find_continuation(const struct context *c, size_t end)
{
    size_t i = end;
    for (; i < c->n && i - end <= 4 && !is_prose(c->around[i].kind); i++) {
        const struct unit *u = &c->list[i];
        int lone_source = u->cue.kind == CUE_SOURCE && u->cue.where == CUE_IS;
        if (is_end_mark(u) && u->cue.kind != CUE_RELATED && !lone_source)
            return c->n;
    }
    return i < c->n && i - end <= 4 && continues_story(c, i) ? i : c->n;
}

/* Moves the end of the body behind the paragraphs that go on with the story, as
 * often as links interrupt it. */
static void resume_body(const struct context *c, uint8_t *states)
{
    size_t end = c->n, i;
    while (end > 0 && states[end - 1] == STATE_AFTER) end--;
    while (end > 0 && (i = find_continuation(c, end)) < c->n) {
        memset(states + end, STATE_INSERTED, i - end);
        for (end = i; end < c->n && is_prose(c->around[end].kind) &&
                      !c->list[end].cue.kind;
             end++)
            states[end] = STATE_BODY;
    }
}

/* Gives back to the body what the model took and what cannot be anything but
 * the story.  In scripts with capitals the model sees that for itself. */
static void keep_sentences(const struct context *c, uint8_t *states)
{
    size_t first = 0;
    if (!c->caseless) return;
    for (size_t i = 0; i < c->n; i++)
        if (states[i] == STATE_INSERTED && continues_story(c, i))
            states[i] = STATE_BODY;
    resume_body(c, states);
    while (first < c->n && states[first] != STATE_BODY) first++;
    for (size_t i = first; i-- > 0 && first - i <= 4;) {
        if (!is_prose(c->around[i].kind) || !continues_story(c, i)) continue;
        memset(states + i, STATE_INSERTED, first - i);
        states[i] = STATE_BODY;
        first = i;
    }
}

/* Is this the heading of a block of other articles? */
static int is_related_heading(const struct unit *u)
{
    return u->cue.where == CUE_IS &&
           (u->cue.kind == CUE_RELATED || u->cue.kind == CUE_READ_MORE);
}

/* The front of a unit's text, short enough for words_of, whole code points. */
static wq_str front_of(const struct unit *u, wq_str s)
{
    wq_str front = { s.p + u->text, u->end - u->text };
    if (front.n <= LINE_BYTES) return front;
    front.n = LINE_BYTES;
    while (((unsigned char)front.p[front.n] & 0xC0) == 0x80) front.n--;
    return front;
}

/* How many of a unit's words, function words and numbers apart, are among
 * words[0 .. n). */
static size_t shared_words(const struct label_rules *rules, wq_str unit,
                           const uint64_t *words, size_t n)
{
    uint64_t own[64], all;
    size_t shared = 0, n_own = words_of(rules->text, unit, own, 64, &all);
    for (size_t i = 0; i < n_own; i++) {
        if (own[i] == CUE_NUMBER ||
            cues_word(rules->cues, own[i]) & 1u << CUE_FUNCTION)
            continue;
        for (size_t k = 0; k < n; k++) {
            if (words[k] != own[i]) continue;
            shared++;
            break;
        }
    }
    return shared;
}

/* "Source: Reuters", "Tags: oil, OPEC", then "Read also:": the article is over,
 * even if another one, in whole sentences, follows.  Cuts from there on. */
static void cut_after_the_end(const struct context *c, uint8_t *states)
{
    size_t mark = SIZE_MAX;
    for (size_t i = 0; i < c->n; i++) {
        const struct unit *u = &c->list[i];
        if (mark != SIZE_MAX && i - mark <= 3 && is_related_heading(u)) {
            memset(states + mark, STATE_AFTER, c->n - mark);
            return;
        }
        int own = u->cue.kind == CUE_SOURCE || u->cue.kind == CUE_KEYWORDS;
        if (own && is_end_mark(u) && c->around[i].above &&
            states[i] != STATE_BODY && (mark == SIZE_MAX || i - mark > 1))
            mark = i;
    }
}

/* "Read also:", a headline, and below it a paragraph that tells what the
 * headline says: that story is not this article's. */
static void cut_other_story(const struct label_rules *rules,
                            const struct context *c, uint8_t *states, wq_str s)
{
    for (size_t i = 1; i + 2 < c->n; i++) {
        const struct unit *headline = &c->list[i + 1];
        const struct unit *lead = &c->list[i + 2];
        if (!is_related_heading(&c->list[i]) || !c->around[i].above ||
            is_prose(c->around[i + 1].kind) ||
            c->around[i + 2].kind != UNIT_PROSE || continues_story(c, i + 2))
            continue;
        uint64_t words[64], all;
        size_t n = words_of(rules->text, front_of(lead, s), words, 64, &all);
        if (shared_words(rules, front_of(headline, s), words, n) < 3) continue;
        memset(states + i, STATE_AFTER, c->n - i);
        return;
    }
}

/* Hashes of the words of the first units of the body. */
static size_t body_words(const struct label_rules *rules,
                         const struct context *c, const uint8_t *states,
                         wq_str s, uint64_t *words)
{
    size_t n = 0;
    for (size_t i = 0, units = 0; i < c->n && units < TITLE_BODY_UNITS; i++) {
        const struct unit *u = &c->list[i];
        if (states[i] != STATE_BODY) continue;
        uint64_t all;
        n += words_of(rules->text, front_of(u, s), words + n, BODY_WORDS - n,
                      &all);
        units++;
    }
    return n;
}

static int may_be_title(const struct context *c, size_t i, wq_str s)
{
    const struct unit *u = &c->list[i];
    return s.p[u->end - 1] != '.' && !continues_story(c, i) &&
           u->words >= TITLE_MIN_WORDS && u->words <= TITLE_MAX_WORDS &&
           u->chars <= TITLE_MAX_CHARS && u->cue.where < CUE_STARTS &&
           !is_date_line(u) && u->ending != END_COMMA &&
           u->ending != END_COLON &&
           (u->ending != END_FULL || u->chars <= 100);
}

/* The headline: of the units above the body, the one that shares most words
 * with it; of equals, the one that stands twice, then the nearest.  If there is
 * nothing above, the body's first unit, where it is no sentence. */
static size_t find_title(const struct label_rules *rules,
                         const struct context *c, const uint8_t *states,
                         wq_str s)
{
    uint64_t words[BODY_WORDS];
    size_t first = 0, best = SIZE_MAX, best_score = 0;
    while (first < c->n && states[first] != STATE_BODY) first++;
    size_t n = body_words(rules, c, states, s, words);
    size_t from = first > TITLE_LOOK_BACK ? first - TITLE_LOOK_BACK : 0;
    size_t to = first + 1 < c->n && !is_prose(c->around[first].kind) &&
                        c->around[first + 1].kind == UNIT_PROSE
                    ? first + 1
                    : first;
    for (size_t i = from; i < to; i++) {
        const struct unit *u = &c->list[i];
        if (!may_be_title(c, i, s)) continue;
        wq_str unit = { s.p + u->text, u->end - u->text };
        size_t shared = i < first ? shared_words(rules, unit, words, n) : 2;
        size_t score = 8 * shared + 4 * c->around[i].repeated +
                       (first - i <= 4 ? 3 : first - i <= 10 ? 1 : 0);
        if (shared >= 2 && score >= best_score) {
            best = i;
            best_score = score;
        }
    }
    return best;
}

/* Chosen by eye, from poems and columns of which a line or two was left; on the
 * 673 labelled pages (model/README.md) they change nothing. */
enum { STUMP_CHARS = 150, STUMP_SHARE = 4 };

/* Is so little left that the text was most likely no article with something
 * around it, but a poem or a list?  Then the model has judged what it does not
 * know, and a menu too many is better than an article lost. */
static int is_stump(const struct units *units, const uint8_t *labels)
{
    size_t kept = 0, all = 0;
    for (size_t i = 0; i < units->n; i++) {
        all += units->list[i].chars;
        if (labels[i] == LABEL_KEEP) kept += units->list[i].chars;
    }
    return kept < STUMP_CHARS && kept * STUMP_SHARE < all;
}

void label_units(const struct label_rules *rules, const struct units *units,
                 wq_str s, uint64_t title_hash, const struct label_room *room,
                 struct labels *out)
{
    struct context c;
    size_t n = units->n, body = 0;
    uint8_t *states = room->states;

    out->title = SIZE_MAX;
    out->kept_all = 0;
    memset(out->unit, LABEL_KEEP, n);
    if (n < 2) return; /* one line has nothing around it to be judged by */
    context_fill(&c, units->list, n, room->around, room->hashes);
    model_decide(rules->model, &c, rules->caution, states, room->steps);
    for (size_t i = 0; i < n; i++) body += states[i] == STATE_BODY;
    if (!body) {
        out->kept_all = 1;
        return;
    }
    cut_telling_lines(&c, states);
    keep_sentences(&c, states);
    cut_after_the_end(&c, states);
    cut_other_story(rules, &c, states, s);
    cut_inserted_headlines(&c, states);
    if (!title_hash) {
        out->title = find_title(rules, &c, states, s);
        if (out->title != SIZE_MAX) title_hash = units->list[out->title].hash;
    }
    for (size_t i = 0; i < n; i++) {
        int same = title_hash && units->list[i].hash == title_hash;
        if (i == out->title) out->unit[i] = LABEL_TITLE;
        else if (same && (states[i] != STATE_BODY || i < 3) && body > 1)
            out->unit[i] = LABEL_REPEATED_TITLE;
        else if (states[i] != STATE_BODY)
            out->unit[i] = reason_of(&c, i, states[i]);
    }
    if (is_stump(units, out->unit)) {
        out->kept_all = 1;
        out->title = SIZE_MAX;
        memset(out->unit, LABEL_KEEP, n);
    }
}
