#!/bin/bash
# state.sh - runs that remember: what is read, what is not, and what is said of
# a state that is in the way.  What happens when they are killed: tests/crash.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/misbehave.so
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/remember.so

# hourly [STAGE...]: p.yaml with a state over inbox/*.jsonl*
hourly()
{
    mkdir -p inbox
    {
        printf 'version: 1\nstate: state/\n'
        printf 'input: {path: "inbox/*.jsonl*"}\n'
        printf 'output: {path: "out/{run}.jsonl"}\n'
        printf 'dropped: {path: "out/{run}.dropped"}\n'
        printf 'rejects: {path: "out/{run}.rejects"}\nstages:\n'
        [ $# = 0 ] && echo '  []'
        [ $# = 0 ] || printf '  - %s\n' "$@"
    } >p.yaml
}

# records FIRST LAST: one line each
records()
{
    local i
    for ((i = $1; i <= $2; i++)); do
        printf '{"id":"a%d","text":"article %d"}\n' "$i" "$i"
    done
}

ran() { exits 0 "$WARRAQ" run p.yaml "$@"; is_quiet; }

# got RUN FIRST LAST: what run RUN wrote
got()
{
    records "$2" "$3" >want
    same want "out/$1.jsonl"
}

# nothing_new: a run now is quiet, and leaves no file
nothing_new()
{
    local before
    before=$(ls out 2>/dev/null || true)
    ran
    [ "$(ls out 2>/dev/null || true)" = "$before" ] || fail "something was written: $(ls out)"
}

test_new_files_run_and_what_was_read_does_not()
{
    hourly
    records 1 3 >inbox/1.jsonl
    ran
    got 000001 1 3
    nothing_new
    records 4 5 >inbox/2.jsonl
    records 6 6 >inbox/3.jsonl
    ran
    got 000002 4 6
    nothing_new
    [ "$(ls out)" = "$(printf '%s\n' 00000{1,2}.{dropped,jsonl})" ] || fail "$(ls out)"
}

test_a_file_that_grew_is_read_on_behind_its_last_whole_record()
{
    hourly
    records 1 3 >inbox/1.jsonl
    ran
    records 4 5 >>inbox/1.jsonl
    printf '{"id":"a6","te' >>inbox/1.jsonl
    ran
    got 000002 4 5
    nothing_new
    printf 'xt":"article 6"}\n' >>inbox/1.jsonl
    ran
    got 000003 6 6
    nothing_new
}

test_a_last_line_without_its_end_is_read_once_if_it_is_whole()
{
    hourly
    records 1 2 | head -c -1 >inbox/1.jsonl
    ran
    got 000001 1 2
    nothing_new
    { echo; records 3 3; } >>inbox/1.jsonl
    ran
    { echo; records 3 3; } | tail -n 1 >want
    same want out/000002.jsonl
    nothing_new
}

test_half_a_record_alone_is_nothing_new()
{
    hourly
    printf '{"id":' >inbox/1.jsonl
    ran
    [ ! -e out/000001.jsonl ] || fail "it was read"
    exits 0 "$WARRAQ" state info p.yaml
    holds stdout '0 runs'
    printf '"a"' >>inbox/1.jsonl
    nothing_new
}

test_blank_lines_and_empty_files_are_nothing_to_write()
{
    hourly
    : >inbox/1.jsonl
    nothing_new
    printf '\n\n' >inbox/2.jsonl
    nothing_new
    records 1 1 >>inbox/2.jsonl
    ran
    has_lines 1 out/000002.jsonl
}

test_a_file_renamed_by_rotation_is_not_read_twice()
{
    hourly
    records 1 3 >inbox/log.jsonl
    ran
    records 4 4 >>inbox/log.jsonl # not read yet
    mv inbox/log.jsonl inbox/log.jsonl.1
    records 5 6 >inbox/log.jsonl
    ran
    { records 5 6; records 4 4; } >want
    same want out/000002.jsonl
    nothing_new
    mv inbox/log.jsonl.1 inbox/log.jsonl.2
    mv inbox/log.jsonl inbox/log.jsonl.1
    nothing_new
}

test_a_file_truncated_after_it_was_copied_is_not_read_twice()
{
    hourly
    records 1 3 >inbox/log.jsonl
    ran
    cp inbox/log.jsonl inbox/log.jsonl.1
    nothing_new # between the copy and the truncation
    : >inbox/log.jsonl
    nothing_new
    records 4 4 >>inbox/log.jsonl
    ran
    got 000002 4 4
    records 5 9 >>inbox/log.jsonl # longer than what was there
    ran
    got 000003 5 9
    nothing_new
}

test_a_truncated_file_whose_copy_is_elsewhere_is_read_anew()
{
    hourly
    records 1 3 >inbox/log.jsonl
    ran
    records 4 9 >inbox/log.jsonl
    ran
    got 000002 4 9
    nothing_new
}

test_a_file_that_goes_and_comes_back_is_not_read_twice()
{
    hourly
    records 1 3 >inbox/1.jsonl
    ran
    mv inbox/1.jsonl .
    nothing_new
    exits 0 "$WARRAQ" state inputs p.yaml
    holds stdout gone
    cp 1.jsonl inbox/9.jsonl
    touch -d 1999-01-01 inbox/9.jsonl # clocks do not matter
    nothing_new
}

test_one_file_under_many_names_is_read_once()
{
    hourly
    records 1 3 >inbox/1.jsonl
    ln inbox/1.jsonl inbox/2.jsonl
    ln -s 1.jsonl inbox/3.jsonl
    cp inbox/1.jsonl inbox/4.jsonl
    ran inbox/1.jsonl ./inbox/1.jsonl inbox
    got 000001 1 3
    ran
    [ "$(ls out/*.jsonl)" = out/000001.jsonl ] || fail "read again: $(ls out)"
}

test_packed_files_are_read_whole()
{
    hourly
    records 1 3 | gzip >inbox/1.jsonl.gz
    records 4 6 | zstd -q >inbox/2.jsonl.zst
    ran
    got 000001 1 6
    nothing_new
    mv inbox/1.jsonl.gz inbox/0.jsonl.gz
    cp inbox/2.jsonl.zst inbox/3.jsonl.zst
    nothing_new
    records 7 8 | gzip >inbox/0.jsonl.gz
    ran
    got 000002 7 8
    nothing_new
}

test_articles_of_one_file_each()
{
    hourly
    sed -i 's/inbox.*"/inbox\/*.txt"/' p.yaml
    echo one >inbox/1.txt
    echo two >inbox/2.txt
    cp inbox/1.txt inbox/3.txt
    ran
    has_lines 3 out/000001.jsonl
    nothing_new
    mv inbox/2.txt inbox/4.txt # the same article
    nothing_new
    mv inbox elsewhere # and by another way
    ln -s elsewhere inbox
    nothing_new
    cp inbox/4.txt inbox/5.txt # one more with the same text
    ran
    has_lines 1 out/000002.jsonl
    nothing_new
}

test_a_changed_input_is_left_read_again_or_stops_the_run()
{
    hourly
    records 1 3 >inbox/1.jsonl
    ran
    sed -i 's/article 2/ARTICLE 2/' inbox/1.jsonl
    records 4 4 >inbox/2.jsonl
    sed -i '2a on_changed: stop' p.yaml
    exits 65 "$WARRAQ" run p.yaml
    says 'inbox/1.jsonl is not what run 000001 has read of it; nothing was read (on_changed: stop)'
    [ ! -e out/000002.jsonl ] || fail "something was written"
    sed -i 's/on_changed: stop/on_changed: warn/' p.yaml
    exits 0 "$WARRAQ" run p.yaml
    says 'warraq: warning: inbox/1.jsonl is not what run 000001 has read of it; it is left alone (on_changed: warn)'
    got 000002 4 4
    sed -i 's/on_changed: warn/on_changed: rerun/' p.yaml
    ran
    sed 's/article 2/ARTICLE 2/' out/000001.jsonl >want
    same want out/000003.jsonl
    nothing_new
}

test_a_changed_article_is_told()
{
    hourly
    sed -i 's/inbox.*"/inbox\/*.txt"/' p.yaml
    echo one >inbox/1.txt
    ran
    echo 'one, corrected' >inbox/1.txt
    exits 0 "$WARRAQ" run p.yaml
    says 'inbox/1.txt is not what run 000001 has read of it'
}

test_a_limit_and_the_next_run_goes_on()
{
    local i
    hourly
    records 1 7 | gzip >inbox/1.jsonl.gz
    records 8 9 >inbox/2.jsonl
    for i in 1 2 3 4 5; do ran --limit 2; done
    ran
    records 1 9 >want
    cat out/*.jsonl >all
    same want all
}

test_an_output_that_is_there_is_not_overwritten()
{
    hourly
    records 1 1 >inbox/1.jsonl
    mkdir out
    echo old >out/000001.jsonl
    exits 73 "$WARRAQ" run p.yaml
    says 'out/000001.jsonl is already there, and no run overwrites what another one wrote; move it away'
    [ "$(cat out/000001.jsonl)" = old ] || fail "overwritten"
    exits 0 "$WARRAQ" run p.yaml -o one.jsonl
    records 2 2 >inbox/2.jsonl
    exits 73 "$WARRAQ" run p.yaml -o one.jsonl
    says 'and put "{run}" in the path'
    exits 0 "$WARRAQ" run p.yaml -o 'o-{run}.jsonl'
    [ -e o-000002.jsonl ] || fail "$(ls)"
}

test_streams_have_no_place_in_a_state()
{
    hourly
    records 1 1 >inbox/1.jsonl
    exits 64 "$WARRAQ" run p.yaml -o -
    says 'the output cannot go to standard output: a run with a `state:` writes files, which it can take back'
    exits 64 "$WARRAQ" run p.yaml -o /dev/null
    says 'cannot go to /dev/null'
    exits 64 "$WARRAQ" run p.yaml -
    says 'standard input is not a file: a run with a `state:` reads files, which it knows again'
    mkfifo inbox/2.jsonl
    exits 64 "$WARRAQ" run p.yaml inbox/2.jsonl
    says 'inbox/2.jsonl is not a file: a run with a `state:` reads files'
}

test_strays_are_told_and_the_others_are_read()
{
    hourly
    sed -i 's/\*\.jsonl\*/*/' p.yaml
    records 1 3 >inbox/1.jsonl
    printf '\377\330\377\340\000\020JFIF\000' >inbox/thumbnail
    exits 65 "$WARRAQ" run p.yaml
    says 'warraq: warning: cannot tell the format of inbox/thumbnail; say input.format; it is left out'
    says 'warraq: error: 1 file was left out; what was read is in the output'
    has_lines 2 stderr
    got 000001 1 3
    mkfifo inbox/pipe
    exits 65 "$WARRAQ" run p.yaml
    says 'warraq: warning: inbox/pipe is not a file; it is left out'
    says 'warraq: error: 2 files were left out; nothing else is new'
    records 4 5 >inbox/2.jsonl
    ln -s nowhere inbox/link
    exits 66 "$WARRAQ" run p.yaml
    says 'cannot read inbox/link: No such file or directory; it is left out'
    got 000002 4 5
    exits 65 "$WARRAQ" run p.yaml inbox/1.jsonl inbox/thumbnail
    says 'warraq: error: cannot tell the format of inbox/thumbnail; say input.format'
    exits 66 "$WARRAQ" run p.yaml inbox/link
    rm inbox/pipe inbox/link inbox/thumbnail
    nothing_new
}

test_a_stray_that_may_not_be_read_stops_nobody()
{
    [ "$(id -u)" != 0 ] || return 0 # may read all
    hourly
    records 1 3 >inbox/1.jsonl
    records 4 5 >inbox/2.jsonl
    chmod 0 inbox/1.jsonl
    exits 77 "$WARRAQ" run p.yaml
    says 'warraq: warning: cannot read inbox/1.jsonl: Permission denied; it is left out'
    got 000001 4 5
    chmod 600 inbox/1.jsonl
    ran
    got 000002 1 3
}

# of_runs: the articles of all runs, in order
of_runs() { cat out/??????.jsonl; }

test_a_packed_file_that_was_cut_short_is_read_on_when_it_is_whole()
{
    local n
    hourly
    records 1 60000 >all.jsonl
    gzip -c all.jsonl >all.gz
    for n in 12 70000 100000 150000; do
        head -c "$n" all.gz >inbox/1.jsonl.gz
        exits 65 "$WARRAQ" run p.yaml
        says 'truncated'
        exits 0 "$WARRAQ" state inputs p.yaml
        holds stdout ' damaged  '
        nothing_new
    done
    # Under another name, too, and never twice.
    cp all.gz inbox/2.jsonl.gz
    cp all.gz inbox/3.jsonl.gz
    rm inbox/1.jsonl.gz
    ran
    of_runs >stdout
    same all.jsonl stdout
    nothing_new
}

test_a_packed_file_that_was_cut_short_and_is_another_now()
{
    hourly
    records 1 60000 >all.jsonl
    gzip -c all.jsonl >all.gz
    head -c 12 all.gz >inbox/1.jsonl.gz # nothing of it can be read
    head -c 100000 all.gz >inbox/2.jsonl.gz
    exits 65 "$WARRAQ" run p.yaml
    records 70001 70002 | gzip -c >inbox/1.jsonl.gz
    gzip -c1 all.jsonl >inbox/2.jsonl.gz # packed in another way
    exits 0 "$WARRAQ" run p.yaml
    says 'inbox/2.jsonl.gz is not what run 000001 has read of it'
    has_lines 1 stderr
    got 000002 70001 70002
    exits 0 "$WARRAQ" state forget p.yaml inbox/2.jsonl.gz
    ran
    got 000003 1 60000
}

test_a_pattern_that_never_matched_is_66_one_that_has_is_not()
{
    hourly
    exits 66 "$WARRAQ" run p.yaml
    says "no file matches inbox/*.jsonl*, seen from $PWD"
    records 1 1 >inbox/1.jsonl
    ran
    rm inbox/1.jsonl
    nothing_new
    nothing_new inbox/1.jsonl
    exits 66 "$WARRAQ" run p.yaml inbox/2.jsonl
    says 'cannot read inbox/2.jsonl'
}

test_from_another_folder_it_is_the_same_state()
{
    hourly
    records 1 1 >inbox/1.jsonl
    ran
    mkdir elsewhere
    cd elsewhere
    exits 0 "$WARRAQ" run ../p.yaml ../inbox/1.jsonl
    is_quiet
    [ ! -e out ] && [ ! -e state ] || fail "$(ls)"
}

test_outputs_on_another_file_system()
{
    mkdir disk
    mount -t tmpfs -o size=400k tmpfs disk 2>/dev/null || skip "cannot mount"
    # shellcheck disable=SC2064 # the folder as it is now
    trap "umount '$PWD/disk'" EXIT
    hourly
    records 1 3 >inbox/1.jsonl
    sed -i 's/path: "out/path: "disk/' p.yaml
    ran
    has_lines 3 disk/000001.jsonl
    records 1 9000 | sed 's/a/b/' >inbox/2.jsonl
    records 1 9000 | sed 's/a/c/' >inbox/3.jsonl
    records 1 9000 | sed 's/a/d/' >inbox/4.jsonl
    exits 74 "$WARRAQ" run p.yaml
    says 'No space left on device'
    rm inbox/[34].jsonl
    ran
    has_lines 9000 disk/000002.jsonl
    [ "$(ls disk)" = "$(printf '%s\n' 00000{1,2}.{dropped,jsonl})" ] || fail "$(ls disk)"
}

# held: somebody has the lock
held()
{
    mkdir -p state
    exec 9>>state/lock
    flock 9
}

test_one_run_at_a_time()
{
    hourly
    records 1 1 >inbox/1.jsonl
    held
    exits 75 "$WARRAQ" run p.yaml
    says "another run uses the state $PWD/state"
    exits 75 "$WARRAQ" run p.yaml --lock=fail
    exits 0 "$WARRAQ" run p.yaml --lock=skip
    is_quiet
    exits 75 "$WARRAQ" run p.yaml --lock=wait=200ms
    exits 64 "$WARRAQ" run p.yaml --lock=maybe
    says '--lock: fail, skip or wait, not maybe'
    exits 64 "$WARRAQ" run p.yaml --lock=wait=soon
    [ ! -e out ] || fail "somebody wrote"
    (sleep 0.3; exec 9>&-) &
    exec 9>&-
    exits 0 "$WARRAQ" run p.yaml --lock=wait
    got 000001 1 1
}

test_of_many_starts_at_once_each_article_comes_once()
{
    local i
    hourly
    for ((i = 0; i < 10; i++)); do
        records $((i * 10 + 1)) $((i * 10 + 10)) >inbox/$((100 + i)).jsonl
        (exec "$WARRAQ" run p.yaml 2>err.1; true) & (exec "$WARRAQ" run p.yaml 2>err.2; true) &
        wait
    done
    exits 0 "$WARRAQ" run p.yaml --lock=wait
    records 1 100 >want
    cat out/*.jsonl >all
    same want all
}

# A run over 600 slow articles.
slow()
{
    hourly "{stage: misbehave, with: {how: slow, id: '*'}}"
    records 1 600 | sed "s/article/$(head -c 20000 /dev/zero | tr '\0' x)/" >inbox/1.jsonl
}

test_SIGTERM_commits_what_is_finished_and_the_next_run_goes_on()
{
    local pid code=0 n=0
    slow
    "$WARRAQ" run p.yaml -j 2 >stdout 2>stderr &
    pid=$!
    sleep 1
    kill -TERM $pid
    SECONDS=0
    wait $pid || code=$?
    [ $code = 75 ] || fail "exit code $code: $(cat stderr)"
    [ $SECONDS -le 6 ] || fail "took $SECONDS seconds to stop"
    says 'stopped by SIGTERM'
    code=75
    while [ $code = 75 ] && [ $((n += 1)) -lt 50 ]; do
        code=0
        "$WARRAQ" run p.yaml -j 2 --time-limit=500ms 2>stderr || code=$?
    done
    [ $code = 0 ] || fail "exit code $code: $(cat stderr)"
    [ "$(ls out/*.jsonl | wc -l)" -ge 3 ] || fail "only $(ls out)"
    cat out/*.jsonl >all
    same inbox/1.jsonl all
}

# too_many: a run over 200 records and three that are none, over the limit
too_many()
{
    hourly 'stage: remember'
    sed -i 's/rejects"}/rejects", limit: 1%}/' p.yaml
    records 1 5 >inbox/0.jsonl
    ran
    { records 6 205; printf 'nonsense\n%.0s' 1 2 3; } >inbox/1.jsonl
    exits 1 "$WARRAQ" run p.yaml
    says '3 of 203 articles were rejected, more than the limit; the output is held in out/000002.jsonl.held, the rejects are in out/000002.rejects.held; `warraq state accept` or `discard` ends it'
    [ ! -e out/000002.jsonl ] || fail "it is out"
    has_lines 200 out/000002.jsonl.held
    exits 0 "$WARRAQ" state info p.yaml
    holds stdout '1 runs'
    holds stdout 'run 000002 is held: state accept or discard'
}

test_too_many_rejects_hold_the_run_until_it_is_accepted()
{
    too_many
    exits 0 "$WARRAQ" state accept p.yaml
    has_lines 200 out/000002.jsonl
    has_lines 3 out/000002.rejects
    [ -z "$(find . -name '*.held')" ] || fail "still held: $(ls out)"
    exits 66 "$WARRAQ" state accept p.yaml
    says "no run is held in $PWD/state"
    exits 0 "$WARRAQ" state info p.yaml
    holds stdout '2 runs'
    nothing_new
    records 300 300 >inbox/2.jsonl
    ran
    holds out/000003.jsonl '"nth":206'
}

test_a_held_run_that_is_discarded_never_was()
{
    too_many
    exits 0 "$WARRAQ" state verify p.yaml --dump
    cp stdout held
    exits 0 "$WARRAQ" state discard p.yaml
    [ -z "$(find . -name '*.held')" ] || fail "still held: $(ls out)"
    exits 0 "$WARRAQ" state verify p.yaml --dump
    same held stdout
    [ "$(ls state/segments)" = 000001-000 ] || fail "$(ls state/segments)"
    sed -i /nonsense/d inbox/1.jsonl
    ran
    has_lines 200 out/000002.jsonl
    holds out/000002.jsonl '"nth":6}'
}

test_a_held_run_whose_files_are_gone_is_not_accepted()
{
    too_many
    mv out/000002.jsonl.held away
    exits 66 "$WARRAQ" state accept p.yaml
    says "$PWD/out/000002.jsonl.held is gone; put it back, or discard the run"
    exits 0 "$WARRAQ" state info p.yaml
    holds stdout 'run 000002 is held'
    mv away out/000002.jsonl.held
    exits 0 "$WARRAQ" state accept p.yaml
    has_lines 200 out/000002.jsonl
}

test_a_held_run_whose_files_are_gone_can_be_discarded()
{
    too_many
    rm out/000002.*.held
    exits 0 "$WARRAQ" state discard p.yaml
    exits 1 "$WARRAQ" run p.yaml
    has_lines 200 out/000002.jsonl.held
}

test_the_run_after_a_held_one_does_it_anew()
{
    too_many
    exits 1 "$WARRAQ" run p.yaml
    has_lines 200 out/000002.jsonl.held
    records 300 999 >inbox/2.jsonl
    exits 0 "$WARRAQ" run p.yaml
    has_lines 900 out/000002.jsonl
    [ -z "$(find . -name '*.held')" ] || fail "still held: $(ls out)"
}

test_a_state_that_cannot_be_written()
{
    hourly
    records 1 1 >inbox/1.jsonl
    echo >state
    exits 73 "$WARRAQ" run p.yaml
    says 'cannot use the state state/: Not a directory'
    rm state
    [ "$(id -u)" != 0 ] || skip "root may write everywhere"
    mkdir state
    chmod a-w state
    exits 77 "$WARRAQ" run p.yaml
    says 'cannot open'
}

test_a_ledger_that_nobody_may_read_is_no_damage()
{
    [ "$(id -u)" != 0 ] || skip "root may read everything"
    hourly
    records 1 1 >inbox/1.jsonl
    ran
    chmod 0 state/warraq.db
    exits 77 "$WARRAQ" state info p.yaml
    says 'warraq.db: Permission denied'
    chmod 0 state
    exits 77 "$WARRAQ" state info p.yaml
    says 'cannot look into state/: Permission denied'
}

test_a_damaged_ledger_is_told_and_never_begun_anew()
{
    local how
    hourly
    records 1 1 >inbox/1.jsonl
    ran
    records 2 2 >inbox/2.jsonl
    cp -r state good
    for how in 'echo nonsense >state/warraq.db' ': >state/warraq.db' 'rm state/warraq.db' \
        'head -c 3000 good/warraq.db >state/warraq.db' \
        'head -c 20000 /dev/urandom | dd of=state/warraq.db bs=4096 seek=1 conv=notrunc 2>/dev/null'; do
        rm -rf state
        cp -r good state
        eval "$how"
        exits 65 "$WARRAQ" run p.yaml
        says "the ledger $PWD/state/warraq.db is "
        says 'every input is then read again'
        [ ! -e out/000002.jsonl ] || fail "it ran after: $how"
    done
    rm -rf state
    cp -r good state
    rm state/lock # it can be made again
    ran
    got 000002 2 2
}

test_verify_and_dump()
{
    hourly
    records 1 1 >inbox/1.jsonl
    exits 66 "$WARRAQ" state verify p.yaml
    says 'cannot use the state state/: No such file or directory'
    ran
    exits 0 "$WARRAQ" state verify p.yaml
    is_quiet
    exits 0 "$WARRAQ" state verify state --dump
    holds stdout 'input inbox/1.jsonl: prefix 31 '
    holds stdout 'articles: 1 in, 0 emitted, 1 out, 0 dropped, 0 rejected'
    exits 0 "$WARRAQ" state runs p.yaml --json
    holds stdout '"run": 1'
    exits 0 "$WARRAQ" state inputs p.yaml --json
    holds stdout '"what": "read"'
    exits 0 "$WARRAQ" state info p.yaml --json
    holds stdout '"inputs": 1'
}

test_forget_makes_an_input_new()
{
    hourly
    records 1 1 >inbox/1.jsonl
    ran
    exits 66 "$WARRAQ" state forget p.yaml inbox/2.jsonl
    says 'no run has read an input inbox/2.jsonl'
    exits 0 "$WARRAQ" state forget p.yaml inbox/1.jsonl
    ran
    got 000002 1 1
}

# ---- memory of stages ----

test_a_stage_remembers_between_runs_what_it_would_within_one()
{
    local i
    hourly 'stage: remember'
    records 1 40 >all.jsonl
    records 6 30 >>all.jsonl # come again
    for ((i = 1; i <= 65; i += 6)); do
        sed -n "$i,$((i + 5))p" all.jsonl >inbox/$((100 + i)).jsonl
        ran
    done
    cat out/*.jsonl >hourly
    cat out/*.dropped >dropped
    has_lines 40 hourly
    has_lines 25 dropped
    rm -rf state out
    ran
    same hourly out/000001.jsonl
    same dropped out/000001.dropped
}

test_a_run_that_fails_leaves_the_memory_as_it_was()
{
    hourly 'stage: remember'
    records 1 3 >inbox/1.jsonl
    ran
    cp -r state before
    records 4 6 >inbox/2.jsonl
    sed -i 's/stage: remember/{stage: remember, with: {how: fail}}/' p.yaml
    exits 70 "$WARRAQ" run p.yaml
    says 'stage "remember": it was told to fail'
    diff -r before/segments state/segments || fail "segments differ"
    sed -i 's/how: fail/how: well/' p.yaml
    ran
    holds out/000002.jsonl '"nth":4'
}

test_nonsense_of_a_stage_that_saves_is_told()
{
    local how
    hourly '{stage: remember, with: {how: HOW}}'
    records 1 3 >inbox/1.jsonl
    for how in 'twice:it adds the segment "00000000" twice' \
        'bad_key:segments are added and retired in save, by a key of 1 .. 128 visible characters' \
        'unknown:it retires the segment "nothing", which it does not have'; do
        sed "s/HOW/${how%%:*}/" p.yaml >q.yaml
        exits 70 "$WARRAQ" run q.yaml
        says "${how#*:}"
        [ ! -e out/000001.jsonl ] || fail "it was committed: $how"
    done
}

test_a_memory_of_another_kind_is_refused()
{
    hourly '{stage: remember, with: {how: well}}'
    records 1 3 >inbox/1.jsonl
    ran
    records 4 6 >inbox/2.jsonl
    sed -i 's/how: well/salt: 1/' p.yaml
    exits 78 "$WARRAQ" run p.yaml
    says 'stage "remember": it remembers with other parameters than it has now; give it another label'
    says 'warraq state forget PIPELINE --memory=remember'
    sed -i 's/salt: 1/how: other_format/' p.yaml
    exits 78 "$WARRAQ" run p.yaml
    says 'its memory is of the format "remember 1", and this one needs "remember 2"'
    exits 66 "$WARRAQ" state forget p.yaml --memory=stories
    says 'no stage "stories" remembers anything'
    exits 0 "$WARRAQ" state forget p.yaml --memory=remember
    [ -z "$(ls state/segments)" ] || fail "$(ls state/segments)"
    sed -i 's/how: other_format/salt: 1/' p.yaml
    ran
    holds out/000002.jsonl '"nth":1'
}

test_what_comes_again_is_forgotten_first()
{
    hourly 'stage: remember'
    sed -i '2a on_changed: rerun' p.yaml
    records 1 3 >inbox/1.jsonl
    ran
    sed -i 's/article 2/ARTICLE 2/' inbox/1.jsonl
    ran
    has_lines 3 out/000002.jsonl
    has_lines 0 out/000002.dropped
    nothing_new
}

test_a_flipped_bit_or_a_lost_segment_is_found()
{
    hourly 'stage: remember'
    records 1 30 >inbox/1.jsonl
    ran
    records 31 31 >inbox/2.jsonl
    cp -r state good
    printf '\1' | dd of=state/segments/000001-000 bs=1 seek=99 conv=notrunc 2>/dev/null
    exits 65 "$WARRAQ" state verify p.yaml
    says "the segment $PWD/state/segments/000001-000, memory of the stage \"remember\", is damaged: its checksum does not fit"
    exits 65 "$WARRAQ" run p.yaml
    says 'is damaged'
    head -c 100 good/segments/000001-000 >state/segments/000001-000
    exits 65 "$WARRAQ" state verify p.yaml
    says 'has another length'
    rm state/segments/000001-000
    exits 65 "$WARRAQ" state verify p.yaml
    says 'is gone'
    [ ! -e out/000002.jsonl ] || fail "it ran"
}

test_metrics_are_written_by_runs_that_succeed()
{
    local when
    hourly 'stage: remember'
    sed -i '1a name: "a \\\"day\\\""\nmetrics: figures/warraq.prom' p.yaml
    { records 1 3; records 1 1; } >inbox/1.jsonl
    umask 077
    ran
    [ "$(stat -c %a figures/warraq.prom)" = 644 ] || fail "$(ls -l figures)"
    holds figures/warraq.prom 'warraq_articles_in{pipeline="a \"day\""} 4'
    holds figures/warraq.prom 'warraq_stage_dropped{pipeline="a \"day\"",stage="remember",reason="seen"} 1'
    grep -qE '^warraq_last_success_timestamp_seconds\{.*\} [0-9]{10}$' figures/warraq.prom ||
        fail "$(cat figures/warraq.prom)"
    [ "$(ls figures)" = warraq.prom ] || fail "$(ls figures)"
    cp figures/warraq.prom before
    mkdir out/000002.jsonl
    records 5 5 >inbox/2.jsonl
    exits 73 "$WARRAQ" run p.yaml
    for when in before figures/warraq.prom; do
        grep -v '^warraq_last_run_' "$when" >"$when.figures"
    done
    same before.figures figures/warraq.prom.figures
    rm figures/*.figures
    rmdir out/000002.jsonl
    ran
    nothing_new
    holds figures/warraq.prom 'warraq_articles_in{pipeline="a \"day\""} 0'
}

test_wrong_use_of_the_verb()
{
    pipeline
    exits 64 "$WARRAQ" state
    exits 64 "$WARRAQ" state infos state
    says 'state: no "infos"; did you mean "info"?'
    exits 64 "$WARRAQ" state info p.yaml
    says 'the pipeline p.yaml has no `state:`'
    exits 64 "$WARRAQ" state info p.yaml more
    exits 64 "$WARRAQ" state forget p.yaml
    mkdir empty
    exits 66 "$WARRAQ" state info empty
    says 'there is no state in empty'
    [ -z "$(ls empty)" ] || fail "a state was made: $(ls empty)"
}

test_only_a_run_makes_a_state()
{
    local verb
    hourly
    mkdir empty
    for verb in info verify compact accept discard; do
        exits 66 "$WARRAQ" state $verb p.yaml
        says 'cannot use the state state/: No such file or directory'
        exits 66 "$WARRAQ" state $verb empty
        says 'there is no state in empty'
    done
    exits 66 "$WARRAQ" state forget p.yaml inbox/1.jsonl
    [ ! -e state ] && [ -z "$(ls empty)" ] || fail "a state was made"
}

test_compact_makes_the_folder_smaller_and_changes_nothing()
{
    hourly 'stage: remember'
    local i size
    for i in {1..30}; do
        records "$i" "$i" >"inbox/a rather long name, so that the rows take pages, $i.jsonl"
    done
    records 100 110 >inbox/0.jsonl
    ran
    records 111 115 >>inbox/0.jsonl
    ran
    exits 0 "$WARRAQ" state forget p.yaml inbox/a*.jsonl
    rm inbox/a*.jsonl
    cp state/segments/000002-000 state/segments/000777-000
    touch state/segments/mine
    exits 0 "$WARRAQ" state verify p.yaml --dump
    cp stdout were
    size=$(cat state/warraq.db state/segments/* | wc -c)
    exits 0 "$WARRAQ" state compact p.yaml --json
    holds stdout "\"bytes_before\": $size"
    holds stdout '"segment_files": 1'
    [ "$(ls state/segments)" = "$(printf '%s\n' 00000{1,2}-000 mine)" ] || fail "$(ls state/segments)"
    size=$(cat state/warraq.db state/segments/* | wc -c)
    holds stdout "\"bytes_after\": $size"
    exits 0 "$WARRAQ" state verify p.yaml --dump
    same were stdout
    exits 0 "$WARRAQ" state compact state
    [ "$(cat stdout)" = "$PWD/state: $size bytes before, $size after" ] || fail "$(cat stdout)"
    # A file cut to what the first run had read of it is still known.
    records 100 110 >inbox/0.jsonl
    records 200 200 >inbox/b.jsonl
    ran
    has_lines 1 out/000003.jsonl
    exits 0 "$WARRAQ" state info p.yaml
    holds stdout '  of remember: 3 segments, '
    exits 0 "$WARRAQ" state info p.yaml --json
    holds stdout '"stage": "remember"'
}

test_compact_waits_for_a_held_run_and_for_the_lock()
{
    too_many
    exits 75 "$WARRAQ" state compact p.yaml
    says "run 000002 is held in $PWD/state"
    has_lines 200 out/000002.jsonl.held
    flock state/lock "$WARRAQ" state compact p.yaml 2>stderr && fail 'it did not wait'
    says 'another run uses the state'
}

run_tests
