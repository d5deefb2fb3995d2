/* wire_fuzz.c - a libFuzzer entry over records as bytes: whatever the bytes are,
 * they are refused, or make records that can be copied, restored and written: what
 * is written then is read back as the same number of records. */
#include "base/names.h"
#include "record/wire.h"
#include <stdint.h>
#include <stdlib.h>

enum { ROOM = 1 << 22 };

/* What a message of the fuzzer's may refer to. */
static wq_record *sent(struct arena *arena)
{
    const uint32_t begin[] = { 0, 4 }, end[] = { 3, 7 };
    const wq_layer layer = { .n = 2, .begin = begin, .end = end };
    wq_key text = names_intern(str("text"));
    wq_record *r = rec_new(arena);
    if (!r || rec_set(r, text, str("one two")) < 0
        || rec_set_layer(r, names_intern(str("tokens")), text, &layer) < 0)
        abort();
    return r;
}

/* Reads the records there are; *is_whole: up to a sound end. */
static uint32_t read_once(struct wire_in *in, const wq_record *was,
                          struct wire_out *out, bool *is_whole)
{
    uint32_t of, flags, got = 0;
    for (;; got++) {
        wq_record *r = rec_new(in->arena);
        if (!r) abort();
        int rc = wire_get(in, was ? &was : NULL, was ? 1 : 0, r, &of, &flags);
        *is_whole = rc == 0;
        if (rc != 1) return got;
        wq_record *copy = rec_clone(in->arena, r);
        if (copy && rec_restore(copy) < 0) abort();
        if (out) wire_put(out, r, 0, flags & WIRE_CHILD, NULL);
    }
}

/* As a run does: new names come in when all of it has been found sound. */
static uint32_t read_all(const char *p, size_t n, struct arena *arena,
                         const wq_record *was, struct wire_out *out)
{
    struct wire_in in;
    bool is_whole;
    if (wire_open(&in, p, n, 0, arena) < 0) return 0;
    uint32_t got = read_once(&in, was, NULL, &is_whole);
    if (!is_whole || wire_intern(&in) < 0) return 0;
    if (read_once(&in, was, out, &is_whole) != got || !is_whole) abort();
    return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena = { 0 };
    struct wire_names names = { 0 };
    struct wire_out out;
    char *room = malloc(ROOM);
    const wq_record *was = sent(&arena);
    if (!room) abort();
    wire_begin(&out, room, ROOM, &names);
    uint32_t got = read_all((const char *)data, n, &arena, was, &out);
    size_t written = wire_end(&out);
    if (written && read_all(room, written, &arena, NULL, NULL) != got) abort();
    wire_names_free(&names);
    arena_free(&arena);
    free(room);
    return 0;
}
