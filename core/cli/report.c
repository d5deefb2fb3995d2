/* report.c - see report.h. */
#include "cli/report.h"
#include "base/log.h"
#include "cli/hooks.h"
#include "cli/metrics.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int report_log(const struct options *o, struct err *e)
{
    static const char *const forms[] = { "text", "json", "journal", NULL };
    size_t form = LOG_TEXT;
    if (options_choice(o, "log", forms, &form, e) < 0) return -1;
    return log_open((enum log_form)form, e);
}

static int64_t wall_ms(void)
{
    struct timespec t; /* for people: nothing is decided by it */
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The worst of a pipeline's errors; they were printed as they were found. */
static const char *worst_error(const struct diags *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->list[i].is_error && d->list[i].code == d->code)
            return d->list[i].text;
    return "out of memory";
}

/* Runs, and fills the report. */
static void run(struct loaded *l, struct run_options *options, bool wants_files,
                struct report *r, struct err *e)
{
    struct err unread = { 0 };
    int fd = wants_files ? files_open(e) : 0;
    options->files = fd;
    r->code = fd < 0 ? e->code : run_plan(l->plan, options, &r->result, e);
    log_run(r->result.run);
    if (fd > 0) {
        if (r->result.is_committed || r->result.is_held)
            (void)files_read(fd, &r->files, &unread);
        close(fd);
    }
    if (r->code == EX_FINE) return;
    r->message = e->text;
    if (l->diags.n_errors) diags_log(&l->diags);
    else log_err(e);
}

/* What was committed stays so, and is to be carried away: no metrics is a warning,
 * whatever the code; who looks at them sees that they are old. */
static void write_metrics(const char *path, const struct report *r)
{
    struct err e = { 0 };
    if (path && metrics_write(path, r, &e) < 0)
        log_line(WQ_LOG_WARNING, "metrics: %s", e.text);
}

int report_run(const struct options *o, struct loaded *l, int code,
               struct run_options *options)
{
    if (!l->pipeline) return code; /* nobody knows whom to tell */
    const struct pipeline *p = l->pipeline;
    struct err e = { 0 };
    struct report r = { .pipeline = p, .plan = l->plan, .began_ms = wall_ms(),
                        .code = code };
    bool wants_json = options_get(o, "json");
    bool wants_text = options_get(o, "summary") || options_get(o, "verbose")
                      || (log_form() == LOG_TEXT && isatty(STDERR_FILENO));
    log_pipeline(p->name);
    if (code == EX_FINE)
        run(l, options, wants_json || p->on_success || p->on_failure, &r, &e);
    else
        r.message = worst_error(&l->diags);
    r.ended_ms = wall_ms();
    write_metrics(p->metrics, &r);
    if (wants_json) report_json(stdout, &r);
    else if (wants_text && r.result.is_committed)
        summary_print(stderr, l->plan, &r.result);
    hooks_run(&r);
    files_free(&r.files);
    run_result_free(&r.result);
    return r.code;
}
