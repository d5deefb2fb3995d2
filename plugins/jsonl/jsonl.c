/* jsonl.c - the `jsonl` format: one JSON object a line (RFC 8259, UTF-8).
 *
 *   parse.c    a line to members         read.c    members to a record
 *   offsets.c  bytes to code points      layers.c  layers and removed text back
 *   simd.cpp   simdjson                  write.c   a record to a line
 *
 * Here are the settings, the place of lines in a buffer and the descriptor. */
#include "jsonl.h"
#include <stdlib.h>
#include <string.h>

enum { P_OFFSETS, P_LAYERS, P_PLAIN };
static const char *const units[] = { "codepoints", "bytes", "utf16", NULL };
static const wq_param params[] = {
    [P_OFFSETS] = { .name = "offsets", .type = WQ_ENUM, .choices = units,
                    .fallback = "codepoints",
                    .help = "What the offsets of layers and removed text "
                            "count, written and read." },
    [P_LAYERS] = { .name = "layers", .type = WQ_STRING, .flags = WQ_LIST,
                   .fallback = "all",
                   .help = "Layers to write, by name; or all, or none." },
    [P_PLAIN] = { .name = "plain", .type = WQ_BOOL, .fallback = "false",
                  .help = "Read layers and removed text as fields like any "
                          "other." },
};
static const char *const suffixes[] = { ".jsonl", ".ndjson", ".jsonlines",
                                        NULL };

static wq_key intern(const wq_host *host, const char *name)
{
    return host->intern((wq_str){ name, strlen(name) });
}

static void jsonl_close(void *shared)
{
    struct jsonl *self = shared;
    free(self->layers);
    free(self);
}

/* Reads `layers`.  0, or -1: no memory. */
static int read_layers(struct jsonl *self, wq_config *config)
{
    uint32_t n = self->host->count(config, P_LAYERS);
    self->layers = calloc(n ? n : 1, sizeof *self->layers);
    if (!self->layers) return -1;
    for (uint32_t i = 0; i < n; i++) {
        wq_str name = self->host->get_str(config, P_LAYERS, i);
        int is_all = name.n == 3 && memcmp(name.p, "all", 3) == 0;
        int is_none = name.n == 4 && memcmp(name.p, "none", 4) == 0;
        if ((is_all || is_none) && n > 1)
            self->host->bad_param(config, P_LAYERS,
                                  "\"%.*s\" stands alone", (int)name.n, name.p);
        if (is_all) self->all_layers = 1;
        else if (!is_none)
            self->layers[self->n_layers++] = self->host->intern(name);
    }
    return 0;
}

/* Returns the settings, freed by close, or NULL if memory runs out.  [main] */
static void *jsonl_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    static const char *const standard[STANDARD_LAYERS] = {
        "paragraphs", "sentences", "tokens", "segments",
        "entities",   "dates",     "quotes", "reused",
    };
    struct jsonl *self = calloc(1, sizeof *self);
    (void)ctx;
    if (!self) return NULL;
    self->host = host;
    self->text = host->extension("text/1");
    self->unit = (enum offset_unit)host->get_int(config, P_OFFSETS);
    self->is_plain = (int)host->get_int(config, P_PLAIN);
    self->key_id = intern(host, "id");
    self->key_text = intern(host, "text");
    self->key_removed = intern(host, "removed");
    self->key_layers = intern(host, "layers");
    for (size_t i = 0; i < STANDARD_LAYERS; i++)
        self->standard[i] = intern(host, standard[i]);
    if (read_layers(self, config) == 0) return self;
    jsonl_close(self);
    return NULL;
}

static void jsonl_stop(void *instance)
{
    struct jsonl_worker *w = instance;
    json_parser_free(w->parser);
    offsets_free(&w->offsets);
    for (size_t i = 0; i < w->n_quoted; i++)
        free(w->quoted[i].p);
    free(w->quoted);
    free(w->seen);
    free(w->met);
    free(w->out);
    free(w);
}

static void *jsonl_start(void *shared, wq_ctx *ctx)
{
    struct jsonl_worker *w = calloc(1, sizeof *w);
    (void)ctx;
    if (!w) return NULL;
    w->shared = shared;
    w->offsets.unit = w->shared->unit;
    w->parser = json_parser_new(w->shared->host->no_memory);
    if (w->parser) return w;
    free(w);
    return NULL;
}

static int is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* An object that opens and goes on in the same line: most likely ours. */
static int jsonl_sniff(const char *p, size_t n)
{
    size_t i = n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (i < n && is_space(p[i])) i++;
    if (i == n || p[i] != '{') return 0;
    for (i++; i < n && (p[i] == ' ' || p[i] == '\t'); i++) {}
    return i < n && (p[i] == '"' || p[i] == '}') ? 90 : 20;
}

/* A record ends with its line; the last may lack the line feed.  [serial] */
static size_t jsonl_split(void *shared, const char *p, size_t n, uint32_t flags)
{
    (void)shared;
    size_t blank = 0; /* lines in front of the first record are no records */
    while (flags & WQ_FIRST && blank < n && p[blank] == '\n') blank++;
    const char *end = blank == n         ? NULL
                      : flags & WQ_FIRST ? memchr(p + blank, '\n', n - blank)
                                         : memrchr(p, '\n', n);
    if (flags & WQ_AT_END && (!end || !(flags & WQ_FIRST))) return n;
    return end ? (size_t)(end + 1 - p) : 0;
}

static const wq_format formats[] = {
    { .name = "jsonl", .version = "1.0",
      .help = "JSON lines: an object a line; unknown members pass through.",
      .suffixes = suffixes, .flags = WQ_GROWS,
      .params = params, .n_params = WQ_LEN(params),
      .sniff = jsonl_sniff, .open = jsonl_open, .close = jsonl_close,
      .start = jsonl_start, .stop = jsonl_stop, .split = jsonl_split,
      .decode = jsonl_decode, .encode = jsonl_encode },
};
WQ_FORMAT_PLUGIN("jsonl", "1.0", "Apache-2.0", formats);
