/* summary.c - see summary.h. */
#include "cli/summary.h"
#include "cli/json.h"
#include <inttypes.h>
#include <string.h>
#include <time.h>

static void print_reasons(FILE *to, const wq_stage *desc, const char *what,
                          const uint64_t *by)
{
    for (uint32_t i = 0; i < stage_n_reasons(desc); i++)
        if (by[i])
            fprintf(to, "      %s %" PRIu64 ": %s\n", what, by[i],
                    stage_reason(desc, i));
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

static void json_reasons(struct json *j, const wq_stage *desc,
                         const char *what, const uint64_t *by)
{
    json_open(j, what, '{');
    for (uint32_t i = 0; i < stage_n_reasons(desc); i++)
        if (by[i]) json_int(j, stage_reason(desc, i), (int64_t)by[i]);
    json_close(j, '}');
}

static void json_stage(struct json *j, const struct plan_stage *p,
                       const struct stage_stats *s)
{
    json_open(j, NULL, '{');
    json_text(j, "label", p->cfg->label);
    json_text(j, "stage", p->desc->name);
    json_int(j, "in", (int64_t)s->in);
    json_int(j, "kept", (int64_t)s->kept);
    json_int(j, "emitted", (int64_t)s->emitted);
    json_real(j, "seconds", (double)s->nanoseconds / 1e9);
    json_reasons(j, p->desc, "dropped", s->dropped_by);
    json_reasons(j, p->desc, "rejected", s->rejected_by);
    json_open(j, "counters", '{');
    for (uint32_t i = 0; i < stage_n_counters(p->desc); i++)
        json_int(j, p->desc->counters[i], (int64_t)s->counters[i]);
    json_close(j, '}');
    json_close(j, '}');
}

static void json_counts(struct json *j, const struct run_result *r)
{
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {
        { "in", r->in }, { "emitted", r->emitted }, { "out", r->out },
        { "dropped", r->dropped }, { "rejected", r->rejected },
        { "equal_ids", r->equal_ids }, { "empty_texts", r->empty_texts },
        { "damaged_files", r->damaged_files }, { "bytes_in", r->bytes_in },
        { "bytes_out", r->bytes_out },
    };
    for (size_t i = 0; i < WQ_LEN(counts); i++)
        json_int(j, counts[i].name, (int64_t)counts[i].value);
}

/* 2023-09-20T04:05:06Z */
static void json_time(struct json *j, const char *name, int64_t ms)
{
    char text[32] = "";
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    if (gmtime_r(&t, &tm)) strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    json_text(j, name, text);
}

static bool is_input(const struct run_file *f)
{
    return strcmp(f->kind, "input") == 0;
}

static void json_files(struct json *j, const struct run_files *files,
                       const char *name, bool inputs)
{
    json_open(j, name, '[');
    for (size_t i = 0; i < files->n; i++) {
        const struct run_file *f = &files->list[i];
        if (is_input(f) != inputs) continue;
        json_open(j, NULL, '{');
        if (!inputs) json_text(j, "kind", f->kind);
        json_text(j, "path", f->path);
        json_int(j, "bytes", (int64_t)f->bytes);
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* Was anything read and written for good?  With a state, a run that has found
 * nothing new has no number. */
static bool has_done_something(const struct report *r)
{
    return r->result.is_committed && !r->result.was_skipped
           && (r->result.run || !r->pipeline->state);
}

void report_json(FILE *to, const struct report *r)
{
    const struct run_result *t = &r->result;
    struct json j = { .to = to };
    json_open(&j, NULL, '{');
    json_text(&j, "pipeline", r->pipeline->name);
    json_text(&j, "file", r->pipeline->file);
    if (t->run) json_int(&j, "run", (int64_t)t->run);
    json_time(&j, "began", r->began_ms);
    json_time(&j, "ended", r->ended_ms);
    json_real(&j, "seconds", t->seconds);
    json_int(&j, "exit", r->code);
    json_text(&j, "message", r->message);
    json_bool(&j, "committed", has_done_something(r) && !t->is_held);
    json_bool(&j, "held", t->is_held);
    json_bool(&j, "stopped", t->was_stopped);
    json_bool(&j, "skipped", t->was_skipped);
    json_counts(&j, t);
    json_files(&j, &r->files, "inputs", true);
    json_files(&j, &r->files, "outputs", false);
    json_open(&j, "stages", '[');
    for (size_t i = 0; r->plan && i < t->n_stages; i++)
        json_stage(&j, &r->plan->stages[i], &t->stages[i]);
    json_close(&j, ']');
    json_close(&j, '}');
}

enum outcome report_outcome(const struct report *r)
{
    if (r->code != EX_FINE && r->code != EX_LATER) return OUTCOME_FAILURE;
    return has_done_something(r) ? OUTCOME_SUCCESS : OUTCOME_NOTHING;
}
