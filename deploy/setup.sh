#!/bin/sh
# Make this machine able to build Muster, then hand over to make.
#
#   sh deploy/setup.sh run|test [make arguments]
#
# The usual path: every package of deploy/packages is there, so nothing is asked, printed or changed, and make
# starts. Otherwise the missing ones are named first, then installed with apt, as root or through sudo.
#
# How it can fail, always with exit status 2 and nothing half explained: this is not Debian 12 or later (the missing
# packages are listed); there is neither root nor sudo, or apt cannot do it (the administrator's command is printed).
#
# Tests replace MUSTER_OS_RELEASE, MUSTER_PACKAGES and PATH.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
os_release=${MUSTER_OS_RELEASE:-/etc/os-release}
packages=${MUSTER_PACKAGES:-$here/packages}
debian_min=12

say() { printf '%s\n' "$*" >&2; }

is_installed() {
    # One line per architecture; the transitional states ("config-files", "half-installed") do not count.
    dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# Print the lines of deploy/packages that the command needs and that are not installed.
list_missing() {
    while read -r name needed_by why; do
        case $name in ''|'#'*) continue ;; esac
        [ "$needed_by" = run ] || [ "$needed_by" = "$1" ] || continue
        is_installed "$name" || printf '%s %s\n' "$name" "$why"
    done < "$packages"
}

show() {
    printf '%s\n' "$1" | while read -r name why; do
        printf '  %-20s %s\n' "$name" "$why"
    done >&2
}

# Debian itself and what is made from it. Testing and unstable carry no VERSION_ID and are newer than any number;
# a derivative counts its own versions, so there the archive decides (see missing_from_archive).
is_supported() {
    [ -r "$os_release" ] && command -v apt-get >/dev/null 2>&1 || return 1
    (
        ID='' ID_LIKE='' VERSION_ID=''
        # shellcheck source=/dev/null
        . "$os_release"
        case " $ID $ID_LIKE " in *' debian '*) ;; *) exit 1 ;; esac
        [ -n "$VERSION_ID" ] || [ "$ID" = debian ] || exit 1
        major=${VERSION_ID%%.*}
        case ${major:-$debian_min} in *[!0-9]*) exit 1 ;; esac
        [ "${major:-$debian_min}" -ge "$debian_min" ]
    )
}

missing_from_archive() {
    for name in "$@"; do
        LC_ALL=C apt-cache policy "$name" 2>/dev/null | grep -q '^  Candidate: [0-9]' || printf '%s\n' "$name"
    done
}

# apt asks nobody anything; a fresh machine may still be busy with its own first updates, so wait for the lock.
apt_get() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2
}

ask_administrator() {
    say ""
    say "$1 An administrator can install them with:"
    say ""
    say "    apt-get update && apt-get install --no-install-recommends -y $names"
    say ""
    say "then run the same command again."
    exit 2
}

install_missing() {
    names=$(printf '%s\n' "$1" | cut -d' ' -f1 | tr '\n' ' ')
    names=${names% }
    if ! is_supported; then
        say "Muster needs these Debian packages, or what they are called here:"
        show "$1"
        say "This is not Debian $debian_min or later, so nothing was installed. Install them, then: make $command"
        exit 2
    fi

    as_root=''
    if [ "$(id -u)" -ne 0 ]; then
        as_root=sudo
        if ! command -v sudo >/dev/null 2>&1; then
            say "Muster needs these packages:"
            show "$1"
            ask_administrator "This account is not root and there is no sudo, so nothing was installed."
        fi
    else
        # su without a dash leaves out the folders where dpkg looks for its helpers.
        PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
    fi

    say "Muster will install with apt${as_root:+, through sudo}:"
    show "$1"

    $as_root true || ask_administrator "sudo does not let this account install packages."
    # A third party's broken archive fails the update without touching ours: go on and let the install decide.
    updated=yes
    apt_get update || updated=no
    # shellcheck disable=SC2086  # a list of package names, one word each
    absent=$(missing_from_archive $names)
    if [ -n "$absent" ] && [ "$updated" = no ]; then
        ask_administrator "apt-get update failed, so nothing was installed."
    elif [ -n "$absent" ]; then
        say "This system's archive does not have:"
        printf '%s\n' "$absent" | sed 's/^/  /' >&2
        say "Nothing was installed. Muster is at home on Debian $debian_min or later."
        exit 2
    fi
    # shellcheck disable=SC2086
    apt_get install --no-install-recommends $names || ask_administrator "apt could not install the packages."
}

# A bare system has no UTF-8 locale set, or names one that was never generated; C.UTF-8 is always there.
choose_locale() {
    [ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8
}

command=${1:-}
case $command in
run|test) shift ;;
*) say "usage: sh deploy/setup.sh run|test [make arguments]"; exit 2 ;;
esac

missing=$(list_missing "$command")
[ -z "$missing" ] || install_missing "$missing"

choose_locale
cd -- "$here/.."
exec make "$command" "$@"
