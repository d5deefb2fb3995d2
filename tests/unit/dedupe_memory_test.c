/* dedupe_memory_test.c - what `dedupe` remembers, taken apart and put
 * together. */
#include "plugins/dedupe/story.h"
#include "tests/unit/pieces.h"
#include <check.h>

#define DAY 86400

static uint64_t state;
static uint64_t next_random(void) /* xorshift64* (Vigna 2016) */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1Du;
}
static uint32_t below(uint32_t n)
{
    return (uint32_t)(next_random() >> 33) % n;
}

/* ---- articles ------------------------------------------------------------ */

enum { ARTICLES = 6000, WORDS_MAX = 400 };
struct article {
    uint32_t story, from, n, other; /* words [from .. + n), and `other`'s */
    int64_t date;
    uint32_t id;
};
static struct article stream[ARTICLES];

/* Copies, parts, round-ups, stock phrases; dates that wander, and some that are
 * missing (the first ones), in 2099 or of a block from an archive. */
static void make_stream(uint64_t seed)
{
    state = seed;
    for (uint32_t i = 0; i < ARTICLES; i++) {
        struct article *a = &stream[i];
        int is_old = i && below(4) == 0;
        *a = (struct article){ .story = is_old ? i - below(i < 900 ? i : 900)
                                               : i + 1,
                               .from = below(3) ? 0 : below(80),
                               .n = below(5) ? 60 + below(100) : 5 + below(20),
                               .other = below(20) ? 0 : below(i + 1),
                               .date = (int64_t)i * DAY / 60 + below(2 * DAY),
                               .id = i - (below(30) ? 0 : below(i + 1)) };
        if (i / 300 % 7 == 5) a->date -= 40 * DAY;
        if (!below(20)) a->date = CLOCK_NONE;
        if (!below(20) || i == 30) a->date = INT64_C(4070908800);
        if (i < 30) a->date = CLOCK_NONE; /* the clock does not go yet */
    }
}

static uint64_t word(uint64_t story, uint64_t i)
{
    uint64_t w = (story * 1000 + i + 1) * UINT64_C(0xD6E8FEB86659FD93);
    w = (w ^ w >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    return w ^ w >> 32;
}

/* Judges and remembers an article; says what was found. */
static void take(struct memory *m, const struct article *a, char *found,
                 size_t cap)
{
    uint64_t words[WORDS_MAX];
    uint32_t room[WORDS_MAX + 1];
    struct signature s;
    size_t n = 0, of_bytes = 0, story_bytes = 0;
    char id[16];
    for (uint32_t i = 0; i < a->n; i++)
        words[n++] = word(a->story, a->from + i);
    for (uint32_t i = 0; a->other && i < 80; i++)
        words[n++] = word(a->other, i);
    for (uint32_t i = 0; i < 8; i++) words[n++] = word(0, i);
    signature_make(words, n, 0, 3, room, &s);
    m->seen++;
    int64_t now = clock_tick(&m->clock, a->date);
    struct link link = story_find(m->index, &s, now, .5, 12, NULL);
    const char *of = "", *story = "";
    if (link.of != NO_ENTRY) of = index_id(m->index, link.of, &of_bytes);
    if (link.joins) story = index_story(m->index, link.of, &story_bytes);
    snprintf(found, cap, "%d %.*s %.*s %.6f %lld", link.relation, (int)of_bytes,
             of, (int)story_bytes, story, link.score, (long long)now);
    snprintf(id, sizeof id, "a%u", a->id);
    ck_assert_int_eq(story_add(m->index, &s, now, id, strlen(id), &link), 0);
}

static void check_load(const struct pieces *s, struct memory *m, int64_t window)
{
    const char *why = NULL;
    if (pieces_load(s, m, window, &why) < 0) ck_abort_msg("%s", why);
}

/* ---- tests --------------------------------------------------------------- */

/* Runs of 1 .. 2 * mean articles against one over everything. */
static void compare_runs(uint64_t seed, uint32_t mean, int64_t window)
{
    struct pieces pieces = { 0 };
    struct memory whole = { .index = index_new(window, NULL) }, run;
    char want[100], got[100];
    make_stream(seed);
    for (uint32_t i = 0, end; i < ARTICLES; i = end) {
        end = i + 1 + below(2 * mean);
        if (end > ARTICLES) end = ARTICLES;
        check_load(&pieces, &run, window);
        for (uint32_t k = i; k < end; k++) {
            take(&whole, &stream[k], want, sizeof want);
            take(&run, &stream[k], got, sizeof got);
            ck_assert_str_eq(got, want);
        }
        ck_assert_int_eq(pieces_save(&pieces, &run), 0);
        ck_assert_uint_le(pieces.n, 20);
        memory_free(&run);
    }
    ck_assert_uint_gt(index_size(whole.index), 500);
    if (window) ck_assert_uint_gt(index_forgotten(whole.index), 500);
    memory_free(&whole);
    pieces_clear(&pieces);
}

START_TEST(many_runs_find_what_one_over_everything_finds)
{
    compare_runs(1, 1, 14 * DAY);
    compare_runs(2, 10, 5 * DAY);
    compare_runs(3, 250, 10 * DAY);
    compare_runs(4, 3000, 7 * DAY);
    compare_runs(5, 100, 0);
}
END_TEST

/* The first n articles of the stream, in `runs` runs. */
static void remember(struct pieces *pieces, uint32_t n, uint32_t runs,
                     int64_t window)
{
    struct memory m;
    char found[100];
    make_stream(7);
    for (uint32_t r = 0; r < runs; r++) {
        check_load(pieces, &m, window);
        for (uint32_t i = n * r / runs; i < n * (r + 1) / runs; i++)
            take(&m, &stream[i], found, sizeof found);
        ck_assert_int_eq(pieces_save(pieces, &m), 0);
        memory_free(&m);
    }
}

START_TEST(a_run_without_articles_writes_nothing)
{
    struct pieces pieces = { 0 };
    struct memory m;
    check_load(&pieces, &m, DAY);
    ck_assert_int_eq(pieces_save(&pieces, &m), 0);
    ck_assert_uint_eq(pieces.n, 0);
    memory_free(&m);
}
END_TEST

START_TEST(a_piece_takes_little)
{
    struct pieces pieces = { 0 };
    struct memory m;
    size_t bytes = 0;
    remember(&pieces, 3000, 5, 0);
    for (size_t i = 0; i < pieces.n; i++) bytes += pieces.list[i].n;
    check_load(&pieces, &m, 0);
    ck_assert_uint_le(bytes / index_size(m.index), 300);
    memory_free(&m);
    pieces_clear(&pieces);
}
END_TEST

/* Samples of all levels and sizes, random and as close as they can be. */
START_TEST(samples_are_read_as_they_were_written)
{
    static const uint32_t sizes[] = { 1, 2, 3, 23, 24, 48, 64, 1000,
                                      SAMPLES_MAX };
    static uint32_t in[SAMPLES_MAX], out[SAMPLES_MAX];
    unsigned char bytes[SAMPLES_MAX * 5];
    state = 11;
    for (uint32_t i = 0; i < 9 * (LEVEL_MAX + 1) * 2; i++) {
        uint32_t level = i / 2 % (LEVEL_MAX + 1), n = sizes[i / 2 / 17];
        uint32_t step = UINT32_MAX / n;
        for (uint32_t k = 0; k < n; k++)
            in[k] = (i % 2 ? UINT32_MAX - n + 1 + k
                           : k * step + (uint32_t)next_random() % step)
                    >> level << level;
        if (level && i % 2) /* the n largest of that level */
            for (uint32_t k = 0; k < n; k++)
                in[k] = ((UINT32_MAX >> level) - n + 1 + k) << level;
        size_t size = samples_bytes(n, level);
        memset(bytes, 0xAA, sizeof bytes);
        samples_write(in, n, level, bytes);
        ck_assert_uint_eq(bytes[size], 0xAA);
        struct blob blob = { .level = level, .n_samples = n, .samples = bytes,
                             .end = bytes + size };
        ck_assert_int_eq(samples_read(&blob, out), 0);
        ck_assert_mem_eq(in, out, n * sizeof *in);
        memset(bytes, 0, sizeof bytes);
        ck_assert_int_lt(samples_read(&blob, out), 0);
    }
}
END_TEST

/* What has left the window leaves the pieces; few are written anew. */
START_TEST(pieces_grow_no_more_than_the_window)
{
    struct pieces pieces = { 0 };
    struct memory m;
    char found[100];
    size_t most = 0, bytes = 0;
    for (uint32_t i = 0; i < 20000;) { /* 100 a day */
        check_load(&pieces, &m, 7 * DAY);
        for (uint32_t end = i + 200; i < end; i++) {
            struct article a = { .story = i + 1, .n = 100, .id = i,
                                 .date = (int64_t)i * DAY / 100 };
            if (i % 100 == 0) a.story = 1000000; /* and one that comes daily */
            take(&m, &a, found, sizeof found);
            ck_assert_int_eq(found[0] == '1', i % 100 == 0 && i); /* REL_EXACT */
        }
        ck_assert_int_eq(pieces_save(&pieces, &m), 0);
        memory_free(&m);
        bytes = 0;
        for (size_t k = 0; k < pieces.n; k++) bytes += pieces.list[k].n;
        if (bytes > most) most = bytes;
    }
    ck_assert_uint_le(most, 300 * (2 * 1024 + 2 * 714));
    ck_assert_uint_le(pieces.n, 12);
    pieces_clear(&pieces);
}
END_TEST

START_TEST(a_window_may_be_shortened)
{
    struct pieces pieces = { 0 };
    struct memory m;
    char found[100];
    struct article old = { .story = 1, .n = 150, .date = 0, .id = 1 };
    check_load(&pieces, &m, 14 * DAY);
    take(&m, &old, found, sizeof found);
    ck_assert_int_eq(pieces_save(&pieces, &m), 0);
    memory_free(&m);
    for (int64_t window = 14 * DAY; window; window -= 7 * DAY) {
        struct article again = { .story = 1, .n = 149, .date = 10 * DAY,
                                 .id = 2 };
        check_load(&pieces, &m, window);
        m.clock = (struct clock){ 0 };
        take(&m, &again, found, sizeof found);
        ck_assert_int_eq(found[0] == '2', window == 14 * DAY); /* REL_NEAR */
        memory_free(&m);
    }
    pieces_clear(&pieces);
}
END_TEST

START_TEST(what_is_forgotten_is_not_found_then_and_later)
{
    struct pieces pieces = { 0 };
    struct memory m;
    struct article a = { .story = 1, .n = 150, .id = 1 }, b = a, c = a;
    char found[100];
    b.n = 140;
    b.id = 2;
    c.n = 145;
    c.id = 3;
    check_load(&pieces, &m, DAY);
    take(&m, &a, found, sizeof found);
    take(&m, &b, found, sizeof found);
    ck_assert_int_eq(pieces_save(&pieces, &m), 0);
    memory_free(&m);

    check_load(&pieces, &m, DAY);
    ck_assert_int_eq(index_forget(m.index, "nobody", 6), 0);
    ck_assert_int_eq(index_forget(m.index, "a1", 2), 0);
    m.is_touched = 1;
    ck_assert_int_eq(pieces_save(&pieces, &m), 0);
    for (int times = 0; times < 2; times++) { /* then and later */
        take(&m, &c, found, sizeof found);
        ck_assert_str_eq(strtok(found + 2, " "), "a2");
        memory_free(&m);
        check_load(&pieces, &m, DAY);
    }
    memory_free(&m);
    pieces_clear(&pieces);
}
END_TEST

static int ignore(void *to, const char *key)
{
    (void)to;
    (void)key;
    return 0;
}

/* Asks for some that are remembered, adds, forgets, writes it down.  Returns 0, or
 * -1: what is remembered makes no sense. */
static int use(struct memory *m)
{
    struct pieces out = { 0 };
    char found[100];
    for (uint32_t i = 0; i < 60; i += 7) take(m, &stream[i], found, sizeof found);
    take(m, &stream[70], found, sizeof found);
    ck_assert_int_eq(index_forget(m->index, "a1", 2), 0);
    ck_assert_int_eq(memory_save(m, &(struct memory_sink){
                         pieces_add, ignore, &out }), 0);
    pieces_clear(&out);
    return index_why(m->index) ? -1 : 0;
}

/* Each byte changed, each length cut: refused, or something else is remembered;
 * nobody is harmed (the sanitizers look on). */
START_TEST(bytes_of_any_kind_harm_nobody)
{
    struct pieces pieces = { 0 };
    struct memory m;
    remember(&pieces, 60, 2, DAY);
    for (size_t k = 0; k < pieces.n; k++) {
        char *p = pieces.list[k].p;
        size_t n = pieces.list[k].n, refused = 0, senseless = 0;
        const char *why;
        for (size_t i = 0; i < n; i++) {
            char was = p[i];
            p[i] = (char)(was ^ (1 << i % 8));
            if (pieces_load(&pieces, &m, DAY, &why) < 0) refused++;
            else senseless += use(&m) < 0;
            p[i] = was;
            memory_free(&m);
        }
        ck_assert_uint_gt(refused, 40);
        ck_assert_uint_gt(senseless, 10);
        for (size_t i = 0; i < n; i++) {
            pieces.list[k].n = i;
            ck_assert_int_lt(pieces_load(&pieces, &m, DAY, &why), 0);
            ck_assert_ptr_nonnull(why);
            memory_free(&m);
        }
        pieces.list[k].n = n;
    }
    pieces_clear(&pieces);
}
END_TEST

START_TEST(a_piece_that_is_missing_is_noticed)
{
    struct pieces pieces = { 0 };
    struct memory m;
    const char *why;
    remember(&pieces, 1000, 1, 0);
    check_load(&pieces, &m, 0);
    char found[100];
    take(&m, &stream[1000], found, sizeof found);
    ck_assert_int_eq(pieces_save(&pieces, &m), 0);
    memory_free(&m);
    ck_assert_uint_eq(pieces.n, 2);
    ck_assert_int_eq(pieces_retire(&pieces, pieces.list[0].key), 0);
    ck_assert_int_lt(pieces_load(&pieces, &m, 0, &why), 0);
    ck_assert_str_eq(why, "a segment is missing, or one too many");
    memory_free(&m);
    pieces_clear(&pieces);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dedupe_memory");
    TCase *tc = tcase_create("dedupe_memory");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, many_runs_find_what_one_over_everything_finds);
    tcase_add_test(tc, a_run_without_articles_writes_nothing);
    tcase_add_test(tc, a_piece_takes_little);
    tcase_add_test(tc, samples_are_read_as_they_were_written);
    tcase_add_test(tc, pieces_grow_no_more_than_the_window);
    tcase_add_test(tc, a_window_may_be_shortened);
    tcase_add_test(tc, what_is_forgotten_is_not_found_then_and_later);
    tcase_add_test(tc, bytes_of_any_kind_harm_nobody);
    tcase_add_test(tc, a_piece_that_is_missing_is_noticed);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
