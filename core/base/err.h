/* err.h - one error: what kind, where, and a sentence.
 *
 * Whoever knows most fills it, once; callers put context in front.  Codes are
 * the exit codes of the command (sysexits.h), so an error knows how the
 * program should end. */
#ifndef WQ_BASE_ERR_H
#define WQ_BASE_ERR_H
#include <stdarg.h>
#include <stddef.h>

enum {
    EX_FINE = 0,
    EX_FOUND = 1,       /* check, test or prove found something              */
    EX_USAGE_ = 64,     /* the command line is wrong                         */
    EX_DATA = 65,       /* bad data and on_error: stop; damaged input        */
    EX_NO_INPUT = 66,   /* a named file is missing                           */
    EX_NO_PLUGIN = 69,  /* a plugin is missing or refused                    */
    EX_INTERNAL = 70,   /* our bug, or a plugin's                            */
    EX_NO_MEMORY = 71,  /* out of memory or of another resource              */
    EX_CANT_CREATE = 73,/* an output cannot be created                       */
    EX_IO = 74,         /* reading or writing failed                         */
    EX_LATER = 75,      /* stopped, or lock held: try again                  */
    EX_NO_PERM = 77,    /* permission denied                                 */
    EX_PIPELINE = 78    /* the pipeline file is wrong                        */
};

/* A place in a file.  line and column count from 1, in code points; 0: none. */
struct place {
    const char *file; /* borrowed; NULL: none */
    size_t line, column;
};

struct err {
    int code;
    struct place at;
    char text[512]; /* UTF-8, cut between code points */
};

#define ERR_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Fills e (NULL: nothing happens) with a code and a sentence.  Returns -1, so
 * that `return err_set(...)` reads well.  [any] */
int err_set(struct err *e, int code, const char *fmt, ...) ERR_PRINTF(3, 4);
int err_vset(struct err *e, int code, const char *fmt, va_list args);
/* Puts context in front: "cannot load x.so: " + what it said.  Returns -1. */
int err_in_front(struct err *e, const char *fmt, ...) ERR_PRINTF(2, 3);
/* An error as another process told it, which a plugin may have broken: the code is
 * one of ours, the text ends, and there is no place, which lies over there. */
void err_take(const struct err *told, struct err *e);
/* The exit code for an errno: EX_NO_MEMORY (memory, descriptors), EX_NO_PERM, or
 * `otherwise`.  Cannot fail.  [any] */
int err_code(int number, int otherwise);
/* "out of memory", EX_NO_MEMORY.  Returns -1. */
int err_no_memory(struct err *e);
/* As vsnprintf, but never cuts a UTF-8 sequence in half.  Returns the length
 * written. */
size_t text_vformat(char *out, size_t cap, const char *fmt, va_list args);
size_t text_format(char *out, size_t cap, const char *fmt, ...) ERR_PRINTF(3, 4);

#endif
