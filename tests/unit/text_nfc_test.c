/* text_nfc_test.c - NFC against the Unicode test file, the rules as written, every
 * code point, and hostile texts. */
#include "base/cpu.h"
#include "oracle.h"
#include "text/text.h"
#include "unicode_file.h"

/* NFC of `in` is `want`. */
static void check_nfc(const char *in, size_t n, const char *want, size_t want_n,
                      const char *line)
{
    char out[1024];
    ck_assert_uint_le(3 * n + 8, sizeof out);
    size_t got = text_nfc(in, n, out, 3 * n + 8);
    if (got != want_n || memcmp(out, want, want_n) != 0)
        ck_abort_msg("%s", line);
    if (text_is_nfc(in, n)) /* "for certain" must be true */
        if (n != want_n || memcmp(in, want, n) != 0) ck_abort_msg("%s", line);
}

/* The invariants that stand at the head of the file, those of NFC. */
START_TEST(unicode_test_file_passes)
{
    struct unicode_file file = unicode_open("NormalizationTest.txt.zst");
    static bool is_listed[0x110000];
    int cases = 0, part = -1;
    for (char *line; (line = unicode_line(&file));) {
        char c[5][256];
        size_t n[5];
        const char *s = line;
        if (*line == '@') part++;
        if (*line == '#' || *line == '@' || !*line) continue;
        for (int i = 0; i < 5; i++) n[i] = unicode_points(&s, c[i], 256);
        for (int i = 0; i < 3; i++) check_nfc(c[i], n[i], c[1], n[1], line);
        for (int i = 3; i < 5; i++) check_nfc(c[i], n[i], c[3], n[3], line);
        if (part == 1) is_listed[strtoul(line, NULL, 16)] = true;
        cases++;
    }
    free(file.text);
    ck_assert_int_eq(cases, 19074);
    for (uint32_t c = 0; c < 0x110000; c++) {
        char in[4];
        if (is_listed[c] || (c >= 0xD800 && c < 0xE000)) continue;
        size_t n = text_encode(c, (uint8_t *)in);
        check_nfc(in, n, in, n, "a code point that part 1 does not list");
    }
}
END_TEST

/* ---- blocks ---- */

/* The quick check as UAX #15 s. 9 writes it. */
static int quick_check(const char *p, size_t n)
{
    unsigned last = 0;
    for (size_t i = 0; i < n;) {
        uint32_t c;
        i += text_decode((const uint8_t *)p + i, n - i, &c);
        unsigned flags = text_prop(c)->flags, ccc = text_prop(c)->ccc;
        if (flags & (PROP_NFC_NO | PROP_NFC_MAYBE)) return 0;
        if (ccc && ccc < last) return 0;
        last = ccc;
    }
    return 1;
}

static const enum cpu_level levels[] = { CPU_PLAIN, CPU_NEON, CPU_AVX2,
                                         CPU_AVX512 };

START_TEST(no_block_hides_a_code_point)
{
    static const struct {
        const char *before, *after;
    } cases[] = {
        { "a", "z" },
        { "\xD9\x84\xD9\x91", "\xD9\x8E" }, /* lam, shadda; fatha */
        { "\xE3\x81\x8B", "\xCC\x81" },     /* hiragana; acute */
    };
    for (uint32_t c = 0; c < 0x110000; c++) {
        if (c >= 0xD800 && c < 0xE000) continue;
        for (size_t k = 0; k < WQ_LEN(cases); k++) {
            /* At a place that moves, among letters of one byte and of two. */
            char text[256];
            size_t n = 0, at = 3 + (c * 7 + k) % 67;
            while (n < at) text[n++] = 'x';
            for (const char *s = cases[k].before; *s; s++) text[n++] = *s;
            n += text_encode(c, (uint8_t *)text + n);
            for (const char *s = cases[k].after; *s; s++) text[n++] = *s;
            while (n < 200) {
                memcpy(text + n, "\xD9\x84", 2);
                n += 2;
            }
            int want = quick_check(text + at, n - at);
            for (size_t l = 0; l < WQ_LEN(levels); l++)
                if (cpu_limit(levels[l]) == levels[l]
                    && text_is_nfc(text, n) != want)
                    ck_abort_msg("U+%04X behind %zu bytes, case %zu, %s", c, at,
                                 k, cpu_name(levels[l]));
        }
    }
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u; /* Numerical Recipes' LCG */
    return *state >> 8;
}

START_TEST(random_texts_are_as_the_rules_say_at_every_level)
{
    static const char *const bits[] = {
        "a", "word ", "e", "\xCC\x81", "\xCC\xA3", "\xC3\xA9", "ا", "ل", "لسلام ",
        "َ", "ّ", "ً", "\xD9\x94", "\xD9\xB0", "“", "\xE2\x80\x80", "漢", "か",
        "\xE3\x82\x99", "가", "ᄀ", "ᅡ", "ᆨ", "😀", "\xEF\xAC\x9F", "שָ", "क़",
        "\xE1\xBA\xA1", "ά", "\xCE\x87", "Ω", "\xDB\x9F", "هذا نص عادي تماما ",
        "plain words of plain text, and more of them ", "\xFF",
    };
    static struct oracle o;
    uint32_t seed = 17;
    for (int round = 0; round < 60000; round++) {
        char text[512], want[3 * 512 + 8], out[3 * 512 + 8];
        size_t n = 0, most = next_random(&seed) % 440;
        uint32_t kinds = 1 + next_random(&seed) % WQ_LEN(bits);
        while (n < most) {
            const char *s = bits[next_random(&seed) % kinds];
            memcpy(text + n, s, strlen(s));
            n += strlen(s);
        }
        oracle_read(&o, text, n);
        size_t need = oracle_nfc(&o, text, want);
        int is_nfc = quick_check(text, n);
        for (size_t l = 0; l < WQ_LEN(levels); l++) {
            if (cpu_limit(levels[l]) != levels[l]) continue;
            size_t got = text_nfc(text, n, out, sizeof out);
            if (got != need || memcmp(out, want, need) != 0
                || text_is_nfc(text, n) != is_nfc)
                ck_abort_msg("%s, round %d", cpu_name(levels[l]), round);
        }
    }
}
END_TEST

START_TEST(every_code_point_composes_back)
{
    for (uint32_t c = 0; c < 0x110000; c++) {
        char in[4], out[32], again[128];
        if (c >= 0xD800 && c < 0xE000) continue;
        size_t n = text_encode(c, (uint8_t *)in);
        size_t got = text_nfc(in, n, out, sizeof out);
        if (got > 3 * n + 8) ck_abort_msg("U+%04X", c);
        if (text_nfc(out, got, again, sizeof again) != got
            || memcmp(out, again, got) != 0)
            ck_abort_msg("U+%04X", c);
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

START_TEST(any_number_of_marks_is_sorted)
{
    char in[1024], out[3 * 1024 + 8];
    for (size_t marks = 0; marks < 300; marks++) {
        size_t n = 1;
        in[0] = 'x';
        for (size_t i = 0; i < marks; i++, n += 2) /* U+0301 230, U+0316 220 */
            memcpy(in + n, i % 2 ? "\xCC\x96" : "\xCC\x81", 2);
        ck_assert_uint_eq(text_nfc(in, n, out, sizeof out), n);
        for (size_t i = 0; i < marks; i++)
            ck_assert_mem_eq(out + 1 + 2 * i,
                             i < marks / 2 ? "\xCC\x96" : "\xCC\x81", 2);
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
    tcase_add_test(tc, no_block_hides_a_code_point);
    tcase_add_test(tc, random_texts_are_as_the_rules_say_at_every_level);
    tcase_add_test(tc, every_code_point_composes_back);
    tcase_add_test(tc, code_points_newer_than_15_0_stay);
    tcase_add_test(tc, a_short_buffer_gets_the_size_and_no_more);
    tcase_add_test(tc, any_number_of_marks_is_sorted);
    tcase_add_test(tc, a_million_marks_take_linear_time);
    tcase_add_test(tc, clean_text_is_known_as_such);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
