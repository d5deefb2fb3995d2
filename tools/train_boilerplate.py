#!/usr/bin/env python3
"""Makes plugins/strip_boilerplate/model/weights.tsv, or measures such weights by folds.

usage: train_boilerplate.py FEATURES LINES CUES... > weights.tsv
       train_boilerplate.py --folds 5 FEATURES LINES CUES...

FEATURES  the program tools/boilerplate_features.c
LINES     pages as labelled lines, JSONL (.zst: read through zstd): id, url, title, text,
          labels (one for each line: body, title or boilerplate)
CUES      plugins/strip_boilerplate/cues/*.tsv
--folds   trains on the sites of all folds but one, scores the stage's decisions on the pages
          of that one, in turn, and prints for each kind of text: precision and recall of
          the lines kept, F1, F1 by characters, characters of body lost

Needs python3, its standard library and python-crfsuite (PyPI; made with 0.9.12); `make model'
and `make model-folds' run it.  Same input, same bytes out: the chances below are seeded, and
CRFsuite's L-BFGS has none.

A page is seldom what the stage will be given: English for the most part, with all its menus,
and few are news.  So the model also learns from what is made of each page (VARIANTS), and from
texts with the features that need capitals or our function words hidden (BLIND), as texts of
other scripts and languages have them.
"""
import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import urllib.parse
import zlib

import pycrfsuite

STATES = ("before", "body", "inserted", "after")  # model.h
L2 = 2.0
ITERATIONS = 120
LEAST = 0.02      # smaller weights are left out
CAUTION = 0.6     # of the stage, by default
PAGES_SEED, BLIND_SEED = 7, 5
NEWS_PAGES = 2    # made of each page

# What a text is, and how often it is learnt from blind: "page" both ways.
BLIND = {"page": None, "body": .5, "near": .5, "wide": .5, "news": .7}
VARIANTS = tuple(BLIND)

# The words of the news pages we make.  Cues of other languages fall into the same features.
MENU = ["Home", "Live", "Menu", "Search", "News", "Dark mode", "English", "Politics"]
ABOVE_BODY = ["Sunday 27 September 2020 - 20:36", "Published: 20 September 2023",
              "Wednesday 25 / December / 2024", "By John Smith", "Last updated: 3 May 2021 10:22",
              "Reuters", "Photo: archive", "Washington - Agencies"]
READ_ALSO = ["Read also: ", "Read more ", "Also read: ", "See also: ", "Related: "]
READ_ALSO_LINE = ["Read also:", "Related", "See also"]
AGO = ["2 hours ago", "1 hour ago", "3 days ago", "15 minutes ago"]
BETWEEN = ["Advertisement", "Reuters", "Sponsored", "Share"]
SOURCES = ["Reuters", "The Guardian", "AFP", "agencies"]
SHARE = ["Share this story with your friends", "Follow us on Telegram", "Share"]
ANOTHER_STORY = ["Read also:", "Related articles", "See also:", "Read more:"]
OTHER_HEADLINES = ["Read also:", "Related articles", "Most read", "Latest news",
                   "Similar articles"]
COMMENTS = ["Comments", "Discuss", "Leave a comment", "0 Comments"]
FOOTER = ["All rights reserved", "Subscribe to our newsletter", "© 2021", "Newsletter",
          "Privacy policy"]

Page = collections.namedtuple("Page", "url title lines labels")
Unit = collections.namedtuple("Unit", "first last kept values")  # lines first .. last
Text = collections.namedtuple("Text", "page kind lines labels units")  # page: its number


# --- pages, and what is made of them ---

def read_pages(path):
    """The pages of LINES, in its order."""
    if path.endswith(".zst"):
        data = subprocess.run(["zstd", "-dc", path], stdout=subprocess.PIPE, check=True).stdout
    else:
        with open(path, "rb") as f:
            data = f.read()
    for record in map(json.loads, data.decode().rstrip("\n").split("\n")):
        yield Page(record["url"], record["title"], record["text"].split("\n"), record["labels"])


def parts_of(page, rng):
    """The page's body; with a few lines around it; with what stands inside it and more around
    it.  As (kind, page)."""
    body = [i for i, label in enumerate(page.labels) if label == "body"]
    if not body:
        return
    first, last = body[0], body[-1]
    plan = (("body", False, 0, 0, rng.random() < .5),
            ("near", False, rng.randint(0, 4), rng.randint(0, 12), True),
            ("wide", True, rng.randint(0, 8), rng.randint(0, 25), True))
    for kind, inserted, above, below, headline in plan:
        head = [i for i in range(first) if page.labels[i] == "title"] if headline else []
        other = [i for i in range(first) if page.labels[i] != "title"]
        lines = sorted((other[-above:] if above else []) + head)
        lines += [i for i in range(first, last + 1) if inserted or page.labels[i] == "body"]
        lines += range(last + 1, min(len(page.lines), last + 1 + below))
        yield kind, Page(page.url, page.title if rng.random() < .5 else "",
                         [page.lines[i] for i in lines], [page.labels[i] for i in lines])


def paragraphs(page, least):
    """Lines of the body of at least so many characters that end as sentences do."""
    return [line for line, label in zip(page.lines, page.labels)
            if label == "body" and len(line) >= least and line.rstrip()[-1:] in tuple('.!?"”’')]


def insertion(style, headlines, rng):
    """Lines between two paragraphs; of one style all over a page."""
    headline = rng.choice(headlines)
    if style < .35:
        return [rng.choice(READ_ALSO) + headline]
    if style < .5:
        return [rng.choice(READ_ALSO_LINE), headline]
    if style < .65:
        return [" ".join((headline, rng.choice(AGO), rng.choice(headlines), rng.choice(AGO)))]
    if style < .75:
        return [rng.choice(BETWEEN)]
    return [headline]


def below_news(other, headlines, rng):
    """Lines below an article: source, tags, a second story or headlines, comments, footer."""
    lines, what = [], rng.random()
    if rng.random() < .4:
        lines.append("Source: " + rng.choice(SOURCES))
    if rng.random() < .4:
        lines.append("Tags: " + " ".join(rng.choice(headlines).split()[:rng.randint(2, 8)]))
    if rng.random() < .2:
        lines.append(rng.choice(SHARE))
    if what < .3:
        lines += [rng.choice(ANOTHER_STORY), rng.choice(headlines)]
        lines += paragraphs(other, 91)[:rng.randint(1, 6)]
    elif what < .65:
        lines.append(rng.choice(OTHER_HEADLINES))
        bullet = rng.choice(("", "", "  • "))
        lines += [bullet + rng.choice(headlines) for _ in range(rng.randint(1, 10))]
    for footer in COMMENTS, FOOTER:
        if rng.random() < .3:
            lines.append(rng.choice(footer))
    return lines


def news_page(page, other, headlines, rng):
    """A news page from the paragraphs of a page, headlines and another page's paragraphs;
    None if the page has hardly any."""
    prose = paragraphs(page, 70)
    if len(prose) < 4:
        return None
    keep_some = rng.random() < .3  # of the body's other lines: subheadings, lists
    story = [line for line, label in zip(page.lines, page.labels) if label == "body"
             and (line in prose or (keep_some and rng.random() < .5))]
    story = story[:rng.randint(4, 25)]

    lines = [(rng.choice(MENU), "boilerplate") for _ in range(rng.choice((0, 0, 1, 2, 3)))]
    if rng.random() < .8:
        lines.append((page.title, "title"))
    for _ in range(rng.choice((0, 0, 1, 2))):
        lines.append((rng.choice(ABOVE_BODY + [page.title]), "boilerplate"))
    n = min(rng.choice((0, 0, 0, 1, 1, 2, 3)), len(story) - 1)
    places = rng.sample(range(1, len(story)), n)
    style = rng.random()
    for i, line in enumerate(story):
        if i in places:
            lines += [(x, "boilerplate") for x in insertion(style, headlines, rng)]
        lines.append((line, "body"))
    lines += [(x, "boilerplate") for x in below_news(other, headlines, rng)]
    title = page.title if rng.random() < .4 else ""
    return Page(page.url, title, [x for x, _ in lines], [label for _, label in lines])


def variants(pages):
    """All texts to learn from, as (number of the page, kind, page).  A headline may come from a
    site of another fold: no feature knows its words."""
    rng = random.Random(PAGES_SEED)
    headlines = [page.title for page in pages if 35 <= len(page.title) <= 130]
    for i, page in enumerate(pages):
        yield i, "page", page._replace(title=page.title if rng.random() < .5 else "")
        for kind, part in parts_of(page, rng):
            yield i, kind, part
        for _ in range(NEWS_PAGES):
            made = news_page(page, pages[rng.randrange(len(pages))], headlines, rng)
            if made:
                yield i, "news", made


# --- features ---

class Features:
    """The program FEATURES with its cue files."""

    def __init__(self, program, cues):
        self.program, self.cues = program, cues
        self.groups = {}  # name: number of values

    def texts(self, made, weights=None):
        """What variants() gave, as Texts; with weights (a path): as the stage decides."""
        made = list(made)
        model = ["--model", weights, str(CAUTION)] if weights else []
        given = bytearray()
        for _, _, page in made:
            text, title = "\n".join(page.lines).encode(), page.title.encode()
            given += b"%d %d\n" % (len(text), len(title)) + text + title
        done = subprocess.run([self.program, *model, *self.cues], input=bytes(given),
                              stdout=subprocess.PIPE, check=True)
        out = iter(done.stdout.decode().split("\n"))
        head = next(out).split()
        self.groups = dict(zip(head[::2], map(int, head[1::2])))
        return [Text(i, kind, page.lines, page.labels, list(self.units(page, out)))
                for i, kind, page in made]

    @staticmethod
    def units(page, out):
        line_at, begin = {}, 0
        for i, line in enumerate(page.lines):
            line_at[begin] = i
            begin += len(line.encode()) + 1
        for _ in range(int(next(out))):
            begin, lines, kept, *values = map(int, next(out).split())
            first = line_at[begin]
            yield Unit(first, first + lines - 1, kept, values)

    def blind(self, units, functions):
        """The units without capitals and, if so asked, function words.  The last value of
        either group says that it cannot be told."""
        hidden = {"capitals", "functions"} if functions else {"capitals"}
        return [unit._replace(values=[self.groups[g] - 1 if g in hidden else v
                                      for g, v in zip(self.groups, unit.values)])
                for unit in units]

    def names(self, units):
        """What CRFsuite is told: for each unit, its features."""
        return [["%s=%d" % feature for feature in zip(self.groups, unit.values)]
                for unit in units]


def states(text):
    """The state of each unit; one is body if any line of it is."""
    body = ["body" in text.labels[unit.first:unit.last + 1] for unit in text.units]
    if True not in body:
        return ["before"] * len(body)
    first, last = body.index(True), len(body) - 1 - body[::-1].index(True)
    return ["before" if i < first else "after" if i > last else "body" if is_body else "inserted"
            for i, is_body in enumerate(body)]


# --- training ---

def examples(features, texts):
    """(units, states) to learn from: some texts as they are, some blind, pages both."""
    rng = random.Random(BLIND_SEED)
    for text in texts:
        often = BLIND[text.kind]
        if often is None:
            yield text.units, states(text)
        if often is None or rng.random() < often:
            yield features.blind(text.units, rng.random() < .5), states(text)
        else:
            yield text.units, states(text)


def train(features, texts):
    """The trained model, as pycrfsuite shows it: state_features and transitions."""
    trainer = pycrfsuite.Trainer(verbose=False)
    for units, labels in examples(features, texts):
        if units:
            trainer.append(features.names(units), labels)
    trainer.set_params({"c1": 0.0, "c2": L2, "max_iterations": ITERATIONS,
                        "feature.possible_transitions": True})
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        info = tagger.info()
        tagger.close()
    return info


def weights(features, model):
    """The content of weights.tsv."""
    def row(name, value, numbers):
        return "\t".join([name, value] + ["%.2f" % x for x in numbers]) + "\n"

    out = ["# Weights of the model: a feature's group and value (evidence.h), then what it\n"
           "# adds to the score of before, body, inserted and after.  Made as README.md says.\n"]
    for group, values in features.groups.items():
        for value in range(values):
            numbers = [model.state_features.get(("%s=%d" % (group, value), state), 0)
                       for state in STATES]
            if max(map(abs, numbers)) >= LEAST:
                out.append(row(group, str(value), numbers))
    for state in STATES:
        out.append(row("from", state, [model.transitions.get((state, to), 0) for to in STATES]))
    return "".join(out)


# --- scores ---

def add_scores(total, text):
    """Counts the lines of a text, and their characters but white space, by (is body, is kept).
    Titles count in neither."""
    for unit in text.units:
        for i in range(unit.first, unit.last + 1):
            chars = len("".join(text.lines[i].split()))
            if chars and text.labels[i] != "title":
                cell = total[text.labels[i] == "body", bool(unit.kept)]
                cell[0] += 1
                cell[1] += chars


def ratios(total, by):
    """Precision, recall and F1 of what is kept; by: 0 lines, 1 characters."""
    right = total[True, True][by]
    kept, body = right + total[False, True][by], right + total[True, False][by]
    return right / max(kept, 1), right / max(body, 1), 2 * right / max(kept + body, 1)


def print_folds(n, features, pages, made, texts):
    """Trains n times and prints the scores of all folds together."""
    fold = [zlib.crc32(urllib.parse.urlparse(page.url).netloc.encode()) % n for page in pages]
    totals = {kind: collections.defaultdict(lambda: [0, 0]) for kind in VARIANTS}
    for f in range(n):
        model = train(features, [text for text in texts if fold[text.page] != f])
        with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
            file.write(weights(features, model))
            file.flush()
            for text in features.texts([m for m in made if fold[m[0]] == f], file.name):
                add_scores(totals[text.kind], text)
    for kind, total in totals.items():
        print("%s precision=%.4f recall=%.4f f1=%.4f char_f1=%.4f body_chars_lost=%d"
              % (kind, *ratios(total, 0), ratios(total, 1)[2], total[True, False][1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features")
    parser.add_argument("lines")
    parser.add_argument("cues", nargs="+")
    parser.add_argument("--folds", type=int)
    args = parser.parse_args()
    pages = list(read_pages(args.lines))
    features = Features(args.features, args.cues)
    made = list(variants(pages))
    texts = features.texts(made)
    if args.folds:
        print_folds(args.folds, features, pages, made, texts)
    else:
        sys.stdout.write(weights(features, train(features, texts)))


if __name__ == "__main__":
    main()
