#!/bin/bash
# run.sh - every message about a pipeline file, as its golden file has it.
#
# NAME.yaml is checked by `warraq check`; what that prints must be NAME.err, byte
# by byte, and its exit code 78, or what the file says by "# exit: N" on its
# first line.  Files too large, or not files at all, are made by the functions
# below; theirs is made-NAME.err.
#
#   run.sh            compares; what differs is shown
#   run.sh --accept   shows the differences, then makes them the golden files
#
# WARRAQ and WARRAQ_TEST_PLUGINS say what is tested (make check sets them).
set -u
srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
: "${WARRAQ:?is not set: run me by make check}"
export WARRAQ_PLUGIN_PATH=${WARRAQ_TEST_PLUGINS:?}/sample.so
export LC_ALL=C.UTF-8
golden=$srcdir/tests/config
made=$(mktemp -d "${TMPDIR:-/tmp}/warraq-test.XXXXXX")
trap 'rm -rf "$made"' EXIT
accept=${1:-}
passed=0 failed=0

# compare NAME EXIT WANT: $made/got against NAME.err, EXIT against WANT.
compare()
{
    local ok=1
    touch "$made/none"
    local old=$golden/$1.err
    [ -f "$old" ] || old=$made/none
    if ! diff -u --label "$1.err" --label 'now printed' "$old" "$made/got"; then
        ok=0
        [ "$accept" != --accept ] || { cp "$made/got" "$golden/$1.err"; ok=1; }
    fi
    if [ "$2" != "$3" ]; then
        echo "$1: exit code $2, not $3"
        ok=0
    fi
    if [ $ok = 1 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAILED  $1"
    fi
}

# check NAME FOLDER FILE WANT
check()
{
    local code=0
    (cd "$2" && timeout 20 "$WARRAQ" check "$3") >"$made/got" 2>&1 </dev/null || code=$?
    compare "$1" $code "$4"
}

for file in "$golden"/*.yaml; do
    name=$(basename "$file" .yaml)
    want=$(head -n 1 "$file" | tr -d '\0' | sed -n 's/^# exit: \([0-9]*\)$/\1/p')
    check "$name" "$golden" "$name.yaml" "${want:-78}"
done

top='version: 1\ninput: {path: in.jsonl}\noutput: {path: out.jsonl}\n'
check made-missing "$made" missing.yaml 66
mkdir "$made/folder.yaml"
check made-folder "$made" folder.yaml 66
{ printf "$top"; head -c 1100000 /dev/zero | tr '\0' '#'; } >"$made/large.yaml"
check made-large "$made" large.yaml 78
head -c 200000 /dev/zero | tr '\0' '[' >"$made/brackets.yaml"
check made-brackets "$made" brackets.yaml 78
head -c 200000 /dev/zero | tr '\0' '{' >"$made/braces.yaml"
check made-braces "$made" braces.yaml 78
yes -- '- ' | head -n 200000 | tr -d '\n' >"$made/dashes.yaml"
check made-dashes "$made" dashes.yaml 78
yes '[' | head -n 200000 >"$made/bracket-lines.yaml"
check made-bracket-lines "$made" bracket-lines.yaml 78
{ printf "$top"'stages: ['; yes 'x, ' | head -n 150000 | tr -d '\n'; echo ']'; } >"$made/many.yaml"
check made-many "$made" many.yaml 78
if [ "$(id -u)" != 0 ]; then
    echo 'version: 1' >"$made/secret.yaml"
    chmod 0 "$made/secret.yaml"
    check made-secret "$made" secret.yaml 77
fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
