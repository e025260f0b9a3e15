#!/bin/sh
# deploy/setup.sh against a machine made of paper: its own PATH, os-release and list of packages. apt-get, sudo and
# make only write down how they were called. The real thing, on a real bare system, is tests/house/bare.sh.
set -eu

repo=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/muster setup.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0
shell=$(command -v sh)

tool() { cat > "$work/bin/$1"; chmod +x "$work/bin/$1"; }

# A Debian 12 with nothing of ours installed, root, an archive that has everything, and no UTF-8 locale.
bare_machine() {
    rm -rf "${work:?}/bin" "$work/checkout" "$work/installed" "$work/absent" "$work/did"
    mkdir -p "$work/bin" "$work/checkout/deploy"
    cp "$repo/deploy/setup.sh" "$repo/deploy/run" "$repo/deploy/test" "$work/checkout/deploy"
    : > "$work/installed"; : > "$work/absent"; : > "$work/did"
    printf '%s\n' '# a comment' '' 'alpha run says hello' 'beta run carries frames' 'gamma test fuzzes' > "$work/packages"
    printf '%s\n' 'NAME="Debian GNU/Linux"' 'ID=debian' 'VERSION_ID="12"' > "$work/os-release"
    for name in sh cat cut dirname env grep printf sed tr true; do
        ln -s "$(command -v "$name" | grep / || echo "/usr/bin/$name")" "$work/bin/$name"
    done
    export work
    # shellcheck disable=SC2016
    {
        printf '%s\n' '#!/bin/sh' 'echo 0' | tool id
        printf '%s\n' '#!/bin/sh' 'echo ANSI_X3.4-1968' | tool locale
        printf '%s\n' '#!/bin/sh' 'for last; do :; done' \
            'grep -qx "$last" "$work/installed" || exit 1' 'echo installed' | tool dpkg-query
        printf '%s\n' '#!/bin/sh' 'grep -qx "$2" "$work/absent" && { echo "  Candidate: (none)"; exit 0; }' \
            'echo "$2:"; echo "  Candidate: 1.2-3"' | tool apt-cache
        printf '%s\n' '#!/bin/sh' 'echo "apt-get $* [$DEBIAN_FRONTEND]" >> "$work/did"' | tool apt-get
        printf '%s\n' '#!/bin/sh' 'echo "make in $(pwd) [${LC_ALL-}]" >> "$work/did"' \
            'for word; do echo "make <$word>" >> "$work/did"; done' | tool make
    }
}

installed() { printf '%s\n' "$@" > "$work/installed"; }
ordinary_user() { printf '%s\n' '#!/bin/sh' 'echo 1000' | tool id; }
with_sudo() {
    # shellcheck disable=SC2016
    printf '%s\n' '#!/bin/sh' 'echo "sudo" >> "$work/did"' 'exec "$@"' | tool sudo
}

# start run|test [arguments]: from another folder, with nothing but the paper machine in PATH. Sets status.
start() {
    script=$work/checkout/deploy/$1
    shift
    status=0
    (
        cd /
        export PATH="$work/bin" LC_ALL='' MUSTER_OS_RELEASE="$work/os-release" MUSTER_PACKAGES="$work/packages"
        exec "$shell" "$script" "$@"
    ) > "$work/said" 2>&1 || status=$?
}

# What must hold after start(); each says why the story fails.
wrong=''
expect_status()  { [ "$status" -eq "$1" ]             || wrong="$wrong; status $status, not $1"; }
expect_said()    { grep -qF -- "$1" "$work/said"      || wrong="$wrong; did not say: $1"; }
expect_unsaid()  { ! grep -qF -- "$1" "$work/said"    || wrong="$wrong; said: $1"; }
expect_silence() { [ ! -s "$work/said" ]              || wrong="$wrong; was not silent"; }
expect_did()     { grep -qxF -- "$1" "$work/did"      || wrong="$wrong; did not do: $1"; }
expect_undone()  { ! grep -q -- "$1" "$work/did"      || wrong="$wrong; did: $1"; }

story() {
    if [ -z "$wrong" ]; then
        printf 'ok %s\n' "$1"
        passed=$((passed + 1))
    else
        printf 'not ok %s%s\n' "$1" "$wrong"
        sed 's/^/#   said: /' "$work/said"
        sed 's/^/#   did: /' "$work/did"
        failed=$((failed + 1))
    fi
    wrong=''
}

bare_machine
start run
expect_status 0
expect_said 'alpha                says hello'
expect_said 'beta                 carries frames'
expect_unsaid gamma
expect_did 'apt-get -q -y -o DPkg::Lock::Timeout=300 update [noninteractive]'
expect_did 'apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends alpha beta [noninteractive]'
expect_did 'make <run>'
story "root: names what is missing, installs it, then makes run"

bare_machine
start test
expect_status 0
expect_did 'apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends alpha beta gamma [noninteractive]'
expect_did 'make <test>'
story "test needs its own packages as well"

bare_machine
installed alpha
start run
expect_unsaid 'says hello'
expect_did 'apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends beta [noninteractive]'
story "what is there already is neither named nor installed again"

bare_machine
printf '%s\n' '#!/bin/sh' 'echo config-files' | tool dpkg-query
start run
expect_did 'apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends alpha beta [noninteractive]'
story "a package that was removed but left its settings is not there"

bare_machine
installed alpha beta
ordinary_user
with_sudo
start run
expect_status 0
expect_silence
expect_undone apt-get
expect_undone sudo
expect_did 'make <run>'
story "satisfied: says nothing, asks nobody, makes run"

bare_machine
installed alpha beta
start run 'ARGS=--until T+01:00 --speed 10' '-j2'
expect_did 'make <ARGS=--until T+01:00 --speed 10>'
expect_did 'make <-j2>'
expect_did "make in $work/checkout [C.UTF-8]"
story "hands arguments, the checkout's folder (with a space in it) and C.UTF-8 to make"

bare_machine
installed alpha beta
printf '%s\n' '#!/bin/sh' 'echo UTF-8' | tool locale
start run
expect_did "make in $work/checkout []"
story "leaves a working UTF-8 locale alone"

bare_machine
installed alpha beta
printf '%s\n' '#!/bin/sh' 'exit 7' | tool make
start run
expect_status 7
story "make's own exit status is passed on"

bare_machine
ordinary_user
with_sudo
start run
expect_status 0
expect_said 'through sudo'
expect_did sudo
expect_did 'apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends alpha beta [noninteractive]'
story "an ordinary user installs through sudo"

bare_machine
ordinary_user
start run
expect_status 2
expect_said 'alpha                says hello'
expect_said 'apt-get update && apt-get install --no-install-recommends -y alpha beta'
expect_undone apt-get
expect_undone make
story "no root and no sudo: prints the administrator's command, exits 2"

bare_machine
ordinary_user
printf '%s\n' '#!/bin/sh' 'echo "sorry, not in the sudoers file" >&2' 'exit 1' | tool sudo
printf '%s\n' alpha beta > "$work/absent"
start run
expect_status 2
expect_said 'apt-get update && apt-get install --no-install-recommends -y alpha beta'
expect_unsaid 'archive does not have'
expect_undone apt-get
expect_undone make
story "sudo that refuses: prints the administrator's command, exits 2"

bare_machine
printf '%s\n' '#!/bin/sh' 'case $* in *update*) exit 100;; esac' "echo \"apt-get \$*\" >> \"\$work/did\"" | tool apt-get
start run
expect_status 0
expect_did 'apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends alpha beta'
expect_undone 'update'
story "an update that fails for a third party's sake does not stop the install"

bare_machine
printf '%s\n' '#!/bin/sh' 'exit 100' | tool apt-get
start run
expect_status 2
expect_said 'An administrator can install them'
expect_undone make
story "apt that fails: exits 2 and does not make"

bare_machine
printf '%s\n' '#!/bin/sh' 'exit 100' | tool apt-get
printf '%s\n' alpha beta > "$work/absent"
start run
expect_status 2
expect_said 'apt-get update failed'
expect_unsaid 'archive does not have'
story "no lists and no network: the update is blamed, not the archive; exits 2"

bare_machine
printf '%s\n' 'NAME=Fedora' 'ID=fedora' 'VERSION_ID=40' > "$work/os-release"
start test
expect_status 2
expect_said 'alpha                says hello'
expect_said 'gamma                fuzzes'
expect_said 'make test'
expect_undone apt-get
expect_undone make
story "not Debian: lists what is missing, exits 2"

bare_machine
rm "$work/bin/apt-get" "$work/bin/dpkg-query" "$work/os-release"
start run
expect_status 2
expect_said 'beta                 carries frames'
expect_undone make
story "no apt, no dpkg, no os-release: lists what is missing, exits 2"

for version in '"11"' 9 'rolling'; do
    bare_machine
    printf '%s\n' 'ID=debian' "VERSION_ID=$version" > "$work/os-release"
    start run
    expect_status 2
    expect_said 'alpha                says hello'
    expect_undone apt-get
    story "Debian $version is not 12: lists what is missing, exits 2"
done

for lines in 'ID=debian VERSION_ID="13"' 'ID=debian VERSION_CODENAME=sid' \
    'ID=ubuntu ID_LIKE=debian VERSION_ID="24.04"' 'ID=mint ID_LIKE="ubuntu_debian" VERSION_ID="21.3"'; do
    bare_machine
    printf '%s\n' "$lines" | tr ' ' '\n' | tr '_' ' ' | sed 's/^ID LIKE/ID_LIKE/; s/^VERSION /VERSION_/' > "$work/os-release"
    start run
    expect_status 0
    expect_did 'make <run>'
    story "is served as a Debian: $lines"
done

bare_machine
printf '%s\n' 'ID=ubuntu' 'ID_LIKE=debian' 'VERSION_ID="24.04"' > "$work/os-release"
echo beta > "$work/absent"
start run
expect_status 2
expect_said 'archive does not have'
expect_undone install
expect_undone make
story "a derivative without one of the packages: says which, installs nothing, exits 2"

bare_machine
start_setup_wrongly() { (PATH=$work/bin "$shell" "$work/checkout/deploy/setup.sh" "$@") > "$work/said" 2>&1 || status=$?; }
status=0
start_setup_wrongly bench
expect_status 2
expect_said usage
expect_undone make
story "any other command is refused"

# The real list: every line is package, run or test, and a reason, and none twice.
bare_machine
awk '/^#/ || NF == 0 { next }
     NF < 3 || $2 !~ /^(run|test)$/ || $1 !~ /^[a-z0-9][a-z0-9.+-]+$/ || seen[$1]++ { print "bad line: " $0 }' \
    "$repo/deploy/packages" > "$work/said"
expect_silence
story "deploy/packages is well formed"

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
