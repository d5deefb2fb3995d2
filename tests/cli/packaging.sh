#!/bin/bash
# packaging.sh - what comes along with the command: completion for bash, manual
# pages, the example for cron, the units.  What needs systemd, lintian or mandoc
# to look at it is in tests/packaging.sh.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
: "${builddir:?}" "${bindir:?}"
PACKAGING=$srcdir/packaging

# completes WORD...: what bash would offer for the last word, as it splits them
# ("--lock=s" is three), into ./offered, a line each.
completes()
{
    WARRAQ=$WARRAQ "$BASH" --norc -c '
        . "$1"
        shift
        warraq() { "$WARRAQ" "$@"; }
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        complete -p warraq | grep -q " -F _warraq " || exit 1
        _warraq warraq "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
        printf "%s\n" "${COMPREPLY[@]}"
    ' completes "$PACKAGING/completion/warraq.bash" "$@" >offered
}

offers()
{
    local one
    for one; do
        grep -qxF -- "$one" offered || fail "no $one in: $(paste -sd ' ' offered)"
    done
}

offers_only()
{
    [ "$(sort offered)" = "$(printf '%s\n' "$@" | sort)" ] ||
        fail "offered: $(paste -sd ' ' offered), not: $*"
}

test_completion_knows_every_verb_of_the_help()
{
    completes warraq ''
    "$WARRAQ" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' >verbs
    [ "$(wc -l <verbs)" -ge 9 ] || fail "verbs: $(paste -sd ' ' verbs)"
    # shellcheck disable=SC2046 # words
    offers_only $(cat verbs) --help --version
    completes warraq res
    offers_only restore
}

test_completion_knows_every_option_of_every_verb()
{
    local verb n=0
    for verb in $("$WARRAQ" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'); do
        "$WARRAQ" "$verb" --help | grep -oE '^  (-.,|   ) --[a-z-]+=?' |
            sed 's/.* //' >options
        completes warraq "$verb" --
        # shellcheck disable=SC2046 # words
        offers_only $(cat options)
        n=$((n + $(wc -l <options)))
    done
    [ $n -ge 30 ] || fail "only $n options"
    completes warraq run p.yaml --time
    offers_only --time-limit=
}

test_completion_offers_the_choices_of_an_option_and_its_files()
{
    mkdir folder other
    completes warraq run --lock =
    offers_only fail skip wait
    completes warraq run --lock = s
    offers_only skip
    completes warraq run --progress al
    offers_only always
    completes warraq list --plugins = f
    offers_only folder
    : >file
    completes warraq run p.yaml -o f
    offers_only file folder
    completes warraq run -j ''
    offers_only ''
}

test_completion_offers_stages_and_formats_after_inspect()
{
    completes warraq inspect ''
    offers normalize language strip_boilerplate tokenize dedupe tag filter exec \
        jsonl text
    completes warraq inspect --json dedu
    offers_only dedupe
    completes warraq inspect dedupe ''
    offers_only ''
    completes warraq new ''
    offers_only ''
}

test_completion_offers_pipelines_then_inputs()
{
    mkdir inbox
    touch a.yaml b.yml c.txt inbox/1.jsonl
    completes warraq run ''
    offers_only a.yaml b.yml inbox
    completes warraq run -j 2 --lock = skip ''
    offers_only a.yaml b.yml inbox
    completes warraq run --verbose a.yaml ''
    offers a.yaml c.txt inbox
    completes warraq run a.yaml c.txt inbox/
    offers_only inbox/1.jsonl
    completes warraq check a.yaml b
    offers_only b.yml
}

test_completion_follows_the_forms_of_state()
{
    mkdir state
    touch p.yaml in.jsonl
    completes warraq state ''
    offers info inputs runs verify forget
    completes warraq state runs ''
    offers_only p.yaml state
    completes warraq state runs p.yaml ''
    offers_only ''
    completes warraq state forget p.yaml i
    offers_only in.jsonl
}

test_completion_bears_odd_words()
{
    touch "two words.yaml"
    completes warraq run two
    offers_only 'two words.yaml'
    completes warraq nosuch ''
    completes warraq run '['
    completes warraq run -- ''
    completes warraq run '*' '.*' '/' '\' ''
}

test_the_manual_pages_are_what_the_tables_say()
{
    local page
    "$BASH" "$PACKAGING/man/manual.sh" .
    for page in warraq.1 warraq-pipeline.5 warraq-plugin.3; do
        cmp -s "$srcdir/doc/$page" $page && continue
        diff -u "$srcdir/doc/$page" $page | head -n 40 >&2
        fail "doc/$page is stale: make manual"
    done
}

test_the_manual_names_every_stage_and_every_exit_code()
{
    local word
    for word in $("$WARRAQ" list | sed -n 's/^  \([a-z_]*\) .*/\1/p'); do
        grep -qxF ".SS $word" "$srcdir/doc/warraq-pipeline.5" || fail "no $word"
    done
    for word in $(grep -oE '^    EX_[A-Z_]+ = [0-9]+' "$srcdir/core/base/err.h" |
        sed 's/.* //'); do
        grep -qE "^\.(B|BR) .*\<$word\>" "$srcdir/doc/warraq.1" || fail "no $word"
    done
}

# The line of the example, as cron gives it to the shell.
test_the_cron_example_is_silent_on_success()
{
    local line
    line=$(sed -n 's/^[0-9*][^ ]* \* \* \* \*  warraq  //p' "$PACKAGING/cron/warraq")
    line=${line//\/srv\/news/.}
    [[ $line = *warraq\ run* ]] || fail "no command in the example"
    mkdir bin inbox
    ln -s "$WARRAQ" bin/warraq
    articles 3 >inbox/1.jsonl
    printf 'version: 1\nstate: state\ninput: {path: "inbox/*"}\noutput: {path: "out/{run}.jsonl"}\nstages: [{stage: normalize}]\n' >news.yaml
    PATH=$PWD/bin:$PATH exits 0 sh -c "$line"
    is_quiet
    has_lines 3 out/000001.jsonl
    # Nothing new.
    PATH=$PWD/bin:$PATH exits 0 sh -c "$line"
    is_quiet
    [ "$(ls out)" = 000001.jsonl ] || fail "written: $(ls out)"
    # A run that is at work.
    exec 9<state/lock
    flock 9
    articles 4 >inbox/2.jsonl
    PATH=$PWD/bin:$PATH exits 0 sh -c "$line"
    is_quiet
    exec 9<&-
    # What is wrong is said.
    rm -r state
    PATH=$PWD/bin:$PATH exits 73 sh -c "$line"
    says 000001.jsonl
}

# The page of the README, copied: its pipeline, and its line for cron.
test_in_cron_as_the_README_has_it()
{
    local line
    awk '/^## / { inside = $0 == "## In cron" }
         inside' "$srcdir/README.md" >page
    awk '/^```yaml/ { inside = 1; next }
         inside && /^```/ { exit }
         inside' page >news.yaml
    line=$(sed -n 's/^17 \* \* \* \* *//p' page)
    line=${line//\/srv\/news/.}
    mkdir bin inbox
    ln -s "$WARRAQ" bin/warraq
    cp "$ARTICLES"/*.txt inbox/
    for _ in 1 2; do
        PATH=$PWD/bin:$PATH exits 0 sh -c "$line"
        is_quiet
    done
    ls out >files
    [ "$(paste -sd ' ' files)" = "000001.dropped.jsonl 000001.jsonl.zst" ] ||
        fail "written: $(paste -sd ' ' files)"
    exits 0 "$WARRAQ" state runs news.yaml
    holds stdout '5 in 5 out 0 dropped'
}

# What it adds further down fits that pipeline.
test_all_of_the_pipeline_in_the_README_is_right()
{
    awk '/^## / { inside = $0 == "## In cron" }
         inside && /^```/ { yaml = /yaml/; next }
         inside && yaml' "$srcdir/README.md" >news.yaml
    grep -q '^sandbox: *true' news.yaml || fail "the page says no sandbox"
    mkdir inbox
    exits 0 "$WARRAQ" check news.yaml
}

test_the_units_are_made_for_where_the_command_will_be()
{
    local unit=$builddir/packaging/systemd/warraq@.service
    make -s -C "$builddir" packaging/systemd/warraq@.service
    grep -q "^ExecStart=$bindir/warraq run /.*/warraq/%i.yaml\$" "$unit" ||
        fail "$(grep ExecStart "$unit")"
    ! grep -q '@[a-z]*@' "$unit" || fail "not filled in: $(grep '@[a-z]*@' "$unit")"
    holds "$unit" SuccessExitStatus=75
}

run_tests
