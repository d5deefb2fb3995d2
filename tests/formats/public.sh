#!/bin/bash
# public.sh - the output of arabic-corpus on the sample articles, read by the
# tools of others: corpy (vertical), conllu and udapi (CoNLL-U), and the official
# validator of Universal Dependencies (udvalidate).
#
#   WARRAQ=./warraq WARRAQ_PLUGIN_PATH=./plugins/.libs bash public.sh
#
# Needs from PyPI: corpy conllu udapi udtools; PYTHON names the interpreter that
# has them (python3).  Prints what each tool read; the tokens must be those that
# the JSON lines of the same run have.  Not a part of `make check'.
set -eu
srcdir=$(cd "$(dirname "$0")/../.." && pwd)
: "${WARRAQ:?is not set: which warraq?}"
PYTHON=${PYTHON:-python3}
for module in corpy.vertical conllu udapi udtools; do
    "$PYTHON" -c "import $module" 2>/dev/null || {
        echo "public.sh: $PYTHON has no $module; pip install" \
            "corpy conllu udapi udtools" >&2
        exit 1
    }
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for suffix in jsonl vert conllu; do
    [ $suffix = vert ] || sed '/^  with:.*stems: stems/d' \
        "$srcdir/pipelines/arabic-corpus.yaml" >"$folder/$suffix.yaml"
    [ $suffix != vert ] ||
        cp "$srcdir/pipelines/arabic-corpus.yaml" "$folder/$suffix.yaml"
    "$WARRAQ" run "$folder/$suffix.yaml" -o "$folder/corpus.$suffix" \
        "$srcdir"/tests/data/articles/*.txt
done
"$PYTHON" "$srcdir/tests/formats/public.py" "$folder/corpus"
"$PYTHON" -c 'import sys; from udtools.cli import main; sys.exit(main())' \
    --lang ud --level 1 "$folder/corpus.conllu"
