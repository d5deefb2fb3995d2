/* conllu.c - the format `conllu`: CoNLL-U, version 2
 * (https://universaldependencies.org/format.html), without syntax.
 *
 *     # newdoc id = a            before the first sentence, then other fields
 *     # sent_id = a-1
 *     # text = وقال نعم.
 *     1-2  وقال  _  _      _      _  _  _  _  _       a word of two pieces
 *     1    و     _  _      conj   _  _  _  _  _
 *     2    قال   _  _      stem   _  _  _  _  _
 *     3    نعم   _  _      word   _  _  _  _  SpaceAfter=No
 *     4    .     _  PUNCT  punct  _  _  _  _  _
 *
 * The text of a sentence is made of its tokens, as its definition has it: their
 * forms, and a space where SpaceAfter does not say No.  XPOS holds our classes,
 * UPOS what follows from them with certainty. */
#include "corpus.h"

static void put_comment(struct out *o, wq_str name, const wq_value *value)
{
    OUT_LITERAL(o, "# ");
    out_bytes(o, name.p, name.n);
    OUT_LITERAL(o, " = ");
    out_value(o, value, OUT_PLAIN);
    out_char(o, '\n');
}

static wq_str id_of(const struct corpus *self, const wq_record *record)
{
    wq_str id = { NULL, 0 };
    self->host->get(record, self->id, &id);
    return id;
}

static void put_document(struct corpus_worker *w, const wq_record *record)
{
    const struct corpus *self = w->corpus;
    struct out *o = &w->out;
    wq_value value;
    OUT_LITERAL(o, "# newdoc id = ");
    out_text(o, id_of(self, record), OUT_PLAIN);
    out_char(o, '\n');
    for (uint32_t i = 0; i < self->n_fields; i++)
        if (self->host->get_value(record, self->fields[i], &value) &&
            out_takes(&value))
            put_comment(o, self->host->name(self->fields[i]), &value);
}

/* The line `# text' of the sentence that begins with t; a is behind t, and a
 * copy: the tokens are walked over once more to be written.  Pieces and stems
 * do not matter here. */
static void put_text(struct out *o, struct article a, struct token t)
{
    a.segments.n = a.stems.n = 0;
    OUT_LITERAL(o, "# text = ");
    out_text(o, t.form, OUT_PLAIN);
    while (article_next(&a, &t) && !t.starts_sentence) {
        if (!t.is_glued) out_char(o, ' ');
        out_text(o, t.form, OUT_PLAIN);
    }
    out_char(o, '\n');
}

static const char *upos_of(const struct corpus *self, wq_key kind)
{
    const struct upos *u = self->upos;
    while (u->kind && u->kind != kind) u++;
    return u->kind ? u->name : "_";
}

/* Columns 2 to 5: FORM LEMMA UPOS XPOS. */
static void put_columns(struct corpus_worker *w, wq_str form, wq_key kind)
{
    struct out *o = &w->out;
    out_char(o, '\t');
    out_text(o, form, OUT_PLAIN);
    OUT_LITERAL(o, "\t_\t");
    const char *upos = upos_of(w->corpus, kind);
    out_bytes(o, upos, strlen(upos));
    out_char(o, '\t');
    corpus_kind(w, kind);
}

/* Columns 6 to 10 of a surface token: FEATS HEAD DEPREL DEPS MISC. */
static void put_misc(struct out *o, const struct token *t, int has_space_after)
{
    OUT_LITERAL(o, "\t_\t_\t_\t_\t");
    int has_stem = t->stem.n != 0;
    if (!has_space_after) OUT_LITERAL(o, "SpaceAfter=No");
    if (!has_space_after && has_stem) out_char(o, '|');
    if (has_stem) {
        OUT_LITERAL(o, "Stem=");
        if (!out_text(o, t->stem, OUT_MISC)) out_char(o, '_');
    }
    if (has_space_after && !has_stem) out_char(o, '_');
    out_char(o, '\n');
}

/* Writes a token as word *id, or as a multiword token of several words; moves
 * *id on. */
static void put_token(struct corpus_worker *w, const struct article *a,
                      const struct token *t, int has_space_after, uint64_t *id)
{
    struct out *o = &w->out;
    const wq_key *kinds = a->segments.kind;
    out_number(o, *id);
    if (t->n_segments < 2) {
        put_columns(w, t->form, t->kind);
        put_misc(o, t, has_space_after);
        ++*id;
        return;
    }
    out_char(o, '-');
    out_number(o, *id + t->n_segments - 1);
    put_columns(w, t->form, 0);
    put_misc(o, t, has_space_after);
    for (uint32_t i = 0; i < t->n_segments; i++, ++*id) {
        out_number(o, *id);
        put_columns(w, article_piece(a, t, i),
                    kinds ? kinds[t->segment + i] : 0);
        OUT_LITERAL(o, "\t_\t_\t_\t_\t_\n");
    }
}

static void put_record(struct corpus_worker *w, const wq_record *record)
{
    struct article a = article_of(&w->corpus->layers, record);
    struct out *o = &w->out;
    struct token t, next;
    uint64_t sentences = 0;
    int has_more = article_next(&a, &t);
    while (has_more) {
        uint64_t id = 1;
        if (!sentences++) put_document(w, record);
        if (t.starts_paragraph && t.is_in_paragraph)
            OUT_LITERAL(o, "# newpar\n");
        OUT_LITERAL(o, "# sent_id = ");
        out_id(o, id_of(w->corpus, record));
        out_char(o, '-');
        out_number(o, sentences);
        out_char(o, '\n');
        put_text(o, a, t);
        do {
            has_more = article_next(&a, &next);
            put_token(w, &a, &t, !has_more || !next.is_glued, &id);
            t = next;
        } while (has_more && !t.starts_sentence);
        out_char(o, '\n');
    }
}

int conllu_encode(void *instance, wq_ctx *ctx, wq_record *const *records,
                  size_t n, int (*write)(void *to, const char *p, size_t n),
                  void *to)
{
    struct corpus_worker *w = instance;
    (void)ctx;
    out_begin(&w->out, write, to);
    for (size_t i = 0; i < n; i++) put_record(w, records[i]);
    return out_end(&w->out);
}
