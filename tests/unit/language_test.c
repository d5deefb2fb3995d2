/* language_test.c - `detect` of the language plugin, on what a pipeline test
 * cannot say: lengths, cuts, mixtures. */
#include "plugins/language/detect.h"
#include "text/text.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char arabic[] =
    "قال المتحدث إن الاجتماع سيعقد يوم الأحد المقبل في العاصمة بحضور عدد من "
    "الوزراء. ";
static const char english[] =
    "The spokesman said that the meeting would be held in the capital. ";

static struct guess look(const char *p, size_t n)
{
    return detect(text_toolkit(), (wq_str){ p, n }, 10);
}

/* `text`, again and again, in n bytes at most; the caller frees it. */
static char *repeat(const char *text, size_t n, size_t *used)
{
    size_t each = strlen(text);
    char *p = malloc(n + each);
    ck_assert_ptr_nonnull(p);
    for (*used = 0; *used + each <= n; *used += each)
        memcpy(p + *used, text, each);
    return p;
}

START_TEST(every_beginning_of_a_text_is_that_language_or_untold)
{
    for (size_t n = 0; n < sizeof arabic; n++) {
        if (((unsigned char)arabic[n] & 0xC0) == 0x80) continue;
        struct guess g = look(arabic, n);
        ck_assert(g.letters >= 10 ? strcmp(g.lang, "ar") == 0 : !g.lang);
        ck_assert(g.confidence >= 0 && g.confidence <= 1);
    }
}
END_TEST

START_TEST(length_changes_neither_answer_nor_work)
{
    static const size_t sizes[] = { 127,  128,  129,  255,  256,   257,
                                    1023, 1024, 1025, 4096, 70001, 1 << 24 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n;
        char *p = repeat(arabic, sizes[i] + sizeof arabic, &n);
        struct guess g = look(p, n);
        ck_assert_str_eq(g.lang, "ar");
        ck_assert_uint_le(g.letters, 1024);
        free(p);
    }
}
END_TEST

START_TEST(most_of_the_letters_decide)
{
    size_t n, m;
    char *p = repeat(english, 4000, &n), *q = repeat(arabic, 12000, &m);
    char *both = malloc(n + m);
    memcpy(both, p, n);
    memcpy(both + n, q, m);
    struct guess g = look(both, n + m);
    ck_assert_str_eq(g.lang, "ar");
    ck_assert_double_lt(g.confidence, .9);
    free(p), free(q), free(both);
}
END_TEST

START_TEST(nul_and_digits_are_no_letters)
{
    ck_assert_ptr_null(look("\0\0\0 1234567890 \xD9\xA1\xD9\xA2", 18).lang);
    ck_assert_ptr_null(look(NULL, 0).lang);
}
END_TEST

START_TEST(known_codes_are_known)
{
    static const char *const yes[] = { "ar", "ckb", "en", "zh", "ta", "am" };
    static const char *const no[] = { "", "a", "arb", "AR", "und", "xx" };
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        ck_assert(is_known((wq_str){ yes[i], strlen(yes[i]) }));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        ck_assert(!is_known((wq_str){ no[i], strlen(no[i]) }));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("language");
    TCase *tc = tcase_create("language");
    tcase_add_test(tc, every_beginning_of_a_text_is_that_language_or_untold);
    tcase_add_test(tc, length_changes_neither_answer_nor_work);
    tcase_add_test(tc, most_of_the_letters_decide);
    tcase_add_test(tc, nul_and_digits_are_no_letters);
    tcase_add_test(tc, known_codes_are_known);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
