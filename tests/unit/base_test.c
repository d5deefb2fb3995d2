/* base_test.c - numbers, strings, errors, arenas and names. */
#include "base/arena.h"
#include "base/base64.h"
#include "base/names.h"
#include "base/num.h"
#include "base/size.h"
#include "base/str.h"
#include <check.h>
#include <locale.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- numbers ---- */

static const struct {
    const char *in, *why;
    int64_t out;
} whole[] = {
    { "7", "", 7 },
    { "1", "", 1 },
    { "9", "", 9 },
    { "007", "", 7 },
    { "0", "must be from 1 to 9, not 0", -1 },
    { "10", "must be from 1 to 9, not 10", -1 },
    { "-7", "must be from 1 to 9, not -7", -1 },
    { "2oo", "\"2oo\" is not a whole number", -1 },
    { "", "\"\" is not a whole number", -1 },
    { "-", "\"-\" is not a whole number", -1 },
    { " 7", "\" 7\" is not a whole number", -1 },
    { "7 ", "\"7 \" is not a whole number", -1 },
    { "+7", "\"+7\" is not a whole number", -1 },
    { "7.0", "\"7.0\" is not a whole number", -1 },
    { "1e0", "\"1e0\" is not a whole number", -1 },
    { "0x7", "\"0x7\" is not a whole number", -1 },
    { "٧", "\"٧\" is not a whole number", -1 },
    /* 2^64 + 1: one, to a reader that wraps */
    { "18446744073709551617", "must be from 1 to 9, not 18446744073709551617",
      -1 },
    { "-9223372036854775809", "must be from 1 to 9, not -9223372036854775809",
      -1 },
};

START_TEST(number_is_read_whole_or_refused)
{
    struct err e = { 0 };
    int64_t v = -1; /* must stay -1 when the number is refused */
    int rc = num_int(str(whole[_i].in), 1, 9, &v, &e);
    ck_assert_int_eq(rc, *whole[_i].why ? -1 : 0);
    ck_assert_int_eq(v, whole[_i].out);
    ck_assert_str_eq(e.text, whole[_i].why);
}
END_TEST

START_TEST(number_reaches_both_ends_of_64_bits)
{
    int64_t v = 0;
    ck_assert_int_eq(num_int(str("9223372036854775807"), INT64_MIN, INT64_MAX,
                             &v, NULL), 0);
    ck_assert(v == INT64_MAX);
    ck_assert_int_eq(num_int(str("-9223372036854775808"), INT64_MIN, INT64_MAX,
                             &v, NULL), 0);
    ck_assert(v == INT64_MIN);
}
END_TEST

START_TEST(number_ends_where_its_text_ends)
{
    int64_t v = 0; /* counted, not NUL-terminated */
    ck_assert_int_eq(num_int((wq_str){ "123", 2 }, 0, 99, &v, NULL), 0);
    ck_assert_int_eq(v, 12);
    ck_assert_int_eq(num_int((wq_str){ "1\0002", 3 }, 0, 99, &v, NULL), -1);
}
END_TEST

static const struct {
    const char *in;
    bool is_good;
    double out;
} reals[] = {
    { "0.5", true, 0.5 },   { "50%", true, 0.5 },    { "1", true, 1 },
    { "1e-3", true, .001 }, { "2.5E-1", true, .25 }, { ".5", true, .5 },
    { "5.", false, 0 }, /* out of range, though a number */
    { "0,5", false, 0 },    { "nan", false, 0 },     { "inf", false, 0 },
    { "0x1p0", false, 0 },  { "1e", false, 0 },      { "1e400", false, 0 },
    { ".", false, 0 },      { "", false, 0 },        { "-", false, 0 },
    { "1%%", false, 0 },    { "1 %", false, 0 },     { "+1", false, 0 },
    { "101%", false, 0 },   { "-0.1", false, 0 },
};

START_TEST(real_is_read_in_the_c_locale)
{
    double v = -1;
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is there: "," for "." */
    int rc = num_real(str(reals[_i].in), 0, 1, &v, NULL);
    setlocale(LC_ALL, "C");
    ck_assert_int_eq(rc, reals[_i].is_good ? 0 : -1);
    ck_assert_double_eq_tol(v, reals[_i].is_good ? reals[_i].out : -1, 1e-12);
}
END_TEST

static const struct {
    const char *in;
    bool is_time;
    int64_t out; /* -1: refused */
} units[] = {
    { "512", false, 512 },          { "512B", false, 512 },
    { "64KiB", false, 65536 },      { "64kB", false, 64000 },
    { "1.5MB", false, 1500000 },    { "1MiB", false, 1048576 },
    { "2GiB", false, 2147483648 },  { "1TB", false, 1000000000000 },
    { "1KB", false, -1 },           { "1 MB", false, -1 },
    { "1mb", false, -1 },           { "MB", false, -1 },
    { "-1B", false, -1 },           { "9999999TiB", false, -1 },
    { "1e3", false, -1 },           { "90s", true, 90000 },
    { "500ms", true, 500 },         { "1.5h", true, 5400000 },
    { "7d", true, 604800000 },      { "2w", true, 1209600000 },
    { "1m", true, 60000 },          { "7", true, -1 },
    { "7 d", true, -1 },            { "7days", true, -1 },
    { "-7d", true, -1 },            { "99999999999w", true, -1 },
};

START_TEST(unit_scales_and_unknown_ones_are_refused)
{
    int64_t v = -1;
    struct err e = { 0 };
    int rc = units[_i].is_time
                 ? num_duration(str(units[_i].in), 0, INT64_MAX, &v, &e)
                 : num_size(str(units[_i].in), 0, INT64_MAX, &v, &e);
    ck_assert_int_eq(rc, units[_i].out < 0 ? -1 : 0);
    ck_assert_int_eq(v, units[_i].out);
    ck_assert_int_eq(*e.text != '\0', units[_i].out < 0);
}
END_TEST

START_TEST(sizes_do_not_wrap)
{
    size_t v = 5;
    ck_assert(!size_add(SIZE_MAX, 1, &v));
    ck_assert(!size_mul(SIZE_MAX / 2 + 1, 2, &v));
    ck_assert_uint_eq(v, 5);
    ck_assert(size_add(2, 3, &v) && v == 5);
    ck_assert(size_mul(2, 3, &v) && v == 6);
}
END_TEST

/* ---- errors ---- */

START_TEST(message_is_cut_between_code_points)
{
    char out[8];
    for (size_t cap = 1; cap <= sizeof out; cap++) {
        size_t n = text_format(out, cap, "%s", "aسلام"); /* 1 + 4 * 2 bytes */
        ck_assert_uint_eq(n, strlen(out));
        ck_assert_uint_lt(n, cap);
        ck_assert_uint_eq(n % 2, n ? 1 : 0); /* "a" and whole letters */
    }
    ck_assert_uint_eq(text_format(out, sizeof out, "%s", "abc"), 3);
}
END_TEST

START_TEST(context_goes_in_front)
{
    struct err e = { 0 };
    ck_assert_int_eq(err_set(&e, EX_DATA, "line %d", 7), -1);
    ck_assert_int_eq(err_in_front(&e, "cannot read %s: ", "x"), -1);
    ck_assert_str_eq(e.text, "cannot read x: line 7");
    ck_assert_int_eq(e.code, EX_DATA);
    ck_assert_int_eq(err_set(NULL, EX_DATA, "nobody listens"), -1);
    ck_assert_int_eq(err_in_front(NULL, "nobody listens"), -1);
}
END_TEST

START_TEST(context_in_front_of_a_long_message_cuts_its_end)
{
    struct err e = { 0 };
    char letters[2 * sizeof e.text] = { 0 };
    for (size_t i = 0; i + 2 < sizeof letters; i += 2)
        memcpy(letters + i, "ع", 2);
    err_set(&e, EX_DATA, "%s", letters);
    err_in_front(&e, "x: ");
    ck_assert_uint_lt(strlen(e.text), sizeof e.text);
    ck_assert_uint_gt(strlen(e.text), sizeof e.text - 4);
    ck_assert_int_eq(strncmp(e.text, "x: ع", 5), 0);
    ck_assert_uint_eq(strlen(e.text) % 2, 1); /* 3 bytes and whole letters */
}
END_TEST

START_TEST(error_of_another_process_is_taken_with_care)
{
    struct err told, e;
    memset(&told, 0xA5, sizeof told);
    err_take(&told, &e);
    ck_assert_int_eq(e.code, EX_INTERNAL);
    ck_assert_ptr_null(e.at.file);
    ck_assert_uint_eq(strlen(e.text), sizeof e.text - 1);
    for (told.code = EX_FINE; told.code <= 1024; told.code++) {
        err_take(&told, &e);
        ck_assert_int_eq(e.code, told.code > EX_PIPELINE ? EX_INTERNAL
                                                         : told.code);
    }
}
END_TEST

/* ---- strings ---- */

START_TEST(empty_strings_are_equal_whatever_they_point_to)
{
    ck_assert(str_eq((wq_str){ NULL, 0 }, str("")));
    ck_assert(str_eq(str("a"), (wq_str){ "ab", 1 }));
    ck_assert(!str_eq(str("a"), str("ab")));
    ck_assert(str_ends(str("a.jsonl"), ".jsonl"));
    ck_assert(!str_ends(str("l"), ".jsonl"));
}
END_TEST

START_TEST(buffer_grows_and_keeps_what_it_has)
{
    struct buf b = { 0 };
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(buf_format(&b, "%d,", i), 0);
    ck_assert_int_eq(buf_close(&b), 0);
    ck_assert_uint_eq(strlen(b.p), b.n);
    ck_assert_int_eq(strncmp(b.p, "0,1,2,", 6), 0);
    ck_assert_str_eq(b.p + b.n - 8, "998,999,");
    ck_assert_int_eq(buf_reserve(&b, SIZE_MAX - 4), -1);
    ck_assert_str_eq(b.p + b.n - 4, "999,");
    buf_free(&b);
    ck_assert_ptr_null(b.p);
    buf_free(&b);
}
END_TEST

static const struct {
    const char *word, *meant;
} slips[] = {
    { "normalise", "normalize" },  { "noramlize", "normalize" },
    { "tokenise", "tokenize" },    { "dedup", "dedupe" },
    { "dedupe", "dedupe" },        { "elephant", NULL },
    { "tga", "tag" },              { "t", NULL },
    { "", NULL },                  { "deduplicate_it", NULL },
};

START_TEST(suggestion_is_close_or_none)
{
    static const char *const names[] = { "normalize", "tokenize", "dedupe",
                                         "tag" };
    const char *got = str_suggest(slips[_i].word, names, WQ_LEN(names));
    if (slips[_i].meant) ck_assert_str_eq(got, slips[_i].meant);
    else ck_assert_ptr_null(got);
}
END_TEST

START_TEST(suggestion_bears_words_of_any_length)
{
    char word[1000];
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    const char *const names[] = { word, "tag" };
    ck_assert_ptr_null(str_suggest(word, names, 2));
    ck_assert_str_eq(str_suggest("tag", names, 2), "tag");
    ck_assert_ptr_null(str_suggest("tag", names, 0));
}
END_TEST

/* ---- arenas ---- */

START_TEST(arena_pieces_are_aligned_and_apart)
{
    struct arena a = { 0 };
    unsigned char *last = NULL;
    for (size_t n = 0; n < 3000; n += 7) {
        unsigned char *p = arena_alloc(&a, n);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % 16, 0);
        memset(p, (int)(n & 255), n);
        if (last) ck_assert_uint_eq(*last, ((n - 7) & 255));
        last = n ? p : NULL;
    }
    arena_free(&a);
    ck_assert_uint_eq(a.bytes, 0);
}
END_TEST

START_TEST(arena_refuses_what_cannot_be)
{
    struct arena a = { 0 };
    ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX));
    ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX - 20));
    ck_assert_ptr_null(arena_array(&a, SIZE_MAX / 2, 4));
    ck_assert_ptr_null(arena_zero(&a, SIZE_MAX / 2, 4));
    ck_assert_ptr_nonnull(arena_alloc(&a, 1)); /* and lives on */
    arena_free(&a);
}
END_TEST

START_TEST(arena_takes_back_the_newest_piece_only)
{
    struct arena a = { 0 };
    char *one = arena_alloc(&a, 100);
    arena_shrink(&a, one, 100, 20);
    char *two = arena_alloc(&a, 8);
    ck_assert_ptr_eq(two, one + 32);
    arena_shrink(&a, one, 20, 0); /* not the newest: nothing happens */
    ck_assert_ptr_eq(arena_alloc(&a, 8), two + 16);
    arena_free(&a);
}
END_TEST

START_TEST(arena_reset_keeps_one_chunk)
{
    struct arena a = { 0 };
    for (int i = 0; i < 100; i++) arena_alloc(&a, 10000);
    size_t all = a.bytes;
    arena_reset(&a);
    ck_assert_uint_lt(a.bytes, all);
    ck_assert_uint_gt(a.bytes, 0);
    ck_assert_str_eq(arena_copy(&a, "abc", 4), "abc");
    arena_free(&a);
    arena_free(&a);
    arena_reset(&a);
}
END_TEST

/* ---- names ---- */

START_TEST(name_has_one_key)
{
    wq_key text = names_intern(str("text"));
    ck_assert_uint_ne(text, 0);
    ck_assert_uint_eq(text, names_intern((wq_str){ "text2", 4 }));
    ck_assert_uint_ne(text, names_intern(str("Text")));
    ck_assert_str_eq(names_get(text).p, "text");
    ck_assert_uint_eq(names_get(text).n, 4);
    ck_assert_uint_eq(names_get(0).n, 0);
    ck_assert_uint_eq(names_get(NAMES_MAX + 1).n, 0);
    wq_key nul = names_intern((wq_str){ "a\0b", 3 });
    ck_assert_uint_ne(nul, names_intern(str("a")));
    ck_assert_uint_eq(names_get(nul).n, 3);
}
END_TEST

enum { NAMES = 5000 };

static void *intern_many(void *keys)
{
    for (int i = 0; i < NAMES; i++) {
        char name[32];
        snprintf(name, sizeof name, "name %d", i);
        ((wq_key *)keys)[i] = names_intern(str(name));
    }
    return NULL;
}

START_TEST(threads_agree_on_keys)
{
    enum { THREADS = 4 };
    static wq_key keys[THREADS][NAMES];
    pthread_t threads[THREADS];
    for (int t = 0; t < THREADS; t++)
        ck_assert_int_eq(pthread_create(&threads[t], NULL, intern_many,
                                        keys[t]), 0);
    for (int t = 0; t < THREADS; t++) pthread_join(threads[t], NULL);
    for (int i = 0; i < NAMES; i++) {
        char name[32];
        snprintf(name, sizeof name, "name %d", i);
        ck_assert_uint_ne(keys[0][i], 0);
        ck_assert_str_eq(names_get(keys[0][i]).p, name);
        for (int t = 1; t < THREADS; t++)
            ck_assert_uint_eq(keys[t][i], keys[0][i]);
    }
}
END_TEST

START_TEST(long_names_are_refused_but_our_own)
{
    char name[WQ_MAX_NAME + 1];
    memset(name, 'x', sizeof name);
    ck_assert_uint_ne(names_intern((wq_str){ name, WQ_MAX_NAME }), 0);
    ck_assert_uint_eq(names_intern((wq_str){ name, WQ_MAX_NAME + 1 }), 0);
    ck_assert_uint_ne(names_intern_own((wq_str){ name, WQ_MAX_NAME + 1 }), 0);
}
END_TEST

/* The last test of names: there is no room for others behind it. */
START_TEST(flood_of_names_leaves_room_for_our_own)
{
    char name[32];
    wq_key first = names_intern(str("flood 0"));
    for (int i = 0; i < NAMES_MAX; i++) {
        snprintf(name, sizeof name, "flood %d", i);
        names_intern(str(name));
    }
    ck_assert_uint_eq(names_intern(str("one too many")), 0);
    ck_assert_uint_eq(names_intern(str("flood 0")), first);
    for (int i = 0; i < NAMES_OWN; i++) {
        snprintf(name, sizeof name, "own %d", i);
        wq_key key = names_intern_own(str(name));
        ck_assert_uint_ne(key, 0);
        ck_assert_str_eq(names_get(key).p, name);
    }
    ck_assert_uint_eq(names_intern_own(str("one too many")), 0);
}
END_TEST

/* ---- base64 ---- */

static const struct {
    const char *text, *bytes; /* bytes NULL: it is none */
    bool is_canonical;
} base64[] = {
    /* RFC 4648 s. 10 */
    { "", "", true },
    { "Zg==", "f", true },
    { "Zm8=", "fo", true },
    { "Zm9v", "foo", true },
    { "Zm9vYg==", "foob", true },
    { "Zm9vYmE=", "fooba", true },
    { "Zm9vYmFy", "foobar", true },
    { "2LPZhNin2YU=", "سلام", true },
    { "+/+/", "\xfb\xff\xbf", true },
    /* what a person's editor or base64(1) makes of it */
    { "Zm9v\nYmFy\n", "foobar", false },
    { "Zm8", "fo", false },
    { "Zg", "f", false },
    { "Z", NULL, false },
    { "Zg=", NULL, false },
    { "Zg===", NULL, false },
    { "Zm9v=", NULL, false },
    { "=", NULL, false },
    { "Zg==Zg==", NULL, false },
    { "Zm9*", NULL, false },
    { "-_-_", NULL, false },  /* s. 5 is another alphabet */
    { "Zh==", NULL, false },  /* bits left over: s. 3.5 */
    { "Zm9=", NULL, false },
};
START_TEST(base64_is_read_as_it_is_written)
{
    struct arena a = { 0 };
    wq_str got = { "unchanged", 9 };
    wq_str text = str(base64[_i].text);
    int rc = base64_decode(&a, text, &got);
    ck_assert_int_eq(rc, base64[_i].bytes != NULL);
    ck_assert(str_is(got, rc ? base64[_i].bytes : "unchanged"));
    if (base64[_i].is_canonical)
        ck_assert(str_eq(base64_encode(&a, got), text));
    arena_free(&a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("base");
    TCase *tc = tcase_create("base");
    tcase_add_loop_test(tc, number_is_read_whole_or_refused, 0, WQ_LEN(whole));
    tcase_add_test(tc, number_reaches_both_ends_of_64_bits);
    tcase_add_test(tc, number_ends_where_its_text_ends);
    tcase_add_loop_test(tc, real_is_read_in_the_c_locale, 0, WQ_LEN(reals));
    tcase_add_loop_test(tc, unit_scales_and_unknown_ones_are_refused, 0,
                        WQ_LEN(units));
    tcase_add_test(tc, sizes_do_not_wrap);
    tcase_add_test(tc, message_is_cut_between_code_points);
    tcase_add_test(tc, context_goes_in_front);
    tcase_add_test(tc, context_in_front_of_a_long_message_cuts_its_end);
    tcase_add_test(tc, error_of_another_process_is_taken_with_care);
    tcase_add_test(tc, empty_strings_are_equal_whatever_they_point_to);
    tcase_add_test(tc, buffer_grows_and_keeps_what_it_has);
    tcase_add_loop_test(tc, suggestion_is_close_or_none, 0, WQ_LEN(slips));
    tcase_add_test(tc, suggestion_bears_words_of_any_length);
    tcase_add_test(tc, arena_pieces_are_aligned_and_apart);
    tcase_add_test(tc, arena_refuses_what_cannot_be);
    tcase_add_test(tc, arena_takes_back_the_newest_piece_only);
    tcase_add_test(tc, arena_reset_keeps_one_chunk);
    tcase_add_test(tc, name_has_one_key);
    tcase_add_test(tc, threads_agree_on_keys);
    tcase_add_test(tc, long_names_are_refused_but_our_own);
    tcase_add_test(tc, flood_of_names_leaves_room_for_our_own);
    tcase_add_loop_test(tc, base64_is_read_as_it_is_written, 0,
                        (int)WQ_LEN(base64));
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
