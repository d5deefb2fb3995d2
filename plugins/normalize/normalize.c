/* normalize.c - the `normalize` stage: writes every character in one way.
 *
 * Text from many sites spells the same word in many ways that no reader sees:
 * composed or decomposed, in letters or in old font shapes, stretched by
 * tatweel, with invisible marks, with five kinds of line ends.  This stage
 * settles that, once, before anything looks at the text.  It is the one lossy
 * step of a pipeline: each rule can be switched off and counts what it did.
 *
 * What it leaves alone: digits, diacritics, hamza, punctuation, the zero-width
 * non-joiner, and anything NFKC would do beyond letters.  Matching that must
 * not see such differences folds its own keys (text/1). */
#include "repair.h"
#include <stdlib.h>
#include <string.h>
#include <warraq/plugin.h>

enum {
    P_FIELDS, P_NFC, P_FORMS, P_TATWEEL, P_PERSIAN, P_CONTROLS, P_INVISIBLE,
    P_SPACES, P_LINE_ENDS
};
#define RULE(name_, help_)                                                     \
    { .name = name_, .type = WQ_BOOL, .fallback = "true", .help = help_ }
static const wq_param params[] = {
    [P_FIELDS] = { .name = "fields", .type = WQ_FIELD_OUT, .flags = WQ_LIST,
                   .fallback = "title, text", .help = "Fields to rewrite." },
    [P_NFC] = RULE("nfc", "Compose letters and marks (Unicode NFC)."),
    [P_FORMS] = RULE("presentation_forms",
                     "Write Arabic letters for their presentation forms "
                     "(U+FE8D, U+FEFB); words such as U+FDFA stay."),
    [P_TATWEEL] = RULE("tatweel", "Take out tatweel (U+0640)."),
    [P_PERSIAN] = RULE("persian_letters",
                       "Write Arabic yeh and kaf for Persian yeh (U+06CC) and "
                       "keheh (U+06A9), unless one Arabic letter in 200 is one "
                       "that only Persian, Urdu or Kurdish has."),
    [P_CONTROLS] = RULE("controls", "Take out control characters, line feed "
                                    "and tab apart, and marks of direction."),
    [P_INVISIBLE] = RULE("invisible",
                         "Take out zero-width spaces, soft hyphens and byte "
                         "order marks; joiners stay."),
    [P_SPACES] = RULE("spaces", "Write a plain space for any space and for any "
                                "run of them, and none at the end of a line."),
    [P_LINE_ENDS] = RULE("line_ends", "Write a line feed for CR LF, CR, VT, "
                                      "FF, NEL, U+2028 and U+2029."),
};

/* In the order of enum rule, then the records and fields that changed. */
enum { C_FIELDS = RULES };
static const char *const counters[] = {
    [RULE_NFC] = "nfc",
    [RULE_FORMS] = "presentation_forms",
    [RULE_TATWEEL] = "tatweel",
    [RULE_PERSIAN] = "persian_letters",
    [RULE_CONTROLS] = "controls",
    [RULE_INVISIBLE] = "invisible",
    [RULE_SPACES] = "spaces",
    [RULE_LINE_ENDS] = "line_ends",
    [C_FIELDS] = "fields_changed",
    NULL
};

struct normalize {
    const wq_host *host;
    const wq_text *text;
    uint8_t on[RULES];
    uint32_t n_fields;
    wq_key fields[];
};

/* One worker's: memory that grows to the most repairs in a field. */
struct worker {
    const struct normalize *self;
    struct edits edits;
    uint64_t counts[RULES];
};

/* The settings, freed by close; NULL: reported, or no memory.  [main] */
static void *normalize_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    const wq_text *text = host->extension("text/1");
    if (!text) {
        host->error(ctx, "this warraq has no text/1");
        return NULL;
    }
    uint32_t n = host->count(config, P_FIELDS);
    struct normalize *self = malloc(sizeof *self + n * sizeof *self->fields);
    if (!self) return NULL;
    self->host = host;
    self->text = text;
    for (uint32_t i = 0; i < RULES; i++)
        self->on[i] = (uint8_t)host->get_int(config, P_NFC + i);
    self->n_fields = n;
    for (uint32_t i = 0; i < n; i++)
        self->fields[i] = host->get_key(config, P_FIELDS, i);
    return self;
}

static void *normalize_start(void *shared, wq_ctx *ctx)
{
    (void)ctx;
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker) worker->self = shared;
    return worker;
}

static void normalize_stop(void *instance)
{
    struct worker *worker = instance;
    if (!worker) return;
    edits_free(&worker->edits);
    free(worker);
}

/* Is what the record's fields hold, taken together, Arabic? */
static int is_arabic(const struct normalize *self, const wq_record *record)
{
    size_t arabic = 0, other = 0;
    for (uint32_t i = 0; i < self->n_fields; i++) {
        wq_str s;
        if (self->host->get(record, self->fields[i], &s))
            repair_count_letters(s.p, s.n, &arabic, &other);
    }
    return 200 * other <= arabic;
}

/* Composes *s into scratch memory, if it is not composed already.  Returns 1 if
 * it changed, 0, or -1. */
static int compose(const struct normalize *self, wq_ctx *ctx, wq_str *s)
{
    size_t cap = 3 * s->n + 8;
    if (self->text->is_nfc(s->p, s->n)) return 0;
    char *out = self->host->scratch(ctx, cap);
    if (!out) return -1;
    wq_str composed = { out, self->text->nfc(s->p, s->n, out, cap) };
    if (composed.n == (size_t)-1) return -1;
    if (composed.n == s->n && !memcmp(out, s->p, s->n)) return 0;
    *s = composed;
    return 1;
}

static int inside_character(wq_str s, size_t i)
{
    return i < s.n && ((unsigned char)s.p[i] & 0xC0) == 0x80;
}

/* Makes of `from` becoming `to` one edit: all between what they have in common
 * at both ends.  Returns 0, or -1: no memory. */
static int edit_between(struct edits *edits, wq_str from, wq_str to)
{
    size_t least = from.n < to.n ? from.n : to.n, front = 0, back = 0;
    while (front < least && from.p[front] == to.p[front]) front++;
    while (inside_character(from, front) || inside_character(to, front))
        front--;
    while (back < least - front &&
           from.p[from.n - 1 - back] == to.p[to.n - 1 - back])
        back++;
    while (inside_character(from, from.n - back) ||
           inside_character(to, to.n - back))
        back--;
    edits->n = 0;
    return edits_add(edits, front, from.n - back,
                     (wq_str){ to.p + front, to.n - back - front });
}

/* Normalises one field.  Returns 1 if it changed, 0, or -1.  [worker] */
static int normalize_field(struct worker *worker, wq_ctx *ctx,
                           wq_record *record, wq_key key)
{
    const struct normalize *self = worker->self;
    struct edits *edits = &worker->edits;
    uint8_t on[RULES];
    struct repair r = { .on = on, .counts = worker->counts };
    wq_str s;

    if (!self->host->get(record, key, &s) || !s.n) return 0;
    memcpy(on, self->on, sizeof on);
    edits->n = 0;
    wq_str now = s;
    size_t first = repair_find(&r, s.p, 0, s.n);
    if (first < s.n) {
        on[RULE_PERSIAN] = on[RULE_PERSIAN] && repair_has_persian(s.p, s.n)
                           && is_arabic(self, record);
        char *out = self->host->scratch(ctx, s.n + s.n / 3 + 8);
        if (!out) return -1;
        now = (wq_str){ out, repair_text(&r, s.p, s.n, first, out, edits) };
        if (now.n == (size_t)-1) return -1;
    }
    if (self->on[RULE_NFC] && r.maybe_not_nfc) {
        int composed = compose(self, ctx, &now);
        if (composed < 0) return -1;
        worker->counts[RULE_NFC] += (uint64_t)composed;
        if (composed && edit_between(edits, s, now) < 0) return -1;
    }
    if (!edits->n) return 0;
    const wq_layer spans = { .n = edits->n, .begin = edits->begin,
                             .end = edits->end };
    return self->host->replace(record, key, &spans, edits->with) < 0 ? -1 : 1;
}

/* [worker] */
static int normalize_process(void *instance, wq_ctx *ctx,
                             wq_record *const *records, size_t n,
                             void *const *prepared, wq_verdict *verdicts)
{
    struct worker *worker = instance;
    const struct normalize *self = worker->self;
    uint64_t fields = 0;
    (void)prepared;
    (void)verdicts;
    memset(worker->counts, 0, sizeof worker->counts);
    for (size_t i = 0; i < n; i++) {
        for (uint32_t f = 0; f < self->n_fields; f++) {
            int changed =
                normalize_field(worker, ctx, records[i], self->fields[f]);
            if (changed < 0) return -1;
            fields += (uint64_t)changed;
        }
    }
    for (uint32_t i = 0; i < RULES; i++)
        if (worker->counts[i]) self->host->add(ctx, i, worker->counts[i]);
    if (fields) self->host->add(ctx, C_FIELDS, fields);
    return 0;
}

static const wq_stage stages[] = {
    { .name = "normalize", .version = "1.0", .flags = WQ_PURE,
      .help = "Writes every character in one way: NFC, plain letters, plain "
              "spaces, line feeds.",
      .params = params, .n_params = WQ_LEN(params), .counters = counters,
      .open = normalize_open, .close = free,
      .start = normalize_start, .stop = normalize_stop,
      .process = normalize_process },
};
WQ_PLUGIN("normalize", "1.0", "MIT", stages);
