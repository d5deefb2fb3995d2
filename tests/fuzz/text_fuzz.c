/* text_fuzz.c - a libFuzzer entry over the text toolkit but for words: whatever
 * the bytes, nothing is read or written outside; repaired, they are treated as
 * the rules of Unicode say (oracle.h), the same at every level of vectors; and
 * what can be undone comes back. */
#include "../unit/oracle.h"
#include "base/cpu.h"
#include "text/text.h"
#include <stdlib.h>
#include <string.h>

enum { MOST = 1024 }; /* bytes; the oracle of NFC takes quadratic time */

static struct oracle o;

static void must(int x)
{
    if (!x) abort();
}

static void check_repair(const char *p, size_t n, char *out, size_t *need)
{
    static wq_flaw list[MOST];
    wq_flaws flaws = { list, MOST, 0 };
    *need = text_utf8_repair(p, n, out, 3 * n, &flaws);
    must(text_utf8_valid(out, *need) == *need);
    must(text_utf8_repair(out, *need, NULL, 0, NULL) == *need);
    size_t from = 0, to = 0; /* what is between the flaws is as it was */
    for (size_t i = 0; i < flaws.n; i++) {
        must(list[i].at - from == list[i].out - to);
        must(!memcmp(p + from, out + to, list[i].at - from));
        must(text_utf8_valid(p + from, n - from) == list[i].at - from);
        from = list[i].at + list[i].bytes;
        to = list[i].out + 3;
    }
    must(n - from == *need - to && !memcmp(p + from, out + to, n - from));
}

static void check_charsets(const char *p, size_t n, char *text, char *back)
{
    for (uint32_t set = 1; text_charset_name(set); set++) {
        wq_flaws flaws = { NULL, 0, 0 };
        size_t need = text_charset_decode(set, p, n, text, 3 * n, &flaws);
        must(text_utf8_valid(text, need) == need);
        must(text_charset_encode(set, text, need, back, n, NULL) == n);
        if (!flaws.n) must(!memcmp(back, p, n));
    }
}

static void check_folds(const char *p, size_t n)
{
    static char once[3 * MOST + 8], twice[9 * MOST + 8];
    static uint32_t from[3 * MOST + 9];
    for (uint32_t profile = 0; profile <= WQ_FOLD_SEARCH; profile++) {
        size_t a = text_fold(profile, p, n, once, sizeof once);
        must(a <= 3 * n);
        must(text_fold_map(profile, p, n, twice, from, sizeof once) == a);
        must(!memcmp(once, twice, a) && from[a] == n);
        for (size_t i = 0; i < a; i++) must(from[i] <= from[i + 1]);
        must(text_fold(profile, once, a, twice, sizeof twice) == a);
        must(!memcmp(once, twice, a));
        if (profile == WQ_FOLD_STANDARD)
            must(text_fold_hash(p, n) == text_hash(once, a));
    }
}

static void check_nfc(const char *p, size_t n)
{
    static const enum cpu_level levels[] = { CPU_PLAIN, CPU_NEON, CPU_AVX2,
                                             CPU_AVX512 };
    static char want[3 * MOST + 8], out[3 * MOST + 8], again[9 * MOST + 32];
    size_t need = oracle_nfc(&o, p, want);
    for (size_t l = 0; l < WQ_LEN(levels); l++) {
        if (cpu_limit(levels[l]) != levels[l]) continue;
        must(text_nfc(p, n, out, sizeof out) == need);
        must(!memcmp(out, want, need));
        if (text_is_nfc(p, n)) must(need == n && !memcmp(p, want, n));
        must(text_nfc(out, need, again, sizeof again) == need);
        must(!memcmp(out, again, need));
    }
}

static void check_cuts(const char *p, size_t n)
{
    uint32_t end;
    uint8_t script;
    size_t at = 0, run = 0, counts[WQ_SCRIPTS] = { 0 };
    for (size_t i = 1; i <= o.n; i++) {
        if (i < o.n && !oracle_grapheme(&o, i)) continue;
        must(text_graphemes(p, n, &at, &end, 1) == 1 && end == o.at[i]);
    }
    must(at == n);
    while (text_script_runs(p, n, &run, &end, &script, 1))
        must(run == end && script < WQ_SCRIPTS);
    must(run == n);
    text_scripts(p, n, counts, WQ_SCRIPTS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static char whole[3 * MOST], back[3 * MOST], out[3 * MOST + 8];
    const char *bytes = (const char *)data;
    size_t valid, at = 0;
    uint32_t end;
    if (n > MOST / 3) n = MOST / 3; /* repaired it is three times as long */
    check_repair(bytes, n, whole, &valid);
    check_charsets(bytes, n, out, back);
    text_nfc(bytes, n, out, 3 * n + 8);
    text_is_nfc(bytes, n);
    text_fold(WQ_FOLD_STANDARD, bytes, n, out, 3 * n + 8);
    while (text_graphemes(bytes, n, &at, &end, 1)) {}
    must(at == n);

    /* Valid text, and the same cut in the middle of its last code point; in
     * memory of exact size, so that a byte read past it is seen. */
    for (size_t cut = 0; cut < 3 && cut <= valid; cut++) {
        size_t size = valid - cut;
        char *p = malloc(size ? size : 1);
        if (!p) exit(71);
        memcpy(p, whole, size);
        oracle_read(&o, p, size);
        check_folds(p, size);
        check_nfc(p, size);
        check_cuts(p, size);
        free(p);
    }
    return 0;
}
