#!/bin/bash
# packaging.sh - what only the tools of a packager can tell: how tight the units
# are, whether completion and manual pages are sound, and whether the Debian
# package builds, satisfies lintian, installs on a clean system and runs there
# what the timer would: from a shell, and under a systemd of its own, where the
# unit's fences are up.
#
#   tests/packaging.sh [TEST...]     all, or: units zsh manual debian boot
#
# BUILD is a folder where warraq was built (build/).  Needs systemd, zsh, mandoc,
# man-db and groff; debian, as root: dpkg-dev, debhelper, fakeroot, lintian,
# mmdebstrap, and a mirror of Debian; boot: also systemd-container, and the right
# to make namespaces.  A tool that is missing is a failure.
# The Debian package lies in the folder PACKAGES (BUILD/packages) then.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
BUILD=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
PACKAGES=${PACKAGES:-$BUILD/packages}
MAX_EXPOSURE=1.5
work=$(mktemp -d "${TMPDIR:-/tmp}/warraq-packaging.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() { echo "    $*" >&2; exit 1; }
need() { command -v "$1" >/dev/null || fail "$1 is missing"; }

# The exposure that systemd works out: 0 (nothing) to 10.
units()
{
    local score
    need systemd-analyze
    sed -e 's|@bindir@|/usr/bin|' -e 's|@sysconfdir@|/etc|' \
        "$top/packaging/systemd/warraq@.service.in" >"$work/warraq@.service"
    cp "$work/warraq@.service" "$work/warraq@news.service"
    cp "$top/packaging/systemd/warraq@.timer" "$work"
    cp "$work/warraq@.timer" "$work/warraq@news.timer"
    systemd-analyze security --offline=true --no-pager \
        "$work/warraq@news.service" >"$work/security" 2>&1 || {
        cat "$work/security"
        return 1
    }
    score=$(sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p' "$work/security")
    echo "exposure $score (at most $MAX_EXPOSURE)"
    awk -v s="${score:-10}" -v m=$MAX_EXPOSURE 'BEGIN { exit !(s <= m) }' || return 1
    # Of the units alone: the command and its user are not installed here.
    systemd-analyze verify --man=no "$work/warraq@news.timer" 2>&1 |
        grep -F "$work" | grep -v 'is not executable' && return 1
    systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' \
        "$top/packaging/systemd/warraq@.timer")" >/dev/null
}

# zsh, with a terminal of its own, asked by tabs.
zsh_offers() # TYPED WORD...
{
    local typed=$1 word
    shift
    WARRAQ_PLUGIN_PATH=$BUILD/plugins/.libs PATH=$BUILD:$PATH zsh -f -c '
        zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z "PS1=; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; bindkey \"^I\" list-choices; echo RE\"\"ADY"
        out=
        until [[ $out = *READY* ]]; do zpty -r z line && out+=$line; done
        zpty -w -n z "$2"$'"'\\t'"'
        sleep 2
        while zpty -r -t z line; do print -rn -- "$line"; done
        zpty -d z
    ' zsh "$top/packaging/completion" "$typed" </dev/null >"$work/zsh" 2>&1
    for word; do
        grep -qF -- "$word" "$work/zsh" || {
            cat -v "$work/zsh"
            fail "\"$typed\": no $word"
        }
    done
}

zsh_()
{
    need zsh
    zsh -n "$top/packaging/completion/_warraq" || return 1
    cd "$top" || return 1
    zsh_offers 'warraq ' run check inspect state
    zsh_offers 'warraq run --' lock threads time-limit
    zsh_offers 'warraq run --lock=' fail skip wait
    zsh_offers 'warraq inspect ' dedupe jsonl
    zsh_offers 'warraq run -j 2 pipelines/' arabic-news.yaml minimal.yaml
    zsh_offers 'warraq state ' runs verify forget
}

manual()
{
    local page code=0
    need mandoc
    need man
    for page in "$top"/doc/warraq*.[135]; do
        mandoc -Tlint "$page" || code=1
        LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" \
            2>&1 >/dev/null | grep . && code=1
    done
    return $code
}

# ExecStart and what it is started with, of the unit as installed, in the chroot
# (no systemd runs there).
run_as_the_service() # ROOT NAME
{
    local root=$1 name=$2 unit=$1/lib/systemd/system/warraq@.service command user
    command=$(sed -n 's/^ExecStart=//p' "$unit")
    user=$(sed -n 's/^User=//p' "$unit")
    chroot "$root" /bin/sh -ec "
        install -d -o $user -g $user -m 0750 /var/lib/warraq /var/lib/warraq/$name
        cd /var/lib/warraq/$name
        umask 0027
        exec setpriv --reuid=$user --regid=$user --init-groups \
            --bounding-set=-all --no-new-privs ${command//%i/$name}"
}

debian()
{
    local tree=$work/tree root=$work/root code=0 lines version
    for tool in dpkg-buildpackage dh fakeroot lintian mmdebstrap; do need $tool; done
    [ "$(id -u)" = 0 ] || fail "must be root, for the clean system"
    mkdir "$tree" "$PACKAGES" 2>/dev/null
    (cd "$top" && git ls-files -z --cached --others --exclude-standard |
        tar -c --null --ignore-failed-read -T -) 2>/dev/null | tar -x -C "$tree"
    cp -a "$tree/packaging/debian" "$tree/debian"
    # The tests have been run by others.
    (cd "$tree" && DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
        dpkg-buildpackage -us -uc -b) >"$work/build.log" 2>&1 || {
        tail -n 40 "$work/build.log"
        return 1
    }
    mv "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$PACKAGES"
    version=$(dpkg-parsechangelog -l "$top/packaging/debian/changelog" -S Version)

    lintian --allow-root --fail-on error --tag-display-limit 0 \
        "$PACKAGES"/warraq_"$version"_*.changes || return 1

    # Installed by the hook: afterwards the system has no lists of packages.
    # shellcheck disable=SC2016 # $1 is the hook's
    mmdebstrap --variant=apt --format=directory \
        --customize-hook="copy-in '$PACKAGES/warraq_${version}_$(dpkg --print-architecture).deb' /tmp" \
        --customize-hook='chroot "$1" sh -c "apt-get -q -y --no-install-recommends install /tmp/warraq_*.deb"' \
        "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" \
        >"$work/install.log" 2>&1 </dev/null || {
        tail -n 40 "$work/install.log"
        return 1
    }
    chroot "$root" getent passwd warraq >/dev/null || fail "no user warraq"
    [ -f "$root/lib/systemd/system/warraq@.timer" ] || fail "no timer"

    # The sample pipeline, told where the articles and what it remembers are.
    mkdir -p "$root/etc/warraq" "$root/var/lib/warraq/news/inbox"
    sed -e 's|^output: .*|output: {path: "out/{run}.jsonl"}|' \
        -e 's|^version: 1|&\nstate: /var/lib/warraq/news/state|' \
        "$root/usr/share/warraq/pipelines/arabic-news.yaml" \
        >"$root/etc/warraq/news.yaml"
    cp "$top"/tests/data/articles/*.txt "$root/var/lib/warraq/news/inbox/"
    for _ in 1 2; do # the second one finds nothing new
        run_as_the_service "$root" news >"$work/out" 2>&1 || code=$?
        [ $code = 0 ] || { cat "$work/out"; fail "the service ends with $code"; }
        [ ! -s "$work/out" ] || { cat "$work/out"; fail "the service is not silent"; }
    done
    lines=$(cat "$root"/var/lib/warraq/news/out/*.jsonl | wc -l)
    [ "$lines" = 5 ] || fail "$lines articles, not 5"
    chroot "$root" warraq state verify /var/lib/warraq/news/state || return 1

    chroot "$root" apt-get -q -y purge warraq >>"$work/install.log" 2>&1 </dev/null ||
        fail "cannot be purged"
    [ -f "$root/var/lib/warraq/news/out/000001.jsonl" ] ||
        fail "purging took what people have made"
}

# What is done on the clean system once it is up.  The articles are there, nothing
# was run yet.
trial()
{
    cat <<'END'
set -ex
ended()
{
    systemctl show --value -p Result -p ExecMainStatus "$1" | paste -sd ' '
}

# The timers start them; here nothing waits for the hour.  A unit with a timer is
# not forgotten when it has ended.
systemctl start warraq@exec.timer warraq@slow.timer warraq@astray.timer
systemctl start warraq@news.timer
systemctl is-active warraq@news.timer
systemctl start warraq@news.service
[ "$(ended warraq@news.service)" = "success 0" ]
[ "$(cat /var/lib/warraq/news/out/*.jsonl | wc -l)" = 5 ]
systemctl start warraq@news.service
[ "$(ls /var/lib/warraq/news/out)" = 000001.jsonl ]

# A stage that runs programs lives behind the same fences.
systemctl start warraq@exec.service
[ "$(ended warraq@exec.service)" = "success 0" ]
[ "$(cat /var/lib/warraq/exec/out/*.jsonl | wc -l)" = 5 ]

# Stopped, it says 75, and that is no failure.
systemctl start --no-block warraq@slow.service
sleep 2
systemctl stop warraq@slow.service
[ "$(ended warraq@slow.service)" = "success 75" ]

# No other place can be written.
! systemctl start warraq@astray.service
[ "$(ended warraq@astray.service)" = "exit-code 73" ]
[ -z "$(ls /srv)" ]
END
}

# pipeline_of ROOT NAME OUTPUT STAGES: /etc/warraq/NAME.yaml, over the articles.
pipeline_of()
{
    mkdir -p "$1/var/lib/warraq/$2/inbox"
    cp "$top"/tests/data/articles/*.txt "$1/var/lib/warraq/$2/inbox/"
    printf '%s\n' 'version: 1' "state: /var/lib/warraq/$2/state" \
        'input: {path: inbox}' "output: {path: \"$3\"}" "stages: $4" \
        >"$1/etc/warraq/$2.yaml"
    chroot "$1" chown -R warraq: "/var/lib/warraq/$2"
}

boot()
{
    local root=$work/root code=0
    need systemd-nspawn
    [ -d "$root" ] || debian || return 1
    cp "$PACKAGES"/warraq_*.deb "$root/tmp/"
    chroot "$root" sh -c 'dpkg -i /tmp/warraq_*.deb' >"$work/again.log" 2>&1 || {
        cat "$work/again.log"
        return 1
    }
    rm -rf "$root"/var/lib/warraq/news/{state,out}
    pipeline_of "$root" exec 'out/{run}.jsonl' \
        '[{stage: exec, with: {command: [cat]}}]'
    pipeline_of "$root" slow 'out/{run}.jsonl' \
        '[{stage: exec, with: {command: [sleep, "100"], timeout: 1h}}]'
    pipeline_of "$root" astray '/srv/{run}.jsonl' '[]'
    trial >"$root/trial"
    printf '%s\n' '[Unit]' 'After=basic.target' '[Service]' 'Type=oneshot' \
        'StandardOutput=file:/trial.log' 'StandardError=file:/trial.log' \
        'ExecStart=-/bin/bash /trial' \
        'ExecStopPost=/bin/sh -c "systemctl exit $EXIT_STATUS"' \
        >"$root/etc/systemd/system/trial.service"
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -sf ../trial.service \
        "$root/etc/systemd/system/multi-user.target.wants/"
    timeout 120 systemd-nspawn -D "$root" --register=no --keep-unit \
        --private-network --console=pipe --boot >"$work/boot.log" 2>&1 \
        </dev/null || code=$?
    [ $code != 0 ] || return 0
    tail -n 20 "$work/boot.log"
    cat "$root/trial.log"
    fail "the trial ends with $code"
}

passed=0 failed=0
[ $# -gt 0 ] || set -- units zsh manual debian boot
for test; do
    case $test in zsh) test=zsh_ ;; esac
    if ("$test"); then
        passed=$((passed + 1))
        echo "ok      ${test%_}"
    else
        failed=$((failed + 1))
        echo "FAILED  ${test%_}"
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
