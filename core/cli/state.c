/* state.c - `warraq state`: what the runs of a `state:` have left. */
#include "base/file.h"
#include "base/log.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/options.h"
#include "state/commit.h"
#include "state/compact.h"
#include "state/segments.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const struct option_spec table[] = {
    { "json", '\0', NULL, "print as JSON" },
    { "dump", '\0', NULL, "verify: print all there is, without times and run "
                          "numbers" },
    { "memory", '\0', "LABEL", "forget: what the stage with this label "
                                "remembers" },
    { NULL, 0, NULL, NULL },
};

struct view {
    struct state state;
    struct json json;
    bool as_json, wants_dump;
    const char *memory; /* NULL: none */
    const char *const *args; /* behind PIPELINE or DIR */
    size_t n_args;
};

/* ---- info ---- */

/* All runs together. */
struct sum {
    uint64_t runs, in, out, dropped, rejected, emitted, held;
    char last[64];
};

static int add_run(void *to, const struct ledger_run *r, const char *began,
                   const char *ended)
{
    struct sum *s = to;
    (void)began;
    if (r->is_held) {
        s->held = r->run;
        return 0;
    }
    s->runs++;
    s->in += r->in;
    s->emitted += r->emitted;
    s->out += r->out;
    s->dropped += r->dropped;
    s->rejected += r->rejected;
    text_format(s->last, sizeof s->last, "%s", ended);
    return 0;
}

/* How much of a file is there that no run has read. */
static uint64_t waiting(const struct ledger_input *in)
{
    struct stat st;
    if (in->mark.kind != MARK_PREFIX || stat(in->path, &st) < 0
        || (uint64_t)st.st_size <= in->byte)
        return 0;
    return (uint64_t)st.st_size - in->byte;
}

static bool is_gone(const struct ledger_input *in)
{
    struct stat st;
    return stat(in->path, &st) < 0;
}

/* The memory of each stage: its segments together. */
static void print_memory(struct view *v, const struct ledger_segment *list,
                         size_t n)
{
    struct json *j = &v->json;
    for (size_t i = 0; i < n; i++) {
        const char *stage = list[i].stage;
        uint64_t bytes = 0, count = 0;
        bool is_told = false;
        for (size_t k = 0; k < n; k++) {
            if (strcmp(list[k].stage, stage) != 0) continue;
            is_told |= k < i;
            count++;
            bytes += list[k].bytes;
        }
        if (is_told) continue;
        if (!v->as_json) {
            printf("  of %s: %" PRIu64 " segment%s, %" PRIu64 " bytes\n", stage,
                   count, count == 1 ? "" : "s", bytes);
            continue;
        }
        json_open(j, NULL, '{');
        json_text(j, "stage", stage);
        json_int(j, "segments", (int64_t)count);
        json_int(j, "bytes", (int64_t)bytes);
        json_close(j, '}');
    }
}

static void print_info(struct view *v, const struct sum *s,
                       const struct ledger_inputs *in,
                       const struct ledger_segment *segments, size_t n_segments)
{
    const char *dir = v->state.dir;
    uint64_t gone = 0, more = 0, bytes = 0;
    for (size_t i = 0; i < n_segments; i++) bytes += segments[i].bytes;
    for (size_t i = 0; i < in->n; i++) {
        gone += is_gone(&in->list[i]);
        more += waiting(&in->list[i]) > 0;
    }
    if (!v->as_json) {
        printf("%s\n%" PRIu64 " runs, the last one ended %s\n", dir, s->runs,
               s->runs ? s->last : "never");
        printf("%zu inputs read, %" PRIu64 " of them gone, %" PRIu64
               " with more to read\n", in->n, gone, more);
        printf("%" PRIu64 " articles in + %" PRIu64 " emitted = %" PRIu64
               " out + %" PRIu64 " dropped + %" PRIu64 " rejected\n", s->in,
               s->emitted, s->out, s->dropped, s->rejected);
        printf("%zu segments of memory, %" PRIu64 " bytes\n", n_segments, bytes);
        print_memory(v, segments, n_segments);
        if (s->held)
            printf("run %06" PRIu64 " is held: state accept or discard\n", s->held);
        return;
    }
    struct json *j = &v->json;
    json_open(j, NULL, '{');
    json_text(j, "state", dir);
    json_text(j, "id", v->state.id);
    json_int(j, "runs", (int64_t)s->runs);
    json_text(j, "last", s->runs ? s->last : NULL);
    json_int(j, "inputs", (int64_t)in->n);
    json_int(j, "inputs_gone", (int64_t)gone);
    json_int(j, "inputs_with_more", (int64_t)more);
    json_int(j, "in", (int64_t)s->in);
    json_int(j, "emitted", (int64_t)s->emitted);
    json_int(j, "out", (int64_t)s->out);
    json_int(j, "dropped", (int64_t)s->dropped);
    json_int(j, "rejected", (int64_t)s->rejected);
    json_int(j, "segments", (int64_t)n_segments);
    json_int(j, "segment_bytes", (int64_t)bytes);
    json_open(j, "memory", '[');
    print_memory(v, segments, n_segments);
    json_close(j, ']');
    json_int(j, "held", (int64_t)s->held);
    json_close(j, '}');
}

static int show_info(struct view *v, struct err *e)
{
    struct sum sum = { 0 };
    struct ledger_inputs in = { 0 };
    struct ledger_segment *segments = NULL;
    size_t n = 0;
    int rc = -1;
    if (ledger_each_run(v->state.ledger, add_run, &sum, e) == 0
        && ledger_all_inputs(v->state.ledger, &in, e) == 0)
        rc = ledger_segments(v->state.ledger, NULL, &segments, &n, e);
    if (rc == 0) print_info(v, &sum, &in, segments, n);
    ledger_segments_free(segments, n);
    ledger_inputs_free(&in);
    return rc;
}

/* ---- inputs, runs ---- */

static const char *what_of(const struct ledger_input *in)
{
    if (is_gone(in)) return "gone";
    if (in->mark.kind == MARK_WHOLE && !in->is_through) return "begun";
    if (in->is_damaged) return "damaged";
    return waiting(in) ? "has more" : "read";
}

/* A name for people: one line, and no terminal's command; --json has it as it is. */
static void print_name(const char *path)
{
    size_t n = strlen(path);
    for (size_t step; n > 0; path += step, n -= step) {
        step = utf8_first(path, n);
        if (step > 0 && !utf8_is_invisible(path, step)) {
            fwrite(path, 1, step, stdout);
        } else {
            putchar('?');
            if (step == 0) step = 1;
        }
    }
}

static int show_inputs(struct view *v, struct err *e)
{
    struct ledger_inputs in = { 0 };
    struct json *j = &v->json;
    if (ledger_all_inputs(v->state.ledger, &in, e) < 0) return -1;
    if (v->as_json) json_open(j, NULL, '[');
    for (size_t i = 0; i < in.n; i++) {
        const struct ledger_input *one = &in.list[i];
        if (!v->as_json) {
            printf("%06" PRIu64 " %12" PRIu64 " %-8s ", one->run, one->byte,
                   what_of(one));
            print_name(one->path);
            putchar('\n');
            continue;
        }
        json_open(j, NULL, '{');
        json_text(j, "path", one->path);
        json_int(j, "run", (int64_t)one->run);
        json_text(j, "kind", one->mark.kind == MARK_PREFIX ? "prefix" : "whole");
        json_int(j, "bytes", (int64_t)one->byte);
        json_int(j, "waiting", (int64_t)waiting(one));
        json_text(j, "what", what_of(one));
        json_close(j, '}');
    }
    if (v->as_json) json_close(j, ']');
    ledger_inputs_free(&in);
    return 0;
}

static int show_run(void *to, const struct ledger_run *r, const char *began,
                    const char *ended)
{
    struct view *v = to;
    struct json *j = &v->json;
    if (!v->as_json) {
        printf("%06" PRIu64 " %s %s %" PRIu64 " in %" PRIu64 " out %" PRIu64
               " dropped %" PRIu64 " rejected%s%s%s%s\n", r->run, began, ended,
               r->in, r->out, r->dropped, r->rejected,
               r->is_replay ? ", replay" : "", r->is_held ? ", held" : "",
               r->stopped ? ", stopped by " : "", r->stopped ? r->stopped : "");
        return 0;
    }
    json_open(j, NULL, '{');
    json_int(j, "run", (int64_t)r->run);
    json_text(j, "began", began);
    json_text(j, "ended", ended);
    json_text(j, "pipeline", r->pipeline);
    json_text(j, "stopped", r->stopped);
    json_bool(j, "replay", r->is_replay);
    json_bool(j, "held", r->is_held);
    json_int(j, "in", (int64_t)r->in);
    json_int(j, "emitted", (int64_t)r->emitted);
    json_int(j, "out", (int64_t)r->out);
    json_int(j, "dropped", (int64_t)r->dropped);
    json_int(j, "rejected", (int64_t)r->rejected);
    json_int(j, "bytes_in", (int64_t)r->bytes_in);
    json_int(j, "bytes_out", (int64_t)r->bytes_out);
    json_close(j, '}');
    return 0;
}

static int show_runs(struct view *v, struct err *e)
{
    if (v->as_json) json_open(&v->json, NULL, '[');
    int rc = ledger_each_run(v->state.ledger, show_run, v, e);
    if (v->as_json) json_close(&v->json, ']');
    return rc;
}

/* ---- verify ---- */

/* A path as seen from where the state stands, so that two jobs in two folders
 * have the same dump. */
static const char *from_here(const struct view *v, const char *path)
{
    const char *slash = strrchr(v->state.dir, '/');
    size_t n = (size_t)(slash - v->state.dir) + 1;
    return strncmp(path, v->state.dir, n) == 0 ? path + n : path;
}

static int dump_counter(void *to, const struct ledger_counter *c)
{
    (void)to;
    printf("stage %s: %s %" PRIu64 "\n", c->stage, c->name, c->value);
    return 0;
}

static int dump(struct view *v, struct err *e)
{
    struct sum s = { 0 };
    struct ledger_inputs in = { 0 };
    struct ledger_segment *segments = NULL;
    struct ledger *l = v->state.ledger;
    size_t n = 0;
    if (ledger_all_inputs(l, &in, e) < 0) return -1;
    for (size_t i = 0; i < in.n; i++) {
        const struct ledger_input *one = &in.list[i];
        printf("input ");
        print_name(from_here(v, one->path));
        printf(": %s %" PRIu64 " %s %s, read to byte %" PRIu64 " line %" PRIu64
               "%s\n",
               one->mark.kind == MARK_PREFIX ? "prefix" : "whole", one->mark.n,
               one->mark.head, one->mark.tail, one->byte, one->line,
               one->is_damaged ? ", damaged"
               : one->mark.kind == MARK_WHOLE && one->is_through ? ", the end" : "");
    }
    ledger_inputs_free(&in);
    if (ledger_each_run(l, add_run, &s, e) < 0) return -1;
    printf("articles: %" PRIu64 " in, %" PRIu64 " emitted, %" PRIu64 " out, %"
           PRIu64 " dropped, %" PRIu64 " rejected\n", s.in, s.emitted, s.out,
           s.dropped, s.rejected);
    if (ledger_each_counter(l, dump_counter, v, e) < 0
        || ledger_segments(l, NULL, &segments, &n, e) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        printf("segment %s of %s: %s %s %" PRIu64 " %s\n", segments[i].key,
               segments[i].stage, segments[i].format, segments[i].digest,
               segments[i].bytes, segments[i].hash);
    ledger_segments_free(segments, n);
    return 0;
}

static int verify(struct view *v, struct err *e)
{
    struct ledger_segment *segments = NULL;
    size_t n = 0;
    int rc = ledger_check(v->state.ledger, e);
    if (rc == 0) rc = ledger_segments(v->state.ledger, NULL, &segments, &n, e);
    for (size_t i = 0; i < n && rc == 0; i++) {
        wq_str view;
        rc = segment_map(&v->state, &segments[i], &view, e);
        segment_unmap(view);
    }
    ledger_segments_free(segments, n);
    return rc == 0 && v->wants_dump ? dump(v, e) : rc;
}

/* ---- forget ---- */

static int forget_memory(struct view *v, struct err *e)
{
    char *dir = segment_path(&v->state, "");
    uint64_t n = 0;
    int rc = dir ? ledger_forget_stage(v->state.ledger, v->memory, dir, &n, e)
                 : err_no_memory(e);
    free(dir);
    if (rc < 0) return -1;
    if (n == 0)
        return err_set(e, EX_NO_INPUT, "no stage \"%s\" remembers anything",
                       v->memory);
    return commit_finish(&v->state, e);
}

static int end_held(struct view *v, bool is_accepted, struct err *e)
{
    int rc = commit_end_held(&v->state, is_accepted, e);
    if (rc <= 0) return rc;
    return err_set(e, EX_NO_INPUT, "no run is held in %s", v->state.dir);
}

static int accept(struct view *v, struct err *e)
{
    return end_held(v, true, e);
}

static int discard(struct view *v, struct err *e)
{
    return end_held(v, false, e);
}

static int forget(struct view *v, struct err *e)
{
    if (v->memory && forget_memory(v, e) < 0) return -1;
    for (size_t i = 0; i < v->n_args; i++) {
        char *real = realpath(v->args[i], NULL);
        if (!real) real = file_real(v->args[i]);
        uint64_t n = 0;
        int rc = real ? ledger_forget(v->state.ledger, real, &n, e) : 0;
        free(real);
        if (rc < 0) return -1;
        if (n == 0)
            return err_set(e, EX_NO_INPUT, "no run has read an input %s",
                           v->args[i]);
    }
    return 0;
}

/* ---- compact ---- */

static int compact(struct view *v, struct err *e)
{
    struct compaction c;
    struct json *j = &v->json;
    if (state_compact(&v->state, &c, e) < 0) return -1;
    if (!v->as_json) {
        printf("%s: %" PRIu64 " bytes before, %" PRIu64 " after\n", v->state.dir,
               c.before, c.after);
        return 0;
    }
    json_open(j, NULL, '{');
    json_text(j, "state", v->state.dir);
    json_int(j, "bytes_before", (int64_t)c.before);
    json_int(j, "bytes_after", (int64_t)c.after);
    json_int(j, "input_rows", (int64_t)c.rows);
    json_int(j, "segment_files", (int64_t)c.files);
    json_close(j, '}');
    return 0;
}

/* ---- the verb ---- */

static const struct sub {
    const char *name;
    int (*run)(struct view *v, struct err *e);
    bool changes;      /* takes the lock */
    bool wants_inputs; /* or --memory */
} subs[] = {
    { "info", show_info, false, false }, { "inputs", show_inputs, false, false },
    { "runs", show_runs, false, false }, { "verify", verify, false, false },
    { "compact", compact, true, false }, { "forget", forget, true, true },
    { "accept", accept, true, false },   { "discard", discard, true, false },
};

static const struct sub *find_sub(const char *name, struct err *e)
{
    const char *names[WQ_LEN(subs)];
    for (size_t i = 0; i < WQ_LEN(subs); i++) {
        if (strcmp(subs[i].name, name) == 0) return &subs[i];
        names[i] = subs[i].name;
    }
    const char *close = str_suggest(name, names, WQ_LEN(subs));
    if (close)
        err_set(e, EX_USAGE_, "state: no \"%s\"; did you mean \"%s\"?", name,
                close);
    else
        err_set(e, EX_USAGE_, "state: info, inputs, runs, verify, compact, "
                "forget, accept or discard, not \"%s\"", name);
    return NULL;
}

/* The folder itself, or what the pipeline says; the caller frees it.  NULL with
 * e; e->code 0: the pipeline's errors were printed, and *code is theirs. */
static char *find_state(const char *path, int *code, struct err *e)
{
    struct stat st;
    char *dir = NULL;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        if (!(dir = strdup(path))) err_no_memory(e);
        return dir;
    }
    struct diags diags = { 0 };
    struct pipeline *p = pipeline_load(path, NULL, 0, &diags);
    diags_print(&diags, stderr);
    *code = diags.code;
    if (p && !p->state)
        err_set(e, EX_USAGE_, "the pipeline %s has no `state:`", path);
    else if (p && !(dir = strdup(p->state)))
        err_no_memory(e);
    pipeline_free(p);
    diags_free(&diags);
    return dir;
}

static int run(const struct options *o)
{
    struct err e = { 0 };
    int code = EX_FINE;
    if (o->n_args < 2) {
        err_set(&e, EX_USAGE_, "state: say what (info, inputs, runs, verify, "
                "compact, forget, accept, discard) and of which pipeline or folder");
        log_err(&e);
        return e.code;
    }
    struct view v = { .json = { .to = stdout },
                      .as_json = options_get(o, "json"),
                      .wants_dump = options_get(o, "dump"),
                      .memory = options_get(o, "memory"),
                      .args = o->args + 2, .n_args = o->n_args - 2 };
    const struct sub *sub = find_sub(o->args[0], &e);
    char *dir = NULL;
    if (sub && sub->wants_inputs != (v.n_args || v.memory)) {
        err_set(&e, EX_USAGE_, sub->wants_inputs ? "state %s: which inputs, or the "
                                              "memory of which stage?"
                : "state %s takes one pipeline or folder", sub->name);
    } else if (sub && (dir = find_state(o->args[1], &code, &e))) {
        int rc = state_exists(dir, &e);
        if (rc == 0)
            rc = sub->changes ? state_open(&v.state, dir, LOCK_FAIL, 0, -1, &e)
                              : state_view(&v.state, dir, &e);
        if (rc == 0) sub->run(&v, &e);
        state_close(&v.state);
    }
    free(dir);
    if (!e.code) return code;
    log_err(&e);
    return e.code;
}

int cli_state(int argc, char **argv)
{
    struct options o;
    int code = options_take(table, argc, argv,
                            "state info|inputs|runs|verify PIPELINE|DIR\n"
                            "       warraq state compact|accept|discard "
                            "PIPELINE|DIR\n"
                            "       warraq state forget PIPELINE|DIR "
                            "INPUT...|--memory=LABEL",
                            "Shows what the runs of a `state:` have read and "
                            "written, sees that it is sound,\nmakes it "
                            "smaller, or forgets inputs or what a stage "
                            "remembers.", &o);
    if (code < 0) code = run(&o);
    options_free(&o);
    return code;
}
