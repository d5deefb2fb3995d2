/* clitics_test.c - the pieces of Arabic words: by hand, by scheme, and what holds
 * of every word whatever: joined, the pieces are the word. */
#include "plugins/tokenize/segments.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char kind_letters[CLITIC_KINDS + 1] = "siCpFax";

/* "C:و p:ب a:ال s:تالي" for a word, in out. */
static void describe(const char *word, const struct clitics_pieces *pieces,
                     char *out)
{
    size_t at = 0;
    for (size_t i = 0; i < pieces->n; i++) {
        out += sprintf(out, "%s%c:%.*s", i ? " " : "",
                       kind_letters[pieces->kind[i]],
                       (int)(pieces->end[i] - at), word + at);
        at = pieces->end[i];
    }
}

static const char *divided(const char *word, enum scheme scheme)
{
    static char text[512];
    struct clitics model = clitics_built_in();
    struct clitics_pieces pieces;
    clitics_divide(&model, word, strlen(word), &pieces);
    scheme_apply(scheme, &pieces);
    describe(word, &pieces, text);
    return text;
}

START_TEST(words_come_apart)
{
    static const struct {
        const char *word, *pieces;
    } cases[] = {
        { "كتاب", "s:كتاب" },
        { "الكتاب", "a:ال s:كتاب" },
        { "وبالتالي", "C:و p:ب a:ال s:تالي" },
        { "للسلطة", "p:ل a:ل s:سلطة" },
        { "وسيقولون", "C:و F:س s:يقولون" },
        { "مدينتها", "s:مدينت x:ها" },
        { "لها", "p:ل x:ها" },
        { "أليس", "i:أ s:ليس" },
        { "أفلا", "i:أ C:ف s:لا" },
        { "الله", "s:الله" },
        { "بالله", "p:ب s:الله" },
        { "والد", "s:والد" },
        { "برلين", "s:برلين" },
        { "وزير", "s:وزير" },
        /* signs and tatweel go with the letter before them */
        { "وَقَالَ", "C:وَ s:قَالَ" },
        { "بـالقلم", "p:بـ a:ال s:قلم" },
        /* ها and نا with the sign of the indefinite are no pronouns */
        { "وجيهاً", "s:وجيهاً" },
        { "إنسانًا", "s:إنسانًا" },
        /* function words */
        { "وليس", "C:و s:ليس" },
        { "فهل", "C:ف s:هل" },
        { "بأي", "p:ب s:أي" },
        { "لولا", "s:لولا" },
        { "لديك", "s:لدي x:ك" },
        { "ولديهم", "C:و s:لدي x:هم" },
        { "الذين", "s:الذين" },
        { "واللتان", "C:و s:اللتان" },
        { "اللواتي", "s:اللواتي" },
        /* grammar: ى is no pronoun, أب is أبو before one, ... */
        { "بمعنى", "p:ب s:معنى" },
        { "أبها", "s:أبها" },
        { "ساهم", "s:ساهم" },
        { "نوه", "s:نوه" },
        { "بأسهم", "p:ب s:أسهم" },
        { "للأسهم", "p:ل a:ل s:أسهم" },
        { "ليوهم", "p:ل s:يوهم" },
        { "ولياً", "s:ولياً" },
        { "سداً", "s:سداً" },
        { "ولاية", "s:ولاية" },
        { "لأنهم", "p:ل s:أن x:هم" },
        /* what is no ordinary word of Arabic stays whole */
        { "", "s:" },
        { "و", "s:و" },
        { "وبالABC", "s:وبالABC" },
        { "وﻻ", "s:وﻻ" },
        { "برای", "s:برای" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(divided(cases[i].word, SCHEME_D3), cases[i].pieces);
}
END_TEST

START_TEST(schemes_are_views)
{
    ck_assert_str_eq(divided("وبالتالي", SCHEME_D1), "C:و s:بالتالي");
    ck_assert_str_eq(divided("وبالتالي", SCHEME_D2), "C:و p:ب s:التالي");
    ck_assert_str_eq(divided("وبالتالي", SCHEME_ATB), "C:و p:ب s:التالي");
    ck_assert_str_eq(divided("وبالتالي", SCHEME_NONE), "s:وبالتالي");
    ck_assert_str_eq(divided("ومدينتها", SCHEME_D1), "C:و s:مدينتها");
    ck_assert_str_eq(divided("ومدينتها", SCHEME_ATB), "C:و s:مدينت x:ها");
    ck_assert_str_eq(divided("للسلطة", SCHEME_ATB), "p:ل s:لسلطة");
    ck_assert_str_eq(divided("لها", SCHEME_D1), "s:لها");
    ck_assert_str_eq(divided("لها", SCHEME_D2), "p:ل s:ها");
}
END_TEST

/* The same numbers on every machine. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* Words of letters that clitics are made of, others, signs and strangers. */
static size_t random_word(uint32_t *state, char *out)
{
    static const char *const parts[] = {
        "و", "ف", "ب", "ل", "ك", "س", "ا", "ل", "أ", "ه", "ها", "هم", "نا",
        "ي", "ني", "كم", "ة", "ت", "م", "ر", "ال", "َ", "ّ", "ـ", "\u200f",
        "پ", "ی", "x", "ﻻ", "١", "😀",
    };
    size_t n = 0, count = 1 + next_random(state) % 30, ordinary = 25;
    if (next_random(state) % 4 == 0) ordinary = sizeof parts / sizeof *parts;
    for (size_t i = 0; i < count; i++) {
        const char *part = parts[next_random(state) % ordinary];
        if (n + strlen(part) > CLITICS_BYTES) break;
        memcpy(out + n, part, strlen(part));
        n += strlen(part);
    }
    return n;
}

START_TEST(pieces_joined_are_the_word)
{
    struct clitics model = clitics_built_in();
    uint32_t state = 1;
    for (int round = 0; round < 30000; round++) {
        char word[CLITICS_BYTES];
        size_t n = random_word(&state, word), at = 0;
        char *exact = malloc(n ? n : 1); /* a byte beyond it is found */
        ck_assert_ptr_nonnull(exact);
        memcpy(exact, word, n);
        struct clitics_pieces pieces;
        clitics_divide(&model, exact, n, &pieces);
        ck_assert_uint_ge(pieces.n, 1);
        ck_assert_uint_le(pieces.n, CLITICS_PIECES);
        for (size_t i = 0; i < pieces.n; i++) {
            ck_assert_uint_lt(pieces.kind[i], CLITIC_KINDS);
            if (n) ck_assert_uint_lt(at, pieces.end[i]);
            at = pieces.end[i];
            /* between code points */
            if (at < n) ck_assert_int_ne((unsigned char)word[at] & 0xC0, 0x80);
        }
        ck_assert_uint_eq(at, n);
        free(exact);
    }
}
END_TEST

START_TEST(readings_are_words_too)
{
    static struct clitics_candidate reading[CLITICS_CANDIDATES];
    struct clitics model = clitics_built_in();
    uint32_t state = 2;
    for (int round = 0; round < 3000; round++) {
        char word[CLITICS_BYTES];
        size_t n = random_word(&state, word);
        size_t readings = clitics_candidates(&model, word, n, reading);
        ck_assert_uint_le(readings, CLITICS_CANDIDATES);
        for (size_t i = 0; i < readings; i++) {
            ck_assert_uint_le(reading[i].n_features, CLITICS_FEATURES);
            ck_assert_uint_le(reading[i].n_article, CLITICS_FEATURES);
            ck_assert_uint_eq(
                reading[i].pieces.end[reading[i].pieces.n - 1], n);
        }
    }
}
END_TEST

START_TEST(memory_changes_nothing)
{
    struct clitics model = clitics_built_in();
    struct segmenter *segmenter = segmenter_new(model, SCHEME_D3);
    uint32_t state = 3;
    ck_assert_ptr_nonnull(segmenter);
    for (int round = 0; round < 20000; round++) {
        char word[CLITICS_BYTES];
        size_t n = random_word(&state, word);
        struct clitics_pieces pieces;
        clitics_divide(&model, word, n, &pieces);
        scheme_apply(SCHEME_D3, &pieces);
        for (int again = 0; again < 2; again++) { /* all words in few places */
            const struct clitics_pieces *remembered = segmenter_divide(
                segmenter, word, n, (uint64_t)(round % 3) << 60);
            ck_assert_uint_eq(remembered->n, pieces.n);
            ck_assert_mem_eq(remembered->end, pieces.end, pieces.n);
            ck_assert_mem_eq(remembered->kind, pieces.kind, pieces.n);
        }
    }
    segmenter_free(segmenter);
}
END_TEST

START_TEST(spelling_of_alef_and_yeh_does_not_matter)
{
    static const char *const pairs[][2] = {
        { "وأحمد", "واحمد" },   { "لأوباما", "لاوباما" },
        { "بإشراف", "باشراف" }, { "وعلى", "وعلي" },
        { "والآخر", "والاخر" }, { "أولادها", "اولادها" },
    };
    struct clitics model = clitics_built_in();
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct clitics_pieces pieces[2];
        for (size_t k = 0; k < 2; k++)
            clitics_divide(&model, pairs[i][k], strlen(pairs[i][k]),
                           &pieces[k]);
        ck_assert_mem_eq(&pieces[0], &pieces[1], sizeof pieces[0]);
    }
}
END_TEST

START_TEST(only_arabic_words_of_a_text)
{
    static const char text[] = "قال Ali: وبها 15";
    uint32_t begin[] = { 0, 7, 10, 12, 21 }, end[] = { 6, 10, 11, 20, 23 };
    uint8_t cls[] = { WQ_W_WORD, WQ_W_WORD, WQ_W_PUNCT, WQ_W_WORD,
                      WQ_W_NUMBER };
    uint64_t hash[5] = { 0 };
    wq_words words = { begin, end, cls, hash };
    struct segments s;
    struct segmenter *segmenter =
        segmenter_new(clitics_built_in(), SCHEME_ATB);
    ck_assert_ptr_nonnull(segmenter);
    ck_assert_int_eq(segmenter_text(segmenter, text, &words, 5, &s), 0);
    ck_assert_uint_eq(s.n, 3); /* و ب ها: what is whole has no pieces */
    ck_assert_uint_eq(s.begin[0], 12);
    ck_assert_uint_eq(s.begin[2], 16);
    ck_assert_uint_eq(s.end[2], 20);
    ck_assert_uint_eq(s.kind[2], CLITIC_PRONOUN);
    segmenter_free(segmenter);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clitics");
    TCase *tcase = tcase_create("clitics");
    tcase_add_test(tcase, words_come_apart);
    tcase_add_test(tcase, schemes_are_views);
    tcase_add_test(tcase, pieces_joined_are_the_word);
    tcase_add_test(tcase, readings_are_words_too);
    tcase_add_test(tcase, memory_changes_nothing);
    tcase_add_test(tcase, spelling_of_alef_and_yeh_does_not_matter);
    tcase_add_test(tcase, only_arabic_words_of_a_text);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
