/* tokens_test.c - the curated hard cases of both modes (tests/data/tokens), one
 * test a file: every line that fails is shown; words of scripts without spaces,
 * which are remembered between calls and must not show it; texts made to take
 * long.
 *
 * Each case is asked for whole and token by token, since calls may stop
 * anywhere; each hash must be that of the token's slice. */
#include "text/props.h"
#include "text/text.h"
#include "text/walk.h"
#include <check.h>
#include <pthread.h>
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
        printf("%s (%s)\n  is      %s\n  not     %s\n", line, why, shown,
               tokens);
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

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u; /* Numerical Recipes' LCG */
    return *state >> 8;
}

/* Reads the texts of the hard cases, at most `cap`; the caller frees each. */
static size_t read_texts(char **texts, size_t cap)
{
    char line[LINE_MAX_BYTES];
    size_t n = 0;
    FILE *f = fopen(SRCDIR "/tests/data/tokens/hard.tsv", "r");
    ck_assert_ptr_nonnull(f);
    while (n < cap && fgets(line, sizeof line, f)) {
        if (strncmp(line, "# ", 2) == 0) continue;
        line[strcspn(line, "\t\n")] = '\0';
        unescape(line);
        texts[n] = strdup(line);
        ck_assert_ptr_nonnull(texts[n++]);
    }
    fclose(f);
    return n;
}

/* words() has fast lanes for what is plain: among plain words, the hard ones
 * must come out as the rules have them. */
START_TEST(fast_lanes_keep_the_rules_of_news)
{
    char *texts[512], text[2048];
    size_t n_texts = read_texts(texts, WQ_LEN(texts));
    uint32_t seed = 1;
    for (int round = 0; round < 4000; round++) {
        static const char *const plain[] = { "قال ", "the ", "word", " ", "5" };
        size_t n = 0;
        while (n < 1024) {
            uint32_t r = next_random(&seed);
            const char *s = r % 3 ? plain[r / 3 % WQ_LEN(plain)]
                                  : texts[r / 3 % n_texts];
            size_t bytes = strlen(s);
            memcpy(text + n, s, bytes);
            n += bytes;
        }
        uint32_t begin[2048], end[2048];
        uint8_t cls[2048], is;
        wq_words out = { begin, end, cls, NULL };
        size_t at = 0, k = 0;
        size_t got = text_words(WQ_WORDS_NEWS, text, n, &at, &out, 2048);
        for (size_t i = 0, stop; i < n; i = stop) {
            stop = news_token((const uint8_t *)text, n, i, &is);
            if (is == WQ_W_OTHER) continue;
            ck_assert_msg(k < got && begin[k] == i && end[k] == stop
                              && cls[k] == is,
                          "\"%.*s\" in \"%.*s\"", (int)(stop - i), text + i,
                          (int)n, text);
            k++;
        }
        ck_assert_uint_eq(k, got);
    }
    for (size_t i = 0; i < n_texts; i++) free(texts[i]);
}
END_TEST

/* ---- scripts without spaces ---- */

#define THAI  "ฉันรักประเทศไทยเพราะว่าประเทศไทยเป็นประเทศที่สวยงาม"
#define CHINA "我们都是中国人世界卫生组织今天发布了新的报告"
#define KHMER "ខ្ញុំស្រលាញ់កម្ពុជា"

/* A text and room for its words. */
struct text {
    char *p;
    size_t n, got;
    uint32_t *begin, *end;
    uint8_t *cls;
};

/* Room for n bytes and their words; text_close frees it. */
static struct text text_open(size_t n)
{
    struct text t = { malloc(n + 1), n, 0, malloc(n * 4 + 4), malloc(n * 4 + 4),
                      malloc(n + 1) };
    ck_assert(t.p && t.begin && t.end && t.cls);
    return t;
}

static void text_close(struct text *t)
{
    free(t->p);
    free(t->begin);
    free(t->end);
    free(t->cls);
}

/* Finds the words of t, at most cap a call. */
static void find_words(struct text *t, size_t cap)
{
    size_t at = 0, more;
    t->got = 0;
    do {
        wq_words out = { t->begin + t->got, t->end + t->got, t->cls + t->got,
                         NULL };
        more = text_words(WQ_WORDS_NEWS, t->p, t->n, &at, &out, cap);
        t->got += more;
    } while (more);
    ck_assert_uint_eq(at, t->n);
}

/* n bytes of whole units, then spaces. */
static struct text repeated(const char *unit, size_t n)
{
    struct text t = text_open(n);
    size_t bytes = strlen(unit), at = 0;
    for (; at + bytes <= n; at += bytes) memcpy(t.p + at, unit, bytes);
    memset(t.p + at, ' ', n - at);
    return t;
}

/* The same words of a short run wherever it stands, at the seams of windows
 * too. */
START_TEST(a_run_comes_apart_alike_anywhere)
{
    const char run[] = THAI CHINA KHMER;
    size_t n = sizeof run - 1;
    struct text alone = repeated(run, n);
    find_words(&alone, n);
    ck_assert_uint_ge(alone.got, 20);
    for (size_t front = 3300; front < 4200; front += 7) {
        struct text t = text_open(front + n);
        memset(t.p, ' ', front);
        memcpy(t.p + front, run, n);
        find_words(&t, t.n);
        ck_assert_uint_eq(t.got, alone.got);
        for (size_t i = 0; i < t.got; i++) {
            ck_assert_uint_eq(t.begin[i] - front, alone.begin[i]);
            ck_assert_uint_eq(t.end[i] - front, alone.end[i]);
            ck_assert_uint_eq(t.cls[i], WQ_W_WORD);
        }
        text_close(&t);
    }
    text_close(&alone);
}
END_TEST

/* A long run: its words follow one another without a gap, whatever is asked in
 * one call and whatever is asked in between. */
START_TEST(a_long_run_comes_apart_alike_in_calls_of_any_size)
{
    struct text whole = repeated(THAI CHINA, 60000);
    struct text parts = repeated(THAI CHINA, 60000);
    struct text other = repeated(KHMER, 600);
    find_words(&whole, whole.n);
    for (size_t i = 1; i < whole.got; i++)
        ck_assert_uint_eq(whole.begin[i], whole.end[i - 1]);
    size_t at = 0, got = 0;
    for (;;) {
        wq_words out = { parts.begin, parts.end, parts.cls, NULL };
        if (!text_words(WQ_WORDS_NEWS, parts.p, parts.n, &at, &out, 1)) break;
        ck_assert_uint_eq(parts.begin[0], whole.begin[got]);
        ck_assert_uint_eq(parts.end[0], whole.end[got]);
        if (++got % 50 == 0) find_words(&other, 3);
    }
    ck_assert_uint_eq(got, whole.got);
    text_close(&whole);
    text_close(&parts);
    text_close(&other);
}
END_TEST

/* What was cut is remembered by its bytes, not by where they stand: another
 * text in the same memory is another text. */
START_TEST(texts_in_the_same_memory_are_not_mixed_up)
{
    static const char *const runs[] = { "中国人民", "中国人都", "中国人", "国人民",
                                        "ไทยแลนด์", "ไทยไทย" };
    struct text t = text_open(64);
    for (size_t i = 0; i < 1000; i++) {
        const char *run = runs[i * 7 % WQ_LEN(runs)];
        const char *front = i % 3 ? "" : "人";
        t.n = (size_t)snprintf(t.p, 65, "%s%s", front, run);
        find_words(&t, 1 + i % 2);
        struct text fresh = repeated(THAI, 200); /* drives it out */
        find_words(&fresh, 200);
        text_close(&fresh);
        fresh = text_open(64);
        fresh.n = t.n;
        memcpy(fresh.p, t.p, t.n);
        find_words(&fresh, 64);
        ck_assert_uint_eq(fresh.got, t.got);
        ck_assert_mem_eq(fresh.end, t.end, t.got * sizeof *t.end);
        text_close(&fresh);
    }
    text_close(&t);
}
END_TEST

static void *find_words_often(void *text)
{
    for (int i = 0; i < 20; i++) find_words(text, 1 + (size_t)i);
    return NULL;
}

START_TEST(threads_do_not_share_what_they_remember)
{
    static const char *const units[] = { THAI, CHINA, KHMER, THAI KHMER };
    struct text alone[4], beside[4];
    pthread_t thread[4];
    for (int i = 0; i < 4; i++) {
        alone[i] = repeated(units[i], 9000);
        beside[i] = repeated(units[i], 9000);
        find_words(&alone[i], 9000);
    }
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, find_words_often,
                                        &beside[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
        ck_assert_uint_eq(alone[i].got, beside[i].got);
        ck_assert_mem_eq(alone[i].end, beside[i].end,
                         alone[i].got * sizeof *alone[i].end);
        text_close(&alone[i]);
        text_close(&beside[i]);
    }
}
END_TEST

/* ---- hostile texts: they end within the test's time, or something is not
 * linear ---- */
static const struct {
    const char *front, *unit;
} hostile[] = {
    { "", THAI },          { "", "ไ" },        { "", "中" },
    { "ก", "\xE0\xB8\xB1" }, /* vowel signs on one letter */
    { "", "ก\xCC\x81" },   { "", "カ" },        { "", "l'a" },
    { "", "l’é" },         { "", "co-" },      { "", "F-1" },
    { "", "A&" },          { "", "1/" },       { "", "1/2/2015/" },
    { "", "1:22:" },       { "", "٢٠:٣٦" },     { "", "20h30" },
    { "", "5km" },         { "", "1.1.2015." },{ "", "ق." },
    { "", "د. " },         { "", "Z. A" },     { "", "EE." },
    { "http://a/", "ا" },  { "http://a/", "(" },{ "http://a/", "aا" },
    { "", "@a" },          { "", "@" },        { "", "#1" },
    { "#", "1" },          { "", "." },        { "", "%" },
    { "", "9:9" },         { "", "2015-05-12T" }, { "", "a.b@" },
};

START_TEST(any_text_takes_linear_time)
{
    size_t front = strlen(hostile[_i].front);
    struct text t = repeated(hostile[_i].unit, (size_t)3 << 20);
    memcpy(t.p, hostile[_i].front, front); /* may cut a unit: so be it */
    find_words(&t, t.n);
    text_close(&t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tokens");
    TCase *tc = tcase_create("hard cases");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, hard_cases_of_news);
    tcase_add_test(tc, hard_cases_of_uax29);
    tcase_add_test(tc, fast_lanes_keep_the_rules_of_news);
    tcase_add_test(tc, a_run_comes_apart_alike_anywhere);
    tcase_add_test(tc, a_long_run_comes_apart_alike_in_calls_of_any_size);
    tcase_add_test(tc, texts_in_the_same_memory_are_not_mixed_up);
    tcase_add_test(tc, threads_do_not_share_what_they_remember);
    tcase_add_loop_test(tc, any_text_takes_linear_time, 0,
                        (int)WQ_LEN(hostile));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
