/* record_test.c - fields, layers and cuts: what was taken out can be put back,
 * and no offset ever points into another text. */
#include "base/names.h"
#include "record/record.h"
#include <check.h>
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
    wq_value nested[WQ_MAX_DEPTH + 2];
    nested[0] = (wq_value){ .type = WQ_V_STR, .u.s = str("in") };
    for (size_t i = 1; i < WQ_LEN(nested); i++)
        nested[i] = (wq_value){ .type = WQ_V_LIST, .n = 1,
                                .u.list = &nested[i - 1] };
    wq_value copy;
    ck_assert_int_eq(value_copy(&arena, &nested[WQ_MAX_DEPTH], &copy), 0);
    const wq_value *v = &copy;
    for (size_t i = 0; i < WQ_MAX_DEPTH; i++) v = v->u.list;
    ck_assert(str_is(v->u.s, "in"));
    ck_assert_ptr_ne(v->u.s.p, nested[0].u.s.p);
    ck_assert_int_eq(value_copy(&arena, &nested[WQ_MAX_DEPTH + 1], &copy), -1);
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
    tcase_add_test(tc, a_clone_has_everything_and_stands_alone);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
