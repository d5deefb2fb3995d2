/* text_bench.c - how fast the text toolkit is, at each level of vectors, beside
 * ICU in the same process.
 *
 *   text_bench [--rounds N] [--hostile] [FILE...]      FILE: plain UTF-8 text
 *
 * A table for each FILE: MB/s (10^6 bytes), and how many times that is what ICU
 * does.  ICU's way is the fastest there is: each paragraph turned into UTF-16,
 * that included, and its boundaries read with ubrk_next; no classes, no hashes.
 * NFC is its normalizeUTF8.  Each round runs ICU and every level one after the
 * other; of N rounds (7) the best counts, by CPU time, so that ratios survive a
 * busy machine.
 *
 * --hostile: nanoseconds a byte on texts made to be slow, of 4 MiB and of 64.
 * A time that grows with the size is marked. */
#include "base/cpu.h"
#include "text/text.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicode/ubrk.h>
#include <unicode/ustring.h>

size_t icu_nfc(const char *p, size_t n, char *out, size_t cap);

enum { CAP = 4096, LEAST = 2000000 };
static char *text, *room;
static size_t size;
static uint64_t seen; /* so that no work is thought away */

/* ---- ours ---- */

static void utf8_valid(void)
{
    seen += text_utf8_valid(text, size);
}
static void is_nfc(void)
{
    seen += (uint64_t)text_is_nfc(text, size);
}
static void nfc(void)
{
    seen += text_nfc(text, size, room, 3 * size + 8);
}
static void hash(void)
{
    seen += text_hash(text, size);
}
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
static uint32_t begin[CAP], end[CAP];
static void words(uint32_t mode, bool hashed)
{
    static uint64_t hashes[CAP];
    static uint8_t cls[CAP];
    wq_words out = { begin, end, hashed ? cls : NULL, hashed ? hashes : NULL };
    size_t at = 0, got;
    while ((got = text_words(mode, text, size, &at, &out, CAP))) seen += got;
}
static void words_uax29(void)
{
    words(WQ_WORDS_UAX29, true);
}
static void words_uax29_bare(void)
{
    words(WQ_WORDS_UAX29, false);
}
static void words_news(void)
{
    words(WQ_WORDS_NEWS, true);
}
static void sentences(void)
{
    size_t at = 0, got;
    while ((got = text_sentences(text, size, &at, begin, end, CAP)))
        seen += got;
}
static void graphemes(void)
{
    size_t at = 0, got;
    while ((got = text_graphemes(text, size, &at, end, CAP))) seen += got;
}

/* ---- ICU ---- */

enum icu { ICU_NONE, ICU_WORDS, ICU_SENTENCES, ICU_GRAPHEMES, ICU_NFC };

static void icu_boundaries(UBreakIteratorType type)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar *wide = (UChar *)(void *)room; /* 3 bytes for each of UTF-8 */
    UBreakIterator *it = ubrk_open(type, "", NULL, 0, &status);
    for (size_t i = 0, next; i < size; i = next) {
        const char *line = memchr(text + i, '\n', size - i);
        int32_t units;
        next = line ? (size_t)(line - text) + 1 : size;
        u_strFromUTF8(wide, (int32_t)size, &units, text + i,
                      (int32_t)(next - i), &status);
        ubrk_setText(it, wide, units, &status);
        while (U_SUCCESS(status) && ubrk_next(it) != UBRK_DONE) seen++;
    }
    ubrk_close(it);
    if (U_FAILURE(status)) abort();
}

static void run_icu(enum icu which)
{
    switch (which) {
    case ICU_WORDS:
        icu_boundaries(UBRK_WORD);
        break;
    case ICU_SENTENCES:
        icu_boundaries(UBRK_SENTENCE);
        break;
    case ICU_GRAPHEMES:
        icu_boundaries(UBRK_CHARACTER);
        break;
    case ICU_NFC:
        seen += icu_nfc(text, size, room, 3 * size + 8);
        break;
    case ICU_NONE:
        break;
    }
}

/* ---- the tables ---- */

static const struct part {
    const char *name;
    void (*run)(void);
    enum icu icu;
    bool is_walk; /* for --hostile */
} parts[] = {
    { "utf8_valid", utf8_valid, ICU_NONE, false },
    { "hash", hash, ICU_NONE, false },
    { "scripts", scripts, ICU_NONE, false },
    { "fold, standard", fold, ICU_NONE, true },
    { "is_nfc", is_nfc, ICU_NONE, false },
    { "nfc", nfc, ICU_NFC, true },
    { "graphemes", graphemes, ICU_GRAPHEMES, true },
    { "words uax29", words_uax29_bare, ICU_WORDS, false },
    { "words uax29, class, hash", words_uax29, ICU_WORDS, true },
    { "words news, class, hash", words_news, ICU_WORDS, true },
    { "sentences", sentences, ICU_SENTENCES, true },
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void take_best(double *best, double took)
{
    if (took < *best) *best = took;
}

/* Puts the best seconds of each level into best, those of ICU last. */
static void measure(const struct part *part, int rounds,
                    double best[CPU_LEVELS + 1])
{
    for (int l = 0; l <= CPU_LEVELS; l++) best[l] = 1e9;
    for (int r = 0; r < rounds; r++) {
        double start = now();
        if (part->icu != ICU_NONE) {
            run_icu(part->icu);
            take_best(&best[CPU_LEVELS], now() - start);
        }
        for (enum cpu_level l = 0; l < CPU_LEVELS; l++) {
            if (cpu_limit(l) != l) continue;
            start = now();
            part->run();
            take_best(&best[l], now() - start);
        }
    }
    cpu_limit(CPU_LEVELS);
}

static void print_table(const char *name, int rounds)
{
    double mb = (double)size / 1e6;
    printf("%-26s %8s", name, "ICU");
    for (enum cpu_level l = 0; l < CPU_LEVELS; l++)
        if (cpu_limit(l) == l) printf(" %8s %7s", cpu_name(l), "");
    printf("   MB/s, times ICU\n");
    for (size_t i = 0; i < WQ_LEN(parts); i++) {
        double best[CPU_LEVELS + 1];
        measure(&parts[i], rounds, best);
        bool beside = parts[i].icu != ICU_NONE;
        printf("%-26s", parts[i].name);
        if (beside) printf(" %8.0f", mb / best[CPU_LEVELS]);
        else printf(" %8s", "");
        for (enum cpu_level l = 0; l < CPU_LEVELS; l++) {
            if (cpu_limit(l) != l) continue;
            printf(" %8.0f", mb / best[l]);
            if (beside) printf(" (%4.1f)", best[CPU_LEVELS] / best[l]);
            else printf(" %6s", "");
        }
        printf("\n");
        fflush(stdout);
    }
    printf("\n");
}

/* ---- texts made to be slow ---- */

static const struct {
    const char *name, *unit;
} hostile[] = {
    { "letters, no space", "a" },
    { "Arabic, no space", "ب" },
    { "marks on one letter", "\xCC\x81" },
    { "Arabic marks", "\xD9\x8E" },
    { "NULs", "" },
    { "bidi controls", "\xE2\x80\xAA\xE2\x81\xA7" },
    { "joints", "a.b'1,2" },
    { "joints and marks", "a.\xCC\x81" },
    { "stops", "." },
    { "at signs", "a@" },
    { "hyphens", "a-" },
    { "addresses", "http://" },
    { "ZWJ and emoji", "👩\xE2\x80\x8D" },
    { "flags", "🇦" },
    { "Thai", "ไทย" },
    { "Han", "漢字" },
    { "bytes 80", "\x80" },
    { "bytes E2", "\xE2" },
};

static void fill(const char *unit, size_t n)
{
    size_t bytes = *unit ? strlen(unit) : 1;
    size = n;
    for (size_t i = 0; i < n; i++) text[i] = unit[i % bytes];
}

static double nanoseconds(const struct part *part)
{
    double start = now();
    part->run();
    return (now() - start) * 1e9 / (double)size;
}

static int print_hostile(void)
{
    enum { SMALL = 4 << 20, LARGE = 64 << 20 };
    int grown = 0;
    text = malloc(LARGE);
    room = malloc((size_t)3 * LARGE + 8);
    if (!text || !room) return 71;
    printf("%-20s", "ns/byte, 4 and 64 MiB");
    for (size_t k = 0; k < WQ_LEN(parts); k++)
        if (parts[k].is_walk) printf(" %16.16s", parts[k].name);
    printf("\n");
    for (size_t i = 0; i < WQ_LEN(hostile); i++) {
        printf("%-20s", hostile[i].name);
        for (size_t k = 0; k < WQ_LEN(parts); k++) {
            if (!parts[k].is_walk) continue;
            fill(hostile[i].unit, SMALL);
            double small = nanoseconds(&parts[k]);
            fill(hostile[i].unit, LARGE);
            double large = nanoseconds(&parts[k]);
            bool grows = large > 2 * small + 1;
            grown += grows;
            printf("   %6.2f %6.2f%s", small, large, grows ? "!" : " ");
            fflush(stdout);
        }
        printf("\n");
    }
    printf("%d of them grow\n", grown);
    free(text);
    free(room);
    return grown > 0;
}

/* ---- the program ---- */

/* Reads the text, several times over if it is short. */
static int load(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0) return -1;
    long bytes = ftell(f);
    if (bytes <= 0 || bytes > 500000000) return -1;
    rewind(f);
    size_t n = (size_t)bytes, times = 1 + LEAST / n;
    size = n * times;
    text = malloc(size);
    room = malloc(3 * size + 8);
    int ok = text && room && fread(text, 1, n, f) == n;
    fclose(f);
    for (size_t i = 1; ok && i < times; i++) memcpy(text + i * n, text, n);
    return ok ? 0 : -1;
}

int main(int argc, char **argv)
{
    int rounds = 7, status = 0, files = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc) {
            rounds = (int)strtol(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--hostile") == 0) {
            status |= print_hostile();
            files++;
        } else if (load(argv[i]) < 0) {
            perror(argv[i]);
            return 66;
        } else {
            const char *name = strrchr(argv[i], '/');
            print_table(name ? name + 1 : argv[i], rounds);
            free(text);
            free(room);
            files++;
        }
    }
    if (!files) {
        fprintf(stderr,
                "usage: text_bench [--rounds N] [--hostile] [FILE...]\n");
        return 64;
    }
    return seen == 0 ? 70 : status;
}
