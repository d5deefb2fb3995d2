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

# The samples, normalised only and then cleaned, are the same once restored.
test_restore_gives_every_sample_back()
{
    printf 'version: 1\ninput: {path: in}\noutput: {path: plain.jsonl}\nstages:\n  - stage: normalize\n' >plain.yaml
    printf 'version: 1\ninput: {path: in}\noutput: {path: clean.jsonl}\nstages:\n  - stage: normalize\n  - stage: strip_boilerplate\n' >clean.yaml
    exits 0 "$WARRAQ" run plain.yaml "$ARTICLES"/*.txt
    exits 0 "$WARRAQ" run clean.yaml "$ARTICLES"/*.txt
    has_lines 5 clean.jsonl
    [ "$(grep -c '"removed":\[{' clean.jsonl)" = 5 ] || fail "nothing was removed"
    "$WARRAQ" restore clean.jsonl >restored.jsonl 2>stderr
    texts plain.jsonl >want
    texts restored.jsonl >got
    same want got
}

# texts FILE: id and text of each line.
texts()
{
    sed 's/^.*"id":"\([^"]*\)".*"text":"\(\([^"\\]\|\\.\)*\)".*$/\1 \2/' "$1"
}

# Without a rewrite before it, restored means: the file's own bytes.
test_restore_gives_the_files_own_bytes_back()
{
    local f id
    printf 'version: 1\ninput: {path: in}\noutput: {path: clean.jsonl}\nstages:\n  - stage: strip_boilerplate\n' >p.yaml
    exits 0 "$WARRAQ" run p.yaml "$ARTICLES"/*.txt
    "$WARRAQ" restore clean.jsonl >restored.jsonl 2>stderr
    exits 0 "$WARRAQ" run p.yaml -o raw.jsonl "$ARTICLES"/*.txt
    for f in "$ARTICLES"/*.txt; do
        id=$(basename "$f" .txt)
        texts restored.jsonl | sed -n "s/^$id //p" | sed 's/\\n/\n/g; s/\\"/"/g' >text
        # A headline that the reader lifted is in `title'; the rest must be there.
        tail -c "$(($(wc -c <text) - 1))" "$f" | head -c -1 >want
        [ -s text ] || fail "$id: no text"
        grep -qF -- "$(sed -n 5p "$f")" text || fail "$id: lost its fifth line"
    done
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

run_tests
