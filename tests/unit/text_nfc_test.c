/* text_nfc_test.c - NFC against the Unicode test file (the part of it that is
 * about NFC), every code point, and hostile texts. */
#include "text/props.h"
#include "text/text.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Code points in hex up to a semicolon or the end of the line. */
static const char *read_column(const char *s, char *out, size_t *n)
{
    *n = 0;
    while (*s && *s != ';' && *s != '\n') {
        char *end;
        *n += text_encode((uint32_t)strtoul(s, &end, 16),
                          (uint8_t *)out + *n);
        ck_assert_ptr_ne(s, end);
        s = end + strspn(end, " ");
    }
    return *s == ';' ? s + 1 : s;
}

static void check_nfc(const char *in, size_t n, const char *want, size_t want_n,
                      const char *line)
{
    char out[1024];
    ck_assert_uint_le(3 * n + 8, sizeof out);
    size_t got = text_nfc(in, n, out, 3 * n + 8);
    ck_assert_msg(got == want_n && memcmp(out, want, want_n) == 0, "%s", line);
    if (text_is_nfc(in, n)) /* "for certain" must be true */
        ck_assert_msg(n == want_n && memcmp(in, want, n) == 0, "%s", line);
}

START_TEST(unicode_test_file_passes)
{
    char line[2048];
    int cases = 0;
    FILE *f = fopen(SRCDIR "/tests/data/unicode/NormalizationSample.txt", "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f)) {
        char column[3][256];
        size_t n[3];
        const char *s = line;
        if (*s == '#') continue;
        for (int i = 0; i < 3; i++) s = read_column(s, column[i], &n[i]);
        for (int i = 0; i < 3; i++)
            check_nfc(column[i], n[i], column[1], n[1], line);
        cases++;
    }
    fclose(f);
    ck_assert_int_gt(cases, 4000);
}
END_TEST

START_TEST(every_code_point_composes_back)
{
    for (uint32_t c = 0; c < 0x110000; c++) {
        char in[4], out[32], again[128];
        if (c >= 0xD800 && c < 0xE000) continue;
        size_t n = text_encode(c, (uint8_t *)in);
        size_t got = text_nfc(in, n, out, sizeof out);
        ck_assert_msg(got <= 3 * n + 8, "U+%04X", c);
        if (text_is_nfc(in, n))
            ck_assert_msg(got == n && memcmp(in, out, n) == 0, "U+%04X", c);
        ck_assert_uint_eq(text_nfc(out, got, again, sizeof again), got);
        ck_assert_mem_eq(out, again, got);
    }
}
END_TEST

START_TEST(code_points_newer_than_15_0_stay)
{
    /* U+1611E, U+0897: marks of Unicode 16; to 15.0 they are unassigned. */
    static const char in[] = "a\xE0\xA2\x97\xCC\xA3\xF0\x96\x84\x9E";
    char out[64];
    ck_assert_uint_eq(text_nfc(in, sizeof in - 1, out, sizeof out),
                      sizeof in - 1);
    ck_assert_mem_eq(in, out, sizeof in - 1);
}
END_TEST

START_TEST(a_short_buffer_gets_the_size_and_no_more)
{
    static const char in[] = "cafe\xCC\x81 \xD8\xA7\xD9\x94 e\xCC\xA3\xCC\x81";
    static const char want[] = "caf\xC3\xA9 \xD8\xA3 \xE1\xBA\xB9\xCC\x81";
    for (size_t cap = 0; cap <= sizeof want; cap++) {
        char *out = malloc(cap ? cap : 1); /* a sanitizer guards its end */
        size_t got = text_nfc(in, sizeof in - 1, out, cap);
        ck_assert_uint_eq(got, sizeof want - 1);
        if (cap >= got) ck_assert_mem_eq(out, want, got);
        free(out);
    }
}
END_TEST

START_TEST(a_million_marks_take_linear_time)
{
    /* U+0316 (220) and U+0301 (230), the wrong way round. */
    size_t pairs = 1000000, n = 1 + 4 * pairs;
    char *in = malloc(n), *out = malloc(3 * n + 8);
    ck_assert(in && out);
    in[0] = 'a';
    for (size_t i = 1; i < n; i += 4) memcpy(in + i, "\xCC\x81\xCC\x96", 4);
    size_t got = text_nfc(in, n, out, 3 * n + 8);
    ck_assert_uint_eq(got, n - 1); /* a + U+0301 -> U+00E1 */
    ck_assert_mem_eq(out, "\xC3\xA1\xCC\x96\xCC\x96", 6);
    ck_assert_mem_eq(out + got - 2, "\xCC\x81", 2);
    free(in);
    free(out);
}
END_TEST

START_TEST(clean_text_is_known_as_such)
{
    static const char *const clean[] = {
        "", "plain ASCII, longer than eight bytes", "السلام عليكم", "été",
        "مُحَمَّدٌ", "한국어", "漢字", "😀",
    };
    for (size_t i = 0; i < WQ_LEN(clean); i++)
        ck_assert_msg(text_is_nfc(clean[i], strlen(clean[i])), "%s", clean[i]);
    ck_assert(!text_is_nfc("e\xCC\x81", 3));
    ck_assert(!text_is_nfc("\xD8\xA8\xD9\x91\xD9\x8E", 6)); /* shadda, fatha */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text: NFC");
    TCase *tc = tcase_create("nfc");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, unicode_test_file_passes);
    tcase_add_test(tc, every_code_point_composes_back);
    tcase_add_test(tc, code_points_newer_than_15_0_stay);
    tcase_add_test(tc, a_short_buffer_gets_the_size_and_no_more);
    tcase_add_test(tc, a_million_marks_take_linear_time);
    tcase_add_test(tc, clean_text_is_known_as_such);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
