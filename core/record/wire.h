/* wire.h - records as bytes, and back: from one process to another and home again.
 *
 *   head | record record ... | names          items begin at multiples of 8
 *
 *   record   of, verdict, counts | fields | removed | layers | message
 *   key      up to `known`: itself, the same number on both sides; behind it: a
 *            place in `names`, for each process numbers new names as they come
 *
 * Numbers are as the machine has them.  Text and columns are not copied when they
 * are read: they are views of the message.  A record that comes home names what
 * was not changed (fields, layers) by its place in the record as it was sent, and
 * only the rest has travelled.
 *
 * Reading trusts nothing: lengths, places, counts, names, depth, spans and their
 * text are checked, whatever wrote the message; only that the text of a field is
 * UTF-8 is not looked at again. */
#ifndef WQ_RECORD_WIRE_H
#define WQ_RECORD_WIRE_H
#include "record/record.h"

enum {
    WIRE_CHILD = 1u, /* descends from record `of`; else it is that record      */
    WIRE_GONE = 2u   /* verdict, stage, reason and message say why             */
};

/* Names that are younger than `known`, in order of first use in a message; another
 * `known` needs a fresh one. */
struct wire_names {
    wq_key known;
    uint32_t *place; /* of key known + 1 + i: from 1; 0: not in this message   */
    size_t n_places;
    wq_key *list;
    size_t n, cap;
};
void wire_names_free(struct wire_names *n);

/* A message being written into p[0..cap); names is kept from one to the next. */
struct wire_out {
    char *p;
    size_t n, cap;
    bool has_failed; /* no room, or no memory */
    uint32_t n_records;
    struct wire_names *names;
};
void wire_begin(struct wire_out *out, char *p, size_t cap,
                struct wire_names *names);
/* of: its number, or that of the record it descends from.  was: as it came, if it
 * came by wire and goes home; NULL.  Borrows both. */
void wire_put(struct wire_out *out, const wq_record *r, uint32_t of,
              uint32_t flags, const wq_record *was);
/* Bytes of the message; 0: there was no room, or no memory. */
size_t wire_end(struct wire_out *out);

struct wire_name {
    wq_str text;
    wq_key key;
    bool is_used; /* by a record that was read */
};
/* A message being read. */
struct wire_in {
    const char *p;
    size_t n, at, end; /* records lie in p[at..end)                            */
    size_t owed;       /* bytes of them that items of lists begun have at least */
    uint32_t n_records;
    wq_key known;
    struct wire_name *names;
    size_t n_names, n_idle; /* idle: not used yet; at the end it is damage      */
    struct arena *arena;
};
/* Opens p[0..n), p at a multiple of 8, whose bytes outlive the records.  -1: it is
 * no message, or no memory (errno ENOMEM); so are those below. */
int wire_open(struct wire_in *in, const char *p, size_t n, wq_key known,
              struct arena *arena);
/* Reads the next record into *r, an empty one in in->arena (rec_new).  was: the
 * n_was records as they were sent; NULL: none can be referred to.  1, 0: there
 * are no more, -1. */
int wire_get(struct wire_in *in, const wq_record *const *was, uint32_t n_was,
             wq_record *r, uint32_t *of, uint32_t *flags);
/* Makes the message's names known to this process, and goes back to its first record.
 * Names are for ever, so this is for a message whose sender is trusted, or that was
 * read to its end: until then new ones have keys that are none.  1: some were new,
 * and what was read is to be read again; 0; -1: errno also ENOSPC. */
int wire_intern(struct wire_in *in);
#endif
