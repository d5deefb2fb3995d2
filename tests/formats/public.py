"""public.py - reads FILE.vert and FILE.conllu with public tools and compares
them with FILE.jsonl.  Called by public.sh.

    python3 public.py FILE
"""
import html
import json
import logging
import sys

import conllu
from corpy.vertical import Vertical
from udapi.core.document import Document

logging.disable(logging.WARNING)  # udapi warns of each word without a head


class Corpus(Vertical):
    """The columns and tags of pipelines/arabic-corpus.yaml."""
    struct_names = ["doc", "p", "s", "g"]
    posattrs = ["word", "cls", "fold", "stem", "pieces"]


def read_jsonl(path):
    """Documents as (id, tokens), and how many sentences there are."""
    documents, sentences = [], 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            text = record["text"]
            documents.append((record["id"], [text[t[0]:t[1]]
                                             for t in record["tokens"]]))
            sentences += len(record["sentences"])
    return documents, sentences


def read_vertical(path):
    """The same by corpy; sentences: those that have a token."""
    documents, sentences, last = {}, 0, None
    corpus = Corpus(path)
    for position in corpus.positions():
        document = documents.setdefault(
            html.unescape(corpus.sattrs["doc"]["id"]), [])
        document.append(html.unescape(position.word))
        sentences += corpus.sattrs["s"] is not last
        last = corpus.sattrs["s"]
    return list(documents.items()), sentences


def read_conllu(path):
    """The same by conllu: a multiword token is a token, its words are none."""
    documents, sentences = [], 0
    with open(path, encoding="utf-8") as file:
        for sentence in conllu.parse_incr(file):
            sentences += 1
            if "newdoc id" in sentence.metadata:
                documents.append((sentence.metadata["newdoc id"], []))
            end = 0
            for token in sentence:
                if isinstance(token["id"], tuple):
                    end = token["id"][2]
                elif token["id"] <= end:
                    continue
                documents[-1][1].append(token["form"])
    return documents, sentences


def main():
    path = sys.argv[1]
    wanted = read_jsonl(path + ".jsonl")
    failed = False
    for tool, got in (("corpy", read_vertical(path + ".vert")),
                      ("conllu", read_conllu(path + ".conllu"))):
        documents, sentences = got
        is_same = got == wanted
        failed |= not is_same
        print(f"{tool}: {len(documents)} documents, {sentences} sentences, "
              f"{sum(len(t) for _, t in documents)} tokens; "
              f"{'those' if is_same else 'NOT those'} of the JSON lines")
    trees = list(Document(path + ".conllu").trees)
    wrong = [t.address() for t in trees if t.text != t.compute_text()]
    print(f"udapi: {len(trees)} sentences, {len(wrong)} of which are not the "
          "text that their tokens make")
    sys.exit(failed or bool(wrong))


main()
