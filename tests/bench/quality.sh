#!/bin/bash
# quality.sh - runs the pipelines over labelled articles and scores the output.
#
#   WARRAQ=build/warraq tests/bench/quality.sh [--dedupe] [OUTPUT-FOLDER]
#
# --dedupe: of dedupe alone, on edits by five seeds instead of one.
#
# The labelled articles and the scorers (Python 3) are not part of this tree:
# WARRAQ_DATA and WARRAQ_SCORE say where they are.  Prints `set figure value'
# lines, the floor behind those that have one, and writes the same as JSON.  Exit
# code 1 when a figure is below its floor (file `floors'), 2 when something could
# not run.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
DATA=${WARRAQ_DATA:-$root/../shared/data}
SCORE=${WARRAQ_SCORE:-$root/../shared/score}
part=.
[ "${1-}" != --dedupe ] || { part=$1; shift; }
out=${1:-quality}
: "${WARRAQ:?}"

die() { echo "quality: $*" >&2; exit 2; }
[ -d "$DATA" ] || die "no labelled articles in $DATA; set WARRAQ_DATA"
[ -d "$SCORE" ] || die "no scorers in $SCORE; set WARRAQ_SCORE"
command -v python3 >/dev/null || die "the scorers need python3"
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 2
: >"$out/figures"

# figure SET NAME VALUE
figure() { echo "$1 $2 $3" >>"$out/figures"; }

# score SET PROGRAM ARGUMENT...: its last line is name=value pairs.
score()
{
    local set=$1 program=$2 pair
    shift 2
    python3 "$SCORE/$program" "$@" >"$out/$set.report" ||
        die "$program failed: $(tail -n 1 "$out/$set.report")"
    for pair in $(tail -n 1 "$out/$set.report"); do
        figure "$set" "${pair%%=*}" "${pair#*=}"
    done
}

# run OUTPUT PIPELINE INPUT...
run()
{
    local to=$out/$1.jsonl pipeline=$2
    shift 2
    rm -f "$to" "$to.rejects.jsonl"
    "$WARRAQ" run "$pipeline" -o "$to" "$@" || die "$pipeline ended with $?"
}

# chain NAME STAGE...: a pipeline of these stages with their defaults.
chain()
{
    local file=$out/$1.yaml
    shift
    { printf 'version: 1\ninput: {path: in}\noutput: {path: out}\nstages:\n'
      printf '  - stage: %s\n' "$@"; } >"$file"
    echo "$file"
}

lines_of() { if [ -f "$1" ]; then wc -l <"$1"; else echo 0; fi; }

# restored SET: how many texts of $out/SET.jsonl come back as normalize alone
# leaves them ($out/SET-plain.jsonl; its reader may have lifted titles).
restored()
{
    local f
    for f in "$1" "$1-plain"; do
        "$WARRAQ" restore "$out/$f.jsonl" >"$out/$f.restored" ||
            die "restore ended with $?"
    done
    python3 - "$out/$1-plain.restored" "$out/$1.restored" <<'END'
import json, sys
a, b = ([json.loads(l) for l in open(f, encoding="utf-8")] for f in sys.argv[1:])
print(sum(x.get("text") == y.get("text") and x["id"] == y["id"]
          for x, y in zip(a, b)) if len(a) == len(b) else -1)
END
}

# below SET NAME VALUE: prints the floor; true if the value does not reach it.
below()
{
    local set name relation floor value=$3
    while read -r set name relation floor; do
        [ "$set $name" = "$1 $2" ] || continue
        printf '%s %s' "$relation" "$floor"
        ! awk -v v="$value" -v f="$floor" -v r="$relation" \
            'BEGIN { exit !(r == "==" ? v == f : r == ">=" ? v >= f : v <= f) }'
        return
    done <"$here/floors"
    return 1
}

# report [SETS]: all figures with their floors; of these sets (a regular
# expression) every floor must have met a figure.
report()
{
    local set name value floor failed=0 n=0 comma=
    printf '{' >"$out/quality.json"
    while read -r set name value; do
        if floor=$(below "$set" "$name" "$value"); then
            floor="$floor  NOT REACHED"
            failed=$((failed + 1))
        fi
        [ -z "$floor" ] || n=$((n + 1))
        printf '%-14s %-24s %12s   %s\n' "$set" "$name" "$value" "$floor"
        printf '%s\n"%s.%s":"%s"' "$comma" "$set" "$name" "$value" >>"$out/quality.json"
        comma=,
    done <"$out/figures"
    printf '\n}\n' >>"$out/quality.json"
    [ "$n" = "$(grep -Ec "^(${1:-[a-z0-9-]+}) " "$here/floors")" ] ||
        { echo "not every floor met its figure"; failed=$((failed + 1)); }
    echo "$((n - failed)) passed, $failed failed"
    [ $failed = 0 ]
}

# shellcheck source=tests/bench/dedupe.sh
. "$here/dedupe.sh"
if [ "$part" = --dedupe ]; then
    dedupe_figures 1 2 3 4 5
    report "$DEDUPE_SETS"
    exit
fi

arabic=$root/pipelines/arabic-news.yaml
normalized=$(chain normalized normalize)

run articles "$arabic" "$DATA"/articles/*.txt
run articles-plain "$normalized" "$DATA"/articles/*.txt
score articles lines.py --labels "$DATA/articles" --out "$out/articles.jsonl"
figure articles restored "$(restored articles)"

run news "$arabic" "$DATA/news-ar/news.jsonl.zst"
run news-plain "$normalized" "$DATA/news-ar/news.jsonl.zst"
in=$(zstd -qdc "$DATA/news-ar/news.jsonl.zst" | wc -l)
figure news in "$in"
for f in out:news.jsonl rejected:news.jsonl.rejects.jsonl; do
    figure news "${f%%:*}" "$(lines_of "$out/${f#*:}")"
done
figure news unaccounted \
    $((in - $(lines_of "$out/news.jsonl") - $(lines_of "$out/news.jsonl.rejects.jsonl")))
figure news restored "$(restored news)"
score dedupe dedupe.py --truth "$DATA/news-ar/truth-pairs.tsv" --out "$out/news.jsonl"
dedupe_figures 1
score agencies agencies.py "$DATA/agencies/agencies.jsonl" "$out/news.jsonl" --no-unnamed

pages=$(chain pages normalize strip_boilerplate)
run lines "$pages" "$DATA/lines/lines.jsonl.zst"
score lines lines.py --labels "$DATA/lines/lines.jsonl.zst" --out "$out/lines.jsonl" --total

language=$(chain language language)
for f in udhr udhr-short; do
    # Gold goes in under other names, lest it passes for an answer.
    sed 's/"lang": *"/"gold": "/' "$DATA/language/$f.jsonl" >"$out/$f.in.jsonl"
    run $f "$language" "$out/$f.in.jsonl"
    score $f language.py "$DATA/language/$f.jsonl" "$out/$f.jsonl"
done

words=$(chain words tokenize)
for f in pud-ar pud-en; do
    run $f "$words" "$DATA/tokens/$f.texts.jsonl"
    score $f tokens.py "$DATA/tokens/$f.gold.jsonl" "$DATA/tokens/$f.texts.jsonl" "$out/$f.jsonl"
done

# Clitics: models like the one that ships, each on documents it has not seen.
python3 "$root/tools/train_clitics.py" folds \
    "$(dirname "$WARRAQ")/tools/clitic_features" \
    "$root/plugins/tokenize/model/counts.bin" "$DATA/tokens/pud-ar.conllu" \
    >"$out/clitics.report" || die "train_clitics.py failed"
while IFS='= ' read -r name value _; do
    figure clitics-folds "$name" "$value"
done < <(grep '^clitic_' "$out/clitics.report")

# Every token is its slice of the text, behind every stage.
WARRAQ=$WARRAQ bash "$here/offsets.sh" "$DATA/news-ar/news.jsonl.zst" "$out/offsets" \
    >"$out/offsets.report"
[ -s "$out/offsets.report" ] || die "offsets.sh could not run"
read -r _ _ spans _ differences <"$out/offsets.report"
figure offsets spans "$spans"
figure offsets differences "$differences"

# Sentences marked by hand, ours and ICU's; the marks are in this tree, the texts
# are not.
gold=$root/tests/data/sentences/gold.tsv
mkdir -p "$out/sentences"
cp "$DATA"/articles/*.txt "$out/sentences"
zstd -qdc "$DATA/news-ar/news.jsonl.zst" | python3 -c '
import json, sys
ids = {line.split("\t")[1] for line in open(sys.argv[1]) if line[0] != "#"}
for article in map(json.loads, sys.stdin.buffer):
    if article["id"] in ids:
        path = sys.argv[2] + "/" + article["id"] + ".txt"
        open(path, "w", encoding="utf-8", newline="").write(article["text"])
' "$gold" "$out/sentences"
"$(dirname "$WARRAQ")/tests/bench/sentence_score" "$gold" "$out/sentences" \
    >"$out/sentences.report" || die "sentence_score failed"
for pair in $(tail -n 1 "$out/sentences.report"); do
    figure sentences "${pair%%=*}" "${pair#*=}"
done

tags=$(chain tags tokenize tag)
for f in articles recognizers hijri; do
    sed 's/"dates": *\[/"gold": [/; s/"reference_date"/"date"/' \
        "$DATA/dates/$f.jsonl" >"$out/dates-$f.in.jsonl"
    run "dates-$f" "$tags" "$out/dates-$f.in.jsonl"
    score "dates-$f" dates.py "$DATA/dates/$f.jsonl" "$out/dates-$f.jsonl"
done
for f in anercorp-train aqmar wojood-val; do
    sed 's/"entities": *\[/"gold": [/' "$DATA/entities/$f.jsonl" >"$out/$f.in.jsonl"
    run $f "$tags" "$out/$f.in.jsonl"
    score $f entities.py "$DATA/entities/$f.jsonl" "$out/$f.jsonl"
done

report
