/* json.c - see json.h. */
#include "cli/json.h"
#include "config/columns.h"
#include <inttypes.h>
#include <string.h>

static void put_string(FILE *to, const char *s)
{
    size_t n = strlen(s);
    putc('"', to);
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        size_t len = utf8_step(s + i, n - i, &cp);
        if (!len) fputs("\\ufffd", to);
        else if (cp == '"' || cp == '\\') fprintf(to, "\\%c", (char)cp);
        else if (cp == '\n') fputs("\\n", to);
        else if (cp < 0x20) fprintf(to, "\\u%04x", (unsigned)cp);
        else fwrite(s + i, 1, len, to);
        i += len ? len : 1;
    }
    putc('"', to);
}

/* The comma, line and name in front of a value. */
static void begin(struct json *j, const char *name)
{
    if (j->depth > 0) {
        fputs(j->is_first[j->depth] ? "\n" : ",\n", j->to);
        fprintf(j->to, "%*s", (int)(2 * j->depth), "");
    }
    j->is_first[j->depth] = false;
    if (!name) return;
    put_string(j->to, name);
    fputs(": ", j->to);
}

void json_open(struct json *j, const char *name, char bracket)
{
    begin(j, name);
    putc(bracket, j->to);
    if (j->depth + 1 < JSON_DEPTH) j->depth++;
    j->is_first[j->depth] = true;
}

void json_close(struct json *j, char bracket)
{
    bool is_empty = j->is_first[j->depth];
    if (j->depth > 0) j->depth--;
    if (!is_empty) fprintf(j->to, "\n%*s", (int)(2 * j->depth), "");
    putc(bracket, j->to);
    if (j->depth == 0) putc('\n', j->to);
}

void json_text(struct json *j, const char *name, const char *s)
{
    begin(j, name);
    if (s) put_string(j->to, s);
    else fputs("null", j->to);
}

void json_int(struct json *j, const char *name, int64_t v)
{
    begin(j, name);
    fprintf(j->to, "%" PRId64, v);
}

void json_real(struct json *j, const char *name, double v)
{
    begin(j, name);
    fprintf(j->to, "%.15g", v);
}

void json_bool(struct json *j, const char *name, bool v)
{
    begin(j, name);
    fputs(v ? "true" : "false", j->to);
}
