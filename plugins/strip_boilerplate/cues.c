/* cues.c - reads cue files and finds cues in lines.  See cues.h.
 *
 * One open-addressing table from the hash of a word to what begins there:
 *
 *     slot [hash | classes | first cue] -> cue [kind where n words next] -> ...
 *
 * so that a word that begins nothing costs one probe; and before it a bitmap of
 * 8 KiB, so that most of those do not even leave the first cache. */
#include "cues.h"
#include <stdlib.h>
#include <string.h>

#define MAX_WORDS 12 /* of a phrase; the longest of ours has 8 */
#define SEEN_BITS 65536u

struct cue {
    uint8_t kind, where;
    uint16_t n;
    int32_t next; /* cue that begins with the same word; -1: none */
    uint64_t words[MAX_WORDS];
};
struct slot {
    uint64_t hash;
    uint32_t classes; /* 0: the slot is free */
    int32_t first;
};
struct cues {
    const wq_text *text;
    struct cue *list;
    size_t n, cap;
    struct slot *slots;
    size_t mask;
    uint64_t seen[SEEN_BITS / 64]; /* by the upper bits of the hash */
};

static const char *const kinds[CUE_KINDS] = {
    [CUE_NONE] = "none",
    [CUE_READ_MORE] = "read_more",
    [CUE_RELATED] = "related",
    [CUE_SHARE] = "share",
    [CUE_COPYRIGHT] = "copyright",
    [CUE_SUBSCRIBE] = "subscribe",
    [CUE_NAVIGATION] = "navigation",
    [CUE_COMMENTS] = "comments",
    [CUE_KEYWORDS] = "keywords",
    [CUE_SOURCE] = "source",
    [CUE_CAPTION] = "caption",
    [CUE_DATE] = "date",
    [CUE_BYLINE] = "byline",
    [CUE_CONTACT] = "contact",
    [CUE_ADVERT] = "advert",
    [CUE_TIME_AGO] = "time_ago",
    [CUE_CONJUNCTION] = "conjunction",
    [CUE_FUNCTION] = "function",
    [CUE_DATE_WORD] = "date_word",
};
static const char *const places[] = {
    [CUE_HAS] = "has",   [CUE_ENDS] = "ends", [CUE_STARTS] = "starts",
    [CUE_IS] = "is",     [CUE_WORD] = "word",
};

const char *cue_kind_name(uint32_t kind)
{
    return kind < CUE_KINDS ? kinds[kind] : NULL;
}

struct cues *cues_new(const wq_text *text)
{
    struct cues *cues = calloc(1, sizeof *cues);
    if (cues) cues->text = text;
    return cues;
}

void cues_free(struct cues *cues)
{
    if (!cues) return;
    free(cues->list);
    free(cues->slots);
    free(cues);
}

/* The index of s in names[from .. n), or 0. */
static uint8_t find_name(const char *const *names, size_t from, size_t n,
                         wq_str s)
{
    for (size_t i = from; i < n; i++)
        if (strlen(names[i]) == s.n && !memcmp(names[i], s.p, s.n))
            return (uint8_t)i;
    return 0;
}

wq_str next_column(wq_str *line)
{
    wq_str column = *line;
    const char *tab = memchr(line->p, '\t', line->n);
    if (tab) column.n = (size_t)(tab - line->p);
    size_t used = column.n + (tab != NULL);
    line->p += used;
    line->n -= used;
    return column;
}

/* Splits a phrase into hashed words.  Returns how many, 0 if there are none or
 * more than MAX_WORDS. */
static size_t split_phrase(const struct cues *cues, wq_str phrase,
                           uint64_t *words)
{
    uint32_t begin[MAX_WORDS * 2], end[MAX_WORDS * 2];
    uint8_t class[MAX_WORDS * 2];
    uint64_t hash[MAX_WORDS * 2];
    const wq_words columns = { begin, end, class, hash };
    size_t at = 0, n = 0;
    size_t got = cues->text->words(WQ_WORDS_NEWS, phrase.p, phrase.n, &at,
                                   &columns, MAX_WORDS * 2);
    if (at < phrase.n) return 0;
    for (size_t i = 0; i < got; i++) {
        int number = end[i] - begin[i] == 1 && phrase.p[begin[i]] == '#';
        if (class[i] == WQ_W_PUNCT && !number) continue;
        if (n == MAX_WORDS) return 0;
        words[n++] = number ? CUE_NUMBER : hash[i];
    }
    return n;
}

/* Adds one line of a cue file.  Returns NULL, or what is wrong with it; with
 * *no_memory set, nothing is wrong with it. */
static const char *add_line(struct cues *cues, wq_str line, int *no_memory)
{
    wq_str kind = next_column(&line), where = next_column(&line);
    wq_str phrase = next_column(&line);
    struct cue cue = { .next = -1 };

    cue.kind = find_name(kinds, CUE_NONE + 1, CUE_KINDS, kind);
    if (!cue.kind) return "the first column is no kind of cue";
    cue.where = find_name(places, CUE_HAS, CUE_WORD + 1, where);
    if (!cue.where)
        return "the second column must be is, starts, ends, has or word";
    if ((cue.where == CUE_WORD) != (cue.kind >= CUE_CONJUNCTION))
        return "conjunction, function and date_word go with \"word\", and only "
               "they";
    if (line.n) return "there are more than three columns";
    size_t n = split_phrase(cues, phrase, cue.words);
    if (!n) return "the third column must be a phrase of 1 to 12 words";
    if (cue.where == CUE_WORD && n != 1) return "a \"word\" must be one word";
    cue.n = (uint16_t)n;
    if (cues->n == cues->cap) {
        size_t cap = cues->cap ? 2 * cues->cap : 256;
        struct cue *list = realloc(cues->list, cap * sizeof *list);
        if (!list) {
            *no_memory = 1;
            return NULL;
        }
        cues->list = list;
        cues->cap = cap;
    }
    cues->list[cues->n++] = cue;
    return NULL;
}

long cues_parse(struct cues *cues, wq_str content, const char **why)
{
    long number = 0;
    while (content.n) {
        const char *eol = memchr(content.p, '\n', content.n);
        wq_str line = content;
        if (eol) line.n = (size_t)(eol - content.p);
        content.p += line.n + (eol != NULL);
        content.n -= line.n + (eol != NULL);
        number++;
        if (line.n && line.p[line.n - 1] == '\r') line.n--;
        if (!line.n || line.p[0] == '#') continue;
        int no_memory = 0;
        *why = add_line(cues, line, &no_memory);
        if (no_memory) return -1;
        if (*why) return number;
    }
    return 0;
}

/* The slot of a word, or the free one where it would go. */
static struct slot *find_slot(const struct cues *cues, uint64_t hash)
{
    size_t i = (size_t)hash & cues->mask;
    while (cues->slots[i].classes && cues->slots[i].hash != hash)
        i = (i + 1) & cues->mask;
    return &cues->slots[i];
}

int cues_index(struct cues *cues)
{
    size_t size = 256;
    while (size < 4 * cues->n) size *= 2;
    cues->slots = calloc(size, sizeof *cues->slots);
    if (!cues->slots) return -1;
    cues->mask = size - 1;
    for (size_t i = cues->n; i-- > 0;) { /* backwards: chains in file order */
        struct cue *cue = &cues->list[i];
        struct slot *slot = find_slot(cues, cue->words[0]);
        if (!slot->classes) slot->first = -1;
        slot->hash = cue->words[0];
        cues->seen[slot->hash >> 54] |= UINT64_C(1) << (slot->hash >> 48 & 63);
        if (cue->where == CUE_WORD) {
            slot->classes |= 1u << cue->kind;
        } else {
            slot->classes |= 1u << CUE_NONE;
            cue->next = slot->first;
            slot->first = (int32_t)i;
        }
    }
    return 0;
}

uint32_t cues_word(const struct cues *cues, uint64_t hash)
{
    if (!(cues->seen[hash >> 54] >> (hash >> 48 & 63) & 1)) return 0;
    return find_slot(cues, hash)->classes;
}

/* How strongly a cue that stands at words[at] holds; CUE_NOWHERE: it does not.
 * A "starts" cue that is all there is counts as the whole line. */
static uint32_t place_of(const struct cue *cue, size_t at, size_t n)
{
    int first = at == 0, last = at + cue->n == n;
    if (first && last) return CUE_IS;
    switch (cue->where) {
    case CUE_IS: return CUE_NOWHERE;
    case CUE_STARTS: return first ? CUE_STARTS : CUE_NOWHERE;
    case CUE_ENDS: return last ? CUE_ENDS : CUE_NOWHERE;
    default: return first ? CUE_STARTS : last ? CUE_ENDS : CUE_HAS;
    }
}

struct cue_match cues_match(const struct cues *cues, const uint64_t *words,
                            size_t n, const uint16_t *begins, size_t n_begins)
{
    struct cue_match best = { CUE_NONE, CUE_NOWHERE, 0 };
    uint32_t best_rank = 0;
    for (size_t b = 0; b < n_begins; b++) {
        size_t at = begins[b];
        int32_t i = find_slot(cues, words[at])->first;
        for (; i >= 0; i = cues->list[i].next) {
            const struct cue *cue = &cues->list[i];
            if (cue->n > n - at ||
                memcmp(cue->words, words + at, cue->n * sizeof *words) != 0)
                continue;
            uint32_t where = place_of(cue, at, n);
            if (!where) continue;
            /* Place, then length, then whether it was meant to be all. */
            uint32_t rank = where << 16 | (uint32_t)cue->n << 1 |
                            (cue->where == CUE_IS);
            if (rank <= best_rank) continue;
            best_rank = rank;
            best = (struct cue_match){ cue->kind, (uint8_t)where, cue->n };
        }
    }
    return best;
}
