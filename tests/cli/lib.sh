# lib.sh - what the system tests share; sourced by tests/cli/*.sh.
#
# A test is a function test_SENTENCE.  `run_tests' calls each in a subshell, in
# an empty folder of its own, with `set -e'.  A test fails when a command in it
# fails or an assertion below does; the assertions say what was seen.
#
#   exits CODE COMMAND...   runs it into ./stdout and ./stderr; checks the code
#   says TEXT               ./stderr holds TEXT (a fixed string)
#   is_quiet                ./stderr and ./stdout are empty
#   same FILE FILE          the same bytes
#   has_lines N FILE        FILE has N lines
#   holds FILE TEXT         FILE holds TEXT (a fixed string)
#
# ONLY='*pattern*' runs some of the tests; KEEP=1 leaves their folders.

# shellcheck shell=bash
srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
: "${WARRAQ:?is not set: run me by make check}"
export ARTICLES=$srcdir/tests/data/articles
export PIPELINES=$srcdir/pipelines
export TEST_PLUGINS=${WARRAQ_TEST_PLUGINS:?}
export LC_ALL=C.UTF-8
unset MAKEFLAGS MAKELEVEL MFLAGS

fail() { printf '    %s\n' "$*" >&2; exit 1; }

exits()
{
    local want=$1 got=0
    shift
    "$@" >stdout 2>stderr </dev/null || got=$?
    [ "$got" = "$want" ] && return
    printf '    %s\n' "exit code $got, not $want, of: $*" >&2
    sed 's/^/    | /' stderr | head -n 20 >&2
    exit 1
}

says()
{
    grep -qF -- "$1" stderr && return
    printf '    %s\n' "standard error does not hold: $1" >&2
    sed 's/^/    | /' stderr | head -n 20 >&2
    exit 1
}

is_quiet()
{
    [ ! -s stdout ] || fail "standard output is not empty: $(head -c 200 stdout)"
    [ ! -s stderr ] || fail "standard error is not empty: $(head -c 200 stderr)"
}

same() { cmp -s "$1" "$2" || fail "differ: $1 $2: $(cmp "$1" "$2" 2>&1)"; }

has_lines()
{
    local n=0
    [ ! -f "$2" ] || n=$(wc -l <"$2")
    [ "$n" = "$1" ] || fail "$2 has $n lines, not $1"
}

holds()
{
    grep -qF -- "$2" "$1" || fail "$1 does not hold: $2; it is: $(head -c 400 "$1")"
}

# articles N: N short Arabic articles as JSONL, ids a1 .. aN, all different.
articles()
{
    local i
    for ((i = 1; i <= $1; i++)); do
        printf '{"id":"a%d","title":"عنوان %d","text":"قال الوزير رقم %d إن العمل في المشروع %d مستمر كما هو مخطط له.\\nوأضاف أن المرحلة %d تبدأ غدا."}\n' \
            "$i" "$i" "$i" "$i" "$i"
    done
}

# pipeline STAGE...: p.yaml, from in.jsonl to out.jsonl, with these stages; each
# is a line of YAML behind "- ".
pipeline()
{
    printf 'version: 1\ninput: {path: in.jsonl}\noutput: {path: out.jsonl}\n' >p.yaml
    printf 'dropped: {path: dropped.jsonl}\n' >>p.yaml
    printf 'rejects: {path: rejects.jsonl}\n' >>p.yaml
    if [ $# = 0 ]; then
        printf 'stages: []\n' >>p.yaml
    else
        printf 'stages:\n' >>p.yaml
        printf '  - %s\n' "$@" >>p.yaml
    fi
}

# accounted IN OUT DROPPED REJECTED: in = out + dropped + rejected, as the files
# have it.
accounted()
{
    has_lines "$2" out.jsonl
    has_lines "$3" dropped.jsonl
    has_lines "$4" rejects.jsonl
    [ "$1" = $(($2 + $3 + $4)) ] || fail "$1 is not $2 + $3 + $4"
}

run_tests()
{
    local test passed=0 failed=0 skipped=0 folder
    folder=$(mktemp -d "${TMPDIR:-/tmp}/warraq-test.XXXXXX")
    # shellcheck disable=SC2064 # the folder as it is now
    trap "chmod -R u+rwx '$folder' 2>/dev/null; rm -rf '$folder'" EXIT
    for test in $(declare -F | sed -n 's/^declare -f test_//p'); do
        # shellcheck disable=SC2254 # ONLY is a pattern
        case $test in ${ONLY:-*}) ;; *) continue ;; esac
        mkdir "$folder/$test"
        # A subshell that is no condition, or bash would ignore its set -e.
        (
            set -e
            cd "$folder/$test"
            "test_$test"
        )
        case $? in
        0)  passed=$((passed + 1)); echo "ok      ${test//_/ }" ;;
        77) skipped=$((skipped + 1)); echo "skipped ${test//_/ }" ;;
        *)  failed=$((failed + 1)); echo "FAILED  ${test//_/ }" ;;
        esac
        [ -n "${KEEP:-}" ] || rm -rf "${folder:?}/$test"
    done
    [ -z "${KEEP:-}" ] || { trap - EXIT; echo "kept in $folder"; }
    [ $skipped = 0 ] || echo "$skipped skipped"
    echo "$passed passed, $failed failed"
    [ $failed = 0 ]
}

# skip WHY: this machine cannot do it.
skip() { echo "    $*" >&2; exit 77; }
