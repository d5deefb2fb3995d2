#!/bin/bash
# alloc.sh - whatever allocation fails, a job says that memory ran out and leaves
# everything so that the same job, done again, comes to the same.
#
#   alloc.sh               some strikes, spread evenly over all jobs: make check
#   alloc.sh --long        at every allocation: it alone, and it and all after it
#   alloc.sh --one JOB N   one strike, with what was called; N+: and all after
#
# Then the same for looks at files (open, read, stat, mmap: an I/O error, or no
# descriptor left), where the code may be that of a file, too.  Reads and writes
# that are interrupted and do half of what was asked change nothing at all.
#
# WHAT=memory|files is one of the two, JOBS="NAME..." the jobs to strike at,
# STRIKES how many strikes are made.  Prints "points=N differences=N".
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
ALLOC=${ALLOC:?is not set: run me by make check}
export ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0:allocator_may_return_null=1
EIO=5 EMFILE=24 # of Linux
[ -z "${WARRAQ_SANITIZED:-}" ] || : "${STRIKES:=60}" # they are slow
WHATS=${WHAT:-memory files} STRIKES=${STRIKES:-500} J=1
JOBS=${JOBS:-list inspect check explain test news again corpus lines program hooks isolated replay restore verify runs compact}
WORKERS=$(nproc 2>/dev/null || echo 2)

# ---- jobs: into an empty folder what it needs, into `command' what it does ----

crawl() # articles of several languages, more than one of a story
{
    local story='أعلنت الوزارة اليوم في بيان لها أن العمل في المرحلة الثانية من مشروع القطار السريع بين المدينتين قد بدأ فعلا وأن الشركات المنفذة تسلمت المواقع كلها قبل الموعد المحدد بأسبوعين كاملين وفق ما ذكره المتحدث الرسمي.'
    mkdir -p inbox
    cp "$ARTICLES/000_4b1cc2553c7c1946.txt" inbox/a.txt
    cat >inbox/b.jsonl <<JSON
{"id":"a","source":"s1","date":"2020-09-27","views":1.50,"text":"$story"}
{"id":"b","source":"s2","date":"2020-09-28","author":"رويترز","text":"$story إقرأ المزيد"}
{"id":"c","lang":"th","text":"สวัสดีชาวโลก ผู้สื่อข่าวรายงานว่า"}
{"id":"d","text":"short","deep":[{"a":[1,2,null]},true]}
{"id":"e", no record
{"id":"f","text":"The minister said on 12 May 2015 that Reuters was in Cairo.\\nThey went home."}
JSON
    articles 3 | gzip -n >inbox/c.jsonl.gz
    articles 2 | zstd -q >inbox/d.jsonl.zst
}

outputs() # SUFFIX [STATE]: the head of p.yaml
{
    cat >p.yaml <<YAML
version: 1
${2:-}
input: {path: "inbox/*"}
output: {path: "out/$1"}
dropped: {path: "out/${1##*/}.dropped.jsonl"}
rejects: {path: "out/${1##*/}.rejects.jsonl"}
YAML
}

job_list() { command=(list); }
job_inspect() { command=(inspect tag); }

job_check()
{
    cp "$PIPELINES/arabic-corpus.yaml" p.yaml
    command=(check p.yaml)
}

job_explain()
{
    cp "$PIPELINES/arabic-news.yaml" p.yaml
    command=(explain p.yaml)
}

job_test()
{
    cp "$PIPELINES/english-news.yaml" p.yaml
    command=(test p.yaml)
}

job_news() # the first run of many
{
    crawl
    outputs '{run}.jsonl.zst' 'state: state/'
    sed -n '/^stages:/,/^tests:/p' "$PIPELINES/arabic-news.yaml" | sed '$d' >>p.yaml
    command=(run p.yaml)
}

job_again() # the second: memory is read, a file has grown, one is new
{
    job_news
    "$WARRAQ" run p.yaml || true
    articles 2 >inbox/e.jsonl
    echo '{"id":"g","text":"one more line, which is long enough"}' >>inbox/b.jsonl
}

job_corpus()
{
    crawl
    outputs 'corpus.vert.gz'
    sed -n '/^stages:/,/^tests:/p' "$PIPELINES/arabic-corpus.yaml" | sed '$d' >>p.yaml
    command=(run p.yaml)
}

job_lines()
{
    crawl
    outputs 'corpus.conllu'
    cat >>p.yaml <<'YAML'
stages:
  - stage: filter
    with: {min_chars: 10, not_contains: [wزx, "nothing"]}
  - stage: language
  - stage: tokenize
    with: {segments: atb}
  - stage: stem
    with: {arabic: snowball}
  - stage: stopwords
YAML
    command=(run p.yaml)
}

job_program()
{
    crawl
    outputs 'corpus.jsonl' 'metrics: metrics.prom'
    cat >>p.yaml <<'YAML'
stages:
  - stage: exec
    with: {command: [cat], layers: true}
YAML
    command=(run p.yaml)
}

job_isolated() # a record may be rejected for it; its stages run elsewhere
{
    crawl
    outputs '{lang}/{run}.jsonl' 'state: state/
isolate: true'
    cat >>p.yaml <<'YAML'
stages:
  - stage: normalize
  - stage: language
  - stage: tokenize
  - stage: dedupe
    with: {on_duplicate: drop}
  - stage: tag
YAML
    command=(run p.yaml)
}

job_restore()
{
    job_news
    "$WARRAQ" run p.yaml || true
    command=(restore -o restored.jsonl.gz out/000001.jsonl.zst)
}

job_replay() # what was rejected, mended
{
    job_news
    "$WARRAQ" run p.yaml || true
    sed 's/, no record/}/' out/000001*.rejects.jsonl >mended.jsonl
    command=(replay p.yaml mended.jsonl)
}

job_compact()
{
    job_again
    "$WARRAQ" run p.yaml || true
    command=(state compact p.yaml)
}

job_runs()
{
    job_news
    "$WARRAQ" run p.yaml || true
    command=(state runs --json p.yaml)
}

job_hooks() # and what a sandbox needs
{
    crawl
    outputs 'corpus.jsonl' 'sandbox: true
on_success: [touch, done]'
    sed -i 's/^input: .*/input: {path: "inbox\/*.jsonl*", format: jsonl}/' p.yaml
    echo 'stages: [{stage: normalize}]' >>p.yaml
    command=(run p.yaml)
}

job_verify()
{
    job_news
    "$WARRAQ" run p.yaml || true
    command=(state verify --dump p.yaml)
}

# ---- one strike ----

# strike N: the job's command in ./ with its N-th allocation failing (0: none)
strike()
{
    local threads=()
    case ${command[0]} in run | restore) threads=(-j "$J") ;; esac
    timeout 10 env LD_PRELOAD="$ALLOC" ALLOC_COUNT=../count ALLOC_FAIL="$1" \
        ALLOC_WHAT="$WHAT" ALLOC_ERROR="$((${1%+} % 2 ? EIO : EMFILE))" "$WARRAQ" "${command[@]}" "${threads[@]}" >../stdout 2>../stderr </dev/null
}

# All that a job has come to.
result()
{
    find . -type f ! -path './state/*' ! -name metrics.prom -exec cksum {} + | LC_ALL=C sort
    [ ! -d state ] || "$WARRAQ" state verify --dump p.yaml
}

begin() # JOB
{
    rm -rf work && mkdir work && cd work || exit 2
    "job_$1" 2>/dev/null
}

# Does the job in peace, into want, want-stdout, want-code; keep: before it.
peace() # JOB
{
    begin "$1"
    cd .. && rm -rf keep && cp -a work keep && cd work || exit 2
    rm -f ../count
    want_code=0
    strike 0 || want_code=$?
    mv ../stdout ../want-stdout
    result >../want 2>&1
    cd ..
    count=$(od -An -tu8 count | tr -d ' ')
    [ -n "$count" ] && [ $want_code = 0 ] && return
    echo "$1 in peace: exit code $want_code: $(head -n 1 stderr)"
    exit 2
}

complain()
{
    echo "$job $at: $*: $(head -n 1 stderr)" >>differences
}

# judge CODE: of the strike that was done in work.
judge()
{
    local code=0
    case $WHAT/$1 in
    memory/71 | files/6[569] | files/7[13478])
        [ "$WHAT" = files ] || grep -qiE 'memory|thread|process' stderr ||
            complain "what it says"
        cd work || exit 2
        strike 0 || code=$?
        [ $code = "$want_code" ] || (cd .. && complain "exit code $code when done again")
        ;;
    "$WHAT/$want_code")
        cmp -s stdout want-stdout || complain "other output"
        cd work || exit 2
        ;;
    *)  # A sanitizer cannot bear it when a thread begins.
        grep -q 'Sanitizer: CHECK failed' stderr || complain "exit code $1"
        return
        ;;
    esac
    result >../got 2>&1
    cd ..
    cmp -s got want && return
    grep -qs '"reason":"out_of_memory"' work/out/*.rejects.jsonl && return
    complain "another result"
    diff -a want got | head -n 5 >>differences
}

# The job at hand, its reads and writes done by halves.
interrupted()
{
    local code=0
    at=0
    rm -rf work && cp -a keep work && cd work || exit 2
    rm -f ../count
    ALLOC_SHORT=1 strike 0 || code=$?
    cd ..
    [ $code = "$want_code" ] || complain "exit code $code when interrupted"
    judge $code
}

# strikes K: the K-th of every WORKERS strikes, spread evenly over the allocations
# of all jobs in a row; two in a row differ in whether those after fail, too, and
# the next two are on two threads.
strikes()
{
    local i=$1 n code before=0
    for job in $JOBS; do
        peace "$job"
        [ "$WHAT/$1" != files/0 ] || interrupted
        while n=$((i * all / strikes + 1 - before)) && ((n <= count && i < strikes)); do
            at=$n J=$((1 + i / 2 % 2))
            ((i % 2)) || at=$n+
            rm -rf work && cp -a keep work && cd work || exit 2
            rm -f ../count
            code=0
            strike "$at" || code=$?
            cd ..
            judge $code
            points=$((points + 1)) i=$((i + WORKERS))
        done
        before=$((before + count))
    done
}

# ---- all of it ----

folder=$(mktemp -d "${TMPDIR:-/tmp}/warraq-alloc.XXXXXX")
# shellcheck disable=SC2064 # the folder as it is now
trap "rm -rf '$folder'" EXIT
cd "$folder" || exit 2
points=0

if [ "${1:-}" = --one ]; then
    job=$2 at=$3 code=0 WHAT=${WHATS%% *}
    : >differences
    peace "$job"
    rm -rf work && cp -a keep work && cd work || exit 2
    rm -f ../count
    ALLOC_SHOW=1 strike "$at" || code=$?
    cat ../stderr
    echo "exit code $code; of $count allocations"
    cd .. || exit 2
    rm -rf work && cp -a keep work && cd work || exit 2
    rm -f ../count
    code=0
    strike "$at" || code=$?
    cd .. || exit 2
    judge $code
    cat differences
    exit
fi

failed=0
for WHAT in $WHATS; do
    all=0 strikes=$STRIKES
    [ "$WHAT" = memory ] || strikes=$((STRIKES / 4))
    for job in $JOBS; do
        peace "$job"
        all=$((all + count))
    done
    [ "${1:-}" != --long ] || strikes=$((all * 2))
    for ((k = 0; k < WORKERS; k++)); do
        (
            trap - EXIT
            rm -rf $k && mkdir $k && cd $k || exit 2
            : >differences
            strikes $k
            echo $points >points
        ) &
    done
    wait
    cat -- */differences
    points=$(cat -- */points | awk '{ n += $1 } END { print n + 0 }')
    differences=$(cat -- */differences | grep -c '^[a-z]* [0-9]*+*: ')
    echo "$WHAT, of $all calls: points=$points differences=$differences"
    # Threads make the calls some more or less.
    [ "$differences" = 0 ] && [ "$points" -ge $((strikes * 9 / 10)) ] || failed=1
    points=0
done
[ $failed = 0 ]
