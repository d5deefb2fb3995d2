#!/bin/bash
# verbs.sh - what check, explain, inspect, list and new print, as the golden
# files in verbs/ have it; ACCEPT=1 shows what differs and renews them.  The
# folder of the plugins is written as PLUGINS.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
golden=$srcdir/tests/config/verbs
export WARRAQ_PLUGIN_PATH=$TEST_PLUGINS/sample.so

# prints NAME CODE ARGUMENT...: standard output is NAME.txt
prints()
{
    local name=$1 code=$2
    shift 2
    exits "$code" "$WARRAQ" "$@"
    sed "s|$TEST_PLUGINS|PLUGINS|g" stdout >got
    diff -u "$golden/$name.txt" got >&2 && return
    [ -n "${ACCEPT:-}" ] || fail "warraq $* prints something else"
    cp got "$golden/$name.txt"
}

sample_pipeline()
{
    cat >news.yaml <<'END'
version: 1
name: sample news
input: {format: sample_in, path: [a.sample, b.sample], with: {width: 100}}
output: {format: sample_out, path: out.jsonl}
dropped: {path: dropped.jsonl}
rejects: {limit: 1%}
threads: 3
stages:
  - stage: sample
    label: first
    on_error: keep
    time_limit: 2s
    with: {count: 20, langs: [ar, fa], token: hush}
  - stage: sample_writes
  - stage: sample_cuts
    with: {field: text}
END
}

test_explain_shows_every_value_and_where_it_comes_from()
{
    sample_pipeline
    prints explain 0 explain news.yaml --set first.mode=slow
    ! grep -q hush stdout || fail 'a secret is printed'
}

test_explain_as_json()
{
    sample_pipeline
    prints explain-json 0 explain news.yaml --json
    ! grep -q hush stdout || fail 'a secret is printed'
}

test_explain_of_a_wrong_pipeline_says_what_check_says()
{
    sample_pipeline
    sed -i 's/count/cuont/' news.yaml
    exits 78 "$WARRAQ" explain news.yaml
    says 'did you mean "count"?'
    [ ! -s stdout ] || fail 'it explains it all the same'
}

test_inspect_describes_a_stage() { prints inspect-stage 0 inspect sample; }
test_inspect_describes_a_format() { prints inspect-format 0 inspect sample_in; }
test_inspect_as_json() { prints inspect-json 0 inspect sample --json; }

test_inspect_of_a_plugin_describes_all_of_it()
{
    cp "$TEST_PLUGINS/sample.so" other.so
    WARRAQ_PLUGIN_PATH='' exits 0 "$WARRAQ" inspect sample_needs --plugins=other.so
    holds stdout 'model: text, required'
    has_lines 9 stdout
}

test_inspect_of_nothing_names_the_closest()
{
    exits 69 "$WARRAQ" inspect sampel
    says 'no stage, format or plugin "sampel"; did you mean "sample"?'
    exits 69 "$WARRAQ" inspect xyzzyx
    says '`warraq list` shows what there is'
    exits 64 "$WARRAQ" inspect
    exits 64 "$WARRAQ" inspect a b
}

test_list_has_every_stage_and_format_with_help_and_file()
{
    exits 0 "$WARRAQ" list
    grep -A 1 '^  sample ' stdout >line
    holds line 'sample             1.2    ordered        Does nothing, with many parameters.'
    holds line "$TEST_PLUGINS/sample.so"
    holds stdout '  sample_in          1.0    reads '
    holds stdout '  sample_out         1.0    writes '
    exits 0 "$WARRAQ" list --json
    holds stdout '"name": "sample_in"'
    holds stdout '"refused": []'
}

test_check_as_json()
{
    cp "$srcdir/tests/config/parameter-types.yaml" "$srcdir/tests/config/good.yaml" .
    prints check-json 78 check --json good.yaml parameter-types.yaml
    [ ! -s stderr ] || fail 'standard error is not empty'
    exits 0 "$WARRAQ" check --json good.yaml
    [ "$(cat stdout)" = '[]' ] || fail 'a good pipeline is not an empty list'
}

test_check_of_a_good_pipeline_is_quiet()
{
    cp "$srcdir/tests/config/good.yaml" .
    exits 0 "$WARRAQ" check good.yaml
    is_quiet
}

test_check_goes_on_to_the_next_file()
{
    cp "$srcdir/tests/config/good.yaml" "$srcdir/tests/config/labels.yaml" .
    exits 78 "$WARRAQ" check missing.yaml labels.yaml good.yaml
    says 'missing.yaml: error: cannot read'
    says 'labels.yaml:6:12'
    exits 66 "$WARRAQ" check missing.yaml good.yaml
    exits 64 "$WARRAQ" check
}

test_check_reads_standard_input()
{
    local code=0
    "$WARRAQ" check - <"$srcdir/tests/config/good.yaml" || fail 'not read'
    "$WARRAQ" check - <"$srcdir/tests/config/count-zero.yaml" 2>stderr || code=$?
    [ $code = 78 ] || fail "exit code $code"
    says 'standard input:7:14: error: "count"'
}

test_check_with_a_parameter_set()
{
    cp "$srcdir/tests/config/good.yaml" .
    exits 0 "$WARRAQ" check good.yaml --set first.count=7
    exits 78 "$WARRAQ" check --set first.count=0 good.yaml --set first.mode=slow
    says '--set:1:13: error: "count" must be from 1 to 100, not 0'
    exits 64 "$WARRAQ" check --set second.count=0 good.yaml
    says 'no stage is labelled "second"'
}

test_run_needs_an_input_and_an_output()
{
    printf 'version: 1\ninput: {}\noutput: {path: out.jsonl}\n' >p.yaml
    exits 0 "$WARRAQ" check p.yaml
    exits 64 "$WARRAQ" run p.yaml
    says 'no input: neither input.path nor the command line names one'
    printf 'tests:\n  - {name: a, input: [{id: a}], expect: [{id: a}]}\n' >t.yaml
    exits 0 "$WARRAQ" test t.yaml
    exits 78 "$WARRAQ" run t.yaml p.yaml
    says 't.yaml has no input and output, only tests'
    [ ! -e out.jsonl ] || fail 'out.jsonl is there'
}

test_options_that_are_none_are_told_the_closest()
{
    exits 64 "$WARRAQ" check --jsno x.yaml
    says 'no option --jsno; did you mean --json?'
    exits 64 "$WARRAQ" check --set
    says '--set needs a value: --set=LABEL.PARAM=VALUE'
    exits 64 "$WARRAQ" check --json=yes x.yaml
    says '--json takes no value'
    exits 64 "$WARRAQ" check -x x.yaml
    says 'no option -x'
    exits 66 "$WARRAQ" check -- --json
    says '--json: error: cannot read'
}

test_new_makes_a_plugin_that_compiles_and_runs()
{
    exits 0 "$WARRAQ" new mystage
    cd mystage
    "${CC:-cc}" -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Werror -shared \
        -fPIC -fvisibility=hidden -I"$srcdir/core/include" mystage.c -o mystage.so
    exits 0 "$WARRAQ" test tests/mystage.yaml
    exits 0 "$WARRAQ" check pipeline.yaml
    local code=0
    printf '{"id":"a","text":"سلام"}\n{"id":"b","text":"ab"}\n' |
        "$WARRAQ" run pipeline.yaml >out || code=$?
    [ $code = 0 ] || fail "run: exit code $code"
    [ "$(cat out)" = '{"id":"a","text":"سلام","length":4}' ] || fail "$(cat out)"
    ! grep -q @ mystage.c tests/mystage.yaml README.md || fail 'an @ is left'
}

test_new_makefile_builds_and_tests()
{
    exits 0 "$WARRAQ" new other_one
    exits 0 make -s -C other_one WARRAQ="$WARRAQ" CC="${CC:-cc}" \
        WARRAQ_INCLUDE="$srcdir/core/include" test
    [ -f other_one/other_one.so ] || fail 'no other_one.so'
    exits 0 make -s -C other_one clean
    [ ! -f other_one/other_one.so ] || fail 'clean leaves it'
}

test_new_takes_no_name_that_is_taken_or_cannot_be()
{
    local name
    mkdir taken
    exits 73 "$WARRAQ" new taken
    says 'cannot create the folder taken: File exists'
    for name in '' 'a b' ../x X 9a a.b "$(printf 'x%.0s' {1..40})" شبكة; do
        exits 64 "$WARRAQ" new "$name"
        says "cannot be a plugin's name"
    done
    exits 64 "$WARRAQ" new
}

test_options_of_run_and_restore_are_read_strictly()
{
    sample_pipeline
    exits 64 "$WARRAQ" run news.yaml --threads=257
    says '--threads: must be from 1 to 256, not 257'
    exits 64 "$WARRAQ" run news.yaml --progress=often
    says '--progress: auto, never or always, not often'
    exits 64 "$WARRAQ" restore x.jsonl --offsets=chars
    says '--offsets: codepoints, bytes or utf16, not chars'
    exits 64 "$WARRAQ" restore x.jsonl -j two
    says '--threads: '
    exits 64 "$WARRAQ" test news.yaml -j 0
    says '--threads: must be from 1 to 256, not 0'
}

test_summary_and_articles_do_not_share_a_stream()
{
    articles 2 >in.jsonl
    pipeline
    exits 64 "$WARRAQ" run p.yaml -o - --json
    says '--json prints the report on standard output, where the articles go; write them to a file (-o PATH)'
    [ ! -s stdout ] || fail 'something is printed'
    exits 0 "$WARRAQ" run p.yaml --json
    has_lines 2 out.jsonl
    sed -i 's/out.jsonl/"-"/' p.yaml
    exits 64 "$WARRAQ" run p.yaml --json
    exits 0 "$WARRAQ" run p.yaml --json -o out.jsonl
    holds stdout '{'
}

test_explain_says_where_the_rejects_of_a_stream_go()
{
    : >in.jsonl
    printf 'version: 1\ninput: {path: in.jsonl}\noutput: {path: "-"}\nstages: []\n' >news.yaml
    exits 0 "$WARRAQ" explain news.yaml
    grep -qx 'rejects  news.rejects.jsonl' stdout || fail "$(cat stdout)"
}

test_explain_of_two_files_keeps_them_apart()
{
    sample_pipeline
    exits 0 "$WARRAQ" explain news.yaml
    { cat stdout; echo; cat stdout; } >twice
    exits 0 "$WARRAQ" explain news.yaml news.yaml
    same stdout twice
}

run_tests
