/* text_cut_test.c - what every function of the toolkit makes of a text that is
 * cut at any byte, in the middle of a code point too.
 *
 * For each string of the four test files of Unicode and each cut k, the text is
 * p[0..k) with a page behind it that nobody may read.  The function must end at
 * k, find what the rules say of those k bytes (oracle.h: bytes of a code point
 * that was cut are U+FFFD, one each, or stay as they are), and find the same in
 * calls of one as in one call. */
#include "fence.h"
#include "oracle.h"
#include "text/text.h"
#include "unicode_file.h"

/* ck_assert writes to a pipe each time, which is most of what it does here. */
#define ENSURE(x)                                                              \
    do {                                                                       \
        if (!(x)) ck_abort_msg("%s", #x);                                      \
    } while (0)

static struct fence fence, room;
static struct oracle o;

/* The boundaries of the text as the rules have it against `next`, which gives
 * the end of the segment at `at`. */
static void check_breaks(const char *p, size_t n,
                         bool (*rule)(const struct oracle *o, size_t i),
                         size_t (*next)(const char *p, size_t n, size_t at),
                         const char *line)
{
    size_t at = 0;
    for (size_t i = 1; i <= o.n; i++) {
        if (i < o.n && !rule(&o, i)) continue;
        at = next(p, n, at);
        if (at != o.at[i])
            ck_abort_msg("cut at %zu, byte %zu: %s", n, at, line);
    }
    ENSURE(at == n);
}

static size_t next_grapheme(const char *p, size_t n, size_t at)
{
    uint32_t end;
    ENSURE(text_graphemes(p, n, &at, &end, 1) == 1);
    return end;
}

enum { MOST = BREAK_CASE_MAX };

/* One call against calls of one, for words. */
static void check_words(uint32_t mode, const char *p, size_t n)
{
    uint32_t begin[MOST], end[MOST], b, e;
    uint64_t hash[MOST], h;
    uint8_t cls[MOST], c;
    wq_words all = { begin, end, cls, hash }, one = { &b, &e, &c, &h };
    size_t at = 0, got = text_words(mode, p, n, &at, &all, MOST);
    ENSURE(at == n);
    at = 0;
    for (size_t i = 0; i < got; i++) {
        ENSURE(text_words(mode, p, n, &at, &one, 1) == 1);
        ENSURE(b == begin[i] && e == end[i] && c == cls[i] && h == hash[i]);
        ENSURE(h == text_fold_hash(p + b, e - b));
    }
    ENSURE(text_words(mode, p, n, &at, &one, 1) == 0);
    ENSURE(at == n);
}

static void check_sentences(const char *p, size_t n)
{
    uint32_t begin[MOST], end[MOST], b, e;
    size_t at = 0, got = text_sentences(p, n, &at, begin, end, MOST);
    ENSURE(at == n);
    at = 0;
    for (size_t i = 0; i < got; i++) {
        ENSURE(text_sentences(p, n, &at, &b, &e, 1) == 1);
        ENSURE(b == begin[i] && e == end[i]);
    }
    ENSURE(text_sentences(p, n, &at, &b, &e, 1) == 0);
}

static void check_graphemes_and_runs(const char *p, size_t n)
{
    uint32_t end[MOST + 1], e;
    uint8_t script[MOST], s;
    size_t at = 0, got = text_graphemes(p, n, &at, end, MOST);
    ENSURE(at == n);
    at = 0;
    for (size_t i = 0; i < got; i++)
        ENSURE(next_grapheme(p, n, i ? end[i - 1] : 0) == end[i]);
    got = text_script_runs(p, n, &at, end, script, MOST);
    ENSURE(at == n);
    at = 0;
    for (size_t i = 0; i < got; i++) {
        ENSURE(text_script_runs(p, n, &at, &e, &s, 1) == 1);
        ENSURE(e == end[i] && s == script[i]);
    }
}

/* Folds with and without the map, into room that ends at a fence, too. */
static void check_folds(const char *p, size_t n)
{
    for (uint32_t profile = 0; profile <= WQ_FOLD_SEARCH; profile++) {
        size_t need = text_fold(profile, p, n, NULL, 0);
        char *out = room.end - need, again[3 * MOST + 8];
        uint32_t from[3 * MOST + 9];
        ENSURE(need <= 3 * n);
        ENSURE(text_fold(profile, p, n, out, need) == need);
        ENSURE(
            text_fold_map(profile, p, n, again, from, sizeof again) == need);
        ENSURE(memcmp(out, again, need) == 0);
        ENSURE(from[need] == n);
        for (size_t i = 0; i < need; i++) {
            ENSURE(from[i] <= from[i + 1]);
            ENSURE(from[i] < n);
        }
        if (profile == WQ_FOLD_STANDARD)
            ENSURE(text_fold_hash(p, n) == text_hash(out, need));
    }
}

static void check_nfc(const char *p, size_t n, const char *line)
{
    char want[3 * MOST + 8];
    size_t need = oracle_nfc(&o, p, want);
    char *out = room.end - need;
    if (text_nfc(p, n, out, need) != need || memcmp(out, want, need) != 0)
        ck_abort_msg("cut at %zu: %s", n, line);
    if (text_is_nfc(p, n)) ENSURE(need == n && memcmp(out, p, n) == 0);
}

static void check_repair(const char *p, size_t n)
{
    wq_flaw list[4];
    wq_flaws flaws = { list, 4, 0 };
    size_t valid = text_utf8_valid(p, n);
    size_t need = text_utf8_repair(p, n, NULL, 0, &flaws);
    char *out = room.end - need;
    ENSURE(text_utf8_repair(p, n, out, need, NULL) == need);
    ENSURE(text_utf8_valid(out, need) == need);
    ENSURE(flaws.n == (valid < n)); /* a cut leaves one piece */
    ENSURE(need == valid + 3 * flaws.n);
    if (flaws.n)
        ENSURE(list[0].at == valid && list[0].bytes == n - valid
                  && list[0].out == valid);
}

/* Everything there is, on text[0..n) cut at every byte. */
static void check_cuts(const char *text, size_t n, const char *line)
{
    for (size_t k = 0; k <= n; k++) {
        const char *p = fence_copy(&fence, text, k);
        oracle_read(&o, p, k);
        check_breaks(p, k, oracle_grapheme, next_grapheme, line);
        check_breaks(p, k, oracle_word, text_segment_uax29, line);
        check_breaks(p, k, oracle_sentence, text_sentence_uax29, line);
        check_words(WQ_WORDS_UAX29, p, k);
        check_words(WQ_WORDS_NEWS, p, k);
        check_sentences(p, k);
        check_graphemes_and_runs(p, k);
        check_folds(p, k);
        check_nfc(p, k, line);
        check_repair(p, k);
        size_t counts[WQ_SCRIPTS] = { 0 };
        text_scripts(p, k, counts, WQ_SCRIPTS);
    }
}

static const struct {
    const char *name;
    int cases;
} files[] = {
    { "GraphemeBreakTest.txt", 602 },
    { "WordBreakTest.txt", 1823 },
    { "SentenceBreakTest.txt", 502 },
    { "NormalizationTest.txt.zst", 19074 },
};

START_TEST(a_text_cut_anywhere_is_what_the_rules_make_of_it)
{
    struct unicode_file file = unicode_open(files[_i].name);
    bool are_breaks = strstr(files[_i].name, "Break") != NULL;
    int cases = 0;
    fence = fence_new(MOST * 4);
    room = fence_new(MOST * 4);
    for (char *line; (line = unicode_line(&file));) {
        struct break_case c;
        const char *s = line;
        if (*line == '#' || *line == '@' || !*line) continue;
        if (are_breaks) {
            if (!unicode_breaks(line, &c)) continue;
            check_cuts(c.text, c.n, line);
        } else {
            size_t source = unicode_points(&s, c.text, sizeof c.text);
            check_cuts(c.text, source, line);
            unicode_points(&s, c.text, sizeof c.text);
            size_t n = unicode_points(&s, c.text, sizeof c.text); /* NFD */
            if (n != source) check_cuts(c.text, n, line);
        }
        cases++;
    }
    ck_assert_int_eq(cases, files[_i].cases);
    free(file.text);
}
END_TEST

/* Texts longer than any vector, so that blocks are cut as well. */
START_TEST(long_texts_cut_anywhere)
{
    static const char *const texts[] = {
        "وقال الوزير إنّ الحكومة ستعقد اجتماعاً طارئاً يوم الأحد المقبل، وأضاف «نعم» ثم مضى "
        "إلى مُحَمَّدٍ في الرياض 😀 ﷺ ٢٠٢٣.",
        "The quick brown fox jumps over the lazy dog, e\xCC\x81t\xCC\x81 caf\xC3\xA9 - "
        "\xE2\x80\x9Cquoted\xE2\x80\x9D \xE1\xBA\xA1 \xEA\xB0\x80\xE1\x86\xA8 end of it.",
        "日本語のテキスト、カ\xE3\x82\x99 ไทยภาษา हिन्दी 한국어 Ελληνικά Русский שָׁלוֹם "
        "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7.",
    };
    fence = fence_new(MOST * 4);
    room = fence_new(MOST * 4);
    for (size_t i = 0; i < WQ_LEN(texts); i++)
        for (size_t from = 0; from < 8; from++)
            if (((unsigned char)texts[i][from] & 0xC0) != 0x80)
                check_cuts(texts[i] + from, strlen(texts[i]) - from, texts[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text: cut at every byte");
    TCase *tc = tcase_create("cut");
    tcase_set_timeout(tc, 240);
    tcase_add_loop_test(tc, a_text_cut_anywhere_is_what_the_rules_make_of_it, 0,
                        (int)WQ_LEN(files));
    tcase_add_test(tc, long_texts_cut_anywhere);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
