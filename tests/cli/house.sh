#!/bin/bash
# house.sh - the rules of the source tree, and the examples in its documents.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# includes FOLDER: "file<TAB>header" for every quoted or angle include.
includes()
{
    (cd "$srcdir" && find "$@" -name '*.[ch]' -o -name '*.cpp' | sort |
        xargs grep -HoE '^ *# *include +[<"][^>"]+[>"]' |
        sed -E 's/^([^:]*): *# *include +/\1\t/')
}

# The folder that a quoted header lies in, of those of core.
only_from() # FOLDER ALLOWED...
{
    local folder=$1 bad
    shift
    bad=$(includes "core/$folder" | awk -F '\t' -v allowed=" $folder $* " '
        $2 ~ /^"/ {
            split($2, part, /["\/]/)
            if ($2 ~ /\// && index(allowed, " " part[2] " ") == 0) print
        }')
    [ -z "$bad" ] || fail "against the arrows of the design: $bad"
}

test_inside_core_the_arrows_run_one_way()
{
    only_from base
    only_from text base
    only_from record base
    only_from config base
    only_from plugin base config record
    only_from state base
    only_from run base config record plugin state
}

test_the_core_includes_nothing_of_the_plugins()
{
    local bad
    bad=$(includes core | grep -F 'plugins/' || true)
    [ -z "$bad" ] || fail "$bad"
}

test_a_plugin_includes_the_public_header_and_its_own()
{
    local file header
    includes plugins | while IFS=$'\t' read -r file header; do
        case $header in
        '<warraq/plugin.h>' | '<'[!/]*'>') continue ;;
        esac
        header=${header//\"/}
        [ -f "$srcdir/$(dirname "$file")/$header" ] ||
            [ "$header" = "$(basename "$header")" ] || # made by the build
            fail "$file includes $header"
    done
}

test_only_the_text_folder_knows_ICU()
{
    local bad
    bad=$(includes core plugins | grep '<unicode/' | grep -v '^core/text/' || true)
    [ -z "$bad" ] || fail "$bad"
}

test_only_the_ledger_knows_SQLite()
{
    local bad
    bad=$(includes core plugins | grep '<sqlite3' | grep -vE '^core/state/(ledger(_sql)?|pages)\.' || true)
    [ -z "$bad" ] || fail "$bad"
}

test_nothing_copies_or_reads_numbers_without_looking()
{
    local bad
    bad=$(cd "$srcdir" && grep -nE '\b(strcpy|strcat|sprintf|gets|atoi|atol|atof|alloca|strtok)\(' \
        -r core plugins --include='*.[ch]' --include='*.cpp' || true)
    [ -z "$bad" ] || fail "$bad"
}

# Each ```yaml block with a version is a whole pipeline, and must be a right one.
test_every_pipeline_in_the_documents_is_right()
{
    local file block n=0
    for file in "$srcdir"/README.md "$srcdir"/doc/*.md; do
        rm -f block-*
        awk '/^```yaml/ { n++; inside = 1; next }
             /^```/ { inside = 0 }
             inside { print > ("block-" n) }' "$file"
        for block in block-*; do
            [ -f "$block" ] && grep -q '^version:' "$block" || continue
            mv "$block" block.yaml
            exits 0 "$WARRAQ" check block.yaml
            n=$((n + 1))
        done
    done
    [ $n -ge 2 ] || fail "only $n pipelines in the documents"
}

test_every_ready_pipeline_says_what_it_does_first()
{
    local p
    for p in "$PIPELINES"/*.yaml; do
        head -n 1 "$p" | grep -q "^# $(basename "$p" .yaml) - " ||
            fail "$p does not say what it is"
        grep -q '^# Use it' "$p" || fail "$p does not say when to use it"
        grep -q '^tests:' "$p" || fail "$p has no tests"
    done
}

run_tests
