/* fold.h - the folds, stated exactly.  Matching keys; never shown to anyone.
 *
 * Every fold maps one code point to zero or more, by table, whatever stands
 * around it; folding twice gives the same as folding once.  STANDARD is frozen:
 * keys made by it are stored.  FOLD_ID names it together with the hash; a
 * change of either would be another id.
 *
 * LIGHT
 *   1. deleted: control characters but U+0009-000D and U+0085; U+00AD U+034F
 *      U+061C U+180E U+200B-200F U+202A-202E U+2060-206F U+FEFF; variation
 *      selectors U+FE00-FE0F; U+E0000-E0FFF; tatweel U+0640
 *   2. case: CaseFolding.txt, statuses C and S (simple folding)
 *
 * STANDARD, the first rule that applies:
 *   1. deleted: what LIGHT deletes; marks U+0300-036F, U+064B-065F, U+0670,
 *      U+06D6-06ED; every other Mn of the blocks U+0600-06FF, U+0750-077F and
 *      U+0870-08FF; the Hebrew points (Mn of U+0591-05C7)
 *   2. one letter for many
 *        ا  <- أ إ آ ٱ U+0672 U+0673 U+0675     و <- ؤ U+0676
 *        ي  <- ى ئ ی ے ۓ U+0620 U+06CD U+06D0 U+0678
 *        ه  <- ة ہ ۂ ۃ ۀ ھ ە                       ك <- ک ڪ
 *   3. decimal digits (Nd) of every script -> 0-9
 *   4. presentation forms (letters of U+FB00-FDFF, U+FE70-FEFE, U+FF00-FFEF
 *      with a compatibility decomposition) -> the letters they stand for, each
 *      folded; a form that stands for a mark is deleted; one that stands for
 *      several words (U+FDFA, U+FDFB) stays
 *   5. a code point whose full canonical decomposition is one code point and
 *      marks deleted by 1 -> that code point, folded (é -> e, й -> и, ᾳ -> α);
 *      Hangul syllables stay
 *   6. case, as LIGHT
 *
 * SEARCH: STANDARD, then
 *        پ -> ب   چ -> ج   ڤ -> ف   ڨ -> ق   گ ڭ -> ك   ژ -> ز   ء deleted
 *        œ -> oe  æ -> ae  ß -> ss  þ -> th  ø ł đ ð ħ ı -> o l d d h i
 *        ' ’ ‘ ` ´ ʼ ʹ ʻ deleted
 *
 * No fold makes a code point longer than three times its bytes. */
#ifndef WQ_TEXT_FOLD_H
#define WQ_TEXT_FOLD_H
#include "text/text.h"

#define FOLD_ID 1u
#endif
