/* normalize.c - the `normalize` stage: writes every character in one way.
 *
 * Text from many sites spells the same word in many ways that no reader sees:
 * composed or decomposed, in letters or in old font shapes, stretched by
 * tatweel, with invisible marks, with five kinds of line ends.  This stage
 * settles that, once, before anything looks at the text.  It is the one lossy
 * step of a pipeline: each rule can be switched off and counts what it did.
 * Normalising twice is normalising once (settle.c).
 *
 * What it leaves alone: what a reader sees.  Digits and tanwin unless asked,
 * diacritics, hamza, teh marbuta, punctuation, and anything NFKC would do beyond
 * letters.  Missing spaces ("الرياض.وقال", "24ساعة") are the tokenizer's.
 * Matching that must not see such differences folds its own keys (text/1). */
#include "persian.h"
#include "settle.h"
#include <stdlib.h>
#include <string.h>

enum { P_FIELDS, P_LANG, P_RULES }; /* the rules follow, in the order of enum rule */
/* Rules that are on unless a pipeline says otherwise change nothing that a reader
 * sees; `marks` and `dashes`, which correct the writer, are for those who ask. */
#define RULE_IS(default_, name_, help_)                                        \
    { .name = name_, .type = WQ_BOOL, .fallback = default_, .help = help_ }
#define RULE(name_, help_) RULE_IS("true", name_, help_)
static const char *const tanwins[] = { "keep", "before_alef", "after_alef",
                                       NULL };
static const char *const digits[] = { "keep", "ascii", NULL };
static const char *const mojibakes[] = { "off", "report", "repair", NULL };
static const wq_param params[] = {
    [P_FIELDS] = { .name = "fields", .type = WQ_FIELD_OUT, .flags = WQ_LIST,
                   .fallback = "title, text", .help = "Fields to rewrite." },
    [P_LANG] = { .name = "lang", .type = WQ_FIELD_IN, .flags = WQ_OPTIONAL,
                 .fallback = "lang",
                 .help = "Field with the language, if it is known: Persian, "
                         "Urdu, Kurdish, Pashto, Uyghur, Sindhi ... (fa, ur, "
                         "ckb) keep their letters." },
    [P_RULES + RULE_NFC] = RULE("nfc",
        "Compose letters and marks (Unicode NFC)."),
    [P_RULES + RULE_FORMS] = RULE("presentation_forms",
        "Write Arabic letters for their presentation forms (U+FE8D, U+FEFB) "
        "and Latin ones for ligatures (U+FB01); signs of whole words and phrases "
        "stay, U+FDF0 to U+FDFD (Allah U+FDF2, rial U+FDFC)."),
    [P_RULES + RULE_TATWEEL] = RULE("tatweel",
        "Take out tatweel (U+0640) beside letters."),
    [P_RULES + RULE_DASHES] = RULE_IS("false", "dashes",
        "Write a dash (U+2013) for tatweel that stands alone."),
    [P_RULES + RULE_MARKS] = RULE_IS("false", "marks",
        "Put an Arabic mark that stands on a space onto its letter, and take "
        "out one that stands twice on a letter."),
    [P_RULES + RULE_PERSIAN] = RULE("persian_letters",
        "Write Arabic yeh and kaf for Persian yeh (U+06CC) and keheh (U+06A9) "
        "in Arabic words: not in words with letters that only Persian, Urdu or "
        "Kurdish has, nor in passages and articles of such words or of everyday "
        "Persian ones.  At the end of some words it is alef maqsura: U+0639 "
        "U+0644 U+06CC becomes \"on\", also where the name Ali was meant."),
    [P_RULES + RULE_CONTROLS] = RULE("controls",
        "Take out control characters, line feed and tab apart, and "
        "noncharacters."),
    [P_RULES + RULE_DIRECTION] = RULE("direction",
        "Take out marks of direction (U+200E, U+202B)."),
    [P_RULES + RULE_INVISIBLE] = RULE("invisible",
        "Take out zero-width spaces, soft hyphens and byte order marks; between "
        "Thai, Lao, Khmer and Burmese words U+200B stays, in Mongolian ones "
        "U+180E."),
    [P_RULES + RULE_JOINERS] = RULE("joiners",
        "Take out zero-width joiners and non-joiners (U+200D, U+200C) that do "
        "nothing; those of Persian words, Indic scripts and emoji stay."),
    [P_RULES + RULE_SPACES] = RULE("spaces",
        "Write a plain space for any space and for any run of them, and none at "
        "the end of a line."),
    [P_RULES + RULE_LINE_ENDS] = RULE("line_ends",
        "Write a line feed for CR LF, CR, VT, FF, NEL, U+2028 and U+2029."),
    [P_RULES + RULE_BULLETS] = RULE("bullets",
        "Write the sign for a bullet of a symbol font (U+F0B7, U+F0FC)."),
    [P_RULES + RULE_ENTITIES] = RULE("entities",
        "Write the character for an HTML reference left in the text (&quot; "
        "&#8221;), also for one escaped twice or more (&amp;quot;)."),
    [P_RULES + RULE_TANWIN] = { .name = "tanwin", .type = WQ_ENUM,
        .choices = tanwins, .fallback = "keep",
        .help = "Where tanwin stands at the end of a word: before its alef or "
                "after it; both are right." },
    [P_RULES + RULE_DIGITS] = { .name = "digits", .type = WQ_ENUM,
        .choices = digits, .fallback = "keep",
        .help = "Arabic-Indic and Persian digits: keep them, or write 0 to 9, "
                "with their decimal point, comma and percent sign." },
    [P_RULES + RULE_MOJIBAKE] = { .name = "mojibake", .type = WQ_ENUM,
        .choices = mojibakes, .fallback = "report",
        .help = "UTF-8 that was read as windows-1252 or windows-1256, once or "
                "more: count the passages, or read them again." },
};

/* In the order of enum rule, then the fields that changed. */
enum { C_FIELDS = RULES, C_UNSETTLED };
static const char *const counters[] = {
    [RULE_NFC] = "nfc",
    [RULE_FORMS] = "presentation_forms",
    [RULE_TATWEEL] = "tatweel",
    [RULE_DASHES] = "dashes",
    [RULE_MARKS] = "marks",
    [RULE_PERSIAN] = "persian_letters",
    [RULE_CONTROLS] = "controls",
    [RULE_DIRECTION] = "direction",
    [RULE_INVISIBLE] = "invisible",
    [RULE_JOINERS] = "joiners",
    [RULE_SPACES] = "spaces",
    [RULE_LINE_ENDS] = "line_ends",
    [RULE_BULLETS] = "bullets",
    [RULE_ENTITIES] = "entities",
    [RULE_TANWIN] = "tanwin",
    [RULE_DIGITS] = "digits",
    [RULE_MOJIBAKE] = "mojibake",
    [C_FIELDS] = "fields_changed",
    [C_UNSETTLED] = "fields_unsettled",
    NULL
};

struct normalize {
    const wq_host *host;
    struct rules rules;
    wq_key lang;
    uint32_t n_fields;
    wq_key fields[];
};

/* One worker's: memory that grows to the largest field. */
struct worker {
    const struct normalize *self;
    struct settle settle;
    struct settle other; /* for fields looked at on the way (is_foreign) */
    uint64_t counts[C_UNSETTLED + 1];
};

/* The settings, freed by close; NULL: reported, or no memory.  [main] */
static void *normalize_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    const wq_text *text = host->extension("text/1");
    if (!text || !WQ_HAS(text->size, wq_text, charset_byte)) {
        host->error(ctx, "this warraq has no text/1 with character sets");
        return NULL;
    }
    uint32_t n = host->count(config, P_FIELDS);
    struct normalize *self = malloc(sizeof *self + n * sizeof *self->fields);
    if (!self) return NULL;
    self->host = host;
    self->rules = (struct rules){ .text = text,
                                  .cp1252 = text->charset("windows-1252"),
                                  .cp1256 = text->charset("windows-1256") };
    for (uint32_t i = 0; i < RULES; i++)
        self->rules.on[i] = (uint8_t)host->get_int(config, P_RULES + i);
    self->lang = host->get_key(config, P_LANG, 0);
    self->n_fields = n;
    for (uint32_t i = 0; i < n; i++)
        self->fields[i] = host->get_key(config, P_FIELDS, i);
    return self;
}

static void *normalize_start(void *shared, wq_ctx *ctx)
{
    (void)ctx;
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker) return NULL;
    worker->self = shared;
    worker->settle.rules = worker->other.rules = &worker->self->rules;
    return worker;
}

static void normalize_stop(void *instance)
{
    struct worker *worker = instance;
    if (!worker) return;
    settle_free(&worker->settle);
    settle_free(&worker->other);
    free(worker);
}

struct article {
    struct worker *worker;
    const wq_record *record;
    int foreign; /* is_foreign; -1: not asked yet */
    int keeps_persian; /* its field `lang` says so */
};

/* Is what the record's fields hold, taken together, Persian, Urdu ...?  Asked of
 * the fields as the other rules leave them, so that the answer is the same for a
 * record that was normalised before, and one answer does for all its fields.
 * Returns 1, 0, or -1: no memory. */
static int is_foreign(void *to)
{
    struct article *article = to;
    struct worker *worker = article->worker;
    const struct normalize *self = worker->self;
    size_t letters = 0, foreign = 0;
    if (article->foreign >= 0) return article->foreign;
    for (uint32_t i = 0; i < self->n_fields; i++) {
        uint64_t uncounted[RULES] = { 0 };
        struct settled settled;
        wq_str s;
        if (!self->host->get(article->record, self->fields[i], &s)) continue;
        if (settle_text(&worker->other, s, NULL, NULL, uncounted, &settled) < 0)
            return -1;
        persian_count(settled.text.p, settled.text.n, &letters, &foreign);
    }
    return article->foreign = 200 * foreign > letters;
}

/* Hands the edits over.  Returns 0, or -1.  [worker] */
static int replace(const struct normalize *self, wq_ctx *ctx, wq_record *record,
                   wq_key key, const struct settled *settled)
{
    const struct edits *edits = settled->edits;
    uint32_t *begin = self->host->scratch(ctx, 2 * edits->n * sizeof *begin);
    wq_str *with = self->host->scratch(ctx, edits->n * sizeof *with);
    size_t shift = 0; /* modulo 2^64, as sums of sizes are */
    if (!begin || !with) return -1;
    uint32_t *end = begin + edits->n;
    for (size_t i = 0; i < edits->n; i++) {
        const struct edit *e = &edits->list[i];
        begin[i] = e->begin;
        end[i] = e->end;
        with[i] = (wq_str){ settled->text.p + (e->begin + shift), e->size };
        shift += (size_t)e->size - (e->end - e->begin);
    }
    const wq_layer spans = { .n = edits->n, .begin = begin, .end = end };
    return self->host->replace(record, key, &spans, with);
}

/* Normalises one field.  Returns 0, or -1.  [worker] */
static int normalize_field(struct article *article, wq_ctx *ctx,
                           wq_record *record, wq_key key)
{
    struct worker *worker = article->worker;
    struct settled settled;
    wq_str s;
    if (!worker->self->host->get(record, key, &s)) return 0;
    if (settle_text(&worker->settle, s,
                    article->keeps_persian ? NULL : is_foreign, article, worker->counts,
                    &settled) < 0)
        return -1;
    worker->counts[C_UNSETTLED] += (uint64_t)settled.is_unsettled;
    if (!settled.edits->n) return 0;
    worker->counts[C_FIELDS]++;
    return replace(worker->self, ctx, record, key, &settled);
}

/* [worker] */
static int normalize_process(void *instance, wq_ctx *ctx,
                             wq_record *const *records, size_t n,
                             void *const *prepared, wq_verdict *verdicts)
{
    struct worker *worker = instance;
    const struct normalize *self = worker->self;
    (void)prepared;
    (void)verdicts;
    memset(worker->counts, 0, sizeof worker->counts);
    for (size_t i = 0; i < n; i++) {
        struct article article = { worker, records[i], -1, 0 };
        wq_str lang;
        if (self->host->get(records[i], self->lang, &lang))
            article.keeps_persian = is_persian_script(lang.p, lang.n);
        for (uint32_t f = 0; f < self->n_fields; f++)
            if (normalize_field(&article, ctx, records[i], self->fields[f]) < 0)
                return -1;
    }
    for (uint32_t i = 0; i <= C_UNSETTLED; i++)
        if (worker->counts[i]) self->host->add(ctx, i, worker->counts[i]);
    return 0;
}

static const wq_stage stages[] = {
    { .name = "normalize", .version = "2.0", .flags = WQ_PURE,
      .help = "Writes every character in one way: NFC, plain letters, plain "
              "spaces, line feeds.",
      .params = params, .n_params = WQ_LEN(params), .counters = counters,
      .open = normalize_open, .close = free,
      .start = normalize_start, .stop = normalize_stop,
      .process = normalize_process },
};
WQ_PLUGIN("normalize", "2.0", "Apache-2.0", stages);
