/* repair.c - one pass over a text, repairing as it goes.  See repair.h.
 *
 * Nearly all of a text needs nothing.  So the pass looks at 16 bytes at a time
 * for pairs of bytes that could begin something to repair, and only where there
 * is one decodes.  What is repaired is judged by what stands in the output so
 * far, so that "a<NBSP><ZWSP> b" becomes "a b" in one go. */
#include "repair.h"
#include "forms.h"
#include <stdlib.h>
#include <string.h>

typedef unsigned char bytes16 __attribute__((vector_size(16)));

enum kind {
    PLAIN,
    BLANK,    /* space or tab                                                 */
    SPACE,    /* any other space                                              */
    LF,
    LINE_END, /* any other line end                                           */
    CONTROL,
    INVISIBLE,
    TATWEEL,
    FORM,     /* presentation form of a letter                                */
    LAM_ALEF, /* ... of two                                                   */
    PERSIAN
};

static bytes16 load(const char *p)
{
    bytes16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static int any(bytes16 v)
{
    uint64_t half[2];
    memcpy(half, &v, sizeof half);
    return (half[0] | half[1]) != 0;
}

/* Could one of 16 bytes, seen with the byte behind it, begin something to
 * repair?  May say yes for nothing ("’" begins as U+200B does), never no. */
static int is_suspect(bytes16 a, bytes16 b)
{
    bytes16 hit = (bytes16)((a < 0x20) & (a != '\n') & (a != '\t'));
    hit |= (bytes16)(a == 0x7F);
    hit |= (bytes16)((a == ' ') & (b <= ' '));
    hit |= (bytes16)((a == '\t') & (b <= ' '));
    hit |= (bytes16)((a == 0xC2) & ((b < 0xA1) | (b == 0xAD)));
    hit |= (bytes16)((a == 0xD9) & (b == 0x80));
    hit |= (bytes16)((a == 0xD8) & (b == 0x9C));
    hit |= (bytes16)((a == 0xDA) & (b == 0xA9));
    hit |= (bytes16)((a == 0xDB) & (b == 0x8C));
    hit |= (bytes16)((a == 0xE1) & ((b == 0x9A) | (b == 0xA0)));
    hit |= (bytes16)((a == 0xE2) & ((b == 0x80) | (b == 0x81)));
    hit |= (bytes16)((a == 0xE3) & (b == 0x80));
    hit |= (bytes16)((a == 0xEF) & (b >= 0xAD) & (b < 0xBC));
    return any(hit);
}

/* Which of 16 bytes begin an Arabic mark with a place of its own among marks
 * (tanwin to sukun, superscript alef)? */
static bytes16 are_marks(bytes16 a, bytes16 b)
{
    return (bytes16)((a == 0xD9) &
                     (((b >= 0x8B) & (b < 0x93)) | (b == 0xB0)));
}

/* Could one of the 16 bytes at p begin something that is not in NFC, or takes
 * part in it?  Latin, Greek and Cyrillic letters are safe, Arabic ones too, and
 * a single Arabic mark; two in a row may be out of order (UAX #15: combining
 * class 0 and Quick_Check=Yes).  Looks at p[0 .. 19). */
static int is_doubtful(const char *p)
{
    bytes16 a = load(p), b = load(p + 1), marks = are_marks(a, b);
    bytes16 hit = (bytes16)((a == 0xCC) | (a == 0xCD));
    hit |= (bytes16)((a == 0xD2) & (b < 0x8A)); /* U+0483: Cyrillic marks */
    hit |= (bytes16)((a == 0xD6) | (a == 0xD7) | (a == 0xDC) | (a == 0xDD));
    hit |= (bytes16)((a == 0xD8) & (b < 0x9B) & (b >= 0x90));
    hit |= (bytes16)((a == 0xD9) & (b >= 0x93) & (b < 0xA0));
    hit |= (bytes16)((a == 0xDB) & (b >= 0x96) & (b < 0xAE));
    hit |= (bytes16)((a >= 0xDE) & (a != 0xE2));
    hit |= (bytes16)((a == 0xCE) & (b < 0x88)); /* U+0374, U+037E, U+0387 */
    hit |= (bytes16)((a == 0xE2) & (b >= 0x83) & (b != 0x96) & (b != 0x97));
    if (any(marks)) hit |= marks & are_marks(load(p + 2), load(p + 3));
    return any(hit);
}

/* The code point at p[i] and its bytes; valid UTF-8. */
static uint32_t decode(const char *text, size_t i, size_t *bytes)
{
    const unsigned char *p = (const unsigned char *)text + i;
    if (p[0] < 0x80) {
        *bytes = 1;
        return p[0];
    }
    if (p[0] < 0xE0) {
        *bytes = 2;
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    }
    if (p[0] < 0xF0) {
        *bytes = 3;
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 |
               (p[2] & 0x3F);
    }
    *bytes = 4;
    return 0x10000; /* none of ours lies beyond the BMP */
}

/* The letter that c is a shape of, or 0. */
static uint32_t letter_of(uint32_t c)
{
    size_t lo = 0, hi = sizeof forms / sizeof *forms;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (c < forms[mid].first) hi = mid;
        else if (c >= (uint32_t)forms[mid].first + forms[mid].shapes)
            lo = mid + 1;
        else return forms[mid].letter;
    }
    return 0;
}

static int is_direction_mark(uint32_t c)
{
    return c == 0x61C || c == 0x200E || c == 0x200F ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x206F);
}

static int is_other_space(uint32_t c)
{
    return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

static enum kind kind_of(uint32_t c)
{
    switch (c) {
    case ' ':
    case '\t': return BLANK;
    case '\n': return LF;
    case '\v':
    case '\f':
    case '\r':
    case 0x85:
    case 0x2028:
    case 0x2029: return LINE_END;
    case 0x640: return TATWEEL;
    case 0x6A9: /* keheh */
    case 0x6CC: /* Persian yeh */ return PERSIAN;
    case 0xAD:
    case 0x180E:
    case 0x200B:
    case 0x2060:
    case 0xFEFF: return INVISIBLE;
    default: break;
    }
    if (c < 0x20 || (c >= 0x7F && c < 0xA0) || is_direction_mark(c))
        return CONTROL;
    if (is_other_space(c)) return SPACE;
    if (c >= 0xFEF5 && c <= 0xFEFC) return LAM_ALEF;
    if (c >= 0xFB50 && c <= 0xFEF4 && letter_of(c)) return FORM;
    return PLAIN;
}

/* Is there something to repair at p[i]?  A lone blank is fine. */
static int needs_repair(const char *p, size_t i, size_t n)
{
    size_t bytes;
    uint32_t c = decode(p, i, &bytes);
    enum kind kind = kind_of(c);
    if (kind == BLANK)
        return i + 1 == n || (unsigned char)p[i + 1] <= ' ';
    return kind != PLAIN && kind != LF;
}

size_t repair_find(struct repair *r, const char *p, size_t i, size_t n)
{
    char last[64]; /* the last bytes, with line feeds behind them */
    while (i < n) {
        const char *at = p + i;
        if (n - i < 20) {
            memset(last, '\n', sizeof last);
            memcpy(last, at, n - i);
            at = last;
        }
        size_t end = n - i > 16 ? i + 16 : n;
        r->maybe_not_nfc |= is_doubtful(at);
        if (!is_suspect(load(at), load(at + 1))) {
            i = end;
            continue;
        }
        for (; i < end; i++) {
            if (((unsigned char)p[i] & 0xC0) == 0x80) continue;
            if (needs_repair(p, i, n)) return i;
        }
    }
    return n;
}

struct output {
    char *p;
    size_t n;
};

static void put(struct output *out, uint32_t c)
{
    if (c < 0x80) {
        out->p[out->n++] = (char)c;
    } else { /* U+0080..U+07FF: all that repairs write */
        out->p[out->n++] = (char)(0xC0 | c >> 6);
        out->p[out->n++] = (char)(0x80 | (c & 0x3F));
    }
}

static int ends_blank(const struct output *out)
{
    return out->n &&
           (out->p[out->n - 1] == ' ' || out->p[out->n - 1] == '\t');
}

/* Writes a blank, unless one stands there: two or more become one space. */
static void put_blank(struct repair *r, struct output *out, char blank)
{
    if (r->on[RULE_SPACES] && ends_blank(out)) {
        r->counts[RULE_SPACES]++;
        out->p[out->n - 1] = ' ';
        return;
    }
    out->p[out->n++] = blank;
}

/* Takes away the blanks at the end of a line. */
static void trim(struct repair *r, struct output *out)
{
    if (!r->on[RULE_SPACES] || !ends_blank(out)) return;
    r->counts[RULE_SPACES]++;
    while (ends_blank(out)) out->n--;
}

/* Writes the letter a presentation form stands for. */
static void put_letter(const struct repair *r, struct output *out, uint32_t c)
{
    if (r->on[RULE_PERSIAN] && c == 0x6CC) c = 0x64A;
    if (r->on[RULE_PERSIAN] && c == 0x6A9) c = 0x643;
    put(out, c);
}

/* The alef of U+FEF5..U+FEFC: madda, hamza above, hamza below, bare. */
static uint32_t alef_of(uint32_t c)
{
    static const uint16_t alefs[] = { 0x622, 0x623, 0x625, 0x627 };
    return alefs[(c - 0xFEF5) / 2];
}

/* Repairs the character at p[i].  Returns its bytes. */
static size_t repair_at(struct repair *r, const char *p, size_t i, size_t n,
                        struct output *out)
{
    static const uint8_t rules[] = {
        [PLAIN] = RULES,          [BLANK] = RULES,
        [SPACE] = RULE_SPACES,    [LF] = RULES,
        [LINE_END] = RULE_LINE_ENDS, [CONTROL] = RULE_CONTROLS,
        [INVISIBLE] = RULE_INVISIBLE, [TATWEEL] = RULE_TATWEEL,
        [FORM] = RULE_FORMS,      [LAM_ALEF] = RULE_FORMS,
        [PERSIAN] = RULE_PERSIAN,
    };
    size_t bytes;
    uint32_t c = decode(p, i, &bytes);
    enum kind kind = kind_of(c);
    int on = rules[kind] < RULES && r->on[rules[kind]];

    if (on) r->counts[rules[kind]]++;
    if (kind == LF || kind == LINE_END) trim(r, out);
    if (kind == BLANK) {
        put_blank(r, out, p[i]);
    } else if (!on) {
        r->maybe_not_nfc |= kind == SPACE; /* U+2000 */
        memcpy(out->p + out->n, p + i, bytes);
        out->n += bytes;
    } else if (kind == SPACE) {
        put_blank(r, out, ' ');
    } else if (kind == LINE_END) {
        out->p[out->n++] = '\n';
        if (c == '\r' && i + 1 < n && p[i + 1] == '\n') bytes = 2;
    } else if (kind == FORM) {
        put_letter(r, out, letter_of(c));
    } else if (kind == LAM_ALEF) {
        put(out, 0x644);
        put(out, alef_of(c));
    } else if (kind == PERSIAN) {
        put_letter(r, out, c);
    } /* else: it goes */
    return bytes;
}

void edits_free(struct edits *edits)
{
    free(edits->begin);
    free(edits->end);
    free(edits->with);
    *edits = (struct edits){ 0 };
}

/* Room for one more.  Returns 0, or -1: no memory; no edit is lost. */
static int edits_grow(struct edits *edits)
{
    size_t cap = edits->cap ? 2 * edits->cap : 256;
    uint32_t *begin = realloc(edits->begin, cap * sizeof *begin);
    if (!begin) return -1;
    edits->begin = begin;
    uint32_t *end = realloc(edits->end, cap * sizeof *end);
    if (!end) return -1;
    edits->end = end;
    wq_str *with = realloc(edits->with, cap * sizeof *with);
    if (!with) return -1;
    edits->with = with;
    edits->cap = cap;
    return 0;
}

int edits_add(struct edits *edits, size_t begin, size_t end, wq_str with)
{
    if (edits->n == edits->cap && edits_grow(edits) < 0) return -1;
    edits->begin[edits->n] = (uint32_t)begin;
    edits->end[edits->n] = (uint32_t)end;
    edits->with[edits->n++] = with;
    return 0;
}

size_t repair_text(struct repair *r, const char *p, size_t n, size_t first,
                   char *to, struct edits *edits)
{
    struct output out = { to, 0 };
    size_t i = 0, next = first;
    while (next < n) {
        memcpy(out.p + out.n, p + i, next - i);
        out.n += next - i;
        /* A repair may take back the blanks before it, but no more. */
        size_t begin = next, written = out.n;
        while (begin > i && (p[begin - 1] == ' ' || p[begin - 1] == '\t')) {
            begin--;
            written--;
        }
        i = next;
        /* Go on as long as the next character might join what was repaired:
         * the space behind a removed mark, the line end behind a space. */
        do {
            i += repair_at(r, p, i, n, &out);
            if (i < n && (unsigned char)p[i] <= ' ') next = i;
            else next = repair_find(r, p, i, n);
        } while (next == i && i < n);
        if (i == n) trim(r, &out);
        wq_str with = { out.p + written, out.n - written };
        int same = with.n == i - begin && !memcmp(with.p, p + begin, with.n);
        if (!same && edits_add(edits, begin, i, with) < 0) return (size_t)-1;
        next = repair_find(r, p, i, n);
    }
    memcpy(out.p + out.n, p + i, n - i);
    return out.n + (n - i);
}

/* No branch, so that the compiler makes vectors of it. */
int repair_has_persian(const char *p, size_t n)
{
    unsigned char found = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        unsigned char a = (unsigned char)p[i], b = (unsigned char)p[i + 1];
        found |= (unsigned char)(((a == 0xDB) & (b == 0x8C))
                                 | ((a == 0xDA) & (b == 0xA9))
                                 | ((a == 0xEF) & ((b & 0xFE) == 0xAE)));
    }
    return found;
}

void repair_count_letters(const char *p, size_t n, size_t *arabic,
                          size_t *other)
{
    for (size_t i = 0; i + 1 < n; i++) {
        unsigned char a = (unsigned char)p[i], b = (unsigned char)p[i + 1];
        if (a == 0xEF && b >= 0xAD && b <= 0xBB) {
            size_t bytes;
            uint32_t letter = letter_of(decode(p, i, &bytes));
            *arabic += letter != 0;
            /* Of U+FB50..U+FBFF, all but the letters Arabic has or repairs. */
            *other += b <= 0xAF && letter && letter != 0x671 &&
                      letter != 0x649 && letter != 0x6CC && letter != 0x6A9;
        }
        if (a < 0xD8 || a > 0xDB) continue;
        ++*arabic;
        /* U+067E peh, U+0679 tteh; U+0686 tcheh, U+0688, U+0691, U+0695,
         * U+0698 jeh, U+06A4, U+06AF gaf, U+06B5, U+06BA, U+06BE;
         * U+06C1, U+06C6, U+06CE, U+06D2, U+06D5 */
        if (a == 0xD9) *other += b == 0xBE || b == 0xB9;
        else if (a == 0xDA)
            *other += b == 0x86 || b == 0x88 || b == 0x91 || b == 0x95 ||
                      b == 0x98 || b == 0xA4 || b == 0xAF || b == 0xB5 ||
                      b == 0xBA || b == 0xBE;
        else if (a == 0xDB)
            *other += b == 0x81 || b == 0x86 || b == 0x8E || b == 0x92 ||
                      b == 0x95;
    }
}
