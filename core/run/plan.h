/* plan.h - a pipeline resolved against the plugins: what will run, with which
 * values, and proof that every layer and field a stage needs is there.
 *
 * Checked here: stages and formats exist; parameters exist (with a suggestion),
 * have the right type and range, required ones are there; a layer is written
 * before it is read and not lost in between by a rewrite of its field; no field
 * is rewritten after text was taken out of it; the output is none of the
 * inputs.  Every error is reported, in the order of the file. */
#ifndef WQ_RUN_PLAN_H
#define WQ_RUN_PLAN_H
#include "config/pipeline.h"
#include "plugin/params.h"
#include "plugin/plugin.h"

struct plan_stage {
    const struct cfg_stage *cfg;
    const wq_stage *desc;
    const struct plugin *from;
    struct wq_config *config;
    void *shared; /* what open() gave: opened once, by plan_make */
    bool is_open;
};
struct plan_format {
    const wq_format *desc; /* NULL: chosen for each file by suffix and sniffing */
    const struct plugin *from;
    struct wq_config *config;
};
struct plan {
    struct pipeline *pipeline;
    struct plugins *plugins;
    struct plan_stage *stages;
    size_t n_stages;
    struct plan_format input, output;
    struct plan_format *readers; /* input.desc NULL: every format that reads,
                                    with default values                      */
    size_t n_readers;
    struct plan_format jsonl; /* of `dropped` and `rejects`, default values */
    struct plan_format plain; /* jsonl with `plain: true`: reads all as fields */
    struct arena arena;
};

/* Stages and formats are opened, so that what they dislike about their
 * parameters is reported with the rest.  Inputs given on the command line
 * replace p->input.paths (and path_nodes, by NULL) before.
 * Returns NULL after adding every error to diags.  Borrows the pipeline and
 * the plugins, which must outlive it.  [main] */
struct plan *plan_make(struct pipeline *p, struct plugins *plugins,
                       struct diags *diags);
void plan_free(struct plan *plan);
#endif
