/* normalize_test.c - settling twice is settling once whatever the rules, the
 * edits say what was done, the passes do what they promise and take no longer
 * for texts made to be slow. */
#include "../../plugins/normalize/characters.h"
#include "../../plugins/normalize/entities.h"
#include "../../plugins/normalize/mojibake.h"
#include "../../plugins/normalize/persian.h"
#include "../../plugins/normalize/settle.h"
#include "text/text.h"
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Characters that rules look at, and neighbours that they must not: all that
 * can come together and become something else. */
static const char *const pieces[] = {
    "a", "b", "B", "5", ";", "&", "#", "&amp;", "amp;", "quot;", "&#39;",
    "&#1740;", "&nbsp;", "&zwnj;", "&#x64b;", "39;", " ", " ", "\t", "\n",
    "\r", "\r\n", "\v", "\x01", "\x7F", "\xC2\x85", "\u00A0", "\u00A9", "\u00AD",
    "\u00BB", "\u00C2", "\u00C3", "\u00C3\u00A9", "\u00E2\u20AC\u2122",
    "\u00E2\u20AC\u2039", "\u00C3\u0192\u00C2\u00A9", "\u00D8\u00A7\u00D9\u201E",
    "\u00D8", "\u00A7", "\u00DB\u0152", "\u00EF\u00BB\u00BF", "\u0301", "\u0338",
    "\u037E", "\u061C", "\u0621", "\u0627", "\u0627", "\u0629", "\u0637\u00A7",
    "\u0638\u201E", "\u0638\u0679", "\u063A\u0152", "\u0640", "\u0640\u0640",
    "\u0644", "\u0648", "\u0649", "\u064A", "\u064B", "\u064B\u0627", "\u064E",
    "\u064F", "\u0651", "\u0652", "\u0654", "\u0663", "\u066B", "\u0670",
    "\u06A9", "\u06A9", "\u06AF", "\u06CC", "\u06CC", "\u06CC\u0654", "\u0E01",
    "\u0915\u094D", "\u1680", "\u180E", "\u2000", "\u200B", "\u200B", "\u200C",
    "\u200D", "\u200E", "\u2019", "\u2028", "\u202E", "\u2060", "\u2066",
    "\u212A", "\u3000", "\u3001", "\uE000", "\uF0B7", "\uFB01", "\uFB56",
    "\uFBFD", "\uFC60", "\uFD3C", "\uFDFA", "\uFE71", "\uFE76", "\uFE8D",
    "\uFE8E", "\uFEFB", "\uFEFF", "\uFFFD", "\uFFFE", "\U0001F600",
    "\U0001FFFE", " \u0645\u06CC\u200C", " \u06A9\u0647 ", "\u00A4",
    "\u00D8\u00AD", "\u0637\u00AD", "\u00E4\u00B8\u00AD",
};
enum { PIECES = 64, ROOM = 16 * PIECES };

static uint64_t random_state = 1;
static uint32_t next_random(void) /* xorshift64* (Vigna 2016) */
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 0x2545F4914F6CDD1Du) >> 32);
}

/* Dense, or mostly letters, so that blocks without anything occur, too. */
static wq_str make_text(char *out)
{
    wq_str text = { out, 0 };
    uint32_t plain = next_random() % 4;
    for (size_t i = next_random() % PIECES; i > 0; i--) {
        uint32_t r = next_random();
        const char *piece = (r & 3) < plain ? r & 4 ? "x" : "\u0633"
                                            : pieces[r / 8 % WQ_LEN(pieces)];
        memcpy(out + text.n, piece, strlen(piece));
        text.n += strlen(piece);
    }
    return text;
}

static struct rules all_rules(void)
{
    struct rules rules = { .text = text_toolkit(),
                           .cp1252 = text_charset("windows-1252"),
                           .cp1256 = text_charset("windows-1256") };
    memset(rules.on, 1, sizeof rules.on);
    rules.on[RULE_TANWIN] = TANWIN_KEEP;
    rules.on[RULE_DIGITS] = DIGITS_KEEP;
    rules.on[RULE_MOJIBAKE] = MOJIBAKE_REPAIR;
    return rules;
}

/* Every rule on or off, or one of its choices, at random. */
static struct rules some_rules(void)
{
    struct rules rules = all_rules();
    uint32_t r = next_random();
    if (r % 4 == 0) return rules;
    for (int i = 0; i < RULES; i++) rules.on[i] = r >> (i + 2) & 1;
    rules.on[RULE_TANWIN] = (uint8_t)(next_random() % 3);
    rules.on[RULE_MOJIBAKE] = (uint8_t)(next_random() % 3);
    return rules;
}

static int says_no(void *to)
{
    (void)to;
    return 0;
}
static int says_yes(void *to)
{
    (void)to;
    return 1;
}

static wq_str settle(struct settle *s, wq_str text, int (*is_foreign)(void *))
{
    uint64_t counts[RULES] = { 0 };
    struct settled settled;
    ck_assert_int_eq(
        settle_text(s, text, is_foreign, NULL, counts, &settled), 0);
    ck_assert(!settled.is_unsettled);
    return settled.text;
}

/* What the edits make of a text; also checks their order. */
static size_t apply(const struct edits *edits, wq_str from, wq_str to,
                    char *out)
{
    size_t at = 0, m = 0;
    for (size_t i = 0; i <= edits->n; i++) {
        size_t begin = i < edits->n ? edits->list[i].begin : from.n;
        ck_assert_uint_ge(begin, at);
        memcpy(out + m, from.p + at, begin - at);
        m += begin - at;
        if (i == edits->n) break;
        ck_assert_uint_le(edits->list[i].end, from.n);
        memcpy(out + m, to.p + m, edits->list[i].size);
        m += edits->list[i].size;
        at = edits->list[i].end;
    }
    return m;
}

static void check_settles(struct settle *s, struct settle *again, wq_str text,
                          int (*is_foreign)(void *), char *applied)
{
    wq_str once = settle(s, text, is_foreign);
    ck_assert_uint_eq(text_utf8_valid(once.p, once.n), once.n);
    ck_assert_uint_eq(apply(&s->edits, text, once, applied), once.n);
    ck_assert_mem_eq(applied, once.p, once.n);
    wq_str twice = settle(again, once, is_foreign);
    ck_assert_uint_eq(again->edits.n, 0);
    ck_assert_uint_eq(twice.n, once.n);
    ck_assert_mem_eq(twice.p, once.p, once.n);
    ck_assert(!s->rules->on[RULE_NFC] || text_is_nfc(once.p, once.n) ||
              text_nfc(once.p, once.n, applied, 3 * ROOM) == once.n);
}

START_TEST(settling_twice_is_settling_once)
{
    char text[ROOM], applied[3 * ROOM];
    struct settle s = { 0 }, again = { 0 };
    for (int round = 0; round < 100000; round++) {
        struct rules rules = some_rules();
        s.rules = again.rules = &rules;
        check_settles(&s, &again, make_text(text),
                      round & 1 ? says_no : says_yes, applied);
    }
    settle_free(&s);
    settle_free(&again);
}
END_TEST

/* Each rule alone off, then alone on. */
START_TEST(the_samples_settle_whatever_the_rules)
{
    struct settle s = { 0 }, again = { 0 };
    char text[16384], applied[3 * sizeof text];
    int files = 0;
    DIR *folder = opendir(SRCDIR "/tests/data/articles");
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[4096];
        if (!strstr(entry->d_name, ".txt")) continue;
        snprintf(path, sizeof path, "%s/tests/data/articles/%s", SRCDIR,
                 entry->d_name);
        FILE *f = fopen(path, "rb");
        ck_assert_ptr_nonnull(f);
        wq_str whole = { text, fread(text, 1, sizeof text, f) };
        fclose(f);
        ck_assert_uint_lt(whole.n, sizeof text);
        files++;
        for (int i = 0; i < 2 * RULES; i++) {
            struct rules rules = all_rules();
            if (i >= RULES) memset(rules.on, 0, sizeof rules.on);
            rules.on[i % RULES] = !rules.on[i % RULES];
            s.rules = again.rules = &rules;
            check_settles(&s, &again, whole, says_no, applied);
        }
    }
    closedir(folder);
    ck_assert_int_ge(files, 5);
    settle_free(&s);
    settle_free(&again);
}
END_TEST

/* The search by blocks against one that offers every character. */
START_TEST(the_fast_search_misses_nothing)
{
    char text[ROOM], out[CHARACTERS_ROOM(ROOM)];
    struct edits edits = { 0 };
    for (int round = 0; round < 20000; round++) {
        struct rules rules = some_rules();
        wq_str s = make_text(text);
        for (size_t from = 0; from < s.n; from++) {
            /* Nor in a run of blanks: the search finds its first one. */
            if (((unsigned char)s.p[from] & 0xC0) == 0x80 ||
                (from && (s.p[from - 1] == ' ' || s.p[from - 1] == '\t')))
                continue;
            struct scan scan = { .rules = &rules };
            uint64_t counts[RULES] = { 0 };
            size_t found = scan_find(&scan, s.p, from, s.n);
            rewrite_characters(&scan, counts, s.p, s.n, from, out, &edits);
            if (edits.n) ck_assert_uint_ge(edits.list[0].end, found);
        }
    }
    edits_free(&edits);
}
END_TEST

/* U+200B, misread, stands between the characters that it was misread as, and in
 * these again ...: each round takes out one of them, and so makes the next. */
static wq_str make_nest(int depth, char *out)
{
    wq_str text = { out, 0 };
    for (int i = 0; i < 2 * depth + 2; i++) {
        const char *piece = i == 0           ? "\u00C3"
                            : i <= depth     ? "\u00E2\u20AC"
                            : i <= 2 * depth ? "\u2039"
                                             : "\u00A9";
        memcpy(out + text.n, piece, strlen(piece));
        text.n += strlen(piece);
    }
    return text;
}

START_TEST(a_nest_too_deep_stays_as_it_is)
{
    struct rules rules = all_rules();
    struct settle s = { .rules = &rules };
    uint64_t counts[RULES] = { 0 };
    struct settled settled;
    char text[1024];
    ck_assert_int_eq(settle_text(&s, make_nest(10, text), says_no, NULL, counts,
                                 &settled), 0);
    ck_assert(!settled.is_unsettled);
    ck_assert_uint_eq(settled.text.n, 2);
    ck_assert_mem_eq(settled.text.p, "\u00E9", 2);
    memset(counts, 0, sizeof counts);
    wq_str deep = make_nest(40, text);
    ck_assert_int_eq(settle_text(&s, deep, says_no, NULL, counts, &settled), 0);
    ck_assert(settled.is_unsettled);
    ck_assert_ptr_eq(settled.text.p, deep.p);
    ck_assert_uint_eq(settled.text.n, deep.n);
    ck_assert_uint_eq(settled.edits->n, 0);
    for (int i = 0; i < RULES; i++) ck_assert_uint_eq(counts[i], 0);
    settle_free(&s);
}
END_TEST

/* Misread twice, with the bytes of U+00AD, U+00A0, C1 controls and U+200D. */
static const struct {
    const char *misread, *meant;
} passages[] = {
    { "\u00C3\u02DC\u00C2\u00AD\u00C3\u2122\u00C6\u2019\u00C3\u2122\u00CB\u2020"
      "\u00C3\u2122\u00E2\u20AC\u00A6\u00C3\u02DC\u00C2\u00A9", "حكومة" },
    { "\u0637\u00B7\u0622\u00AD\u0637\u00B8\u0626\u2019\u0637\u00B8\u062B\u2020"
      "\u0637\u00B8\u00E2\u20AC\u00A6\u0637\u00B7\u0622\u00A9", "حكومة" },
    { "\u00D9\u2026\u00D8\u00AD\u00D9\u2026\u00D8\u00AF", "محمد" },
    { "\u0638\u2026\u0637\u00AD\u0638\u2026\u0637\u00AF", "محمد" },
    { "\u0637\u00A7\u0638\u200E\u0637\u00A7\u0638\u2026\u0637\u00A7", NULL },
    { "\u0637\u06BE\u0637\u00A7\u0638\u0679\u0637\u00A7\u0638\u2026", "تايام" },
    { "\u00D9\xC2\x81\u00D9\u0160 a\u00AD\u00A0 b", NULL },
    { "\u00E4\u00B8\u00AD\u00E6\u2013\u2021", "中文" },
    { "voil\u00C3\u00A0\u00A0\u00A4 \uE000", "voil\u00E0 \u00A4 \uE000" },
    { "\u00E2\u20AC\u0153so\u00E2\u20AC\u200D \u0637\u00A7\u0638\u201E\u0637\u00A7",
      NULL },
};

/* Reported first and repaired later is what repaired at once is. */
START_TEST(a_report_takes_nothing_away)
{
    struct rules rules = all_rules();
    struct settle s = { .rules = &rules }, again = { .rules = &rules };
    wq_str text = { passages[_i].misread, strlen(passages[_i].misread) };
    wq_str once = settle(&s, text, says_no);
    if (passages[_i].meant) {
        ck_assert_uint_eq(once.n, strlen(passages[_i].meant));
        ck_assert_mem_eq(once.p, passages[_i].meant, once.n);
    }
    rules.on[RULE_MOJIBAKE] = MOJIBAKE_REPORT;
    wq_str reported = settle(&again, text, says_no);
    char *kept = malloc(reported.n + 1);
    ck_assert_ptr_nonnull(kept);
    memcpy(kept, reported.p, reported.n);
    rules.on[RULE_MOJIBAKE] = MOJIBAKE_REPAIR;
    wq_str later = settle(&again, (wq_str){ kept, reported.n }, says_no);
    ck_assert_uint_eq(later.n, once.n);
    ck_assert_mem_eq(later.p, once.p, once.n);
    free(kept);
    settle_free(&s);
    settle_free(&again);
}
END_TEST

/* Fills whole units into n bytes; the caller frees. */
static wq_str repeated(const char *unit, size_t n)
{
    size_t bytes = strlen(unit), m = n / bytes * bytes;
    char *p = malloc(n);
    ck_assert_ptr_nonnull(p);
    for (size_t i = 0; i < m; i += bytes) memcpy(p + i, unit, bytes);
    return (wq_str){ p, m };
}

/* U+FD50 stands for three letters, twice its bytes. */
START_TEST(a_text_that_outgrows_a_field_stays_as_it_is)
{
    struct rules rules = all_rules();
    struct settle s = { .rules = &rules };
    uint64_t counts[RULES] = { 0 };
    struct settled settled;
    for (int longer = 0; longer < 2; longer++) {
        wq_str text = repeated("\uFD50", WQ_MAX_FIELD / 2 + 3 * (size_t)longer);
        ck_assert_int_eq(
            settle_text(&s, text, says_no, NULL, counts, &settled), 0);
        ck_assert_int_eq(settled.is_unsettled, longer);
        ck_assert_uint_eq(settled.text.n, longer ? text.n : 2 * text.n);
        ck_assert_uint_eq(settled.edits->n, !longer);
        free((char *)text.p);
    }
    settle_free(&s);
}
END_TEST

/* What rules look at, over and over: these end within the test's time, or a pass
 * is not linear. */
static const char *const hostile[] = {
    "&", "&amp;", "amp;", "&#39;", " ", "\t", " \n", "\r", "\u00A0", "\u200B",
    "\u200C", "\u0628\u200C", "\u0640", "\u0640\u064E", "\u0640 ", "\u064E",
    " \u064E", "\u0627\u064B", "\u064B\u0627", "\u0628\u0651\u064E\u0651",
    "\u06CC", "\u06CC\u064E", "\u06CC\u200D", "\u06CC(", "\u067E \u06CC ",
    "\u06CC\u0654", "\u00C3", "\u00C3\u00A9", "\u00C3\u0192\u00C2\u00A9",
    "\u00E2\u20AC\u2122", "\u00E2\u20AC\u2122\u0637", "\u00E2\u20AC\u2122\u00E9",
    "\u0637\u00A7", "\u0638\u201E", "\uFC60", "\uFD50", "\u0301", "\u0316\u0301",
    "a\u0316\u0301", "\u202E", "\uF0B7",
};

START_TEST(any_text_takes_linear_time)
{
    struct rules rules = all_rules();
    struct settle s = { .rules = &rules };
    uint64_t counts[RULES] = { 0 };
    struct settled settled;
    wq_str text = repeated(hostile[_i], (size_t)4 << 20);
    ck_assert_int_eq(
        settle_text(&s, text, says_no, NULL, counts, &settled), 0);
    ck_assert(!settled.is_unsettled);
    free((char *)text.p);
    settle_free(&s);
}
END_TEST

static const struct {
    const char *in, *out;
} references[] = {
    { "&quot;a&quot;", "\"a\"" },
    { "&amp;amp;quot;", "\"" },
    { "&amp;", "&" },
    { "&amp;b", "&b" },
    { "AT&T; R&D", "AT&T; R&D" },
    { "?a=1&copy=2", "?a=1&copy=2" },
    { "&#8221;&#x201D;&#X201d;", "\u201D\u201D\u201D" },
    { "&#150;&#128;", "\u2013\u20AC" },
    { "&#0;&#xD800;&#1114112;&#x;&#;&;", "&#0;&#xD800;&#1114112;&#x;&#;&;" },
    { "&#1114111;", "\U0010FFFF" },
    { "&nosuch;&Quot;", "&nosuch;&Quot;" },
    { "&", "&" },
    { "&amp", "&amp" },
};

START_TEST(references_are_read_as_browsers_do)
{
    struct rules rules = all_rules();
    struct edits edits = { 0 };
    uint64_t count = 0;
    char out[64];
    const char *in = references[_i].in;
    size_t n =
        rewrite_entities(&rules, &count, in, strlen(in), out, &edits);
    ck_assert_uint_eq(n, strlen(references[_i].out));
    ck_assert_mem_eq(out, references[_i].out, n);
    edits_free(&edits);
}
END_TEST

/* NULL: real text, to be left alone. */
static const struct {
    const char *in, *out;
} misread[] = {
    { "cr\u00C3\u00A9e", "cr\u00E9e" },
    { "voil\u00C3\u00A0 l\u00C3\u00A0", "voil\u00E0 l\u00E0" },
    { "it\u00E2\u20AC\u2122s \u00E2\u20AC\u0153so\u00E2\u20AC\xC2\x9D",
      "it\u2019s \u201Cso\u201D" },
    { "\u00C2\u00AB\u00C2\u00A0caf\u00C3\u00A9\u00C2\u00A0\u00C2\u00BB",
      "\u00AB\u00A0caf\u00E9\u00A0\u00BB" },
    { "\u00C2\u00A9 2015", "\u00A9 2015" },
    { "\u00D8\u00A7\u00D9\u201E\u00D8\u00B3\u00D9\u201E\u00D8\u00A7\u00D9\u2026 "
      "\u00D9\u02C6", "السلام و" },
    { "\u0637\u00A7\u0638\u201E\u0637\u00B3\u0638\u201E\u0637\u00A7\u0638\u2026 "
      "\u0638\u02C6", "السلام و" },
    { "\u00D0\u0178\u00D1\u20AC\u00D0\u00B8", "При" },
    { "\u00F0\u0178\u02DC\u20AC", "\U0001F600" },
    { "\u00EF\u00BB\u00BFa", "\uFEFFa" },
    { "Vi\u00E1\u00BB\u2021t Nam", "Việt Nam" },
    { "\u00C3\u0192\u00C2\u00A9", "\u00C3\u00A9" }, /* twice: one layer a call */
    { "caf\u0623\u00A9", "caf\u00E9" },
    { "isn\u00E2\xC2\x80\xC2\x99t \u00C3\xC2\xA9", "isn\u2019t \u00E9" },
    { "\u00E4\u00B8\u00AD\u00E6\xC2\x96\u2021", "中文" },
    { "\u00E4\u00B8\u00AD\u00E6\u2013\u2021", "中文" },
    { "\u00E6\u2013\u2021\u00E4\u00B8\u00AD", "文中" },
    { "\u00E0\u00A4\u2022\u00E0\u00A4\u2022\u00E0\u00A4\u2022 "
      "\u00E0\u00A4\u2022", "ककक क" },
    { "l\u00E2\u20AC\u2122\u0623\u00A2ge", "l\u2019\u00E2ge" },
    { "cr\u00C3\u00A9e NESCAF\u00C9\u00AE", "cr\u00E9e NESCAF\u00C9\u00AE" },
    /* A real letter bounds the passage. */
    { "ÉTÉ\u00BB, cr\u00C3\u00A9\u00C3\u00A9", "ÉTÉ\u00BB, cr\u00E9\u00E9" },
    { "Le caf\u00E9\u00A0\u00BB et l\u00E9t\u00E9\u2026\u00A0\u00BB", NULL },
    { "\u00ABAMANH\u00C3\u00BB N\u00C3O\u2026 \u00C3\u201D", NULL },
    { "\u00ABOl\u00E1\u00BB\u2026", NULL },
    { "\u0110\u00C3\u201D \u0110\u00C3\u2026", NULL },
    { "Spa\u00DF\u201D \u00DCBERFLU\u00DF\u00BB", NULL },
    { "ضبط، حفظ؟ شرط» خط” ط… ظ؛", NULL },
    { "ÇA «À»", NULL },
    { "5×½ ×²", NULL },
    { "caf\u00E9\u00A0\u00BB\u00E9\u00A0\u00BB", NULL },
};

START_TEST(misread_text_is_read_again_and_real_text_is_not)
{
    struct rules rules = all_rules();
    struct edits edits = { 0 };
    uint64_t found = 0;
    char out[256];
    const char *in = misread[_i].in;
    const char *want = misread[_i].out ? misread[_i].out : in;
    size_t n =
        rewrite_mojibake(&rules, &found, in, strlen(in), out, &edits);
    ck_assert_int_eq(found > 0, misread[_i].out != NULL);
    ck_assert_uint_eq(n, strlen(want));
    ck_assert_mem_eq(out, want, n);
    edits_free(&edits);
}
END_TEST

/* NULL: Persian, to be left alone. */
static const struct {
    const char *in, *out;
} persian[] = {
    { "فی الکویت", "في الكويت" },
    { "علی مستوی الکویت", "على مستوى الكويت" },
    { "السعودیة والايرانی", "السعودية والايراني" },
    { "قال پرویز إن المفاوضات في الکویت", "قال پرویز إن المفاوضات في الكويت" },
    { "صهیونیستی (رژیم صهیونیستی) صهیونی", "صهيونيستي (رژیم صهیونیستی) صهيوني" },
    { "علـیه", "علـيه" },
    { "این یک متن فارسی است که باید همان\u200Cطور بماند.", NULL },
    { "او می\u200Cرود", NULL },
    { "همه با هم برابر و برادرند و در کار نیک یاری کنید و کوشش کنیم", NULL },
    { "علی", "على" },
    { "فی الکویت که السعودیة", "في الكويت كه السعودية" },
};

START_TEST(words_decide_on_their_yeh)
{
    struct edits edits = { 0 };
    uint64_t count = 0;
    char out[256];
    const char *in = persian[_i].in;
    size_t n = rewrite_persian(in, strlen(in), says_no, NULL, &count, out,
                               &edits);
    const char *want = persian[_i].out ? persian[_i].out : in;
    ck_assert_uint_eq(n, strlen(want));
    ck_assert_mem_eq(out, want, n);
    edits_free(&edits);
}
END_TEST

START_TEST(a_language_is_known_by_its_code)
{
    static const char *const yes[] = { "fa", "FA", "fa-IR", "ur_PK", "ckb", "ku",
                                       "ps", "ug", "sd" };
    static const char *const no[] = { "", "ar", "ar-SA", "en", "und", "f", "-fa",
                                      "fax", "arz" };
    for (size_t i = 0; i < WQ_LEN(yes); i++)
        ck_assert(is_persian_script(yes[i], strlen(yes[i])));
    for (size_t i = 0; i < WQ_LEN(no); i++)
        ck_assert(!is_persian_script(no[i], strlen(no[i])));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("normalize");
    TCase *tc = tcase_create("settle");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, settling_twice_is_settling_once);
    tcase_add_test(tc, the_samples_settle_whatever_the_rules);
    tcase_add_test(tc, the_fast_search_misses_nothing);
    tcase_add_test(tc, a_nest_too_deep_stays_as_it_is);
    tcase_add_test(tc, a_text_that_outgrows_a_field_stays_as_it_is);
    tcase_add_loop_test(tc, a_report_takes_nothing_away, 0, WQ_LEN(passages));
    tcase_add_loop_test(tc, any_text_takes_linear_time, 0, WQ_LEN(hostile));
    tcase_add_loop_test(tc, references_are_read_as_browsers_do, 0,
                        WQ_LEN(references));
    tcase_add_loop_test(tc, misread_text_is_read_again_and_real_text_is_not, 0,
                        WQ_LEN(misread));
    tcase_add_loop_test(tc, words_decide_on_their_yeh, 0, WQ_LEN(persian));
    tcase_add_test(tc, a_language_is_known_by_its_code);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
