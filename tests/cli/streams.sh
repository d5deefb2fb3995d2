#!/bin/bash
# streams.sh - what holds for every stream: the same bytes for any number of
# threads, in = out + dropped + rejected, and text + removed = original.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/misbehave.so

# news N: N articles that repeat each other in every seventh, hold boilerplate
# lines and bad records; more than one batch when N is over 2,000.
news()
{
    awk -v n="$1" 'BEGIN {
        split("الوزير المدير الرئيس السفير المتحدث الخبير", who, " ")
        split("المشروع الاجتماع القرار المؤتمر البرنامج", what, " ")
        for (i = 1; i <= n; i++) {
            k = i % 7 == 0 ? i - 6 : i
            text = ""
            for (s = 1; s <= 6; s++)
                text = text "قال " who[(k * s) % 6 + 1] " إن " \
                    what[(k + s) % 5 + 1] " رقم " k * s " بدأ يوم " k % 28 + 1 \
                    " سبتمبر 2020 في مدينة الرياض بحضور " k + s " مشاركا.\\n"
            if (i % 5 == 0) text = text "إقرأ المزيد: خبر آخر\\n"
            if (i % 97 == 0) print "{\"id\":\"bad" i "\",\"text\":"
            else if (i % 31 == 0) print "{\"id\":\"e" i "\",\"text\":\"\"}"
            else print "{\"id\":\"n" i "\",\"source\":\"s" i % 3 \
                "\",\"date\":\"2020-09-" sprintf("%02d", i * 20 / n + 1) \
                "\",\"title\":\"خبر " k "\",\"text\":\"" text "\"}"
        }
    }'
}

# run_with PIPELINE THREADS: into out.N, dropped.N, rejects.N
run_with()
{
    exits 0 "$WARRAQ" run "$1" -j "$2"
    mv out.jsonl "out.$2"
    mv dropped.jsonl "dropped.$2"
    mv rejects.jsonl "rejects.$2"
}

test_the_same_bytes_for_any_number_of_threads()
{
    local j stages=()
    news 4000 >in.jsonl
    mapfile -t stages < <(sed -n 's/^  - \(stage: .*\)/\1/p' "$PIPELINES/arabic-news.yaml")
    [ "${#stages[@]}" -ge 6 ] || fail "arabic-news.yaml has few stages"
    pipeline "${stages[@]}" "{stage: misbehave, with: {how: drop, id: n10}}"
    for j in 1 2 8; do run_with p.yaml $j; done
    for j in 2 8; do
        same out.1 out.$j
        same dropped.1 dropped.$j
        same rejects.1 rejects.$j
    done
    grep -q '"duplicate":{' out.1 || fail "nothing was found to repeat"
}

test_in_is_out_plus_dropped_plus_rejected()
{
    local n
    news 1000 >in.jsonl
    pipeline 'stage: tokenize' \
        "{stage: misbehave, with: {how: drop, id: n10}}" \
        "{stage: misbehave_ordered, with: {how: reject, id: n20}}"
    exits 0 "$WARRAQ" run p.yaml -j 2
    n=$((1000 / 97))
    accounted 1000 $((1000 - n - 2)) 1 $((n + 1))
}

test_the_input_s_order_is_the_output_s()
{
    news 4000 | grep -v bad >in.jsonl
    pipeline 'stage: tokenize' 'stage: misbehave_ordered' 'stage: misbehave'
    exits 0 "$WARRAQ" run p.yaml -j 8
    sed 's/^{"id":"\([^"]*\)".*/\1/' in.jsonl >want
    sed 's/^{"id":"\([^"]*\)".*/\1/' out.jsonl >got
    same want got
}

test_limit_reads_so_many_articles()
{
    news 4000 >in.jsonl
    pipeline 'stage: misbehave'
    exits 0 "$WARRAQ" run p.yaml --limit 96
    has_lines 96 out.jsonl
}

test_several_files_are_one_stream_in_byte_order_of_their_names()
{
    mkdir in
    articles 1 | sed s/a1/second/ >in/b.jsonl
    articles 1 | sed s/a1/first/ | gzip >in/a.jsonl.gz
    articles 1 | sed s/a1/third/ | zstd -q >in/c.jsonl.zst
    pipeline 'stage: misbehave'
    exits 0 "$WARRAQ" run p.yaml 'in/*'
    [ "$(sed 's/^{"id":"\([^"]*\)".*/\1/' out.jsonl | tr '\n' ' ')" = 'first second third ' ] ||
        fail "order: $(cat out.jsonl)"
}

# texts FILE: the field `text' of each line, as JSON has it.
texts()
{
    sed -E 's/^.*"text":"(([^"\\]|\\.)*)".*$/\1/' "$1"
}

# as_JSON FILE: a text file as the inside of a JSON string.
as_JSON()
{
    sed 's/\\/\\\\/g; s/"/\\"/g; s/\t/\\t/g; s/\r/\\r/g' "$1" |
        awk '{ printf "%s%s", (NR > 1 ? "\\n" : ""), $0 }'
    [ -n "$(tail -c 1 "$1")" ] || printf '\\n'
    echo
}

# samples PIPELINE STAGE...: all stages with their defaults, over the samples,
# into PIPELINE.jsonl and, restored, into PIPELINE.restored.
samples()
{
    local name=$1
    shift
    { printf 'version: 1\ninput: {path: in}\noutput: {path: %s.jsonl}\nstages:\n' "$name"
      printf '  - stage: %s\n' "$@"; } >"$name.yaml"
    exits 0 "$WARRAQ" run "$name.yaml" "$ARTICLES"/*.txt
    has_lines 5 "$name.jsonl"
    exits 0 "$WARRAQ" restore "$name.jsonl"
    mv stdout "$name.restored"
    has_lines 5 "$name.restored"
}

test_restore_gives_the_samples_own_bytes_back()
{
    local f
    samples clean strip_boilerplate
    [ "$(grep -c '"removed":\[{' clean.jsonl)" = 5 ] || fail "nothing was removed"
    ! grep -q '"removed":' clean.restored || fail "something is still removed"
    texts clean.restored >got
    for f in "$ARTICLES"/*.txt; do as_JSON "$f"; done >want
    same want got
}

test_restore_gives_back_what_normalize_wrote()
{
    samples plain normalize
    samples clean normalize language strip_boilerplate tokenize dedupe tag
    texts plain.restored >want
    texts clean.restored >got
    same want got
}

# Layers that only their stage knows, under names of their own, too: what lies
# over a text that changes follows it, or goes; in a later run as in the same.
test_every_layer_follows_its_text_in_a_later_run()
{
    pipeline
    exits 0 "$WARRAQ" run p.yaml "$ARTICLES"/*.txt -o in.jsonl
    pipeline '{stage: tokenize, with: {tokens: words}}' \
        '{stage: stem, with: {tokens: words}}' \
        '{stage: stopwords, with: {tokens: words}}' '{stage: strip_boilerplate}'
    exits 0 "$WARRAQ" run p.yaml -o one.jsonl
    holds one.jsonl '"layers":{"words":"text","stems":"text","stopwords":"text"},'
    exits 0 "$WARRAQ" restore one.jsonl
    ! grep -qE '"(layers|words|stems|stopwords|removed)":' stdout ||
        fail "stale spans after restore"
    pipeline '{stage: tokenize, with: {tokens: words}}' \
        '{stage: stem, with: {tokens: words}}' \
        '{stage: stopwords, with: {tokens: words}}'
    exits 0 "$WARRAQ" run p.yaml -o first.jsonl
    pipeline '{stage: strip_boilerplate}'
    exits 0 "$WARRAQ" run p.yaml first.jsonl -o two.jsonl
    grep -q '"removed":' two.jsonl || fail "nothing was cut"
    # removed stands before layers either way
    same one.jsonl two.jsonl
}

test_restore_knows_the_end_of_a_text()
{
    echo '{"id":"a","text":"خبر","removed":[{"at":2,"text":"X","reason":"r"},{"at":3,"text":"Y","reason":"q"}]}' >in.jsonl
    exits 0 "$WARRAQ" restore in.jsonl
    [ "$(cat stdout)" = '{"id":"a","text":"خبXرY"}' ] || fail "restored: $(cat stdout)"
}

test_set_changes_a_parameter_from_the_command_line()
{
    news 20 >in.jsonl
    pipeline 'stage: misbehave'
    exits 0 "$WARRAQ" run p.yaml --set misbehave.how=drop --set misbehave.id=n1
    has_lines 1 dropped.jsonl
    exits 78 "$WARRAQ" run p.yaml --set misbehave.hoe=drop
    says 'did you mean "how"?'
}

test_strays_do_not_stop_a_run_without_a_state()
{
    mkdir inbox
    news 5 >inbox/1.jsonl
    mkfifo inbox/pipe
    printf '\377\330\377\340\000\020JFIF\000' >inbox/thumbnail
    printf '%s\n' 'version: 1' 'input: {path: "inbox/*"}' 'output: {path: out.jsonl}' \
        'stages: []' >p.yaml
    exits 65 "$WARRAQ" run p.yaml
    says 'inbox/pipe is not a file; it is left out'
    says 'cannot tell the format of inbox/thumbnail; say input.format; it is left out'
    has_lines 3 stderr
    has_lines 5 out.jsonl
    rm inbox/1.jsonl
    exits 65 "$WARRAQ" run p.yaml
    says 'warraq: error: there is no other input'
    has_lines 5 out.jsonl
    exits 65 "$WARRAQ" run p.yaml inbox/thumbnail
    says 'warraq: error: cannot tell the format of inbox/thumbnail'
}

run_tests
