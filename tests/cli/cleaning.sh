#!/bin/bash
# cleaning.sh - the sample articles through normalize and strip_boilerplate:
# what was cut can be put back, and a cue file with a mistake is told where.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

test_what_was_cut_is_put_back_exactly()
{
    pipeline '{stage: normalize}'
    exits 0 "$WARRAQ" run p.yaml -o whole.jsonl "$ARTICLES"/*.txt
    exits 0 "$WARRAQ" restore whole.jsonl -o whole.restored.jsonl
    pipeline '{stage: normalize}' '{stage: strip_boilerplate}'
    exits 0 "$WARRAQ" run p.yaml -o clean.jsonl "$ARTICLES"/*.txt
    exits 0 "$WARRAQ" restore clean.jsonl -o clean.restored.jsonl
    # Where the stage found a headline, it added the field title.
    for f in whole clean; do
        sed 's/,"title":"\(\\.\|[^"\\]\)*"//' $f.restored.jsonl >$f.text
    done
    same whole.text clean.text
}

test_cleaning_twice_changes_nothing()
{
    pipeline '{stage: normalize}' '{stage: strip_boilerplate}'
    exits 0 "$WARRAQ" run p.yaml -o once.jsonl "$ARTICLES"/*.txt
    sed 's/,"removed":\[.*\]//' once.jsonl >in.jsonl
    exits 0 "$WARRAQ" run p.yaml -o twice.jsonl in.jsonl
    same in.jsonl twice.jsonl
}

test_any_number_of_threads_cleans_alike()
{
    pipeline '{stage: normalize}' '{stage: strip_boilerplate}'
    exits 0 "$WARRAQ" run p.yaml -j 1 -o one.jsonl "$ARTICLES"/*.txt
    exits 0 "$WARRAQ" run p.yaml -j 3 -o three.jsonl "$ARTICLES"/*.txt
    same one.jsonl three.jsonl
}

# refuses LINE MESSAGE: a cue file of a good line and this one.
refuses()
{
    printf 'share\tis\tshare it\n%b\n' "$1" >own.tsv
    : >in.jsonl
    pipeline '{stage: strip_boilerplate, with: {cues: own.tsv}}'
    exits 78 "$WARRAQ" run p.yaml
    says 'p.yaml:7:'
    says "own.tsv:2: $2"
}

test_a_mistake_in_a_cue_file_is_told_with_its_line()
{
    refuses 'junk\tis\tx' 'the first column is no kind of cue'
    refuses 'share\tnear\tx' 'the second column must be is, starts, ends, has or word'
    refuses 'function\tis\tx' 'conjunction, function and date_word go with "word"'
    refuses 'share\tis\t' 'the third column must be a phrase of 1 to 12 words'
    refuses 'share\tis\tx\ty' 'there are more than three columns'
}

test_a_cue_file_that_cannot_be_read_is_an_error()
{
    : >in.jsonl
    pipeline '{stage: strip_boilerplate, with: {cues: none.tsv}}'
    exits 78 "$WARRAQ" run p.yaml
    says 'none.tsv'
    printf 'share\tis\t\xff\n' >own.tsv
    pipeline '{stage: strip_boilerplate, with: {cues: own.tsv}}'
    exits 78 "$WARRAQ" run p.yaml
    says 'is not UTF-8'
}

run_tests
