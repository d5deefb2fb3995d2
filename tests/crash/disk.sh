#!/bin/bash
# disk.sh - a disk that is really full, however much room it had left, harms nothing:
# what was committed is whole, and when there is room the job goes on to the same end.
#
#   disk.sh [--long]
#
# The disk is a tmpfs in a name space of our own.  Every command of the job finds
# first no room, then a page, then two, until it can do its work: what kill.sh injects
# at a write happens here to the whole stack, short writes and all.  SEED=N: nothing
# is left to chance.
if [ -z "${IN_OWN_SPACE:-}" ]; then
    unshare -rm mount -t tmpfs none /mnt 2>/dev/null || {
        echo "    a tmpfs cannot be mounted here" >&2
        exit 77
    }
    IN_OWN_SPACE=1 exec unshare -rm "$BASH" "$0" "$@"
fi
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"
if [ "$LONG" ]; then HOURS=${HOURS:-24} MORE=4
else HOURS=${HOURS:-3} MORE=16; fi

# room KIB: so much and no more is left
room()
{
    local used
    used=$(df -k --output=used . | tail -n 1)
    mount -o "remount,size=$((used + $1))k" "$folder/struck"
}

# with_little_room STEP: tries until it can
with_little_room()
{
    local k code
    for ((k = 0; ; k += MORE)); do
        room $k
        code=0
        step "$1" || code=$?
        room 4096
        [ $code != "${1#* }" ] || return 0
        points=$((points + 1))
        case $code in
        73 | 74) ;;
        66) return ;; # it was done all the same
        *) differs "$1 with $k KiB: exit code $code: $(tail -n 1 ../stderr)" ;;
        esac
        is_kept before || differs "$1 with $k KiB has undone what was committed"
        [ $k -lt 4096 ] || exit 1
    done
}

peace "$HOURS"
# shellcheck disable=SC2064 # the folder as it is now
trap "umount -l '$folder/struck'; rm -rf '$folder'" EXIT
mkdir "$folder/struck"
mount -t tmpfs -o size=4m none "$folder/struck"
begin struck
for s in "${STEPS[@]}"; do
    if is_command "$s"; then
        tell before
        with_little_room "$s"
    else
        peacefully "$s"
    fi
done
compare little room
report
