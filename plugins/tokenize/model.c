/* model.c - puts the tables of model/ into the plugin, byte for byte.
 *
 * Made by tools/train_clitics.py; model/README.md says what from.  The assembler
 * copies them (.incbin); CLITICS_MODEL is the folder, said by the Makefile. */
#include "clitics.h"

/* clang-format off */
#define TABLE(name, file)                                                     \
    __asm__(".section .rodata\n.balign 64\n"                                  \
            ".global clitics_" #name "\n.hidden clitics_" #name "\n"          \
            "clitics_" #name ":\n.incbin \"" CLITICS_MODEL "/" file "\"\n"    \
            ".previous\n");                                                   \
    extern const unsigned char clitics_##name[]                               \
        __attribute__((visibility("hidden")));
/* clang-format on */

TABLE(counts, "counts.bin")
TABLE(weights, "weights.bin")

struct clitics clitics_built_in(void)
{
    return (struct clitics){ clitics_counts, clitics_weights };
}
