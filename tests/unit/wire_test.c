/* wire_test.c - records as bytes: what is read is what was written, in another
 * process or in this one, and what was damaged is refused or harmless. */
#include "base/names.h"
#include "record/wire_parts.h"
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct arena arena;
static struct wire_names names;
static char *bytes; /* at a multiple of 8 */
enum { ROOM = 1 << 16 };

static void setup(void)
{
    names = (struct wire_names){ 0 };
    bytes = malloc(ROOM);
    ck_assert_ptr_nonnull(bytes);
}

static void teardown(void)
{
    arena_free(&arena);
    wire_names_free(&names);
    free(bytes);
}

static wq_key key(const char *name)
{
    return names_intern(str(name));
}

static wq_value text(const char *s)
{
    return (wq_value){ .type = WQ_V_STR, .u.s = str(s) };
}

/* One of each: types, nesting, a layer with all that it can have, a cut. */
static wq_record *article(void)
{
    wq_record *r = rec_new(&arena);
    const wq_value items[] = { text("a"), { .type = WQ_V_NULL },
                               { .type = WQ_V_BOOL, .u.i = 1 } };
    const wq_value list = { .type = WQ_V_LIST, .n = 3, .u.list = items };
    const wq_member members[] = { { str("list"), list },
                                  { str(""), { .type = WQ_V_INT, .u.i = -7 } } };
    const wq_value object = { .type = WQ_V_OBJECT, .n = 2, .u.object = members };
    const wq_value nothing = { .type = WQ_V_LIST };
    const wq_value real = { .type = WQ_V_REAL, .u.r = 0.1 };
    const wq_value number = { .type = WQ_V_NUMBER,
                              .u.s = str("123456789012345678901") };
    ck_assert_int_eq(rec_set(r, key("text"), str("كتب الولد الدرس")), 0);
    ck_assert_int_eq(rec_set(r, key("empty"), str("")), 0);
    ck_assert_int_eq(rec_set_value(r, key("object"), &object), 0);
    ck_assert_int_eq(rec_set_value(r, key("nothing"), &nothing), 0);
    ck_assert_int_eq(rec_set_value(r, key("real"), &real), 0);
    ck_assert_int_eq(rec_set_value(r, key("number"), &number), 0);
    const uint32_t from = 6, to = 7; /* a space */
    const wq_key why = key("share");
    const wq_layer space = { .n = 1, .begin = &from, .end = &to, .kind = &why };
    ck_assert_int_eq(rec_remove(r, key("text"), &space), 0);
    const uint32_t begin[] = { 0, 6, 17 }, end[] = { 6, 16, 27 };
    const wq_key kind[] = { key("word"), key("verb"), key("word") };
    const uint64_t hash[] = { 1, UINT64_MAX, 3 };
    const int64_t ints[] = { -1, 0, INT64_MAX };
    const double reals[] = { 0.5, -0.0, 1e300 };
    const wq_str strings[] = { str("root"), { NULL, 0 }, str("") };
    const wq_attr attrs[] = { { key("i"), WQ_V_INT, ints },
                              { key("r"), WQ_V_REAL, reals },
                              { key("s"), WQ_V_STR, strings } };
    const wq_layer layer = { 3, begin, end, kind, hash, 3, attrs };
    ck_assert_int_eq(rec_set_layer(r, key("tokens"), key("text"), &layer), 0);
    r->replaced = 5;
    r->n_children = 2;
    return r;
}

static void assert_same_value(const wq_value *a, const wq_value *b)
{
    ck_assert_uint_eq(a->type, b->type);
    ck_assert_uint_eq(a->n, b->n);
    switch ((wq_vtype)a->type) {
    case WQ_V_STR:
    case WQ_V_NUMBER: ck_assert(str_eq(a->u.s, b->u.s)); break;
    case WQ_V_LIST:
        for (uint32_t i = 0; i < a->n; i++)
            assert_same_value(&a->u.list[i], &b->u.list[i]);
        break;
    case WQ_V_OBJECT:
        for (uint32_t i = 0; i < a->n; i++) {
            ck_assert(str_eq(a->u.object[i].name, b->u.object[i].name));
            assert_same_value(&a->u.object[i].value, &b->u.object[i].value);
        }
        break;
    case WQ_V_NONE:
    case WQ_V_NULL:
    case WQ_V_BOOL:
    case WQ_V_INT:
    case WQ_V_REAL: ck_assert_int_eq(a->u.i, b->u.i); break;
    }
}

static void assert_same_attr(const wq_attr *a, const wq_attr *b, size_t n)
{
    ck_assert_uint_eq(a->name, b->name);
    ck_assert_uint_eq(a->type, b->type);
    const wq_str *s = a->values, *t = b->values;
    if (a->type != WQ_V_STR) ck_assert_mem_eq(a->values, b->values, n * 8);
    for (size_t i = 0; a->type == WQ_V_STR && i < n; i++) {
        ck_assert(!s[i].p == !t[i].p);
        ck_assert(str_eq(s[i], t[i]));
    }
}

static void assert_same_layer(const struct rec_layer *a,
                              const struct rec_layer *b)
{
    size_t n = a->cols.n;
    ck_assert_uint_eq(a->name, b->name);
    ck_assert_uint_eq(a->over, b->over);
    ck_assert_uint_eq(n, b->cols.n);
    ck_assert_mem_eq(a->cols.begin, b->cols.begin, n * sizeof(uint32_t));
    ck_assert_mem_eq(a->cols.end, b->cols.end, n * sizeof(uint32_t));
    ck_assert_mem_eq(a->cols.kind, b->cols.kind, n * sizeof(wq_key));
    ck_assert_mem_eq(a->cols.hash, b->cols.hash, n * sizeof(uint64_t));
    ck_assert_uint_eq(a->cols.n_attrs, b->cols.n_attrs);
    for (size_t i = 0; i < a->cols.n_attrs; i++)
        assert_same_attr(&a->cols.attrs[i], &b->cols.attrs[i], n);
}

static void assert_same(const wq_record *a, const wq_record *b)
{
    ck_assert_uint_eq(a->n_fields, b->n_fields);
    for (uint32_t i = 0; i < a->n_fields; i++) {
        ck_assert_uint_eq(a->fields[i].key, b->fields[i].key);
        assert_same_value(&a->fields[i].value, &b->fields[i].value);
    }
    ck_assert_uint_eq(a->n_removed, b->n_removed);
    for (uint32_t i = 0; i < a->n_removed; i++) {
        ck_assert_uint_eq(a->removed[i].field, b->removed[i].field);
        ck_assert_uint_eq(a->removed[i].reason, b->removed[i].reason);
        ck_assert_uint_eq(a->removed[i].at, b->removed[i].at);
        ck_assert(str_eq(a->removed[i].text, b->removed[i].text));
    }
    ck_assert_uint_eq(a->n_layers, b->n_layers);
    for (uint32_t i = 0; i < a->n_layers; i++)
        assert_same_layer(&a->layers[i], &b->layers[i]);
    ck_assert_uint_eq(a->replaced, b->replaced);
    ck_assert_uint_eq(a->n_children, b->n_children);
}

/* Writes one record; returns the bytes of the message. */
static size_t write_one(const wq_record *r, uint32_t flags, const wq_record *was)
{
    struct wire_out out;
    wire_begin(&out, bytes, ROOM, &names);
    wire_put(&out, r, 0, flags, was);
    size_t n = wire_end(&out);
    ck_assert_uint_gt(n, 0);
    return n;
}

static wq_record *read_one(size_t n, const wq_record *was, uint32_t *flags)
{
    struct wire_in in;
    wq_record *r = rec_new(&arena), *none = rec_new(&arena);
    uint32_t of;
    ck_assert_int_eq(wire_open(&in, bytes, n, names.known, &arena), 0);
    ck_assert_int_eq(wire_get(&in, was ? &was : NULL, was ? 1 : 0, r, &of,
                              flags), 1);
    ck_assert_uint_eq(of, 0);
    ck_assert_int_eq(wire_get(&in, NULL, 0, none, &of, flags), 0);
    return r;
}

START_TEST(a_record_comes_back_as_it_was)
{
    wq_record *r = article();
    uint32_t flags;
    assert_same(r, read_one(write_one(r, 0, NULL), NULL, &flags));
    ck_assert_uint_gt(names.n, 0); /* by name, all of them ... */
    wire_names_free(&names);
    names.known = names_newest();
    assert_same(r, read_one(write_one(r, 0, NULL), NULL, &flags));
    ck_assert_uint_eq(names.n, 0); /* ... and by number */
}
END_TEST

START_TEST(an_empty_record_too)
{
    uint32_t flags;
    wq_record *r = rec_new(&arena);
    assert_same(r, read_one(write_one(r, 0, NULL), NULL, &flags));
}
END_TEST

START_TEST(one_that_left_says_why)
{
    wq_record *r = article();
    uint32_t flags;
    r->verdict = WQ_REJECT;
    r->stage = 3;
    r->reason = key("crashed");
    r->message = "SIGSEGV";
    wq_record *back = read_one(write_one(r, WIRE_GONE | WIRE_CHILD, NULL), NULL,
                               &flags);
    ck_assert_int_eq(back->verdict, WQ_REJECT);
    ck_assert_uint_eq(back->stage, 3);
    ck_assert_uint_eq(back->reason, r->reason);
    ck_assert_str_eq(back->message, "SIGSEGV");
}
END_TEST

START_TEST(what_did_not_change_does_not_travel)
{
    wq_record *was = article();
    uint32_t flags;
    size_t whole = write_one(was, 0, NULL), same = write_one(was, 0, was);
    ck_assert_uint_lt(same, whole / 2);
    assert_same(was, read_one(same, was, &flags));
    /* As stages leave it: a list of its own, one field new, one other. */
    wq_record r = *was;
    r.fields = arena_copy(&arena, was->fields, was->n_fields * sizeof *r.fields);
    r.cap_fields = r.n_fields;
    ck_assert_int_eq(rec_set(&r, key("lang"), str("ar")), 0);
    ck_assert_int_eq(rec_set(&r, key("empty"), str("no more")), 0);
    assert_same(&r, read_one(write_one(&r, 0, was), was, &flags));
}
END_TEST

START_TEST(a_message_larger_than_its_room_is_none)
{
    wq_record *r = article();
    size_t n = write_one(r, 0, NULL);
    for (size_t room = 0; room < n; room += 8) {
        struct wire_out out;
        wire_begin(&out, bytes, room, &names);
        wire_put(&out, r, 0, 0, NULL);
        ck_assert_uint_eq(wire_end(&out), 0);
    }
}
END_TEST

/* Reads as much as there is; what it says of its records must be readable. */
static void read_all(const char *p, size_t n, const wq_record *was)
{
    struct wire_in in;
    uint32_t of, flags;
    if (wire_open(&in, p, n, names.known, &arena) < 0) return;
    for (;;) {
        wq_record *r = rec_new(&arena), *copy;
        if (wire_get(&in, was ? &was : NULL, was ? 1 : 0, r, &of, &flags) != 1)
            return;
        copy = rec_clone(&arena, r); /* looks at every byte of it */
        if (copy) ck_assert_int_eq(rec_restore(copy), 0);
    }
}

START_TEST(a_message_cut_short_is_refused)
{
    size_t n = write_one(article(), 0, NULL);
    for (size_t k = 0; k < n; k++) {
        char *cut = malloc(k ? k : 1); /* to the byte, for sanitizers */
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, bytes, k);
        struct wire_in in;
        int rc = wire_open(&in, cut, k, names.known, &arena);
        ck_assert(rc < 0 || k >= n - 8); /* padding at its end */
        free(cut);
    }
}
END_TEST

START_TEST(a_message_with_any_bit_changed_is_refused_or_harmless)
{
    wq_record *was = article();
    for (int with = 0; with < 2; with++) {
        size_t n = write_one(was, 0, with ? was : NULL);
        for (size_t bit = 0; bit < n * 8; bit++) {
            char *p = malloc(n);
            ck_assert_ptr_nonnull(p);
            memcpy(p, bytes, n);
            p[bit / 8] = (char)(p[bit / 8] ^ (1 << bit % 8));
            struct arena kept = arena;
            arena = (struct arena){ 0 };
            read_all(p, n, with ? was : NULL);
            arena_free(&arena);
            arena = kept;
            free(p);
        }
    }
}
END_TEST

/* How much memory a message takes that is refused. */
static size_t memory_of(const char *p, size_t n)
{
    struct arena own = { 0 };
    struct wire_in in;
    uint32_t of, flags;
    if (wire_open(&in, p, n, names_newest(), &own) == 0) {
        wq_record r = { .arena = &own };
        ck_assert_int_eq(wire_get(&in, NULL, 0, &r, &of, &flags), -1);
        ck_assert_int_eq(errno, EBADMSG);
    }
    size_t took = own.bytes;
    arena_free(&own);
    return took;
}

START_TEST(lists_in_lists_claim_no_more_than_there_is)
{
    enum { SIZE = 1 << 20, LEVELS = WQ_MAX_DEPTH };
    char *p = calloc(1, SIZE);
    ck_assert_ptr_nonnull(p);
    const struct head head = { .magic = WIRE_MAGIC, .n_records = 1,
                               .names_at = SIZE };
    const struct record_head record = { .n_fields = 1 };
    const struct field_head field = { .key = key("text") };
    size_t at = 0;
    memcpy(p, &head, sizeof head);
    memcpy(p + (at += sizeof head), &record, sizeof record);
    memcpy(p + (at += sizeof record), &field, sizeof field);
    at += sizeof field;
    for (int i = 0; i < LEVELS; i++, at += sizeof(struct value_head)) {
        const struct value_head list = {
            .type = WQ_V_LIST, .n = (uint32_t)((SIZE - at) / sizeof list - 1) };
        memcpy(p + at, &list, sizeof list);
    }
    ck_assert_uint_lt(memory_of(p, SIZE), (size_t)SIZE * 8);
    free(p);
}
END_TEST

/* A message of n names "made up K"; the first one is that of a field if used. */
static size_t write_names(char *p, uint32_t n, bool is_used)
{
    struct head head = { .magic = WIRE_MAGIC, .n_records = is_used,
                         .n_names = n, .names_at = sizeof head };
    const struct record_head record = { .n_fields = 1 };
    const struct field_head field = { .key = names_newest() + 1 };
    const struct value_head value = { .type = WQ_V_NULL };
    size_t at = sizeof head;
    if (is_used) {
        memcpy(p + at, &record, sizeof record);
        memcpy(p + (at += sizeof record), &field, sizeof field);
        memcpy(p + (at += sizeof field), &value, sizeof value);
        head.names_at = at += sizeof value;
    }
    memcpy(p, &head, sizeof head);
    for (uint32_t i = 0; i < n; i++, at += 24) {
        const uint64_t length = 16;
        char name[17];
        snprintf(name, sizeof name, "made up %08x", i);
        memcpy(p + at, &length, sizeof length);
        memcpy(p + at + 8, name, 16);
    }
    return at;
}

START_TEST(names_come_in_when_the_whole_message_is_sound)
{
    struct wire_in in;
    wq_record r = { .arena = &arena };
    uint32_t of, flags;
    wq_key before = names_newest();
    size_t n = write_names(bytes, 100, false);
    ck_assert_int_eq(wire_open(&in, bytes, n, before, &arena), 0);
    ck_assert_int_eq(wire_get(&in, NULL, 0, &r, &of, &flags), -1);
    n = write_names(bytes, 1, true);
    ck_assert_int_eq(wire_open(&in, bytes, n, before, &arena), 0);
    ck_assert_int_eq(wire_get(&in, NULL, 0, &r, &of, &flags), 1);
    ck_assert_int_eq(wire_get(&in, NULL, 0, &r, &of, &flags), 0);
    ck_assert_uint_eq(names_newest(), before);
    ck_assert_int_eq(wire_intern(&in), 1);
    r = (wq_record){ .arena = &arena };
    ck_assert_int_eq(wire_get(&in, NULL, 0, &r, &of, &flags), 1);
    ck_assert_uint_eq(r.fields[0].key, key("made up 00000000"));
    ck_assert_uint_eq(names_newest(), before + 1);
    ck_assert_int_eq(wire_intern(&in), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire");
    TCase *t = tcase_create("wire");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_record_comes_back_as_it_was);
    tcase_add_test(t, an_empty_record_too);
    tcase_add_test(t, one_that_left_says_why);
    tcase_add_test(t, what_did_not_change_does_not_travel);
    tcase_add_test(t, a_message_larger_than_its_room_is_none);
    tcase_add_test(t, a_message_cut_short_is_refused);
    tcase_add_test(t, a_message_with_any_bit_changed_is_refused_or_harmless);
    tcase_add_test(t, lists_in_lists_claim_no_more_than_there_is);
    tcase_add_test(t, names_come_in_when_the_whole_message_is_sound);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
