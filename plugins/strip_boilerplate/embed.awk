# embed.awk - makes a C file of data files, so that a plugin is one .so.
#   awk -f embed.awk FILE... > data.c
function escape(s) {
    gsub(/\\/, "\\\\", s)
    gsub(/"/, "\\\"", s)
    return s
}
BEGIN {
    print "/* Made by embed.awk. */"
    print "#include \"data.h\""
}
FNR == 1 {
    if (open) print "    ;"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.tsv$/, "", name)
    names[++n] = name
    printf "static const char data_%s[] =\n", name
    open = 1
}
{ printf "    \"%s\\n\"\n", escape($0) }
END {
    if (open) print "    ;"
    print "const struct data_file data_files[] = {"
    for (i = 1; i <= n; i++)
        printf "    { \"%s\", data_%s, sizeof data_%s - 1 },\n",
            names[i], names[i], names[i]
    print "};"
    printf "const size_t n_data_files = %d;\n", n
}
