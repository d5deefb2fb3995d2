#!/bin/bash
# operators.sh - what those who let runs go by themselves expect: hooks, logs for
# machines, reports, metrics, the sandbox, and whom a run as root trusts.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/misbehave.so:$TEST_PLUGINS/intruder.so

# with TEXT: one more line at the top of p.yaml.
with() { printf '%s\n' "$1" >>p.yaml; }

# hook: ./hook, which writes down what it is told.
hook()
{
    cat >hook <<'END'
#!/bin/sh
echo "$1 pipeline=$WARRAQ_PIPELINE run=$WARRAQ_RUN exit=$WARRAQ_EXIT message=$WARRAQ_MESSAGE" >>told
cat >report
echo 'said by the hook'
END
    chmod +x hook
    with 'on_success: [./hook, well]'
    with 'on_failure: [./hook, badly]'
}

# as_state: p.yaml with a state, from inbox/ to out/.
with_state()
{
    mkdir -p inbox
    cat >p.yaml <<'END'
version: 1
state: state
input: {path: "inbox/*.jsonl"}
output: {path: "out/{run}.jsonl"}
rejects: {path: "out/{run}.rejects.jsonl"}
stages:
  - stage: misbehave
END
}

# json FILE EXPRESSION: the value, by python or jq; what neither is there to read is
# skipped.
json()
{
    if command -v python3 >/dev/null; then
        python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"
    else
        skip 'no python3 to read JSON with'
    fi
}

is() { [ "$1" = "$2" ] || fail "it is \"$1\", not \"$2\""; }

# ---- hooks ----

test_a_hook_is_told_of_success()
{
    articles 3 >in.jsonl
    pipeline 'stage: misbehave'
    hook
    exits 0 "$WARRAQ" run p.yaml
    is "$(cat told)" 'well pipeline=p run= exit=0 message='
    is "$(cat stderr)" 'said by the hook'
    [ ! -s stdout ] || fail "$(cat stdout)"
    is "$(json report 'd["out"], d["exit"], d["committed"], d["message"]')" '(3, 0, True, None)'
}

test_a_hook_is_told_of_failure()
{
    articles 3 >in.jsonl
    mkdir out.jsonl
    pipeline 'stage: misbehave'
    hook
    exits 73 "$WARRAQ" run p.yaml
    is "$(cat told)" 'badly pipeline=p run= exit=73 message=cannot write out.jsonl: Is a directory'
    is "$(json report 'd["exit"], d["committed"], d["outputs"]')" '(73, False, [])'
}

test_a_hook_is_told_of_a_pipeline_that_cannot_be_loaded()
{
    pipeline 'stage: no_such_stage'
    hook
    exits 69 "$WARRAQ" run p.yaml
    grep -q '^badly .* exit=69 message=.*no_such_stage' told || fail "$(cat told)"
}

test_a_hook_is_told_of_a_crash()
{
    articles 3 >in.jsonl
    pipeline "{stage: misbehave, with: {how: abort, id: a2}}"
    hook
    exits 70 "$WARRAQ" run p.yaml
    grep -q '^badly .* exit=70 message=stage "misbehave" aborted (SIGABRT) on record "a2"' told ||
        fail "$(cat told)"
}

test_a_hook_is_not_told_of_nothing()
{
    with_state
    hook
    articles 3 >inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml
    is "$(cat told)" 'well pipeline=p run=1 exit=0 message='
    is "$(json report 'd["run"]')" 1
    exits 0 "$WARRAQ" run p.yaml
    is_quiet
    flock state/lock "$WARRAQ" run p.yaml 2>stderr && fail 'it ran'
    says 'another run uses the state'
    has_lines 1 told
}

test_a_run_that_was_stopped_with_something_read_is_a_success()
{
    local i
    with_state
    sed -i 's/misbehave$/misbehave\n    with: {how: slow, id: a1}/' p.yaml # 20 ms
    hook
    articles 300 >inbox/1.jsonl
    for ((i = 0; i < 200; i++)); do { echo "{\"id\":\"$i\"}"; cat inbox/1.jsonl; } >"inbox/2-$i.jsonl"; done
    exits 75 "$WARRAQ" run -j1 p.yaml --time-limit 1s
    grep -q '^well pipeline=p run=1 exit=75 message=stopped by the time limit' told ||
        fail "$(cat told)"
    is "$(json report 'd["stopped"], d["committed"]')" '(True, True)'
}

test_a_run_that_is_held_is_a_failure()
{
    with_state
    sed -i 's/misbehave$/misbehave\n    with: {how: reject, id: "a7"}/; s/rejects.jsonl"/&, limit: 0%/' p.yaml
    hook
    articles 100 >inbox/1.jsonl
    exits 1 "$WARRAQ" run p.yaml
    grep -q '^badly pipeline=p run= exit=1 message=1 of 100 articles were rejected' told ||
        grep -q '^badly pipeline=p run=1 exit=1 message=1 of 100 articles were rejected' told ||
        fail "$(cat told)"
    is "$(json report 'd["held"], d["committed"]')" '(True, False)'
    holds report '.held"'
}

test_a_hook_that_fails_is_a_warning()
{
    articles 1 >in.jsonl
    pipeline 'stage: misbehave'
    with 'on_success: [sh, -c, "exit 3"]'
    exits 0 "$WARRAQ" run p.yaml
    says 'warraq: warning: on_success: sh: ended with status 3'
    has_lines 1 stderr
    has_lines 1 out.jsonl
    pipeline 'stage: misbehave'
    with 'on_success: [sh, -c, "kill -9 $$"]'
    exits 0 "$WARRAQ" run p.yaml
    says 'on_success: sh: was ended by signal 9 (Killed)'
}

test_a_hook_that_is_not_there_is_told_before_and_after()
{
    articles 1 >in.jsonl
    pipeline 'stage: misbehave'
    with 'on_success: [./nothing]'
    exits 0 "$WARRAQ" check p.yaml
    says 'p.yaml:8:14: warning: no program "./nothing"'
    exits 0 "$WARRAQ" run p.yaml
    says 'warraq: warning: on_success: ./nothing: '
    says 'No such file or directory'
    has_lines 1 out.jsonl
}

test_hooks_are_no_shell_and_lie_beside_the_pipeline()
{
    mkdir -p there
    articles 1 >in.jsonl
    pipeline 'stage: misbehave'
    # shellcheck disable=SC2016 # as it stands
    with 'on_success: [./hook, "$HOME; touch bad", ""]'
    printf '#!/bin/sh\nprintf "%%s|" $# "$@" >told\n' >there/hook
    chmod +x there/hook
    mv p.yaml there
    exits 0 "$WARRAQ" run there/p.yaml
    # shellcheck disable=SC2016
    is "$(cat told)" '2|$HOME; touch bad||'
}

test_the_environment_has_one_of_each()
{
    articles 1 >in.jsonl
    pipeline 'stage: misbehave'
    with 'on_success: [sh, -c, "env | grep ^WARRAQ_EXIT >told"]'
    WARRAQ_EXIT=99 exits 0 "$WARRAQ" run p.yaml
    is "$(cat told)" 'WARRAQ_EXIT=0'
}

test_a_hook_in_a_path_that_others_may_write_is_not_run_as_root()
{
    as_root
    articles 1 >in.jsonl
    pipeline 'stage: misbehave'
    with 'on_success: [publish]'
    mkdir open closed
    # shellcheck disable=SC2016 # the hook's
    printf '#!/bin/sh\necho "$0" >told\n' | tee open/publish >closed/publish
    chmod +x open/publish closed/publish
    chmod 1777 open
    PATH=$PWD/open:$PATH exits 0 "$WARRAQ" run p.yaml
    says 'warning: on_success: publish: others may write'
    [ ! -e told ] || fail 'it was run'
    PATH=/nothing:$PWD/closed:$PWD/open:$PATH exits 0 "$WARRAQ" run p.yaml
    is_quiet
    is "$(cat told)" "$PWD/closed/publish"
}

test_a_hook_that_is_nowhere_in_path()
{
    articles 1 >in.jsonl
    pipeline 'stage: misbehave'
    with 'on_success: [no-such-program]'
    exits 0 "$WARRAQ" run p.yaml
    says 'warning: on_success: no-such-program: no such program in PATH'
}

test_a_hook_that_fails_is_seen_by_those_who_ignore_their_children()
{
    env --ignore-signal=CHLD true 2>/dev/null || skip 'env cannot ignore signals'
    articles 1 >in.jsonl
    pipeline 'stage: misbehave'
    with 'on_success: [sh, -c, "sleep 0.1; exit 3"]'
    exits 0 env --ignore-signal=CHLD "$WARRAQ" run p.yaml
    says 'warning: on_success: sh: ended with status 3'
}

test_who_ends_warraq_ends_its_hook()
{
    local pid code=0
    articles 1 >in.jsonl
    pipeline 'stage: misbehave'
    with 'on_success: [./slow]'
    cat >slow <<'END'
#!/bin/sh
trap 'echo stopped >told; exit 1' TERM
: >there
while :; do sleep 0.02; done
END
    chmod +x slow
    "$WARRAQ" run p.yaml 2>stderr &
    pid=$!
    while [ ! -e there ] && kill -0 $pid; do sleep 0.02; done
    kill -TERM $pid
    wait $pid || code=$?
    is "$code" 0
    is "$(cat told)" stopped
    says 'warning: on_success: ./slow: ended with status 1'
}

# ---- the log ----

test_the_log_as_json()
{
    local i
    articles 2 >in.jsonl
    echo '{"id": "x\u0001' >>in.jsonl
    pipeline 'stage: misbehave'
    exits 0 "$WARRAQ" run p.yaml --log=json
    has_lines 1 stderr
    is "$(json stderr 'd["level"], d["pipeline"], d["message"]')" \
        "('warning', 'p', '1 of 3 articles were rejected, see rejects.jsonl')"
    json stderr 'd["time"]' | grep -qE '^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$' ||
        fail "$(cat stderr)"
    is "$(json stderr 'd["time"]' | cut -c1-10)" "$(date -u +%Y-%m-%d)"
    pipeline 'stage: nobody'
    exits 69 "$WARRAQ" run p.yaml --log=json
    has_lines 1 stderr
    is "$(json stderr 'd["level"], d["file"], d["line"], d["column"]')" "('error', 'p.yaml', 7, 12)"
    pipeline "{stage: misbehave, with: {how: abort, id: a2}}"
    exits 70 "$WARRAQ" run p.yaml --log=json
    has_lines 1 stderr
    is "$(json stderr 'd["level"], d["message"].split(" on ")[0]')" \
        "('error', 'stage \"misbehave\" aborted (SIGABRT)')"
    exits 64 "$WARRAQ" run p.yaml --log=jsn
    says 'text, json or journal, not jsn'
}

test_a_wrong_command_line_is_told_in_the_form_it_asks_for()
{
    pipeline
    exits 64 "$WARRAQ" run p.yaml --nosuch --log json
    has_lines 1 stderr
    is "$(json stderr 'd["level"], d["message"]')" "('error', 'run: no option --nosuch')"
}

test_a_name_that_needs_escaping_in_json()
{
    articles 1 >in.jsonl
    local name=$'a"\\\x01\x80b.jsonl'
    mkdir "$name"
    pipeline 'stage: misbehave'
    exits 73 "$WARRAQ" run p.yaml --log=json -o "$name"
    has_lines 1 stderr
    is "$(json stderr 'ascii(d["message"])')" \
        "'cannot write a\"\\\\\\x01\\ufffdb.jsonl: Is a directory'"
}

test_a_message_is_one_line_in_text_too()
{
    articles 1 >in.jsonl
    mkdir $'a\nb'
    pipeline 'stage: misbehave'
    exits 73 "$WARRAQ" run p.yaml -o $'a\nb'
    is "$(cat stderr)" 'warraq: error: cannot write a b: Is a directory'
}

test_a_name_is_no_command_of_a_terminal()
{
    articles 1 >in.jsonl
    local name=$'no\302\2332J\2332Jsu\342\200\256ch'
    mkdir "$name"
    pipeline 'stage: misbehave'
    exits 73 "$WARRAQ" run p.yaml -o "$name"
    is "$(cat stderr)" $'warraq: error: cannot write no 2J\357\277\2752Jsu ch: Is a directory'
}

test_names_of_inputs_are_no_command_of_a_terminal_either()
{
    with_state
    articles 1 >$'inbox/a\nb\033[2J\302\233عربي.jsonl'
    exits 0 "$WARRAQ" run p.yaml
    exits 0 "$WARRAQ" state inputs p.yaml
    has_lines 1 stdout
    holds stdout 'inbox/a?b?[2J?عربي.jsonl'
    exits 0 "$WARRAQ" state verify --dump p.yaml
    holds stdout 'input inbox/a?b?[2J?عربي.jsonl: '
}

# A journal that is no file is an error; with one it is an entry, which a socket
# shows.
test_the_log_to_the_journal()
{
    articles 1 >in.jsonl
    pipeline 'stage: misbehave'
    if [ -S /run/systemd/journal/socket ]; then
        exits 0 "$WARRAQ" run p.yaml --log=journal
        is_quiet
    else
        exits 69 "$WARRAQ" run p.yaml --log=journal
        says '--log=journal: /run/systemd/journal/socket: No such file or directory'
        [ ! -e out.jsonl ] || fail 'it ran'
    fi
}

# As a journal hears it, in a /run of its own.
test_an_entry_of_the_journal()
{
    [ "$(id -u)" = 0 ] || skip 'only root can make a /run of its own'
    command -v python3 >/dev/null || skip 'no python3 to listen with'
    unshare -m true 2>/dev/null || skip 'no mount namespaces here'
    echo '{' >in.jsonl
    pipeline 'stage: misbehave'
    cat >listen.py <<'END'
import os, socket, subprocess, sys
os.makedirs("/run/systemd/journal")
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/run/systemd/journal/socket")
code = subprocess.call(sys.argv[1:])
s.settimeout(5)
open("entry", "wb").write(s.recv(65536))
sys.exit(code)
END
    # shellcheck disable=SC2016 # the shell's
    exits 0 unshare -m sh -c 'mount -t tmpfs none /run && exec python3 listen.py "$@"' \
        sh "$WARRAQ" run p.yaml --log=journal
    is_quiet
    printf '%s\n' SYSLOG_IDENTIFIER=warraq PRIORITY=4 \
        'MESSAGE=1 of 1 articles were rejected, see rejects.jsonl' \
        WARRAQ_PIPELINE=p >want
    same entry want
}

test_levels_in_front_when_standard_error_is_the_journal()
{
    articles 1 >in.jsonl
    echo '{' >>in.jsonl
    pipeline 'stage: misbehave'
    local stream
    : >to
    stream=$(stat -c '%d:%i' to)
    JOURNAL_STREAM=$stream "$WARRAQ" run p.yaml 2>to
    is "$(cat to)" '<4>warraq: warning: 1 of 2 articles were rejected, see rejects.jsonl'
    JOURNAL_STREAM=1:1 "$WARRAQ" run p.yaml 2>to
    is "$(cat to)" 'warraq: warning: 1 of 2 articles were rejected, see rejects.jsonl'
}

# ---- the report ----

test_the_report_has_it_all()
{
    with_state
    sed -i '1a dropped: {path: "out/{run}.dropped.jsonl"}' p.yaml
    sed -i 's/misbehave$/misbehave\n    with: {how: drop, id: "a2"}/' p.yaml
    articles 3 >inbox/1.jsonl
    { articles 1; echo '{'; echo; } >inbox/2.jsonl
    exits 0 "$WARRAQ" run p.yaml --json
    cp stdout report
    is "$(json report 'd["pipeline"], d["file"], d["run"], d["exit"], d["message"]')" \
        "('p', 'p.yaml', 1, 0, None)"
    is "$(json report 'd["committed"], d["held"], d["stopped"], d["skipped"]')" \
        '(True, False, False, False)'
    is "$(json report 'd["in"], d["out"], d["dropped"], d["rejected"]')" '(5, 3, 1, 1)'
    is "$(json report '[(i["path"], i["bytes"]) for i in d["inputs"]]')" \
        "[('inbox/1.jsonl', $(stat -c %s inbox/1.jsonl)), ('inbox/2.jsonl', $(stat -c %s inbox/2.jsonl))]"
    is "$(json report '[(o["kind"], o["path"], o["bytes"]) for o in d["outputs"]]')" \
        "[('output', 'out/000001.jsonl', $(stat -c %s out/000001.jsonl)), ('dropped', 'out/000001.dropped.jsonl', $(stat -c %s out/000001.dropped.jsonl)), ('rejects', 'out/000001.rejects.jsonl', $(stat -c %s out/000001.rejects.jsonl))]"
    is "$(json report '[(s["label"], s["in"], s["kept"], s["dropped"], s["rejected"]) for s in d["stages"]]')" \
        "[('misbehave', 4, 3, {'asked': 1}, {})]"
    json report 'd["began"] <= d["ended"] and d["seconds"] >= 0 and d["began"][-1]' | grep -qx Z
}

test_the_report_of_a_run_that_fails_is_one()
{
    articles 1 >in.jsonl
    mkdir out.jsonl
    pipeline 'stage: misbehave'
    exits 73 "$WARRAQ" run p.yaml --json
    is "$(json stdout 'd["exit"], d["message"], d["committed"]')" \
        "(73, 'cannot write out.jsonl: Is a directory', False)"
}

test_the_report_of_a_run_that_has_done_nothing()
{
    with_state
    articles 1 >inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml
    exits 0 "$WARRAQ" run p.yaml --json
    is "$(json stdout 'd["exit"], d["committed"], d["skipped"], d["outputs"]')" '(0, False, False, [])'
    exits 0 flock state/lock "$WARRAQ" run p.yaml --json --lock=skip
    is "$(json stdout 'd["exit"], d["committed"], d["skipped"]')" '(0, False, True)'
}

# What a stage makes when nothing was read is in no file, and in no report.
test_the_report_of_articles_out_of_nothing()
{
    with_state
    sed -i 's/stage: misbehave/&_at_end/' p.yaml
    printf '{"id":"ha' >inbox/1.jsonl # not a line yet
    exits 0 "$WARRAQ" run p.yaml --json
    is "$(json stdout 'd["out"], d["committed"], d["outputs"]')" '(1, False, [])'
    [ ! -e out/000001.jsonl ]
    articles 1 >inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml --json
    is "$(json stdout 'd["out"], d["committed"], [o["path"] for o in d["outputs"]]')" \
        "(2, True, ['out/000001.jsonl'])"
}

# ---- metrics ----

# The text format of Prometheus 0.0.4: HELP and TYPE in front of each family, each
# once, every sample a name, labels and a number.
check_metrics()
{
    awk '
        function bad(why) { print FILENAME ":" NR ": " why ": " $0; failed = 1; exit 1 }
        /^# HELP / { if (helped[$3]++) bad("HELP twice"); family = $3; next }
        /^# TYPE / {
            if ($3 != family) bad("TYPE of another family")
            if (typed[$3]++) bad("TYPE twice")
            if ($4 !~ /^(gauge|counter)$/) bad("no type")
            next
        }
        /^#/ || /^$/ { bad("no sample") }
        {
            if (!match($0, /^[a-zA-Z_:][a-zA-Z0-9_:]*/)) bad("no name")
            if (substr($0, 1, RLENGTH) != family) bad("of another family")
            rest = substr($0, RLENGTH + 1)
            if (rest ~ /^\{/) {
                label = "[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\[\\\\\"n])*\""
                if (!match(rest, "^\\{" label "(," label ")*\\}")) bad("labels")
                rest = substr(rest, RLENGTH + 1)
            }
            if (rest !~ /^ -?[0-9]+(\.[0-9]+)?$/) bad("no number")
            if (seen[$0]++) bad("twice")
            n++
        }
        END { if (!failed && n < 5) { print "only " n " samples"; exit 1 } }
    ' "$1" >why || fail "$(cat why)"
}

value() { sed -n "s/^$1{[^}]*} //p" figures/p.prom; }

test_metrics_over_a_failure()
{
    local when
    with_state
    with '  - {stage: misbehave, label: two, with: {how: drop, id: a1}}'
    with 'metrics: figures/p.prom'
    articles 3 >inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml
    is_quiet
    check_metrics figures/p.prom
    when=$(value warraq_last_success_timestamp_seconds)
    [ "$when" -gt 1600000000 ]
    is "$(value warraq_last_run_exit_code)" 0
    holds figures/p.prom 'warraq_stage_in{pipeline="p",stage="two"} 3'
    holds figures/p.prom 'warraq_stage_out{pipeline="p",stage="two"} 2'
    holds figures/p.prom 'warraq_stage_dropped{pipeline="p",stage="two",reason="asked"} 1'
    grep -qE '^warraq_stage_seconds\{pipeline="p",stage="two"\} [0-9.]+$' figures/p.prom
    sed -i "s/^\(warraq_last_success_timestamp_seconds{.*}\) .*/\1 1600000001/" figures/p.prom
    mkdir out/000002.jsonl
    articles 4 >inbox/2.jsonl
    exits 73 "$WARRAQ" run p.yaml
    check_metrics figures/p.prom
    is "$(value warraq_last_success_timestamp_seconds)" 1600000001
    is "$(value warraq_last_run_exit_code)" 73
    is "$(value warraq_articles_in)" 3
    [ "$(value warraq_last_run_timestamp_seconds)" -ge "$when" ]
    rmdir out/000002.jsonl
    exits 0 "$WARRAQ" run p.yaml
    check_metrics figures/p.prom
    [ "$(value warraq_last_success_timestamp_seconds)" -ge "$when" ]
    is "$(value warraq_last_run_exit_code)" 0
    exits 0 "$WARRAQ" run p.yaml
    check_metrics figures/p.prom
    holds figures/p.prom 'warraq_stage_in{pipeline="p",stage="two"} 0'
    cp figures/p.prom before
    flock state/lock "$WARRAQ" run p.yaml 2>stderr && fail 'it ran'
    same before figures/p.prom
}

test_metrics_of_a_first_run_that_fails()
{
    articles 1 >in.jsonl
    mkdir out.jsonl figures
    echo 'not ours' >figures/p.prom
    pipeline 'stage: misbehave'
    with 'metrics: figures/p.prom'
    exits 73 "$WARRAQ" run p.yaml
    is "$(value warraq_last_run_exit_code)" 73
    has_lines 6 figures/p.prom
}

test_no_metrics_are_a_warning()
{
    articles 1 >in.jsonl
    : >figures
    pipeline 'stage: misbehave'
    hook
    with 'metrics: figures/p.prom'
    exits 0 "$WARRAQ" run p.yaml
    says 'warraq: warning: metrics: cannot write figures/p.prom: Not a directory'
    is "$(cat told)" 'well pipeline=p run= exit=0 message='
    rm out.jsonl
    mkdir out.jsonl
    exits 73 "$WARRAQ" run p.yaml
    says 'error: cannot write out.jsonl: Is a directory'
    says 'warning: metrics: cannot write figures/p.prom'
}

# ---- the sandbox ----

sandboxed() { with 'sandbox: true'; }

# Does this kernel have what it needs?
needs_landlock()
{
    articles 1 >in.jsonl
    pipeline
    sandboxed
    "$WARRAQ" run p.yaml 2>stderr || {
        grep -q 'cannot be had here' stderr && skip "$(cat stderr)"
        fail "$(cat stderr)"
    }
    rm -f in.jsonl out.jsonl
}

attempts='read_passwd write_outside overwrite_input remove_input change_mode connect_out run_program fork_it trace_parent kill_parent'

try_all()
{
    local one
    for one in $attempts write_beside_output nothing; do
        echo "{\"id\":\"$one\",\"try\":\"$one\"}"
    done >in.jsonl
}

test_what_a_plugin_tries_is_refused_and_the_run_goes_on()
{
    local one stage
    needs_landlock
    try_all
    for stage in intruder intruder_ordered; do
        pipeline "stage: $stage"
        sed -i 's,out.jsonl,out/out.jsonl,' p.yaml
        sed -i 's,dropped.jsonl,out/dropped.jsonl,; s,rejects.jsonl,out/rejects.jsonl,' p.yaml
        sandboxed
        cp in.jsonl before
        exits 0 "$WARRAQ" run p.yaml
        is_quiet
        has_lines 12 out/out.jsonl
        for one in $attempts; do
            grep -q "\"$one\".*\"got\":\"refused\"" out/out.jsonl ||
                fail "$(grep "\"$one\"" out/out.jsonl)"
        done
        grep -q '"nothing".*"got":"done"' out/out.jsonl
        grep -q '"write_beside_output".*"got":"done"' out/out.jsonl
        [ ! -e outside ]
        same in.jsonl before
    done
}

test_a_worker_process_reaches_no_file_at_all()
{
    local one
    needs_landlock
    try_all
    pipeline 'stage: intruder'
    mkdir out
    sed -i 's,out.jsonl,out/out.jsonl,; s,rejects.jsonl,out/rejects.jsonl,' p.yaml
    sandboxed
    with 'isolate: true'
    exits 0 "$WARRAQ" run p.yaml
    is_quiet
    for one in $attempts write_beside_output; do
        grep -q "\"$one\".*\"got\":\"refused\"" out/out.jsonl ||
            fail "$(grep "\"$one\"" out/out.jsonl)"
    done
    grep -q '"nothing".*"got":"done"' out/out.jsonl
}

test_without_it_a_plugin_may_read_what_we_may()
{
    echo '{"id":"a","try":"read_passwd"}' >in.jsonl
    pipeline 'stage: intruder'
    exits 0 "$WARRAQ" run p.yaml
    holds out.jsonl '"got":"done"'
}

test_a_run_in_the_sandbox_writes_the_same()
{
    local n
    needs_landlock
    articles 400 >in.jsonl
    echo '{"id":' >>in.jsonl
    gzip -k in.jsonl
    pipeline '{stage: normalize}' '{stage: language}' '{stage: strip_boilerplate}' \
        '{stage: tokenize}' '{stage: dedupe}' '{stage: tag}'
    exits 0 "$WARRAQ" run p.yaml in.jsonl.gz
    mkdir plain
    mv out.jsonl dropped.jsonl rejects.jsonl plain
    sandboxed
    for n in 1 3; do
        exits 0 "$WARRAQ" run -j "$n" p.yaml in.jsonl.gz
        for one in out.jsonl dropped.jsonl rejects.jsonl; do same $one plain/$one; done
    done
    sed 's/out.jsonl/out.jsonl.zst/' p.yaml >z.yaml
    exits 0 "$WARRAQ" run z.yaml in.jsonl.gz
    [ -s out.jsonl.zst ]
    "$WARRAQ" run p.yaml -o - <in.jsonl >out.stream - 2>stderr
    same out.stream plain/out.jsonl
}

test_a_run_that_remembers_in_the_sandbox()
{
    needs_landlock
    with_state
    sandboxed
    hook
    with 'metrics: figures/p.prom'
    articles 3 >inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml
    articles 5 >inbox/1.jsonl
    echo '{' >inbox/2.jsonl
    exits 0 "$WARRAQ" run p.yaml
    has_lines 3 out/000001.jsonl
    has_lines 2 out/000002.jsonl
    exits 0 "$WARRAQ" run p.yaml
    is_quiet
    has_lines 2 told
    exits 0 "$WARRAQ" state verify p.yaml
    is "$(value warraq_last_run_exit_code)" 0
}

test_an_output_of_many_files_in_the_sandbox()
{
    needs_landlock
    with_state
    sandboxed
    sed -i 's,{run}.jsonl",{id}/{run}.jsonl",; s,out/{run}.rejects,bad/{run}.rejects,' p.yaml
    articles 3 >inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml --json
    has_lines 1 out/a2/000001.jsonl
    is "$(json stdout '[o["path"] for o in d["outputs"]]')" \
        "['out/a1/000001.jsonl', 'out/a2/000001.jsonl', 'out/a3/000001.jsonl']"
    [ "$(find . -name '*tmp*')" = '' ]
    articles 40 >inbox/2.jsonl # so many are synced in another way
    exits 0 "$WARRAQ" run p.yaml
    has_lines 1 out/a33/000002.jsonl
}

test_exec_cannot_be_had_in_the_sandbox()
{
    articles 1 >in.jsonl
    pipeline '{stage: exec, with: {command: [cat]}}'
    sandboxed
    exits 78 "$WARRAQ" check p.yaml
    says 'stage "exec" starts programs, and "sandbox: true" forbids it'
    exits 78 "$WARRAQ" run p.yaml
    [ ! -e out.jsonl ]
}

# ---- trust ----

as_root() { [ "$(id -u)" = 0 ] || skip 'only root need not trust others'; }

test_a_pipeline_that_others_may_write_is_refused_as_root()
{
    as_root
    articles 1 >in.jsonl
    pipeline 'stage: misbehave'
    chmod o+w p.yaml
    exits 77 "$WARRAQ" run p.yaml
    says "p.yaml, and warraq runs as root; chmod o-w it"
    has_lines 1 stderr
    exits 77 "$WARRAQ" check p.yaml
    chmod o-w p.yaml
    mkdir open sticky
    cp p.yaml open
    cp p.yaml sticky
    chmod 777 open
    exits 77 "$WARRAQ" run open/p.yaml
    says "open, and warraq runs as root; chmod o-w it"
    chmod 1777 sticky
    exits 0 "$WARRAQ" run sticky/p.yaml
    chown 12345 sticky/p.yaml
    exits 77 "$WARRAQ" run sticky/p.yaml
    says 'belongs to user 12345, and warraq runs as root; chown root it'
}

test_a_hook_that_others_may_write_is_not_run_as_root()
{
    as_root
    articles 1 >in.jsonl
    pipeline 'stage: misbehave'
    hook
    chmod o+w hook
    exits 0 "$WARRAQ" run p.yaml
    says 'warning: on_success: ./hook: others may write'
    [ ! -e told ]
    has_lines 1 out.jsonl
}

test_a_state_that_others_may_write_is_refused_as_root()
{
    as_root
    with_state
    articles 1 >inbox/1.jsonl
    mkdir state
    chmod 1777 state
    exits 77 "$WARRAQ" run p.yaml
    says 'state, and warraq runs as root; chmod o-w it'
    chmod 755 state
    exits 0 "$WARRAQ" run p.yaml
}

run_tests
