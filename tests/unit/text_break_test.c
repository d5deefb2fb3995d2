/* text_break_test.c - words and sentences: the Unicode test files, the rules
 * of news, and calls that stop anywhere and go on. */
#include "text/text.h"
#include "unicode_file.h"

/* Runs a test file through `next`; returns the number of its cases. */
static int run_file(const char *name,
                    size_t (*next)(const char *p, size_t n, size_t at))
{
    struct unicode_file file = unicode_open(name);
    int cases = 0;
    for (char *line; (line = unicode_line(&file));) {
        struct break_case c;
        if (!unicode_breaks(line, &c)) continue;
        size_t k = 0, at = 0;
        ck_assert_uint_eq(c.breaks[k++], 0);
        while (at < c.n) {
            at = next(c.text, c.n, at);
            ck_assert_msg(k < c.n_breaks && c.breaks[k] == at,
                          "breaks at byte %zu: %s", at, line);
            k++;
        }
        ck_assert_msg(k == c.n_breaks, "%s", line);
        cases++;
    }
    free(file.text);
    return cases;
}

START_TEST(all_word_break_cases_of_unicode_pass)
{
    ck_assert_int_eq(run_file("WordBreakTest.txt", text_segment_uax29), 1823);
}
END_TEST

START_TEST(all_sentence_break_cases_of_unicode_pass)
{
    ck_assert_int_eq(run_file("SentenceBreakTest.txt", text_sentence_uax29),
                     502);
}
END_TEST

START_TEST(every_terminator_of_unicode_ends_a_sentence)
{
    int found = 0;
    for (uint32_t c = 0; c < 0x110000; c++) {
        if (c >= 0xD800 && c < 0xE000) continue;
        unsigned sb = text_prop(c)->sb;
        char text[32] = "بب1";
        size_t n = strlen(text);
        n += text_encode(c, (uint8_t *)text + n);
        text[n] = ' ';
        memcpy(text + n + 1, "ب", 2);
        size_t end = text_sentence_uax29(text, n + 3, 0);
        int is_line = sb == SB_CR || sb == SB_LF || sb == SB_SEP;
        int is_stop = sb == SB_ATERM || sb == SB_STERM;
        ck_assert_msg(end == (is_line ? n : is_stop ? n + 1 : n + 3), "U+%04X",
                      c);
        found += is_line || is_stop;
    }
    ck_assert_int_gt(found, 150);
}
END_TEST

/* ---- words() against the segments ---- */

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u; /* Numerical Recipes' LCG */
    return *state >> 8;
}

/* A text of n_points code points that the rules of this folder turn on. */
static size_t random_text(uint32_t *seed, size_t n_points, char *out)
{
    static const char *const bits[] = {
        "a", "B", "z", "ا", "ل", "ب", "ة", "ـ", "َ", "ّ", "1", "7", "٣", "۴",
        " ", " ", " ", "\n", "\r", "\t", ".", ".", ",", ":", "'", "\"", "-",
        "_", "@", "#", "/", "http://", "www.", ".com", "؟", "،", "؛", "!", "?",
        "’", "”", "«", "»", "…", "\xE2\x80\x8D", "\xE2\x80\x8F", "é", "e\xCC\x81",
        "א", "ב", "カ", "漢", "字", "😀", "🏽", "👩", "🇦", "🇪", "\xEF\xB8\x8F",
        "٫", "٬", "%", "$", "©", "\xC2\xA0", "\xC2\xAD", "ﷺ", "ﻻ", "Mr", "د",
        "\xE2\x80\xAF", "²", "Ⓜ", "\xE2\x80\xA8", "Ⱥ",
    };
    size_t n = 0;
    for (size_t i = 0; i < n_points; i++) {
        const char *s = bits[next_random(seed) % WQ_LEN(bits)];
        size_t len = strlen(s);
        memcpy(out + n, s, len);
        n += len;
    }
    return n;
}

#define POINTS 60
#define ROOM   (POINTS * 8)

START_TEST(words_are_the_segments_less_white_space)
{
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char text[ROOM];
        size_t n = random_text(&seed, POINTS, text);
        uint32_t begin[ROOM], end[ROOM];
        uint64_t hash[ROOM];
        uint8_t cls[ROOM];
        wq_words out = { begin, end, cls, hash };
        size_t at = 0, k = 0;
        size_t got = text_words(WQ_WORDS_UAX29, text, n, &at, &out, ROOM);
        ck_assert_uint_eq(at, n);
        for (size_t i = 0; i < n;) {
            size_t stop = text_segment_uax29(text, n, i);
            if (k < got && begin[k] == i) {
                ck_assert_uint_eq(end[k], stop);
                ck_assert_uint_eq(hash[k], text_fold_hash(text + i, stop - i));
                k++;
            } else { /* white space alone is missing */
                ck_assert_msg(strchr(" \n\r\t\xC2\xE2", text[i]), "byte %zu", i);
            }
            i = stop;
        }
        ck_assert_uint_eq(k, got);
    }
}
END_TEST

START_TEST(calls_of_any_size_give_the_same_words)
{
    uint32_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        char text[ROOM];
        size_t n = random_text(&seed, POINTS, text);
        uint32_t begin[2][ROOM], end[2][ROOM];
        uint64_t hash[2][ROOM];
        uint8_t cls[2][ROOM];
        uint32_t mode = round & 1 ? WQ_WORDS_NEWS : WQ_WORDS_UAX29;
        wq_words whole = { begin[0], end[0], cls[0], hash[0] };
        size_t at = 0, k = 0;
        size_t got = text_words(mode, text, n, &at, &whole, ROOM);
        at = 0;
        for (;;) {
            wq_words part = { begin[1] + k, end[1] + k, cls[1] + k,
                              hash[1] + k };
            size_t cap = 1 + next_random(&seed) % 5, before = at;
            size_t more = text_words(mode, text, n, &at, &part, cap);
            if (!more) break;
            ck_assert_uint_le(more, cap);
            ck_assert_uint_gt(at, before);
            k += more;
        }
        ck_assert_uint_eq(k, got);
        ck_assert_mem_eq(begin[0], begin[1], k * sizeof begin[0][0]);
        ck_assert_mem_eq(end[0], end[1], k * sizeof end[0][0]);
        ck_assert_mem_eq(cls[0], cls[1], k);
        ck_assert_mem_eq(hash[0], hash[1], k * sizeof hash[0][0]);
        for (size_t i = 0; i < k; i++) { /* in order, of the fold as hashed */
            ck_assert_uint_lt(begin[0][i], end[0][i]);
            if (i) ck_assert_uint_le(end[0][i - 1], begin[0][i]);
            if (mode == WQ_WORDS_NEWS)
                ck_assert_uint_ne(cls[0][i], WQ_W_OTHER);
            ck_assert_uint_eq(hash[0][i],
                              text_fold_hash(text + begin[0][i],
                                             end[0][i] - begin[0][i]));
        }
        wq_words bare = { begin[1], end[1], NULL, NULL };
        at = 0;
        ck_assert_uint_eq(text_words(mode, text, n, &at, &bare, ROOM), got);
        ck_assert_mem_eq(begin[0], begin[1], k * sizeof begin[0][0]);
        ck_assert_mem_eq(end[0], end[1], k * sizeof end[0][0]);
    }
}
END_TEST

START_TEST(calls_of_any_size_give_the_same_sentences)
{
    uint32_t seed = 3;
    for (int round = 0; round < 20000; round++) {
        char text[ROOM];
        size_t n = random_text(&seed, POINTS, text);
        uint32_t begin[ROOM], end[ROOM], b, e;
        size_t at = 0;
        size_t got = text_sentences(text, n, &at, begin, end, ROOM);
        at = 0;
        for (size_t i = 0; i < got; i++) {
            ck_assert_uint_eq(text_sentences(text, n, &at, &b, &e, 1), 1);
            ck_assert_uint_eq(b, begin[i]);
            ck_assert_uint_eq(e, end[i]);
            ck_assert_uint_lt(b, e);
            if (i) ck_assert_uint_le(end[i - 1], b);
        }
        ck_assert_uint_eq(text_sentences(text, n, &at, &b, &e, 1), 0);
    }
}
END_TEST

/* ---- news ---- */

/* Tokens are shown as text/class, the class by its first letters. */
static const struct {
    const char *in, *out;
} news[] = {
    { "", "" },
    { " \n\t\xC2\xA0\xE2\x80\x8F", "" },
    { "قال الوزير.", "قال/w الوزير/w ./p" },
    { "سياسي:البارزاني", "سياسي/w :/p البارزاني/w" },
    { "نيوز_ الخبر", "نيوز/w _/p الخبر/w" },
    { "__ a_b __init", "__/p a_b/w __/p init/w" },
    { "الماضي.وقال", "الماضي/w ./p وقال/w" },
    { "end.Next node.js", "end/w ./p Next/w node.js/w" },
    { "عام2015 و15عاما", "عام/w 2015/n و/w 15/n عاما/w" },
    { "الـ24 لـCNN وMD90s رابطhttp://a.sa",
      "الـ/w 24/n لـ/w CNN/w و/w MD90s/w رابط/w http://a.sa/u" },
    { "the 8th of 1960s", "the/w 8th/w of/w 1960s/w" },
    { "http://www.bbc.com/a?b=c, www.x.org.",
      "http://www.bbc.com/a?b=c/u ,/p www.x.org/u ./p" },
    { "(https://ar.wikipedia.org/wiki/عمان_(الأردن))",
      "(/p https://ar.wikipedia.org/wiki/عمان_(الأردن)/u )/p" },
    { "bbc.co.uk/news aawsat.com.", "bbc.co.uk/news/u aawsat.com/u ./p" },
    { "a.b-c@mail.example.org, x@y", "a.b-c@mail.example.org/e ,/p x/w @/p y/w" },
    { "info@spa.gov.sa.", "info@spa.gov.sa/e ./p" },
    { "#السعودية_اليوم #1 #", "#السعودية_اليوم/h #/p 1/n #/p" },
    { "@KingSalman قال @ا_ب", "@KingSalman/m قال/w @ا_ب/m" },
    { "20:36 9:05:10 ٢٠:٣٦ 1:2 123:45",
      "20:36/t 9:05:10/t ٢٠:٣٦/t 1/n :/p 2/n 123/n :/p 45/n" },
    { "1,234.5 ١٬٠٠٠ ٣٫٥ 5;6 1،5", "1,234.5/n ١٬٠٠٠/n ٣٫٥/n 5/n ;/p 6/n 1،5/n" },
    { "(أ.ف.ب) U.S. troops, G.D.P. J. Doe",
      "(/p أ.ف.ب/a )/p U.S./a troops/w ,/p G.D.P./a J./a Doe/w" },
    { "Mr. Smith said no. No. 5", "Mr./a Smith/w said/w no/w ./p No./a 5/n" },
    { "don't l’eau 'كلمة' كلمة'أخرى",
      "don't/w l’/w eau/w '/p كلمة/w '/p كلمة/w '/p أخرى/w" },
    { "... -- 1...", ".../p --/p 1/n .../p" },
    { "50% $3 ©", "50/n %/s $/s 3/n ©/s" },
    { "😀👩🏽 🇦🇪 1️⃣ ☎️", "😀/E 👩🏽/E 🇦🇪/E 1️⃣/E ☎️/E" },
    { "ــــ مـــصر َ", "ــــ/p مـــصر/w" },
    { "漢字 カタカナ ไทย", "漢字/w カタカナ/w ไทย/w" },
    { "well-known الواي-فاي", "well/w -/p known/w الواي/w -/p فاي/w" },
};

START_TEST(news_tokens)
{
    static const char of_class[] = { 'o', 'w', 'n', 'p', 's', 'u', 'e',
                                     'h', 'm', 'E', 't', 'a', 'd' };
    const char *in = news[_i].in;
    uint32_t begin[64], end[64];
    uint8_t cls[64];
    wq_words out = { begin, end, cls, NULL };
    char shown[512] = "";
    size_t at = 0, k = 0;
    size_t got = text_words(WQ_WORDS_NEWS, in, strlen(in), &at, &out, 64);
    for (size_t i = 0; i < got; i++)
        k += (size_t)snprintf(shown + k, sizeof shown - k, "%s%.*s/%c",
                              i ? " " : "", (int)(end[i] - begin[i]),
                              in + begin[i], of_class[cls[i]]);
    ck_assert_str_eq(shown, news[_i].out);
}
END_TEST

/* Sentences are shown between bars. */
static const struct {
    const char *in, *out;
} sentences[] = {
    { "", "" },
    { "قال الوزير. وأضاف ذلك! لماذا؟ نعم", "قال الوزير.|وأضاف ذلك!|لماذا؟|نعم" },
    { "الماضي.وقال المصدر", "الماضي.|وقال المصدر" },
    { "سطر أول\n\nسطر ثان\r\n", "سطر أول|سطر ثان" },
    { "قالت (أ.ف.ب) إن U.S. Army على example.com?a=b", 
      "قالت (أ.ف.ب) إن U.S. Army على example.com?a=b" },
    { "Dr. Smith met J. Doe. He left. \"Really?\" Yes.",
      "Dr. Smith met J. Doe.|He left.|\"Really?\"|Yes." },
    { "بلغ 3.5 في المئة. ثم", "بلغ 3.5 في المئة.|ثم" },
    { "قال: \"نعم.\" ثم مضى.", "قال: \"نعم.\"|ثم مضى." },
    { "عن د. محمد علي.", "عن د. محمد علي." },
    { "ما تفعله... في الواقع. لا", "ما تفعله... في الواقع.|لا" },
    { "He left... Then", "He left...|Then" },
    { "\"Really?\" he said. \"Yes!\" She", "\"Really?\" he said.|\"Yes!\"|She" },
    { "at No. 96, in 1986. 1987 was", "at No. 96, in 1986.|1987 was" },
};

START_TEST(news_sentences)
{
    const char *in = sentences[_i].in;
    uint32_t begin[16], end[16];
    char shown[512] = "";
    size_t at = 0, k = 0;
    size_t got = text_sentences(in, strlen(in), &at, begin, end, 16);
    for (size_t i = 0; i < got; i++)
        k += (size_t)snprintf(shown + k, sizeof shown - k, "%s%.*s",
                              i ? "|" : "", (int)(end[i] - begin[i]),
                              in + begin[i]);
    ck_assert_str_eq(shown, sentences[_i].out);
}
END_TEST

/* ---- hostile texts: these end within the test's time, or the walk is not
 * linear ---- */
static const struct {
    const char *unit;
    size_t times;
} hostile[] = {
    { "a", (size_t)64 << 20 },          { "ب", 1000000 },
    { "\xCC\x81", 1000000 },            { "a.", 1000000 },
    { "a.\xCC\x81", 1000000 },          { "1,", 1000000 },
    { "a@", 1000000 },                  { "a-", 1000000 },
    { "a_", 1000000 },                  { "__", 1000000 },
    { "#", 1000000 },                   { "@", 1000000 },
    { "http://", 1000000 },             { "www.", 1000000 },
    { ". , ", 1000000 },                { "?\")", 1000000 },
    { "\xE2\x80\x8D", 1000000 },        { "🇦", 1000000 },
    { "א\"", 1000000 },                 { "1:22:", 1000000 },
    { "(", 1000000 },                   { "a.\xCC\x81\xCC\x81", 500000 },
};

START_TEST(any_text_takes_linear_time)
{
    size_t unit = strlen(hostile[_i].unit), n = unit * hostile[_i].times;
    char *text = malloc(n);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < n; i += unit)
        memcpy(text + i, hostile[_i].unit, unit);
    uint32_t begin[256], end[256];
    uint64_t hash[256];
    uint8_t cls[256];
    wq_words out = { begin, end, cls, hash };
    for (uint32_t mode = 0; mode < 2; mode++) {
        size_t at = 0;
        while (text_words(mode, text, n, &at, &out, 256)) {}
        ck_assert_uint_eq(at, n);
    }
    size_t at = 0;
    while (text_sentences(text, n, &at, begin, end, 256)) {}
    ck_assert_uint_eq(at, n);
    free(text);
}
END_TEST

START_TEST(bytes_that_are_no_utf8_do_no_harm)
{
    uint32_t seed = 11;
    for (int round = 0; round < 20000; round++) {
        size_t n = next_random(&seed) % 40;
        char *text = malloc(n ? n : 1); /* so that a sanitizer sees its end */
        ck_assert_ptr_nonnull(text);
        for (size_t i = 0; i < n; i++) {
            uint32_t r = next_random(&seed);
            text[i] = (char)(r & 1 ? r >> 4 : 0xC0 | (r >> 4 & 0x3F));
        }
        uint32_t begin[64], end[64];
        wq_words out = { begin, end, NULL, NULL };
        for (uint32_t mode = 0; mode < 2; mode++) {
            size_t at = 0;
            while (text_words(mode, text, n, &at, &out, 64)) {}
            ck_assert_uint_eq(at, n);
        }
        size_t at = 0;
        while (text_sentences(text, n, &at, begin, end, 64)) {}
        ck_assert_uint_eq(at, n);
        free(text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text: words and sentences");
    TCase *tc = tcase_create("breaks");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, all_word_break_cases_of_unicode_pass);
    tcase_add_test(tc, all_sentence_break_cases_of_unicode_pass);
    tcase_add_test(tc, every_terminator_of_unicode_ends_a_sentence);
    tcase_add_test(tc, words_are_the_segments_less_white_space);
    tcase_add_test(tc, calls_of_any_size_give_the_same_words);
    tcase_add_test(tc, calls_of_any_size_give_the_same_sentences);
    tcase_add_loop_test(tc, news_tokens, 0, (int)WQ_LEN(news));
    tcase_add_loop_test(tc, news_sentences, 0, (int)WQ_LEN(sentences));
    tcase_add_loop_test(tc, any_text_takes_linear_time, 0,
                        (int)WQ_LEN(hostile));
    tcase_add_test(tc, bytes_that_are_no_utf8_do_no_harm);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
