#!/bin/bash
# state.sh - what it costs to remember: a table.
#
#   WARRAQ=build/warraq tests/bench/state.sh [CORPUS [OUTPUT-FOLDER]]
#
# 1. An hourly run of 200 new articles with REMEMBERED (1,400,000: seven days of
#    200,000) in memory, by the pipeline arabic-news, on one and two threads.  The
#    yardstick, in turn with it: the same run with an empty memory.  The memory is
#    made up (make_news) the first time; it stays in the output folder, and grows
#    by what is measured.
# 2. The pipeline over CORPUS with `state:' and without, in turn.
#
# Medians of ROUNDS (7) by the clock and by CPU time.  Never fails by time.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
corpus=${1:-$root/../shared/data/news-ar/news.jsonl.zst}
out=${2:-bench}
ROUNDS=${ROUNDS:-7}
REMEMBERED=${REMEMBERED:-1400000}
PIPELINE=${PIPELINE:-$root/pipelines/arabic-news.yaml}
: "${WARRAQ:?}"
make_news=$(dirname "$WARRAQ")/tests/bench/make_news
export LC_ALL=C
die() { echo "state: $*" >&2; exit 2; }
mkdir -p "$out/state" && out=$(cd "$out/state" && pwd) || exit 2

# with_state FOLDER: the pipeline's stages over FOLDER/inbox, with a state
with_state()
{
    mkdir -p "$1/inbox"
    { printf 'version: 1\nstate: state/\ninput: {path: "inbox/*"}\n'
      printf 'output: {path: "out/{run}.jsonl"}\n'
      sed -n '/^stages:/,/^tests:/p' "$PIPELINE" | grep -v '^tests:'; } >"$1/p.yaml"
}

# seconds COMMAND...: runs it; prints the seconds by the clock and of the CPU.
seconds()
{
    local TIMEFORMAT='%3R %3U %3S'
    { time "$@" >/dev/null 2>"$out/stderr" ||
        die "$* ended with $?: $(cat "$out/stderr")"; } 2>&1 |
        awk '{ print $1, $2 + $3 }'
}
# median FILE COLUMN
median()
{
    awk -v c="$2" '{ print $c }' "$1" | sort -n |
        awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
row() { printf '%-50s %10s %s\n' "$1" "$2" "${3-}"; }
over() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# ---- 1.4 million remembered ----

# Only what dedupe remembers is wanted: nothing else of the pipeline, no output.
remember()
{
    local first=0 n=100000
    mkdir -p "$out/full/out"
    with_state "$out/full"
    sed -e '/^stages:/,$d' "$out/full/p.yaml" >"$out/full/make.yaml"
    printf '%s\n' 'stages:' '  - stage: tokenize' '  - stage: dedupe' \
        '  - {stage: filter, with: {min_chars: 1000000}}' >>"$out/full/make.yaml"
    while [ $first -lt "$REMEMBERED" ]; do
        [ $((REMEMBERED - first)) -ge $n ] || n=$((REMEMBERED - first))
        "$make_news" $first $n >"$out/full/inbox/news.jsonl" || die "make_news failed"
        (cd "$out/full" && "$WARRAQ" run make.yaml -j2) || die "the run failed"
        first=$((first + n))
    done
    rm -f "$out/full/inbox/news.jsonl"
    echo "$REMEMBERED" >"$out/full/next"
}

# hour FOLDER J: a run over 200 articles that come next there
hour()
{
    local file next
    next=$(cat "$1/next")
    file=$1/inbox/$next.jsonl
    "$make_news" "$next" 200 >"$file" || die "make_news failed"
    echo $((next + 200)) >"$1/next"
    cat "$1"/state/segments/* >/dev/null 2>&1 # into the page cache
    (cd "$1" && seconds "$WARRAQ" run p.yaml -j "$2") || exit
    rm -f "$file"
}

if [ ! -f "$out/full/next" ]; then
    rm -rf "$out/full"
    remember
fi
for j in 1 2; do : >"$out/full.$j" && : >"$out/empty.$j"; done
before=$(du -sb "$out/full/state/segments" | cut -f 1)
for ((i = 0; i < ROUNDS; i++)); do
    for j in 1 2; do
        hour "$out/full" $j >>"$out/full.$j"
        rm -rf "$out/empty"
        with_state "$out/empty"
        cat "$out/full/next" >"$out/empty/next"
        hour "$out/empty" $j >>"$out/empty.$j"
    done
done

row "articles remembered" "$REMEMBERED"
row "segments" "$(find "$out/full/state/segments" -type f | wc -l)"
row "memory" "$((before / 1000000))" MB
row "memory an article" "$((before / REMEMBERED))" bytes
for j in 1 2; do
    row "200 new articles, -j$j, clock" "$(median "$out/full.$j" 1)" s
    row "200 new articles, -j$j, CPU" "$(median "$out/full.$j" 2)" s
    row "with an empty memory, -j$j, clock" "$(median "$out/empty.$j" 1)" s
    row "with an empty memory, -j$j, CPU" "$(median "$out/empty.$j" 2)" s
    row "ratio, -j$j, CPU" \
        "$(over "$(median "$out/full.$j" 2)" "$(median "$out/empty.$j" 2)")" times
done

# ---- with and without ----

if [ ! -f "$corpus" ]; then
    echo "state: no $corpus; making a stream up" >&2
    "$make_news" 0 17000 >"$out/stream.jsonl"
else
    case $(od -An -tx1 -N4 "$corpus" | tr -d ' ') in
    28b52ffd) zstd -qdcf "$corpus" >"$out/stream.jsonl" ;;
    1f8b*)    gzip -dc "$corpus" >"$out/stream.jsonl" ;;
    *)        cat "$corpus" >"$out/stream.jsonl" ;;
    esac || die "cannot unpack $corpus"
fi
for j in 1 2; do : >"$out/with.$j" && : >"$out/without.$j"; done
for ((i = 0; i < ROUNDS; i++)); do
    for j in 1 2; do
        rm -rf "$out/with"
        with_state "$out/with"
        ln "$out/stream.jsonl" "$out/with/inbox/stream.jsonl"
        sed '/^state:/d; s/{run}/whole/' "$out/with/p.yaml" >"$out/with/without.yaml"
        (cd "$out/with" && seconds "$WARRAQ" run p.yaml -j $j) >>"$out/with.$j" || exit
        (cd "$out/with" && seconds "$WARRAQ" run without.yaml -j $j) >>"$out/without.$j" || exit
    done
done
for j in 1 2; do
    for how in with without; do
        row "the corpus $how a state, -j$j, clock" "$(median "$out/$how.$j" 1)" s
        row "the corpus $how a state, -j$j, CPU" "$(median "$out/$how.$j" 2)" s
    done
    for c in 1 2; do
        paste "$out/with.$j" "$out/without.$j" |
            awk -v c=$c '{ print $c / $(c + 2) }' >"$out/ratios"
        row "ratio, median of pairs, -j$j, $([ $c = 1 ] && echo clock || echo CPU)" \
            "$(printf %.3f "$(median "$out/ratios" 1)")" times
    done
done
