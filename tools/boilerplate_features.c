/* boilerplate_features.c - prints what strip_boilerplate sees in texts, for
 * tools/train_boilerplate.py.
 *
 *   boilerplate_features [--model WEIGHTS CAUTION] CUES... < TEXTS
 *
 * It is linked with the stage's own sources, so that the model is trained on
 * the very features it will be given.
 *
 *   stdin   for each text: "BYTES TITLE_BYTES\n", the text, its title
 *   stdout  once: the groups of features, each followed by its number of values
 *           for each text: the number of its units
 *           for each unit: its first byte, its lines, 1 if it stays or 0 if it
 *           is cut (1 without a model), and the value of each group
 *
 * A tool for whoever trains: what it cannot read ends it with a message. */
#include "base/num.h"
#include "base/str.h"
#include "plugins/strip_boilerplate/label.h"
#include "text/text.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    MAX_FILE = 4 << 20,
    MAX_TEXT = 64 << 20,
    MAX_TITLE_WORDS = 64 /* as in strip_boilerplate.c */
};

/* Ends the program: something is wrong with `what`; line: there, or 0. */
static _Noreturn void die(const char *what, long line, const char *why)
{
    if (line > 0)
        fprintf(stderr, "%s:%ld: %s\n", what, line, why);
    else
        fprintf(stderr, "%s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void *room_for(size_t n, size_t size)
{
    void *p = calloc(n + 1, size);
    if (!p) die("boilerplate_features", 0, "no memory");
    return p;
}

/* The caller frees its p. */
static wq_str read_whole(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) die(path, 0, "cannot open it");
    char *p = room_for(MAX_FILE, 1);
    size_t n = fread(p, 1, MAX_FILE, f);
    if (ferror(f) || n == MAX_FILE) die(path, 0, "cannot read it whole");
    fclose(f);
    return (wq_str){ p, n };
}

/* Exactly n bytes of stdin; the caller frees its p. */
static wq_str read_part(size_t n)
{
    char *p = room_for(n, 1);
    if (fread(p, 1, n, stdin) != n) die("stdin", 0, "ends inside a text");
    return (wq_str){ p, n };
}

/* Reads the line in front of a text.  Returns 0 at the end of stdin, else 1. */
static int read_sizes(size_t *text, size_t *title)
{
    char line[64], *gap;
    int64_t a, b;
    struct err e = { 0 };
    if (!fgets(line, sizeof line, stdin)) return 0;
    size_t n = strcspn(line, "\n");
    if (!(gap = memchr(line, ' ', n))) die("stdin", 0, "no sizes of a text");
    size_t first = (size_t)(gap - line);
    if (num_int((wq_str){ line, first }, 0, MAX_TEXT, &a, &e) < 0 ||
        num_int((wq_str){ gap + 1, n - first - 1 }, 0, MAX_TEXT, &b, &e) < 0)
        die("stdin", 0, e.text);
    *text = (size_t)a;
    *title = (size_t)b;
    return 1;
}

static struct cues *read_cues(char **paths)
{
    struct cues *cues = cues_new(text_toolkit());
    if (!cues) die("cues", 0, "no memory");
    for (; *paths; paths++) {
        const char *why = "no memory";
        wq_str content = read_whole(*paths);
        long line = cues_parse(cues, content, &why);
        if (line) die(*paths, line, why);
        free((char *)content.p);
    }
    if (cues_index(cues) < 0) die("cues", 0, "no memory");
    return cues;
}

static struct model *read_model(const char *path)
{
    long line = 0;
    const char *why = "no memory";
    wq_str content = read_whole(path);
    struct model *model = model_new(content, &line, &why);
    if (!model) die(path, line, why);
    free((char *)content.p);
    return model;
}

static void print_groups(void)
{
#define PRINT_GROUP(id, name, values) printf("%s %d ", #name, values);
    FEATURE_TABLE(PRINT_GROUP)
#undef PRINT_GROUP
    putchar('\n');
}

/* Prints the units of a text.  rules->model: NULL if nothing is decided. */
static void print_units(const struct label_rules *rules,
                        const struct units *units, wq_str s,
                        uint64_t title_hash)
{
    size_t n = units->n;
    struct context c;
    struct label_room room = {
        .around = room_for(n, sizeof *room.around),
        .hashes = room_for(n, sizeof *room.hashes),
        .states = room_for(n, 1),
        .steps = room_for(n, STATES),
    };
    struct labels labels = { .unit = room_for(n, 1) };
    printf("%zu\n", n);
    if (rules->model) label_units(rules, units, s, title_hash, &room, &labels);
    if (n) context_fill(&c, units->list, n, room.around, room.hashes);
    for (size_t i = 0; i < n; i++) {
        uint8_t values[FEATURE_GROUPS];
        features_of(&c, i, values);
        printf("%u %u %d", units->list[i].begin, units->list[i].lines,
               labels.unit[i] == LABEL_KEEP);
        for (size_t k = 0; k < FEATURE_GROUPS; k++)
            printf(" %d", values[k]);
        putchar('\n');
    }
    free(room.around);
    free(room.hashes);
    free(room.states);
    free(room.steps);
    free(labels.unit);
}

int main(int argc, char **argv)
{
    struct label_rules rules = { .text = text_toolkit() };
    struct model *model = NULL;
    struct units units = { 0 };
    struct err e = { 0 };
    size_t text_bytes, title_bytes;
    int first = 1;

    if (argc > 3 && !strcmp(argv[1], "--model")) {
        rules.model = model = read_model(argv[2]);
        if (num_real(str(argv[3]), -10, 10, &rules.caution, &e) < 0)
            die("CAUTION", 0, e.text);
        first = 4;
    }
    if (first >= argc) die("boilerplate_features", 0, "no cue files");
    struct cues *cues = read_cues(argv + first);
    rules.cues = cues;
    print_groups();
    while (read_sizes(&text_bytes, &title_bytes)) {
        uint64_t words[MAX_TITLE_WORDS], hash;
        wq_str text = read_part(text_bytes), title = read_part(title_bytes);
        size_t n = words_of(rules.text, title, words, MAX_TITLE_WORDS, &hash);
        if (units_of(&units, cues, rules.text, text, words, n) < 0)
            die("boilerplate_features", 0, "no memory");
        print_units(&rules, &units, text, hash);
        free((char *)text.p);
        free((char *)title.p);
    }
    units_free(&units);
    cues_free(cues);
    free(model);
    return fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
