/* pipeline_fuzz.c - a libFuzzer entry over the reader of pipeline files:
 * whatever the bytes, it gives a pipeline or at least one error, and what it
 * prints can be printed. */
#include "config/pipeline.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct diags diags = { 0 };
    char *text = NULL;
    size_t length;
    struct pipeline *p = pipeline_parse(
        "fuzz.yaml", (wq_str){ (const char *)data, n }, &diags);
    if (!p != (diags.n_errors > 0)) abort();
    FILE *to = open_memstream(&text, &length);
    if (to) {
        diags_print(&diags, to);
        fclose(to);
        if (!p && length == 0) abort();
    }
    free(text);
    pipeline_free(p);
    diags_free(&diags);
    return 0;
}
