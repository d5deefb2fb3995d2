/* replay.c - `warraq replay`: a run whose input are rejects. */
#include "cli/cli.h"
#include "run/run.h"
#include <stdlib.h>

/* Without a state nothing tells what this run writes from what the first one
 * wrote: it all goes beside the output that the command line names. */
static int place_outputs(struct loaded *l, const struct run_options *run,
                         struct err *e)
{
    static const char rejects[] = "rejects.jsonl", dropped[] = "dropped.jsonl";
    struct pipeline *p = l->pipeline;
    if (!run->output)
        return err_set(e, EX_USAGE_, "replay: the pipeline has no `state:`, and "
                       "what it wrote must not be overwritten; say where the "
                       "articles go (-o PATH)");
    p->rejects = NULL;
    if (!p->dropped) return 0;
    char *beside = run_default_rejects(p, run->output);
    char *path = beside ? arena_copy(&p->arena, beside, strlen(beside) + 1)
                        : NULL;
    free(beside);
    if (!path) return err_no_memory(e);
    memcpy(path + strlen(path) - (sizeof rejects - 1), dropped, sizeof dropped);
    p->dropped = path;
    return 0;
}

static int prepare(struct loaded *l, struct run_options *run, struct err *e)
{
    run->is_replay = true;
    if (run->n_inputs == 0)
        return err_set(e, EX_USAGE_, "replay: which rejects?");
    return l->pipeline->state ? 0 : place_outputs(l, run, e);
}

int cli_replay(int argc, char **argv)
{
    static const struct run_verb verb = {
        .name = "replay", .usage = "replay PIPELINE REJECTS...",
        .about = "Runs rejected articles through a pipeline again.  REJECTS: "
                 "what runs have\nwritten as rejects, mended or not (files, "
                 "folders, patterns; - for standard\ninput, without a `state:`).",
        .prepare = prepare,
    };
    return cli_run_verb(&verb, argc, argv);
}
