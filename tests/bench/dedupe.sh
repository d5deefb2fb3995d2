# shellcheck shell=bash
# dedupe.sh - figures of dedupe, for quality.sh, which reads this file.
#
# On the labelled articles with everything remembered, and with the labelled
# look-alikes left out; on look-alikes; on articles that have been edited, plainly
# and with the inserted stories in the stream; with a fifth of the words changed.
#
# shellcheck disable=SC2154 # here, root, out, DATA, SCORE, WARRAQ: quality.sh

# shellcheck disable=SC2034 # quality.sh reads it
DEDUPE_SETS='dedupe-14d|dedupe-except|lookalikes|edits|edits-chain|words20'

# least REPORT: the least share of a kind of edit that is in the right story.
least()
{
    awk 'NF >= 6 && $2 ~ /^[0-9]+$/ && $1 != "distractor" \
         { if (least == "" || $6 < least) least = $6 }
         END { print least }' "$1"
}

# edited SET SEED MAKE...: runs dedupe over the stream that MAKE... --out DIR
# makes, and adds `ari least found foreign' to $out/SET.seeds.
edited()
{
    local set=$1 seed=$2 in=$out/$1-$2.in
    shift 2
    "$@" --seed "$seed" --out "$in" >"$in.log" 2>&1 || die "$(tail -n 1 "$in.log")"
    run "$set-$seed" "$remembering" "$in/stream.jsonl"
    python3 "$SCORE/dedupe.py" --clusters "$in/truth.jsonl" \
        --out "$out/$set-$seed.jsonl" >"$out/$set-$seed.report" ||
        die "dedupe.py failed"
    tail -n 1 "$out/$set-$seed.report" | tr ' ' '\n' |
        awk -F= -v least="$(least "$out/$set-$seed.report")" \
            '{ v[$1] = $2 } END { print v["ari"], least, v["edit_recall"],
                                  v["false_first"] + v["false_distractor"] }' \
            >>"$out/$set.seeds"
    rm -r "$in" "$out/$set-$seed.jsonl"
}

# worst SET COLUMN NAME [MORE]: the least (MORE: the greatest) of all seeds.
worst()
{
    figure "$1" "$3" "$(cut -d ' ' -f "$2" "$out/$1.seeds" | sort -g ${4:+-r} |
        head -n 1)"
}

# dedupe_figures SEED...
dedupe_figures()
{
    local news=$DATA/news-ar/news.jsonl.zst truth=$DATA/news-ar/truth-pairs.tsv
    local lookalikes=$root/tests/data/dedupe/lookalikes.tsv seed pair
    remembering=$(chain remembering normalize \
        $'tokenize\n    with: {segments: none}' $'dedupe\n    with: {window: 14d}')

    run dedupe-14d "$remembering" "$news"
    score dedupe-14d dedupe.py --truth "$truth" --out "$out/dedupe-14d.jsonl"
    awk -F '\t' '$5 == "alone" { print $2 }' "$lookalikes" >"$out/except"
    score dedupe-except dedupe.py --truth "$truth" --out "$out/dedupe-14d.jsonl" \
        --except "$out/except"
    python3 "$here/lookalikes.py" "$lookalikes" "$out/dedupe-14d.jsonl" \
        >"$out/lookalikes.report" || die "lookalikes.py failed"
    for pair in $(<"$out/lookalikes.report"); do
        figure lookalikes "${pair%%=*}" "${pair#*=}"
    done

    rm -f "$out/edits.seeds" "$out/edits-chain.seeds" "$out/words20.seeds"
    for seed; do
        edited edits "$seed" python3 -B "$DATA/news-ar/make_edits.py" \
            --bases 300 --in "$news"
        edited edits-chain "$seed" python3 -B "$DATA/news-ar/make_edits.py" \
            --bases 300 --in "$news" --chain
        edited words20 "$seed" python3 -B "$here/words20.py" --in "$news" \
            --pairs "$truth"
    done
    for pair in edits edits-chain; do
        worst "$pair" 1 ari
        worst "$pair" 2 worst_kind
        worst "$pair" 4 wrongly_marked more
    done
    worst words20 3 found
    worst words20 4 wrongly_marked more
}
