/* config_test.c - trees and places, parameters, --set, and running out of
 * memory.  What messages look like is in tests/config. */
#include "base/names.h"
#include "config/columns.h"
#include "config/pipeline.h"
#include "plugin/params.h"
#include <check.h>
#include <stdlib.h>

static struct arena arena;
static struct diags diags;

static void teardown(void)
{
    arena_free(&arena);
    diags_free(&diags);
}

static struct cfg_node *parse(const char *text)
{
    return cfg_parse("t.yaml", str(text), &arena, &diags);
}

/* Everything diags would print; the caller frees it. */
static char *printed(void)
{
    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    ck_assert_ptr_nonnull(f);
    diags_print(&diags, f);
    fclose(f);
    return text;
}

/* ---- columns ---- */

static const struct {
    const char *bytes;
    size_t length; /* 0: refused */
    uint32_t cp;
} sequences[] = {
    { "a", 1, 'a' },
    { "\xC2\x80", 2, 0x80 },
    { "\xD8\xA7", 2, 0x627 },
    { "\xE0\xA0\x80", 3, 0x800 },
    { "\xEF\xBF\xBD", 3, 0xFFFD },
    { "\xF4\x8F\xBF\xBF", 4, 0x10FFFF },
    { "\x80", 0, 0 },             /* continuation alone */
    { "\xC1\xBF", 0, 0 },         /* overlong */
    { "\xE0\x9F\xBF", 0, 0 },     /* overlong */
    { "\xF0\x8F\xBF\xBF", 0, 0 }, /* overlong */
    { "\xED\xA0\x80", 0, 0 },     /* a surrogate */
    { "\xF4\x90\x80\x80", 0, 0 }, /* past U+10FFFF */
    { "\xF5\x80\x80\x80", 0, 0 },
    { "\xD8", 0, 0 },             /* cut off */
    { "\xE2\x82", 0, 0 },
    { "\xD8\x41", 0, 0 },
};

START_TEST(utf8_is_read_as_rfc_3629_has_it)
{
    uint32_t cp = 0;
    const char *s = sequences[_i].bytes;
    ck_assert_uint_eq(utf8_step(s, strlen(s), &cp), sequences[_i].length);
    ck_assert_uint_eq(cp, sequences[_i].cp);
}
END_TEST

START_TEST(lines_end_at_lf_crlf_and_cr)
{
    struct lines l;
    ck_assert_int_eq(lines_index(str("a\nبب\r\nc\rd"), &l), 0);
    ck_assert_uint_eq(l.n, 4);
    ck_assert(str_is(lines_get(&l, 2), "بب"));
    ck_assert(str_is(lines_get(&l, 3), "c"));
    ck_assert(str_is(lines_get(&l, 4), "d"));
    ck_assert_uint_eq(lines_get(&l, 5).n, 0);
    struct place at = lines_place(&l, 3); /* the second beh */
    ck_assert_uint_eq(at.line, 2);
    ck_assert_uint_eq(at.column, 2);
    at = lines_place_of_byte(&l, 8); /* "c" */
    ck_assert_uint_eq(at.line, 3);
    ck_assert_uint_eq(at.column, 1);
    lines_free(&l);
}
END_TEST

START_TEST(columns_are_those_of_a_terminal)
{
    ck_assert_uint_eq(columns_of('a'), 1);
    ck_assert_uint_eq(columns_of(0x627), 1);  /* alef */
    ck_assert_uint_eq(columns_of(0x64B), 0);  /* fathatan */
    ck_assert_uint_eq(columns_of(0x200F), 0); /* right-to-left mark */
    ck_assert_uint_eq(columns_of(0x65B0), 2);
    ck_assert_uint_eq(columns_of(0xAC00), 2);
    ck_assert_uint_eq(columns_of(0x1F600), 2);
}
END_TEST

/* ---- trees ---- */

START_TEST(every_value_has_its_place)
{
    struct cfg_node *root = parse("a: 1\nقائمة:\n  - x\n  - {b: \"y z\"}\n");
    ck_assert_ptr_nonnull(root);
    const struct cfg_node *list = cfg_get(root, "قائمة");
    ck_assert_int_eq(list->kind, CFG_LIST);
    ck_assert_uint_eq(list->n, 2);
    const struct cfg_node *b = cfg_get(list->items[1], "b");
    ck_assert_uint_eq(b->at.line, 4);
    ck_assert_uint_eq(b->at.column, 9);
    ck_assert_uint_eq(b->width, 5);
    ck_assert(b->quoted);
    ck_assert_str_eq(b->text.p, "y z");
    ck_assert(!cfg_get(root, "a")->quoted);
    ck_assert_ptr_null(cfg_get(root, "c"));
    ck_assert_ptr_null(cfg_get(list, "c"));
    ck_assert_ptr_null(cfg_get(NULL, "c"));
}
END_TEST

START_TEST(alias_is_the_node_of_its_anchor)
{
    struct cfg_node *root = parse("a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x\n");
    ck_assert_ptr_eq(cfg_get(root, "a"), cfg_get(root, "b"));
    ck_assert_str_eq(cfg_get(root, "d")->text.p, "3");
}
END_TEST

START_TEST(text_may_hold_nul_and_is_counted)
{
    struct cfg_node *root = parse("a: \"x\\0y\"\n");
    ck_assert_uint_eq(cfg_get(root, "a")->text.n, 3);
    ck_assert_ptr_null(cfg_parse("t", (wq_str){ "a: x\0y", 6 }, &arena,
                                 &diags));
}
END_TEST

START_TEST(deepest_tree_is_read_and_one_deeper_is_not)
{
    char text[2 * CFG_MAX_DEPTH + 3];
    memset(text, '[', CFG_MAX_DEPTH);
    memset(text + CFG_MAX_DEPTH, ']', CFG_MAX_DEPTH);
    text[2 * CFG_MAX_DEPTH] = '\0';
    ck_assert_ptr_nonnull(parse(text));
    memset(text, '[', CFG_MAX_DEPTH + 1);
    memset(text + CFG_MAX_DEPTH + 1, ']', CFG_MAX_DEPTH + 1);
    text[2 * CFG_MAX_DEPTH + 2] = '\0';
    ck_assert_ptr_null(parse(text));
    ck_assert_uint_eq(diags.n_errors, 1);
}
END_TEST

/* ---- messages ---- */

START_TEST(messages_come_sorted_once_and_with_a_caret)
{
    const char text[] = "one: 1\ntwo:\t新 2\n";
    diags_source(&diags, "f", text, sizeof text - 1);
    diag_error(&diags, EX_PIPELINE, (struct place){ "f", 2, 8 }, 1, "hint",
               "third %d", 3);
    diag_warning(&diags, (struct place){ "f", 1, 1 }, 3, NULL, "second");
    diag_error(&diags, EX_NO_PLUGIN, (struct place){ "f", 0, 0 }, 0, "do it",
               "first");
    diag_warning(&diags, (struct place){ "f", 1, 1 }, 3, NULL, "second");
    char *out = printed();
    ck_assert_str_eq(out, "f: error: first; do it\n"
                          "f:1:1: warning: second\n"
                          "    1 | one: 1\n"
                          "      | ^~~\n"
                          "f:2:8: error: third 3\n"
                          "    2 | two: 新 2\n"
                          "      |         ^ hint\n");
    free(out);
    ck_assert_uint_eq(diags.n_errors, 2);
    ck_assert_int_eq(diags.code, EX_PIPELINE);
}
END_TEST

START_TEST(message_cannot_drive_the_terminal)
{
    const char text[] = "a: \x1B[2J\xFFz\n";
    diags_source(&diags, "f\x1B", text, sizeof text - 1);
    diag_error(&diags, EX_DATA, (struct place){ "f\x1B", 1, 4 }, 1, NULL,
               "bad \x1B[31m\xC2\x9B");
    char *out = printed();
    ck_assert_ptr_null(strchr(out, '\x1B'));
    ck_assert_ptr_null(strstr(out, "\xC2\x9B"));
    ck_assert_ptr_nonnull(strstr(out, "a: ?[2J?z"));
    free(out);
}
END_TEST

START_TEST(place_past_the_text_is_borne)
{
    diags_source(&diags, "f", "ab", 2);
    diag_error(&diags, EX_DATA, (struct place){ "f", 1, 900 }, 50, NULL, "x");
    diag_error(&diags, EX_DATA, (struct place){ "f", 9, 1 }, 1, NULL, "y");
    diag_error(&diags, EX_DATA, (struct place){ "g", 1, 1 }, 1, NULL, "z");
    free(printed());
}
END_TEST

/* ---- parameters ---- */

static const char *const choices[] = { "fast", "slow", NULL };
enum { FLAG, COUNT, SHARE, MODE, SIZE, TIME, LANGS, KEY, UNSET, N_PARAMS };
static const wq_param params[N_PARAMS] = {
    [FLAG] = { .name = "flag", .type = WQ_BOOL, .fallback = "true" },
    [COUNT] = { .name = "count", .type = WQ_INT, .fallback = "7", .min = 1,
                .max = 9 },
    [SHARE] = { .name = "share", .type = WQ_REAL, .fallback = "25%" },
    [MODE] = { .name = "mode", .type = WQ_ENUM, .fallback = "slow",
               .choices = choices },
    [SIZE] = { .name = "size", .type = WQ_SIZE, .fallback = "1.5KiB" },
    [TIME] = { .name = "time", .type = WQ_DURATION, .fallback = "2d" },
    [LANGS] = { .name = "langs", .type = WQ_STRING, .flags = WQ_LIST,
                .fallback = "ar, en, fa" },
    [KEY] = { .name = "key", .type = WQ_FIELD_IN, .fallback = "title" },
    [UNSET] = { .name = "unset", .type = WQ_PATH },
};

START_TEST(defaults_are_read_like_values)
{
    struct err e = { 0 };
    struct wq_config *c = config_new(params, N_PARAMS, &arena, &e);
    ck_assert_ptr_nonnull(c);
    ck_assert_int_eq(config_get_int(c, FLAG), 1);
    ck_assert_int_eq(config_get_int(c, COUNT), 7);
    ck_assert_double_eq_tol(config_get_real(c, SHARE), .25, 1e-12);
    ck_assert_int_eq(config_get_int(c, MODE), 1);
    ck_assert(str_is(config_get_str(c, MODE, 0), "slow"));
    ck_assert_int_eq(config_get_int(c, SIZE), 1536);
    ck_assert_int_eq(config_get_int(c, TIME), 172800000);
    ck_assert_uint_eq(config_count(c, LANGS), 3);
    ck_assert(str_is(config_get_str(c, LANGS, 1), "en"));
    ck_assert(str_is(config_get_str(c, LANGS, 2), "fa"));
    ck_assert_uint_eq(config_get_key(c, KEY, 0), names_intern(str("title")));
    ck_assert_uint_eq(config_count(c, UNSET), 0);
    ck_assert_ptr_null(config_get_str(c, UNSET, 0).p);
}
END_TEST

START_TEST(asking_for_what_is_not_there_gives_zero)
{
    struct wq_config *c = config_new(params, N_PARAMS, &arena, NULL);
    ck_assert_int_eq(config_get_int(c, N_PARAMS), 0);
    ck_assert_int_eq(config_get_int(c, LANGS), 0);
    ck_assert_uint_eq(config_get_str(c, LANGS, 3).n, 0);
    ck_assert_uint_eq(config_get_str(c, COUNT, 0).n, 0);
    ck_assert_uint_eq(config_get_key(c, COUNT, 0), 0);
    ck_assert_uint_eq(config_get_key(c, UINT32_MAX, UINT32_MAX), 0);
    ck_assert_uint_eq(config_count(c, UINT32_MAX), 0);
}
END_TEST

START_TEST(value_is_printed_as_one_would_write_it)
{
    static const char *const want[] = { "true", "7", "0.25", "slow", "1536B",
                                        "2d", "[ar, en, fa]", "title",
                                        "unset" };
    struct wq_config *c = config_new(params, N_PARAMS, &arena, NULL);
    struct buf out = { 0 };
    ck_assert_int_eq(param_print(&params[_i], &c->values[_i], &out), 0);
    ck_assert_int_eq(buf_close(&out), 0);
    ck_assert_str_eq(out.p, want[_i]);
    buf_free(&out);
}
END_TEST

START_TEST(bad_default_is_the_plugin_s_fault)
{
    const wq_param bad = { .name = "n", .type = WQ_INT, .fallback = "ten" };
    struct err e = { 0 };
    ck_assert_ptr_null(config_new(&bad, 1, &arena, &e));
    ck_assert_int_eq(e.code, EX_NO_PLUGIN);
    ck_assert_str_eq(e.text, "its own default will not do: \"n\" must be a "
                             "whole number, not \"ten\"");
}
END_TEST

/* ---- --set ---- */

static const char pipeline[] =
    "version: 1\ninput: {path: a}\noutput: {path: b}\n"
    "stages:\n"
    "  - &one {stage: one, with: {n: 1, m: 2}}\n"
    "  - {stage: one, label: two}\n";

/* The pipeline, from a file, with one override. */
static struct pipeline *load_with(const char *override)
{
    char path[] = "/tmp/warraq-config-XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    ck_assert_ptr_nonnull(f);
    fputs(pipeline, f);
    fclose(f);
    struct pipeline *p = pipeline_load(path, &override, 1, &diags);
    remove(path);
    return p;
}

static const struct {
    const char *set;
    size_t stage;
    const char *key, *value;
} sets[] = {
    { "one.n=5", 0, "n", "5" },
    { "two.n=5", 1, "n", "5" },       /* it had no `with` */
    { "one.k=a=b.c", 0, "k", "a=b.c" },
    { "one.n=\"x y\"", 0, "n", "x y" },
    { "one.n=", 0, "n", "" },
};

START_TEST(override_is_as_if_written_there)
{
    struct pipeline *p = load_with(sets[_i].set);
    ck_assert_ptr_nonnull(p);
    const struct cfg_node *with = p->stages[sets[_i].stage].with;
    ck_assert_str_eq(cfg_get(with, sets[_i].key)->text.p, sets[_i].value);
    if (sets[_i].stage == 0) /* the others stay */
        ck_assert_str_eq(cfg_get(with, "m")->text.p, "2");
    pipeline_free(p);
}
END_TEST

START_TEST(override_with_a_list)
{
    struct pipeline *p = load_with("output.layers=[tokens, dates]");
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(cfg_get(p->output.with, "layers")->n, 2);
    pipeline_free(p);
}
END_TEST

static const struct {
    const char *set, *message;
} bad_sets[] = {
    { "n=5", "--set:1:1: error: --set takes label.param=value\n"
             "    1 | n=5\n      | ^~~\n" },
    { "one.=5", "--set:1:1: error: --set takes label.param=value\n"
                "    1 | one.=5\n      | ^~~~~~\n" },
    { "one.n", "--set:1:1: error: --set takes label.param=value\n"
               "    1 | one.n\n      | ^~~~~\n" },
    { "three.n=5", "--set:1:1: error: no stage is labelled \"three\"\n"
                   "    1 | three.n=5\n      | ^~~~~\n" },
    { "one.n=[5", "--set:1:7: error: this value is not YAML\n"
                  "    1 | one.n=[5\n      |       ^~\n" },
};

START_TEST(bad_override_is_shown)
{
    ck_assert_ptr_null(load_with(bad_sets[_i].set));
    char *out = printed();
    ck_assert_str_eq(out, bad_sets[_i].message);
    free(out);
}
END_TEST

/* ---- pipelines ---- */

START_TEST(names_and_folders_come_from_the_path)
{
    static const struct {
        const char *path, *name, *dir;
    } cases[] = {
        { "news.yaml", "news", "." },
        { "a/b/news.yml", "news", "a/b" },
        { "/news", "news", "/" },
        { ".yaml", ".yaml", "." },
    };
    for (size_t i = 0; i < WQ_LEN(cases); i++) {
        struct pipeline *p = pipeline_parse(cases[i].path, str(pipeline),
                                            &diags);
        ck_assert_ptr_nonnull(p);
        ck_assert_str_eq(p->name, cases[i].name);
        ck_assert_str_eq(p->dir, cases[i].dir);
        pipeline_free(p);
    }
}
END_TEST

START_TEST(test_of_a_stage_needs_no_input_or_output)
{
    struct pipeline *p = pipeline_parse(
        "x/t.yaml", str("stages: [{stage: a}]\ntests:\n"
                        "  - {name: n, input_file: in.jsonl, expect: []}\n"),
        &diags);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(p->n_tests, 1);
    ck_assert_str_eq(p->tests[0].input_file, "x/in.jsonl");
    ck_assert_ptr_null(p->input.node);
    pipeline_free(p);
}
END_TEST

/* ---- out of memory ---- */

/* The linker sends the core's allocations here (--wrap). */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static size_t until_failure = SIZE_MAX; /* allocations left */

static bool fails(void)
{
    if (until_failure == SIZE_MAX) return false;
    return until_failure == 0 || --until_failure == 0;
}
void *__wrap_malloc(size_t n) { return fails() ? NULL : __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}
void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

START_TEST(nth_allocation_may_fail)
{
    static const char *const texts[] = {
        pipeline,
        "version: 1\nname: [a, b, c, d, e, f, g, h, i, j]\nx: {y: &a z}\n"
        "stages:\n  - {stage: a, label: b, with: {c: *a}}\n  - d\n",
    };
    bool is_done = false;
    for (size_t n = 1; !is_done; n++) {
        ck_assert_uint_lt(n, 10000);
        for (size_t i = 0; i < WQ_LEN(texts); i++) {
            struct diags d = { 0 };
            until_failure = n;
            struct pipeline *p = pipeline_parse("t.yaml", str(texts[i]), &d);
            is_done = until_failure != 0;
            until_failure = SIZE_MAX;
            ck_assert(p || d.n_errors);
            if (!is_done && !p) ck_assert_int_eq(d.code, EX_NO_MEMORY);
            pipeline_free(p);
            diags_free(&d);
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("config");
    TCase *tc = tcase_create("config");
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_loop_test(tc, utf8_is_read_as_rfc_3629_has_it, 0,
                        WQ_LEN(sequences));
    tcase_add_test(tc, lines_end_at_lf_crlf_and_cr);
    tcase_add_test(tc, columns_are_those_of_a_terminal);
    tcase_add_test(tc, every_value_has_its_place);
    tcase_add_test(tc, alias_is_the_node_of_its_anchor);
    tcase_add_test(tc, text_may_hold_nul_and_is_counted);
    tcase_add_test(tc, deepest_tree_is_read_and_one_deeper_is_not);
    tcase_add_test(tc, messages_come_sorted_once_and_with_a_caret);
    tcase_add_test(tc, message_cannot_drive_the_terminal);
    tcase_add_test(tc, place_past_the_text_is_borne);
    tcase_add_test(tc, defaults_are_read_like_values);
    tcase_add_test(tc, asking_for_what_is_not_there_gives_zero);
    tcase_add_loop_test(tc, value_is_printed_as_one_would_write_it, 0,
                        N_PARAMS);
    tcase_add_test(tc, bad_default_is_the_plugin_s_fault);
    tcase_add_loop_test(tc, override_is_as_if_written_there, 0, WQ_LEN(sets));
    tcase_add_test(tc, override_with_a_list);
    tcase_add_loop_test(tc, bad_override_is_shown, 0, WQ_LEN(bad_sets));
    tcase_add_test(tc, names_and_folders_come_from_the_path);
    tcase_add_test(tc, test_of_a_stage_needs_no_input_or_output);
    tcase_add_test(tc, nth_allocation_may_fail);
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
