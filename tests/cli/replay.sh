#!/bin/bash
# replay.sh - rejects fed in again, mended or not, with a state and without.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/misbehave.so
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/remember.so

# hourly STAGE...: p.yaml with a state over inbox/*.jsonl*
hourly()
{
    mkdir -p inbox
    {
        printf 'version: 1\nstate: state/\n'
        printf 'input: {path: "inbox/*.jsonl*"}\n'
        printf 'output: {path: "out/{run}.jsonl"}\n'
        printf 'rejects: {path: "out/{run}.rejects.jsonl"}\nstages:\n'
        printf '  - %s\n' "$@"
    } >p.yaml
}

# rejecting ID STAGE...: the same, and the record with this id is rejected last
rejecting()
{
    local id=$1
    shift
    hourly "$@" "{stage: misbehave, with: {id: $id, how: reject}}"
}

ran() { exits 0 "$WARRAQ" run p.yaml; }
replayed() { exits 0 "$WARRAQ" replay p.yaml "$@"; }

# mend FROM TO FILE: changes what a line of rejects says
mend() { sed -i "s|$1|$2|" "$3"; }

# of LINE FILE MEMBER: a member of a line of rejects, as it stands there
of() { sed -n "$1"p "$2" | grep -oE "\"$3\":(\"[^\"]*\"|[0-9]+)" | cut -d: -f2-; }

# ---- what is fed in ----

test_what_was_rejected_comes_as_it_came()
{
    pipeline '{stage: misbehave, with: {how: reject}}'
    printf '%s\n' '{"id":"boom","n":1.50,"x":{"b":[1,null,true],"a":"\u00e9"},"tokens":[[0,1,"word"]],"removed":[{"at":0,"text":"t","reason":"r"}],"text":"خبر"}' >in.jsonl
    ran
    holds rejects.jsonl '"reason":"asked"'
    exits 0 "$WARRAQ" replay p.yaml rejects.jsonl --set misbehave.how=nothing -o again.jsonl
    is_quiet
    cp again.jsonl once.jsonl
    exits 0 "$WARRAQ" run p.yaml --set misbehave.how=nothing -o direct.jsonl
    same direct.jsonl once.jsonl
    [ ! -e again.jsonl.rejects.jsonl ] || fail "rejects: $(cat again.jsonl.rejects.jsonl)"
}

test_a_line_that_was_none_can_be_mended_as_bytes_or_as_a_record()
{
    pipeline
    printf '%s\n' '{"id":"a","text":"one"' '{"id":"b","text":2}' >in.jsonl
    ran
    has_lines 2 rejects.jsonl
    mend "$(of 1 rejects.jsonl raw_base64)" "\"$(printf '{"id":"a","text":"one"}' | base64)\"" rejects.jsonl
    mend '"raw_base64":"[^"]*"}$' '"record":{"id":"b","text":"2"}}' rejects.jsonl
    exits 0 "$WARRAQ" replay p.yaml rejects.jsonl -o again.jsonl
    printf '%s\n' '{"id":"b","text":"2"}' >want
    tail -n 1 again.jsonl >got
    same want got
}

test_raw_bytes_are_of_the_format_that_the_file_says()
{
    pipeline
    mkdir in.d
    sed -i 's|path: in.jsonl|path: in.d|' p.yaml
    printf 'عنوان\n\nنص \xff الخبر\n' >in.d/story.txt
    printf '{"id":"x","text"' | gzip >in.d/b.jsonl.gz
    ran
    has_lines 2 rejects.jsonl
    printf '{"id":"x","text":"y"}' >b
    printf 'عنوان\n\nنص الخبر\n' >story
    mend "$(of 1 rejects.jsonl raw_base64)" "\"$(base64 -w0 b)\"" rejects.jsonl
    mend "$(of 2 rejects.jsonl raw_base64)" "\"$(base64 -w0 story)\"" rejects.jsonl
    exits 0 "$WARRAQ" replay p.yaml rejects.jsonl -o again.jsonl
    is_quiet
    gzip <b >in.d/b.jsonl.gz
    mv story in.d/story.txt
    ran
    same out.jsonl again.jsonl
    holds again.jsonl '"id":"story"'
}

test_bytes_of_several_lines_are_several_records()
{
    pipeline
    printf '{"file":"a.jsonl","raw_base64":"%s"}\n' "$(printf '{"id":"x"}\n\n{"id":"y"}\n' | base64 -w0)" >r.jsonl
    exits 0 "$WARRAQ" replay p.yaml r.jsonl -o again.jsonl
    printf '{"id":"x"}\n{"id":"y"}\n' >want
    same want again.jsonl
}

test_packed_rejects_and_standard_input()
{
    pipeline '{stage: misbehave, with: {how: reject}}'
    printf '{"id":"boom","text":"t"}\n' >in.jsonl
    ran
    gzip -k rejects.jsonl
    zstd -q rejects.jsonl
    cat rejects.jsonl >plain
    local file
    for file in rejects.jsonl.gz rejects.jsonl.zst; do
        exits 0 "$WARRAQ" replay p.yaml $file -o again.jsonl --set misbehave.how=nothing
        same in.jsonl again.jsonl
    done
    "$WARRAQ" replay p.yaml - -o - --set misbehave.how=nothing <plain >again.jsonl
    same in.jsonl again.jsonl
}

test_any_number_of_threads_gives_the_same_bytes()
{
    pipeline '{stage: misbehave, with: {how: reject, id: a7}}'
    local i j
    for ((i = 1; i <= 3000; i++)); do
        printf '{"file":"f%d.jsonl","line":%d,"byte":%d,"record":{"id":"a%d","text":"%0200d"}}\n' \
            $((i / 500)) "$i" $((i * 10)) "$i" "$i"
        [ $((i % 100)) != 0 ] || printf 'nonsense %d\n' "$i"
    done >r.jsonl
    for j in 1 4; do
        exits 0 "$WARRAQ" replay p.yaml r.jsonl -o again.$j -j $j
        has_lines 2999 again.$j
        has_lines 31 again.$j.rejects.jsonl
    done
    same again.1 again.4
    same again.1.rejects.jsonl again.4.rejects.jsonl
    exits 0 "$WARRAQ" replay p.yaml r.jsonl -o again.1 --limit 10
    has_lines 9 again.1
}

# ---- what is said of it ----

test_what_is_rejected_again_keeps_its_place_and_counts_replays()
{
    pipeline '{stage: misbehave, with: {how: reject}}'
    printf '%s\n' '{"id":"a","text":"one"}' '{"id":"boom","text":"two"}' '{"text":' >in.jsonl
    ran
    local n
    for n in 1 2; do
        sed "s/,\"byte\":\([0-9]*\),\(\"replays\":[0-9]*,\)\?/,\"byte\":\1,\"replays\":$n,/" rejects.jsonl >want
        exits 0 "$WARRAQ" replay p.yaml rejects.jsonl -o again
        says '2 of 2 articles were rejected, see again.rejects.jsonl'
        same want again.rejects.jsonl
        cp want rejects.jsonl
    done
}

test_a_line_that_is_no_reject_line_is_rejected_with_its_place()
{
    pipeline
    printf '%s\n' '{"record":{"id":"a","text":"t"}}' 'nonsense' '' '{"id":"b"}' \
        '{"record":5}' '{"raw_base64":"*"}' \
        '{"reason":"'"$(printf '%01025d' 0)"'"}' '{"reason":"x","record":"no"}' >r.jsonl
    exits 0 "$WARRAQ" replay p.yaml r.jsonl -o again
    has_lines 1 again
    has_lines 6 again.rejects.jsonl
    [ "$(of 1 again.rejects.jsonl line)" = 2 ] || fail "$(cat again.rejects.jsonl)"
    [ "$(of 2 again.rejects.jsonl line)" = 4 ] || fail "$(cat again.rejects.jsonl)"
    [ "$(of 2 again.rejects.jsonl byte)" = 43 ] || fail "$(cat again.rejects.jsonl)"
    [ "$(of 4 again.rejects.jsonl line)" = 6 ] || fail "$(cat again.rejects.jsonl)"
    [ "$(grep -c '"file":"r.jsonl".*"reason":"no_reject_line"' again.rejects.jsonl)" = 6 ]
    holds again.rejects.jsonl 'its \"reason\" is too long for a name'
    [ "$(grep -c 'it has neither' again.rejects.jsonl)" = 3 ] || fail "$(cat again.rejects.jsonl)"
    holds again.rejects.jsonl 'it has neither \"record\" (an object) nor \"raw_base64\" (a string)'
    holds again.rejects.jsonl '\"raw_base64\" is not base64 (RFC 4648)'
    # Nor are they articles when they come again.
    exits 0 "$WARRAQ" replay p.yaml again.rejects.jsonl -o third
    has_lines 0 third
    has_lines 6 third.rejects.jsonl
}

test_bytes_of_no_known_format_are_rejected()
{
    pipeline
    mend 'path: in.jsonl' 'path: in.d' p.yaml
    printf '{"file":"x.bin","raw_base64":"AAECAwQF"}\n' >r.jsonl
    mkdir in.d
    exits 0 "$WARRAQ" replay p.yaml r.jsonl -o again
    holds again.rejects.jsonl 'cannot tell the format of its bytes'
}

test_a_reject_without_its_record_stays_one()
{
    pipeline
    printf '%s\n' '{"file":"big.jsonl","line":7,"byte":99,"bytes":123456789,"stage":"input","reason":"too_large","message":"the record has 123456789 bytes"}' >r.jsonl
    exits 0 "$WARRAQ" replay p.yaml r.jsonl -o again
    has_lines 0 again
    sed 's/"stage"/"replays":1,&/' r.jsonl >want
    same want again.rejects.jsonl
}

test_a_record_without_an_id_is_called_as_before()
{
    pipeline
    printf '%s\n' '{"text":  "one"}' '{"url":"http://a/","text":"two"}' >in.jsonl
    ran
    of 1 out.jsonl id >names
    of 2 out.jsonl id >>names
    pipeline '{stage: exec, with: {command: [sh, -c, "cat >/dev/null; exit 3"]}}'
    ran
    has_lines 2 rejects.jsonl
    [ "$(of 1 rejects.jsonl id)" = "$(sed -n 1p names)" ] || fail "$(cat rejects.jsonl)"
    mend '"text":"one"' '"text":"mended"' rejects.jsonl
    mend 'http://a/' 'http://b/' rejects.jsonl
    pipeline
    exits 0 "$WARRAQ" replay p.yaml rejects.jsonl -o again
    { of 1 again id; of 2 again id; } >now
    same names now
    holds again mended
}

test_what_crashed_a_stage_is_replayed_when_the_stage_is_mended()
{
    rejecting none 'stage: tokenize' 'stage: dedupe'
    sed -i 's/^state:.*/&\nisolate: true/' p.yaml
    mend 'id: none, how: reject' 'id: a2, how: crash' p.yaml
    articles 4 >inbox/1.jsonl
    ran
    holds out/000001.rejects.jsonl '"reason":"crashed"'
    replayed out/000001.rejects.jsonl
    holds out/000002.rejects.jsonl '"replays":1,"stage":"misbehave","reason":"crashed"'
    replayed out/000002.rejects.jsonl --set misbehave.how=nothing
    has_lines 1 out/000003.jsonl
    holds out/000003.jsonl '"id":"a2"'
    ! grep -q duplicate out/000003.jsonl || fail "it is its own duplicate: $(cat out/000003.jsonl)"
}

test_isolated_and_in_the_sandbox_it_is_the_same()
{
    rejecting a3 'stage: tokenize' 'stage: remember'
    articles 6 >inbox/1.jsonl
    printf '{"file":"x.jsonl","line":7,"byte":70,"raw_base64":"%s"}\n{"record":{"id":"r","text":"t"}}\n' \
        "$(printf '{"text":"no id"}\n{"id":"a3","text":"rejected"}' | base64 -w0)" >r.jsonl
    replayed r.jsonl
    mkdir plain
    mv out state plain
    printf 'isolate: true\nsandbox: true\n' >>p.yaml
    replayed r.jsonl
    same plain/out/000001.jsonl out/000001.jsonl
    same plain/out/000001.rejects.jsonl out/000001.rejects.jsonl
}

# ---- without a state ----

test_without_a_state_nothing_is_overwritten()
{
    pipeline '{stage: misbehave, with: {how: reject}}'
    printf '%s\n' '{"id":"a","text":"one"}' '{"id":"boom","text":"two"}' >in.jsonl
    ran
    cp rejects.jsonl were
    exits 64 "$WARRAQ" replay p.yaml rejects.jsonl
    says 'replay: the pipeline has no `state:`, and what it wrote must not be overwritten; say where the articles go (-o PATH)'
    exits 64 "$WARRAQ" replay p.yaml
    says 'replay: which rejects?'
    exits 64 "$WARRAQ" replay
    says 'replay: which pipeline file?'
    exits 0 "$WARRAQ" replay p.yaml rejects.jsonl -o again.jsonl --set misbehave.how=drop
    same were rejects.jsonl
    has_lines 0 dropped.jsonl
    has_lines 1 again.jsonl.dropped.jsonl
    has_lines 1 out.jsonl
    exits 66 "$WARRAQ" replay p.yaml nothing.jsonl -o again.jsonl
    exits 78 "$WARRAQ" replay p.yaml rejects.jsonl -o rejects.jsonl
}

# ---- with a state ----

test_a_replay_is_a_run_and_no_line_is_replayed_twice()
{
    rejecting a3 'stage: remember'
    articles 4 >inbox/1.jsonl
    ran
    has_lines 3 out/000001.jsonl
    replayed out/000001.rejects.jsonl --set misbehave.how=nothing
    is_quiet
    holds out/000002.jsonl '"id":"a3"'
    has_lines 1 out/000002.jsonl
    [ ! -e out/000002.rejects.jsonl ] || fail "rejects: $(cat out/000002.rejects.jsonl)"
    local names again='out/000001.rejects.jsonl'
    names=$(ls out)
    replayed $again --set misbehave.how=nothing
    cp $again copy.jsonl
    replayed copy.jsonl --set misbehave.how=nothing
    is_quiet
    [ "$(ls out)" = "$names" ] || fail "written: $(ls out)"
    # What is added is new.
    printf '{"record":{"id":"more","text":"t"}}\n' >>copy.jsonl
    replayed copy.jsonl
    has_lines 1 out/000003.jsonl
    holds out/000003.jsonl '"id":"more"'
    ran
    is_quiet
    exits 0 "$WARRAQ" state runs p.yaml
    [ "$(grep -c ', replay' stdout)" = 2 ] || fail "$(cat stdout)"
    exits 0 "$WARRAQ" state runs p.yaml --json
    holds stdout '"replay": true'
}

test_what_is_rejected_again_can_be_replayed_again()
{
    rejecting a3
    articles 4 >inbox/1.jsonl
    ran
    replayed out/000001.rejects.jsonl
    says '1 of 1 articles were rejected, see out/000002.rejects.jsonl'
    replayed out/000001.rejects.jsonl
    is_quiet
    replayed out/000002.rejects.jsonl
    holds out/000003.rejects.jsonl '"replays":2'
    replayed out/000003.rejects.jsonl --set misbehave.how=nothing
    holds out/000004.jsonl '"id":"a3"'
}

test_a_stage_that_remembers_the_record_forgets_it()
{
    rejecting a3 'stage: tokenize' 'stage: dedupe'
    articles 4 >inbox/1.jsonl
    ran
    has_lines 1 out/000001.rejects.jsonl
    replayed out/000001.rejects.jsonl --set misbehave.how=nothing
    holds out/000002.jsonl '"id":"a3"'
    ! grep -q duplicate out/000002.jsonl || fail "it is its own duplicate: $(cat out/000002.jsonl)"
    # From here on it is known: a copy is one.
    articles 3 | tail -n 1 | sed 's/"a3"/"copy"/' >inbox/2.jsonl
    ran
    ! grep -qs '"id":"copy"' out/000003.jsonl ||
        holds out/000003.jsonl '"duplicate":{"of":"a3"'
}

test_a_replay_that_is_stopped_goes_on()
{
    rejecting none 'stage: remember'
    local i
    for i in 1 2 3 4 5; do
        printf '{"file":"x.jsonl","line":%d,"record":{"id":"r%d","text":"t"}}\n' $i $i
    done >r.jsonl
    replayed r.jsonl --limit 2
    replayed r.jsonl
    cat out/*.jsonl | grep -o '"id":"r.","text":"t","nth":.' >got
    for i in 1 2 3 4 5; do
        printf '"id":"r%d","text":"t","nth":%d\n' $i $i
    done >want
    same want got
}

test_a_run_does_not_take_what_runs_have_written()
{
    rejecting a3
    articles 4 >inbox/1.jsonl
    ran
    exits 64 "$WARRAQ" run p.yaml out/000001.rejects.jsonl
    says 'out/000001.rejects.jsonl was written by run 000001 (rejects): `warraq replay` feeds it in again'
    exits 64 "$WARRAQ" run p.yaml out/000001.jsonl
    says 'out/000001.jsonl was written by run 000001 (output): it is no input'
    exits 64 "$WARRAQ" replay p.yaml out/000001.jsonl
    says 'only rejects can be replayed'
    sed -i '/^rejects/d' p.yaml
    mend 'inbox/\*.jsonl\*' 'out/*.rejects.jsonl' p.yaml
    exits 78 "$WARRAQ" check p.yaml
    says 'the rejects "out/{run}.jsonl.rejects.jsonl" would overwrite an input'
}

test_the_limit_does_not_hold_a_replay()
{
    rejecting a3
    mend 'rejects.jsonl"}' 'rejects.jsonl", limit: 1%}' p.yaml
    local i
    for ((i = 1; i <= 200; i++)); do
        printf '{"file":"x.jsonl","line":%d,"raw_base64":"e30K"}\nnonsense\n' "$i"
    done >r.jsonl
    replayed r.jsonl
    says '200 of 400 articles were rejected'
    articles 3 >inbox/1.jsonl
    { articles 300; cat r.jsonl; printf 'x\n%.0s' {1..50}; } >inbox/2.jsonl
    exits 1 "$WARRAQ" run p.yaml
    exits 75 "$WARRAQ" replay p.yaml r.jsonl
    says "run 000002 is held in $PWD/state; \`warraq state accept\` or \`discard\` it first"
    exits 0 "$WARRAQ" state accept p.yaml
    replayed out/000002.rejects.jsonl
}

run_tests
