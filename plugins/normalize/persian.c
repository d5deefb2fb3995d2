/* persian.c - which yeh and which kaf a word has.  See persian.h.
 *
 * Persian, Urdu and Kurdish write U+06CC and U+06A9 where Arabic writes U+064A
 * (or U+0649) and U+0643.  They look alike, so that Arabic typed on a Persian
 * keyboard or telephone has them, too, and no search finds it.  But a Persian
 * name in an Arabic article should stay as Persians spell it.  So it is asked
 * word by word, the narrowest answer first:
 *
 *   word      has a letter that Arabic does not have: its own spelling stays
 *   passage   what stands between brackets, quotation marks or line ends.  It is
 *             foreign if it has as many words that are foreign (by a letter, or
 *             everyday Persian: "این", "است", "می‌") as words that only Arabic
 *             can have ("إن", "المدينة"), or more; or if it has MANY Persian yeh
 *             and kaf, and FEW times fewer Arabic signs (ة ى ي ك أ إ, "ال")
 *   article   has no word of either kind in the passage: one letter of Arabic
 *             script in 200, or more, is foreign (Persian: one in 50; Arabic with
 *             a few names: one in 1,000), each everyday word counted as one
 *
 * An article whose field `lang` names such a language (is_persian_script) is not
 * asked about at all.
 *
 * None of the evidence for Persian is anything that this pass writes, and what it
 * writes is evidence for Arabic, in passages that were found to be Arabic; so the
 * answer is the same when it is asked again.
 *
 * At the end of a word U+06CC has no dots, as U+0649 has none: it is U+0649 in
 * the words that are spelled so ("علی", "مستوی"), else U+064A ("السعودی").  Both
 * are words now and then: "علی" becomes "على" (on), much commoner than the name
 * "علي" (Ali). */
#include "persian.h"
#include "kinds.h"
#include <string.h>

enum {
    /* Declaration of Human Rights: Persian and Urdu have no Arabic sign, Arabic
     * as many as yeh and kaf, or more: six without one are not chance. */
    MANY = 6,
    FEW = 4
};
enum { YEH = 0x64A, KAF = 0x643, MAKSURA = 0x649, KEHEH = 0x6A9, FARSI = 0x6CC };

/* A letter that Persian, Urdu, Kurdish, Pashto, Uyghur ... have and Arabic has
 * not.  Arabic text of the Maghreb writes a foreign v with three dots (U+06A4,
 * U+06A8), and the Quran has U+0671. */
static int is_foreign_letter(uint32_t c)
{
    return is_arabic_letter(c) && c > 0x671 && c != KEHEH && c != FARSI &&
           c != 0x6A4 && c != 0x6A8;
}

/* A word: letters of Arabic script with what may stand on and between them. */
struct word {
    size_t begin, end;
    int is_arabic, is_everyday; /* by a sign of Arabic; Persian by its use */
    unsigned letters, foreign;  /* of Arabic script; not of Arabic         */
    unsigned persian, arabic;   /* U+06CC and U+06A9; ة ى ي ك أ إ, "ال"    */
};

static int is_in_word(uint32_t c)
{
    return is_arabic_letter(c) || is_arabic_mark(c) || c == 0x640 ||
           c == 0x200C || c == 0x200D;
}

/* Everyday words of Persian and Urdu without a foreign letter that are none of
 * Arabic, whatever the yeh (not کی, علی, یا), and what stands before and behind a
 * U+200C. */
/* clang-format off */
static const char *const everyday[] = {
    "این", "که", "از", "است", "را", "برای", "می", "نمی", "های", "هایی", "یک",
    "ایک", "اینکه", "آنکه", "بلکه", "کرده", "کردن", "کند", "کنند", "کنیم", "کنید",
    "کنم", "شود", "شوند", "باید", "نباید", "نیز", "نیست", "نیستند", "هستند",
    "هستیم", "هستم", "دارد", "ندارد", "دارند", "خواهد", "خواهند", "تواند",
    "توانند", "همین", "یکی", "بسیار", "بسیاری", "دهد", "دهند", "یابد", "کسی",
    "هیچ", "کدام", "کجا", "اینجا", "آید", "اند", "میشود", "میکند", "میکنند",
    "میباشد", "نمیتواند", "نمیشود", "هر",
};
/* clang-format on */

static int is_everyday(const char *p, size_t n)
{
    for (size_t i = 0; i < sizeof everyday / sizeof *everyday; i++)
        if (strlen(everyday[i]) == n && memcmp(everyday[i], p, n) == 0)
            return 1;
    return 0;
}

/* Reads the word that begins at p[i], a letter. */
static struct word read_word(const char *p, size_t i, size_t n)
{
    struct word w = { .begin = i, .end = i };
    size_t part = i; /* begin of what U+200C ends */
    uint32_t front[2] = { 0 };
    unsigned letters = 0;
    for (size_t bytes; w.end < n; w.end += bytes) {
        uint32_t c = decode(p, w.end, &bytes);
        if (!is_in_word(c)) break;
        if (c == 0x200C) {
            w.is_everyday |= is_everyday(p + part, w.end - part);
            part = w.end + bytes;
        }
        if (!is_arabic_letter(c)) continue;
        if (letters < 2) front[letters] = c;
        letters++;
        w.foreign += is_foreign_letter(c) != 0;
        w.persian += c == KEHEH || c == FARSI;
        w.arabic += c == YEH || c == KAF || c == MAKSURA || c == 0x629 ||
                    c == 0x623 || c == 0x625;
        /* teh marbuta; alef with hamza below, or above at the front */
        w.is_arabic |= c == 0x629 || c == 0x625 || (c == 0x623 && letters == 1);
    }
    w.is_everyday |= is_everyday(p + part, w.end - part);
    /* "ال" is an article before two letters or more. */
    if (front[0] == 0x627 && front[1] == 0x644 && letters >= 4)
        w.is_arabic = 1, w.arabic++;
    w.is_arabic &= !w.foreign;
    w.letters = letters;
    return w;
}

/* Does c end a passage? */
static int is_border(uint32_t c)
{
    switch (c) {
    case '\n':
    case '"':
    case '(':
    case ')':
    case '[':
    case ']':
    case '{':
    case '}':
    case 0xAB:
    case 0xBB:
    case 0x2039:
    case 0x203A:
    case 0xFD3E:
    case 0xFD3F: return 1;
    default: return c >= 0x2018 && c <= 0x201F;
    }
}

/* What a passage holds. */
struct passage {
    int verdict;     /* 1 foreign, 0 Arabic, -1 it does not tell              */
    size_t letters;  /* of Arabic script                                      */
    size_t foreign;  /* ... that Arabic does not have                         */
    size_t everyday; /* words                                                 */
};

/* Reads the passage that begins at p[i].  Returns its end. */
static size_t read_passage(const char *p, size_t i, size_t n,
                           struct passage *passage)
{
    size_t foreign = 0, arabic = 0, persian = 0, signs = 0, bytes;
    *passage = (struct passage){ 0 };
    while (i < n) {
        uint32_t c = decode(p, i, &bytes);
        if (is_arabic_letter(c)) {
            struct word w = read_word(p, i, n);
            foreign += w.foreign || w.is_everyday;
            arabic += w.is_arabic != 0;
            persian += w.persian;
            signs += w.arabic;
            passage->letters += w.letters;
            passage->foreign += w.foreign;
            passage->everyday += w.is_everyday != 0;
            i = w.end;
            continue;
        }
        i += bytes;
        if (is_border(c)) break;
    }
    int is_persian = persian >= MANY && persian > FEW * signs;
    passage->verdict = is_persian           ? 1
                       : foreign || arabic ? foreign >= arabic
                                            : -1;
    return i;
}

void persian_count(const char *p, size_t n, size_t *all, size_t *foreign)
{
    struct passage passage;
    for (size_t i = 0; i < n;) {
        i = read_passage(p, i, n, &passage);
        *all += passage.letters;
        *foreign += passage.foreign;
        /* In Arabic passages they are rewritten, and would not count again. */
        if (passage.verdict != 0) *foreign += passage.everyday;
    }
}

/* Words of everyday Arabic that end in U+0649, without it and unvocalised.  Not
 * those that are another word with U+064A, and as common (قوى, رأى). */
/* clang-format off */
static const char *const maksura[] = {
    "عل", "إل", "ال", "حت", "لد", "مت", "سو", "بل", "عس", "إحد", "احد", "أخر",
    "اخر", "كبر", "صغر", "عظم", "قصو", "أول", "اول", "أعل", "اعل", "أدن",
    "ادن", "أقص", "اقص", "أقو", "اقو", "أسم", "أغن", "أبق", "أوف", "وسط",
    "يسر", "مستو", "محتو", "مستشف", "منتد", "ملتق", "مبن", "معن", "مد", "مرم",
    "مقه", "مله", "مجر", "مأو", "مصطف", "موس", "عيس", "يحي", "ليل", "سلم",
    "هد", "من", "جرح", "قتل", "مرض", "موت", "قر", "شور", "فتو", "دعو", "شكو",
    "جدو", "فوض", "عدو", "تقو", "بلو", "رؤ", "ذكر", "موسيق", "أضح", "أفع",
    "أجر", "اجر", "أعط", "اعط", "ألق", "أدل", "أبد", "أنه", "أمض", "أحص",
    "تلق", "تول", "تبن", "تخط", "تصد", "تمن", "تعاط", "استدع", "استول",
    "استثن", "اشتر", "التق", "انته", "اكتف", "احتو", "ارتد", "جر", "مض", "قض",
    "يسع", "يبق", "يتلق", "يتول", "يخش", "يرع", "ينس", "يدع", "تسم", "يسم",
    "مسم", "مثن", "مستثن",
};
/* clang-format on */

/* Do stem[0..n), Arabic letters, and U+0649 make one of those words, perhaps
 * with a conjunction, a preposition or the article before it? */
static int is_maksura(const char *stem, size_t n)
{
    static const char *const before[] = { "", "و", "ف", "ب", "ل", "ك", "ال",
                                          "وال", "بال", "فال", "كال", "لل",
                                          "ول", "وب", "فل" };
    for (size_t k = 0; k < sizeof before / sizeof *before; k++) {
        size_t skip = strlen(before[k]);
        if (skip >= n || memcmp(stem, before[k], skip) != 0) continue;
        for (size_t i = 0; i < sizeof maksura / sizeof *maksura; i++)
            if (strlen(maksura[i]) == n - skip &&
                memcmp(maksura[i], stem + skip, n - skip) == 0)
                return 1;
    }
    return 0;
}

/* What U+06CC at p[at], the last letter of the word, is in Arabic. */
static uint32_t final_yeh(const char *p, const struct word *w, size_t at)
{
    char stem[32]; /* no such word is longer */
    size_t n = 0;
    for (size_t i = w->begin, bytes; i < at; i += bytes) {
        uint32_t c = decode(p, i, &bytes);
        if (!is_arabic_letter(c)) continue;
        if (n + 4 > sizeof stem) return YEH;
        n += encode(stem + n, c == KEHEH ? KAF : c == FARSI ? YEH : c);
    }
    return is_maksura(stem, n) ? MAKSURA : YEH;
}

/* Is p[at] the last letter of the word? */
static int is_last_letter(const char *p, const struct word *w, size_t at)
{
    for (size_t i = at + 2, bytes; i < w->end; i += bytes)
        if (is_arabic_letter(decode(p, i, &bytes))) return 0;
    return 1;
}

/* Writes the word, as bytes of the same number.  Returns 0, or -1: no memory. */
static int write_word(const char *p, const struct word *w, uint64_t *count,
                      char *out, struct edits *edits)
{
    for (size_t i = w->begin, bytes; i < w->end; i += bytes) {
        uint32_t c = decode(p, i, &bytes), to = c;
        if (c == KEHEH) to = KAF;
        if (c == FARSI)
            to = is_last_letter(p, w, i) ? final_yeh(p, w, i) : YEH;
        encode(out + (i - w->begin), to);
        if (to == c) continue;
        ++*count;
        if (edits_add(edits, i, i + 2, 2) < 0) return -1;
    }
    return 0;
}

size_t rewrite_persian(const char *p, size_t n, int (*is_foreign)(void *to),
                       void *to, uint64_t *count, char *out,
                       struct edits *edits)
{
    struct passage passage = { .verdict = -1 };
    int article = -1;
    size_t known = 0; /* where the passage ends that `passage` is about */
    edits->n = 0;
    memcpy(out, p, n);
    for (size_t i = 0, bytes; i < n; i += bytes) {
        bytes = 1;
        if ((unsigned char)p[i] < 0xD8 || (unsigned char)p[i] > 0xE0) continue;
        if (!is_arabic_letter(decode(p, i, &bytes))) continue;
        struct word w = read_word(p, i, n);
        bytes = w.end - i;
        if (!w.persian || w.foreign) continue;
        /* Passages are read from the border before the word. */
        while (known <= i) known = read_passage(p, known, n, &passage);
        if (passage.verdict < 0 && article < 0 && (article = is_foreign(to)) < 0)
            return (size_t)-1;
        if (passage.verdict < 0 ? article : passage.verdict) continue;
        if (write_word(p, &w, count, out + i, edits) < 0) return (size_t)-1;
    }
    return n;
}

int is_persian_script(const char *lang, size_t n)
{
    /* ISO 639-1 and -3: Persian, Dari, Tajik, Luri, Mazanderani, Gilaki; Urdu,
     * Punjabi, Saraiki; Kurdish; Pashto, Balochi; Uyghur, South Azerbaijani,
     * Kazakh and Kirghiz in Arabic script; Sindhi, Kashmiri; Ottoman; Jawi. */
    static const char *const langs[] = {
        "fa",  "fas", "per", "pes", "prs", "tg",  "tgk", "lrc", "mzn", "glk",
        "ur",  "urd", "pa",  "pan", "pnb", "skr", "ku",  "kur", "ckb", "kmr",
        "sdh", "ps",  "pus", "pbt", "bal", "ug",  "uig", "azb", "kk",  "kaz",
        "ky",  "kir", "sd",  "snd", "ks",  "kas", "ota", "ms",  "msa", "may",
    };
    size_t size = 0;
    while (size < n && lang[size] != '-' && lang[size] != '_') size++;
    for (size_t i = 0; i < sizeof langs / sizeof *langs; i++) {
        size_t k = 0;
        if (strlen(langs[i]) != size) continue;
        while (k < size && (lang[k] | 0x20) == langs[i][k]) k++;
        if (k == size) return 1;
    }
    return 0;
}
