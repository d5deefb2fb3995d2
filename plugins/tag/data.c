/* data.c - puts the tables of data/ into the plugin, byte for byte.
 *
 * The assembler copies the files (.incbin): no generated source, no limit on
 * the length of a literal, and the tables stay readable where they are.
 * TAG_DATA is the folder, said by the Makefile. */
#include "data.h"

/* clang-format off */
#define HIDDEN __attribute__((visibility("hidden")))
#define TABLE(name, file)                                                     \
    __asm__(".section .rodata\n"                                              \
            ".global tag_data_" #name "\n.hidden tag_data_" #name "\n"        \
            ".global tag_size_" #name "\n.hidden tag_size_" #name "\n"        \
            "tag_data_" #name ":\n.incbin \"" TAG_DATA "/" file "\"\n"        \
            "1: .byte 0\n.balign 8\n"                                         \
            "tag_size_" #name ": .quad 1b - tag_data_" #name "\n.previous\n");\
    extern const char tag_data_##name[] HIDDEN;                               \
    extern const uint64_t tag_size_##name HIDDEN;                             \
    wq_str data_##name(void)                                                  \
    {                                                                         \
        return (wq_str){ tag_data_##name, (size_t)tag_size_##name };          \
    }
/* clang-format on */

TABLE(calendar, "calendar.tsv")
TABLE(words, "words.tsv")
TABLE(places, "places.tsv")
TABLE(variants, "variants.tsv")
TABLE(agencies, "agencies.tsv")
TABLE(stopwords, "stopwords.tsv")
TABLE(ambiguous, "ambiguous.txt")
