/* data.c - puts the tables of data/ into the plugin, byte for byte.
 *
 * The assembler copies the files (.incbin): no generated source, no limit on
 * the length of a literal, and the tables stay readable where they are.
 * TAG_DATA is the folder, said by the Makefile. */
#include "data.h"

#define TABLE(name, file)                                                      \
    __asm__(".section .rodata\n"                                               \
            ".global tag_data_" #name "\n.hidden tag_data_" #name "\n"         \
            "tag_data_" #name ":\n"                                            \
            ".incbin \"" TAG_DATA "/" file "\"\n"                              \
            ".global tag_data_" #name "_end\n"                                 \
            ".hidden tag_data_" #name "_end\n"                                 \
            "tag_data_" #name "_end:\n"                                        \
            ".byte 0\n.previous\n");                                           \
    extern const char tag_data_##name[]                                        \
        __attribute__((visibility("hidden")));                                 \
    extern const char tag_data_##name##_end[]                                  \
        __attribute__((visibility("hidden")));                                 \
    wq_str data_##name(void)                                                   \
    {                                                                          \
        return (wq_str){ tag_data_##name,                                      \
                         (size_t)(tag_data_##name##_end - tag_data_##name) };  \
    }

TABLE(calendar, "calendar.tsv")
TABLE(words, "words.tsv")
TABLE(places, "places.tsv")
TABLE(variants, "variants.tsv")
TABLE(agencies, "agencies.tsv")
TABLE(stopwords, "stopwords.tsv")
TABLE(ambiguous, "ambiguous.txt")
