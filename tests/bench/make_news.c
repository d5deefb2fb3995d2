/* make_news.c - makes up articles, the same every time: JSON lines.
 *
 *   make_news FIRST N      the articles FIRST .. FIRST + N - 1 of one stream
 *
 * Words of three syllables out of 4,096, so that hardly any five in a row come
 * twice; 120 to 480 words an article, 300 on average, as news have.  One in
 * four repeats one of the 50,000 before it: half of it, or all with another
 * lead, or as it was.  200,000 are dated a day. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A_DAY 200000
enum { SYLLABLES = 16, WORDS = SYLLABLES * SYLLABLES * SYLLABLES };

static const char *const syllables[SYLLABLES] = {
    "ال", "با", "تر", "جم", "حد", "خل", "در", "سم",
    "شر", "صن", "طب", "عم", "قد", "كل", "مو", "نس",
};
static struct { char text[16]; size_t n; } lexicon[WORDS];

static void make_lexicon(void)
{
    for (int i = 0; i < WORDS; i++)
        lexicon[i].n = (size_t)snprintf(
            lexicon[i].text, sizeof lexicon[i].text, "%s%s%s ",
            syllables[i / SYLLABLES / SYLLABLES],
            syllables[i / SYLLABLES % SYLLABLES], syllables[i % SYLLABLES]);
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Words [0..n) of a story, in sentences of twenty and paragraphs of sixty. */
static char *write_words(char *p, uint64_t story, unsigned n)
{
    uint64_t state = story << 16;
    for (unsigned i = 1; i <= n; i++) {
        unsigned word = (unsigned)(next(&state) >> 20) % WORDS;
        memcpy(p, lexicon[word].text, lexicon[word].n);
        p += lexicon[word].n;
        if (i % 20 == 0) memcpy(p - 1, ". ", 2), p++;
        if (i % 60 == 0) memcpy(p - 1, "\\n", 2), p++;
    }
    return p;
}

static unsigned words_of(uint64_t story)
{
    uint64_t state = ~story;
    unsigned n = 120;
    for (int i = 0; i < 4; i++) n += (unsigned)(next(&state) >> 20) % 91;
    return n;
}

static char *write_text(char *p, uint64_t i)
{
    uint64_t state = i * 2 + 1, how = next(&state), back = next(&state);
    uint64_t old = i < 2 ? i : i - 1 - back % (i < 50000 ? i : 50000);
    if (i < 2 || how % 4) return write_words(p, i, words_of(i));
    if (how / 4 % 5 == 0) return write_words(p, old, words_of(old));
    if (how / 4 % 2) return write_words(p, old, words_of(old) / 2);
    p = write_words(p, i, 25);
    return write_words(p, old, words_of(old));
}

int main(int argc, char **argv)
{
    static char line[64 << 10];
    if (argc != 3) {
        fprintf(stderr, "usage: make_news FIRST N\n");
        return 64;
    }
    uint64_t first = strtoull(argv[1], NULL, 10);
    uint64_t n = strtoull(argv[2], NULL, 10);
    make_lexicon();
    for (uint64_t i = first; i < first + n; i++) {
        unsigned s = (unsigned)(i % A_DAY * 86400 / A_DAY);
        char *p = line + sprintf(line,
                                 "{\"id\":\"made-%08llu\",\"source\":\"s%llu\","
                                 "\"date\":\"2020-%02llu-%02lluT%02u:%02u:%02u\","
                                 "\"text\":\"",
                                 (unsigned long long)i,
                                 (unsigned long long)(i % 14),
                                 (unsigned long long)(i / A_DAY / 28 % 12 + 1),
                                 (unsigned long long)(i / A_DAY % 28 + 1),
                                 s / 3600, s / 60 % 60, s % 60);
        p = write_text(p, i);
        memcpy(p, "\"}\n", 3);
        fwrite(line, 1, (size_t)(p + 3 - line), stdout);
    }
    return fflush(stdout) || ferror(stdout) ? 74 : 0;
}
