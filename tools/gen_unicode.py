#!/usr/bin/env python3
"""gen_unicode.py - writes core/text/tables.h and core/text/tables.c.

    python3 tools/gen_unicode.py [UCD] [OUT]

UCD is a folder with the Unicode Character Database, version 15.0 (default
/usr/share/unicode, where Debian's package `unicode-data` 15.0 puts it); OUT is
the folder written to (default core/text).  Python's own unicodedata is not
used: its version changes with Python's.  Neither is ICU, for the same reason.

The tables are committed; building warraq never runs this.

Every property of a code point c is found in two steps of one shape,

    stage1[c >> 6]  ->  block of 64  ->  stage2[block * 64 + (c & 63)]

because 64 is what the last byte of a UTF-8 sequence tells apart.
"""
import pathlib
import re
import sys

UCD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '/usr/share/unicode')
OUT = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else 'core/text')
LIMIT = 0x110000
VERSION = '15.0.0'

# The orders below are those of the enums in props.h.
CATEGORIES = ('Cn Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po '
              'Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co').split()
WB = ('Other CR LF Newline Extend ZWJ Format Katakana Hebrew_Letter ALetter '
      'Single_Quote Double_Quote MidNumLet MidLetter MidNum Numeric '
      'ExtendNumLet Regional_Indicator WSegSpace').split()
SB = ('Other CR LF Sep Extend Format Sp Lower Upper OLetter Numeric ATerm '
      'SContinue STerm Close').split()
SCRIPTS = ('Other Latin Arabic Cyrillic Greek Hebrew Devanagari Bengali Tamil '
           'Thai Hangul Kana Han Armenian Georgian Ethiopic Lao Khmer Myanmar '
           'Tibetan Gurmukhi Gujarati Oriya Telugu Kannada Malayalam Sinhala '
           'Syriac Thaana Nko Tifinagh Mongolian').split()
GB = ('Other CR LF Control Extend ZWJ Regional_Indicator Prepend SpacingMark '
      'L V T LV LVT Pictographic').split()
# Bits of struct text_prop.flags.
PICTOGRAPH, EMOJI, QC_NO, QC_MAYBE, SPACE, SHARED = 1, 2, 4, 8, 16, 32
NOT_NFC = 255  # no combining class: the quick check cannot say yes


def lines(name):
    """Fields of every line of a UCD file, the first one as a range."""
    for line in (UCD / name).read_text('utf-8').splitlines():
        line = line.split('#', 1)[0].strip()
        if line and not line.startswith('@'):
            fields = [f.strip() for f in line.split(';')]
            first, _, last = fields[0].partition('..')
            yield range(int(first, 16), int(last or first, 16) + 1), fields[1:]


def check_version():
    for name in ('DerivedNormalizationProps.txt', 'Scripts.txt',
                 'auxiliary/WordBreakProperty.txt',
                 'auxiliary/GraphemeBreakProperty.txt'):
        head = (UCD / name).open(encoding='utf-8').readline()
        if VERSION not in head:
            sys.exit(f'{UCD / name}: not Unicode {VERSION}: {head.strip()}')


def prop(name, values, default, rename=lambda v: v):
    """A list of indices into values, one for each code point."""
    out = [values.index(default)] * LIMIT
    for span, fields in lines(name):
        value = rename(fields[0])
        if value in values:
            for c in span:
                out[c] = values.index(value)
    return out


def binary(name, wanted):
    return {c for span, f in lines(name) if f[0] == wanted for c in span}


check_version()
gc = prop('extracted/DerivedGeneralCategory.txt', CATEGORIES, 'Cn')
wb = prop('auxiliary/WordBreakProperty.txt', WB, 'Other')
sb = prop('auxiliary/SentenceBreakProperty.txt', SB, 'Other')
script = prop('Scripts.txt', SCRIPTS, 'Other',
              lambda v: 'Kana' if v in ('Hiragana', 'Katakana') else v)
gb = prop('auxiliary/GraphemeBreakProperty.txt', GB, 'Other')
ccc = [0] * LIMIT
for span, fields in lines('extracted/DerivedCombiningClass.txt'):
    for c in span:
        ccc[c] = int(fields[0])
flags = [0] * LIMIT
for bit, name, wanted in (
        (PICTOGRAPH, 'emoji/emoji-data.txt', 'Extended_Pictographic'),
        (EMOJI, 'emoji/emoji-data.txt', 'Emoji_Presentation'),
        (SPACE, 'PropList.txt', 'White_Space'),
        (SHARED, 'Scripts.txt', 'Common'),
        (SHARED, 'Scripts.txt', 'Inherited')):
    for c in binary(name, wanted):
        flags[c] |= bit
for span, fields in lines('DerivedNormalizationProps.txt'):
    if fields[0] == 'NFC_QC':
        for c in span:
            flags[c] |= QC_NO if fields[1] == 'N' else QC_MAYBE
nfc = [NOT_NFC if flags[c] & (QC_NO | QC_MAYBE) else ccc[c]
       for c in range(LIMIT)]
for c in range(LIMIT):  # GB11 needs no second look at what is a pictograph
    if flags[c] & PICTOGRAPH:
        assert GB[gb[c]] == 'Other', hex(c)
        gb[c] = GB.index('Pictographic')

# Decompositions: (tag or '', code points); categories decide what a letter is.
decomposition = {}
digit = {}
for line in (UCD / 'UnicodeData.txt').read_text('ascii').splitlines():
    f = line.split(';')
    c = int(f[0], 16)
    if f[5]:
        tag, _, rest = f[5].rpartition('> ')
        decomposition[c] = (tag.lstrip('<'), [int(x, 16) for x in rest.split()])
    if f[2] == 'Nd':
        digit[c] = int(f[6])
fold_case = {}
for span, fields in lines('CaseFolding.txt'):
    if fields[0] in 'CS':
        fold_case[span[0]] = int(fields[1], 16)


def canonical(c):
    """The full canonical decomposition; Hangul syllables stay (UAX #15)."""
    tag, to = decomposition.get(c, ('-', None))
    if tag:
        return [c]
    return [y for x in to for y in canonical(x)]


# ---- folding: the rules are stated in core/text/fold.h ----------------------
def category(c):
    return CATEGORIES[gc[c]]


TATWEEL = 0x640
IGNORED = {c for c in range(0x20) if not 9 <= c <= 13} | {0x7F} | (
    set(range(0x80, 0xA0)) - {0x85}) | {0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF} | \
    set(range(0x200B, 0x2010)) | set(range(0x202A, 0x202F)) | \
    set(range(0x2060, 0x2070)) | set(range(0xFE00, 0xFE10)) | \
    set(range(0xE0000, 0xE1000))
ARABIC_BLOCKS = (range(0x600, 0x700), range(0x750, 0x780), range(0x870, 0x900))
MARKS = set(range(0x300, 0x370)) | set(range(0x64B, 0x660)) | {0x670} | \
    set(range(0x6D6, 0x6EE)) | \
    {c for b in ARABIC_BLOCKS for c in b if category(c) == 'Mn'} | \
    {c for c in range(0x591, 0x5C8) if category(c) == 'Mn'}
DROPPED = IGNORED | MARKS | {TATWEEL}
ONE = {}
for to, of in {
        'ا': 'أإآٱٲٳٵ', 'و': 'ؤٶ', 'ه': 'ةہۂۃۀھە', 'ك': 'کڪ',
        'ي': 'ىئیےۓؠۍې\u0678'}.items():
    ONE |= {ord(c): ord(to) for c in of}
MORE = {  # SEARCH, on top of STANDARD
    'پ': 'ب', 'چ': 'ج', 'ڤ': 'ف', 'ڨ': 'ق', 'گ': 'ك', 'ڭ': 'ك', 'ژ': 'ز',
    'ء': '', 'œ': 'oe', 'æ': 'ae', 'ß': 'ss', 'ø': 'o', 'ł': 'l', 'đ': 'd',
    'ð': 'd', 'þ': 'th', 'ı': 'i', 'ħ': 'h', "'": '', '’': '', '‘': '',
    'ʼ': '', '`': '', '´': '', 'ʹ': '', 'ʻ': ''}
MORE = {ord(k): [ord(x) for x in v] for k, v in MORE.items()}


def presentation(c):
    """What a presentation form of letters or marks stands for, or None."""
    if not (0xFB00 <= c <= 0xFDFF or 0xFE70 <= c <= 0xFEFE
            or 0xFF00 <= c <= 0xFFEF) or not category(c).startswith('L'):
        return None
    tag, to = decomposition.get(c, ('', None))
    if to is None or not tag:
        return None
    if 0x20 in to:  # a mark on a space; U+FDFA and FDFB are whole phrases
        to = [x for x in to if x != 0x20]
        return [] if all(x in DROPPED for x in to) else None
    return to


def standard(c):
    if c in DROPPED:
        return []
    if c in ONE:
        return [ONE[c]]
    if c in digit:
        return [0x30 + digit[c]]
    parts = presentation(c)
    if parts is None:
        parts = [x for x in canonical(c) if x not in DROPPED]
        if len(parts) != 1:
            parts = [c]
    if parts == [c]:
        return standard(fold_case[c]) if c in fold_case else [c]
    return [y for x in parts for y in standard(x)]


def light(c):
    if c in IGNORED or c == TATWEEL:
        return []
    return [fold_case.get(c, c)]


def search(c):
    return [y for x in standard(c) for y in MORE.get(x, [x])]


# ---- two-stage tables -------------------------------------------------------
def two_stage(values):
    """(stage1, stage2) of a list; trailing default blocks are left out."""
    blocks, stage1, stage2 = {}, [], []
    for at in range(0, LIMIT, 64):
        block = tuple(values[at:at + 64])
        if block not in blocks:
            blocks[block] = len(blocks)
            stage2.extend(block)
        stage1.append(blocks[block])
    while stage1[-1] == stage1[-2]:
        stage1.pop()
    return stage1, stage2


out_c, out_h = [], []


def width(values):
    top = max(values)
    return 'uint8_t' if top < 256 else 'uint16_t' if top < 65536 else 'uint32_t'


def array(name, values, ctype=None, comment=None):
    ctype = ctype or width(values)
    out_h.append(f'extern const {ctype} {name}[{len(values)}];'
                 + (f' /* {comment} */' if comment else ''))
    out_c.append(f'const {ctype} {name}[{len(values)}] = {{')
    row = '   '
    for v in values:
        item = f' {v},'
        if len(row) + len(item) > 79:
            out_c.append(row)
            row = '   '
        row += item
    out_c.extend([row, '};'])


def table(name, values, comment=None):
    stage1, stage2 = two_stage(values)
    out_h.append(f'#define {name.upper()}_BLOCKS {len(stage1)}')
    array(name + '_stage1', stage1, comment=comment)
    array(name + '_stage2', stage2)


def utf8(cps):
    return b''.join(chr(c).encode('utf-8') for c in cps)


# Properties: rows of all that is known, each distinct row once.
rows = {}
ids = []
for c in range(LIMIT):
    row = (gc[c], script[c], wb[c], sb[c], ccc[c], flags[c], gb[c], nfc[c])
    ids.append(rows.setdefault(row, len(rows)))
table('text_prop_ids', ids, 'row of text_prop_rows')
out_h.append(f'extern const struct text_prop text_prop_rows[{len(rows)}];')
out_c.append(f'const struct text_prop text_prop_rows[{len(rows)}] = {{')
out_c.extend('    {' + ', '.join(map(str, r)) + '},' for r in rows)
out_c.append('};')

# Foldings: an offset into text_fold_pool (0: the code point stays), where the
# length of the UTF-8 that replaces it stands in front of it.
pool = bytearray(1)
at_of = {}
for name, fold in (('light', light), ('standard', standard),
                   ('search', search)):
    values = [0] * LIMIT
    for c in range(LIMIT):
        if 0xD800 <= c < 0xE000:
            continue
        to = fold(c)
        if to != [c]:
            bytes_ = utf8(to)
            assert len(bytes_) <= 3 * len(utf8([c])), hex(c)
            assert [y for x in to for y in fold(x)] == to, hex(c)
            if bytes_ not in at_of:
                at_of[bytes_] = len(pool)
                pool.append(len(bytes_))
                pool.extend(bytes_)
            values[c] = at_of[bytes_]
    table('text_fold_' + name, values, 'offset into text_fold_pool')
array('text_fold_pool', list(pool))

# The standard fold of code points below U+0800; n = 3: it needs the table above.
low = []
for c in range(0x800):
    to = utf8(standard(c))
    n = len(to) if len(to) <= 2 else 3
    low.append((to + b'\0\0')[:2] + bytes([n]))
out_h.append('extern const struct text_low text_low[2048];')
out_c.append('const struct text_low text_low[2048] = {')
for i in range(0, len(low), 4):
    out_c.append('    ' + ' '.join(
        '{{%d, %d}, %d},' % tuple(e) for e in low[i:i + 4]))
out_c.append('};')
array('text_low_sb', sb[:0x800], 'uint8_t', 'sentence break class')
array('text_low_gb', gb[:0x800], 'uint8_t', 'grapheme break class')
array('text_low_nfc', nfc[:0x800], 'uint8_t',
      'combining class; 255: not in NFC for certain')
array('text_low_letter', [script[c] + 1 if category(c)[0] == 'L' else 0
                          for c in range(0x800)], 'uint8_t',
      'script + 1 of a letter, else 0')

# Canonical decompositions, and the pairs that compose.
values = [0] * LIMIT
pool, at_of, pairs = [0], {}, []
excluded = binary('DerivedNormalizationProps.txt', 'Full_Composition_Exclusion')
for c in sorted(decomposition):
    to = canonical(c)
    if to != [c]:
        key = tuple(to)
        if key not in at_of:
            at_of[key] = len(pool)
            pool.extend([len(to), *to])
        values[c] = at_of[key]
        if c not in excluded:
            first, second = decomposition[c][1]
            pairs.append((first, second, c))
table('text_nfd', values, 'offset into text_nfd_pool')
array('text_nfd_pool', pool, 'uint32_t')
pairs.sort()
out_h.append(f'#define TEXT_PAIRS {len(pairs)}')
out_h.append('extern const struct text_pair text_pairs[TEXT_PAIRS];')
out_c.append('const struct text_pair text_pairs[TEXT_PAIRS] = {')
for i in range(0, len(pairs), 3):
    out_c.append('    ' + ' '.join(
        '{0x%X, 0x%X, 0x%X},' % p for p in pairs[i:i + 3]))
out_c.append('};')

NOTICE = f'''/* {{}} - {{}}
 *
 * Generated by tools/gen_unicode.py from the Unicode Character Database
 * {VERSION}; do not edit.  The data is (c) Unicode, Inc., under the licence in
 * tests/data/unicode/LICENSE. */
'''
STRUCTS = '''#include <stdint.h>

struct text_prop { /* enum gc, wq_script, enum wb, enum sb; PROP_* */
    uint8_t category, script, wb, sb, ccc, flags;
    uint8_t gb;  /* enum gb */
    uint8_t nfc; /* combining class; 255: not in NFC for certain */
};
/* The standard fold of code points below U+0800 (one or two bytes of UTF-8), in
 * one load: out[0 .. n); n = 3: see the fold's own table. */
struct text_low {
    uint8_t out[2];
    uint16_t n;
};
struct text_pair { /* first + second compose; sorted */
    uint32_t first, second, composed;
};

'''
OUT.joinpath('tables.h').write_text(
    NOTICE.format('tables.h', 'Unicode properties, folds and decompositions.')
    + '#ifndef WQ_TEXT_TABLES_H\n#define WQ_TEXT_TABLES_H\n'
    + STRUCTS + '\n'.join(out_h) + '\n#endif\n')
OUT.joinpath('tables.c').write_text(
    NOTICE.format('tables.c', 'the data behind tables.h.')
    + '#include "text/tables.h"\n\n/* clang-format off */\n'
    + '\n'.join(out_c) + '\n')
