/* strip_boilerplate.c - the `strip_boilerplate` stage: takes out of a text
 * whatever is not the article: menus, links to other articles, share buttons,
 * date and source lines, a second story glued on, the repeated headline.
 *
 *   text --lines.c--> paragraphs, measured --evidence.c--> features
 *        --model.c--> body or not --label.c--> reasons --> host->remove
 *
 * It judges an article by itself, from what is in it: the same text gives the
 * same result whatever came before.  Nothing is rewritten: what is taken out
 * goes to the host with its reason, line break and all, and `warraq restore`
 * puts it back.  When nothing looks like a body, everything stays (counter
 * kept_all): better a menu too many than an article lost. */
#include "data.h"
#include "label.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { P_FIELD, P_TITLE, P_KEEP, P_CAUTION, P_CUES };
enum { KEEP_BODY, KEEP_BODY_AND_TITLE };
static const char *const keep_choices[] = { "body", "body+title", NULL };
static const wq_param params[] = {
    [P_FIELD] = { .name = "field", .type = WQ_FIELD_IN, .flags = WQ_CUTS,
                  .fallback = "text",
                  .help = "Field to clean: the text of an article, one "
                          "paragraph a line or hard-wrapped." },
    [P_TITLE] = { .name = "title", .type = WQ_FIELD_OUT, .fallback = "title",
                  .help = "Field of the headline: a line that repeats it is "
                          "cut, and where it is missing it is set from the "
                          "text." },
    [P_KEEP] = { .name = "keep", .type = WQ_ENUM, .fallback = "body",
                 .choices = keep_choices,
                 .help = "What stays in the text: the body, or the body and "
                         "the headline above it." },
    /* On 673 labelled pages .6 loses half the body text that 0 loses, for an F1
     * that is 1 point lower; 1 loses a third, for 2.5 points. */
    [P_CAUTION] = { .name = "caution", .type = WQ_REAL, .fallback = "0.6",
                    .unit = "log-odds", .min = -10, .max = 10,
                    .help = "How much more likely than not a paragraph must be "
                            "boilerplate to be cut; more keeps more." },
    [P_CUES] = { .name = "cues", .type = WQ_PATH,
                 .help = "A cue file of your own, read after the built-in "
                         "ones: kind, where and phrase, split by tabs." },
};

/* What text is taken out for; the kinds of a cue file and label.c's own. */
static const wq_reason reasons[] = {
    { "read_more", "a link to the rest or to another article" },
    { "related", "the heading of a list of other articles" },
    { "share", "share buttons, follow-us lines" },
    { "copyright", "rights, privacy, terms, cookies" },
    { "subscribe", "newsletter, log-in and subscription lines" },
    { "navigation", "a menu, a rubric, a breadcrumb" },
    { "comments", "the comment section" },
    { "keywords", "a line of tags" },
    { "source", "the line that names the source" },
    { "caption", "an image's caption or credit" },
    { "date", "a line of a date or time" },
    { "byline", "the author's line" },
    { "contact", "addresses and numbers of the publisher" },
    { "advert", "an advertisement or its label" },
    { "title", "the headline, moved to the title" },
    { "repeated_title", "a line that repeats the headline" },
    { "headline", "another article's headline or teaser" },
    { "other_story", "sentences of another article after the end of this one" },
    { "boilerplate", "something else that is not the body, by its place" },
};

enum { C_KEPT_ALL, C_TITLES };
static const char *const counters[] = {
    [C_KEPT_ALL] = "kept_all", /* texts of lines with no body among them */
    [C_TITLES] = "titles_found",
    NULL
};

enum { MAX_CUE_FILE = 4 << 20, MAX_TITLE_WORDS = 64 };

struct strip {
    const wq_host *host;
    struct label_rules rules;
    struct cues *cues;
    struct model *model;
    wq_key field, title;
    int keep_title;
    wq_key reasons[LABELS];
};

/* One worker's: memory that grows to the largest article. */
struct worker {
    const struct strip *strip;
    struct units units;
};

static void strip_close(void *shared)
{
    struct strip *self = shared;
    if (!self) return;
    cues_free(self->cues);
    free(self->model);
    free(self);
}

/* Reads a user's file of cues.  Returns 0; or -1, reported. */
static int read_cue_file(struct strip *self, wq_config *config)
{
    const wq_host *host = self->host;
    wq_str path = host->get_str(config, P_CUES, 0);
    if (!path.n) return 0;
    char name[4096];
    if (path.n >= sizeof name) {
        host->bad_param(config, P_CUES, "the path is too long");
        return -1;
    }
    memcpy(name, path.p, path.n);
    name[path.n] = '\0';
    FILE *file = fopen(name, "rb");
    if (!file) {
        host->bad_param(config, P_CUES, "cannot open %s: %s", name,
                        strerror(errno));
        return -1;
    }
    int rc = -1;
    char *content = malloc(MAX_CUE_FILE + 1);
    size_t n = content ? fread(content, 1, MAX_CUE_FILE + 1, file) : 0;
    const char *why = NULL;
    if (!content) {
        rc = -1; /* no memory: the host says so */
    } else if (ferror(file)) {
        host->bad_param(config, P_CUES, "cannot read %s: %s", name,
                        strerror(errno));
    } else if (n > MAX_CUE_FILE) {
        host->bad_param(config, P_CUES, "%s is larger than 4 MiB", name);
    } else if (self->rules.text->utf8_valid(content, n) != n) {
        host->bad_param(config, P_CUES, "%s is not UTF-8", name);
    } else {
        long line = cues_parse(self->cues, (wq_str){ content, n }, &why);
        if (line > 0)
            host->bad_param(config, P_CUES, "%s:%ld: %s", name, line, why);
        rc = line ? -1 : 0;
    }
    free(content);
    fclose(file);
    return rc;
}

/* Reads the data compiled in.  Returns 0; or -1: no memory, or, with error()
 * called, data that no release should have. */
static int read_own_data(struct strip *self, wq_ctx *ctx)
{
    for (size_t i = 0; i < n_data_files; i++) {
        wq_str content = { data_files[i].content, data_files[i].n };
        const char *why = NULL;
        long line = 0;
        if (!strcmp(data_files[i].name, "weights"))
            self->model = model_new(content, &line, &why);
        else
            line = cues_parse(self->cues, content, &why);
        if (why)
            self->host->error(ctx, "%s.tsv:%ld: %s", data_files[i].name, line,
                              why);
        if (why || line < 0) return -1;
    }
    return self->model ? 0 : -1;
}

/* The stage's settings, or NULL: reported, or no memory.  [main] */
static void *strip_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    const wq_text *text = host->extension("text/1");
    if (!text) {
        host->error(ctx, "this warraq has no text/1");
        return NULL;
    }
    struct strip *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->host = host;
    self->rules.text = text;
    self->rules.caution = host->get_real(config, P_CAUTION);
    self->field = host->get_key(config, P_FIELD, 0);
    self->title = host->get_key(config, P_TITLE, 0);
    self->keep_title = host->get_int(config, P_KEEP) == KEEP_BODY_AND_TITLE;
    self->cues = cues_new(text);
    if (!self->cues || read_own_data(self, ctx) < 0 ||
        read_cue_file(self, config) < 0 || cues_index(self->cues) < 0)
        goto fail;
    self->rules.cues = self->cues;
    self->rules.model = self->model;
    for (uint32_t i = LABEL_KEEP + 1; i < LABELS; i++) {
        const char *name = label_name(i);
        self->reasons[i] = host->intern((wq_str){ name, strlen(name) });
        if (!self->reasons[i]) goto fail;
    }
    return self;
fail:
    strip_close(self);
    return NULL;
}

static void *strip_start(void *shared, wq_ctx *ctx)
{
    (void)ctx;
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker) worker->strip = shared;
    return worker;
}

static void strip_stop(void *instance)
{
    struct worker *worker = instance;
    if (!worker) return;
    units_free(&worker->units);
    free(worker);
}

/* Where the cut of unit i begins: at its line; or, if nothing that stays
 * follows it, behind the last unit that stays, so that no line break is left
 * at the end of the text. */
static uint32_t cut_begin(const struct units *units, size_t i, size_t last_kept)
{
    if (i > last_kept) return units->list[i - 1].end;
    return units->list[i].begin;
}

/* Takes the cut units out of the text; neighbours with the same reason as one
 * span.  Returns 0, or -1.  [worker] */
static int cut_units(const struct worker *worker, wq_ctx *ctx,
                     wq_record *record, const uint8_t *labels, size_t bytes)
{
    const struct strip *self = worker->strip;
    const struct units *units = &worker->units;
    size_t n = units->n, spans = 0, last_kept = n;
    while (last_kept > 0 && labels[last_kept - 1]) last_kept--;
    last_kept--; /* there is one: see label_units */
    uint32_t *begin = self->host->scratch(ctx, n * sizeof *begin);
    uint32_t *end = self->host->scratch(ctx, n * sizeof *end);
    wq_key *kind = self->host->scratch(ctx, n * sizeof *kind);
    if (!begin || !end || !kind) return -1;
    for (size_t i = 0; i < n; i++) {
        if (!labels[i]) continue;
        uint32_t from = cut_begin(units, i, last_kept);
        uint32_t to = i + 1 == n          ? (uint32_t)bytes
                      : i + 1 > last_kept ? units->list[i].end
                                          : units->list[i + 1].begin;
        if (spans && labels[i - 1] == labels[i] && end[spans - 1] == from) {
            end[spans - 1] = to;
            continue;
        }
        begin[spans] = from;
        end[spans] = to;
        kind[spans++] = self->reasons[labels[i]];
    }
    if (!spans) return 0;
    const wq_layer layer = { .n = spans, .begin = begin, .end = end,
                             .kind = kind };
    return self->host->remove(record, self->field, &layer);
}

/* The headline without its bullet and the white space around it. */
static wq_str headline_of(const struct unit *u, wq_str s)
{
    wq_str title = { s.p + u->text, u->end - u->text };
    while (title.n && (title.p[title.n - 1] == ' ' ||
                       title.p[title.n - 1] == '\t'))
        title.n--;
    return title;
}

/* Cleans one article.  Returns 0, or -1. */
static int strip_record(struct worker *worker, wq_ctx *ctx, wq_record *record)
{
    const struct strip *self = worker->strip;
    const wq_host *host = self->host;
    wq_str s, title = { NULL, 0 };
    uint64_t title_words[MAX_TITLE_WORDS], title_hash;

    if (!host->get(record, self->field, &s) || !s.n) return 0;
    host->get(record, self->title, &title);
    size_t n_title = words_of(self->rules.text, title, title_words,
                              MAX_TITLE_WORDS, &title_hash);
    if (units_of(&worker->units, self->cues, self->rules.text, s, title_words,
                 n_title) < 0)
        return -1;
    size_t n = worker->units.n;
    if (n < 2) return 0; /* one line has nothing around it to be judged by */
    struct label_room room = {
        .around = host->scratch(ctx, n * sizeof *room.around),
        .hashes = host->scratch(ctx, n * sizeof *room.hashes),
        .states = host->scratch(ctx, n),
        .steps = host->scratch(ctx, n * STATES),
    };
    struct labels labels = { .unit = host->scratch(ctx, n) };
    if (!room.around || !room.hashes || !room.states || !room.steps ||
        !labels.unit)
        return -1;
    label_units(&self->rules, &worker->units, s, title_hash, &room, &labels);
    if (labels.kept_all) host->add(ctx, C_KEPT_ALL, 1);
    if (labels.title != SIZE_MAX) {
        wq_str found = headline_of(&worker->units.list[labels.title], s);
        host->add(ctx, C_TITLES, 1);
        if (host->set(record, self->title, found) < 0) return -1;
        if (self->keep_title) labels.unit[labels.title] = LABEL_KEEP;
    }
    return cut_units(worker, ctx, record, labels.unit, s.n);
}

/* [worker] */
static int strip_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                         size_t n, void *const *prepared, wq_verdict *verdicts)
{
    (void)prepared;
    (void)verdicts;
    for (size_t i = 0; i < n; i++)
        if (strip_record(instance, ctx, records[i]) < 0) return -1;
    return 0;
}

static const wq_stage stages[] = {
    { .name = "strip_boilerplate", .version = "1.0", .flags = WQ_PURE,
      .help = "Takes out of a text what is not the article, with reasons.",
      .params = params, .n_params = WQ_LEN(params),
      .reasons = reasons, .n_reasons = WQ_LEN(reasons),
      .counters = counters,
      .open = strip_open, .close = strip_close,
      .start = strip_start, .stop = strip_stop,
      .process = strip_process },
};
WQ_PLUGIN("strip_boilerplate", "1.0", "Apache-2.0", stages);
