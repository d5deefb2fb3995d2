#!/bin/bash
# exec.sh - programs as stages, where it takes more than one batch, more than
# one program, or a look at what the program is born with.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# program NAME: ./NAME, from standard input.
program() { { echo '#!/bin/sh'; cat; } >"$1"; chmod +x "$1"; }

# Some ten batches of 256 KiB.
many() { articles 10000 >in.jsonl; }

# runs_alike SETTINGS: the same bytes with one worker and with three.
runs_alike()
{
    pipeline "{stage: exec, with: {command: ./p, $1}}"
    exits 0 "$WARRAQ" run p.yaml -j 1
    mv out.jsonl one.jsonl
    rm -f dropped.jsonl rejects.jsonl
    exits 0 "$WARRAQ" run p.yaml -j 3
    same one.jsonl out.jsonl
    accounted 10000 10000 0 0
}

test_what_a_program_makes_of_seq_does_not_depend_on_the_workers()
{
    many
    program p <<'END'
exec sed -u 's/^{"_seq":\([0-9]*\),/{"_seq":\1,"copy":\1,/'
END
    runs_alike 'keep: true'
}

test_an_answer_too_many_goes_to_no_later_batch()
{
    many
    program p <<'END'
sed -u 's/.*"id":"\(a[0-9]*\)".*/{"of":"\1"}/'
echo '{"of":"nobody"}'
END
    runs_alike 'keep: true'
    [ "$(sed 's/.*"id":"\(a[0-9]*\)".*"of":"\1".*/right/' out.jsonl | sort -u)" = right ] ||
        fail "answers by order went astray"
}

# In a program that names records, a line that names none may be an old one.
test_an_answer_by_order_late_in_the_run_finds_its_record()
{
    many
    program p <<'END'
exec sed -u 's/.*"id":"a9000".*/{"found":true}/'
END
    runs_alike 'keep: true'
    [ "$(grep -c '"found":true' out.jsonl)" = 1 ] || fail 'it is not there once'
    grep '"a9000"' out.jsonl >line
    holds line '"found":true'
}

test_programs_that_stay_are_ended_together()
{
    many
    program p <<'END'
sleep 0.3
cat
sleep 60
END
    pipeline '{stage: exec, with: {command: ./p}}'
    # One after the other the eight would take 8 s.
    exits 0 timeout 6 "$WARRAQ" run p.yaml -j 8
    accounted 10000 10000 0 0
}

test_a_program_is_born_with_its_streams_and_default_signals()
{
    articles 3 >in.jsonl
    program p <<'END'
ls /proc/self/fd >fds
grep SigIgn /proc/self/status >ignored
exec cat
END
    pipeline '{stage: exec, with: {command: ./p}}'
    trap '' CHLD
    exits 0 "$WARRAQ" run p.yaml 7</dev/null
    [ "$(tr '\n' ' ' <fds)" = '0 1 2 3 ' ] || fail "open in the program: $(cat fds)"
    local mask
    mask=$((16#$(cut -f 2 ignored)))
    [ $((mask >> 12 & 1)) = 0 ] || fail 'SIGPIPE is ignored' # 13
    [ $((mask >> 16 & 1)) = 0 ] || fail 'SIGCHLD is ignored' # 17
}

# The status of a program is lost then: no success is made of that.
test_a_program_that_leaves_while_SIGCHLD_is_ignored_has_not_left_well()
{
    articles 3 >in.jsonl
    program p <<'END'
exec sed /a2/d
END
    pipeline '{stage: exec, with: {command: ./p, keep: false}}'
    (trap '' CHLD; exec "$WARRAQ" run p.yaml >stdout 2>stderr </dev/null) || true
    accounted 3 2 0 1
    holds rejects.jsonl 'SIGCHLD is ignored'
}

test_a_reason_is_cut_between_letters()
{
    articles 1 >in.jsonl
    program p <<'END'
seq=$(sed 's/^{"_seq":\([0-9]*\),.*/\1/')
printf '{"_seq":%s,"drop":"x' "$seq"
for i in 0 1 2 3 4 5 6 7 8 9; do printf 'خبر وخبر وخبر'; done
echo '"}'
END
    pipeline '{stage: exec, with: {command: ./p, keep: false}}'
    exits 0 "$WARRAQ" run p.yaml
    accounted 1 0 1 0
    iconv -f UTF-8 -t UTF-8 dropped.jsonl >/dev/null || fail 'half a letter'
    if grep -qF '�' dropped.jsonl || grep -qF 'ufffd' dropped.jsonl; then fail 'half a letter'; fi
}

run_tests
