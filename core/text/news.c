/* news.c - tokens as an editor of news sees them.
 *
 * A token is a word segment of walk_news, save where its first bytes or what
 * follows it show something that words are only a part of:
 *
 *   address      http://… www.… bbc.com/news      up to white space, less the
 *                                                 punctuation at its end
 *   e-mail       a.b-c@mail.example
 *   #hashtag     a number sign and letters, digits, low lines; not "#1"
 *   @mention     an at sign that follows no letter or digit
 *   time         9:05  20:36:10  ٢٠:٣٦
 *   abbreviation U.S. أ.ف.ب Mr.
 *   runs         ...  --
 *
 * Every look ahead is bounded, by the standards that bound what is looked for
 * or by the token found, so that a text of any shape takes linear time. */
#include "text/text.h"
#include "text/walk.h"
#include <stdbool.h>
#include <string.h>

/* RFC 5321 s. 4.5.3.1: the parts of an e-mail address, in octets. */
#define LOCAL_MAX  64
#define DOMAIN_MAX 255

static bool is_alnum(uint8_t b)
{
    return text_is_ascii_letter(b) || text_is_ascii_digit(b);
}

static const struct text_prop *prop_at(const uint8_t *p, size_t n, size_t i,
                                       size_t *bytes)
{
    uint32_t c;
    *bytes = text_decode(p + i, n - i, &c);
    return text_prop(c);
}

/* Does p[i..n) begin with the small ASCII letters of `word`, in any case? */
static bool begins(const uint8_t *p, size_t n, size_t i, const char *word)
{
    for (; *word; word++, i++)
        if (i >= n || (p[i] | 0x20) != (uint8_t)*word) return false;
    return true;
}

/* Is p[i..end) one of the words, in any case? */
static bool is_one_of(const char *const *list, size_t count, const uint8_t *p,
                      size_t i, size_t end)
{
    for (size_t k = 0; k < count; k++)
        if (strlen(list[k]) == end - i && begins(p, end, i, list[k]))
            return true;
    return false;
}

/* ---- addresses ---- */

/* Top-level names that end a bare address: generic ones and countries that news
 * writes of, none of them an English word ("left.at" lacks a space).  Others
 * need "www." or "http://" in front. */
static const char *const top_level[] = {
    "ae", "ar", "au", "bh", "biz", "br", "ca", "ch", "cn", "co", "com", "cz",
    "de", "dk", "dz", "edu", "eg", "es", "eu", "fi", "fm", "fr", "gov", "gr",
    "il", "info", "int", "io", "iq", "ir", "jo", "jp", "ke", "kr", "kw", "lb",
    "ly", "ma", "mil", "mobi", "mx", "net", "ng", "nl", "nz", "om", "org",
    "pk", "pl", "ps", "pt", "qa", "ru", "sa", "sd", "se", "sy", "tn", "tr",
    "tv", "ua", "uk", "ye", "za",
};

static bool is_top_level(const uint8_t *p, size_t from, size_t to)
{
    return is_one_of(top_level, WQ_LEN(top_level), p, from, to);
}

/* The end of the address whose text begins at p[i]: it goes on through ASCII
 * that RFC 3986 has, closing brackets only where they were opened, and letters
 * of any script; punctuation at its end is none of it. */
static size_t address_end(const uint8_t *p, size_t n, size_t i)
{
    size_t end = i, at = i;
    int depth = 0; /* brackets opened inside: /wiki/Mercury_(planet) */
    while (at < n) {
        uint8_t b = p[at];
        size_t bytes = 1;
        if (b < 0x80) {
            if (b <= ' ' || b == 0x7F || strchr("\"<>\\^`{|}", b)) break;
            if (b == '(') depth++;
            if (b == ')' && --depth < 0) break;
            at++;
            if (is_alnum(b) || strchr("/#=&_-+%~$@)", b)) end = at;
            continue;
        }
        const struct text_prop *prop = prop_at(p, n, at, &bytes);
        if (!text_is_letter(prop) && !text_is_number(prop)
            && !text_is_mark(prop))
            break;
        at += bytes;
        end = at;
    }
    return end;
}

/* The end of a domain name at p[i] (letters, digits, hyphens; at least one
 * dot; a top label of two letters or more), or 0. */
static size_t domain_end(const uint8_t *p, size_t n, size_t i)
{
    size_t stop = n - i > DOMAIN_MAX ? i + DOMAIN_MAX : n;
    size_t at = i, label = i, end = 0;
    while (at < stop && (is_alnum(p[at]) || p[at] == '-' || p[at] == '.')) {
        if (p[at] == '.') {
            if (at == label) break;
            label = at + 1;
        } else if (label > i && at - label >= 1 && text_is_ascii_letter(p[at])
                   && text_is_ascii_letter(p[label])) {
            end = at + 1;
        }
        at++;
    }
    return end;
}

/* The end of the e-mail address that begins at p[i], or 0. */
static size_t email_end(const uint8_t *p, size_t n, size_t i)
{
    size_t stop = n - i > LOCAL_MAX ? i + LOCAL_MAX : n;
    size_t at = i;
    while (at < stop && (is_alnum(p[at]) || strchr("._%+-", p[at]))
           && p[at])
        at++;
    if (at == i || at >= n || p[at] != '@') return 0;
    return domain_end(p, n, at + 1);
}

/* The end of the address at p[i] if the segment p[i..end) begins one, or 0. */
static size_t url_end(const uint8_t *p, size_t n, size_t i, size_t end)
{
    if (begins(p, n, i, "http") || begins(p, n, i, "ftp")) {
        size_t colon = i + (p[i] == 'f' || p[i] == 'F' ? 3u : 4u);
        if (colon < n && (p[colon] | 0x20) == 's') colon++;
        if (n - colon > 3 && memcmp(p + colon, "://", 3) == 0
            && p[colon + 3] > ' ')
            return address_end(p, n, i);
    }
    if (begins(p, n, i, "www") && n - i > 4 && p[i + 3] == '.'
        && is_alnum(p[i + 4]))
        return address_end(p, n, i);
    /* bbc.com, bbc.co.uk/news: the segment is the host. */
    size_t dot = end;
    while (dot > i && p[dot - 1] != '.') {
        if (!text_is_ascii_letter(p[dot - 1])) return 0;
        dot--;
    }
    if (dot <= i + 2 || !is_top_level(p, dot, end)) return 0;
    return end < n && p[end] == '/' ? address_end(p, n, i) : end;
}

/* ---- names ---- */

/* The end of letters, digits, marks and low lines at p[i]; *letters counts the
 * letters. */
static size_t name_end(const uint8_t *p, size_t n, size_t i, size_t *letters)
{
    size_t bytes;
    *letters = 0;
    for (; i < n; i += bytes) {
        const struct text_prop *prop = prop_at(p, n, i, &bytes);
        bool letter = text_is_letter(prop);
        *letters += letter;
        if (!letter && !text_is_number(prop) && !text_is_mark(prop)
            && p[i] != '_' && prop->wb != WB_ZWJ && prop->wb != WB_FORMAT)
            break;
    }
    return i;
}

/* Less the low lines at its end; not before `from`. */
static size_t less_low_lines(const uint8_t *p, size_t from, size_t end)
{
    while (end > from && p[end - 1] == '_') end--;
    return end;
}

static size_t hashtag_end(const uint8_t *p, size_t n, size_t i, size_t sign)
{
    size_t letters;
    size_t end = name_end(p, n, i + sign, &letters);
    return letters ? less_low_lines(p, i + sign, end) : 0;
}

static size_t mention_end(const uint8_t *p, size_t n, size_t i)
{
    if (i > 0) { /* a@b is no mention */
        size_t bytes;
        const struct text_prop *before =
            prop_at(p, n, text_before(p, i), &bytes);
        if (text_is_letter(before) || text_is_number(before)) return 0;
    }
    size_t letters;
    size_t end = name_end(p, n, i + 1, &letters);
    return letters ? end : 0;
}

/* ---- times and abbreviations ---- */

/* Counts decimal digits at p[*i..n), at most 3, and moves behind them. */
static size_t digits_at(const uint8_t *p, size_t n, size_t *i)
{
    size_t count = 0, bytes;
    while (*i < n && count < 3) {
        const struct text_prop *prop = prop_at(p, n, *i, &bytes);
        if (prop->category != GC_ND) break;
        *i += bytes;
        count++;
    }
    return count;
}

/* The end of a time at p[i] (h:mm, hh:mm, hh:mm:ss), or 0. */
static size_t time_end(const uint8_t *p, size_t n, size_t i)
{
    size_t hours = digits_at(p, n, &i);
    if (hours < 1 || hours > 2 || i >= n || p[i] != ':') return 0;
    i++;
    if (digits_at(p, n, &i) != 2) return 0;
    size_t end = i;
    if (i < n && p[i] == ':') {
        i++;
        if (digits_at(p, n, &i) == 2) end = i;
    }
    return end;
}

/* Abbreviations whose full stop belongs to them, in any case.  A title stands
 * before a name, so no sentence ends behind it. */
static const char *const titles[] = {
    "mr", "mrs", "ms", "dr", "st", "gen", "sen", "rep", "gov", "lt", "col",
    "capt", "sgt", "prof", "rev", "hon", "vs", "fig", "ca",
};
static const char *const shortened[] = {
    "jr", "sr", "inc", "ltd", "co", "corp", "etc", "jan", "feb", "aug", "sept",
    "oct", "nov", "dec", "al", "ave", "dept", "univ",
};

bool news_is_title(const uint8_t *p, size_t i, size_t end)
{
    return is_one_of(titles, WQ_LEN(titles), p, i, end);
}

/* Is the segment p[i..end), all ASCII letters, one that is written with a full
 * stop?  "No." only before a number: "No. 5". */
static bool is_shortened(const uint8_t *p, size_t n, size_t i, size_t end)
{
    if (news_is_title(p, i, end)
        || is_one_of(shortened, WQ_LEN(shortened), p, i, end))
        return true;
    return end - i == 2 && begins(p, end, i, "no") && n - end > 2
           && p[end + 1] == ' ' && text_is_ascii_digit(p[end + 2]);
}

/* Is p[i..end) single letters between full stops ("U.S", "أ.ف.ب")? */
static bool is_initials(const uint8_t *p, size_t n, size_t i, size_t end)
{
    size_t bytes, letters = 0, dots = 0;
    for (; i < end; i += bytes) {
        const struct text_prop *prop = prop_at(p, n, i, &bytes);
        if (p[i] == '.') {
            dots++;
            letters = 0;
        } else if (text_is_letter(prop)) {
            if (++letters > 1) return false;
        } else if (!text_is_mark(prop)) {
            return false;
        }
    }
    return dots > 0;
}

/* The end of the abbreviation the segment p[i..end) is, or 0. */
static size_t abbreviation_end(const uint8_t *p, size_t n, size_t i, size_t end)
{
    bool dot = end < n && p[end] == '.' && !(end + 1 < n && p[end + 1] == '.');
    if (is_initials(p, n, i, end)) /* a Latin one keeps its last full stop */
        return dot && p[i] < 0x80 ? end + 1 : end;
    if (dot && text_is_ascii_letter(p[i]) && is_shortened(p, n, i, end))
        return end + 1;
    return 0;
}

/* ---- the token ---- */

/* The end of the run of the byte at p[i]. */
static size_t run_end(const uint8_t *p, size_t n, size_t i)
{
    uint8_t b = p[i];
    while (i < n && p[i] == b) i++;
    return i;
}

/* What a word segment is a part of; 0 if of nothing. */
static size_t larger(const uint8_t *p, size_t n, size_t i, size_t end,
                     unsigned seen, uint8_t *cls)
{
    size_t to = 0;
    if (is_alnum(p[i])) {
        if (end < n && strchr("@.+-_%", p[end]) && p[end])
            to = email_end(p, n, i);
        *cls = WQ_W_EMAIL;
        if (!to) {
            to = url_end(p, n, i, end);
            *cls = WQ_W_URL;
        }
        if (to) return to;
    }
    if (seen & SEEN_LETTER) {
        *cls = WQ_W_ABBREVIATION;
        return abbreviation_end(p, n, i, end);
    }
    *cls = WQ_W_TIME;
    return end < n && p[end] == ':' ? time_end(p, n, i) : 0;
}

/* Are there only tatweel and marks in p[i..end)? */
static bool is_filling(const uint8_t *p, size_t i, size_t end)
{
    size_t bytes;
    for (size_t at = i; at < end; at += bytes) {
        const struct text_prop *prop = prop_at(p, end, at, &bytes);
        bool tatweel = bytes == 2 && p[at] == 0xD9 && p[at + 1] == 0x80;
        if (!tatweel && prop->wb != WB_EXTEND && prop->wb != WB_FORMAT)
            return false;
    }
    return true;
}

size_t news_token(const uint8_t *p, size_t n, size_t i, uint8_t *cls)
{
    size_t bytes, end = 0;
    const struct text_prop *first = prop_at(p, n, i, &bytes);
    if (first->flags & PROP_SPACE) {
        *cls = WQ_W_OTHER;
        return i + bytes;
    }
    switch (p[i]) {
    case '.':
    case '-':
        *cls = WQ_W_PUNCT;
        end = run_end(p, n, i);
        if (end > i + 1) return end;
        break;
    case '#':
        *cls = WQ_W_HASHTAG;
        if ((end = hashtag_end(p, n, i, 1))) return end;
        break;
    case '@':
        *cls = WQ_W_MENTION;
        if ((end = mention_end(p, n, i))) return end;
        break;
    default:
        break;
    }
    unsigned seen;
    end = walk_news(p, n, i, &seen);
    if (seen & (SEEN_LETTER | SEEN_DIGIT)) {
        size_t to = larger(p, n, i, end, seen, cls);
        if (to) return to;
    }
    *cls = walk_class(p, i, end, seen);
    if (*cls == WQ_W_WORD && is_filling(p, i, end)) *cls = WQ_W_OTHER;
    return end;
}
