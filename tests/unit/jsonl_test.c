/* jsonl_test.c - what the jsonl format reads, it writes back as it was; what it
 * cannot read, it says where and why. */
#include "one_format.h"
#include <check.h>

extern const wq_plugin warraq_plugin;

static struct one_format jsonl;
static struct buf out;
static struct err e;

static void setup(void)
{
    ck_assert_int_eq(one_format_open(&jsonl, &warraq_plugin, NULL, NULL, &e), 0);
}

static void teardown(void)
{
    one_format_close(&jsonl);
    buf_free(&out);
}

static void read_text(wq_str text)
{
    ck_assert_msg(one_format_read(&jsonl, "a.jsonl", text.p, text.n, &e) == 0,
                  "%s", e.text);
}

static void assert_written(const char *want)
{
    ck_assert_int_eq(one_format_write(&jsonl, &out, &e), 0);
    ck_assert_str_eq(out.p, want);
}

/* ---- what is read is written ---- */

static const struct {
    const char *in, *want; /* want NULL: as it came */
} same[] = {
    { "{}\n", NULL },
    { "{\"id\":\"a\",\"text\":\"سلام\"}\n", NULL },
    { "{\"b\":1,\"a\":2,\"\":3}\n", NULL }, /* in order, an empty name too */
    { "{\"n\":[0,-1,9223372036854775807,-9223372036854775808]}\n", NULL },
    { "{\"n\":[0.5,-0.0,1.0,1e+21,1.5e-07,123456789.25]}\n", NULL },
    /* spelled as no number type of ours would: kept by their spelling */
    { "{\"n\":[-0,1.50,1E3,1e2,9223372036854775808,0.1e-6,1e999]}\n", NULL },
    { "{\"n\":3.14159265358979323846264338327950288}\n", NULL },
    { "{\"v\":[true,false,null,[],{},[[]],{\"a\":{}}]}\n", NULL },
    { "{\"s\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\"}\n", NULL },
    { "{\"s\":\"\\/\\u0041\\u00e9\\u0633\\ud83d\\ude00\"}\n",
      "{\"s\":\"/Aé\u0633\U0001F600\"}\n" },
    { "{\"\\u0061\":1}\n", "{\"a\":1}\n" },
    { " \t{ \"a\" : [ 1 , 2 ] } \r\n", "{\"a\":[1,2]}\n" },
    { "{\"a\":{\"x\":1,\"x\":2}}\n", NULL }, /* inside: not ours to judge */
    { "{\"id\":7,\"text\":null}\n", NULL },
    { "{\"id\":\"no line feed\"}", "{\"id\":\"no line feed\"}\n" },
    { "\n  \n\r\n{\"a\":1}\n\n", "{\"a\":1}\n" },
    { "\xEF\xBB\xBF{\"a\":1}\n", "{\"a\":1}\n" },
    /* not well formed: a field like any other */
    { "{\"text\":\"ab\",\"tokens\":[[0,3]],\"removed\":[{\"at\":0}]}\n", NULL },
    { "{\"text\":\"ab\",\"tokens\":[[1,0]],\"removed\":[]}\n", NULL },
    { "{\"text\":\"ab\",\"tokens\":[[0,1,\"word\"],[1,2]]}\n", NULL },
    { "{\"text\":\"ab\",\"entities\":[{\"begin\":0,\"end\":1,\"text\":\"x\"}]}\n",
      NULL },
    { "{\"tokens\":[[0,1]]}\n", NULL },
    { "{\"text\":\"ab\",\"tokens\":7,\"dates\":{\"a\":1}}\n", NULL },
    { "{\"text\":\"ab\",\"dates\":[{\"begin\":0,\"end\":1}]}\n", NULL },
    { "{\"text\":\"ab\",\"reused\":[{\"begin\":0,\"end\":1,\"id\":\"x\","
      "\"text\":\"a\"}]}\n", NULL },
    /* well formed: a layer, and written the same */
    { "{\"text\":\"سلام\",\"reused\":[{\"begin\":1,\"end\":4,\"id\":\"x\"}]}\n",
      NULL },
    { "{\"text\":\"سلا😀م\",\"tokens\":[[0,3,\"word\"],[3,4],[4,5]]}\n", NULL },
    { "{\"text\":\"سلا😀م\",\"tokens\":[[0,3,\"word\"],[3,4,\"emoji\"]]}\n",
      NULL },
    { "{\"text\":\"سلام\",\"removed\":[{\"at\":0,\"text\":\"x\",\"reason\":\"r\"},"
      "{\"at\":4,\"text\":\"\\n\",\"reason\":\"q\"}]}\n", NULL },
    { "{\"title\":\"ab\",\"text\":\"ab\",\"removed\":[{\"at\":1,\"text\":\"x\","
      "\"reason\":\"r\",\"field\":\"title\"}]}\n", NULL },
    { "{\"text\":\"سلام\",\"entities\":[{\"begin\":0,\"end\":4,\"type\":\"PER\","
      "\"id\":\"q1\",\"score\":0.5,\"n\":3,\"text\":\"سلام\"},{\"begin\":1,"
      "\"end\":2,\"type\":\"LOC\",\"score\":1.0,\"n\":-1,\"text\":\"ل\"}]}\n",
      NULL },
    { "{\"text\":\"ab\",\"dates\":[{\"begin\":0,\"end\":1,\"type\":\"set\","
      "\"text\":\"a\"}]}\n", NULL },
    { "{\"text\":\"ab\",\"dates\":[[0,1]]}\n",
      "{\"text\":\"ab\",\"dates\":[{\"begin\":0,\"end\":1,\"text\":\"a\"}]}\n" },
    /* before the text it lies over */
    { "{\"sentences\":[[0,2]],\"text\":\"ab\"}\n",
      "{\"text\":\"ab\",\"sentences\":[[0,2]]}\n" },
};

START_TEST(a_line_is_written_as_it_was_read)
{
    read_text(str(same[_i].in));
    ck_assert_msg(jsonl.batch->n_gone == 0, "%s", jsonl.batch->n_gone
                  ? jsonl.batch->gone[0]->message : "");
    assert_written(same[_i].want ? same[_i].want : same[_i].in);
    read_text((wq_str){ out.p, out.n }); /* and read again, the same */
    assert_written(same[_i].want ? same[_i].want : same[_i].in);
}
END_TEST

/* ---- what is no record ---- */

static const struct {
    const char *in;
    const char *caret; /* under the byte it complains of */
    const char *reason, *message;
} bad[] = {
    { "[1]",
      "^", "not_an_object",
      "a record is a JSON object; this line does not begin with '{'" },
    { "hello",
      "^", "not_an_object",
      "a record is a JSON object; this line does not begin with '{'" },
    { "{\"a\":1,}",
      "       ^", "bad_json", "expected a name in quotes, found '}'" },
    { "{\"a\" 1}",
      "     ^", "bad_json", "expected ':', found '1'" },
    { "{\"a\":1 \"b\":2}",
      "       ^", "bad_json", "expected ',' or '}', found '\"'" },
    { "{\"a\":[1 2]}",
      "        ^", "bad_json", "expected ',' or ']', found '2'" },
    { "{\"a\":[1,2}",
      "         ^", "bad_json", "expected ',' or ']', found '}'" },
    { "{\"a\":01}",
      "     ^", "bad_json", "expected a value, found '0'" },
    { "{\"a\":1.}",
      "     ^", "bad_json", "expected a value, found '1'" },
    { "{\"a\":truex}",
      "         ^", "bad_json",
      "expected ',' or the end of the value, found 'x'" },
    { "{\"a\":NaN}",
      "     ^", "bad_json", "expected a value, found 'N'" },
    { "{\"a\":1",
      "      ^", "bad_json", "expected ',' or '}', found the end of the line" },
    { "{\"a\":1}{",
      "       ^", "bad_json", "expected the end of the line, found '{'" },
    { "{\"a\":\"open",
      "     ^", "bad_json", "the string is never closed" },
    { "{\"a\":\"t\tb\"}",
      "       ^", "bad_json",
      "control character 0x09 in a string: write \\u0009" },
    { "{\"a\":\"\\x\"}",
      "      ^", "bad_json", "unknown escape after a backslash" },
    { "{\"a\":\"\\u12g4\"}",
      "      ^", "bad_json", "\\u wants four hexadecimal digits" },
    { "{\"a\":\"\\ud800\"}",
      "      ^", "lone_surrogate",
      "\\ud800 is half of a surrogate pair without the other half" },
    { "{\"a\":\"\\udc00\\ud800\"}",
      "      ^", "lone_surrogate",
      "\\udc00 is half of a surrogate pair without the other half" },
    { "{\"a\":1,\"a\":2}",
      "        ^", "duplicate_key", "\"a\" is there twice" },
    { "{\"text\":7}",
      "  ^", "bad_type", "\"text\" must be a string" },
    { "{\"id\":[]}",
      "  ^", "bad_type", "\"id\" must be a string or a number" },
    { "{\"a\":\"\xC3\x28\"}",
      "      ^", "bad_utf8", "byte 0xC3 is not valid UTF-8 here" },
    { "{\"a\":\"\xED\xA0\x80\"}", /* a surrogate */
      "      ^", "bad_utf8", "byte 0xED is not valid UTF-8 here" },
};

START_TEST(a_broken_line_is_told_by_place_and_reason_and_the_next_goes_on)
{
    struct buf text = { 0 };
    buf_format(&text, "{\"id\":1}\n%s\n{\"id\":2}\n", bad[_i].in);
    read_text((wq_str){ text.p, text.n });
    ck_assert_uint_eq(jsonl.batch->n_gone, 1);
    const wq_record *r = jsonl.batch->gone[0];
    ck_assert_str_eq(r->message, bad[_i].message);
    ck_assert_str_eq(names_get(r->reason).p, bad[_i].reason);
    ck_assert_uint_eq(r->origin.at, strlen(bad[_i].caret) - 1);
    ck_assert(str_eq(r->origin.raw, str(bad[_i].in)));
    assert_written("{\"id\":1}\n{\"id\":2}\n");
    buf_free(&text);
}
END_TEST

START_TEST(depth_is_counted_in_values)
{
    for (int depth = WQ_MAX_DEPTH; depth <= WQ_MAX_DEPTH + 1; depth++) {
        struct buf text = { 0 };
        buf_format(&text, "{\"a\":");
        for (int i = 0; i < depth; i++) buf_add(&text, "[", 1);
        for (int i = 0; i < depth; i++) buf_add(&text, "]", 1);
        buf_format(&text, "}\n");
        read_text((wq_str){ text.p, text.n });
        bool fits = depth == WQ_MAX_DEPTH;
        ck_assert_uint_eq(jsonl.batch->n_gone, !fits);
        if (!fits)
            ck_assert_str_eq(names_get(jsonl.batch->gone[0]->reason).p,
                             "too_deep");
        buf_close(&text);
        assert_written(fits ? text.p : "");
        buf_free(&text);
    }
}
END_TEST

START_TEST(a_million_brackets_are_no_stack_overflow)
{
    struct buf text = { 0 };
    buf_format(&text, "{\"a\":");
    for (int i = 0; i < 1000000; i++) buf_add(&text, "[", 1);
    read_text((wq_str){ text.p, text.n });
    ck_assert_uint_eq(jsonl.batch->n_gone, 1);
    buf_free(&text);
}
END_TEST

START_TEST(a_name_that_is_too_long_is_refused)
{
    for (size_t n = WQ_MAX_NAME; n <= WQ_MAX_NAME + 1; n++) {
        struct buf text = { 0 };
        buf_format(&text, "{\"");
        for (size_t i = 0; i < n; i++) buf_add(&text, "n", 1);
        buf_format(&text, "\":0}\n");
        read_text((wq_str){ text.p, text.n });
        ck_assert_uint_eq(jsonl.batch->n_gone, n > WQ_MAX_NAME);
        if (n > WQ_MAX_NAME)
            ck_assert_str_eq(names_get(jsonl.batch->gone[0]->reason).p,
                             "name_too_long");
        buf_free(&text);
    }
}
END_TEST

START_TEST(too_many_fields_are_refused)
{
    struct buf text = { 0 };
    buf_format(&text, "{\"f0\":0");
    for (int i = 1; i <= 4096; i++) buf_format(&text, ",\"f%d\":0", i);
    buf_format(&text, "}\n");
    read_text((wq_str){ text.p, text.n });
    ck_assert_uint_eq(jsonl.batch->n_gone, 1);
    ck_assert_str_eq(names_get(jsonl.batch->gone[0]->reason).p,
                     "too_many_fields");
    buf_free(&text);
}
END_TEST

START_TEST(invalid_utf8_at_any_place_is_found)
{
    for (size_t at = 6; at < 200; at++) {
        char text[256];
        memset(text, 'x', sizeof text);
        memcpy(text, "{\"a\":\"", 6);
        memcpy(text + 210, "\"}\n", 4);
        text[at] = (char)0x80;
        read_text(str(text));
        ck_assert_uint_eq(jsonl.batch->n_gone, 1);
        ck_assert_uint_eq(jsonl.batch->gone[0]->origin.at, at);
    }
}
END_TEST

/* ---- split ---- */

START_TEST(records_end_with_their_line)
{
    const wq_format *f = &warraq_plugin.formats[0];
    const char *p = "{}\n{}\n{";
    ck_assert_uint_eq(f->split(NULL, p, 7, 0), 6);
    ck_assert_uint_eq(f->split(NULL, p, 7, WQ_AT_END), 7);
    ck_assert_uint_eq(f->split(NULL, p, 7, WQ_FIRST), 3);
    ck_assert_uint_eq(f->split(NULL, p, 7, WQ_FIRST | WQ_AT_END), 3);
    ck_assert_uint_eq(f->split(NULL, p + 6, 1, 0), 0);
    ck_assert_uint_eq(f->split(NULL, p + 6, 1, WQ_FIRST | WQ_AT_END), 1);
    ck_assert_uint_eq(f->split(NULL, p, 0, WQ_AT_END), 0);
}
END_TEST

/* ---- any JSON at all ---- */

/* xorshift64* (Vigna 2016): the same documents on every machine. */
static uint64_t state;
static uint64_t below(uint64_t n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1Du % n;
}

static void add_string(struct buf *plain, struct buf *dressed)
{
    static const struct {
        const char *plain, *dressed;
    } pieces[] = {
        { "a", "\\u0061" }, { "س", "\\u0633" }, { "\\n", "\\n" },
        { "\\\"", "\\\"" }, { "\\\\", "\\u005C" }, { "😀", "\\uD83D\\uDE00" },
        { "/", "\\/" }, { "\\u0000", "\\u0000" }, { "€", "€" },
        { "twelve bytes", "twelve bytes" },
    };
    buf_add(plain, "\"", 1);
    buf_add(dressed, "\"", 1);
    for (uint64_t n = below(12); n > 0; n--) {
        size_t k = below(WQ_LEN(pieces));
        buf_add(plain, pieces[k].plain, strlen(pieces[k].plain));
        const char *d = below(2) ? pieces[k].dressed : pieces[k].plain;
        buf_add(dressed, d, strlen(d));
    }
    buf_add(plain, "\"", 1);
    buf_add(dressed, "\"", 1);
}

static void add_both(struct buf *plain, struct buf *dressed, const char *text)
{
    static const char *const blanks[] = { "", "", " ", "\t ", "  " };
    const char *blank = blanks[below(WQ_LEN(blanks))];
    buf_add(plain, text, strlen(text));
    buf_add(dressed, text, strlen(text));
    buf_add(dressed, blank, strlen(blank));
}

/* A value in our own spelling, and in another one that means the same. */
static void add_value(struct buf *plain, struct buf *dressed, int depth)
{
    static const char *const scalars[] = {
        "0", "-17", "1.5", "-0.0", "1.50", "1e5", "true", "false", "null",
        "12345678901234567890", "0.1", "2.5e-08",
    };
    uint64_t kind = below(depth > 4 ? 2 : 4);
    if (kind == 0) {
        add_both(plain, dressed, scalars[below(WQ_LEN(scalars))]);
    } else if (kind == 1) {
        add_string(plain, dressed);
    } else {
        add_both(plain, dressed, kind == 2 ? "[" : "{");
        for (uint64_t n = below(4), i = 0; i < n; i++) {
            if (i) add_both(plain, dressed, ",");
            if (kind == 3) {
                add_string(plain, dressed);
                add_both(plain, dressed, ":");
            }
            add_value(plain, dressed, depth + 1);
        }
        add_both(plain, dressed, kind == 2 ? "]" : "}");
    }
}

START_TEST(any_document_comes_back_in_our_spelling)
{
    struct buf plain = { 0 }, dressed = { 0 };
    state = 20260101;
    for (int i = 0; i < 2000; i++) {
        plain.n = dressed.n = 0;
        for (int line = 0; line < 3; line++) {
            add_both(&plain, &dressed, "{\"x\":");
            add_value(&plain, &dressed, 0);
            add_both(&plain, &dressed, ",\"y\":");
            add_value(&plain, &dressed, 0);
            add_both(&plain, &dressed, "}");
            add_both(&plain, &dressed, "\n");
        }
        buf_close(&plain);
        buf_close(&dressed);
        read_text((wq_str){ dressed.p, dressed.n });
        ck_assert_msg(jsonl.batch->n_gone == 0, "%s: %s",
                      jsonl.batch->gone[0]->message, dressed.p);
        assert_written(plain.p);
    }
    buf_free(&plain);
    buf_free(&dressed);
}
END_TEST

/* ---- numbers ---- */

START_TEST(any_double_reads_back_as_it_was)
{
    state = 42;
    wq_key x = names_intern(str("x"));
    for (int i = 0; i < 20000; i++) {
        union { uint64_t u; double d; } bits;
        bits.u = below(UINT64_MAX);
        if (i % 2) bits.d = (double)(int64_t)below(2000000) / 1000 - 1000;
        if (!__builtin_isfinite(bits.d)) continue;
        batch_reset(jsonl.batch);
        wq_record *r = rec_new(&jsonl.batch->arena);
        const wq_value v = { .type = WQ_V_REAL, .u.r = bits.d };
        ck_assert_int_eq(rec_set_value(r, x, &v), 0);
        batch_push(&jsonl.batch->records, &jsonl.batch->n_records,
                   &jsonl.batch->cap_records, r);
        ck_assert_int_eq(one_format_write(&jsonl, &out, &e), 0);
        ck_assert(strtod(out.p + 5, NULL) == bits.d);
        read_text((wq_str){ out.p, out.n });
        wq_value back;
        ck_assert_int_eq(rec_get_value(jsonl.batch->records[0], x, &back), 1);
        ck_assert_msg(back.type == WQ_V_REAL && back.u.r == bits.d, "%s", out.p);
    }
}
END_TEST

/* ---- offsets ---- */

static const char *const units[] = { "codepoints", "bytes", "utf16" };

START_TEST(layers_read_back_the_same_in_every_unit)
{
    static const char *const letters[] = { "a", "س", "€", "😀", "\n", "\"" };
    static struct one_format f;
    ck_assert_int_eq(one_format_open(&f, &warraq_plugin, "offsets", units[_i],
                                     &e), 0);
    wq_key text_key = names_intern(str("text"));
    wq_key tokens = names_intern(str("tokens"));
    state = 7;
    for (int round = 0; round < 200; round++) {
        char text[1200];
        uint32_t at[301], begin[300], end[300];
        size_t n = 0, letters_n = below(300);
        for (size_t i = 0; i < letters_n; i++) {
            const char *letter = letters[below(WQ_LEN(letters))];
            at[i] = (uint32_t)n;
            memcpy(text + n, letter, strlen(letter));
            n += strlen(letter);
        }
        at[letters_n] = (uint32_t)n;
        size_t spans = 0, from = 0;
        while (from < letters_n && spans < 300) {
            size_t to = from + below(letters_n - from + 1);
            begin[spans] = at[from];
            end[spans++] = at[to];
            from += 1 + below(3);
        }
        batch_reset(f.batch);
        wq_record *r = rec_new(&f.batch->arena);
        ck_assert_int_eq(rec_set(r, text_key, (wq_str){ text, n }), 0);
        const wq_layer layer = { .n = spans, .begin = begin, .end = end };
        ck_assert_int_eq(rec_set_layer(r, tokens, text_key, &layer), 0);
        batch_push(&f.batch->records, &f.batch->n_records, &f.batch->cap_records,
                   r);
        ck_assert_int_eq(one_format_write(&f, &out, &e), 0);
        struct buf first = { 0 };
        buf_add(&first, out.p, out.n);
        ck_assert_int_eq(one_format_read(&f, "x", first.p, first.n, &e), 0);
        wq_layer back;
        ck_assert_int_eq(rec_layer(f.batch->records[0], tokens, &back), 1);
        ck_assert_uint_eq(back.n, spans);
        if (spans) {
            ck_assert_mem_eq(back.begin, begin, spans * sizeof *begin);
            ck_assert_mem_eq(back.end, end, spans * sizeof *end);
        }
        buf_free(&first);
    }
    one_format_close(&f);
}
END_TEST

START_TEST(each_unit_counts_its_own_way)
{
    static const char *const want[] = { "[[0,1],[1,2],[2,4]]",
                                        "[[0,2],[2,6],[6,8]]",
                                        "[[0,1],[1,3],[3,5]]" };
    static struct one_format f;
    static const uint32_t begin[] = { 0, 2, 6 }, end[] = { 2, 6, 8 };
    ck_assert_int_eq(one_format_open(&f, &warraq_plugin, "offsets", units[_i],
                                     &e), 0);
    wq_key text_key = names_intern(str("text"));
    wq_record *r = rec_new(&f.batch->arena);
    ck_assert_int_eq(rec_set(r, text_key, str("س😀ab")), 0);
    const wq_layer layer = { .n = 3, .begin = begin, .end = end };
    ck_assert_int_eq(rec_set_layer(r, names_intern(str("mine")), text_key,
                                   &layer), 0);
    batch_push(&f.batch->records, &f.batch->n_records, &f.batch->cap_records, r);
    ck_assert_int_eq(one_format_write(&f, &out, &e), 0);
    ck_assert_ptr_nonnull(strstr(out.p, want[_i]));
    one_format_close(&f);
}
END_TEST

START_TEST(a_standard_layer_over_another_field_says_so)
{
    static const uint32_t begin[] = { 0 }, end[] = { 2 };
    const wq_layer layer = { .n = 1, .begin = begin, .end = end };
    wq_key title = names_intern(str("title"));
    const char *in = "{\"title\":\"ab\",\"text\":\"abc\"}\n";
    read_text(str(in));
    wq_record *r = jsonl.batch->records[0];
    ck_assert_int_eq(rec_set_layer(r, names_intern(str("tokens")), title,
                                   &layer), 0);
    assert_written("{\"title\":\"ab\",\"text\":\"abc\",\"layers\":"
                   "{\"title.tokens\":\"title\"},\"title.tokens\":"
                   "[[0,2]]}\n");
}
END_TEST

static wq_layer layer_named(const char *name)
{
    wq_layer layer;
    rec_layer(jsonl.batch->records[0], names_intern(str(name)), &layer);
    return layer;
}

START_TEST(a_layer_that_the_line_names_is_a_layer)
{
    static const char *const lines[] = {
        "{\"text\":\"abc\",\"layers\":{\"stems\":\"text\"},"
        "\"stems\":[{\"begin\":1,\"end\":3,\"stem\":\"b\",\"text\":\"bc\"}]}",
        "{\"title\":\"\u0633\u0633\",\"text\":\"abc\","
        "\"layers\":{\"stems\":\"title\"},\"stems\":[[1,2]]}",
        "{\"text\":\"abc\",\"layers\":{\"text.layers\":\"text\"},"
        "\"text.layers\":[]}",
        "{\"title\":\"ab\",\"text\":\"abc\",\"layers\":"
        "{\"title.tokens\":\"title\"},\"tokens\":[[0,3]],"
        "\"title.tokens\":[[0,2]]}",
    };
    static const char *const names[] = { "stems", "stems", "text.layers",
                                         "title.tokens" };
    static const size_t spans[] = { 1, 1, 0, 1 };
    wq_value v;
    read_text(str(lines[_i]));
    wq_record *r = jsonl.batch->records[0];
    ck_assert(!rec_get_value(r, names_intern(str("layers")), &v));
    ck_assert(!rec_get_value(r, names_intern(str(names[_i])), &v));
    ck_assert_uint_eq(layer_named(names[_i]).n, spans[_i]);
    if (_i == 1) ck_assert_uint_eq(layer_named("stems").begin[0], 2);
    if (_i == 3) ck_assert_uint_eq(layer_named("tokens").end[0], 3);
    if (_i == 3) return; /* the named come first when they are written */
    char want[400];
    text_format(want, sizeof want, "%s\n", lines[_i]);
    if (_i == 1)
        text_format(want, sizeof want, "{\"title\":\"سس\",\"text\":\"abc\","
                    "\"layers\":{\"stems\":\"title\"},\"stems\":[[1,2]]}\n");
    assert_written(want);
}
END_TEST

/* Its spans are out of bounds, or not there, or over no text; or it says
 * nothing of layers. */
START_TEST(layers_that_are_someone_elses_stay_a_field)
{
    static const char *const lines[] = {
        "{\"text\":\"abc\",\"layers\":{\"stems\":\"text\"},\"stems\":[[1,9]]}",
        "{\"text\":\"abc\",\"layers\":{\"stems\":\"text\"}}",
        "{\"text\":\"abc\",\"layers\":{\"stems\":\"title\"},\"stems\":[[0,1]]}",
        "{\"text\":\"abc\",\"layers\":{\"stems\":1},\"stems\":[[0,1]]}",
        "{\"text\":\"abc\",\"layers\":{},\"stems\":[[0,1]]}",
        "{\"text\":\"abc\",\"layers\":[\"stems\"],\"stems\":[[0,1]]}",
        "{\"text\":\"abc\",\"layers\":3}",
    };
    wq_value v;
    read_text(str(lines[_i]));
    wq_record *r = jsonl.batch->records[0];
    ck_assert(rec_get_value(r, names_intern(str("layers")), &v));
    wq_layer layer;
    ck_assert(!rec_layer(r, names_intern(str("stems")), &layer));
    ck_assert_int_eq(one_format_write(&jsonl, &out, &e), 0);
    /* The order may be another. */
    ck_assert_uint_eq(out.n, strlen(lines[_i]) + 1);
}
END_TEST

START_TEST(layers_can_be_chosen)
{
    static const char *const want[] = { "{\"text\":\"ab\"}\n",
                                        "{\"text\":\"ab\",\"tokens\":[[0,1]]}\n" };
    static struct one_format f;
    ck_assert_int_eq(one_format_open(&f, &warraq_plugin, "layers",
                                     _i ? "tokens" : "none", &e), 0);
    const char *in = "{\"text\":\"ab\",\"tokens\":[[0,1]],"
                     "\"sentences\":[[0,2]]}\n";
    ck_assert_int_eq(one_format_read(&f, "x", in, strlen(in), &e), 0);
    ck_assert_int_eq(one_format_write(&f, &out, &e), 0);
    ck_assert_str_eq(out.p, want[_i]);
    one_format_close(&f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("jsonl");
    TCase *tc = tcase_create("jsonl");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, a_line_is_written_as_it_was_read, 0,
                        WQ_LEN(same));
    tcase_add_loop_test(
        tc, a_broken_line_is_told_by_place_and_reason_and_the_next_goes_on, 0,
        WQ_LEN(bad));
    tcase_add_test(tc, depth_is_counted_in_values);
    tcase_add_test(tc, a_million_brackets_are_no_stack_overflow);
    tcase_add_test(tc, a_name_that_is_too_long_is_refused);
    tcase_add_test(tc, too_many_fields_are_refused);
    tcase_add_test(tc, invalid_utf8_at_any_place_is_found);
    tcase_add_test(tc, records_end_with_their_line);
    tcase_add_test(tc, any_document_comes_back_in_our_spelling);
    tcase_add_test(tc, any_double_reads_back_as_it_was);
    tcase_add_loop_test(tc, layers_read_back_the_same_in_every_unit, 0, 3);
    tcase_add_loop_test(tc, each_unit_counts_its_own_way, 0, 3);
    tcase_add_test(tc, a_standard_layer_over_another_field_says_so);
    tcase_add_loop_test(tc, a_layer_that_the_line_names_is_a_layer, 0, 4);
    tcase_add_loop_test(tc, layers_that_are_someone_elses_stay_a_field, 0, 7);
    tcase_add_loop_test(tc, layers_can_be_chosen, 0, 2);
    suite_add_tcase(s, tc);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
