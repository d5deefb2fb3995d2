/* article.c - see article.h.
 *
 * All layers are sorted, so each has a cursor that only moves on: the whole
 * walk is linear.  A token belongs to the sentence in which it begins; tokens
 * between two sentences make one of their own.  A paragraph ends where a
 * sentence ends, so that the two nest. */
#include "article.h"
#include "out.h"

#define NOWHERE SIZE_MAX /* in front of the first token */

/* The layer of this name over this field; none: an empty one. */
static wq_layer find(const struct layers *l, const wq_record *record,
                     wq_key wanted, wq_key field)
{
    wq_layer layer;
    wq_key name, over;
    for (size_t i = 0; l->host->layer_at(record, i, &name, &over, &layer); i++)
        if (name == wanted && over == field) return layer;
    return (wq_layer){ 0 };
}

/* The field that the tokens lie over; 0: there are none. */
static wq_key field_of(const struct layers *l, const wq_record *record)
{
    wq_layer layer;
    wq_key name, over;
    for (size_t i = 0; l->host->layer_at(record, i, &name, &over, &layer); i++)
        if (name == l->tokens) return over;
    return 0;
}

struct article article_of(const struct layers *l, const wq_record *record)
{
    struct article a = { .in_sentence = NOWHERE, .in_paragraph = NOWHERE };
    wq_key field = field_of(l, record);
    if (!field || !l->host->get(record, field, &a.text)) return a;
    a.tokens = find(l, record, l->tokens, field);
    a.sentences = find(l, record, l->sentences, field);
    a.paragraphs = find(l, record, l->paragraphs, field);
    a.segments = find(l, record, l->segments, field);
    a.stems = find(l, record, l->stems, field);
    for (size_t i = 0; i < a.stems.n_attrs; i++)
        if (a.stems.attrs[i].name == l->stem &&
            a.stems.attrs[i].type == WQ_V_STR)
            a.stem = a.stems.attrs[i].values;
    return a;
}

static int has_white_space(const char *from, const char *to)
{
    for (; from < to; from++)
        if (out_white_space(from, (size_t)(to - from))) return 1;
    return 0;
}

/* Which span of a layer `at` is in, as a number that differs for each span and
 * each gap between them, and grows; odd: in a span. */
static size_t place_of(const wq_layer *layer, size_t *next, uint32_t at)
{
    while (*next < layer->n && layer->end[*next] <= at) ++*next;
    return 2 * *next + (*next < layer->n && layer->begin[*next] <= at);
}

/* Notes the pieces of token t, bytes [begin, end) of the text. */
static void find_pieces(struct article *a, uint32_t begin, uint32_t end,
                        struct token *t)
{
    const wq_layer *s = &a->segments;
    uint32_t covered = begin;
    while (a->segment < s->n && s->begin[a->segment] < begin) a->segment++;
    t->segment = (uint32_t)a->segment;
    for (; a->segment < s->n && s->begin[a->segment] < end; a->segment++) {
        uint32_t from = s->begin[a->segment], to = s->end[a->segment];
        if (from != covered || to == from) covered = UINT32_MAX;
        else if (covered != UINT32_MAX) covered = to;
    }
    t->n_segments = (uint32_t)a->segment - t->segment;
    if (covered != end) t->n_segments = 0;
    for (uint32_t i = 0; t->n_segments > 1 && i < t->n_segments; i++) {
        wq_str piece = article_piece(a, t, i);
        if (out_white_space(piece.p, piece.n)) t->n_segments = 0;
    }
}

static void find_stem(struct article *a, uint32_t begin, uint32_t end,
                      struct token *t)
{
    const wq_layer *s = &a->stems;
    t->stem = (wq_str){ NULL, 0 };
    while (a->stemmed < s->n &&
           (s->begin[a->stemmed] < begin ||
            (s->begin[a->stemmed] == begin && s->end[a->stemmed] > end)))
        a->stemmed++;
    if (a->stem && a->stemmed < s->n && s->begin[a->stemmed] == begin &&
        s->end[a->stemmed] == end)
        t->stem = a->stem[a->stemmed];
}

/* The text of token i from its first character that is no white space on; n is
 * 0 if there is none. */
static wq_str form_of(const struct article *a, size_t i)
{
    const char *p = a->text.p + a->tokens.begin[i];
    size_t n = a->tokens.end[i] - a->tokens.begin[i], white;
    while ((white = out_white_space(p, n))) {
        p += white;
        n -= white;
    }
    return (wq_str){ p, n };
}

int article_next(struct article *a, struct token *t)
{
    const wq_layer *tokens = &a->tokens;
    for (t->form.n = 0; a->token < tokens->n; a->token++) {
        if (tokens->begin[a->token] < a->end) continue;
        t->form = form_of(a, a->token);
        if (t->form.n) break;
    }
    if (!t->form.n) return 0;
    uint32_t begin = tokens->begin[a->token], end = tokens->end[a->token];
    size_t sentence = place_of(&a->sentences, &a->sentence, begin);
    t->index = (uint32_t)a->token++;
    t->kind = tokens->kind ? tokens->kind[t->index] : 0;
    t->is_glued = a->in_sentence != NOWHERE &&
                  !has_white_space(a->text.p + a->end, t->form.p);
    t->starts_sentence = sentence != a->in_sentence;
    t->starts_paragraph = 0;
    a->in_sentence = sentence;
    if (t->starts_sentence) {
        size_t paragraph = place_of(&a->paragraphs, &a->paragraph, begin);
        t->starts_paragraph = paragraph != a->in_paragraph;
        a->in_paragraph = paragraph;
    }
    t->is_in_paragraph = (int)(a->in_paragraph & 1);
    a->end = end;
    find_pieces(a, begin, end, t);
    find_stem(a, begin, end, t);
    return 1;
}

wq_str article_piece(const struct article *a, const struct token *t, size_t i)
{
    size_t k = t->segment + i;
    return (wq_str){ a->text.p + a->segments.begin[k],
                     a->segments.end[k] - a->segments.begin[k] };
}
