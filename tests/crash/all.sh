#!/bin/bash
# all.sh - every part at its full length, as many at once as there are processors:
# make crash-check.  The last line sums them up: "points=N differences=N".
#
#   all.sh [CORPUS]      CORPUS: news as JSONL (.zst), read hourly and at once
#
# STEP=N: every N-th call is killed, not every one.
# What a part has said is in PART.log in the folder that this is started from.
here=$(cd "$(dirname "$0")" && pwd)
corpus=${1:-$here/../../../shared/data/news-ar/news.jsonl.zst}
cd "$(mkdir -p crash && cd crash && pwd)" || exit 2
rm -f ./*.log ./*.code

# name, settings and arguments; the longest first
parts=(
    "kill-2 J=2 kill.sh --long kill"
    "kill-1 J=1 kill.sh --long kill"
    "isolated ISOLATE=true STEP=5 kill.sh --long kill parent"
    "faults J=1 STEP=2 kill.sh --long full fail"
    "power power.sh --long"
    "twice J=1 kill.sh --long twice"
    "random J=2 kill.sh --long random"
    "damage damage.sh --long"
    "starts starts.sh --long"
    "starts-isolated ISOLATE=true starts.sh --long"
    "disk disk.sh --long"
    "whole whole.sh --long"
    "alloc STRIKES=5000 alloc.sh"
)
[ ! -f "$corpus" ] || parts+=("news whole.sh $corpus")

# part NAME [SETTING=VALUE...] SCRIPT [ARGUMENT...]
part()
{
    local name=$1 code=0
    shift
    while [[ $1 == *=* ]]; do
        export "${1?}"
        shift
    done
    nice "$BASH" "$here/$1" "${@:2}" >"$name.log" 2>&1 || code=$?
    echo $code >"$name.code"
}

began=$SECONDS
for p in "${parts[@]}"; do
    while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    # shellcheck disable=SC2086 # words
    part $p &
done
wait

failed=0 points=0 differences=0
for p in "${parts[@]}"; do
    name=${p%% *} code=$(cat "${p%% *}.code")
    last=$(tail -n 1 "$name.log")
    if [ "$code" = 77 ]; then last=skipped; fi
    printf '%-16s %s\n' "$name" "$last"
    [[ $last == points=* || $last == skipped ]] || failed=1
    [ "$code" = 0 ] || [ "$code" = 77 ] || { failed=1; grep -av '^points=' "$name.log" | head -n 20; }
    [[ $last =~ ^points=([0-9]+)\ differences=([0-9]+)$ ]] || continue
    points=$((points + BASH_REMATCH[1])) differences=$((differences + BASH_REMATCH[2]))
done
echo "$((SECONDS - began)) seconds"
echo "points=$points differences=$differences"
exit $failed
