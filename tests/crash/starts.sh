#!/bin/bash
# starts.sh - two starts at once: one works, and nothing is done twice.  SIGTERM at
# any moment: out within five seconds, and nothing is lost.  Another program that
# holds the ledger: the commit waits for it.
#
#   starts.sh [--long]            ISOLATE=true: the run is a child
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/misbehave.so
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

# run_read FOLDER: a run whose commit is waiting for another program that reads the
# ledger; its number is RUN, and that one's standard input HOLDS
run_read()
{
    begin "$1"
    drop 1
    peacefully "run 0"
    sed -i 's/^stages:/&\n  - {stage: misbehave, with: {how: slow, id: "*"}}/' p.yaml
    drop 2
    rm -f ../hold
    mkfifo ../hold
    "$WARRAQ" run p.yaml 2>../stderr &
    RUN=$!
    # It has begun, and noted so in the ledger.
    until compgen -G 'out/.output.tmp-*' >/dev/null || ! kill -0 $RUN; do sleep 0.01; done
    "$CRASH_TOOLS/look" state/warraq.db hold <../hold >holds &
    exec {HOLDS}>../hold
    until [ -s holds ]; do sleep 0.01; done
    until [ -e state/warraq.db-journal ] || ! kill -0 $RUN; do sleep 0.01; done
}

# ends CODE RUN
ends()
{
    local code=0
    wait "$2" || code=$?
    wrong $code "$1"
}

# The one that is told to stop gives up first, though it began last.  Its work is
# lost, so it has failed: no other start was there to do it.
read_by_others()
{
    local first holds
    run_read patient
    first=$RUN holds=$HOLDS
    run_read told
    kill -TERM "$RUN"
    ends 74 "$RUN"
    kill -0 "$first" || differs "the commit did not wait"
    exec {holds}>&- {HOLDS}>&-
    ends 0 "$first"
    peacefully "run 0"
    points=$((points + 2))
    echo "a commit waits for who reads the ledger"
}

twice
stopped
read_by_others
report
