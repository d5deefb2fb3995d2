#!/usr/bin/env python3
"""A stream of news in which some articles come again with a fifth of their words changed.

  words20.py --seed N --in NEWS.jsonl.zst --pairs TRUTH-PAIRS.tsv --out DIR

Of the articles that share text with no other (none of them is in TRUTH-PAIRS), --bases of 120 to 800 words come
again up to three days later: each word, with chance --rate, gives way to one drawn from all articles.  Five words in
a row then stand with chance .33, and the two texts share a third of their shingles, hardly ever twenty words in a row.
Writes DIR/stream.jsonl and DIR/truth.jsonl (id, cluster, kind: score/dedupe.py --clusters).  Same input and
arguments: same bytes."""
import argparse
import datetime
import json
import os
import random
import re
import subprocess

WORD = re.compile(r'\S+')


def alone(news, pairs):
    """Articles of 20 words and more that share text with no other, in order."""
    with open(pairs, encoding='utf-8') as f:
        shared = {i for line in f for i in line.split('\t')[:2]}
    lines = subprocess.run(['zstd', '-qdc', '--', news], check=True, stdout=subprocess.PIPE).stdout.splitlines()
    return [d for d in map(json.loads, lines) if d['id'] not in shared and len(WORD.findall(d['text'])) >= 20]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--seed', type=int, required=True)
    ap.add_argument('--bases', type=int, default=300)
    ap.add_argument('--rate', type=float, default=.2)
    ap.add_argument('--in', dest='news', required=True)
    ap.add_argument('--pairs', required=True)
    ap.add_argument('--out', required=True)
    a = ap.parse_args()
    rng = random.Random(a.seed)
    articles = alone(a.news, a.pairs)
    fit = [d for d in articles if 120 <= len(WORD.findall(d['text'])) <= 800]
    words = [w for d in rng.sample(articles, 1000) for w in WORD.findall(d['text'])]
    bases = rng.sample(fit, a.bases)
    chosen = {d['id'] for d in bases}
    items = [(d['date'], 0, d, 'base' if d['id'] in chosen else 'distractor', d['text']) for d in articles]
    for d in bases:
        text = WORD.sub(lambda m: rng.choice(words) if rng.random() < a.rate else m.group(), d['text'])
        then = datetime.datetime.fromisoformat(d['date']) + datetime.timedelta(minutes=rng.randint(10, 72 * 60))
        items.append((then.isoformat(), 1, d, 'words20', text))
    items.sort(key=lambda x: (x[0], x[1], x[2]['id']))
    os.makedirs(a.out, exist_ok=True)
    with open(os.path.join(a.out, 'stream.jsonl'), 'w', encoding='utf-8') as stream, \
            open(os.path.join(a.out, 'truth.jsonl'), 'w', encoding='utf-8') as truth:
        for date, again, d, kind, text in items:
            name = d['id'] + '-again' * again
            json.dump({'id': name, 'source': d['source'], 'date': date, 'title': d['title'], 'text': text}, stream,
                      ensure_ascii=False)
            json.dump({'id': name, 'cluster': d['id'], 'kind': kind}, truth)
            stream.write('\n')
            truth.write('\n')
    print(f'articles={len(items)} bases={len(bases)}')


if __name__ == '__main__':
    main()
