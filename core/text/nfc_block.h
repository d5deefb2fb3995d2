/* nfc_block.h - how far a text is certainly in NFC, a block of W bytes at a
 * time.  nfc.c includes this once for each width, with
 *
 *   W             bytes of a vector
 *   TARGET        attributes of functions that use such vectors
 *   FN(name)      the name of a function or type of this width
 *   MASK(v)       the top bits of the bytes, as a number
 *   LOOKUP(t, v)  t[v] for each byte of v, 0 .. 15; left out where the machine
 *                 cannot do that in one instruction
 *
 * The vectors are those of gcc and clang, which turn them into whatever the
 * machine has.  Three are looked at: y, the block; x, the same text a byte
 * before; z, a byte behind.  So where y holds a second byte, x holds the lead
 * and z the third; a code point is judged in the block of its second byte.
 *
 * What a block may hold and be clean: code points of class 0 that nothing
 * composes with, and Arabic marks, no two of them in a row.  A quick look
 * (kinds) knows most blocks of Arabic and Latin text for clean, a closer one
 * (is_clean) the rest.  Its sets are as large as a few comparisons can make
 * them; what they leave out goes to the table, so they need not be exact, only
 * safe, which a test shows for every code point. */

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

#ifdef LOOKUP
/* A kind is a set of pairs of bytes, given by their halves: a pair is of it if
 * all four tables have its bit.  (The method of utf8.c.) */
TARGET static inline FN(bytes) FN(kinds)(const uint8_t *p)
{
    FN(bytes) x = FN(load)(p - 1), y = FN(load)(p);
    return LOOKUP(nfc_halves[0], x >> 4) & LOOKUP(nfc_halves[1], x & 15)
           & LOOKUP(nfc_halves[2], y >> 4) & LOOKUP(nfc_halves[3], y & 15);
}
#else
/* The same by comparison, with one kind for all that is unsure. */
TARGET static inline FN(bytes) FN(kinds)(const uint8_t *p)
{
    FN(bytes) x = FN(load)(p - 1), y = FN(load)(p);
    FN(mask) unsure = IN(x, 0xCC, 0xCE) | (x == 0xD2) | IN(x, 0xD6, 0xD7)
                      | (x >= 0xDB) | ((x == 0xD9) & IN(y, 0x93, 0x95));
    FN(mask) mark = ((x == 0xD9) & (IN(y, 0x8B, 0x9F) | (y == 0xB0)))
                    | ((x == 0xD8) & IN(y, 0x90, 0x9A));
    return ((FN(bytes))unsure & K_LONG) | ((FN(bytes))mark & K_MARK_9);
}
#endif

/* Second bytes of Arabic marks: U+0610-061A, 064B-065F, 0670, 06D6-06ED. */
TARGET static inline FN(mask) FN(marks)(const uint8_t *p)
{
    FN(bytes) x = FN(load)(p - 1), y = FN(load)(p);
    return ((x == 0xD9) & (IN(y, 0x8B, 0x9F) | (y == 0xB0)))
           | ((x == 0xD8) & IN(y, 0x90, 0x9A))
           | ((x == 0xDB) & IN(y, 0x96, 0xAD));
}

/* The closer look at the block at p. */
TARGET static bool FN(is_clean)(const uint8_t *p)
{
    FN(bytes) x = FN(load)(p - 1), y = FN(load)(p), z = FN(load)(p + 1);
    FN(mask) bad =
        IN(x, 0xCC, 0xCD) | ((x == 0xCE) & (y == 0x87)) /* U+0300-037F, 0387 */
        | ((x == 0xD2) & IN(y, 0x83, 0x87))             /* Cyrillic marks */
        | IN(x, 0xD6, 0xD7) | IN(x, 0xDC, 0xE0)   /* Hebrew, Syriac; Indic */
        | ((x == 0xD9) & IN(y, 0x93, 0x95))       /* these compose */
        | (FN(marks)(p) & FN(marks)(p - 2))       /* a mark on a mark */
        | ((x == 0xE1) & ~IN(y, 0xB8, 0xBB))      /* but Vietnamese */
        | ((x == 0xE2) & ((y >= 0x83) | ((y == 0x80) & (z <= 0x81))))
        | ((x == 0xE3) & (((y == 0x80) & (z >= 0xAA))
                          | ((y == 0x82) & IN(z, 0x99, 0x9A)))) /* kana */
        | ((x == 0xEA) & (y < 0xB0))              /* but Hangul */
        | ((x == 0xEF) & (IN(y, 0xA4, 0xAD) | (y == 0xB8)))
        | ((x == 0xF0) & (y != 0x9F)) | (x >= 0xF1); /* but emoji */
    return !MASK(bad);
}

/* Is the block at p, of these kinds, clean? */
TARGET static inline bool FN(passes)(const uint8_t *p, FN(bytes) kinds)
{
    if (MASK((kinds & K_UNSURE) != 0)) return FN(is_clean)(p);
    FN(mask) marks = kinds != 0;
    return !MASK(marks) || !MASK(marks & (FN(kinds)(p - 2) != 0));
}

/* The end of the clean blocks from p[i] on; 3 <= i <= n, a code point begins at
 * i, and the one before it has class 0. */
TARGET static size_t FN(skim)(const uint8_t *p, size_t n, size_t i)
{
    while (n - i > 4 * W) {
        FN(bytes) a = FN(load)(p + i) | FN(load)(p + i + W);
        FN(bytes) b = FN(load)(p + i + 2 * W) | FN(load)(p + i + 3 * W);
        if (!MASK(a | b)) { /* ASCII */
            i += 4 * W;
            continue;
        }
        a = FN(kinds)(p + i);
        b = FN(kinds)(p + i + W);
        if (MASK((a | b) != 0)
            && (!FN(passes)(p + i, a) || !FN(passes)(p + i + W, b)))
            break;
        i += 2 * W;
    }
    while (n - i > W && FN(passes)(p + i, FN(kinds)(p + i))) i += W;
    return i;
}
#undef IN
#undef W
#undef TARGET
#undef FN
#undef MASK
#undef LOOKUP
