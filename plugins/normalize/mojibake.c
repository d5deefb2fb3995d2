/* mojibake.c - finds passages of misread UTF-8, and reads them again.
 *
 *     "é"   C3 A9        read as windows-1252   "Ã©"
 *     "’"   E2 80 99     read as windows-1252   "â€™"
 *     "لا"  D9 84 D8 A7  read as windows-1256   "ظ„ط§"
 *
 * A *sequence* is a run of 2 to 4 characters whose bytes in that character set
 * are one code point in valid UTF-8.  Real text has sequences, too: "«AMANHÃ»"
 * in Portuguese, "café »" with a no-break space (a Han character!), "ضبط،" in
 * Arabic.  So a sequence must also be *strong*, such as no text has:
 *
 *   - it stands for a Latin letter or sign, and has a character that does not
 *     follow words ("Ã©": a copyright sign glued to a letter), or a capital in
 *     the middle of small letters ("voilÃ\u00A0");
 *   - it stands for punctuation, a byte order mark, an emoji ("â€œ", "ï»¿");
 *   - it has a C1 control, which ISO 8859-1 makes of a byte
 *     ("â" U+0080 U+0099);
 *   - or it is one of RUN or more in a row of one script: of two, where three
 *     are asked, if one has a character that does not follow words ("ä¸\u00AD").
 *
 * A *passage* is what lies between two letters beyond ASCII that are in no
 * sequence, or between line ends.  One that has a strong sequence is mojibake,
 * and its others are read again if they are of a kind that is strong there,
 * too: in French that was misread, "Ã " is a grave accent, but "NESCAFÉ®" is a
 * name. */
#include "mojibake.h"
#include "kinds.h"
#include <string.h>

typedef unsigned char bytes16 __attribute__((vector_size(16)));

enum {
    /* Sequences in a row that no text has by chance: the letters ط and ظ before
     * punctuation happen to stand twice in a row in none, and Ã, Ø, Ð before
     * signs neither. */
    RUN_1252 = 2,
    RUN_1256 = 3,
    RUN_WIDE = 3 /* sequences of three bytes: "é »" */
};

static bytes16 load(const char *p)
{
    bytes16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

#define IN(v, lo, hi) ((bytes16)((bytes16)((v) - (lo)) <= (hi) - (lo)))
#define IS(v, c)      ((bytes16)((v) == (c)))

/* Could a strong sequence begin among the 16 bytes at p?  Its first character
 * is U+00C2..U+00F4 (C3 82..B4), ط or ظ (D8 B7, B8), and its second one of
 * Latin 1 (C2), Latin Extended (C5, C6, CB) or punctuation (E2): no Arabic word
 * is without a letter that is misread so.  Or it is آ to إ (D8 A2..A5) behind a
 * small Latin letter.  Looks at p[-1 .. 18). */
static int is_suspect(const char *p)
{
    uint64_t half[2];
    bytes16 a = load(p), b = load(p + 1), c = load(p + 2), hit;
    bytes16 behind = IS(c, 0xC2) | IN(c, 0xC5, 0xC6) | IS(c, 0xCB) |
                     IS(c, 0xE2);
    hit = (IS(a, 0xC3) | (IS(a, 0xD8) & IN(b, 0xB7, 0xB8))) & behind;
    hit |= IN(load(p - 1), 'a', 'z') & IS(a, 0xD8) & IN(b, 0xA2, 0xA5);
    memcpy(half, &hit, sizeof half);
    return (half[0] | half[1]) != 0;
}

struct reader {
    const struct rules *rules;
    const char *p;
    size_t n;
    uint32_t charset;
};

/* The byte of the character at p[i] in the character set, -1 if it has none; C1
 * controls are what ISO 8859-1 makes of bytes that windows-1252 lacks. */
static int byte_at(const struct reader *r, size_t i, size_t *bytes)
{
    if (i >= r->n) return -1;
    uint32_t c = decode(r->p, i, bytes);
    if (c < 0x80) return -1;
    if (c < 0xA0) return (int)c;
    return r->rules->text->charset_byte(r->charset, c);
}

struct sequence {
    size_t end;
    uint32_t c;
    int bytes;       /* 2 .. 4 it was in UTF-8                                */
    int lead, trail; /* its first two                                         */
    int has_control; /* a C1 control among its characters, NEL apart          */
};

/* Reads the sequence at p[i].  Returns 1, or 0 if there is none. */
static int read_sequence(const struct reader *r, size_t i, struct sequence *s)
{
    size_t bytes = 0;
    int lead = byte_at(r, i, &bytes);
    if (lead < 0xC2 || lead > 0xF4) return 0;
    *s = (struct sequence){ .bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4,
                            .lead = lead };
    char utf8[4] = { (char)lead };
    i += bytes;
    for (int k = 1; k < s->bytes; k++) {
        int byte = byte_at(r, i, &bytes);
        if (byte < 0x80 || byte > 0xBF) return 0;
        if (k == 1) s->trail = byte;
        s->has_control |= bytes == 2 && (uint8_t)r->p[i] == 0xC2 &&
                          (uint8_t)r->p[i + 1] < 0xA0 && byte != 0x85;
        utf8[k] = (char)byte;
        i += bytes;
    }
    size_t n = (size_t)s->bytes;
    if (r->rules->text->utf8_valid(utf8, n) != n) return 0;
    s->c = decode(utf8, 0, &bytes);
    s->end = i;
    uint32_t category = r->rules->text->category(s->c);
    return category != ('C' << 8 | 'n') && category != ('C' << 8 | 'o');
}

/* Kinds of sequences, as bits. */
enum {
    LATIN_1 = 1,  /* what windows-1252 has: in all mojibake, and what is left of
                     any script that was misread twice                        */
    LATIN_X = 2,  /* other Latin letters, marks                               */
    NARROW = 4,   /* two bytes: Greek, Cyrillic, Hebrew, Arabic               */
    WIDE = 8,     /* three bytes: Thai, Han ...                               */
    RARE = 16     /* two bytes: Syriac, N'Ko ...; four bytes                  */
};
static int kind_of_sequence(const struct reader *r, const struct sequence *s)
{
    if (s->lead <= 0xC3 || s->lead == 0xE2 ||
        r->rules->text->charset_byte(r->rules->cp1252, s->c) >= 0)
        return LATIN_1;
    if (s->lead <= 0xCD) return LATIN_X;
    if (s->lead < 0xDC) return NARROW;
    return s->bytes == 3 ? WIDE : RARE;
}

static int is_small(const struct reader *r, size_t i)
{
    return i < r->n && r->p[i] >= 'a' && r->p[i] <= 'z';
}

/* Can this byte, as a character of windows-1252, stand behind a word?  Closing
 * and opening quotation marks, dashes, dots, signs of degree and trade. */
static int follows_words(int byte)
{
    switch (byte) {
    case 0x82:
    case 0x84:
    case 0x85:
    case 0x86:
    case 0x87:
    case 0x89:
    case 0x8B: return 1;
    case 0xA0:
    case 0xAA:
    case 0xAB:
    case 0xAD:
    case 0xAE:
    case 0xB0:
    case 0xB2:
    case 0xB3:
    case 0xB4:
    case 0xB7:
    case 0xB9:
    case 0xBA:
    case 0xBB: return 1;
    default: return byte >= 0x91 && byte <= 0x9B;
    }
}

/* What a row of sequences has in common: Greek and Cyrillic have two lead
 * bytes, Arabic four, Han and Kana seven.  -1: no row is made of it. */
static int block_of(const struct reader *r, const struct sequence *s)
{
    if (r->charset == r->rules->cp1252) {
        if (s->lead >= 0xE3 && s->lead <= 0xE9) return 0xE3;
        return s->lead >= 0xD8 && s->lead < 0xDC ? 0xD8 : s->lead & ~1;
    }
    /* Arabic, and what Arabic becomes that was misread twice */
    return (s->lead >= 0xD8 && s->lead < 0xDC) || s->lead <= 0xC3 ||
                   s->lead == 0xE2
               ? 0
               : -1;
}

/* How many sequences of one block stand in a row from p[i] on, at most `most`; in
 * windows-1252 one more if one has a character that does not follow words. */
static int count_run(const struct reader *r, size_t i, int most)
{
    struct sequence s;
    int run = 0, block = 0, is_odd = 0;
    for (; run < most && read_sequence(r, i, &s); run++, i = s.end) {
        int now = block_of(r, &s);
        if (now < 0 || (run && now != block)) break;
        block = now;
        is_odd |= s.bytes == 3 && !follows_words(s.trail);
    }
    return run > 1 && r->charset == r->rules->cp1252 ? run + is_odd : run;
}

/* How long a row of sequences such as s must be to be strong by itself. */
static int run_needed(const struct reader *r, const struct sequence *s)
{
    if (r->charset == r->rules->cp1256) return RUN_1256;
    return s->bytes == 2 && s->lead < 0xDC ? RUN_1252 : RUN_WIDE;
}

/* Is the sequence at p[i] one that no real text has? */
static int is_strong(const struct reader *r, size_t i, const struct sequence *s)
{
    int is_inside = i && is_small(r, i - 1);
    if (s->has_control) return 1;
    if (s->lead > 0xCB || r->charset == r->rules->cp1256)
        if (count_run(r, i, RUN_WIDE) >= run_needed(r, s)) return 1;
    if (r->charset == r->rules->cp1256)
        return is_inside && s->lead <= 0xC5; /* "cafأ©" */
    if (s->lead <= 0xCB) return is_inside || !follows_words(s->trail);
    switch (s->lead) {
    case 0xCC:
    case 0xCD: return is_inside; /* a mark on a letter */
    case 0xE1: return s->trail >= 0xB8 && is_small(r, s->end); /* Vietnamese */
    case 0xE2: return s->trail == 0x80 || s->trail == 0x82 || s->trail == 0x84;
    case 0xEF: return s->c == 0xFEFF || s->c == 0xFFFD || s->c == 0xFE0F;
    case 0xF0: return s->trail == 0x9F; /* emoji */
    default: return 0;
    }
}

/* Is c a letter that keeps passages apart? */
static int is_stray(const struct reader *r, uint32_t c)
{
    return c >= 0xA0 && r->rules->text->category(c) >> 8 == 'L';
}

/* Where the passage begins that p[i] is in: behind the last line end or stray
 * letter before it, `from` or behind it. */
static size_t passage_begin(const struct reader *r, size_t from, size_t i)
{
    struct sequence s;
    const char *lf = i > from ? memrchr(r->p + from, '\n', i - from) : NULL;
    size_t begin = lf ? (size_t)(lf - r->p) + 1 : from, bytes;
    for (size_t at = begin; at < i; at += bytes) {
        uint32_t c = decode(r->p, at, &bytes);
        if (read_sequence(r, at, &s) && s.end <= i) bytes = s.end - at;
        else if (is_stray(r, c)) begin = at + bytes;
    }
    return begin;
}

/* Reads the passage that begins at p[i].  Returns its end; *strong: the kinds
 * of its strong sequences, LATIN_1 among them whatever they are. */
static size_t read_passage(const struct reader *r, size_t i, int *strong)
{
    struct sequence s;
    *strong = LATIN_1;
    for (size_t bytes; i < r->n && r->p[i] != '\n'; i += bytes) {
        uint32_t c = decode(r->p, i, &bytes);
        if (c < 0x80) continue;
        if (read_sequence(r, i, &s)) {
            if (is_strong(r, i, &s)) *strong |= kind_of_sequence(r, &s);
            bytes = s.end - i;
        } else if (is_stray(r, c)) {
            break;
        }
    }
    return i;
}

/* A passage that was found. */
struct passage {
    uint32_t charset;
    size_t begin, end;
    int strong; /* kinds of its strong sequences */
};

/* The passage around the strong sequence at p[i], `from` or behind it.  "â€™"
 * is the same in both character sets: then the one that explains more. */
static struct passage find_passage(const struct reader *r, size_t from,
                                   size_t i)
{
    struct reader with = *r;
    struct sequence s;
    struct passage found = { .charset = r->charset };
    found.begin = passage_begin(r, from, i);
    found.end = read_passage(r, found.begin, &found.strong);
    if (!read_sequence(r, i, &s) || s.lead != 0xE2) return found;
    with.charset = r->charset ^ r->rules->cp1252 ^ r->rules->cp1256;
    if (!read_sequence(&with, i, &s)) return found;
    struct passage other = { .charset = with.charset };
    other.begin = passage_begin(&with, from, i);
    other.end = read_passage(&with, other.begin, &other.strong);
    return other.end - other.begin > found.end - found.begin ? other : found;
}

/* Writes the passage as it was meant to *out, moved on behind it.  Returns 0,
 * or -1: no memory. */
static int rewrite_passage(const struct reader *r,
                           const struct passage *passage, char **out,
                           struct edits *edits)
{
    struct sequence s;
    for (size_t i = passage->begin, bytes; i < passage->end; i += bytes) {
        uint32_t c = decode(r->p, i, &bytes);
        int is_sequence = c >= 0x80 && read_sequence(r, i, &s);
        if (is_sequence) bytes = s.end - i;
        if (is_sequence && (kind_of_sequence(r, &s) & passage->strong)) {
            size_t size = encode(*out, s.c);
            if (edits_add(edits, i, s.end, size) < 0) return -1;
            *out += size;
        } else {
            memcpy(*out, r->p + i, bytes);
            *out += bytes;
        }
    }
    return 0;
}

/* The first strong sequence from p[i] on; n: none.  Sets the character set. */
static size_t find_strong(struct reader *r, size_t i)
{
    struct sequence s;
    while (i < r->n) {
        char edge[1 + 20] = { 0 };
        const char *at = r->p + i;
        if (i == 0 || r->n - i < 20) {
            if (i) edge[0] = at[-1];
            memcpy(edge + 1, at, r->n - i < 20 ? r->n - i : 20);
            at = edge + 1;
        }
        size_t end = r->n - i > 16 ? i + 16 : r->n;
        if (!is_suspect(at)) {
            i = end;
            continue;
        }
        for (; i < end; i++) {
            unsigned char lead = (unsigned char)r->p[i];
            if (lead != 0xC3 && lead != 0xD8) continue;
            r->charset = lead == 0xC3 ? r->rules->cp1252 : r->rules->cp1256;
            if (read_sequence(r, i, &s) && is_strong(r, i, &s)) return i;
        }
    }
    return r->n;
}

size_t rewrite_mojibake(const struct rules *rules, uint64_t *passages,
                        const char *p, size_t n, char *out,
                        struct edits *edits)
{
    struct reader r = { rules, p, n, rules->cp1252 };
    char *to = out;
    size_t i = 0;
    if (edits) edits->n = 0;
    for (size_t found; (found = find_strong(&r, i)) < n;) {
        struct passage passage = find_passage(&r, i, found);
        r.charset = passage.charset;
        if (out) {
            memcpy(to, p + i, passage.begin - i);
            to += passage.begin - i;
            if (rewrite_passage(&r, &passage, &to, edits) < 0)
                return (size_t)-1;
        }
        i = passage.end;
        ++*passages;
    }
    if (!out) return n;
    memcpy(to, p + i, n - i);
    return (size_t)(to - out) + n - i;
}
