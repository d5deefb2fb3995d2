/* dedupe_test.c - signatures, clock, judge, index and stories of `dedupe`. */
#include "plugins/dedupe/clock.h"
#include "plugins/dedupe/index.h"
#include "plugins/dedupe/judge.h"
#include "plugins/dedupe/passages.h"
#include "plugins/dedupe/signature.h"
#include "plugins/dedupe/story.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400

/* ---- texts: a word is a number, its hash is made from it ----------------- */

struct text {
    uint64_t words[4000];
    size_t n;
    uint64_t numbers;
    uint32_t room[2 * SAMPLES_MAX];
    struct signature s;
};

static uint64_t word_hash(uint64_t word)
{
    word = (word + 1) * UINT64_C(0xD6E8FEB86659FD93); /* splitmix-like */
    word ^= word >> 32;
    word *= UINT64_C(0xD6E8FEB86659FD93);
    return word ^ word >> 32;
}

/* Appends `n` words of story `story`, from word `from` on. */
static void add_words(struct text *t, uint64_t story, size_t from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        t->words[t->n++] = word_hash(story * 100000 + from + i);
}

static const struct signature *sign(struct text *t)
{
    signature_make(t->words, t->n, t->numbers, 3, t->room, &t->s);
    return &t->s;
}

static struct text *part(uint64_t story, size_t from, size_t n)
{
    struct text *t = calloc(1, sizeof *t);
    ck_assert_ptr_nonnull(t);
    add_words(t, story, from, n);
    return t;
}

/* ---- signatures ---------------------------------------------------------- */

START_TEST(samples_are_sorted_distinct_and_of_their_level)
{
    static const size_t lengths[] = { 1, 4, 5, 30, 100, 200, 400, 3000 };
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        struct text *t = part(1, 0, lengths[k]);
        const struct signature *s = sign(t);
        ck_assert_uint_eq(s->words, lengths[k]);
        ck_assert_uint_ge(s->n, 1);
        for (uint32_t i = 0; i < s->n; i++) {
            ck_assert_uint_eq(s->samples[i] & ((1u << s->level) - 1), 0);
            if (i) ck_assert_uint_lt(s->samples[i - 1], s->samples[i]);
        }
        free(t);
    }
}
END_TEST

START_TEST(short_texts_keep_all_shingles_long_ones_an_eighth)
{
    struct text *t = part(1, 0, 25);
    ck_assert_uint_eq(sign(t)->n, 21);
    ck_assert_uint_eq(t->s.level, 0);
    t->n = 0;
    add_words(t, 1, 0, 4000);
    sign(t);
    ck_assert_uint_eq(t->s.level, 3);
    ck_assert_uint_ge(t->s.n, 400); /* 500 expected, deviation 21 */
    ck_assert_uint_le(t->s.n, 600);
    free(t);
}
END_TEST

START_TEST(an_empty_text_has_no_samples)
{
    struct text *t = part(1, 0, 0);
    ck_assert_uint_eq(sign(t)->n, 0);
    ck_assert_uint_eq(t->s.words, 0);
    free(t);
}
END_TEST

START_TEST(order_counts_for_the_exact_hash)
{
    struct text *a = part(1, 0, 2), *b = part(1, 0, 0);
    add_words(b, 1, 1, 1);
    add_words(b, 1, 0, 1);
    ck_assert_uint_ne(sign(a)->exact, sign(b)->exact);
    free(a);
    free(b);
}
END_TEST

START_TEST(a_very_long_text_is_thinned_not_cut)
{
    size_t n = 1000000;
    uint64_t *words = malloc(n * sizeof *words);
    uint32_t *room = malloc(signature_room(n) * sizeof *room);
    struct signature s;
    for (size_t i = 0; i < n; i++) words[i] = word_hash(i);
    signature_make(words, n, 0, 3, room, &s);
    ck_assert_uint_le(s.n, SAMPLES_MAX);
    ck_assert_uint_gt(s.n, SAMPLES_MAX / 4);
    ck_assert_uint_gt(s.level, 3);
    free(words);
    free(room);
}
END_TEST

START_TEST(one_sentence_said_for_ever_is_a_few_shingles)
{
    size_t n = 500000;
    uint64_t *words = malloc(n * sizeof *words);
    uint32_t *room = malloc(signature_room(n) * sizeof *room);
    struct signature s;
    for (size_t i = 0; i < n; i++) words[i] = word_hash(i % 10);
    signature_make(words, n, 0, 3, room, &s);
    ck_assert_uint_eq(s.level, 0);
    ck_assert_uint_eq(s.n, 10);
    free(words);
    free(room);
}
END_TEST

/* ---- judge --------------------------------------------------------------- */

START_TEST(relations_follow_what_is_shared)
{
    struct text *whole = part(1, 0, 400), *same = part(1, 0, 395);
    struct text *third = part(1, 0, 130), *other = part(2, 0, 400);
    struct text *half = part(1, 0, 220);
    add_words(half, 3, 0, 200);
    sign(whole), sign(same), sign(third), sign(other), sign(half);
    ck_assert_int_eq(judge(&same->s, &whole->s, .5).relation, REL_NEAR);
    ck_assert_int_eq(judge(&third->s, &whole->s, .5).relation, REL_CONTAINED);
    ck_assert_int_eq(judge(&whole->s, &third->s, .5).relation, REL_CONTAINS);
    ck_assert_int_eq(judge(&half->s, &whole->s, .5).relation, REL_OVERLAP);
    ck_assert_int_eq(judge(&other->s, &whole->s, .5).relation, REL_NONE);
    free(whole), free(same), free(third), free(other), free(half);
}
END_TEST

START_TEST(score_is_the_larger_containment)
{
    struct text *whole = part(1, 0, 400), *third = part(1, 0, 130);
    struct verdict v = judge(sign(third), sign(whole), .5);
    ck_assert_double_eq(v.score, 1);
    ck_assert_double_le(v.resemblance, .5);
    free(whole), free(third);
}
END_TEST

START_TEST(same_form_with_other_numbers_is_a_template)
{
    struct text *a = part(1, 0, 400), *b = part(1, 0, 250);
    add_words(b, 2, 0, 100);
    a->numbers = 0x000000FF;
    b->numbers = 0x0000FF01; /* one of eight in common */
    ck_assert_int_eq(judge(sign(b), sign(a), .5).relation, REL_NONE);
    b->numbers = 0x0000000F;
    ck_assert_int_ne(judge(sign(b), sign(a), .5).relation, REL_NONE);
    free(a), free(b);
}
END_TEST

START_TEST(a_number_is_its_digits)
{
    uint64_t bit = number_bit("1,059", 5);
    ck_assert_uint_ne(bit, 0);
    ck_assert_uint_eq(number_bit("1.059", 5), bit);
    ck_assert_uint_eq(number_bit("١٠٥٩", 8), bit);
    ck_assert_uint_eq(number_bit("۱۰۵۹", 8), bit);
    ck_assert_uint_eq(number_bit("", 0), 0);
    ck_assert_uint_eq(number_bit("١", 1), 0); /* half a digit */
}
END_TEST

START_TEST(what_a_match_needs_grows_with_the_text)
{
    ck_assert_uint_eq(overlap_needed(1, 1000, .5), 3); /* never fewer */
    ck_assert_uint_eq(overlap_needed(1000, 100, .5), 45); /* 50 - 5 */
    ck_assert_uint_eq(overlap_needed(1000, 1000, .5), 485); /* 500 - 15.8 */
    ck_assert_uint_eq(overlap_needed(100, 100, 1), 100);
}
END_TEST

/* ---- clock --------------------------------------------------------------- */

static const struct { const char *in; int64_t out; } dates[] = {
    { "1970-01-01", 0 },
    { "2015-07-21T02:16:13", 1437444973 },
    { "2015-07-21 02:16:13Z", 1437444973 },
    { "2015-07-21T05:16:13.25+03:00", 1437444973 },
    { "2015-07-21T02:16", 1437444960 },
    { "2000-02-29", 951782400 },
    { "1900-02-29", CLOCK_NONE }, /* no leap year */
    { "0001-01-01", -62135596800 },
    { "2015-13-01", CLOCK_NONE },
    { "2015-7-1", CLOCK_NONE },
    { "2015-07-21T", CLOCK_NONE },
    { "2015-07-21 yesterday", CLOCK_NONE },
    { "2015-07-21T02:16:13+", CLOCK_NONE },
    { "21 July 2015", CLOCK_NONE },
    { "", CLOCK_NONE },
};
START_TEST(dates_are_read_whole_or_not_at_all)
{
    const char *in = dates[_i].in;
    ck_assert_int_eq(date_seconds(in, strlen(in)), dates[_i].out);
}
END_TEST

START_TEST(one_date_in_the_far_future_does_not_move_the_clock)
{
    struct clock c = { 0 };
    ck_assert_int_eq(clock_tick(&c, CLOCK_NONE), CLOCK_NONE);
    for (int i = 0; i < 50; i++) ck_assert_int_eq(clock_tick(&c, 1000), 1000);
    for (int i = 0; i < 49; i++)
        ck_assert_int_eq(clock_tick(&c, 4070908800), 1000); /* 2099 */
    ck_assert_int_eq(clock_tick(&c, CLOCK_NONE), 1000);
}
END_TEST

START_TEST(clock_is_the_lower_median_of_the_last_101_dates)
{
    struct clock c = { 0 };
    ck_assert_int_eq(clock_tick(&c, 10), 10);
    ck_assert_int_eq(clock_tick(&c, 20), 10); /* lower of two */
    ck_assert_int_eq(clock_tick(&c, 30), 20);
    for (int i = 1; i <= 1000; i++) clock_tick(&c, i);
    ck_assert_int_eq(clock_tick(&c, 1001), 951); /* of 901 .. 1001 */
}
END_TEST

/* ---- index and stories --------------------------------------------------- */

/* Judges and remembers a text; returns the id of `of`, "-" if there is none. */
static const char *take(struct index *x, struct text *t, int64_t now,
                        const char *id, char *story)
{
    static char of[ID_MAX + 1];
    size_t n = 1;
    struct link link = story_find(x, sign(t), now, .5, 12, NULL);
    strcpy(of, "-");
    if (story) strcpy(story, id);
    if (link.of != NO_ENTRY) {
        const char *p = index_id(x, link.of, &n);
        memcpy(of, p, n);
        of[n] = 0;
        if (story && link.joins) {
            p = index_story(x, link.of, &n);
            memcpy(story, p, n);
            story[n] = 0;
        }
    }
    ck_assert_int_eq(story_add(x, &t->s, now, id, strlen(id), &link), 0);
    free(t);
    return of;
}

START_TEST(links_to_the_earliest_and_keeps_one_story)
{
    struct index *x = index_new(7 * DAY, NULL);
    char story[64];
    ck_assert_str_eq(take(x, part(1, 0, 300), 0, "a", story), "-");
    ck_assert_str_eq(take(x, part(1, 0, 200), 1, "b", story), "a");
    ck_assert_str_eq(story, "a");
    ck_assert_str_eq(take(x, part(1, 100, 190), 2, "c", story), "a");
    ck_assert_str_eq(take(x, part(1, 0, 300), 3, "d", story), "a");
    ck_assert_str_eq(story, "a");
    ck_assert_str_eq(take(x, part(2, 0, 300), 4, "e", story), "-");
    index_free(x);
}
END_TEST

START_TEST(a_round_up_joins_no_two_stories)
{
    struct index *x = index_new(0, NULL);
    char story[64];
    struct text *round_up = part(1, 0, 200);
    add_words(round_up, 2, 0, 200);
    add_words(round_up, 3, 0, 200);
    take(x, round_up, 0, "r", story);
    ck_assert_str_eq(take(x, part(1, 0, 200), 0, "one", story), "r");
    ck_assert_str_eq(story, "r");
    ck_assert_str_eq(take(x, part(2, 0, 200), 0, "two", story), "r");
    ck_assert_str_eq(story, "two");
    ck_assert_str_eq(take(x, part(2, 0, 190), 0, "two again", story), "two");
    ck_assert_str_eq(story, "two");
    ck_assert_str_eq(take(x, part(1, 0, 190), 0, "one again", story), "r");
    ck_assert_str_eq(story, "r");
    index_free(x);
}
END_TEST

START_TEST(a_round_up_of_known_stories_does_not_join_them_either)
{
    struct index *x = index_new(0, NULL);
    char story[64];
    struct text *round_up = part(1, 0, 200);
    add_words(round_up, 2, 0, 200);
    take(x, part(1, 0, 200), 0, "one", NULL);
    ck_assert_str_eq(take(x, round_up, 0, "r", story), "one");
    ck_assert_str_eq(take(x, part(2, 0, 200), 0, "two", story), "r");
    ck_assert_str_eq(story, "two");
    index_free(x);
}
END_TEST

START_TEST(what_has_left_the_window_is_not_found)
{
    struct index *x = index_new(7 * DAY, NULL);
    take(x, part(1, 0, 300), 0, "a", NULL);
    ck_assert_str_eq(take(x, part(1, 0, 299), 7 * DAY, "b", NULL), "a");
    ck_assert_str_eq(take(x, part(1, 0, 298), 7 * DAY + 1, "c", NULL), "b");
    ck_assert_str_eq(take(x, part(1, 0, 297), 30 * DAY, "d", NULL), "-");
    /* and backwards */
    ck_assert_str_eq(take(x, part(1, 0, 297), 0, "e", NULL), "a");
    index_free(x);
}
END_TEST

START_TEST(an_exact_copy_keeps_its_first_alive_and_takes_no_room)
{
    struct index *x = index_new(7 * DAY, NULL);
    for (int day = 0; day < 100; day += 5)
        ck_assert_str_eq(take(x, part(1, 0, 300), day * DAY, "a", NULL),
                         day ? "a" : "-");
    ck_assert_uint_eq(index_size(x), 1);
    index_free(x);
}
END_TEST

START_TEST(the_index_forgets_and_stays_small)
{
    struct index *x = index_new(7 * DAY, NULL);
    char id[32], story[64];
    for (int i = 0; i < 20000; i++) { /* 100 a day */
        snprintf(id, sizeof id, "id-%d", i);
        int64_t now = (int64_t)i * DAY / 100;
        ck_assert_str_eq(take(x, part(10 + i, 0, 60), now, id, story), "-");
        if (i % 50 == 7) { /* after any number of sweeps: same names */
            ck_assert_str_eq(take(x, part(10 + i, 0, 50), now, "x", story),
                             id);
            ck_assert_str_eq(story, id);
        }
    }
    ck_assert_uint_le(index_size(x), 2 * 1024 + 2 * 714);
    ck_assert_uint_gt(index_forgotten(x), 15000);
    index_free(x);
}
END_TEST

START_TEST(an_article_of_news_takes_less_than_512_bytes)
{
    struct index *x = index_new(0, NULL);
    char id[32];
    for (int i = 1; i <= 20000; i++) { /* through many growths of the tables */
        snprintf(id, sizeof id, "article-%06d", i);
        take(x, part(10 + i, 0, 300), 0, id, NULL);
        if (i > 5000) /* the fixed first room is a large share before */
            ck_assert_uint_lt(index_bytes(x) / index_size(x), 512);
    }
    index_free(x);
}
END_TEST

START_TEST(a_shingle_in_every_article_does_not_grow_its_list)
{
    struct index *x = index_new(0, NULL);
    char id[32];
    int marked = 0;
    for (int i = 0; i < 5000; i++) {
        struct text *t = part(10 + i, 0, 200);
        add_words(t, 1, 0, 40); /* the template, a sixth of the text */
        snprintf(id, sizeof id, "%d", i);
        marked += *take(x, t, 0, id, NULL) != '-';
    }
    ck_assert_int_le(marked, 5); /* the sample errs once in a thousand */
    ck_assert_str_eq(take(x, part(4000, 0, 200), 0, "y", NULL), "3990");
    index_free(x);
}
END_TEST

START_TEST(nearly_equal_articles_all_link_to_the_first)
{
    struct index *x = index_new(0, NULL);
    char id[32];
    for (int i = 0; i < 3000; i++) {
        struct text *t = part(1, 0, 100);
        add_words(t, 10 + i, 0, 1);
        snprintf(id, sizeof id, "%d", i);
        ck_assert_str_eq(take(x, t, 0, id, NULL), i ? "0" : "-");
    }
    index_free(x);
}
END_TEST

START_TEST(articles_without_a_clock_are_not_forgotten)
{
    struct index *x = index_new(7 * DAY, NULL);
    take(x, part(1, 0, 300), CLOCK_NONE, "a", NULL);
    ck_assert_str_eq(take(x, part(1, 0, 299), CLOCK_NONE, "b", NULL), "a");
    ck_assert_str_eq(take(x, part(1, 0, 298), 1000 * DAY, "c", NULL), "a");
    index_free(x);
}
END_TEST

START_TEST(short_texts_are_only_ever_exact_copies)
{
    struct index *x = index_new(0, NULL);
    take(x, part(1, 0, 8), 0, "a", NULL);
    ck_assert_str_eq(take(x, part(1, 0, 8), 0, "b", NULL), "a");
    ck_assert_str_eq(take(x, part(1, 0, 9), 0, "c", NULL), "-");
    ck_assert_str_eq(take(x, part(1, 0, 300), 0, "d", NULL), "-");
    ck_assert_str_eq(take(x, part(1, 0, 0), 0, "e", NULL), "-");
    ck_assert_str_eq(take(x, part(1, 0, 0), 0, "f", NULL), "-");
    index_free(x);
}
END_TEST

/* ---- passages ------------------------------------------------------------ */

enum { SENTENCE = 30, SENTENCES = 20 }; /* words; of a text of 600 */

/* A text in sentences of SENTENCE words, each a byte. */
struct cut {
    struct sentence list[SENTENCES];
    struct place places[SENTENCES * SENTENCE];
    unsigned char found[SAMPLES_MAX];
    struct passages p;
};

static void cut(struct cut *c, struct text *t)
{
    const struct signature *s = sign(t);
    c->p = (struct passages){ c->list, c->places,
                              (uint32_t)(t->n / SENTENCE), 0 };
    c->p.n_places = signature_places(t->words, t->n, s, c->places,
                                     SENTENCES * SENTENCE);
    ck_assert_uint_eq(c->p.n_places, s->n);
    for (uint32_t i = 0; i < c->p.n; i++)
        c->list[i] = (struct sentence){ i * SENTENCE, (i + 1) * SENTENCE,
                                        i * SENTENCE, (i + 1) * SENTENCE,
                                        NOT_REUSED };
}

/* "5-9:1 " for each passage: its sentences, its entry. */
static const char *passages_of(const struct cut *c)
{
    static char text[200];
    struct sentence out;
    uint32_t at = 0;
    size_t n = 0;
    text[0] = '\0';
    while (passages_next(&c->p, &at, &out))
        n += (size_t)snprintf(text + n, sizeof text - n, "%u-%u:%u ",
                              out.begin / SENTENCE, out.end / SENTENCE,
                              out.of);
    return text;
}

START_TEST(sentences_of_earlier_texts_are_passages_of_the_earliest)
{
    struct cut *c = calloc(1, sizeof *c);
    struct text *later = part(1, 0, 150), *first = part(2, 0, 300);
    struct text *second = part(3, 0, 240), *other = part(4, 0, 600);
    add_words(later, 2, 60, 150);  /* sentences 5 .. 9, of first */
    add_words(later, 1, 150, 150); /* 10 .. 14 */
    add_words(later, 3, 30, 150);  /* 15 .. 19, of second */
    add_words(second, 2, 60, 240); /* which has that of the first, too */
    cut(c, later);
    passages_claim(&c->p, &later->s, sign(first), 1, c->found);
    passages_claim(&c->p, &later->s, sign(second), 2, c->found);
    passages_claim(&c->p, &later->s, sign(other), 3, c->found);
    ck_assert_str_eq(passages_of(c), "5-10:1 15-20:2 ");
    free(later);
    free(first);
    free(second);
    free(other);
    free(c);
}
END_TEST

START_TEST(a_phrase_in_a_sentence_is_no_passage)
{
    struct cut *c = calloc(1, sizeof *c);
    for (uint64_t k = 0; k < 50; k++) {
        struct text *later = part(100 + k, 0, 245), *earlier = part(k, 0, 270);
        add_words(later, 99, 0, 12); /* a name with its titles */
        add_words(later, 100 + k, 257, 163);
        add_words(earlier, 99, 0, 12);
        add_words(earlier, k, 400, 100);
        cut(c, later);
        passages_claim(&c->p, &later->s, sign(earlier), 1, c->found);
        ck_assert_str_eq(passages_of(c), "");
        free(later);
        free(earlier);
    }
    free(c);
}
END_TEST

START_TEST(texts_sampled_at_other_levels_share_passages)
{
    struct cut *c = calloc(1, sizeof *c);
    struct text *later = part(1, 0, 60), *earlier = part(2, 0, 2000);
    add_words(later, 2, 600, 90);
    cut(c, later);
    ck_assert_uint_lt(later->s.level, sign(earlier)->level);
    passages_claim(&c->p, &later->s, &earlier->s, 1, c->found);
    ck_assert_str_eq(passages_of(c), "2-5:1 ");
    free(later);
    free(earlier);
    free(c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dedupe");
    TCase *tc = tcase_create("dedupe");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, samples_are_sorted_distinct_and_of_their_level);
    tcase_add_test(tc, short_texts_keep_all_shingles_long_ones_an_eighth);
    tcase_add_test(tc, an_empty_text_has_no_samples);
    tcase_add_test(tc, order_counts_for_the_exact_hash);
    tcase_add_test(tc, a_very_long_text_is_thinned_not_cut);
    tcase_add_test(tc, one_sentence_said_for_ever_is_a_few_shingles);
    tcase_add_test(tc, relations_follow_what_is_shared);
    tcase_add_test(tc, score_is_the_larger_containment);
    tcase_add_test(tc, same_form_with_other_numbers_is_a_template);
    tcase_add_test(tc, a_number_is_its_digits);
    tcase_add_test(tc, what_a_match_needs_grows_with_the_text);
    tcase_add_loop_test(tc, dates_are_read_whole_or_not_at_all, 0,
                        (int)(sizeof dates / sizeof *dates));
    tcase_add_test(tc, one_date_in_the_far_future_does_not_move_the_clock);
    tcase_add_test(tc, clock_is_the_lower_median_of_the_last_101_dates);
    tcase_add_test(tc, links_to_the_earliest_and_keeps_one_story);
    tcase_add_test(tc, a_round_up_joins_no_two_stories);
    tcase_add_test(tc, a_round_up_of_known_stories_does_not_join_them_either);
    tcase_add_test(tc, what_has_left_the_window_is_not_found);
    tcase_add_test(tc, an_exact_copy_keeps_its_first_alive_and_takes_no_room);
    tcase_add_test(tc, the_index_forgets_and_stays_small);
    tcase_add_test(tc, an_article_of_news_takes_less_than_512_bytes);
    tcase_add_test(tc, a_shingle_in_every_article_does_not_grow_its_list);
    tcase_add_test(tc, nearly_equal_articles_all_link_to_the_first);
    tcase_add_test(tc, articles_without_a_clock_are_not_forgotten);
    tcase_add_test(tc, short_texts_are_only_ever_exact_copies);
    tcase_add_test(
        tc, sentences_of_earlier_texts_are_passages_of_the_earliest);
    tcase_add_test(tc, a_phrase_in_a_sentence_is_no_passage);
    tcase_add_test(tc, texts_sampled_at_other_levels_share_passages);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
