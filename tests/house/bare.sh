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

test_s=${MUSTER_BARE_TEST_S:-3600}
run_s=${MUSTER_BARE_RUN_S:-1200}
# shellcheck source=tests/house/machine.sh
. "$(dirname -- "$0")/machine.sh"

check_out() {
    home=/root
    [ "$1" = root ] || home=/home/$1
    mkdir -p "$root$home/$checkout"
    tar -C "$root$home/$checkout" -xf "$work/tree.tar"
    chroot "$root" chown -R "$1:$1" "$home/$checkout"
}

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
*) run_inside "$0" "$@" ;;
esac
