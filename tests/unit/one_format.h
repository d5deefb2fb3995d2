/* one_format.h - a format of a plugin linked into a test, at work with the
 * real host: bytes to records and back. */
#ifndef WQ_TESTS_ONE_FORMAT_H
#define WQ_TESTS_ONE_FORMAT_H
#include "base/names.h"
#include "run/codec.h"
#include "run/reader.h"
#include "text/text.h"
#include <stdlib.h>

struct one_format {
    struct arena arena; /* of the parameters */
    struct codec codec;
    struct batch *batch; /* freed by batch_free */
};

/* Opens the plugin's first format; param may be NULL, else it gets `value`. */
static inline int one_format_open(struct one_format *f, const wq_plugin *plugin,
                           const char *param, const char *value, struct err *e)
{
    const wq_format *desc = &plugin->formats[0];
    *f = (struct one_format){ 0 };
    f->batch = calloc(1, sizeof *f->batch);
    if (!f->batch) return -1;
    host_offer("text/1", text_toolkit());
    struct plan_format plan = { .desc = desc };
    plan.config = config_new(desc->params, desc->n_params, &f->arena, e);
    if (!plan.config) return -1;
    for (uint32_t i = 0; param && i < desc->n_params; i++) {
        if (strcmp(desc->params[i].name, param) != 0) continue;
        struct param_value *v = &plan.config->values[i];
        v->items = arena_zero(&f->arena, 1, sizeof *v->items);
        v->n = 1;
        v->is_set = true;
        if (param_parse(&desc->params[i], str(value), false, &f->arena,
                        v->items, e) < 0)
            return -1;
    }
    return codec_open(&f->codec, &plan, 1, e);
}

static inline void one_format_close(struct one_format *f)
{
    codec_close(&f->codec);
    batch_free(f->batch);
    arena_free(&f->arena);
}

/* Reads text[0..n) as a file of this name; records and bad records are in
 * f->batch after it. */
static inline int one_format_read(struct one_format *f, const char *name,
                           const char *text, size_t n, struct err *e)
{
    static struct input_file file;
    static struct piece piece;
    batch_reset(f->batch);
    file = (struct input_file){ .path = (char *)(uintptr_t)name,
                                .codec = &f->codec };
    piece = (struct piece){ .file = &file, .n = n, .line = 1 };
    if (buf_add(&f->batch->raw, text, n) < 0
        || buf_reserve(&f->batch->raw, WQ_PADDING) < 0)
        return -1;
    memset(f->batch->raw.p + n, 0, WQ_PADDING);
    return codec_decode(&f->codec, 0, f->batch, &piece, e);
}

/* Writes the batch's records to `out`. */
static inline int one_format_write(struct one_format *f, struct buf *out, struct err *e)
{
    out->n = 0;
    if (codec_encode(&f->codec, 0, f->batch, f->batch->records,
                     f->batch->n_records, out, e) < 0)
        return -1;
    return buf_close(out);
}
#endif
