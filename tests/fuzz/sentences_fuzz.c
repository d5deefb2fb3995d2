/* sentences_fuzz.c - a libFuzzer entry over sentences: whatever the bytes,
 * nothing is read outside; of valid UTF-8 the sentences come in order, leave out
 * nothing but white space, and are the same one at a time. */
#include "text/props.h"
#include "text/text.h"
#include <stdlib.h>

enum { MOST = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(int x)
{
    if (!x) abort();
}

static void must_be_space(const uint8_t *p, size_t n, size_t from, size_t to)
{
    uint32_t c;
    for (; from < to; from += text_decode(p + from, n - from, &c)) {
        text_decode(p + from, n - from, &c);
        must(text_prop(c)->flags & PROP_SPACE);
    }
    must(from == to);
}

static void check(const uint8_t *data, size_t n)
{
    static uint32_t begin[MOST], end[MOST];
    const char *p = (const char *)data;
    size_t at = 0, one = 0, behind = 0;
    size_t got = text_sentences(p, n, &at, begin, end, MOST);
    must(at == n);
    for (size_t i = 0; i < got; i++) {
        uint32_t b, e;
        must(text_sentences(p, n, &one, &b, &e, 1) == 1);
        must(b == begin[i] && e == end[i] && b < e && behind <= b);
        must_be_space(data, n, behind, b);
        behind = e;
    }
    must_be_space(data, n, behind, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > MOST) n = MOST;
    const char *p = (const char *)data;
    uint32_t begin[16], end[16];
    size_t at = 0;
    while (at < n) at = text_sentence_uax29(p, n, at);
    at = 0;
    while (text_sentences(p, n, &at, begin, end, 16)) must(end[0] <= n);
    check(data, text_utf8_valid(p, n));
    return 0;
}
