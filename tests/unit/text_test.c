/* text_test.c - validity and repair, categories, scripts and their runs. */
#include "text/props.h"
#include "text/text.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- validity ---- */
static const struct {
    const char *in, *why;
    size_t n, valid;
} bytes[] = {
    { "", "empty", 0, 0 },
    { "a\0b", "NUL is a character", 3, 3 },
    { "\x80", "continuation alone", 1, 0 },
    { "ab\xBF", "continuation alone", 3, 2 },
    { "\xC0\x80", "overlong NUL", 2, 0 },
    { "\xC1\xBF", "overlong U+007F", 2, 0 },
    { "\xC2\x80", "U+0080, the first of two", 2, 2 },
    { "\xDF\xBF", "U+07FF, the last of two", 2, 2 },
    { "\xC2", "cut after the lead", 1, 0 },
    { "\xC2\x41", "no continuation", 2, 0 },
    { "\xC2\xC2\x80", "lead twice", 3, 0 },
    { "\xE0\x9F\xBF", "overlong U+07FF", 3, 0 },
    { "\xE0\xA0\x80", "U+0800", 3, 3 },
    { "\xED\x9F\xBF", "U+D7FF", 3, 3 },
    { "\xED\xA0\x80", "U+D800, a surrogate", 3, 0 },
    { "\xED\xBF\xBF", "U+DFFF, a surrogate", 3, 0 },
    { "\xEE\x80\x80", "U+E000", 3, 3 },
    { "\xEF\xBF\xBF", "U+FFFF", 3, 3 },
    { "\xE2\x82", "cut", 2, 0 },
    { "\xE2\x28\xA1", "no second", 3, 0 },
    { "\xE2\x82\x28", "no third", 3, 0 },
    { "\xF0\x8F\xBF\xBF", "overlong U+FFFF", 4, 0 },
    { "\xF0\x90\x80\x80", "U+10000", 4, 4 },
    { "\xF4\x8F\xBF\xBF", "U+10FFFF", 4, 4 },
    { "\xF4\x90\x80\x80", "beyond U+10FFFF", 4, 0 },
    { "\xF5\x80\x80\x80", "no such lead", 4, 0 },
    { "\xFF", "no such byte", 1, 0 },
    { "\xFE", "no such byte", 1, 0 },
    { "\xF0\x9F\x98", "cut", 3, 0 },
    { "\xF8\x88\x80\x80\x80", "five bytes", 5, 0 },
};

START_TEST(validity_ends_at_the_first_bad_byte)
{
    /* Behind 0 .. 40 good bytes of each kind: no lane may miss it. */
    static const char *const good[] = { "abcdefghijklmnopqrstuvwxyz0123456789abcd",
                                        "ابتثجحخدذرزسشصضطظعغف" };
    char text[64];
    for (int g = 0; g < 2; g++)
        for (size_t k = 0; k <= 40; k += 1 + (size_t)g) {
            memcpy(text, good[g], k);
            memcpy(text + k, bytes[_i].in, bytes[_i].n);
            ck_assert_msg(text_utf8_valid(text, k + bytes[_i].n)
                              == k + bytes[_i].valid,
                          "%s behind %zu bytes", bytes[_i].why, k);
        }
}
END_TEST

START_TEST(a_text_cut_anywhere_is_valid_up_to_its_last_whole_character)
{
    static const char text[] = "aé€😀 سلام 漢字 x\xC2\xA0\xF0\x9F\x91\xA9 end";
    for (size_t cut = 0; cut < sizeof text; cut++) {
        size_t whole = cut;
        while (whole > 0 && ((unsigned char)text[whole] & 0xC0) == 0x80) whole--;
        ck_assert_uint_eq(text_utf8_valid(text, cut), whole);
    }
}
END_TEST

/* ---- categories and scripts ---- */
START_TEST(categories_and_scripts_are_those_of_unicode_15_0)
{
    static const struct {
        uint32_t c;
        const char *category;
        uint32_t script;
    } cases[] = {
        { 'A', "Lu", WQ_S_LATIN },       { 'z', "Ll", WQ_S_LATIN },
        { '0', "Nd", WQ_S_OTHER },       { ' ', "Zs", WQ_S_OTHER },
        { '\n', "Cc", WQ_S_OTHER },      { 0x627, "Lo", WQ_S_ARABIC },
        { 0x640, "Lm", WQ_S_OTHER },     { 0x64B, "Mn", WQ_S_OTHER },
        { 0x661, "Nd", WQ_S_ARABIC },    { 0x416, "Lu", WQ_S_CYRILLIC },
        { 0x3B1, "Ll", WQ_S_GREEK },     { 0x5D0, "Lo", WQ_S_HEBREW },
        { 0x915, "Lo", WQ_S_DEVANAGARI },{ 0x3042, "Lo", WQ_S_KANA },
        { 0x30AB, "Lo", WQ_S_KANA },     { 0x6F22, "Lo", WQ_S_HAN },
        { 0xAC00, "Lo", WQ_S_HANGUL },   { 0x1F600, "So", WQ_S_OTHER },
        { 0xE000, "Co", WQ_S_OTHER },    { 0xD800, "Cs", WQ_S_OTHER },
        { 0x10FFFF, "Cn", WQ_S_OTHER },  { 0x110000, "Cn", WQ_S_OTHER },
        { 0x1DF25, "Ll", WQ_S_LATIN },   /* new in 15.0 */
        { 0x897, "Cn", WQ_S_OTHER },     /* new in 16.0 */
    };
    for (size_t i = 0; i < WQ_LEN(cases); i++) {
        const char *name = cases[i].category;
        ck_assert_msg(text_category(cases[i].c)
                          == ((uint32_t)name[0] << 8 | (uint32_t)name[1]),
                      "U+%04X", cases[i].c);
        ck_assert_msg(text_script(cases[i].c) == cases[i].script, "U+%04X",
                      cases[i].c);
    }
}
END_TEST

START_TEST(letters_are_counted_by_script_and_added)
{
    static const char text[] = "abc سلامٌ 12 漢字 😀 Жé";
    size_t counts[WQ_SCRIPTS] = { [WQ_S_LATIN] = 100 };
    text_scripts(text, sizeof text - 1, counts, WQ_SCRIPTS);
    ck_assert_uint_eq(counts[WQ_S_LATIN], 104);
    ck_assert_uint_eq(counts[WQ_S_ARABIC], 4);
    ck_assert_uint_eq(counts[WQ_S_HAN], 2);
    ck_assert_uint_eq(counts[WQ_S_CYRILLIC], 1);
    ck_assert_uint_eq(counts[WQ_S_OTHER], 0);
}
END_TEST

/* ---- repair ---- */
static const struct {
    const char *in, *out, *why;
} repairs[] = {
#define R "\xEF\xBF\xBD"
    { "", "", "empty" },
    { "سلام a é 😀", "سلام a é 😀", "nothing to do" },
    /* The examples of the Standard 15.0 s. 3.9, tables 3-8 to 3-11. */
    { "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", R R R R R R R R "A", "overlong" },
    { "\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", R R R R R R R R "A",
      "surrogates" },
    { "\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", R R R R R "A" R R "B",
      "beyond U+10FFFF" },
    { "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", R R R R "A", "truncated" },
    { "\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64",
      "a" R R R "b" R "c" R R "d", "truncated, and continuations alone" },
    { "\xC2", R, "a lead at the end" },
    { "\xE2\x82", R, "two of three at the end" },
    { "\xF0\x9F\x98", R, "three of four at the end" },
    { "\xC1\xBF", R R, "overlong U+007F" },
    { "\xF5\x80\x80\x80", R R R R, "no such lead" },
    { "\xF8\x88\x80\x80\x80", R R R R R, "five bytes" },
    { "\xF4\x90\x80\x80", R R R R, "U+110000" },
    { "\xD8\xB3\xD9 \xD9\x84", "س" R " ل", "half a letter" },
#undef R
};

START_TEST(ill_formed_pieces_are_replaced_and_told)
{
    const char *in = repairs[_i].in, *want = repairs[_i].out;
    size_t n = strlen(in), need = strlen(want);
    char out[128];
    wq_flaw list[8];
    wq_flaws flaws = { list, 8, 77 };
    ck_assert_uint_eq(text_utf8_repair(in, n, out, sizeof out, &flaws), need);
    ck_assert_mem_eq(out, want, need);
    size_t from = 0, to = 0; /* between two flaws all is as it was */
    ck_assert_uint_le(flaws.n, 8);
    for (size_t i = 0; i < flaws.n; i++) {
        ck_assert(list[i].bytes >= 1 && list[i].bytes <= 3);
        ck_assert_uint_eq(list[i].at - from, list[i].out - to);
        ck_assert_mem_eq(in + from, out + to, list[i].at - from);
        ck_assert_mem_eq(out + list[i].out, "\xEF\xBF\xBD", 3);
        from = list[i].at + list[i].bytes;
        to = list[i].out + 3;
    }
    ck_assert_uint_eq(n - from, need - to);
    for (size_t cap = 0; cap <= need; cap++) { /* any room: the same answers */
        char *room = malloc(cap ? cap : 1);
        wq_flaws few = { list, 1, 0 };
        ck_assert_uint_eq(text_utf8_repair(in, n, room, cap, &few), need);
        ck_assert_uint_eq(few.n, flaws.n);
        if (cap == need) ck_assert_mem_eq(room, want, need);
        free(room);
    }
    ck_assert_uint_eq(text_utf8_repair(in, n, out, sizeof out, NULL), need);
}
END_TEST

START_TEST(a_million_flaws_take_linear_time)
{
    size_t n = 1000000;
    char *in = malloc(n), *out = malloc(3 * n);
    ck_assert(in && out);
    static const char *const units[] = { "\xFF", "\x80", "\xE2", "\xF0\x9F\x98" };
    for (size_t k = 0; k < WQ_LEN(units); k++) {
        wq_flaws flaws = { NULL, 0, 0 };
        size_t unit = strlen(units[k]), whole = n / unit * unit;
        for (size_t i = 0; i < whole; i += unit) memcpy(in + i, units[k], unit);
        size_t got = text_utf8_repair(in, whole, out, 3 * n, &flaws);
        ck_assert_uint_eq(flaws.n, whole / unit);
        ck_assert_uint_eq(got, flaws.n * 3);
    }
    free(in);
    free(out);
}
END_TEST

/* ---- script runs ---- */
static const struct {
    const char *in, *out; /* runs between bars, with the number of the script */
} runs[] = {
    { "", "" },
    { "12, 3!", "12, 3!/0" },
    { "سلام", "سلام/2" },
    { "« سلام » abc, 12 عدد", "« سلام » /2|abc, 12 /1|عدد/2" },
    { "漢字かなカナ", "漢字/12|かなカナ/11" },
    { "e\xCC\x81ж\xCC\x81", "e\xCC\x81/1|ж\xCC\x81/3" },
    { "ไทย ລາວ ខ្មែរ မြန်မာ", "ไทย /9|ລາວ /16|ខ្មែរ /17|မြန်မာ/18" },
    { "ᏣᎳᎩ a", "ᏣᎳᎩ /0|a/1" },
};

START_TEST(runs_are_of_one_script)
{
    const char *in = runs[_i].in;
    uint32_t end[16], from = 0;
    uint8_t script[16];
    char shown[256] = "";
    size_t at = 0, k = 0;
    size_t got = text_script_runs(in, strlen(in), &at, end, script, 16);
    ck_assert_uint_eq(at, strlen(in));
    for (size_t i = 0; i < got; i++) {
        k += (size_t)snprintf(shown + k, sizeof shown - k, "%s%.*s/%u",
                              i ? "|" : "", (int)(end[i] - from), in + from,
                              script[i]);
        from = end[i];
    }
    ck_assert_str_eq(shown, runs[_i].out);
}
END_TEST

START_TEST(a_plugin_that_knows_few_scripts_counts_the_rest_as_other)
{
    static const char text[] = "abc ລາວ سلام";
    size_t counts[2] = { 0 };
    text_scripts(text, sizeof text - 1, counts, 2);
    ck_assert_uint_eq(counts[WQ_S_OTHER], 7);
    ck_assert_uint_eq(counts[WQ_S_LATIN], 3);
}
END_TEST

/* ---- hostile texts: these end within the test's time, or something is not
 * linear ---- */
static const char *const hostile[] = {
    "\xCC\x81", "\xCC\x81\xCC\x96", "\xD9\x91\xD9\x8E", "\xE3\x82\x99",
    "\xE1\x84\x80", "\xE1\x84\x80\xE1\x85\xA1", "\xE1\x85\xA1",
    "\xE2\x80\x8D", "\xE2\x81\xA7", "\xE2\x80\xAE", "\xE2\x80\xAB\xE2\x80\xAC",
    "🇦", "👩\xE2\x80\x8D", "ﷺ", "ﻻ", "\xD9\x80", "a", "aا", "1", "\xEF\xBF\xBD",
    "\xFF", "\xE2\x82", "\xD9\x84\xD9\x91 ",
};

START_TEST(every_function_takes_linear_time)
{
    enum { TIMES = 1000000 };
    /* The first one is NUL. */
    const char *unit = _i ? hostile[_i - 1] : "";
    size_t len = _i ? strlen(unit) : 1, n = len * TIMES, at = 0;
    char *in = malloc(n), *out = malloc(3 * n + 8), *back = malloc(3 * n + 8);
    uint32_t *from = malloc((3 * n + 9) * sizeof *from), end;
    uint8_t script;
    ck_assert(in && out && back && from);
    for (size_t i = 0; i < n; i += len) memcpy(in + i, unit, len);
    for (uint32_t profile = 0; profile <= WQ_FOLD_SEARCH; profile++) {
        size_t need = text_fold(profile, in, n, out, 3 * n);
        ck_assert_uint_le(need, 3 * n);
        ck_assert_uint_eq(text_fold_map(profile, in, n, back, from, 3 * n), need);
        ck_assert_mem_eq(out, back, need);
    }
    size_t need = text_nfc(in, n, out, 3 * n + 8);
    ck_assert_uint_le(need, 3 * n + 8);
    if (text_utf8_valid(in, n) == n)
        ck_assert_uint_eq(text_utf8_valid(out, need), need);
    if (text_is_nfc(in, n)) ck_assert_uint_eq(need, n);
    ck_assert_uint_le(text_utf8_repair(in, n, out, 3 * n, NULL), 3 * n);
    while (text_script_runs(in, n, &at, &end, &script, 1)) {}
    ck_assert_uint_eq(at, n);
    uint32_t set = text_charset("windows-1256");
    need = text_charset_decode(set, in, n, out, 3 * n, NULL);
    ck_assert_uint_eq(text_charset_encode(set, out, need, back, n, NULL), n);
    ck_assert_mem_eq(in, back, n);
    free(in);
    free(out);
    free(back);
    free(from);
}
END_TEST

/* A sanitizer sees what is done with the pointers. */
START_TEST(no_text_and_no_room_are_fine)
{
    static const char *const texts[] = { NULL, "\xD9\x80", "a\xCC\x81", "\xC2" };
    uint32_t set = text_charset("windows-1256");
    for (size_t i = 0; i < WQ_LEN(texts); i++) {
        const char *p = texts[i];
        size_t n = p ? strlen(p) : 0, counts[WQ_SCRIPTS] = { 0 };
        char out[32];
        uint32_t from[33], one;
        for (uint32_t f = 0; f <= WQ_FOLD_SEARCH; f++) {
            size_t need = text_fold(f, p, n, out, sizeof out);
            ck_assert_uint_eq(text_fold(f, p, n, NULL, 0), need);
            ck_assert_uint_eq(text_fold_map(f, p, n, NULL, &one, 0), need);
            ck_assert_uint_eq(text_fold_map(f, p, n, out, from, 32), need);
        }
        ck_assert_uint_eq(text_nfc(p, n, NULL, 0),
                          text_nfc(p, n, out, sizeof out));
        ck_assert_uint_eq(text_utf8_repair(p, n, NULL, 0, NULL),
                          text_utf8_repair(p, n, out, sizeof out, NULL));
        ck_assert_uint_eq(
            text_charset_decode(set, p, n, NULL, 0, NULL),
            text_charset_decode(set, p, n, out, sizeof out, NULL));
        ck_assert_uint_eq(
            text_charset_encode(set, p, n, NULL, 0, NULL),
            text_charset_encode(set, p, n, out, sizeof out, NULL));
        text_scripts(p, n, counts, WQ_SCRIPTS);
    }
    size_t at = 0;
    uint32_t begin, end;
    uint8_t script;
    wq_words words = { &begin, &end, NULL, NULL };
    ck_assert_uint_eq(text_fold_hash(NULL, 0), text_hash(NULL, 0));
    ck_assert_uint_eq(text_utf8_valid(NULL, 0), 0);
    ck_assert(text_is_nfc(NULL, 0));
    ck_assert_uint_eq(text_words(WQ_WORDS_NEWS, NULL, 0, &at, &words, 1), 0);
    ck_assert_uint_eq(text_words(WQ_WORDS_UAX29, NULL, 0, &at, &words, 1), 0);
    ck_assert_uint_eq(text_sentences(NULL, 0, &at, &begin, &end, 1), 0);
    ck_assert_uint_eq(text_graphemes(NULL, 0, &at, &end, 1), 0);
    ck_assert_uint_eq(text_script_runs(NULL, 0, &at, &end, &script, 1), 0);
}
END_TEST

START_TEST(the_table_is_whole)
{
    const wq_text *t = text_toolkit();
    ck_assert_uint_eq(t->size, sizeof *t);
    for (const char *p = (const char *)&t->utf8_valid;
         p < (const char *)t + t->size; p += sizeof(void (*)(void))) {
        void (*member)(void);
        memcpy(&member, p, sizeof member);
        ck_assert_msg(member != NULL, "byte %zu", (size_t)(p - (const char *)t));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tc = tcase_create("text");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, validity_ends_at_the_first_bad_byte, 0,
                        (int)WQ_LEN(bytes));
    tcase_add_test(tc,
                   a_text_cut_anywhere_is_valid_up_to_its_last_whole_character);
    tcase_add_test(tc, categories_and_scripts_are_those_of_unicode_15_0);
    tcase_add_test(tc, letters_are_counted_by_script_and_added);
    tcase_add_loop_test(tc, ill_formed_pieces_are_replaced_and_told, 0,
                        (int)WQ_LEN(repairs));
    tcase_add_test(tc, a_million_flaws_take_linear_time);
    tcase_add_loop_test(tc, runs_are_of_one_script, 0, (int)WQ_LEN(runs));
    tcase_add_test(tc, a_plugin_that_knows_few_scripts_counts_the_rest_as_other);
    tcase_add_loop_test(tc, every_function_takes_linear_time, 0,
                        (int)WQ_LEN(hostile) + 1);
    tcase_add_test(tc, no_text_and_no_room_are_fine);
    tcase_add_test(tc, the_table_is_whole);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
