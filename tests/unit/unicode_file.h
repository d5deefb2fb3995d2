/* unicode_file.h - reads the data files of tests/data/unicode, packed with zstd
 * or as they are, a line at a time. */
#ifndef UNICODE_FILE_H
#define UNICODE_FILE_H
#include "text/props.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

struct unicode_file {
    char *text, *at; /* NUL at the end */
};

/* The whole of tests/data/unicode/NAME, unpacked if it ends in .zst; the caller
 * frees .text. */
static inline struct unicode_file unicode_open(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, SRCDIR "/tests/data/unicode/%s", name);
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "%s cannot be opened", path);
    fseek(f, 0, SEEK_END);
    size_t n = (size_t)ftell(f);
    rewind(f);
    char *text = malloc(n + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(fread(text, 1, n, f), n);
    fclose(f);
    if (strcmp(name + strlen(name) - 4, ".zst") == 0) {
        size_t size = (size_t)ZSTD_getFrameContentSize(text, n);
        ck_assert_uint_lt(size, (size_t)1 << 26);
        char *whole = malloc(size + 1);
        ck_assert_ptr_nonnull(whole);
        n = ZSTD_decompress(whole, size, text, n);
        ck_assert_uint_eq(n, size);
        free(text);
        text = whole;
    }
    text[n] = '\0';
    return (struct unicode_file){ text, text };
}

/* The next line, its line feed made NUL; NULL at the end. */
static inline char *unicode_line(struct unicode_file *file)
{
    char *line = file->at;
    if (!*line) return NULL;
    char *end = line + strcspn(line, "\n");
    file->at = *end ? end + 1 : end;
    *end = '\0';
    return line;
}

/* The code points at *s, in hex and apart by spaces, as UTF-8 into out; moves *s
 * behind them and behind a semicolon.  Returns the bytes. */
static inline size_t unicode_points(const char **s, char *out, size_t room)
{
    size_t n = 0;
    const char *at = *s + strspn(*s, " ");
    while (*at && *at != ';') {
        char *end;
        unsigned long c = strtoul(at, &end, 16);
        ck_assert_ptr_ne(at, end);
        ck_assert_uint_le(n + 4, room);
        n += text_encode((uint32_t)c, (uint8_t *)out + n);
        at = end + strspn(end, " ");
    }
    *s = *at ? at + 1 : at;
    return n;
}

/* A test string and where it breaks, in bytes. */
enum { BREAK_CASE_MAX = 256 };
struct break_case {
    char text[BREAK_CASE_MAX];
    size_t n;
    size_t breaks[BREAK_CASE_MAX], n_breaks;
};

/* "÷ 0041 × 0308 ÷ # ..." -> struct break_case; 0 for a line that is none. */
static inline int unicode_breaks(const char *s, struct break_case *out)
{
    memset(out, 0, sizeof *out);
    while (*s && *s != '#') {
        if (memcmp(s, "\xC3\xB7", 2) == 0) {
            out->breaks[out->n_breaks++] = out->n;
            s += 2;
        } else if (memcmp(s, "\xC3\x97", 2) == 0) {
            s += 2;
        } else if (*s == ' ' || *s == '\t') {
            s++;
        } else {
            char *end;
            unsigned long c = strtoul(s, &end, 16);
            ck_assert_ptr_ne(s, end);
            out->n += text_encode((uint32_t)c, (uint8_t *)out->text + out->n);
            s = end;
        }
    }
    return out->n > 0;
}
#endif
