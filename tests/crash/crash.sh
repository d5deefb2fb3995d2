#!/bin/bash
# crash.sh - a job of hourly runs, struck at every system call that changes a
# file, must come to the same as one that was left in peace.
#
#   crash.sh              some of it, in a minute: make check
#   crash.sh --long       all of it: make crash-check
#
# A pass is the whole job, one strike in each of its runs: the N-th call of every
# run is killed (or finds the disk full, or fails), the run is started again, the
# job goes on.  At the end everything the runs have written and `state verify
# --dump` must be, byte for byte, what the job in peace has.  Passes go on until
# no run has an N-th call.  Prints "points=N differences=N".
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
STRIKE=${STRIKE:?is not set: run me by make check}
export ASAN_OPTIONS=detect_leaks=0 # it cannot look while it is traced
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/remember.so
SEED=${SEED:-1}

folder=$(mktemp -d "${TMPDIR:-/tmp}/warraq-crash.XXXXXX")
# shellcheck disable=SC2064 # the folder as it is now
trap "rm -rf '$folder'" EXIT
cd "$folder" || exit 2
points=0 differences=0

if [ "${1:-}" = --long ]; then
    HOURS=24 STEP=1 RANDOM_MOMENTS=300 FLIPS=500 CUTS=100 TIMES=200
else
    HOURS=4 STEP=${STEP:-7} RANDOM_MOMENTS=12 FLIPS=20 CUTS=10 TIMES=8
fi

# ---- the job ----

# records FIRST LAST: lines of JSON, one of seven too short to keep
records()
{
    local i
    for ((i = $1; i <= $2; i++)); do
        if ((i % 7 == 3)); then printf '{"id":"a%d","text":"short"}\n' "$i"
        else printf '{"id":"a%d","text":"article %d of the day"}\n' "$i" "$i"; fi
    done
}

# What the crawler drops in each hour is made once.
for ((h = 1; h <= HOURS; h++)); do
    mkdir -p "tape/$h"
    records $((h * 100)) $((h * 100 + 9)) >"tape/$h/slice"
    ((h % 5 != 2)) || echo '{"id": no record' >>"tape/$h/slice"
    gzip -n <"tape/$h/slice" >"tape/$h/slice.gz"
    records $((h * 100 + 50)) $((h * 100 + 52)) >"tape/$h/log"
    records $((h * 100 + 53)) $((h * 100 + 53)) >"tape/$h/half"
    echo "article of hour $h" >"tape/$h/article"
done

# hour H: new files, packed ones, articles, a log that grows by records and a
# half, is rotated by rename and by copy and truncation
hour()
{
    local h=$1 log=inbox/log.jsonl tape=$folder/tape/$1
    if ((h % 4 == 1)); then cp "$tape/slice.gz" "inbox/$h.jsonl.gz"
    else cp "$tape/slice" "inbox/$h.jsonl"; fi
    ((h % 3 != 2)) || cp "$tape/article" "inbox/$h.txt"
    ((h % 6 != 4)) || mv $log "$log.$h"
    if ((h % 6 == 0)); then
        cp $log "$log.$h"
        : >$log
    fi
    if ((h % 2 == 0 && h % 6 != 4)); then
        tail -c 20 "$folder/tape/$((h - 1))/half" >>$log
    fi
    cat "$tape/log" >>$log
    ((h % 2 == 0)) || head -c -20 "$tape/half" >>$log
}

begin() # NAME
{
    rm -rf "${folder:?}/$1"
    mkdir -p "$folder/$1/inbox"
    cd "$folder/$1" || exit 2
    cat >p.yaml <<'YAML'
version: 1
state: state/
input: {path: "inbox/*"}
output: {path: "out/{run}.jsonl.zst"}
dropped: {path: "out/{run}.dropped"}
rejects: {path: "out/{run}.rejects"}
stages:
  - stage: filter
    with: {min_chars: 10}
  - stage: remember
YAML
}

# All that the job has come to.
result()
{
    local f
    for f in out/*; do
        echo "== $f"
        case $f in *.zst) zstd -qdc "$f" ;; *) cat "$f" ;; esac
    done
    ls state state/segments 2>/dev/null
    "$WARRAQ" state verify --dump p.yaml
}

# compare WHAT: the job just done with the one in peace
compare()
{
    result >../got 2>&1
    cmp -s ../want ../got && return
    differences=$((differences + 1))
    echo "different after $*:"
    diff -a ../want ../got | head -n 20
}

peacefully()
{
    "$WARRAQ" run p.yaml -j "${J:-1}" 2>>../stderr && return
    differences=$((differences + 1))
    echo "a run in peace failed: $(tail -n 1 ../stderr)"
}

# pass MODE N: strikes in every run; 1 if there was nothing to strike at
pass()
{
    local h struck=0 code
    begin struck
    for ((h = 1; h <= HOURS; h++)); do
        hour $h
        code=0
        "$STRIKE" "$1" "$2" "$WARRAQ" run p.yaml -j "${J:-1}" 3>../count 2>>../stderr || code=$?
        [ $code != 77 ] || exit 77
        [ "$(cut -d ' ' -f 1 ../count)" -lt "$2" ] || struck=$((struck + 1))
        # Twice: the run that recovers is struck, too.
        [ -z "${TWICE:-}" ] || "$STRIKE" kill "$TWICE" "$WARRAQ" run p.yaml 3>../count 2>>../stderr
        peacefully
    done
    compare "$@" "${TWICE:+twice $TWICE}"
    points=$((points + struck))
    [ $struck -gt 0 ]
}

# ---- all of it ----

begin peace
for ((h = 1; h <= HOURS; h++)); do
    hour $h
    peacefully
done
result >../want

begin threads
for ((h = 1; h <= HOURS; h++)); do
    hour $h
    J=2 peacefully
done
compare two threads

for ((n = 1; ; n += STEP)); do pass kill $n || break; done
echo "killed at $points points"
for ((n = 3; ; n += STEP * 3)); do TWICE=$((n / 2 + 1)) pass kill $n || break; done
echo "killed twice, up to $points points"
for ((n = 1; ; n += STEP * 2)); do pass full $n || break; done
echo "disk full, up to $points points"
for ((n = 1; ; n += STEP * 2)); do pass fail $n || break; done
echo "a failing call, up to $points points"

RANDOM=$SEED
for ((i = 0; i < RANDOM_MOMENTS; i += HOURS)); do
    begin struck
    for ((h = 1; h <= HOURS; h++)); do
        hour $h
        "$STRIKE" after $((RANDOM % 60000)) "$WARRAQ" run p.yaml -j 2 3>/dev/null 2>>../stderr
        peacefully
    done
    compare random moments
    points=$((points + HOURS))
done
echo "killed at random moments too: $points points"

# each_once WHAT: TIMES slices have come out, every record of them once
each_once()
{
    local i got want=0
    for ((i = 1; i <= TIMES; i++)); do want=$((want + 10)); done
    got=$({ zstd -qdc out/*.zst; cat out/*.dropped; } | grep -o '"id":"[^"]*"' | sort | uniq -c |
        awk '$1 == 1 { n++ } $1 > 1 { n = -1000000 } END { print n + 0 }')
    points=$((points + TIMES))
    [ "$got" = $want ] && return
    differences=$((differences + 1))
    echo "$1: $got records came out once, not $want"
}

# wrong CODE ALLOWED...: was the exit code none of these?
wrong()
{
    local code=$1
    shift
    [[ " $* " != *" $code "* ]] || return 1
    differences=$((differences + 1))
    echo "exit code $code, not one of: $*"
}

begin twice
for ((i = 1; i <= TIMES; i++)); do
    records $((i * 10)) $((i * 10 + 9)) >"inbox/$((1000 + i)).jsonl"
    codes=()
    "$WARRAQ" run p.yaml 2>>../stderr & first=$!
    "$WARRAQ" run p.yaml 2>>../stderr & second=$!
    for pid in $first $second; do
        code=0
        wait $pid || code=$?
        codes+=("$code")
        wrong $code 0 75
    done
    [ "${codes[*]}" != '75 75' ] || wrong both 'one of them'
done
each_once "two starts at once"
echo "$TIMES double starts"

begin stopped
for ((i = 1; i <= TIMES; i++)); do
    records $((i * 10)) $((i * 10 + 9)) >"inbox/$((1000 + i)).jsonl"
    "$WARRAQ" run p.yaml -j 2 2>>../stderr & pid=$!
    sleep "0.0$(printf %02d $((RANDOM % 60)))"
    kill -TERM $pid 2>/dev/null
    code=0 SECONDS=0
    wait $pid || code=$?
    wrong $code 0 75 143 # before it could be told
    [ $SECONDS -le 5 ] || wrong "after $SECONDS seconds" 'in five seconds'
done
peacefully
each_once "SIGTERM"
echo "$TIMES times SIGTERM"

# damaged NAME FILE: the run after that must say so, naming the file or what is in
# it, and leave everything as it is; or do what it would have done.
damaged()
{
    local code=0
    "$WARRAQ" run p.yaml 2>said || code=$?
    points=$((points + 1))
    if [ $code = 0 ]; then
        compare "$1"
        return
    fi
    [ $code = 65 ] && grep -qF "$2" said && [ "$(ls out)" = "$(ls ../whole/out)" ] && return
    differences=$((differences + 1))
    echo "after $1: exit code $code: $(head -n 1 said)"
}

begin last
for ((h = 1; h < HOURS; h++)); do
    hour $h
    peacefully
done
hour $HOURS
cp -a . ../whole
files=(state/warraq.db state/segments/* state/warraq.db state/lock)
for ((i = 0; i < FLIPS + CUTS; i++)); do
    file=${files[i % ${#files[@]}]}
    cd "$folder" || exit 2
    rm -rf last
    cp -a whole last # the same paths: articles are known by them
    cd last || exit 2
    size=$(stat -c %s "$file")
    at=$(((RANDOM * 32768 + RANDOM) % size))
    if ((i < FLIPS)); then
        bits=$(od -An -tu1 -j $at -N 1 "$file")
        # shellcheck disable=SC2059 # an octal escape
        printf "\\$(printf %03o $((bits ^ 1 << RANDOM % 8)))" |
            dd of="$file" bs=1 seek=$at conv=notrunc 2>/dev/null
        damaged "a flipped bit in byte $at of $file" "${file%/*}"
    else
        truncate -s $at "$file"
        damaged "$file cut at byte $at" "${file%/*}"
    fi
done
echo "points=$points differences=$differences"
[ $differences = 0 ]
