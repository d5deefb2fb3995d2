#!/bin/bash
# offsets.sh - every token and sentence equals its slice of the text: behind every
# stage, in the output, and when the output is read again.  The test stages
# slices_note and slices_check (tests/plugins/slices.c) hold each against what
# it was right behind `tokenize'.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/slices.so

# The hard cases as articles: each text alone, and all of them behind each
# other; their escapes are those of JSON.
hard()
{
    grep -v '^#\( \|$\)' "$srcdir/tests/data/tokens/hard.tsv" | cut -f 1 |
        sed 's/"/\\"/g' |
        awk '{ printf "{\"id\":\"h%d\",\"text\":\"%s\"}\n", NR, $0
               all = all (NR % 5 ? " " : "\\n") $0 }
            END { printf "{\"id\":\"all\",\"text\":\"%s\"}\n", all }'
}

# are_true [COUNT]: what slices_check counted in the last run's summary.
are_true()
{
    local spans
    spans=$(awk -F '[:, ]+' '$2 == "\"spans\"" { n = $3 } END { print n + 0 }' stdout)
    [ "$spans" -ge "${1:-1}" ] || fail "only $spans spans were checked"
    holds stdout '"differences": 0'
    [ ! -s rejects.jsonl ] || fail "rejected: $(head -c 300 rejects.jsonl)"
}

test_through_every_stage()
{
    { hard; articles 50; } >in.jsonl
    pipeline '{stage: normalize}' '{stage: tokenize}' '{stage: slices_note}' \
        '{stage: language}' '{stage: strip_boilerplate}' \
        '{stage: dedupe, with: {passages: true}}' \
        '{stage: tag}' '{stage: slices_check}'
    exits 0 "$WARRAQ" run p.yaml --json
    are_true 1500
    exits 0 "$WARRAQ" run p.yaml --json "$ARTICLES"/*.txt
    are_true 1000
    holds out.jsonl '"removed":[{'
}

test_in_either_mode_without_normalize()
{
    hard >in.jsonl
    for mode in news uax29; do
        pipeline "{stage: tokenize, with: {mode: $mode}}" \
            '{stage: slices_note}' '{stage: strip_boilerplate}' \
            '{stage: slices_check}'
        exits 0 "$WARRAQ" run p.yaml --json
        are_true 1000
    done
}

test_through_a_program()
{
    hard >in.jsonl
    pipeline '{stage: tokenize}' '{stage: slices_note}' \
        '{stage: exec, with: {command: cat, layers: true}}' '{stage: slices_check}'
    exits 0 "$WARRAQ" run p.yaml --json
    are_true 1000
}

test_when_the_output_is_read_again()
{
    local unit
    hard >first.jsonl
    for unit in codepoints bytes utf16; do
        pipeline '{stage: tokenize}' '{stage: slices_note}'
        sed -i "s/path: out.jsonl/path: $unit.jsonl, with: {offsets: $unit}/" p.yaml
        exits 0 "$WARRAQ" run p.yaml first.jsonl
        pipeline '{stage: slices_check}'
        sed -i "s/path: in.jsonl/path: $unit.jsonl, with: {offsets: $unit}/" p.yaml
        exits 0 "$WARRAQ" run p.yaml --json
        are_true 1000
    done
}

# Two of the five articles tell the same of 2020: one paragraph, no repeat.
test_passages_when_the_output_is_read_again()
{
    local unit
    for unit in codepoints bytes utf16; do
        pipeline '{stage: tokenize}' '{stage: dedupe, with: {passages: true}}'
        sed -i "s/path: out.jsonl/path: $unit.jsonl, with: {offsets: $unit}/" p.yaml
        exits 0 "$WARRAQ" run p.yaml "$ARTICLES"/*.txt
        pipeline
        sed -i "s/path: in.jsonl/path: $unit.jsonl, with: {offsets: $unit}/" p.yaml
        exits 0 "$WARRAQ" run p.yaml
        same codepoints.jsonl out.jsonl
    done
    ! grep '"duplicate"' codepoints.jsonl || fail "a paragraph is no repeat"
    holds codepoints.jsonl \
        '"reused":[{"begin":2279,"end":2554,"id":"000_4b1cc2553c7c1946"}]'
}

run_tests
