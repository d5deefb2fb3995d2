#!/bin/bash
# starts.sh - two starts at once: one works, and nothing is done twice.  SIGTERM at
# any moment: out within five seconds, and nothing is lost.
#
#   starts.sh [--long]            ISOLATE=true: the run is a child
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"
if [ "$LONG" ]; then TIMES=${TIMES:-200}
else TIMES=${TIMES:-10}; fi

# wrong CODE ALLOWED...: was the exit code none of these?
wrong()
{
    local code=$1
    shift
    [[ " $* " == *" $code "* ]] || differs "exit code $code, not one of: $*"
}

drop() { records $(($1 * 10)) $(($1 * 10 + 9)) >"inbox/$((1000 + $1)).jsonl"; }

# each_once WHAT: TIMES slices have come out, every record of them once
each_once()
{
    local got
    got=$({ zstd -qdc out/*/*.zst; cat out/*.dropped; } | grep -o '"id":"[^"]*"' | sort | uniq -c |
        awk '$1 == 1 { n++ } $1 > 1 { n = -1000000 } END { print n + 0 }')
    [ "$got" = $((TIMES * 10)) ] || differs "$1: $got records came out once, not $((TIMES * 10))"
}

twice()
{
    local i code codes pid pids
    begin twice
    for ((i = 1; i <= TIMES; i++)); do
        drop $i
        codes='' pids=''
        for pid in 1 2; do
            "$WARRAQ" run p.yaml 2>>../stderr &
            pids="$pids $!"
        done
        for pid in $pids; do
            code=0
            wait "$pid" || code=$?
            wrong $code 0 75
            codes="$codes $code"
        done
        [ "$codes" != ' 75 75' ] || wrong both 'one of them'
        points=$((points + 1))
    done
    each_once "two starts at once"
    echo "$TIMES double starts"
}

stopped()
{
    local i code pid began took longest=0
    begin stopped
    for ((i = 1; i <= TIMES; i++)); do
        drop $i
        "$WARRAQ" run p.yaml -j 2 2>>../stderr &
        pid=$!
        # It is no longer a shell, which would end as this one does.
        until [ "/proc/$pid/exe" -ef "$WARRAQ" ] || [ ! -e "/proc/$pid/exe" ]; do :; done
        sleep "0.0$(printf %02d $((RANDOM % 60)))"
        began=$(date +%s%N)
        kill -TERM $pid 2>/dev/null
        code=0
        wait $pid || code=$?
        took=$((($(date +%s%N) - began) / 1000000))
        wrong $code 0 75 143 # before it could be told
        [ $took -le 5000 ] || wrong "after $took ms" 'in five seconds'
        [ $took -lt $longest ] || longest=$took
        points=$((points + 1))
    done
    peacefully "run 0"
    each_once "SIGTERM"
    echo "$TIMES times SIGTERM, out after $longest ms at most"
}

twice
stopped
report
