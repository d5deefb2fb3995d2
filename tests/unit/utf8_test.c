/* utf8_test.c - what is UTF-8 and what is not, by the letter of the standard. */
#include "base/utf8.h"
#include "base/str.h"
#include <check.h>
#include <stdlib.h>

/* The Unicode Standard 15.0, table 3-7, read as it stands. */
static size_t by_the_table(const unsigned char *p, size_t n)
{
    static const struct {
        unsigned char low[4], high[4];
        size_t n;
    } rows[] = {
        { { 0x00 }, { 0x7F }, 1 },
        { { 0xC2, 0x80 }, { 0xDF, 0xBF }, 2 },
        { { 0xE0, 0xA0, 0x80 }, { 0xE0, 0xBF, 0xBF }, 3 },
        { { 0xE1, 0x80, 0x80 }, { 0xEC, 0xBF, 0xBF }, 3 },
        { { 0xED, 0x80, 0x80 }, { 0xED, 0x9F, 0xBF }, 3 },
        { { 0xEE, 0x80, 0x80 }, { 0xEF, 0xBF, 0xBF }, 3 },
        { { 0xF0, 0x90, 0x80, 0x80 }, { 0xF0, 0xBF, 0xBF, 0xBF }, 4 },
        { { 0xF1, 0x80, 0x80, 0x80 }, { 0xF3, 0xBF, 0xBF, 0xBF }, 4 },
        { { 0xF4, 0x80, 0x80, 0x80 }, { 0xF4, 0x8F, 0xBF, 0xBF }, 4 },
    };
    size_t i = 0;
    while (i < n) {
        size_t step = 0;
        for (size_t r = 0; r < WQ_LEN(rows) && !step; r++) {
            size_t k = 0;
            while (k < rows[r].n && i + k < n && p[i + k] >= rows[r].low[k]
                   && p[i + k] <= rows[r].high[k])
                k++;
            if (k == rows[r].n) step = k;
        }
        if (!step) return i;
        i += step;
    }
    return i;
}

/* Bytes at the edges of every range of the table. */
static const unsigned char edges[] = {
    0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
    0xD8, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4,
    0xF5, 0xFF,
};

/* Every four edge bytes in a row, in ASCII, at a place that moves over all
 * offsets of a vector. */
START_TEST(every_sequence_of_edge_bytes_is_judged_by_the_table)
{
    unsigned char text[128];
    size_t at = 0;
    const size_t n = WQ_LEN(edges);
    for (size_t x = 0; x < n * n * n * n; x++) {
        memset(text, 'a', sizeof text);
        at = (at + 1) % (sizeof text - 4);
        text[at] = edges[x % n];
        text[at + 1] = edges[x / n % n];
        text[at + 2] = edges[x / n / n % n];
        text[at + 3] = edges[x / n / n / n];
        size_t want = by_the_table(text, sizeof text);
        ck_assert_uint_eq(utf8_valid_prefix((char *)text, sizeof text), want);
        ck_assert_uint_eq(utf8_valid_prefix_plain((char *)text, sizeof text),
                          want);
    }
}
END_TEST

START_TEST(a_text_cut_anywhere_is_valid_up_to_its_last_whole_sequence)
{
    static const char piece[] = "سلام a é € 😀 ";
    char text[sizeof piece * 12];
    size_t n = 0;
    while (n + sizeof piece <= sizeof text) {
        memcpy(text + n, piece, sizeof piece - 1);
        n += sizeof piece - 1;
    }
    for (size_t cut = 0; cut <= n; cut++) {
        size_t want = by_the_table((unsigned char *)text, cut);
        ck_assert_uint_eq(utf8_valid_prefix(text, cut), want);
        ck_assert_uint_eq(utf8_valid_prefix_plain(text, cut), want);
        ck_assert_uint_lt(cut - want, 4);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("utf8");
    TCase *tc = tcase_create("utf8");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, every_sequence_of_edge_bytes_is_judged_by_the_table);
    tcase_add_test(tc,
                   a_text_cut_anywhere_is_valid_up_to_its_last_whole_sequence);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
