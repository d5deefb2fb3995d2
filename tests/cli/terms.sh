#!/bin/bash
# terms.sh - the stages stem and stopwords: what they refuse, and that nothing
# but the article decides.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

test_a_language_that_nothing_knows_is_refused_with_those_there_are()
{
    : >in.jsonl
    pipeline '{stage: tokenize}' '{stage: stem, with: {language: fa}}' \
        '{stage: stopwords, with: {language: xx}}'
    exits 78 "$WARRAQ" check p.yaml
    says 'p.yaml:8:36: error: "language": there is no stemmer for "fa"; there are arabic, '
    says 'p.yaml:9:41: error: "language": there are no stop words of "xx"; there are those of de, el, '
    pipeline '{stage: tokenize}' '{stage: stem, with: {language: "1"}}'
    exits 78 "$WARRAQ" check p.yaml
    says '"1" is no language; write it as in ISO 639-1'
}

test_every_mistake_in_a_list_of_words_is_told_with_its_line()
{
    : >in.jsonl
    printf 'en\tfine\nen\ttwo words\n\tx\nword\n# comment\nen\ta\tb\n' >own.tsv
    pipeline '{stage: tokenize}' '{stage: stopwords, with: {words: own.tsv}}'
    exits 78 "$WARRAQ" run p.yaml
    says 'p.yaml:8:38: error: "words": '
    says 'own.tsv:2: the second column must be one word'
    says 'own.tsv:3: the first column must be a language, like ar or en'
    says 'own.tsv:4: there must be a language and a word, split by a tab'
    says 'own.tsv:6: there are more than two columns'
    [ "$(grep -c own.tsv: stderr)" = 4 ] || fail "$(cat stderr)"
}

test_a_list_of_words_that_cannot_be_read_is_an_error()
{
    : >in.jsonl
    pipeline '{stage: tokenize}' '{stage: stopwords, with: {words: none.tsv}}'
    exits 78 "$WARRAQ" run p.yaml
    says 'none.tsv: No such file'
    printf 'en\t\xff\n' >own.tsv
    pipeline '{stage: tokenize}' '{stage: stopwords, with: {words: own.tsv}}'
    exits 78 "$WARRAQ" run p.yaml
    says 'own.tsv is not UTF-8 at byte 3'
    mkdir folder
    pipeline '{stage: tokenize}' '{stage: stopwords, with: {words: folder}}'
    exits 78 "$WARRAQ" run p.yaml
    says 'cannot read '
}

# Languages by turns, so that memory of one article could show in the next.
test_neither_threads_nor_order_change_a_stem()
{
    articles 2000 | awk '{
        print
        printf "{\"id\":\"e%d\",\"lang\":\"en\",\"text\":\"Runners %d were running\"}\n", NR, NR
        printf "{\"id\":\"f%d\",\"lang\":\"fr\",\"text\":\"Runners %d were running\"}\n", NR, NR
    }' >in.jsonl
    pipeline '{stage: tokenize}' '{stage: stem}' '{stage: stopwords}'
    exits 0 "$WARRAQ" run p.yaml -j 1 -o one.jsonl
    exits 0 "$WARRAQ" run p.yaml -j 4 -o four.jsonl
    same one.jsonl four.jsonl
    tac in.jsonl >reversed.jsonl
    exits 0 "$WARRAQ" run p.yaml -o reversed.out.jsonl reversed.jsonl
    tac reversed.out.jsonl >back.jsonl
    same one.jsonl back.jsonl
}

run_tests
