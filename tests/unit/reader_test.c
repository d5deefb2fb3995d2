/* reader_test.c - bytes in, whole records out: compressed or not, damaged or
 * not, wherever a batch or a frame ends. */
#include "run/reader.h"
#include "run/source.h"
#include <check.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/* ---- source ---- */

static wq_str zstd_frame(const char *text)
{
    size_t cap = ZSTD_compressBound(strlen(text));
    char *p = malloc(cap);
    return (wq_str){ p, ZSTD_compress(p, cap, text, strlen(text), 3) };
}

static wq_str gzip_member(const char *text)
{
    z_stream z = { 0 };
    deflateInit2(&z, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY);
    size_t cap = deflateBound(&z, strlen(text)) + 64;
    char *p = malloc(cap);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (uInt)strlen(text);
    z.next_out = (Bytef *)p;
    z.avail_out = (uInt)cap;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return (wq_str){ p, z.total_out };
}

/* Reads all there is; *code: of the error at the end, or 0. */
static struct buf read_all(wq_str packed, int *code)
{
    struct err e = { 0 };
    struct buf out = { 0 };
    struct source *s = source_memory(packed, &e);
    char chunk[7]; /* small and odd, so that every boundary is crossed */
    ptrdiff_t n;
    while ((n = source_read(s, chunk, sizeof chunk, &e)) > 0)
        buf_add(&out, chunk, (size_t)n);
    *code = n < 0 ? e.code : 0;
    source_close(s);
    return out;
}

static const char sample[] = "{\"id\":\"a\"}\n{\"id\":\"b\",\"text\":\"سلام\"}\n";

START_TEST(frames_and_members_in_a_row_are_one_text)
{
    wq_str one = _i ? gzip_member(sample) : zstd_frame(sample);
    struct buf twice = { 0 };
    buf_add(&twice, one.p, one.n);
    buf_add(&twice, one.p, one.n);
    int code;
    struct buf got = read_all((wq_str){ twice.p, twice.n }, &code);
    ck_assert_int_eq(code, 0);
    ck_assert_uint_eq(got.n, 2 * strlen(sample));
    ck_assert_mem_eq(got.p, sample, strlen(sample));
    ck_assert_mem_eq(got.p + strlen(sample), sample, strlen(sample));
    buf_free(&got);
    buf_free(&twice);
    free((void *)(uintptr_t)one.p);
}
END_TEST

START_TEST(cut_anywhere_it_is_truncated_and_what_came_before_is_right)
{
    wq_str one = _i ? gzip_member(sample) : zstd_frame(sample);
    for (size_t n = 4; n < one.n; n++) {
        int code;
        struct buf got = read_all((wq_str){ one.p, n }, &code);
        ck_assert_msg(code == EX_DATA, "cut at %zu: code %d", n, code);
        ck_assert_uint_le(got.n, strlen(sample));
        if (got.n) ck_assert_mem_eq(got.p, sample, got.n);
        buf_free(&got);
    }
    free((void *)(uintptr_t)one.p);
}
END_TEST

START_TEST(a_flipped_byte_is_an_error_or_harmless_never_a_crash)
{
    wq_str one = _i ? gzip_member(sample) : zstd_frame(sample);
    char *p = (char *)(uintptr_t)one.p;
    for (size_t i = 0; i < one.n; i++) {
        int code;
        p[i] = (char)(p[i] ^ 0x55);
        struct buf got = read_all(one, &code);
        ck_assert(code == 0 || code == EX_DATA);
        buf_free(&got);
        p[i] = (char)(p[i] ^ 0x55);
    }
    free(p);
}
END_TEST

/* ---- reader ---- */

/* A format of lines: what the reader needs of one. */
static size_t split_lines(void *shared, const char *p, size_t n, uint32_t flags)
{
    (void)shared;
    const char *end = n == 0 ? NULL
                      : flags & WQ_FIRST ? memchr(p, '\n', n)
                                         : memrchr(p, '\n', n);
    if (flags & WQ_AT_END && (!end || !(flags & WQ_FIRST))) return n;
    return end ? (size_t)(end + 1 - p) : 0;
}
static const wq_format lines = { .name = "lines", .split = split_lines };

/* Lines of lengths that straddle a batch's size in every way. */
static struct buf long_text(void)
{
    struct buf text = { 0 };
    for (size_t i = 0; text.n < 3 * READER_BATCH_BYTES; i++) {
        size_t n = i % 97 == 0 ? READER_BATCH_BYTES / 2 + i : i * 7919 % 3000;
        for (size_t k = 0; k < n; k++) buf_add(&text, &"abcdefgh"[k % 8], 1);
        buf_add(&text, "\n", 1);
    }
    return text;
}

START_TEST(pieces_are_whole_lines_and_together_the_text)
{
    struct err e = { 0 };
    struct codec codec = { .desc = &lines };
    struct buf text = long_text(), got = { 0 };
    if (_i) buf_add(&text, "no line feed", 12);
    struct reader *r = reader_memory("memory", (wq_str){ text.p, text.n },
                                     &codec, &e);
    struct batch *b = calloc(1, sizeof *b);
    uint64_t line = 1;
    int n_batches = 0;
    while (reader_next(r, 0, b, &e) == 1) {
        for (size_t i = 0; i < b->n_pieces; i++) {
            const struct piece *p = &b->pieces[i];
            ck_assert_uint_eq(p->byte, got.n);
            ck_assert_uint_eq(p->line, line);
            ck_assert(p->n && (b->raw.p[p->at + p->n - 1] == '\n'
                               || got.n + p->n == text.n));
            for (size_t k = 0; k < p->n; k++)
                line += b->raw.p[p->at + k] == '\n';
            buf_add(&got, b->raw.p + p->at, p->n);
        }
        for (size_t i = 0; i < WQ_PADDING; i++)
            ck_assert_int_eq(b->raw.p[b->raw.n + i], 0);
        batch_reset(b);
        n_batches++;
    }
    ck_assert_int_ge(n_batches, 3);
    ck_assert_uint_eq(got.n, text.n);
    ck_assert_mem_eq(got.p, text.p, text.n);
    ck_assert_uint_eq(reader_bytes(r), text.n);
    reader_close(r);
    batch_free(b);
    buf_free(&got);
    buf_free(&text);
}
END_TEST

START_TEST(a_damaged_file_gives_its_whole_lines_and_one_bad_piece)
{
    wq_str packed = gzip_member("one\ntwo\nthree");
    struct err e = { 0 };
    struct codec codec = { .desc = &lines };
    /* The trailer of a member is 8 bytes (RFC 1952 s. 2.3.1): the text is all
     * there, but nothing says that it is. */
    struct reader *r = reader_memory("memory", (wq_str){ packed.p, packed.n - 8 },
                                     &codec, &e);
    struct batch *b = calloc(1, sizeof *b);
    ck_assert_int_eq(reader_next(r, 0, b, &e), 1);
    ck_assert_uint_eq(b->n_pieces, 2);
    ck_assert_uint_eq(b->pieces[0].n, 8);
    ck_assert_str_eq(b->pieces[1].bad, "damaged");
    ck_assert_uint_eq(b->pieces[1].n, 5);
    ck_assert_uint_eq(reader_damaged(r), 1);
    reader_close(r);
    batch_free(b);
    free((void *)(uintptr_t)packed.p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reader");
    TCase *tc = tcase_create("reader");
    tcase_add_loop_test(tc, frames_and_members_in_a_row_are_one_text, 0, 2);
    tcase_add_loop_test(
        tc, cut_anywhere_it_is_truncated_and_what_came_before_is_right, 0, 2);
    tcase_add_loop_test(
        tc, a_flipped_byte_is_an_error_or_harmless_never_a_crash, 0, 2);
    tcase_add_loop_test(tc, pieces_are_whole_lines_and_together_the_text, 0, 2);
    tcase_add_test(tc, a_damaged_file_gives_its_whole_lines_and_one_bad_piece);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
