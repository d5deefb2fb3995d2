/* passages.c - see passages.h. */
#include "passages.h"

/* Samples in a row that make a passage.  Of 19,000 articles, by all shingles:
 * with 3, 94.2 % of the sentences that are called reused stand there (seven
 * tenths of their shingles at least); with 4, 95.1 %. */
#define RUN_MIN 4
/* One in so many may be missing: a word was changed in a long sentence. */
#define MISSING_ONE_IN 9

enum { MISSING, FOUND, UNKNOWN };

/* Whether each sample of a text is one of an earlier one. */
static uint32_t find_samples(const struct signature *s,
                             const struct signature *earlier,
                             unsigned char *found)
{
    uint32_t level = s->level > earlier->level ? s->level : earlier->level;
    uint32_t mask = ((uint32_t)1 << level) - 1, j = 0, common = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        while (j < earlier->n && earlier->samples[j] < s->samples[i]) j++;
        found[i] = j < earlier->n && earlier->samples[j] == s->samples[i]
                       ? FOUND
                   : s->samples[i] & mask ? UNKNOWN : MISSING;
        common += found[i] == FOUND;
    }
    return common;
}

/* What the samples say of a sentence: of those in it, and of those that begin
 * before it. */
struct evidence {
    uint32_t found, missing;
    uint32_t found_across, missing_across;
};

/* Moves *at behind the places in the sentence. */
static struct evidence weigh(const struct passages *p,
                             const struct sentence *sentence,
                             const unsigned char *found, uint32_t *at)
{
    struct evidence e = { 0, 0, 0, 0 };
    for (; *at < p->n_places && p->places[*at].word < sentence->behind; ++*at) {
        const struct place *place = &p->places[*at];
        if (place->word < sentence->first) continue; /* in no sentence */
        int is_across = place->word - sentence->first < SHINGLE - 1;
        switch (found[place->rank]) {
        case FOUND: ++*(is_across ? &e.found_across : &e.found); break;
        case MISSING: ++*(is_across ? &e.missing_across : &e.missing); break;
        }
    }
    return e;
}

/* Sentences in a row that may be from one text, if `found` is not 0. */
struct run {
    uint32_t from, end; /* end: behind the last one that a sample speaks for */
    uint32_t found;
};

static void end_run(struct passages *p, struct run *run, uint32_t entry)
{
    for (uint32_t i = run->from; i < run->end && run->found >= RUN_MIN; i++)
        if (p->sentences[i].of == NOT_REUSED) p->sentences[i].of = entry;
    run->found = 0;
}

void passages_claim(struct passages *p, const struct signature *s,
                    const struct signature *earlier, uint32_t entry,
                    unsigned char *found)
{
    struct run run = { 0, 0, 0 };
    uint32_t at = 0;
    if (find_samples(s, earlier, found) < RUN_MIN) return;
    for (uint32_t i = 0; i < p->n; i++) {
        struct evidence e = weigh(p, &p->sentences[i], found, &at);
        int is_on = run.found > 0;
        if (is_on && e.found_across) {
            run.found += e.found_across;
            run.end = i; /* the one before, to its very end */
        }
        if (e.missing * (MISSING_ONE_IN - 1) > e.found
            || (!e.found && e.missing_across)) {
            end_run(p, &run, entry);
            continue;
        }
        if (!is_on) run.from = i;
        run.found += e.found;
        if (e.found || (is_on && e.found_across)) run.end = i + 1;
    }
    end_run(p, &run, entry);
}

int passages_next(const struct passages *p, uint32_t *at,
                  struct sentence *out)
{
    uint32_t i = *at;
    while (i < p->n && p->sentences[i].of == NOT_REUSED) i++;
    if (i == p->n) return 0;
    *out = p->sentences[i];
    for (; i < p->n && p->sentences[i].of == out->of; i++) {
        if (out->end < p->sentences[i].end) out->end = p->sentences[i].end;
        out->behind = p->sentences[i].behind;
    }
    *at = i;
    return 1;
}
