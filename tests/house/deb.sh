#!/bin/sh
# The Debian packages of build/deb, as county IT meets them: installed on a bare Debian 12, tried, removed, purged.
# Long; needs root, debootstrap, network. `make deb-test` builds them first.
# shellcheck disable=SC2016  # what is in single quotes is for the shell inside
set -eu

# shellcheck source=tests/house/machine.sh
. "$(dirname -- "$0")/machine.sh"

# try SECONDS ACCOUNT "what must hold" SCRIPT
try() {
    enter "$1" "$2" "$4"
    if [ "$status" -eq 0 ]; then pass "$3"; else fail "$3 (ended with $status)"; fi
}
logged() {
    if grep -q -e "$2" "$log"; then pass "$1"; else fail "$1"; fi
}

install_it() {
    cp "$packages_dir"/*.deb "$root/root/"
    rm -f "$root"/root/*dbgsym*
    add_account ann
    try 900 root "the packages install with what Debian has" \
        'apt-get -q update && apt-get -q -y -o APT::Install-Recommends=0 install /root/muster_*.deb'
    logged "says that nothing runs, and what one may want" 'Nothing is running yet'
    logged "names the three beginnings" 'muster join HOST'
    try 60 root "its users and folders are there, closed to others" \
        '[ "$(stat -c "%U %a" /var/lib/muster /var/lib/muster-agent | tr "\n" " ")" = "muster 750 muster-agent 750 " ]'
    try 60 root "no unit was enabled" '[ -z "$(find /etc/systemd -name "muster*")" ]'
}

look_round() {
    try 300 ann "the exercise plays from the package" 'muster demo --first-minute --speed 300'
    logged "and shows the first clash" 'C06:S1'
    try 60 ann "man pages are there" 'test -s /usr/share/man/man1/muster.1.gz -a -s /usr/share/man/man8/musterd.8.gz'
}

# There is no service manager here: the unit's own command is run as the unit's own user.
found_a_county() {
    try 60 root "a county is founded" \
        'runuser -u muster -- musterd init --dir /var/lib/muster --county "Qinghe County" --area cn/99/01/21 --offset +08:00 --endpoint ipc:///var/lib/muster/door'
    # shellcheck disable=SC2016
    try 120 root "the unit's command serves it; a report is taken, seen and verified" '
        command=$(sed -n "s/^ExecStart=//p" /usr/lib/systemd/system/musterd.service)
        (runuser -u muster -- $command 2>/tmp/served & echo $! >/tmp/pid)
        until grep -qs ready /tmp/served; do sleep 0.1; done
        cd /var/lib/muster && export HOME=/tmp
        runuser -u muster -- muster agency make /var/lib/muster/em --agency EM --program muster
        runuser -u muster -- muster --dir /var/lib/muster/admin-1 agency add em/request --roles emergency_management --out /var/lib/muster/em.welcome
        runuser -u muster -- muster agency point /var/lib/muster/em --welcome /var/lib/muster/em.welcome
        runuser -u muster -- muster --dir /var/lib/muster/em report --place cn/99/01/21/201 "road under water" &&
        runuser -u muster -- muster-replay verify /var/lib/muster'
    try 120 root "the timer's command backs it up, and proves that the backup is one" \
        'runuser -u muster -- /usr/lib/muster/backup now && runuser -u muster -- /usr/lib/muster/backup check &&
         [ "$(find /var/backups/muster -name "*.muster" | wc -l)" -eq 1 ]'
}

build_against_it() {
    cat > "$root/home/ann/outside.c" <<'END'
#include <muster.h>
#include <stdio.h>
int main(void) { return mu_agent_create("/home/ann/agent", "EM", "outside") == MU_OK && puts(mu_err_code(MU_E_FULL)) > 0 ? 0 : 1; }
END
    try 600 root "the library installs" \
        'apt-get -q -y -o APT::Install-Recommends=0 install gcc libc6-dev pkg-config /root/libmuster*.deb'
    # shellcheck disable=SC2016
    try 60 ann "a program builds with pkg-config and runs" \
        'cc -std=c17 -Wall -Wextra -Werror /home/ann/outside.c -o /home/ann/outside $(pkg-config --cflags --libs muster) && /home/ann/outside'
}

remove_it() {
    enter 30 root 'pkill -KILL musterd'
    try 300 root "it can be removed" 'apt-get -q -y purge muster libmuster-dev libmuster0'
    logged "a purge says that the record was kept" 'holds a record or keys and was kept'
    try 60 root "the record is still whole" 'test -s /var/lib/muster/log.key -a -d /var/lib/muster/em'
    try 60 root "nothing else is left" \
        '[ -z "$(find /usr /etc -name "*muster*" -not -name 90muster-bare | tee /dev/stderr)" ] && [ ! -e /var/lib/muster-agent ]'
}

inside() {
    work=$1
    cache=$2
    packages_dir=$(CDPATH='' cd -- "$(dirname -- "$0")/../../build/deb" && pwd)
    make_machine deb
    say "deb: log in $log"
    install_it
    look_round
    found_a_county
    build_against_it
    remove_it
    drop_machine
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}

case ${1:-} in
--inside) shift; inside "$@" ;;
*) run_inside "$0" "$@" ;;
esac
