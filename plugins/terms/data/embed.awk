# embed.awk - makes data.c of the tables, so that the plugin is one .so.
#   awk -f embed.awk stopwords.tsv own.tsv clitics.tsv >data.c
# The first two are one table.  Comment lines stay behind.
function begin(name) {
    if (last) finish()
    last = name
    printf "static const char %s[] =\n", name
}
function finish() {
    print "    ;"
    printf "const struct data data_%s = { %s, sizeof %s - 1 };\n", \
        last, last, last
}
BEGIN {
    print "/* Made by embed.awk. */"
    print "#include \"data.h\""
    begin("words")
}
FNR == 1 && FILENAME ~ /clitics/ { begin("clitics") }
/^#/ { next }
{
    gsub(/\\/, "\\\\")
    gsub(/"/, "\\\"")
    printf "    \"%s\\n\"\n", $0
}
END { finish() }
