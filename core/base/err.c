/* err.c - filling struct err; see err.h. */
#include "base/err.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

size_t text_vformat(char *out, size_t cap, const char *fmt, va_list args)
{
    if (cap == 0) return 0;
    int n = vsnprintf(out, cap, fmt, args);
    if (n < 0) {
        out[0] = '\0';
        return 0;
    }
    if ((size_t)n < cap) return (size_t)n;
    size_t end = cap - 1, lead = end;
    /* Was a sequence cut?  Go back to its first byte and see if it is whole
     * (RFC 3629 s. 3: the lead byte tells the length). */
    while (lead > 0 && ((unsigned char)out[lead - 1] & 0xC0) == 0x80) lead--;
    if (lead > 0) {
        unsigned char c = (unsigned char)out[lead - 1];
        size_t need = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        if (lead - 1 + need > end) end = lead - 1;
    }
    out[end] = '\0';
    return end;
}

size_t text_format(char *out, size_t cap, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    size_t n = text_vformat(out, cap, fmt, args);
    va_end(args);
    return n;
}

int err_vset(struct err *e, int code, const char *fmt, va_list args)
{
    if (!e) return -1;
    e->code = code;
    e->at = (struct place){ 0 };
    text_vformat(e->text, sizeof e->text, fmt, args);
    return -1;
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    err_vset(e, code, fmt, args);
    va_end(args);
    return -1;
}

int err_in_front(struct err *e, const char *fmt, ...)
{
    if (!e) return -1;
    char rest[sizeof e->text];
    memcpy(rest, e->text, sizeof rest);
    va_list args;
    va_start(args, fmt);
    size_t n = text_vformat(e->text, sizeof e->text, fmt, args);
    va_end(args);
    text_format(e->text + n, sizeof e->text - n, "%s", rest);
    return -1;
}

void err_take(const struct err *told, struct err *e)
{
    *e = *told;
    e->at = (struct place){ 0 };
    e->text[sizeof e->text - 1] = '\0';
    if (e->code < 0 || e->code > EX_PIPELINE) e->code = EX_INTERNAL;
}

int err_code(int number, int otherwise)
{
    switch (number) {
    case ENOMEM: case EMFILE: case ENFILE: return EX_NO_MEMORY;
    case EACCES: case EPERM: return EX_NO_PERM;
    default: return otherwise;
    }
}

int err_no_memory(struct err *e)
{
    return err_set(e, EX_NO_MEMORY, "out of memory");
}
