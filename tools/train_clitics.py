#!/usr/bin/env python3
"""Makes plugins/tokenize/model/, or measures such a model by folds.

usage: train_clitics.py counts TOOL WORDFREQ > counts.bin
       train_clitics.py weights TOOL COUNTS CONLLU > weights.bin
       train_clitics.py folds TOOL COUNTS CONLLU [--shuffle SEED] [--errors]

TOOL      the program tools/clitic_features, which reads words and knows the features
WORDFREQ  large_ar.msgpack.gz of the PyPI package wordfreq: word frequencies
CONLLU    a treebank whose words are pieces of the printed ones, which
          SpaceAfter=No joins (UD_Arabic-PUD)
COUNTS    counts.bin, made before

The readings of a word are ranked by a log-linear model: the probability of the
right one among them is exp(sum of its features' weights) over the sum of the
same for all, and the weights maximise the probability of the treebank less L2/2
times their squares.  The article is one reading against none, by the same
weights.  Words are learnt as types, each as often as it occurs.  The maximum is
found by L-BFGS (Nocedal 1980); the weights are stored as eight bits, STEP each.
Same input, same bytes out.

folds trains on the documents of four folds and judges those of the fifth, five
times over: document i of the file is in fold i modulo 5, or as shuffled.
"""
import argparse
import collections
import gzip
import math
import random
import struct
import subprocess
import sys
import unicodedata

WORDS = 160000  # words in the list of counts; 400,000 gain one word in 10,000
WEIGHTS = 1 << 16
L2 = 1.0        # .3 to 2 differ by less than the folds do
STEP = 1 / 16.0
ITERATIONS = 60
MEMORY = 6      # pairs L-BFGS remembers
FOLDS = 5


# ---- the list of counts

def unpack(data):
    """MessagePack as wordfreq writes it: arrays, strings, small maps."""
    at = 0

    def take(n):
        nonlocal at
        at += n
        return data[at - n:at]

    def value():
        tag = take(1)[0]
        if tag < 0x80:
            return tag
        if tag < 0x90:
            return {value(): value() for _ in range(tag & 15)}
        if tag < 0xA0:
            return [value() for _ in range(tag & 15)]
        if tag < 0xC0:
            return take(tag & 31).decode()
        size = {0xD9: "B", 0xDA: ">H", 0xDB: ">I", 0xDC: ">H", 0xDD: ">I"}[tag]
        n = struct.unpack(size, take(struct.calcsize(size)))[0]
        return take(n).decode() if tag < 0xDC else [value() for _ in range(n)]

    return value()


def counts(tool, path):
    """List i of wordfreq holds the words of frequency 10^(-i/100)."""
    with gzip.open(path) as f:
        lists = unpack(f.read())[1:]
    lines = "".join("%s %d\n" % (w, round(10 ** ((len(lists) - i) / 100)))
                    for i, words in enumerate(lists) for w in words)
    return subprocess.run([tool, "--counts", str(WORDS)], input=lines.encode(),
                          stdout=subprocess.PIPE, check=True).stdout


# ---- the treebank

def read_words(path):
    """Yields (document, word, inner ends, article end), ends in bytes of the
    word; the article's is None or where an article in front of the stem ends."""
    document, pieces = -1, []
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            if line.startswith("# newdoc"):
                document += 1
            column = line.split("\t")
            if len(column) == 10 and column[0].isdigit():
                pieces.append(column)
                if "SpaceAfter=No" in column[9]:
                    continue
            # Pieces with no space between them: words and punctuation.
            for word in split(pieces):
                yield (document,) + word
            pieces = []


def is_word(piece):
    return piece[3] not in ("PUNCT", "SYM") and all(
        unicodedata.category(c)[0] in "LM" for c in piece[1])


def split(pieces):
    run = []
    for piece in pieces + [None]:
        if piece and is_word(piece):
            run.append(piece)
        elif run:
            yield as_word(run)
            run = []


def as_word(run):
    ends, at, article = [], 0, None
    for i, piece in enumerate(run):
        form, lemma = piece[1], piece[2]
        if piece[3] in ("NOUN", "ADJ", "PROPN", "NUM", "ADV", "X", "DET"):
            length = article_of(form, lemma, run[i - 1][1] if i else "")
            if length:
                article = at + length
        at += len(form.encode())
        ends.append(at)
    return "".join(p[1] for p in run), tuple(ends[:-1]), article


def article_of(form, lemma, before):
    """Bytes of the article a noun begins with; 0 if with none: what is left of
    it behind the article begins as its lemma does, or the lemma has no article."""
    bare = "".join(c for c in lemma
                   if unicodedata.category(c) != "Mn").replace("ٱ", "ا")
    if bare.startswith("ال"):
        return 0
    if form.startswith("ال"):
        return 4
    if before == "ل" and form.startswith("ل") and not bare.startswith("ل"):
        return 2
    if before == "ل" and form.startswith("لل"):
        return 2
    return 0


# ---- instances

class Instance:
    """Readings of which one is right: what the model learns from."""
    __slots__ = ("readings", "right", "ends")

    def __init__(self, readings, right, ends):
        self.readings, self.right, self.ends = readings, right, ends


def instances(tool, path_counts, path):
    """[(document, word, ends, instance of the word, instance of its article)]"""
    words = list(read_words(path))
    types = sorted({w[1] for w in words})
    printed = subprocess.run([tool, path_counts], check=True,
                             input="\n".join(types).encode() + b"\n",
                             stdout=subprocess.PIPE).stdout.decode()
    readings = dict(zip(types, printed.split("\n\n") if printed else []))
    made, result = {}, []
    for document, word, ends, article in words:
        key = (word, ends, article)
        if key not in made:
            made[key] = make_instances(readings[word], ends, article)
        if made[key]:
            result.append((document, word, ends) + made[key])
    return result


def make_instances(printed, ends, article):
    lines = [line.split(":") for line in printed.strip("\n").split("\n") if line]
    if not lines:
        return None
    cuts = [tuple(int(e) for e in line[0].split(",") if e) for line in lines]
    right = cuts.index(ends) if ends in cuts else None
    word = Instance([[int(f) for f in line[1].split()] for line in lines],
                    right, cuts)
    of_article = None
    if right is not None and len(lines[right]) == 3:
        end, *features = (int(f) for f in lines[right][2].split())
        of_article = Instance([features, []], 0 if article == end else 1, None)
    return word, of_article


# ---- training

def dot(a, b):
    return sum(map(float.__mul__, a, b))


def loss(weights, examples):
    """What is to be made small, and its gradient."""
    value = L2 / 2 * dot(weights, weights)
    gradient = [L2 * w for w in weights]
    for instance, times in examples:
        scores = [sum([weights[f] for f in r]) for r in instance.readings]
        top = max(scores)
        powers = [math.exp(s - top) for s in scores]
        total = sum(powers)
        value -= times * (scores[instance.right] - top - math.log(total))
        for i, reading in enumerate(instance.readings):
            slope = times * (powers[i] / total - (i == instance.right))
            if abs(slope) > 1e-9:
                for f in reading:
                    gradient[f] += slope
    return value, gradient


def direction(gradient, pairs):
    """Minus the gradient times the inverse Hessian as the pairs tell it."""
    q, alphas = list(gradient), []
    for s, y, sy in reversed(pairs):
        alpha = dot(s, q) / sy
        alphas.append(alpha)
        q = [a - alpha * b for a, b in zip(q, y)]
    scale = pairs[-1][2] / dot(pairs[-1][1], pairs[-1][1]) if pairs else 0.01
    q = [scale * a for a in q]
    for (s, y, sy), alpha in zip(pairs, reversed(alphas)):
        beta = alpha - dot(y, q) / sy
        q = [a + beta * b for a, b in zip(q, s)]
    return [-a for a in q]


def train(chosen):
    """The weights in steps, for instances [(word's, article's)]."""
    times = collections.Counter()
    for word, article in chosen:
        times[word] += word.right is not None and len(word.readings) > 1
        if article:
            times[article] += 1
    used = sorted({f for i in times for r in i.readings for f in r})
    place = {f: k for k, f in enumerate(used)}
    examples = [(Instance([[place[f] for f in r] for r in i.readings],
                          i.right, None), n) for i, n in times.items() if n]
    weights, pairs = [0.0] * len(used), []
    value, gradient = loss(weights, examples)
    for _ in range(ITERATIONS):
        way = direction(gradient, pairs)
        slope, step = dot(way, gradient), 1.0
        while True:
            there = [w + step * d for w, d in zip(weights, way)]
            new_value, new_gradient = loss(there, examples)
            if new_value <= value + 1e-4 * step * slope or step < 1e-6:
                break
            step /= 2
        s = [step * d for d in way]
        y = [a - b for a, b in zip(new_gradient, gradient)]
        sy = dot(s, y)
        if sy > 1e-10:
            pairs = pairs[-MEMORY + 1:] + [(s, y, sy)]
        done = value - new_value < 1e-5 * value
        weights, value, gradient = there, new_value, new_gradient
        if done:
            break
    result = [0] * WEIGHTS
    for f, k in place.items():
        result[f] = max(-127, min(127, round(weights[k] / STEP)))
    return result


# ---- measuring

def best(weights, instance):
    scores = [sum(weights[f] for f in r) for r in instance.readings]
    return scores.index(max(scores))


def show(word, ends):
    data, at, out = word.encode(), 0, []
    for end in ends + (len(data),):
        out.append(data[at:end].decode())
        at = end
    return "|".join(out)


def folds(data, shuffle, errors):
    documents = sorted({d[0] for d in data})
    order = list(documents)
    if shuffle is not None:
        random.Random(shuffle).shuffle(order)
    fold = {d: i % FOLDS for i, d in enumerate(order)}
    shares, totals, wrong = [], [0] * 7, []
    for k in range(FOLDS):
        weights = train([d[3:] for d in data if fold[d[0]] != k])
        n = [0] * 7
        for document, word, ends, instance, article in data:
            if fold[document] != k:
                continue
            got = instance.ends[best(weights, instance)]
            n[0] += 1
            n[1] += got == ends
            n[2] += len(set(got) & set(ends))
            n[3] += len(got)
            n[4] += len(ends)
            if article:
                n[5] += 1
                n[6] += best(weights, article) == article.right
            if got != ends:
                wrong.append("%s  not  %s" % (show(word, ends), show(word, got)))
        totals = [a + b for a, b in zip(totals, n)]
        shares.append(report("fold %d" % (k + 1), n))
    report("all", totals)
    for i, name in enumerate(("clitic_word_acc", "clitic_boundary_f1")):
        column = [s[i] for s in shares]
        mean = sum(column) / FOLDS
        spread = math.sqrt(sum((x - mean) ** 2 for x in column) / (FOLDS - 1))
        print("%s=%.4f  (mean of the folds; standard deviation %.4f)"
              % (name, mean, spread))
    if errors:
        print("\n".join(sorted(wrong)))


def report(name, n):
    accuracy, f1 = n[1] / n[0], 2 * n[2] / (n[3] + n[4])
    print("%-7s words %5d  right %.4f  boundaries P %.4f R %.4f F1 %.4f  "
          "article %.4f of %d" % (name, n[0], accuracy, n[2] / n[3],
                                  n[2] / n[4], f1, n[6] / n[5], n[5]), flush=True)
    return accuracy, f1


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("what", choices=("counts", "weights", "folds"))
    parser.add_argument("tool")
    parser.add_argument("source")
    parser.add_argument("conllu", nargs="?")
    parser.add_argument("--shuffle", type=int)
    parser.add_argument("--errors", action="store_true")
    a = parser.parse_args()
    if (a.what == "counts") == bool(a.conllu):
        parser.error("counts takes WORDFREQ; weights and folds COUNTS CONLLU")
    if a.what == "counts":
        sys.stdout.buffer.write(counts(a.tool, a.source))
        return
    data = instances(a.tool, a.source, a.conllu)
    if a.what == "folds":
        folds(data, a.shuffle, a.errors)
    else:
        weights = train([d[3:] for d in data])
        sys.stdout.buffer.write(struct.pack("%db" % WEIGHTS, *weights))


if __name__ == "__main__":
    main()
