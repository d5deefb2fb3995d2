/* parse.c - one line of JSON as the members of its object; see parse.h.
 *
 * simdjson says where tokens begin (simd.h); a loop with its own stack of open
 * containers checks the grammar (RFC 8259) over those.  A finished value waits
 * on one stack of members; when its container closes, its items leave the stack
 * for the pool and the container takes their place:
 *
 *   {"a":[1,2   open: { [     stack:  a:.. is open, 1, 2
 *   {"a":[1,2]  open: {       stack:  a:[1,2]            pool: 1 2
 *
 * What stays on the stack when the object closes are its members.  Strings
 * without escapes are views into the line. */
#include "parse.h"
#include "scan.h"
#include "simd.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_OPEN = WQ_MAX_DEPTH + 1 }; /* the values' depth, and the object */

/* The pool: chunks that are kept from line to line. */
enum { CHUNK = 64 << 10, POOL_KEPT = 4 << 20 };
struct chunk {
    struct chunk *next;
    size_t used, cap;
    size_t pad; /* what follows is aligned to 16 */
};

struct open {
    size_t first; /* its items are stack[first ..] */
    wq_str name;  /* its own */
    int is_object;
};

struct json_parser {
    struct json_index *index;
    wq_member *stack;
    size_t n, cap;
    struct chunk *pool;
    size_t pooled;
    char *strings; /* unescaped ones: never more bytes than the line has */
    size_t strings_n, strings_cap;
    /* the line */
    const char *p;
    size_t end;
    struct json_fault *fault;
};

/* ---- memory -------------------------------------------------------------- */

void *json_keep(struct json_parser *parser, size_t n)
{
    struct chunk *c = parser->pool;
    if (n > SIZE_MAX / 2) return NULL;
    n = (n + 15) & ~(size_t)15;
    if (!c || n > c->cap - c->used) {
        size_t cap = n > CHUNK ? n : CHUNK;
        struct chunk *fresh = malloc(sizeof *fresh + cap);
        if (!fresh) return NULL;
        *fresh = (struct chunk){ .next = c, .cap = cap };
        parser->pool = c = fresh;
        parser->pooled += cap;
    }
    void *p = (char *)(c + 1) + c->used;
    c->used += n;
    return p;
}

static void pool_free(struct json_parser *parser)
{
    while (parser->pool) {
        struct chunk *next = parser->pool->next;
        free(parser->pool);
        parser->pool = next;
    }
    parser->pooled = 0;
}

/* Empties the pool for the next line, keeping one chunk of common size. */
static void pool_reset(struct json_parser *parser)
{
    struct chunk *c = parser->pool;
    if (!c) return;
    if (!c->next && c->cap <= POOL_KEPT) {
        c->used = 0;
        return;
    }
    size_t want = parser->pooled;
    pool_free(parser);
    if (want > POOL_KEPT) return;
    /* One chunk that would have held it all; failing is no harm here. */
    json_keep(parser, want);
    if (parser->pool) parser->pool->used = 0;
}

/* Room for the unescaped strings of a line of n bytes.  0, or -1: no memory. */
static int strings_reserve(struct json_parser *parser, size_t n)
{
    parser->strings_n = 0;
    int is_too_large = parser->strings_cap > POOL_KEPT && n <= POOL_KEPT;
    if (n <= parser->strings_cap && !is_too_large) return 0;
    size_t cap = n < CHUNK ? CHUNK : n + n / 2;
    free(parser->strings);
    parser->strings = malloc(cap);
    parser->strings_cap = parser->strings ? cap : 0;
    return parser->strings ? 0 : -1;
}

/* ---- faults -------------------------------------------------------------- */

__attribute__((format(printf, 4, 5))) static int
fail(struct json_parser *parser, const char *reason, size_t at,
     const char *fmt, ...)
{
    struct json_fault *fault = parser->fault;
    va_list args;
    va_start(args, fmt);
    vsnprintf(fault->text, sizeof fault->text, fmt, args);
    va_end(args);
    fault->reason = reason;
    fault->at = at;
    return -1;
}

static int no_memory(struct json_parser *parser)
{
    *parser->fault = (struct json_fault){ .text = "out of memory" };
    return -1;
}

/* "expected X, found Y", where Y is what stands at `at`. */
static int expected(struct json_parser *parser, size_t at, const char *what)
{
    if (at >= parser->end)
        return fail(parser, "bad_json", parser->end,
                    "expected %s, found the end of the line", what);
    unsigned char c = (unsigned char)parser->p[at];
    if (c > 0x20 && c < 0x7F)
        return fail(parser, "bad_json", at, "expected %s, found '%c'", what, c);
    return fail(parser, "bad_json", at, "expected %s, found byte 0x%02X", what,
                c);
}

/* The line is not UTF-8, or leaves a string open, or has a control character
 * in one: which, and where?  Always returns -1. */
static int explain(struct json_parser *parser,
                   size_t (*utf8_valid)(const char *p, size_t n))
{
    const char *p = parser->p;
    size_t n = parser->end, open = 0;
    size_t valid = utf8_valid ? utf8_valid(p, n) : n;
    if (valid < n)
        return fail(parser, "bad_utf8", valid,
                    "byte 0x%02X is not valid UTF-8 here",
                    (unsigned char)p[valid]);
    int in_string = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\\') {
            i++;
        } else if (p[i] == '"') {
            in_string = !in_string;
            open = i;
        } else if (in_string && (unsigned char)p[i] < 0x20) {
            return fail(parser, "bad_json", i,
                        "control character 0x%02X in a string: write \\u%04x",
                        (unsigned char)p[i], (unsigned char)p[i]);
        }
    }
    if (in_string)
        return fail(parser, "bad_json", open, "the string is never closed");
    return fail(parser, "bad_utf8", 0, "the line is not valid UTF-8");
}

/* ---- strings ------------------------------------------------------------- */

/* The four hex digits at p, or -1. */
static int hex4(const char *p)
{
    int v = 0;
    for (int i = 0; i < 4; i++) {
        int c = (unsigned char)p[i], lower = c | 0x20;
        if (c >= '0' && c <= '9') v = v << 4 | (c - '0');
        else if (lower >= 'a' && lower <= 'f') v = v << 4 | (lower - 'a' + 10);
        else return -1;
    }
    return v;
}

/* Writes a code point as UTF-8 (RFC 3629); returns its length. */
static size_t put_code_point(char *out, unsigned c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((n == 2 ? 0xC0u : n == 3 ? 0xE0u : 0xF0u) | c);
    return n;
}

/* \uXXXX at p[at], perhaps a surrogate pair: its code point to *out.  Returns
 * the bytes it takes, or 0 with the fault filled. */
static size_t read_unicode(struct json_parser *parser, size_t at, unsigned *out)
{
    const char *p = parser->p + at;
    int c = parser->end - at < 6 ? -1 : hex4(p + 2);
    if (c < 0) {
        fail(parser, "bad_json", at, "\\u wants four hexadecimal digits");
        return 0;
    }
    *out = (unsigned)c;
    if (c < 0xD800 || c > 0xDFFF) return 6;
    int low = -1;
    if (c < 0xDC00 && parser->end - at >= 12 && p[6] == '\\' && p[7] == 'u')
        low = hex4(p + 8);
    if (low < 0xDC00 || low > 0xDFFF) {
        fail(parser, "lone_surrogate", at,
             "\\u%04x is half of a surrogate pair without the other half",
             (unsigned)c);
        return 0;
    }
    *out = 0x10000u + (((unsigned)c - 0xD800) << 10) + ((unsigned)low - 0xDC00);
    return 12;
}

/* The escape at p[at] ('\\') unescaped to out.  Returns the bytes it takes in
 * the line, or 0 with the fault filled; *written: the bytes it became. */
static size_t read_escape(struct json_parser *parser, size_t at, char *out,
                          size_t *written)
{
    /* RFC 8259 s. 7 */
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    unsigned c = at + 1 < parser->end ? (unsigned char)parser->p[at + 1] : 0;
    const char *known = c ? strchr(from, (int)c) : NULL;
    *written = 1;
    if (known) {
        *out = to[known - from];
        return 2;
    }
    if (c != 'u') {
        fail(parser, "bad_json", at, "unknown escape after a backslash");
        return 0;
    }
    size_t taken = read_unicode(parser, at, &c);
    if (taken) *written = put_code_point(out, c);
    return taken;
}

/* The string whose opening quote is p[at].  0, or -1 with the fault filled;
 * *end: behind its closing quote. */
static int read_string(struct json_parser *parser, size_t at, wq_str *out,
                       size_t *end)
{
    const char *p = parser->p;
    size_t from = at + 1, i = scan_special(p, from, parser->end);
    if (i < parser->end && p[i] == '"') { /* no escapes: a view */
        *out = (wq_str){ p + from, i - from };
        *end = i + 1;
        return 0;
    }
    char *text = parser->strings + parser->strings_n;
    size_t n = 0;
    while (i < parser->end && p[i] != '"') {
        memcpy(text + n, p + from, i - from);
        n += i - from;
        if (p[i] != '\\') /* the index vouches for strings; be sure */
            return expected(parser, i, "a string without control characters");
        size_t written, taken = read_escape(parser, i, text + n, &written);
        if (!taken) return -1;
        n += written;
        from = i + taken;
        i = scan_special(p, from, parser->end);
    }
    if (i >= parser->end)
        return fail(parser, "bad_json", at, "the string is never closed");
    memcpy(text + n, p + from, i - from);
    n += i - from;
    parser->strings_n += n;
    *out = (wq_str){ text, n };
    *end = i + 1;
    return 0;
}

/* ---- numbers and words --------------------------------------------------- */

static size_t digits(const char *p, size_t at, size_t n)
{
    size_t from = at;
    while (at < n && p[at] >= '0' && p[at] <= '9')
        at++;
    return at - from;
}

size_t json_number_length(const char *p, size_t n)
{
    size_t i = n && p[0] == '-', whole = digits(p, i, n);
    if (!whole || (whole > 1 && p[i] == '0')) return 0;
    i += whole;
    if (i < n && p[i] == '.') {
        size_t part = digits(p, i + 1, n);
        if (!part) return 0;
        i += 1 + part;
    }
    if (i < n && (p[i] | 0x20) == 'e') {
        size_t sign = i + 1 < n && (p[i + 1] == '+' || p[i + 1] == '-');
        size_t part = digits(p, i + 1 + sign, n);
        if (!part) return 0;
        i += 1 + sign + part;
    }
    return i;
}

/* Reads p[0..n), n < 20 digits and perhaps a sign, if an int64_t holds it. */
static int whole_number(const char *p, size_t n, int64_t *out)
{
    size_t sign = p[0] == '-';
    uint64_t v = 0;
    /* 10^18 - 1 fits whatever its digits; beyond, be careful */
    if (n - sign <= 18) {
        for (size_t k = sign; k < n; k++)
            v = v * 10 + (uint64_t)(p[k] - '0');
        *out = sign ? -(int64_t)v : (int64_t)v;
        return 1;
    }
    int64_t slow = 0;
    for (size_t k = sign; k < n; k++) {
        int d = sign ? '0' - p[k] : p[k] - '0';
        if (__builtin_mul_overflow(slow, 10, &slow)
            || __builtin_add_overflow(slow, d, &slow))
            return 0;
    }
    *out = slow;
    return 1;
}

/* The number p[0..n) as the type that spells it back as it is. */
static void number_value(const char *p, size_t n, wq_value *out)
{
    size_t sign = p[0] == '-', whole = digits(p, sign, n);
    if (sign + whole == n) {
        int is_minus_zero = sign && p[1] == '0'; /* spelled by no integer */
        if (!is_minus_zero && whole < 20 && whole_number(p, n, &out->u.i)) {
            out->type = WQ_V_INT;
            return;
        }
    } else {
        double r;
        char again[JSON_REAL_MAX];
        if (n < sizeof again && json_real_read(p, n, &r)
            && json_real_write(r, again) == n && memcmp(p, again, n) == 0) {
            out->type = WQ_V_REAL;
            out->u.r = r;
            return;
        }
    }
    out->type = WQ_V_NUMBER;
    out->u.s = (wq_str){ p, n };
}

/* The word that begins with c, for values that are words; or NULL. */
static const char *word_of(char c, wq_value *out)
{
    out->type = c == 'n' ? WQ_V_NULL : WQ_V_BOOL;
    out->u.i = c == 't';
    return c == 't' ? "true" : c == 'f' ? "false" : c == 'n' ? "null" : NULL;
}

/* true, false, null or a number at p[at].  0, or -1 with the fault filled. */
static int read_scalar(struct json_parser *parser, size_t at, wq_value *out,
                       size_t *end)
{
    if (at >= parser->end) return expected(parser, at, "a value");
    const char *p = parser->p + at, *word = word_of(*p, out);
    size_t left = parser->end - at, n;
    if (word) {
        n = strlen(word);
        if (left < n || memcmp(p, word, n) != 0) n = 0;
    } else {
        n = json_number_length(p, left);
        if (n) number_value(p, n, out);
    }
    if (!n) return expected(parser, at, "a value");
    *end = at + n;
    return 0;
}

/* ---- the grammar --------------------------------------------------------- */

/* The place of the next value on the stack, to be filled; NULL: no memory. */
static wq_member *push(struct json_parser *parser, wq_str name)
{
    if (parser->n == parser->cap) {
        size_t cap = parser->cap ? parser->cap * 2 : 64;
        wq_member *stack = realloc(parser->stack, cap * sizeof *stack);
        if (!stack) {
            no_memory(parser);
            return NULL;
        }
        parser->stack = stack;
        parser->cap = cap;
    }
    wq_member *m = &parser->stack[parser->n++];
    m->name = name;
    m->value.n = 0;
    return m;
}

/* Takes the container's items off the stack and puts it there instead. */
static int close_container(struct json_parser *parser, const struct open *c)
{
    const wq_member *items = parser->stack + c->first;
    size_t n = parser->n - c->first; /* < 2^32, as the line is */
    wq_value v = { .type = c->is_object ? WQ_V_OBJECT : WQ_V_LIST,
                   .n = (uint32_t)n };
    if (n && c->is_object) {
        wq_member *object = json_keep(parser, n * sizeof *object);
        if (!object) return no_memory(parser);
        memcpy(object, items, n * sizeof *object);
        v.u.object = object;
    } else if (n) {
        wq_value *list = json_keep(parser, n * sizeof *list);
        if (!list) return no_memory(parser);
        for (size_t i = 0; i < n; i++)
            list[i] = items[i].value;
        v.u.list = list;
    }
    parser->n = c->first; /* so there is room */
    push(parser, c->name)->value = v;
    return 0;
}

enum want { FIRST_NAME, NAME, COLON, FIRST_ITEM, VALUE, MORE };

/* White space and nothing else between `from` and the next token. */
static int is_blank(const struct json_parser *parser, size_t from, size_t to)
{
    while (from < to && (parser->p[from] == ' ' || parser->p[from] == '\t'
                         || parser->p[from] == '\r' || parser->p[from] == '\n'))
        from++;
    return from == to;
}

/* Walks the tokens at[0..n).  0, or -1 with the fault filled. */
static int walk(struct json_parser *parser, const uint32_t *at, size_t n)
{
    struct open open[MAX_OPEN];
    size_t depth = 0, end = 0;
    wq_str name = { NULL, 0 };
    enum want want = FIRST_NAME;
    const char *p = parser->p;
    if (p[at[0]] != '{')
        return fail(parser, "not_an_object", at[0],
                    "a record is a JSON object; this line does not begin with "
                    "'{'");
    open[depth++] = (struct open){ .first = 0, .is_object = 1 };
    for (size_t i = 1; depth; i++) {
        size_t t = i < n ? at[i] : parser->end;
        char c = t < parser->end ? p[t] : '\0';
        const struct open *in = &open[depth - 1];
        if ((want == FIRST_NAME && c == '}') || (want == FIRST_ITEM && c == ']')
            || (want == MORE && c == (in->is_object ? '}' : ']'))) {
            /* The outermost object's members stay where they are. */
            if (--depth && close_container(parser, in) < 0) return -1;
            want = MORE;
            if (!depth && i + 1 < n) return expected(parser, at[i + 1],
                                                     "the end of the line");
            continue;
        }
        switch (want) {
        case MORE:
            if (c != ',')
                return expected(parser, t, in->is_object ? "',' or '}'"
                                                         : "',' or ']'");
            want = in->is_object ? NAME : VALUE;
            break;
        case FIRST_NAME:
        case NAME:
            if (c != '"') return expected(parser, t, "a name in quotes");
            if (read_string(parser, t, &name, &end) < 0) return -1;
            want = COLON;
            break;
        case COLON:
            if (c != ':') return expected(parser, t, "':'");
            want = VALUE;
            break;
        case FIRST_ITEM:
        case VALUE:
            if (c == '{' || c == '[') {
                if (depth == MAX_OPEN)
                    return fail(parser, "too_deep", t,
                                "more than %d lists and objects inside each "
                                "other", WQ_MAX_DEPTH);
                open[depth++] = (struct open){ parser->n, name, c == '{' };
                name = (wq_str){ NULL, 0 };
                want = c == '{' ? FIRST_NAME : FIRST_ITEM;
                break;
            }
            wq_member *m = push(parser, name);
            if (!m) return -1;
            if (c == '"') {
                m->value.type = WQ_V_STR;
                if (read_string(parser, t, &m->value.u.s, &end) < 0) return -1;
            } else {
                if (read_scalar(parser, t, &m->value, &end) < 0) return -1;
                /* 12x, true"a": one run of characters to the index */
                size_t next = i + 1 < n ? at[i + 1] : parser->end;
                if (!is_blank(parser, end, next))
                    return expected(parser, end, "',' or the end of the value");
            }
            name = (wq_str){ NULL, 0 };
            want = MORE;
            break;
        }
    }
    return 0;
}

/* ---- the door ------------------------------------------------------------ */

struct json_parser *json_parser_new(void (*leave)(void))
{
    struct json_parser *parser = calloc(1, sizeof *parser);
    if (!parser) return NULL;
    parser->index = json_index_new(leave);
    if (parser->index) return parser;
    free(parser);
    return NULL;
}

void json_parser_free(struct json_parser *parser)
{
    if (!parser) return;
    json_index_free(parser->index);
    pool_free(parser);
    free(parser->stack);
    free(parser->strings);
    free(parser);
}

int json_parse(struct json_parser *parser, const char *p, size_t n,
               size_t (*utf8_valid)(const char *p, size_t n),
               const wq_member **members, size_t *count,
               struct json_fault *fault)
{
    const uint32_t *at;
    size_t tokens;
    parser->p = p;
    parser->end = n;
    parser->n = 0;
    parser->fault = fault;
    pool_reset(parser);
    if (n > UINT32_MAX - 64)
        return fail(parser, "too_large", 0, "a line of 4 GiB or more");
    if (strings_reserve(parser, n) < 0) return no_memory(parser);
    switch (json_index_find(parser->index, p, n, &at, &tokens)) {
    case JSON_NO_MEMORY: return no_memory(parser);
    case JSON_EMPTY:
        return fail(parser, "not_an_object", 0, "the line is empty");
    case JSON_SUSPICIOUS: return explain(parser, utf8_valid);
    case JSON_INDEXED: break;
    }
    if (walk(parser, at, tokens) < 0) return -1;
    *members = parser->stack;
    *count = parser->n;
    return 0;
}
