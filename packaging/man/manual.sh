#!/bin/bash
# manual.sh - makes the manual pages: what the command, the plugins, the documents
# and the header say, in the frames that lie beside this script.
#
#   manual.sh FOLDER      writes warraq.1, warraq-pipeline.5, warraq-plugin.3
#
# Done by `make manual', into doc/, whenever one of these has changed; a test sees
# to it.  WARRAQ is the command; of the plugins only those in WARRAQ_PLUGIN_PATH
# are described.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
out=${1:?into which folder?}
: "${WARRAQ:?is not set: run me by make manual}" "${WARRAQ_PLUGIN_PATH:?}"
export LC_ALL=C

man() { sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/'/\\\\(aq/g" -e 's/^\./\\\&./'; }

# Text lines of at most 76 characters.
wrap()
{
    awk '
        /^\./ || length($0) <= 76 { print; next }
        {
            line = ""
            n = split($0, word, " ")
            for (i = 1; i <= n; i++) {
                if (line != "" && length(line) + length(word[i]) > 75) {
                    print (line ~ /^[.]/ ? "\\&" : "") line
                    line = ""
                }
                line = line (line == "" ? "" : " ") word[i]
            }
            print (line ~ /^[.]/ ? "\\&" : "") line
        }'
}

verbs() { "$WARRAQ" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'; }

# usage VERB: its forms, a line each, without "warraq".
usage()
{
    "$WARRAQ" "$1" --help |
        sed -n -e '/^$/q' -e 's/^Usage: *//' -e 's/^ *warraq //p'
}

synopsis()
{
    local verb form first=yes
    for verb in $(verbs); do
        while IFS= read -r form; do
            [ -n "$first" ] || echo .br
            first=
            printf '.B warraq %s\n' "$verb"
            form=${form#"$verb"}
            [ -z "$form" ] || man <<<"${form# }"
        done < <(usage "$verb")
    done
}

# What the help of each verb says, with its options but --help.
describe_verbs()
{
    local verb
    for verb in $(verbs); do
        usage "$verb" | man | sed 's/^\([^ ]*\)/.SS \1/'
        "$WARRAQ" "$verb" --help | awk -v RS= 'NR == 2' | man
        "$WARRAQ" "$verb" --help | awk -v RS= 'NR > 2' | sed -n \
            -e '/^  -h, --help/d' \
            -e 's/^  \(-.\), \(--[^ ]*\)  *\(.*\)/\1, \2\n\3/p;t' \
            -e 's/^  *\(--[^ ]*\)  *\(.*\)/\1\n\2/p' | man |
            sed 'N;s/^\([^\n]*\)\n/.TP\n.B \1\n/'
    done | awk '
        # Two forms of one verb, two headings: the second one says so.
        /^\.SS / && previous ~ /^\.SS / { sub(/^\.SS /, ""); print ".B " $0 "\n.PP"; next }
        { print; previous = $0 }' | wrap
}

# names SECTION: of the stages or formats that the plugins at hand offer.
names()
{
    "$WARRAQ" list | awk -v section="$1" -v path="$WARRAQ_PLUGIN_PATH" '
        /^[^ ]/ { inside = $0 == section }
        inside && /^  [^ ]/ { name = $1 }
        inside && /^      / {
            n = split(path, folder, ":")
            for (i = 1; i <= n; i++)
                if (index($1, folder[i] "/") == 1) print name
        }'
}

# describe stage|format NAME: what `warraq inspect' says of it.
describe()
{
    "$WARRAQ" inspect "$2" | man | awk -v kind="$1" -v name="$2" '
        # A paragraph of `text ...: ...`: the name is strong.
        function tagged(line,    at) {
            sub(/^ */, "", line)
            at = index(line, ":")
            print ".TP\n\\fB" substr(line, 1, at - 1) "\\fR"
            return substr(line, at + 2)
        }
        /^(stage|format) / { inside = $1 == kind; part = "head"
                             if (inside) {
                                 sub(/.*, /, "")
                                 how = $0
                                 print ".SS " name
                             }
                             next }
        !inside || /^$/ { next }
        /^(Parameters|Reasons):$/ { part = $1; print ".PP\n" $0; next }
        /^(Counters|Suffixes|Fields): / { print ".PP\n" $0 "."; next }
        part == "head" && /^  / { next }
        part == "head" { print; print "It " (how ~ /^(pure|ordered)$/ ? "is " : "") how "." 
                         part = ""; next }
        /^      / { sub(/^ */, ""); print; next }
        part == "Parameters:" { print tagged($0) "."; next }
        part == "Reasons:" { print tagged($0) ; next }
        { print }'
}

all() # SECTION KIND
{
    local name
    for name in $(names "$1"); do describe "$2" "$name"; done | wrap
}

header()
{
    man <"$top/core/include/warraq/plugin.h" | awk '
        BEGIN { print ".nf" }
        /^\/\* (\\-)(\\-)(\\-)(\\-) / {
            sub(/^[^ ]* [^ ]* /, "")
            title = $0
            sub(/ *(\\-)+.*/, "", title)
            print ".fi\n.SS " title "\n.nf"
            if ($0 ~ /\*\/$/) next
            print "/*"
            next
        }
        $0 == "" { print ".sp"; next }
        { print }
        END { print ".fi" }'
}

# Fills a frame: a line @WORD ...@ is what WORD makes.
fill()
{
    local line
    printf ".\\\\\" Made by \`make manual'; change packaging/man, the documents or the tables.\n"
    while IFS= read -r line; do
        case $line in
        @SYNOPSIS@) synopsis ;;
        @VERBS@) describe_verbs ;;
        @STAGES@) all Stages stage ;;
        @FORMATS@) all Formats format ;;
        @HEADER@) header ;;
        @DOCUMENT\ *)
            line=${line#@DOCUMENT }
            awk -f "$here/markdown.awk" "$top/doc/${line%@}" ;;
        *) printf '%s\n' "$(sed "s/@VERSION@/$version/; s/@DATE@/$date/" <<<"$line")" ;;
        esac
    done <"$1"
}

version=$("$WARRAQ" --version | cut -d ' ' -f 2)
# Of the release, not of today: the same sources, the same pages.
date=$(date -u +%Y-%m-%d -d "$(sed -n 's/^ -- .*>  //p' "$here/../debian/changelog" | head -n 1)")
for page in warraq.1 warraq-pipeline.5 warraq-plugin.3; do
    fill "$here/$page.in" >"$out/$page.tmp"
    mv "$out/$page.tmp" "$out/$page"
done
