"""gen_stopwords.py - makes plugins/terms/data/stopwords.tsv.

    npm pack stopwords-iso@1.1.0 && tar xzf stopwords-iso-1.1.0.tgz
    python3 tools/gen_stopwords.py package/stopwords-iso.json \
        >plugins/terms/data/stopwords.tsv

One line a word, sorted: language, word.  Left out are entries that are not one
word, and the nouns and names that some lists took over from the news they were
counted in (NOT_STOP_WORDS): a search for them must find something.  Arabic is
left out: own.tsv has it.
"""
import json
import sys
import unicodedata

LANGUAGES = ("de el en es fa fr he hi hu hy id it ku nl pl pt ro ru sv tr "
             "uk ur").split()

# Judged one by one by what they mean.
NOT_STOP_WORDS = {
    "ru": "москва россия советский товарищ",
    "en": "million billion website webpage homepage netscape microsoft gov mil "
          "edu htm html http org com www",
}


def is_word(text):
    """Letters with their marks, and what stands between letters."""
    inner = "'’\N{ZERO WIDTH NON-JOINER}"
    return (text.strip(inner) == text != "" and
            all(unicodedata.category(c)[0] in "LM" or c in inner for c in text))


def words(listed, language):
    """The words of a list that stay."""
    out = {unicodedata.normalize("NFC", w).strip() for w in listed}
    out -= set(NOT_STOP_WORDS.get(language, "").split())
    return sorted(w for w in out if is_word(w))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lists = json.load(file)
    print("# Made by tools/gen_stopwords.py from stopwords-iso 1.1.0 (MIT): see "
          "NOTICE.")
    for language in LANGUAGES:
        for word in words(lists[language], language):
            print(language, word, sep="\t")


if __name__ == "__main__":
    main()
