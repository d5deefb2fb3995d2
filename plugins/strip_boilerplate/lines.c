/* lines.c - splits a text into paragraphs and measures them.  See lines.h.
 *
 *   bytes --find_lines--> lines --join_wrapped--> units --measure--> numbers
 *
 * A long paragraph is looked at only at its two ends: what makes it a cue
 * stands there, and its length says the rest. */
#include "lines.h"
#include <stdlib.h>
#include <string.h>

enum {
    HEAD_BYTES = 224,       /* of longer units so much from the front ... */
    TAIL_BYTES = 128,       /* ... and so much from the back */
    MAX_WORDS = LINE_BYTES, /* a word has at least one byte */
    /* Hard-wrapped text is 40 to 100 columns wide (RFC 2822 s. 2.1.1: 78). */
    WRAP_MIN = 40,
    WRAP_MAX = 100
};

void units_free(struct units *units)
{
    free(units->list);
    *units = (struct units){ 0 };
}

static struct unit *add_unit(struct units *units)
{
    if (units->n == units->cap) {
        size_t cap = units->cap ? 2 * units->cap : 64;
        struct unit *list = realloc(units->list, cap * sizeof *list);
        if (!list) return NULL;
        units->list = list;
        units->cap = cap;
    }
    units->list[units->n] = (struct unit){ 0 };
    return &units->list[units->n++];
}

/* Bytes of the line break at s.p[i]: LF, CR, CR LF, NEL, LS or PS; 0: none. */
static size_t break_at(wq_str s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];
    if (c == '\n') return 1;
    if (c == '\r') return i + 1 < s.n && s.p[i + 1] == '\n' ? 2 : 1;
    if (c == 0xC2) return i + 1 < s.n && s.p[i + 1] == '\x85' ? 2 : 0;
    if (c == 0xE2 && i + 2 < s.n && s.p[i + 1] == '\x80' &&
        (s.p[i + 2] == '\xA8' || s.p[i + 2] == '\xA9'))
        return 3;
    return 0;
}

/* Does a break that begins with this byte occur in s? */
static int has_break(wq_str s, unsigned char first)
{
    const char *p = s.p, *end = s.p + s.n;
    while ((p = memchr(p, first, (size_t)(end - p)))) {
        if (break_at(s, (size_t)(p - s.p))) return 1;
        p++;
    }
    return 0;
}

/* Is any break of s something else than LF?  Nearly never, after normalize. */
static int has_odd_breaks(wq_str s)
{
    return has_break(s, 0x0D) || has_break(s, 0xC2) || has_break(s, 0xE2);
}

/* Where the line that begins at `from` ends. */
static size_t line_end(wq_str s, size_t from, int odd)
{
    if (!odd) {
        const char *eol = memchr(s.p + from, '\n', s.n - from);
        return eol ? (size_t)(eol - s.p) : s.n;
    }
    size_t i = from;
    while (i < s.n && !break_at(s, i)) i++;
    return i;
}

/* Bytes of the white space at s.p[i], line breaks apart; 0: none. */
static size_t space_at(wq_str s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];
    if (c == ' ' || c == '\t') return 1;
    if (c == 0xC2) return i + 1 < s.n && s.p[i + 1] == '\xA0' ? 2 : 0;
    if (c == 0xE2 && i + 2 < s.n && s.p[i + 1] == '\x80' &&
        ((unsigned char)s.p[i + 2] <= 0x8F || s.p[i + 2] == '\xAF'))
        return 3; /* U+2000 .. U+200F, U+202F: spaces and marks of direction */
    if (c == 0xEF && i + 2 < s.n && s.p[i + 1] == '\xBB' &&
        s.p[i + 2] == '\xBF')
        return 3;
    return 0;
}

/* The code point that begins at p, of at least n bytes, and its bytes. */
static uint32_t first_char(const char *text, size_t n, size_t *bytes)
{
    const unsigned char *p = (const unsigned char *)text;
    if (p[0] < 0xC0 || n < 2) {
        *bytes = 1;
        return p[0];
    }
    if (p[0] < 0xE0 || n < 3) {
        *bytes = 2;
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    }
    if (p[0] < 0xF0 || n < 4) {
        *bytes = 3;
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 |
               (p[2] & 0x3F);
    }
    *bytes = 4;
    return 0x10000; /* none that is asked for lies beyond the BMP */
}

/* The code point that ends at p[n], n > 0, and its bytes. */
static uint32_t last_char(const char *p, size_t n, size_t *bytes)
{
    size_t i = n - 1;
    while (i > 0 && n - i < 4 && ((unsigned char)p[i] & 0xC0) == 0x80) i--;
    uint32_t c = first_char(p + i, n - i, bytes);
    *bytes = n - i;
    return c;
}

/* Bytes of the bullet at the start of s; 0: none. */
static size_t bullet_at(wq_str s)
{
    size_t bytes;
    if (s.n < 2) return 0;
    switch (first_char(s.p, s.n, &bytes)) {
    case '*':
    case '-':
    case '+': return s.p[1] == ' ' ? 1 : 0;
    case 0x2022: /* • */
    case 0x25E6: /* ◦ */
    case 0x25AA: /* ▪ */
    case 0x25A0: /* ■ */
    case 0x25CF: /* ● */
    case 0x2023: /* ‣ */
    case 0x00B7: /* · */
    case 0x25CB: /* ○ */
    case 0x2605: /* ★ */
    case 0x00BB: /* » */
    case 0x203A: /* › */
    case 0x2192: /* → */
    case 0x21D0: /* ⇐ */
    case 0x2713: /* ✓ */ return s.n > bytes ? bytes : 0;
    default: return 0;
    }
}

static uint32_t count_chars(const char *p, size_t n)
{
    uint32_t chars = 0;
    for (size_t i = 0; i < n; i++)
        chars += ((unsigned char)p[i] & 0xC0) != 0x80;
    return chars;
}

/* What may stand behind the end of a sentence: 1 quotes, 2 others. */
static int is_closer(uint32_t c)
{
    switch (c) {
    case '"':
    case '\'':
    case 0xBB:   /* » */
    case 0x2019: /* ’ */
    case 0x201C: /* “ */
    case 0x201D: /* ” */
    case 0x203A: /* › */ return 1;
    case ')':
    case ']':
    case '*':
    case ' ':
    case '\t':
    case 0xA0: return 2;
    default: return 0;
    }
}

static uint8_t ending_of(const char *p, size_t n)
{
    size_t bytes = 0;
    uint32_t c = 0;
    int closer, quoted = 0;
    while (n && (closer = is_closer(c = last_char(p, n, &bytes)))) {
        quoted |= closer == 1;
        n -= bytes;
    }
    if (!n) return END_NONE;
    switch (c) {
    case '.': return n > 1 && p[n - 2] == '.' ? END_ELLIPSIS : END_FULL;
    case 0x2026: return END_ELLIPSIS;
    case '!':
    case '?':
    case 0x061F: /* ؟ */
    case 0x06D4: /* ۔ */
    case 0x3002: /* 。 */
    case 0xFF01: /* ！ */
    case 0xFF1F: /* ？ */
    case 0x0964: /* । */
    case 0x0589: /* ։ */
    case 0x1362: /* ። */ return END_FULL;
    case ':': return END_COLON;
    case ',':
    case ';':
    case '-':
    case 0x060C: /* ، */
    case 0x061B: /* ؛ */
    case 0x2013: /* – */ return END_COMMA;
    default: return quoted ? END_QUOTE : END_NONE;
    }
}

/* Measures what needs no words: where the text begins, its length and end. */
static void measure_shape(struct unit *u, wq_str s)
{
    size_t i = u->begin, k;
    size_t end = u->end;
    while (i < end && (k = space_at(s, i))) i += k;
    size_t bullet = bullet_at((wq_str){ s.p + i, end - i });
    if (bullet) {
        u->bullet = 1;
        i += bullet;
        while (i < end && (k = space_at(s, i))) i += k;
    }
    u->text = (uint32_t)i;
    u->chars = count_chars(s.p + i, end - i);
    u->ending = ending_of(s.p + i, end - i);
}

/* Finds the lines that hold anything but white space. */
static int find_lines(struct units *units, wq_str s)
{
    int odd = has_odd_breaks(s);
    uint8_t blank = 1;
    units->n = 0;
    for (size_t at = 0; at < s.n;) {
        size_t end = line_end(s, at, odd), i = at, k;
        while (i < end && (k = space_at(s, i))) i += k;
        if (i < end) {
            struct unit *u = add_unit(units);
            if (!u) return -1;
            u->begin = (uint32_t)at;
            u->end = (uint32_t)end;
            u->lines = 1;
            u->blank_before = blank;
            measure_shape(u, s);
        }
        blank = i == end;
        at = end < s.n ? end + break_at(s, end) : end;
    }
    return 0;
}

/* Code points of the first word of a line. */
static uint32_t first_word(const struct unit *u, wq_str s)
{
    size_t i = u->text;
    while (i < u->end && s.p[i] != ' ') i++;
    return count_chars(s.p + u->text, i - u->text);
}

/* Was line a broken only because the first word of b did not fit? */
static int is_wrapped(const struct unit *a, const struct unit *b, wq_str s,
                      uint32_t width)
{
    return !b->bullet && a->chars + 1 + first_word(b, s) > width &&
           2 * a->chars > width;
}

/* Joins the lines of one block, from .. to, if they are hard-wrapped: nearly
 * every line that ends in the middle of a sentence is so long that the next
 * word did not fit.  Lists of headlines fail that. */
static size_t join_block(struct unit *list, size_t from, size_t to, size_t out,
                         wq_str s)
{
    uint32_t width = 0;
    size_t open = 0, wrapped = 0;
    for (size_t i = from; i < to; i++)
        if (list[i].chars > width) width = list[i].chars;
    int fits = to - from >= 3 && width >= WRAP_MIN && width <= WRAP_MAX;
    for (size_t i = from; fits && i + 1 < to; i++) {
        if (list[i].ending == END_FULL) continue;
        open++;
        wrapped += (size_t)is_wrapped(&list[i], &list[i + 1], s, width);
    }
    /* Four in five: a heading or two among the lines do no harm. */
    fits = fits && wrapped >= 2 && 5 * wrapped >= 4 * open;
    for (size_t i = from; i < to; i++) {
        if (fits && i > from && is_wrapped(&list[i - 1], &list[i], s, width)) {
            struct unit *u = &list[out - 1];
            u->end = list[i].end;
            u->lines++;
        } else {
            list[out++] = list[i];
        }
    }
    return out;
}

/* Turns runs of hard-wrapped lines into one unit each. */
static void join_wrapped(struct units *units, wq_str s)
{
    size_t out = 0;
    for (size_t from = 0, to; from < units->n; from = to) {
        to = from + 1;
        while (to < units->n && !units->list[to].blank_before) to++;
        /* join_block compares neighbours as they were read, and writes at or
         * before the place it reads from, except for the previous line. */
        out = join_block(units->list, from, to, out, s);
    }
    units->n = out;
    for (size_t i = 0; i < out; i++)
        if (units->list[i].lines > 1) measure_shape(&units->list[i], s);
}

/* What the words of one unit add up to. */
struct tally {
    uint64_t words[MAX_WORDS];
    uint16_t begins[MAX_WORDS];
    size_t n, n_begins;
    const char *first_end; /* of the first word; NULL: none yet */
    /* Of the title; the mask has a bit for each, to skip nearly all searches */
    const uint64_t *title;
    size_t n_title;
    uint64_t title_mask;
};

/* Is the first code point a capital?  2: of a script that has none. */
static int is_capital(const wq_text *text, const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    if (b[0] < 0x80) return b[0] >= 'A' && b[0] <= 'Z';
    if (b[0] >= 0xC3 && b[0] <= 0xD5) {
        uint32_t c = (uint32_t)(b[0] & 0x1F) << 6 | (b[1] & 0x3F);
        return text->category(c) == ('L' << 8 | 'u');
    }
    return 2;
}

/* What a mark that is no word says of its line. */
static void note_mark(struct unit *u, const char *p, size_t n)
{
    size_t bytes;
    switch (first_char(p, n, &bytes)) {
    case '.':
    case ',':
    case ';':
    case '!':
    case '?':
    case 0x060C: /* ، */
    case 0x061B: /* ؛ */
    case 0x061F: /* ؟ */ u->inner_stops++; return;
    case '|':
    case '/':
    case '>':
    case 0xA9:   /* © */
    case 0xAE:   /* ® */
    case 0xD7:   /* × */
    case 0x203A: /* › */
    case 0x2192: /* → */ u->mark = 1; return;
    default: return;
    }
}

static int is_in_title(const struct tally *tally, uint64_t hash)
{
    if (!(tally->title_mask >> (hash & 63) & 1)) return 0;
    for (size_t lo = 0, hi = tally->n_title; lo < hi;) {
        size_t mid = (lo + hi) / 2;
        if (tally->title[mid] == hash) return 1;
        if (tally->title[mid] < hash) lo = mid + 1;
        else hi = mid;
    }
    return 0;
}

static int is_number(uint8_t class)
{
    return class == WQ_W_NUMBER || class == WQ_W_TIME || class == WQ_W_DATE;
}

/* Counts the words of a piece of a unit into it and into the tally. */
static void count_words(struct unit *u, struct tally *tally,
                        const struct cues *cues, const wq_text *text,
                        const char *p, size_t n)
{
    uint32_t begin[MAX_WORDS], end[MAX_WORDS];
    uint8_t class[MAX_WORDS];
    uint64_t hash[MAX_WORDS];
    const wq_words columns = { begin, end, class, hash };
    size_t at = 0;
    size_t got = text->words(WQ_WORDS_NEWS, p, n, &at, &columns, MAX_WORDS);
    for (size_t i = 0; i < got; i++) {
        const char *word = p + begin[i];
        int number = is_number(class[i]);
        if (class[i] == WQ_W_PUNCT || class[i] == WQ_W_SYMBOL)
            note_mark(u, word, end[i] - begin[i]);
        if (class[i] == WQ_W_PUNCT) continue;
        if (class[i] == WQ_W_URL || class[i] == WQ_W_EMAIL) u->mark = 1;
        if (tally->n == MAX_WORDS) return;
        uint64_t h = number ? CUE_NUMBER : hash[i];
        uint32_t what = cues_word(cues, h);
        if (what & 1u << CUE_NONE)
            tally->begins[tally->n_begins++] = (uint16_t)tally->n;
        tally->words[tally->n++] = h;
        if (!tally->first_end) tally->first_end = p + end[i];
        if (class[i] != WQ_W_SYMBOL) u->seen++;
        u->functions += (what >> CUE_FUNCTION) & 1;
        u->date_words += (what >> CUE_DATE_WORD) & 1;
        u->numbers += (uint16_t)number;
        if (tally->n == 1) u->conjunction = (what >> CUE_CONJUNCTION) & 1;
        if (!number) {
            int capital = is_capital(text, word);
            u->capitals = (uint16_t)(u->capitals + (capital == 1));
            u->caseless |= capital == 2;
        }
        u->title_words += (uint16_t)is_in_title(tally, h);
    }
}

/* A single word at the front of a longer line is a cue only before a colon:
 * "Source: Reuters" is one, "Source of the fire, ..." is not. */
static void weaken_cue(struct unit *u, const struct tally *tally, wq_str s)
{
    if (u->cue.where != CUE_STARTS || u->cue.words > 1 || u->words <= 4) return;
    const char *p = tally->first_end, *end = s.p + u->end;
    while (p && p < end && *p == ' ') p++;
    if (!p || p == end || *p != ':') u->cue.where = CUE_HAS;
}

static uint64_t mix(uint64_t sum, uint64_t word)
{
    return (sum ^ word) * UINT64_C(0x9FB21C651E98DF25) + (sum >> 32);
}

/* Back to the space before p[i], or forward to the one behind it, so that no
 * word is halved; at most 64 bytes, which no word of a language has. */
static size_t to_space(const char *p, size_t i, size_t n, int forward)
{
    size_t j = i;
    while (j > 0 && j < n && p[j] != ' ' && (forward ? j - i : i - j) < 64)
        j += forward ? 1 : (size_t)-1;
    while (j > 0 && j < n && ((unsigned char)p[j] & 0xC0) == 0x80) j--;
    return j;
}

/* Measures what takes words. */
static void measure_words(struct unit *u, struct tally *tally,
                          const struct cues *cues, const wq_text *text,
                          wq_str s)
{
    const char *p = s.p + u->text;
    size_t n = u->end - u->text;
    tally->n = tally->n_begins = 0;
    tally->first_end = NULL;
    if (n <= LINE_BYTES) {
        count_words(u, tally, cues, text, p, n);
        u->words = u->seen;
        uint64_t hash = 0;
        for (size_t i = 0; i < tally->n; i++) hash = mix(hash, tally->words[i]);
        u->hash = hash;
    } else {
        size_t head = to_space(p, HEAD_BYTES, n, 0);
        size_t tail = to_space(p, n - TAIL_BYTES, n, 1);
        count_words(u, tally, cues, text, p, head);
        count_words(u, tally, cues, text, p + tail, n - tail);
        u->words = (uint32_t)(u->seen * n / (head + n - tail));
    }
    u->cue = cues_match(cues, tally->words, tally->n, tally->begins,
                        tally->n_begins);
    weaken_cue(u, tally, s);
}

int units_of(struct units *units, const struct cues *cues, const wq_text *text,
             wq_str s, const uint64_t *title, size_t n_title)
{
    struct tally tally = { .title = title, .n_title = n_title };
    for (size_t i = 0; i < n_title; i++)
        tally.title_mask |= UINT64_C(1) << (title[i] & 63);
    if (find_lines(units, s) < 0) return -1;
    join_wrapped(units, s);
    for (size_t i = 0; i < units->n; i++)
        measure_words(&units->list[i], &tally, cues, text, s);
    return 0;
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

size_t words_of(const wq_text *text, wq_str s, uint64_t *hashes, size_t cap,
                uint64_t *all)
{
    uint32_t begin[MAX_WORDS], end[MAX_WORDS];
    uint8_t class[MAX_WORDS];
    uint64_t hash[MAX_WORDS];
    const wq_words columns = { begin, end, class, hash };
    size_t at = 0, n = 0, out = 0;
    *all = 0;
    if (s.n > LINE_BYTES) return 0; /* no headline */
    size_t got = text->words(WQ_WORDS_NEWS, s.p, s.n, &at, &columns, MAX_WORDS);
    for (size_t i = 0; i < got; i++) {
        int number = is_number(class[i]);
        if (class[i] == WQ_W_PUNCT) continue;
        uint64_t h = number ? CUE_NUMBER : hash[i];
        *all = mix(*all, h);
        if (n < cap) hashes[n++] = h;
    }
    qsort(hashes, n, sizeof *hashes, compare_hashes);
    for (size_t i = 0; i < n; i++)
        if (!out || hashes[out - 1] != hashes[i]) hashes[out++] = hashes[i];
    return out;
}
