/* text_format_test.c - a file is an article, and which first lines are titles. */
#include "one_format.h"
#include <check.h>

extern const wq_plugin warraq_plugin;

static struct one_format text;
static struct err e;

static void teardown(void)
{
    one_format_close(&text);
}

/* Reads a file as `title: how`; returns its record. */
static wq_record *read_file(const char *how, const char *name, wq_str body)
{
    ck_assert_int_eq(one_format_open(&text, &warraq_plugin, "title", how, &e),
                     0);
    ck_assert_int_eq(one_format_read(&text, name, body.p, body.n, &e), 0);
    ck_assert_uint_eq(text.batch->n_records, 1);
    return text.batch->records[0];
}

static void assert_field(const wq_record *r, const char *name, const char *want)
{
    wq_str s;
    int has = rec_get(r, names_intern(str(name)), &s);
    ck_assert_msg(has == (want != NULL), "%s", name);
    if (want)
        ck_assert_msg(str_is(s, want), "%s is \"%.*s\"", name, STR_ARG(s));
}

#define BODY "وقال الوزير في كلمته إن المعرض يستمر عشرة أيام ويضم أكثر من مئة " \
             "دار نشر من عشرين دولة عربية وأجنبية.\nوأضاف.\n"
#define WRAPPED "one line that was wrapped by hand at about forty\n"

static const struct {
    const char *how, *first, *title, *rest; /* rest: of the text, before BODY */
} cases[] = {
    { "auto", "افتتاح معرض الكتاب في الرياض\n\n", "افتتاح معرض الكتاب في الرياض",
      "" },
    { "auto", "\r\n  Fair opens in Riyadh \r\n\r\n  ", "Fair opens in Riyadh",
      "  " },
    { "auto", "\xC2\xA0موسكو تدعو لوقف «إراقة الدماء»\n",
      "موسكو تدعو لوقف «إراقة الدماء»", "" },
    { "auto", "ميزانية 2024 ترتفع بنسبة كبيرة\n", "ميزانية 2024 ترتفع بنسبة كبيرة",
      "" },
    /* section names, dates, trails, sentences, lead-ins */
    { "auto", "البث المباشر\n\n", NULL, "البث المباشر\n\n" },
    { "auto", "الأحد 27 سبتمبر 2020 - 20:36 بتوقيت طهران\n", NULL,
      "الأحد 27 سبتمبر 2020 - 20:36 بتوقيت طهران\n" },
    { "auto", "الأربعاء ٢٥ / ديسمبر / ٢٠٢٤\n", NULL,
      "الأربعاء ٢٥ / ديسمبر / ٢٠٢٤\n" },
    { "auto", "الرئيسية | أخبار | سياسة\n", NULL, "الرئيسية | أخبار | سياسة\n" },
    { "auto", "دعا السفير الولايات المتحدة إلى التدخل.\n", NULL,
      "دعا السفير الولايات المتحدة إلى التدخل.\n" },
    { "auto", "هل تعود الحرب إلى المدينة؟\n", NULL,
      "هل تعود الحرب إلى المدينة؟\n" },
    { "auto", WRAPPED WRAPPED WRAPPED, NULL, WRAPPED WRAPPED WRAPPED },
    { "first_line", "البث المباشر\n\n", "البث المباشر", "" },
    { "none", "افتتاح معرض الكتاب في الرياض\n\n", NULL,
      "افتتاح معرض الكتاب في الرياض\n\n" },
};

START_TEST(the_first_line_is_the_title_if_it_reads_like_one)
{
    struct buf whole = { 0 }, want = { 0 };
    buf_format(&whole, "%s" BODY, cases[_i].first);
    buf_format(&want, "%s" BODY, cases[_i].rest);
    wq_record *r = read_file(cases[_i].how, "in/a.txt",
                             (wq_str){ whole.p, whole.n });
    assert_field(r, "id", "a");
    assert_field(r, "title", cases[_i].title);
    assert_field(r, "text", want.p);
    ck_assert_int_eq(rec_restore(r), 0);
    assert_field(r, "text", whole.p);
    buf_free(&whole);
    buf_free(&want);
}
END_TEST

START_TEST(a_byte_order_mark_is_taken_out_and_comes_back)
{
    wq_record *r = read_file("auto", "a.txt", str("\xEF\xBB\xBF" "خبر"));
    assert_field(r, "text", "خبر");
    ck_assert_int_eq(rec_restore(r), 0);
    assert_field(r, "text", "\xEF\xBB\xBF" "خبر");
}
END_TEST

static const struct {
    const char *name, *id;
} ids[] = {
    { "inbox/000_4b1c.txt", "000_4b1c" }, { "a.b.txt.zst", "a.b" },
    { "x.txt.gz", "x" },                  { "/tmp/story", "story" },
    { ".txt", ".txt" },                   { "-", NULL },
    { "bad\xFF.txt", NULL },
};

START_TEST(the_id_is_the_name_of_the_file)
{
    assert_field(read_file("auto", ids[_i].name, str("text")), "id",
                 ids[_i].id);
}
END_TEST

START_TEST(an_empty_file_is_an_article_without_words)
{
    wq_record *r = read_file("auto", "a.txt", (wq_str){ "", 0 });
    assert_field(r, "text", "");
    assert_field(r, "title", NULL);
}
END_TEST

START_TEST(nul_is_a_character)
{
    wq_record *r = read_file("auto", "a.txt", (wq_str){ "a\0b", 3 });
    wq_str s;
    ck_assert_int_eq(rec_get(r, names_intern(str("text")), &s), 1);
    ck_assert_uint_eq(s.n, 3);
}
END_TEST

START_TEST(text_that_is_not_utf8_is_refused_at_its_byte)
{
    ck_assert_int_eq(one_format_open(&text, &warraq_plugin, NULL, NULL, &e), 0);
    ck_assert_int_eq(one_format_read(&text, "a.txt", "abc\xFF", 4, &e), 0);
    ck_assert_uint_eq(text.batch->n_records, 0);
    ck_assert_uint_eq(text.batch->n_gone, 1);
    ck_assert_uint_eq(text.batch->gone[0]->origin.at, 3);
    ck_assert_str_eq(names_get(text.batch->gone[0]->reason).p, "bad_utf8");
    ck_assert_str_eq(text.batch->gone[0]->message,
                     "byte 0xFF is not valid UTF-8 here");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("text format");
    TCase *tc = tcase_create("text format");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_loop_test(tc, the_first_line_is_the_title_if_it_reads_like_one, 0,
                        WQ_LEN(cases));
    tcase_add_test(tc, a_byte_order_mark_is_taken_out_and_comes_back);
    tcase_add_loop_test(tc, the_id_is_the_name_of_the_file, 0, WQ_LEN(ids));
    tcase_add_test(tc, an_empty_file_is_an_article_without_words);
    tcase_add_test(tc, nul_is_a_character);
    tcase_add_test(tc, text_that_is_not_utf8_is_refused_at_its_byte);
    suite_add_tcase(s, tc);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
