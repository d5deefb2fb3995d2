/* sweeps.c - see sweeps.h. */
#include "sweeps.h"
#include <stdlib.h>

int sweeps_room(struct sweeps *s)
{
    if (s->n < s->cap) return 0;
    uint32_t cap = s->cap ? s->cap * 2 : 16;
    struct sweep *list = realloc(s->list, cap * sizeof *list);
    if (!list) return -1;
    s->list = list;
    void *leave = realloc(s->leave, cap * sizeof *s->leave);
    if (!leave) return -1;
    s->leave = leave;
    s->cap = cap;
    return 0;
}

void sweeps_add(struct sweeps *s, struct sweep sweep)
{
    int64_t from = sweep.now - sweep.window, to = sweep.now + sweep.window;
    s->leave[s->n].from = from;
    s->leave[s->n].to = to;
    s->list[s->n++] = sweep;
    for (uint32_t i = s->n - 1; i-- > 0;) {
        if (s->leave[i].from >= from && s->leave[i].to <= to) break;
        if (s->leave[i].from < from) s->leave[i].from = from;
        if (s->leave[i].to > to) s->leave[i].to = to;
    }
}

void sweeps_free(struct sweeps *s)
{
    free(s->list);
    free(s->leave);
    *s = (struct sweeps){ 0 };
}

/* The place in list of the next sweep after so many. */
static uint32_t next_of(const struct sweeps *s, uint32_t swept)
{
    return swept > s->first ? swept - s->first : 0;
}

int64_t sweeps_seen(const struct sweeps *s, int64_t seen, uint32_t swept)
{
    uint32_t next = next_of(s, swept);
    return seen == CLOCK_NONE && next < s->n ? s->list[next].now : seen;
}

int sweeps_took(const struct sweeps *s, int64_t seen, uint32_t swept)
{
    uint32_t next = next_of(s, swept);
    if (next >= s->n) return 0;
    seen = sweeps_seen(s, seen, swept);
    return seen < s->leave[next].from || seen > s->leave[next].to;
}
