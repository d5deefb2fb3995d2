#!/usr/bin/env python3
"""gen_normalization.py - cuts NormalizationTest.txt down to what NFC needs.

    python3 tools/gen_normalization.py [UCD] [OUT]

Reads UCD/NormalizationTest.txt or .txt.bz2 (default /usr/share/unicode) and
writes OUT (default tests/data/unicode/NormalizationSample.txt): the columns
source, NFC and NFD; without rows that say nothing about NFC, and with one
Hangul syllable of 97.  `make check` reads the sample.
"""
import bz2
import pathlib
import sys

UCD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '/usr/share/unicode')
OUT = pathlib.Path(sys.argv[2] if len(sys.argv) > 2
                   else 'tests/data/unicode/NormalizationSample.txt')

whole = UCD / 'NormalizationTest.txt'
text = (whole.read_bytes() if whole.exists() else
        bz2.decompress((UCD / 'NormalizationTest.txt.bz2').read_bytes())
        ).decode('utf-8')
out = []
for line in text.splitlines():
    if line.startswith('#') and len(out) < 5:
        out.append(line)
    if not line or line[0] in '#@':
        continue
    source, nfc, nfd = line.split(';')[:3]
    hangul = len(source) == 4 and 0xAC00 <= int(source, 16) <= 0xD7A3
    if source == nfd or (hangul and int(source, 16) % 97):
        if source == nfc:
            continue
    out.append(f'{source};{nfc};{nfd}')
out[5:5] = ['#', '# Modified: columns source;NFC;NFD of rows that matter to NFC',
            '# only, cut by tools/gen_normalization.py.  See LICENSE.']
OUT.write_text('\n'.join(out) + '\n')
