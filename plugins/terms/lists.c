/* lists.c - see lists.h.
 *
 * A table for each language, by open addressing, from the hash of a word's
 * standard fold to its folded bytes: a hash that is found is a word only if the
 * bytes agree. */
#include "lists.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LANGUAGES = 64, MAX_WORD = 64 /* bytes, folded */ };

struct slot {
    uint64_t hash;
    uint32_t at; /* of the folded word in lists->bytes */
    uint32_t alefs;
    uint8_t n;   /* 0: the slot is free */
    uint8_t is_joined;
};
struct list {
    struct language language;
    const struct lists *lists;
    struct slot *slots;
    size_t n, mask; /* mask 0: no slots yet */
};
struct lists {
    const wq_text *text;
    struct list list[MAX_LANGUAGES];
    size_t n;
    char *bytes;
    size_t bytes_n, bytes_cap;
};

struct lists *lists_new(const wq_text *text)
{
    struct lists *lists = calloc(1, sizeof *lists);
    if (lists) lists->text = text;
    return lists;
}

void lists_free(struct lists *lists)
{
    for (size_t i = 0; lists && i < lists->n; i++) free(lists->list[i].slots);
    if (lists) free(lists->bytes);
    free(lists);
}

/* ---- tables -------------------------------------------------------------- */

/* The slot of a folded word, or the free one where it would go. */
static struct slot *find_slot(const struct list *list, const char *p, size_t n,
                              uint32_t alefs, uint64_t hash)
{
    size_t i = (size_t)hash & list->mask;
    for (;; i = (i + 1) & list->mask) {
        struct slot *s = &list->slots[i];
        if (!s->n || (s->hash == hash && s->n == n && s->alefs == alefs &&
                      !memcmp(list->lists->bytes + s->at, p, n)))
            return s;
    }
}

/* Doubles a table that is half full.  0, or -1: no memory. */
static int make_room(struct list *list)
{
    if (2 * list->n < list->mask) return 0;
    struct list larger = *list;
    larger.mask = list->mask ? 2 * list->mask + 1 : 255;
    larger.slots = calloc(larger.mask + 1, sizeof *larger.slots);
    if (!larger.slots) return -1;
    for (size_t i = 0; list->mask && i <= list->mask; i++) {
        const struct slot *s = &list->slots[i];
        if (s->n)
            *find_slot(&larger, list->lists->bytes + s->at, s->n, s->alefs,
                       s->hash) = *s;
    }
    free(list->slots);
    *list = larger;
    return 0;
}

/* Adds a folded word.  0, or -1: no memory. */
static int add_folded(struct lists *lists, struct list *list, const char *p,
                      size_t n, uint32_t alefs, int is_joined)
{
    uint64_t hash = lists->text->hash(p, n);
    if (lists->bytes_cap - lists->bytes_n < n) {
        size_t cap = 2 * lists->bytes_cap + 65536;
        char *bytes = realloc(lists->bytes, cap);
        if (!bytes) return -1;
        lists->bytes = bytes;
        lists->bytes_cap = cap;
    }
    if (make_room(list) < 0) return -1;
    struct slot *s = find_slot(list, p, n, alefs, hash);
    if (s->n) return 0; /* listed: what is joined has been split */
    *s = (struct slot){ hash, (uint32_t)lists->bytes_n, alefs, (uint8_t)n,
                        (uint8_t)is_joined };
    memcpy(lists->bytes + lists->bytes_n, p, n);
    lists->bytes_n += n;
    list->n++;
    return 0;
}

/* May both stand for one word? */
static int same_alefs(uint32_t a, uint32_t b)
{
    enum { ONE = (1 << ALEF_BITS) - 1 };
    for (; a && b; a >>= ALEF_BITS, b >>= ALEF_BITS)
        if ((a & ONE) && (b & ONE) && (a & ONE) != (b & ONE)) return 0;
    return 1;
}

int list_has(const struct list *list, wq_str word, uint64_t hash,
             int with_joined)
{
    const struct lists *lists = list->lists;
    char folded[MAX_WORD];
    uint32_t alefs = 0;
    size_t n = 0, i = (size_t)hash & list->mask;
    for (; list->slots[i].n; i = (i + 1) & list->mask) {
        const struct slot *s = &list->slots[i];
        if (s->hash != hash || (s->is_joined && !with_joined)) continue;
        if (!n)
            n = fold_spelled(lists->text, word, folded, sizeof folded, &alefs);
        if (n == s->n && !memcmp(folded, lists->bytes + s->at, n) &&
            same_alefs(alefs, s->alefs))
            return 1;
    }
    return 0;
}

/* ---- languages ----------------------------------------------------------- */

const struct list *lists_find(const struct lists *lists,
                              const struct language *language)
{
    for (size_t i = 0; i < lists->n; i++)
        if (!strcmp(lists->list[i].language.code, language->code))
            return &lists->list[i];
    return NULL;
}

void lists_names(const struct lists *lists, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < lists->n && n < cap; i++)
        n += (size_t)snprintf(out + n, cap - n, "%s%s", i ? ", " : "",
                              lists->list[i].language.code);
}

/* ---- files --------------------------------------------------------------- */

/* A file being read, line by line. */
struct reading {
    struct lists *lists;
    lists_complaint *tell;
    void *to;
    wq_str rest;
    size_t line;
    struct list *list; /* of the line */
};

static void complain(const struct reading *r, const char *why)
{
    if (r->tell) r->tell(r->to, r->line, why);
}

/* Cuts the front of s off at a separator, or takes it all. */
static wq_str cut(wq_str *s, char separator)
{
    const char *end = s->n ? memchr(s->p, separator, s->n) : NULL;
    wq_str front = { s->p, end ? (size_t)(end - s->p) : s->n };
    size_t used = front.n + (end != NULL);
    s->p += used;
    s->n -= used;
    return front;
}

/* The list of the language that a line begins with, made if need be; NULL: it
 * is none, which was told. */
static struct list *list_of(const struct reading *r, wq_str code)
{
    struct lists *lists = r->lists;
    struct language language = { "" };
    if (!language_read(code, &language)) {
        complain(r, "the first column must be a language, like ar or en");
        return NULL;
    }
    struct list *list = (struct list *)(uintptr_t)lists_find(lists, &language);
    if (list) return list;
    if (lists->n == MAX_LANGUAGES) {
        complain(r, "there are more than 64 languages");
        return NULL;
    }
    list = &lists->list[lists->n++];
    *list = (struct list){ .language = language, .lists = lists };
    return list;
}

/* Moves on to the next line that holds something, and cuts off its language.
 * Returns 1, or 0 at the end. */
static int next_line(struct reading *r, wq_str *line)
{
    while (r->rest.n) {
        *line = cut(&r->rest, '\n');
        r->line++;
        if (line->n && line->p[line->n - 1] == '\r') line->n--;
        if (!line->n || line->p[0] == '#') continue;
        if (!memchr(line->p, '\t', line->n)) {
            complain(r, "there must be a language and a word, split by a tab");
            continue;
        }
        r->list = list_of(r, cut(line, '\t'));
        if (r->list) return 1;
    }
    return 0;
}

/* Would tokenize see one word?  Any other would never be found. */
static int is_one_word(const wq_text *text, wq_str s)
{
    uint32_t begin[2], end[2];
    const wq_words words = { begin, end, NULL, NULL };
    size_t at = 0;
    return text->words(WQ_WORDS_NEWS, s.p, s.n, &at, &words, 2) == 1 &&
           begin[0] == 0 && end[0] == s.n;
}

/* Folds a word of a line.  Returns its bytes; 0 if it will not do: told. */
static size_t fold_word(const struct reading *r, wq_str word,
                        char out[MAX_WORD], uint32_t *alefs)
{
    const wq_text *text = r->lists->text;
    if (r->tell && !is_one_word(text, word)) {
        complain(r, "the second column must be one word");
        return 0;
    }
    size_t n = fold_spelled(text, word, out, MAX_WORD, alefs);
    if (n > 0 && n <= MAX_WORD) return n;
    complain(r, n ? "the word is too long" : "nothing is left of the word when "
                                             "it is folded");
    return 0;
}

int lists_add(struct lists *lists, wq_str file, lists_complaint *tell, void *to)
{
    struct reading r = { lists, tell, to, file, 0, NULL };
    wq_str word;
    uint32_t alefs;
    char folded[MAX_WORD];
    while (next_line(&r, &word)) {
        if (word.n && memchr(word.p, '\t', word.n)) {
            complain(&r, "there are more than two columns");
            continue;
        }
        size_t n = fold_word(&r, word, folded, &alefs);
        if (n && add_folded(lists, r.list, folded, n, alefs, 0) < 0) return -1;
    }
    return 0;
}

/* ---- words with clitics -------------------------------------------------- */

static size_t letters(const char *p, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)p[i] & 0xC0) != 0x80;
    return count;
}

/* Adds clitic + word, both folded.  0, or -1: no memory. */
static int join(const struct reading *r, wq_str clitic, const char *word,
                size_t n, uint32_t alefs)
{
    char joined[MAX_WORD];
    size_t moved = ALEF_BITS * letters(clitic.p, clitic.n);
    if (clitic.n + n > sizeof joined) return 0;
    memcpy(joined, clitic.p, clitic.n);
    memcpy(joined + clitic.n, word, n);
    return add_folded(r->lists, r->list, joined, clitic.n + n,
                      moved < 32 ? alefs << moved : 0, 1);
}

/* Joins a clitic to every word of three letters or more.  0, or -1. */
static int join_all(const struct reading *r, wq_str clitic)
{
    size_t n_slots = r->list->mask + 1;
    struct slot *slots = malloc(n_slots * sizeof *slots); /* join changes it */
    if (!slots) return -1;
    memcpy(slots, r->list->slots, n_slots * sizeof *slots);
    int rc = 0;
    for (size_t i = 0; i < n_slots && rc == 0; i++) {
        char word[MAX_WORD];
        if (!slots[i].n || slots[i].is_joined) continue;
        memcpy(word, r->lists->bytes + slots[i].at, slots[i].n);
        if (letters(word, slots[i].n) >= 3)
            rc = join(r, clitic, word, slots[i].n, slots[i].alefs);
    }
    free(slots);
    return rc;
}

/* Joins a clitic to the words between |.  0, or -1. */
static int join_some(const struct reading *r, wq_str clitic, wq_str words)
{
    char folded[MAX_WORD];
    uint32_t alefs;
    while (words.n) {
        size_t n = fold_word(r, cut(&words, '|'), folded, &alefs);
        if (n && join(r, clitic, folded, n, alefs) < 0) return -1;
    }
    return 0;
}

int lists_add_joined(struct lists *lists, wq_str file, lists_complaint *tell,
                     void *to)
{
    struct reading r = { lists, tell, to, file, 0, NULL };
    wq_str line;
    while (next_line(&r, &line)) {
        wq_str clitics = cut(&line, '\t');
        int is_all = line.n == 1 && line.p[0] == '*';
        if (is_all && !r.list->mask) continue;
        while (clitics.n) {
            char folded[MAX_WORD];
            uint32_t alefs;
            wq_str clitic = { folded, fold_word(&r, cut(&clitics, '|'),
                                                folded, &alefs) };
            if (clitic.n && (is_all ? join_all(&r, clitic)
                                    : join_some(&r, clitic, line)) < 0)
                return -1;
        }
    }
    return 0;
}
