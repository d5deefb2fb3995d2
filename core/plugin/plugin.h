/* plugin.h - plugins found, probed, loaded and described.
 *
 * Unknown files are probed in a forked child, so that one that crashes while
 * loading is reported instead of taking us along; then loaded with
 * RTLD_NOW | RTLD_LOCAL and never closed.  Descriptors are copied into structs
 * of this host's size, walked with the plugin's strides, members it does not
 * have being zero: the rest of core never meets a foreign layout. */
#ifndef WQ_PLUGIN_PLUGIN_H
#define WQ_PLUGIN_PLUGIN_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include <stdbool.h>

struct plugin {
    const char *file; /* full path */
    const char *name, *version, *license, *url;
    const wq_stage *stages;   /* n_stages of this host's size */
    const wq_format *formats;
    size_t n_stages, n_formats;
    bool refused;
    struct err why; /* refused: what is wrong and the way out */
};

struct plugins {
    struct plugin *list;
    size_t n, cap;
    struct arena arena;
};

/* Loads every plugin of the search path: `dirs` (folders or .so files, in
 * order), WARRAQ_PLUGIN_PATH (colon-separated), the folder installed into (or,
 * from a build tree, its plugins).  A file met twice is loaded once; a refused
 * one stays in the list with its reason.  Two plugins that offer one stage or
 * format name: -1, naming both files.  [main] */
int plugins_find(struct plugins *set, const char *const *dirs, size_t n_dirs,
                 struct err *e);
void plugins_free(struct plugins *set);

/* By name; *from (may be NULL): the plugin.  NULL: not there; *e then says so,
 * or why the plugin whose file name fits was refused. */
const wq_stage *plugins_stage(const struct plugins *set, const char *name,
                              const struct plugin **from, struct err *e);
const wq_format *plugins_format(const struct plugins *set, const char *name,
                                const struct plugin **from, struct err *e);
/* The name that may have been meant, or NULL. */
const char *plugins_closest_stage(const struct plugins *set, const char *name);
const char *plugins_closest_format(const struct plugins *set, const char *name);
#endif
