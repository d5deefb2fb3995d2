/* flow.c - see flow.h. */
#include "run/flow.h"
#include "base/names.h"
#include <stdint.h>
#include <stdlib.h>

#define NOBODY SIZE_MAX

/* What is known of a name in front of a stage. */
struct fact {
    wq_key name, over; /* over: layers only */
    size_t writer;     /* place of the stage; NOBODY: the input */
    size_t lost_by;    /* layers: the stage that rewrote the field; NOBODY */
    bool is_read;      /* layers: by a stage behind the writer */
};
struct facts {
    struct fact *list;
    size_t n, cap;
};

struct flow {
    const struct plan *plan;
    struct diags *diags;
    struct facts layers, fields, cuts;
};

/* Newest first, so that a layer written twice counts as last written. */
static struct fact *find(const struct facts *f, wq_key name)
{
    for (size_t i = f->n; i-- > 0;)
        if (f->list[i].name == name) return &f->list[i];
    return NULL;
}

static void learn(struct flow *f, struct facts *facts, struct fact fact)
{
    if (facts->n == facts->cap) {
        size_t cap = facts->cap ? facts->cap * 2 : 16;
        struct fact *list = realloc(facts->list, cap * sizeof *list);
        if (!list) {
            diags_no_memory(f->diags);
            return;
        }
        facts->list = list;
        facts->cap = cap;
    }
    facts->list[facts->n++] = fact;
}

wq_key flow_over(const struct plan_stage *s)
{
    for (uint32_t i = 0; i < s->desc->n_params; i++) {
        uint32_t t = s->desc->params[i].type;
        if ((t == WQ_FIELD_IN || t == WQ_FIELD_OUT)
            && config_count(s->config, i) > 0)
            return config_get_key(s->config, i, 0);
    }
    return names_intern_own(str("text"));
}

static const struct plan_stage *stage(const struct flow *f, size_t i)
{
    return &f->plan->stages[i];
}

static size_t line_of(const struct flow *f, size_t i)
{
    return stage(f, i)->cfg->name_node->at.line;
}

/* A stage at place s; s is n_stages: the format of the output, which comes
 * behind all of them. */
static const struct wq_config *config_of(const struct flow *f, size_t s)
{
    return s < f->plan->n_stages ? stage(f, s)->config : f->plan->output.config;
}

static const struct cfg_node *node_of(const struct flow *f, size_t s)
{
    const struct cfg_io *out = &f->plan->pipeline->output;
    if (s < f->plan->n_stages) return stage(f, s)->cfg->name_node;
    return out->format_node ? out->format_node
           : out->path_node ? out->path_node : out->node;
}

/* Writes what reads the layers there: stage "tag", format "vertical". */
static void name_reader(const struct flow *f, size_t s, char *out, size_t cap)
{
    if (s < f->plan->n_stages)
        text_format(out, cap, "stage \"%s\"", stage(f, s)->cfg->label);
    else
        text_format(out, cap, "format \"%s\"", f->plan->output.desc->name);
}

static void report(struct flow *f, size_t s, uint32_t param, const char *hint,
                   const char *fmt, ...) ERR_PRINTF(5, 6);
/* At the parameter's value, or, for a default, at the stage's name. */
static void report(struct flow *f, size_t s, uint32_t param, const char *hint,
                   const char *fmt, ...)
{
    const struct param_value *v = &config_of(f, s)->values[param];
    const struct cfg_node *name = node_of(f, s);
    struct place top = { f->plan->pipeline->file, 0, 0 };
    char text[512];
    va_list args;
    va_start(args, fmt);
    text_vformat(text, sizeof text, fmt, args);
    va_end(args);
    struct place at = v->at.file ? v->at : name ? name->at : top;
    size_t width = v->at.file ? v->width : name ? name->width : 0;
    diag_error(f->diags, EX_PIPELINE, at, width, hint, "%s", text);
}

/* A stage behind `after` that writes the layer; NOBODY if there is none. */
static size_t later_writer(const struct flow *f, size_t after, wq_key layer)
{
    for (size_t i = after; i < f->plan->n_stages; i++) {
        const struct plan_stage *s = stage(f, i);
        for (uint32_t p = 0; s->desc && p < s->desc->n_params; p++)
            for (uint32_t k = 0; k < config_count(s->config, p); k++)
                if (s->desc->params[p].type == WQ_LAYER_OUT
                    && config_get_key(s->config, p, k) == layer)
                    return i;
    }
    return NOBODY;
}

/* A stage of those found that writes the layer unless told otherwise. */
static const char *known_writer(const struct flow *f, wq_str layer)
{
    const struct plugins *set = f->plan->plugins;
    for (size_t i = 0; i < set->n; i++)
        for (size_t k = 0; k < set->list[i].n_stages; k++) {
            const wq_stage *s = &set->list[i].stages[k];
            for (uint32_t p = 0; p < s->n_params; p++)
                if (s->params[p].type == WQ_LAYER_OUT && s->params[p].fallback
                    && str_is(layer, s->params[p].fallback))
                    return s->name;
        }
    return NULL;
}

static void missing_layer(struct flow *f, size_t s, uint32_t param,
                          wq_key layer)
{
    wq_str name = names_get(layer);
    const char *known;
    const struct fact *lost = find(&f->layers, layer);
    size_t later = later_writer(f, s + 1, layer);
    char hint[256], reader[200];
    name_reader(f, s, reader, sizeof reader);
    if (lost) {
        text_format(hint, sizeof hint, "put \"%s\" before \"%s\"",
                    stage(f, lost->lost_by)->cfg->label,
                    stage(f, lost->writer)->cfg->label);
        report(f, s, param, hint,
               "%s needs the layer \"%.*s\", which is lost: \"%s\" "
               "(line %zu) rewrites \"%.*s\" after \"%s\" (line %zu) wrote it",
               reader, STR_ARG(name), stage(f, lost->lost_by)->cfg->label,
               line_of(f, lost->lost_by), STR_ARG(names_get(lost->over)),
               stage(f, lost->writer)->cfg->label, line_of(f, lost->writer));
        return;
    }
    if (later != NOBODY)
        text_format(hint, sizeof hint, "\"%s\" on line %zu writes it: put that "
                    "before", stage(f, later)->cfg->label, line_of(f, later));
    else if ((known = known_writer(f, name)))
        text_format(hint, sizeof hint, "the stage \"%s\" writes it", known);
    else
        text_format(hint, sizeof hint, "no stage found writes it");
    report(f, s, param, hint, "%s needs the layer \"%.*s\", which nothing "
           "before it writes", reader, STR_ARG(name));
}

static void missing_field(struct flow *f, size_t s, uint32_t param,
                          wq_key field)
{
    const struct plan_format *in = &f->plan->input;
    char hint[256];
    size_t n = text_format(hint, sizeof hint, "its records have");
    for (size_t i = 0; in->desc->fields[i]; i++)
        n += text_format(hint + n, sizeof hint - n, "%s %s", i ? "," : "",
                         in->desc->fields[i]);
    report(f, s, param, hint, "stage \"%s\" reads the field \"%.*s\", which "
           "the format \"%s\" does not have and no stage before it sets",
           stage(f, s)->cfg->label, STR_ARG(names_get(field)), in->desc->name);
}

/* Does the stage say which field its layers lie over: is the first that it names
 * one that it needs? */
static bool has_field(const struct plan_stage *s)
{
    for (uint32_t i = 0; i < s->desc->n_params; i++) {
        const wq_param *p = &s->desc->params[i];
        if (p->type == WQ_FIELD_IN || p->type == WQ_FIELD_OUT)
            return p->type == WQ_FIELD_IN
                   && !(p->flags & (WQ_OPTIONAL | WQ_LIST));
    }
    return false;
}

/* The offsets of one field's layer mean nothing in another. */
static void check_over(struct flow *f, size_t s, uint32_t param,
                       const struct fact *layer)
{
    const struct plan_stage *reader = stage(f, s);
    wq_key field = flow_over(reader);
    char hint[300];
    if (!has_field(reader) || field == layer->over) return;
    text_format(hint, sizeof hint, "both must look at one field");
    report(f, s, param, hint,
           "stage \"%s\" looks at \"%.*s\" and needs the layer \"%.*s\", "
           "which \"%s\" (line %zu) writes over \"%.*s\"",
           reader->cfg->label, STR_ARG(names_get(field)),
           STR_ARG(names_get(layer->name)), stage(f, layer->writer)->cfg->label,
           line_of(f, layer->writer), STR_ARG(names_get(layer->over)));
}

static void read_layer(struct flow *f, size_t s, uint32_t param, wq_key name,
                       bool is_needed)
{
    struct fact *layer = find(&f->layers, name);
    if (!layer || layer->lost_by != NOBODY) {
        if (is_needed) missing_layer(f, s, param, name);
        return;
    }
    layer->is_read = true;
    if (s < f->plan->n_stages) check_over(f, s, param, layer);
}

static void read_one(struct flow *f, size_t s, uint32_t param, wq_key name)
{
    const wq_param *p = &stage(f, s)->desc->params[param];
    if (p->type == WQ_LAYER_IN) {
        read_layer(f, s, param, name, !(p->flags & WQ_OPTIONAL));
    } else if (p->type == WQ_FIELD_IN && !(p->flags & WQ_OPTIONAL)
               && f->plan->input.desc && f->plan->input.desc->fields
               && !find(&f->fields, name)) {
        missing_field(f, s, param, name);
    }
}

static void write_field(struct flow *f, size_t s, uint32_t param, wq_key name)
{
    const struct fact *cut = find(&f->cuts, name);
    char hint[200];
    if (cut) {
        text_format(hint, sizeof hint, "put \"%s\" before \"%s\"",
                    stage(f, s)->cfg->label, stage(f, cut->writer)->cfg->label);
        report(f, s, param, hint, "stage \"%s\" rewrites \"%.*s\" after \"%s\" "
               "(line %zu) has taken text out of it, so that the text could "
               "not be put back", stage(f, s)->cfg->label,
               STR_ARG(names_get(name)), stage(f, cut->writer)->cfg->label,
               line_of(f, cut->writer));
    }
    for (size_t i = 0; i < f->layers.n; i++)
        if (f->layers.list[i].over == name
            && f->layers.list[i].lost_by == NOBODY)
            f->layers.list[i].lost_by = s;
    learn(f, &f->fields, (struct fact){ name, 0, s, NOBODY, false });
}

/* A record has one layer of a name: a second takes the place of the first.  A
 * later stage may write one anew, but not over another field. */
static void write_layer(struct flow *f, size_t s, uint32_t param, wq_key name)
{
    const struct fact *old = find(&f->layers, name);
    const struct plan_stage *writer = stage(f, s);
    const char *hint = "each layer needs a name of its own";
    if (old && old->writer == s)
        report(f, s, param, hint, "stage \"%s\" would write two layers "
               "\"%.*s\", of which one would be lost", writer->cfg->label,
               STR_ARG(names_get(name)));
    else if (old && old->lost_by == NOBODY && !old->is_read
             && old->over != flow_over(writer))
        report(f, s, param, hint, "stage \"%s\" writes the layer \"%.*s\" in "
               "place of the one of \"%s\" (line %zu), which nothing has read",
               writer->cfg->label, STR_ARG(names_get(name)),
               stage(f, old->writer)->cfg->label, line_of(f, old->writer));
    learn(f, &f->layers, (struct fact){ name, flow_over(writer), s, NOBODY,
                                        false });
}

enum step { READ, WRITE_FIELDS, WRITE_LAYERS, CUT, STEPS };

static void do_step(struct flow *f, size_t s, enum step step, uint32_t param,
                    wq_key name)
{
    const wq_param *p = &stage(f, s)->desc->params[param];
    switch (step) {
    case READ: read_one(f, s, param, name); break;
    case WRITE_FIELDS:
        if (p->type == WQ_FIELD_OUT) write_field(f, s, param, name);
        break;
    case WRITE_LAYERS:
        if (p->type == WQ_LAYER_OUT) write_layer(f, s, param, name);
        break;
    case CUT:
        if (p->type == WQ_FIELD_IN && (p->flags & WQ_CUTS))
            learn(f, &f->cuts, (struct fact){ name, 0, s, NOBODY, false });
        break;
    case STEPS: break;
    }
}

/* The format of the output reads what the last stage left. */
static void read_output(struct flow *f)
{
    const struct plan_format *out = &f->plan->output;
    uint32_t n = out->desc && out->config ? out->desc->n_params : 0;
    for (uint32_t p = 0; p < n; p++) {
        const wq_param *param = &out->desc->params[p];
        if (param->type != WQ_LAYER_IN || param->flags & WQ_OPTIONAL) continue;
        for (uint32_t k = 0; k < config_count(out->config, p); k++)
            read_layer(f, f->plan->n_stages, p,
                       config_get_key(out->config, p, k), true);
    }
}

void flow_check(const struct plan *plan, struct diags *diags)
{
    struct flow f = { .plan = plan, .diags = diags };
    const wq_format *in = plan->input.desc;
    /* The host gives every record an id. */
    learn(&f, &f.fields, (struct fact){ names_intern_own(str("id")), 0, NOBODY,
                                        NOBODY, false });
    for (size_t i = 0; in && in->fields && in->fields[i]; i++)
        learn(&f, &f.fields, (struct fact){ names_intern_own(str(in->fields[i])),
                                            0, NOBODY, NOBODY, false });
    for (size_t s = 0; s < plan->n_stages; s++) {
        const struct plan_stage *st = &plan->stages[s];
        if (!st->desc) continue;
        for (enum step step = READ; step < STEPS; step++)
            for (uint32_t p = 0; p < st->desc->n_params; p++)
                for (uint32_t k = 0; st->desc->params[p].type >= WQ_FIELD_IN
                                     && k < config_count(st->config, p); k++)
                    do_step(&f, s, step, p, config_get_key(st->config, p, k));
    }
    read_output(&f);
    free(f.layers.list);
    free(f.fields.list);
    free(f.cuts.list);
}
