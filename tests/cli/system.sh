#!/bin/bash
# system.sh - a machine that says no: full disks, closed pipes, signals, places
# that cannot be written.  Nothing half written stays under the output's name.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/misbehave.so

plain='stage: misbehave'
slow="{stage: misbehave, with: {how: slow, id: '*'}}"

nothing_left()
{
    local left
    left=$(find . -name 'out.jsonl*')
    [ -z "$left" ] || fail "left behind: $left"
}

test_success_is_quiet()
{
    articles 10 >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    is_quiet
}

test_a_missing_input_is_66()
{
    pipeline "$plain"
    exits 66 "$WARRAQ" run p.yaml
    says 'cannot read in.jsonl: No such file or directory'
    exits 66 "$WARRAQ" run p.yaml 'nothing-*.jsonl'
    says 'no file matches nothing-*.jsonl'
    nothing_left
}

test_a_missing_pipeline_is_66()
{
    exits 66 "$WARRAQ" run nothing.yaml
    says 'nothing.yaml'
    says 'No such file or directory'
}

test_a_folder_in_place_of_a_pipeline_is_told()
{
    mkdir folder.yaml
    exits 66 "$WARRAQ" run folder.yaml
    says 'folder.yaml: error: is a folder, not a pipeline file'
}

test_wrong_usage_is_64()
{
    exits 64 "$WARRAQ"
    exits 64 "$WARRAQ" rum p.yaml
    says 'run'
    exits 64 "$WARRAQ" run
    exits 64 "$WARRAQ" run p.yaml --thread 2
    says 'did you mean --threads?'
    exits 64 "$WARRAQ" run p.yaml -j nine
}

test_help_and_version_go_to_standard_output()
{
    local verb
    exits 0 "$WARRAQ" --version
    grep -q '^warraq [0-9]' stdout || fail "no version: $(cat stdout)"
    exits 0 "$WARRAQ" --help
    for verb in run check test explain list inspect new restore state; do
        holds stdout "$verb"
    done
    for verb in run check test explain list inspect new restore state; do
        exits 0 "$WARRAQ" $verb --help
        holds stdout "Usage: warraq $verb"
    done
}

test_output_equal_to_the_input_is_refused()
{
    articles 1 >in.jsonl
    cp in.jsonl before
    pipeline "$plain"
    exits 78 "$WARRAQ" run p.yaml -o in.jsonl
    says 'in.jsonl'
    same before in.jsonl
    sed -i 's/path: out.jsonl/path: in.jsonl/' p.yaml
    exits 78 "$WARRAQ" run p.yaml
    says 'p.yaml:3:16: error: output.path "in.jsonl" would overwrite an input'
    same before in.jsonl
    ln -s in.jsonl link.jsonl # by another name
    sed -i 's/output: {path: in.jsonl/output: {path: .\/link.jsonl/' p.yaml
    exits 78 "$WARRAQ" run p.yaml
    same before in.jsonl
}

test_an_unwritable_folder_is_77_or_73()
{
    articles 1 >in.jsonl
    pipeline "$plain"
    : >file
    exits 73 "$WARRAQ" run p.yaml -o file/out.jsonl
    says 'cannot write file/out.jsonl'
    [ "$(id -u)" != 0 ] || skip "root may write everywhere"
    mkdir closed
    chmod a-w closed
    exits 77 "$WARRAQ" run p.yaml -o closed/out.jsonl
    says 'cannot write closed/out.jsonl: Permission denied'
}

test_an_unreadable_input_is_77()
{
    [ "$(id -u)" != 0 ] || skip "root may read everything"
    articles 1 >in.jsonl
    chmod a-r in.jsonl
    pipeline "$plain"
    exits 77 "$WARRAQ" run p.yaml
    says 'cannot read in.jsonl: Permission denied'
}

test_missing_folders_of_the_output_are_made()
{
    articles 1 >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml -o a/b/out.jsonl
    has_lines 1 a/b/out.jsonl
}

test_a_full_device_is_74()
{
    [ -c /dev/full ] || skip "no /dev/full"
    articles 1 >in.jsonl
    pipeline "$plain"
    exits 74 "$WARRAQ" run p.yaml -o /dev/full
    says 'cannot write /dev/full: No space left on device'
    "$WARRAQ" run p.yaml -o - >/dev/full 2>stderr && fail "succeeded"
    says 'cannot write standard output: No space left on device'
}

test_a_full_disk_is_74_and_leaves_nothing()
{
    mkdir disk
    mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null || skip "cannot mount"
    # shellcheck disable=SC2064 # the folder as it is now
    trap "umount '$PWD/disk'" EXIT
    articles 3000 >in.jsonl
    pipeline "$plain"
    exits 74 "$WARRAQ" run p.yaml -o disk/out.jsonl
    says 'cannot write disk/out.jsonl: No space left on device'
    [ -z "$(ls -A disk)" ] || fail "left behind: $(ls -A disk)"
}

test_an_old_output_survives_a_run_that_fails()
{
    articles 3000 >in.jsonl
    pipeline "{stage: misbehave, with: {how: fatal, id: a2999}}"
    echo old >out.jsonl
    exits 70 "$WARRAQ" run p.yaml
    [ "$(cat out.jsonl)" = old ] || fail "the old output is gone"
    [ "$(ls out.jsonl*)" = out.jsonl ] || fail "left behind: $(ls out.jsonl*)"
}

test_a_closed_pipe_ends_the_run_with_74_without_a_stack_of_messages()
{
    articles 20000 >in.jsonl
    pipeline "$plain"
    set +e
    "$WARRAQ" run p.yaml -o - 2>stderr | head -n 1 >first
    code=${PIPESTATUS[0]}
    set -e
    [ "$code" = 74 ] || fail "exit code $code"
    has_lines 1 first
    [ "$(wc -l <stderr)" -le 1 ] || fail "says too much: $(cat stderr)"
}

# stopped SIGNAL: a slow run that is told to stop half way.
stopped()
{
    local pid code=0
    # 20 kB and 20 ms each, so that a batch takes a quarter of a second
    articles 600 | sed "s/\"text\":\"/&$(head -c 20000 /dev/zero | tr '\0' x)/" >in.jsonl
    pipeline "$slow"
    "$WARRAQ" run p.yaml -j 2 >stdout 2>stderr &
    pid=$!
    sleep 1
    kill "-$1" $pid
    SECONDS=0
    wait $pid || code=$?
    [ $code = 75 ] || fail "exit code $code: $(cat stderr)"
    [ $SECONDS -le 6 ] || fail "took $SECONDS seconds to stop"
}

test_SIGTERM_stops_reading_and_finishes_what_was_begun()
{
    local out
    stopped TERM
    out=$(wc -l <out.jsonl)
    [ "$out" -gt 0 ] && [ "$out" -lt 600 ] || fail "$out articles came out"
    head -n "$out" in.jsonl | cmp -s - out.jsonl || fail "not the first $out"
    [ "$(ls out.jsonl*)" = out.jsonl ] || fail "left behind: $(ls out.jsonl*)"
}

test_SIGTERM_ends_within_five_seconds_whatever_a_stage_does()
{
    local pid code=0
    { articles 1; echo '{"id":"boom","text":"x"}'; } >in.jsonl
    pipeline 'stage: misbehave
    with: {how: loop}'
    "$WARRAQ" run p.yaml >stdout 2>stderr &
    pid=$!
    sleep 0.5
    kill -TERM $pid
    SECONDS=0
    wait $pid || code=$?
    [ $code = 75 ] || fail "exit code $code: $(cat stderr)"
    [ $SECONDS -le 6 ] || fail "took $SECONDS seconds to stop"
    says 'stage "misbehave" did not finish within 4500 ms of SIGTERM on record "boom"'
    says 'nothing was committed'
    [ ! -e out.jsonl ] && [ -z "$(ls out.jsonl.tmp* 2>/dev/null)" ] || fail "left behind: $(ls)"
}

test_SIGTERM_while_waiting_for_standard_input_ends_at_once()
{
    local pid code=0
    pipeline "$plain"
    mkfifo pipe
    "$WARRAQ" run p.yaml - <pipe >stdout 2>stderr &
    pid=$!
    exec 9>pipe
    articles 3 >&9
    sleep 0.5
    kill -TERM $pid
    SECONDS=0
    wait $pid || code=$?
    exec 9>&-
    [ $code = 75 ] || fail "exit code $code: $(cat stderr)"
    [ $SECONDS -le 5 ] || fail "took $SECONDS seconds to stop"
}

test_standard_input_and_output_are_a_filter()
{
    articles 5 >in.jsonl
    pipeline "$plain"
    "$WARRAQ" run p.yaml -o - - <in.jsonl >out 2>stderr
    same in.jsonl out
    [ ! -s stderr ] || fail "says: $(cat stderr)"
}

test_packed_outputs_unpack_to_the_same()
{
    articles 3000 >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml -o out.jsonl.zst
    zstd -qdc out.jsonl.zst | cmp - in.jsonl
    exits 0 "$WARRAQ" run p.yaml -o out.jsonl.gz
    gzip -dc out.jsonl.gz | cmp - in.jsonl
}

test_too_many_rejects_are_exit_1()
{
    { articles 200; printf '%s\n' '{' '{' '{' '{'; } >in.jsonl
    pipeline "$plain"
    sed -i 's/rejects: {path: rejects.jsonl}/rejects: {path: rejects.jsonl, limit: 1%}/' p.yaml
    exits 1 "$WARRAQ" run p.yaml
    says '4 of 204 articles were rejected, more than the limit'
    [ ! -f out.jsonl ] || fail "there is an output"
    has_lines 200 out.jsonl.held
    sed -i 's/limit: 1%/limit: 5%/' p.yaml
    exits 0 "$WARRAQ" run p.yaml
}

test_rejects_are_written_beside_the_output_unless_told_otherwise()
{
    { articles 2; echo '{'; } >in.jsonl
    printf 'version: 1\ninput: {path: in.jsonl}\noutput: {path: out.jsonl}\nstages:\n  - %s\n' "$plain" >p.yaml
    exits 0 "$WARRAQ" run p.yaml
    has_lines 1 out.jsonl.rejects.jsonl
}

# The run's time is one thing, cron's is another: 20 ms is the aim (make bench),
# here only that nothing waits for a second.
test_an_empty_run_ends_at_once()
{
    : >in.jsonl
    pipeline "$plain"
    exits 0 timeout 10 "$WARRAQ" run p.yaml
}

test_two_outputs_in_one_file_are_refused()
{
    articles 1 >in.jsonl
    pipeline
    exits 78 "$WARRAQ" run p.yaml -o dropped.jsonl
    says 'which is another output of this run'
    exits 78 "$WARRAQ" run p.yaml -o ./rejects.jsonl
    says 'which is another output of this run'
    [ ! -e dropped.jsonl ] || fail "something was written"
}

test_a_packed_stream_that_comes_byte_by_byte_is_unpacked()
{
    articles 3 | gzip >in.gz
    pipeline
    { head -c 1 in.gz; sleep 0.1; tail -c +2 in.gz | head -c 1; sleep 0.1
      tail -c +3 in.gz; } | "$WARRAQ" run p.yaml -o got.jsonl -
    articles 3 >want.jsonl
    same got.jsonl want.jsonl
}

test_an_output_keeps_its_mode_and_a_link_its_target()
{
    articles 1 >in.jsonl
    pipeline
    : >real.jsonl
    chmod 600 real.jsonl
    ln -s real.jsonl link.jsonl
    exits 0 "$WARRAQ" run p.yaml -o link.jsonl
    [ -L link.jsonl ] || fail "the link is gone"
    [ "$(stat -c %a real.jsonl)" = 600 ] || fail "mode $(stat -c %a real.jsonl)"
    has_lines 1 real.jsonl
}

test_a_held_output_that_cannot_be_shown_changes_nothing()
{
    { articles 200; echo broken; } >in.jsonl
    pipeline
    sed -i 's|^rejects:.*|rejects: {path: rejects.jsonl, limit: 0%}|' p.yaml
    mkdir out.jsonl.held
    exits 73 "$WARRAQ" run p.yaml
    says 'cannot write'
    [ ! -e rejects.jsonl ] || fail "the rejects were replaced"
}

test_the_output_may_not_be_the_pipeline_file()
{
    articles 1 >in.jsonl
    pipeline
    exits 78 "$WARRAQ" run p.yaml -o p.yaml
    says 'the output p.yaml is the pipeline file'
    holds p.yaml 'version: 1'
}

test_standard_output_appended_to_an_input_is_refused()
{
    articles 1 >in.jsonl
    pipeline
    local code=0
    "$WARRAQ" run p.yaml -o - >>in.jsonl 2>stderr || code=$?
    [ $code = 78 ] || fail "exit code $code"
    says 'the output on standard output is also an input (in.jsonl)'
    has_lines 1 in.jsonl
}

test_an_empty_path_is_a_usage_error()
{
    pipeline
    exits 64 "$WARRAQ" run p.yaml -o ''
    exits 64 "$WARRAQ" run p.yaml ''
}

test_a_folder_of_folders_is_told()
{
    mkdir -p top/sub
    articles 1 >top/sub/a.jsonl
    pipeline
    exits 0 "$WARRAQ" run p.yaml top
    says 'top holds only folders, and they are not read; say top/* for what is in them'
}

run_tests
