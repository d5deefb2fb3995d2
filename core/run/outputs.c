/* outputs.c - what a run writes: names, places, and the commit of its files. */
#include "run/internal.h"
#include "base/file.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- set-up ---- */

/* Is the output one of the inputs, or the pipeline file?  It would be
 * overwritten while it is read; one appended to itself would never end. */
static int check_output(const struct run *r, const char *output, struct err *e)
{
    struct stat out, in;
    bool is_stdout = strcmp(output, "-") == 0;
    if ((is_stdout ? fstat(STDOUT_FILENO, &out) : stat(output, &out)) < 0
        || !S_ISREG(out.st_mode))
        return 0;
    if (stat(r->plan->pipeline->file, &in) == 0 && in.st_dev == out.st_dev
        && in.st_ino == out.st_ino)
        return err_set(e, EX_PIPELINE, "the output %s is the pipeline file",
                       is_stdout ? "on standard output" : output);
    for (size_t i = 0; i < r->paths.n; i++)
        if (stat(r->paths.list[i], &in) == 0 && in.st_dev == out.st_dev
            && in.st_ino == out.st_ino)
            return err_set(e, EX_PIPELINE,
                           "the output %s is also an input (%s)",
                           is_stdout ? "on standard output" : output,
                           r->paths.list[i]);
    return 0;
}

char *run_default_rejects(const struct pipeline *p, const char *output)
{
    struct stat st;
    bool is_stream = strcmp(output, "-") == 0
                     || (stat(output, &st) == 0 && !S_ISREG(st.st_mode));
    char *path;
    int rc = asprintf(&path, "%s.rejects.jsonl",
                      is_stream ? p->name : output);
    return rc < 0 ? NULL : path;
}

/* What the run writes is called. */
static int name_outputs(struct run *r, struct err *e)
{
    const struct pipeline *p = r->plan->pipeline;
    const char *output = r->options->output ? r->options->output
                                            : p->output.paths[0];
    r->output_path = remember_path(r, output);
    if (!r->output_path) return err_no_memory(e);
    if (p->dropped && !(r->dropped_path = remember_path(r, p->dropped)))
        return err_no_memory(e);
    r->rejects_path = p->rejects ? remember_path(r, p->rejects)
                                 : run_default_rejects(p, r->output_path);
    if (!r->rejects_path) return err_no_memory(e);
    if (remember_output(r, "output", r->output_path, e) < 0
        || (r->dropped_path
            && remember_output(r, "dropped", r->dropped_path, e) < 0))
        return -1;
    return remember_output(r, "rejects", r->rejects_path, e);
}

/* Would two outputs of this run be one file? */
static int check_apart(const struct sink *s, const char *what, const char *path,
                       struct err *e)
{
    if (!sink_is(s, path)) return 0;
    return err_set(e, EX_PIPELINE, "the %s would be written to %s, which is "
                   "another output of this run", what, path);
}

int outputs_open(struct run *r, struct err *e)
{
    const struct run_options *o = r->options;
    if (o->to_memory) {
        sink_memory(&r->out, o->memory_output);
        sink_memory(&r->dropped, o->memory_dropped);
        sink_memory(&r->rejects, o->memory_rejects);
        r->dead_letters.want_dropped = o->memory_dropped;
        return 0;
    }
    if (name_outputs(r, e) < 0 || remember_begin(r, e) < 0) return -1;
    const char *output = r->output_path, *dropped = r->dropped_path;
    if (check_output(r, output, e) < 0
        || sink_open(&r->out, output, r->tag, e) < 0)
        return -1;
    r->dead_letters.want_dropped = dropped;
    if (dropped
        && (check_output(r, dropped, e) < 0
            || check_apart(&r->out, "dropped", dropped, e) < 0
            || sink_open(&r->dropped, dropped, r->tag, e) < 0))
        return -1;
    if (check_apart(&r->out, "rejects", r->rejects_path, e) < 0
        || check_apart(&r->dropped, "rejects", r->rejects_path, e) < 0)
        return -1;
    return check_output(r, r->rejects_path, e);
}

/* ---- the end ---- */

/* An older run's rejects must not be taken for this one's. */
static int empty_old_rejects(struct run *r, struct err *e)
{
    struct stat st;
    if (r->rejects.fd >= 0 || r->rejects.memory || !r->rejects_path
        || stat(r->rejects_path, &st) < 0 || !S_ISREG(st.st_mode)
        || st.st_size == 0)
        return 0;
    return sink_open(&r->rejects, r->rejects_path, r->tag, e);
}

int outputs_sync(struct run *r, const char *suffix, struct err *e)
{
    if (empty_old_rejects(r, e) < 0 || sink_sync(&r->out, suffix, e) < 0
        || sink_sync(&r->dropped, suffix, e) < 0
        || sink_sync(&r->rejects, "", e) < 0)
        return -1;
    r->result->bytes_out = r->out.bytes;
    return 0;
}

int outputs_commit(struct run *r, const char *suffix, struct err *e)
{
    return sink_commit(&r->rejects, "", e) < 0
                   || sink_commit(&r->dropped, suffix, e) < 0
                   || sink_commit(&r->out, suffix, e) < 0
               ? -1
               : 0;
}

static void clear(const char *path, const char *tag)
{
    char *aside;
    if (!path || asprintf(&aside, "%s.tmp-%s", path, tag) < 0) return;
    unlink(aside);
    free(aside);
}

void outputs_clear(const struct plan *plan, const struct run_options *options,
                   const char *tag)
{
    const struct pipeline *p = plan->pipeline;
    if (p->state) return;
    const char *output = options->output ? options->output : p->output.paths[0];
    char *rejects = p->rejects ? NULL : run_default_rejects(p, output);
    clear(output, tag);
    clear(p->dropped, tag);
    clear(rejects ? rejects : p->rejects, tag);
    free(rejects);
}

void outputs_close(struct run *r)
{
    sink_close(&r->out);
    sink_close(&r->dropped);
    sink_close(&r->rejects);
    free(r->output_path);
    free(r->dropped_path);
    free(r->rejects_path);
}
