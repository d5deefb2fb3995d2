/* words_test.c - words are the same at every level of vectors, in calls of any
 * size, and nothing outside the text is read. */
#define XXH_INLINE_ALL
#include "base/cpu.h"
#include "text/props.h"
#include "text/short_hash.h"
#include "text/text.h"
#include "words_oracle.h"
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u; /* Numerical Recipes' LCG */
    return *state >> 8;
}

static const char *const mode_name[] = { "uax29", "news" };

/* Compares all levels with the walk; `what` is shown if they differ. */
static void check_all(const char *p, size_t n, size_t cap, const char *what)
{
    struct columns want, got;
    columns_make(&want, n);
    columns_make(&got, n);
    for (uint32_t mode = 0; mode < 2; mode++) {
        oracle_words(mode, p, n, &want);
        for (enum cpu_level level = 0; level < CPU_LEVELS; level++) {
            if (cpu_limit(level) != level) continue;
            called_words(mode, p, n, cap, &got);
            size_t row = first_difference(&want, &got);
            if (row == (size_t)-1 || !has_one_answer(mode, p, n)) continue;
            size_t at = row < want.n ? want.rows.begin[row] : n;
            ck_abort_msg("%s, %s, %zu bytes, cap %zu, %s: row %zu of %zu/%zu "
                         "at byte %zu: %.*s",
                         cpu_name(level), mode_name[mode], n, cap, what, row,
                         got.n, want.n, at, (int)(n - at < 40 ? n - at : 40),
                         p + at);
        }
    }
    cpu_limit(CPU_LEVELS);
    columns_free(&want);
    columns_free(&got);
}

/* ---- random texts between two pages that cannot be touched ---- */

/* Pieces that the rules of words turn on, and what surrounds them in a text. */
static const char *const hostile[] = {
    "a", "B", "zz", "ا", "ل", "بب", "ة", "أ", "ـ", "َ", "ّ", "1", "7", "23", "٣",
    "۴", " ", " ", " ", " ", "\n", "\r", "\t", ".", ".", ",", ":", "'", "\"", "-",
    "_", "@", "#", "/", "&", "http://", "www.", ".com", "؟", "،", "؛", "!", "?",
    "’", "“", "«", "»", "…", "\xE2\x80\x8D", "\xE2\x80\x8F", "é", "e\xCC\x81",
    "א", "ב", "カ", "漢", "ไทย", "😀", "👩", "🇦", "\xEF\xB8\x8F", "٫", "٬", "%",
    "$", "©", "\xC2\xA0", "\xC2\xAD", "ﷺ", "ﻻ", "Mr", "No", "د", "km", "l'",
    "co-", "\xE2\x80\xAF", "²", "Я", "ж", "ё", "ω", "Ⱥ", "ڤ", "گ", "ی",
    "\xE2\x80\x8B", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xC2\x85", "·", "ߊ", "ܐ", "ސ", "ÿ", "ŉ",
};
/* And what is no UTF-8, and a NUL. */
static const struct {
    char p[3];
    size_t n;
} broken[] = { { "\0", 1 },       { "\xC3", 1 },     { "\xD8", 1 },
               { "\x80", 1 },     { "\xE2\x80", 2 }, { "\xF0\x9F", 2 },
               { "\xC0\xAF", 2 }, { "\xFF", 1 },     { "\xED\xA0", 2 } };
/* Nearly all of a text. */
static const char *const usual[] = { "كتاب ", "الوزير ", "word ", "the ",
                                     "كلمات",  "letters", " ",     "، " };

/* Fills p[0..n), n at most; returns the bytes filled. */
static size_t random_text(uint32_t *seed, char *p, size_t n)
{
    size_t k = 0;
    unsigned tame = next_random(seed) % 3;
    while (k < n) {
        uint32_t r = next_random(seed);
        const char *s = hostile[r % WQ_LEN(hostile)];
        size_t length;
        if (tame && r >> 8 & 3) s = usual[(r >> 10) % WQ_LEN(usual)];
        length = strlen(s);
        if (tame == 2 && (r >> 14) % 16 == 0) {
            s = broken[(r >> 18) % WQ_LEN(broken)].p;
            length = broken[(r >> 18) % WQ_LEN(broken)].n;
        }
        if (length > n - k) break;
        memcpy(p + k, s, length);
        k += length;
    }
    return k;
}

enum { LENGTHS = 300, ALIGNMENTS = 64 };

START_TEST(random_texts_at_every_length_and_place)
{
    static const size_t caps[] = { 1, 2, 7, 62, 63, 64, 65, 1000 };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
                       -1, 0);
    ck_assert_ptr_ne(pages, MAP_FAILED);
    ck_assert_int_eq(mprotect(pages + page, page, PROT_READ | PROT_WRITE), 0);
    uint32_t seed = 5;
    for (size_t n = 0; n <= LENGTHS; n++) {
        for (size_t i = 0; i < ALIGNMENTS; i++) {
            char text[LENGTHS];
            size_t bytes = random_text(&seed, text, n);
            /* Against the page behind, or `i` bytes behind the one in front. */
            bool at_end = i % 2;
            char *p = at_end ? pages + 2 * page - bytes : pages + page + i;
            memcpy(p, text, bytes);
            check_all(p, bytes, caps[next_random(&seed) % WQ_LEN(caps)],
                      "random");
        }
    }
    munmap(pages, 3 * page);
}
END_TEST

/* ---- texts that are known ---- */

static void check_file(const char *path, size_t cap)
{
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "%s cannot be opened", path);
    static char text[1 << 20];
    size_t n = fread(text, 1, sizeof text, f);
    ck_assert(feof(f));
    fclose(f);
    check_all(text, n, cap, path);
}

static const char *const files[] = {
    "articles/000_4b1cc2553c7c1946.txt", "articles/001_b6f3501e893526eb.txt",
    "articles/002_43f431016a0d73b2.txt", "articles/003_9fd02a7e2fa6c110.txt",
    "articles/004_b6a035201fa0cd3b.txt", "unicode/WordBreakTest.txt",
};

START_TEST(articles_and_lines_of_tests_as_they_are)
{
    static const size_t caps[] = { 1, 5, 64, 1000, 100000 };
    char path[512];
    snprintf(path, sizeof path, SRCDIR "/tests/data/%s", files[_i]);
    for (size_t i = 0; i < WQ_LEN(caps); i++) check_file(path, caps[i]);
}
END_TEST

/* Every case of the file, by itself and behind a word. */
START_TEST(the_word_break_test_of_unicode)
{
    FILE *f = fopen(SRCDIR "/tests/data/unicode/WordBreakTest.txt", "r");
    ck_assert_ptr_nonnull(f);
    char line[8192];
    int cases = 0;
    while (fgets(line, sizeof line, f)) {
        char text[256] = "word ";
        size_t n = 5;
        line[strcspn(line, "#\n")] = '\0';
        for (char *s = strtok(line, " \t"); s; s = strtok(NULL, " \t")) {
            char *end;
            unsigned long c = strtoul(s, &end, 16);
            if (end != s && !*end)
                n += text_encode((uint32_t)c, (uint8_t *)text + n);
        }
        if (n == 5) continue;
        check_all(text, n, 1000, "WordBreakTest");
        check_all(text + 5, n - 5, 1000, "WordBreakTest");
        cases++;
    }
    fclose(f);
    ck_assert_int_eq(cases, 1823);
}
END_TEST

/* Each code point between letters, digits and marks.  Also shows that
 * block_tables.c is what the tables of Unicode say. */
START_TEST(every_code_point_in_many_surroundings)
{
    static const char *const around[] = {
        "%s", "a%sb", "ب%sب", "ab%s-1", " %s ", "1%s2", "a%s", "%s2", ".%s.",
        "a%s\xCC\x81 b", "ب%s1", "x.%sy", "\t%s", "\xC2\xA0%s",
    };
    enum { AT_ONCE = 64 };
    for (uint32_t c = 1; c < 0x110000; c += AT_ONCE) {
        char text[AT_ONCE * WQ_LEN(around) * 16], one[8], name[16];
        size_t n = 0;
        for (uint32_t i = c; i < c + AT_ONCE && i < 0x110000; i++) {
            if (i >= 0xD800 && i < 0xE000) continue;
            one[text_encode(i, (uint8_t *)one)] = '\0';
            size_t ways = i < 0x3000 ? WQ_LEN(around) : WQ_LEN(around) / 3;
            for (size_t k = 0; k < ways; k++) {
                n += (size_t)snprintf(text + n, sizeof text - n, around[k],
                                      one);
                text[n++] = ' ';
            }
        }
        snprintf(name, sizeof name, "from U+%04X", c);
        check_all(text, n, 1000, name);
    }
}
END_TEST

/* Short words before what may make them a part of something larger: all of two
 * and three letters, and every 7th of four. */
START_TEST(short_words_before_a_mark)
{
    enum { SIZE = 1 << 20 };
    char *text = malloc(SIZE + 64);
    ck_assert_ptr_nonnull(text);
    size_t n = 0;
    for (uint32_t i = 26; i < 27 * 26 * 26 * 26;
         i += i < 27 * 26 * 26 ? 1 : 7) {
        char word[8] = { 0 };
        size_t letters = 0;
        for (uint32_t k = i; k; k /= 26) word[letters++] = (char)('a' + k % 26);
        if (i % 5 == 0) word[0] = (char)(word[0] - 'a' + 'A');
        n += (size_t)sprintf(text + n, "%s. A %s-b %s. 5 %s'a ", word, word,
                             word, word);
        if (n < SIZE - 64) continue;
        check_all(text, n, 1 << 20, "short words");
        n = 0;
    }
    check_all(text, n, 1 << 20, "short words");
    free(text);
}
END_TEST

START_TEST(long_words_and_marks_on_them)
{
    for (size_t n = 1; n < 200; n++) {
        char text[2048] = "", *p = text;
        static const char *const units[] = { "a", "ب",  "é", "بَ",
                                             "1", "ж", "!" };
        for (size_t k = 0; k < WQ_LEN(units); k++) {
            for (size_t i = 0; i < n && p < text + 2000; i++)
                p = stpcpy(p, units[k]);
            *p++ = ' ';
        }
        check_all(text, (size_t)(p - text), 1000, "long words");
    }
}
END_TEST

START_TEST(columns_may_be_left_out)
{
    static const char in[] = "قال الوزير 5 times, don't";
    for (enum cpu_level level = 0; level < CPU_LEVELS; level++) {
        if (cpu_limit(level) != level) continue;
        uint32_t begin[32], end[32];
        wq_words out = { begin, end, NULL, NULL };
        size_t at = 0;
        ck_assert_uint_eq(text_words(WQ_WORDS_NEWS, in, strlen(in), &at, &out,
                                     32), 6);
        ck_assert_uint_eq(end[5], strlen(in));
    }
    cpu_limit(CPU_LEVELS);
}
END_TEST

START_TEST(hashes_are_those_of_xxhash)
{
    uint32_t seed = 3;
    for (int round = 0; round < 1000; round++) {
        uint8_t bytes[8 + 64 + 16];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)next_random(&seed);
        for (size_t n = 1; n <= 64; n++) {
            uint64_t hash = n <= SHORT_HASH_MAX ? short_hash(bytes + 8, n)
                                                : long_hash(bytes + 8, n);
            ck_assert_uint_eq(hash, XXH3_64bits(bytes + 8, n));
        }
    }
}
END_TEST

START_TEST(a_level_is_lowered_and_never_raised)
{
    enum cpu_level own = cpu_limit(CPU_LEVELS);
    ck_assert_int_eq(cpu_limit(CPU_PLAIN), CPU_PLAIN);
    ck_assert_int_eq(cpu_level(), CPU_PLAIN);
    for (enum cpu_level level = 0; level < CPU_LEVELS; level++)
        ck_assert_int_le(cpu_limit(level), own);
    ck_assert_int_eq(cpu_limit(CPU_LEVELS), own);
    ck_assert_str_eq(cpu_name(CPU_PLAIN), "plain");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text: words at every level");
    TCase *tc = tcase_create("words");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, random_texts_at_every_length_and_place);
    tcase_add_loop_test(tc, articles_and_lines_of_tests_as_they_are, 0,
                        (int)WQ_LEN(files));
    tcase_add_test(tc, the_word_break_test_of_unicode);
    tcase_add_test(tc, every_code_point_in_many_surroundings);
    tcase_add_test(tc, short_words_before_a_mark);
    tcase_add_test(tc, long_words_and_marks_on_them);
    tcase_add_test(tc, columns_may_be_left_out);
    tcase_add_test(tc, hashes_are_those_of_xxhash);
    tcase_add_test(tc, a_level_is_lowered_and_never_raised);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
