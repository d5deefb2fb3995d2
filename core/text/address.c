/* address.c - web and e-mail addresses in running text.
 *
 *   http://… www.… bbc.com/news   up to white space, less the punctuation at
 *                                 its end
 *   a.b-c@mail.example
 *
 * Every look ahead is bounded by the standard that bounds what is looked for,
 * or by the address found. */
#include "text/news.h"
#include "text/text.h"
#include <string.h>

/* RFC 5321 s. 4.5.3.1: the parts of an e-mail address, in octets. */
#define LOCAL_MAX  64
#define DOMAIN_MAX 255

/* Top-level names that end a bare address: generic ones and countries that news
 * writes of, none of them an English word ("left.at" lacks a space).  Others
 * need "www." or "http://" in front. */
static const news_word top_level[] = {
    "ae", "ar", "au", "bh", "biz", "br", "ca", "ch", "cn", "co", "com", "cz",
    "de", "dk", "dz", "edu", "eg", "es", "eu", "fi", "fm", "fr", "gov", "gr",
    "il", "info", "int", "io", "iq", "ir", "jo", "jp", "ke", "kr", "kw", "lb",
    "ly", "ma", "mil", "mobi", "mx", "net", "ng", "nl", "nz", "om", "org",
    "pk", "pl", "ps", "pt", "qa", "ru", "sa", "sd", "se", "sy", "tn", "tr",
    "tv", "ua", "uk", "ye", "za",
};

/* The end of the address whose text begins at p[i]: it goes on through ASCII
 * that RFC 3986 has, closing brackets only where they were opened, and letters
 * of any script, Arabic ones not right behind Latin (t.co/abcقال lacks a
 * space); punctuation at its end is none of it. */
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
            if (text_is_ascii_alnum(b) || strchr("/#=&_-+%~$@)", b)) end = at;
            continue;
        }
        const struct text_prop *prop = prop_at(p, n, at, &bytes);
        if (!text_is_letter(prop) && !text_is_number(prop)
            && !text_is_mark(prop))
            break;
        if (prop->script == WQ_S_ARABIC && at > i
            && text_is_ascii_alnum(p[at - 1]))
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
    while (at < stop
           && (text_is_ascii_alnum(p[at]) || p[at] == '-' || p[at] == '.')) {
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

static bool is_local(uint8_t b)
{
    return text_is_ascii_alnum(b) || b == '.' || b == '_' || b == '%'
           || b == '+' || b == '-';
}

size_t address_email(const uint8_t *p, size_t n, size_t i, size_t end)
{
    size_t stop = n - i > LOCAL_MAX ? i + LOCAL_MAX : n;
    size_t at = i;
    if (end >= n || !(is_local(p[end]) || p[end] == '@')) return 0;
    while (at < stop && is_local(p[at])) at++;
    return at > i && at < n && p[at] == '@' ? domain_end(p, n, at + 1) : 0;
}

size_t address_url(const uint8_t *p, size_t n, size_t i, size_t end)
{
    if (begins(p, n, i, "http") || begins(p, n, i, "ftp")) {
        size_t colon = i + (p[i] == 'f' || p[i] == 'F' ? 3u : 4u);
        if (colon < n && (p[colon] | 0x20) == 's') colon++;
        if (n - colon > 3 && memcmp(p + colon, "://", 3) == 0
            && p[colon + 3] > ' ')
            return address_end(p, n, i);
    }
    if (begins(p, n, i, "www") && n - i > 4 && p[i + 3] == '.'
        && text_is_ascii_alnum(p[i + 4]))
        return address_end(p, n, i);
    /* bbc.com, bbc.co.uk/news: the segment is the host. */
    size_t dot = end;
    while (dot > i && p[dot - 1] != '.') {
        if (!text_is_ascii_letter(p[dot - 1])) return 0;
        dot--;
    }
    if (dot <= i + 2
        || !news_is_one_of(top_level, WQ_LEN(top_level), p, dot, end))
        return 0;
    return end < n && p[end] == '/' ? address_end(p, n, i) : end;
}
