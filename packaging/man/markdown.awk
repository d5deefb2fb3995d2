# markdown.awk - our documents as manual pages: the markdown that doc/*.md use, in
# man(7).
#
# Headings, paragraphs, lists, fences, tables (a list: the first column is the
# tag, a column "default" follows it in brackets), `code`, **strong**, *em*,
# [links](to): a link to a page is its name.  The title is left out; sections
# become sections.

# One paragraph's text with the escapes of man(7), its fonts, and nothing that
# could be taken for a request.
function inline(s,    out, c, n, i, font) {
    n = length(s)
    for (i = 1; i <= n; i++) {
        c = substr(s, i, 1)
        if (c == "`") {
            out = out (font == "`" ? "\\fR" : "\\fB")
            font = font == "`" ? "" : "`"
        } else if (font == "`") {
            out = out verbatim(c)
        } else if (c == "*") {
            if (substr(s, i, 2) == "**") {
                i++
                out = out (font == "**" ? "\\fR" : "\\fB")
                font = font == "**" ? "" : "**"
            } else {
                out = out (font == "*" ? "\\fR" : "\\fI")
                font = font == "*" ? "" : "*"
            }
        } else if (c == "\\" && substr(s, i + 1, 1) ~ /[|*`\\]/) {
            out = out verbatim(substr(s, ++i, 1))
        } else if (c == "[" && match(substr(s, i), /^\[[^]]*\]\([^)]*\)/)) {
            c = substr(s, i + 1, index(substr(s, i), "](") - 2)
            i += RLENGTH - 1
            out = out "\\fI" c "\\fR"
        } else {
            out = out verbatim(c)
        }
    }
    return out
}

function verbatim(s) {
    gsub(/\\/, "\\e", s)
    gsub(/-/, "\\-", s)
    gsub(/\^/, "\\(ha", s)
    gsub(/~/, "\\(ti", s)
    gsub(/`/, "\\(ga", s)
    gsub(/'/, "\\(aq", s)
    return s
}

# Lines short enough for any editor, none of which begins as a request does.
function fill(s,    line, n, words, i) {
    n = split(s, words, " ")
    for (i = 1; i <= n; i++) {
        if (line != "" && length(line) + length(words[i]) > 76) {
            print guard(line)
            line = ""
        }
        line = line (line == "" ? "" : " ") words[i]
        # A sentence, a line: troff sets the space behind it.
        if (words[i] ~ /[.:!?]$/ && words[i] !~ /(e\.g|s|p)\.$/) {
            print guard(line)
            line = ""
        }
    }
    if (line != "") print guard(line)
}

function guard(line) { return (line ~ /^[.']/ ? "\\&" : "") line }

function close_text() {
    if (text == "") return
    if (kind == "item") printf ".IP \\(bu 2\n"
    else if (kind == "step") printf ".IP %s 4\n", step
    else if (!fresh) print ".PP"
    fill(inline(text))
    text = kind = ""
    fresh = 0
}

# "| a | b |" into cell[1..n]; a bar in code is written \|.
function cells(line, cell,    n, i) {
    gsub(/\\\|/, "\001", line)
    sub(/^\| */, "", line)
    sub(/ *\|[ ]*$/, "", line)
    n = split(line, cell, / *\| */)
    for (i = 1; i <= n; i++) gsub(/\001/, "|", cell[i])
    return n
}

function row(    cell, n, tag) {
    n = cells($0, cell)
    if (!in_table) {
        in_table = 1
        has_default = cell[2] == "default"
        return
    }
    if ($0 ~ /^\|[-| ]*$/) return
    tag = inline(cell[1])
    if (tag !~ /\\f/) tag = "\\fB" tag "\\fR"
    print ".TP"
    if (n == 3 && has_default) print guard(tag " (" inline(cell[2]) ")")
    else print guard(tag)
    fill(inline(n == 3 && !has_default ? cell[2] "; " cell[3] : cell[n]))
    fresh = 0
}

/^```/ {
    close_text()
    if (in_code) print ".fi\n.RE"
    else print (fresh ? "" : ".PP\n") ".RS 4\n.nf"
    in_code = !in_code
    fresh = 0
    next
}
in_code { print ($0 == "" ? ".sp" : guard(verbatim($0))); next }
/^\|/ { close_text(); row(); next }
{ in_table = 0 }
/^# / { fresh = 1; next }
/^## / { close_text(); print ".SH " toupper(inline(substr($0, 4))); fresh = 1; next }
/^### / { close_text(); print ".SS " inline(substr($0, 5)); fresh = 1; next }
/^- / { close_text(); kind = "item"; text = substr($0, 3); next }
/^[0-9]+\. / {
    close_text()
    kind = "step"
    step = $1
    text = substr($0, length($1) + 2)
    next
}
/^ *$/ { close_text(); next }
{ sub(/^ +/, ""); text = text (text == "" ? "" : " ") $0 }
END { close_text() }
