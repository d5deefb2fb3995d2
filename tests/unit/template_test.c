/* template_test.c - paths with fields: their parts, and what values become. */
#include "base/template.h"
#include "base/names.h"
#include "base/utf8.h"
#include "run/sink_path.h"
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- parts ---- */

static const struct {
    const char *path, *filled; /* {run} is 7, every field F */
    size_t n_fields, folder;
} right[] = {
    { "", "", 0, 0 },
    { "out.jsonl", "out.jsonl", 0, 0 },
    { "{run}.jsonl", "7.jsonl", 0, 0 },
    { "{{run}}{{{run}}}", "{run}{7}", 0, 0 },
    { "out/{lang}", "out/F", 1, 4 },
    { "/{lang}", "/F", 1, 1 },
    { "./{lang}", "./F", 1, 2 },
    { "a/b/x-{run}/{lang}.jsonl", "a/b/x-7/F.jsonl", 1, 4 },
    { "a{{/{lang}", "a{/F", 1, 4 },
    { "o/{a}-{date:10}.{b}/{c}", "o/F-F.F/F", 4, 2 },
    { "o/{a}{run}", "o/F7", 1, 2 },
    { "o/{Ω m}/..x/...", "o/F/..x/...", 1, 2 },
};

START_TEST(a_path_is_taken_apart_and_filled)
{
    struct template t;
    struct template_fault f;
    ck_assert(template_parse(&t, right[_i].path, &f));
    ck_assert_uint_eq(t.n_fields, right[_i].n_fields);
    ck_assert_uint_eq(t.folder, right[_i].folder);
    char *filled = template_fill(&t, right[_i].path, "7", "F");
    ck_assert_str_eq(filled, right[_i].filled);
    free(filled);
}
END_TEST

static const struct {
    const char *path, *why;
    size_t at, n;
} wrong[] = {
    { "out/{", "this \"{\" is not closed", 4, 1 },
    { "out/{lang", "this \"{\" is not closed", 4, 5 },
    { "out/{a{b}", "this \"{\" is not closed", 4, 2 },
    { "{{{", "this \"{\" is not closed", 2, 1 },
    { "a}b", "this \"}\" closes nothing", 1, 1 },
    { "out/{}", "these braces name no field", 4, 2 },
    { "out/{:3}", "these braces name no field", 4, 4 },
    { "out/{a:}", "behind the colon stands a number from 1 to 255", 4, 4 },
    { "out/{a:0}", "behind the colon stands a number from 1 to 255", 4, 5 },
    { "out/{a:256}", "behind the colon stands a number from 1 to 255", 4, 7 },
    { "out/{a:1:2}", "behind the colon stands a number from 1 to 255", 4, 7 },
    { "o/{run:2}", "the number of the run is written whole", 2, 7 },
    { "{lang}", "before the first field there must be a folder", 0, 6 },
    { "x-{run}/{lang}", "before the first field there must be a folder", 2, 5 },
    { "o/{a}/../x", "behind a field there is no \"..\"", 6, 2 },
    { "o/{a}/..", "behind a field there is no \"..\"", 6, 2 },
    { "o/{run}/../{a}", "behind a field there is no \"..\"", 8, 2 },
    { "o/{a}/", "it ends with a folder, and no file", 0, 6 },
    { "o/{a}{b}", "a character other than \"%\" and \"~\" must stand between "
                  "this field and the one before it", 5, 3 },
    { "o/{a}%{b}", "a character other than \"%\" and \"~\" must stand between "
                   "this field and the one before it", 6, 3 },
    { "o/{a}{run}-{b}", "a character other than \"%\" and \"~\" must stand "
                        "between this field and the one before it", 11, 3 },
};

START_TEST(what_is_wrong_is_told_with_its_place)
{
    struct template t;
    struct template_fault f;
    ck_assert(!template_parse(&t, wrong[_i].path, &f));
    ck_assert_str_eq(f.text, wrong[_i].why);
    ck_assert_uint_eq(f.at, wrong[_i].at);
    ck_assert_uint_eq(f.n, wrong[_i].n);
}
END_TEST

/* ---- values ---- */

struct one {
    struct template template;
    struct sink_path path;
    struct arena arena;
};

static void begin(struct one *o, const char *path)
{
    struct template_fault f;
    struct err e = { 0 };
    *o = (struct one){ .arena = { 0 } };
    ck_assert(template_parse(&o->template, path, &f));
    ck_assert_int_eq(sink_path_make(&o->path, &o->template, "000001", &e), 0);
}

static void end(struct one *o)
{
    sink_path_free(&o->path);
    arena_free(&o->arena);
}

static wq_record *record(struct one *o)
{
    wq_record *r = rec_new(&o->arena);
    ck_assert_ptr_nonnull(r);
    return r;
}

static void put(wq_record *r, const char *key, wq_value v)
{
    ck_assert_int_eq(rec_put(r, names_intern(str(key)), v), 0);
}

static wq_value text(wq_str s)
{
    return (wq_value){ .type = WQ_V_STR, .u.s = s };
}

#define S(s) { s, sizeof s - 1 }
static const struct {
    wq_str value;
    const char *name;
} names[] = {
    { S("ar"), "ar" },
    { S("BBC عربي"), "BBC عربي" },
    { S(""), "_" },
    { S("_"), "%5F" },
    { S("__"), "__" },
    { S("a/b"), "a%2Fb" },
    { S("a%2Fb"), "a%252Fb" },
    { S("."), "%2E" },
    { S(".."), "%2E." },
    { S("../../etc/passwd"), "%2E.%2F..%2Fetc%2Fpasswd" },
    { S(".hidden"), "%2Ehidden" },
    { S("a.b."), "a.b." },
    { S(" a b "), "%20a b%20" },
    { S(" "), "%20" },
    { S("a\nb\t\x7f"), "a%0Ab%09%7F" },
    { S("a\0b"), "a%00b" },
    { S("a~b"), "a%7Eb" },
    { S("\xFF\xC3"), "%FF%C3" },
    { S("a\xE2\x80"), "a%E2%80" },
    { S("\xC2\x85"), "%C2%85" },               /* U+0085 */
    { S("\xE2\x80\xAE" "exe"), "%E2%80%AEexe" }, /* right-to-left override */
    { S("\xE2\x80\x8C"), "\xE2\x80\x8C" },     /* joiners are spelling */
    { S("\xEF\xBB\xBF"), "%EF%BB%BF" },
    { S("a\xE2\x80\x8B"), "a%E2%80%8B" },      /* of no width */
    { S("\xF3\xA0\x81\x81"), "%F3%A0%81%81" }, /* a tag */
    { S("\\*?[]:'\"<>|"), "\\*?[]:'\"<>|" },
};

START_TEST(a_value_becomes_a_name)
{
    struct one o;
    begin(&o, "out/{v}");
    wq_record *r = record(&o);
    put(r, "v", text(names[_i].value));
    ck_assert_str_eq(sink_path_name(&o.path, r, &o.arena).p, names[_i].name);
    end(&o);
}
END_TEST

START_TEST(numbers_and_the_like_are_spelled_as_in_JSON)
{
    struct one o;
    begin(&o, "out/{a}/{b}/{c}/{d}/{e}/{f}/{g}");
    wq_record *r = record(&o);
    put(r, "a", (wq_value){ .type = WQ_V_INT, .u.i = INT64_MIN });
    put(r, "b", (wq_value){ .type = WQ_V_REAL, .u.r = 0.1 });
    put(r, "c", (wq_value){ .type = WQ_V_NUMBER, .u.s = str("1e400") });
    put(r, "d", (wq_value){ .type = WQ_V_BOOL, .u.i = 1 });
    put(r, "e", (wq_value){ .type = WQ_V_NULL });
    put(r, "f", (wq_value){ .type = WQ_V_LIST });
    ck_assert_str_eq(sink_path_name(&o.path, r, &o.arena).p,
                     "-9223372036854775808/0.1/1e400/true/_/_/_");
    end(&o);
}
END_TEST

START_TEST(the_first_characters_of_a_value)
{
    struct one o;
    begin(&o, "out/x-{run}/{date:7}/{v:2}.jsonl");
    ck_assert_str_eq(o.path.folder, "out/");
    wq_record *r = record(&o);
    put(r, "date", text(str("2020-09-27")));
    put(r, "v", text(str("وراق")));
    ck_assert_str_eq(sink_path_name(&o.path, r, &o.arena).p,
                     "x-000001/2020-09/ور.jsonl");
    put(r, "date", text(str("2020")));
    put(r, "v", text(str("\xFF\xFF\xFF")));
    ck_assert_str_eq(sink_path_name(&o.path, r, &o.arena).p,
                     "x-000001/2020/%FF%FF.jsonl");
    end(&o);
}
END_TEST

START_TEST(what_ends_a_value_is_not_in_it)
{
    struct one o;
    begin(&o, "out/{a}-{b}.{c}.jsonl");
    wq_record *r = record(&o);
    put(r, "a", text(str("x-y.z")));
    put(r, "b", text(str("x-y.z")));
    put(r, "c", text(str("x-y.z")));
    ck_assert_str_eq(sink_path_name(&o.path, r, &o.arena).p,
                     "x%2Dy.z-x-y%2Ez.x-y.z.jsonl");
    end(&o);
}
END_TEST

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Of texts over an alphabet that is hard on it no two pairs give one name. */
START_TEST(no_two_lists_of_values_share_a_file)
{
    static const char *const paths[] = { "o/{a}_{b}", "o/{a}2{b}", "o/{a}.{b}",
                                         "o/{a}/{b}" };
    static const char *const bits[] = { "", "_", "2", ".", "%", "F", "/", "~" };
    enum { N = 8 * 8 * 8 };
    char values[N][4];
    size_t n = 0;
    for (size_t i = 0; i < 8; i++)
        for (size_t k = 0; k < 8; k++)
            for (size_t m = 0; m < 8; m++) {
                bool is_new = true;
                snprintf(values[n], sizeof values[n], "%s%s%s", bits[i], bits[k],
                         bits[m]);
                for (size_t x = 0; x < n && is_new; x++)
                    is_new = strcmp(values[x], values[n]) != 0;
                n += is_new;
            }
    char **all = calloc(n * n, sizeof *all);
    ck_assert_ptr_nonnull(all);
    struct one o;
    begin(&o, paths[_i]);
    for (size_t i = 0; i < n * n; i++) {
        wq_record *r = record(&o);
        put(r, "a", text(str(values[i / n])));
        put(r, "b", text(str(values[i % n])));
        all[i] = (char *)(uintptr_t)sink_path_name(&o.path, r, &o.arena).p;
    }
    qsort(all, n * n, sizeof *all, compare);
    for (size_t i = 1; i < n * n; i++)
        ck_assert_msg(strcmp(all[i - 1], all[i]) != 0, "twice: %s", all[i]);
    end(&o);
    free(all);
}
END_TEST

START_TEST(a_long_value_is_cut_and_keeps_its_own_name)
{
    static const char *const units[] = { "a", "ع", "/", "\xE2\x82\xAC", "\xFF",
                                         "\xF0\x9F\x98\x80" };
    struct one o;
    begin(&o, "out/{v}.jsonl.zst/{a}-{b}.x");
    char last[NAME_MAX + 1] = "";
    for (size_t n = 1; n < 700; n++) {
        struct buf value = { 0 };
        for (size_t i = 0; i < n; i++)
            ck_assert_int_eq(buf_add(&value, units[_i], strlen(units[_i])), 0);
        wq_record *r = record(&o);
        put(r, "v", text((wq_str){ value.p, value.n }));
        put(r, "a", text((wq_str){ value.p, value.n }));
        put(r, "b", text((wq_str){ value.p, value.n }));
        wq_str name = sink_path_name(&o.path, r, &o.arena);
        const char *slash = strchr(name.p, '/');
        ck_assert_ptr_nonnull(slash);
        /* NAME_MAX, and ".held" behind it */
        ck_assert_uint_le((size_t)(slash - name.p), NAME_MAX - 5);
        ck_assert_uint_le(strlen(slash + 1), NAME_MAX - 5);
        ck_assert_ptr_null(strchr(slash + 1, '/'));
        ck_assert_uint_eq(utf8_valid_prefix(name.p, name.n), name.n);
        ck_assert_str_ne(last, slash);
        snprintf(last, sizeof last, "%s", slash);
        if (n > 300) ck_assert_ptr_nonnull(strchr(name.p, '~'));
        buf_free(&value);
    }
    end(&o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("template");
    TCase *tc = tcase_create("all");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_path_is_taken_apart_and_filled, 0, WQ_LEN(right));
    tcase_add_loop_test(tc, what_is_wrong_is_told_with_its_place, 0,
                        WQ_LEN(wrong));
    tcase_add_loop_test(tc, a_value_becomes_a_name, 0, WQ_LEN(names));
    tcase_add_test(tc, numbers_and_the_like_are_spelled_as_in_JSON);
    tcase_add_test(tc, the_first_characters_of_a_value);
    tcase_add_test(tc, what_ends_a_value_is_not_in_it);
    tcase_add_loop_test(tc, no_two_lists_of_values_share_a_file, 0, 4);
    tcase_add_loop_test(tc, a_long_value_is_cut_and_keeps_its_own_name, 0, 6);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed != 0;
}
