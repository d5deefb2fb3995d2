#!/bin/bash
# refusals.sh - what is no plugin is refused, with words that name both sides
# and what to do; what is a plugin of another minor version loads and works.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
here=$srcdir/tests/plugin
unset WARRAQ_PLUGIN_PATH

# build NAME [-DX...]: NAME.so from variant.c; future and past from future.c
build()
{
    local name=$1 source=variant.c
    shift
    case $name in future | past) source=future.c ;; esac
    "${CC:-cc}" -std=c11 -Wall -Wextra -Wno-unused -Werror -shared -fPIC \
        -fvisibility=hidden -I"$srcdir/core/include" "$@" "$here/$source" \
        -o "$name.so" 2>cc.log || fail "cannot build $name: $(cat cc.log)"
}

# refused TEXT [-DX...]: variant.so is refused with TEXT, by `list' and by a
# pipeline that wants it.
refused()
{
    local text=$1
    shift
    [ $# = 0 ] || build variant "$@"
    exits 0 "$WARRAQ" list --plugins=variant.so
    grep -qF -- "$text" stdout ||
        fail "list does not say: $text; it says: $(grep -A 9 ^Refused stdout)"
    grep -qF variant.so stdout || fail 'list does not name the file'
    pipeline '{stage: variant}'
    echo 'plugins: variant.so' >>p.yaml
    exits 69 "$WARRAQ" check p.yaml
    says "$text"
    says variant.so
}

# loads STAGE: the pipeline with this stage keeps all articles.
loads()
{
    articles 3 >in.jsonl
    pipeline "$@"
    echo "plugins: ." >>p.yaml
    exits 0 "$WARRAQ" run p.yaml
    has_lines 3 out.jsonl
}

test_the_plain_variant_loads() { build variant -DPLAIN; loads '{stage: variant}'; }

test_text_is_refused()
{
    echo 'hello' >variant.so
    refused 'it is no shared object (not ELF)'
    : >variant.so
    refused 'it is no shared object (not ELF)'
}

test_an_elf_header_alone_is_refused()
{
    build variant
    head -c 64 variant.so >cut.so && mv cut.so variant.so
    refused 'the file is cut off: build or copy it again'
    build variant
    head -c 5000 variant.so >cut.so && mv cut.so variant.so
    exits 0 "$WARRAQ" list --plugins=variant.so
    holds stdout Refused
}

test_a_program_is_refused()
{
    echo 'int main(void) { return 0; }' >main.c
    "${CC:-cc}" -no-pie main.c -o variant.so || skip 'no -no-pie'
    refused 'link it with -shared'
}

test_a_folder_named_so_is_no_plugin()
{
    mkdir odd.so
    exits 0 "$WARRAQ" list --plugins=.
    ! grep -q odd.so stdout || fail 'listed'
}

# Byte 18 of an ELF file is its machine (ELF-64 object file format, e_machine).
test_another_architecture_is_named()
{
    build variant
    printf '\363' | dd of=variant.so bs=1 seek=18 conv=notrunc 2>/dev/null
    [ "$(uname -m)" != riscv64 ] || skip 'this is the other architecture'
    refused 'it is built for riscv, this warraq for '
    build variant
    printf '\002' | dd of=variant.so bs=1 seek=5 conv=notrunc 2>/dev/null
    refused 'other byte order'
}

test_a_missing_symbol_is_named()
{
    refused 'it has no symbol "warraq_plugin"' -DNO_SYMBOL
}

test_an_undefined_symbol_is_named_with_its_cause()
{
    refused 'undefined symbol: no_such_function; a library it needs' -DUNDEFINED
}

test_a_wrong_magic_is_refused()
{
    refused 'begins with 0x12345678, not 0x31305157' -DMAGIC=0x12345678u
}

test_another_abi_names_both_sides_and_which_to_upgrade()
{
    refused 'it speaks ABI 2.0, this warraq ABI 1.0; upgrade warraq' -DMAJOR=2
    refused 'it speaks ABI 0.0, this warraq ABI 1.0; rebuild the plugin' -DMAJOR=0
    refused 'it needs ABI 1.3, this warraq has 1.0; upgrade warraq' -DNEEDS=3
}

test_sizes_and_strides_that_cannot_be_are_refused()
{
    refused 'its descriptor says 8 bytes' -DSIZE=8
    refused 'its descriptor says 4000000000 bytes' -DSIZE=4000000000u
    refused 'one of its stages has 16 bytes' -DSTRIDE=16
    refused 'one of its stages has 1001 bytes' -DSTRIDE=1001
    refused 'one of its stages has 0 bytes' -DSTRIDE=0
    refused 'it says it has 100000 stages' -DCOUNT=100000
    refused 'it has neither a stage nor a format' -DCOUNT=0
    refused 'its stages are NULL' -DSTAGES_NULL
}

test_names_that_cannot_be_are_refused()
{
    refused "a plugin's name is NULL" -DNAME_NULL
    refused "a stage's name is NULL" -DSTAGE_NULL
    refused "\"no spaces/please\" cannot be a stage's name" -DSTAGE_NAME
    refused "a parameter's name is NULL" -DPARAM_NULL
}

test_stages_that_cannot_work_are_refused()
{
    refused 'stage "variant": it must be either pure or ordered' -DFLAGS_NONE
    refused 'stage "variant": its flags 0x100001 are not known' -DFLAGS_NEW
    refused 'stage "variant": it has no process function' -DNO_PROCESS
}

test_formats_that_cannot_work_are_refused()
{
    refused 'format "variant": its flags 0x4 are not known' -DFORMAT_FLAGS=4
    build variant -DFORMAT_FLAGS=0
    loads '{stage: variant}'
}

test_names_given_twice_are_refused()
{
    refused 'two of its stages are named "variant"' -DSTAGE_TWICE
    refused 'two of its formats are named "variant"' -DFORMAT_FLAGS=0 -DFORMAT_TWICE
    refused 'two reasons are named "why"' -DREASON_TWICE
}

test_parameters_that_cannot_work_are_refused()
{
    refused 'parameter "odd" is of type 99' -DPARAM_TYPE
    refused 'two parameters are named "number"' -DPARAM_TWICE
    refused 'its own default will not do: "odd" must be a whole number, not "ten"' -DPARAM_DEFAULT
    refused 'parameter "odd" has no choices' -DPARAM_CHOICES
}

test_a_crash_while_loading_is_reported_and_the_others_load()
{
    build a_good -DSTAGE='"good_a"' -DPLUGIN='"good_a"'
    build b_crash -DCRASH
    build c_abort -DABORT
    build d_exit -DEXIT
    build e_good -DSTAGE='"good_e"' -DPLUGIN='"good_e"'
    exits 0 "$WARRAQ" list --plugins=.
    holds stdout 'loading it crashes (SIGSEGV)'
    holds stdout 'loading it crashes (SIGABRT)'
    holds stdout 'loading it ends the program (exit 0)'
    holds stdout good_a
    holds stdout good_e
    loads '{stage: good_a}' '{stage: good_e}'
}

# SIGKILL is nobody's own doing: a plugin that was being tried is tried again.
test_a_trial_that_is_killed_is_made_once_more()
{
    build a_good -DSTAGE='"good_a"' -DPLUGIN='"good_a"'
    build b_killed -DKILLED=1 -DSTAGE='"good_b"' -DPLUGIN='"good_b"'
    build c_good -DSTAGE='"good_c"' -DPLUGIN='"good_c"'
    loads '{stage: good_a}' '{stage: good_b}' '{stage: good_c}'
    [ -d killed ] || fail "nothing was killed"
}

test_a_trial_that_is_killed_twice_is_reported()
{
    build a_killed -DKILLED=2
    build b_good -DSTAGE='"good_b"' -DPLUGIN='"good_b"'
    exits 0 "$WARRAQ" list --plugins=.
    holds stdout 'loading it crashes (SIGKILL)'
    holds stdout good_b
    loads '{stage: good_b}'
}

test_a_crash_while_loading_is_refused_by_name() { refused 'SIGSEGV' -DCRASH; }

test_probing_needs_no_standard_streams()
{
    build variant
    build b_crash -DCRASH
    loads '{stage: variant}'
    mv out.jsonl want.jsonl
    "$WARRAQ" run p.yaml <&- >&- 2>&- || fail "it ends with $?"
    same out.jsonl want.jsonl
    rm out.jsonl
    "$WARRAQ" run p.yaml >&- 2>&- || fail "it ends with $?"
    same out.jsonl want.jsonl
    local got=0
    "$WARRAQ" list --plugins=. >&- 2>stderr || got=$?
    [ $got = 74 ] || fail "a list that nobody can read ends with $got"
    says 'cannot write standard output'
}

test_two_plugins_offering_one_name_are_both_named()
{
    mkdir one two
    build variant
    cp variant.so one/ && mv variant.so two/
    pipeline '{stage: variant}'
    echo 'plugins: [one, two]' >>p.yaml
    exits 69 "$WARRAQ" check p.yaml
    says 'two plugins offer the stage "variant": one/variant.so and two/variant.so'
}

test_one_file_met_twice_is_loaded_once()
{
    mkdir one two
    build variant
    mv variant.so one/ && ln -s ../one/variant.so two/variant.so
    ln one/variant.so two/again.so
    pipeline '{stage: variant}'
    echo 'plugins: [one, two, one/variant.so]' >>p.yaml
    exits 0 "$WARRAQ" check p.yaml
}

test_a_folder_of_plugin_folders_is_searched()
{
    mkdir -p all/variant/.libs
    build variant
    mv variant.so all/variant/.libs/
    pipeline '{stage: variant}'
    echo 'plugins: all' >>p.yaml
    exits 0 "$WARRAQ" check p.yaml
    WARRAQ_PLUGIN_PATH=/nowhere::all exits 0 "$WARRAQ" inspect variant
}

# Root must not run what others can change.
test_root_refuses_what_others_may_write()
{
    [ "$(id -u)" = 0 ] || skip 'not root'
    build variant
    chmod o+w variant.so
    refused 'others may write '
    chmod o-w variant.so
    chmod o+w .
    exits 0 "$WARRAQ" list --plugins=variant.so
    holds stdout "; chmod o-w it"
    chmod +t . # others can still put a file beside it
    exits 0 "$WARRAQ" list --plugins=variant.so
    holds stdout "; chmod o-w it"
    chmod o-w .
    mkdir -p up/lib
    mv variant.so up/lib/
    chmod o+w up
    exits 0 "$WARRAQ" list --plugins=up/lib
    holds stdout 'others may write '
    chmod +t up # sticky: others cannot move lib away
    exits 0 "$WARRAQ" inspect --plugins=up/lib variant
}

test_root_refuses_what_belongs_to_another_user()
{
    [ "$(id -u)" = 0 ] || skip 'not root'
    mkdir -p up/lib
    build variant
    chown 54321 variant.so 2>/dev/null || skip 'cannot chown here'
    refused 'variant.so belongs to user 54321, and warraq runs as root; chown root it'
    chown 0 variant.so
    mv variant.so up/lib/
    chown 54321 up
    exits 0 "$WARRAQ" list --plugins=up/lib
    holds stdout '/up belongs to user 54321'
}

test_root_refuses_what_a_group_may_write()
{
    [ "$(id -u)" = 0 ] || skip 'not root'
    build variant
    chgrp 54321 variant.so 2>/dev/null || skip 'cannot chgrp here'
    exits 0 "$WARRAQ" inspect --plugins=variant.so variant # but not write it
    chmod g+w variant.so
    refused 'group 54321 may write '
    refused '; chmod g-w it'
    chgrp 0 variant.so # the group of root
    exits 0 "$WARRAQ" inspect --plugins=variant.so variant
}

works_with_all_its_parts()
{
    loads "{stage: ${1}_a, with: {one: 3}}" "{stage: ${1}_b, with: {two: 9}}"
    exits 0 "$WARRAQ" inspect --plugins=. "${1}_b"
    holds stdout "stage ${1}_b $2, ordered"
    holds stdout 'The second stage.'
    holds stdout 'two: whole number from 0 to 9, default 2'
    holds stdout 'second:'
    pipeline "{stage: ${1}_b, with: {two: 10}}"
    echo 'plugins: .' >>p.yaml
    exits 78 "$WARRAQ" check p.yaml
    says '"two" must be from 0 to 9, not 10'
}

test_a_newer_plugin_with_longer_structs_works()
{
    build future
    works_with_all_its_parts future 9.9
    holds <("$WARRAQ" inspect --plugins=. future) 'the second reason'
}

test_an_older_plugin_with_shorter_structs_works()
{
    build past -DPAST
    works_with_all_its_parts past 0.9
}

test_a_stage_that_is_not_there_is_told_the_closest()
{
    build variant
    exits 69 "$WARRAQ" inspect --plugins=. varaint
    says 'did you mean "variant"?'
}

run_tests
