/* slices.c - test stages for the promise that offsets never lie.
 *
 * `slices_note`, right behind `tokenize`, writes into each layer what the text
 * of each span is (attribute `slice`).  `slices_check`, anywhere behind it,
 * looks whether it still is, and whether the spans are as a tokenizer's must
 * be: not empty, sorted, disjoint, on code points, inside the field, with the
 * hash of their slice where there is one.  It counts, and says what it found
 * about the first few. */
#include <stdlib.h>
#include <string.h>
#include <warraq/plugin.h>

enum { C_SPANS, C_DIFFERENCES };
static const char *const counters[] = { "spans", "differences", NULL };

struct slices {
    const wq_host *host;
    const wq_text *text;
    wq_key slice;
};

/* Returns the settings, freed by close, or NULL if memory runs out.  [main] */
static void *slices_open(const wq_host *host, wq_config *config, wq_ctx *ctx)
{
    struct slices *self = malloc(sizeof *self);
    (void)config;
    (void)ctx;
    if (!self) return NULL;
    self->host = host;
    self->text = host->extension("text/1");
    self->slice = host->intern((wq_str){ "slice", 5 });
    return self;
}

/* ---- slices_note ---- */

/* Adds the attribute to a layer.  Returns 0, or -1: no memory. */
static int note(const struct slices *self, wq_ctx *ctx, wq_record *record,
                wq_key name, wq_key over, wq_layer layer)
{
    wq_str text, *slice = self->host->scratch(ctx, layer.n * sizeof *slice + 1);
    wq_attr *attrs =
        self->host->scratch(ctx, (layer.n_attrs + 1) * sizeof *attrs);
    if (!slice || !attrs) return -1;
    self->host->get(record, over, &text);
    for (size_t i = 0; i < layer.n; i++)
        slice[i] = (wq_str){ text.p + layer.begin[i],
                             layer.end[i] - layer.begin[i] };
    if (layer.n_attrs)
        memcpy(attrs, layer.attrs, layer.n_attrs * sizeof *attrs);
    attrs[layer.n_attrs++] = (wq_attr){ self->slice, WQ_V_STR, slice };
    layer.attrs = attrs;
    self->host->add(ctx, C_SPANS, layer.n);
    return self->host->set_layer(record, name, over, &layer);
}

static int note_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                        size_t n, void *const *prepared, wq_verdict *verdicts)
{
    const struct slices *self = instance;
    (void)prepared;
    (void)verdicts;
    for (size_t i = 0; i < n; i++) {
        wq_key name, over;
        wq_layer layer;
        for (size_t k = 0;
             self->host->layer_at(records[i], k, &name, &over, &layer); k++)
            if (note(self, ctx, records[i], name, over, layer) < 0) return -1;
    }
    return 0;
}

/* ---- slices_check ---- */

static int is_inside(wq_str text, uint32_t at)
{
    return at == text.n
           || (at < text.n && ((unsigned char)text.p[at] & 0xC0) != 0x80);
}

/* What is wrong with span i of the layer over text; NULL: nothing. */
static const char *fault(const struct slices *self, wq_str text,
                         const wq_layer *layer, const wq_str *slice, size_t i)
{
    uint32_t begin = layer->begin[i], end = layer->end[i];
    if (begin >= end) return "is empty";
    if (i && begin < layer->end[i - 1]) return "overlaps the one before";
    if (!is_inside(text, begin) || !is_inside(text, end))
        return "is no slice of the text";
    if (end - begin != slice[i].n
        || memcmp(text.p + begin, slice[i].p, slice[i].n) != 0)
        return "is another text now";
    if (layer->hash
        && layer->hash[i] != self->text->fold_hash(slice[i].p, slice[i].n))
        return "has the hash of something else";
    return NULL;
}

/* The noted slices of a layer, or NULL. */
static const wq_str *noted(const struct slices *self, const wq_layer *layer)
{
    for (size_t k = 0; k < layer->n_attrs; k++)
        if (layer->attrs[k].name == self->slice) return layer->attrs[k].values;
    return NULL;
}

static void check(const struct slices *self, wq_ctx *ctx, wq_str text,
                  wq_str name, const wq_layer *layer, const wq_str *slice)
{
    uint64_t differences = 0;
    for (size_t i = 0; i < layer->n; i++) {
        const char *what = fault(self, text, layer, slice, i);
        if (what && !differences++)
            self->host->log(ctx, WQ_LOG_WARNING, "%.*s %zu, \"%.*s\", %s",
                            (int)name.n, name.p, i, (int)slice[i].n,
                            slice[i].p, what);
    }
    self->host->add(ctx, C_SPANS, layer->n);
    self->host->add(ctx, C_DIFFERENCES, differences);
}

static int check_process(void *instance, wq_ctx *ctx, wq_record *const *records,
                         size_t n, void *const *prepared, wq_verdict *verdicts)
{
    const struct slices *self = instance;
    (void)prepared;
    (void)verdicts;
    for (size_t i = 0; i < n; i++) {
        wq_key name, over;
        wq_layer layer;
        for (size_t k = 0;
             self->host->layer_at(records[i], k, &name, &over, &layer); k++) {
            const wq_str *slice = noted(self, &layer);
            wq_str text;
            if (!slice || !self->host->get(records[i], over, &text)) continue;
            check(self, ctx, text, self->host->name(name), &layer, slice);
        }
    }
    return 0;
}

static const wq_stage stages[] = {
    { .name = "slices_note", .version = "1.0", .flags = WQ_PURE,
      .help = "Notes what the text of each span is.", .counters = counters,
      .open = slices_open, .close = free, .process = note_process },
    { .name = "slices_check", .version = "1.0", .flags = WQ_PURE,
      .help = "Counts the spans whose text is not what was noted.",
      .counters = counters,
      .open = slices_open, .close = free, .process = check_process },
};
WQ_PLUGIN("slices", "1.0", "Apache-2.0", stages);
