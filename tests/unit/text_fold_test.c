/* text_fold_test.c - folds and hashes: the rules as fold.h states them, over every
 * code point; what is frozen; the map back. */
#include "text/fold.h"
#include "unicode_file.h"

#define ENSURE(x, c)                                                           \
    do {                                                                       \
        if (!(x)) ck_abort_msg("U+%04X: %s", c, #x);                           \
    } while (0)

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
            ENSURE(a <= 3 * n, c);
            ENSURE(text_utf8_valid(once, a) == a, c);
            size_t b = text_fold(profile, once, a, twice, sizeof twice);
            ENSURE(a == b && memcmp(once, twice, a) == 0, c);
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

/* ---- the rules ---- */

static int is_in(uint32_t c, uint32_t a, uint32_t b) { return c >= a && c <= b; }

static int light_deletes(uint32_t c)
{
    int is_control = c < 0x20 || is_in(c, 0x7F, 0x9F);
    return (is_control && !is_in(c, 0x9, 0xD) && c != 0x85) || c == 0xAD
           || c == 0x34F || c == 0x61C || c == 0x180E || is_in(c, 0x200B, 0x200F)
           || is_in(c, 0x202A, 0x202E) || is_in(c, 0x2060, 0x206F)
           || c == 0xFEFF || is_in(c, 0xFE00, 0xFE0F)
           || is_in(c, 0xE0000, 0xE0FFF) || c == 0x640;
}

static int standard_deletes(uint32_t c)
{
    int is_mn = text_category(c) == ('M' << 8 | 'n');
    return light_deletes(c) || is_in(c, 0x300, 0x36F) || is_in(c, 0x64B, 0x65F)
           || c == 0x670 || is_in(c, 0x6D6, 0x6ED)
           || (is_mn && (is_in(c, 0x600, 0x6FF) || is_in(c, 0x750, 0x77F)
                         || is_in(c, 0x870, 0x8FF) || is_in(c, 0x591, 0x5C7)));
}

/* SEARCH on top of STANDARD, as fold.h has it. */
static const char *search_more(uint32_t c)
{
    static const struct {
        const char *from, *to;
    } rows[] = {
        { "پ", "ب" }, { "چ", "ج" }, { "ڤ", "ف" }, { "ڨ", "ق" }, { "گ", "ك" },
        { "ڭ", "ك" }, { "ژ", "ز" }, { "ء", "" }, { "œ", "oe" }, { "æ", "ae" },
        { "ß", "ss" }, { "þ", "th" }, { "ø", "o" }, { "ł", "l" }, { "đ", "d" },
        { "ð", "d" }, { "ħ", "h" }, { "ı", "i" }, { "'", "" }, { "’", "" },
        { "‘", "" }, { "`", "" }, { "´", "" }, { "ʼ", "" }, { "ʹ", "" },
        { "ʻ", "" },
    };
    for (size_t i = 0; i < WQ_LEN(rows); i++) {
        uint32_t from;
        text_decode((const uint8_t *)rows[i].from, strlen(rows[i].from), &from);
        if (from == c) return rows[i].to;
    }
    return NULL;
}

START_TEST(every_code_point_is_folded_by_the_rules)
{
    for (uint32_t c = 0; c < 0x110000; c++) {
        char in[4], out[3][32], want[64];
        size_t n = text_encode(c, (uint8_t *)in), got[3], k = 0;
        uint32_t first = 0;
        if (c >= 0xD800 && c < 0xE000) continue;
        for (uint32_t p = 0; p < 3; p++) got[p] = text_fold(p, in, n, out[p], 32);
        /* LIGHT: one code point for one, or none. */
        ENSURE((got[0] == 0) == light_deletes(c), c);
        if (got[0])
            ENSURE(text_decode((uint8_t *)out[0], got[0], &first) == got[0], c);
        /* STANDARD: what is deleted, and digits. */
        if (standard_deletes(c)) ENSURE(got[1] == 0, c);
        else if (got[1] == 0) /* marks in presentation form */
            ENSURE(is_in(c, 0xFB00, 0xFDFF) || is_in(c, 0xFE70, 0xFEFE), c);
        if (text_category(c) == ('N' << 8 | 'd'))
            ENSURE(got[1] == 1 && out[1][0] >= '0' && out[1][0] <= '9', c);
        /* SEARCH: STANDARD and the list. */
        for (size_t i = 0; i < got[1];) {
            uint32_t part;
            size_t step = text_decode((uint8_t *)out[1] + i, got[1] - i, &part);
            const char *more = search_more(part);
            size_t len = more ? strlen(more) : step;
            memcpy(want + k, more ? more : out[1] + i, len);
            k += len;
            i += step;
        }
        ENSURE(got[2] == k && memcmp(out[2], want, k) == 0, c);
    }
}
END_TEST

START_TEST(a_pair_is_folded_as_its_two_halves)
{
    static const uint32_t some[] = {
        0, 'A', 'z', '\'', 0xAD, 0xC9, 0xDF, 0x130, 0x301, 0x345, 0x3A3, 0x3C2,
        0x5E9, 0x5C1, 0x621, 0x622, 0x627, 0x640, 0x64B, 0x653, 0x661, 0x6CC,
        0x200D, 0x1100, 0x1161, 0xAC00, 0x3099, 0x304B, 0xFB01, 0xFDF2, 0xFDFA,
        0xFE7D, 0xFEFB, 0xFF21, 0x1F469, 0x1F3FD, 0x1E900, 0xE0101,
    };
    for (uint32_t profile = 0; profile <= WQ_FOLD_SEARCH; profile++)
        for (size_t k = 0; k < WQ_LEN(some) * WQ_LEN(some); k++) {
            char in[8], out[64], half[64], again[64];
            size_t n = text_encode(some[k % WQ_LEN(some)], (uint8_t *)in);
            size_t m = text_encode(some[k / WQ_LEN(some)], (uint8_t *)in + n);
            size_t got = text_fold(profile, in, n + m, out, 64);
            size_t a = text_fold(profile, in, n, half, 64);
            size_t b = text_fold(profile, in + n, m, half + a, 64 - a);
            ck_assert(got == a + b && memcmp(out, half, got) == 0);
            ck_assert_uint_eq(text_fold(profile, out, got, again, 64), got);
            ck_assert_mem_eq(out, again, got);
        }
}
END_TEST

START_TEST(bytes_in_a_row_are_folded_as_one_by_one)
{
    for (uint32_t profile = 0; profile <= WQ_FOLD_SEARCH; profile++)
        for (unsigned k = 0; k < 256 * 256; k++) {
            /* Two bytes of any kind, at a place that moves, in ASCII or Arabic. */
            char in[32], out[96], one[96];
            uint32_t from[97];
            size_t n = sizeof in, at = k / 2 % 6 * 2;
            for (size_t i = 0; i < n; i += 2)
                memcpy(in + i, k & 0x100 ? "Zq" : "\xD8\xA3", 2);
            in[at] = (char)(k >> 8);
            in[at + 1] = (char)k;
            if (text_utf8_valid(in, n) != n) continue;
            size_t got = text_fold(profile, in, n, out, sizeof out);
            ENSURE(text_fold_map(profile, in, n, one, from, sizeof one) == got
                       && memcmp(out, one, got) == 0,
                   k);
        }
}
END_TEST

/* ---- what is frozen ---- */
START_TEST(the_vectors_are_for_ever)
{
    struct unicode_file file = unicode_open("../fold/standard.txt");
    int cases = 0;
    for (char *line; (line = unicode_line(&file));) {
        char in[512], want[512], out[1600];
        const char *s = line;
        if (*line == '#' || !*line) continue;
        size_t n = unicode_points(&s, in, sizeof in);
        size_t need = unicode_points(&s, want, sizeof want);
        uint64_t hash = strtoull(s, NULL, 16);
        ck_assert_uint_eq(text_fold(WQ_FOLD_STANDARD, in, n, out, sizeof out),
                          need);
        ck_assert_msg(memcmp(out, want, need) == 0, "%s", line);
        ck_assert_msg(text_fold_hash(in, n) == hash, "%s", line);
        ck_assert_msg(text_hash(want, need) == hash, "%s", line);
        cases++;
    }
    ck_assert_int_gt(cases, 100);
    free(file.text);
}
END_TEST

/* ---- the map ---- */
START_TEST(the_map_leads_back_to_where_it_came_from)
{
    static const char in[] = "أَCﻻßـ1";
    /* alef with hamza, fatha, C, lam-alef, sharp s, tatweel, 1 */
    static const char want[] = "اcلاss1";
    static const uint32_t back[] = { 0, 0, 4, 5, 5, 5, 5, 8, 8, 12, 13 };
    char out[32];
    uint32_t from[33];
    size_t got = text_fold_map(WQ_FOLD_SEARCH, in, sizeof in - 1, out, from, 32);
    ck_assert_uint_eq(got, sizeof want - 1);
    ck_assert_mem_eq(out, want, got);
    ck_assert_mem_eq(from, back, (got + 1) * sizeof *from);
    for (size_t cap = 0; cap <= got; cap++) { /* a sanitizer guards the ends */
        char *room = malloc(cap ? cap : 1);
        uint32_t *map = malloc((cap + 1) * sizeof *map);
        ck_assert(room && map);
        ck_assert_uint_eq(
            text_fold_map(WQ_FOLD_SEARCH, in, sizeof in - 1, room, map, cap),
            got);
        if (cap == got) ck_assert_mem_eq(map, back, (got + 1) * sizeof *map);
        free(room);
        free(map);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text: folds");
    TCase *tc = tcase_create("fold");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, folds_are_as_stated, 0, (int)WQ_LEN(folds));
    tcase_add_test(tc, folding_twice_is_folding_once_for_every_code_point);
    tcase_add_test(tc, composed_and_decomposed_fold_alike);
    tcase_add_test(tc, every_code_point_is_folded_by_the_rules);
    tcase_add_test(tc, a_pair_is_folded_as_its_two_halves);
    tcase_add_test(tc, bytes_in_a_row_are_folded_as_one_by_one);
    tcase_add_test(tc, the_standard_fold_is_frozen);
    tcase_add_test(tc, the_vectors_are_for_ever);
    tcase_add_test(tc, the_map_leads_back_to_where_it_came_from);
    tcase_add_test(tc, hashes_are_xxh3_with_seed_0);
    tcase_add_test(tc, fold_hash_is_the_hash_of_the_fold_at_every_length);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
