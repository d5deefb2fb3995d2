/* abbreviations.c - words that the rules of sentences look at.
 *
 * The abbreviations are those whose full stop hardly ever ends a sentence.
 * Those that may ("Inc.", "etc.", "usw.", "и т. д.") are left out on purpose: a
 * small letter behind them says that they do not, and then nothing needs to be
 * known.
 *
 * Sources, by language: Chicago Manual of Style ch. 10 (en); Lexique des regles
 * typographiques, Imprimerie nationale (fr); Duden, Richtiges Deutsch (de);
 * Ortografia de la lengua espanola, appendix 2 (es); GOST R 7.0.12 (ru); TDK
 * Kisaltmalar Dizini (tr); newspapers' usage for the Arabic words.  Single
 * letters (M., г., د.) need no list (stops.c).
 *
 * Lists are sorted by bytes, to be searched by halves; the Arabic ones are
 * written as their fold leaves them. */
#include "text/sentences.h"
#include "text/text.h"
#include <string.h>

/* Bytes of the longest word that is all ASCII and looked for folded. */
#define ASCII_MAX 6

/* Is p[0..n), n >= 1, in the list? */
static bool is_in(const char *const *list, size_t count, const char *p,
                  size_t n)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = (uint8_t)list[middle][0] - (uint8_t)p[0];
        if (order == 0) order = strncmp(list[middle], p, n);
        if (order == 0 && list[middle][n] == '\0') return true;
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return false;
}

/* Is p[i..end), folded, in the list? */
static bool is_folded_in(const char *const *list, size_t count, uint32_t fold,
                         const uint8_t *p, size_t i, size_t end)
{
    char word[3 * WORD_MAX + 8]; /* as much as fold may need */
    size_t n = 0;
    if (i == end || end - i > WORD_MAX) return false;
    while (i + n < end && p[i + n] < 0x80) { /* nearly always all of it */
        word[n] = (char)(text_is_ascii_letter(p[i + n]) ? p[i + n] | 0x20
                                                         : p[i + n]);
        n++;
    }
    if (i + n < end)
        n = text_fold(fold, (const char *)p + i, end - i, word, sizeof word);
    else if (n > ASCII_MAX)
        return false;
    return n && is_in(list, count, word, n);
}

/* ---- abbreviations ---- */

/* en: Mr., e.g., approx.; fr: Mme, p. ex.; de: bzw., z.B., Mio.; es: Sra., p.
 * ej.; it: sig.; ru: т.е., ул., проф.; tr: doç., bkz.; hi: डॉ. */
static const char *const before_names[] = {
    "adm", "alb", "approx", "aprox", "av", "avv", "bkz", "bzw", "ca", "cad",
    "capt", "cf", "cmdr", "col", "cpl", "d.h", "dipl", "dott", "doç", "dr",
    "dra", "dña", "e.g", "ej", "evtl", "ex", "excmo", "fr", "gen", "ggf",
    "gov", "gral", "hon", "hr", "i.e", "ing", "inkl", "lic", "lt", "mah",
    "maj", "messrs", "mgr", "mio", "mlle", "mm", "mme", "mr", "mrd", "mrs",
    "ms", "mt", "o.ä", "pres", "prof", "rep", "rev", "sen", "sgt", "sig",
    "sn", "sog", "sok", "sr", "sra", "sres", "srta", "st", "ste", "supt",
    "u.a", "ud", "uds", "vgl", "viz", "vs", "yrd", "z.b", "örn", "акад",
    "ген", "доц", "им", "напр", "пл", "пр", "проф", "св", "см", "ср", "т.е",
    "т.к", "т.н", "тов", "ул", "डॉ", "पं", "प्रो",
};
/* en: no., fig., Jan.; de: Nr., Abb.; es: núm., págs.; ru: стр., рис. */
static const char *const before_numbers[] = {
    "abb", "abs", "apr", "art", "aug", "bd", "cap", "ch", "chap", "dec",
    "env", "eq", "feb", "fig", "figs", "jan", "jul", "jun", "kap", "mar",
    "no", "nos", "nov", "nr", "núm", "oct", "par", "pp", "pág", "págs", "sec",
    "sep", "sept", "sf", "str", "vol", "vols", "гл", "кв", "корп", "рис",
    "стр", "табл", "тел",
};

bool precedes_name(const uint8_t *p, size_t i, size_t end)
{
    return is_folded_in(before_names, WQ_LEN(before_names), WQ_FOLD_LIGHT, p, i,
                        end);
}

bool precedes_number(const uint8_t *p, size_t i, size_t end)
{
    return is_folded_in(before_numbers, WQ_LEN(before_numbers), WQ_FOLD_LIGHT,
                        p, i, end);
}

/* ---- words as they are written ---- */

static const char *const german_months[] = { /* and "19. Jahrhundert" */
    "April", "August", "Dezember", "Februar", "Jahrhundert",
    "Januar", "Juli", "Juni", "Jänner", "Mai", "März",
    "November", "Oktober", "September",
};

bool is_german_month(const uint8_t *p, size_t i, size_t end)
{
    return i < end
           && is_in(german_months, WQ_LEN(german_months), (const char *)p + i,
                    end - i);
}

static const char *const beginnings[] = {
    "A", "After", "An", "And", "As", "At", "Before", "But",
    "For", "He", "Her", "His", "However", "If", "In", "It",
    "Its", "On", "She", "Since", "That", "The", "Their",
    "There", "These", "They", "This", "Those", "We", "What",
    "When", "While", "You",
};

bool begins_sentence(const uint8_t *p, size_t i, size_t end)
{
    return i < end
           && is_in(beginnings, WQ_LEN(beginnings), (const char *)p + i,
                    end - i);
}

/* ---- Arabic words, folded ---- */

static const char *const letter_names[] = {
    "اتش", "ار", "اس", "اف", "اكس", "ال", "ام", "ان", "او",
    "اي", "ايه", "بي", "تي", "جاي", "جي", "جيه", "دبليو", "دي",
    "زد", "سي", "في", "كي", "كيه", "كيو", "واي", "يو",
};

bool is_letter_name(const uint8_t *p, size_t i, size_t end)
{
    return is_folded_in(letter_names, WQ_LEN(letter_names), WQ_FOLD_STANDARD, p,
                        i, end);
}

/* "because", "that", "but rather", "who", "such as", "and others".  Not folded:
 * أن is "that", إن begins a statement. */
static const char *const no_statement[] = {
    "أم", "أن", "أو", "أي", "إذ", "إلا", "إلخ", "التي", "الخ",
    "الذي", "الذين", "بل", "حتى", "حيث", "سواء", "سواءً", "عن",
    "غير", "لأن", "لأنه", "لأنها", "لأنهم", "لان", "لانه",
    "لانها", "مثل", "مشيرا", "مشيراً", "مشيرة", "مما", "وأن",
    "وغيره", "وغيرها", "وغيرهم", "وغيرهما", "وغيرهن", "ولأن",
};

bool begins_no_statement(const uint8_t *p, size_t i, size_t end)
{
    return is_folded_in(no_statement, WQ_LEN(no_statement), WQ_FOLD_LIGHT, p, i,
                        end);
}

/* "in", "to", "then", "by Dr", "he said", "she asked" */
static const char *const behind_quotation[] = {
    "اجاب", "اجابت", "الي", "بعد", "تساءل", "تساءلت", "تقول",
    "ثم", "جاء", "سال", "سالت", "سالته", "ضمن", "علي", "عند",
    "في", "قال", "قالت", "قالوا", "قبل", "للدكتور", "مع",
    "يتساءل", "يسال", "يقول",
};

bool follows_quotation(const uint8_t *p, size_t i, size_t end)
{
    return is_folded_in(behind_quotation, WQ_LEN(behind_quotation),
                        WQ_FOLD_STANDARD, p, i, end);
}

/* "in", "from", "to", "that", "between" */
static const char *const no_last_word[] = {
    "التي", "الذي", "الي", "ان", "او", "بين", "علي", "عن", "في",
    "مع", "من",
};

bool ends_no_line(const uint8_t *p, size_t i, size_t end)
{
    return is_folded_in(no_last_word, WQ_LEN(no_last_word), WQ_FOLD_STANDARD, p,
                        i, end);
}
