/* num.c - strict numbers with units; see num.h. */
#include "base/num.h"
#include "base/str.h"
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct unit {
    const char *name;
    double factor;
};
/* IEC 80000-13 binary and SI decimal multiples. */
static const struct unit size_units[] = {
    { "B", 1 }, { "kB", 1e3 }, { "MB", 1e6 }, { "GB", 1e9 }, { "TB", 1e12 },
    { "KiB", 1024. }, { "MiB", 1048576. }, { "GiB", 1073741824. },
    { "TiB", 1099511627776. }, { "", 1 },
};
static const struct unit time_units[] = {
    { "ms", 1 }, { "s", 1e3 }, { "m", 6e4 }, { "h", 36e5 }, { "d", 864e5 },
    { "w", 6048e5 },
};

static int out_of_range(struct err *e, int64_t min, int64_t max, wq_str s)
{
    return err_set(e, EX_PIPELINE,
                   "must be from %" PRId64 " to %" PRId64 ", not %.*s", min,
                   max, STR_ARG(s));
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int num_int(wq_str s, int64_t min, int64_t max, int64_t *out, struct err *e)
{
    size_t i = s.n && s.p[0] == '-';
    int64_t v = 0;
    int fits = 1;
    if (i == s.n) goto not_a_number;
    for (; i < s.n; i++) {
        if (!is_digit(s.p[i])) goto not_a_number;
        int d = s.p[i] - '0';
        fits = fits && !__builtin_mul_overflow(v, 10, &v)
               && !(s.p[0] == '-' ? __builtin_sub_overflow(v, d, &v)
                                  : __builtin_add_overflow(v, d, &v));
    }
    if (!fits || v < min || v > max) return out_of_range(e, min, max, s);
    *out = v;
    return 0;
not_a_number:
    return err_set(e, EX_PIPELINE, "\"%.*s\" is not a whole number",
                   STR_ARG(s));
}

/* How many bytes of s spell a decimal number: -? digits (. digits)? (e ..)? */
static size_t decimal_length(wq_str s, int with_exponent)
{
    size_t i = 0, digits = 0;
    if (i < s.n && s.p[i] == '-') i++;
    for (; i < s.n && is_digit(s.p[i]); i++) digits++;
    if (i < s.n && s.p[i] == '.')
        for (i++; i < s.n && is_digit(s.p[i]); i++) digits++;
    if (!digits) return 0;
    if (!with_exponent || i == s.n || (s.p[i] | 32) != 'e') return i;
    size_t k = i + 1;
    if (k < s.n && (s.p[k] == '+' || s.p[k] == '-')) k++;
    if (k == s.n || !is_digit(s.p[k])) return i;
    while (k < s.n && is_digit(s.p[k])) k++;
    return k;
}

/* Reads s[0..n), checked by decimal_length, in the C locale. */
static double decimal_value(wq_str s, size_t n)
{
    char text[64];
    if (n >= sizeof text) return NAN; /* nobody writes 64 digits by hand */
    memcpy(text, s.p, n);
    text[n] = '\0';
    static locale_t c_locale; /* made once; a race makes it twice, harmlessly */
    locale_t c = __atomic_load_n(&c_locale, __ATOMIC_ACQUIRE);
    if (!c) {
        c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        if (!c) return NAN;
        __atomic_store_n(&c_locale, c, __ATOMIC_RELEASE);
    }
    return strtod_l(text, NULL, c);
}

int num_real(wq_str s, double min, double max, double *out, struct err *e)
{
    size_t n = decimal_length(s, 1);
    bool percent = n && n + 1 == s.n && s.p[n] == '%';
    double v = n && (n == s.n || percent) ? decimal_value(s, n) : NAN;
    if (!isfinite(v))
        return err_set(e, EX_PIPELINE, "\"%.*s\" is not a number", STR_ARG(s));
    if (percent) v /= 100;
    if (min < max && (v < min || v > max))
        return err_set(e, EX_PIPELINE, "must be from %g to %g, not %.*s", min,
                       max, STR_ARG(s));
    *out = v;
    return 0;
}

/* A decimal number and one of the units, as a whole number of the smallest. */
static int with_unit(wq_str s, const struct unit *units, size_t n_units,
                     const char *what, int64_t min, int64_t max, int64_t *out,
                     struct err *e)
{
    size_t n = decimal_length(s, 0);
    wq_str tail = { s.p + n, s.n - n };
    for (size_t i = 0; n && i < n_units; i++) {
        if (!str_is(tail, units[i].name)) continue;
        double v = decimal_value(s, n) * units[i].factor;
        /* 2^53: beyond it a double no longer holds every whole number. */
        if (!(v > -9007199254740992. && v < 9007199254740992.)
            || (int64_t)v < min || (int64_t)v > max)
            break;
        *out = (int64_t)v;
        return 0;
    }
    if (n) /* a number: is the unit wrong, or the range? */
        for (size_t i = 0; i < n_units; i++)
            if (str_is(tail, units[i].name))
                return err_set(e, EX_PIPELINE, "%.*s is out of range",
                               STR_ARG(s));
    return err_set(e, EX_PIPELINE, "\"%.*s\" is not %s", STR_ARG(s), what);
}

int num_size(wq_str s, int64_t min, int64_t max, int64_t *out, struct err *e)
{
    return with_unit(s, size_units, WQ_LEN(size_units),
                     "a size such as 64MiB or 500kB", min, max, out, e);
}

int num_duration(wq_str s, int64_t min, int64_t max, int64_t *out,
                 struct err *e)
{
    return with_unit(s, time_units, WQ_LEN(time_units),
                     "a duration such as 90s, 2h or 7d", min, max, out, e);
}
