# vertical.awk - a strict reader of the format `vertical`: prints its tokens, one
# a line, and ends with 1 at the first line that no writer should have written.
#   awk -v columns=2 -f vertical.awk FILE
function wrong(why) {
    printf "%s:%d: %s: %s\n", FILENAME, FNR, why, $0 > "/dev/stderr"
    failed = 1
    exit 1
}
function open(tag, parent) {
    if (is_open[tag]) wrong("<" tag "> inside of it")
    if (parent != "" && !is_open[parent]) wrong("<" tag "> outside of " parent)
    is_open[tag] = 1
}
function close_tag(tag, child) {
    if (!is_open[tag]) wrong("</" tag "> without <" tag ">")
    if (child != "" && is_open[child]) wrong("</" tag "> before </" child ">")
    is_open[tag] = 0
}
# Decodes the entities of a text; any other & < > is wrong.
function decoded(text,    rest, bare) {
    bare = text
    gsub(/&(amp|lt|gt|quot);/, "", bare)
    if (bare ~ /[&<>]/) wrong("not escaped")
    gsub(/&lt;/, "<", text)
    gsub(/&gt;/, ">", text)
    gsub(/&quot;/, "\"", text)
    gsub(/&amp;/, "\\&", text)
    return text
}
BEGIN { FS = "\t" }
/^<doc( [A-Za-z_][A-Za-z0-9_-]*="[^"<>]*")*>$/ { open("doc"); docs++; next }
/^<p>$/ { if (is_open["s"]) wrong("<p> in <s>"); open("p", "doc"); next }
/^<s>$/ { open("s", "doc"); sentences++; next }
/^<g\/>$/ {
    if (!is_open["s"]) wrong("<g/> outside of <s>")
    if (is_glued) wrong("<g/> twice")
    is_glued = 1
    next
}
/^<\/s>$/ { close_tag("s"); if (is_glued) wrong("<g/> at the end"); next }
/^<\/p>$/ { close_tag("p", "s"); next }
/^<\/doc>$/ { if (is_open["s"]) wrong("</doc> before </s>"); close_tag("doc", "p"); next }
/^</ { wrong("no tag of this format") }
{
    if (!is_open["s"]) wrong("a token outside of <s>")
    if (NF != columns) wrong("not " columns " columns")
    for (i = 1; i <= NF; i++) {
        if ($i == "") wrong("an empty column")
        if ($i ~ /^ | $|  /) wrong("spaces at the end, or two of them")
        if ($i ~ /[\001-\010\013-\037]/) wrong("a control character")
    }
    print decoded($1)
    tokens++
    is_glued = 0
}
END {
    if (failed) exit 1
    if (is_open["doc"]) { print "the end is missing" > "/dev/stderr"; exit 1 }
    printf "%d %d %d\n", docs, sentences, tokens > "/dev/stderr"
}
