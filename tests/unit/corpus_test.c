/* corpus_test.c - what the formats vertical and conllu make of records, those
 * too that only a careless plugin could have made. */
#include "one_format.h"
#include <check.h>
#include <stdio.h>

extern const wq_plugin warraq_plugin;

enum { MAX_SPANS = 16 };

/* Sets a layer over text from "begin-end:kind begin-end:kind ...", in bytes;
 * the words behind the colons are the attribute `stem` of a layer of stems. */
static void set_layer(wq_record *r, const char *name, const char *spans)
{
    uint32_t begin[MAX_SPANS], end[MAX_SPANS];
    wq_key kind[MAX_SPANS];
    wq_str stem[MAX_SPANS];
    wq_attr attr = { names_intern(str("stem")), WQ_V_STR, stem };
    wq_layer layer = { .begin = begin, .end = end, .kind = kind };
    int used = 0, is_stems = strcmp(name, "stems") == 0;
    char words[MAX_SPANS][16];
    if (!spans) return;
    for (; sscanf(spans, "%u-%u:%15s%n", &begin[layer.n], &end[layer.n],
                  words[layer.n], &used) == 3;
         spans += used, layer.n++) {
        ck_assert_uint_lt(layer.n, MAX_SPANS - 1);
        kind[layer.n] = names_intern(str(words[layer.n]));
        stem[layer.n] = str(words[layer.n]);
    }
    if (is_stems) {
        layer.kind = NULL;
        layer.n_attrs = 1;
        layer.attrs = &attr;
    }
    ck_assert_int_eq(rec_set_layer(r, names_intern(str(name)),
                                   names_intern(str("text")), &layer), 0);
}

#define TEXT(s) { s, sizeof(s) - 1 }

struct article {
    wq_str text;
    const char *tokens, *sentences, *paragraphs, *segments, *stems;
};

/* Writes one article as formats[which] with a parameter set; the caller frees
 * the result. */
static char *written(size_t which, const char *param, const char *value,
                     const struct article *a)
{
    struct one_format format;
    struct err e = { 0 };
    struct buf out = { 0 };
    wq_plugin one = warraq_plugin;
    one.formats = &warraq_plugin.formats[which];
    ck_assert_int_eq(one_format_open(&format, &one, param, value, &e), 0);
    wq_record *r = rec_new(&format.batch->arena);
    ck_assert_ptr_nonnull(r);
    ck_assert_int_eq(batch_push(&format.batch->records,
                                &format.batch->n_records,
                                &format.batch->cap_records, r), 0);
    ck_assert_int_eq(rec_set(r, names_intern(str("id")), str("a/b c")), 0);
    if (a->text.p)
        ck_assert_int_eq(rec_set(r, names_intern(str("text")), a->text), 0);
    set_layer(r, "tokens", a->tokens);
    set_layer(r, "sentences", a->sentences);
    set_layer(r, "paragraphs", a->paragraphs);
    set_layer(r, "segments", a->segments);
    set_layer(r, "stems", a->stems);
    ck_assert_int_eq(one_format_write(&format, &out, &e), 0);
    one_format_close(&format);
    return out.p;
}

/* Frees what was written. */
static void assert_written(char *got, const char *want)
{
    ck_assert_str_eq(got, want);
    free(got);
}

#define DOC  "<doc id=\"a/b c\">\n"
#define END  "</doc>\n"
#define HEAD "# newdoc id = a/b c\n# sent_id = a%2Fb%20c-1\n"
#define REST "\t_\t_\t_\t_\t"

static const struct {
    const char *what;
    struct article article;
    const char *vertical, *conllu;
} cases[] = {
    { "nothing", { { NULL, 0 }, NULL, NULL, NULL, NULL, NULL }, DOC END, "" },
    { "no layers", { TEXT("a b"), NULL, NULL, NULL, NULL, NULL }, DOC END, "" },
    { "no tokens", { TEXT(" "), "", "", NULL, NULL, NULL }, DOC END, "" },
    { "glue, in and between sentences",
      { TEXT("a.b c"), "0-1:word 1-2:punct 2-3:word 4-5:word",
        "0-2:s 2-5:s", NULL, NULL, NULL },
      DOC "<s>\na\tword\n<g/>\n.\tpunct\n</s>\n"
          "<s>\n<g/>\nb\tword\nc\tword\n</s>\n" END,
      HEAD "# text = a.\n1\ta\t_\t_\tword" REST "SpaceAfter=No\n"
           "2\t.\t_\tPUNCT\tpunct" REST "SpaceAfter=No\n\n"
           "# sent_id = a%2Fb%20c-2\n# text = b c\n1\tb\t_\t_\tword" REST "_\n"
           "2\tc\t_\t_\tword" REST "_\n\n" },
    { "a token belongs to the sentence it begins in; outside is one of its own",
      { TEXT("a bc d e"), "0-1:word 2-4:word 5-6:word 7-8:word",
        "2-3:s 7-8:s", NULL, NULL, NULL },
      DOC "<s>\na\tword\n</s>\n<s>\nbc\tword\n</s>\n"
          "<s>\nd\tword\n</s>\n<s>\ne\tword\n</s>\n" END,
      HEAD "# text = a\n1\ta\t_\t_\tword" REST "_\n\n"
           "# sent_id = a%2Fb%20c-2\n# text = bc\n1\tbc\t_\t_\tword" REST "_\n\n"
           "# sent_id = a%2Fb%20c-3\n# text = d\n1\td\t_\t_\tword" REST "_\n\n"
           "# sent_id = a%2Fb%20c-4\n# text = e\n1\te\t_\t_\tword" REST "_\n\n" },
    { "paragraphs nest: they end where a sentence ends",
      { TEXT("a b c"), "0-1:word 2-3:word 4-5:word", "0-3:s 4-5:s",
        "0-1:p 2-5:p", NULL, NULL },
      DOC "<p>\n<s>\na\tword\nb\tword\n</s>\n</p>\n"
          "<p>\n<s>\nc\tword\n</s>\n</p>\n" END,
      "# newdoc id = a/b c\n# newpar\n# sent_id = a%2Fb%20c-1\n# text = a b\n"
      "1\ta\t_\t_\tword" REST "_\n2\tb\t_\t_\tword" REST "_\n\n"
      "# newpar\n# sent_id = a%2Fb%20c-2\n# text = c\n"
      "1\tc\t_\t_\tword" REST "_\n\n" },
    { "what would break a line or a tag",
      { TEXT("a\tb\n<&>\"\r\n \0\x1F|\xE2\x80\xA8x\xC2\x85"),
        "0-3:word 4-5:symbol 5-6:symbol 6-8:punct 10-11:other 11-13:other "
        "13-14:other 14-20:word", "0-20:s", NULL, NULL, NULL },
      DOC "<s>\na b\tword\n&lt;\tsymbol\n<g/>\n&amp;\tsymbol\n"
          "<g/>\n&gt;\"\tpunct\n\xEF\xBF\xBD\xEF\xBF\xBD\tother\n"
          "<g/>\n|\tother\nx\tword\n</s>\n" END,
      HEAD "# text = a b <&>\" \xEF\xBF\xBD\xEF\xBF\xBD| x\n"
           "1\ta b\t_\t_\tword" REST "_\n"
           "2\t<\t_\tSYM\tsymbol" REST "SpaceAfter=No\n"
           "3\t&\t_\tSYM\tsymbol" REST "SpaceAfter=No\n"
           "4\t>\"\t_\tPUNCT\tpunct" REST "_\n"
           "5\t\xEF\xBF\xBD\xEF\xBF\xBD\t_\t_\tother" REST "SpaceAfter=No\n"
           "6\t|\t_\t_\tother" REST "_\n7\tx\t_\t_\tword" REST "_\n\n" },
    { "tokens that are empty, white or begin in another are left out",
      { TEXT("abc  d"), "0-3:word 0-2:word 1-2:word 3-4:other 3-3:word "
                        "4-6:word", "0-6:s", NULL, NULL, NULL },
      DOC "<s>\nabc\tword\nd\tword\n</s>\n" END,
      HEAD "# text = abc d\n1\tabc\t_\t_\tword" REST "_\n"
           "2\td\t_\t_\tword" REST "_\n\n" },
    { "space of other kinds is space: U+00A0, U+3000",
      { TEXT("a\xC2\xA0" "b\xE3\x80\x80" "c\xE2\x80\x8F" "d"),
        "0-1:word 3-4:word 7-8:word 11-12:word", "0-12:s", NULL, NULL, NULL },
      DOC "<s>\na\tword\nb\tword\nc\tword\n<g/>\nd\tword\n</s>\n" END, NULL },
    { "a word of pieces is a multiword token",
      { TEXT("\xD9\x88" "ab c"), "0-4:word 5-6:word", "0-6:s", NULL,
        "0-2:conj 2-4:stem 5-6:stem", "0-4:ab|x" },
      DOC "<s>\n\xD9\x88" "ab\tword\nc\tword\n</s>\n" END,
      HEAD "# text = \xD9\x88" "ab c\n"
           "1-2\t\xD9\x88" "ab\t_\t_\t_" REST "Stem=ab\\px\n"
           "1\t\xD9\x88\t_\t_\tconj" REST "_\n"
           "2\tab\t_\t_\tstem" REST "_\n3\tc\t_\t_\tword" REST "_\n\n" },
    { "pieces that are not the whole word are not believed",
      { TEXT("abc de"), "0-3:word 4-6:word", "0-6:s", NULL,
        "0-1:conj 2-3:stem 4-5:conj 5-5:stem", NULL },
      NULL,
      HEAD "# text = abc de\n1\tabc\t_\t_\tword" REST "_\n"
           "2\tde\t_\t_\tword" REST "_\n\n" },
};

START_TEST(vertical_is)
{
    if (!cases[_i].vertical) return;
    assert_written(written(0, NULL, NULL, &cases[_i].article),
                   cases[_i].vertical);
}
END_TEST

START_TEST(conllu_is)
{
    if (!cases[_i].conllu) return;
    assert_written(written(1, NULL, NULL, &cases[_i].article),
                   cases[_i].conllu);
}
END_TEST

static const struct article rich = {
    TEXT("\xD9\x88\xD9\x82\xD8\xA7\xD9\x84 <\xC3\x89>"),
    "0-8:word 9-10:symbol 10-12:word", "0-13:s", NULL,
    "0-2:conj 2-8:stem 10-12:stem", "0-8:q"
};

START_TEST(columns_are_added_as_parameters_say)
{
    assert_written(written(0, "fold", "true", &rich),
                   DOC "<s>\n\xD9\x88\xD9\x82\xD8\xA7\xD9\x84\tword\t"
                       "\xD9\x88\xD9\x82\xD8\xA7\xD9\x84\n&lt;\tsymbol\t&lt;\n"
                       "<g/>\n\xC3\x89\tword\te\n</s>\n" END);
    assert_written(written(0, "stems", "stems", &rich),
                   DOC "<s>\n\xD9\x88\xD9\x82\xD8\xA7\xD9\x84\tword\tq\n"
                       "&lt;\tsymbol\t_\n<g/>\n\xC3\x89\tword\t_\n</s>\n" END);
    assert_written(written(0, "segments", "segments", &rich),
                   DOC "<s>\n\xD9\x88\xD9\x82\xD8\xA7\xD9\x84\tword\t"
                       "\xD9\x88+\xD9\x82\xD8\xA7\xD9\x84\n"
                       "&lt;\tsymbol\t&lt;\n<g/>\n\xC3\x89\tword\t\xC3\x89\n"
                       "</s>\n" END);
}
END_TEST

START_TEST(a_token_of_any_length_is_written_whole)
{
    enum { N = 1 << 20 };
    struct buf want = { 0 };
    char spans[64], *text = malloc(N);
    memset(text, '<', N);
    snprintf(spans, sizeof spans, "0-%d:word", N);
    const struct article a = { { text, N }, spans, "", NULL, NULL, NULL };
    buf_format(&want, DOC "<s>\n");
    for (size_t i = 0; i < N; i++) buf_add(&want, "&lt;", 4);
    buf_format(&want, "\tword\n</s>\n" END);
    char *got = written(0, NULL, NULL, &a);
    ck_assert(strcmp(got, want.p) == 0);
    free(got);
    free(text);
    buf_free(&want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("corpus");
    TCase *tc = tcase_create("formats");
    tcase_add_loop_test(tc, vertical_is, 0, WQ_LEN(cases));
    tcase_add_loop_test(tc, conllu_is, 0, WQ_LEN(cases));
    tcase_add_test(tc, columns_are_added_as_parameters_say);
    tcase_add_test(tc, a_token_of_any_length_is_written_whole);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
