/* state_test.c - marks of files, the lock, the ledger, what is new. */
#include "base/file.h"
#include "state/commit.h"
#include "state/inputs.h"
#include "state/lock.h"
#include "state/segments.h"
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void enter(void)
{
    snprintf(folder, sizeof folder, "/tmp/warraq-state.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void leave(void)
{
    char command[100];
    ck_assert_int_eq(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

/* A file of n bytes, all lines different. */
static void write_file(const char *path, size_t n)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    for (size_t i = 0; i < n; i++)
        putc(i % 50 == 49 ? '\n' : (char)('a' + i * i / 50 % 26), f);
    ck_assert_int_eq(fclose(f), 0);
}

static void write_text(const char *path, const char *mode, const char *text)
{
    FILE *f = fopen(path, mode);
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

/* ---- marks ---- */

static const size_t sizes[] = { 0, 1, 15, 16, 17, 255, 256, 257, 4096, 65535,
                                65536, 65537, 131071, 131072, 131073, 300000 };

static void mark_of(const char *path, uint64_t n, struct mark *out)
{
    static struct marking m;
    int fd = open(path, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(marking_read(&m, fd, n), 0);
    mark_make(&m, MARK_PREFIX, out);
    close(fd);
}

START_TEST(a_mark_is_the_same_from_the_file_and_from_any_pieces)
{
    static char text[300000];
    static struct marking m;
    size_t n = sizes[_i];
    struct mark whole, pieces;
    write_file("f", n);
    mark_of("f", n, &whole);
    int fd = open("f", O_RDONLY);
    ck_assert_int_eq(file_read_at(fd, text, n, 0), (int)n);
    close(fd);
    for (size_t step = 1; step <= n; step = step * 3 + 1) {
        m = (struct marking){ 0 };
        if (n / step > 30000) continue; /* bytes one by one: of small ones */
        for (size_t at = 0; at < n; at += step)
            marking_add(&m, text + at, n - at < step ? n - at : step);
        mark_make(&m, MARK_PREFIX, &pieces);
        ck_assert(mark_eq(&whole, &pieces));
        ck_assert_str_eq(whole.first, pieces.first);
        ck_assert_str_eq(whole.last, pieces.last);
        ck_assert_uint_eq(whole.head_n, pieces.head_n);
    }
}
END_TEST

START_TEST(up_to_64_KiB_every_byte_counts)
{
    size_t n = sizes[_i];
    struct mark before, after;
    if (n == 0 || n > 65536) return;
    write_file("f", n);
    mark_of("f", n, &before);
    for (size_t at = 0; at < n; at += n / 20 + 1) {
        write_file("f", n);
        int fd = open("f", O_WRONLY);
        ck_assert_int_eq(pwrite(fd, "!", 1, (off_t)at), 1);
        close(fd);
        mark_of("f", n, &after);
        ck_assert(!mark_eq(&before, &after));
    }
}
END_TEST

START_TEST(a_file_that_is_too_short_has_no_mark)
{
    static struct marking m;
    write_file("f", 100);
    int fd = open("f", O_RDONLY);
    ck_assert_int_eq(marking_read(&m, fd, 101), -1);
    close(fd);
}
END_TEST

/* ---- the lock ---- */

START_TEST(the_lock_is_held_once_and_keeps_an_id)
{
    static const char id[33] = "0123456789abcdef0123456789abcdef";
    struct lock a, b;
    struct err e = { 0 };
    char got[33];
    ck_assert_int_eq(lock_take(&a, ".", LOCK_FAIL, 0, -1, &e), 0);
    ck_assert_int_eq(lock_read_id(&a, got, &e), 0);
    ck_assert_str_eq(got, "");
    ck_assert_int_eq(lock_write_id(&a, id, &e), 0);
    ck_assert_int_eq(lock_take(&b, ".", LOCK_FAIL, 0, -1, &e), -1);
    ck_assert_int_eq(e.code, EX_LATER);
    lock_free(&b);
    ck_assert_int_eq(lock_take(&b, ".", LOCK_SKIP, 0, -1, &e), 1);
    lock_free(&b);
    ck_assert_int_eq(lock_take(&b, ".", LOCK_WAIT, 100, -1, &e), -1);
    lock_free(&b);
    lock_free(&a);
    ck_assert_int_eq(lock_take(&b, ".", LOCK_WAIT, 0, -1, &e), 0);
    ck_assert_int_eq(lock_read_id(&b, got, &e), 0);
    ck_assert_str_eq(got, id);
    lock_free(&b);
}
END_TEST

/* ---- the ledger ---- */

static void begin_state(struct state *s)
{
    struct err e = { 0 };
    int rc = state_open(s, "state", LOCK_FAIL, 0, -1, &e);
    if (rc != 0) ck_abort_msg("%s", e.text);
}

/* Commits a run that has read n bytes of `path`. */
static void commit_input(struct state *s, const char *path, enum mark_kind kind,
                         uint64_t n)
{
    struct err e = { 0 };
    bool is_committed;
    static struct marking m;
    char *real = realpath(path, NULL);
    struct ledger_input in = { .path = real, .byte = n, .line = 1,
                               .is_through = true };
    int fd = open(path, O_RDONLY);
    ck_assert_int_eq(marking_read(&m, fd, n), 0);
    mark_make(&m, kind, &in.mark);
    close(fd);
    struct commit c = { .run = { .run = s->run++, .pipeline = "p" },
                        .inputs = { &in, 1 } };
    int rc = commit_run(s, &c, &is_committed, &e);
    if (rc != 0) ck_abort_msg("%s", e.text);
    ck_assert(is_committed);
    free(real);
}

START_TEST(the_ledger_keeps_what_it_is_given)
{
    struct state s;
    struct err e = { 0 };
    struct ledger_inputs rows = { 0 };
    static const char name[] = "it's \"odd\"\n%s \xd8\xae\xff";
    begin_state(&s);
    write_file(name, 1000);
    commit_input(&s, name, MARK_PREFIX, 700);
    state_close(&s);
    begin_state(&s);
    ck_assert_uint_eq(s.run, 2);
    char *real = realpath(name, NULL);
    ck_assert_int_eq(ledger_by_path(s.ledger, real, &rows, &e), 0);
    ck_assert_uint_eq(rows.n, 1);
    ck_assert_str_eq(rows.list[0].path, real);
    ck_assert_uint_eq(rows.list[0].mark.n, 700);
    ck_assert_uint_eq(rows.list[0].mark.head_n, 256);
    ck_assert_uint_eq(rows.list[0].run, 1);
    ledger_inputs_free(&rows);
    uint64_t n = 0;
    ck_assert_int_eq(ledger_forget(s.ledger, real, &n, &e), 0);
    ck_assert_uint_eq(n, 1);
    free(real);
    state_close(&s);
}
END_TEST

START_TEST(every_flipped_bit_of_the_ledger_is_found_when_it_is_checked)
{
    struct state s;
    struct err e = { 0 };
    begin_state(&s);
    write_file("f", 1000);
    for (uint64_t n = 100; n <= 1000; n += 100)
        commit_input(&s, "f", MARK_PREFIX, n);
    state_close(&s);
    struct stat st;
    ck_assert_int_eq(stat("state/warraq.db", &st), 0);
    for (off_t at = _i; at < st.st_size; at += 997) {
        unsigned char byte;
        int fd = open("state/warraq.db", O_RDWR), rc;
        ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
        byte ^= (unsigned char)(1 << at % 8);
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
        e.code = 0;
        rc = state_view(&s, "state", &e);
        if (rc == 0) rc = ledger_check(s.ledger, &e);
        if (rc == 0) ck_abort_msg("byte %ld: not found", (long)at);
        ck_assert_int_eq(e.code, EX_DATA);
        state_close(&s);
        byte ^= (unsigned char)(1 << at % 8);
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
        close(fd);
    }
}
END_TEST

/* ---- what is new ---- */

static bool by_name(void *to, const char *path, wq_str head)
{
    (void)to;
    (void)head;
    return strstr(path, ".jsonl") != NULL;
}

/* What one file, or each of some, is now. */
static void look(struct state *s, const char *const *paths, size_t n,
                 struct inputs *out)
{
    struct err e = { 0 };
    int rc = inputs_look(s->ledger, paths, n, by_name, NULL, out, &e);
    if (rc < 0) ck_abort_msg("%s", e.text);
}

static enum input_what what_is(struct state *s, const char *path, uint64_t *byte)
{
    struct inputs in;
    look(s, &path, 1, &in);
    ck_assert_uint_eq(in.n, 1);
    enum input_what what = in.list[0].what;
    if (byte) *byte = in.list[0].byte;
    inputs_free(&in);
    return what;
}

START_TEST(a_prefix_of_any_length_is_known_again_under_any_name)
{
    struct state s;
    uint64_t byte;
    size_t n = sizes[_i];
    if (n == 0) return;
    begin_state(&s);
    write_file("a.jsonl", n);
    ck_assert_int_eq(what_is(&s, "a.jsonl", NULL), INPUT_NEW);
    commit_input(&s, "a.jsonl", MARK_PREFIX, n);
    ck_assert_int_eq(what_is(&s, "a.jsonl", NULL), INPUT_KNOWN);
    ck_assert_int_eq(rename("a.jsonl", "b.jsonl.1"), 0);
    ck_assert_int_eq(what_is(&s, "b.jsonl.1", NULL), INPUT_KNOWN);
    write_text("b.jsonl.1", "a", "more\n");
    ck_assert_int_eq(what_is(&s, "b.jsonl.1", &byte), INPUT_GROWN);
    ck_assert_uint_eq(byte, n);
    state_close(&s);
}
END_TEST

START_TEST(the_longest_of_many_prefixes_counts)
{
    struct state s;
    uint64_t byte;
    begin_state(&s);
    write_file("a.jsonl", 200000);
    for (size_t i = 1; i < 12; i++) /* not the longest last */
        commit_input(&s, "a.jsonl", MARK_PREFIX, sizes[(i * 5) % 14 + 1]);
    ck_assert_int_eq(rename("a.jsonl", "b.jsonl"), 0);
    ck_assert_int_eq(what_is(&s, "b.jsonl", &byte), INPUT_GROWN);
    ck_assert_uint_eq(byte, 131073);
    ck_assert_int_eq(truncate("b.jsonl", 5000), 0);
    ck_assert_int_eq(what_is(&s, "b.jsonl", &byte), INPUT_GROWN);
    ck_assert_uint_eq(byte, 4096);
    state_close(&s);
}
END_TEST

START_TEST(an_edited_file_is_changed_another_one_is_new)
{
    static const struct {
        const char *now;
        enum input_what what;
    } cases[] = {
        { "one\ntwo\nthree\n", INPUT_KNOWN },
        { "one\nTWO\nthree\n", INPUT_CHANGED },
        { "one\n", INPUT_CHANGED },         /* records are gone */
        { "ONE\ntwo\nthree\n", INPUT_CHANGED },
        { "one\ntwo\nTHREE\nfour\n", INPUT_CHANGED },
        { "four\n", INPUT_NEW },            /* truncated, then written to */
        { "four\nfive\nsix\nseven\n", INPUT_NEW },
        { "", INPUT_KNOWN },
    };
    struct state s;
    begin_state(&s);
    write_text("a.jsonl", "w", "one\ntwo\nthree\n");
    commit_input(&s, "a.jsonl", MARK_PREFIX, 14);
    write_text("a.jsonl", "w", cases[_i].now);
    ck_assert_int_eq(what_is(&s, "a.jsonl", NULL), cases[_i].what);
    state_close(&s);
}
END_TEST

START_TEST(the_rotated_and_the_new_file_are_told_apart)
{
    static const char *const paths[] = { "a.jsonl", "a.jsonl.1" };
    struct state s;
    struct inputs in;
    begin_state(&s);
    write_text("a.jsonl", "w", "one\ntwo\n");
    commit_input(&s, "a.jsonl", MARK_PREFIX, 8);
    ck_assert_int_eq(rename("a.jsonl", "a.jsonl.1"), 0);
    write_text("a.jsonl.1", "a", "three\n");
    write_text("a.jsonl", "w", "one\nelse\n"); /* even with the first line */
    look(&s, paths, 2, &in);
    ck_assert_int_eq(in.list[0].what, INPUT_NEW);
    ck_assert_int_eq(in.list[1].what, INPUT_GROWN);
    ck_assert_uint_eq(in.list[1].byte, 8);
    inputs_free(&in);
    state_close(&s);
}
END_TEST

START_TEST(an_article_is_one_under_each_name_that_is_there)
{
    static const char *const paths[] = { "a.txt", "b.txt", "c.txt" };
    struct state s;
    struct inputs in;
    begin_state(&s);
    write_text("a.txt", "w", "the same");
    write_text("b.txt", "w", "the same");
    look(&s, paths, 2, &in);
    ck_assert_int_eq(in.list[0].what, INPUT_NEW);
    ck_assert_int_eq(in.list[1].what, INPUT_NEW);
    inputs_free(&in);
    commit_input(&s, "a.txt", MARK_WHOLE, 8);
    commit_input(&s, "b.txt", MARK_WHOLE, 8);
    ck_assert_int_eq(rename("b.txt", "c.txt"), 0); /* one of them */
    ck_assert_int_eq(what_is(&s, "c.txt", NULL), INPUT_KNOWN);
    write_text("b.txt", "w", "the same");          /* one more */
    look(&s, paths, 3, &in);
    ck_assert_int_eq(in.list[0].what, INPUT_KNOWN);
    ck_assert_int_eq(in.list[1].what, INPUT_KNOWN);
    ck_assert_int_eq(in.list[2].what, INPUT_NEW);
    inputs_free(&in);
    state_close(&s);
}
END_TEST

START_TEST(names_of_one_file_are_one_input)
{
    static const char *const paths[] = { "a.jsonl", "b.jsonl", "c.jsonl",
                                         "d.jsonl" };
    struct state s;
    struct inputs in;
    begin_state(&s);
    write_text("a.jsonl", "w", "one\n");
    ck_assert_int_eq(link("a.jsonl", "b.jsonl"), 0);
    ck_assert_int_eq(symlink("a.jsonl", "c.jsonl"), 0);
    look(&s, paths, 4, &in); /* d is not there */
    ck_assert_uint_eq(in.n, 1);
    ck_assert_str_eq(in.list[0].path, "a.jsonl");
    inputs_free(&in);
    state_close(&s);
}
END_TEST

/* ---- segments ---- */

START_TEST(what_lies_aside_of_a_killed_run_is_swept)
{
    struct state s;
    struct err e = { 0 };
    struct ledger_segment segment = { 0 };
    struct ledger_file file;
    begin_state(&s);
    ck_assert_int_eq(segment_write(&s, 0, (wq_str){ "abc", 3 }, &segment, &file,
                                   &e), 0);
    ck_assert_int_eq(access(file.aside, F_OK), 0);
    state_close(&s);
    begin_state(&s);
    ck_assert_int_eq(access(file.aside, F_OK), -1);
    state_close(&s);
    free(segment.name);
    free(file.aside);
    free(file.target);
}
END_TEST

/* ---- what a killed run has left ---- */

static char *path_here(const char *name)
{
    char *path = file_real(name);
    ck_assert_ptr_nonnull(path);
    return path;
}

START_TEST(a_folder_that_is_now_a_file_holds_nothing_to_clear_away)
{
    struct state s;
    struct err e = { 0 };
    ck_assert_int_eq(mkdir("out", 0777), 0);
    char *aside = path_here("out/1.tmp");
    begin_state(&s);
    ck_assert_int_eq(ledger_begin(s.ledger, (const char *const *)&aside, 1, &e),
                     0);
    state_close(&s);
    ck_assert_int_eq(rmdir("out"), 0);
    write_text("out", "w", "");
    begin_state(&s);
    state_close(&s);
    free(aside);
}
END_TEST

/* A run was committed and killed before its file was shown; what the next start
 * says of it. */
static void say(const char *aside, const char *target, char said[1000])
{
    struct state s;
    struct err e = { 0 };
    struct ledger_file f = { "output", path_here(aside), path_here(target), 1 };
    struct commit c = { .run = { .pipeline = "p" }, .files = &f, .n_files = 1 };
    begin_state(&s);
    c.run.run = s.run;
    ck_assert_int_eq(ledger_commit(s.ledger, &c, &e), 0);
    state_close(&s);
    FILE *to = tmpfile();
    int saved = dup(STDERR_FILENO);
    dup2(fileno(to), STDERR_FILENO);
    begin_state(&s);
    dup2(saved, STDERR_FILENO);
    close(saved);
    state_close(&s);
    said[pread(fileno(to), said, 999, 0)] = '\0';
    fclose(to);
    free(f.aside);
    free(f.target);
}

START_TEST(a_committed_file_that_somebody_took_away_is_told)
{
    char said[1000];
    write_text("1.tmp", "w", "an article");
    say("1.tmp", "1", said);
    ck_assert_str_eq(said, "");
    ck_assert_int_eq(access("1", F_OK), 0);
    write_text("2", "w", "renamed before it was killed");
    say("2.tmp", "2", said);
    ck_assert_str_eq(said, "");
    say("3.tmp", "3", said);
    ck_assert_ptr_nonnull(strstr(said, "/3, but neither it nor "));
    ck_assert_ptr_nonnull(strstr(said, "somebody has taken it away"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("state");
    TCase *tc = tcase_create("state");
    const int n_sizes = (int)(sizeof sizes / sizeof *sizes);
    tcase_add_checked_fixture(tc, enter, leave);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_mark_is_the_same_from_the_file_and_from_any_pieces,
                        0, n_sizes);
    tcase_add_loop_test(tc, up_to_64_KiB_every_byte_counts, 0, n_sizes);
    tcase_add_test(tc, a_file_that_is_too_short_has_no_mark);
    tcase_add_test(tc, the_lock_is_held_once_and_keeps_an_id);
    tcase_add_test(tc, the_ledger_keeps_what_it_is_given);
    tcase_add_loop_test(tc, every_flipped_bit_of_the_ledger_is_found_when_it_is_checked,
                        0, 8);
    tcase_add_loop_test(tc, a_prefix_of_any_length_is_known_again_under_any_name,
                        0, n_sizes);
    tcase_add_test(tc, the_longest_of_many_prefixes_counts);
    tcase_add_loop_test(tc, an_edited_file_is_changed_another_one_is_new, 0, 8);
    tcase_add_test(tc, the_rotated_and_the_new_file_are_told_apart);
    tcase_add_test(tc, an_article_is_one_under_each_name_that_is_there);
    tcase_add_test(tc, names_of_one_file_are_one_input);
    tcase_add_test(tc, what_lies_aside_of_a_killed_run_is_swept);
    tcase_add_test(tc, a_folder_that_is_now_a_file_holds_nothing_to_clear_away);
    tcase_add_test(tc, a_committed_file_that_somebody_took_away_is_told);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
