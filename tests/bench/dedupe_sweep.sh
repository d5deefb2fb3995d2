#!/bin/bash
# dedupe_sweep.sh - what the parameters of dedupe trade, as a table.
#
#   WARRAQ=build/warraq tests/bench/dedupe_sweep.sh FOLDER >doc/dedupe.tsv
#   python3 tests/bench/dedupe_plot.py doc/dedupe.tsv doc/dedupe.svg
#
# One parameter at a time, the others density 8, window 14d, contains 0.5.  Runs
# the labelled articles (WARRAQ_DATA, WARRAQ_SCORE as for quality.sh) three times
# each on one thread; the median of the stage's seconds counts.  FOLDER: for what
# lies between.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
DATA=${WARRAQ_DATA:-$root/../shared/data}/news-ar
SCORE=${WARRAQ_SCORE:-$root/../shared/score}
: "${WARRAQ:?}"
mkdir -p "$1"
cd "$1"

# value NAME: of `name=value ...' on standard input.
value() { tr ' ' '\n' | sed -n "s/^$1=//p"; }

# measure PARAMETER VALUE WITH
measure()
{
    local scored seen bytes articles speed
    printf 'version: 1\nstate: state\ninput: {path: in}\noutput: {path: "out/{run}.jsonl"}\nstages:
  - stage: normalize\n  - stage: tokenize\n    with: {segments: none}
  - stage: dedupe\n    with: {%s}\n' "$3" >pipeline.yaml
    for _ in 1 2 3; do
        rm -rf state out
        mkdir out
        "$WARRAQ" run pipeline.yaml -j 1 --json "$DATA/news.jsonl.zst" 2>log |
            python3 -c '
import json, sys
run = json.load(sys.stdin)
print(next(s["seconds"] for s in run["stages"] if s["stage"] == "dedupe"),
      run["bytes_in"], run["in"])'
    done | sort -g >seconds
    read -r speed bytes articles < <(sed -n 2p seconds)
    speed=$(awk -v s="$speed" -v b="$bytes" 'BEGIN { printf "%.0f", b / s / 1e6 }')
    bytes=$("$WARRAQ" state info pipeline.yaml |
        sed -n 's/.*segments of memory, \([0-9]*\) bytes.*/\1/p')
    scored=$(python3 "$SCORE/dedupe.py" --truth "$DATA/truth-pairs.tsv" \
        --out out/000001.jsonl | tail -n 1)
    seen=$(python3 "$here/lookalikes.py" "$root/tests/data/dedupe/lookalikes.tsv" \
        out/000001.jsonl)
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%.0f\t%s\n' "$1" "$2" \
        "$(value recall_c50 <<<"$scored")" "$(value recall_j70 <<<"$scored")" \
        "$(value precision <<<"$scored")" "$(value merged <<<"$seen")" \
        "$(awk -v b="$bytes" -v n="$articles" 'BEGIN { print b / n }')" "$speed"
}

printf '# parameter\tvalue\trecall_c50\trecall_j70\tprecision\tlookalikes_merged\tbytes_an_article\tMB_a_second\n'
for v in 1 2 4 8 16 32; do measure density $v "window: 14d, density: $v"; done
for v in 1 2 3 5 7 14 21; do measure window $v "window: ${v}d"; done
for v in 0.3 0.35 0.4 0.45 0.5 0.6 0.7 0.8 0.9 1; do
    measure contains $v "window: 14d, contains: $v"
done
