#!/bin/bash
# corpus.sh - tokenized articles as vertical and CoNLL-U: files that strict
# readers take, with the same tokens in both.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

SAMPLE=$srcdir/plugins/corpus/tests/sample
READERS=$srcdir/tests/formats

# corpus OUTPUT STAGE...: p.yaml, with this output.
corpus()
{
    local output=$1
    shift
    pipeline "$@"
    sed -i "s|^output:.*|output: $output|" p.yaml
}

# reads_alike FILE.vert COLUMNS FILE.conllu: both are well formed and have the
# same tokens; counts: "documents sentences tokens" of the first.
reads_alike()
{
    awk -v columns="$2" -f "$READERS/vertical.awk" "$1" >vert.tokens 2>vert.count ||
        fail "$(cat vert.count)"
    awk -f "$READERS/conllu.awk" "$3" >conllu.tokens 2>conllu.count ||
        fail "$(cat conllu.count)"
    same vert.tokens conllu.tokens
    [ "$(cut -d ' ' -f 2- vert.count)" = "$(cut -d ' ' -f 2- conllu.count)" ] ||
        fail "vertical has $(cat vert.count), CoNLL-U $(cat conllu.count)"
}

test_the_sample_is_written_as_it_should_be()
{
    corpus '{path: o.vert, with: {fields: [id, title, date, source, tags, views], fold: true}}' \
        '{stage: tokenize}'
    exits 0 "$WARRAQ" run p.yaml "$SAMPLE.jsonl"
    same o.vert "$SAMPLE.vert"
    corpus '{path: o.conllu, with: {fields: [title, views, tags], segments: none}}' \
        '{stage: tokenize}'
    exits 0 "$WARRAQ" run p.yaml "$SAMPLE.jsonl"
    same o.conllu "$SAMPLE.conllu"
    reads_alike o.vert 3 o.conllu
}

test_articles_have_all_their_tokens_in_both_forms()
{
    corpus '{path: o.vert, with: {fold: true, stems: stems}}' \
        '{stage: normalize}' '{stage: tokenize}' '{stage: stem}'
    exits 0 "$WARRAQ" run p.yaml --summary "$ARTICLES"/*.txt
    sed -n 's/^ *\(sentences\|tokens\): //p' stderr | sort -n >counts
    corpus '{path: o.conllu}' \
        '{stage: normalize}' '{stage: tokenize}' '{stage: stem}'
    exits 0 "$WARRAQ" run p.yaml "$ARTICLES"/*.txt
    reads_alike o.vert 4 o.conllu
    [ "$(cat vert.count)" = "5 $(paste -s -d ' ' counts)" ] ||
        fail "read $(cat vert.count); tokenize counted $(paste -s -d ' ' counts)"
}

test_any_number_of_threads_writes_the_same()
{
    articles 3000 >in.jsonl
    local form
    for form in vert conllu; do
        corpus "{path: o.$form}" '{stage: tokenize}' '{stage: stem}' \
            '{stage: stopwords}'
        exits 0 "$WARRAQ" run p.yaml -j 1 -o "one.$form"
        exits 0 "$WARRAQ" run p.yaml -j 4 -o "four.$form"
        same "one.$form" "four.$form"
    done
    reads_alike one.vert 2 one.conllu
    [ "$(cut -d ' ' -f 1 vert.count)" = 3000 ] || fail "$(cat vert.count)"
}

test_a_million_tokens_in_one_text()
{
    { printf '{"id":"a","lang":"en","text":"'
      awk 'BEGIN { for (i = 0; i < 250000; i++) printf "the<we.\\n" }'
      printf '"}\n'; } >in.jsonl
    corpus '{path: o.vert, with: {stems: stems}}' '{stage: tokenize}' \
        '{stage: stem}' '{stage: stopwords}'
    exits 0 "$WARRAQ" run p.yaml
    exits 0 "$WARRAQ" run p.yaml -o o.conllu --set output.stems=stems
    reads_alike o.vert 3 o.conllu
    [ "$(cut -d ' ' -f 3 vert.count)" = 1000000 ] || fail "$(cat vert.count)"
}

test_minus_o_chooses_the_form_by_its_suffix()
{
    articles 1 >in.jsonl
    pipeline '{stage: tokenize}'
    exits 0 "$WARRAQ" run p.yaml -o o.vertical
    head -n 1 o.vertical | grep -q '^<doc id="a1"' || fail "$(head -n 1 o.vertical)"
    exits 0 "$WARRAQ" run p.yaml -o o.conllu.gz
    gzip -dc o.conllu.gz | head -n 1 | grep -q '^# newdoc id = a1' || fail conllu
    exits 0 "$WARRAQ" run p.yaml -o o.other
    head -n 1 o.other | grep -q '^{"id":"a1"' || fail "$(head -n 1 o.other)"
}

test_an_output_without_its_layers_is_refused_before_the_run()
{
    : >in.jsonl
    corpus '{path: o.vert}' '{stage: normalize}'
    exits 78 "$WARRAQ" check p.yaml
    says 'p.yaml:3:16: error: format "vertical" needs the layer "tokens", which nothing before it writes'
    says 'the stage "tokenize" writes it'
    corpus '{path: o.vert, with: {stems: stems}}' '{stage: tokenize}'
    exits 78 "$WARRAQ" run p.yaml
    says 'format "vertical" needs the layer "stems", which nothing before it writes'
    says 'the stage "stem" writes it'
    corpus '{format: conllu, path: o}' '{stage: tokenize}' '{stage: normalize}'
    exits 78 "$WARRAQ" run p.yaml
    says 'format "conllu" needs the layer "tokens", which is lost: "normalize"'
}

test_a_field_that_cannot_name_an_attribute_is_refused()
{
    : >in.jsonl
    corpus '{path: o.vert, with: {fields: [id, "a b"]}}' '{stage: tokenize}'
    exits 78 "$WARRAQ" run p.yaml
    says '"a b" cannot be the name of an attribute'
}

test_they_only_write()
{
    printf '<doc>\n</doc>\n' >in.vert
    corpus '{path: o.jsonl}' '{stage: tokenize}'
    sed -i 's/in.jsonl/in.vert/' p.yaml
    exits 65 "$WARRAQ" run p.yaml
    sed -i 's/{path: in.vert}/{path: in.vert, format: vertical}/' p.yaml
    exits 78 "$WARRAQ" run p.yaml
    says 'the format "vertical" can only be written'
}

test_no_two_articles_have_one_sent_id()
{
    printf '{"id":"%s","text":"a"}\n' 'a b' a_b a/b a%20b 'a  b' ' a b' \
        'a\u00A0b' 'a\tb' 'a\u0085b' a%2Fb >in.jsonl
    pipeline '{stage: tokenize}'
    exits 0 "$WARRAQ" run p.yaml -o o.conllu
    grep '^# sent_id' o.conllu >ids
    [ "$(sort -u ids | grep -c .)" = 10 ] || fail "$(cat ids)"
    ! grep -qP '= .*[\s/]' ids || fail "white space or /"
    holds ids '= a%20b-1'
    holds ids '= a_b-1'
    holds ids '= a%2520b-1'
}

test_a_name_that_means_another_format_than_the_pipeline_is_told()
{
    : >in.jsonl
    printf 'version: 1\ninput: {path: in.jsonl}\noutput: {path: out.jsonl, format: jsonl}\nstages: [{stage: tokenize}]\n' >p.yaml
    exits 0 "$WARRAQ" run p.yaml -o x.conllu.gz
    says 'p.yaml:3:35: warning: "x.conllu.gz" is written as "jsonl", not "conllu" as its name says'
    exits 0 "$WARRAQ" run p.yaml -o x.ndjson
    is_quiet
    sed -i 's/, format: jsonl//' p.yaml
    exits 0 "$WARRAQ" run p.yaml -o x.conllu
    is_quiet
}

run_tests
