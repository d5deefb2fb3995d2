/* replay.c - runs a fuzzer's entry without the fuzzer, so that what it once
 * found stays found wherever `make check` runs.
 *
 *   replay FILE|FOLDER...           each file as it is, and cut and changed
 *                                   in a few fixed ways
 *   replay --seconds N FILE...      then N seconds of random changes; the seed
 *                                   is printed.  SEED=that KEEP_INPUT=1 does
 *                                   the same again and leaves the last input
 *                                   in ./fuzz-input
 *
 * A plain mutator finds less than libFuzzer, but it is always there. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { INPUT_MAX = 1 << 16, SEEDS_MAX = 4096 };

struct seed {
    uint8_t *data;
    size_t n;
};
static struct seed seeds[SEEDS_MAX];
static size_t n_seeds;
static uint64_t runs;

static void run(const uint8_t *data, size_t n)
{
    /* A copy of exact size: a byte read past its end is seen by sanitizers. */
    uint8_t *copy = malloc(n ? n : 1);
    if (!copy) exit(71);
    if (n) memcpy(copy, data, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
    runs++;
}

static void add_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || n_seeds == SEEDS_MAX) {
        perror(path);
        exit(1);
    }
    struct seed s = { malloc(INPUT_MAX), 0 };
    if (!s.data) exit(71);
    s.n = fread(s.data, 1, INPUT_MAX, f);
    fclose(f);
    seeds[n_seeds++] = s;
}

static void add(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
        add_file(path);
        return;
    }
    struct dirent **names;
    int n = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.') add_file(file);
        free(names[i]);
    }
    if (n >= 0) free(names);
}

/* As it is, cut off at every 1/16, and with a few bytes put in there. */
static void run_fixed(const struct seed *s)
{
    static const char bytes[] = { '\0', '\t', '\n', ' ', ':', '[', '{', '&',
                                  '*', '"', '\xFF' };
    uint8_t *copy = malloc(s->n + 1);
    if (!copy) exit(71);
    run(s->data, s->n);
    for (size_t i = 0; i < 16; i++) {
        size_t at = s->n * i / 16;
        run(s->data, at);
        for (size_t b = 0; b < sizeof bytes; b++) {
            memcpy(copy, s->data, at);
            copy[at] = (uint8_t)bytes[b];
            memcpy(copy + at + 1, s->data + at, s->n - at);
            run(copy, s->n + 1);
        }
    }
    free(copy);
}

/* xorshift64* (Vigna 2016): the same inputs for the same seed, anywhere. */
static uint64_t state;
static uint64_t next_random(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1Du;
}
static size_t below(size_t n) { return n ? next_random() % n : 0; }

/* Changes a few places: a byte, a piece taken out, doubled, or put in from
 * another seed. */
static size_t mutate(uint8_t *p, size_t n)
{
    for (size_t k = 1 + below(5); k > 0; k--) {
        const struct seed *other = &seeds[below(n_seeds)];
        size_t at = below(n + 1), len = 1 + below(24), from;
        switch (below(4)) {
        case 0:
            if (at < n) p[at] = (uint8_t)next_random();
            break;
        case 1:
            if (len > n - at) len = n - at;
            memmove(p + at, p + at + len, n - at - len);
            n -= len;
            break;
        case 2:
            if (len > n - at || n + len > INPUT_MAX) break;
            memmove(p + at + len, p + at, n - at);
            n += len;
            break;
        default:
            from = below(other->n);
            if (len > other->n - from) len = other->n - from;
            if (n + len > INPUT_MAX) break;
            memmove(p + at + len, p + at, n - at);
            memcpy(p + at, other->data + from, len);
            n += len;
        }
    }
    return n;
}

static void run_random(double seconds)
{
    static uint8_t input[INPUT_MAX];
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    const char *given = getenv("SEED");
    state = given ? strtoull(given, NULL, 0)
                  : (uint64_t)t.tv_sec * 1000000007u + (uint64_t)t.tv_nsec;
    if (!state) state = 1;
    printf("SEED=%llu\n", (unsigned long long)state);
    fflush(stdout);
    const double end = (double)time(NULL) + seconds;
    while ((double)time(NULL) < end)
        for (int i = 0; i < 100; i++) {
            const struct seed *s = &seeds[below(n_seeds)];
            memcpy(input, s->data, s->n);
            size_t n = mutate(input, s->n);
            FILE *f = getenv("KEEP_INPUT") ? fopen("fuzz-input", "wb") : NULL;
            if (f) {
                fwrite(input, 1, n, f);
                fclose(f);
            }
            run(input, n);
        }
}

int main(int argc, char **argv)
{
    double seconds = 0;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc)
            seconds = strtod(argv[++i], NULL);
        else
            add(argv[i]);
#ifdef CORPUS
    if (argc == 1) add(CORPUS);
#endif
    if (n_seeds == 0) {
        fprintf(stderr, "no files to run\n");
        return 1;
    }
    for (size_t i = 0; i < n_seeds; i++) run_fixed(&seeds[i]);
    if (seconds > 0) run_random(seconds);
    printf("%llu inputs, no crash\n", (unsigned long long)runs);
    for (size_t i = 0; i < n_seeds; i++) free(seeds[i].data);
    return 0;
}
