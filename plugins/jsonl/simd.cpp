// simd.cpp - simdjson's first stage and the C++ number conversions, behind a C
// interface; see simd.h.  Nothing here throws.
#include "simd.h"
#include <charconv>
#include <cstring>
#include <new>
#include <simdjson.h>

// The parser of documents is only the owner of what is of interest here: its
// implementation for this processor, whose first stage has its results public
// (in simdjson 1.0 to 3.12 alike).
struct json_index {
    simdjson::dom::parser parser;
    size_t capacity = 0;
};

// A line of 64 KiB is long for an article; longer ones make it grow.
static const size_t first_capacity = 64 << 10;
// What a longer line made it grow to is given back with the next short one:
// the index takes four bytes for each byte of the line.
static const size_t kept_capacity = 4 << 20;

// Makes room for a text of n bytes.  Returns whether there is.
static bool make_room(json_index *x, size_t n)
{
    bool is_too_large = x->capacity > kept_capacity && n <= kept_capacity;
    if (x->capacity && n <= x->capacity && !is_too_large) return true;
    size_t capacity = first_capacity;
    while (capacity < n)
        capacity *= 2;
    if (capacity > 0xFFFFFF00u) capacity = 0xFFFFFF00u;
    if (n > capacity) return false;
    x->parser.implementation.reset();
    x->capacity = 0;
    // The depth matters to simdjson's second stage alone.
    if (x->parser.allocate(capacity, 1)) return false;
    x->capacity = capacity;
    return true;
}

extern "C" struct json_index *json_index_new(void (*leave)(void))
{
    // The first of all, simdjson chooses its kernel, and what it allocates then
    // it cannot do without: it throws where nothing may be thrown.
    auto before = std::set_new_handler(leave);
    json_index *x = new (std::nothrow) json_index;
    bool is_ready = x && make_room(x, 1);
    std::set_new_handler(before);
    if (is_ready) return x;
    delete x;
    return nullptr;
}

extern "C" void json_index_free(struct json_index *x)
{
    delete x;
}

extern "C" enum json_found json_index_find(struct json_index *x, const char *p,
                                           size_t n, const uint32_t **at,
                                           size_t *count)
{
    if (!make_room(x, n)) return JSON_NO_MEMORY;
    auto &stage = *x->parser.implementation;
    auto error = stage.stage1(reinterpret_cast<const uint8_t *>(p), n,
                              simdjson::stage1_mode::regular);
    if (error == simdjson::EMPTY) return JSON_EMPTY;
    if (error) return JSON_SUSPICIOUS;
    *at = stage.structural_indexes.get();
    *count = stage.n_structural_indexes;
    return JSON_INDEXED;
}

// "d.ddde-07", as std::to_chars writes it, is laid out as ECMAScript does
// (Number::toString): plain digits from 1e-6 up to 1e21.
extern "C" size_t json_real_write(double x, char out[JSON_REAL_MAX])
{
    char text[32];
    auto end = std::to_chars(text, text + sizeof text, x,
                             std::chars_format::scientific).ptr;
    const char *from = text, *e = end;
    char *to = out;
    if (*from == '-') *to++ = *from++;
    while (*--e != 'e') {}
    int exponent = 0;
    std::from_chars(e + (e[1] == '+' ? 2 : 1), end, exponent);
    char digits[20];
    int n = 0;
    for (const char *c = from; c < e; c++)
        if (*c != '.') digits[n++] = *c;
    if (exponent < -6 || exponent > 20) {
        std::memcpy(to, from, static_cast<size_t>(end - from));
        return static_cast<size_t>(to + (end - from) - out);
    }
    int whole = exponent + 1; // digits in front of the point
    if (whole <= 0) *to++ = '0';
    for (int i = 0; i < whole; i++)
        *to++ = i < n ? digits[i] : '0';
    *to++ = '.';
    for (int i = whole; i < 0; i++)
        *to++ = '0';
    if (whole >= n) *to++ = '0';
    for (int i = whole > 0 ? whole : 0; i < n; i++)
        *to++ = digits[i];
    return static_cast<size_t>(to - out);
}

extern "C" int json_real_read(const char *p, size_t n, double *out)
{
    return std::from_chars(p, p + n, *out).ec == std::errc();
}
