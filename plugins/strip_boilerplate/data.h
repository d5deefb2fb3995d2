/* data.h - the cue files and the model's weights, compiled in by embed.awk. */
#ifndef STRIP_BOILERPLATE_DATA_H
#define STRIP_BOILERPLATE_DATA_H
#include <stddef.h>

struct data_file {
    const char *name; /* without folder and suffix: "ar", "weights" */
    const char *content;
    size_t n;
};
extern const struct data_file data_files[];
extern const size_t n_data_files;
#endif
