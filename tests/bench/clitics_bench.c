/* clitics_bench.c - prints how many words a second are divided on one thread.
 *
 *   clitics_bench < TEXT      any UTF-8 with Arabic in it, JSON lines too
 *
 * "alone" analyses each word; "remembered" asks the memory of a worker first,
 * which begins empty; "again" is the same with the words of the text in it. */
#include "plugins/tokenize/segments.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 4 << 20, TEXT = 64 << 20 };
static char text[TEXT];
static uint32_t begin[MOST], end[MOST];
static uint8_t cls[MOST];
static uint64_t hash[MOST];

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Finds runs of U+0600 .. U+06FF; returns their number. */
static size_t find_words(size_t n)
{
    size_t words = 0;
    for (size_t i = 0; i < n && words < MOST;) {
        size_t j = i;
        uint64_t h = UINT64_C(0xCBF29CE484222325); /* FNV-1a */
        while (j + 1 < n && is_arabic(text + j, 2)
               && (unsigned char)text[j] != 0xEF) {
            for (int k = 0; k < 2; k++)
                h = (h ^ (unsigned char)text[j++]) * UINT64_C(0x100000001B3);
        }
        if (j == i) {
            i++;
            continue;
        }
        begin[words] = (uint32_t)i;
        end[words] = (uint32_t)j;
        cls[words] = WQ_W_WORD;
        hash[words++] = (h ^ h >> 32) * UINT64_C(0x9E3779B97F4A7C15);
        i = j;
    }
    return words;
}

static void print(const char *name, size_t words, double from)
{
    printf("%-10s %.2f M words/s\n", name,
           (double)words / 1e6 / (seconds() - from));
}

int main(void)
{
    struct clitics model = clitics_built_in();
    size_t n = find_words(fread(text, 1, sizeof text, stdin));
    wq_words words = { begin, end, cls, hash };
    struct segmenter *segmenter = segmenter_new(model, SCHEME_ATB);
    struct segments segments;
    if (!n || !segmenter) {
        fprintf(stderr, "clitics_bench: no words, or no memory\n");
        return EXIT_FAILURE;
    }
    double from = seconds();
    for (size_t i = 0; i < n; i++) {
        struct clitics_pieces pieces;
        if (end[i] - begin[i] <= CLITICS_BYTES)
            clitics_divide(&model, text + begin[i], end[i] - begin[i], &pieces);
    }
    print("alone", n, from);
    for (int again = 0; again < 2; again++) {
        from = seconds();
        if (segmenter_text(segmenter, text, &words, n, &segments) < 0)
            return EXIT_FAILURE;
        print(again ? "again" : "remembered", n, from);
    }
    printf("%zu words, %zu pieces\n", n, segments.n);
    segmenter_free(segmenter);
    return EXIT_SUCCESS;
}
