/* nfc_bench.c - how fast NFC is beside ICU's normalizeUTF8 in the same process,
 * at each level of vectors.
 *
 *   nfc_bench FILE [ROUNDS]      FILE: plain UTF-8 text, below 700 MB
 *
 * The text is normalised in pieces as long as an article.  Each round runs ICU
 * and every level one after the other; the best of each counts (default 9). */
#include "base/cpu.h"
#include "text/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

size_t icu_nfc(const char *p, size_t n, char *out, size_t cap);

enum { ARTICLE = 3000 }; /* bytes: the median of 31,030 newspaper articles */
static char *text, *room;
static size_t size, *ends, n_ends; /* of the pieces */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Seconds for the whole text; *sum takes the bytes of the results. */
static double run(size_t (*nfc)(const char *, size_t, char *, size_t),
                  size_t *sum)
{
    double start = now();
    *sum = 0;
    for (size_t k = 0, i = 0; k < n_ends; i = ends[k++])
        *sum += nfc(text + i, ends[k] - i, room, 3 * (ends[k] - i) + 8);
    return now() - start;
}

static int load(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0) return -1;
    long end = ftell(f);
    if (end <= 0 || end > 700000000) return -1;
    size = (size_t)end;
    rewind(f);
    text = malloc(size);
    room = malloc(3 * size + 8);
    int ok = text && room && fread(text, 1, size, f) == size;
    fclose(f);
    ends = calloc(size / ARTICLE + 1, sizeof *ends);
    if (!ok || !ends) return -1;
    for (size_t i = 0; i < size; ends[n_ends++] = i) {
        i = size - i > ARTICLE ? i + ARTICLE : size;
        while (i < size && text[i - 1] != '\n') i++;
    }
    return 0;
}

int main(int argc, char **argv)
{
    int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 9;
    double icu = 1e9, best[CPU_LEVELS];
    size_t want = 0, got = 0;
    if (argc < 2 || load(argv[1]) < 0) {
        fprintf(stderr, "usage: nfc_bench FILE [ROUNDS]\n");
        return 64;
    }
    for (int l = 0; l < CPU_LEVELS; l++) best[l] = 1e9;
    for (int r = 0; r < rounds; r++) {
        double took = run(icu_nfc, &want);
        if (took < icu) icu = took;
        for (int l = 0; l < CPU_LEVELS; l++) {
            if (cpu_limit((enum cpu_level)l) != (enum cpu_level)l) continue;
            took = run(text_nfc, &got);
            if (took < best[l]) best[l] = took;
            if (got != want) {
                fprintf(stderr, "nfc_bench: results differ\n");
                return 1;
            }
        }
    }
    printf("%-24s %8.0f MB/s\n", "ICU normalizeUTF8", (double)size / 1e6 / icu);
    for (int l = 0; l < CPU_LEVELS; l++)
        if (best[l] < 1e9)
            printf("nfc, %-19s %8.0f MB/s %6.1f times\n",
                   cpu_name((enum cpu_level)l), (double)size / 1e6 / best[l],
                   icu / best[l]);
    free(text);
    free(room);
    free(ends);
    return 0;
}
