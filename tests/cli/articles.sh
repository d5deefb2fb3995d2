#!/bin/bash
# articles.sh - broken articles: each is told about, none is lost, nothing falls.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
export WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$TEST_PLUGINS/misbehave.so

plain='stage: misbehave' # does nothing unless told to

test_broken_json_in_the_middle_is_rejected_with_its_line_and_byte()
{
    { articles 2; echo '{"id":"b","text":"قال'; articles 1 | sed s/a1/c/; } >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    accounted 4 3 0 1
    holds rejects.jsonl '"line":3'
    # the opening quote of the string that is never closed
    holds rejects.jsonl "\"byte\":$(($(articles 2 | wc -c) + 17))"
    holds rejects.jsonl '"reason":"bad_json","message":"the string is never closed"'
    holds rejects.jsonl '"stage":"input"'
    holds rejects.jsonl '"raw_base64":"'
    [ "$(sed -n 's/.*"raw_base64":"\([^"]*\)".*/\1/p' rejects.jsonl | base64 -d)" \
        = '{"id":"b","text":"قال' ] || fail "the raw bytes are not kept"
}

test_lines_that_are_no_object_are_rejected()
{
    printf '%s\n' '[]' '1' 'null' '"text"' '{}' '' '{"id":1} x' '{"id":"a"' \
        '{"a":1,}' '{"id":tru}' '{"id":01}' "{'id':1}" '{"id":"a"}' >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    accounted 12 2 0 10 # the blank line is no record
}

test_a_line_of_200_MiB_is_rejected_and_its_neighbours_go_on()
{
    {
        articles 1
        printf '{"id":"big","text":"'
        head -c 209715200 /dev/zero | tr '\0' x
        printf '"}\n'
        articles 2 | tail -n 1
    } >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    accounted 3 2 0 1
    holds rejects.jsonl '"reason":"too_large"'
    holds rejects.jsonl 'the record has 209715223 bytes; at most 64 MiB can be read'
    holds out.jsonl '"id":"a2"'
}

test_NUL_in_a_text_is_kept_escaped_and_a_raw_one_is_rejected()
{
    { printf '{"id":"a","text":"b\\u0000c"}\n{"id":"r","text":"d\0e"}\n'; } >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    accounted 2 1 0 1
    holds out.jsonl '"text":"b\u0000c"'
}

test_a_lone_surrogate_is_rejected()
{
    printf '{"id":"%s","text":"%s"}\n' a '\ud83d' b 'x\udc00y' c '\ud83d\ud83d' \
        d '\ud83d\ude00' e '\ud83dx' >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    accounted 5 1 0 4
    holds out.jsonl '"id":"d"'
}

# One article; every byte of the line in turn becomes a byte that is never
# valid there; each of the broken lines must be rejected, or be still whole
# JSON (a byte of white space at most), and none may stop the run.
test_a_bad_byte_at_every_position_is_rejected()
{
    local line n i
    line='{"id":"a","title":"خبر","text":"قال إن 😀 ok"}'
    n=$(printf %s "$line" | wc -c)
    for ((i = 0; i < n; i++)); do
        printf %s "$line" | head -c "$i"
        printf '\377'
        printf '%s\n' "$line" | tail -c +$((i + 2))
    done >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    accounted "$n" 0 0 "$n"
}

# The same for a text cut in the middle of each of its characters.
test_truncated_UTF8_at_every_position_is_rejected()
{
    local i text='ق€😀'
    for ((i = 0; i < 9; i++)); do
        printf '{"id":"a%d","text":"%s"}\n' "$i" "$(printf %s "$text" | head -c "$i")"
    done >in.jsonl 2>/dev/null
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    # whole at 0, 2, 5, 9 bytes; of these 0, 2 and 5 are among the nine
    accounted 9 3 0 6
}

test_overlong_surrogate_and_too_large_UTF8_is_rejected()
{
    local bytes
    for bytes in '\300\257' '\340\200\257' '\355\240\200' '\364\220\200\200' \
        '\370\210\200\200\200' '\200' '\376'; do
        printf '{"id":"a","text":"%b"}\n' "$bytes"
    done >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    accounted 7 0 0 7
}

test_a_text_file_with_bad_UTF8_is_rejected_whole()
{
    mkdir in
    printf 'خبر\n\nقال\377 ذلك.\n' >in/bad.txt
    printf 'خبر\n\nقال ذلك.\n' >in/good.txt
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml in/*.txt
    accounted 2 1 0 1
    holds rejects.jsonl bad.txt
    holds out.jsonl '"id":"good"'
}

test_an_article_with_empty_text_or_none_is_kept_and_counted()
{
    printf '{"id":"a","text":""}\n{"id":"b"}\n{"id":"c","text":null}\n{"id":"d","text":7}\n' >in.jsonl
    cp "$PIPELINES/arabic-news.yaml" p.yaml
    exits 0 "$WARRAQ" run p.yaml -o out.jsonl in.jsonl
    has_lines 3 out.jsonl
    holds out.jsonl.rejects.jsonl '"reason":"bad_type","message":"\"text\" must be a string"'
}

test_an_article_without_id_gets_one_from_its_url_or_itself()
{
    printf '{"url":"http://a/1","text":"x"}\n{"text":"y"}\n{"url":"http://a/1","text":"z"}\n{"id":"","text":"w"}\n' >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    has_lines 4 out.jsonl
    [ "$(grep -c '"id":"x-[0-9a-f]\{32\}"' out.jsonl)" -ge 3 ] ||
        fail "no ids: $(cat out.jsonl)"
    # the same url: the same id; another run: the same ids
    sed -n 's/.*"id":"\(x-[^"]*\)".*/\1/p' out.jsonl >ids
    [ "$(sed -n 1p ids)" = "$(sed -n 3p ids)" ] || fail "one url, two ids"
    [ "$(sed -n 1p ids)" != "$(sed -n 2p ids)" ] || fail "two records, one id"
    cp out.jsonl first
    exits 0 "$WARRAQ" run p.yaml
    same first out.jsonl
}

test_two_articles_with_one_id_are_both_kept()
{
    { articles 1; articles 1; articles 2; } >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    accounted 4 4 0 0
    cp "$PIPELINES/dedupe-only.yaml" p.yaml
    exits 0 "$WARRAQ" run p.yaml -o out.jsonl in.jsonl
    has_lines 4 out.jsonl
}

truncated() # SUFFIX PACK...
{
    local suffix=$1 n
    shift
    articles 3000 >all.jsonl
    "$@" <all.jsonl >whole
    n=$(($(wc -c <whole) * 2 / 3))
    head -c $n whole >"in.jsonl$suffix"
    pipeline "$plain"
    sed -i "s/in\.jsonl/in.jsonl$suffix/" p.yaml
    exits 65 "$WARRAQ" run p.yaml
    says "in.jsonl$suffix"
    says truncated
}

test_a_truncated_gz_is_told_and_what_came_before_is_kept()
{
    truncated .gz gzip -1
    [ "$(wc -l <out.jsonl)" -gt 500 ] || fail "lost what was whole"
    cmp -n "$(wc -c <out.jsonl)" out.jsonl all.jsonl || fail "not the beginning"
    holds rejects.jsonl '"reason":"damaged"'
}

test_a_truncated_zst_is_told_and_what_came_before_is_kept()
{
    truncated .zst zstd -q -1
    holds rejects.jsonl '"reason":"damaged"'
}

test_a_damaged_gz_is_told()
{
    articles 3000 | gzip -1 >in.jsonl.gz
    printf '\377\377\377\377' |
        dd of=in.jsonl.gz bs=1 seek=20000 conv=notrunc status=none
    pipeline "$plain"
    sed -i 's/in\.jsonl/in.jsonl.gz/' p.yaml
    exits 65 "$WARRAQ" run p.yaml
    says 'in.jsonl.gz'
    says 'the gzip data is damaged'
}

test_compression_is_told_by_content_not_by_name()
{
    articles 5 >all.jsonl
    gzip <all.jsonl >in.jsonl # a .gz without the name
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    same out.jsonl all.jsonl
    # several members and frames in a row, and of both kinds of file
    { gzip <all.jsonl; gzip <all.jsonl; } >in.jsonl
    exits 0 "$WARRAQ" run p.yaml
    has_lines 10 out.jsonl
    { zstd -q <all.jsonl; zstd -q <all.jsonl; } >in.jsonl
    exits 0 "$WARRAQ" run p.yaml
    has_lines 10 out.jsonl
}

test_unknown_fields_pass_through_untouched_and_in_order()
{
    printf '%s\n' '{"z":1,"id":"a","n":1.50,"big":123456789012345678901234567890,"e":1E+2,"o":{"b":[],"a":{}},"text":"x","l":[1,"two",null,true],"esc":"\"\\\n"}' >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    same in.jsonl out.jsonl
}

test_a_last_line_without_newline_is_read()
{
    articles 2 | head -c -1 >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    accounted 2 2 0 0
}

test_an_empty_file_is_no_article_and_no_error()
{
    : >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    is_quiet
    has_lines 0 out.jsonl
}

test_deep_JSON_is_rejected()
{
    { printf '{"id":"a","x":'; head -c 100000 /dev/zero | tr '\0' '['; echo; articles 1; } >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    accounted 2 1 0 1
}

test_a_bad_line_of_50_MiB_is_kept_whole_in_the_rejects()
{
    { articles 1; printf '{"id":"big","text":"'; head -c 52428800 /dev/zero | tr '\0' x; } >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    accounted 2 1 0 1
    [ "$(sed 's/.*"raw_base64":"//; s/".*//' rejects.jsonl | base64 -d | wc -c)" \
        = $((52428800 + 20)) ] || fail "the raw bytes are not whole"
}

test_a_file_name_that_is_not_UTF8_is_told_repaired()
{
    echo broken >"$(printf 'na\357me.jsonl')"
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml na*.jsonl
    holds rejects.jsonl '"file":"na�me.jsonl"'
}

test_a_flood_of_names_starves_only_itself()
{
    # 260 records with 4,000 names each: more than a run will remember
    awk 'BEGIN { for (i = 0; i < 260; i++) { printf "{\"id\":\"r%d\"", i
        for (k = 0; k < 4000; k++) printf ",\"n%d\":1", i * 4000 + k
        print "}" }; print "broken" }' >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml
    holds rejects.jsonl '"reason":"too_many_names"'
    holds rejects.jsonl '"reason":"not_an_object"'
}

test_rejects_of_our_own_output_are_as_they_came()
{
    line='{"id":"boom","text":"body","removed":[{"at":0,"text":"AD ","reason":"share"}],"tokens":[[0,4,"word"]]}'
    echo "$line" >in.jsonl
    pipeline 'stage: misbehave
    with: {how: reject}'
    exits 0 "$WARRAQ" run p.yaml
    holds rejects.jsonl "\"record\":$line"
}

test_equal_ids_are_counted_be_they_strings_or_large_numbers()
{
    printf '{"id":%s}\n' 12345678901234567890 12345678901234567890 '"q"' '"q"' 7 7 >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml --json
    holds stdout '"equal_ids": 3'
}

test_blank_lines_do_not_count_under_a_limit()
{
    { printf '\n\n'; articles 1; printf '\n'; articles 3 | tail -n 2; } >in.jsonl
    pipeline "$plain"
    exits 0 "$WARRAQ" run p.yaml --limit 2
    has_lines 2 out.jsonl
    holds out.jsonl '"id":"a2"'
}

run_tests
