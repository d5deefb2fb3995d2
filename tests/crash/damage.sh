#!/bin/bash
# damage.sh - a bit of the state that flips, a file of it that is cut: the next run
# says so, naming it, and leaves everything as it is; or it does what it would have
# done.  Never does it come to something else.
#
#   damage.sh [--long]
#
# As many of each kind: the ledger; segments; the lock; the journal that a run has
# left behind which was killed when it had begun to write the ledger, and the ledger
# beside it.
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"
if [ "$LONG" ]; then HOURS=${HOURS:-12} FLIPS=${FLIPS:-500} CUTS=${CUTS:-100}
else HOURS=${HOURS:-4} FLIPS=${FLIPS:-20} CUTS=${CUTS:-10}; fi

harmless=0

# flip FILE BYTE
flip()
{
    local bits
    bits=$(od -An -tu1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059 # an octal escape
    printf "\\$(printf %03o $((bits ^ 1 << RANDOM % 8)))" |
        dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# after WHAT NAMED: the run after it, and what it comes to
after()
{
    local code=0
    points=$((points + 1))
    "$WARRAQ" run p.yaml 2>said || code=$?
    if [ $code = 0 ]; then
        harmless=$((harmless + 1))
        rm said
        compare "$1"
        return
    fi
    [ $code = 65 ] && grep -qF "$2" said && [ "$(ls out)" = "$(ls ../"$whole"/out)" ] && return
    differs "after $1: exit code $code: $(head -n 1 said)"
}

# damage I WHOLE FILE: the I-th, in a copy of the job WHOLE
damage()
{
    local size at whole=$2
    cd "$folder" || exit 2
    begin struck
    cp -a ../"$whole"/. . # the same paths: articles are known by them
    size=$(stat -c %s "$3")
    at=$(((RANDOM * 32768 + RANDOM) % size))
    if (($1 < FLIPS)); then
        flip "$3" $at
        after "a flipped bit in byte $at of $3" "${3%/*}"
    else
        truncate -s $at "$3"
        after "$3 cut at byte $at" "${3%/*}"
    fi
}

# The last hour is there to be read.  In `hot' a run over it was killed where it
# had begun to change the ledger.
peace "$HOURS"
begin struck
for ((last = ${#STEPS[@]}; ; last--)); do [[ ${STEPS[last - 1]} != "hour $HOURS" ]] || break; done
for ((i = 0; i < last; i++)); do peacefully "${STEPS[i]}"; done
cp -a . ../whole
n=$(step "run 0" "$STRIKE" count 3>&1) n=${n%% *}

# is_hot: is there a journal that is valid, of the commit?
is_hot()
{
    [ "$(od -An -tx1 -N 1 state/warraq.db-journal 2>/dev/null)" = ' d9' ] &&
        [ "$(stat -c %s state/warraq.db-journal)" -gt 20000 ]
}

# From the end of the run back to its commit, and some pages of the ledger more.
for ((found = 0; n > 0 && found < 5; n--)); do
    begin struck
    cp -a ../whole/. .
    step "run 0" "$STRIKE" kill "$n" 3>/dev/null
    ! is_hot || found=$((found + 1))
done
is_hot || { differs "no moment was found at which a journal stays"; report; exit 1; }
cp -a . ../hot

# Another program reads the ledger, and plays the journal back: no damage at all.
look
[ ! -e state/warraq.db-journal ] || differs "nobody has played the journal back"
peacefully "run 0" struck
compare "another program read the ledger"

segments=(../whole/state/segments/*)
for ((i = 0; i < FLIPS + CUTS; i++)); do
    case $((i % 5)) in
    0) damage $i whole state/warraq.db ;;
    1) damage $i whole "state/segments/${segments[i / 5 % ${#segments[@]}]##*/}" ;;
    2) damage $i whole state/lock ;;
    3) damage $i hot state/warraq.db-journal ;;
    4) damage $i hot state/warraq.db ;;
    esac
done
echo "$((FLIPS + CUTS)) damages, $harmless of them harmless"
report
