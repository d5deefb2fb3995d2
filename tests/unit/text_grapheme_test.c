/* text_grapheme_test.c - grapheme clusters: the Unicode test file, all emoji,
 * every code point, hostile texts, calls that stop anywhere and go on. */
#include "oracle.h"
#include "text/text.h"
#include "unicode_file.h"

/* Clusters of p[0..n) by one call; ends into end[0..n). */
static size_t clusters(const char *p, size_t n, uint32_t *end)
{
    size_t at = 0, k = text_graphemes(p, n, &at, end, n + 1);
    ck_assert_uint_eq(at, n);
    return k;
}

START_TEST(all_grapheme_break_cases_of_unicode_pass)
{
    struct unicode_file file = unicode_open("GraphemeBreakTest.txt");
    int cases = 0;
    for (char *line; (line = unicode_line(&file));) {
        struct break_case c;
        uint32_t end[BREAK_CASE_MAX];
        if (!unicode_breaks(line, &c)) continue;
        ck_assert_msg(clusters(c.text, c.n, end) == c.n_breaks - 1, "%s", line);
        for (size_t i = 1; i < c.n_breaks; i++)
            ck_assert_msg(end[i - 1] == c.breaks[i], "%s", line);
        cases++;
    }
    ck_assert_int_eq(cases, 602);
    free(file.text);
}
END_TEST

START_TEST(every_emoji_is_one_cluster_and_one_token)
{
    struct unicode_file file = unicode_open("emoji-test.txt.zst");
    int qualified = 0;
    for (char *line; (line = unicode_line(&file));) {
        if (*line == '#' || !*line) continue;
        char text[64];
        const char *s = line;
        size_t n = unicode_points(&s, text, sizeof text);
        uint32_t begin[16], end[64];
        ck_assert_msg(clusters(text, n, end) == 1, "%s", line);
        if (!strstr(s, "fully-qualified") && !strstr(s, "component")) continue;
        for (uint32_t mode = 0; mode < 2; mode++) {
            uint8_t cls[16];
            wq_words out = { begin, end, cls, NULL };
            size_t at = 0, got = text_words(mode, text, n, &at, &out, 16);
            ck_assert_msg(got == 1 && end[0] == n && cls[0] == WQ_W_EMOJI,
                          "mode %u, %zu tokens, the first %u bytes of class %u: "
                          "%s", mode, got, end[0], cls[0], line);
        }
        qualified++;
    }
    ck_assert_int_gt(qualified, 3600);
    free(file.text);
}
END_TEST

START_TEST(every_code_point_once_as_the_rules_say)
{
    enum { STEP = 1000 };
    struct oracle *o = malloc(sizeof *o);
    ck_assert_ptr_nonnull(o);
    for (uint32_t first = 0; first < 0x110000; first += STEP) {
        char text[STEP * 4];
        uint32_t end[STEP + 1];
        size_t n = 0, k = 0;
        for (uint32_t c = first; c < first + STEP && c < 0x110000; c++)
            if (c < 0xD800 || c >= 0xE000)
                n += text_encode(c, (uint8_t *)text + n);
        size_t at = 0, got = text_graphemes(text, n, &at, end, STEP + 1);
        oracle_read(o, text, n);
        for (size_t i = 1; i <= o->n; i++)
            if (i == o->n || oracle_grapheme(o, i))
                ck_assert_uint_eq(end[k++], o->at[i]);
        ck_assert_uint_eq(got, k);
    }
    free(o);
}
END_TEST

static const char *const bits[] = {
    "a", "\r", "\n", "\x01", "\xCC\x81", "\xE2\x80\x8D", "🇦", "🇪", "👩", "🏽", "😀",
    "\xEF\xB8\x8F", "\xD8\x80", "ا", "َ", "ᄀ", "ᅡ", "ᆨ", "가", "각", "कि", "ำ", "©", "1",
    "\xE2\x83\xA3", "\xF0\x9F", "\xFF",
};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u; /* Numerical Recipes' LCG */
    return *state >> 8;
}

START_TEST(random_texts_as_the_rules_say_in_calls_of_any_size)
{
    struct oracle *o = malloc(sizeof *o);
    ck_assert_ptr_nonnull(o);
    uint32_t seed = 5;
    for (int round = 0; round < 20000; round++) {
        char text[256];
        uint32_t end[256];
        size_t n = 0;
        for (int i = 0; i < 30; i++) {
            const char *s = bits[next_random(&seed) % WQ_LEN(bits)];
            memcpy(text + n, s, strlen(s));
            n += strlen(s);
        }
        oracle_read(o, text, n);
        for (size_t i = 0, at = 0; at < n;) {
            size_t got = text_graphemes(text, n, &at, end,
                                        1 + next_random(&seed) % 4);
            ck_assert_uint_gt(got, 0);
            ck_assert_uint_eq(end[got - 1], at);
            for (size_t k = 0; k < got; k++) {
                do i++;
                while (i < o->n && !oracle_grapheme(o, i));
                ck_assert_uint_eq(end[k], o->at[i]);
            }
        }
    }
    free(o);
}
END_TEST

/* These end within the test's time, or the walk is not linear. */
static const struct {
    const char *unit;
    size_t times, clusters;
} hostile[] = {
    { "🇦", 1000001, 500001 },
    { "\xCC\x81", 1000000, 1 },
    { "\xE2\x80\x8D", 1000000, 1 },
    { "👩\xE2\x80\x8D", 1000000, 1 },
    { "👩\xCC\x81\xE2\x80\x8D", 1000000, 1 },
    { "\xD8\x80", 1000000, 1 },
    { "\r\n", 1000000, 1000000 },
    { "ᄀ", 1000000, 1 },
    { "a", (size_t)16 << 20, (size_t)16 << 20 },
    { "\xE2\x81\xA6", 1000000, 1000000 }, /* LRI: bidi controls, nested */
    { "\xFF", 1000000, 1000000 },
};

START_TEST(any_text_takes_linear_time)
{
    size_t unit = strlen(hostile[_i].unit), n = unit * hostile[_i].times;
    char *text = malloc(n);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < n; i += unit) memcpy(text + i, hostile[_i].unit, unit);
    uint32_t end[256];
    size_t at = 0, got, total = 0;
    while ((got = text_graphemes(text, n, &at, end, 256))) total += got;
    ck_assert_uint_eq(at, n);
    ck_assert_uint_eq(total, hostile[_i].clusters);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text: grapheme clusters");
    TCase *tc = tcase_create("grapheme");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, all_grapheme_break_cases_of_unicode_pass);
    tcase_add_test(tc, every_emoji_is_one_cluster_and_one_token);
    tcase_add_test(tc, every_code_point_once_as_the_rules_say);
    tcase_add_test(tc, random_texts_as_the_rules_say_in_calls_of_any_size);
    tcase_add_loop_test(tc, any_text_takes_linear_time, 0, (int)WQ_LEN(hostile));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
