#!/bin/bash
# bench.sh - how fast the whole chain is: a table, and JSON.
#
#   WARRAQ=build/warraq tests/bench/bench.sh [CORPUS [OUTPUT-FOLDER]]
#
# CORPUS is JSONL, plain, .gz or .zst; without one, a stream is made up.  One and
# two threads take turns in the same run, so that their ratio survives a busy
# machine; each time is the median of ROUNDS (5).  The yardstick is `wc -w' over
# the same bytes.  MB are 10^6 bytes of uncompressed JSONL.  REPEAT=N also runs the
# stream N times over with new ids, for the memory of a long run (30: 2 GB).
# Never fails by time.
#
# Behind the table of the chain comes one of the text toolkit: each function at
# each level of vector instructions, beside ICU in the same process, on the texts
# of the corpus and on English ones (WARRAQ_DATA says where).
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
corpus=${1:-$root/../shared/data/news-ar/news.jsonl.zst}
out=${2:-bench}
ROUNDS=${ROUNDS:-5}
PIPELINE=${PIPELINE:-$root/pipelines/arabic-news.yaml}
: "${WARRAQ:?}"
export LC_ALL=C
die() { echo "bench: $*" >&2; exit 2; }
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 2
stream=$out/stream.jsonl

# About 60 MB of made-up Arabic news, every tenth a copy of an earlier one.
make_up()
{
    awk 'BEGIN {
        n = split("الوزير الرئيس المدير السفير الاجتماع المشروع القرار البرنامج" \
            " المدينة الحكومة الشركة الجامعة المنطقة اليوم الماضي الجديد" \
            " أعلن أكد قال أضاف شارك افتتح وقع ناقش من في على إلى عن مع بعد" \
            " خلال التعاون التنمية الاقتصاد التعليم الصحة الأمن السلام", w, " ")
        srand(1)
        for (i = 1; i <= 17000; i++) {
            if (i % 10 == 0) srand(i - 7); else srand(i)
            text = ""
            for (k = 1; k <= 330; k++)
                text = text w[int(rand() * n) + 1] (k % 22 ? " " : ".\\n")
            printf "{\"id\":\"m%d\",\"source\":\"s%d\",\"date\":\"2020-09-%02d\",\"title\":\"%s %s\",\"text\":\"%s\"}\n", \
                i, i % 14, i / 600 + 1, w[i % n + 1], w[(i * 7) % n + 1], text
        }
    }'
}
if [ -f "$corpus" ]; then
    case $(od -An -tx1 -N4 "$corpus" | tr -d ' ') in
    28b52ffd) zstd -qdcf "$corpus" >"$stream" ;;
    1f8b*)    gzip -dc "$corpus" >"$stream" ;;
    *)        cat "$corpus" >"$stream" ;;
    esac || die "cannot unpack $corpus"
else
    echo "bench: no $corpus; making a stream up" >&2
    corpus=made-up
    make_up >"$stream"
fi
bytes=$(wc -c <"$stream")
articles=$(wc -l <"$stream")

# seconds COMMAND...: runs it; prints the seconds by the clock and of the CPU.
seconds()
{
    local TIMEFORMAT='%3R %3U %3S'
    { time "$@" >/dev/null 2>"$out/stderr" ||
        die "$* ended with $?: $(cat "$out/stderr")"; } 2>&1 |
        awk '{ print $1, $2 + $3 }'
}
# median [COLUMN]
median()
{
    awk -v c="${1:-1}" '{ print $c }' | sort -n |
        awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
chain() { "$WARRAQ" run "$PIPELINE" -j "$1" -o "$out/out.jsonl" "$stream"; }
speed() { awk -v b="$bytes" -v s="$1" 'BEGIN { printf "%.1f", b / s / 1e6 }'; }

# peak COMMAND...: runs it, prints the most memory it had, in kB.
peak()
{
    local pid kb=0 now
    "$@" >/dev/null 2>&1 <&3 &
    pid=$!
    while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null) &&
        [ -n "$now" ]
    do
        kb=$now
        sleep 0.02
    done
    wait $pid || die "$* ended with $?"
    echo "$kb"
}

cat "$stream" >/dev/null # into the page cache
: >"$out/one" && : >"$out/two" && : >"$out/yard"
for ((i = 0; i < ROUNDS; i++)); do
    seconds chain 1 >>"$out/one"
    seconds chain 2 >>"$out/two"
    seconds wc -w "$stream" >>"$out/yard"
done
one=$(median <"$out/one")
two=$(median <"$out/two")
cpu=$(median 2 <"$out/one")
yard=$(median <"$out/yard")
ratio=$(paste "$out/one" "$out/two" | awk '{ print $1 / $3 }' | median)
# Seconds of each stage on one thread, as the run itself counts them.
"$WARRAQ" run "$PIPELINE" -j 1 --json -o "$out/out.jsonl" "$stream" \
    >"$out/summary.json" || die "the run failed"
awk -F '[:", ]+' '$2 == "label" { label = $3 }
    $2 == "seconds" && label { print label, $3; label = "" }' \
    "$out/summary.json" >"$out/stages"
# The function would be the shell's child; the program itself is measured.
memory=$(peak "$WARRAQ" run "$PIPELINE" -j 2 -o "$out/out.jsonl" "$stream" 3</dev/null)
long=
if [ "${REPEAT:-0}" -gt 0 ]; then
    again() { for ((i = 0; i < REPEAT; i++)); do sed "s/\"id\": *\"/&$i-/" "$stream"; done; }
    long=$(peak "$WARRAQ" run "$PIPELINE" -j 2 -o /dev/null - 3< <(again))
fi
out_bytes=$(wc -c <"$out/out.jsonl")
: >"$out/empty.jsonl"
for ((i = 0; i < 20; i++)); do
    seconds "$WARRAQ" run "$PIPELINE" -o "$out/none.jsonl" "$out/empty.jsonl"
done >"$out/empty"
empty=$(median <"$out/empty")

row() { printf '%-44s %10s %s\n' "$1" "$2" "${3-}"; }
{
    row "corpus" "$(basename "$corpus")"
    row "articles" "$articles"
    row "JSONL in" "$(awk -v b="$bytes" 'BEGIN { printf "%.1f", b / 1e6 }')" MB
    row "JSONL out" "$(awk -v b="$out_bytes" 'BEGIN { printf "%.1f", b / 1e6 }')" MB
    row "whole chain, one thread" "$(speed "$one")" MB/s
    row "whole chain, one thread, by CPU time" "$(speed "$cpu")" MB/s
    row "whole chain, two threads" "$(speed "$two")" MB/s
    row "two threads against one, median of pairs" "$(printf %.2f "$ratio")" times
    row "yardstick: wc -w" "$(speed "$yard")" MB/s
    row "one thread against the yardstick" \
        "$(awk -v o="$one" -v y="$yard" 'BEGIN { printf "%.2f", y / o }')" times
    while read -r label s; do
        row "stage $label" "$(printf %.3f "$s")" s
    done <"$out/stages"
    row "peak memory, two threads" "$((memory / 1024))" MiB
    [ -z "$long" ] || row "peak memory, the stream $REPEAT times" "$((long / 1024))" MiB
    row "start to finish of an empty run" \
        "$(awk -v s="$empty" 'BEGIN { printf "%.1f", s * 1000 }')" ms
} | tee "$out/table"

# The same as JSON, keys made from the words of the table.
awk 'BEGIN { printf "{" }
    { value = $NF ~ /^(MB|MB\/s|MiB|ms|s|times)$/ ? $(NF - 1) : $NF
      unit = value == $NF ? "" : "_" $NF
      n = NF - (value == $NF ? 1 : 2)
      key = ""
      for (i = 1; i <= n; i++) key = key (i > 1 ? "_" : "") $i
      gsub(/[^A-Za-z0-9_]/, "", key); gsub(/[^A-Za-z0-9_]/, "", unit)
      printf "%s\n\"%s%s\": %s", (NR > 1 ? "," : ""), key, unit, \
          (value ~ /^[0-9.]+$/ ? value : "\"" value "\"") }
    END { print "\n}" }' "$out/table" >"$out/bench.json"
echo "as JSON: $out/bench.json"

# texts FILE: the field `text' of JSON lines.
texts() { python3 -c 'import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    print(json.loads(line).get("text", ""))' "$1"; }
tools=$(dirname "$WARRAQ")/tests/bench
english=${WARRAQ_DATA:-$root/../shared/data}/tokens/pud-en.texts.jsonl
texts "$stream" | head -c 12000000 | iconv -c -f utf-8 -t utf-8 >"$out/corpus.txt"
set -- "$out/corpus.txt"
if [ -f "$english" ]; then
    for ((i = 0; i < 20; i++)); do texts "$english"; done >"$out/english.txt"
    set -- "$@" "$out/english.txt"
fi
echo
"$tools/text_bench" --rounds "$ROUNDS" "$@" | tee "$out/toolkit"
echo "clitics, alone and with words remembered:"
"$tools/clitics_bench" <"$out/corpus.txt" | tee "$out/clitics"
