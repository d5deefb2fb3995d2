/* plan_test.c - pipelines resolved against the plugin tests/plugins/sample.c:
 * the values that arrive, and running out of memory on the way.  What is
 * refused is in tests/config. */
#include "base/names.h"
#include "run/plan.h"
#include <check.h>
#include <stdlib.h>

static struct plugins plugins;
static struct diags diags;

static void setup(void)
{
    static const char *const dirs[] = { TEST_PLUGINS "/sample.so" };
    struct err e = { 0 };
    ck_assert_msg(plugins_find(&plugins, dirs, 1, &e) == 0, "%s", e.text);
}

static void teardown(void)
{
    plugins_free(&plugins);
    diags_free(&diags);
}

#define TOP "version: 1\ninput: {path: in.sample}\noutput: {path: o.jsonl}\n"
static const char good[] =
    TOP "stages:\n"
        "  - stage: sample\n"
        "    with: {count: 20, langs: [ar, fa], data: d/x, window: 1.5h}\n"
        "  - stage: sample_writes\n"
        "  - {stage: sample_reads, label: again}\n";
static const char bad[] =
    TOP "stages:\n"
        "  - {stage: sample, with: {count: 0, lang: x, mode: fats, data: ''}}\n"
        "  - {stage: sample_reads}\n  - {stage: nothing}\n"
        "  - {stage: sample_cuts}\n  - {stage: sample_rewrites}\n"
        "  - {stage: sample_needs}\n"
        "  - {stage: sample_picky, with: {count: 13}}\n";

START_TEST(values_arrive_and_the_rest_is_default)
{
    struct pipeline *p = pipeline_parse("some/where/t.yaml", str(good), &diags);
    struct plan *plan = plan_make(p, &plugins, &diags);
    ck_assert_ptr_nonnull(plan);
    ck_assert_uint_eq(plan->n_stages, 3);
    const struct plan_stage *s = &plan->stages[0];
    ck_assert_str_eq(s->desc->name, "sample");
    ck_assert_str_eq(s->from->name, "sample");
    enum { FLAG, COUNT, SHARE, NAME, MODE, MEMORY, WINDOW, DATA, LANGS };
    ck_assert_int_eq(config_get_int(s->config, FLAG), 1);
    ck_assert_int_eq(config_get_int(s->config, COUNT), 20);
    ck_assert_int_eq(config_get_int(s->config, WINDOW), 5400000);
    ck_assert(str_is(config_get_str(s->config, LANGS, 1), "fa"));
    /* relative to the pipeline file */
    ck_assert(str_is(config_get_str(s->config, DATA, 0), "some/where/d/x"));
    ck_assert(s->config->values[MODE].is_default);
    ck_assert(!s->config->values[COUNT].is_default);
    ck_assert_uint_eq(s->config->values[COUNT].at.line, 6);
    ck_assert_str_eq(plan->output.desc->name, "jsonl"); /* by suffix */
    ck_assert_ptr_null(plan->input.desc);               /* each by itself */
    plan_free(plan);
    pipeline_free(p);
}
END_TEST

START_TEST(all_errors_are_counted)
{
    struct pipeline *p = pipeline_parse("t.yaml", str(bad), &diags);
    ck_assert_ptr_nonnull(p);
    ck_assert_ptr_null(plan_make(p, &plugins, &diags));
    ck_assert_uint_eq(diags.n_errors, 8);
    pipeline_free(p);
}
END_TEST

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

/* From the n-th allocation on, all of them fail: but those of names, which a
 * plugin's call ends the process for, and which are known after n = 0. */
START_TEST(nth_allocation_may_fail)
{
    static const char *const texts[] = { good, bad };
    bool is_done = false;
    for (size_t n = 0; !is_done; n++) {
        ck_assert_uint_lt(n, 10000);
        is_done = true;
        for (size_t i = 0; i < WQ_LEN(texts); i++) {
            struct diags d = { 0 };
            struct pipeline *p = pipeline_parse("t.yaml", str(texts[i]), &d);
            until_failure = n ? n : SIZE_MAX;
            struct plan *plan = plan_make(p, &plugins, &d);
            bool has_failed = until_failure == 0;
            until_failure = SIZE_MAX;
            ck_assert(plan || d.n_errors);
            /* What is wrong can be told without what may have been meant. */
            bool is_told = texts[i] == bad && d.n_errors == 8;
            if (has_failed && !plan && !is_told)
                ck_assert_int_eq(d.code, EX_NO_MEMORY);
            is_done = is_done && !has_failed && n;
            plan_free(plan);
            pipeline_free(p);
            diags_free(&d);
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plan");
    TCase *tc = tcase_create("plan");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, values_arrive_and_the_rest_is_default);
    tcase_add_test(tc, all_errors_are_counted);
    tcase_add_test(tc, nth_allocation_may_fail);
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
