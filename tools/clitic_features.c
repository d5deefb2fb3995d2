/* clitic_features.c - makes the list of counts and prints the features of words,
 * for tools/train_clitics.py.
 *
 *   clitic_features --counts N < "WORD COUNT" lines   > counts.bin
 *   clitic_features COUNTS     < words, one a line
 *
 * It is linked with the stage's own source, so that the model is trained on the
 * very features it will be given.
 *
 * The list keeps the N most frequent words; spellings that are one to the model
 * are added up.  For each word the second form prints its readings, one a line:
 * the bytes where its inner pieces end, comma-separated; ":" and its features;
 * ":", the byte where an article ends and its features, if there may be one.
 * After the last reading comes an empty line.
 *
 * A tool for whoever trains: what it cannot read ends it with a message. */
#include "plugins/tokenize/clitics.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "clitic_features: %s\n", what);
    exit(EXIT_FAILURE);
}

struct entry {
    uint64_t key, count;
};

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* The most frequent first; of equals the lower key. */
static int by_count(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return by_key(a, b);
}

/* Reads "WORD COUNT" lines; the caller frees what is returned. */
static struct entry *read_counts(size_t *n)
{
    struct entry *list = NULL;
    size_t cap = 0;
    char line[512], word[256];
    uint64_t count;
    for (*n = 0; fgets(line, sizeof line, stdin);) {
        if (sscanf(line, "%255s %" SCNu64, word, &count) != 2)
            die("a line is not WORD COUNT");
        uint64_t key = clitics_key(word, strlen(word));
        if (!key) continue;
        if (*n == cap) {
            cap = cap ? 2 * cap : 1 << 16;
            list = realloc(list, cap * sizeof *list);
            if (!list) die("out of memory");
        }
        list[(*n)++] = (struct entry){ key, count };
    }
    return list;
}

/* Adds up what has one key; returns how many entries are left. */
static size_t merge(struct entry *list, size_t n)
{
    size_t kept = 0;
    qsort(list, n, sizeof *list, by_key);
    for (size_t i = 0; i < n; i++) {
        if (kept && list[kept - 1].key == list[i].key)
            list[kept - 1].count += list[i].count;
        else
            list[kept++] = list[i];
    }
    return kept;
}

/* Half powers of ten above the rarest word that can be: 1 .. 15. */
static uint32_t level_of(uint64_t count)
{
    double level = 2 * log10((double)count) + 1;
    return level < 1 ? 1 : level > 15 ? 15 : (uint32_t)level;
}

static void make_counts(size_t most)
{
    static unsigned char table[CLITICS_COUNTS];
    const uint32_t slots = CLITICS_COUNTS / 2;
    size_t n;
    struct entry *list = read_counts(&n);
    n = merge(list, n);
    qsort(list, n, sizeof *list, by_count);
    if (n > most) n = most;
    if (n >= slots) die("more words than the list has room for");
    for (size_t i = 0; i < n; i++) {
        uint32_t at = clitics_slot(list[i].key);
        while (table[2 * at] | table[2 * at + 1]) at = (at + 1) % slots;
        uint32_t slot = clitics_mark(list[i].key) | level_of(list[i].count);
        table[2 * at] = (unsigned char)slot;
        table[2 * at + 1] = (unsigned char)(slot >> 8);
    }
    free(list);
    if (fwrite(table, sizeof table, 1, stdout) != 1) die("cannot write");
}

static void print_numbers(const uint32_t *number, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) printf(" %" PRIu32, number[i]);
}

static void print_readings(const struct clitics *model)
{
    static struct clitics_candidate readings[CLITICS_CANDIDATES];
    char word[512];
    while (fgets(word, sizeof word, stdin)) {
        size_t length = strcspn(word, "\n");
        size_t n = clitics_candidates(model, word, length, readings);
        for (size_t i = 0; i < n; i++) {
            const struct clitics_candidate *r = &readings[i];
            for (uint32_t k = 0; k + 1 < r->pieces.n; k++)
                printf("%s%d", k ? "," : "", r->pieces.end[k]);
            printf(":");
            print_numbers(r->feature, r->n_features);
            if (r->n_article) printf(":%" PRIu32, r->article_end);
            print_numbers(r->article, r->n_article);
            printf("\n");
        }
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--counts") == 0) {
        long most = strtol(argv[2], NULL, 10);
        if (most < 1) die("--counts wants a number above 0");
        make_counts((size_t)most);
    } else if (argc == 2) {
        static unsigned char counts[CLITICS_COUNTS];
        struct clitics model = { .counts = counts };
        FILE *f = fopen(argv[1], "rb");
        if (!f || fread(counts, sizeof counts, 1, f) != 1)
            die("cannot read the list of counts");
        fclose(f);
        print_readings(&model);
    } else {
        die("usage: clitic_features --counts N | COUNTS");
    }
    return ferror(stdout) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
