/* nfc_block.h - how far a text is certainly in NFC, a block of W bytes at a
 * time.  nfc.c includes this once for each width, with
 *
 *   W           bytes of a vector
 *   TARGET      attributes of functions that use such vectors
 *   FN(name)    the name of a function of this width
 *   ANY(v)      is the top bit of any byte of v set?
 *
 * The vectors are those of gcc and clang, which turn them into whatever the
 * machine has.  Three are looked at: y, the block; x, the same text a byte
 * before; z, a byte behind.  So where y holds a second byte, x holds the lead
 * and z the third; a code point is judged in the block of its second byte.
 *
 * What a block may hold and be clean: code points of class 0 that nothing
 * composes with, and Arabic marks, no two of them in a row.  Sets are as large
 * as a few comparisons can make them; what they leave out goes to the table, so
 * they need not be exact, only safe, which a test shows for every code point. */

typedef uint8_t FN(bytes) __attribute__((vector_size(W)));
typedef int8_t FN(mask) __attribute__((vector_size(W)));

/* For each byte of v: is it a .. b? */
#define IN(v, a, b) ((FN(bytes))((v) - (uint8_t)(a)) <= (uint8_t)((b) - (a)))

TARGET static inline FN(bytes) FN(load)(const uint8_t *p)
{
    FN(bytes) v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Second bytes of Arabic marks: U+0610-061A, 064B-065F, 0670, 06D6-06ED. */
TARGET static inline FN(mask) FN(marks)(const uint8_t *p)
{
    FN(bytes) y = FN(load)(p), x = FN(load)(p - 1);
    return ((x == 0xD9) & (IN(y, 0x8B, 0x9F) | (y == 0xB0)))
           | ((x == 0xD8) & IN(y, 0x90, 0x9A))
           | ((x == 0xDB) & IN(y, 0x96, 0xAD));
}

/* Where a block is perhaps not clean. */
TARGET static inline FN(mask) FN(unsure)(const uint8_t *p)
{
    FN(bytes) y = FN(load)(p), x = FN(load)(p - 1);
    return IN(x, 0xCC, 0xCE) | (x == 0xD2) | IN(x, 0xD6, 0xD7) | (x >= 0xDB)
           | ((x == 0xD9) & (IN(y, 0x8B, 0x9F) | (y == 0xB0)))
           | ((x == 0xD8) & IN(y, 0x90, 0x9A));
}

/* Is the block at p clean?  For what the quick test was not sure of. */
TARGET static bool FN(is_clean)(const uint8_t *p)
{
    FN(bytes) x = FN(load)(p - 1), y = FN(load)(p), z = FN(load)(p + 1);
    FN(mask) bad =
        IN(x, 0xCC, 0xCD) | ((x == 0xCE) & (y == 0x87)) /* U+0300-037F, 0387 */
        | ((x == 0xD2) & IN(y, 0x83, 0x87))             /* Cyrillic marks */
        | IN(x, 0xD6, 0xD7) | IN(x, 0xDC, 0xE0)   /* Hebrew, Syriac; Indic */
        | ((x == 0xD9) & IN(y, 0x93, 0x95))       /* these compose */
        | (FN(marks)(p) & FN(marks)(p - 2));
    if (ANY(x >= 0xE1))
        bad |= ((x == 0xE1) & ~IN(y, 0xB8, 0xBB)) /* but Vietnamese */
               | ((x == 0xE2) & (y >= 0x83))
               | ((x == 0xE2) & (y == 0x80) & (z <= 0x81)) /* U+2000, 2001 */
               | ((x == 0xE3) & (y == 0x80) & (z >= 0xAA)) /* U+302A-302F */
               | ((x == 0xE3) & (y == 0x82) & IN(z, 0x99, 0x9A)) /* kana */
               | ((x == 0xEA) & (y < 0xB0))
               | ((x == 0xEF) & (IN(y, 0xA4, 0xAD) | (y == 0xB8)))
               | ((x == 0xF0) & (y != 0x9F)) | (x >= 0xF1);
    return !ANY(bad);
}

/* The end of the clean blocks from p[i] on; 3 <= i <= n, a code point begins at
 * i, and the one before it has class 0. */
TARGET static size_t FN(skim)(const uint8_t *p, size_t n, size_t i)
{
    while (n - i > 4 * W) {
        FN(bytes) all = FN(load)(p + i) | FN(load)(p + i + W)
                        | FN(load)(p + i + 2 * W) | FN(load)(p + i + 3 * W);
        if (!ANY(all)) { /* ASCII */
            i += 4 * W;
            continue;
        }
        if (ANY(FN(unsure)(p + i) | FN(unsure)(p + i + W))
            && (!FN(is_clean)(p + i) || !FN(is_clean)(p + i + W)))
            break;
        i += 2 * W;
    }
    while (n - i > W && (!ANY(FN(unsure)(p + i)) || FN(is_clean)(p + i)))
        i += W;
    return i;
}
#undef IN
#undef W
#undef TARGET
#undef FN
#undef ANY
