/* news.c - tokens as an editor of news sees them.
 *
 * A token is a word segment of walk_news, save where its first bytes or what
 * follows it show that it is a part of something, or several things:
 *
 *   address      http://… www.… bbc.com/news  a.b-c@mail.example  (address.c)
 *   #hashtag     a number sign and letters, digits, low lines; not "#1"
 *   @mention     an at sign that follows no letter or digit
 *   time, date   9:05  ٢٠:٣٦  12/05/2015                          (moment.c)
 *   abbreviation U.S. أ.ف.ب Mr. Z. د
 *   joined       co-starring F-16 AT&T
 *   parted       l'|eau  5|km
 *   runs         ...  --
 *   words of scripts without spaces                           (dictionary.c)
 *
 * How much comes apart is what the Parallel Universal Dependencies treebanks
 * do, where they have an example.
 *
 * For whoever writes a fast lane: a run of letters or of digits that ends
 * before white space or the end of the text is a token, and so is one before
 * what joins it to nothing, unless
 *   before  . ' and other signs that join letters if one follows (walk_news)
 *   before  .   letters of at most 4 bytes
 *   before  -   digits, ASCII letters
 *   before  /   digits
 *   before  :   digits; "http://"
 *   before  & @ + % _   ASCII
 *   it begins with ASCII digits and has letters, with an Arabic and with
 *   other letters, or holds a letter of Thai, Lao, Khmer, Myanmar, Han or Kana
 * and a mark of punctuation is a token, unless it is . - # @ or has marks.
 *
 * Every look ahead is bounded, by the standards that bound what is looked for
 * or by the token found, so that a text of any shape takes linear time. */
#include "text/news.h"
#include "text/dictionary.h"
#include "text/text.h"
#include "text/walk.h"
#include <string.h>

bool news_is_one_of(const news_word *list, size_t count, const uint8_t *p,
                    size_t i, size_t end)
{
    news_word small = { 0 };
    uint64_t key, word; /* eight letters at once */
    bool found = false;
    if (end - i > sizeof small) return false;
    for (size_t k = 0; i + k < end; k++) small[k] = (char)(p[i + k] | 0x20);
    memcpy(&key, small, sizeof key);
    for (size_t k = 0; k < count; k++) {
        memcpy(&word, list[k], sizeof word);
        found |= word == key;
    }
    return found;
}

/* Where the ASCII letters at p[i] end. */
static size_t ascii_letters_end(const uint8_t *p, size_t n, size_t i)
{
    while (i < n && text_is_ascii_letter(p[i])) i++;
    return i;
}

static bool is_arabic(const struct text_prop *prop)
{
    return prop->script == WQ_S_ARABIC;
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
            && p[i] != '_' && prop->wb != WB_EXTEND && prop->wb != WB_ZWJ
            && prop->wb != WB_FORMAT)
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

static size_t hashtag_end(const uint8_t *p, size_t n, size_t i)
{
    size_t letters;
    size_t end = name_end(p, n, i + 1, &letters);
    return letters ? less_low_lines(p, i + 1, end) : 0;
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

/* ---- abbreviations ---- */

/* English abbreviations whose full stop belongs to them, in any case. */
static const news_word shortened[] = {
    "al", "aug", "ave", "ca", "capt", "co", "col", "corp", "dec", "dept", "dr",
    "etc", "feb", "fig", "gen", "gov", "hon", "inc", "jan", "jr", "lt", "ltd",
    "mr", "mrs", "ms", "nov", "oct", "prof", "rep", "rev", "sen", "sept",
    "sgt", "sr", "st", "univ", "vs",
};

/* Is the segment p[i..end), all ASCII letters, one that is written with a full
 * stop?  "No." only before a number: "No. 5". */
static bool is_shortened(const uint8_t *p, size_t n, size_t i, size_t end)
{
    if (news_is_one_of(shortened, WQ_LEN(shortened), p, i, end)) return true;
    return end - i == 2 && begins(p, end, i, "no") && n - end > 2
           && p[end + 1] == ' ' && text_is_ascii_digit(p[end + 2]);
}

/* The full stops of the segment p[i..end) if it is letters between full stops
 * (U.S أ.ف.ب), each alone or a capital twice (EE.UU); else 0. */
static size_t initials(const uint8_t *p, size_t i, size_t end)
{
    size_t bytes, dots = 0;
    uint32_t c, letter = 0; /* the one met since the last full stop */
    bool twice = false;
    for (; i < end; i += bytes) {
        bytes = text_decode(p + i, end - i, &c);
        const struct text_prop *prop = text_prop(c);
        if (c == '.') {
            dots++;
            letter = 0;
            twice = false;
        } else if (text_is_letter(prop)) {
            if (letter && (twice || c != letter || prop->category != GC_LU))
                return 0;
            twice = letter;
            letter = c;
        } else if (!text_is_mark(prop)) {
            return 0;
        }
    }
    return dots;
}

/* Does a letter follow the full stop p[dot], directly or behind one space? */
static const struct text_prop *letter_behind(const uint8_t *p, size_t n,
                                             size_t dot)
{
    size_t bytes, at = dot + 1;
    if (at < n && p[at] == ' ') at++;
    const struct text_prop *prop = at < n ? prop_at(p, n, at, &bytes) : NULL;
    return prop && text_is_letter(prop) ? prop : NULL;
}

/* The end of the abbreviation at the front of the segment p[i..end), or 0.
 * The full stops of Arabic are marks of their own, save inside the name of an
 * agency: أ.ف.ب  ق|.|م  د|.|محمد (PUD). */
static size_t abbreviation_end(const uint8_t *p, size_t n, size_t i, size_t end)
{
    size_t bytes;
    const struct text_prop *first = prop_at(p, n, i, &bytes), *behind;
    bool dot = end < n && p[end] == '.' && !(end + 1 < n && p[end + 1] == '.');
    size_t dots = initials(p, i, end);
    if (dots && !is_arabic(first)) return end + dot;
    if (dots > 1) return end;
    if (dots) return (size_t)((const uint8_t *)memchr(p + i, '.', end - i) - p);
    if (!dot) return 0;
    if (text_is_ascii_letter(p[i]) && is_shortened(p, n, i, end))
        return end + 1;
    if (i + bytes != end || !text_is_letter(first)
        || !(behind = letter_behind(p, n, end)))
        return 0;
    if (is_arabic(first)) return end;
    /* Adnan Z. Amin; but World War I. The */
    return first->category == GC_LU && behind->category == GC_LU && p[i] != 'I'
               ? end + 1
               : 0;
}

/* ---- joined and parted ---- */

/* Prefixes that are no words: what they are joined to by a hyphen is one with
 * them, as in the English treebanks of UD. */
static const news_word prefixes[] = {
    "anti", "bi", "co", "de", "e", "eco", "ex", "extra", "inter", "intra",
    "macro", "mega", "meta", "micro", "mid", "mini", "multi", "neo", "non",
    "para", "post", "pre", "pro", "proto", "pseudo", "quasi", "re", "semi",
    "sub", "super", "trans", "tri", "ultra", "un", "uni", "vice", "wi",
};

/* May the Latin letters p[i..end) be the first part of a name like F-16, Su-27,
 * COVID-19: at most 5, of them a capital in front, and behind from 3 on? */
static bool is_model(const uint8_t *p, size_t i, size_t end)
{
    size_t n = end - i;
    return n <= 5 && p[i] <= 'Z' && (n <= 2 || p[end - 1] <= 'Z');
}

/* The end of the capitals at p[i] if they are 1 to 3 and nothing goes on behind
 * them, or 0. */
static size_t few_capitals_end(const uint8_t *p, size_t n, size_t i)
{
    size_t end = i;
    while (end < n && end - i < 4 && p[end] >= 'A' && p[end] <= 'Z') end++;
    if (end == i || end - i == 4) return 0;
    return end < n && text_is_ascii_alnum(p[end]) ? 0 : end;
}

/* The end of what the segment p[i..end) of ASCII letters is the first part of,
 * over a hyphen or an ampersand, or 0. */
static size_t joined_end(const uint8_t *p, size_t n, size_t i, size_t end)
{
    unsigned seen;
    if (end + 1 >= n || ascii_letters_end(p, end, i) != end) return 0;
    if (p[end] == '&')
        return few_capitals_end(p, n, i) == end
                   ? few_capitals_end(p, n, end + 1)
                   : 0;
    if (p[end] != '-' || !text_is_ascii_alnum(p[end + 1])) return 0;
    if (text_is_ascii_digit(p[end + 1]) && is_model(p, i, end))
        return walk_news(p, n, end + 1, &seen);
    if (news_is_one_of(prefixes, WQ_LEN(prefixes), p, i, end))
        return walk_news(p, n, end + 1, &seen);
    return 0;
}

/* Words that drop their vowel before the next word: the treebanks of UD part
 * them behind the apostrophe.  French, Italian. */
static const news_word elided[] = {
    "c", "d", "j", "l", "m", "n", "qu", "s", "t", "jusqu", "lorsqu", "puisqu",
    "all", "dall", "dell", "nell", "quell", "sull", "un",
};
#define ELIDED_MAX 6

/* Is it a vowel, or the h that may be silent? */
static bool is_vowel(uint32_t c)
{
    if (c >= 0x80) return text_prop(c)->script == WQ_S_LATIN; /* é œ */
    return c && strchr("aeiouhAEIOUH", (int)c);
}

/* The end of the elided word and its apostrophe at p[i] (l'eau d’Artagnan), or
 * 0.  Looked for before the walk: l'a'l'a' would be walked at each. */
static size_t elided_end(const uint8_t *p, size_t n, size_t i)
{
    size_t stop = n - i > ELIDED_MAX + 1 ? i + ELIDED_MAX + 1 : n;
    size_t end = ascii_letters_end(p, stop, i);
    if (end == i || end >= n) return 0;
    uint32_t c;
    size_t behind = end + text_decode(p + end, n - end, &c);
    if ((c != '\'' && c != 0x2019) || behind >= n) return 0;
    text_decode(p + behind, n - behind, &c);
    return is_vowel(c) && news_is_one_of(elided, WQ_LEN(elided), p, i, end)
               ? behind
               : 0;
}

/* Units that are written right behind a number; "5m" may be metres or millions
 * and stays, as 3G and MP3 do. */
static const news_word units[] = {
    "am", "pm", "bn", "mn", "tn", "km", "kg", "cm", "mm", "mg", "ml", "ft",
    "lb", "lbs", "hp", "kw", "mw", "gw", "kb", "mb", "gb", "tb", "mph", "kph",
    "kmh", "hz", "khz", "mhz", "ghz",
};

/* Where the unit begins in the segment p[i..end) of digits and a unit, or 0. */
static size_t unit_begin(const uint8_t *p, size_t i, size_t end)
{
    size_t at = i;
    while (at < end && (text_is_ascii_digit(p[at]) || p[at] == '.'
                        || p[at] == ','))
        at++;
    return at < end && ascii_letters_end(p, end, at) == end
                   && news_is_one_of(units, WQ_LEN(units), p, at, end)
               ? at
               : 0;
}

/* ---- the token ---- */

/* The end of the run of the byte at p[i]. */
static size_t run_end(const uint8_t *p, size_t n, size_t i)
{
    uint8_t b = p[i];
    while (i < n && p[i] == b) i++;
    return i;
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

/* What the segment p[i..end) is a part of, or the part of it that comes first;
 * 0: neither. */
static size_t other_end(const uint8_t *p, size_t n, size_t i, size_t end,
                        unsigned seen, uint8_t *cls)
{
    size_t to = 0;
    if (text_is_ascii_alnum(p[i])) {
        *cls = WQ_W_EMAIL;
        if ((to = address_email(p, n, i, end))) return to;
        *cls = WQ_W_URL;
        if ((to = address_url(p, n, i, end))) return to;
    }
    if (!(seen & SEEN_LETTER)) {
        *cls = WQ_W_DATE;
        if ((to = moment_date(p, n, i)) >= end) return to;
        *cls = WQ_W_TIME;
        return end < n && p[end] == ':' ? moment_time(p, n, i) : 0;
    }
    *cls = WQ_W_ABBREVIATION;
    if (!(seen & SEEN_DIGIT) && (to = abbreviation_end(p, n, i, end)))
        return to;
    *cls = WQ_W_WORD;
    if ((to = joined_end(p, n, i, end))) return to;
    if (!text_is_ascii_digit(p[i])) return 0;
    *cls = WQ_W_TIME;
    if (moment_is_french_time(p, i, end)) return end;
    *cls = WQ_W_NUMBER;
    return unit_begin(p, i, end);
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
        if ((end = hashtag_end(p, n, i))) return end;
        break;
    case '@':
        *cls = WQ_W_MENTION;
        if ((end = mention_end(p, n, i))) return end;
        break;
    default:
        *cls = WQ_W_WORD;
        if (text_is_ascii_letter(p[i]) && (end = elided_end(p, n, i)))
            return end;
        if (dictionary_has(first) && (end = dictionary_end(p, n, i)))
            return end;
        break;
    }
    unsigned seen;
    end = walk_news(p, n, i, &seen);
    if (seen & (SEEN_LETTER | SEEN_DIGIT)) {
        size_t to = other_end(p, n, i, end, seen, cls);
        if (to) return to;
    }
    *cls = walk_class(p, i, end, seen);
    /* A tatweel by itself is set as a dash: قال ـ رويترز */
    if (*cls == WQ_W_WORD && is_filling(p, i, end)) *cls = WQ_W_PUNCT;
    return end;
}
