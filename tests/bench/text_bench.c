/* text_bench.c - how fast the text toolkit is, beside ICU in the same process.
 *
 *   text_bench FILE [ROUNDS]     FILE: plain UTF-8 text
 *
 * Prints MB/s of the best of ROUNDS (default 5) for each function.  Figures
 * differ from machine to machine; their ratios hardly. */
#include "text/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

enum { CAP = 4096 };
static char *text, *room;
static size_t size;
static uint64_t seen; /* so that no work is thought away */

static void utf8_valid(void) { seen += text_utf8_valid(text, size); }
static void is_nfc(void) { seen += (uint64_t)text_is_nfc(text, size); }
static void nfc(void) { seen += text_nfc(text, size, room, 3 * size + 8); }
static void hash(void) { seen += text_hash(text, size); }
static void scripts(void)
{
    size_t counts[WQ_SCRIPTS] = { 0 };
    text_scripts(text, size, counts, WQ_SCRIPTS);
    seen += counts[WQ_S_ARABIC];
}
static void fold(void)
{
    seen += text_fold(WQ_FOLD_STANDARD, text, size, room, 3 * size + 8);
}
static void words(uint32_t mode, int hashed)
{
    static uint32_t begin[CAP], end[CAP];
    static uint64_t hashes[CAP];
    static uint8_t cls[CAP];
    wq_words out = { begin, end, cls, hashed ? hashes : NULL };
    size_t at = 0, got;
    while ((got = text_words(mode, text, size, &at, &out, CAP))) seen += got;
}
static void words_news(void) { words(WQ_WORDS_NEWS, 1); }
static void words_news_bare(void) { words(WQ_WORDS_NEWS, 0); }
static void words_uax29(void) { words(WQ_WORDS_UAX29, 1); }
static void sentences(void)
{
    static uint32_t begin[CAP], end[CAP];
    size_t at = 0, got;
    while ((got = text_sentences(text, size, &at, begin, end, CAP)))
        seen += got;
}
static void icu(UBreakIteratorType type)
{
    UErrorCode status = U_ZERO_ERROR;
    UText *view = utext_openUTF8(NULL, text, (int64_t)size, &status);
    UBreakIterator *it = ubrk_open(type, "", NULL, 0, &status);
    ubrk_setUText(it, view, &status);
    while (U_SUCCESS(status) && ubrk_next(it) != UBRK_DONE) seen++;
    ubrk_close(it);
    utext_close(view);
}
static void icu_words(void) { icu(UBRK_WORD); }
static void icu_sentences(void) { icu(UBRK_SENTENCE); }

static const struct {
    const char *name;
    void (*run)(void);
} parts[] = {
    { "utf8_valid", utf8_valid },
    { "hash", hash },
    { "scripts", scripts },
    { "fold (standard)", fold },
    { "is_nfc", is_nfc },
    { "nfc", nfc },
    { "words news + class + hash", words_news },
    { "words news + class", words_news_bare },
    { "words uax29 + class + hash", words_uax29 },
    { "sentences", sentences },
    { "ICU words (UText)", icu_words },
    { "ICU sentences (UText)", icu_sentences },
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int load(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0) return -1;
    long end = ftell(f);
    if (end <= 0) return -1;
    size = (size_t)end;
    rewind(f);
    text = malloc(size);
    room = malloc(3 * size + 8);
    int ok = text && room && fread(text, 1, size, f) == size;
    fclose(f);
    return ok ? 0 : -1;
}

int main(int argc, char **argv)
{
    int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;
    if (argc < 2 || load(argv[1]) < 0) {
        fprintf(stderr, "usage: text_bench FILE [ROUNDS]\n");
        return 64;
    }
    for (size_t i = 0; i < WQ_LEN(parts); i++) {
        double best = 1e9;
        for (int r = 0; r < rounds; r++) {
            double start = now();
            parts[i].run();
            double took = now() - start;
            if (took < best) best = took;
        }
        printf("%-28s %8.0f MB/s\n", parts[i].name, (double)size / 1e6 / best);
    }
    return seen == 0;
}
