#!/bin/bash
# whole.sh - 24 runs over 24 slices give the same articles, verdicts and ids, byte for
# byte, as one run over all of them; with -j1 and with -j2.
#
#   whole.sh [--long]          over articles made here
#   whole.sh CORPUS            over news (JSONL, .zst), by the stages of arabic-news
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"
[ -z "$LONG" ] || shift
HOURS=24
if [ "$LONG" ]; then EACH=200
else EACH=12; fi

slices() # CORPUS or nothing: slices/01.jsonl ...
{
    local h
    mkdir slices
    if [ $# = 0 ]; then
        for ((h = 1; h <= HOURS; h++)); do
            records $((h * 100)) $((h * 100 + EACH - 1)) >"slices/$(printf %02d $h).jsonl"
        done
        return
    fi
    case $1 in *.zst) zstd -qdc "$1" ;; *) cat "$1" ;; esac >all
    split -n l/$HOURS --numeric-suffixes=1 --additional-suffix=.jsonl all slices/
    rm all
}

start() # CORPUS or nothing
{
    begin job
    rm -rf inbox
    mkdir inbox
    [ $# = 0 ] || cat >p.yaml <<'YAML'
version: 1
state: state/
input: {path: "inbox/*"}
output: {path: "out/{run}.jsonl.zst"}
dropped: {path: "out/{run}.dropped"}
stages:
  - stage: normalize
  - stage: language
  - stage: strip_boilerplate
  - stage: tokenize
    with: {segments: none}
  - stage: dedupe
    with: {contains: 0.5, window: 7d}
  - stage: tag
YAML
}

# What came out, in the order of the runs, and how it was counted.
came_out()
{
    find out -name '*.zst' | sort | xargs zstd -qdc
    cat out/*.dropped out/*.rejects 2>/dev/null
    "$WARRAQ" state verify --dump p.yaml | grep -E '^(input|articles|stage)'
}

# whole NAME [CORPUS]: one run over all of it
whole()
{
    local name=$1
    shift
    start "$@"
    cp ../slices/* inbox
    peacefully "run 0"
    came_out >"../$name"
}

# hourly NAME [CORPUS]: a run for each slice
hourly()
{
    local name=$1 slice
    shift
    start "$@"
    for slice in ../slices/*; do
        cp "$slice" inbox
        peacefully "run 0"
    done
    came_out >"../$name"
}

slices "$@"
J=1 whole want "$@"
echo "$(wc -l <../want) articles and figures"
for J in 1 2; do
    whole got "$@"
    cmp ../want ../got || differs "one run, -j$J"
    hourly got "$@"
    cmp ../want ../got || differs "$HOURS runs, -j$J"
    points=$((points + HOURS + 1))
done
report
