/* jsonl_fuzz.c - a libFuzzer entry over the jsonl format: whatever the bytes,
 * every line is a record or a reject, and what is written reads back as it was
 * written. */
#include "../unit/one_format.h"

extern const wq_plugin warraq_plugin;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct one_format jsonl;
    static bool is_open;
    struct err e = { 0 };
    struct buf once = { 0 }, twice = { 0 };
    if (!is_open
        && one_format_open(&jsonl, &warraq_plugin, NULL, NULL, &e) < 0)
        abort();
    is_open = true;
    if (one_format_read(&jsonl, "fuzz", (const char *)data, n, &e) < 0) abort();
    if (one_format_write(&jsonl, &once, &e) < 0) abort();
    if (one_format_read(&jsonl, "fuzz", once.p, once.n, &e) < 0) abort();
    if (jsonl.batch->n_gone) abort();
    if (one_format_write(&jsonl, &twice, &e) < 0) abort();
    if (once.n != twice.n || memcmp(once.p, twice.p, once.n) != 0) abort();
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
