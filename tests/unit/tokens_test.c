/* tokens_test.c - the curated hard cases of both modes (tests/data/tokens), one
 * test a file: every line that fails is shown.
 *
 * Each case is asked for whole and token by token, since calls may stop
 * anywhere; each hash must be that of the token's slice. */
#include "text/props.h"
#include "text/text.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 4096
#define TOKENS_MAX     256

static const char *const class_names[WQ_W_CLASSES] = {
    "other", "word", "number", "punct", "symbol", "url", "email",
    "hashtag", "mention", "emoji", "time", "abbreviation", "date",
};

/* Replaces \n \r \t \\ \uXXXX \UXXXXXXXX in place; returns the bytes. */
static size_t unescape(char *s)
{
    char *in = s, *out = s;
    while (*in) {
        if (*in != '\\') {
            *out++ = *in++;
            continue;
        }
        char what = in[1];
        int digits = what == 'u' ? 4 : what == 'U' ? 8 : 0;
        in += 2;
        if (digits) {
            char hex[9] = "";
            memcpy(hex, in, (size_t)digits);
            in += digits;
            uint32_t c = (uint32_t)strtoul(hex, NULL, 16);
            out += text_encode(c, (uint8_t *)out);
        } else {
            *out++ = what == 'n' ? '\n' : what == 'r' ? '\r'
                     : what == 't' ? '\t' : what;
        }
    }
    *out = '\0';
    return (size_t)(out - s);
}

/* The tokens of a text as the files write them. */
static void show(uint32_t mode, const char *text, size_t n, size_t cap,
                 char *shown, size_t room)
{
    size_t at = 0, k = 0, got;
    uint32_t begin[TOKENS_MAX], end[TOKENS_MAX];
    uint8_t cls[TOKENS_MAX];
    uint64_t hash[TOKENS_MAX];
    wq_words out = { begin, end, cls, hash };
    *shown = '\0';
    while ((got = text_words(mode, text, n, &at, &out, cap))) {
        for (size_t i = 0; i < got; i++) {
            size_t bytes = end[i] - begin[i];
            ck_assert_uint_eq(hash[i], text_fold_hash(text + begin[i], bytes));
            k += (size_t)snprintf(shown + k, room - k, "%s%.*s/%s",
                                  k ? " " : "", (int)bytes, text + begin[i],
                                  class_names[cls[i]]);
        }
    }
    ck_assert_uint_eq(at, n);
}

/* Runs one line; returns 0 if it fails, -1 if it is no case. */
static int passes(uint32_t mode, char *line)
{
    char shown[LINE_MAX_BYTES];
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "# ", 2) == 0 || strcmp(line, "#") == 0) return -1;
    char *tokens = strchr(line, '\t');
    char *why = tokens ? strchr(tokens + 1, '\t') : NULL;
    ck_assert_msg(why != NULL, "not three columns: %s", line);
    *tokens++ = *why++ = '\0';
    size_t n = unescape(line);
    unescape(tokens);
    for (size_t cap = TOKENS_MAX; cap; cap = cap > 1) {
        show(mode, line, n, cap, shown, sizeof shown);
        if (strcmp(shown, tokens) == 0) continue;
        printf("%s (%s)\n  is      %s\n  not     %s\n", line, why, shown, tokens);
        return 0;
    }
    return 1;
}

/* Runs a file; returns its cases. */
static int run_file(uint32_t mode, const char *path)
{
    char line[LINE_MAX_BYTES];
    int cases = 0, failed = 0;
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s cannot be opened", path);
    while (fgets(line, sizeof line, f)) {
        int passed = passes(mode, line);
        cases += passed >= 0;
        failed += passed == 0;
    }
    fclose(f);
    ck_assert_msg(failed == 0, "%d of %d cases fail", failed, cases);
    return cases;
}

START_TEST(hard_cases_of_news)
{
    int cases = run_file(WQ_WORDS_NEWS, SRCDIR "/tests/data/tokens/hard.tsv");
    ck_assert_int_ge(cases, 200);
}
END_TEST

START_TEST(hard_cases_of_uax29)
{
    int cases = run_file(WQ_WORDS_UAX29, SRCDIR "/tests/data/tokens/uax29.tsv");
    ck_assert_int_ge(cases, 40);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tokens");
    TCase *tc = tcase_create("hard cases");
    tcase_add_test(tc, hard_cases_of_news);
    tcase_add_test(tc, hard_cases_of_uax29);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
