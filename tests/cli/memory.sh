#!/bin/bash
# memory.sh - what dedupe remembers between runs: many runs over parts of a
# stream write what one run over all of it writes.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# stream N: N articles over four weeks, one in three repeats an earlier one: as
# it is, cut, with words changed, behind another; some have no date, the first,
# a middle and the last one are dated 2099.
stream()
{
    awk -v n="$1" '
    function below(k) { seed = (seed * 16807) % 2147483647; return seed % k }
    function word(i) {
        return part[i % 16] part[int(i / 16) % 16] part[int(i / 256) % 16]
    }
    function words(story, from, to,    i, out) {
        for (i = from; i < to; i++) out = out word((story * 7919 + i * i * 31 + i) % 4096) " "
        return out
    }
    BEGIN {
        seed = 20150721
        split("ال با تر جم حد خل در سم شر صن طب عم قد كل مو نس", list, " ")
        for (i = 0; i < 16; i++) part[i] = list[i + 1]
        for (i = 1; i <= n; i++) {
            how = below(12)
            old = i > 40 ? i - 1 - below(i < 300 ? i - 1 : 300) : 0
            story[i] = i; first[i] = 0; end[i] = 60 + below(100)
            if (how < 3 && old) { story[i] = story[old]; first[i] = first[old]; end[i] = end[old] }
            if (how == 1) end[i] = first[i] + int((end[i] - first[i]) * .6)
            if (how == 2) first[i] += 5 + below(20)
            text = words(story[i], first[i], end[i])
            if (how == 3 && old) text = text words(story[old], first[old], end[old])
            if (how == 4) text = words(below(5), 0, 12)
            day = int(i * 28 / n)
            date = sprintf("2015-07-%02dT%02d:%02d", 1 + day, below(24), below(60))
            if (i == 1 || i == int(n / 2) || i == n) date = "2099-01-01"
            printf "{\"id\":\"n%d\",", i
            if (below(15)) printf "\"date\":\"%s\",", date
            printf "\"text\":\"%s\"}\n", text
        }
    }'
}

# hourly [PARAMETER...]: p.yaml with a state; whole.yaml without
hourly()
{
    local with
    with="window: 5d$(printf ', %s' "$@")"
    [ $# != 0 ] || with="window: 5d"
    mkdir -p inbox
    cat >p.yaml <<END
version: 1
state: state/
on_changed: rerun
input: {path: "inbox/*.jsonl"}
output: {path: "out/{run}.jsonl"}
dropped: {path: "out/{run}.dropped"}
stages:
  - stage: tokenize
  - stage: dedupe
    with: {$with}
END
    sed -e '/^state:/d' -e '/^on_changed:/d' -e 's/{run}/whole/' p.yaml >whole.yaml
}

ran() { exits 0 "$WARRAQ" run p.yaml "$@"; is_quiet; }

# compare N [OPTION...]: all.jsonl in N runs, each with these options
compare()
{
    local part n=$1
    shift
    rm -rf out state parts inbox
    mkdir inbox parts
    split -n "l/$n" -d -a 3 --additional-suffix=.jsonl all.jsonl parts/
    exits 0 "$WARRAQ" run whole.yaml all.jsonl -j1
    for part in parts/*; do
        mv "$part" inbox/
        ran "$@"
    done
    cat out/0*.jsonl >got.jsonl
    cat out/0*.dropped >got.dropped
    same out/whole.jsonl got.jsonl
    same out/whole.dropped got.dropped
    exits 0 "$WARRAQ" state verify p.yaml
    [ "$(ls state/segments | wc -l)" -le 20 ] || fail "$(ls state/segments)"
}

test_24_runs_write_what_one_writes()
{
    local relation
    hourly
    stream 3000 >all.jsonl
    compare 24 -j1
    compare 24 -j2
    for relation in exact near contains contained; do
        holds got.jsonl "\"relation\":\"$relation\""
    done
    holds got.jsonl '"story":'
}

test_passages_are_found_alike()
{
    hourly 'passages: true'
    stream 1500 | sed -E 's/([^ "]+ ){15}/&. /g' >all.jsonl # in sentences
    compare 24 -j2
    cp got.jsonl two.jsonl
    compare 24 -j1
    same two.jsonl got.jsonl
    grep -q '"reused":\[{"begin":0,' got.jsonl || fail "no copy"
    grep -q '"reused":\[{"begin":[1-9]' got.jsonl || fail "nothing behind its own"
}

test_dropped_ones_are_remembered_alike()
{
    hourly 'on_duplicate: drop'
    stream 1000 >all.jsonl
    compare 24 -j2
    [ -s got.dropped ] || fail "nothing was dropped"
}

test_one_article_a_run()
{
    hourly
    stream 60 >all.jsonl
    compare 60 -j1
}

test_articles_without_ids_are_called_by_their_place_in_all_runs()
{
    hourly
    stream 200 | sed 's/^{"id":"[^"]*",/{"id":null,/' >all.jsonl
    compare 10 -j1
}

test_other_parameters_are_refused_while_there_is_a_memory()
{
    local value
    hourly
    stream 60 >all.jsonl
    head -n 40 all.jsonl >inbox/1.jsonl
    ran
    tail -n 20 all.jsonl >inbox/2.jsonl
    for value in density=4 date=published; do
        exits 78 "$WARRAQ" run p.yaml --set "dedupe.$value"
        says 'stage "dedupe": it remembers with other parameters than it has now'
        says 'warraq state forget PIPELINE --memory=dedupe'
    done
    ran --set dedupe.window=1d --set dedupe.contains=0.7 # what it finds, not keeps
    exits 0 "$WARRAQ" state forget p.yaml --memory=dedupe
    [ -z "$(ls state/segments)" ] || fail "$(ls state/segments)"
}

# article ID FIRST LAST: an article of these words
article()
{
    printf '{"id":"%s","text":"%s"}\n' "$1" "$(seq -s ' ' -f 'كلمة%g' "$2" "$3")"
}

test_what_comes_again_does_not_repeat_itself()
{
    hourly
    { article a 1 40; article b 101 140; } >inbox/1.jsonl
    ran
    { article a 1 38; article b 101 140; } >inbox/1.jsonl
    ran
    has_lines 2 out/000002.jsonl
    ! grep duplicate out/000002.jsonl || fail "a copy of itself"
    article c 1 40 >inbox/2.jsonl
    ran
    holds out/000003.jsonl '"of":"a","relation":"near"'
}

test_a_record_that_is_rejected_further_down_is_remembered()
{
    hourly
    export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/misbehave.so
    echo '  - {stage: misbehave, with: {how: reject, id: a}}' >>p.yaml
    article a 1 40 >inbox/1.jsonl
    exits 0 "$WARRAQ" run p.yaml
    article b 1 40 >inbox/2.jsonl
    exits 0 "$WARRAQ" run p.yaml
    holds out/000002.jsonl '"of":"a","relation":"exact"'
}

run_tests
