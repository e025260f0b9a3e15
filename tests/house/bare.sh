#!/bin/sh
# README's two commands on a bare Debian 12, as a stranger would type them. Long; needs root, debootstrap, network.
#
#   sh tests/house/bare.sh [commit]        (default HEAD: what is not committed is not tried)
#
# The usual path: a minimal system is bootstrapped once and kept as a tarball under ${TMPDIR:-/tmp}; each machine
# below is unpacked from it, gets the commit as plain files (no .git) in a folder with a space in its name, and runs
# the command from another folder. Archive, suite lists and proxy are those of this machine.
#
#   root      sh deploy/test
#   user      sh deploy/run with sudo, then again: the second time nothing may be installed
#   stranger  sh deploy/run without sudo: must explain and exit 2
#
# Everything happens in its own mount and process namespace. However this ends, nothing stays mounted or running,
# and the machines are removed; only the tarball and the logs of the last run are left behind.
#
# MUSTER_BARE_ARGS       what `deploy/run` hands to `muster demo`, so that it stops early (--first-minute)
# MUSTER_BARE_TEST_S, MUSTER_BARE_RUN_S   seconds each may take, installing included (3600, 1200)
set -eu

suite=bookworm
demo_args=${MUSTER_BARE_ARGS:---first-minute}
test_s=${MUSTER_BARE_TEST_S:-3600}
run_s=${MUSTER_BARE_RUN_S:-1200}
checkout="muster checkout"

say() { printf '%s\n' "$*" >&2; }
give_up() { say "bare: $*"; exit 2; }

# ---- outside: what this machine lends to the bare ones ---------------------------------------------

# Debian's own lines only: a third party's would ask for keys that a bare machine does not have.
list_sources() {
    apt-get indextargets --format "deb \$(REPO_URI) \$(CODENAME) \$(COMPONENT)" \
        'Created-By: Packages' 'Origin: Debian' |
        LC_ALL=C sort -u
}

# Proxies and what goes with them, wherever they were configured.
list_apt_settings() { apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-)' || true; }

# Somebody else's folder of that name must not become our root file system.
open_cache() {
    [ -d "$cache" ] || mkdir -m 0700 "$cache"
    if [ -L "$cache" ] || [ ! -O "$cache" ]; then
        give_up "$cache is not ours"
    fi
    chmod 0700 "$cache"
}

bootstrap_once() {
    [ ! -s "$cache/$suite.tar" ] || return 0
    mirror=$(list_sources | awk -v suite="$suite" '$3 == suite { print $2; exit }')
    [ -n "$mirror" ] || give_up "apt on this machine knows no archive of Debian $suite"
    extra=''
    case $mirror in https:*) extra=--include=ca-certificates ;; esac
    say "bare: bootstrapping $suite"
    debootstrap --variant=minbase ${extra:+"$extra"} "$suite" "$work/base" "$mirror" > "$cache/debootstrap.log" 2>&1 ||
        give_up "debootstrap failed, see $cache/debootstrap.log"
    rm -f "$work"/base/var/cache/apt/archives/*.deb
    tar --numeric-owner --one-file-system -C "$work/base" -cf "$cache/$suite.tar.new" .
    mv "$cache/$suite.tar.new" "$cache/$suite.tar"
    rm -rf --one-file-system "$work/base"
}

outside() {
    commit=${1:-HEAD}
    [ "$(id -u)" -eq 0 ] || give_up "must be root to make a machine"
    for tool in debootstrap unshare chroot git tar timeout; do
        command -v "$tool" >/dev/null 2>&1 || give_up "$tool is missing"
    done
    case $(findmnt -no OPTIONS -T "${TMPDIR:-/tmp}") in
    *nosuid*|*nodev*|*noexec*)
        give_up "${TMPDIR:-/tmp} is mounted nosuid, nodev or noexec: set TMPDIR to another place" ;;
    esac

    repo=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
    cache=${TMPDIR:-/tmp}/muster-bare-cache.$(id -u)
    work=$(mktemp -d "${TMPDIR:-/tmp}/muster-bare.XXXXXX")
    chmod 0755 "$work"
    machines=''
    trap clean_up EXIT
    trap 'exit 1' HUP INT TERM

    open_cache
    git -C "$repo" archive --format=tar -o "$work/tree.tar" "$commit"
    bootstrap_once
    list_sources > "$work/sources.list"
    list_apt_settings > "$work/apt.conf"
    # In the background, so that an interrupt reaches us while we wait.
    unshare --mount --propagation private --pid --fork --kill-child sh "$0" --inside "$work" "$cache" < /dev/null &
    machines=$!
    wait "$machines"
}

# Ending the namespace ends every process and every mount in it. From out here none of its mounts was ever visible,
# so the removal cannot wander into them.
clean_up() {
    [ -z "$machines" ] || ! kill -KILL "$machines" 2>/dev/null || wait "$machines" || true
    rm -rf --one-file-system "$work" 2>/dev/null || { sleep 1; rm -rf --one-file-system "$work"; }
}

# ---- inside: our own mounts, our own processes -------------------------------------------------------

passed=0
failed=0
pass() { printf 'ok %s\n' "$1"; passed=$((passed + 1)); }
fail() {
    printf 'not ok %s\n' "$1"
    tail -n 40 "$log" | sed 's/^/#   /'
    failed=$((failed + 1))
}

# Unpack a machine, with this machine's way to the archive.
make_machine() {
    root=$work/$1
    log=$cache/$1.log
    : > "$log"
    mkdir "$root"
    tar --numeric-owner -C "$root" -xf "$cache/$suite.tar"
    cp "$work/sources.list" "$root/etc/apt/sources.list"
    cp "$work/apt.conf" "$root/etc/apt/apt.conf.d/90muster-bare"
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
    chmod 0755 "$root/usr/sbin/policy-rc.d"
    mount -t proc proc "$root/proc"
    mkdir -p "$root/dev/shm" "$root/dev/pts"
    mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
    ! chroot "$root" sh -c 'command -v make || command -v sudo' >/dev/null || give_up "the machine is not bare"
}

# What a stopped command left running goes first. We are the first process of our own namespace, so "all" is only
# what we started.
drop_machine() {
    [ "$$" -eq 1 ] || give_up "not in a process namespace of our own"
    kill -KILL -1 2>/dev/null || true
    umount -l "$root/dev/pts" "$root/dev/shm" "$root/proc"
    rm -rf --one-file-system "$root"
}

# enter <seconds> <account> <script>: a login from nothing, in no particular folder, with no terminal.
enter() {
    home=/root
    [ "$2" = root ] || home=/home/$2
    status=0
    timeout --kill-after=30 "$1" chroot --userspec="$2:$2" --groups='' "$root" \
        /usr/bin/env -i HOME="$home" USER="$2" LOGNAME="$2" \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        CHECKOUT="$home/$checkout" DEMO_ARGS="$demo_args" \
        sh -c "cd / && $3" < /dev/null >> "$log" 2>&1 || status=$?
}

add_account() { chroot "$root" useradd --create-home --shell /bin/sh "$1"; }

check_out() {
    home=/root
    [ "$1" = root ] || home=/home/$1
    mkdir -p "$root$home/$checkout"
    tar -C "$root$home/$checkout" -xf "$work/tree.tar"
    chroot "$root" chown -R "$1:$1" "$home/$checkout"
}

# shellcheck disable=SC2016  # dpkg's own fields
packages() { chroot "$root" dpkg-query -W -f '${Package} ${Version}\n' | LC_ALL=C sort; }

root_tests() {
    make_machine root
    check_out root
    say "bare: sh deploy/test as root, log in $log"
    # shellcheck disable=SC2016  # expanded in the machine
    enter "$test_s" root 'sh "$CHECKOUT/deploy/test"'
    if [ "$status" -eq 0 ]; then
        pass "root: sh deploy/test"
    else
        fail "root: sh deploy/test ended with $status (124: took longer than $test_s s)"
    fi
    if grep -q 'Muster will install with apt:' "$log"; then
        pass "root: names what it installs"
    else
        fail "root: does not name what it installs"
    fi
    drop_machine
}

user_runs() {
    make_machine user
    chroot "$root" sh -c 'apt-get -q update &&
        DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends sudo &&
        rm -rf /var/lib/apt/lists/*' >> "$log" 2>&1 ||
        give_up "cannot install sudo, see $log"
    add_account ann
    echo 'ann ALL=(ALL) NOPASSWD: ALL' > "$root/etc/sudoers.d/ann"
    chmod 0440 "$root/etc/sudoers.d/ann"
    check_out ann
    say "bare: sh deploy/run as a user with sudo, log in $log"
    # shellcheck disable=SC2016
    enter "$run_s" ann 'sh "$CHECKOUT/deploy/run" "ARGS=$DEMO_ARGS"'
    if [ "$status" -eq 0 ]; then
        pass "user: sh deploy/run ARGS=$demo_args"
    else
        fail "user: sh deploy/run ARGS=$demo_args ended with $status (124: took longer than $run_s s)"
    fi
    if grep -q 'Muster will install with apt, through sudo:' "$log"; then
        pass "user: names what it installs"
    else
        fail "user: does not name what it installs"
    fi
    if [ -z "$(find "$root/home/ann/$checkout" ! -user "$(chroot "$root" id -u ann)")" ]; then
        pass "user: everything in the checkout is still the user's"
    else
        fail "user: root left files in the checkout"
    fi

    # Satisfied: sudo would be noticed, because from here on it only complains.
    packages > "$work/before"
    rm -f "$root/etc/sudoers.d/ann"
    : > "$log.again"
    log=$log.again
    # shellcheck disable=SC2016
    enter "$run_s" ann 'sh "$CHECKOUT/deploy/run" "ARGS=$DEMO_ARGS"'
    packages > "$work/after"
    if [ "$status" -eq 0 ] && cmp -s "$work/before" "$work/after" && ! grep -q 'install with apt' "$log"; then
        pass "user: the second time, without any right to install, it just runs"
    else
        fail "user: the second time ended with $status, or wanted to install"
    fi
    drop_machine
}

stranger_is_told() {
    make_machine stranger
    add_account bo
    check_out bo
    packages > "$work/before"
    # shellcheck disable=SC2016
    enter 60 bo 'sh "$CHECKOUT/deploy/run"'
    packages > "$work/after"
    if [ "$status" -eq 2 ] && cmp -s "$work/before" "$work/after" &&
        grep -q 'apt-get install .*libzmq3-dev' "$log"; then
        pass "stranger: is told the administrator's command, exit 2, nothing changed"
    else
        fail "stranger: ended with $status, or was not told the administrator's command"
    fi
    drop_machine
}

inside() {
    work=$1
    cache=$2
    stranger_is_told
    user_runs
    root_tests
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}

case ${1:-} in
--inside) shift; inside "$@" ;;
*) outside "$@" ;;
esac
