# conllu.awk - a strict reader of the format `conllu`, by the rules of CoNLL-U
# version 2: prints its surface tokens, one a line, and ends with 1 at the first
# line that no writer should have written.
#   awk -f conllu.awk FILE
function wrong(why) {
    printf "%s:%d: %s: %s\n", FILENAME, FNR, why, $0 > "/dev/stderr"
    failed = 1
    exit 1
}
# A surface token: its form, a space behind it unless SpaceAfter says No.
function surface() {
    made = made $2 (("|" $10 "|") ~ /\|SpaceAfter=No\|/ ? "" : " ")
    print $2
    tokens++
}
function end_of_sentence() {
    if (id == 0) wrong("no words")
    if (id < last) wrong("a multiword token is cut short")
    sub(/ $/, "", made)
    if (made != text) wrong("# text is not what the tokens make: " made)
    id = last = 0
    made = text = ""
    has_text = has_id = 0
    sentences++
}
BEGIN { FS = "\t" }
/^# newdoc id = / { docs++; if (id) wrong("inside of a sentence"); next }
/^# sent_id = / {
    if (seen[$0]++) wrong("the same sent_id again")
    if (substr($0, 13) ~ /[ \/]/) wrong("a sent_id with white space or /")
    has_id = 1
    next
}
/^# text = / { text = substr($0, 10); has_text = 1; next }
/^#/ { if (id) wrong("a comment behind words"); next }
/^$/ { end_of_sentence(); next }
{
    if (!has_id || !has_text) wrong("a sentence without sent_id or text")
    if (NF != 10) wrong("not ten columns")
    for (i = 1; i <= NF; i++)
        if ($i == "" || $i ~ /^ | $/ || $i ~ /[\001-\010\013-\037]/)
            wrong("column " i)
    for (i = 3; i <= 9; i++) if ($i ~ / /) wrong("a space in column " i)
}
$1 ~ /^[0-9]+-[0-9]+$/ {
    split($1, range, "-")
    if (range[1] != id + 1 || range[2] <= range[1] || id < last)
        wrong("a range out of order")
    for (i = 3; i <= 9; i++) if ($i != "_") wrong("a range has only a form")
    last = range[2]
    surface()
    next
}
{
    if ($1 != id + 1) wrong("a word out of order")
    id++
    if (id > last) surface()
    else if ($10 ~ /SpaceAfter/) wrong("SpaceAfter inside of a token")
}
END {
    if (failed) exit 1
    if (id) { print "the last blank line is missing" > "/dev/stderr"; exit 1 }
    printf "%d %d %d\n", docs, sentences, tokens > "/dev/stderr"
}
