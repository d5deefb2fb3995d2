/* page_test.c - what a run in a process of its own tells: a record is known again
 * elsewhere, how it ends is told once, figures arrive. */
#include "base/names.h"
#include "run/page.h"
#include "run/reader.h"
#include <check.h>
#include <stdlib.h>

static struct page page;
static struct plan plan;
static struct batch batch;
static struct input_file file = { .path = "/in.jsonl" };
static struct piece piece;
static char raw[] = "{\"id\":\"a\"}\n{\"id\":\"b\"}\n";

static const wq_reason reasons[] = { { "one", "" }, { "two", "" } };
static const char *const counters[] = { "seen", NULL };
static const wq_stage desc = { .name = "s", .reasons = reasons,
                               .n_reasons = 2, .counters = counters };
static struct plan_stage stages[] = { { .desc = &desc }, { .desc = &desc } };

static void setup(void)
{
    struct err e;
    plan = (struct plan){ .stages = stages, .n_stages = 2 };
    ck_assert_int_eq(page_open(&page, &plan, &e), 0);
    batch.raw = (struct buf){ .p = raw, .n = sizeof raw - 1 };
    piece = (struct piece){ .file = &file, .n = sizeof raw - 1, .byte = 100 };
}

static void teardown(void)
{
    page_close(&page);
    arena_free(&batch.arena);
    batch = (struct batch){ 0 };
}

/* The record at raw[at], with that id. */
static wq_record *record(size_t at, const char *id)
{
    wq_record *r = rec_new(&batch.arena);
    ck_assert_ptr_nonnull(r);
    ck_assert_int_eq(rec_set(r, names_intern_own(str("id")), str(id)), 0);
    r->origin.piece = &piece;
    r->origin.raw = (wq_str){ raw + at, 10 };
    return r;
}

START_TEST(who_is_in_a_call_is_seen)
{
    size_t slot = 0;
    ck_assert_ptr_null(page_enter(&page, 7, 1, &batch, record(11, "b")));
    ck_assert_uint_eq(page_busy(&page, &slot), 1);
    ck_assert_uint_eq(slot, 7);
    const struct call *c = &page.shared->slots[7].call;
    ck_assert_str_eq(c->path, "/in.jsonl");
    ck_assert_str_eq(c->id, "b");
    ck_assert_uint_eq(c->byte, 111);
    ck_assert_uint_eq(c->stage, 1);
    page_leave(&page, 7);
    ck_assert_uint_eq(page_busy(&page, &slot), 0);
}
END_TEST

START_TEST(the_first_tells_how_it_ends)
{
    struct page_shared *s = page.shared;
    ck_assert(!page_blame(&page, 7, REASON_CRASHED, "SIGSEGV")); /* in no call */
    ck_assert(!page_blame(&page, SIZE_MAX, REASON_CRASHED, "SIGSEGV"));
    page_enter(&page, 7, 1, &batch, record(0, "a"));
    ck_assert(page_blame(&page, 7, REASON_CRASHED, "SIGSEGV"));
    ck_assert(!page_blame(&page, 7, REASON_TIMED_OUT, "later"));
    page_speak(&page, EX_IO, "later", 5);
    ck_assert_int_eq(s->end, PAGE_BLAMES);
    ck_assert_int_eq(s->blamed.mishap.why, REASON_CRASHED);
    ck_assert_str_eq(s->blamed.mishap.detail, "SIGSEGV");
    ck_assert_str_eq(s->blamed.call.id, "a");
    page_clear(&page);
    page_speak(&page, EX_IO, "words", 3);
    ck_assert_int_eq(s->end, PAGE_SPEAKS);
    ck_assert_int_eq(s->code, EX_IO);
    ck_assert_str_eq(s->words, "wor");
}
END_TEST

START_TEST(a_record_set_aside_is_known_again_and_no_other_is)
{
    static struct aside aside;
    struct piece elsewhere = { .file = &file, .byte = 0 };
    struct input_file other = { .path = "/in2.jsonl" };
    page_enter(&page, 0, 1, &batch, record(11, "b"));
    page_blame(&page, 0, REASON_TIMED_OUT, "took longer than 1 ms");
    aside = page.shared->blamed;
    page_clear(&page);
    page.asides = &aside;
    page.n_asides = 1;
    /* Other batches, another worker: the same byte of the same file. */
    wq_record *same = record(11, "b");
    elsewhere.byte = 111 - 11;
    same->origin.piece = &elsewhere;
    const struct mishap *m = page_enter(&page, 3, 1, &batch, same);
    ck_assert_ptr_nonnull(m);
    ck_assert_int_eq(m->why, REASON_TIMED_OUT);
    ck_assert_str_eq(m->detail, "took longer than 1 ms");
    ck_assert_ptr_null(page_enter(&page, 3, 0, &batch, same));
    ck_assert_ptr_null(page_enter(&page, 3, 1, &batch, record(11, "b#1")));
    ck_assert_ptr_null(page_enter(&page, 3, 1, &batch, record(0, "b")));
    elsewhere.file = &other;
    ck_assert_ptr_null(page_enter(&page, 3, 1, &batch, same));
    elsewhere.file = &file;
    ck_assert_ptr_nonnull(page_enter(&page, 3, 1, &batch, same));
    same->origin.piece = NULL; /* made by a stage */
    same->origin.raw = (wq_str){ NULL, 0 };
    ck_assert_ptr_null(page_enter(&page, 3, 1, &batch, same));
}
END_TEST

START_TEST(an_id_that_is_too_long_is_known_by_its_begin)
{
    static char id[2 * PAGE_ID];
    memset(id, 'x', sizeof id - 1);
    page_enter(&page, 0, 0, &batch, record(0, id));
    ck_assert_uint_eq(strlen(page.shared->slots[0].call.id), PAGE_ID - 1);
}
END_TEST

START_TEST(figures_arrive_and_stay)
{
    struct stage_stats two[2];
    struct run_result out, in = { .in = 9, .stages = two, .n_stages = 2 };
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(stage_stats_new(&desc, &two[i]), 0);
    two[1].in = 5;
    two[1].rejected_by[stage_n_reasons(&desc) - 1] = 3;
    two[1].counters[0] = 4;
    page.shared->result = in;
    ck_assert_int_eq(page_result(&page, &plan, &out), 0);
    ck_assert_uint_eq(out.n_stages, 0); /* not told yet */
    page_stages(&page, &plan, &in);
    ck_assert_int_eq(page_result(&page, &plan, &out), 0);
    ck_assert_uint_eq(out.in, 9);
    ck_assert_uint_eq(out.n_stages, 2);
    ck_assert_uint_eq(out.stages[0].in, 0);
    ck_assert_uint_eq(out.stages[1].in, 5);
    ck_assert_uint_eq(out.stages[1].rejected_by[stage_n_reasons(&desc) - 1], 3);
    ck_assert_uint_eq(out.stages[1].counters[0], 4);
    ck_assert_uint_eq(two[1].in, 5);
    run_result_free(&out);
    for (size_t i = 0; i < 2; i++) stage_stats_free(&two[i]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("page");
    TCase *tc = tcase_create("page");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, who_is_in_a_call_is_seen);
    tcase_add_test(tc, the_first_tells_how_it_ends);
    tcase_add_test(tc, a_record_set_aside_is_known_again_and_no_other_is);
    tcase_add_test(tc, an_id_that_is_too_long_is_known_by_its_begin);
    tcase_add_test(tc, figures_arrive_and_stay);
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
