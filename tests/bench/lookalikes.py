#!/usr/bin/env python3
"""How many look-alikes (tests/data/dedupe/README.md) a run of dedupe has linked.

  lookalikes.py LOOKALIKES.tsv OUTPUT.jsonl

Prints, of the pairs whose articles are both in the output,
  marked  the share whose later article is marked as repeating the earlier one
  merged  the share whose articles are in one story, through whatever lies between
and with --show those pairs first."""
import argparse
import json
import sys


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('pairs')
    ap.add_argument('output')
    ap.add_argument('--show', action='store_true')
    a = ap.parse_args()
    of, story = {}, {}
    with open(a.output, encoding='utf-8') as f:
        for line in f:
            d = json.loads(line)
            mark = d.get('duplicate') or {}
            of[d['id']] = mark.get('of')
            story[d['id']] = mark.get('story', d['id'])
    n = marked = merged = 0
    with open(a.pairs, encoding='utf-8') as f:
        for line in f:
            if line.startswith('#'):
                continue
            earlier, later, kind = line.split('\t')[:3]
            if earlier not in story or later not in story:
                continue
            links, joins = of[later] == earlier, story[later] == story[earlier]
            n, marked, merged = n + 1, marked + links, merged + joins
            if a.show and (links or joins):
                print(earlier, later, kind, 'marked' if links else '-', 'merged' if joins else '-')
    if not n:
        sys.exit(f'{a.output}: none of the pairs is in it')
    print(f'pairs={n} marked={marked / n:.4f} merged={merged / n:.4f}')


if __name__ == '__main__':
    main()
