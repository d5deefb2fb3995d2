/* metrics.c - see metrics.h. */
#include "cli/metrics.h"
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct metrics {
    struct buf out;
    char *pipeline; /* as a label's value */
    bool has_failed;
};

static void put(struct metrics *m, const char *fmt, ...) ERR_PRINTF(2, 3);
static void put(struct metrics *m, const char *fmt, ...)
{
    char line[2048];
    va_list args;
    va_start(args, fmt);
    size_t n = text_vformat(line, sizeof line, fmt, args);
    va_end(args);
    if (buf_add(&m->out, line, n) < 0) m->has_failed = true;
}

/* A name as a label's value: \ " and line ends are escaped. */
static char *escaped(const char *s)
{
    struct buf out = { 0 };
    int rc = 0;
    for (; *s && rc == 0; s++) {
        if (*s == '\n') rc = buf_add(&out, "\\n", 2);
        else if (*s == '"' || *s == '\\') rc = buf_format(&out, "\\%c", *s);
        else rc = buf_add(&out, s, 1);
    }
    if (rc < 0 || buf_close(&out) < 0) buf_free(&out);
    return out.p;
}

static void begin(struct metrics *m, const char *name, const char *help)
{
    put(m, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void put_reasons(struct metrics *m, const struct plan_stage *p,
                        const char *what, const uint64_t *by)
{
    for (uint32_t i = 0; i < stage_n_reasons(p->desc); i++)
        if (i < p->desc->n_reasons || by[i])
            put(m, "warraq_stage_%s{pipeline=\"%s\",stage=\"%s\",reason=\"%s\"} %"
                PRIu64 "\n", what, m->pipeline, p->cfg->label,
                stage_reason(p->desc, i), by[i]);
}

static void put_account(struct metrics *m, const struct run_result *r)
{
    const struct {
        const char *name, *help;
        uint64_t value;
    } figures[] = {
        { "articles_in", "Articles read.", r->in },
        { "articles_emitted", "Articles made by stages.", r->emitted },
        { "articles_out", "Articles written.", r->out },
        { "articles_dropped", "Articles that a stage dropped.", r->dropped },
        { "articles_rejected", "Articles that could not be dealt with.",
          r->rejected },
        { "bytes_in", "Bytes of input, unpacked.", r->bytes_in },
        { "bytes_out", "Bytes of output, packed.", r->bytes_out },
    };
    for (size_t i = 0; i < WQ_LEN(figures); i++) {
        char name[64];
        text_format(name, sizeof name, "warraq_%s", figures[i].name);
        begin(m, name, figures[i].help);
        put(m, "%s{pipeline=\"%s\"} %" PRIu64 "\n", name, m->pipeline,
            figures[i].value);
    }
}

static void put_success(struct metrics *m, const struct report *r)
{
    begin(m, "warraq_last_success_timestamp_seconds",
          "When a run last succeeded.");
    put(m, "warraq_last_success_timestamp_seconds{pipeline=\"%s\"} %lld\n",
        m->pipeline, (long long)(r->ended_ms / 1000));
    begin(m, "warraq_run_seconds", "How long it took.");
    put(m, "warraq_run_seconds{pipeline=\"%s\"} %.3f\n", m->pipeline,
        r->result.seconds);
}

/* What a run that fails changes; everything before it stays. */
static const char end_begins[] = "# HELP warraq_last_run_timestamp_seconds ";

static void put_end(struct metrics *m, const struct report *r)
{
    begin(m, "warraq_last_run_timestamp_seconds",
          "When the last run ended, well or not.");
    put(m, "warraq_last_run_timestamp_seconds{pipeline=\"%s\"} %lld\n",
        m->pipeline, (long long)(r->ended_ms / 1000));
    begin(m, "warraq_last_run_exit_code", "How it ended; 0: well.");
    put(m, "warraq_last_run_exit_code{pipeline=\"%s\"} %d\n", m->pipeline,
        r->code);
}

static void put_stages(struct metrics *m, const struct plan *plan,
                       const struct stage_stats *stats)
{
    begin(m, "warraq_stage_in", "Articles a stage was given.");
    for (size_t i = 0; i < plan->n_stages; i++)
        put(m, "warraq_stage_in{pipeline=\"%s\",stage=\"%s\"} %" PRIu64 "\n",
            m->pipeline, plan->stages[i].cfg->label, stats[i].in);
    begin(m, "warraq_stage_out", "Articles a stage let through or made.");
    for (size_t i = 0; i < plan->n_stages; i++)
        put(m, "warraq_stage_out{pipeline=\"%s\",stage=\"%s\"} %" PRIu64 "\n",
            m->pipeline, plan->stages[i].cfg->label,
            stats[i].kept + stats[i].emitted);
    begin(m, "warraq_stage_dropped", "Articles a stage dropped, by reason.");
    for (size_t i = 0; i < plan->n_stages; i++)
        put_reasons(m, &plan->stages[i], "dropped", stats[i].dropped_by);
    begin(m, "warraq_stage_rejected", "Articles a stage rejected, by reason.");
    for (size_t i = 0; i < plan->n_stages; i++)
        put_reasons(m, &plan->stages[i], "rejected", stats[i].rejected_by);
    begin(m, "warraq_stage_seconds", "Time spent in a stage, all threads.");
    for (size_t i = 0; i < plan->n_stages; i++)
        put(m, "warraq_stage_seconds{pipeline=\"%s\",stage=\"%s\"} %.6f\n",
            m->pipeline, plan->stages[i].cfg->label,
            (double)stats[i].nanoseconds / 1e9);
}

static int write_file(const char *path, const struct buf *text, struct err *e)
{
    char *aside;
    if (asprintf(&aside, "%s.tmp-%ld", path, (long)getpid()) < 0)
        return err_no_memory(e);
    (void)file_make_folders(path, false);
    unlink(aside);
    int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  0644);
    /* Whoever collects is somebody else, whatever our umask. */
    int rc = fd < 0 || fchmod(fd, 0644) < 0
             || file_write(fd, text->p, text->n) < 0 || fsync(fd) < 0;
    int saved = errno;
    if (fd >= 0) close(fd);
    if (!rc && rename(aside, path) < 0) {
        saved = errno;
        rc = 1;
    }
    if (rc) {
        unlink(aside);
        err_set(e, err_code(saved, EX_CANT_CREATE), "cannot write %s: %s", path,
                strerror(saved));
    }
    free(aside);
    return rc ? -1 : 0;
}

/* ---- what a run changes ---- */

/* Stages of a run that had nothing to do. */
static struct stage_stats *no_stats(const struct plan *plan)
{
    struct stage_stats *list = calloc(plan->n_stages + 1, sizeof *list);
    for (size_t i = 0; list && i < plan->n_stages; i++)
        if (stage_stats_new(plan->stages[i].desc, &list[i]) < 0) {
            while (i-- > 0) stage_stats_free(&list[i]);
            free(list);
            return NULL;
        }
    return list;
}

static void put_figures(struct metrics *m, const struct report *r)
{
    struct stage_stats *none = r->result.n_stages ? NULL : no_stats(r->plan);
    const struct stage_stats *stats = none ? none : r->result.stages;
    put_success(m, r);
    put_account(m, &r->result);
    if (stats) put_stages(m, r->plan, stats);
    else m->has_failed = true;
    for (size_t i = 0; none && i < r->plan->n_stages; i++)
        stage_stats_free(&none[i]);
    free(none);
}

/* What the file says in front of how the last run ended; nothing, if there is no
 * such file yet, or it is of somebody else. */
static void put_old(struct metrics *m, const char *path)
{
    enum { MAX_BYTES = 16 << 20 };
    struct buf old = { 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
        && st.st_size < MAX_BYTES
        && buf_reserve(&old, (size_t)st.st_size + 1) == 0) {
        ptrdiff_t n = file_read_at(fd, old.p, (size_t)st.st_size, 0);
        old.n = n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0) close(fd);
    if (old.n && buf_close(&old) == 0
        && strncmp(old.p, "# HELP warraq_", strlen("# HELP warraq_")) == 0) {
        const char *end = strstr(old.p, end_begins);
        size_t n = end ? (size_t)(end - old.p) : strlen(old.p);
        if (buf_add(&m->out, old.p, n) < 0) m->has_failed = true;
    }
    buf_free(&old);
}

int metrics_write(const char *path, const struct report *r, struct err *e)
{
    bool is_well = r->code == EX_FINE
                   || report_outcome(r) == OUTCOME_SUCCESS;
    if (r->result.was_skipped || (!is_well && r->code == EX_LATER)) return 0;
    struct metrics m = { .pipeline = escaped(r->pipeline->name) };
    if (m.pipeline) {
        if (is_well) put_figures(&m, r);
        else put_old(&m, path);
        put_end(&m, r);
    }
    int rc = m.pipeline && !m.has_failed ? write_file(path, &m.out, e)
                                         : err_no_memory(e);
    free(m.pipeline);
    buf_free(&m.out);
    return rc;
}
