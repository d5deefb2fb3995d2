#!/bin/bash
# plugins.sh - plugins that misbehave while running.  A crash or an overrun ends
# the run with 70, names stage and record, and commits nothing; nonsense given
# to the host never becomes output.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/misbehave.so

# misbehaves HOW [STAGE]: in.jsonl of 50 articles; the 30th has the id `boom'.
misbehaves()
{
    articles 50 | sed 's/"id":"a30"/"id":"boom"/' >in.jsonl
    pipeline "{stage: ${2:-misbehave}, with: {how: $1}${3:+, $3}}"
}

nothing_is_committed()
{
    local left
    left=$(find . -name 'out.jsonl*' -o -name 'dropped.jsonl*' -o -name 'rejects.jsonl*')
    [ -z "$left" ] || fail "left behind: $left"
}

crashes()
{
    misbehaves "$1" "$2"
    exits 70 "$WARRAQ" run p.yaml -j "$3"
    says "stage \"$2\""
    says 'boom'
    nothing_is_committed
}

# Under a sanitizer its own handlers see the crash first.
unless_sanitized() { [ -z "${WARRAQ_SANITIZED:-}" ] || skip "sanitizers catch crashes themselves"; }

test_a_crash_in_a_pure_stage_ends_with_70_and_names_stage_and_record()
{
    unless_sanitized
    crashes crash misbehave 1
    says 'SIGSEGV'
}

test_a_crash_as_a_stage_opens_ends_with_70_and_names_it()
{
    unless_sanitized
    : >in.jsonl
    pipeline '{stage: misbehave, label: bad, with: {how: crash_opening}}'
    for verb in run check explain; do
        exits 70 "$WARRAQ" $verb p.yaml
        says 'warraq: error: stage "bad" crashed (SIGSEGV)'
    done
    exits 70 "$WARRAQ" run p.yaml --set bad.how=abort_opening
    says 'warraq: error: stage "bad" aborted (SIGABRT)'
}

test_a_crash_on_one_of_two_threads_is_the_same()
{
    unless_sanitized
    crashes crash misbehave 2
}

test_a_crash_in_an_ordered_stage_is_the_same()
{
    unless_sanitized
    crashes crash misbehave_ordered 2
}

test_an_abort_ends_with_70_and_names_stage_and_record()
{
    unless_sanitized
    crashes abort misbehave 1
    says 'SIGABRT'
}

test_an_endless_loop_ends_with_70_after_its_time_limit()
{
    misbehaves loop misbehave 'time_limit: 300ms'
    exits 70 timeout 20 "$WARRAQ" run p.yaml
    says 'stage "misbehave"'
    says 'boom'
    says '300 ms'
    nothing_is_committed
}

test_an_endless_loop_in_an_ordered_stage_is_the_same()
{
    misbehaves loop misbehave_ordered 'time_limit: 300ms'
    exits 70 timeout 20 "$WARRAQ" run p.yaml -j 2
    says 'stage "misbehave_ordered"'
    says 'boom'
    nothing_is_committed
}

test_slow_is_not_endless()
{
    articles 5 >in.jsonl
    pipeline "{stage: misbehave, with: {how: slow, id: '*'}, time_limit: 20s}"
    exits 0 "$WARRAQ" run p.yaml
    accounted 5 5 0 0
}

test_fatal_ends_the_run_with_70_and_the_stage_s_words()
{
    local how
    for how in fatal fail; do
        misbehaves $how
        exits 70 "$WARRAQ" run p.yaml
        says 'the test asked for it'
        says '"misbehave"'
        nothing_is_committed
    done
}

test_failing_without_a_word_is_named_all_the_same()
{
    misbehaves fatal_mute
    exits 70 "$WARRAQ" run p.yaml
    says '"misbehave"'
    nothing_is_committed
    # "-1 and no error()" is what a stage says that ran out of memory.
    misbehaves fail_mute
    exits 71 "$WARRAQ" run p.yaml
    says 'stage "misbehave": out of memory'
    nothing_is_committed
}

test_a_rejected_record_goes_to_the_rejects_as_it_came()
{
    misbehaves reject
    exits 0 "$WARRAQ" run p.yaml
    accounted 50 49 0 1
    holds rejects.jsonl '"stage":"misbehave"'
    holds rejects.jsonl '"reason":"asked"'
    holds rejects.jsonl '"message":"it was asked for"'
    holds rejects.jsonl "\"record\":$(grep boom in.jsonl)"
    misbehaves reject_mute
    exits 0 "$WARRAQ" run p.yaml
    accounted 50 49 0 1
}

test_on_error_keep_drop_and_stop_decide_about_a_reject()
{
    misbehaves reject misbehave 'on_error: keep'
    exits 0 "$WARRAQ" run p.yaml
    accounted 50 50 0 0
    misbehaves reject misbehave 'on_error: drop'
    exits 0 "$WARRAQ" run p.yaml
    accounted 50 49 1 0
    misbehaves reject misbehave 'on_error: stop'
    rm -f -- out.jsonl dropped.jsonl rejects.jsonl
    exits 65 "$WARRAQ" run p.yaml
    says boom
    nothing_is_committed
}

test_a_dropped_record_says_why()
{
    misbehaves drop
    exits 0 "$WARRAQ" run p.yaml
    accounted 50 49 1 0
    holds dropped.jsonl '"dropped":"misbehave/asked"'
    holds dropped.jsonl '"id":"boom"'
}

test_a_reason_that_is_none_of_the_stage_s_is_unspecified()
{
    misbehaves reason
    exits 0 "$WARRAQ" run p.yaml
    accounted 50 49 1 0
    holds dropped.jsonl '"dropped":"misbehave/unspecified"'
}

# What a plugin hands over may be anything; what goes out is as it was, or the
# record is set aside, or the run ends with 70: never a broken line.
test_nonsense_never_becomes_output()
{
    local how stage code
    for stage in misbehave misbehave_ordered; do
        for how in verdict span_past_end span_backwards \
            span_in_character span_unsorted cut_overlap bad_utf8 \
            commit_too_much set_after_cut; do
            rm -f -- *.jsonl
            misbehaves $how $stage
            code=0
            "$WARRAQ" run p.yaml >stdout 2>stderr || code=$?
            case $code in
            0)  accounted 50 49 0 1
                holds rejects.jsonl '"stage":"'$stage'"'
                grep -v boom in.jsonl | cmp -s - out.jsonl ||
                    fail "$how: the other articles changed" ;;
            70) says "$stage"; nothing_is_committed ;;
            *)  fail "$how: exit code $code: $(cat stderr)" ;;
            esac
        done
    done
}

test_children_follow_their_parent_and_start_at_the_next_stage()
{
    articles 2 >in.jsonl
    pipeline 'stage: family' 'stage: misbehave'
    family exits 0 "$WARRAQ" run p.yaml --json
    holds stdout '"emitted": 6'
    [ "$(sed 's/^{"id":"\([^"]*\)".*/\1/' out.jsonl | tr '\n' ' ')" \
        = 'a1 a1#1 a1#1#1 a1#2 a2 a2#1 a2#1#1 a2#2 ' ] || fail "$(cut -c-40 out.jsonl)"
}

test_a_rejected_child_is_kept_as_it_stood_not_as_its_parent_came()
{
    articles 1 >in.jsonl
    pipeline 'stage: family' \
        'stage: misbehave
    with: {id: "a1#1#1", how: reject}'
    family exits 0 "$WARRAQ" run p.yaml
    has_lines 3 out.jsonl
    holds rejects.jsonl '"record":{"id":"a1#1#1","title":"عنوان 1","text":"grandchild"}'
}

test_a_record_emitted_twice_ends_with_70()
{
    articles 1 >in.jsonl
    pipeline 'stage: twins'
    family exits 70 "$WARRAQ" run p.yaml
    says 'stage "twins" emitted a record twice, on record "a1#1"'
}

test_emitting_without_saying_so_ends_with_70()
{
    articles 1 >in.jsonl
    pipeline 'stage: quiet'
    family exits 70 "$WARRAQ" run p.yaml
    says 'stage "quiet": it emits without saying so (WQ_MAY_EMIT)'
}

# Runs an assertion with the plugin `family` at hand.
family()
{
    WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/family.so "$@"
}

run_tests
