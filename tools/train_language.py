#!/usr/bin/env python3
"""Makes plugins/language/model.c, or measures such a model by folds.

usage: train_language.py PASSAGES.jsonl CKB.txt > plugins/language/model.c
       train_language.py --folds 5 PASSAGES.jsonl CKB.txt > out.jsonl

PASSAGES  JSONL: text, lang, id ("udhr-<lang>-<article>-<paragraph>")
CKB       a sentence of Central Kurdish a line
--folds   trains on four fifths of the articles, in all languages at once, and
          writes {"id", "lang"} for the passages of the others, five times over
          (--on SHORT.jsonl: for those passages of SHORT.jsonl), as the stage
          itself would decide inside a script

For every script that several languages share: a table of costs by hashed
sequence of 1, 2 or 3 letters (a word edge, written as a space, is a letter, but
not alone nor in the middle).  cost = SCALE * -log2 P(sequence | language) in
whole numbers, with ALPHA added to each count; the language with the least sum
wins.  model.h has the hash; language.c does the same sum.  Same input, same
bytes out.
"""
import argparse
import collections
import json
import math
import sys
import unicodedata

GROUPS = {  # WQ_S_* of plugin.h: the languages told apart in it
    "ARABIC": "ar fa ur ckb ps ug".split(),
    "CYRILLIC": "ru uk bg kk".split(),
    "LATIN": "en fr de es it pt nl sv fi pl cs hu ro tr az id vi sw so ku".split(),
}
WIDTH = {"ARABIC": 8, "CYRILLIC": 8, "LATIN": 24}  # columns: multiples of 8
BITS = 12     # rows of a table: 2^12; 2^13 gains .002 on 25 letters, by folds
ALPHA = 0.1
HANDICAP = 14  # bits that the first language of a script is ahead, as in detect.c
SCALE = 12.0  # 1/12 bit: the dearest sequence costs about 200 of 255
# Persian yeh and keheh and what `normalize`, or a keyboard, makes of them: texts
# come in both spellings, so each is learnt in both, the usual one COMMON times.
COMMON = 8
RESPELT = {0x6CC: 0x64A, 0x6A9: 0x643}
MARKS = {chr(c) for c in range(0x64B, 0x660)} | {"\u0670", "\u0640"}


def letters(text, script):
    """The text in lower case with everything but the script's letters as one space."""
    out = [" "]
    for c in text.lower():
        if c in MARKS:
            continue
        if unicodedata.category(c)[0] == "L" and unicodedata.name(c, "").startswith(script):
            out.append(c)
        elif out[-1] != " ":
            out.append(" ")
    if out[-1] != " ":
        out.append(" ")
    return "".join(out)


def sequences(text, script):
    t = letters(text, script)
    for i, c in enumerate(t):
        if c != " ":
            yield t[i]
            yield t[i - 1:i + 1]
            if t[i - 1] != " ":
                yield t[i - 2:i + 1]
        elif i > 1:
            yield t[i - 1:i + 1]
            if t[i - 2] != " ":
                yield t[i - 2:i + 1]


def row(sequence):
    """model.h: row_of"""
    h = 0
    for c in sequence:
        h = (h + ord(c)) * 0x9E3779B1 & 0xFFFFFFFF
        h ^= h >> 15
    return (h * 0x85EBCA6B & 0xFFFFFFFF) >> (32 - BITS)


def train(passages, ckb, script):
    """{language: costs by row}"""
    table = {}
    for lang in GROUPS[script]:
        texts = ckb if lang == "ckb" else [d["text"] for d in passages if d["lang"] == lang]
        texts = texts * COMMON + [t.translate(RESPELT) for t in texts]
        count = collections.Counter(row(s) for t in texts for s in sequences(t, script))
        total = sum(count.values()) + ALPHA * (1 << BITS)
        table[lang] = [min(255, round(SCALE * -math.log2((count[r] + ALPHA) / total)))
                       for r in range(1 << BITS)]
    return table


def decide(tables, text):
    """The language inside its script; None for a script of one language."""
    script = max(GROUPS, key=lambda s: len(letters(text, s)))
    rows = [row(s) for s in sequences(text, script)]
    if 2 * len(letters(text, script)) < len(text):
        return None
    costs = tables[script]
    return min(GROUPS[script], key=lambda lang: sum(costs[lang][r] for r in rows)
               + SCALE * HANDICAP * (lang != GROUPS[script][0]))


def folds(n, passages, ckb, on):
    part = lambda d: int(d["id"].split("-")[2]) % n
    for f in range(n):
        tables = {s: train([d for d in passages if part(d) != f], ckb, s) for s in GROUPS}
        for d in on:
            if part(d) == f:
                lang = decide(tables, d["text"]) or d["lang"]
                print(json.dumps({"id": d["id"], "lang": lang}))


def emit(passages, ckb):
    print('/* Made by tools/train_language.py; see model/README.md for what from. */')
    print('#include "model.h"\n')
    for s, langs in GROUPS.items():
        table, width = train(passages, ckb, s), WIDTH[s]
        print("static const uint8_t %s[ROWS * %d] = {" % (s.lower(), width))
        for r in range(1 << BITS):
            cells = [table[l][r] for l in langs] + [0] * (width - len(langs))
            print(",".join(map(str, cells)) + ",")
        print("};")
    print("\nconst struct group groups[GROUPS] = {")
    for s, langs in GROUPS.items():
        print("    { WQ_S_%s, %d, %d, %s,\n      { %s } }," %
              (s, len(langs), WIDTH[s], s.lower(), ", ".join('"%s"' % l for l in langs)))
    print("};")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("passages")
    ap.add_argument("ckb")
    ap.add_argument("--folds", type=int)
    ap.add_argument("--on")
    a = ap.parse_args()
    read = lambda path: [json.loads(x) for x in open(path, encoding="utf-8")]
    passages = [d for d in read(a.passages) if d["lang"] != "ckb"]
    ckb = open(a.ckb, encoding="utf-8").read().split("\n")
    if a.folds:
        folds(a.folds, passages, ckb, read(a.on or a.passages))
    else:
        emit(passages, ckb)


if __name__ == "__main__":
    sys.exit(main())
