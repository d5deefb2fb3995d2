/* outputs.c - what a run writes: names, places, and the commit of its files. */
#include "run/internal.h"
#include "base/file.h"
#include "base/template.h"
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
    struct template t;
    struct template_fault unused;
    char *path;
    int rc;
    if (template_parse(&t, output, &unused) && t.n_fields) {
        rc = asprintf(&path, "%.*s%srejects.jsonl", (int)t.folder, output,
                      p->state ? "{run}." : "");
        return rc < 0 ? NULL : path;
    }
    bool is_stream = strcmp(output, "-") == 0
                     || (stat(output, &st) == 0 && !S_ISREG(st.st_mode));
    rc = asprintf(&path, "%s.rejects.jsonl", is_stream ? p->name : output);
    return rc < 0 ? NULL : path;
}

/* What an output is called: as the pipeline has it, and with the run's number. */
struct name {
    struct template template; /* views the path as written */
    char *path;               /* fields as written; the run frees it */
};

static int make_name(const struct run *r, const char *path, struct name *name,
                     struct err *e)
{
    struct template_fault fault;
    const char *number = r->remember.is_on ? r->remember.number : NULL;
    if (!template_parse(&name->template, path, &fault))
        return err_set(e, EX_PIPELINE, "%s: %s", path, fault.text);
    name->path = template_fill(&name->template, path, number, NULL);
    return name->path ? 0 : err_no_memory(e);
}

/* Names what the run writes; out and dropped may have fields. */
static int name_outputs(struct run *r, struct name *out, struct name *dropped,
                        struct err *e)
{
    const struct pipeline *p = r->plan->pipeline;
    const char *output = r->options->output ? r->options->output
                                            : p->output.paths[0];
    struct name rejects = { 0 };
    if (make_name(r, output, out, e) < 0) return -1;
    r->output_path = out->path;
    if (p->dropped && make_name(r, p->dropped, dropped, e) < 0) return -1;
    r->dropped_path = dropped->path;
    if (p->rejects || out->template.n_fields) {
        char *path = p->rejects ? strdup(p->rejects)
                                : run_default_rejects(p, output);
        int rc = path ? make_name(r, path, &rejects, e) : err_no_memory(e);
        free(path);
        if (rc < 0) return -1;
        r->rejects_path = rejects.path;
    } else if (!(r->rejects_path = run_default_rejects(p, out->path))) {
        return err_no_memory(e);
    }
    return 0;
}

/* Would two outputs of this run be one file? */
static int check_apart(const struct sink *s, const char *what, const char *path,
                       struct err *e)
{
    if (!sink_is(s, path)) return 0;
    return err_set(e, EX_PIPELINE, "the %s would be written to %s, which is "
                   "another output of this run", what, path);
}

/* Makes what a path with fields becomes; the sink has it from here on. */
static int make_fan(struct run *r, const char *kind, const struct name *name,
                    struct sink *s, struct err *e)
{
    const struct remember *m = &r->remember;
    const struct fan_options o = {
        .path = &name->template, .shown = name->path, .kind = kind,
        .run = m->is_on ? m->number : NULL, .tag = r->tag,
        .overwrites = !m->is_on };
    s->fan = fan_new(&o, e);
    if (!s->fan) return -1;
    if (m->is_on) { /* a value never leads into the state */
        size_t n = strlen(s->fan->folder);
        if (strncmp(m->state.dir, s->fan->folder, n) == 0
            && (m->state.dir[n] == '/' || m->state.dir[n] == '\0'))
            return err_set(e, EX_PIPELINE, "the state %s is in the folder of "
                           "%s, where values of fields make names",
                           m->state.dir, name->path);
        return remember_folder(r, s->fan->aside) < 0 ? err_no_memory(e) : 0;
    }
    for (size_t i = 0; i < r->paths.n; i++)
        if (fan_spare(s->fan, r->paths.list[i], e) < 0) return -1;
    return fan_spare(s->fan, r->plan->pipeline->file, e);
}

/* Settles where one output goes, before any is made. */
static int settle(struct run *r, const char *kind, const struct name *name,
                  struct sink *s, struct err *e)
{
    if (!name->path) return 0;
    return name->template.n_fields ? make_fan(r, kind, name, s, e)
                                   : remember_output(r, kind, name->path, e);
}

static int open_one(struct run *r, struct sink *s, const char *path,
                    struct err *e)
{
    if (s->fan) return sink_open_fan(s, s->fan, e);
    return check_output(r, path, e) < 0 ? -1 : sink_open(s, path, r->tag, e);
}

/* Files named by fields are known when they come: tells the fan of the others. */
static int keep_apart(struct fan *f, const struct run *r, const char *other,
                      const struct fan *other_fan, struct err *e)
{
    if (!f) return 0;
    f->other = other_fan;
    if (!other_fan && other && fan_avoid(f, other, e) < 0) return -1;
    return fan_avoid(f, r->rejects_path, e);
}

int outputs_open(struct run *r, struct err *e)
{
    const struct run_options *o = r->options;
    struct name out = { .path = NULL }, dropped = { .path = NULL };
    if (o->to_memory) {
        sink_memory(&r->out, o->memory_output);
        sink_memory(&r->dropped, o->memory_dropped);
        sink_memory(&r->rejects, o->memory_rejects);
        r->dead_letters.want_dropped = o->memory_dropped;
        return 0;
    }
    if (name_outputs(r, &out, &dropped, e) < 0
        || settle(r, "output", &out, &r->out, e) < 0
        || settle(r, "dropped", &dropped, &r->dropped, e) < 0
        || remember_output(r, "rejects", r->rejects_path, e) < 0
        || remember_begin(r, e) < 0)
        return -1;
    r->dead_letters.want_dropped = dropped.path;
    r->dead_letters.dropped = r->dropped.fan;
    if (keep_apart(r->out.fan, r, dropped.path, r->dropped.fan, e) < 0
        || keep_apart(r->dropped.fan, r, out.path, r->out.fan, e) < 0)
        return -1;
    if (open_one(r, &r->out, out.path, e) < 0
        || (dropped.path
            && (check_apart(&r->out, "dropped", dropped.path, e) < 0
                || open_one(r, &r->dropped, dropped.path, e) < 0)))
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
        || sink_sync(&r->rejects, "", e) < 0
        || sink_check(&r->out, suffix, e) < 0
        || sink_check(&r->dropped, suffix, e) < 0)
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

/* The temporary file, or folder, of one output. */
static void clear(const char *path, const char *kind, const char *tag)
{
    struct template t;
    struct template_fault unused;
    char *aside = NULL;
    if (!path || !template_parse(&t, path, &unused)) return;
    char *shown = template_fill(&t, path, NULL, NULL);
    char *real = shown ? realpath(shown, NULL) : NULL; /* as sink_open has it */
    if (shown && t.n_fields) {
        struct fan *f = fan_new(&(struct fan_options){
            .path = &t, .shown = shown, .kind = kind, .tag = tag,
            .overwrites = true }, NULL);
        if (f) (void)file_remove(f->aside);
        fan_close(f);
    } else if (shown
               && asprintf(&aside, "%s.tmp-%s", real ? real : shown, tag) >= 0) {
        unlink(aside);
        free(aside);
    }
    free(real);
    free(shown);
}

void outputs_clear(const struct plan *plan, const struct run_options *options,
                   const char *tag)
{
    const struct pipeline *p = plan->pipeline;
    if (p->state) return;
    const char *output = options->output ? options->output : p->output.paths[0];
    char *rejects = p->rejects ? NULL : run_default_rejects(p, output);
    clear(output, "output", tag);
    clear(p->dropped, "dropped", tag);
    clear(rejects ? rejects : p->rejects, "rejects", tag);
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
