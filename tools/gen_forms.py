#!/usr/bin/env python3
"""gen_forms.py - writes plugins/normalize/forms.c.

    python3 tools/gen_forms.py [UCD] [OUT]

UCD is a folder with UnicodeData.txt (default /usr/share/unicode).  Any version
since 6.0 gives the same file: compatibility mappings never change (Unicode's
stability policy), and no form was added to the ranges below.
"""
import pathlib
import sys

UCD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '/usr/share/unicode')
OUT = pathlib.Path(sys.argv[2] if len(sys.argv) > 2
                   else 'plugins/normalize/forms.c')
# Latin ligatures; Arabic letters and ligatures; letters again.  Not
# U+FDF0..U+FDFC: words and phrases with a code point of their own.
RANGES = (range(0xFB00, 0xFB07), range(0xFB50, 0xFDF0), range(0xFE70, 0xFEFD))
CARRIERS = (0x20, 0x640)  # what a form of a bare mark has it stand on

mapping = {}
for line in (UCD / 'UnicodeData.txt').read_text('utf-8').splitlines():
    f = line.split(';')
    if f[5].startswith('<'):
        mapping[int(f[0], 16)] = [int(c, 16) for c in f[5].split()[1:]]


def letters(c):
    """The letters a form stands for, in full."""
    return [d for e in mapping[c] for d in letters(e)] if c in mapping else [c]


forms = []
for c in (c for r in RANGES for c in r if c in mapping):
    to = letters(c)
    if to[0] in CARRIERS:
        to = to[1:]
    assert len(to) <= 3 and max(to) < 0x800, hex(c)  # see forms.h
    if forms and forms[-1][2] == to and forms[-1][0] + forms[-1][1] == c:
        forms[-1][1] += 1
    else:
        forms.append([c, 1, to])

cells = [f'{{ 0x{c:04X}, {n}, {{ ' + ', '.join(f'0x{d:04X}' for d in to)
         + ' } }' for c, n, to in forms]
lines = ['']
for cell in cells:
    if len(lines[-1]) + len(cell) + 2 > 78:
        lines.append('')
    lines[-1] += ('    ' if not lines[-1] else ' ') + cell + ','
OUT.write_text(
    '/* forms.c - written by tools/gen_forms.py; see forms.h. */\n'
    '#include "forms.h"\n\n/* clang-format off */\n'
    'const struct form forms[] = {\n' + '\n'.join(lines)
    + '\n};\n/* clang-format on */\n'
    'const uint32_t n_forms = sizeof forms / sizeof *forms;\n', 'utf-8')
