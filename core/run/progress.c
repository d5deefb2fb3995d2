/* progress.c - see progress.h. */
#include "run/progress.h"
#include "base/err.h"
#include <inttypes.h>
#include <time.h>
#include <unistd.h>

enum { EVERY_MS = 250 };

int64_t progress_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void put(const char *text, size_t n)
{
    ssize_t done = write(STDERR_FILENO, text, n);
    (void)done;
}

void progress_show(struct progress_line *p, uint64_t articles, uint64_t bytes,
                   uint64_t kept, uint64_t dropped)
{
    int64_t now = progress_now_ms();
    if (now - p->last_ms < EVERY_MS) return;
    p->last_ms = now;
    double seconds = (double)(now - p->start_ms) / 1000 + 1e-9;
    char text[256];
    size_t n = text_format(text, sizeof text,
                           "\r\033[K%" PRIu64 " articles, %.1f MB/s, "
                           "%" PRIu64 " kept, %" PRIu64 " dropped",
                           articles, (double)bytes / 1e6 / seconds, kept,
                           dropped);
    /* Compressed input counts unpacked bytes, so the share is left out once it
     * makes no sense. */
    if (p->total_bytes > bytes && bytes)
        n += text_format(text + n, sizeof text - n, ", %.0f s left",
                         seconds * (double)(p->total_bytes - bytes)
                             / (double)bytes);
    put(text, n);
    p->is_shown = true;
}

void progress_clear(struct progress_line *p)
{
    static const char clear[] = "\r\033[K";
    if (p->is_shown) put(clear, sizeof clear - 1);
    p->is_shown = false;
}
