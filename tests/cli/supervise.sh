#!/bin/bash
# supervise.sh - runs in a process of their own: an ordered stage that is isolated
# dies of a record, or elsewhere; signals; nothing else is to be seen of it.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/fragile.so
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/misbehave.so

# deadly HOW N...: records a1 .. a9; those numbered N die by HOW
deadly()
{
    local how=$1 i
    shift
    for ((i = 1; i <= 9; i++)); do
        case " $* " in
        *" $i "*) printf '{"id":"a%d","die":"%s"}\n' "$i" "$how" ;;
        *) printf '{"id":"a%d"}\n' "$i" ;;
        esac
    done
}

# isolated [STAGE...]: p.yaml as `pipeline', with `isolate: true'
isolated()
{
    pipeline "$@"
    sed -i '1a isolate: true' p.yaml
}

# alone NAME: what warraq writes over in.jsonl without the records that die
alone()
{
    mkdir -p "$1"
    (
        cd "$1"
        grep -v die ../in.jsonl >in.jsonl
        cp ../p.yaml .
        exits 0 "$WARRAQ" run p.yaml
        is_quiet
    )
}

# rejected REASON [MESSAGE]: each reject has them
rejected()
{
    local n
    n=$(grep -c '"stage":"fragile","reason":"'"$1"'"' rejects.jsonl || true)
    [ "$n" = "$(wc -l <rejects.jsonl)" ] || fail "not $1: $(head -n 3 rejects.jsonl)"
    [ -z "${2:-}" ] || holds rejects.jsonl '"message":"'"$2"'"'
}

no_leavings()
{
    [ -z "$(find . -name '*.tmp-*')" ] || fail "left behind: $(find . -name '*.tmp-*')"
}

test_a_record_that_kills_an_ordered_stage_goes_to_the_rejects()
{
    local how reason message j
    isolated '{stage: fragile, time_limit: 300ms}'
    while read -r how reason message; do
        deadly "$how" 4 >in.jsonl
        alone want
        for j in 1 3; do
            exits 0 "$WARRAQ" run p.yaml -j "$j"
            says 'warning: 1 of 9 articles were rejected, see rejects.jsonl'
            accounted 9 8 0 1
            same want/out.jsonl out.jsonl
            rejected "$reason" "$message"
            holds rejects.jsonl '"line":4,"byte":36'
            holds rejects.jsonl '"record":{"id":"a4","die":"'"$how"'"}'
            no_leavings
        done
    done <<'END'
crash crashed SIGSEGV
abort crashed SIGABRT
exit crashed exit 3
kill out_of_memory SIGKILL
no_memory out_of_memory
loop timed_out took longer than 300 ms
END
}

test_a_stage_that_stops_the_process_goes_on()
{
    isolated '{stage: fragile}'
    deadly stop 4 7 >in.jsonl
    exits 0 timeout 20 "$WARRAQ" run p.yaml
    accounted 9 9 0 0
}

test_memory_that_a_stage_keeps_is_told_with_the_last_article()
{
    [ -z "${WARRAQ_SANITIZED:-}" ] || skip "a sanitizer's memory has no limit"
    isolated '{stage: fragile}'
    sed -i '1a memory_limit: 64MiB' p.yaml
    deadly keep 4 >in.jsonl
    exits 71 "$WARRAQ" run p.yaml -j1
    says 'out of memory, under memory_limit; the last article of stage "fragile" was "a'
}

test_memory_limit_is_for_the_run_of_an_ordered_stage_too()
{
    [ -z "${WARRAQ_SANITIZED:-}" ] || skip "a sanitizer's memory has no limit"
    isolated '{stage: fragile}'
    sed -i '1a memory_limit: 64MiB' p.yaml
    deadly eat 4 >in.jsonl
    alone want
    exits 0 "$WARRAQ" run p.yaml
    accounted 9 8 0 1
    same want/out.jsonl out.jsonl
    rejected out_of_memory
}

test_it_begins_anew_in_a_sandbox_and_with_pure_stages_isolated()
{
    local got=0
    isolated '{stage: normalize}' '{stage: fragile}' '{stage: language}'
    sed -i '1a sandbox: true\nstate: state/' p.yaml
    deadly crash 3 9 >in.jsonl
    "$WARRAQ" run p.yaml -j 2 2>stderr || got=$?
    [ $got != 69 ] || skip "$(cat stderr)"
    [ $got = 0 ] || fail "exit code $got: $(cat stderr)"
    accounted 9 7 0 2
    rejected crashed SIGSEGV
    no_leavings
}

test_several_records_die_each_its_own_death()
{
    isolated '{stage: fragile, time_limit: 300ms}'
    deadly crash 1 2 9 | sed '2s/crash/exit/' >in.jsonl
    alone want
    exits 0 "$WARRAQ" run p.yaml
    accounted 9 6 0 3
    same want/out.jsonl out.jsonl
    has_lines 3 rejects.jsonl
    holds rejects.jsonl '"id":"a9","die":"crash"'
}

test_a_record_may_die_in_prepare()
{
    isolated '{stage: fragile, with: {where: prepare}}'
    deadly crash 2 8 | sed '8s/crash/kill/' >in.jsonl
    alone want
    exits 0 "$WARRAQ" run p.yaml -j 3
    accounted 9 7 0 2
    same want/out.jsonl out.jsonl
}

test_nonsense_of_an_isolated_ordered_stage_costs_the_record()
{
    isolated '{stage: misbehave_ordered, with: {id: a2, how: verdict}}'
    deadly crash >in.jsonl
    exits 0 "$WARRAQ" run p.yaml
    accounted 9 8 0 1
    holds rejects.jsonl '"reason":"nonsense"'
}

test_on_error_decides_what_becomes_of_it()
{
    local on
    deadly crash 3 >in.jsonl
    for on in keep drop; do
        isolated "{stage: fragile, on_error: $on}"
        exits 0 "$WARRAQ" run p.yaml
        says 'stage "fragile" crashed (SIGSEGV) on record "a3" ('
        says 'in.jsonl, byte 24); the run begins anew'
        [ "$(wc -l <stderr)" = 1 ] || fail "more is said: $(cat stderr)"
        [ $on = keep ] && accounted 9 9 0 0
        [ $on = drop ] && accounted 9 8 1 0
        rm -f dropped.jsonl
    done
    isolated '{stage: fragile, on_error: stop}'
    exits 65 "$WARRAQ" run p.yaml
    says 'stage "fragile" rejects record "a3": crashed: SIGSEGV'
}

test_only_the_stages_that_say_so_are_isolated()
{
    pipeline '{stage: fragile, label: first}' '{stage: fragile, isolate: true}'
    sed -i '1a threads: 1' p.yaml
    deadly crash 5 >in.jsonl
    exits 70 "$WARRAQ" run p.yaml
    says 'stage "first" crashed (SIGSEGV) on record "a5" (in.jsonl, from byte 0 on); nothing was committed'
    [ ! -e out.jsonl ] || fail "it was committed"
    no_leavings
}

test_memory_and_outputs_are_as_without_the_record()
{
    local folder
    for folder in with without; do
        mkdir -p $folder/inbox
        (
            cd $folder
            printf '%s\n' 'version: 1' 'isolate: true' 'state: state/' \
                'input: {path: "inbox/*.jsonl"}' \
                'output: {path: "out/{run}.jsonl"}' \
                'rejects: {path: "out/{run}.rejects"}' \
                'stages: [{stage: fragile}]' >p.yaml
            deadly crash 4 7 >inbox/1.jsonl
            deadly kill 1 | sed 's/"a/"b/' >inbox/2.jsonl
            [ $folder = with ] || sed -i /die/d inbox/*.jsonl
            exits 0 "$WARRAQ" run p.yaml
            deadly crash 5 | sed 's/"a/"c/' >inbox/3.jsonl
            [ $folder = with ] || sed -i /die/d inbox/3.jsonl
            exits 0 "$WARRAQ" run p.yaml
            exits 0 "$WARRAQ" state verify p.yaml
            exits 0 "$WARRAQ" run p.yaml # nothing is new
            is_quiet
        )
    done
    same with/out/000001.jsonl without/out/000001.jsonl
    same with/out/000002.jsonl without/out/000002.jsonl
    holds with/out/000002.jsonl '"id":"c9","nth":23'
    has_lines 3 with/out/000001.rejects
    has_lines 1 with/out/000002.rejects
    [ "$(cd with && find state/segments -type f | wc -l)" = 1 ] || fail "$(ls with/state/segments)"
}

test_a_record_is_known_again_when_inputs_have_come_meanwhile()
{
    mkdir inbox
    isolated '{stage: fragile}'
    sed -i 's,in.jsonl,"inbox/*.jsonl",' p.yaml
    deadly grow 6 >inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml
    has_lines 1 rejects.jsonl
    holds rejects.jsonl '"file":"inbox/1.jsonl","line":6'
    has_lines 9 out.jsonl
    holds out.jsonl '{"id":"new","nth":1}'
}

test_what_comes_again_may_die_as_it_is_forgotten()
{
    mkdir inbox
    isolated '{stage: fragile, with: {where: forget}}'
    sed -i 's,in.jsonl,"inbox/*.jsonl",; s,out.jsonl,"out/{run}.jsonl",
        s,rejects.jsonl,"out/{run}.rejects",; /^dropped/d
        1a state: state/\non_changed: rerun' p.yaml
    deadly crash 3 >inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml
    is_quiet
    sed -i 's/"a5"/"a5x"/' inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml
    has_lines 8 out/000002.jsonl
    has_lines 1 out/000002.rejects
    holds out/000002.rejects '"id":"a3"'
}

test_a_run_begins_anew_a_hundred_times()
{
    local i
    isolated '{stage: fragile}'
    for ((i = 1; i <= 101; i++)); do
        printf '{"id":"a%d","die":"crash"}\n' "$i"
    done >all
    head -n 100 all >in.jsonl
    exits 0 "$WARRAQ" run p.yaml -j1
    has_lines 100 rejects.jsonl
    rm out.jsonl
    mv all in.jsonl
    exits 70 "$WARRAQ" run p.yaml -j1
    says 'nothing was committed: the run has begun anew 100 times'
    says 'stage "fragile" crashed (SIGSEGV) on record "a101"'
    [ ! -e out.jsonl ] || fail "it was committed"
    no_leavings
}

test_nothing_is_left_aside_by_a_run_that_was_killed()
{
    mkdir elsewhere
    echo old >elsewhere/out.jsonl
    ln -s elsewhere/out.jsonl out.jsonl
    isolated '{stage: fragile, on_error: stop}'
    deadly kill 4 >in.jsonl
    exits 65 "$WARRAQ" run p.yaml
    no_leavings
    holds out.jsonl old
    rm out.jsonl
    deadly kill 4 | sed 's/"die"/"lang":"ar",&/' >in.jsonl
    exits 65 "$WARRAQ" run p.yaml -o 'out/{lang}.jsonl'
    [ -z "$(find out -type f)" ] || fail "left: $(find out)"
}

test_a_stream_cannot_be_read_again()
{
    local got=0
    isolated '{stage: fragile}'
    deadly crash 4 >in.jsonl
    # shellcheck disable=SC2002 # a pipe it is to be
    cat in.jsonl | "$WARRAQ" run p.yaml - 2>stderr || got=$?
    [ $got = 70 ] || fail "exit code $got"
    says 'stage "fragile" crashed (SIGSEGV) on record "a4" (-, byte 36); nothing was committed'
    says 'it reads or writes a stream'
    exits 70 "$WARRAQ" run p.yaml -o -
    # A file it can.
    "$WARRAQ" run p.yaml - <in.jsonl 2>stderr || fail "exit code $?"
    accounted 9 8 0 1
}

test_a_crash_in_no_record_is_named()
{
    local where
    deadly crash >in.jsonl
    for where in start flush; do
        isolated "{stage: fragile, with: {where: $where}}"
        exits 70 "$WARRAQ" run p.yaml
        says 'stage "fragile" crashed (SIGSEGV)'
        says 'nothing was committed'
        [ ! -e out.jsonl ] || fail "it was committed"
        no_leavings
    done
    isolated '{stage: fragile, with: {where: save, how: kill}}'
    sed -i '1a state: state/' p.yaml
    exits 70 "$WARRAQ" run p.yaml
    says 'the run ended by SIGKILL; nothing was committed'
    [ ! -e out.jsonl ] || fail "it was committed"
    sed -i 's/how: kill/how: crash/' p.yaml
    exits 70 "$WARRAQ" run p.yaml
    says 'stage "fragile" crashed (SIGSEGV); nothing was committed'
    sed -i 's/how: crash/how: nothing/' p.yaml
    exits 0 "$WARRAQ" run p.yaml
    is_quiet
    no_leavings
}

test_a_crash_behind_the_commit_says_that_there_was_one()
{
    deadly crash >in.jsonl
    isolated '{stage: fragile, with: {where: stop}}'
    exits 0 "$WARRAQ" run p.yaml --json
    says 'warning: stage "fragile" crashed (SIGSEGV); the run was committed'
    holds stdout '"out": 9'
    has_lines 9 out.jsonl
    isolated '{stage: fragile, with: {where: stop, how: kill}}'
    exits 0 "$WARRAQ" run p.yaml
    says 'warning: the run was committed; then the run ended by SIGKILL'
    pipeline '{stage: fragile, with: {where: stop}}'
    exits 70 "$WARRAQ" run p.yaml
    says 'error: stage "fragile" crashed (SIGSEGV); the run was committed'
    isolated '{stage: fragile, with: {where: close}}'
    exits 70 "$WARRAQ" run p.yaml
    says 'error: stage "fragile" crashed (SIGSEGV); the run was committed'
    no_leavings
}

# waits_for FILE: until it is there
waits_for()
{
    local i
    for ((i = 0; i < 100; i++)); do
        [ -e "$1" ] && return
        sleep 0.1
    done
    fail "no $1"
}

# ends PID FOLDER TEXT: with 75, within six seconds, and says so in its stderr
ends()
{
    local got=0 begin=$SECONDS
    wait "$1" || got=$?
    [ $((SECONDS - begin)) -le 6 ] || fail "it took $((SECONDS - begin)) seconds"
    [ $got = 75 ] || fail "exit code $got, not 75: $(cat "$2/stderr")"
    holds "$2/stderr" "$3"
    [ -z "$(find "$2" -name '*.tmp-*')" ] || fail "left: $(ls "$2")"
}

test_signals_and_limits_end_a_stage_that_hangs()
{
    local name child
    local -A run
    deadly loop 4 >in.jsonl
    isolated '{stage: fragile}'
    for name in once twice limit killed; do
        mkdir $name
        cp p.yaml in.jsonl $name
        cd $name
        if [ $name = limit ]; then set -- --time-limit=100ms; else set --; fi
        "$WARRAQ" run p.yaml "$@" 2>stderr &
        run[$name]=$!
        waits_for looping
        cd ..
    done
    child=$(cat "/proc/${run[killed]}/task/${run[killed]}/children" 2>/dev/null || true)
    kill -KILL "${run[killed]}"
    wait "${run[killed]}" 2>/dev/null || true
    kill -TERM "${run[once]}" "${run[twice]}"
    sleep 0.2
    kill -TERM "${run[twice]}"
    ends "${run[twice]}" twice 'stopped by a second signal; nothing was committed'
    ends "${run[once]}" once 'stage "fragile" did not finish within 4500 ms of SIGTERM'
    ends "${run[limit]}" limit 'within 4500 ms of the time limit'
    [ -z "$child" ] || [ ! -e "/proc/${child% }" ] || fail "it still runs: $child"
}

test_a_run_that_is_stopped_commits_what_is_through()
{
    local pid
    isolated '{stage: fragile}'
    mkfifo in.fifo
    sed -i 's,in.jsonl,in.fifo,' p.yaml
    "$WARRAQ" run p.yaml 2>stderr &
    pid=$!
    exec 3>in.fifo # when there is somebody to read it
    deadly crash >&3
    kill -TERM $pid
    ends $pid . 'stopped by SIGTERM; '
    exec 3>&-
    [ -e out.jsonl ] || fail "it was not committed"
}

# seen_as CODE COMMAND...: ends so with and without a supervisor, and says the same
seen_as()
{
    local code=$1
    shift
    sed '/^isolate:/d' p.yaml >q.yaml
    sed 's/^version: 1$/&\nisolate: true/' q.yaml >p.yaml
    exits "$code" "$@" q.yaml
    mv stderr bare
    sed -i 's/q\.yaml/p.yaml/g' bare
    exits "$code" "$@" p.yaml
    same bare stderr
}

test_exit_codes_are_those_of_a_run_without_a_supervisor()
{
    deadly crash >in.jsonl
    isolated '{stage: fragile}'
    seen_as 0 "$WARRAQ" run
    sed -i 's/in.jsonl/none.jsonl/' p.yaml
    seen_as 66 "$WARRAQ" run
    isolated '{stage: misbehave_ordered, with: {id: a2, how: fail}}'
    seen_as 70 "$WARRAQ" run
    isolated '{stage: misbehave_ordered, on_error: stop, with: {id: a2, how: reject}}'
    seen_as 65 "$WARRAQ" run
    isolated '{stage: fragile}'
    sed -i 's,out.jsonl,/proc/none/out.jsonl,' p.yaml
    seen_as 73 "$WARRAQ" run
    isolated '{stage: fragile}' '{stage: misbehave, with: {id: "*", how: reject}}'
    sed -i 's/rejects.jsonl/&, limit: 1%/' p.yaml
    for _ in {1..12}; do deadly crash; done >in.jsonl
    seen_as 1 "$WARRAQ" run
    [ -e out.jsonl.held ] || fail "not held"
    articles 99 | gzip | head -c 500 >in.jsonl
    isolated '{stage: fragile}'
    seen_as 65 "$WARRAQ" run
}

test_lock_and_state_work_in_the_child()
{
    local pid
    mkdir inbox
    isolated '{stage: fragile}'
    sed -i 's,in.jsonl,"inbox/*.jsonl",; s,out.jsonl,"out/{run}.jsonl",
        s,rejects.jsonl,"out/{run}.rejects",; /^dropped/d
        1a state: state/' p.yaml
    deadly loop 4 >inbox/1.jsonl
    "$WARRAQ" run p.yaml 2>/dev/null &
    pid=$!
    waits_for looping
    exits 75 "$WARRAQ" run p.yaml
    says 'another run uses the state'
    exits 0 "$WARRAQ" run p.yaml --lock=skip
    is_quiet
    exits 75 "$WARRAQ" run p.yaml --lock=wait=100ms
    kill -KILL $pid
    wait $pid 2>/dev/null || true
    deadly crash 4 >inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml --lock=wait=5s
    has_lines 8 out/000001.jsonl
    no_leavings
}

test_figures_are_those_of_a_run_without_a_supervisor()
{
    local name
    deadly crash >in.jsonl
    for name in pipeline isolated; do
        rm -f out.jsonl dropped.jsonl
        $name '{stage: fragile}' '{stage: misbehave, with: {id: a2, how: drop}}'
        sed -i '1a metrics: m.prom' p.yaml
        exits 0 "$WARRAQ" run p.yaml --json
        sed -E '/"(seconds|began|ended)":/d' stdout >$name.json
        grep -v 'seconds' m.prom >$name.prom
    done
    same pipeline.json isolated.json
    same pipeline.prom isolated.prom
    grep -q 'reason="asked"} 1$' isolated.prom || fail "no figures"
}

run_tests
