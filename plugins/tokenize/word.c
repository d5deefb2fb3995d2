/* word.c - reads a word: which letters, and where in it they begin. */
#include "word.h"

/* clang-format off */
static const uint8_t letters[256] = { /* U+0600 .. U+06FF */
    [0x21] = HAMZA, [0x22] = ALEF, [0x23] = ALEF, [0x24] = WAW_HAMZA,
    [0x25] = ALEF, [0x26] = YEH_HAMZA, [0x27] = ALEF, [0x28] = BEH,
    [0x29] = TEH_MARBUTA, [0x2A] = TEH, [0x2B] = THEH, [0x2C] = JEEM,
    [0x2D] = HAH, [0x2E] = KHAH, [0x2F] = DAL, [0x30] = THAL, [0x31] = REH,
    [0x32] = ZAIN, [0x33] = SEEN, [0x34] = SHEEN, [0x35] = SAD, [0x36] = DAD,
    [0x37] = TAH, [0x38] = ZAH, [0x39] = AIN, [0x3A] = GHAIN,
    [0x40] = SKIP, /* tatweel */
    [0x41] = FEH, [0x42] = QAF, [0x43] = KAF, [0x44] = LAM, [0x45] = MEEM,
    [0x46] = NOON, [0x47] = HEH, [0x48] = WAW, [0x49] = YEH, [0x4A] = YEH,
    [0x4B ... 0x5F] = SKIP, [0x70] = SKIP, /* vowel signs, dagger alef */
    [0x71] = ALEF, [0x7E] = FOREIGN, [0x86] = FOREIGN, [0x98] = FOREIGN,
    [0xA4] = FOREIGN, [0xAF] = FOREIGN,
    [0xD6 ... 0xDC] = SKIP, [0xDF ... 0xE4] = SKIP, [0xE7 ... 0xE8] = SKIP,
    [0xEA ... 0xED] = SKIP, /* Koranic signs */
};
/* clang-format on */

/* The letter at p, and its length in bytes.  p is valid UTF-8. */
static enum letter letter_at(const unsigned char *p, size_t *length)
{
    if (p[0] >= 0xD8 && p[0] <= 0xDB) { /* U+0600 .. U+06FF */
        *length = 2;
        return letters[((p[0] - 0xD8) << 6) | (p[1] & 0x3F)];
    }
    *length = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (p[0] != 0xE2) return NONE;
    /* U+200B .. U+200F, U+202A .. U+202E: joiners and marks of direction */
    if (p[1] == 0x80
        && ((p[2] >= 0x8B && p[2] <= 0x8F) || (p[2] >= 0xAA && p[2] <= 0xAE)))
        return SKIP;
    /* U+2060 .. U+206F, the same */
    return p[1] == 0x81 && p[2] >= 0xA0 && p[2] <= 0xAF ? SKIP : NONE;
}

#define B2 (BASE * BASE)
#define B4 (B2 * B2)
#define B8 (B4 * B4)
#define FOUR(p) (p), (p)*BASE, (p)*B2, (p)*B2 *BASE
const uint64_t power[CLITICS_LETTERS + 4] = {
    FOUR(UINT64_C(1)), FOUR(B4),           FOUR(B8),      FOUR(B8 *B4),
    FOUR(B8 *B8),      FOUR(B8 *B8 *B4), FOUR(B8 *B8 *B8),
};

/* Hamza is written under the alef at the beginning of a word alone, so that all before letter i, an إ,
 * are clitics.  i, or 0 if these are not letters that clitics have, as the ال
 * of الإعلام. */
static uint8_t stem_at(const struct word *w, uint8_t i)
{
    uint8_t c = w->code[i - 1];
    int is_prep = c == BEH || c == LAM || c == KAF;
    int is_conj = w->code[0] == WAW || w->code[0] == FEH;
    if (i == 1) return is_prep || is_conj ? i : 0;
    return i == 2 && is_prep && is_conj ? i : 0;
}

void word_read(struct word *w, const char *p, size_t n)
{
    w->n = w->is_nunated = w->is_accusative = w->must_begin = 0;
    w->ends_dotless = 0;
    w->hamza = 0;
    if (n > CLITICS_BYTES) return;
    uint8_t letters_read = 0, below = 0; /* below: the first إ but at 0 */
    for (size_t i = 0, length; i < n; i += length) {
        const unsigned char *u = (const unsigned char *)p + i;
        enum letter c = letter_at(u, &length);
        if (c == SKIP) {
            if (u[0] == 0xD9 && u[1] >= 0x8B && u[1] <= 0x8D) /* U+064B .. 4D */
                w->is_nunated = 1;
            if (u[0] == 0xD9 && u[1] == 0x8B) w->is_accusative = 1;
            continue;
        }
        if (c == NONE || letters_read == CLITICS_LETTERS) return;
        if (c == ALEF && u[0] == 0xD8 && u[1] != 0xA7) { /* آ أ إ */
            w->hamza |= 1u << letters_read;
            if (u[1] == 0xA5 && !below) below = letters_read;
        }
        w->ends_dotless = c == YEH && u[1] == 0x89; /* U+0649 */
        w->code[letters_read] = (uint8_t)c;
        w->byte[letters_read++] = (uint8_t)i;
    }
    w->n = letters_read;
    w->byte[w->n] = (uint8_t)n;
    if (w->ends_dotless) w->is_accusative = 0;
    if (below && w->n >= below + 2) w->must_begin = stem_at(w, below);
    w->tail[w->n] = 0;
    for (size_t i = w->n; i-- > 0;)
        w->tail[i] = w->code[i] + BASE * w->tail[i + 1];
}
