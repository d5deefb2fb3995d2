/* memory.c - see memory.h for the format. */
#include "memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC UINT32_C(0x31704464) /* "dDp1" */
enum {
    HEAD = 48, DATE = 8, ENTRY = 42, SAMPLE = 4, CHANGE = 17,
    KEY_DIGITS = 10,
    PIECES_MAX = CHANGED_NOW - 2 /* an entry's `changed` is a place + 1 */
};
/* A piece of this size stays as it is until entries are swept out: a run writes
 * little, however much is remembered.  And the most that one is made of, but
 * for the last entry in it: that is how much memory writing takes. */
#define PIECE_STAYS ((uint64_t)32 << 20)
#define PIECE_MOST  ((uint64_t)64 << 20)
/* Seconds; of the year 9999 there are 2.5e11. */
#define TIME_MOST INT64_C(1000000000000)

/* ---- numbers ------------------------------------------------------------- */

static uint64_t get(const unsigned char *p, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++) v |= (uint64_t)p[i] << 8 * i;
    return v;
}

static uint32_t get32(const unsigned char *p)
{
    return (uint32_t)get(p, 4);
}

static void put(unsigned char **p, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) *(*p)++ = (unsigned char)(v >> 8 * i);
}

static int is_time(int64_t t)
{
    return t == CLOCK_NONE || (t >= -TIME_MOST && t <= TIME_MOST);
}

/* ---- loading ------------------------------------------------------------- */

struct head {
    uint32_t from, n, n_samples, n_changes, n_dates, sweep_at;
    uint64_t name_bytes, seen;
    const unsigned char *dates, *entries, *samples, *names, *changes;
};

/* Where everything lies in p[0..n), and that it lies there.  Returns what is
 * wrong, or NULL. */
static const char *read_head(const unsigned char *p, size_t n, struct head *h)
{
    if (n < HEAD || get32(p) != MAGIC) return "it has no head";
    h->from = get32(p + 4);
    h->n = get32(p + 8);
    h->n_samples = get32(p + 12);
    h->n_changes = get32(p + 16);
    h->n_dates = get32(p + 20);
    h->sweep_at = get32(p + 24);
    h->name_bytes = get(p + 32, 8);
    h->seen = get(p + 40, 8);
    uint64_t size = HEAD + (uint64_t)h->n_dates * DATE + (uint64_t)h->n * ENTRY
                    + (uint64_t)h->n_samples * SAMPLE
                    + (uint64_t)h->n_changes * CHANGE; /* below 2^41 */
    if (h->name_bytes > n || size + h->name_bytes != n || get32(p + 28))
        return "its head does not fit its length";
    if (h->n_dates > CLOCK_DATES) return "it has too many dates";
    h->dates = p + HEAD;
    h->entries = h->dates + (size_t)h->n_dates * DATE;
    h->samples = h->entries + (size_t)h->n * ENTRY;
    h->names = h->samples + (size_t)h->n_samples * SAMPLE;
    h->changes = h->names + h->name_bytes;
    return NULL;
}

static const char *load_clock(struct clock *clock, const struct head *h)
{
    *clock = (struct clock){ 0 };
    for (uint32_t i = 0; i < h->n_dates; i++) {
        int64_t date = (int64_t)get(h->dates + (size_t)i * DATE, 8);
        if (date == CLOCK_NONE || !is_time(date)) return "a date is none";
        clock_tick(clock, date);
    }
    return NULL;
}

/* The samples of an entry: ascending, all different, of its level. */
static const char *load_samples(const unsigned char *p, const struct entry *e,
                                uint32_t *out)
{
    uint32_t mask = ((uint32_t)1 << e->level) - 1, bad = 0;
    for (uint32_t i = 0; i < e->n_samples; i++) {
        out[i] = get32(p + (size_t)i * SAMPLE);
        bad |= out[i] & mask;
        bad |= i && out[i] <= out[i - 1];
    }
    return bad ? "the samples of an entry are in disorder" : NULL;
}

static struct entry load_entry(const unsigned char *p)
{
    return (struct entry){
        .exact = get(p, 8), .numbers = get(p + 8, 8),
        .seen = (int64_t)get(p + 16, 8), .words = get32(p + 24),
        .anchor = get32(p + 28), .n_samples = get32(p + 32), .level = p[36],
        .is_forgotten = p[37], .id_bytes = (uint16_t)get(p + 38, 2),
        .story_bytes = (uint16_t)get(p + 40, 2),
    };
}

static int is_entry(const struct entry *e)
{
    return e->words && e->n_samples && e->n_samples <= SAMPLES_MAX
           && e->level <= LEVEL_MAX && e->is_forgotten <= 1
           && is_time(e->seen) && e->id_bytes && e->id_bytes <= ID_MAX
           && e->story_bytes <= ID_MAX;
}

static const char *load_entries(struct index *x, const struct head *h,
                                size_t (*utf8_valid)(const char *p, size_t n))
{
    uint32_t samples[SAMPLES_MAX];
    const unsigned char *at = h->samples;
    const char *name = (const char *)h->names;
    for (uint32_t i = 0; i < h->n; i++) {
        struct entry e = load_entry(h->entries + (size_t)i * ENTRY);
        if (!is_entry(&e)) return "an entry is none";
        size_t name_bytes = (size_t)e.id_bytes + e.story_bytes;
        if (e.n_samples > (size_t)(h->names - at) / SAMPLE
            || name_bytes > (size_t)(h->changes - (const unsigned char *)name))
            return "an entry is longer than the rest";
        if (utf8_valid(name, e.id_bytes) != e.id_bytes
            || utf8_valid(name + e.id_bytes, e.story_bytes) != e.story_bytes)
            return "an id is no UTF-8";
        const char *why = load_samples(at, &e, samples);
        if (why) return why;
        index_put(x, &e, samples, name);
        at += (size_t)e.n_samples * SAMPLE;
        name += name_bytes;
    }
    if (at != h->names || name != (const char *)h->changes)
        return "it holds more than its entries";
    return NULL;
}

static const char *load_changes(struct index *x, const struct head *h,
                                uint16_t piece)
{
    for (uint32_t i = 0; i < h->n_changes; i++) {
        const unsigned char *p = h->changes + (size_t)i * CHANGE;
        struct entry e = { .anchor = get32(p + 4),
                           .seen = (int64_t)get(p + 8, 8),
                           .is_forgotten = p[16], .changed = piece };
        if (get32(p) >= h->from || !is_time(e.seen) || e.is_forgotten > 1)
            return "a change is none";
        index_change(x, get32(p), &e);
    }
    return NULL;
}

static int note_piece(struct memory *m, const char *key, uint32_t from,
                      size_t bytes)
{
    if (m->n_pieces == m->cap_pieces) {
        size_t cap = m->cap_pieces ? m->cap_pieces * 2 : 32;
        struct piece *pieces = realloc(m->pieces, cap * sizeof *pieces);
        if (!pieces) return -1;
        m->pieces = pieces;
        m->cap_pieces = cap;
    }
    struct piece *piece = &m->pieces[m->n_pieces++];
    *piece = (struct piece){ .from = from, .bytes = bytes };
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
                size_t (*utf8_valid)(const char *p, size_t n),
                const char **why)
{
    struct head h;
    *why = NULL;
    if (!take_key(m, key)) *why = "its key is none";
    if (!*why) *why = read_head((const unsigned char *)p, n, &h);
    if (!*why && (h.from != index_size(m->index) || m->n_pieces == PIECES_MAX))
        *why = "what was before it is missing";
    if (!*why) *why = load_clock(&m->clock, &h);
    if (*why) return -1;
    if (note_piece(m, key, h.from, n) < 0
        || index_reserve(m->index, h.n, h.n_samples, h.name_bytes) < 0)
        return -1;
    m->seen = m->kept_seen = h.seen;
    m->sweep_at = h.sweep_at;
    *why = load_entries(m->index, &h, utf8_valid);
    if (!*why) *why = load_changes(m->index, &h, (uint16_t)m->n_pieces);
    return *why ? -1 : 0;
}

int memory_restore(struct memory *m, const char **why)
{
    uint32_t n = index_size(m->index);
    *why = NULL;
    if (!m->n_pieces) return 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t anchor = index_entry(m->index, i)->anchor;
        if (anchor != NO_ENTRY && anchor >= n) *why = "an anchor is none";
    }
    m->kept = n;
    return *why ? -1 : index_restore(m->index, m->sweep_at);
}

/* ---- saving -------------------------------------------------------------- */

static uint64_t entry_bytes(const struct entry *e)
{
    return ENTRY + (uint64_t)e->n_samples * SAMPLE + e->id_bytes
           + e->story_bytes;
}

/* Is a change of entry i to be written into a piece that stands for those from
 * the place `first` on? */
static int is_changed(const struct entry *e, size_t first)
{
    return e->changed > first;
}

static unsigned char *put_head(const struct memory *m, const struct head *h,
                               unsigned char *p)
{
    put(&p, MAGIC, 4);
    put(&p, h->from, 4);
    put(&p, h->n, 4);
    put(&p, h->n_samples, 4);
    put(&p, h->n_changes, 4);
    put(&p, m->clock.n, 4);
    put(&p, index_sweep_at(m->index), 4);
    put(&p, 0, 4);
    put(&p, h->name_bytes, 8);
    put(&p, m->seen, 8);
    /* The ring is full, or begins at its begin. */
    size_t first = m->clock.n == CLOCK_DATES ? m->clock.next : 0;
    for (size_t i = 0; i < m->clock.n; i++)
        put(&p, (uint64_t)m->clock.last[(first + i) % CLOCK_DATES], DATE);
    return p;
}

static void put_entry(unsigned char **p, const struct entry *e)
{
    put(p, e->exact, 8);
    put(p, e->numbers, 8);
    put(p, (uint64_t)e->seen, 8);
    put(p, e->words, 4);
    put(p, e->anchor, 4);
    put(p, e->n_samples, 4);
    put(p, e->level, 1);
    put(p, e->is_forgotten, 1);
    put(p, e->id_bytes, 2);
    put(p, e->story_bytes, 2);
}

static void put_changes(const struct index *x, uint32_t before, size_t first,
                        unsigned char *p)
{
    for (uint32_t i = 0; i < before; i++) {
        const struct entry *e = index_entry(x, i);
        if (!is_changed(e, first)) continue;
        put(&p, i, 4);
        put(&p, e->anchor, 4);
        put(&p, (uint64_t)e->seen, 8);
        put(&p, e->is_forgotten, 1);
    }
}

/* Entries [h->from .. + h->n), and the changes of those before them that the
 * pieces from `first` on hold.  The caller frees it; NULL: no memory. */
static char *encode(const struct memory *m, const struct head *h, size_t first,
                    size_t *bytes)
{
    const struct index *x = m->index;
    *bytes = HEAD + m->clock.n * DATE + (size_t)h->n * ENTRY
             + (size_t)h->n_samples * SAMPLE + h->name_bytes
             + (size_t)h->n_changes * CHANGE;
    char *piece = malloc(*bytes);
    if (!piece) return NULL;
    unsigned char *entries = put_head(m, h, (unsigned char *)piece);
    unsigned char *samples = entries + (size_t)h->n * ENTRY;
    unsigned char *names = samples + (size_t)h->n_samples * SAMPLE;
    for (uint32_t i = h->from; i < h->from + h->n; i++) {
        const struct entry *e = index_entry(x, i);
        struct signature s = index_signature(x, i);
        size_t name_bytes = (size_t)e->id_bytes + e->story_bytes, n;
        put_entry(&entries, e);
        for (uint32_t k = 0; k < s.n; k++) put(&samples, s.samples[k], SAMPLE);
        memcpy(names, index_id(x, i, &n), name_bytes);
        names += name_bytes;
    }
    if (h->n_changes) put_changes(x, h->from, first, names);
    return piece;
}

/* As many entries from `from` on as go into one piece. */
static struct head measure(const struct index *x, uint32_t from)
{
    struct head h = { .from = from };
    uint64_t bytes = 0;
    for (uint32_t i = from; i < index_size(x) && bytes < PIECE_MOST; i++) {
        const struct entry *e = index_entry(x, i);
        bytes += entry_bytes(e);
        h.n++;
        h.n_samples += e->n_samples;
        h.name_bytes += (uint64_t)e->id_bytes + e->story_bytes;
    }
    return h;
}

static uint32_t count_changes(const struct index *x, uint32_t before,
                              size_t first)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < before; i++)
        n += (uint32_t)is_changed(index_entry(x, i), first);
    return n;
}

/* The place of the first piece that is written anew; *from: its entries, and
 * all behind them. */
static size_t first_to_merge(const struct memory *m, uint32_t *from)
{
    size_t first = m->n_pieces;
    uint64_t bytes = HEAD + m->clock.n * DATE;
    *from = m->kept;
    for (uint32_t i = *from; i < index_size(m->index); i++)
        bytes += entry_bytes(index_entry(m->index, i));
    bytes += (uint64_t)count_changes(m->index, *from, first) * CHANGE;
    while (first && m->pieces[first - 1].bytes < PIECE_STAYS
           && m->pieces[first - 1].bytes <= 2 * bytes) {
        first--;
        bytes += m->pieces[first].bytes;
        *from = m->pieces[first].from;
    }
    return first;
}

int memory_save(const struct memory *m, const struct memory_sink *sink)
{
    uint32_t from = 0, next_key = m->next_key, total = index_size(m->index);
    size_t first = 0;
    if (m->seen == m->kept_seen && !m->is_touched) return 0;
    if (!index_is_swept(m->index)) first = first_to_merge(m, &from);
    for (size_t i = first; i < m->n_pieces; i++)
        if (sink->retire(sink->to, m->pieces[i].key) < 0) return -1;
    do {
        char key[16];
        size_t bytes;
        struct head h = measure(m->index, from);
        if (from + h.n == total && first)
            h.n_changes = count_changes(m->index, from, first);
        char *piece = encode(m, &h, first, &bytes);
        snprintf(key, sizeof key, "%010u", next_key++);
        int rc = piece ? sink->add(sink->to, key, piece, bytes) : -1;
        free(piece);
        if (rc < 0) return -1;
        from += h.n;
    } while (from < total);
    return 0;
}

void memory_free(struct memory *m)
{
    index_free(m->index);
    free(m->pieces);
    *m = (struct memory){ 0 };
}
