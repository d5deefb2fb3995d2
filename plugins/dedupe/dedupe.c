/* dedupe.c - the `dedupe` stage: marks articles that repeat an earlier one.
 *
 * An article is judged against the articles before it, never those after, so
 * a stream can be judged as it comes.  The work is five steps, of which only
 * the index has a memory:
 *
 *   emit     signature.c  words -> sampled shingles, the keys     [worker]
 *   match    index.c      keys -> earlier articles that share some [serial]
 *   judge    judge.c      two signatures -> relation, score
 *   resolve  story.c      the earliest match, and whose story it is
 *   apply    here         the field `duplicate`, or a drop
 *
 * What it remembers stays between runs that have a `state:` (memory.c): many
 * runs then give what one run over everything gives.
 *
 * What it does not do: read text (it takes the hashes of `tokens`), compare
 * titles, or tell two reports of one event in different words apart from any
 * two articles. */
#include "memory.h"
#include "passages.h"
#include "story.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <warraq/plugin.h>

enum {
    P_FIELD, P_TOKENS, P_DATE, P_TO, P_CONTAINS, P_WINDOW, P_DENSITY,
    P_MIN_SHINGLES, P_ON_DUPLICATE, P_PASSAGES, P_SENTENCES, P_REUSED
};
enum { MARK, DROP };
static const char *const densities[] = { "1", "2", "4", "8", "16", "32", NULL };
static const char *const on_duplicate[] = { "mark", "drop", NULL };
static const wq_param params[] = {
    [P_FIELD] = { .name = "field", .type = WQ_FIELD_IN, .fallback = "text",
                  .help = "Field whose text is compared." },
    [P_TOKENS] = { .name = "tokens", .type = WQ_LAYER_IN,
                   .fallback = "tokens",
                   .help = "Layer with the words of that field." },
    [P_DATE] = { .name = "date", .type = WQ_FIELD_IN, .flags = WQ_OPTIONAL,
                 .fallback = "date",
                 .help = "Field with the article's date (RFC 3339), which "
                         "sets the stream's clock." },
    [P_TO] = { .name = "to", .type = WQ_FIELD_OUT, .fallback = "duplicate",
               .help = "Field that says what an article repeats." },
    /* At one half the sentence "most of the shorter text is in the other"
     * begins to be true. */
    [P_CONTAINS] = { .name = "contains", .type = WQ_REAL, .fallback = "0.5",
                     .min = .1, .max = 1,
                     .help = "Share of the shorter text that must lie in the "
                             "other." },
    /* Of 21,588 pairs in three weeks of news 99.8 % lie within 7 days. */
    [P_WINDOW] = { .name = "window", .type = WQ_DURATION, .fallback = "7d",
                   .min = 0, .max = 36500 * 86400e3, /* a century */
                   .help = "How long an article is remembered after it or an "
                           "exact copy came; 0s: for ever." },
    [P_DENSITY] = { .name = "density", .type = WQ_ENUM, .fallback = "8",
                    .choices = densities,
                    .help = "One shingle in so many is remembered of a long "
                            "text; more mean less memory and more misses." },
    /* A caption of a line and a half can lie in many articles by chance. */
    [P_MIN_SHINGLES] = { .name = "min_shingles", .type = WQ_INT,
                         .fallback = "12", .unit = "shingles", .min = 4,
                         .max = 1e6,
                         .help = "Texts with fewer runs of five words count "
                                 "as repeated only when they are equal." },
    [P_ON_DUPLICATE] = { .name = "on_duplicate", .type = WQ_ENUM,
                         .fallback = "mark", .choices = on_duplicate,
                         .help = "drop: articles that bring nothing new "
                                 "(exact, near, contained) leave the stream; "
                                 "those that contain or overlap an earlier "
                                 "one are marked all the same." },
    [P_PASSAGES] = { .name = "passages", .type = WQ_BOOL, .fallback = "false",
                     .help = "Say which sentences stand in an earlier article, "
                             "of another story, too." },
    [P_SENTENCES] = { .name = "sentences", .type = WQ_LAYER_IN,
                      .flags = WQ_OPTIONAL, .fallback = "sentences",
                      .help = "Layer with the sentences of that field; without "
                              "it they are looked for." },
    [P_REUSED] = { .name = "reused", .type = WQ_LAYER_OUT, .fallback = "reused",
                   .help = "Layer for those passages; attribute id: the "
                           "earliest article that has it." },
};

enum { R_REPEATED };
static const wq_reason reasons[] = {
    [R_REPEATED] = { "repeated", "an earlier article says the same" },
};

/* The first ones in the order of enum relation. */
enum { C_STORIES = RELATIONS, C_SHORT, C_UNDATED, C_PASSAGES };
static const char *const counters[] = {
    "first", "exact", "near", "contains", "contained", "overlap",
    "parts_of_round_ups", "too_short", "undated", "passages",
    NULL
};

/* Kinds of tokens that are words of the text; the rest is how it is set. */
enum { K_WORD, K_NUMBER, K_TIME, K_DATE, K_ABBREVIATION, K_HASHTAG, KINDS };
static const char *const kinds[] = { "word", "number", "time", "date",
                                     "abbreviation", "hashtag" };

struct settings {
    const wq_host *host;
    const wq_text *text;
    const wq_state *state;
    wq_key field, tokens, date, to, id, sentences, reused;
    wq_key kind[KINDS];
    double contains;
    int64_t window; /* seconds */
    uint32_t level, min_shingles;
    int drops, wants_passages;
    char format[32]; /* of the pieces of memory */
};

struct dedupe {
    const struct settings *is;
    struct memory memory;
    wq_ctx *ctx; /* while it saves */
};

enum {
    PLACES_MAX = 8 * SAMPLES_MAX, /* of a text; what is behind is not searched */
    SENTENCES_AHEAD = 256
};

/* What prepare hands to process. */
struct prepared {
    struct signature signature;
    struct passages passages; /* none is from anywhere yet */
    int64_t date;
};

static wq_key intern(const wq_host *host, const char *name)
{
    return host->intern((wq_str){ name, strlen(name) });
}

/* Returns the settings, freed by close, or NULL if memory runs out.  [main] */
static void *dedupe_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct settings *is = calloc(1, sizeof *is);
    (void)ctx;
    if (!is) return NULL;
    is->host = host;
    is->text = host->extension("text/1");
    is->state = host->extension("state/1");
    snprintf(is->format, sizeof is->format, MEMORY_FORMAT " fold/%u",
             is->text ? is->text->fold_id : 0);
    is->field = host->get_key(config, P_FIELD, 0);
    is->tokens = host->get_key(config, P_TOKENS, 0);
    is->date = host->get_key(config, P_DATE, 0);
    is->to = host->get_key(config, P_TO, 0);
    is->id = intern(host, "id");
    for (size_t i = 0; i < KINDS; i++) is->kind[i] = intern(host, kinds[i]);
    is->contains = host->get_real(config, P_CONTAINS);
    is->window = host->get_int(config, P_WINDOW) / 1000;
    if (!is->window && host->get_int(config, P_WINDOW)) is->window = 1;
    is->level = (uint32_t)host->get_int(config, P_DENSITY); /* choice 2^i */
    is->min_shingles = (uint32_t)host->get_int(config, P_MIN_SHINGLES);
    is->drops = host->get_int(config, P_ON_DUPLICATE) == DROP;
    is->wants_passages = host->get_int(config, P_PASSAGES) != 0;
    is->sentences = host->get_key(config, P_SENTENCES, 0);
    is->reused = host->get_key(config, P_REUSED, 0);
    return is;
}

enum { NUMBER_ROOM = 32 };

/* The article's id, or {NULL, 0} if it has none that can be kept. */
static wq_str id_of(const struct settings *is, const wq_record *record,
                    char room[NUMBER_ROOM])
{
    wq_value id = { 0 };
    is->host->get_value(record, is->id, &id);
    if ((id.type == WQ_V_STR || id.type == WQ_V_NUMBER) && id.u.s.n
        && id.u.s.n <= ID_MAX)
        return id.u.s;
    if (id.type != WQ_V_INT) return (wq_str){ NULL, 0 };
    int n = snprintf(room, NUMBER_ROOM, "%lld", (long long)id.u.i);
    return (wq_str){ room, (size_t)n };
}

/* What `of` will call this article: its id, or its place in the stream. */
static wq_str name_of(const struct dedupe *self, const wq_record *record,
                      char room[NUMBER_ROOM])
{
    wq_str id = id_of(self->is, record, room);
    if (id.n) return id;
    int n = snprintf(room, NUMBER_ROOM, "#%llu",
                     (unsigned long long)self->memory.seen);
    return (wq_str){ room, (size_t)n };
}

/* ---- memory between runs ------------------------------------------------- */

static int no_piece(const struct dedupe *self, wq_ctx *ctx, const char *what,
                    const char *why)
{
    if (why)
        self->is->host->error(ctx, "%s is no memory of this stage: %s; let it "
                              "forget: warraq state forget PIPELINE "
                              "--memory=LABEL", what, why);
    return -1;
}

static int load(void *instance, wq_ctx *ctx, const char *key, const char *p,
                size_t n)
{
    struct dedupe *self = instance;
    char what[160];
    const char *why;
    if (memory_load(&self->memory, key, p, n, &why) == 0) return 0;
    snprintf(what, sizeof what, "the segment \"%s\"", key);
    return no_piece(self, ctx, what, why);
}

static int add_piece(void *to, const char *key, const char *p, size_t n)
{
    struct dedupe *self = to;
    return self->is->state->add(self->ctx, key, p, n);
}

static int retire_piece(void *to, const char *key)
{
    struct dedupe *self = to;
    return self->is->state->retire(self->ctx, key);
}

static int save(void *instance, wq_ctx *ctx)
{
    struct dedupe *self = instance;
    struct memory_sink sink = { add_piece, retire_piece, self };
    const char *why = index_why(self->memory.index);
    if (why) return no_piece(self, ctx, "a segment", why);
    self->ctx = ctx;
    return memory_save(&self->memory, &sink);
}

/* An article without an id is called by its place, and never comes again. */
static int forget(void *instance, wq_ctx *ctx, const wq_record *record)
{
    struct dedupe *self = instance;
    char room[NUMBER_ROOM];
    wq_str id = id_of(self->is, record, room);
    (void)ctx;
    if (id.n && index_forget(self->memory.index, id.p, id.n) < 0) return -1;
    self->memory.is_touched = 1;
    return 0;
}

/* With other values of these it would remember other words, or another time.
 * `window` may change: what has left the new one is not found. */
static const uint32_t depends_on[] = { P_FIELD, P_TOKENS, P_DATE, P_DENSITY };

/* Returns 0, or -1: the run cannot start. */
static int open_memory(struct dedupe *self, wq_ctx *ctx)
{
    const wq_memory memory = {
        .size = sizeof memory, .format = self->is->format,
        .params = depends_on, .n_params = WQ_LEN(depends_on),
        .load = load, .save = save, .forget = forget,
    };
    const char *why;
    if (!self->is->state || !self->is->text) return 0;
    int rc = self->is->state->open(ctx, &memory, self);
    if (rc <= 0) return rc;
    if (memory_restore(&self->memory, &why) == 0) return 0;
    return no_piece(self, ctx, "what the segments hold together", why);
}

static void dedupe_stop(void *instance)
{
    struct dedupe *self = instance;
    if (!self) return;
    memory_free(&self->memory);
    free(self);
}

static void *dedupe_start(void *shared, wq_ctx *ctx)
{
    const struct settings *is = shared;
    struct dedupe *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->is = is;
    self->memory.index =
        index_new(is->window, is->text ? is->text->utf8_valid : NULL);
    if (self->memory.index && open_memory(self, ctx) == 0) return self;
    dedupe_stop(self);
    return NULL;
}

/* ---- emit ---------------------------------------------------------------- */

/* Buffers for one text after the other: hashes of its words and where they
 * begin, its samples and where they stand, sentences. */
struct room {
    uint64_t *words;
    uint32_t *begin;
    uint32_t *samples;
    size_t cap;
    struct place places[PLACES_MAX];
    uint32_t from[SENTENCES_AHEAD], end[SENTENCES_AHEAD];
};

static void room_empty(struct room *room)
{
    free(room->words);
    free(room->begin);
    free(room->samples);
}

/* Returns 0, or -1: no memory, unchanged. */
static int room_grow(struct room *room, size_t n_words)
{
    if (n_words <= room->cap && room->words) return 0;
    uint64_t *words = malloc((n_words + 1) * sizeof *words);
    uint32_t *begin = malloc((n_words + 1) * sizeof *begin);
    uint32_t *samples = malloc(signature_room(n_words) * sizeof *samples);
    if (!words || !begin || !samples) {
        free(words);
        free(begin);
        free(samples);
        return -1;
    }
    room_empty(room);
    room->words = words;
    room->begin = begin;
    room->samples = samples;
    room->cap = n_words;
    return 0;
}

static int is_word(const struct settings *is, wq_key kind)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kind == is->kind[i]) return 1;
    return 0;
}

/* Hashes of the words of a layer, and where they begin; *numbers: sketch of its
 * numbers.  Returns how many.  Without hashes in the layer they are made of the
 * text. */
static size_t collect(const struct settings *is, const wq_layer *tokens,
                      wq_str text, struct room *room, uint64_t *numbers)
{
    size_t n = 0;
    for (size_t i = 0; i < tokens->n; i++) {
        wq_key kind = tokens->kind ? tokens->kind[i] : is->kind[K_WORD];
        if (!is_word(is, kind)) continue;
        const char *p = text.p + tokens->begin[i];
        size_t bytes = tokens->end[i] - tokens->begin[i];
        room->begin[n] = tokens->begin[i];
        room->words[n++] =
            tokens->hash ? tokens->hash[i] : is->text->fold_hash(p, bytes);
        if (kind == is->kind[K_NUMBER] || kind == is->kind[K_TIME]
            || kind == is->kind[K_DATE])
            *numbers |= number_bit(p, bytes);
    }
    return n;
}

/* The words of the field, and its sentences; each stays empty if there are none
 * over that field. */
static void find_layers(const struct settings *is, const wq_record *record,
                        wq_layer *tokens, wq_layer *sentences)
{
    wq_key name, over;
    wq_layer layer;
    for (size_t i = 0; is->host->layer_at(record, i, &name, &over, &layer);
         i++) {
        if (over != is->field) continue;
        if (name == is->tokens && (layer.hash || is->text)) *tokens = layer;
        if (name == is->sentences) *sentences = layer;
    }
}

/* Counts those of a text; lists them, if there is a list. */
static uint32_t cut_sentences(const struct settings *is, wq_str text,
                              struct room *room, struct sentence *list)
{
    size_t at = 0, n;
    uint32_t all = 0;
    while (is->text
           && (n = is->text->sentences(text.p, text.n, &at, room->from,
                                       room->end, SENTENCES_AHEAD)))
        for (size_t i = 0; i < n; i++, all++)
            if (list) {
                list[all].begin = room->from[i];
                list[all].end = room->end[i];
            }
    return all;
}

/* Puts down which of the words are in which sentence. */
static void fill_sentences(struct passages *to, const uint32_t *begin,
                           size_t n_words)
{
    uint32_t word = 0;
    for (uint32_t i = 0; i < to->n; i++) {
        struct sentence *s = &to->sentences[i];
        while (word < n_words && begin[word] < s->begin) word++;
        s->first = word;
        while (word < n_words && begin[word] < s->end) word++;
        s->behind = word;
        s->of = NOT_REUSED;
    }
}

/* Takes a text of n words apart.  Returns 0, or -1: no memory. */
static int take_apart(const struct settings *is, wq_ctx *ctx, wq_str text,
                      const wq_layer *sentences, size_t n, struct room *room,
                      struct prepared *p)
{
    struct passages *to = &p->passages;
    to->n = sentences->n ? (uint32_t)sentences->n
                         : cut_sentences(is, text, room, NULL);
    to->sentences = is->host->scratch(ctx, to->n * sizeof *to->sentences + 1);
    if (!to->sentences) return -1;
    for (size_t i = 0; i < sentences->n; i++) {
        to->sentences[i].begin = sentences->begin[i];
        to->sentences[i].end = sentences->end[i];
    }
    if (!sentences->n) cut_sentences(is, text, room, to->sentences);
    fill_sentences(to, room->begin, n);
    to->n_places = signature_places(room->words, n, &p->signature,
                                    room->places, PLACES_MAX);
    size_t bytes = to->n_places * sizeof *to->places;
    struct place *places = is->host->scratch(ctx, bytes + 1);
    if (!places) return -1;
    memcpy(places, room->places, bytes);
    to->places = places;
    return 0;
}

/* Signs one article.  Returns NULL if memory runs out. */
static struct prepared *sign(const struct settings *is, wq_ctx *ctx,
                             const wq_record *record, struct room *room)
{
    wq_str text, date;
    wq_layer tokens = { 0 }, sentences = { 0 };
    uint64_t numbers = 0;
    struct prepared *p = is->host->scratch(ctx, sizeof *p);
    is->host->get(record, is->field, &text);
    find_layers(is, record, &tokens, &sentences);
    if (!p || room_grow(room, tokens.n) < 0) return NULL;

    size_t n = collect(is, &tokens, text, room, &numbers);
    signature_make(room->words, n, numbers, is->level, room->samples,
                   &p->signature);
    size_t bytes = p->signature.n * sizeof *room->samples;
    uint32_t *samples = is->host->scratch(ctx, bytes);
    if (!samples) return NULL;
    memcpy(samples, room->samples, bytes);
    p->signature.samples = samples;
    is->host->get(record, is->date, &date);
    p->date = date_seconds(date.p, date.n);
    p->passages = (struct passages){ 0 };
    if (is->wants_passages && n >= is->min_shingles + SHINGLE - 1
        && take_apart(is, ctx, text, &sentences, n, room, p) < 0)
        return NULL;
    return p;
}

/* Signs the articles of a batch.  [worker] */
static int dedupe_prepare(void *shared, wq_ctx *ctx,
                          wq_record *const *records, size_t n, void **prepared)
{
    const struct settings *is = shared;
    struct room *room = calloc(1, sizeof *room);
    int rc = room ? 0 : -1;
    for (size_t i = 0; i < n && rc == 0; i++) {
        prepared[i] = sign(is, ctx, records[i], room);
        if (!prepared[i]) rc = -1;
    }
    if (room) room_empty(room);
    free(room);
    return rc;
}

/* ---- apply --------------------------------------------------------------- */

static wq_value string_value(const char *p, size_t n)
{
    return (wq_value){ .type = WQ_V_STR, .u.s = { p, n } };
}

static wq_member member(const char *name, wq_value value)
{
    return (wq_member){ { name, strlen(name) }, value };
}

/* Writes {of, relation, score, story}.  Returns 0, or -1: no memory. */
static int mark(struct dedupe *self, wq_record *record, const struct link *link,
                wq_str name)
{
    size_t of_bytes, story_bytes = name.n;
    const char *of = index_id(self->memory.index, link->of, &of_bytes);
    const char *story = name.p;
    const char *relation = counters[link->relation];
    if (link->joins)
        story = index_story(self->memory.index, link->of, &story_bytes);
    wq_value score = { .type = WQ_V_REAL,
                       .u.r = round(link->score * 1000) / 1000 };
    wq_member members[] = {
        member("of", string_value(of, of_bytes)),
        member("relation", string_value(relation, strlen(relation))),
        member("score", score),
        member("story", string_value(story, story_bytes)),
    };
    wq_value object = { .type = WQ_V_OBJECT, .n = WQ_LEN(members),
                        .u.object = members };
    return self->is->host->set_value(record, self->is->to, &object);
}

/* A verdict of an earlier run says nothing about this one. */
static int unmark(struct dedupe *self, wq_record *record)
{
    wq_value none = { .type = WQ_V_NONE }, was;
    if (!self->is->host->get_value(record, self->is->to, &was)) return 0;
    return self->is->host->set_value(record, self->is->to, &none);
}

static int brings_nothing_new(const struct link *link)
{
    return link->relation == REL_EXACT || link->relation == REL_NEAR
           || link->relation == REL_CONTAINED;
}

static void count(struct dedupe *self, wq_ctx *ctx, const struct link *link,
                  const struct prepared *p)
{
    const struct settings *is = self->is;
    is->host->add(ctx, link->relation, 1);
    if (link->of != NO_ENTRY && !link->joins) is->host->add(ctx, C_STORIES, 1);
    if (p->signature.words < is->min_shingles + SHINGLE - 1)
        is->host->add(ctx, C_SHORT, 1);
    if (p->date == CLOCK_NONE) is->host->add(ctx, C_UNDATED, 1);
}

/* ---- passages ------------------------------------------------------------ */

/* Says of each sentence of an article which earlier article has it. */
static void find_passages(struct dedupe *self, const struct prepared *p,
                          const struct link *link, const struct sharing *from,
                          struct passages *passages)
{
    unsigned char found[SAMPLES_MAX];
    uint32_t room[SAMPLES_MAX];
    if (link->relation == REL_EXACT) {
        for (uint32_t i = 0; i < passages->n; i++)
            passages->sentences[i].of = link->of;
        return;
    }
    for (uint32_t i = 0; i < from->n; i++) {
        struct signature earlier =
            index_signature(self->memory.index, from->list[i].entry, room);
        passages_claim(passages, &p->signature, &earlier, from->list[i].entry,
                       found);
    }
}

static int has_reused(const struct settings *is, const wq_record *record)
{
    wq_layer layer;
    return is->host->layer(record, is->reused, &layer);
}

/* Writes the layer, if there is something to say or one that was true before.
 * Returns 0, or -1: no memory. */
static int note_passages(struct dedupe *self, wq_ctx *ctx, wq_record *record,
                         const struct passages *passages)
{
    const struct settings *is = self->is;
    struct sentence passage;
    uint32_t n = 0, at = 0;
    while (passages_next(passages, &at, &passage)) n++;
    if (!n && !has_reused(is, record)) return 0;
    uint32_t *begin = is->host->scratch(ctx, n * sizeof *begin + 1);
    uint32_t *end = is->host->scratch(ctx, n * sizeof *end + 1);
    wq_str *id = is->host->scratch(ctx, n * sizeof *id + 1);
    if (!begin || !end || !id) return -1;
    at = 0;
    for (uint32_t i = 0; passages_next(passages, &at, &passage); i++) {
        begin[i] = passage.begin;
        end[i] = passage.end;
        id[i].p = index_id(self->memory.index, passage.of, &id[i].n);
    }
    wq_attr attr = { is->id, WQ_V_STR, id };
    wq_layer layer = { .n = n, .begin = begin, .end = end,
                       .n_attrs = n != 0, .attrs = &attr };
    is->host->add(ctx, C_PASSAGES, n);
    return is->host->set_layer(record, is->reused, is->field, &layer);
}

/* ---- all of it ----------------------------------------------------------- */

/* Judges one article and remembers it.  Returns 0, or -1: no memory. */
static int take(struct dedupe *self, wq_ctx *ctx, size_t i, wq_record *record,
                const struct prepared *p, wq_verdict *verdict)
{
    const struct settings *is = self->is;
    char room[NUMBER_ROOM];
    self->memory.seen++;
    wq_str name = name_of(self, record, room);
    int64_t now = clock_tick(&self->memory.clock, p->date);
    struct index *index = self->memory.index;
    struct passages passages = p->passages;
    struct sharing sharing = { 0 };
    struct link link = story_find(index, &p->signature, now, is->contains,
                                  is->min_shingles,
                                  passages.n ? &sharing : NULL);
    count(self, ctx, &link, p);
    if (is->wants_passages) {
        find_passages(self, p, &link, &sharing, &passages);
        if (note_passages(self, ctx, record, &passages) < 0) return -1;
    }
    if (link.of == NO_ENTRY) {
        if (unmark(self, record) < 0) return -1;
    } else {
        size_t n;
        const char *of = index_id(index, link.of, &n);
        if (is->drops && brings_nothing_new(&link)) {
            is->host->set_reason(ctx, i, R_REPEATED, "%s of %.*s",
                                 counters[link.relation], (int)n, of);
            *verdict = WQ_DROP;
        }
        if (mark(self, record, &link, name) < 0) return -1;
    }
    if (!p->signature.words) return 0;
    return story_add(index, &p->signature, now, name.p, name.n, &link);
}

/* Judges a batch.  [serial] */
static int dedupe_process(void *instance, wq_ctx *ctx,
                          wq_record *const *records, size_t n,
                          void *const *prepared, wq_verdict *verdicts)
{
    struct dedupe *self = instance;
    for (size_t i = 0; i < n; i++) {
        int rc = take(self, ctx, i, records[i], prepared[i], &verdicts[i]);
        const char *why = index_why(self->memory.index);
        if (why) return no_piece(self, ctx, "a segment", why);
        if (rc < 0) return -1; /* no memory */
    }
    return 0;
}

static const wq_stage stages[] = {
    { .name = "dedupe", .version = "1.0", .flags = WQ_ORDERED,
      .help = "Marks or drops articles that repeat an earlier one, in whole "
              "or in part.",
      .params = params, .n_params = WQ_LEN(params),
      .reasons = reasons, .n_reasons = WQ_LEN(reasons), .counters = counters,
      .open = dedupe_open, .close = free,
      .start = dedupe_start, .stop = dedupe_stop,
      .prepare = dedupe_prepare, .process = dedupe_process },
};
WQ_PLUGIN("dedupe", "1.0", "Apache-2.0", stages);
