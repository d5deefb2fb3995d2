/* memory.c - see memory.h. */
#include "memory.h"
#include "index_parts.h"
#include "pack.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_DIGITS = 10 };
/* What a run may write at once, and hold to do so: an hourly run of a few
 * hundred articles writes 32 MiB once in some weeks, else a few hundred KiB.
 * Twenty such pieces are 1.4 million articles of news. */
#define PIECE_MOST  ((uint64_t)32 << 20)
/* Not worth a piece of its own, when those around it are written anew. */
#define PIECE_SMALL ((uint64_t)1 << 20)

/* ---- loading ------------------------------------------------------------- */

static int note_piece(struct memory *m, const char *key, size_t bytes)
{
    if (m->n_pieces == m->cap_pieces) {
        uint32_t cap = m->cap_pieces ? m->cap_pieces * 2 : 32;
        struct piece *pieces = realloc(m->pieces, cap * sizeof *pieces);
        if (!pieces) return -1;
        m->pieces = pieces;
        m->cap_pieces = cap;
    }
    struct piece *piece = &m->pieces[m->n_pieces++];
    *piece = (struct piece){ .bytes = bytes };
    memcpy(piece->key, key, KEY_DIGITS);
    return 0;
}

/* Moves next_key behind a key.  Is it one, and does it come next? */
static int take_key(struct memory *m, const char *key)
{
    uint64_t number = 0;
    size_t n = 0;
    for (; key[n] >= '0' && key[n] <= '9' && n < KEY_DIGITS; n++)
        number = number * 10 + (uint64_t)(key[n] - '0');
    if (n != KEY_DIGITS || key[n] || number < m->next_key
        || number > UINT32_MAX / 2)
        return 0;
    m->next_key = (uint32_t)number + 1;
    return 1;
}

int memory_load(struct memory *m, const char *key, const char *p, size_t n,
                const char **why)
{
    struct segment g;
    *why = take_key(m, key) ? segment_open(&g, p, n) : "its key is none";
    if (*why || index_take(m->index, &g, why) < 0
        || note_piece(m, key, n) < 0)
        return -1;
    m->clock = (struct clock){ 0 };
    for (uint32_t i = 0; i < g.head.dates; i++)
        clock_tick(&m->clock, g.dates[i]);
    m->seen = m->kept_seen = g.head.stream.articles;
    return 0;
}

int memory_restore(struct memory *m, const char **why)
{
    return index_restore(m->index, why);
}

/* ---- saving -------------------------------------------------------------- */

struct saving {
    const struct memory *m;
    const struct memory_sink *sink;
    uint32_t pieces, next_key;
};

static int retire(const struct saving *s, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++)
        if (s->sink->retire(s->sink->to, s->m->pieces[i].key) < 0) return -1;
    return 0;
}

/* Packs, and writes the segment in place of those that went into it; or none,
 * if there is nothing to say and it is not the last. */
static int write_piece(struct saving *s, struct pack *what)
{
    size_t bytes;
    struct segment_head h;
    char key[16];
    what->articles = s->m->seen;
    what->pieces = s->pieces + 1;
    char *piece = segment_pack(s->m->index, what, &bytes);
    if (!piece) return -1;
    memcpy(&h, piece, sizeof h);
    uint32_t replaced = what->first;
    int rc = 0;
    if (h.rows || h.changes || what->clock) {
        if (what->first < what->end)
            memcpy(key, s->m->pieces[replaced++].key, sizeof key);
        else
            snprintf(key, sizeof key, "%010u", s->next_key++);
        rc = s->sink->add(s->sink->to, key, piece, bytes);
        s->pieces++;
    }
    free(piece);
    return rc < 0 ? -1 : retire(s, replaced, what->end);
}

/* ---- which of the old ones ----------------------------------------------- */

/* What is left of a piece if what is gone is taken out; *is_waste: it should
 * be. */
static uint64_t bytes_left(const struct memory *m, uint32_t piece,
                           int *is_waste)
{
    uint64_t bytes = m->pieces[piece].bytes;
    uint64_t rows = m->index->segments[piece].head.rows;
    uint64_t gone = pack_count_gone(m->index, piece);
    *is_waste = gone * 4 > rows;
    return rows ? bytes * (rows - gone) / rows : bytes;
}

/* Pieces from `first` on, before `end`, that are to become one; returns behind
 * them.  *is_worth_it: they are. */
static uint32_t group_from(const struct memory *m, uint32_t first, uint32_t end,
                           int *is_worth_it)
{
    uint64_t sum = 0;
    uint32_t i = first;
    *is_worth_it = 0;
    for (; i < end; i++) {
        int is_waste;
        uint64_t left = bytes_left(m, i, &is_waste);
        if ((!is_waste && m->pieces[i].bytes > PIECE_SMALL)
            || (sum && sum + left > PIECE_MOST))
            break;
        *is_worth_it |= is_waste || i > first;
        sum += left;
    }
    return i == first ? first + 1 : i;
}

/* Those before `end` of which much is gone, if anything was swept out.  Counts
 * what stays. */
static int rewrite_old(struct saving *s, uint32_t end)
{
    for (uint32_t i = 0, next; i < end; i = next) {
        int is_worth_it = 0;
        next = s->m->index->is_swept ? group_from(s->m, i, end, &is_worth_it)
                                     : i + 1;
        struct pack what = { .first = i, .end = next };
        if (!is_worth_it) s->pieces += next - i;
        else if (write_piece(s, &what) < 0) return -1;
    }
    return 0;
}

/* The place of the first piece that goes into the new one. */
static uint32_t first_to_merge(const struct memory *m)
{
    const struct index *x = m->index;
    uint32_t first = m->n_pieces;
    uint64_t bytes = sizeof(struct segment_head) + CLOCK_DATES * 8;
    for (uint32_t i = 0; i < x->n; i++) bytes += pack_estimate(x, i);
    for (uint32_t i = 0; i < x->n_noted; i++)
        bytes += x->noted[i].piece == THIS_RUN ? sizeof(struct change) : 0;
    while (first && m->pieces[first - 1].bytes <= 2 * bytes
           && m->pieces[first - 1].bytes + bytes <= PIECE_MOST)
        bytes += m->pieces[--first].bytes;
    return first;
}

int memory_save(const struct memory *m, const struct memory_sink *sink)
{
    struct saving s = { m, sink, 0, m->next_key };
    const struct index *x = m->index;
    if (m->seen == m->kept_seen && !m->is_touched) return 0;
    uint32_t first = first_to_merge(m);
    if (rewrite_old(&s, first) < 0) return -1;
    struct pack what = { .first = first, .end = m->n_pieces };
    uint64_t bytes = 0;
    for (uint32_t i = first; i < m->n_pieces; i++) bytes += m->pieces[i].bytes;
    do {
        for (; what.to < x->n && bytes < PIECE_MOST; what.to++)
            bytes += pack_estimate(x, what.to);
        if (what.to == x->n) what.clock = &m->clock;
        if (write_piece(&s, &what) < 0) return -1;
        what.first = what.end;
        what.from = what.to;
        bytes = 0;
    } while (!what.clock);
    return 0;
}

void memory_free(struct memory *m)
{
    index_free(m->index);
    free(m->pieces);
    *m = (struct memory){ 0 };
}
