/* summary.c - see summary.h. */
#include "cli/summary.h"
#include <inttypes.h>

static void print_reasons(FILE *to, const wq_stage *desc, const char *what,
                          const uint64_t *by)
{
    for (uint32_t i = 0; i <= desc->n_reasons; i++)
        if (by[i])
            fprintf(to, "      %s %" PRIu64 ": %s\n", what, by[i],
                    i < desc->n_reasons ? desc->reasons[i].name
                                        : "unspecified");
}

static void print_stage(FILE *to, const struct plan_stage *p,
                        const struct stage_stats *s)
{
    fprintf(to, "  %-18s %9" PRIu64 " in %9" PRIu64 " kept %7" PRIu64
            " dropped %6" PRIu64 " rejected %8.3f s\n", p->cfg->label, s->in,
            s->kept, s->dropped, s->rejected, (double)s->nanoseconds / 1e9);
    print_reasons(to, p->desc, "dropped", s->dropped_by);
    print_reasons(to, p->desc, "rejected", s->rejected_by);
    for (uint32_t i = 0; i < stage_n_counters(p->desc); i++)
        if (s->counters[i])
            fprintf(to, "      %s: %" PRIu64 "\n", p->desc->counters[i],
                    s->counters[i]);
}

void summary_print(FILE *to, const struct plan *plan,
                   const struct run_result *r)
{
    for (size_t i = 0; i < r->n_stages; i++)
        print_stage(to, &plan->stages[i], &r->stages[i]);
    fprintf(to, "%" PRIu64 " in", r->in);
    if (r->emitted) fprintf(to, " + %" PRIu64 " emitted", r->emitted);
    fprintf(to, " = %" PRIu64 " out + %" PRIu64 " dropped + %" PRIu64
            " rejected", r->out, r->dropped, r->rejected);
    if (r->equal_ids) fprintf(to, "; %" PRIu64 " equal ids", r->equal_ids);
    if (r->empty_texts)
        fprintf(to, "; %" PRIu64 " without text", r->empty_texts);
    fprintf(to, "; %.1f MB in %.2f s", (double)r->bytes_in / 1e6, r->seconds);
    if (r->seconds > 0.01)
        fprintf(to, ", %.1f MB/s", (double)r->bytes_in / 1e6 / r->seconds);
    fputc('\n', to);
}

/* Names of stages, reasons and counters come from pipelines and plugins. */
static void json_name(FILE *to, const char *s)
{
    fputc('"', to);
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') fprintf(to, "\\%c", c);
        else if (c < 0x20) fprintf(to, "\\u%04x", c);
        else fputc(c, to);
    }
    fputc('"', to);
}

static void json_reasons(FILE *to, const wq_stage *desc, const char *what,
                         const uint64_t *by)
{
    const char *comma = "";
    fprintf(to, ",\"%s\":{", what);
    for (uint32_t i = 0; i <= desc->n_reasons; i++) {
        if (!by[i]) continue;
        fputs(comma, to);
        json_name(to, i < desc->n_reasons ? desc->reasons[i].name
                                          : "unspecified");
        fprintf(to, ":%" PRIu64, by[i]);
        comma = ",";
    }
    fputc('}', to);
}

static void json_stage(FILE *to, const struct plan_stage *p,
                       const struct stage_stats *s)
{
    fputs("{\"label\":", to);
    json_name(to, p->cfg->label);
    fputs(",\"stage\":", to);
    json_name(to, p->desc->name);
    fprintf(to, ",\"in\":%" PRIu64 ",\"kept\":%" PRIu64 ",\"emitted\":%" PRIu64
            ",\"seconds\":%.6f", s->in, s->kept, s->emitted,
            (double)s->nanoseconds / 1e9);
    json_reasons(to, p->desc, "dropped", s->dropped_by);
    json_reasons(to, p->desc, "rejected", s->rejected_by);
    fputs(",\"counters\":{", to);
    for (uint32_t i = 0; i < stage_n_counters(p->desc); i++) {
        if (i) fputc(',', to);
        json_name(to, p->desc->counters[i]);
        fprintf(to, ":%" PRIu64, s->counters[i]);
    }
    fputs("}}", to);
}

void summary_json(FILE *to, const struct plan *plan, const struct run_result *r)
{
    fprintf(to, "{\"in\":%" PRIu64 ",\"emitted\":%" PRIu64 ",\"out\":%" PRIu64
            ",\"dropped\":%" PRIu64 ",\"rejected\":%" PRIu64
            ",\"equal_ids\":%" PRIu64 ",\"empty_texts\":%" PRIu64
            ",\"bytes_in\":%" PRIu64 ",\"bytes_out\":%" PRIu64
            ",\"seconds\":%.3f,\"stages\":[", r->in, r->emitted, r->out,
            r->dropped, r->rejected, r->equal_ids, r->empty_texts, r->bytes_in,
            r->bytes_out, r->seconds);
    for (size_t i = 0; i < r->n_stages; i++) {
        if (i) fputc(',', to);
        json_stage(to, &plan->stages[i], &r->stages[i]);
    }
    fputs("]}\n", to);
}
