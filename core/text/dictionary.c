/* dictionary.c - words of scripts without spaces, by ICU's dictionaries.  The
 * one file that knows of ICU.
 *
 * A run is letters of those scripts and the marks on them (dictionary_has).  A
 * run may be as long as a text, so it is handed to ICU in windows:
 *
 *       block k - 1  |        block k         |  block k + 1
 *               <---------- window k ----------->
 *               AROUND |        BLOCK         | AROUND      bytes of the text
 *
 * The word at p[i] is told by the window of the block that i lies in, less what
 * is not of its run.  So a run of at most AROUND bytes is whole in every window
 * that touches it, and a longer one is cut where ICU has seen at least AROUND
 * bytes (340 letters, dozens of words) on both sides; dictionaries are back in
 * step a few words behind a cut.  A word depends on the bytes of its window and
 * their place in the text, and on nothing else: calls may stop anywhere.
 *
 * Asking for word after word of a window would have ICU cut it each time.  So
 * each thread keeps its iterator together with the last window and where it
 * came apart.  That window is used again only for the same bytes, compared one
 * by one, at the same place: no answer depends on what was asked before.
 *
 * ICU 50 and later; its root locale, whose dictionaries know all these scripts.
 * Where it cannot be had, the caller does without.  That depends on the machine
 * alone: if memory runs out, here or in ICU, the process ends. */
#include "text/dictionary.h"
#include "base/nomem.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uclean.h>

#define BLOCK  4096
#define AROUND 1024
#define WINDOW (BLOCK + 2 * AROUND)

/* Bytes [begin, begin + n) of a text, cut. */
struct window {
    size_t begin, n;
};

struct reader { /* a thread's own */
    UBreakIterator *words; /* NULL: there is no dictionary */
    struct window is;
    uint8_t bytes[WINDOW];
    uint8_t ends[WINDOW + 1]; /* 1 where a word ends, by bytes of the window */
    UChar units[WINDOW];
    uint16_t unit_end[WINDOW]; /* byte behind each unit */
};

/* ---- a thread's reader ---- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void *icu_alloc(const void *context, size_t n)
{
    (void)context;
    return nomem_realloc(NULL, n);
}

static void *icu_realloc(const void *context, void *p, size_t n)
{
    (void)context;
    return nomem_realloc(p, n);
}

static void icu_free(const void *context, void *p)
{
    (void)context;
    free(p);
}

static void reader_free(void *p)
{
    struct reader *reader = p;
    if (reader->words) ubrk_close(reader->words);
    free(reader);
}

/* Before anything else of ICU is called. */
static void set_up(void)
{
    UErrorCode status = U_ZERO_ERROR;
    u_setMemoryFunctions(NULL, icu_alloc, icu_realloc, icu_free, &status);
    if (pthread_key_create(&key, reader_free) != 0) nomem_leave();
}

/* The calling thread's reader. */
static struct reader *reader_of_thread(void)
{
    pthread_once(&once, set_up);
    struct reader *reader = pthread_getspecific(key);
    if (reader) return reader;
    reader = nomem_realloc(NULL, sizeof *reader);
    memset(reader, 0, sizeof *reader);
    UErrorCode status = U_ZERO_ERROR;
    reader->words = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    if (U_FAILURE(status)) reader->words = NULL;
    if (pthread_setspecific(key, reader) != 0) nomem_leave();
    return reader;
}

/* ---- windows ---- */

static bool is_of_run(const uint8_t *p, size_t n, size_t i, size_t *bytes)
{
    uint32_t c;
    *bytes = text_decode(p + i, n - i, &c);
    const struct text_prop *prop = text_prop(c);
    return dictionary_has(prop) || prop->wb == WB_EXTEND
           || prop->wb == WB_FORMAT || prop->wb == WB_ZWJ;
}

/* The bounds of the window of p[i], whatever the run. */
static struct window bounds(size_t n, size_t i)
{
    size_t block = i / BLOCK * BLOCK;
    size_t begin = block > AROUND ? block - AROUND : 0;
    size_t end = n - block > BLOCK + AROUND ? block + BLOCK + AROUND : n;
    return (struct window){ begin, end - begin };
}

/* The run that p[i] is in, as far as its window reaches. */
static struct window run_around(const uint8_t *p, size_t n, size_t i)
{
    struct window within = bounds(n, i);
    size_t limit = within.begin + within.n, begin = i, end = i, bytes;
    while (begin > within.begin) {
        size_t before = text_before(p, begin);
        if (before < within.begin || !is_of_run(p, n, before, &bytes)) break;
        begin = before;
    }
    while (end < limit && is_of_run(p, n, end, &bytes) && bytes <= limit - end)
        end += bytes;
    return (struct window){ begin, end - begin };
}

/* Are the bytes of `is` in this text, too, and the window of p[i]? */
static bool is_window_of(const struct reader *reader, const uint8_t *p,
                         size_t n, size_t i)
{
    struct window is = reader->is, within = bounds(n, i);
    size_t bytes, end = is.begin + is.n, limit = within.begin + within.n;
    if (i < is.begin || i >= end || is.begin < within.begin || end > limit
        || memcmp(p + is.begin, reader->bytes, is.n) != 0)
        return false;
    /* Nothing more of the run on either side, within the bounds. */
    if (is.begin > within.begin) {
        size_t before = text_before(p, is.begin);
        if (before >= within.begin && is_of_run(p, n, before, &bytes))
            return false;
    }
    return end == limit || !is_of_run(p, n, end, &bytes)
           || bytes > limit - end;
}

/* Has ICU cut a window of p.  Returns whether it did. */
static bool cut(struct reader *reader, const uint8_t *p, struct window is)
{
    size_t units = 0;
    UErrorCode status = U_ZERO_ERROR;
    reader->is = (struct window){ 0, 0 };
    for (size_t at = 0; at < is.n;) {
        uint32_t c;
        at += text_decode(p + is.begin + at, is.n - at, &c);
        if (c >= 0x10000) {
            reader->unit_end[units] = (uint16_t)at;
            reader->units[units++] = (UChar)(0xD7C0 + (c >> 10));
            c = 0xDC00 | (c & 0x3FF);
        }
        reader->unit_end[units] = (uint16_t)at;
        reader->units[units++] = (UChar)c;
    }
    ubrk_setText(reader->words, reader->units, (int32_t)units, &status);
    if (U_FAILURE(status)) return false;
    memset(reader->ends, 0, is.n + 1);
    reader->ends[is.n] = 1;
    int32_t at;
    while ((at = ubrk_next(reader->words)) != UBRK_DONE)
        if (at > 0) reader->ends[reader->unit_end[at - 1]] = 1;
    memcpy(reader->bytes, p + is.begin, is.n);
    reader->is = is;
    return true;
}

size_t dictionary_end(const uint8_t *p, size_t n, size_t i)
{
    struct reader *reader = reader_of_thread();
    if (!reader->words) return 0;
    if (!is_window_of(reader, p, n, i)
        && !cut(reader, p, run_around(p, n, i)))
        return 0;
    size_t at = i - reader->is.begin;
    const uint8_t *end = memchr(reader->ends + at + 1, 1, reader->is.n - at);
    return end ? reader->is.begin + (size_t)(end - reader->ends) : 0;
}
