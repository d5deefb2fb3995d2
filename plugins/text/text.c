/* text.c - the `text` format: a plain text file is an article.
 *
 *   id     the file's name without folder and suffix
 *   title  its first line, if that is a headline (see headline.c)
 *   text   the file, byte for byte; a byte order mark and a lifted title are
 *          listed as removed, so that `warraq restore` gives the file back
 *
 * It only reads: many articles in one text file could not be told apart. */
#include "headline.h"
#include <stdlib.h>
#include <string.h>

enum { P_TITLE };
static const char *const choices[] = { "auto", "first_line", "none", NULL };
static const wq_param params[] = {
    [P_TITLE] = { .name = "title", .type = WQ_ENUM, .choices = choices,
                  .fallback = "auto",
                  .help = "Which line becomes the title: the first one if it "
                          "reads like a headline, the first one always, or "
                          "none." },
};
static const char *const suffixes[] = { ".txt", ".text", NULL };
static const char *const fields[] = { "id", "title", "text", NULL };

struct text {
    const wq_host *host;
    const wq_text *toolkit;
    enum { TITLE_AUTO, TITLE_FIRST_LINE, TITLE_NONE } title;
    wq_key key_id, key_title, key_text;
    wq_key why_mark, why_title;
};

static wq_key intern(const wq_host *host, const char *name)
{
    return host->intern((wq_str){ name, strlen(name) });
}

/* Returns the settings, freed by close, or NULL if memory runs out.  [main] */
static void *text_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct text *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    self->host = host;
    self->toolkit = host->extension("text/1");
    self->title = (int)host->get_int(config, P_TITLE);
    self->key_id = intern(host, "id");
    self->key_title = intern(host, "title");
    self->key_text = intern(host, "text");
    self->why_mark = intern(host, "byte_order_mark");
    self->why_title = intern(host, "title");
    if (self->toolkit) return self;
    host->error(ctx, "this warraq does not offer \"text/1\"");
    free(self);
    return NULL;
}

/* UTF-8 without NUL that opens neither like JSON nor like HTML may well be an
 * article; a sniffed piece may end inside a code point. */
static int text_sniff(const char *p, size_t n)
{
    size_t i = n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (memchr(p, '\0', n)) return 0;
    if (i < n && (p[i] == '{' || p[i] == '[' || p[i] == '<')) return 10;
    for (size_t k = i; k < n; k++)
        if ((unsigned char)p[k] >= 0xF5 || (unsigned char)p[k] == 0xC0)
            return 0; /* in no UTF-8 (RFC 3629 s. 1) */
    return 50;
}

/* The file is one record, and ends where the file ends.  [serial] */
static size_t text_split(void *shared, const char *p, size_t n, uint32_t flags)
{
    (void)shared;
    (void)p;
    return flags & WQ_AT_END ? n : 0;
}

/* "inbox/000_4b1c.txt.zst" -> "000_4b1c" */
static wq_str id_of(wq_str path)
{
    static const char *const endings[] = { ".gz", ".zst", ".txt", ".text" };
    const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;
    if (slash) {
        path.n -= (size_t)(slash + 1 - path.p);
        path.p = slash + 1;
    }
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (path.n > n && memcmp(path.p + path.n - n, endings[i], n) == 0)
            path.n -= n;
    }
    return path;
}

/* Takes what is not body out of `text` and sets `title`.  0, or -1. */
static int lift_title(const struct text *self, wq_record *record, wq_str text)
{
    uint32_t begin[2], end[2];
    wq_key why[2];
    size_t n = 0, mark = 0;
    if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0) {
        mark = 3;
        begin[n] = 0;
        end[n] = 3;
        why[n++] = self->why_mark;
    }
    struct headline h = { 0 };
    if (self->title != TITLE_NONE)
        h = headline_find((wq_str){ text.p + mark, text.n - mark },
                          self->title == TITLE_FIRST_LINE);
    if (h.title.n) {
        if (self->host->set(record, self->key_title, h.title) < 0) return -1;
        begin[n] = (uint32_t)mark;
        end[n] = (uint32_t)(mark + h.body);
        why[n++] = self->why_title;
    }
    wq_layer cuts = { .n = n, .begin = begin, .end = end, .kind = why };
    if (self->host->set(record, self->key_text, text) < 0) return -1;
    return n ? self->host->remove(record, self->key_text, &cuts) : 0;
}

/* Reads one file.  0, or -1 if memory runs out.  [worker] */
static int text_decode(void *instance, wq_ctx *ctx, const char *p, size_t n)
{
    const struct text *self = instance;
    const wq_host *host = self->host;
    wq_str text = { p, n };
    if (n > WQ_MAX_FIELD)
        return host->bad_record(ctx, text, 0, "too_large",
                                "the text is larger than 64 MiB");
    size_t valid = n ? self->toolkit->utf8_valid(p, n) : 0;
    if (valid < n)
        return host->bad_record(ctx, text, valid, "bad_utf8",
                                "byte 0x%02X is not valid UTF-8 here",
                                (unsigned char)p[valid]);
    wq_record *record = host->record_new(ctx, text);
    if (!record) return -1;
    wq_str id = id_of(host->input_name(ctx));
    int has_name = id.n && !(id.n == 1 && *id.p == '-')
                   && self->toolkit->utf8_valid(id.p, id.n) == id.n;
    if (has_name && host->set(record, self->key_id, id) < 0) return -1;
    if (lift_title(self, record, text) < 0) return -1;
    return host->emit(ctx, record);
}

static const wq_format formats[] = {
    { .name = "text", .version = "1.0",
      .help = "Plain text (UTF-8): a file is an article.  Reads only.",
      .suffixes = suffixes, .fields = fields,
      .params = params, .n_params = WQ_LEN(params),
      .sniff = text_sniff, .open = text_open, .close = free,
      .split = text_split, .decode = text_decode },
};
WQ_FORMAT_PLUGIN("text", "1.0", "Apache-2.0", formats);
