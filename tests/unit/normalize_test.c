/* normalize_test.c - repairing twice is repairing once, the edits say what was
 * done, and the fast search finds what a slow one finds. */
#include "../../plugins/normalize/repair.h"
#include "text/text.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Characters that rules look at, and their neighbours that they must not. */
static const char *const pieces[] = {
    "a", "b", " ", " ", "\t", "\n", "\r", "\r\n", "\v", "\x01", "\x7F",
    "\xC2\x85", "\u00A0", "\u00A9", "\u00AD", "\u0301", "\u061C", "\u0627",
    "\u0640", "\u0644", "\u064B", "\u0651", "\u0654", "\u06A9", "\u06CC",
    "\u06AF", "\u1680", "\u180E", "\u2000", "\u200B", "\u200C", "\u200D",
    "\u200E", "\u2019", "\u2028", "\u202E", "\u2060", "\u2066", "\u3000",
    "\u3001", "\uFB56", "\uFDFA", "\uFE8D", "\uFEFB", "\uFEFF", "\U0001F600",
};
enum { PIECES = 60, ROOM = 4 * PIECES };

static uint32_t random_state = 1;
static uint32_t next_random(void)
{
    return random_state = random_state * 1664525u + 1013904223u;
}

/* Mostly letters, so that blocks of 16 bytes without anything occur, too. */
static size_t make_text(char *out)
{
    size_t n = 0;
    for (size_t i = next_random() >> 16 & (PIECES - 1); i > 0; i--) {
        uint32_t r = next_random() >> 12;
        const char *piece = r & 3 ? "x" : pieces[r / 4 % WQ_LEN(pieces)];
        memcpy(out + n, piece, strlen(piece));
        n += strlen(piece);
    }
    return n;
}

static size_t apply(const struct edits *edits, const char *p, size_t n,
                    char *out)
{
    size_t from = 0, to = 0;
    for (size_t i = 0; i < edits->n; i++) {
        ck_assert_uint_ge(edits->begin[i], from);
        memcpy(out + to, p + from, edits->begin[i] - from);
        to += edits->begin[i] - from;
        if (edits->with[i].n)
            memcpy(out + to, edits->with[i].p, edits->with[i].n);
        to += edits->with[i].n;
        from = edits->end[i];
    }
    memcpy(out + to, p + from, n - from);
    return to + n - from;
}

START_TEST(repairing_twice_is_repairing_once)
{
    uint8_t on[RULES];
    uint64_t counts[RULES] = { 0 };
    char text[ROOM], once[2 * ROOM], again[2 * ROOM], applied[2 * ROOM];
    struct edits edits = { 0 };
    memset(on, 1, sizeof on);
    for (int round = 0; round < 20000; round++) {
        struct repair r = { .on = on, .counts = counts };
        size_t n = make_text(text);
        size_t first = repair_find(&r, text, 0, n);
        edits.n = 0;
        size_t m = repair_text(&r, text, n, first, once, &edits);
        ck_assert_uint_le(m, n + n / 3 + 8);
        ck_assert_uint_eq(text_utf8_valid(once, m), m);
        ck_assert_uint_eq(apply(&edits, text, n, applied), m);
        ck_assert_mem_eq(applied, once, m);
        edits.n = 0;
        ck_assert_uint_eq(repair_find(&r, once, 0, m), m);
        ck_assert_uint_eq(repair_text(&r, once, m, m, again, &edits), m);
        ck_assert_uint_eq(edits.n, 0);
        /* What is not suspected to be out of NFC is in NFC. */
        struct repair after = { .on = on, .counts = counts };
        repair_find(&after, once, 0, m);
        ck_assert(after.maybe_not_nfc || text_is_nfc(once, m));
    }
    edits_free(&edits);
}
END_TEST

START_TEST(languages_are_told_by_their_letters)
{
    static const struct {
        const char *text;
        size_t arabic, other;
    } cases[] = {
        { "", 0, 0 },
        { "abc", 0, 0 },
        { "سلام", 4, 0 },
        { "چاپ", 3, 2 },
        { "گژ", 2, 2 },
        { "\uFB94\uFBFC\uFE8D", 3, 1 },
    };
    for (size_t i = 0; i < WQ_LEN(cases); i++) {
        size_t arabic = 0, other = 0;
        repair_count_letters(cases[i].text, strlen(cases[i].text), &arabic,
                             &other);
        ck_assert_uint_eq(arabic, cases[i].arabic);
        ck_assert_uint_eq(other, cases[i].other);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("normalize");
    TCase *tc = tcase_create("repair");
    tcase_add_test(tc, repairing_twice_is_repairing_once);
    tcase_add_test(tc, languages_are_told_by_their_letters);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
