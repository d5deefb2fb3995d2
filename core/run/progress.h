/* progress.h - a line on the terminal that says how far a run has come. */
#ifndef WQ_RUN_PROGRESS_H
#define WQ_RUN_PROGRESS_H
#include <stdbool.h>
#include <stdint.h>

struct progress_line {
    bool is_shown;
    uint64_t total_bytes; /* of the input files, as they lie; 0: unknown */
    int64_t start_ms, last_ms;
};
/* Shows, or shows anew, at most four times a second. */
void progress_show(struct progress_line *p, uint64_t articles, uint64_t bytes,
                   uint64_t kept, uint64_t dropped);
/* Takes the line away. */
void progress_clear(struct progress_line *p);
int64_t progress_now_ms(void);
#endif
