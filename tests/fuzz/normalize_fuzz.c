/* normalize_fuzz.c - a libFuzzer entry over the rules of normalize: whatever the
 * text and whichever rules, what comes of valid UTF-8 is valid UTF-8, the edits
 * make it of the text, and a second time nothing changes.
 *
 * The first four bytes choose the rules; what is no UTF-8 in the rest is
 * replaced. */
#include "../../plugins/normalize/settle.h"
#include "text/text.h"
#include <stdlib.h>
#include <string.h>

enum { RULE_BYTES = 4 };

static struct rules rules_of(const uint8_t *data)
{
    struct rules rules = { .text = text_toolkit(),
                           .cp1252 = text_charset("windows-1252"),
                           .cp1256 = text_charset("windows-1256") };
    uint32_t bits = (uint32_t)data[0] | (uint32_t)data[1] << 8 |
                    (uint32_t)data[2] << 16;
    for (int i = 0; i < RULES; i++) rules.on[i] = bits >> i & 1;
    rules.on[RULE_TANWIN] = data[2] % 3;
    rules.on[RULE_MOJIBAKE] = data[3] % 3;
    return rules;
}

static int is_foreign(void *to)
{
    return *(const uint8_t *)to & 1;
}

/* Do the edits make `to` of `from`? */
static int is_mapped(const struct edits *edits, wq_str from, wq_str to)
{
    size_t at = 0, m = 0;
    for (size_t i = 0; i <= edits->n; i++) {
        const struct edit *e = i < edits->n ? &edits->list[i] : NULL;
        size_t begin = e ? e->begin : from.n;
        if (begin < at || begin > from.n || begin - at > to.n - m) return 0;
        if (memcmp(from.p + at, to.p + m, begin - at) != 0) return 0;
        m += begin - at;
        if (!e) break;
        if (e->end < begin || e->size > to.n - m) return 0;
        m += e->size;
        at = e->end;
    }
    return m == to.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n <= RULE_BYTES) return 0;
    struct rules rules = rules_of(data);
    struct settle settle = { .rules = &rules }, again = settle;
    struct settled once, twice;
    uint64_t counts[RULES] = { 0 };
    uint8_t answer = data[3] >> 4;
    size_t cap = 3 * n;
    char *text = malloc(cap), *copy = NULL;
    if (!text) exit(71);
    wq_str given = { text, text_utf8_repair((const char *)data + RULE_BYTES,
                                            n - RULE_BYTES, text, cap, NULL) };
    if (settle_text(&settle, given, is_foreign, &answer, counts, &once) < 0)
        exit(71);
    if (text_utf8_valid(once.text.p, once.text.n) != once.text.n) abort();
    if (!is_mapped(once.edits, given, once.text)) abort();
    /* A copy of exact size: a byte read past its end is seen by sanitizers. */
    if (!(copy = malloc(once.text.n ? once.text.n : 1))) exit(71);
    if (once.text.n) memcpy(copy, once.text.p, once.text.n);
    wq_str text_once = { copy, once.text.n };
    if (settle_text(&again, text_once, is_foreign, &answer, counts, &twice) < 0)
        exit(71);
    if (twice.edits->n || twice.text.n != text_once.n) abort();
    if (!once.is_unsettled && twice.is_unsettled) abort();
    settle_free(&settle);
    settle_free(&again);
    free(text);
    free(copy);
    return 0;
}
