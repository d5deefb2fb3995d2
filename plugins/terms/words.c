/* words.c - an article's words and its language.  See terms.h. */
#include "terms.h"
#include <string.h>

static wq_key intern(const wq_host *host, const char *name)
{
    return host->intern((wq_str){ name, strlen(name) });
}

int language_read(wq_str text, struct language *out)
{
    size_t n = 0;
    for (; n < text.n && text.p[n] != '-' && text.p[n] != '_'; n++) {
        char c = text.p[n];
        if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
        if (c < 'a' || c > 'z' || n + 1 == sizeof out->code) return 0;
        out->code[n] = c;
    }
    out->code[n] = '\0';
    return n > 1 && strcmp(out->code, "und") != 0;
}

int source_open(struct source *s, const wq_host *host, wq_config *config,
                wq_ctx *ctx)
{
    *s = (struct source){
        .host = host,
        .text = host->extension("text/1"),
        .field = host->get_key(config, P_FIELD, 0),
        .tokens = host->get_key(config, P_TOKENS, 0),
        .segments = host->get_key(config, P_SEGMENTS, 0),
        .lang = host->get_key(config, P_LANG, 0),
        .kind_word = intern(host, "word"),
        .kind_stem = intern(host, "stem"),
        .kind_article = intern(host, "article"),
        .kind_conj = intern(host, "conj"),
        .kind_prep = intern(host, "prep"),
    };
    if (!s->text) {
        host->error(ctx, "this warraq has no text toolkit (text/1)");
        return -1;
    }
    wq_str language = host->get_str(config, P_LANGUAGE, 0);
    if (language.n == 4 && memcmp(language.p, "auto", 4) == 0) return 0;
    if (!language_read(language, &s->language))
        host->bad_param(config, P_LANGUAGE,
                        "\"%.*s\" is no language; write it as in ISO 639-1, "
                        "like ar or en",
                        (int)(language.n < 40 ? language.n : 40), language.p);
    return 0;
}

/* ---- the language of an article ------------------------------------------ */

/* What a script is used for most, in news. */
/* clang-format off */
static const char *const language_of[WQ_SCRIPTS] = {
    [WQ_S_LATIN] = "en",   [WQ_S_ARABIC] = "ar",     [WQ_S_CYRILLIC] = "ru",
    [WQ_S_GREEK] = "el",   [WQ_S_HEBREW] = "he",     [WQ_S_DEVANAGARI] = "hi",
    [WQ_S_BENGALI] = "bn", [WQ_S_TAMIL] = "ta",      [WQ_S_THAI] = "th",
    [WQ_S_HANGUL] = "ko",  [WQ_S_KANA] = "ja",       [WQ_S_HAN] = "zh",
    [WQ_S_ARMENIAN] = "hy", [WQ_S_GEORGIAN] = "ka",  [WQ_S_ETHIOPIC] = "am",
};
/* clang-format on */
enum { LOOK_AT = 4096 }; /* bytes; the script shows early */

static struct language by_script(const struct source *s, wq_str text)
{
    struct language language = { "" };
    size_t counts[WQ_SCRIPTS] = { 0 }, most = 0;
    const char *code = NULL;
    size_t n = text.n < LOOK_AT ? text.n : LOOK_AT;
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--; /* a code point stays whole */
    s->text->scripts(text.p, n, counts, WQ_SCRIPTS);
    for (size_t i = 0; i < WQ_SCRIPTS; i++) {
        if (!language_of[i] || counts[i] <= most) continue;
        most = counts[i];
        code = language_of[i];
    }
    if (code) memcpy(language.code, code, strlen(code) + 1);
    return language;
}

static struct language language_of_record(const struct source *s,
                                          const wq_record *record, wq_str text)
{
    struct language language = s->language;
    wq_str lang;
    if (language.code[0]) return language;
    if (s->lang && s->host->get(record, s->lang, &lang) &&
        language_read(lang, &language))
        return language;
    return by_script(s, text);
}

/* ---- words --------------------------------------------------------------- */

enum { MAX_SPELLED = 1024 }; /* bytes, folded */

static uint32_t alef_at(wq_str s, size_t i)
{
    if (s.n - i < 2 || (unsigned char)s.p[i] != 0xD8) return ALEF_BARE;
    switch ((unsigned char)s.p[i + 1]) {
    case 0xA2: return ALEF_MADDA;
    case 0xA3: return ALEF_ABOVE;
    case 0xA5: return ALEF_BELOW;
    default: return ALEF_BARE;
    }
}

size_t fold_spelled(const wq_text *text, wq_str word, char *out, size_t cap,
                    uint32_t *alefs)
{
    uint32_t from[MAX_SPELLED + 1];
    if (cap > MAX_SPELLED) cap = MAX_SPELLED;
    size_t n = text->fold_map(WQ_FOLD_STANDARD, word.p, word.n, out, from, cap);
    *alefs = 0;
    for (size_t i = 0, letter = 0; n <= cap && i < n && letter < ALEF_LETTERS;
         i++) {
        if (((unsigned char)out[i] & 0xC0) == 0x80) continue;
        *alefs |= alef_at(word, from[i]) << ALEF_BITS * letter++;
    }
    return n;
}

int words_begin(const struct source *s, const wq_record *record,
                struct words *w)
{
    wq_key name, over;
    wq_layer layer;
    int has_tokens = 0;
    *w = (struct words){ .source = s };
    for (size_t i = 0; s->host->layer_at(record, i, &name, &over, &layer);
         i++) {
        if (over != s->field) continue;
        if (name == s->tokens) {
            w->tokens = layer;
            has_tokens = 1;
        } else if (name == s->segments) {
            w->segments = layer;
            w->has_segments = 1;
        }
    }
    if (!has_tokens || !s->host->get(record, s->field, &w->text)) return 0;
    w->language = language_of_record(s, record, w->text);
    return 1;
}

/* Does a text begin with ل? */
static int has_lam(wq_str s)
{
    return s.p && s.n >= 2 && !memcmp(s.p, "\xD9\x84", 2);
}

/* What is missing of the article before a stem.  After the preposition it is
 * written without its alef. */
static wq_str article_before(const struct words *w, wq_str before, wq_key kind,
                             wq_str stem)
{
    static const wq_str whole = { "\xD8\xA7\xD9\x84", 4 };
    static const wq_str alef = { "\xD8\xA7", 2 };
    if (kind && kind == w->source->kind_article) return whole;
    if (before.n == 2 && has_lam(before) && stem.n > 2 && has_lam(stem))
        return alef;
    return (wq_str){ NULL, 0 };
}

/* Notes the pieces of a word, and the one that is no clitic. */
static void find_pieces(struct words *w, struct word *out)
{
    const wq_layer *s = &w->segments;
    wq_str before = { NULL, 0 };
    wq_key kind = 0; /* of what is before */
    while (w->segment < s->n && s->begin[w->segment] < out->begin) w->segment++;
    for (; w->segment < s->n && s->begin[w->segment] < out->end; w->segment++) {
        size_t i = w->segment;
        wq_str piece = { w->text.p + s->begin[i], s->end[i] - s->begin[i] };
        if (s->end[i] > out->end) continue;
        out->n_pieces++;
        if (out->rest.n && s->kind && out->rest.p == piece.p &&
            (s->kind[i] == w->source->kind_conj ||
             s->kind[i] == w->source->kind_prep)) {
            out->rest.p += piece.n;
            out->rest.n -= piece.n;
        }
        if (!out->stem.p && s->kind && s->kind[i] == w->source->kind_stem) {
            out->stem = piece;
            out->article = article_before(w, before, kind, piece);
        }
        before = piece;
        kind = s->kind ? s->kind[i] : 0;
    }
    if (w->has_segments && !out->n_pieces) out->n_pieces = 1;
}

int words_next(struct words *w, struct word *out)
{
    const wq_layer *t = &w->tokens;
    const struct source *s = w->source;
    while (w->token < t->n && t->kind && t->kind[w->token] != s->kind_word)
        w->token++;
    if (w->token == t->n) return 0;
    size_t i = w->token++;
    *out = (struct word){ .begin = t->begin[i], .end = t->end[i] };
    out->form = (wq_str){ w->text.p + out->begin, out->end - out->begin };
    out->hash = t->hash ? t->hash[i]
                        : s->text->fold_hash(out->form.p, out->form.n);
    out->rest = out->form;
    find_pieces(w, out);
    return 1;
}
