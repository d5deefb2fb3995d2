/* sentences_test.c - the made-up cases of tests/data/sentences/cases.tsv (a text
 * with bars where a sentence ends, and why), and any text at all. */
#include "text/text.h"
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1024, CASES = 256 };

static struct a_case {
    char text[ROOM], shown[ROOM]; /* without bars; with them, trimmed */
    char why[ROOM];
} cases[CASES];
static int n_cases;

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Appends a sentence, trimmed, behind a bar; nothing if nothing is left. */
static void append(char *shown, const char *p, size_t n)
{
    while (n && is_blank(*p)) p++, n--;
    while (n && is_blank(p[n - 1])) n--;
    if (!n) return;
    size_t k = strlen(shown);
    snprintf(shown + k, ROOM - k, "%s%.*s", k ? "|" : "", (int)n, p);
}

/* Reads the line as a case; escapes become what they stand for. */
static void read_case(struct a_case *to, char *line)
{
    size_t k = 0, from = 0;
    char *tab = strchr(line, '\t');
    if (!tab) {
        fprintf(stderr, "cases.tsv: no reason for: %s\n", line);
        exit(1);
    }
    *tab = '\0';
    snprintf(to->why, ROOM, "%s", tab + 1);
    for (const char *s = line; *s; s++) {
        if (*s == '|') {
            append(to->shown, to->text + from, k - from);
            from = k;
            continue;
        }
        char c = *s;
        if (c == '\\') c = *++s == 'n' ? '\n' : *s == 'r' ? '\r' : '\t';
        to->text[k++] = c;
    }
    append(to->shown, to->text + from, k - from);
}

static void load(void)
{
    FILE *f = fopen(SRCDIR "/tests/data/sentences/cases.tsv", "r");
    if (!f) {
        fprintf(stderr, "cannot read cases.tsv\n");
        exit(1);
    }
    char line[ROOM];
    while (n_cases < CASES && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (*line && *line != '#') read_case(&cases[n_cases++], line);
    }
    fclose(f);
}

START_TEST(a_case_comes_out_as_it_should)
{
    const struct a_case *c = &cases[_i];
    uint32_t begin[32], end[32];
    char shown[ROOM] = "";
    size_t at = 0;
    size_t got = text_sentences(c->text, strlen(c->text), &at, begin, end, 32);
    for (size_t i = 0; i < got; i++)
        append(shown, c->text + begin[i], end[i] - begin[i]);
    ck_assert_msg(strcmp(shown, c->shown) == 0, "%s:\n  %s\n  %s", c->why,
                  shown, c->shown);
}
END_TEST

/* A text made of pieces that the rules look at; the last ones are no UTF-8. */
enum { BROKEN = 4 };
static size_t random_text(uint32_t *seed, bool broken, char *text)
{
    static const char *const pieces[] = {
        ".",  "..", "…",  " ",   "\n", "\r\n", "؟", "!",   "?",   "«",  "»",
        "(",  ")",  "\"", "-",   "–",  ",",    "،", ":",   "قال", "من", "لأن",
        "د",  "م",  "بي", "سي",  "و",  "Mr",   "A", "The", "e.g", "no", "x",
        "12", "٣",  "😀", "\xCC\x81", "ـ", "َ",  "漢", "。", "März",
        "\xE2\x80\x8F",
        "\xD8", "\xE2\x80", "\xF0", "\x80",
    };
    size_t n = 0;
    while (n < ROOM - 16 && *seed % 53 != 0) {
        *seed = *seed * 1664525 + 1013904223;
        const char *piece =
            pieces[(*seed >> 16) % (WQ_LEN(pieces) - (broken ? 0 : BROKEN))];
        memcpy(text + n, piece, strlen(piece));
        n += strlen(piece);
    }
    *seed = *seed * 1664525 + 1013904223;
    return n;
}

/* In order, not empty, nothing but white space left out; one at a time as all
 * at once; nothing read behind the text, which ends where its memory does. */
START_TEST(sentences_cover_the_text)
{
    static char text[ROOM];
    uint32_t seed = (uint32_t)_i + 1, begin[ROOM], end[ROOM], b, e;
    for (int round = 0; round < 500; round++) {
        bool broken = round % 4 == 0;
        size_t n = random_text(&seed, broken, text);
        size_t at = 0, one = 0, behind = 0;
        char *copy = malloc(n ? n : 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, text, n);
        size_t got = text_sentences(copy, n, &at, begin, end, ROOM);
        ck_assert_uint_eq(at, n);
        for (size_t i = 0; i < got; i++) {
            ck_assert_uint_eq(text_sentences(copy, n, &one, &b, &e, 1), 1);
            ck_assert_uint_eq(b, begin[i]);
            ck_assert_uint_eq(e, end[i]);
            ck_assert_uint_lt(b, e);
            ck_assert_uint_le(behind, b);
            for (; behind < b; behind++)
                ck_assert(broken || is_blank(copy[behind]));
            ck_assert(broken || !(is_blank(copy[b]) || is_blank(copy[e - 1])));
            behind = e;
        }
        for (; behind < n; behind++)
            ck_assert(broken || is_blank(copy[behind]));
        free(copy);
    }
}
END_TEST

/* These end within the test's time, or the walk is not linear. */
static const struct {
    const char *unit;
    size_t times;
} hostile[] = {
    { ".", 1 << 20 },        { "..", 1 << 20 },      { ". ", 1 << 20 },
    { "؟ ", 1 << 20 },       { "\"", 1 << 20 },      { "«", 1 << 20 },
    { ".»", 1 << 20 },       { "(!) ", 1 << 20 },    { "…", 1 << 20 },
    { "… ", 1 << 20 },       { "…(", 1 << 20 },      { "\n", 1 << 20 },
    { "\n ", 1 << 20 },
    { "a\n", 1 << 20 },      { " ", 1 << 20 },       { "قال", 1 << 23 },
    { "من\n", 1 << 20 },     { "a,\n", 1 << 20 },    { "م. ", 1 << 20 },
    { "بي.", 1 << 20 },      { "1. ", 1 << 20 },     { "Mr. ", 1 << 20 },
    { "Mr. The ", 1 << 20 }, { "! 😀 ", 1 << 20 },   { "\xCC\x81", 1 << 20 },
    { "a.\xCC\x81", 1 << 20 }, { ". 1", 1 << 20 },   { "؟» ", 1 << 20 },
    { ". - ", 1 << 20 },     { "هذا.. ", 1 << 20 },  { "e.g. ", 1 << 20 },
};

START_TEST(any_text_takes_linear_time)
{
    size_t unit = strlen(hostile[_i].unit), n = unit * hostile[_i].times;
    char *text = malloc(n);
    uint32_t begin[256], end[256];
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < n; i++) text[i] = hostile[_i].unit[i % unit];
    size_t at = 0, got, behind = 0;
    while ((got = text_sentences(text, n, &at, begin, end, 256)))
        for (size_t i = 0; i < got; i++) {
            ck_assert_uint_le(behind, begin[i]);
            behind = end[i];
        }
    ck_assert_uint_eq(at, n);
    free(text);
}
END_TEST

int main(void)
{
    load();
    Suite *suite = suite_create("text: sentences");
    TCase *tc = tcase_create("sentences");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_case_comes_out_as_it_should, 0, n_cases);
    tcase_add_loop_test(tc, sentences_cover_the_text, 0, 40);
    tcase_add_loop_test(tc, any_text_takes_linear_time, 0,
                        (int)WQ_LEN(hostile));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
