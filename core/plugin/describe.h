/* describe.h - a foreign descriptor becomes ours, or is refused with a reason.
 * Internal to core/plugin. */
#ifndef WQ_PLUGIN_DESCRIBE_H
#define WQ_PLUGIN_DESCRIBE_H
#include "plugin/plugin.h"

/* Checks a descriptor found in a file and copies it into `out`, in structs of
 * this host's size.  Strings stay the plugin's, which is never unloaded.
 * Returns 0, or -1 with e filled. */
int plugin_describe(const wq_plugin *desc, struct arena *arena,
                    struct plugin *out, struct err *e);
#endif
