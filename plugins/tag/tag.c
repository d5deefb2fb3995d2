/* tag.c - the `tag` stage: when, where, who sent it, what about.
 *
 * Reads the tokens of `tokenize` and writes dates with ISO 8601 values and
 * places with ids as layers, news agencies and keywords as fields, and the
 * article's own date where the record has none and its page says it.  The parts
 * are in files of their own (see tag.h); this one is their host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tag.h"

/* clang-format off */
enum {
    P_FIELD, P_TITLE, P_BYLINE, P_DATE_FIELD, P_TOKENS,
    P_FIND_DATES, P_FIND_PLACES, P_FIND_AGENCIES, P_FIND_KEYWORDS,
    P_FIND_PUBLISHED, P_DATES, P_ENTITIES, P_AGENCIES, P_KEYWORDS, P_PUBLISHED,
    P_MAX_KEYWORDS, P_GAZETTEER
};
static const wq_param params[] = {
    [P_FIELD] = { .name = "field", .type = WQ_FIELD_IN, .fallback = "text",
                  .help = "Field to tag." },
    [P_TITLE] = { .name = "title", .type = WQ_FIELD_IN, .flags = WQ_OPTIONAL, .fallback = "title",
                  .help = "Field whose words weigh more as keywords." },
    [P_BYLINE] = { .name = "byline", .type = WQ_FIELD_IN, .flags = WQ_OPTIONAL, .fallback = "author",
                   .help = "Field that may name the agency." },
    [P_DATE_FIELD] = { .name = "date_field", .type = WQ_FIELD_IN, .flags = WQ_OPTIONAL,
                       .fallback = "date",
                       .help = "Field with the day that relative dates "
                               "(\"yesterday\") count from." },
    [P_TOKENS] = { .name = "tokens", .type = WQ_LAYER_IN, .fallback = "tokens",
                   .help = "Layer with the words of the field." },
    [P_FIND_DATES] = { .name = "find_dates", .type = WQ_BOOL,
                       .fallback = "true",
                       .help = "Find date expressions and give them ISO 8601 "
                               "values." },
    [P_FIND_PLACES] = { .name = "find_places", .type = WQ_BOOL,
                        .fallback = "true",
                        .help = "Find names of places and of the gazetteers." },
    [P_FIND_AGENCIES] = { .name = "find_agencies", .type = WQ_BOOL,
                          .fallback = "true",
                          .help = "Find the news agencies that sent the "
                                  "article." },
    [P_FIND_KEYWORDS] = { .name = "find_keywords", .type = WQ_BOOL,
                          .fallback = "true",
                          .help = "Find keywords, or take those that the page "
                                  "printed." },
    [P_FIND_PUBLISHED] = { .name = "find_published", .type = WQ_BOOL,
                           .fallback = "true",
                           .help = "Set the article's own date, where it has "
                                   "none, from what its page prints." },
    [P_DATES] = { .name = "dates", .type = WQ_LAYER_OUT, .fallback = "dates",
                  .help = "Layer for dates: date, daterange, time, ...; "
                          "attribute value." },
    [P_ENTITIES] = { .name = "entities", .type = WQ_LAYER_OUT,
                     .fallback = "entities",
                     .help = "Layer for places: LOC, or the type a gazetteer "
                             "gives; attributes id and canonical." },
    [P_AGENCIES] = { .name = "agencies", .type = WQ_FIELD_OUT,
                     .fallback = "agencies",
                     .help = "Field for the list of agencies, by id." },
    [P_KEYWORDS] = { .name = "keywords", .type = WQ_FIELD_OUT,
                     .fallback = "keywords",
                     .help = "Field for the list of keywords, the best first." },
    [P_PUBLISHED] = { .name = "published", .type = WQ_FIELD_OUT,
                      .fallback = "date",
                      .help = "Field for the article's own date." },
    [P_MAX_KEYWORDS] = { .name = "max_keywords", .type = WQ_INT,
                         .fallback = "10", .min = 1, .max = 50,
                         .unit = "keywords",
                         .help = "Most keywords of one article." },
    [P_GAZETTEER] = { .name = "gazetteer", .type = WQ_PATH, .flags = WQ_LIST,
                      .help = "Files of further names, one a line: key, "
                              "canonical name, type, id, separated by tabs." },
};
/* clang-format on */

enum { C_DATES, C_ENTITIES, C_AGENCIES, C_KEYWORDS, C_PUBLISHED };
static const char *const counters[] = { "dates",    "entities",  "agencies",
                                        "keywords", "published", NULL };

#define KEYWORDS_MAX 50 /* the range of max_keywords ends here */
/* What an article is about is said in this many words; more would only cost
 * memory (a field may have 64 MiB). */
#define KEYWORD_TOKENS 20000
/* Tokens looked at in a byline, a title or a line that was cut. */
#define LINE_TOKENS 256
/* Tokens in which an article's own date may stand (see published.c). */
#define HEAD_TOKENS 120
/* A gazetteer: a line is about 40 bytes, so this is millions of names. */
#define GAZETTEER_MAX ((size_t)256 << 20)

struct tag {
    const wq_host *host;
    struct lexicon *lex;
    wq_key field, title, byline, date_field, tokens;
    wq_key dates, entities, agencies, keywords, published;
    wq_key by_date, by_source, by_keywords; /* reasons of removed text */
    wq_key date_kinds[DATE_KINDS], kinds[LEX_MAX_KINDS];
    wq_key value, id, canonical; /* attributes */
    bool find_dates, find_places, find_agencies, find_keywords, find_published;
    bool has_canonical; /* some name has one */
    size_t max_keywords;
    char **gazetteers; /* the files' bytes; n_gazetteers of them */
    uint32_t n_gazetteers;
};

/* Words of a short text, cut here and not by `tokenize`. */
struct line {
    struct words words;
    uint32_t begin[LINE_TOKENS], end[LINE_TOKENS];
    uint64_t hash[LINE_TOKENS];
    struct mark marks[LINE_TOKENS];
};

/* Memory of one call, used for each of its records in turn. */
struct room {
    wq_ctx *ctx;
    void *marks, *dates, *places, *columns, *keywords;
    size_t n_marks, n_dates, n_places, n_columns, n_keywords; /* bytes */
    struct line line; /* a byline, a removed line */
    struct line title;
    struct found_place title_places[LINE_TOKENS];
};

/* ---- settings ------------------------------------------------------------ */

static void tag_close(void *shared)
{
    struct tag *self = shared;
    for (uint32_t i = 0; i < self->n_gazetteers; i++)
        free(self->gazetteers[i]);
    free(self->gazetteers);
    lexicon_free(self->lex);
    free(self);
}

/* Reads a whole file.  NULL: *why says why not; NULL too: no memory. */
static char *read_file(const char *path, size_t *n, const char **why)
{
    char *bytes = NULL;
    size_t size = 0, cap = 0, got = 1;
    FILE *f = fopen(path, "rb");
    *why = "it cannot be opened";
    if (!f) return NULL;
    while (got && !ferror(f)) {
        if (size == cap) {
            cap = cap ? 2 * cap : 65536;
            char *more = cap <= GAZETTEER_MAX ? realloc(bytes, cap) : NULL;
            *why = cap <= GAZETTEER_MAX ? NULL : "it has over 256 MiB";
            if (!more) goto fail;
            bytes = more;
        }
        got = fread(bytes + size, 1, cap - size, f);
        size += got;
    }
    *why = "it cannot be read";
    if (ferror(f)) goto fail;
    fclose(f);
    *n = size;
    return bytes;
fail:
    free(bytes);
    fclose(f);
    return NULL;
}

/* Adds the user's names.  Returns 0, or -1 if memory runs out; a file that will
 * not do is reported with its line, and the others are still read. */
static int read_gazetteers(struct tag *self, wq_config *config)
{
    uint32_t n = self->host->count(config, P_GAZETTEER);
    self->gazetteers = calloc(n + 1, sizeof *self->gazetteers);
    if (!self->gazetteers) return -1;
    for (uint32_t i = 0; i < n; i++) {
        wq_str path = self->host->get_str(config, P_GAZETTEER, i);
        const char *why;
        struct lex_error e = { 0 };
        size_t size = 0, valid;
        char *bytes = read_file(path.p, &size, &why);
        if (!bytes && !why) return -1;
        if (!bytes) {
            self->host->bad_param(config, P_GAZETTEER, "%s: %s", path.p, why);
            continue;
        }
        self->gazetteers[self->n_gazetteers++] = bytes;
        valid = self->lex->text->utf8_valid(bytes, size);
        if (valid < size) {
            self->host->bad_param(config, P_GAZETTEER,
                                  "%s: byte %zu is not UTF-8", path.p, valid);
        } else if (lexicon_add_gazetteer(self->lex, (wq_str){ bytes, size },
                                         &e) < 0) {
            if (!e.why) return -1;
            self->host->bad_param(config, P_GAZETTEER, "%s:%zu: %s", path.p,
                                  e.line, e.why);
        }
    }
    return 0;
}

static wq_key intern(const wq_host *host, const char *name)
{
    return host->intern((wq_str){ name, strlen(name) });
}

/* Names that the stage uses.  Returns 0, or -1 if memory runs out. */
static int intern_names(struct tag *self)
{
    const wq_host *host = self->host;
    bool ok = (self->by_date = intern(host, "date")) &&
              (self->by_source = intern(host, "source")) &&
              (self->by_keywords = intern(host, "keywords")) &&
              (self->value = intern(host, "value")) &&
              (self->id = intern(host, "id")) &&
              (self->canonical = intern(host, "canonical"));
    for (int i = 0; i < DATE_KINDS; i++)
        ok = ok && (self->date_kinds[i] = intern(host, date_kind_names[i]));
    for (uint32_t i = 0; i < self->lex->n_kinds; i++)
        ok = ok && (self->kinds[i] = host->intern(self->lex->kinds[i]));
    for (size_t i = 0; i < self->lex->n_places; i++)
        self->has_canonical |= self->lex->places[i].canonical.n > 0;
    return ok ? 0 : -1;
}

/* Returns the settings and tables, freed by close, or NULL.  [main] */
static void *tag_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    const wq_text *text = host->extension("text/1");
    if (!text || !WQ_HAS(text->size, wq_text, words)) {
        host->error(ctx, "this warraq has no text toolkit (text/1)");
        return NULL;
    }
    struct tag *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->host = host;
    self->field = host->get_key(config, P_FIELD, 0);
    self->title = host->get_key(config, P_TITLE, 0);
    self->byline = host->get_key(config, P_BYLINE, 0);
    self->date_field = host->get_key(config, P_DATE_FIELD, 0);
    self->tokens = host->get_key(config, P_TOKENS, 0);
    self->dates = host->get_key(config, P_DATES, 0);
    self->entities = host->get_key(config, P_ENTITIES, 0);
    self->agencies = host->get_key(config, P_AGENCIES, 0);
    self->keywords = host->get_key(config, P_KEYWORDS, 0);
    self->published = host->get_key(config, P_PUBLISHED, 0);
    self->find_dates = host->get_int(config, P_FIND_DATES);
    self->find_places = host->get_int(config, P_FIND_PLACES);
    self->find_agencies = host->get_int(config, P_FIND_AGENCIES);
    self->find_keywords = host->get_int(config, P_FIND_KEYWORDS);
    self->find_published = host->get_int(config, P_FIND_PUBLISHED);
    self->max_keywords = (size_t)host->get_int(config, P_MAX_KEYWORDS);
    self->lex = lexicon_new(text);
    if (self->lex && read_gazetteers(self, config) == 0 &&
        intern_names(self) == 0)
        return self;
    tag_close(self);
    return NULL;
}

/* ---- memory of a call ---------------------------------------------------- */

/* At least n bytes in *p, of which *have are there.  NULL: no memory. */
static void *at_least(const struct tag *self, struct room *room, void **p,
                      size_t *have, size_t n)
{
    if (*p && n <= *have) return *p;
    if (n < 1 << 20) n += n / 2 + 256; /* the next record may have more */
    *p = self->host->scratch(room->ctx, n);
    *have = *p ? n : 0;
    return *p;
}

/* Cuts a short text into words and looks them up. */
static void line_fill(const struct tag *self, struct line *line, wq_str text)
{
    wq_words out = { line->begin, line->end, NULL, line->hash };
    size_t at = 0;
    line->words = (struct words){ .text = text,
                                  .begin = line->begin,
                                  .end = line->end,
                                  .hash = line->hash,
                                  .marks = line->marks };
    if (text.n)
        line->words.n = self->lex->text->words(WQ_WORDS_NEWS, text.p, text.n,
                                               &at, &out, LINE_TOKENS);
    marks_fill(self->lex, &line->words);
}

/* The tokens of a record's text, looked up.  0, or -1: no memory. */
static int words_fill(const struct tag *self, struct room *room,
                      const wq_record *record, struct words *w)
{
    wq_layer layer;
    *w = (struct words){ 0 };
    if (self->host->get(record, self->field, &w->text) && !w->text.p)
        w->text.p = ""; /* an empty text, not none */
    if (!self->host->layer(record, self->tokens, &layer) || !layer.hash)
        return 0;
    w->n = layer.n;
    w->begin = layer.begin;
    w->end = layer.end;
    w->hash = layer.hash;
    w->marks = at_least(self, room, &room->marks, &room->n_marks,
                        w->n * sizeof *w->marks);
    if (!w->marks) return -1;
    marks_fill(self->lex, w);
    return 0;
}

/* ---- dates --------------------------------------------------------------- */

/* Room for n dates; NULL: no memory. */
static struct date *room_for_dates(const struct tag *self, struct room *room,
                                   size_t n)
{
    return at_least(self, room, &room->dates, &room->n_dates,
                    (n + 1) * sizeof(struct date));
}

/* The day in a string: ISO 8601, or the first whole day that its words say. */
static int32_t day_of_string(const struct tag *self, struct room *room,
                             wq_str s)
{
    int32_t day = iso_day(s);
    if (day != NO_DAY || s.n == 0) return day;
    line_fill(self, &room->line, s);
    size_t n = room->line.words.n_dates;
    struct date *dates = room_for_dates(self, room, n);
    if (!dates) return NO_DAY;
    n = dates_find(self->lex, &room->line.words, NO_DAY, dates, n);
    for (size_t i = 0; i < n && day == NO_DAY; i++)
        day = dates[i].day;
    return day;
}

/* The day that the page prints as its own, or NO_DAY. */
static int32_t day_of_page(const struct tag *self, struct room *room,
                           const wq_record *record, const struct words *text)
{
    const wq_removed *removed;
    size_t n = self->host->removed(record, &removed), n_dates;
    int32_t day = NO_DAY;
    struct date *dates;
    for (size_t i = 0; i < n && day == NO_DAY; i++) {
        if (removed[i].reason != self->by_date) continue;
        line_fill(self, &room->line, removed[i].text);
        n_dates = room->line.words.n_dates;
        if (!(dates = room_for_dates(self, room, n_dates))) return NO_DAY;
        n_dates =
            dates_find(self->lex, &room->line.words, NO_DAY, dates, n_dates);
        day = published_day(self->lex, &room->line.words, dates, n_dates, true);
    }
    if (day != NO_DAY) return day;
    struct words head = *text;
    if (head.n > HEAD_TOKENS) head.n = HEAD_TOKENS;
    if (!(dates = room_for_dates(self, room, HEAD_TOKENS))) return NO_DAY;
    n_dates = dates_find(self->lex, &head, NO_DAY, dates, HEAD_TOKENS);
    return published_day(self->lex, &head, dates, n_dates, false);
}

/* The article's day: its date field, else what its page says; this is then set.
 * Returns 0 with *day (NO_DAY: unknown), or -1: no memory. */
static int find_day(const struct tag *self, struct room *room,
                    wq_record *record, const struct words *text, int32_t *day)
{
    wq_str s;
    wq_value any;
    struct point at = POINT_NONE;
    char iso[POINT_TEXT] = "";
    self->host->get(record, self->date_field, &s);
    *day = day_of_string(self, room, s);
    if (*day != NO_DAY || !self->find_published) return 0;
    *day = day_of_page(self, room, record, text);
    if (*day == NO_DAY || self->host->get_value(record, self->published, &any))
        return 0;
    day_split(*day, &at.year, &at.month, &at.day);
    self->host->add(room->ctx, C_PUBLISHED, 1);
    return self->host->set(record, self->published,
                           (wq_str){ iso, point_format(&at, iso) });
}

/* Writes the layer of dates.  0, or -1: no memory. */
static int tag_dates(const struct tag *self, struct room *room,
                     wq_record *record, const struct words *w, int32_t today)
{
    struct date *dates = room_for_dates(self, room, w->n_dates);
    if (!dates) return -1;
    size_t n = dates_find(self->lex, w, today, dates, w->n_dates);
    wq_str *value = at_least(self, room, &room->columns, &room->n_columns,
                             (n + 1) * (sizeof *value + 3 * sizeof(uint32_t)));
    if (!value) return -1;
    uint32_t *begin = (uint32_t *)(value + n), *end = begin + n;
    wq_key *kind = end + n;
    for (size_t i = 0; i < n; i++) {
        begin[i] = dates[i].begin;
        end[i] = dates[i].end;
        kind[i] = self->date_kinds[dates[i].kind];
        value[i] = dates[i].n_value
                       ? (wq_str){ dates[i].value, dates[i].n_value }
                       : (wq_str){ NULL, 0 };
    }
    wq_attr attr = { self->value, WQ_V_STR, value };
    wq_layer layer = { .n = n,
                       .begin = begin,
                       .end = end,
                       .kind = kind,
                       .n_attrs = 1,
                       .attrs = &attr };
    self->host->add(room->ctx, C_DATES, n);
    return self->host->set_layer(record, self->dates, self->field, &layer);
}

/* ---- places -------------------------------------------------------------- */

static wq_str or_none(wq_str s)
{
    return s.n ? s : (wq_str){ NULL, 0 };
}

/* Finds the places of a text.  0, or -1: no memory. */
static int find_places(const struct tag *self, struct room *room,
                       struct placed *text)
{
    struct found_place *found =
        at_least(self, room, &room->places, &room->n_places,
                 (text->words->n_places + 1) * sizeof *found);
    if (!found) return -1;
    text->places = found;
    text->n_places = places_find(self->lex, text->words, found);
    return 0;
}

/* Writes the layer of entities.  0, or -1: no memory. */
static int tag_places(const struct tag *self, struct room *room,
                      wq_record *record, const struct placed *text)
{
    const struct found_place *found = text->places;
    size_t n = text->n_places;
    wq_str *id = at_least(self, room, &room->columns, &room->n_columns,
                          (n + 1) * (2 * sizeof *id + 3 * sizeof(uint32_t)));
    if (!id) return -1;
    wq_str *canonical = id + n;
    uint32_t *begin = (uint32_t *)(canonical + n), *end = begin + n;
    wq_key *kind = end + n;
    for (size_t i = 0; i < n; i++) {
        const struct place *place = self->lex->places + found[i].place;
        begin[i] = found[i].begin;
        end[i] = found[i].end;
        kind[i] = self->kinds[place->kind];
        id[i] = or_none(place->id);
        canonical[i] = or_none(place->canonical);
    }
    wq_attr attrs[] = { { self->id, WQ_V_STR, id },
                        { self->canonical, WQ_V_STR, canonical } };
    wq_layer layer = { .n = n,
                       .begin = begin,
                       .end = end,
                       .kind = kind,
                       .n_attrs = self->has_canonical ? 2 : 1,
                       .attrs = attrs };
    self->host->add(room->ctx, C_ENTITIES, n);
    return self->host->set_layer(record, self->entities, self->field, &layer);
}

/* ---- lists --------------------------------------------------------------- */

/* Sets a field to a list of at most KEYWORDS_MAX strings.  0, or -1. */
static int set_list(const struct tag *self, wq_record *record, wq_key field,
                    const wq_str *strings, size_t n)
{
    wq_value items[KEYWORDS_MAX],
        list = { .type = WQ_V_LIST, .n = (uint32_t)n };
    list.u.list = items;
    for (size_t i = 0; i < n; i++)
        items[i] = (wq_value){ .type = WQ_V_STR, .u.s = strings[i] };
    return self->host->set_value(record, field, &list);
}

/* Sets the agencies, if there are any.  0, or -1: no memory. */
static int tag_agencies(const struct tag *self, struct room *room,
                        wq_record *record, const struct words *w)
{
    struct found_agencies found = { 0 };
    wq_str byline, ids[AGENCIES_MAX];
    const wq_removed *removed;
    size_t n = self->host->removed(record, &removed);
    self->host->get(record, self->byline, &byline);
    line_fill(self, &room->line, byline);
    agencies_in_line(self->lex, &room->line.words, &found);
    for (size_t i = 0; i < n; i++) {
        if (removed[i].reason != self->by_source) continue;
        line_fill(self, &room->line, removed[i].text);
        agencies_in_line(self->lex, &room->line.words, &found);
    }
    agencies_in_text(self->lex, w, &found);
    if (!found.n) return 0;
    for (size_t i = 0; i < found.n; i++)
        ids[i] = self->lex->agencies[found.index[i]];
    self->host->add(room->ctx, C_AGENCIES, found.n);
    return set_list(self, record, self->agencies, ids, found.n);
}

/* The keywords of a line that was cut for holding them; 0: there is none. */
static size_t printed_keywords(const struct tag *self, struct room *room,
                               const wq_record *record, const struct words *w,
                               wq_str *out)
{
    const wq_removed *removed;
    size_t n = self->host->removed(record, &removed), found = 0;
    for (size_t i = 0; i < n && !found; i++) {
        if (removed[i].reason != self->by_keywords) continue;
        line_fill(self, &room->line, removed[i].text);
        struct words head = *w;
        if (head.n > KEYWORD_TOKENS) head.n = KEYWORD_TOKENS;
        found =
            keywords_of_line(&room->line.words, &head, self->max_keywords, out);
    }
    return found;
}

/* Sets the keywords, if there are any: those that the page printed, else our
 * own.  0, or -1: no memory. */
static int tag_keywords(const struct tag *self, struct room *room,
                        wq_record *record, const struct placed *text)
{
    wq_str found[KEYWORDS_MAX], title;
    size_t n = printed_keywords(self, room, record, text->words, found);
    if (!n) {
        struct words head = *text->words;
        struct placed placed = *text,
                      in_title = { .words = &room->title.words };
        if (head.n > KEYWORD_TOKENS) head.n = KEYWORD_TOKENS;
        placed.words = &head;
        void *scratch = at_least(self, room, &room->keywords, &room->n_keywords,
                                 keywords_scratch(head.n));
        if (!scratch) return -1;
        self->host->get(record, self->title, &title);
        line_fill(self, &room->title, title);
        in_title.places = room->title_places;
        in_title.n_places =
            places_find(self->lex, in_title.words, room->title_places);
        n = keywords_find(self->lex, &placed, &in_title, self->max_keywords,
                          found, scratch);
    }
    if (!n) return 0;
    self->host->add(room->ctx, C_KEYWORDS, n);
    return set_list(self, record, self->keywords, found, n);
}

/* ---- the stage ----------------------------------------------------------- */

/* Tags one article.  0, or -1: no memory. */
static int tag_record(const struct tag *self, struct room *room,
                      wq_record *record)
{
    struct words w;
    struct placed text = { .words = &w };
    int32_t today;
    if (words_fill(self, room, record, &w) < 0) return -1;
    if (self->find_agencies && tag_agencies(self, room, record, &w) < 0)
        return -1;
    if (!w.text.p)
        return 0; /* no such field: nothing for a layer to lie over */
    if (self->find_dates || self->find_published) {
        if (find_day(self, room, record, &w, &today) < 0) return -1;
        if (self->find_dates && tag_dates(self, room, record, &w, today) < 0)
            return -1;
    }
    if ((self->find_places || self->find_keywords) &&
        find_places(self, room, &text) < 0)
        return -1;
    if (self->find_places && tag_places(self, room, record, &text) < 0)
        return -1;
    return self->find_keywords ? tag_keywords(self, room, record, &text) : 0;
}

/* Tags each article by itself.  Returns 0, or -1: no memory.  [worker] */
static int tag_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                       size_t n, void *const *prepared, wq_verdict *verdicts)
{
    const struct tag *self = instance;
    struct room *room = self->host->scratch(ctx, sizeof *room);
    (void)prepared;
    (void)verdicts;
    if (!room) return -1;
    memset(room, 0, offsetof(struct room, line));
    room->ctx = ctx;
    for (size_t i = 0; i < n; i++)
        if (tag_record(self, room, records[i]) < 0) return -1;
    return 0;
}

static const wq_stage stages[] = {
    { .name = "tag",
      .version = "1.0",
      .flags = WQ_PURE,
      .help = "Finds dates, places, news agencies and keywords.",
      .params = params,
      .n_params = WQ_LEN(params),
      .counters = counters,
      .open = tag_open,
      .close = tag_close,
      .process = tag_process },
};
WQ_PLUGIN("tag", "1.0", "Apache-2.0 AND CC-BY-4.0 AND Unicode-DFS-2016 AND MIT",
          stages);
