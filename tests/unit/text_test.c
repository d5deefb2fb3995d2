/* text_test.c - validity, categories, scripts, folds and hashes. */
#include "text/props.h"
#include "text/text.h"
#include "text/fold.h"
#include <check.h>
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

/* ---- folds ---- */
static const struct {
    uint32_t profile;
    const char *in, *out;
} folds[] = {
    /* LIGHT: case, tatweel, controls */
    { WQ_FOLD_LIGHT, "Straße ÉCOLE Σς", "straße école σσ" },
    { WQ_FOLD_LIGHT, "مـــصر أحمدُ ١٢", "مصر أحمدُ ١٢" },
    { WQ_FOLD_LIGHT, "a\xE2\x80\x8F" "b\xC2\xAD" "c\x01\x7F\xEF\xBB\xBF", "abc" },
    { WQ_FOLD_LIGHT, "a\tb\nc\rd", "a\tb\nc\rd" },
    /* STANDARD */
    { WQ_FOLD_STANDARD, "أحمد إلى آخر ٱلله", "احمد الي اخر الله" },
    { WQ_FOLD_STANDARD, "مدرسة مؤسسة هيئة مستشفى", "مدرسه موسسه هييه مستشفي" },
    { WQ_FOLD_STANDARD, "مُحَمَّدٌ رَحْمٰن عاماً", "محمد رحمن عاما" },
    { WQ_FOLD_STANDARD, "ا\xD9\x94\xD9\x95\xD9\x93", "ا" },
    { WQ_FOLD_STANDARD, "کی گپ ھہۂۃە ئېۍےۓ", "كي گپ ههههه ييييي" },
    { WQ_FOLD_STANDARD, "شيء ء", "شيء ء" },
    { WQ_FOLD_STANDARD, "٠١٢٣٤٥٦٧٨٩ ۰۱۹ ०९ ０９", "0123456789 019 09 09" },
    { WQ_FOLD_STANDARD, "ﻻ ﷲ ﺳﻼم ﻷ ﭖ ﯼ", "لا الله سلام لا پ ي" },
    { WQ_FOLD_STANDARD, "ﷺ ﷻ", "ﷺ ﷻ" },
    { WQ_FOLD_STANDARD, "ﹰﱞ|", "|" }, /* marks in presentation form */
    { WQ_FOLD_STANDARD, "Éçñ ǰ Ẹ́ Ω ﬁ Ａ", "ecn j e ω fi a" },
    { WQ_FOLD_STANDARD, "e\xCC\x81", "e" },
    { WQ_FOLD_STANDARD, "Йё Ёж ᾳ ΆΣ", "ие еж α ασ" },
    { WQ_FOLD_STANDARD, "İı ẞß øł", "iı ßß øł" },
    { WQ_FOLD_STANDARD, "한국 漢字 カ ガ 😀", "한국 漢字 カ ガ 😀" },
    { WQ_FOLD_STANDARD, "שָׁלוֹם", "שלום" },
    { WQ_FOLD_STANDARD, "☎\xEF\xB8\x8F \xE2\x80\x8C", "☎ " },
    { WQ_FOLD_STANDARD, "Ⱥ", "ⱥ" }, /* two bytes become three */
    { WQ_FOLD_STANDARD, "۝۞", "" },
    { WQ_FOLD_STANDARD, "ـــ", "" },
    { WQ_FOLD_STANDARD, "a-b_c.1", "a-b_c.1" },
    /* SEARCH */
    { WQ_FOLD_SEARCH, "ڤيينا گوگل چاد پاريس ژ", "فيينا كوكل جاد باريس ز" },
    { WQ_FOLD_SEARCH, "شيء ماء", "شي ما" },
    { WQ_FOLD_SEARCH, "Œuvre Straße Søren O’Neil", "oeuvre strasse soren oneil" },
};

START_TEST(folds_are_as_stated)
{
    char out[256];
    const char *in = folds[_i].in;
    size_t n = strlen(in);
    size_t got = text_fold(folds[_i].profile, in, n, out, sizeof out - 1);
    ck_assert_uint_le(got, 3 * n + 8);
    out[got] = '\0';
    ck_assert_str_eq(out, folds[_i].out);
    for (size_t cap = 0; cap <= got; cap++) { /* any room: the same size */
        char *room = malloc(cap ? cap : 1);
        ck_assert_uint_eq(text_fold(folds[_i].profile, in, n, room, cap), got);
        if (cap == got) ck_assert_mem_eq(room, out, got);
        free(room);
    }
}
END_TEST

START_TEST(folding_twice_is_folding_once_for_every_code_point)
{
    for (uint32_t profile = 0; profile <= WQ_FOLD_SEARCH; profile++)
        for (uint32_t c = 0; c < 0x110000; c++) {
            char in[4], once[32], twice[32];
            if (c >= 0xD800 && c < 0xE000) continue;
            size_t n = text_encode(c, (uint8_t *)in);
            size_t a = text_fold(profile, in, n, once, sizeof once);
            ck_assert_uint_le(a, 3 * n);
            ck_assert_uint_eq(text_utf8_valid(once, a), a);
            size_t b = text_fold(profile, once, a, twice, sizeof twice);
            ck_assert_msg(a == b && memcmp(once, twice, a) == 0, "U+%04X", c);
        }
}
END_TEST

START_TEST(composed_and_decomposed_fold_alike)
{
    for (uint32_t c = 0xC0; c < 0x2000; c++) {
        char in[4], nfc[16], a[32], b[32];
        size_t n = text_encode(c, (uint8_t *)in);
        size_t m = text_nfc(in, n, nfc, sizeof nfc);
        size_t x = text_fold(WQ_FOLD_STANDARD, in, n, a, sizeof a);
        size_t y = text_fold(WQ_FOLD_STANDARD, nfc, m, b, sizeof b);
        /* Composition exclusions (U+0958) stay two letters in NFC. */
        if (m > n) continue;
        ck_assert_msg(x == y && memcmp(a, b, x) == 0, "U+%04X", c);
    }
}
END_TEST

/* The fold is frozen: this number may change only together with FOLD_ID. */
START_TEST(the_standard_fold_is_frozen)
{
    char *all = malloc((size_t)0x110000 * 12), *at = all;
    ck_assert_ptr_nonnull(all);
    for (uint32_t c = 0; c < 0x110000; c++) {
        char in[4];
        if (c >= 0xD800 && c < 0xE000) continue;
        at += text_fold(WQ_FOLD_STANDARD, in, text_encode(c, (uint8_t *)in), at, 16);
        *at++ = '\n';
    }
    ck_assert_uint_eq(FOLD_ID, 1);
    ck_assert_uint_eq(text_toolkit()->fold_id, FOLD_ID);
    ck_assert_uint_eq(text_hash(all, (size_t)(at - all)),
                      UINT64_C(0xE7ED7DB41A443AE6));
    free(all);
}
END_TEST

/* ---- hashes ---- */
START_TEST(hashes_are_xxh3_with_seed_0)
{
    ck_assert_uint_eq(text_hash("", 0), UINT64_C(0x2D06800538D394C2));
    ck_assert_uint_eq(text_fold_hash("", 0), text_hash("", 0));
    ck_assert_uint_eq(text_fold_hash("أحمد", 8), text_hash("احمد", 8));
    ck_assert_uint_eq(text_fold_hash("ABC", 3), text_hash("abc", 3));
}
END_TEST

START_TEST(fold_hash_is_the_hash_of_the_fold_at_every_length)
{
    static const char unit[] = "أa\xEF\xBB\xBB\xD9\x80É";
    size_t unit_n = sizeof unit - 1, n = unit_n * 2000;
    char *in = malloc(n), *out = malloc(3 * n + 8);
    ck_assert(in && out);
    for (size_t i = 0; i < n; i += unit_n) memcpy(in + i, unit, unit_n);
    for (size_t k = 0; k <= n; k += unit_n * (k < 600 ? 1 : 97)) {
        size_t got = text_fold(WQ_FOLD_STANDARD, in, k, out, 3 * n + 8);
        ck_assert_uint_eq(text_fold_hash(in, k), text_hash(out, got));
    }
    free(in);
    free(out);
}
END_TEST

START_TEST(the_table_is_whole)
{
    const wq_text *t = text_toolkit();
    ck_assert_uint_eq(t->size, sizeof *t);
    ck_assert(t->utf8_valid && t->category && t->script && t->scripts
              && t->fold && t->hash && t->fold_hash && t->words
              && t->sentences && t->is_nfc && t->nfc);
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
    tcase_add_loop_test(tc, folds_are_as_stated, 0, (int)WQ_LEN(folds));
    tcase_add_test(tc, folding_twice_is_folding_once_for_every_code_point);
    tcase_add_test(tc, composed_and_decomposed_fold_alike);
    tcase_add_test(tc, the_standard_fold_is_frozen);
    tcase_add_test(tc, hashes_are_xxh3_with_seed_0);
    tcase_add_test(tc, fold_hash_is_the_hash_of_the_fold_at_every_length);
    tcase_add_test(tc, the_table_is_whole);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
