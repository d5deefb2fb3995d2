/* tag_test.c - the kernels of plugins/tag: dates, places, agencies, keywords.
 */
#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/tag/tag.h"
#include "text/text.h"

#define TOKENS 4096

static struct lexicon *lex;
static uint32_t begins[2][TOKENS], ends[2][TOKENS];
static uint64_t hashes[2][TOKENS];
static struct mark marks[2][TOKENS];

static wq_str str(const char *s)
{
    return (wq_str){ s, strlen(s) };
}

static void open_lexicon(void)
{
    lex = lexicon_new(text_toolkit());
    ck_assert_ptr_nonnull(lex);
}
static void close_lexicon(void)
{
    lexicon_free(lex);
}

/* The words of a text, in one of two places. */
static struct words words_of(wq_str text, int place)
{
    struct words w = { .text = text,
                       .begin = begins[place],
                       .end = ends[place],
                       .hash = hashes[place],
                       .marks = marks[place] };
    wq_words out = { begins[place], ends[place], NULL, hashes[place] };
    size_t at = 0;
    w.n = lex->text->words(WQ_WORDS_NEWS, text.p, text.n, &at, &out, TOKENS);
    marks_fill(lex, &w);
    return w;
}

/* ---- calendars ----------------------------------------------------------- */

START_TEST(days_and_dates_agree_over_ten_thousand_years)
{
    int y, m, d;
    for (int32_t day = day_of(1, 1, 1); day <= day_of(9999, 12, 31);
         day += 13) {
        day_split(day, &y, &m, &d);
        ck_assert(is_date(y, m, d));
        ck_assert_int_eq(day_of(y, m, d), day);
    }
    ck_assert_int_eq(day_of(1970, 1, 1), 0);
    ck_assert_int_eq(weekday_of(day_of(2023, 9, 19)), 2);
}
END_TEST

START_TEST(hijri_years_follow_each_other_without_a_gap)
{
    int32_t day, next;
    for (int year = 1; year < 1700; year++) {
        int last = hijri_day(year, 12, 30, &day) ? 30 : 29;
        ck_assert(hijri_day(year, 12, last, &day));
        ck_assert(hijri_day(year + 1, 1, 1, &next));
        /* the tabular and the observed calendar differ by a day or two where
         * they meet */
        int off = year == 1299 || year == 1600 ? 2 : 0;
        ck_assert_int_le(abs(next - day - 1), off);
    }
    ck_assert(!hijri_day(1436, 7, 34, &day));
    ck_assert(!hijri_day(1436, 13, 1, &day));
    ck_assert(!hijri_day(0, 1, 1, &day));
}
END_TEST

START_TEST(an_iso_date_is_read_from_the_head_of_a_string)
{
    ck_assert_int_eq(iso_day(str("2020-09-27T20:36:00Z")), day_of(2020, 9, 27));
    ck_assert_int_eq(iso_day(str("2020-02-29")), day_of(2020, 2, 29));
    static const char *const bad[] = { "",           "2020",
                                       "2020-9-27",  "2021-02-29",
                                       "0000-01-01", "2020-09-271",
                                       "20-09-27",   "27/09/2020" };
    for (size_t i = 0; i < WQ_LEN(bad); i++)
        ck_assert_int_eq(iso_day(str(bad[i])), NO_DAY);
}
END_TEST

/* ---- dates --------------------------------------------------------------- */

/* clang-format off */
/* Today is Wednesday, 20 September 2023, unless a case has none ("-"). */
static const struct {
    const char *in;
    const char *out; /* "kind span = value; ..." */
} dates[] = {
    /* the five naming systems, and two of them at once */
    { "27 سبتمبر 2020", "date 27 سبتمبر 2020 = 2020-09-27" },
    { "في 2 سبتمبر/ أيلول 1991،", "date 2 سبتمبر/ أيلول 1991 = 1991-09-02" },
    { "28 يوليو تموز 2015", "date 28 يوليو تموز 2015 = 2015-07-28" },
    { "10 تشرين الثاني/ نوفمبر 2020",
      "date 10 تشرين الثاني/ نوفمبر 2020 = 2020-11-10" },
    { "5 غشت 2021 و6 جويلية 2021",
      "date 5 غشت 2021 = 2021-08-05; date 6 جويلية 2021 = 2021-07-06" },
    { "الرابع من مايو 2012", "date الرابع من مايو 2012 = 2012-05-04" },
    { "الحادي والعشرين من مايو", "date الحادي والعشرين من مايو = 2023-05-21" },
    /* digits of all kinds */
    { "الأربعاء ٢٥ / ديسمبر / ٢٠٢٤",
      "date الأربعاء ٢٥ / ديسمبر / ٢٠٢٤ = 2024-12-25" },
    { "27/9/2020", "date 27/9/2020 = 2020-09-27" },
    { "2020-09-27", "date 2020-09-27 = 2020-09-27" },
    { "4/23/2016", "date 4/23/2016 = 2016-04-23" },
    { "۲۷/۹/۲۰۲۰", "date ۲۷/۹/۲۰۲۰ = 2020-09-27" },
    { "9/2020", "date 9/2020 = 2020-09" },
    { "2020-09-27T20:36:05",
      "datetime 2020-09-27T20:36:05 = 2020-09-27T20:36:05" },
    /* what is no date */
    { "31/02/2020", "" },
    { "99/99/9999", "" },
    { "0/0/0000", "" },
    { "1/1/0000", "" },
    { "192.168.1.10", "" },
    { "1000000000000000000000000000000", "" },
    { "1000000000000000000000000000000 سنة", "" },
    { "31 فبراير", "" },
    { "فاز 2:1", "" },
    { "2,500 شخص في 2000,5", "" },
    { "روسيا اليوم", "" },
    { "اليوم الوطني", "" },
    { "الأمين العام الحالي", "" },
    { "", "" },
    /* years */
    { "لعام 2020", "date عام 2020 = 2020" },
    { "تم التفاوض عليها في 2020 بوساطة", "date 2020 = 2020" },
    { "من عام 1992 إلى عام 1994",
      "daterange من عام 1992 إلى عام 1994 = 1992/1994" },
    { "من 2020 إلى 2022", "daterange من 2020 إلى 2022 = 2020/2022" },
    { "بين عامي 1992 و1994", "daterange بين عامي 1992 و1994 = 1992/1994" },
    { "ثمانينات القرن الماضي", "daterange ثمانينات القرن الماضي = 1980/1989" },
    { "القرن التاسع عشر", "daterange القرن التاسع عشر = 1801/1900" },
    { "1992-1994", "daterange 1992-1994 = 1992/1994" },
    /* left out years: the sentence's, else the nearest */
    { "نهاية سبتمبر 2020، وفي ليلة 10 نوفمبر",
      "date نهاية سبتمبر 2020 = 2020-09; date ليلة 10 نوفمبر = 2020-11-10" },
    { "نهاية سبتمبر 2020. وفي 10 نوفمبر",
      "date نهاية سبتمبر 2020 = 2020-09; date 10 نوفمبر = 2023-11-10" },
    { "في سبتمبر", "date سبتمبر = 2023-09" },
    { "- في سبتمبر", "date سبتمبر =" },
    { "3 فبراير", "date 3 فبراير = 2024-02-03" },
    { "3 فبراير الماضي", "date 3 فبراير الماضي = 2023-02-03" },
    /* from today */
    { "اليوم الأربعاء", "date اليوم الأربعاء = 2023-09-20" },
    { "دعت روسيا اليوم الأربعاء", "date اليوم الأربعاء = 2023-09-20" },
    { "اليوم الثلاثاء", "date اليوم الثلاثاء = 2023-09-19" },
    { "أمس الثلاثاء", "date أمس الثلاثاء = 2023-09-19" },
    { "أول من أمس", "date أول من أمس = 2023-09-18" },
    { "ومساء الثلاثاء", "date مساء الثلاثاء = 2023-09-19" },
    { "الأحد المقبل", "date الأحد المقبل = 2023-09-24" },
    { "العام الماضي", "date العام الماضي = 2022" },
    { "هذا الشهر", "date هذا الشهر = 2023-09" },
    { "الأسبوع المقبل", "date الأسبوع المقبل = 2023-W39" },
    { "نهاية مايو من العام الجاري",
      "date نهاية مايو من العام الجاري = 2023-05" },
    { "سبتمبر الجاري", "date سبتمبر الجاري = 2023-09" },
    { "مايو الماضي", "date مايو الماضي = 2023-05" },
    { "قبل نهاية العام", "date نهاية العام = 2023" },
    { "قبل ثلاثة أيام", "date قبل ثلاثة أيام = 2023-09-17" },
    { "الربع الأول من العام الجاري",
      "daterange الربع الأول من العام الجاري = 2023-01/2023-03" },
    { "لليوم الثاني على التوالي", "" },
    { "- اليوم", "date اليوم =" },
    /* durations */
    { "بعد ثلاثة أعوام على الحرب", "duration ثلاثة أعوام = P3Y" },
    { "عن 55 سنة", "duration 55 سنة = P55Y" },
    { "لمدة 3.5 ساعات", "duration 3.5 ساعات = PT3.5H" },
    { "خلال شهرين", "duration شهرين = P2M" },
    /* times */
    { "الأحد 27 سبتمبر 2020 - 20:36 بتوقيت طهران",
      "datetime الأحد 27 سبتمبر 2020 - 20:36 = 2020-09-27T20:36" },
    { "الساعة الثامنة والنصف مساء",
      "time الساعة الثامنة والنصف مساء = T20:30" },
    { "الساعة 12 ظهرا", "time الساعة 12 ظهرا = T12" },
    { "السابعة إلا الربع غدا",
      "datetime السابعة إلا الربع غدا = 2023-09-21T06:45" },
    { "من 4 مساء إلى 5 مساء", "timerange من 4 مساء إلى 5 مساء = T16/T17" },
    { "الساعة الثامنة من مساء أمس",
      "datetime الساعة الثامنة من مساء أمس = 2023-09-19T20" },
    { "من 27 إلى 5 مساء", "time 5 مساء = T17" },
    { "2:58 دقيقة", "" },
    { "24:61", "" },
    /* ranges of days */
    { "بين 2 و 12 أكتوبر",
      "daterange بين 2 و 12 أكتوبر = 2023-10-02/2023-10-12" },
    { "4-22 يناير 2017", "daterange 4-22 يناير 2017 = 2017-01-04/2017-01-22" },
    { "من 28 ديسمبر إلى 3 يناير 2021",
      "daterange من 28 ديسمبر إلى 3 يناير 2021 = 2020-12-28/2021-01-03" },
    /* the Hijri calendar; the weekday decides where the moon was late */
    { "10 شوال 1436هـ الموافق 26 يوليو 2015م",
      "date 10 شوال 1436هـ = 2015-07-26; date 26 يوليو 2015م = 2015-07-26" },
    { "يوم الاثنين 23 ذو القعدة 1436ه",
      "date 23 ذو القعدة 1436ه = 2015-09-07" },
    { "رمضان 1436", "daterange رمضان 1436 = 2015-06-18/2015-07-16" },
    { "من 12-14 شوال 1436",
      "daterange من 12-14 شوال 1436 = 2015-07-28/2015-07-30" },
    { "رمضان هذا العام", "daterange رمضان هذا العام = 2023-03-23/2023-04-20" },
    /* other languages */
    { "20th, September 2023 GMT", "date 20th, September 2023 = 2023-09-20" },
    { "on September 27, 2020 at", "date September 27, 2020 = 2020-09-27" },
    { "last year, in May", "date last year = 2022; date May = 2023-05" },
    { "she may march on", "" },
    { "in the early 1960s", "daterange early 1960s = 1960/1969" },
    { "the 14th century", "daterange 14th century = 1301/1400" },
    { "Thursday, the 3rd of November 2016",
      "date Thursday, the 3rd of November 2016 = 2016-11-03" },
    { "on 10 June. Last year was",
      "date 10 June = 2023-06-10; date Last year = 2022" },
    { "the last day of", "" },
    { "yesterday at 5 p.m.", "datetime yesterday at 5 p.m. = 2023-09-19T17" },
    { "two weeks ago", "date two weeks ago = 2023-09-06" },
    { "le 3 octobre 2020", "date 3 octobre 2020 = 2020-10-03" },
    { "am 3. Oktober 2020", "date 3. Oktober 2020 = 2020-10-03" },
    { "3 de octubre de 2020", "date 3 de octubre de 2020 = 2020-10-03" },
    { "3 Ekim 2020", "date 3 Ekim 2020 = 2020-10-03" },
    { "3 октября 2020 г.", "date 3 октября 2020 = 2020-10-03" },
    { "۳ اکتبر ۲۰۲۰", "date ۳ اکتبر ۲۰۲۰ = 2020-10-03" },
    /* a line ends a date */
    { "27\nسبتمبر 2020", "date سبتمبر 2020 = 2020-09" },
};
/* clang-format on */

START_TEST(dates_are_found_with_their_values)
{
    const char *in = dates[_i].in;
    int32_t today = day_of(2023, 9, 20);
    struct date found[16];
    char out[1024] = "";
    if (!strncmp(in, "- ", 2)) in += 2, today = NO_DAY;
    struct words w = words_of(str(in), 0);
    size_t n = dates_find(lex, &w, today, found, WQ_LEN(found)), at = 0;
    ck_assert_uint_le(n, w.n_dates);
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%s %.*s =%s%.*s",
                               i ? "; " : "", date_kind_names[found[i].kind],
                               (int)(found[i].end - found[i].begin),
                               in + found[i].begin, found[i].n_value ? " " : "",
                               found[i].n_value, found[i].value);
    ck_assert_str_eq(out, dates[_i].out);
}
END_TEST

/* Every string of pieces that a date has must be survived: no crash, spans in
 * order and inside the text, values that fit. */
START_TEST(any_mixture_of_pieces_gives_ordered_spans)
{
    static const char *const pieces[] = {
        "27",         "سبتمبر",   "2020",      "/",      "-",
        "من",         "إلى",      "بين",       "و3",     "الساعة",
        "20:36",      "مساء",     "ليلة",      "نهاية",  "عام",
        "العام",      "الماضي",   "هذا",       "الأحد",  "اليوم",
        "يوم",        "شوال",     "هـ",        "م",      "قبل",
        "ثلاثة",      "أعوام",    "نصف",       "والنصف", "الثاني",
        "والعشرين",   "ربيع",     "1436",      "99",     "0",
        "31/12/2020", "4-22",     "999999999", "9999",   ",",
        "(",          ")",        "\n",        "كل",     "الربع الأول",
        "ألف",        "وتسعمائة", "خلال",      "بعد",    "أسبوع",
        "كاملة"
    };
    uint64_t seed = 88172645463325252u;
    for (int round = 0; round < 20000; round++) {
        char text[1024] = "";
        size_t n = 0;
        for (int k = 0; k < 12; k++) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
            n += (size_t)snprintf(text + n, sizeof text - n, "%s ",
                                  pieces[seed % WQ_LEN(pieces)]);
        }
        struct words w = words_of(str(text), 0);
        struct date found[64];
        size_t got = dates_find(lex, &w,
                                round % 2 ? day_of(2023, 9, 20) : NO_DAY, found,
                                WQ_LEN(found));
        ck_assert_uint_le(got, w.n_dates);
        for (size_t i = 0; i < got; i++) {
            ck_assert_uint_lt(found[i].begin, found[i].end);
            ck_assert_uint_le(found[i].end, n);
            ck_assert_uint_le(found[i].n_value, DATE_TEXT);
            if (i) ck_assert_uint_ge(found[i].begin, found[i - 1].end);
        }
    }
}
END_TEST

/* ---- the article's own date ---------------------------------------------- */

/* clang-format off */
static const struct {
    const char *in;
    bool is_line;
    const char *day;
} pages[] = {
    { "تاريخ النشر: 20th, September 2023 GMT", true, "2023-09-20" },
    { "الأحد 27 سبتمبر 2020 - 20:36 بتوقيت طهران", true, "2020-09-27" },
    { "الأربعاء ٢٥ / ديسمبر / ٢٠٢٤", true, NULL }, /* the day of the visit */
    { "Published on March 3, 2021\nText.", false, "2021-03-03" },
    { "وقع الهجوم في 3 مارس 2021 في المدينة", false, NULL },
    { "نشر في سبتمبر 2020", true, NULL },
};
/* clang-format on */

START_TEST(a_page_says_its_own_date_only_with_a_label_or_a_clock)
{
    struct words w = words_of(str(pages[_i].in), 0);
    struct date found[16];
    size_t n = dates_find(lex, &w, NO_DAY, found, WQ_LEN(found));
    int32_t want = pages[_i].day ? iso_day(str(pages[_i].day)) : NO_DAY;
    ck_assert_int_eq(published_day(lex, &w, found, n, pages[_i].is_line), want);
}
END_TEST

/* ---- places -------------------------------------------------------------- */

/* clang-format off */
static const struct { const char *in, *out; } places[] = {
    { "وصل إلى باكو وبغداد", "باكو=geonames:587084; بغداد=geonames:98182" },
    { "في قره باغ وفي ناغورني كاراباخ",
      "قره باغ=warraq:nagorno-karabakh; "
      "ناغورني كاراباخ=warraq:nagorno-karabakh" },
    { "بالرياض", "الرياض=geonames:108410" },
    { "لليمن", "لليمن=cldr:YE" },
    { "بيروت", "بيروت=geonames:276781" }, /* not "in يروت" */
    { "الولايات المتحدة الأمريكية", "الولايات المتحدة الأمريكية=cldr:US" },
    { "جامعة القاهرة", "" },
    { "مانشستر يونايتد", "" },
    { "موقعاً أرمينياً", "" },
    { "reading in London", "London=geonames:2643743" },
    { "الجديدة مالي سنة", "" },
};
/* clang-format on */

START_TEST(places_are_found_with_their_ids)
{
    struct words w = words_of(str(places[_i].in), 0);
    struct found_place found[16];
    char out[1024] = "";
    size_t n = places_find(lex, &w, found), at = 0;
    ck_assert_uint_le(n, w.n_places);
    for (size_t i = 0; i < n; i++) {
        wq_str id = lex->places[found[i].place].id;
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%.*s=%.*s",
                               i ? "; " : "",
                               (int)(found[i].end - found[i].begin),
                               places[_i].in + found[i].begin, (int)id.n, id.p);
    }
    ck_assert_str_eq(out, places[_i].out);
}
END_TEST

/* clang-format off */
static const struct { const char *table, *why; size_t line; } tables[] = {
    { "# names\n\nدار الحكمة\tبيت الحكمة\tORG\tx:1\r\n", NULL, 0 },
    { "a\tb\tc\n", "needs four columns separated by tabs: key, canonical name, "
                   "type, id", 1 },
    { "دار\t\tLOC\tx\n\t\tLOC\tx\n", "the key has no word", 2 },
    { "دار\t\t\tx", "the type is empty", 1 },
    { "a b c d e f g h i j k l m n o p q\t\tLOC\tx",
      "the key has over 16 words", 1 },
};
/* clang-format on */

START_TEST(a_users_gazetteer_is_read_or_refused_with_its_line)
{
    struct lex_error e = { 0 };
    int rc = lexicon_add_gazetteer(lex, str(tables[_i].table), &e);
    ck_assert_int_eq(rc, tables[_i].why ? -1 : 0);
    if (tables[_i].why) {
        ck_assert_str_eq(e.why, tables[_i].why);
        ck_assert_uint_eq(e.line, tables[_i].line);
    } else {
        struct words w = words_of(str("في دار الحكمه"), 0);
        struct found_place found[4];
        ck_assert_uint_eq(places_find(lex, &w, found), 1);
        ck_assert(lex->places[found[0].place].canonical.n > 0);
    }
}
END_TEST

/* ---- agencies ------------------------------------------------------------ */

/* clang-format off */
static const struct {
    const char *in;
    bool is_line;
    const char *out;
} senders[] = {
    { "برلين : د ب أ", true, "dpa" },
    { "برلين - د.ب.أ", true, "dpa" },
    { "الرياض - واس", true, "spa" },
    { "وكالات، رويترز", true, "reuters" },
    { "ليفانت نيوز_ وكالات", true, "unnamed" },
    { "المصدر: نوفوستي", true, "ria" },
    { "خالد العمري من جدة", true, "" },
    { "(رويترز) - قالت الوزارة إنها", false, "reuters" },
    { "الرياض - واس: استقبل الأمير", false, "spa" },
    { "قالت الوزارة لرويترز إن الأمر انتهى", false, "" },
    { "انتهى الأمر كما قالت الوزارة في بيان لها صدر صباح أمس ونقلته الصحف كلها "
      "في صفحاتها الأولى من غير تعليق عليه من أحد حتى الآن (أ ف ب)",
      false, "afp" },
};
/* clang-format on */

START_TEST(senders_are_told_from_sources_that_are_quoted)
{
    struct words w = words_of(str(senders[_i].in), 0);
    struct found_agencies found = { 0 };
    char out[256] = "";
    size_t at = 0;
    if (senders[_i].is_line)
        agencies_in_line(lex, &w, &found);
    else
        agencies_in_text(lex, &w, &found);
    for (size_t i = 0; i < found.n; i++) {
        wq_str id = lex->agencies[found.index[i]];
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%.*s",
                               i ? " " : "", (int)id.n, id.p);
    }
    ck_assert_str_eq(out, senders[_i].out);
}
END_TEST

/* ---- keywords ------------------------------------------------------------ */

static void joined(const wq_str *list, size_t n, char *out, size_t cap)
{
    size_t at = 0;
    out[0] = 0;
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(out + at, cap - at, "%s%.*s", i ? "|" : "",
                               (int)list[i].n, list[i].p);
}

START_TEST(keywords_are_frequent_words_pairs_and_places)
{
    const char *text =
        "أعلن البنك المركزي رفع سعر الفائدة. وقال البنك المركزي إن سعر الفائدة "
        "يرتفع في قره باغ، ثم قال إن الفائدة في كاراباخ تبقى كما هي، وإن "
        "التضخم "
        "في قره باغ تراجع قليلا.";
    wq_str found[50];
    char out[512];
    struct words w = words_of(str(text), 0),
                 t = words_of(str("التضخم يتراجع"), 1);
    struct found_place list[64], in_title[64];
    struct placed placed = { &w, list, places_find(lex, &w, list) };
    struct placed title = { &t, in_title, places_find(lex, &t, in_title) };
    static max_align_t scratch[1024];
    ck_assert_uint_le(keywords_scratch(w.n), sizeof scratch);
    size_t n = keywords_find(lex, &placed, &title, 4, found, scratch);
    joined(found, n, out, sizeof out);
    ck_assert_str_eq(out, "البنك المركزي|سعر الفائدة|قره باغ|التضخم");
    /* never more than asked for, and none of nothing */
    ck_assert_uint_eq(keywords_find(lex, &placed, &title, 1, found, scratch),
                      1);
    struct words none = words_of(str(""), 0);
    struct placed empty = { &none, list, 0 };
    ck_assert_uint_eq(keywords_find(lex, &empty, &title, 4, found, scratch), 0);
}
END_TEST

/* clang-format off */
static const struct { const char *line, *out; } printed[] = {
    { "كلمات دلالية: كورونا إلهام علييف قره باغ فی قره باغ",
      "كورونا|إلهام علييف|قره باغ" },
    { "Keywords: Baku, peace talks , Baku", "Baku|peace talks" },
    { "كلمات دلالية: النفط، الغاز؛ أوبك", "النفط|الغاز|أوبك" },
    { "كلمات دلالية:", "" },
};
/* clang-format on */

START_TEST(a_printed_line_of_keywords_is_taken_apart)
{
    wq_str found[50];
    char out[512];
    struct words w = words_of(str("قال إلهام علييف في قره باغ أمس"), 0);
    struct words line = words_of(str(printed[_i].line), 1);
    joined(found, keywords_of_line(&line, &w, 50, found), out, sizeof out);
    ck_assert_str_eq(out, printed[_i].out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tag");
    TCase *tc = tcase_create("calendars");
    tcase_add_test(tc, days_and_dates_agree_over_ten_thousand_years);
    tcase_add_test(tc, hijri_years_follow_each_other_without_a_gap);
    tcase_add_test(tc, an_iso_date_is_read_from_the_head_of_a_string);
    suite_add_tcase(suite, tc);
    tc = tcase_create("kernels");
    tcase_set_timeout(tc, 60);
    tcase_add_unchecked_fixture(tc, open_lexicon, close_lexicon);
    tcase_add_loop_test(tc, dates_are_found_with_their_values, 0,
                        (int)WQ_LEN(dates));
    tcase_add_test(tc, any_mixture_of_pieces_gives_ordered_spans);
    tcase_add_loop_test(tc,
                        a_page_says_its_own_date_only_with_a_label_or_a_clock,
                        0, (int)WQ_LEN(pages));
    tcase_add_loop_test(tc, places_are_found_with_their_ids, 0,
                        (int)WQ_LEN(places));
    tcase_add_loop_test(tc, a_users_gazetteer_is_read_or_refused_with_its_line,
                        0, (int)WQ_LEN(tables));
    tcase_add_loop_test(tc, senders_are_told_from_sources_that_are_quoted, 0,
                        (int)WQ_LEN(senders));
    tcase_add_test(tc, keywords_are_frequent_words_pairs_and_places);
    tcase_add_loop_test(tc, a_printed_line_of_keywords_is_taken_apart, 0,
                        (int)WQ_LEN(printed));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
