/* words_oracle.c - see words_oracle.h. */
#include "words_oracle.h"
#include "text/text.h"
#include "text/walk.h"
#include <stdlib.h>

void columns_make(struct columns *c, size_t n)
{
    n += n == 0;
    c->rows = (wq_words){ malloc(n * sizeof(uint32_t)),
                          malloc(n * sizeof(uint32_t)), malloc(n),
                          malloc(n * sizeof(uint64_t)) };
    c->n = 0;
    if (!c->rows.begin || !c->rows.end || !c->rows.cls || !c->rows.hash)
        abort();
}

void columns_free(struct columns *c)
{
    free(c->rows.begin);
    free(c->rows.end);
    free(c->rows.cls);
    free(c->rows.hash);
}

void oracle_words(uint32_t mode, const char *text, size_t n,
                  struct columns *out)
{
    const uint8_t *p = (const uint8_t *)text;
    out->n = 0;
    for (size_t i = 0, end; i < n; i = end) {
        uint8_t cls;
        int is_token;
        if (mode == WQ_WORDS_NEWS) {
            end = news_token(p, n, i, &cls);
            is_token = cls != WQ_W_OTHER;
        } else {
            unsigned seen;
            uint32_t c;
            end = walk_uax29(p, n, i, &seen);
            cls = walk_class(p, i, end, seen);
            text_decode(p + i, n - i, &c);
            is_token = !(text_prop(c)->flags & PROP_SPACE);
        }
        if (!is_token) continue;
        out->rows.begin[out->n] = (uint32_t)i;
        out->rows.end[out->n] = (uint32_t)end;
        out->rows.cls[out->n] = cls;
        out->rows.hash[out->n++] = text_fold_hash(text + i, end - i);
    }
}

void called_words(uint32_t mode, const char *p, size_t n, size_t cap,
                  struct columns *out)
{
    size_t at = 0, got;
    out->n = 0;
    do {
        const wq_words *w = &out->rows;
        wq_words rest = { w->begin + out->n, w->end + out->n, w->cls + out->n,
                          w->hash + out->n };
        got = text_words(mode, p, n, &at, &rest, cap);
        if (got > cap || at > n) abort();
        out->n += got;
    } while (got);
    if (at != n) abort();
}

size_t first_difference(const struct columns *a, const struct columns *b)
{
    size_t i = 0;
    for (; i < a->n && i < b->n; i++)
        if (a->rows.begin[i] != b->rows.begin[i]
            || a->rows.end[i] != b->rows.end[i]
            || a->rows.cls[i] != b->rows.cls[i]
            || a->rows.hash[i] != b->rows.hash[i])
            return i;
    return a->n == b->n ? (size_t)-1 : i;
}

int has_one_answer(uint32_t mode, const char *p, size_t n)
{
    return mode == WQ_WORDS_UAX29 || text_utf8_valid(p, n) == n;
}
