/* stats.c - the counts of a stage; declared in stage.h. */
#include "run/stage.h"
#include <stdlib.h>

uint32_t stage_n_counters(const wq_stage *desc)
{
    uint32_t n = 0;
    while (desc->counters && desc->counters[n]) n++;
    return n;
}

uint32_t stage_n_reasons(const wq_stage *desc)
{
    return desc->n_reasons + HOST_REASONS;
}

const char *stage_reason(const wq_stage *desc, uint32_t i)
{
    static const char *const host[HOST_REASONS] = {
        [REASON_UNSPECIFIED] = "unspecified", [REASON_CRASHED] = "crashed",
        [REASON_TIMED_OUT] = "timed_out",
        [REASON_OUT_OF_MEMORY] = "out_of_memory",
        [REASON_NONSENSE] = "nonsense",
    };
    return i < desc->n_reasons ? desc->reasons[i].name
                               : host[i - desc->n_reasons];
}

uint32_t stage_host_reason(const wq_stage *desc, enum host_reason why)
{
    uint32_t place = desc->n_reasons + why;
    for (uint32_t i = 0; i < desc->n_reasons; i++)
        if (strcmp(desc->reasons[i].name, stage_reason(desc, place)) == 0)
            return i;
    return place;
}

enum { SINGLES = 7 };

/* The i-th of the single counts, i < SINGLES. */
static uint64_t *single(struct stage_stats *s, size_t i)
{
    uint64_t *const all[SINGLES] = { &s->in, &s->kept, &s->dropped,
                                     &s->rejected, &s->emitted,
                                     &s->nanoseconds, &s->excused };
    return all[i];
}

/* Those behind dropped_by, which heads one allocation. */
static size_t n_arrays(const wq_stage *desc)
{
    return 2 * (size_t)stage_n_reasons(desc) + stage_n_counters(desc);
}

int stage_stats_new(const wq_stage *desc, struct stage_stats *out)
{
    size_t reasons = stage_n_reasons(desc);
    uint64_t *p = calloc(n_arrays(desc), sizeof *p);
    *out = (struct stage_stats){ 0 };
    if (!p) return -1;
    out->dropped_by = p;
    out->rejected_by = p + reasons;
    out->counters = p + reasons * 2;
    return 0;
}

void stage_stats_free(struct stage_stats *s)
{
    free(s->dropped_by);
    *s = (struct stage_stats){ 0 };
}

size_t stage_stats_size(const wq_stage *desc)
{
    return SINGLES + n_arrays(desc);
}

void stage_stats_take(struct stage_stats *s, const wq_stage *desc, uint64_t *row)
{
    for (size_t i = 0; i < SINGLES; i++) {
        uint64_t *p = single(s, i);
        *row++ = *p;
        *p = 0;
    }
    memcpy(row, s->dropped_by, n_arrays(desc) * sizeof *row);
    memset(s->dropped_by, 0, n_arrays(desc) * sizeof *row);
}

void stage_stats_add(struct stage_stats *s, const wq_stage *desc,
                     const uint64_t *row)
{
    for (size_t i = 0; i < SINGLES; i++) *single(s, i) += *row++;
    for (size_t i = 0; i < n_arrays(desc); i++) s->dropped_by[i] += row[i];
}

void stage_totals(const struct stage *s, struct stage_stats *out)
{
    for (size_t w = 0; w < s->n_workers; w++) {
        struct stage_stats *one = &s->stats[w];
        for (size_t i = 0; i < SINGLES; i++)
            *single(out, i) += *single(one, i);
        for (size_t i = 0; i < n_arrays(s->desc); i++)
            out->dropped_by[i] += one->dropped_by[i];
    }
}
