/* vertical.c - the format `vertical`: the input of IMS CWB (cwb-encode -x) and
 * of Sketch Engine and NoSketch Engine.
 *
 *     <doc id="a" title="...">
 *     <p>                            where the record has paragraphs
 *     <s>
 *     word TAB class [TAB fold] [TAB stem] [TAB piece+piece]
 *     <g/>                           no white space in the text here
 *     . TAB punct
 *     </s> ...
 *
 * & < > are written as entities, in attributes " too.  No tag but these, no
 * blank line: a corpus is what stands on the lines. */
#include "corpus.h"
#include <stdlib.h>

/* A column of its own, `_' if there is nothing. */
static void put_column(struct out *o, wq_str text)
{
    out_char(o, '\t');
    if (!text.n || !out_text(o, text, OUT_TOKEN)) out_char(o, '_');
}

/* The folded form; cannot fail but for want of memory, and then is `_'. */
static wq_str folded(struct corpus_worker *w, wq_str s)
{
    const wq_text *text = w->corpus->text;
    size_t n = text->fold(WQ_FOLD_STANDARD, s.p, s.n, w->folded, w->cap);
    if (n > w->cap) {
        char *room = realloc(w->folded, 2 * n + 256);
        if (!room) {
            w->out.has_failed = 1;
            return (wq_str){ NULL, 0 };
        }
        w->folded = room;
        w->cap = 2 * n + 256;
        n = text->fold(WQ_FOLD_STANDARD, s.p, s.n, w->folded, w->cap);
    }
    return (wq_str){ w->folded, n };
}

static void put_pieces(struct out *o, const struct article *a,
                       const struct token *t)
{
    if (!t->n_segments) put_column(o, t->form);
    for (uint32_t i = 0; i < t->n_segments; i++) {
        if (i) {
            out_char(o, '+');
            out_text(o, article_piece(a, t, i), OUT_TOKEN);
        } else {
            put_column(o, article_piece(a, t, i));
        }
    }
}

static void put_token(struct corpus_worker *w, const struct article *a,
                      const struct token *t)
{
    const struct corpus *self = w->corpus;
    struct out *o = &w->out;
    out_text(o, t->form, OUT_TOKEN);
    out_char(o, '\t');
    corpus_kind(w, t->kind);
    if (self->has_fold) put_column(o, folded(w, t->form));
    if (self->layers.stems) put_column(o, t->stem);
    if (self->layers.segments) put_pieces(o, a, t);
    out_char(o, '\n');
}

/* <doc id="..." ...>; fields that the record does not have are left out. */
static void put_doc(struct corpus_worker *w, const wq_record *record)
{
    const struct corpus *self = w->corpus;
    struct out *o = &w->out;
    wq_value value;
    OUT_LITERAL(o, "<doc");
    for (uint32_t i = 0; i < self->n_fields; i++) {
        if (!self->host->get_value(record, self->fields[i], &value) ||
            !out_takes(&value))
            continue;
        wq_str name = self->host->name(self->fields[i]);
        out_char(o, ' ');
        out_bytes(o, name.p, name.n);
        OUT_LITERAL(o, "=\"");
        out_value(o, &value, OUT_ATTRIBUTE);
        out_char(o, '"');
    }
    OUT_LITERAL(o, ">\n");
}

static void put_record(struct corpus_worker *w, const wq_record *record)
{
    struct article a = article_of(&w->corpus->layers, record);
    struct out *o = &w->out;
    struct token t;
    int is_in_sentence = 0, is_in_paragraph = 0;
    put_doc(w, record);
    while (article_next(&a, &t)) {
        if (t.starts_sentence && is_in_sentence) OUT_LITERAL(o, "</s>\n");
        if (t.starts_paragraph && is_in_paragraph) OUT_LITERAL(o, "</p>\n");
        if (t.starts_paragraph && t.is_in_paragraph) OUT_LITERAL(o, "<p>\n");
        if (t.starts_sentence) OUT_LITERAL(o, "<s>\n");
        if (t.is_glued) OUT_LITERAL(o, "<g/>\n");
        put_token(w, &a, &t);
        is_in_sentence = 1;
        is_in_paragraph = t.is_in_paragraph;
    }
    if (is_in_sentence) OUT_LITERAL(o, "</s>\n");
    if (is_in_paragraph) OUT_LITERAL(o, "</p>\n");
    OUT_LITERAL(o, "</doc>\n");
}

int vertical_encode(void *instance, wq_ctx *ctx, wq_record *const *records,
                    size_t n, int (*write)(void *to, const char *p, size_t n),
                    void *to)
{
    struct corpus_worker *w = instance;
    (void)ctx;
    out_begin(&w->out, write, to);
    for (size_t i = 0; i < n; i++) put_record(w, records[i]);
    return out_end(&w->out);
}
