/* terms_test.c - light stems of Arabic, and lists of stop words. */
#include "base/str.h"
#include "plugins/terms/light.h"
#include "plugins/terms/lists.h"
#include "text/text.h"
#include <check.h>
#include <stdio.h>

static const struct { const char *word, *stem; } stems[] = {
    { "والكتاب", "كتاب" }, { "بالكتاب", "كتاب" }, { "كالكتاب", "كتاب" },
    { "فالكتاب", "كتاب" }, { "للكتاب", "كتاب" }, { "الكتاب", "كتاب" },
    { "وكتاب", "كتاب" },
    { "ولد", "ولد" },       /* two letters would remain */
    { "وعد", "وعد" },
    { "ووعد", "وعد" },      /* once */
    { "الام", "ام" }, { "الم", "الم" }, /* one would remain */
    { "كتابها", "كتاب" }, { "كتابان", "كتاب" }, { "مكتبات", "مكتب" },
    { "معلمون", "معلم" }, { "معلمين", "معلم" }, { "مكتبه", "مكتب" },
    { "عربيه", "عرب" }, { "عربي", "عرب" },
    { "عربيها", "عرب" },    /* ها, then ي */
    { "مكتباتها", "مكتب" }, /* ها, then ات */
    { "ياتي", "يات" },      /* ي comes after ات in the list */
    { "هات", "هات" }, { "به", "به" },
    { "وزارة", "زار" },     /* nobody said whose و it is */
    /* what begins with a sign on its alef has no article */
    { "آلاف", "الاف" }, { "ألمانيا", "المانيا" }, { "آلية", "ال" },
    { "إلكتروني", "الكترون" }, { "الإلكتروني", "الكترون" },
    { "إلغاء", "الغاء" }, { "ألعاب", "العاب" }, { "الألعاب", "العاب" },
    { "وإلغاء", "الغاء" }, { "بألعاب", "بالعاب" }, { "الْألعاب", "العاب" },
    { "running", "running" }, { "", "" }, { "و", "و" }, { "ال", "ال" },
};

/* Words that come divided: their و and ف are their own. */
static const struct { const char *word, *stem; } divided[] = {
    { "وزارة", "وزار" }, { "الوزارة", "وزار" }, { "وزير", "وزير" },
    { "والدة", "والد" }, { "فالح", "فالح" }, { "واشنطن", "واشنطن" },
    { "ولاية", "ولا" }, { "الولاية", "ولا" }, { "ووزارة", "ووزار" },
};

static void check_light(const char *word, const char *want, int is_divided)
{
    char folded[64];
    uint32_t alefs;
    size_t n = fold_spelled(text_toolkit(), str(word), folded,
                            sizeof folded, &alefs);
    wq_str stem = light_stem((wq_str){ folded, n }, alefs, is_divided);
    ck_assert_msg(str_is(stem, want), "%s: %.*s", word, STR_ARG(stem));
}

START_TEST(light_stem_of_a_word)
{
    check_light(stems[_i].word, stems[_i].stem, 0);
}
END_TEST

START_TEST(light_stem_of_a_word_that_comes_divided)
{
    check_light(divided[_i].word, divided[_i].stem, 1);
}
END_TEST

/* ---- lists --------------------------------------------------------------- */

struct mistakes {
    size_t n;
    size_t line[8];
    const char *why[8];
};

static void note(void *to, size_t line, const char *why)
{
    struct mistakes *m = to;
    ck_assert_uint_lt(m->n, 8);
    m->line[m->n] = line;
    m->why[m->n++] = why;
}

static int has(const struct lists *lists, const char *code, const char *word,
               int with_joined)
{
    struct language language;
    ck_assert(language_read(str(code), &language));
    const struct list *list = lists_find(lists, &language);
    return list && list_has(list, str(word),
                            text_toolkit()->fold_hash(word, strlen(word)),
                            with_joined);
}

START_TEST(words_are_found_by_their_fold_in_their_language)
{
    struct lists *lists = lists_new(text_toolkit());
    struct mistakes m = { 0 };
    ck_assert_int_eq(lists_add(lists, str("ar\tإلى\r\n\n# comment\nen\tTHE"),
                               note, &m), 0);
    ck_assert_uint_eq(m.n, 0);
    ck_assert(has(lists, "ar", "الى", 0));
    ck_assert(has(lists, "ar-EG", "إلَى", 0));
    ck_assert(has(lists, "EN_gb", "the", 0));
    ck_assert(!has(lists, "en", "الى", 0));
    ck_assert(!has(lists, "en", "then", 0));
    ck_assert(!has(lists, "fr", "the", 0));
    lists_free(lists);
}
END_TEST

START_TEST(alefs_with_other_signs_are_other_words)
{
    struct lists *lists = lists_new(text_toolkit());
    lists_add(lists, str("ar\tإليه\nar\tأن\nar\tإن\nar\tانه\n"), NULL, NULL);
    lists_add_joined(lists, str("ar\tو\t*\n"), NULL, NULL);
    ck_assert(has(lists, "ar", "إليه", 0));
    ck_assert(has(lists, "ar", "اليه", 0));
    ck_assert(!has(lists, "ar", "آلية", 0));
    ck_assert(has(lists, "ar", "وإليه", 1));
    ck_assert(!has(lists, "ar", "وآلية", 1));
    ck_assert(has(lists, "ar", "أن", 0));
    ck_assert(has(lists, "ar", "إن", 0));
    ck_assert(has(lists, "ar", "ان", 0));
    ck_assert(!has(lists, "ar", "آن", 0));
    ck_assert(has(lists, "ar", "إنه", 0));
    ck_assert(has(lists, "ar", "أنه", 0));
    lists_free(lists);
}
END_TEST

START_TEST(a_hash_alone_is_no_word)
{
    struct lists *lists = lists_new(text_toolkit());
    struct language en = { "en" };
    lists_add(lists, str("en\tthe"), NULL, NULL);
    uint64_t hash = text_toolkit()->fold_hash("the", 3);
    const struct list *list = lists_find(lists, &en);
    ck_assert(list_has(list, str("The"), hash, 0));
    ck_assert(!list_has(list, str("other"), hash, 0));
    lists_free(lists);
}
END_TEST

START_TEST(every_mistake_is_told_with_its_line)
{
    static const struct { size_t line; const char *why; } want[] = {
        { 1, "there must be a language and a word, split by a tab" },
        { 2, "the first column must be a language, like ar or en" },
        { 3, "the second column must be one word" },
        { 4, "the second column must be one word" },
        { 6, "there are more than two columns" },
        { 7, "the word is too long" },
    };
    struct lists *lists = lists_new(text_toolkit());
    struct mistakes m = { 0 };
    char file[400];
    snprintf(file, sizeof file,
             "the\n\tthe\nen\ttwo words\nen\t\nen\tfine\nen\ta\tb\nen\t%070d\n",
             0);
    ck_assert_int_eq(lists_add(lists, str(file), note, &m), 0);
    ck_assert_uint_eq(m.n, WQ_LEN(want));
    for (size_t i = 0; i < m.n; i++) {
        ck_assert_uint_eq(m.line[i], want[i].line);
        ck_assert_str_eq(m.why[i], want[i].why);
    }
    ck_assert(has(lists, "en", "fine", 0));
    lists_free(lists);
}
END_TEST

START_TEST(joined_forms_count_where_nobody_split_the_word)
{
    struct lists *lists = lists_new(text_toolkit());
    lists_add(lists, str("ar\tهذا\nar\tفي\nar\tوهذا\n"), NULL, NULL);
    ck_assert_int_eq(lists_add_joined(lists, str("ar\tو|ف\t*\nar\tو\tفي\n"
                                                 "fr\tl\t*\n"), NULL, NULL), 0);
    ck_assert(has(lists, "ar", "وفي", 1));
    ck_assert(!has(lists, "ar", "وفي", 0));
    ck_assert(!has(lists, "ar", "ففي", 1));
    ck_assert(has(lists, "ar", "فهذا", 1));
    ck_assert(!has(lists, "ar", "فهذا", 0));
    ck_assert(has(lists, "ar", "وهذا", 0)); /* listed by itself */
    ck_assert(!has(lists, "ar", "ووهذا", 0));
    lists_free(lists);
}
END_TEST

START_TEST(as_many_words_as_there_are)
{
    enum { N = 5000 };
    struct lists *lists = lists_new(text_toolkit());
    struct buf file = { 0 };
    char word[8] = "aaaa";
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0, v = i; k < 4; k++, v /= 26)
            word[k] = (char)('a' + v % 26);
        buf_format(&file, "en\t%s\n", word);
    }
    ck_assert_int_eq(lists_add(lists, (wq_str){ file.p, file.n }, NULL, NULL),
                     0);
    for (size_t i = 0; i < 2 * N; i++) {
        for (size_t k = 0, v = i; k < 4; k++, v /= 26)
            word[k] = (char)('a' + v % 26);
        ck_assert_int_eq(has(lists, "en", word, 1), i < N);
    }
    buf_free(&file);
    lists_free(lists);
}
END_TEST

static const struct { const char *in, *code; } languages[] = {
    { "ar", "ar" }, { "AR", "ar" }, { "ar-EG", "ar" }, { "zh_Hant", "zh" },
    { "ckb", "ckb" }, { "arabic", "arabic" }, { "und", NULL }, { "", NULL },
    { "a", NULL }, { "-", NULL }, { "ar ", NULL }, { "a1", NULL },
    { "abcdefghijklmnop", NULL },
};

START_TEST(languages_are_read_as_people_write_them)
{
    struct language language;
    int is_one = language_read(str(languages[_i].in), &language);
    ck_assert_int_eq(is_one, languages[_i].code != NULL);
    if (is_one) ck_assert_str_eq(language.code, languages[_i].code);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("terms");
    TCase *tc = tcase_create("terms");
    tcase_add_loop_test(tc, light_stem_of_a_word, 0, WQ_LEN(stems));
    tcase_add_loop_test(tc, light_stem_of_a_word_that_comes_divided, 0,
                        WQ_LEN(divided));
    tcase_add_test(tc, words_are_found_by_their_fold_in_their_language);
    tcase_add_test(tc, alefs_with_other_signs_are_other_words);
    tcase_add_test(tc, a_hash_alone_is_no_word);
    tcase_add_test(tc, every_mistake_is_told_with_its_line);
    tcase_add_test(tc, joined_forms_count_where_nobody_split_the_word);
    tcase_add_test(tc, as_many_words_as_there_are);
    tcase_add_loop_test(tc, languages_are_read_as_people_write_them, 0,
                        WQ_LEN(languages));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
