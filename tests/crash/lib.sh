# lib.sh - a job of hourly runs, and what the tests that strike at it share.
#
# A part is PART.sh [--long]; it sources this, does its strikes and ends with
# `report', which prints "points=N differences=N".  SEED decides what is left to
# chance.  The job in peace is made first, by `peace': everything it has written
# and `state verify --dump' are what every job that was struck must come to.
#
# The job: files, packed ones, articles and a log that is rotated, read by runs
# with a filter and two memories, dedupe's and one for tests; the outputs go to a
# file for each source.  Some hours bring so much that is no article that the run
# is held: it is accepted, discarded and mended, or started anew.  Every third hour
# what was rejected, and some that was mended, is replayed, and the state made
# smaller.  ISOLATE=true: in processes of their own.

# shellcheck shell=bash
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
export ASAN_OPTIONS=detect_leaks=0 # it cannot look while it is traced
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/remember.so
: "${CRASH_TOOLS:?is not set: run me by make check}"
# shellcheck disable=SC2034 # the parts use it, and LONG
STRIKE=$CRASH_TOOLS/strike
SEED=${SEED:-1} J=${J:-1} ISOLATE=${ISOLATE:-false}
LONG=
# shellcheck disable=SC2034
[ "${1:-}" != --long ] || LONG=1

folder=$(mktemp -d "${TMPDIR:-/tmp}/warraq-crash.XXXXXX")
folder=$(cd "$folder" && pwd -P)
# shellcheck disable=SC2064 # the folder as it is now
trap "rm -rf '$folder'" EXIT
cd "$folder" || exit 2
points=0 differences=0
RANDOM=$SEED

report()
{
    echo "points=$points differences=$differences"
    [ $differences = 0 ]
}

differs() # WHAT
{
    differences=$((differences + 1))
    echo "$*"
    [ $differences -lt 20 ] || report || exit 1 # enough to see what is wrong
}

# ---- what the crawler drops ----

# words N: what article N says, 24 of some 5,000 words
words()
{
    local i text='' x=$(($1 * 7919 + 17))
    for ((i = 0; i < 24; i++)); do
        x=$(((x * 1103515245 + 12345) % 2147483648))
        text="$text w$((x / 65536 % 5000))"
    done
    echo "${text# }"
}

# records FIRST LAST: lines of JSON; one of seven too short to keep, one of five
# says what one of an hour before said
records()
{
    local i
    for ((i = $1; i <= $2; i++)); do
        if ((i % 7 == 3)); then printf '{"id":"a%d","text":"short"}\n' "$i"
        elif ((i % 5 == 4)); then
            printf '{"id":"a%d","source":"s%d","text":"%s again"}\n' "$i" $((i % 3)) "$(words $((i - 100)))"
        else printf '{"id":"a%d","source":"s%d","text":"%s"}\n' "$i" $((i % 3)) "$(words "$i")"; fi
    done
}

# look: somebody reads the ledger, if there is one, with SQLite as it is
look()
{
    [ ! -s state/warraq.db ] || "$CRASH_TOOLS/look" state/warraq.db >/dev/null ||
        differs "another program cannot read the ledger"
}

# Is too much of this hour no article?  A limit counts from 100 on.
is_bad() { (($1 % 8 == 3 || $1 % 8 == 5 || $1 % 8 == 0)); }

# tape HOURS: what comes in each of them, made once
tape()
{
    local h i tape
    for ((h = 1; h <= $1; h++)); do
        tape=$folder/tape/$h
        mkdir -p "$tape"
        records $((h * 100)) $((h * 100 + 9)) >"$tape/slice"
        ((h % 5 != 2)) || echo '{"id": no record' >>"$tape/slice"
        gzip -n <"$tape/slice" >"$tape/slice.gz"
        records $((h * 100 + 50)) $((h * 100 + 52)) >"$tape/log"
        records $((h * 100 + 53)) $((h * 100 + 53)) >"$tape/half"
        echo "article of hour $h" >"$tape/article"
        records $((h * 100 + 5)) $((h * 100 + 8)) |
            sed "s/.*/{\"file\":\"inbox\/$h.jsonl\",\"record\":&}/" >"$tape/again"
        is_bad $h || continue
        for ((i = 0; i < 95; i++)); do
            printf '{"id":"b%d-%d","text":"the article %d of a bad hour %d"}\n' $h $i $i $h
        done >"$tape/good"
        cp "$tape/good" "$tape/bad"
        for ((i = 0; i < 10; i++)); do echo "nonsense $i"; done >>"$tape/bad"
    done
}

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
    cp "$tape/again" "inbox/.again-$h"
    cat "$tape/log" >>$log
    ((h % 2 == 0)) || head -c -20 "$tape/half" >>$log
    ! is_bad "$h" || cp "$tape/bad" "inbox/bad$h.jsonl"
}

# ---- the job ----

# plan HOURS: STEPS, each "hour H", "mend H", or a command and its exit code
plan()
{
    local h
    tape "$1"
    STEPS=()
    for ((h = 1; h <= $1; h++)); do
        STEPS+=("hour $h")
        if is_bad $h; then STEPS+=("run 1"); else STEPS+=("run 0"); fi
        case $((h % 8)) in
        3) STEPS+=("accept 0") ;;
        5) STEPS+=("discard 0" "mend $h" "run 0") ;;
        0) STEPS+=("mend $h" "run 0") ;;
        esac
        ((h % 3 != 0)) || STEPS+=("replay 0" "compact 0")
    done
}

begin() # NAME: its folder, with nothing done
{
    mkdir -p "$folder/$1"
    cd "$folder/$1" || exit 2
    find . -mindepth 1 -delete
    mkdir inbox
    cat >p.yaml <<YAML
version: 1
state: state/
isolate: $ISOLATE
input: {path: "inbox/*"}
output: {path: "out/{source}/{run}.jsonl.zst"}
dropped: {path: "out/{run}.dropped"}
rejects: {path: "out/{run}.rejects", limit: 5%}
stages:
  - stage: filter
    with: {min_chars: 10}
  - stage: tokenize
  - stage: dedupe
  - stage: remember
YAML
}

is_command() { [[ $1 != hour\ * && $1 != mend\ * ]]; }

# step STEP [PREFIX...]: does it, a command by way of PREFIX
step()
{
    local what=${1% *} with=${1#* } rejects
    shift
    case $what in
    hour) hour "$with" ;;
    mend) cp "$folder/tape/$with/good" "inbox/bad$with.jsonl" ;;
    run) "$@" "$WARRAQ" run p.yaml -j "$J" 2>>../stderr ;;
    replay) # what a replay itself rejected, when it is done again, is none of it
        mapfile -t rejects < <(grep -L '"replays"' out/*.rejects)
        "$@" "$WARRAQ" replay p.yaml -j "$J" inbox/.again-* "${rejects[@]}" 2>>../stderr ;;
    *) "$@" "$WARRAQ" state "$what" p.yaml 2>>../stderr >/dev/null ;;
    esac
}

# peacefully STEP [struck]: the step must end as it should; of one that was struck
# there may be nothing left to do (66)
peacefully()
{
    local code=0
    step "$1" || code=$?
    is_command "$1" || return 0
    [ $code = "${1#* }" ] && return
    [ "${2:-}" = struck ] && [ $code = 66 ] && [ "${1% *}" != run ] && return
    differs "$1 in peace: exit code $code: $(tail -n 1 ../stderr)"
}

# All that the job has come to.
result()
{
    find out -type f 2>/dev/null | sort | while read -r f; do
        echo "== $f"
        case $f in *.zst) zstd -qdc "$f" ;; *) cat "$f" ;; esac
    done
    find state -type f | sort
    "$WARRAQ" state verify --dump p.yaml
}

# compare WHAT: the job just done with the one in peace
compare()
{
    result >../got 2>&1
    cmp -s "$folder/want" ../got && return
    differs "different after $*:"
    diff -a "$folder/want" ../got | cut -c 1-200 | head -n 20
}

# ---- what was told as committed ----

# committed: the runs that count, and their outputs
committed()
{
    "$WARRAQ" state runs p.yaml 2>/dev/null | grep -v ', held'
}

# tell NAME: notes what the commands have told up to now, and the input folder
tell()
{
    rm -rf "../told/$1"
    mkdir -p "../told/$1"
    committed >"../told/$1/runs"
    find out -type f ! -name '*.held' ! -name '*.tmp-*' -exec sha256sum {} + 2>/dev/null \
        >"../told/$1/outputs"
    cp -a inbox "../told/$1/inbox"
}

# is_kept NAME: is it still there?
is_kept()
{
    local told=../told/$1 n
    [ ! -s "$told/outputs" ] || sha256sum --status -c "$told/outputs" || return 1
    n=$(wc -l <"$told/runs")
    [ "$n" = 0 ] || committed | head -n "$n" | cmp -s - "$told/runs"
}

# peace HOURS: plans the job and does it; what it comes to is in ../want
peace()
{
    local s
    plan "$1"
    begin peace
    for s in "${STEPS[@]}"; do peacefully "$s"; done
    [ $differences = 0 ] || report || exit 1
    result >../want
}
