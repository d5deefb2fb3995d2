/* out.h - what the writers of this plugin write into: lines of text, in a
 * buffer of fixed size that is handed on when it is full.
 *
 * The first failure of the other side is kept: what is written after it goes
 * nowhere, and out_end tells.  So no writer has to look at each byte's fate. */
#ifndef CORPUS_OUT_H
#define CORPUS_OUT_H
#include <warraq/plugin.h>
#include <string.h>

enum { OUT_SIZE = 64 << 10 };

struct out {
    size_t n;
    int has_failed;
    int (*write)(void *to, const char *p, size_t n);
    void *to;
    char p[OUT_SIZE];
};

/* Text that was not written for the form must not break it.  In every style
 * white space (line breaks of any kind, tabs) at the ends goes and inside
 * becomes one space, and the control characters that XML 1.0 s. 2.2 does not
 * allow become U+FFFD. */
enum out_style {
    OUT_TOKEN,     /* a column of a vertical: & < > as XML entities */
    OUT_ATTRIBUTE, /* between double quotes: and " */
    OUT_PLAIN,     /* a column or a comment of CoNLL-U */
    OUT_KIND,      /* the name of a class in either form: as OUT_TOKEN, white
                      space becomes _ */
    OUT_MISC,      /* a value of CoNLL-U's last column: | becomes \p and white
                      space \s, as UDPipe has it */
    OUT_STYLES
};

/* Bytes of the white space that p[0..n) begins with; 0: none.  The 25 code
 * points with the property White_Space (Unicode 15.0, PropList.txt). */
size_t out_white_space(const char *p, size_t n);

void out_begin(struct out *o, int (*write)(void *to, const char *p, size_t n),
               void *to);
/* Hands on what is left.  Returns 0, or -1 if the other side ever said stop. */
int out_end(struct out *o);

/* Hands on what is there.  Cannot fail: see above. */
void out_flush(struct out *o);
void out_long(struct out *o, const char *p, size_t n); /* of any length */

/* As it is. */
static inline void out_bytes(struct out *o, const char *p, size_t n)
{
    if (n > sizeof o->p - o->n) {
        out_long(o, p, n);
        return;
    }
    memcpy(o->p + o->n, p, n);
    o->n += n;
}

static inline void out_char(struct out *o, char c)
{
    if (o->n == sizeof o->p) out_flush(o);
    o->p[o->n++] = c;
}

#define OUT_LITERAL(o, text) out_bytes(o, text, sizeof(text) - 1)

void out_number(struct out *o, uint64_t v);

/* Can none of 8 bytes be special in any style?  Letters of ASCII cannot, nor
 * bytes of other scripts but those that may begin a line break: C2 and E2,
 * which differ in one bit, 20. */
static inline int out_are_plain(uint64_t x)
{
    const uint64_t ones = 0x0101010101010101u, tops = ones << 7;
    uint64_t lead = (x | ones * 0x20) ^ ones * 0xE2, bar = x ^ ones * '|';
    uint64_t is_low = ~x & ~(x << 1) & tops; /* below 40 */
    uint64_t is_zero = ((lead - ones) & ~lead) | ((bar - ones) & ~bar);
    return !(is_low | (is_zero & tops));
}

/* The same of a whole text: 8 bytes at a time, the last 8 once more; of shorter
 * ones two halves that overlap.  Most words are plain. */
static inline int out_is_plain(wq_str s)
{
    uint64_t x;
    uint32_t low, high;
    if (s.n < 4) return 0;
    if (s.n < 8) {
        memcpy(&low, s.p, 4);
        memcpy(&high, s.p + s.n - 4, 4);
        return out_are_plain(low | (uint64_t)high << 32);
    }
    for (size_t i = 0; i < s.n - 8; i += 8) {
        memcpy(&x, s.p + i, 8);
        if (!out_are_plain(x)) return 0;
    }
    memcpy(&x, s.p + s.n - 8, 8);
    return out_are_plain(x);
}

/* As out_text, looking at each byte. */
int out_careful(struct out *o, wq_str s, enum out_style style);
/* Text in a style.  Returns 0 if there is nothing of it but white space, and
 * then writes nothing; else 1. */
static inline int out_text(struct out *o, wq_str s, enum out_style style)
{
    if (!out_is_plain(s)) return out_careful(o, s, style);
    out_bytes(o, s.p, s.n);
    return 1;
}

/* An identifier of CoNLL-U: white space, /, % and control characters become %
 * and their bytes in hexadecimal (RFC 3986 s. 2.1), so that two never meet. */
void out_id(struct out *o, wq_str s);

/* Can a field with this value be written?  Objects and nulls cannot. */
int out_takes(const wq_value *v);
/* Such a value: strings, numbers and booleans as they are, the items of a list
 * of them joined by |, as corpus tools join several values of one attribute. */
void out_value(struct out *o, const wq_value *v, enum out_style style);
#endif
