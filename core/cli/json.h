/* json.h - what a verb prints with --json: objects and lists, written as they
 * come.  Strings are UTF-8; bytes that are not become U+FFFD. */
#ifndef WQ_CLI_JSON_H
#define WQ_CLI_JSON_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH = 16 };
struct json {
    FILE *to;
    unsigned depth;
    bool is_first[JSON_DEPTH];
};

/* `name` in each: of the member; NULL in a list and at the top. */
void json_open(struct json *j, const char *name, char bracket); /* '{' or '[' */
void json_close(struct json *j, char bracket);                  /* '}' or ']' */
void json_text(struct json *j, const char *name, const char *s); /* NULL: null */
void json_int(struct json *j, const char *name, int64_t v);
void json_real(struct json *j, const char *name, double v);
void json_bool(struct json *j, const char *name, bool v);
#endif
