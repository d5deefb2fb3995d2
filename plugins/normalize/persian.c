/* persian.c - which yeh and which kaf a word has.  See persian.h.
 *
 * Persian, Urdu and Kurdish write U+06CC and U+06A9 where Arabic writes U+064A
 * (or U+0649) and U+0643.  They look alike, so that Arabic typed on a Persian
 * keyboard or telephone has them, too, and no search finds it.  But a Persian
 * name in an Arabic article should stay as Persians spell it.  So it is asked
 * word by word, the narrowest answer first:
 *
 *   word      has a letter that Arabic does not have: its own spelling stays
 *   passage   what stands between brackets, quotation marks or line ends: more
 *             words that only Arabic can have ("إن", "المدينة") than words with
 *             foreign letters: Arabic; else, if there are any of these, not
 *   article   one letter of Arabic script in 200, or more, is foreign (Persian:
 *             one in 50; Arabic with a few names: one in 1,000)
 *
 * None of the evidence is anything that this pass writes, so that the answer is
 * the same when it is asked again.
 *
 * At the end of a word U+06CC has no dots, as U+0649 has none: it is U+0649 in
 * the words that are spelled so ("علی", "مستوی"), else U+064A ("السعودی"). */
#include "persian.h"
#include "kinds.h"
#include <string.h>

enum { YEH = 0x64A, KAF = 0x643, MAKSURA = 0x649, KEHEH = 0x6A9, FARSI = 0x6CC };

/* A letter that Persian, Urdu, Kurdish, Pashto, Uyghur ... have and Arabic has
 * not.  Arabic text of the Maghreb writes a foreign v with three dots (U+06A4,
 * U+06A8), and the Quran has U+0671. */
static int is_foreign_letter(uint32_t c)
{
    return is_arabic_letter(c) && c > 0x671 && c != KEHEH && c != FARSI &&
           c != 0x6A4 && c != 0x6A8;
}

void persian_count(const char *p, size_t n, size_t *all, size_t *foreign)
{
    for (size_t i = 0, bytes; i < n; i += bytes) {
        bytes = 1;
        if ((unsigned char)p[i] < 0xD8) continue;
        uint32_t c = decode(p, i, &bytes);
        *all += is_arabic_letter(c) != 0;
        *foreign += is_foreign_letter(c) != 0;
    }
}

/* A word: letters of Arabic script with what may stand on and between them. */
struct word {
    size_t begin, end;
    int is_foreign, is_arabic, has_persian;
};

static int is_in_word(uint32_t c)
{
    return is_arabic_letter(c) || is_arabic_mark(c) || c == 0x640 ||
           c == 0x200C || c == 0x200D;
}

/* Reads the word that begins at p[i], a letter. */
static struct word read_word(const char *p, size_t i, size_t n)
{
    struct word w = { i, i, 0, 0, 0 };
    uint32_t front[2] = { 0 }, letters = 0;
    for (size_t bytes; w.end < n; w.end += bytes) {
        uint32_t c = decode(p, w.end, &bytes);
        if (!is_in_word(c)) break;
        if (!is_arabic_letter(c)) continue;
        if (letters < 2) front[letters] = c;
        letters++;
        w.is_foreign |= is_foreign_letter(c);
        w.has_persian |= c == KEHEH || c == FARSI;
        /* teh marbuta; alef with hamza below, or above at the front */
        w.is_arabic |= c == 0x629 || c == 0x625 || (c == 0x623 && letters == 1);
    }
    /* "ال" is an article before two letters or more. */
    w.is_arabic |= front[0] == 0x627 && front[1] == 0x644 && letters >= 4;
    w.is_arabic &= !w.is_foreign;
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

/* Reads the passage that begins at p[i].  Returns its end; *verdict: 1 foreign,
 * 0 Arabic, -1 it does not tell. */
static size_t read_passage(const char *p, size_t i, size_t n, int *verdict)
{
    size_t foreign = 0, arabic = 0, bytes;
    while (i < n) {
        uint32_t c = decode(p, i, &bytes);
        if (is_arabic_letter(c)) {
            struct word w = read_word(p, i, n);
            foreign += w.is_foreign != 0;
            arabic += w.is_arabic != 0;
            i = w.end;
            continue;
        }
        i += bytes;
        if (is_border(c)) break;
    }
    *verdict = !foreign && !arabic ? -1 : foreign >= arabic;
    return i;
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
    int passage = -1, article = -1;
    size_t known = 0; /* where the passage ends that `passage` is about */
    edits->n = 0;
    memcpy(out, p, n);
    for (size_t i = 0, bytes; i < n; i += bytes) {
        bytes = 1;
        if ((unsigned char)p[i] < 0xD8 || (unsigned char)p[i] > 0xE0) continue;
        if (!is_arabic_letter(decode(p, i, &bytes))) continue;
        struct word w = read_word(p, i, n);
        bytes = w.end - i;
        if (!w.has_persian || w.is_foreign) continue;
        /* Passages are read from the border before the word. */
        while (known <= i) known = read_passage(p, known, n, &passage);
        if (passage < 0 && article < 0 && (article = is_foreign(to)) < 0)
            return (size_t)-1;
        if (passage < 0 ? article : passage) continue;
        if (write_word(p, &w, count, out + i, edits) < 0) return (size_t)-1;
    }
    return n;
}
