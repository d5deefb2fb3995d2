/* text_doc_test.c - the examples of doc/text.md, which the build has taken out of
 * it, and the vectors in its tables. */
#include "text/text.h"
#include "text_doc_examples.h"
#include <check.h>
#include <stdio.h>

START_TEST(examples_do_what_they_say)
{
    const wq_text *text = text_toolkit();
    example_repair(text);
    example_mojibake(text);
    example_scripts(text);
    example_nfc(text);
    example_fold(text);
    example_segments(text);
}
END_TEST

/* "| `text` | `fold` | `hash` |" */
START_TEST(vectors_are_right)
{
    char line[512], in[128], fold[128], hex[32], out[256];
    int found = 0;
    FILE *f = fopen(SRCDIR "/doc/text.md", "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "| `%127[^`]` | `%127[^`]` | `%16[0-9A-F]` |", in, fold,
                   hex) != 3)
            continue;
        size_t n = text_fold(WQ_FOLD_STANDARD, in, strlen(in), out, sizeof out);
        ck_assert_uint_eq(n, strlen(fold));
        ck_assert_mem_eq(out, fold, n);
        ck_assert_uint_eq(text_fold_hash(in, strlen(in)),
                          strtoull(hex, NULL, 16));
        found++;
    }
    fclose(f);
    ck_assert_int_eq(found, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text: the manual");
    TCase *tc = tcase_create("manual");
    tcase_add_test(tc, examples_do_what_they_say);
    tcase_add_test(tc, vectors_are_right);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
