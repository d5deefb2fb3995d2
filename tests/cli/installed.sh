#!/bin/bash
# installed.sh - warraq as users have it: installed, and plugins of their own
# made outside the tree with nothing but pkg-config.
#
# `make check' installs into a folder of the test's own and looks there;
# `make installcheck' has INSTALLED=1 and looks where warraq was installed.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
: "${builddir:?}" "${bindir:?}" "${datadir:?}" "${libdir:?}" "${plugindir:?}"
: "${CC:=cc}" "${CXX:=c++}"

if [ -z "${INSTALLED:-}" ]; then
    DESTDIR=$(mktemp -d "${TMPDIR:-/tmp}/warraq-install.XXXXXX")
    if ! make -C "$builddir" -s install DESTDIR="$DESTDIR" >"$DESTDIR/log" 2>&1
    then
        cat "$DESTDIR/log"
        rm -rf "$DESTDIR"
        echo "0 passed, 1 failed"
        exit 1
    fi
    # Only the plugins that were installed, wherever they lie for now.
    export WARRAQ_PLUGIN_PATH=$DESTDIR$plugindir
    export PKG_CONFIG_SYSROOT_DIR=$DESTDIR
else
    unset WARRAQ_PLUGIN_PATH
fi
: "${DESTDIR=}"
WARRAQ=$DESTDIR$bindir/warraq
PIPELINES=$DESTDIR$datadir/warraq/pipelines
export PKG_CONFIG_PATH=$DESTDIR$libdir/pkgconfig
export PATH=$DESTDIR$bindir:$PATH

test_the_pipelines_that_are_installed_pass_their_tests()
{
    local p n=0
    for p in "$PIPELINES"/*.yaml; do
        exits 0 "$WARRAQ" check "$p"
        exits 0 "$WARRAQ" test "$p"
        n=$((n + 1))
    done
    [ $n -ge 4 ] || fail "only $n pipelines are installed"
}

test_the_samples_run()
{
    exits 0 "$WARRAQ" run "$PIPELINES/arabic-news.yaml" -o out.jsonl "$ARTICLES"/*.txt
    has_lines 5 out.jsonl
}

test_every_installed_plugin_is_listed_from_the_installed_folder()
{
    exits 0 "$WARRAQ" list
    for name in text jsonl normalize language strip_boilerplate tokenize dedupe \
        tag filter exec; do
        holds stdout $name
    done
    [ -z "$(find "$DESTDIR$plugindir" -name '*.la')" ] || fail ".la files are installed"
}

test_plugins_export_one_symbol()
{
    local so symbols
    for so in "$DESTDIR$plugindir"/*.so; do
        symbols=$(nm -D --defined-only "$so" | awk '$2 != "w" && $2 != "W" && $2 != "V" && $2 != "u" { print $3 }' |
            grep -v '^__odr_asan')
        [ "$symbols" = warraq_plugin ] || fail "$so exports: $symbols"
    done
}

test_pkg_config_knows_where_plugins_go()
{
    [ "$(PKG_CONFIG_SYSROOT_DIR='' pkg-config --variable=plugindir warraq)" = "$plugindir" ] ||
        fail "plugindir is $(pkg-config --variable=plugindir warraq)"
    [ "$(pkg-config --variable=abi warraq)" = 1 ] || fail "abi is not 1"
    [ -z "$(pkg-config --libs warraq)" ] || fail "there is something to link"
}

test_the_header_is_clean_C11_and_CPP17()
{
    echo '#include <warraq/plugin.h>' >x.c
    cp x.c x.cpp
    # shellcheck disable=SC2046 # flags are words
    $CC -std=c11 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags warraq) -c x.c
    command -v "${CXX%% *}" >/dev/null || skip "no C++ compiler"
    # shellcheck disable=SC2046
    $CXX -std=c++17 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags warraq) -c x.cpp
}

test_a_new_plugin_builds_with_werror_by_pkg_config_alone_and_runs()
{
    exits 0 "$WARRAQ" new mystage
    [ -d mystage ] || fail "no folder mystage"
    make -C mystage CC="$CC" CFLAGS='-O2 -Wall -Wextra -Werror' >log 2>&1 ||
        { cat log >&2; fail "does not build"; }
    [ -f mystage/mystage.so ] || fail "no mystage.so: $(ls mystage)"
    articles 3 >in.jsonl
    cat >p.yaml <<'END'
version: 1
plugins: [mystage]
input: {path: in.jsonl}
output: {path: out.jsonl}
stages:
  - stage: mystage
END
    exits 0 "$WARRAQ" check p.yaml
    exits 0 "$WARRAQ" run p.yaml
    has_lines 3 out.jsonl
    exits 0 "$WARRAQ" test mystage/tests/*.yaml
    WARRAQ_PLUGIN_PATH=$WARRAQ_PLUGIN_PATH:$PWD/mystage exits 0 "$WARRAQ" inspect mystage
}

test_a_plugin_of_one_file_needs_one_command()
{
    # shellcheck disable=SC2046
    $CC -shared -fPIC -fvisibility=hidden $(pkg-config --cflags warraq) \
        "$srcdir/tests/plugins/misbehave.c" -o mine.so
    articles 3 >in.jsonl
    printf 'version: 1\nplugins: [mine.so]\ninput: {path: in.jsonl}\noutput: {path: out.jsonl}\nstages:\n  - stage: misbehave\n' >p.yaml
    exits 0 "$WARRAQ" run p.yaml
    same in.jsonl out.jsonl
}

run_tests
status=$?
[ -n "${INSTALLED:-}" ] || rm -rf "$DESTDIR"
exit $status
