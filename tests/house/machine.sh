# shellcheck shell=sh disable=SC2034
# Bare Debian machines for shell tests; read this with `.`. Needs root, debootstrap, network the first time.
#
# A minimal system is bootstrapped once and kept as a tarball under ${TMPDIR:-/tmp}; each machine is unpacked from it,
# with this machine's archive, suite lists and proxy. Everything happens in its own mount and process namespace:
# however a test ends, nothing stays mounted or running, and the machines are removed; only the tarball and the logs
# of the last run are left behind.
#
#   run_inside SCRIPT [commit]      outside: calls `sh SCRIPT --inside WORK CACHE`, with WORK/tree.tar of the commit
#   make_machine NAME               inside: $root is unpacked, $log begins
#   enter SECONDS ACCOUNT SCRIPT    a login from nothing; $status is what it ended with
#   drop_machine                    what it left running goes first
suite=bookworm
demo_args=${MUSTER_BARE_ARGS:---first-minute}
checkout="muster checkout"

say() { printf '%s\n' "$*" >&2; }
give_up() { say "${0##*/}: $*"; exit 2; }

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
    say "bootstrapping $suite"
    debootstrap --variant=minbase ${extra:+"$extra"} "$suite" "$work/base" "$mirror" > "$cache/debootstrap.log" 2>&1 ||
        give_up "debootstrap failed, see $cache/debootstrap.log"
    rm -f "$work"/base/var/cache/apt/archives/*.deb
    tar --numeric-owner --one-file-system -C "$work/base" -cf "$cache/$suite.tar.new" .
    mv "$cache/$suite.tar.new" "$cache/$suite.tar"
    rm -rf --one-file-system "$work/base"
}

# run_inside SCRIPT [commit]: lays out the tree and calls `sh SCRIPT --inside WORK CACHE` in namespaces of its own.
run_inside() {
    script=$1
    commit=${2:-HEAD}
    [ "$(id -u)" -eq 0 ] || give_up "must be root to make a machine"
    for tool in debootstrap unshare chroot git tar timeout; do
        command -v "$tool" >/dev/null 2>&1 || give_up "$tool is missing"
    done
    case $(findmnt -no OPTIONS -T "${TMPDIR:-/tmp}") in
    *nosuid*|*nodev*|*noexec*)
        give_up "${TMPDIR:-/tmp} is mounted nosuid, nodev or noexec: set TMPDIR to another place" ;;
    esac

    repo=$(CDPATH='' cd -- "$(dirname -- "$script")/../.." && pwd)
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
    unshare --mount --propagation private --pid --fork --kill-child sh "$script" --inside "$work" "$cache" < /dev/null &
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

# shellcheck disable=SC2016  # dpkg's own fields
packages() { chroot "$root" dpkg-query -W -f '${Package} ${Version}\n' | LC_ALL=C sort; }
