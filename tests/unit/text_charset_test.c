/* text_charset_test.c - single-byte character sets: names, tables, the way back,
 * and what stands for nothing. */
#include "text/text.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char every_high_byte[] =
    "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8A\x8B\x8C\x8D\x8E\x8F"
    "\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9A\x9B\x9C\x9D\x9E\x9F"
    "\xA0\xA1\xA2\xA3\xA4\xA5\xA6\xA7\xA8\xA9\xAA\xAB\xAC\xAD\xAE\xAF"
    "\xB0\xB1\xB2\xB3\xB4\xB5\xB6\xB7\xB8\xB9\xBA\xBB\xBC\xBD\xBE\xBF"
    "\xC0\xC1\xC2\xC3\xC4\xC5\xC6\xC7\xC8\xC9\xCA\xCB\xCC\xCD\xCE\xCF"
    "\xD0\xD1\xD2\xD3\xD4\xD5\xD6\xD7\xD8\xD9\xDA\xDB\xDC\xDD\xDE\xDF"
    "\xE0\xE1\xE2\xE3\xE4\xE5\xE6\xE7\xE8\xE9\xEA\xEB\xEC\xED\xEE\xEF"
    "\xF0\xF1\xF2\xF3\xF4\xF5\xF6\xF7\xF8\xF9\xFA\xFB\xFC\xFD\xFE\xFF";

START_TEST(names_are_known_however_they_are_spelled)
{
    static const struct {
        const char *label, *name;
    } cases[] = {
        { "windows-1256", "windows-1256" }, { "CP1256", "windows-1256" },
        { "Windows_1256", "windows-1256" }, { "x-cp1256", "windows-1256" },
        { "ISO_8859-6:1987", "iso-8859-6" }, { "ASMO-708", "iso-8859-6" },
        { "iso-8859-1", "windows-1252" },   { "Latin1", "windows-1252" },
        { "us-ascii", "windows-1252" },
        { "iso-8859-1-strict", "iso-8859-1-strict" },
        { "utf-8", NULL },                  { "", NULL },
        { "windows-1256-and-a-name-that-never-ends", NULL },
    };
    for (size_t i = 0; i < WQ_LEN(cases); i++) {
        uint32_t set = text_charset(cases[i].label);
        ck_assert_msg((set != 0) == (cases[i].name != NULL), "%s",
                      cases[i].label);
        if (set) ck_assert_str_eq(text_charset_name(set), cases[i].name);
    }
    ck_assert_ptr_null(text_charset_name(0));
    ck_assert_ptr_null(text_charset_name(1000));
}
END_TEST

/* The WHATWG index of each, written out; "\1" where there is nothing. */
static const struct {
    const char *name;
    size_t undefined;
    const char *high; /* from the byte A0 on, but for 1252: from 80 */
} tables[] = {
    { "windows-1256", 0,
      "\xC2\xA0،¢£¤¥¦§¨©ھ«¬\xC2\xAD®¯°±²³´µ¶·¸¹؛»¼½¾؟"
      "ہءآأؤإئابةتثجحخدذرزسشصض×طظعغـفقكàلâمنهوçèéêëىيîïًٌٍَôُِ÷ّùْûü\xE2\x80\x8E"
      "\xE2\x80\x8Fے" },
    { "iso-8859-6", 45,
      "\xC2\xA0\1\1\1¤\1\1\1\1\1\1\1،\xC2\xAD\1\1\1\1\1\1\1\1\1\1\1\1\1؛\1\1\1؟"
      "\1ءآأؤإئابةتثجحخدذرزسشصضطظعغ\1\1\1\1\1ـفقكلمنهوىيًٌٍَُِّْ"
      "\1\1\1\1\1\1\1\1\1\1\1\1\1" },
    { "windows-1252", 0,
      "€\xC2\x81‚ƒ„…†‡ˆ‰Š‹Œ\xC2\x8DŽ\xC2\x8F\xC2\x90‘’“”•–—˜™š›œ\xC2\x9DžŸ"
      "\xC2\xA0¡¢£¤¥¦§¨©ª«¬\xC2\xAD®¯°±²³´µ¶·¸¹º»¼½¾¿"
      "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ" },
};

START_TEST(tables_are_those_of_the_encoding_standard)
{
    char out[400], want[400];
    uint32_t set = text_charset(tables[_i].name);
    size_t from = strncmp(tables[_i].high, "€", 3) == 0 ? 0 : 32;
    wq_flaw list[4];
    wq_flaws flaws = { list, WQ_LEN(list), 99 };
    size_t got = text_charset_decode(set, every_high_byte + from, 128 - from,
                                     out, sizeof out, &flaws);
    size_t n = 0;
    for (const char *s = tables[_i].high; *s; s++)
        if (*s == '\1') {
            memcpy(want + n, "\xEF\xBF\xBD", 3);
            n += 3;
        } else {
            want[n++] = *s;
        }
    ck_assert_uint_eq(got, n);
    ck_assert_mem_eq(out, want, n);
    ck_assert_uint_eq(flaws.n, tables[_i].undefined);
}
END_TEST

START_TEST(every_set_goes_there_and_back)
{
    for (uint32_t set = 1; text_charset_name(set); set++) {
        char text[128 * 3], back[128];
        wq_flaw list[128];
        wq_flaws flaws = { list, 128, 0 };
        ck_assert_uint_eq(text_charset(text_charset_name(set)), set);
        size_t n = text_charset_decode(set, every_high_byte, 128, text,
                                       sizeof text, &flaws);
        ck_assert_uint_eq(text_utf8_valid(text, n), n);
        size_t undefined = flaws.n;
        ck_assert_uint_eq(
            text_charset_encode(set, text, n, back, sizeof back, &flaws), 128);
        ck_assert_uint_eq(flaws.n, undefined);
        for (size_t i = 0, k = 0; i < 128; i++)
            if (k < flaws.n && list[k].out == i) {
                ck_assert_int_eq(back[i], '?');
                ck_assert_uint_eq(list[k++].bytes, 3);
            } else {
                ck_assert_int_eq(back[i], every_high_byte[i]);
            }
        for (uint32_t c = 0; c < 0x80; c++)
            ck_assert_int_eq(text_charset_byte(set, c), (int)c);
        ck_assert_int_eq(text_charset_byte(set, 0x110000), -1);
        ck_assert_int_eq(text_charset_byte(set, 0x6F22), -1);
    }
}
END_TEST

START_TEST(flaws_have_places_and_are_all_counted)
{
    uint32_t set = text_charset("iso-8859-6");
    wq_flaw list[2];
    wq_flaws flaws = { list, 2, 0 };
    char out[32];
    size_t n = text_charset_decode(set, "a\xC7\xA1z\xFF\xF5", 6, out, 32, &flaws);
    ck_assert_uint_eq(n, 13);
    ck_assert_mem_eq(out, "aا\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD", 13);
    ck_assert_uint_eq(flaws.n, 3);
    ck_assert_uint_eq(list[0].at, 2);
    ck_assert_uint_eq(list[0].bytes, 1);
    ck_assert_uint_eq(list[0].out, 3);
    ck_assert_uint_eq(list[1].at, 4);
    ck_assert_uint_eq(list[1].out, 7);
}
END_TEST

START_TEST(text_read_by_the_wrong_table_gives_its_bytes_back)
{
    static const char mojibake[] = "Ø§Ù„Ø³Ù„Ø§Ù…"; /* السلام as windows-1252 */
    char out[64];
    wq_flaws flaws = { NULL, 0, 0 };
    size_t n = text_charset_encode(text_charset("windows-1252"), mojibake,
                                   sizeof mojibake - 1, out, sizeof out, &flaws);
    ck_assert_uint_eq(flaws.n, 0);
    ck_assert_uint_eq(n, strlen("السلام"));
    ck_assert_mem_eq(out, "السلام", n);
}
END_TEST

START_TEST(a_short_buffer_gets_the_size_and_no_more)
{
    uint32_t set = text_charset("windows-1256");
    static const char in[] = "plain text \xC7\xE1\xD3\xE1\xC7\xE3 and more";
    char whole[64], back[64];
    size_t n = text_charset_decode(set, in, sizeof in - 1, whole, 64, NULL);
    for (size_t cap = 0; cap <= n; cap++) {
        char *out = malloc(cap ? cap : 1); /* a sanitizer guards its end */
        ck_assert_uint_eq(
            text_charset_decode(set, in, sizeof in - 1, out, cap, NULL), n);
        if (cap == n) ck_assert_mem_eq(out, whole, n);
        ck_assert_uint_eq(text_charset_encode(set, whole, n, out, cap, NULL),
                          sizeof in - 1);
        free(out);
    }
    ck_assert_uint_eq(text_charset_encode(set, whole, n, back, 64, NULL),
                      sizeof in - 1);
    ck_assert_mem_eq(back, in, sizeof in - 1);
    ck_assert_uint_eq(text_charset_decode(0, in, 4, back, 64, NULL), (size_t)-1);
    ck_assert_uint_eq(text_charset_encode(99, in, 4, back, 64, NULL), (size_t)-1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text: character sets");
    TCase *tc = tcase_create("charset");
    tcase_add_test(tc, names_are_known_however_they_are_spelled);
    tcase_add_loop_test(tc, tables_are_those_of_the_encoding_standard, 0,
                        (int)WQ_LEN(tables));
    tcase_add_test(tc, every_set_goes_there_and_back);
    tcase_add_test(tc, flaws_have_places_and_are_all_counted);
    tcase_add_test(tc, text_read_by_the_wrong_table_gives_its_bytes_back);
    tcase_add_test(tc, a_short_buffer_gets_the_size_and_no_more);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
