/* record_test.c - fields, layers and cuts: what was taken out can be put back,
 * and no offset ever points into another text. */
#include "base/names.h"
#include "record/record.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

static struct arena arena;
static wq_key text_key, title_key, layer_key, why, why_too;

static void setup(void)
{
    text_key = names_intern(str("text"));
    title_key = names_intern(str("title"));
    layer_key = names_intern(str("tokens"));
    why = names_intern(str("related"));
    why_too = names_intern(str("share"));
}

static void teardown(void)
{
    arena_free(&arena);
}

static wq_record *article(const char *text)
{
    wq_record *r = rec_new(&arena);
    ck_assert_int_eq(rec_set(r, text_key, str(text)), 0);
    return r;
}

static int cut(wq_record *r, uint32_t begin, uint32_t end, wq_key reason)
{
    return rec_remove(r, text_key, &(wq_layer){ .n = 1, .begin = &begin,
                                                .end = &end, .kind = &reason });
}

static void assert_text(const wq_record *r, const char *want)
{
    wq_str s;
    ck_assert_int_eq(rec_get(r, text_key, &s), 1);
    ck_assert_msg(str_is(s, want), "\"%.*s\" is not \"%s\"", STR_ARG(s), want);
}

START_TEST(a_cut_inside_a_cut_keeps_the_order_of_the_original)
{
    wq_record *r = article("0123456789");
    const wq_removed *list;
    ck_assert_int_eq(cut(r, 4, 6, why), 0); /* 0123|6789 */
    ck_assert_int_eq(cut(r, 2, 6, why_too), 0); /* 01|89: 23, 45, 67 are out */
    assert_text(r, "0189");
    ck_assert_uint_eq(rec_removed(r, &list), 3);
    static const char *const want[] = { "23", "45", "67" };
    for (size_t i = 0; i < 3; i++) {
        ck_assert(str_is(list[i].text, want[i]));
        ck_assert_uint_eq(list[i].at, 2);
        ck_assert_uint_eq(list[i].reason, i == 1 ? why : why_too);
    }
    ck_assert_int_eq(rec_restore(r), 0);
    assert_text(r, "0123456789");
}
END_TEST

START_TEST(cuts_that_touch_keep_their_order)
{
    wq_record *r = article("abcdef");
    ck_assert_int_eq(cut(r, 2, 4, why), 0);
    ck_assert_int_eq(cut(r, 0, 2, why), 0);
    ck_assert_int_eq(cut(r, 0, 2, why), 0);
    assert_text(r, "");
    ck_assert_int_eq(rec_restore(r), 0);
    assert_text(r, "abcdef");
}
END_TEST

START_TEST(layers_shift_under_cuts_and_lose_what_a_cut_touches)
{
    wq_record *r = article("aa bb cc dd");
    uint32_t begin[] = { 0, 3, 6, 9 }, end[] = { 2, 5, 8, 11 };
    uint64_t hash[] = { 10, 11, 12, 13 };
    wq_layer got;
    ck_assert_int_eq(rec_set_layer(r, layer_key, text_key,
                                   &(wq_layer){ .n = 4, .begin = begin,
                                                .end = end, .hash = hash }), 0);
    ck_assert_int_eq(cut(r, 4, 6, why), 0); /* "aa bcc dd": bb is touched */
    ck_assert_int_eq(rec_layer(r, layer_key, &got), 1);
    ck_assert_uint_eq(got.n, 3);
    static const uint32_t where[] = { 0, 4, 7 };
    static const uint64_t which[] = { 10, 12, 13 };
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(got.begin[i], where[i]);
        ck_assert_uint_eq(got.end[i], where[i] + 2);
        ck_assert_uint_eq(got.hash[i], which[i]);
    }
}
END_TEST

START_TEST(rewriting_drops_layers_and_is_refused_after_a_cut)
{
    wq_record *r = article("one two");
    uint32_t begin = 0, end = 3;
    wq_layer span = { .n = 1, .begin = &begin, .end = &end }, got;
    wq_str with = str("1");
    ck_assert_int_eq(rec_set_layer(r, layer_key, text_key, &span), 0);
    ck_assert_int_eq(rec_replace(r, text_key, &span, &with), 0);
    assert_text(r, "1 two");
    ck_assert_uint_eq(r->replaced, 1);
    ck_assert_int_eq(rec_layer(r, layer_key, &got), 0);
    ck_assert_int_eq(cut(r, 0, 2, why), 0);
    ck_assert_int_eq(rec_set(r, text_key, str("other")), -1);
    ck_assert_ptr_nonnull(strstr(r->fault, "text was removed from"));
    assert_text(r, "two");
}
END_TEST

START_TEST(removed_text_keeps_its_place_when_the_rest_is_replaced)
{
    wq_record *r = article("aaTbbUcc");
    uint32_t begin[] = { 0, 3 }, end[] = { 2, 5 };
    wq_str with[] = { str("x"), str("yyyy") };
    ck_assert_int_eq(cut(r, 2, 3, why), 0); /* aa|bbUcc */
    ck_assert_int_eq(cut(r, 4, 5, why), 0); /* aa|bb|cc */
    begin[1] = 3;                           /* "bc" goes: U was inside */
    ck_assert_int_eq(rec_replace(r, text_key,
                                 &(wq_layer){ .n = 2, .begin = begin,
                                              .end = end }, with), 0);
    assert_text(r, "xbyyyyc");
    ck_assert_int_eq(rec_restore(r), 0);
    assert_text(r, "xTbyyyyUc");
}
END_TEST

static const struct {
    uint32_t begin[2], end[2];
    const char *fault;
} bad_spans[] = {
    { { 0, 1 }, { 9, 2 }, "ends behind its field" },
    { { 2, 2 }, { 1, 2 }, "ends before it begins" },
    { { 0, 1 }, { 2, 3 }, "overlap" },
    { { 3, 0 }, { 4, 1 }, "out of order" },
    { { 5, 6 }, { 6, 6 }, "cuts a code point in half" }, /* inside "ع" */
};
START_TEST(spans_that_make_no_sense_are_refused)
{
    wq_record *r = article("abcdعx");
    wq_layer spans = { .n = 2, .begin = bad_spans[_i].begin,
                       .end = bad_spans[_i].end,
                       .kind = (wq_key[]){ why, why } };
    ck_assert_int_eq(rec_remove(r, text_key, &spans), -1);
    ck_assert_msg(strstr(r->fault, bad_spans[_i].fault) != NULL, "%s",
                  r->fault);
    assert_text(r, "abcdعx");
    ck_assert_uint_eq(r->n_removed, 0);
}
END_TEST

START_TEST(text_that_is_not_utf8_or_too_long_is_refused)
{
    wq_record *r = article("x");
    ck_assert_int_eq(rec_set(r, title_key, (wq_str){ "\xD8", 1 }), -1);
    ck_assert_ptr_nonnull(strstr(r->fault, "not UTF-8"));
    r->fault = NULL;
    ck_assert_ptr_null(rec_reserve(r, title_key, WQ_MAX_FIELD + 1));
    ck_assert_ptr_nonnull(strstr(r->fault, "64 MiB"));
    r->fault = NULL;
    ck_assert_int_eq(rec_commit(r, title_key, 1), -1);
    ck_assert_ptr_nonnull(r->fault);
}
END_TEST

/* A small generator of our own, so that the cases are the same everywhere
 * (Marsaglia 2003, xorshift64*). */
static uint64_t random_state = 0x9E3779B97F4A7C15u;
static uint32_t below(uint32_t n)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 0x2545F4914F6CDD1Du) >> 33) % n;
}

START_TEST(any_sequence_of_cuts_restores_and_keeps_layers_true)
{
    for (int round = 0; round < 2000; round++) {
        char original[64];
        uint32_t n = 1 + below(60), begin[60], end[60];
        wq_str slices[60], s;
        for (uint32_t i = 0; i < n; i++) original[i] = (char)('a' + below(26));
        wq_record *r = rec_new(&arena);
        rec_set(r, text_key, (wq_str){ original, n });
        uint32_t spans = 0;
        for (uint32_t at = 0; at < n; spans++) {
            begin[spans] = at;
            at += 1 + below(5);
            end[spans] = at < n ? at : n;
            slices[spans] = (wq_str){ original + begin[spans],
                                      end[spans] - begin[spans] };
        }
        wq_attr words = { layer_key, WQ_V_STR, slices };
        rec_set_layer(r, layer_key, text_key,
                      &(wq_layer){ .n = spans, .begin = begin, .end = end,
                                   .n_attrs = 1, .attrs = &words });
        for (uint32_t cuts = below(6); cuts > 0; cuts--) {
            rec_get(r, text_key, &s);
            uint32_t b = below((uint32_t)s.n + 1);
            uint32_t e = b + below((uint32_t)s.n + 1 - b);
            ck_assert_int_eq(cut(r, b, e, below(2) ? why : why_too), 0);
        }
        wq_layer layer;
        rec_get(r, text_key, &s);
        rec_layer(r, layer_key, &layer);
        const wq_str *kept = layer.n_attrs ? layer.attrs[0].values : NULL;
        for (size_t i = 0; i < layer.n; i++) {
            wq_str slice = { s.p + layer.begin[i],
                             layer.end[i] - layer.begin[i] };
            ck_assert(str_eq(slice, kept[i]));
        }
        ck_assert_int_eq(rec_restore(r), 0);
        rec_get(r, text_key, &s);
        ck_assert(str_eq(s, (wq_str){ original, n }));
        arena_reset(&arena);
    }
}
END_TEST

START_TEST(values_are_copied_deep_and_too_deep_ones_refused)
{
    wq_record *r = article("x");
    wq_value nested[WQ_MAX_DEPTH + 2], copy;
    nested[0] = (wq_value){ .type = WQ_V_STR, .u.s = str("in") };
    for (size_t i = 1; i < WQ_LEN(nested); i++)
        nested[i] = (wq_value){ .type = WQ_V_LIST, .n = 1,
                                .u.list = &nested[i - 1] };
    ck_assert_int_eq(rec_set_value(r, title_key, &nested[WQ_MAX_DEPTH]), 0);
    ck_assert_int_eq(rec_get_value(r, title_key, &copy), 1);
    const wq_value *v = &copy;
    for (size_t i = 0; i < WQ_MAX_DEPTH; i++) v = v->u.list;
    ck_assert(str_is(v->u.s, "in"));
    ck_assert_ptr_ne(v->u.s.p, nested[0].u.s.p);
    ck_assert_ptr_null(r->fault);
    ck_assert_int_eq(rec_set_value(r, title_key, &nested[WQ_MAX_DEPTH + 1]), -1);
    ck_assert_str_eq(r->fault, "gave a value deeper than 64 levels");
}
END_TEST

static const wq_member bad_name = { { "\xFF", 1 }, { .type = WQ_V_NULL } };
static const struct {
    wq_value value;
    const char *fault;
} bad_values[] = {
    { { .type = 99 }, "gave a value of a type that does not exist" },
    { { .type = WQ_V_STR, .u.s = { "\xD8", 1 } },
      "gave a value with text that is not UTF-8" },
    { { .type = WQ_V_NUMBER, .u.s = { "\xD8", 1 } },
      "gave a value with text that is not UTF-8" },
    { { .type = WQ_V_STR, .u.s = { NULL, 1 } },
      "gave a string without its bytes" },
    { { .type = WQ_V_REAL, .u.r = (double)INFINITY },
      "gave a number that is infinite or none" },
    { { .type = WQ_V_REAL, .u.r = (double)NAN },
      "gave a number that is infinite or none" },
    { { .type = WQ_V_LIST, .n = 1 }, "gave a list without its items" },
    { { .type = WQ_V_OBJECT, .n = 1 }, "gave an object without its members" },
    { { .type = WQ_V_OBJECT, .n = 1, .u.object = &bad_name },
      "gave a value with a name that is not UTF-8" },
};
START_TEST(values_that_make_no_sense_are_refused_at_any_depth)
{
    wq_record *r = article("x");
    wq_value list = { .type = WQ_V_LIST, .n = 1,
                      .u.list = &bad_values[_i].value };
    wq_value object = { .type = WQ_V_OBJECT, .n = 1,
                        .u.object = &(wq_member){ str("list"), list } };
    ck_assert_int_eq(rec_set_value(r, title_key, &object), -1);
    ck_assert_str_eq(r->fault, bad_values[_i].fault);
    ck_assert_int_eq(rec_get_value(r, title_key, &list), 0);
}
END_TEST

/* An attribute's name: 0, or 1 for any name. */
static const uint32_t at0 = 0, at1 = 1;
static const double infinite = (double)INFINITY;
static const wq_str broken = { "\xC3", 1 }, missing = { NULL, 3 };
static const struct {
    bool is_nameless;
    wq_layer layer;
    wq_attr attr;
    const char *fault;
} bad_layers[] = {
    { true, { .n = 0 }, { 0 }, "used 0 as the name of a layer" },
    { false, { .n = 1, .end = &at1 }, { 0 }, "gave spans without offsets" },
    { false, { .n = 1, .begin = &at0 }, { 0 }, "gave spans without offsets" },
    { false, { .n = 1, .begin = &at0, .end = &at1, .n_attrs = 1 }, { 0 },
      "used 0 as the name of an attribute" },
    { false, { .n = 1, .begin = &at0, .end = &at1, .n_attrs = 1 },
      { 1, WQ_V_BOOL, &at0 }, "gave an attribute of no known type" },
    { false, { .n = 1, .begin = &at0, .end = &at1, .n_attrs = 1 },
      { 1, WQ_V_INT, NULL }, "gave an attribute without its values" },
    { false, { .n = 1, .begin = &at0, .end = &at1, .n_attrs = 1 },
      { 1, WQ_V_REAL, &infinite },
      "gave an attribute a number that is infinite or none" },
    { false, { .n = 1, .begin = &at0, .end = &at1, .n_attrs = 1 },
      { 1, WQ_V_STR, &broken }, "gave an attribute text that is not UTF-8" },
};
START_TEST(layers_that_make_no_sense_are_refused)
{
    wq_record *r = article("abc");
    wq_layer layer = bad_layers[_i].layer, got;
    wq_attr attr = bad_layers[_i].attr;
    if (attr.name) attr.name = layer_key;
    if (layer.n_attrs) layer.attrs = &attr;
    ck_assert_int_eq(rec_set_layer(r, bad_layers[_i].is_nameless ? 0 : layer_key,
                                   text_key, &layer), -1);
    ck_assert_str_eq(r->fault, bad_layers[_i].fault);
    ck_assert_int_eq(rec_layer(r, layer_key, &got), 0);
}
END_TEST

START_TEST(cuts_and_rewrites_without_their_columns_are_refused)
{
    wq_record *r = article("abc");
    wq_layer no_end = { .n = 1, .begin = &at0, .kind = &why },
             no_why = { .n = 1, .begin = &at0, .end = &at1, .kind = &at0 },
             fine = { .n = 1, .begin = &at0, .end = &at1 };
    ck_assert_int_eq(rec_remove(r, text_key, &no_end), -1);
    ck_assert_str_eq(r->fault, "gave spans without offsets");
    r->fault = NULL;
    ck_assert_int_eq(rec_remove(r, text_key, &no_why), -1);
    ck_assert_str_eq(r->fault, "removed text without saying why");
    r->fault = NULL;
    ck_assert_int_eq(rec_replace(r, text_key, &no_end, &broken), -1);
    ck_assert_str_eq(r->fault, "gave spans without offsets");
    r->fault = NULL;
    ck_assert_int_eq(rec_replace(r, text_key, &fine, NULL), -1);
    ck_assert_str_eq(r->fault, "rewrote a field without the new text");
    r->fault = NULL;
    ck_assert_int_eq(rec_replace(r, text_key, &fine, &broken), -1);
    ck_assert_str_eq(r->fault, "set a field to text that is not UTF-8");
    r->fault = NULL;
    ck_assert_int_eq(rec_replace(r, text_key, &fine, &missing), -1);
    ck_assert_str_eq(r->fault, "gave a string without its bytes");
    assert_text(r, "abc");
}
END_TEST

/* Of text "aع" and title "b".  Keys are not known yet: field is 't'ext, t'i'tle
 * or 'n'one that is there; reason is 'w'hy or 0. */
struct piece_of {
    char field, reason;
    size_t at;
    wq_str text;
};
static const struct {
    struct piece_of list[3];
    size_t n;
    const char *fault;
} bad_removed[] = {
    { { { 't', 'w', 1, { "x", 1 } }, { 't', 'w', 0, { "y", 1 } } }, 2,
      "gave removed text that is out of order" },
    { { { 't', 'w', 1, { "x", 1 } }, { 'i', 'w', 0, { "y", 1 } },
        { 't', 'w', 3, { "z", 1 } } }, 3,
      "gave the removed text of a field in two places" },
    { { { 't', 'w', 2, { "x", 1 } } }, 1,
      "gave removed text a place inside a code point" },
    { { { 't', 'w', 4, { "x", 1 } } }, 1,
      "gave removed text a place behind its field" },
    { { { 'n', 'w', 0, { "x", 1 } } }, 1,
      "gave removed text of a field that is no text" },
    { { { 't', 0, 0, { "x", 1 } } }, 1,
      "gave removed text without saying why" },
    { { { 't', 'w', 0, { "\xD8", 1 } } }, 1,
      "gave removed text that is not UTF-8" },
    { { { 't', 'w', 0, { NULL, 1 } } }, 1, "gave a string without its bytes" },
};
START_TEST(removed_text_that_makes_no_sense_is_refused)
{
    wq_record *r = article("aع");
    wq_removed list[3];
    rec_set(r, title_key, str("b"));
    for (size_t i = 0; i < bad_removed[_i].n; i++) {
        const struct piece_of *p = &bad_removed[_i].list[i];
        list[i] = (wq_removed){ p->field == 't' ? text_key
                                : p->field == 'i' ? title_key : why,
                                p->reason ? why : 0, p->at, p->text };
    }
    ck_assert_int_eq(rec_set_removed(r, list, bad_removed[_i].n), -1);
    ck_assert_str_eq(r->fault, bad_removed[_i].fault);
    ck_assert_uint_eq(r->n_removed, 0);
}
END_TEST

START_TEST(removed_text_of_two_fields_is_taken_and_restores)
{
    wq_record *r = article("aع");
    rec_set(r, title_key, str("b"));
    const wq_removed list[] = { { title_key, why, 1, str("!") },
                                { text_key, why, 0, str("1") },
                                { text_key, why_too, 0, str("2") },
                                { text_key, why, 3, str("3") } };
    wq_str title;
    ck_assert_int_eq(rec_set_removed(r, list, WQ_LEN(list)), 0);
    ck_assert_int_eq(rec_restore(r), 0);
    assert_text(r, "12aع3");
    rec_get(r, title_key, &title);
    ck_assert(str_is(title, "b!"));
}
END_TEST

START_TEST(a_clone_has_everything_and_stands_alone)
{
    wq_record *r = article("abc");
    uint32_t begin = 0, end = 1;
    rec_set_layer(r, layer_key, text_key,
                  &(wq_layer){ .n = 1, .begin = &begin, .end = &end });
    ck_assert_int_eq(cut(r, 1, 2, why), 0);
    wq_record *c = rec_clone(&arena, r);
    ck_assert_int_eq(rec_restore(c), 0);
    assert_text(c, "abc");
    assert_text(r, "ac");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record");
    TCase *tc = tcase_create("record");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_cut_inside_a_cut_keeps_the_order_of_the_original);
    tcase_add_test(tc, cuts_that_touch_keep_their_order);
    tcase_add_test(tc, layers_shift_under_cuts_and_lose_what_a_cut_touches);
    tcase_add_test(tc, rewriting_drops_layers_and_is_refused_after_a_cut);
    tcase_add_test(tc,
                   removed_text_keeps_its_place_when_the_rest_is_replaced);
    tcase_add_loop_test(tc, spans_that_make_no_sense_are_refused, 0,
                        WQ_LEN(bad_spans));
    tcase_add_test(tc, text_that_is_not_utf8_or_too_long_is_refused);
    tcase_add_test(tc, any_sequence_of_cuts_restores_and_keeps_layers_true);
    tcase_add_test(tc, values_are_copied_deep_and_too_deep_ones_refused);
    tcase_add_loop_test(tc, values_that_make_no_sense_are_refused_at_any_depth,
                        0, WQ_LEN(bad_values));
    tcase_add_loop_test(tc, layers_that_make_no_sense_are_refused, 0,
                        WQ_LEN(bad_layers));
    tcase_add_test(tc, cuts_and_rewrites_without_their_columns_are_refused);
    tcase_add_loop_test(tc, removed_text_that_makes_no_sense_is_refused, 0,
                        WQ_LEN(bad_removed));
    tcase_add_test(tc, removed_text_of_two_fields_is_taken_and_restores);
    tcase_add_test(tc, a_clone_has_everything_and_stands_alone);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
