/* parse.h - one line of JSON as the members of its object. */
#ifndef JSONL_PARSE_H
#define JSONL_PARSE_H
#include <warraq/plugin.h>

/* Why a line is no record. */
struct json_fault {
    const char *reason; /* "bad_json", ...; NULL: no memory */
    size_t at;          /* byte of the line */
    char text[120];     /* a sentence, ASCII */
};

struct json_parser;
/* leave: the host's no_memory.  NULL: no memory. */
struct json_parser *json_parser_new(void (*leave)(void));
void json_parser_free(struct json_parser *parser);
/* Reads the JSON object p[0..n); p[n .. n + WQ_PADDING) is readable.  Returns
 * 0 and the members in order, or -1 with the fault filled.  Names may repeat.
 * Views into p or the parser: they live until the next call.
 *   utf8_valid  text/1's, to find the byte that is no UTF-8; may be NULL */
int json_parse(struct json_parser *parser, const char *p, size_t n,
               size_t (*utf8_valid)(const char *p, size_t n),
               const wq_member **members, size_t *count,
               struct json_fault *fault);
/* Memory for n bytes, aligned to 16, that lives as long as the members.  NULL:
 * no memory. */
void *json_keep(struct json_parser *parser, size_t n);

/* Bytes of the JSON number (RFC 8259 s. 6) at the start of p[0..n); 0: none. */
size_t json_number_length(const char *p, size_t n);
#endif
