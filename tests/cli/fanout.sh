#!/bin/bash
# fanout.sh - outputs with fields in their paths: a file for each value, one
# commit for all of them, and nothing outside of the folder they begin with.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/misbehave.so
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/fragile.so

# fields OUTPUT [STAGE...]: p.yaml from in.jsonl to OUTPUT
fields()
{
    local output=$1
    shift
    {
        printf 'version: 1\ninput: {path: in.jsonl}\n'
        printf 'output: {path: "%s"}\nstages:\n' "$output"
        [ $# = 0 ] && echo '  []'
        [ $# = 0 ] || printf '  - %s\n' "$@"
    } >p.yaml
}

# hourly OUTPUT [STAGE...]: the same with a state, over inbox/
hourly()
{
    fields "$@"
    mkdir -p inbox
    sed -i 's|in.jsonl|inbox/*.jsonl|; 1a state: state/' p.yaml
}

# records FIRST LAST: in the languages ar, en and fa, of five sources
records()
{
    local i lang=(ar en fa)
    for ((i = $1; i <= $2; i++)); do
        printf '{"id":"a%d","lang":"%s","source":"s%d","text":"article %d"}\n' \
            "$i" "${lang[i % 3]}" $((i % 5)) "$i"
    done
}

# got FILE PATTERN: FILE has the records of in.jsonl with PATTERN, in order
got()
{
    grep -F "$2" in.jsonl >want
    case $1 in *.zst) zstd -qdc "$1" ;; *.gz) gzip -dc "$1" ;; *) cat "$1" ;; esac >have
    same want have
}

# nothing_aside: no temporary file or folder is left
nothing_aside()
{
    [ -z "$(find . -name '*.tmp-*')" ] || fail "left: $(find . -name '*.tmp-*')"
}

# files FOLDER: what is in there
files() { (cd "$1" && find . ! -type d | sort); }

ran() { exits 0 "$WARRAQ" run p.yaml "$@"; is_quiet; }

test_each_value_has_a_file_with_its_articles_in_order()
{
    records 1 200 >in.jsonl
    fields 'out/{lang}/{source}.jsonl.zst'
    ran
    got out/ar/s0.jsonl.zst '"lang":"ar","source":"s0"'
    got out/fa/s4.jsonl.zst '"lang":"fa","source":"s4"'
    [ "$(files out | wc -l)" = 15 ] || fail "$(files out)"
    nothing_aside
    ran -o 'plain/{lang}.jsonl'
    got plain/en.jsonl '"lang":"en"'
    ran -o 'gz/{lang}-{id:2}.jsonl.gz'
    grep -E '"a3[0-9]*","lang":"ar"' in.jsonl >want
    gzip -dc gz/ar-a3.jsonl.gz >have
    same want have
}

# 6 MB: many batches, more frames than one a file
large()
{
    records 1 2000 | sed "s/article/$(head -c 3000 /dev/zero | tr '\0' x) article/" >in.jsonl
}

test_the_same_bytes_for_any_number_of_threads()
{
    local j
    large
    fields 'out/{lang}/{source}.jsonl.zst'
    ran -j 1
    mv out want
    for j in 2 4; do
        ran -j $j
        diff -r want out >&2 || fail "-j $j writes something else"
        rm -r out
    done
}

test_a_file_is_packed_by_256_KiB()
{
    local frames
    large
    fields 'out/{lang}.jsonl.zst'
    ran
    got out/ar.jsonl.zst '"lang":"ar"'
    frames=$(zstd -lv out/ar.jsonl.zst 2>/dev/null | sed -n 's/.*Frames: *\([0-9]*\).*/\1/p' | head -n 1)
    case $frames in [4-8]) ;; *) fail "$frames frames of $(stat -c %s want) bytes" ;; esac
}

test_no_value_leads_out_of_the_folder()
{
    local v n=0
    for v in .. . ../../x /etc/passwd ../.. .x '' 'a\u0000b' '..\/x' '\n' '%2E%2E'; do
        printf '{"id":"a%d","a":"%s","b":"%s","text":"x"}\n' $((n += 1)) "$v" "$v"
    done >in.jsonl
    mkdir -p here/deep
    cd here/deep
    mv ../../in.jsonl .
    fields 'out/{a}/{b}'
    ran
    [ "$(files out | wc -l)" = $n ] || fail "$(files out)"
    [ "$(find . -path ./out -prune -o -type f -print | sort | tr '\n' ' ')" = \
        './in.jsonl ./p.yaml ./stderr ./stdout ' ] || fail "$(find .)"
    [ "$(ls ../.. ..)" = "$(printf '..:\ndeep\n\n../..:\nhere')" ] || fail "outside: $(find ../..)"
    ls 'out/%2E./%2E.' out/_/_ out/%252E%252E/%252E%252E >/dev/null
}

test_a_link_in_the_way_is_refused()
{
    local where
    records 1 30 >in.jsonl
    mkdir outside
    echo mine >outside/s0.jsonl
    for where in fields hourly; do
        rm -rf out state
        mkdir -p out inbox
        cp in.jsonl inbox/1.jsonl
        $where 'out/{lang}/{source}.jsonl'
        ln -s ../outside out/ar
        exits 73 "$WARRAQ" run p.yaml
        says "/out/ar/"
        says 'a file or a link is in the way; what articles say leads out of no folder'
        [ "$(files out)" = ./ar ] || fail "$(files out)"
        rm out/ar
        mkdir out/ar
        ln -s ../../outside/s0.jsonl out/ar/s0.jsonl
        exits 73 "$WARRAQ" run p.yaml
        says '/out/ar/s0.jsonl'
        rm out/ar/s0.jsonl
        echo >out/en
        exits 73 "$WARRAQ" run p.yaml
        says 'a file or a link is in the way'
        [ "$(cat outside/*)" = mine ] || fail "it was written through a link"
        nothing_aside
    done
    rm out/en
    ran
    [ "$(files out | wc -l)" = 15 ] || fail "$(files out)"
}

test_links_before_the_first_field_are_followed()
{
    records 1 30 >in.jsonl
    mkdir disk
    ln -s disk out
    fields 'out/{lang}.jsonl'
    ran
    got disk/ar.jsonl '"lang":"ar"'
}

test_without_a_state_files_are_replaced_when_all_is_well()
{
    records 1 60 >in.jsonl
    fields 'out/{lang}.jsonl'
    mkdir out
    echo old | tee out/ar.jsonl out/xx.jsonl >/dev/null
    chmod 640 out/ar.jsonl
    fields 'out/{lang}.jsonl' "{stage: misbehave, with: {how: fail, id: a50}}"
    exits 70 "$WARRAQ" run p.yaml
    [ "$(cat out/*)" = "$(printf 'old\nold')" ] || fail "$(cat out/*)"
    nothing_aside
    fields 'out/{lang}.jsonl'
    ran
    got out/ar.jsonl '"lang":"ar"'
    [ "$(stat -c %a out/ar.jsonl)" = 640 ] || fail "$(ls -l out)"
    [ "$(cat out/xx.jsonl)" = old ] || fail 'it was replaced'
}

test_inputs_and_other_outputs_are_not_written_over()
{
    mkdir out
    printf '{"id":"a","lang":"in","text":"x"}\n' >out/in.jsonl
    fields 'out/{lang}.jsonl'
    exits 73 "$WARRAQ" run p.yaml ./out/in.jsonl
    says '/out/in.jsonl is an input of this run'
    mv out/in.jsonl .
    sed -i '3a rejects: {path: out/in.jsonl}' p.yaml
    exits 73 "$WARRAQ" run p.yaml
    says '/out/in.jsonl is another output of this run'
    fields 'out/{lang}.jsonl' '{stage: filter, with: {min_chars: 5}}'
    echo '{"id":"b","lang":"in","text":"long enough"}' >>in.jsonl
    sed -i '3a dropped: {path: "out/{id}n.jsonl"}' p.yaml
    sed -i 's/"id":"a"/"id":"i"/' in.jsonl
    exits 73 "$WARRAQ" run p.yaml
    says '/out/in.jsonl is another output of this run'
    nothing_aside
    [ -z "$(files out)" ] || fail "$(files out)"
}

test_a_file_of_one_output_is_no_folder_of_another()
{
    printf '%s\n' '{"id":"x","lang":"a","text":"x"}' '{"id":"y","lang":"x","text":"long enough"}' >in.jsonl
    fields 'out/{lang}' '{stage: filter, with: {min_chars: 5}}'
    sed -i '3a dropped: {path: "out/{id}/{lang}"}' p.yaml
    exits 73 "$WARRAQ" run p.yaml
    says '/out/x: what is there is no plain file'
    nothing_aside
    [ -z "$(files out)" ] || fail "$(files out)"
}

test_dropped_articles_by_their_reason()
{
    records 1 60 >in.jsonl
    fields 'out/{lang}.jsonl' '{stage: filter, with: {min_chars: 10}}'
    sed -i '3a dropped: {path: "out/{dropped}/{lang}.jsonl"}' p.yaml
    ran
    has_lines 3 'out/filter%2Ftoo_short/ar.jsonl'
    has_lines 17 out/ar.jsonl
}

test_more_files_than_a_run_may_write()
{
    awk 'BEGIN { for (i = 0; i < 10001; i++) printf "{\"id\":\"a%d\",\"text\":\"x\"}\n", i }' >in.jsonl
    fields 'out/{id}.jsonl'
    exits 73 "$WARRAQ" run p.yaml
    says 'the articles go to more than 10000 files of out/{id}.jsonl; name fields with fewer values'
    nothing_aside
    [ -z "$(files out)" ] || fail "$(files out | wc -l) files are there"
    head -n 10000 in.jsonl >less
    ran ./less -o 'out/{id}.jsonl'
    [ "$(files out | wc -l)" = 10000 ] || fail "$(files out | wc -l) files"
}

test_the_rejects_go_to_one_file_in_the_folder_of_the_first_field()
{
    { records 1 6; echo nonsense; } >in.jsonl
    fields 'out/{lang}/{source}.jsonl'
    exits 0 "$WARRAQ" run p.yaml
    has_lines 1 out/rejects.jsonl
    hourly 'hourly/{lang}/{run}.jsonl'
    cp in.jsonl inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml
    has_lines 1 hourly/000001.rejects.jsonl
    exits 0 "$WARRAQ" explain p.yaml
    holds stdout 'rejects  hourly/{run}.rejects.jsonl'
}

test_what_is_wrong_with_a_path_on_the_command_line()
{
    records 1 3 >in.jsonl
    fields out.jsonl
    exits 64 "$WARRAQ" run p.yaml -o 'out/{lang'
    says '--output:1:5: error: this "{" is not closed'
    exits 64 "$WARRAQ" run p.yaml -o 'out/{run}.jsonl'
    says '--output:1:5: error: "{run}" counts the runs of a "state", and this pipeline has none'
    ran -o 'out/{{lang}}.jsonl'
    has_lines 3 'out/{lang}.jsonl'
}

# ---- with a state ----

test_all_files_of_a_run_are_committed_at_once()
{
    hourly 'out/{lang}/{run}.jsonl.zst' '{stage: filter, with: {min_chars: 9}}'
    sed -i '4a dropped: {path: "out/{lang}/{run}.dropped"}' p.yaml
    records 1 30 | tee in.jsonl >inbox/1.jsonl
    ran
    got out/ar/000001.jsonl.zst '"lang":"ar"'
    ran
    [ "$(files out)" = "$(printf './%s/000001.jsonl.zst\n' ar en fa)" ] || fail "$(files out)"
    records 31 33 | tee in.jsonl >inbox/2.jsonl
    echo '{"id":"b","lang":"de","text":"short"}' >>inbox/2.jsonl
    ran
    got out/ar/000002.jsonl.zst '"lang":"ar"'
    has_lines 1 out/de/000002.dropped
    [ "$(files out | wc -l)" = 7 ] || fail "$(files out)"
    nothing_aside
    exits 0 "$WARRAQ" state verify p.yaml
}

test_what_a_run_has_written_is_not_overwritten()
{
    hourly 'out/{lang}/{run}.jsonl'
    records 1 30 | tee in.jsonl >inbox/1.jsonl
    mkdir -p out/en
    echo old >out/en/000001.jsonl
    exits 73 "$WARRAQ" run p.yaml
    says '/out/en/000001.jsonl is already there, and no run overwrites what another one wrote; move it away'
    [ "$(files out)" = ./en/000001.jsonl ] || fail "$(files out)"
    [ "$(cat out/en/000001.jsonl)" = old ] || fail 'it was overwritten'
    nothing_aside
    rm out/en/000001.jsonl
    exits 0 "$WARRAQ" run p.yaml -o 'out/{lang}.jsonl'
    got out/en.jsonl '"lang":"en"'
    records 31 33 >inbox/2.jsonl
    exits 73 "$WARRAQ" run p.yaml -o 'out/{lang}.jsonl'
    says 'and put "{run}" in the path'
}

test_the_state_is_no_folder_that_values_lead_to()
{
    hourly './{lang}/{source}'
    records 1 3 >inbox/1.jsonl
    exits 78 "$WARRAQ" run p.yaml
    says "the state $PWD/state is in the folder of ./{lang}/{source}, where values of fields make names"
}

# too_many: a run over 200 records and three that are none, over the limit
too_many()
{
    hourly 'out/{lang}/{source}/{run}.jsonl'
    sed -i '4a rejects: {path: "out/{run}.rejects", limit: 1%}' p.yaml
    { records 1 200 | tee in.jsonl; printf 'nonsense\n%.0s' 1 2 3; } >inbox/1.jsonl
    exits 1 "$WARRAQ" run p.yaml
    says 'the output is held in out/{lang}/{source}/000001.jsonl.held'
    [ "$(files out | grep -c 'jsonl.held$')" = 15 ] || fail "$(files out)"
    [ "$(files out | wc -l)" = 16 ] || fail "$(files out)"
    nothing_aside
}

test_a_held_run_is_accepted_whole()
{
    too_many
    exits 0 "$WARRAQ" state accept p.yaml
    [ "$(files out | grep -c '/000001.jsonl$')" = 15 ] || fail "$(files out)"
    got out/ar/s0/000001.jsonl '"lang":"ar","source":"s0"'
    [ -z "$(find . -name '*.held')" ] || fail "still held: $(files out)"
    ran
}

test_a_held_run_is_discarded_whole()
{
    too_many
    exits 0 "$WARRAQ" state discard p.yaml
    [ -z "$(files out)" ] || fail "$(files out)"
    too_many
    sed -i /nonsense/d inbox/1.jsonl
    ran
    [ "$(files out | wc -l)" = 15 ] || fail "$(files out)"
}

test_a_full_disk_leaves_nothing_and_the_next_run_does_it()
{
    mkdir disk
    mount -t tmpfs -o size=300k tmpfs disk 2>/dev/null || skip "cannot mount"
    # shellcheck disable=SC2064 # the folder as it is now
    trap "umount '$PWD/disk'" EXIT
    hourly 'disk/{lang}/{source}/{run}.jsonl'
    records 1 9000 >inbox/1.jsonl
    exits 74 "$WARRAQ" run p.yaml
    says 'No space left on device'
    [ -z "$(files disk)" ] || fail "$(files disk)"
    records 1 300 | tee in.jsonl >inbox/1.jsonl
    ran
    got disk/ar/s0/000001.jsonl '"lang":"ar","source":"s0"'
}

test_a_folder_on_another_file_system_is_refused()
{
    mkdir -p out/ar
    mount -t tmpfs -o size=300k tmpfs out/ar 2>/dev/null || skip "cannot mount"
    # shellcheck disable=SC2064 # the folder as it is now
    trap "umount '$PWD/out/ar'" EXIT
    hourly 'out/{lang}/{run}.jsonl'
    records 1 3 >inbox/1.jsonl
    exits 73 "$WARRAQ" run p.yaml
    says 'this folder is on another file system than'
    umount out/ar
    mount --bind inbox out/ar # the same disk, mounted twice
    exits 73 "$WARRAQ" run p.yaml
    says 'this folder is on another file system than'
}

# slow OUTPUT: a run over 600 slow articles
slow()
{
    hourly "$1" "{stage: misbehave, with: {how: slow, id: '*'}}"
    records 1 600 | sed "s/article/$(head -c 20000 /dev/zero | tr '\0' x)/" |
        tee in.jsonl >inbox/1.jsonl
}

test_SIGTERM_commits_what_is_finished_of_every_file()
{
    local pid code=0 n=0 lang
    slow 'out/{lang}/{run}.jsonl'
    "$WARRAQ" run p.yaml -j 2 >stdout 2>stderr &
    pid=$!
    sleep 1
    kill -TERM $pid
    wait $pid || code=$?
    [ $code = 75 ] || fail "exit code $code: $(cat stderr)"
    nothing_aside
    while [ $code = 75 ] && [ $((n += 1)) -lt 50 ]; do
        code=0
        "$WARRAQ" run p.yaml -j 2 --time-limit=700ms 2>stderr || code=$?
    done
    [ $code = 0 ] || fail "exit code $code: $(cat stderr)"
    for lang in ar en fa; do
        cat out/$lang/*.jsonl >all
        got all "\"lang\":\"$lang\""
    done
}

test_a_second_signal_leaves_nothing()
{
    local pid code=0 n=0
    large
    fields 'out/{lang}.jsonl' '{stage: misbehave, with: {how: loop, id: a2000}}'
    "$WARRAQ" run p.yaml -j 2 >stdout 2>stderr &
    pid=$!
    until ls out/.output.tmp-*/0 >/dev/null 2>&1; do
        sleep 0.1
        [ $((n += 1)) -lt 300 ] || fail 'nothing was written'
    done
    kill -TERM $pid
    sleep 0.2
    kill -TERM $pid
    wait $pid || code=$?
    [ $code = 75 ] || fail "exit code $code: $(cat stderr)"
    nothing_aside
    [ -z "$(files out)" ] || fail "$(files out)"
}

test_what_a_killed_run_left_is_cleared_away()
{
    local pid lang n=0
    slow 'out/{lang}/{run}.jsonl'
    "$WARRAQ" run p.yaml -j 2 >stdout 2>stderr &
    pid=$!
    until ls out/.output.tmp-*/0 >/dev/null 2>&1; do
        sleep 0.1
        [ $((n += 1)) -lt 300 ] || fail 'nothing was written'
    done
    kill -KILL $pid
    wait $pid 2>/dev/null || true
    records 1 300 | tee in.jsonl >inbox/1.jsonl
    hourly 'out/{lang}/{run}.jsonl'
    ran
    nothing_aside
    for lang in ar en fa; do got out/$lang/000001.jsonl "\"lang\":\"$lang\""; done
}

# ---- with other processes ----

test_what_a_process_that_died_of_a_record_left_is_cleared_away()
{
    local where
    large
    sed -i 's/"id":"a1999",/&"die":"crash",/' in.jsonl
    for where in fields hourly; do
        $where 'out/{lang}.jsonl' 'stage: fragile'
        sed -i '1a isolate: true' p.yaml
        cp in.jsonl inbox/ 2>/dev/null || true
        exits 0 "$WARRAQ" run p.yaml
        says '1 of 2000 articles were rejected'
        nothing_aside
        [ "$(cat out/??.jsonl | wc -l)" = 1999 ] || fail "$(wc -l out/*)"
        rm -r out
    done
}

test_in_a_sandbox_files_come_to_their_folders()
{
    hourly 'out/{lang}/{source}/{run}.jsonl.zst'
    sed -i '1a sandbox: true' p.yaml
    records 1 300 | tee in.jsonl >inbox/1.jsonl
    local code=0
    "$WARRAQ" run p.yaml >stdout 2>stderr || code=$?
    [ $code != 69 ] || skip "$(cat stderr)"
    [ $code = 0 ] || fail "exit code $code: $(cat stderr)"
    got out/ar/s0/000001.jsonl.zst '"lang":"ar","source":"s0"'
    records 1000 1040 >inbox/2.jsonl
    exits 0 "$WARRAQ" run p.yaml -o 'out/{id}/{run}.jsonl' # so many that they are synced at one go
    [ "$(find out -name '000002.jsonl' | wc -l)" = 41 ] || fail "$(files out)"
    nothing_aside
}

test_the_folder_that_cannot_be_made_is_the_reason()
{
    fields out.jsonl
    records 1 3 >in.jsonl
    mkdir shut
    chmod 555 shut
    [ ! -w shut ] || skip "root may write everywhere"
    exits 77 "$WARRAQ" run p.yaml -o shut/in/here.jsonl
    says 'cannot write shut/in/here.jsonl: Permission denied'
    exits 77 "$WARRAQ" run p.yaml -o 'shut/in/{lang}.jsonl'
    says 'cannot write to the folder shut/in: Permission denied'
}

run_tests
