/* filter.c - the `filter` stage: keeps or drops articles by what a field holds.
 *
 * Every test is off until its parameter is set; an article that fails one is
 * dropped under the reason of the first it fails, in the order of the reasons
 * below.  It changes nothing.  Several filters can stand in one pipeline, each
 * with its label. */
#include <stdlib.h>
#include <string.h>
#include <warraq/plugin.h>

enum {
    P_FIELD, P_REQUIRE, P_MIN_CHARS, P_MAX_CHARS, P_EQUALS, P_NOT_EQUALS,
    P_CONTAINS, P_NOT_CONTAINS
};
static const wq_param params[] = {
    [P_FIELD] = { .name = "field", .type = WQ_FIELD_IN, .fallback = "text",
                  .help = "Field the tests below look at." },
    [P_REQUIRE] = { .name = "require", .type = WQ_FIELD_IN,
                    .flags = WQ_LIST,
                    .help = "Fields an article must have, and not empty." },
    [P_MIN_CHARS] = { .name = "min_chars", .type = WQ_INT,
                      .unit = "code points", .min = 1, .max = 1e8,
                      .help = "Shortest text to keep." },
    [P_MAX_CHARS] = { .name = "max_chars", .type = WQ_INT,
                      .unit = "code points", .min = 1, .max = 1e8,
                      .help = "Longest text to keep." },
    [P_EQUALS] = { .name = "equals", .type = WQ_STRING, .flags = WQ_LIST,
                   .help = "Values to keep: with field lang, the languages." },
    [P_NOT_EQUALS] = { .name = "not_equals", .type = WQ_STRING,
                       .flags = WQ_LIST, .help = "Values to drop." },
    [P_CONTAINS] = { .name = "contains", .type = WQ_STRING, .flags = WQ_LIST,
                     .help = "Strings of which the field must hold one." },
    [P_NOT_CONTAINS] = { .name = "not_contains", .type = WQ_STRING,
                         .flags = WQ_LIST,
                         .help = "Strings of which it must hold none." },
};

enum {
    R_MISSING, R_TOO_SHORT, R_TOO_LONG, R_NOT_EQUAL, R_UNWANTED,
    R_LACKS_STRING, R_HAS_STRING, REASONS
};
static const wq_reason reasons[] = {
    [R_MISSING] = { "missing", "a field of require is absent or empty" },
    [R_TOO_SHORT] = { "too_short", "the field is shorter than min_chars, or "
                                   "absent" },
    [R_TOO_LONG] = { "too_long", "the field is longer than max_chars" },
    [R_NOT_EQUAL] = { "not_equal", "the field is none of equals" },
    [R_UNWANTED] = { "unwanted", "the field is one of not_equals" },
    [R_LACKS_STRING] = { "lacks_string", "the field holds none of contains" },
    [R_HAS_STRING] = { "has_string", "the field holds one of not_contains" },
};

struct strings {
    uint32_t n;
    wq_str *list; /* views into the configuration */
};

struct filter {
    const wq_host *host;
    wq_key field;
    uint32_t n_require;
    wq_key *require;
    size_t min_chars, max_chars; /* 0: unset */
    struct strings equals, not_equals, contains, not_contains;
};

static void filter_close(void *shared)
{
    struct filter *self = shared;
    if (!self) return;
    free(self->require);
    free(self->equals.list);
    free(self->not_equals.list);
    free(self->contains.list);
    free(self->not_contains.list);
    free(self);
}

/* Reads a list parameter.  Returns 0, or -1: no memory. */
static int read_strings(const wq_host *host, wq_config *config, uint32_t param,
                        struct strings *out)
{
    out->n = host->count(config, param);
    if (!out->n) return 0;
    out->list = calloc(out->n, sizeof *out->list);
    if (!out->list) return -1;
    for (uint32_t i = 0; i < out->n; i++)
        out->list[i] = host->get_str(config, param, i);
    return 0;
}

/* The settings, freed by close; NULL: reported, or no memory.  [main] */
static void *filter_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    (void)ctx;
    struct filter *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->host = host;
    self->field = host->get_key(config, P_FIELD, 0);
    self->n_require = host->count(config, P_REQUIRE);
    self->require = calloc(self->n_require + 1, sizeof *self->require);
    if (!self->require) goto fail;
    for (uint32_t i = 0; i < self->n_require; i++)
        self->require[i] = host->get_key(config, P_REQUIRE, i);
    if (host->count(config, P_MIN_CHARS))
        self->min_chars = (size_t)host->get_int(config, P_MIN_CHARS);
    if (host->count(config, P_MAX_CHARS))
        self->max_chars = (size_t)host->get_int(config, P_MAX_CHARS);
    if (self->max_chars && self->max_chars < self->min_chars) {
        host->bad_param(config, P_MAX_CHARS, "is less than min_chars (%zu)",
                        self->min_chars);
        goto fail;
    }
    if (read_strings(host, config, P_EQUALS, &self->equals) < 0 ||
        read_strings(host, config, P_NOT_EQUALS, &self->not_equals) < 0 ||
        read_strings(host, config, P_CONTAINS, &self->contains) < 0 ||
        read_strings(host, config, P_NOT_CONTAINS, &self->not_contains) < 0)
        goto fail;
    return self;
fail:
    filter_close(self);
    return NULL;
}

/* Counts all bytes but continuation bytes (10xxxxxx, RFC 3629 s. 3). */
static size_t count_chars(wq_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static int is_one_of(const struct strings *strings, wq_str s)
{
    for (uint32_t i = 0; i < strings->n; i++)
        if (strings->list[i].n == s.n &&
            (!s.n || !memcmp(strings->list[i].p, s.p, s.n)))
            return 1;
    return 0;
}

static int holds_one_of(const struct strings *strings, wq_str s)
{
    for (uint32_t i = 0; i < strings->n; i++)
        if (s.n && memmem(s.p, s.n, strings->list[i].p, strings->list[i].n))
            return 1;
    return 0;
}

/* At most 60 bytes of s, whole code points: enough for a message. */
static wq_str shorten(wq_str s)
{
    if (s.n <= 60) return s.n ? s : (wq_str){ "", 0 };
    s.n = 60;
    while (((unsigned char)s.p[s.n] & 0xC0) == 0x80) s.n--;
    return s;
}

/* The first field of require that is absent or empty; 0: none.  A value of
 * another type than string counts as there, null does not. */
static wq_key find_missing(const struct filter *self, const wq_record *record)
{
    for (uint32_t i = 0; i < self->n_require; i++) {
        wq_value v;
        if (!self->host->get_value(record, self->require[i], &v) ||
            v.type == WQ_V_NONE || v.type == WQ_V_NULL ||
            (v.type == WQ_V_STR && !v.u.s.n))
            return self->require[i];
    }
    return 0;
}

/* Judges one article.  Returns WQ_KEEP, or WQ_DROP with the reason set. */
static wq_verdict judge(const struct filter *self, wq_ctx *ctx, size_t i,
                        const wq_record *record)
{
    const wq_host *host = self->host;
    wq_key missing = find_missing(self, record);
    wq_str s;
    if (missing) {
        wq_str name = host->name(missing);
        host->set_reason(ctx, i, R_MISSING, "%.*s", (int)name.n, name.p);
        return WQ_DROP;
    }
    host->get(record, self->field, &s); /* absent: an empty string */
    size_t chars = self->min_chars || self->max_chars ? count_chars(s) : 0;
    const int failed[REASONS] = {
        [R_TOO_SHORT] = chars < self->min_chars,
        [R_TOO_LONG] = self->max_chars && chars > self->max_chars,
        [R_NOT_EQUAL] = self->equals.n && !is_one_of(&self->equals, s),
        [R_UNWANTED] = is_one_of(&self->not_equals, s),
        [R_LACKS_STRING] =
            self->contains.n && !holds_one_of(&self->contains, s),
        [R_HAS_STRING] = holds_one_of(&self->not_contains, s),
    };
    for (uint32_t r = 0; r < REASONS; r++) {
        if (!failed[r]) continue;
        if (r == R_TOO_SHORT || r == R_TOO_LONG)
            host->set_reason(ctx, i, r, "%zu code points", chars);
        else if (r == R_NOT_EQUAL || r == R_UNWANTED)
            host->set_reason(ctx, i, r, "\"%.*s\"", (int)shorten(s).n,
                             shorten(s).p);
        else
            host->set_reason(ctx, i, r, "%s", "");
        return WQ_DROP;
    }
    return WQ_KEEP;
}

/* Judges each article by itself.  Returns 0; cannot fail.  [worker] */
static int filter_process(void *instance, wq_ctx *ctx,
                          wq_record *const *records, size_t n,
                          void *const *prepared, wq_verdict *verdicts)
{
    (void)prepared;
    for (size_t i = 0; i < n; i++)
        verdicts[i] = judge(instance, ctx, i, records[i]);
    return 0;
}

static const wq_stage stages[] = {
    { .name = "filter", .version = "1.0", .flags = WQ_PURE,
      .help = "Keeps or drops articles by field, length or value.",
      .params = params, .n_params = WQ_LEN(params),
      .reasons = reasons, .n_reasons = WQ_LEN(reasons),
      .open = filter_open, .close = filter_close,
      .process = filter_process },
};
WQ_PLUGIN("filter", "1.0", "Apache-2.0", stages);
