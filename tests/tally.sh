#!/bin/bash
# tally.sh - counts the tests behind a folder's .log files.
#
#   tests/tally.sh BUILD      prints "PASSED FAILED"
#
# A log's own closing line counts: "N passed, N failed" of `warraq test' and the
# shell tests, "Checks: N, Failures: N, Errors: N" of libcheck.  A program that
# has neither is one test, and one that failed without saying so is one failure.
set -u
find "${1:?}" -name '*.trs' -print | sort | {
    passed=0 failed=0
    while read -r trs; do
        log=${trs%.trs}.log p=0 f=0
        while read -r a b; do
            p=$((p + a)) f=$((f + b))
        done < <(sed -n \
            -e 's/^.*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' \
            "$log" | awk '{ print $1 - $2 - $3, $2 + $3 }'
            sed -n -e 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' "$log" | tail -n 1)
        case $(sed -n 's/^:test-result: *//p' "$trs" | tail -n 1) in
        PASS*) [ $((p + f)) -gt 0 ] || p=1 ;;
        SKIP*) ;;
        *)     [ $f -gt 0 ] || f=1 ;;
        esac
        passed=$((passed + p)) failed=$((failed + f))
    done
    echo "$passed $failed"
}
