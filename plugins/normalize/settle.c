/* settle.c - the passes in their order, and rounds of them.
 *
 *   entities     "&nbsp;" is a space for the next passes, or a byte misread
 *   mojibake     before the others: what is misread is no character yet.  Read
 *                again until it is all read, or hidden from the others
 *   characters   all that is judged by its neighbours
 *   persian      words, of letters and marks alone by now
 *   nfc          last: it composes what the others have brought together
 *
 * A pass can make work for an earlier one: "&amp;" "nbsp;", a misread U+00AD in
 * the middle of a word, yeh and hamza that become one letter.  So rounds follow
 * until one changes nothing.  That is what makes settling a text twice the same
 * as settling it once, whatever the rules; it costs a second search, at the
 * speed of memory.  Text that people and programs make takes two rounds, seldom
 * three.  For a text that still changes after ROUNDS (an entity in an entity in
 * an entity ...), or that outgrows a field (letters for ligatures), the answer
 * is the text as it was, so that time stays linear and even then the second
 * time is as the first. */
#include "settle.h"
#include "characters.h"
#include "entities.h"
#include "kinds.h"
#include "mojibake.h"
#include "persian.h"
#include "scan.h"
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 16 };

void settle_free(struct settle *settle)
{
    edits_free(&settle->edits);
    edits_free(&settle->step);
    edits_free(&settle->both);
    free(settle->hidden);
    free(settle->text[0]);
    free(settle->text[1]);
    *settle = (struct settle){ 0 };
}

/* A run over one text. */
struct run {
    struct settle *s;
    wq_str now;     /* as rewritten so far */
    int turn;       /* which of s->text the next pass writes to */
    int round;
    int maybe_not_nfc; /* as pass_characters saw it: nothing else to do first */
    int has_persian;   /* ... saw it */
    uint64_t reported; /* passages of mojibake counted so far */
    int (*is_foreign)(void *to);
    void *to;
    uint64_t *counts;
};

/* Room for n bytes to write to; NULL: no memory. */
static char *room(struct run *run, size_t n)
{
    struct settle *s = run->s;
    if (n <= s->room[run->turn]) return s->text[run->turn];
    char *p = realloc(s->text[run->turn], n);
    if (!p) return NULL;
    s->text[run->turn] = p;
    s->room[run->turn] = n;
    return p;
}

/* Takes n bytes in room(), and s->step, for what the text is now.  Returns 1 if
 * that is something else, 0, or -1: no memory. */
static int take(struct run *run, size_t n)
{
    struct settle *s = run->s;
    if (n == (size_t)-1) return -1;
    if (!s->step.n) return 0;
    if (edits_compose(&s->edits, &s->step, &s->both) < 0) return -1;
    struct edits composed = s->both;
    s->both = s->edits;
    s->edits = composed;
    run->now = (wq_str){ s->text[run->turn], n };
    run->turn = !run->turn;
    return 1;
}

/* What characters of two and of three bytes are hidden as: no rule changes it,
 * makes it, or takes it for a letter. */
enum { HIDDEN_2 = 0xA4, HIDDEN_3 = 0xE000 };

static int is_hidden(uint32_t c)
{
    return c == HIDDEN_2 || c == HIDDEN_3;
}

/* Hides what rewrite_mojibake would read again, so that no rule takes the bytes
 * out of it that look like soft hyphens, spaces, joiners or Persian letters: a
 * later reading could not bring them back.  Sizes stay.  What happens to be such
 * a character is hidden, too, so that the n-th one is the n-th to unhide.
 * Returns 0, or -1: no memory. */
static int hide_mojibake(struct run *run)
{
    struct settle *s = run->s;
    wq_str text = run->now;
    uint64_t found = 0;
    char *out = room(run, text.n);
    if (!out || rewrite_mojibake(s->rules, &found, text.p, text.n, out,
                                 &s->step) == (size_t)-1)
        return -1;
    if (text.n / 2 > s->hidden_room) { /* each has two bytes or more */
        uint16_t *hidden = realloc(s->hidden, text.n / 2 * sizeof *hidden);
        if (!hidden) return -1;
        s->hidden = hidden;
        s->hidden_room = text.n / 2;
    }
    memcpy(out, text.p, text.n);
    for (size_t i = 0, e = 0, bytes; i < text.n; i += bytes) {
        uint32_t c = decode(text.p, i, &bytes);
        while (e < s->step.n && s->step.list[e].end <= i) e++;
        if (!is_hidden(c) && (e == s->step.n || i < s->step.list[e].begin))
            continue;
        s->hidden[s->n_hidden++] = (uint16_t)c;
        encode(out + i, bytes == 2 ? HIDDEN_2 : HIDDEN_3);
    }
    run->now.p = out;
    run->turn = !run->turn;
    return 0;
}

/* Puts back what hide_mojibake hid; the text is in the room not written next. */
static void unhide_mojibake(struct run *run)
{
    struct settle *s = run->s;
    char *p = s->text[!run->turn];
    size_t k = 0;
    for (size_t i = 0, bytes; k < s->n_hidden; i += bytes)
        if (is_hidden(decode(p, i, &bytes))) encode(p + i, s->hidden[k++]);
    s->n_hidden = 0;
}

/* Reports: each passage once, in whatever round it comes to light. */
static int pass_mojibake(struct run *run)
{
    const struct rules *rules = run->s->rules;
    int changed = 0;
    for (int layer = 0; layer < ROUNDS; layer++) {
        uint64_t found = 0;
        rewrite_mojibake(rules, &found, run->now.p, run->now.n, NULL, NULL);
        if (!found) break;
        if (rules->on[RULE_MOJIBAKE] == MOJIBAKE_REPORT) {
            if (found > run->reported) {
                run->counts[RULE_MOJIBAKE] += found - run->reported;
                run->reported = found;
            }
            return hide_mojibake(run);
        }
        run->counts[RULE_MOJIBAKE] += found;
        char *out = room(run, run->now.n);
        if (!out) return -1;
        int did = take(run, rewrite_mojibake(rules, &found, run->now.p,
                                             run->now.n, out, &run->s->step));
        if (did < 0) return -1;
        if (!did) break;
        changed = 1;
    }
    return changed;
}

static int pass_entities(struct run *run)
{
    if (!memchr(run->now.p, '&', run->now.n)) return 0;
    char *out = room(run, run->now.n);
    if (!out) return -1;
    return take(run, rewrite_entities(run->s->rules,
                                      &run->counts[RULE_ENTITIES], run->now.p,
                                      run->now.n, out, &run->s->step));
}

static int pass_characters(struct run *run)
{
    struct scan scan = { .rules = run->s->rules };
    size_t first = scan_find(&scan, run->now.p, 0, run->now.n);
    int changed = 0;
    if (first < run->now.n) {
        char *out = room(run, CHARACTERS_ROOM(run->now.n));
        if (!out) return -1;
        changed = take(run, rewrite_characters(&scan, run->counts, run->now.p,
                                               run->now.n, first, out,
                                               &run->s->step));
    }
    run->maybe_not_nfc = !changed && scan.maybe_not_nfc;
    run->has_persian = scan.has_persian;
    return changed;
}

static int pass_persian(struct run *run)
{
    if (!run->is_foreign || !run->has_persian) return 0;
    char *out = room(run, run->now.n);
    if (!out) return -1;
    return take(run, rewrite_persian(run->now.p, run->now.n, run->is_foreign,
                                     run->to, &run->counts[RULE_PERSIAN], out,
                                     &run->s->step));
}

/* Notes what of from[0..n) and to[0..m), beginning at byte `at` of the text, is
 * different.  Returns 0, or -1: no memory. */
static int note_difference(struct edits *edits, size_t at, const char *from,
                           size_t n, const char *to, size_t m)
{
    if (n == m && memcmp(from, to, n) == 0) return 0;
    return edits_add(edits, at, at + n, m);
}

/* Composes word by word: a blank and what stands before it do not change each
 * other (UAX #15: a starter that composes with nothing before it). */
static int pass_nfc(struct run *run)
{
    const wq_text *text = run->s->rules->text;
    const char *p = run->now.p;
    size_t n = run->now.n, m = 0, cap = 3 * n + 8;
    if (!run->maybe_not_nfc || text->is_nfc(p, n)) return 0;
    char *out = room(run, cap);
    if (!out) return -1;
    run->s->step.n = 0;
    for (size_t i = 0, end; i < n; i = end) {
        const char *blank = memchr(p + i + 1, ' ', n - i - 1);
        end = blank ? (size_t)(blank - p) : n;
        size_t size = end - i;
        if (text->is_nfc(p + i, size)) {
            memcpy(out + m, p + i, size);
        } else {
            size = text->nfc(p + i, size, out + m, cap - m);
            if (size == (size_t)-1) return -1;
            if (note_difference(&run->s->step, i, p + i, end - i, out + m,
                                size) < 0)
                return -1;
        }
        m += size;
    }
    run->counts[RULE_NFC] += run->s->step.n;
    return take(run, m);
}

/* The passes in their order, each with its rule, or RULES: more than one. */
static const struct {
    enum rule rule;
    int (*rewrite)(struct run *run);
} passes[] = {
    { RULE_ENTITIES, pass_entities }, { RULE_MOJIBAKE, pass_mojibake },
    { RULES, pass_characters },       { RULE_PERSIAN, pass_persian },
    { RULE_NFC, pass_nfc },
};

/* Returns 1 if something changed, 0, or -1: no memory. */
static int round_of_passes(struct run *run)
{
    const uint8_t *on = run->s->rules->on;
    int changed = 0;
    for (size_t i = 0; i < WQ_LEN(passes); i++) {
        if (passes[i].rule < RULES && !on[passes[i].rule]) continue;
        int did = passes[i].rewrite(run);
        if (did < 0) return -1;
        changed |= did;
    }
    if (run->s->n_hidden) unhide_mojibake(run);
    return changed;
}

int settle_text(struct settle *settle, wq_str text, int (*is_foreign)(void *to),
                void *to, uint64_t *counts, struct settled *out)
{
    struct run run = { .s = settle, .now = text, .is_foreign = is_foreign,
                       .to = to, .counts = counts };
    uint64_t before[RULES];
    int changed = text.n > 0;
    settle->edits.n = settle->n_hidden = 0;
    memcpy(before, counts, sizeof before);
    for (; run.round < ROUNDS && changed && run.now.n <= WQ_MAX_FIELD;
         run.round++)
        if ((changed = round_of_passes(&run)) < 0) return -1;
    if (changed) {
        memcpy(counts, before, sizeof before);
        settle->edits.n = 0;
        run.now = text;
    }
    *out = (struct settled){ run.now, &settle->edits, changed };
    return 0;
}
