#!/bin/sh
# The units under a real service manager: a bare Debian is booted in a container with the package of build/deb in it.
# Needs root, debootstrap's tarball (tests/house/deb.sh makes it), systemd-nspawn. `make deb-test` runs it after deb.sh.
set -eu

# shellcheck source=tests/house/machine.sh
. "$(dirname -- "$0")/machine.sh"
repo=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cache=${TMPDIR:-/tmp}/muster-bare-cache.$(id -u)
command -v systemd-nspawn >/dev/null 2>&1 || give_up "systemd-nspawn is missing (package systemd-container)"
work=$(mktemp -d "${TMPDIR:-/tmp}/muster-units.XXXXXX")
root=$work/root
log=$cache/units.log
container=
stop_all() {
    [ -z "$container" ] || kill -KILL "$container" 2>/dev/null || true
    [ -z "$container" ] || wait "$container" 2>/dev/null || true
    umount "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap stop_all EXIT
trap 'exit 1' HUP INT TERM

# In the container, as root; its own network has a loopback and nothing else.
within() { timeout 120 nsenter -t "$init" -m -u -i -n -p sh -c "$1" >> "$log" 2>&1; }
try() { if within "$2"; then pass "$1"; else fail "$1"; fi; }

unpack() {
    : > "$log"
    mkdir "$root"
    tar --numeric-owner -C "$root" -xf "$cache/$suite.tar"
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    list_sources > "$root/etc/apt/sources.list"
    list_apt_settings > "$root/etc/apt/apt.conf.d/90muster-bare"
    cp "$repo"/build/deb/muster_*.deb "$root/root/"
    mount -t proc proc "$root/proc"
    chroot "$root" sh -c 'export DEBIAN_FRONTEND=noninteractive; apt-get -q update &&
        apt-get -q -y -o APT::Install-Recommends=0 install systemd-sysv dbus /root/muster_*.deb' >> "$log" 2>&1 ||
        give_up "cannot install, see $log"
    umount "$root/proc"
}

boot() {
    systemd-nspawn -q -D "$root" --boot --register=no --keep-unit --private-network > "$work/console" 2>&1 < /dev/null &
    container=$!
    for _ in $(seq 300); do
        init=$(pgrep -P "$container" | head -1)
        [ -n "$init" ] && within '[ -S /run/dbus/system_bus_socket ] && systemctl is-active multi-user.target' && return 0
        sleep 0.2
    done
    give_up "the container did not boot, see $work/console"
}

unpack
boot
try "the broker does not start before there is a county" 'systemctl start musterd; ! systemctl is-active musterd'
# shellcheck disable=SC2016
try "founded, it starts and says when it serves" '
    runuser -u muster -- musterd init --dir /var/lib/muster --county Test --area zz/1 &&
    systemctl enable --now musterd && [ "$(systemctl show -p Type --value musterd)" = notify ] && systemctl is-active musterd'
# shellcheck disable=SC2016
try "a department's program runs under its own unit and reaches it" '
    dir=/var/lib/muster-agent/supply
    runuser -u muster-agent -- muster agency make $dir --agency CA --program muster-supply && cp $dir/request /tmp/request && chmod 644 /tmp/request &&
    runuser -u muster -- muster --dir /var/lib/muster/admin-1 agency add /tmp/request --roles relief_supply --out /tmp/welcome &&
    chmod 644 /tmp/welcome && runuser -u muster-agent -- muster agency point $dir --welcome /tmp/welcome &&
    systemctl enable --now muster-agent@supply &&
    until journalctl -u muster-agent@supply | grep -q ready; do sleep 0.2; done'
# shellcheck disable=SC2016
try "killed, the broker is up again and the program with it" '
    was=$(systemctl show -p MainPID --value musterd) && kill -KILL "$was" &&
    until systemctl is-active musterd && [ "$(systemctl show -p MainPID --value musterd)" != "$was" ]; do sleep 0.2; done
    systemctl is-active muster-agent@supply'
try "the hourly backup and its proof run closed in" \
    'systemctl start muster-backup.service && systemctl start muster-backup-check.service && ls /var/backups/muster/*.muster'
try "told to stop, it stops in order" 'systemctl stop musterd && [ "$(systemctl show -p Result --value musterd)" = success ]'
try "the record is whole" 'runuser -u muster -- muster-replay verify /var/lib/muster'
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
