/* detect.c - script first, then letter sequences (detect.h).
 *
 * Most scripts have one language here, or are told apart by a second script
 * (kana make Japanese).  In the others every sequence of one to three letters
 * adds its cost (model.h) to each language; the least sum wins: naive Bayes.
 * Pieces of the text are looked at one after the other until one language is
 * clearly ahead, which nearly always is after the second. */
#include "detect.h"
#include "model.h"
#include <math.h>
#include <string.h>

enum {
    PIECE = 128, /* bytes */
    PIECES = 8,
    /* A name or two tells nothing: the languages of a script start fourteen
     * bits (a chance of 1 in 16,000) behind its first one, ar, en or ru. */
    HANDICAP = 14 * (int)COST,
    /* Forty bits ahead: one in 10^12 if sequences were independent; they
     * overlap, and it is still enough. */
    CLEAR = 40 * (int)COST
};

/* Scripts of one language among those known. */
static const char *const only[WQ_SCRIPTS] = {
    [WQ_S_GREEK] = "el", [WQ_S_HEBREW] = "he", [WQ_S_DEVANAGARI] = "hi",
    [WQ_S_BENGALI] = "bn", [WQ_S_TAMIL] = "ta", [WQ_S_THAI] = "th",
    [WQ_S_HANGUL] = "ko", [WQ_S_KANA] = "ja", [WQ_S_HAN] = "zh",
    [WQ_S_ARMENIAN] = "hy", [WQ_S_GEORGIAN] = "ka", [WQ_S_ETHIOPIC] = "am",
};

/* ---- pieces -------------------------------------------------------------- */

static size_t to_code_point(wq_str text, size_t at)
{
    while (at < text.n && ((unsigned char)text.p[at] & 0xC0) == 0x80) at++;
    return at;
}

/* Piece i of n, evenly spread from the first byte to the last. */
static wq_str piece_of(wq_str text, size_t i, size_t n)
{
    if (n < 2) return text;
    size_t begin = (text.n - PIECE) / (n - 1) * i;
    size_t end = to_code_point(text, begin + PIECE);
    begin = to_code_point(text, begin);
    return (wq_str){ text.p + begin, end - begin };
}

static size_t count_pieces(wq_str text)
{
    if (text.n <= PIECE) return 1;
    size_t n = (text.n + PIECE - 1) / PIECE;
    return n < PIECES ? n : PIECES;
}

/* ---- letter sequences ---------------------------------------------------- */

struct sums {
    const struct group *group;
    uint32_t cost[WIDTH_MAX];
};

static void add_row(struct sums *s, uint32_t hash)
{
    uint32_t width = s->group->width;
    const uint8_t *row = s->group->costs + (size_t)row_of(hash) * width;
    for (uint32_t i = 0; i < 8; i++) s->cost[i] += row[i];
    if (width == 8) return;
    for (uint32_t i = 8; i < WIDTH_MAX; i++) s->cost[i] += row[i];
}

/* Reads a code point of valid UTF-8. */
static uint32_t next_code_point(const unsigned char **p)
{
    const unsigned char *s = *p;
    if (s[0] < 0x80) {
        *p += 1;
        return s[0];
    }
    if (s[0] < 0xE0) {
        *p += 2;
        return (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
    }
    if (s[0] < 0xF0) {
        *p += 3;
        return (s[0] & 0xFu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
    }
    *p += 4;
    return (s[0] & 7u) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6
           | (s[3] & 0x3Fu);
}

/* Vowel signs of Arabic script and tatweel: there or not, the word is the
 * same. */
static int is_vowel_sign(uint32_t c)
{
    return (c >= 0x64B && c <= 0x65F) || c == 0x670 || c == 0x640;
}

static int is_letter_of(const wq_text *toolkit, uint32_t c, uint32_t script)
{
    if (c < 0x80) return script == WQ_S_LATIN && c >= 'a' && c <= 'z';
    if (c >= 0x621 && c <= 0x64A) return script == WQ_S_ARABIC;
    return toolkit->script(c) == script && toolkit->category(c) >> 8 == 'L';
}

/* Adds the costs of a piece.  Its letters, in lower case, are a row of words
 * with one space before and behind each; `one`, `two`: hash of what ends with
 * the letter before, one and two letters long. */
static void add_piece(const wq_text *toolkit, wq_str piece, struct sums *s)
{
    char folded[3 * (PIECE + 4) + 8];
    size_t n = toolkit->fold(WQ_FOLD_LIGHT, piece.p, piece.n, folded,
                             sizeof folded);
    const unsigned char *p = (const unsigned char *)folded;
    const unsigned char *end = p + (n <= sizeof folded ? n : 0);
    const uint32_t space = hash_step(0, ' ');
    uint32_t one = space, two = 0;
    size_t word = 0; /* letters of the word so far */
    while (p < end || word) {
        uint32_t c = p < end ? next_code_point(&p) : ' ';
        if (is_vowel_sign(c)) continue;
        if (is_letter_of(toolkit, c, s->group->script)) {
            uint32_t pair = hash_step(one, c);
            one = hash_step(0, c);
            add_row(s, one);
            add_row(s, pair);
            if (word) add_row(s, hash_step(two, c));
            two = pair;
            word++;
        } else if (word) {
            add_row(s, hash_step(one, ' '));
            if (word > 1) add_row(s, hash_step(two, ' '));
            one = space;
            word = 0;
        }
    }
}

/* The cheapest language and its lead over the second, in cost units. */
static uint32_t cheapest(const struct sums *s, uint32_t *lead)
{
    uint32_t best = 0, second = UINT32_MAX;
    for (uint32_t i = 1; i < s->group->n; i++) {
        uint32_t cost = s->cost[i];
        if (cost < s->cost[best]) {
            second = s->cost[best];
            best = i;
        } else if (cost < second) {
            second = cost;
        }
    }
    *lead = second - s->cost[best];
    return best;
}

static const char *by_letters(const wq_text *toolkit, wq_str text,
                              const struct group *group, double *clearness)
{
    struct sums s = { .group = group };
    for (size_t i = 1; i < group->n; i++) s.cost[i] = HANDICAP;
    size_t n = count_pieces(text);
    uint32_t best = 0, lead = 0;
    for (size_t i = 0; i < n; i++) {
        add_piece(toolkit, piece_of(text, i, n), &s);
        best = cheapest(&s, &lead);
        if (i && lead >= CLEAR) break;
    }
    /* Sequences overlap, so that one fact is counted about eight times. */
    *clearness = 1 / (1 + exp2(-(double)lead / COST / 8));
    return group->langs[best];
}

/* ---- script -------------------------------------------------------------- */

static uint32_t main_script(const size_t *counts)
{
    uint32_t most = WQ_S_OTHER;
    for (uint32_t i = 0; i < WQ_SCRIPTS; i++)
        if (counts[i] > counts[most]) most = i;
    /* Japanese is written in Han and kana, Chinese never in kana. */
    size_t han = counts[WQ_S_HAN], kana = counts[WQ_S_KANA];
    if (most == WQ_S_HAN && kana >= (han + kana) / 10 && kana)
        return WQ_S_KANA;
    return most;
}

struct guess detect(const wq_text *toolkit, wq_str text, size_t min_letters)
{
    size_t counts[WQ_SCRIPTS] = { 0 }, n = count_pieces(text);
    struct guess guess = { NULL, 0, 0 };
    for (size_t i = 0; i < n && text.n; i++) {
        wq_str piece = piece_of(text, i, n);
        toolkit->scripts(piece.p, piece.n, counts, WQ_SCRIPTS);
    }
    for (size_t i = 0; i < WQ_SCRIPTS; i++) guess.letters += counts[i];
    if (guess.letters < min_letters || !guess.letters) return guess;

    uint32_t script = main_script(counts);
    size_t of_script = counts[script];
    if (script == WQ_S_KANA || script == WQ_S_HANGUL)
        of_script += counts[WQ_S_HAN];
    double clearness = 1;
    guess.lang = only[script];
    for (size_t i = 0; i < GROUPS; i++)
        if (groups[i].script == script)
            guess.lang = by_letters(toolkit, text, &groups[i], &clearness);
    if (guess.lang)
        guess.confidence = clearness * (double)of_script
                           / (double)guess.letters;
    return guess;
}

static int is_same(wq_str a, const char *b)
{
    return b && a.n == strlen(b) && memcmp(a.p, b, a.n) == 0;
}

int is_known(wq_str lang)
{
    for (size_t i = 0; i < WQ_SCRIPTS; i++)
        if (is_same(lang, only[i])) return 1;
    for (size_t i = 0; i < GROUPS; i++)
        for (size_t j = 0; j < groups[i].n; j++)
            if (is_same(lang, groups[i].langs[j])) return 1;
    return 0;
}
