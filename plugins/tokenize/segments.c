/* segments.c - words divided once and remembered; pieces in columns. */
#include "segments.h"

#include <stdlib.h>
#include <string.h>

/* ---- schemes -------------------------------------------------------------- */

#define CUT(kind) (1u << CLITIC_##kind)
#define CUT_D1 (CUT(INTERROGATIVE) | CUT(CONJ))
#define CUT_D2 (CUT_D1 | CUT(PREP) | CUT(FUTURE))
static const unsigned cut[] = {
    [SCHEME_NONE] = 0,
    [SCHEME_ATB] = CUT_D2 | CUT(PRONOUN),
    [SCHEME_D1] = CUT_D1,
    [SCHEME_D2] = CUT_D2,
    [SCHEME_D3] = CUT_D2 | CUT(ARTICLE) | CUT(PRONOUN),
};

void scheme_apply(enum scheme scheme, struct clitics_pieces *pieces)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < pieces->n; i++) {
        int is_cut = (int)(cut[scheme] >> pieces->kind[i] & 1);
        uint8_t kind = is_cut ? pieces->kind[i] : CLITIC_STEM;
        /* only the stem and what stays with it meet here twice in a row */
        if (n && !is_cut && pieces->kind[n - 1] == CLITIC_STEM) n--;
        pieces->end[n] = pieces->end[i];
        pieces->kind[n++] = kind;
    }
    pieces->n = (uint8_t)n;
}

int is_arabic(const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    if (n < 2) return 0;
    if (u[0] >= 0xD8 && u[0] <= 0xDB) return 1;             /* U+06xx */
    return u[0] == 0xEF && (u[1] >= 0xAD && u[1] <= 0xBB); /* U+FB40 .. FEFF */
}

/* ---- words remembered ----------------------------------------------------- */

/* A cache line.  Of the words of a week of news 99.9 % are no longer. */
enum { SLOT_BYTES = 50 };
struct slot {
    uint8_t n; /* 0: free */
    char bytes[SLOT_BYTES];
    struct clitics_pieces pieces;
};
_Static_assert(sizeof(struct slot) == 64, "a slot is a cache line");

/* 4 MiB: the 5.4 M Arabic words of two weeks of news have 240,000 forms, and
 * the 65,536 most frequent of them are 95 % of the words. */
enum { SLOT_BITS = 16 };

struct segmenter {
    struct clitics model;
    enum scheme scheme;
    size_t cap;
    uint32_t *begin, *end;
    uint8_t *kind;
    struct clitics_pieces last; /* of a word too long to remember */
    struct slot slots[1 << SLOT_BITS];
};

struct segmenter *segmenter_new(struct clitics model, enum scheme scheme)
{
    struct segmenter *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->model = model;
    s->scheme = scheme;
    return s;
}

void segmenter_free(struct segmenter *s)
{
    if (!s) return;
    free(s->begin);
    free(s->end);
    free(s->kind);
    free(s);
}

const struct clitics_pieces *segmenter_divide(struct segmenter *s,
                                              const char *p, size_t n,
                                              uint64_t hash)
{
    struct slot *slot = &s->slots[hash >> (64 - SLOT_BITS)];
    if (slot->n == n && memcmp(slot->bytes, p, n) == 0) return &slot->pieces;
    int fits = n <= SLOT_BYTES;
    struct clitics_pieces *pieces = fits ? &slot->pieces : &s->last;
    clitics_divide(&s->model, p, n, pieces);
    scheme_apply(s->scheme, pieces);
    if (!fits) return pieces;
    slot->n = (uint8_t)n;
    memcpy(slot->bytes, p, n);
    return pieces;
}

/* ---- texts ---------------------------------------------------------------- */

/* Makes room for n pieces.  0, or -1: no memory, what there was stays. */
static int make_room(struct segmenter *s, size_t n)
{
    if (n <= s->cap) return 0;
    uint32_t *begin = realloc(s->begin, n * sizeof *begin);
    if (begin) s->begin = begin;
    uint32_t *end = realloc(s->end, n * sizeof *end);
    if (end) s->end = end;
    uint8_t *kind = realloc(s->kind, n * sizeof *kind);
    if (kind) s->kind = kind;
    if (!begin || !end || !kind) return -1;
    s->cap = n;
    return 0;
}

int segmenter_text(struct segmenter *s, const char *text, const wq_words *words,
                   size_t n_words, struct segments *out)
{
    size_t n = 0;
    for (size_t i = 0; i < n_words; i++) {
        uint32_t begin = words->begin[i], length = words->end[i] - begin;
        if (words->cls[i] != WQ_W_WORD || !is_arabic(text + begin, length))
            continue;
        if (s->cap - n < CLITICS_PIECES
            && make_room(s, 2 * s->cap + n_words + CLITICS_PIECES) < 0)
            return -1;
        if (length > CLITICS_BYTES) continue; /* end[] could not say it */
        const struct clitics_pieces *pieces =
            segmenter_divide(s, text + begin, length, words->hash[i]);
        if (pieces->n < 2) continue;
        for (uint32_t k = 0; k < pieces->n; k++) {
            s->begin[n] = k ? s->end[n - 1] : begin;
            s->end[n] = begin + pieces->end[k];
            s->kind[n++] = pieces->kind[k];
        }
    }
    *out = (struct segments){ n, s->begin, s->end, s->kind };
    return 0;
}
