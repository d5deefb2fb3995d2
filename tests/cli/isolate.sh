#!/bin/bash
# isolate.sh - pure stages in processes of their own: whatever a record does to
# such a process, it costs that record, and all else is as if it had not been there.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/perish.so:$TEST_PLUGINS/family.so

# With a sanitizer's own memory there is no memory_limit.
unless_sanitized() { [ -z "${WARRAQ_SANITIZED:-}" ] || skip "sanitizers have no memory_limit"; }

# isolated STAGE...: p.yaml, all of whose stages are.
isolated()
{
    pipeline "$@"
    echo 'isolate: true' >>p.yaml
}

# asks N HOW...: in.jsonl of N articles, some of which, in between, ask for that;
# plain.jsonl, without these.
asks()
{
    local n=$1 how k=0 at
    shift
    articles "$n" >plain.jsonl
    cp plain.jsonl in.jsonl
    for how in "$@"; do
        k=$((k + 1))
        at=$((k * n / ($# + 1) + k))
        sed -i "${at}i {\"id\":\"$how\",\"how\":\"$how\",\"text\":\"نص\"}" in.jsonl
    done
}

# rejected ID REASON [MESSAGE]: the record is in the rejects.
rejected()
{
    local line
    line=$(grep -F "\"id\":\"$1\"" rejects.jsonl) || fail "$1 is not in the rejects"
    case $line in
    *"\"stage\":\"perish\",\"reason\":\"$2\""*) ;;
    *) fail "$1 is rejected otherwise: $line" ;;
    esac
    case $line in *"${3:-}"*) ;; *) fail "$1 has another message: $line" ;; esac
}

# The articles that ask for nothing are as without those that do.
others_are_as_ever()
{
    "$WARRAQ" run p.yaml -o plain.out plain.jsonl >/dev/null 2>&1
    same out.jsonl plain.out
}

# left_behind: processes that work in this folder, but for ourselves.
left_behind()
{
    local p
    for p in /proc/[0-9]*; do
        [ "$(readlink "$p/cwd" 2>/dev/null)" = "$PWD" ] || continue
        case ${p#/proc/} in "$BASHPID" | "$$") continue ;; esac
        tr '\0' ' ' <"$p/cmdline" 2>/dev/null | grep -E 'warraq|sleep 4711' || :
    done
}

none_is_left_behind()
{
    local i
    for ((i = 0; i < 50; i++)); do
        [ -n "$(left_behind)" ] || return 0
        sleep .1
    done
    fail "left behind: $(left_behind)"
}

test_without_a_mishap_the_bytes_are_the_same()
{
    articles 300 >in.jsonl
    pipeline '{stage: normalize}' '{stage: tokenize}' '{stage: family}' \
        '{stage: perish}' '{stage: tag}'
    exits 0 "$WARRAQ" run p.yaml
    mv out.jsonl here.jsonl
    mv dropped.jsonl here.dropped
    echo 'isolate: true' >>p.yaml
    for j in 1 2 4; do
        exits 0 "$WARRAQ" run p.yaml -j $j
        same out.jsonl here.jsonl
        same dropped.jsonl here.dropped
    done
}

test_a_record_that_kills_its_process_is_rejected_and_no_other()
{
    asks 200 segv abort quit quit_at_once kill scribble
    isolated '{stage: tokenize}' '{stage: perish}' '{stage: tag}'
    exits 0 "$WARRAQ" run p.yaml -j1
    rejected segv crashed '"message":"SIGSEGV"'
    rejected abort crashed '"message":"SIGABRT"'
    rejected kill crashed '"message":"SIGKILL"'
    rejected quit crashed 'it ended its process, with 3'
    rejected quit_at_once crashed 'it ended its process, with 0'
    rejected scribble crashed
    accounted 206 200 0 6
    cp rejects.jsonl one.rejects
    others_are_as_ever
    for j in 2 4; do
        exits 0 "$WARRAQ" run p.yaml -j $j
        same rejects.jsonl one.rejects
        same out.jsonl plain.out
    done
    none_is_left_behind
}

test_what_a_run_tells_its_command_is_out_of_reach()
{
    asks 60 scribble damage
    isolated '{stage: tokenize}' '{stage: perish}'
    printf '%s\n' 'metrics: m.prom' 'on_success: [cp, "-f", "/dev/stdin", told]' >>p.yaml
    exits 0 "$WARRAQ" run p.yaml
    rejected scribble crashed
    holds m.prom 'warraq_last_success_timestamp_seconds'
    holds told '"in.jsonl"'
}

test_one_stage_alone_may_be_isolated()
{
    asks 60 segv
    pipeline '{stage: tokenize}' '{stage: perish, isolate: true}' '{stage: tag}'
    exits 0 "$WARRAQ" run p.yaml
    rejected segv crashed
    accounted 61 60 0 1
    others_are_as_ever
}

test_memory_damaged_in_passing_costs_that_record_at_most()
{
    asks 100 damage
    isolated '{stage: perish}' '{stage: tokenize}'
    exits 0 "$WARRAQ" run p.yaml
    grep -v '"id":"damage"' out.jsonl >others.jsonl
    "$WARRAQ" run p.yaml -o plain.out plain.jsonl >/dev/null 2>&1
    same others.jsonl plain.out
}

test_one_that_hangs_is_rejected_in_time()
{
    asks 60 hang
    isolated '{stage: tokenize}' '{stage: perish, time_limit: 300ms}'
    exits 0 timeout 30 "$WARRAQ" run p.yaml
    rejected hang timed_out 'it took longer than 300 ms'
    others_are_as_ever
    isolated '{stage: perish, time_limit: 300ms, with: {bulk: true}}'
    exits 0 timeout 30 "$WARRAQ" run p.yaml
    rejected hang timed_out
    others_are_as_ever
    none_is_left_behind
}

test_one_that_eats_all_memory_is_rejected()
{
    unless_sanitized
    asks 60 eat
    isolated '{stage: tokenize}' '{stage: perish}'
    echo 'memory_limit: 64MiB' >>p.yaml
    exits 0 "$WARRAQ" run p.yaml
    rejected eat out_of_memory
    others_are_as_ever
}

test_a_process_that_is_full_of_leaks_costs_no_record()
{
    unless_sanitized
    articles 200 >in.jsonl
    isolated '{stage: perish, with: {leak: 1MiB}}'
    echo 'memory_limit: 64MiB' >>p.yaml
    exits 0 "$WARRAQ" run p.yaml -j1
    has_lines 200 out.jsonl
    has_lines 0 rejects.jsonl
}

test_nonsense_is_the_record_s_fault()
{
    asks 40 verdict
    isolated '{stage: perish}'
    exits 0 "$WARRAQ" run p.yaml
    rejected verdict nonsense 'gave a verdict that is none'
    others_are_as_ever
}

test_what_a_stage_calls_the_end_of_the_run_is_the_end_of_the_run()
{
    asks 40 fatal
    isolated '{stage: perish}'
    exits 70 "$WARRAQ" run p.yaml
    says 'stage "perish": the test asked for it'
    [ ! -e out.jsonl ] || fail "there is an output"
    none_is_left_behind
}

test_on_error_decides()
{
    asks 40 segv
    isolated '{stage: tokenize}' '{stage: perish, on_error: keep}' '{stage: tag}'
    exits 0 "$WARRAQ" run p.yaml
    accounted 41 41 0 0
    grep -F '"id":"segv"' out.jsonl >kept
    ! grep -F '"seen"' kept || fail "the record was changed"
    holds kept '"dates"' # the stages behind have seen it
    isolated '{stage: perish, on_error: drop}'
    exits 0 "$WARRAQ" run p.yaml
    accounted 41 40 1 0
    holds dropped.jsonl '"dropped":"perish/crashed"'
    isolated '{stage: perish, on_error: stop}'
    exits 65 "$WARRAQ" run p.yaml
    says 'stage "perish" rejects record "segv": crashed: SIGSEGV'
}

test_every_record_may_be_one()
{
    articles 12 | sed 's/"title"/"how":"segv","title"/' >in.jsonl
    isolated '{stage: perish}'
    exits 0 "$WARRAQ" run p.yaml -j2
    accounted 12 0 0 12
}

# figure STAGE NAME: of the report in ./stdout.
figure()
{
    tr -d ' \n' <stdout | sed 's/{"label"/\n&/g' \
        | sed -n "/\"label\":\"$1\"/s/.*\"$2\":\([0-9]*\).*/\1/p"
}

test_children_and_counts_come_home()
{
    asks 90 segv
    isolated '{stage: family}' '{stage: perish}'
    exits 0 "$WARRAQ" run p.yaml --json
    rejected segv crashed
    local in kept emitted
    in=$(figure perish in) kept=$(figure perish kept)
    emitted=$(figure family emitted)
    [ "$emitted" -gt 0 ] || fail "family emits nothing"
    [ "$in" = $(($(figure family kept) + emitted)) ] || fail "perish has seen $in"
    [ "$(figure perish worked)" = "$kept" ] || fail "counters are not those of $kept"
    [ "$in" = $((kept + $(figure perish crashed))) ] || fail "$in in, $kept kept"
    others_are_as_ever
}

test_a_program_that_a_dead_process_started_is_ended()
{
    asks 20 spawn
    isolated '{stage: perish}'
    exits 0 "$WARRAQ" run p.yaml
    rejected spawn crashed
    none_is_left_behind
}

# hangs: a run that hangs in the background, as $run.
hangs()
{
    asks 20 hang
    isolated '{stage: perish}'
    "$WARRAQ" run p.yaml >stdout 2>stderr </dev/null &
    run=$!
    for ((i = 0; i < 100; i++)); do
        [ "$(left_behind | grep -c warraq)" -ge 3 ] && break
        sleep .05
    done
    sleep .3
}

test_sigterm_ends_a_run_that_waits_for_one_that_hangs()
{
    local got=0 begin
    hangs
    begin=$SECONDS
    kill -TERM $run
    wait $run || got=$?
    [ $got = 75 ] || fail "exit code $got, not 75"
    [ $((SECONDS - begin)) -le 20 ] || fail "it took $((SECONDS - begin)) s"
    [ ! -e out.jsonl ] || fail "there is an output"
    none_is_left_behind
}

test_a_run_that_is_killed_leaves_no_process()
{
    hangs
    kill -KILL $run
    wait $run || :
    none_is_left_behind
}

test_in_a_sandbox_too()
{
    asks 60 segv verdict hang
    isolated '{stage: tokenize}' '{stage: perish, time_limit: 300ms}' '{stage: tag}'
    exits 0 "$WARRAQ" run p.yaml
    mv out.jsonl free.out
    mv rejects.jsonl free.rejects
    echo 'sandbox: true' >>p.yaml
    "$WARRAQ" run p.yaml >stdout 2>stderr </dev/null || {
        [ $? = 69 ] || fail "$(head -n 3 stderr)"
        skip "no sandbox here: $(head -n 1 stderr)"
    }
    same out.jsonl free.out
    same rejects.jsonl free.rejects
    none_is_left_behind
}

test_what_an_article_becomes_is_limited_too()
{
    unless_sanitized
    articles 20 >plain.jsonl
    {
        cat plain.jsonl
        printf '{"id":"large","text":"x","body":"'
        head -c 30000000 /dev/zero | tr '\0' x
        printf '"}\n'
    } >in.jsonl
    isolated '{stage: family}'
    echo 'memory_limit: 64MiB' >>p.yaml
    exits 0 "$WARRAQ" run p.yaml
    has_lines 1 rejects.jsonl
    holds rejects.jsonl '"stage":"family","reason":"out_of_memory"'
    others_are_as_ever
}

# least_ms N COMMAND...: the least of N times, in ms.
least_ms()
{
    local n=$1 least=1000000 begin took
    shift
    while ((n-- > 0)); do
        begin=$(date +%s%N)
        "$@" >/dev/null 2>&1
        took=$((($(date +%s%N) - begin) / 1000000))
        [ $took -ge $least ] || least=$took
    done
    echo $least
}

# A call of ours that the filter refused was worth two seconds.
test_in_a_sandbox_it_ends_as_soon()
{
    local free shut
    articles 1 >in.jsonl
    isolated '{stage: perish}'
    free=$(least_ms 3 "$WARRAQ" run p.yaml)
    echo 'sandbox: true' >>p.yaml
    "$WARRAQ" run p.yaml >stdout 2>stderr </dev/null || {
        [ $? = 69 ] || fail "$(head -n 3 stderr)"
        skip "no sandbox here: $(head -n 1 stderr)"
    }
    shut=$(least_ms 5 "$WARRAQ" run p.yaml)
    [ "$shut" -lt $((free * 4 + 1500)) ] || fail "$shut ms, without it $free ms"
}

test_memory_limit_is_for_ordered_stages_and_pure_ones()
{
    unless_sanitized
    asks 40 eat
    isolated '{stage: tokenize}' '{stage: perish}' '{stage: dedupe}'
    echo 'memory_limit: 64MiB' >>p.yaml
    exits 0 "$WARRAQ" run p.yaml
    rejected eat out_of_memory
}

test_exec_in_a_process_of_its_own()
{
    articles 30 >in.jsonl
    cat >upper.sh <<'SH'
#!/bin/sh
exec sed -u 's/"title":/"headline":"x","title":/'
SH
    chmod +x upper.sh
    isolated '{stage: exec, with: {command: ["./upper.sh"]}}'
    exits 0 "$WARRAQ" run p.yaml -j2
    has_lines 30 out.jsonl
    holds out.jsonl '"headline":"x"'
    none_is_left_behind
}

run_tests
