#!/bin/bash
# kill.sh - a job of hourly runs, struck at every system call that changes a file,
# must come to the same as one that was left in peace.
#
#   kill.sh [--long] [PASSES...]   kill, parent, twice, full, fail, random; all
#
# A pass is the whole job, one strike at each of its commands: the N-th call of
# every one is killed (or finds the disk full, or fails), the command is done again,
# the job goes on.  At every other N another program reads the ledger first.  Passes
# go on until no command has an N-th call.  J: threads.
# ISOLATE=true: a command is a parent and the run in a child of it; kill is that of
# the process whose call it is, parent that of the other one.
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"
[ -z "$LONG" ] || shift
PASSES=${*:-kill twice full fail random}
if [ "$LONG" ]; then HOURS=${HOURS:-24} STEP=${STEP:-1} MOMENTS=${MOMENTS:-300}
else HOURS=${HOURS:-3} STEP=${STEP:-19} MOMENTS=${MOMENTS:-4}; fi

# strike MODE N: every command of the job; 1 if no one had an N-th call
strike()
{
    local s struck=0 code n
    begin struck
    for s in "${STEPS[@]}"; do
        if is_command "$s"; then
            code=0
            step "$s" "$STRIKE" "$1" "$2" 3>../count || code=$?
            [ $code != 77 ] || exit 77
            read -r n _ <../count
            [ "$n" -lt "$2" ] || struck=$((struck + 1))
            # Every other time somebody comes by before it is done again.
            (($2 % 2)) || look
            # Twice: the command that recovers is struck, too.
            [ -z "${TWICE:-}" ] || step "$s" "$STRIKE" kill "$TWICE" 3>../count
        fi
        peacefully "$s" struck
    done
    compare "$@" "${TWICE:+twice $TWICE}"
    points=$((points + struck))
    [ $struck -gt 0 ]
}

# passes MODE FIRST STEP
passes()
{
    local n before=$points
    for ((n = $2; ; n += $3)); do strike "$1" $n || break; done
    echo "$1: $((points - before)) points, -j$J"
}

twice()
{
    local n before=$points
    for ((n = 3; ; n += STEP * 3)); do TWICE=$((n / 2 + 1)) strike kill $n || break; done
    echo "twice: $((points - before)) points, -j$J"
}

# At any moment, the same of the two processes or of none.
random()
{
    local s before=$points
    while [ $((points - before)) -lt "$MOMENTS" ]; do
        begin struck
        for s in "${STEPS[@]}"; do
            if is_command "$s"; then
                step "$s" "$STRIKE" after $((RANDOM % 30000)) 3>/dev/null
                points=$((points + 1))
            fi
            peacefully "$s" struck
        done
        compare random moments
    done
    echo "random: $((points - before)) points, -j$J"
}

peace "$HOURS"
for pass in $PASSES; do
    case $pass in
    kill | parent) passes "$pass" 1 "$STEP" ;;
    full | fail) passes "$pass" 1 $((STEP * 2)) ;;
    *) $pass ;;
    esac
done
report
