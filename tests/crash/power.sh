#!/bin/bash
# power.sh - the power may go at any moment: whatever order the disk had done the
# writes in, what was reported as committed is there, and the job goes on to the
# same end.
#
#   power.sh [--long]
#
# Jobs are recorded (record.c), one in peace and some with commands that are killed
# and done again: then what a killed run has left unsynced is part of it.  For each
# cut, image.c makes what may be on the disk; the input folder is as the command that
# was on had it.  What the commands that had ended told must be there: every run in
# the ledger, every output with its bytes.  Then the job goes on to its end and is
# compared with the one in peace.  Prints "orders=N differences=N".
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"
if [ "$LONG" ]; then HOURS=${HOURS:-9} TAPES=${TAPES:-4} ORDERS=${ORDERS:-200} FIRST=150 FIRST_ORDERS=6
else HOURS=${HOURS:-3} TAPES=${TAPES:-2} ORDERS=${ORDERS:-18} FIRST=4 FIRST_ORDERS=4; fi

# by_record STEP KILL COMMAND...
by_record() { "$CRASH_TOOLS/record" ../log . "$@"; }

# tape_job WHAT KILL: records the job; KILL 0: in peace, any: killed anywhere
tape_job()
{
    local i code kill kills
    rm -rf "$folder/log" "$folder/told"
    begin struck
    tell 0
    for ((i = 0; i < ${#STEPS[@]}; i++)); do
        kills="$2 0"
        [ "$2" != any ] || kills="$((RANDOM % 160 + 1)) 0"
        is_command "${STEPS[i]}" || kills=0
        for kill in $kills; do
            code=0
            step "${STEPS[i]}" by_record $((i + 1)) "$kill" || code=$?
            [ $code != 77 ] || exit 77
            [ "$kill" != 0 ] || break
        done
        tell $((i + 1))
    done
    compare the recorded job "$1"
    # Nothing has gone by unseen.
    mkdir ../image
    "$CRASH_TOOLS/image" ../log 0 0 0 ../image >/dev/null
    { diff -r state ../image/state && diff -r out ../image/out; } ||
        differs the record is not whole
    rm -r ../image
}

# cut N OF: the N-th order
cut()
{
    local at ended i
    begin struck
    rmdir inbox
    mv p.yaml ..
    at=$("$CRASH_TOOLS/image" ../log "$1" "$2" "$SEED" .) || exit 2
    mv ../p.yaml .
    ended=${at%% *}
    cp -a "../told/$ended/inbox" inbox
    points=$((points + 1))
    # A ledger that a reader sees first, or the run that recovers.
    ((RANDOM % 2)) || is_kept "$ended" || differs "undone by the cut at $at"
    for ((i = ended; i < ${#STEPS[@]}; i++)); do
        peacefully "${STEPS[i]}" struck
        ((i > ended)) || is_kept "$ended" || differs "undone by the recovery after the cut at $at"
    done
    ((ended < i)) || peacefully "run 0" # all had ended: it recovers
    compare the cut at "$at"
}

# The first run makes folders and ledger: it is killed everywhere.
peace 1
for ((kill = 0; kill < FIRST; kill++)); do
    tape_job "first run, $kill" $kill
    for ((n = 1; n <= FIRST_ORDERS; n++)); do cut $n $FIRST_ORDERS; done
done
peace "$HOURS"
for ((tape = 0; tape < TAPES; tape++)); do
    tape_job "job $tape" "$([ $tape = 0 ] && echo 0 || echo any)"
    for ((n = 1; n <= ORDERS; n++)); do cut $n "$ORDERS"; done
done
echo "orders=$points differences=$differences"
report
