/* sentence_score.c - sentences found against sentences marked by hand, ours and
 * ICU's, in one process.
 *
 *   sentence_score GOLD FOLDER [SET]
 *
 * GOLD is tests/data/sentences/gold.tsv; FOLDER holds each text as ID.txt.  For
 * each set and for all prints what is right, and as its last line name=value
 * pairs.  With SET it prints first what differs in that set, ours only.  A
 * sentence is right if it begins and ends where the reader said, white space
 * around it aside. */
#include "text/props.h"
#include "text/text.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

enum { SPANS = 4096, SETS = 8 };

struct spans {
    uint32_t begin[SPANS], end[SPANS];
    size_t n;
};
struct text {
    char *p;
    size_t n;
};
/* F1 of one who finds sentences is 2 right / (gold + found). */
struct tally {
    size_t right, found;
};
struct set {
    char name[16];
    size_t texts, gold;
    struct tally ours, icu;
};

_Noreturn static void die(const char *what, const char *which)
{
    fprintf(stderr, "sentence_score: %s %s\n", what, which);
    exit(2);
}

/* Reads the file whole; the caller frees p. */
static struct text load(const char *folder, const char *id)
{
    char path[4096];
    struct text t = { NULL, 0 };
    snprintf(path, sizeof path, "%s/%s.txt", folder, id);
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0) die("cannot read", path);
    long end = ftell(f);
    if (end <= 0) die("nothing in", path);
    t.n = (size_t)end;
    t.p = malloc(t.n);
    rewind(f);
    if (!t.p || fread(t.p, 1, t.n, f) != t.n) die("cannot read", path);
    fclose(f);
    return t;
}

static bool is_space(struct text t, size_t i, size_t *bytes)
{
    uint32_t c;
    *bytes = text_decode((const uint8_t *)t.p + i, t.n - i, &c);
    return text_prop(c)->flags & PROP_SPACE;
}

/* Adds [begin, end) less the white space at both ends, if anything is left. */
static void add(struct spans *to, struct text t, size_t begin, size_t end)
{
    size_t bytes;
    while (begin < end && is_space(t, begin, &bytes)) begin += bytes;
    while (end > begin) {
        size_t last = text_before((const uint8_t *)t.p, end);
        if (!is_space(t, last, &bytes)) break;
        end = last;
    }
    if (begin == end) return;
    if (to->n == SPANS) die("too many sentences in", "a text");
    to->begin[to->n] = (uint32_t)begin;
    to->end[to->n++] = (uint32_t)end;
}

static void find_ours(struct spans *to, struct text t)
{
    uint32_t begin[64], end[64];
    size_t at = 0, got;
    while ((got = text_sentences(t.p, t.n, &at, begin, end, 64)))
        for (size_t i = 0; i < got; i++) add(to, t, begin[i], end[i]);
}

static void find_icu(struct spans *to, struct text t)
{
    UErrorCode status = U_ZERO_ERROR;
    UText *view = utext_openUTF8(NULL, t.p, (int64_t)t.n, &status);
    UBreakIterator *it = ubrk_open(UBRK_SENTENCE, "ar", NULL, 0, &status);
    ubrk_setUText(it, view, &status);
    if (U_FAILURE(status)) die("ICU:", u_errorName(status));
    int32_t from = ubrk_first(it), to_here;
    while ((to_here = ubrk_next(it)) != UBRK_DONE) {
        add(to, t, (size_t)from, (size_t)to_here);
        from = to_here;
    }
    ubrk_close(it);
    utext_close(view);
}

/* Reads "begin-end begin-end ...", in code points, as bytes of t. */
static void read_gold(struct spans *to, struct text t, size_t length,
                      const char *list, const char *id)
{
    size_t points = 0, i = 0;
    bool begins = true;
    char *rest;
    for (const char *s = list; *s && *s != '\n'; s = rest + 1) {
        size_t mark = strtoul(s, &rest, 10);
        if (*rest != (begins ? '-' : ' ') && (begins || *rest != '\n'))
            die("bad spans of", id);
        for (; points < mark && i < t.n; points++) {
            uint32_t c;
            i += text_decode((const uint8_t *)t.p + i, t.n - i, &c);
        }
        if (points != mark || to->n == SPANS)
            die("spans outside the text of", id);
        if (begins) to->begin[to->n] = (uint32_t)i;
        else to->end[to->n++] = (uint32_t)i;
        begins = !begins;
        if (*rest == '\n') break;
    }
    for (; i < t.n; points++) {
        uint32_t c;
        i += text_decode((const uint8_t *)t.p + i, t.n - i, &c);
    }
    if (points != length) die("another text than the one marked:", id);
}

static void show(const char *sign, struct text t, size_t begin, size_t end)
{
    printf("%s ", sign);
    for (size_t i = begin; i < end; i++) putchar(t.p[i] == '\n' ? ' ' : t.p[i]);
    putchar('\n');
}

/* Compares what was found with gold, both in order; shows the differences. */
static void compare(struct tally *tally, const struct spans *found,
                    const struct spans *gold, struct text t, bool shown)
{
    size_t f = 0, g = 0;
    tally->found += found->n;
    while (f < found->n || g < gold->n) {
        bool has_f = f < found->n, has_g = g < gold->n;
        if (has_f && has_g && found->begin[f] == gold->begin[g]
            && found->end[f] == gold->end[g]) {
            tally->right++;
            f++;
            g++;
        } else if (has_f && (!has_g || found->begin[f] <= gold->begin[g])) {
            if (shown) show("found", t, found->begin[f], found->end[f]);
            f++;
        } else {
            if (shown) show("gold ", t, gold->begin[g], gold->end[g]);
            g++;
        }
    }
}

static double f1(struct tally t, size_t gold)
{
    return t.found + gold ? 200.0 * (double)t.right / (double)(t.found + gold)
                          : 0;
}

static struct set *set_named(struct set *sets, const char *name)
{
    size_t i = 0;
    while (i < SETS && *sets[i].name && strcmp(sets[i].name, name) != 0) i++;
    if (i == SETS) die("too many sets at", name);
    snprintf(sets[i].name, sizeof sets[i].name, "%s", name);
    return &sets[i];
}

static void report(struct set *sets)
{
    struct set all = { .name = "all" };
    for (size_t i = 0; i < SETS && *sets[i].name; i++) {
        all.texts += sets[i].texts;
        all.gold += sets[i].gold;
        all.ours.right += sets[i].ours.right;
        all.ours.found += sets[i].ours.found;
        all.icu.right += sets[i].icu.right;
        all.icu.found += sets[i].icu.found;
    }
    *set_named(sets, all.name) = all;
    for (size_t i = 0; i < SETS && *sets[i].name; i++) {
        const struct set *s = &sets[i];
        printf("%-8s %3zu texts %4zu sentences   ours %4zu found %4zu right, "
               "ICU %4zu found %4zu right\n",
               s->name, s->texts, s->gold, s->ours.found, s->ours.right,
               s->icu.found, s->icu.right);
    }
    for (size_t i = 0; i < SETS && *sets[i].name; i++)
        printf("%s%s_f1=%.2f %s_icu_f1=%.2f", i ? " " : "", sets[i].name,
               f1(sets[i].ours, sets[i].gold), sets[i].name,
               f1(sets[i].icu, sets[i].gold));
    putchar('\n');
}

int main(int argc, char **argv)
{
    static struct spans gold, ours, icu;
    struct set sets[SETS] = { 0 };
    if (argc < 3) {
        fprintf(stderr, "usage: sentence_score GOLD FOLDER [SET]\n");
        return 64;
    }
    FILE *f = fopen(argv[1], "r");
    if (!f) die("cannot read", argv[1]);
    char *line = NULL, name[16], id[64];
    size_t room = 0, length;
    while (getline(&line, &room, f) > 0) {
        int list;
        if (*line == '#') continue;
        if (sscanf(line, "%15s %63s %zu %n", name, id, &length, &list) != 3)
            die("bad line:", line);
        struct set *set = set_named(sets, name);
        struct text t = load(argv[2], id);
        gold.n = ours.n = icu.n = 0;
        read_gold(&gold, t, length, line + list, id);
        find_ours(&ours, t);
        find_icu(&icu, t);
        set->texts++;
        set->gold += gold.n;
        bool shown = argc > 3 && strcmp(argv[3], name) == 0;
        if (shown) printf("-- %s\n", id);
        compare(&set->ours, &ours, &gold, t, shown);
        compare(&set->icu, &icu, &gold, t, false);
        free(t.p);
    }
    free(line);
    fclose(f);
    report(sets);
    return 0;
}
