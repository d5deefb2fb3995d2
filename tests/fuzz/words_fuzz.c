/* words_fuzz.c - a libFuzzer entry over words: every level of vectors gives what
 * the exact walk gives, in calls of any size, and whatever the bytes, nothing
 * outside is read.  The first byte is the size. */
#include "../unit/words_oracle.h"
#include "base/cpu.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0) return 0;
    const char *p = (const char *)data + 1;
    size_t cap = (size_t)data[0] + 1;
    struct columns want, got;
    columns_make(&want, --n);
    columns_make(&got, n);
    for (uint32_t mode = 0; mode < 2; mode++) {
        oracle_words(mode, p, n, &want);
        for (enum cpu_level level = 0; level < CPU_LEVELS; level++) {
            if (cpu_limit(level) != level) continue;
            called_words(mode, p, n, cap, &got);
            if (has_one_answer(mode, p, n)
                && first_difference(&want, &got) != (size_t)-1)
                abort();
        }
    }
    columns_free(&want);
    columns_free(&got);
    return 0;
}
