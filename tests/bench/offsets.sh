#!/bin/bash
# offsets.sh - counts the spans that are not their slice of the text, behind all
# stages of a pipeline and in its output.
#
#   WARRAQ=build/warraq tests/bench/offsets.sh [CORPUS [OUTPUT-FOLDER]]
#
# CORPUS is JSONL, plain, .gz or .zst.  Needs the test plugins of the build:
# make tests/plugins/slices.la, or any `make check'.  tokenize stands in front of
# strip_boilerplate here, so that what it marks is shifted.  Prints a line
#
#   offsets spans N differences N       tokens, segments, sentences looked
#                                       at, behind all stages and once more when
#                                       the output was read again
#
# Exit code 1 if there is a difference, 2 if something could not run.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
corpus=${1:-$root/../shared/data/news-ar/news.jsonl.zst}
out=${2:-offsets}
: "${WARRAQ:?}"
die() { echo "offsets: $*" >&2; exit 2; }

slices=${WARRAQ_TEST_PLUGINS:-$(dirname "$WARRAQ")/tests/plugins/.libs}/slices.so
[ -f "$slices" ] || die "no $slices; make tests/plugins/slices.la"
slices=$(realpath "$slices")
corpus=$(realpath "$corpus") || exit 2
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 2

# pipeline NAME INPUT STAGE...
pipeline()
{
    local file=$out/$1.yaml input=$2
    printf 'version: 1\nplugins: [%s]\ninput: {path: %s}\n' "$slices" "$input" >"$file"
    printf 'output: {path: %s}\nstages:\n' "$out/$1.jsonl" >>"$file"
    shift 2
    printf '  - stage: %s\n' "$@" >>"$file"
}

# checked NAME: runs it; prints the spans that were checked and the differences.
checked()
{
    "$WARRAQ" run "$out/$1.yaml" --json >"$out/$1.json" || die "$1.yaml ended with $?"
    awk -F '[:, ]+' '
        $2 == "\"label\"" { is = $3 == "\"slices_check\"" }
        is && $2 == "\"spans\"" { spans = $3 }
        is && $2 == "\"differences\"" { differences = $3 }
        END { print spans + 0, differences + 0 }' "$out/$1.json"
}

pipeline stages "$corpus" normalize tokenize slices_note language \
    strip_boilerplate dedupe tag slices_check
pipeline again "$out/stages.jsonl" slices_check
stages=$(checked stages) || exit 2
again=$(checked again) || exit 2
rm -f "$out/stages.jsonl" "$out/again.jsonl"
awk '{ spans += $1; differences += $2; if (!$1) none = 1 }
     END { printf "offsets spans %d differences %d\n", spans, differences
           exit differences || none }' <<END
$stages
$again
END
